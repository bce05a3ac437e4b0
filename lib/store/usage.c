#include "store/layout.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum { probe_bytes = 64 * 1024 };

struct counting {
    enum rr_mode mode;
    struct rr_usage *usage;
};

static int count_report(void *ctx, const char *name, const char *path, struct rr_err *err) {
    (void)err;
    const struct counting *counting = ctx;
    struct rr_key key;
    struct stat st;
    if (rr_layout_is_report(name, counting->mode, &key) && stat(path, &st) == 0) {
        counting->usage->reports++;
        counting->usage->bytes += (uint64_t)st.st_size;
    }
    return 0;
}

int rr_store_usage(struct rr_store *store, enum rr_mode mode, struct rr_usage *usage, struct rr_err *err) {
    struct counting counting = {mode, usage};
    *usage = (struct rr_usage){0, 0};
    return rr_layout_visit(store, mode, count_report, &counting, err);
}

int64_t rr_store_free_bytes(const struct rr_store *store) {
    struct statvfs st;
    return statvfs(store->root, &st) == 0 ? (int64_t)st.f_bavail * (int64_t)st.f_frsize : -1;
}

/* A file without a name takes room as any other does, and is gone with its descriptor. Some filesystems have none such: there the
 * permissions must do. */
int rr_store_check_writable(const struct rr_store *store, struct rr_err *err) {
    int fd = open(store->root, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    int reason = fd < 0 ? errno : posix_fallocate(fd, 0, probe_bytes);
    if (fd >= 0)
        close(fd);
    if (reason == EOPNOTSUPP)
        reason = access(store->root, W_OK | X_OK) == 0 ? 0 : errno;
    return reason == 0 ? 0 : rr_fail(err, RR_CACHE_WRITE_FAILED, "the cache cannot be written: %s", strerror(reason));
}

int rr_store_share(const struct rr_store *store, size_t size, uint64_t kind, struct rr_shared *shared, struct rr_err *err) {
    char path[PATH_MAX];
    rr_layout_shared(store, path);
    return rr_shared_open(shared, path, size, kind, err);
}

bool rr_store_is_shared(const struct rr_store *store, const struct rr_shared *shared) {
    char path[PATH_MAX];
    rr_layout_shared(store, path);
    return rr_shared_is_at(shared, path);
}
