#include "store/replica.h"

#include "base/gzip.h"
#include "base/log.h"
#include "store/remote.h"
#include "store/version.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { lock_wait_ms = 10 * 1000, lock_poll_ms = 2, batch = 16, note_bytes = 128 };

/* ---- How far the copy has come ---- */

static void replica_path(const struct rr_store *store, char path[PATH_MAX]) {
    snprintf(path, PATH_MAX, "%s/.replica", store->root);
}

/* 0 where the note is of another shared store, or none. */
static int64_t read_note(int fd, const char *id) {
    char note[note_bytes] = "", of[RR_REMOTE_ID_SIZE];
    int64_t revision;
    ssize_t len = pread(fd, note, sizeof note - 1, 0);
    bool ours = len > 0 && sscanf(note, "%63s %" SCNd64, of, &revision) == 2 && strcmp(of, id) == 0;
    return ours ? revision : 0;
}

/* Written in place, since the file is what is locked: where a crash tears it, the copy begins anew. */
static void write_note(int fd, const char *id, int64_t revision) {
    char note[note_bytes];
    int len = snprintf(note, sizeof note, "%s %" PRId64 "\n", id, revision);
    if (pwrite(fd, note, (size_t)len, 0) == len && ftruncate(fd, len) == 0)
        return;
    static const char none[] = "- 0\n";
    (void)!pwrite(fd, none, sizeof none - 1, 0);
}

int rr_replica_lock(struct rr_store *store, struct rr_replica *replica, struct rr_err *err) {
    char path[PATH_MAX];
    struct rr_deadline deadline = rr_deadline_in_ms(lock_wait_ms);
    *replica = (struct rr_replica){.lock = RR_LOCK_FREE, .id = store->remote->id};
    replica_path(store, path);
    if (store->remote->connect(store->remote, err) != 0)
        return -1;
    while (rr_lock_try(&replica->lock, path, err) != 0) {
        if (err->code != RR_LOCKED)
            return -1;
        if (rr_deadline_passed(deadline))
            return rr_fail(err, RR_CACHE_WRITE_FAILED,
                           "another process has been changing the copy of the shared store for too long");
        rr_sleep_ms(lock_poll_ms);
    }
    replica->revision = read_note(replica->lock.fd, replica->id);
    return 0;
}

void rr_replica_unlock(struct rr_replica *replica, int64_t revision) {
    if (revision != 0 && revision != replica->revision)
        write_note(replica->lock.fd, replica->id, revision);
    rr_lock_release(&replica->lock);
}

/* ---- Reports ---- */

static bool is_report(struct rr_store *store, const struct rr_remote_row *row) {
    struct rr_document document = RR_DOCUMENT_EMPTY;
    struct rr_err ignored;
    bool same = rr_store_peek(store, &row->key, &document, &ignored) == 0 && strcmp(document.etag, row->etag) == 0;
    rr_document_free(&document);
    return same;
}

/* By the second name that only this very content has; where there is none, by reading the report. */
static bool has_copy(struct rr_store *store, const struct rr_remote_row *row) {
    char path[PATH_MAX], name[RR_VERSION_SIZE];
    uint64_t hash;
    struct stat report, version;
    rr_layout_report(store, &row->key, path);
    if (sscanf(row->etag, "W/\"%" SCNx64 "\"", &hash) != 1 || stat(path, &report) != 0)
        return false;
    rr_version_name(&row->key, hash, name);
    rr_version_path(store, name, "", path);
    return (stat(path, &version) == 0 && version.st_ino == report.st_ino) || is_report(store, row);
}

/* Only the very report that was retired: another has come from elsewhere. */
static void remove_copy(struct rr_store *store, const struct rr_remote_row *row) {
    char path[PATH_MAX];
    rr_layout_report(store, &row->key, path);
    if (is_report(store, row))
        unlink(path);
}

static int write_copy(struct rr_store *store, const struct rr_remote_row *row, struct rr_slice gzip, struct rr_err *err) {
    struct rr_sink sink;
    if (rr_store_begin(store, &row->key, &sink, err) != 0)
        return -1;
    if (rr_gunzip(gzip, &sink, err) == 0)
        return rr_layout_put_copy(store, gzip, row->etag, row->published_us, err);
    rr_store_abandon(store);
    return -1;
}

/* A report that is not what it should be is told of, and left: the next ones are not to wait for it. */
static int skip_broken(const struct rr_key *key, const struct rr_err *err) {
    if (err->code != RR_BROKEN)
        return -1;
    rr_log(RR_LOG_ERROR, "shared_report_broken",
           (const struct rr_log_field[]){
               {"as_of", key->as_of, 0}, {"mode", rr_mode_name(key->mode), 0}, {"reason", err->message, 0}, {0}});
    return 0;
}

int rr_replica_fetch(struct rr_store *store, const struct rr_key *key, struct rr_err *err) {
    struct rr_buf gzip = RR_BUF_INIT(RR_DOCUMENT_MAX_BYTES);
    struct rr_remote_row row;
    int rc = store->remote->fetch(store->remote, key, &row, &gzip, err);
    if (rc == 1 && write_copy(store, &row, (struct rr_slice){gzip.ptr, gzip.len}, err) != 0)
        rc = skip_broken(key, err);
    rr_buf_free(&gzip);
    return rc;
}

static int apply(struct rr_store *store, const struct rr_remote_row *row, struct rr_err *err) {
    if (row->retired) {
        remove_copy(store, row);
        return 0;
    }
    return has_copy(store, row) || rr_replica_fetch(store, &row->key, err) >= 0 ? 0 : -1;
}

/* ---- Status ---- */

static bool is_status(const struct rr_store *store, enum rr_mode mode, const struct rr_buf *document) {
    struct rr_buf have = RR_BUF_INIT(RR_STATUS_MAX_BYTES);
    struct rr_err ignored;
    bool same = rr_layout_status_text(store, mode, &have, &ignored) == 0 && have.len == document->len &&
                memcmp(have.ptr, document->ptr, have.len) == 0;
    rr_buf_free(&have);
    return same;
}

static int apply_status(struct rr_store *store, enum rr_mode mode, struct rr_err *err) {
    struct rr_buf document = RR_BUF_INIT(RR_STATUS_MAX_BYTES);
    int rc = store->remote->status(store->remote, mode, &document, err);
    if (rc == 1)
        rc = is_status(store, mode, &document)
                 ? 0
                 : rr_layout_write_status(store, mode, (struct rr_slice){document.ptr, document.len}, err);
    rr_buf_free(&document);
    return rc;
}

/* ---- All of it ---- */

/* Some rows behind *seen, which moves on; 1 while there may be more. */
static int catch_up_some(struct rr_store *store, int64_t *seen, struct rr_err *err) {
    struct rr_remote_row rows[batch];
    int count = store->remote->changes(store->remote, *seen, rows, batch, err);
    int rc = count < 0 ? -1 : 0;
    for (int i = 0; rc == 0 && i < count; i++) {
        rc = apply(store, &rows[i], err);
        *seen = rc == 0 ? rows[i].revision : *seen;
    }
    for (enum rr_mode mode = 0; rc == 0 && count < batch && mode < RR_MODE_COUNT; mode++)
        rc = apply_status(store, mode, err);
    return rc == 0 ? count == batch : -1;
}

/* In turns, so that a long way does not keep a publication waiting. Asked from the start, the note is put right at the end only:
 * the shared store may have gone back, by a failover or a backup put back. */
int rr_replica_catch_up(struct rr_store *store, bool from_start, struct rr_err *err) {
    struct rr_replica replica;
    int64_t seen = 0;
    int more = 1;
    for (bool first = true; more == 1; first = false) {
        if (rr_replica_lock(store, &replica, err) != 0)
            return -1;
        if (first && !from_start)
            seen = replica.revision;
        more = catch_up_some(store, &seen, err);
        rr_replica_unlock(&replica, more == 0 || !from_start ? seen : 0);
    }
    return more;
}

int rr_replica_retire_older(struct rr_store *store, enum rr_mode mode, int64_t before_us, const char *named, const char *newest,
                            struct rr_err *err) {
    struct rr_remote_row rows[batch];
    int count, retired;
    do {
        retired = 0;
        count = store->remote->older(store->remote, mode, before_us, rows, batch, err);
        for (int i = 0; i < count; i++) {
            const char *as_of = rows[i].key.as_of;
            if (strcmp(as_of, named) == 0 || strcmp(as_of, newest) == 0)
                continue;
            if (store->remote->retire(store->remote, &rows[i].key, err) != 0)
                return -1;
            retired++;
        }
    } while (count == batch && retired > 0);
    return count < 0 ? -1 : 0;
}
