#include "base/shared.h"

#include "base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* The bytes begin behind the kind, at a cache line of their own. */
enum { head_bytes = 64, tries_max = 50, retry_ms = 10 };

static int fail(struct rr_err *err, const char *what) {
    return rr_fail(err, RR_CACHE_WRITE_FAILED, "shared memory cannot be %s: %s", what, strerror(errno));
}

static bool is_file_at(const struct stat *st, const char *path) {
    struct stat now;
    return lstat(path, &now) == 0 && now.st_dev == st->st_dev && now.st_ino == st->st_ino;
}

/* What one look at the file came to: AGAIN when somebody else was at it, or when it was of no use and is gone now. */
enum outcome { OPENED, AGAIN, FAILED };

/* With the file's lock held: an empty file is made ready, one that is ready is taken, any other makes room for a new one. */
static enum outcome take(struct rr_shared *shared, int fd, const struct stat *st, const char *path, uint64_t kind) {
    size_t size = shared->mapped_bytes;
    bool fresh = st->st_size == 0;
    if (fresh) {
        int reason = posix_fallocate(fd, 0, (off_t)size);
        if (reason != 0) {
            unlink(path); /* what there is of it */
            errno = reason;
            return FAILED;
        }
    } else if ((size_t)st->st_size != size) {
        return unlink(path) == 0 ? AGAIN : FAILED;
    }
    uint64_t *head = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (head == MAP_FAILED)
        return FAILED;
    if (fresh)
        *head = kind;
    if (*head != kind) {
        munmap(head, size);
        return unlink(path) == 0 ? AGAIN : FAILED;
    }
    shared->mapping = head;
    shared->bytes = (char *)head + head_bytes;
    shared->device = st->st_dev;
    shared->inode = st->st_ino;
    return OPENED;
}

static enum outcome look(struct rr_shared *shared, const char *path, uint64_t kind) {
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0640);
    if (fd < 0)
        return FAILED;
    struct stat st;
    enum outcome outcome = FAILED;
    errno = EINVAL; /* of what is no regular file */
    if (flock(fd, LOCK_EX | LOCK_NB) != 0)
        outcome = errno == EWOULDBLOCK || errno == EINTR ? AGAIN : FAILED;
    else if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
        outcome = is_file_at(&st, path) ? take(shared, fd, &st, path, kind) : AGAIN;
    int reason = errno;
    flock(fd, LOCK_UN); /* the mapping keeps the file open, and the lock would stay with it */
    close(fd);
    errno = reason;
    return outcome;
}

int rr_shared_open(struct rr_shared *shared, const char *path, size_t size, uint64_t kind, struct rr_err *err) {
    *shared = (struct rr_shared){.mapped_bytes = size + head_bytes};
    for (int tries = 0; tries < tries_max; tries++) {
        enum outcome outcome = look(shared, path, kind);
        if (outcome == OPENED)
            return 0;
        if (outcome == FAILED)
            return fail(err, "opened");
        rr_sleep_ms(retry_ms);
    }
    errno = EBUSY;
    return fail(err, "opened");
}

void rr_shared_close(struct rr_shared *shared) {
    if (shared->mapping != NULL)
        munmap(shared->mapping, shared->mapped_bytes);
    *shared = (struct rr_shared)RR_SHARED_CLOSED;
}

bool rr_shared_is_at(const struct rr_shared *shared, const char *path) {
    const struct stat st = {.st_dev = shared->device, .st_ino = shared->inode};
    return shared->bytes != NULL && is_file_at(&st, path);
}
