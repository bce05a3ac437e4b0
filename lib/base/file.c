#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { flush_bytes = 256 * 1024, read_bytes_min = 4096 };
enum { pending_max_bytes = 2 * flush_bytes };

static const char temporary_mark[] = ".tmp.";

static int fail_write(const char *what, struct rr_err *err) {
    return rr_fail(err, RR_CACHE_WRITE_FAILED, "the file cannot be %s: %s", what, strerror(errno));
}

static int write_all(int fd, const char *bytes, size_t len) {
    while (len > 0) {
        ssize_t n = write(fd, bytes, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return -1;
        bytes += n;
        len -= (size_t)n;
    }
    return 0;
}

/* The folder of path, "." where it names none. */
static int folder_of(const char *path, char folder[PATH_MAX]) {
    const char *slash = strrchr(path, '/');
    int len = slash == NULL ? snprintf(folder, PATH_MAX, ".")
                            : snprintf(folder, PATH_MAX, "%.*s", slash == path ? 1 : (int)(slash - path), path);
    return len < PATH_MAX ? 0 : -1;
}

static int sync_folder_of(const char *path) {
    char folder[PATH_MAX];
    if (folder_of(path, folder) != 0)
        return -1;
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    int rc = fsync(fd);
    close(fd);
    return rc;
}

int rr_file_make_dirs(const char *folder, struct rr_err *err) {
    char path[PATH_MAX];
    if (snprintf(path, sizeof path, "%s", folder) >= (int)sizeof path)
        return rr_fail(err, RR_CACHE_WRITE_FAILED, "the folder's name is too long");
    if (path[0] == '\0')
        return rr_fail(err, RR_CACHE_WRITE_FAILED, "the folder has no name");
    for (char *at = path + 1;; at++) {
        if (*at != '/' && *at != '\0')
            continue;
        char kept = *at;
        *at = '\0';
        if (mkdir(path, 0777) != 0 && errno != EEXIST)
            return rr_fail(err, RR_CACHE_WRITE_FAILED, "the folder cannot be made: %s", strerror(errno));
        if (kept == '\0')
            return 0;
        *at = kept;
    }
}

static int name_temporary(struct rr_draft *draft) {
    const char *slash = strrchr(draft->path, '/');
    int folder = slash == NULL ? 0 : (int)(slash + 1 - draft->path);
    int len = snprintf(draft->temporary, sizeof draft->temporary, "%.*s.%s%sXXXXXX", folder, draft->path, draft->path + folder,
                       temporary_mark);
    return len < (int)sizeof draft->temporary ? 0 : -1;
}

int rr_draft_open(struct rr_draft *draft, const char *path, struct rr_err *err) {
    *draft = (struct rr_draft){.fd = -1, .pending = RR_BUF_INIT(pending_max_bytes)};
    char folder[PATH_MAX];
    if (snprintf(draft->path, sizeof draft->path, "%s", path) >= (int)sizeof draft->path || name_temporary(draft) != 0 ||
        folder_of(path, folder) != 0)
        return rr_fail(err, RR_CACHE_WRITE_FAILED, "the file's name is too long");
    if (rr_file_make_dirs(folder, err) != 0)
        return -1;
    draft->fd = mkostemp(draft->temporary, O_CLOEXEC);
    if (draft->fd < 0)
        return fail_write("made", err);
    mode_t mask = umask(0);
    umask(mask);
    if (fchmod(draft->fd, 0644 & ~mask) != 0) { /* mkostemp gives 0600 whatever the umask */
        rr_draft_discard(draft);
        return fail_write("made readable", err);
    }
    return 0;
}

int rr_draft_flush(struct rr_draft *draft, struct rr_err *err) {
    if (draft->pending.failed) {
        rr_draft_discard(draft);
        return rr_fail_memory(err);
    }
    if (write_all(draft->fd, draft->pending.ptr, draft->pending.len) != 0) {
        fail_write("written", err);
        rr_draft_discard(draft);
        return -1;
    }
    rr_buf_clear(&draft->pending);
    return 0;
}

int rr_draft_write(struct rr_draft *draft, const char *bytes, size_t len, struct rr_err *err) {
    while (len > 0) {
        size_t piece = len < flush_bytes ? len : flush_bytes;
        rr_buf_add(&draft->pending, bytes, piece);
        if ((draft->pending.failed || draft->pending.len >= flush_bytes) && rr_draft_flush(draft, err) != 0)
            return -1;
        bytes += piece;
        len -= piece;
    }
    return 0;
}

int rr_draft_commit(struct rr_draft *draft, struct rr_err *err) {
    if (rr_draft_flush(draft, err) != 0)
        return -1;
    /* A failed fsync cannot be retried, since the pages may be gone: the draft is thrown away. */
    const char *failed = fsync(draft->fd) != 0 ? "synced" : NULL;
    int fd = draft->fd;
    draft->fd = -1;
    if (close(fd) != 0 && failed == NULL)
        failed = "closed";
    if (failed == NULL && rename(draft->temporary, draft->path) != 0)
        failed = "renamed";
    if (failed != NULL) {
        fail_write(failed, err);
        unlink(draft->temporary);
        rr_buf_free(&draft->pending);
        return -1;
    }
    rr_buf_free(&draft->pending);
    return sync_folder_of(draft->path) == 0 ? 0 : fail_write("made durable", err);
}

int rr_draft_commit_as(struct rr_draft *draft, const char *path, struct rr_err *err) {
    if (snprintf(draft->path, sizeof draft->path, "%s", path) >= (int)sizeof draft->path) {
        rr_draft_discard(draft);
        return rr_fail(err, RR_CACHE_WRITE_FAILED, "the file's name is too long");
    }
    return rr_draft_commit(draft, err);
}

void rr_draft_discard(struct rr_draft *draft) {
    if (draft->fd >= 0) {
        close(draft->fd);
        unlink(draft->temporary);
        draft->fd = -1;
    }
    rr_buf_free(&draft->pending);
}

bool rr_draft_is_temporary(const char *name) {
    return name[0] == '.' && strstr(name, temporary_mark) != NULL;
}

int rr_file_read_all(int fd, struct rr_buf *buf, struct rr_err *err) {
    struct stat st;
    if (fstat(fd, &st) != 0)
        return rr_fail(err, RR_PIPELINE_FAILED, "the file cannot be read: %s", strerror(errno));
    size_t piece = st.st_size > read_bytes_min ? (size_t)st.st_size : read_bytes_min;
    for (;;) {
        size_t room = buf->max_bytes - buf->len;
        char one_more; /* where there is no room, its end must be here */
        size_t want = piece < room ? piece : room;
        if (want > 0 && !rr_buf_reserve(buf, want))
            return rr_fail_memory(err);
        ssize_t n = want > 0 ? read(fd, buf->ptr + buf->len, want) : read(fd, &one_more, 1);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return rr_fail(err, RR_PIPELINE_FAILED, "the file cannot be read: %s", strerror(errno));
        if (n > 0 && want == 0)
            return rr_fail(err, RR_BROKEN, "the file is too long to be a document of ours");
        if (n == 0)
            return 0;
        buf->len += (size_t)n;
        buf->ptr[buf->len] = '\0';
        piece = read_bytes_min; /* the size is known no better: what comes behind it is its end, most of the time */
    }
}
