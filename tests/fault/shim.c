/* Preloaded into a program, or linked into it: makes the n-th call of a kind fail, and writes down what is called.
 *
 *     FAULT_UNDER   a folder: only calls about files below it count
 *     FAULT_KIND    open, read, write, fsync, close, rename, link, unlink, mkdir, chmod, lock; `short` for a write of half the
 *                   bytes; `memory` for an allocation, wherever
 *     FAULT_AT      which of them fails, from 1; FAULT_LASTS=1: and all behind it
 *     FAULT_ERRNO   how, as a number
 *     FAULT_COUNT   a file that is told at the end how many there were
 *     FAULT_LOG     a file that is told every call: its kind, its file, and for a rename the new name
 *     FAULT_CLOCK   a file that says by how many seconds the system's clock is wrong; it may change at any time */
#include "shim.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *block, size_t size);

static struct {
    bool ready, memory, lasts;
    const char *kind, *under, *clock;
    int number;
    int log_fd;
    atomic_long at; /* 0: none */
    atomic_long count;
} shim = {.log_fd = -1};

static long number_of(const char *name) {
    const char *value = getenv(name);
    return value == NULL ? 0 : strtol(value, NULL, 10);
}

__attribute__((constructor)) static void begin(void) {
    const char *log = getenv("FAULT_LOG");
    shim.kind = getenv("FAULT_KIND");
    shim.under = getenv("FAULT_UNDER");
    shim.clock = getenv("FAULT_CLOCK");
    shim.memory = shim.kind != NULL && strcmp(shim.kind, "memory") == 0;
    shim.number = (int)number_of("FAULT_ERRNO");
    shim.lasts = number_of("FAULT_LASTS") != 0;
    shim.at = number_of("FAULT_AT");
    if (log != NULL)
        shim.log_fd = (int)syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    shim.ready = true;
}

__attribute__((destructor)) static void end(void) {
    const char *path = getenv("FAULT_COUNT");
    char text[32];
    if (path == NULL)
        return;
    int fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    int len = snprintf(text, sizeof text, "%ld\n", shim.count);
    if (fd >= 0 && syscall(SYS_write, fd, text, len) == len)
        syscall(SYS_close, fd);
}

void fault_arm(long at) {
    shim.memory = true;
    shim.count = 0;
    shim.at = at;
}

bool fault_disarm(void) {
    long at = atomic_exchange(&shim.at, 0);
    return at > 0 && shim.count >= at;
}

long fault_count(void) {
    return shim.count;
}

/* Is it this call's turn? */
static bool strikes(void) {
    long at = shim.at, count = atomic_fetch_add(&shim.count, 1) + 1;
    return at > 0 && (count == at || (shim.lasts && count > at));
}

static bool is_under(const char *path) {
    return shim.ready && shim.under != NULL && strncmp(path, shim.under, strlen(shim.under)) == 0;
}

static void note(const char *kind, const char *path, const char *second) {
    char line[2 * PATH_MAX + 32];
    if (shim.log_fd < 0)
        return;
    int len = snprintf(line, sizeof line, "%s %s%s%s\n", kind, path, *second == '\0' ? "" : " ", second);
    if (syscall(SYS_write, shim.log_fd, line, len) < 0)
        abort();
}

/* A call about a file, before it is made: true where it is to fail instead, with errno set. */
static bool fails(const char *kind, const char *path, const char *second) {
    if (!is_under(path))
        return false;
    bool struck = shim.kind != NULL && strcmp(shim.kind, kind) == 0 && strikes();
    if (struck)
        errno = shim.number;
    else
        note(kind, path, second);
    return struck;
}

static const char *path_of(int fd, char path[PATH_MAX]) {
    char name[64];
    snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
    ssize_t len = syscall(SYS_readlink, name, path, PATH_MAX - 1);
    path[len > 0 ? len : 0] = '\0';
    return path;
}

static bool fd_fails(const char *kind, int fd) {
    char path[PATH_MAX];
    return shim.ready && shim.under != NULL && fails(kind, path_of(fd, path), "");
}

/* ---- Files ---- */

int open(const char *path, int flags, ...) {
    va_list list;
    va_start(list, flags);
    mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(list, mode_t) : 0;
    va_end(list);
    return fails("open", path, "") ? -1 : (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

int mkostemp(char *pattern, int flags) {
    static int (*next)(char *pattern, int flags);
    if (fails("open", pattern, ""))
        return -1;
    if (next == NULL)
        *(void **)&next = dlsym(RTLD_NEXT, "mkostemp");
    return next(pattern, flags);
}

ssize_t read(int fd, void *bytes, size_t len) {
    return fd_fails("read", fd) ? -1 : syscall(SYS_read, fd, bytes, len);
}

ssize_t pread(int fd, void *bytes, size_t len, off_t offset) {
    return fd_fails("read", fd) ? -1 : syscall(SYS_pread64, fd, bytes, len, offset);
}

ssize_t pread64(int fd, void *bytes, size_t len, off_t offset) {
    return pread(fd, bytes, len, offset);
}

ssize_t write(int fd, const void *bytes, size_t len) {
    int before = errno;
    bool cut = len > 1 && shim.kind != NULL && strcmp(shim.kind, "short") == 0 && fd_fails("short", fd);
    if (cut) {
        errno = before;
        len /= 2;
    }
    return fd_fails("write", fd) ? -1 : syscall(SYS_write, fd, bytes, len);
}

int fsync(int fd) {
    return fd_fails("fsync", fd) ? -1 : (int)syscall(SYS_fsync, fd);
}

/* Linux closes the file whatever it says. */
int close(int fd) {
    bool failed = fd_fails("close", fd);
    int number = errno, rc = (int)syscall(SYS_close, fd);
    if (!failed)
        return rc;
    errno = number;
    return -1;
}

int rename(const char *from, const char *to) {
    return fails("rename", from, to) ? -1 : (int)syscall(SYS_rename, from, to);
}

int linkat(int from_fd, const char *from, int to_fd, const char *to, int flags) {
    return fails("link", to, "") ? -1 : (int)syscall(SYS_linkat, from_fd, from, to_fd, to, flags);
}

int unlink(const char *path) {
    return fails("unlink", path, "") ? -1 : (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
}

int mkdir(const char *path, mode_t mode) {
    return fails("mkdir", path, "") ? -1 : (int)syscall(SYS_mkdirat, AT_FDCWD, path, mode);
}

int fchmod(int fd, mode_t mode) {
    return fd_fails("chmod", fd) ? -1 : (int)syscall(SYS_fchmod, fd, mode);
}

int flock(int fd, int operation) {
    return fd_fails("lock", fd) ? -1 : (int)syscall(SYS_flock, fd, operation);
}

/* ---- Memory ---- */

static bool memory_fails(void) {
    if (!shim.ready || !shim.memory || !strikes())
        return false;
    errno = ENOMEM;
    return true;
}

void *malloc(size_t size) {
    return memory_fails() ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size) {
    return memory_fails() ? NULL : __libc_calloc(count, size);
}

void *realloc(void *block, size_t size) {
    return memory_fails() ? NULL : __libc_realloc(block, size);
}

void *mmap(void *at, size_t size, int protection, int flags, int fd, off_t offset) {
    if ((flags & MAP_ANONYMOUS) != 0 && memory_fails())
        return MAP_FAILED;
    return (void *)syscall(SYS_mmap, at, size, protection, flags, fd, offset); /* NOLINT: the call's own way */
}

/* ---- The clock that people set; the monotonic one goes on as ever ---- */

static time_t clock_error_s(void) {
    char text[32] = "";
    int fd = shim.clock == NULL ? -1 : (int)syscall(SYS_openat, AT_FDCWD, shim.clock, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return 0;
    bool known = syscall(SYS_read, fd, text, sizeof text - 1) > 0;
    syscall(SYS_close, fd);
    return known ? strtol(text, NULL, 10) : 0;
}

int clock_gettime(clockid_t clock, struct timespec *now) {
    int rc = (int)syscall(SYS_clock_gettime, clock, now);
    if (rc == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
        now->tv_sec += clock_error_s();
    return rc;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
    int rc = (int)syscall(SYS_gettimeofday, now, zone);
    if (rc == 0)
        now->tv_sec += clock_error_s();
    return rc;
}

time_t time(time_t *out) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (out != NULL)
        *out = now.tv_sec;
    return now.tv_sec;
}
