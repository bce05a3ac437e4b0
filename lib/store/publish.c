#include "base/clock.h"
#include "base/gzip.h"
#include "store/document.h"
#include "store/remote.h"
#include "store/replica.h"
#include "store/summarize.h"
#include "store/version.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { head_max_bytes = 4096, us_per_s = 1000000, ns_per_us = 1000 };

/* How siblings are compressed. A report of a hundred thousand rows would take longer than it takes to be made, and gain little.
 */
enum { best_level = 9, large_level = 1, large_bytes = 16 * 1024 * 1024 };

static int write_report(void *ctx, const char *bytes, size_t len, struct rr_err *err) {
    struct rr_store *store = ctx;
    size_t room = head_max_bytes - store->head.len;
    rr_buf_add(&store->head, bytes, len < room ? len : room);
    rr_hash_add(&store->hash, (struct rr_slice){bytes, len});
    return rr_draft_write(&store->draft, bytes, len, err);
}

int rr_store_begin(struct rr_store *store, const struct rr_key *key, struct rr_sink *sink, struct rr_err *err) {
    char report[PATH_MAX], sibling[PATH_MAX];
    rr_layout_report(store, key, report);
    rr_version_path(store, "sibling", "", sibling);
    rr_version_sweep(store, RR_VERSION_GRACE_S); /* first, since a full disk may be full of what goes here */
    store->key = *key;
    store->hash = (struct rr_hash)RR_HASH_INIT;
    store->head = (struct rr_buf)RR_BUF_INIT(head_max_bytes);
    *sink = (struct rr_sink){write_report, store};
    if (rr_draft_open(&store->draft, report, err) == 0 && rr_draft_open(&store->sibling, sibling, err) == 0)
        return 0;
    rr_store_abandon(store);
    return -1;
}

static int write_sibling(void *ctx, const char *bytes, size_t len, struct rr_err *err) {
    return rr_draft_write(ctx, bytes, len, err);
}

static void sibling_path(const struct rr_store *store, char path[PATH_MAX]) {
    char version[RR_VERSION_SIZE];
    rr_version_name(&store->key, rr_hash_end(&store->hash), version);
    rr_version_path(store, version, RR_GZIP_SUFFIX, path);
}

/* gzip is the body compressed, ptr NULL where that is still to be done. */
static int commit_sibling(struct rr_store *store, struct rr_slice gzip, int threads, struct rr_err *err) {
    const struct rr_sink into_sibling = {write_sibling, &store->sibling};
    uint64_t size = store->hash.len;
    int level = size < large_bytes ? best_level : large_level;
    char path[PATH_MAX];
    sibling_path(store, path);
    int rc = gzip.ptr != NULL ? rr_draft_write(&store->sibling, gzip.ptr, gzip.len, err)
                              : rr_gzip_file(store->draft.fd, size, level, threads, &into_sibling, err);
    return rc == 0 ? rr_draft_commit_as(&store->sibling, path, err) : -1;
}

/* What the report says of itself, by its first line. False where that is not how it begins: it is read when it is asked for. */
static bool read_first_line(struct rr_store *store) {
    struct rr_err ignored;
    char *line_end = store->head.len == 0 ? NULL : memchr(store->head.ptr, '\n', store->head.len);
    if (line_end == NULL || line_end == store->head.ptr)
        return false;
    line_end[-1] = '}'; /* in place of the comma before what follows meta */
    const struct rr_slice line = {store->head.ptr, (size_t)(line_end - store->head.ptr)};
    return rr_document_check(line, &store->meta, &ignored) == 0 && rr_layout_same_key(&store->meta.key, &store->key);
}

/* What was just published need not be read again to be known as valid. */
static void remember_published(struct rr_store *store) {
    struct stat st;
    char path[PATH_MAX];
    rr_layout_report(store, &store->key, path);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd >= 0 && fstat(fd, &st) == 0)
        rr_layout_remember(store, fd, &st, &store->meta, rr_hash_end(&store->hash));
    if (fd >= 0)
        close(fd);
}

/* Makes the summary, to be put in its place when the report is there. Without one it is made when it is asked for. */
static bool draft_summary(struct rr_store *store) {
    char path[PATH_MAX];
    struct rr_err ignored;
    rr_summary_path(store, &store->key, path);
    if (rr_draft_open(&store->summary, path, &ignored) != 0)
        return false;
    if (rr_summarize_draft(&store->draft, &store->meta, &store->summary, &ignored) == 0)
        return true;
    rr_draft_discard(&store->summary);
    return false;
}

static int commit_report(struct rr_store *store, struct rr_err *err) {
    struct rr_err ignored;
    if (rr_draft_commit(&store->draft, err) != 0)
        return -1;
    if (store->has_summary)
        rr_draft_commit(&store->summary, &ignored);
    if (store->is_known)
        remember_published(store);
    return 0;
}

/* A report has the same time on every host that shares it. */
static int stamp(struct rr_store *store, int64_t published_us, struct rr_err *err) {
    const struct timespec times[] = {{.tv_nsec = UTIME_OMIT},
                                     {.tv_sec = published_us / us_per_s, .tv_nsec = published_us % us_per_s * ns_per_us}};
    store->published_us = published_us;
    return futimens(store->draft.fd, times) == 0
               ? 0
               : rr_fail(err, RR_CACHE_WRITE_FAILED, "the report cannot be given its time: %s", strerror(errno));
}

/* The sibling is put in its place first: whoever sees the report finds it. Its name is the report's hash, so it can belong to no
 * other. published_us 0: whenever it was written. */
static int seal(struct rr_store *store, struct rr_slice gzip, int threads, int64_t published_us, struct rr_err *err) {
    if (rr_draft_flush(&store->draft, err) != 0 || commit_sibling(store, gzip, threads, err) != 0 ||
        (published_us != 0 && stamp(store, published_us, err) != 0))
        return -1;
    store->is_known = read_first_line(store);
    store->has_summary = store->is_known && draft_summary(store);
    return 0;
}

int rr_store_seal(struct rr_store *store, int threads, struct rr_err *err) {
    int64_t now_us = store->remote == NULL ? 0 : rr_clock_now_ns(&rr_clock_system) / ns_per_us;
    int rc = seal(store, (struct rr_slice){NULL, 0}, threads, now_us, err);
    if (rc != 0)
        rr_store_abandon(store);
    return rc;
}

int rr_layout_seal_at(struct rr_store *store, int64_t published_us, struct rr_err *err) {
    return seal(store, (struct rr_slice){NULL, 0}, 1, published_us, err);
}

int rr_layout_put_copy(struct rr_store *store, struct rr_slice gzip, const char *etag, int64_t published_us, struct rr_err *err) {
    char have[RR_ETAG_SIZE];
    rr_store_etag(rr_hash_end(&store->hash), have);
    int rc = strcmp(have, etag) == 0 ? seal(store, gzip, 1, published_us, err)
                                     : rr_fail(err, RR_BROKEN, "the shared report is not what its ETag says");
    if (rc == 0)
        rc = commit_report(store, err);
    rr_store_abandon(store);
    return rc;
}

/* ---- Into its place ---- */

/* The status is written before the report takes its place, though it takes its own after it: a disk that has no room for it
 * leaves the report as it was. */
static int commit_files(struct rr_store *store, struct rr_slice status, struct rr_err *err) {
    struct rr_draft draft = {.fd = -1};
    if (status.ptr != NULL && rr_layout_draft_status(store, store->key.mode, status, &draft, err) != 0)
        return -1;
    int rc = commit_report(store, err);
    if (rc == 0 && status.ptr != NULL)
        rc = rr_draft_commit(&draft, err);
    rr_draft_discard(&draft);
    return rc;
}

/* What all hosts share comes first: if that cannot be, nothing has changed; and if the files then cannot, they catch up later. */
static int share(struct rr_store *store, struct rr_slice gzip, struct rr_slice status, struct rr_err *err) {
    struct rr_remote_row row = {.key = store->key, .published_us = store->published_us};
    const struct rr_publication publication = {store->key.mode, &row, &store->meta, gzip, status};
    struct rr_replica replica;
    int64_t revision = 0;
    rr_store_etag(rr_hash_end(&store->hash), row.etag);
    if (!store->is_known)
        return rr_fail(err, RR_BROKEN, "the report does not begin with its meta");
    if (rr_replica_lock(store, &replica, err) != 0)
        return -1;
    int rc = store->remote->publish(store->remote, &publication, &revision, err);
    if (rc == 0)
        rc = commit_files(store, status, err);
    rr_replica_unlock(&replica, rc == 0 ? revision : 0);
    return rc;
}

static int share_with_body(struct rr_store *store, struct rr_slice status, struct rr_err *err) {
    struct rr_buf gzip = RR_BUF_INIT(RR_DOCUMENT_MAX_BYTES);
    char path[PATH_MAX];
    sibling_path(store, path);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    int rc = fd < 0 ? rr_fail(err, RR_CACHE_WRITE_FAILED, "the compressed report cannot be opened: %s", strerror(errno))
                    : rr_file_read_all(fd, &gzip, err);
    if (fd >= 0)
        close(fd);
    if (rc == 0)
        rc = share(store, (struct rr_slice){gzip.ptr, gzip.len}, status, err);
    rr_buf_free(&gzip);
    return rc;
}

int rr_store_publish(struct rr_store *store, const struct rr_status_change *change, struct rr_err *err) {
    struct rr_buf text = RR_BUF_INIT(RR_STATUS_MAX_BYTES);
    int rc = change == NULL ? 0 : rr_layout_changed_status(store, store->key.mode, change, &text, err);
    const struct rr_slice status = {text.ptr, text.len};
    if (rc == 0)
        rc = store->remote == NULL ? commit_files(store, status, err) : share_with_body(store, status, err);
    rr_buf_free(&text);
    rr_store_abandon(store);
    return rc;
}

void rr_store_abandon(struct rr_store *store) {
    rr_draft_discard(&store->summary);
    rr_draft_discard(&store->sibling);
    rr_draft_discard(&store->draft);
    rr_buf_free(&store->head);
}
