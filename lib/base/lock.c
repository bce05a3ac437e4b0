#include "base/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

int rr_lock_try(struct rr_lock *lock, const char *path, struct rr_err *err) {
    int fd = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0644);
    if (fd < 0)
        return rr_fail(err, RR_CACHE_WRITE_FAILED, "the lock file cannot be opened: %s", strerror(errno));
    int rc;
    do
        rc = flock(fd, LOCK_EX | LOCK_NB);
    while (rc != 0 && errno == EINTR);
    if (rc == 0) {
        lock->fd = fd;
        return 0;
    }
    int reason = errno;
    close(fd);
    if (reason == EWOULDBLOCK)
        return rr_fail(err, RR_LOCKED, "another generation holds the lock");
    return rr_fail(err, RR_CACHE_WRITE_FAILED, "the lock file cannot be locked: %s", strerror(reason));
}

void rr_lock_release(struct rr_lock *lock) {
    if (lock->fd >= 0)
        close(lock->fd);
    lock->fd = -1;
}

/* A line is `1: FLOCK  ADVISORY  WRITE 708 fe:00:1234 0 EOF`. The device there is the filesystem's own, which for some is another
 * than stat's, so the inode must do. */
pid_t rr_lock_holder(const char *path) {
    struct stat st;
    FILE *locks = stat(path, &st) == 0 ? fopen("/proc/locks", "re") : NULL;
    char line[200];
    pid_t holder = 0;
    while (locks != NULL && holder == 0 && fgets(line, sizeof line, locks) != NULL) {
        int pid;
        unsigned long long inode;
        if (sscanf(line, "%*d: FLOCK ADVISORY WRITE %d %*x:%*x:%llu", &pid, &inode) == 2 && inode == st.st_ino && pid > 0)
            holder = pid;
    }
    if (locks != NULL)
        (void)fclose(locks);
    return holder;
}
