#include "store/store.h"

#include "store/document.h"
#include "store/peers.h"
#include "store/remote.h"
#include "store/replica.h"
#include "store/version.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ns_per_s = 1000000000 };

/* How long a look at what others do may take: for a lock among processes of this host, and for one among hosts. */
enum { local_wait_ms = 10, local_jitter_ms = 10, remote_wait_ms = 250, ns_per_us = 1000 };

static int make_folders(const struct rr_store *store, struct rr_err *err) {
    char folder[PATH_MAX];
    for (enum rr_mode mode = 0; mode < RR_MODE_COUNT; mode++) {
        rr_layout_folder(store, mode, folder);
        if (rr_file_make_dirs(folder, err) != 0)
            return -1;
    }
    rr_version_path(store, "", "", folder);
    return rr_file_make_dirs(folder, err);
}

int rr_store_open(struct rr_store **out, const char *cache_dir, struct rr_err *err) {
    struct rr_store *store = calloc(1, sizeof *store);
    if (store == NULL)
        return rr_fail_memory(err);
    store->lock = (struct rr_lock)RR_LOCK_FREE;
    store->draft.fd = store->sibling.fd = store->summary.fd = -1;
    int rc = 0;
    if (snprintf(store->root, sizeof store->root, "%s", cache_dir) >= (int)sizeof store->root)
        rc = rr_fail(err, RR_BAD_SETTING, "CACHE_DIR is too long a name");
    if (rc == 0)
        rc = make_folders(store, err) == 0 ? rr_layout_sweep(store, err) : -1;
    *out = store;
    if (rc != 0)
        rr_store_close(out);
    return rc;
}

void rr_store_close(struct rr_store **store) {
    if (*store == NULL)
        return;
    rr_store_abandon(*store);
    rr_store_unlock(*store);
    if ((*store)->remote != NULL)
        (*store)->remote->close(&(*store)->remote);
    free(*store);
    *store = NULL;
}

int rr_store_join(struct rr_store *store, const char *uri, struct rr_err *err) {
    bool files_alone = uri[0] == '\0' || strcmp(uri, "file") == 0;
    return files_alone ? 0 : rr_remote_open(&store->remote, uri, err);
}

bool rr_store_has_peers(const struct rr_store *store) {
    return store->remote != NULL;
}

static int lock_host(struct rr_store *store, struct rr_err *err) {
    char path[PATH_MAX];
    rr_layout_lock(store, path);
    if (rr_lock_try(&store->lock, path, err) == 0)
        return 0;
    /* Somebody has removed the whole cache: it is made again as at the start. */
    bool removed = err->code != RR_LOCKED && access(store->root, F_OK) != 0 && errno == ENOENT;
    return removed && make_folders(store, err) == 0 ? rr_lock_try(&store->lock, path, err) : -1;
}

/* Among processes of this host first: so each host has one at most that asks for the lock among hosts. */
int rr_store_lock(struct rr_store *store, struct rr_err *err) {
    int rc = lock_host(store, err);
    store->waits_for_host = rc != 0;
    if (rc != 0 || store->remote == NULL)
        return rc;
    if (store->remote->lock(store->remote, err) == 0 && rr_replica_catch_up(store, false, err) == 0)
        return 0;
    if (err->code == RR_LOCKED) /* who waits for it goes on listening */
        rr_lock_release(&store->lock);
    else
        rr_store_unlock(store);
    return -1;
}

bool rr_store_is_locked(struct rr_store *store) {
    struct rr_err err;
    if (lock_host(store, &err) != 0)
        return err.code == RR_LOCKED;
    rr_lock_release(&store->lock);
    return false;
}

/* What cannot be had for now is asked for again soon enough. */
void rr_store_wait(struct rr_store *store) {
    struct rr_err ignored;
    int64_t jitter_ms = rr_clock_now_ns(&rr_clock_system) / ns_per_us % local_jitter_ms;
    if (store->remote == NULL || store->waits_for_host)
        rr_sleep_ms(local_wait_ms + jitter_ms);
    else if (rr_store_follow(store, remote_wait_ms, &ignored) < 0 || rr_replica_catch_up(store, false, &ignored) != 0)
        rr_sleep_ms(remote_wait_ms + jitter_ms);
}

pid_t rr_store_lock_holder(const struct rr_store *store) {
    char path[PATH_MAX];
    rr_layout_lock(store, path);
    return rr_lock_holder(path);
}

void rr_store_unlock(struct rr_store *store) {
    if (store->remote != NULL)
        store->remote->unlock(store->remote);
    rr_lock_release(&store->lock);
}

void rr_document_free(struct rr_document *document) {
    rr_buf_free(&document->body);
}

static struct rr_remembered *remembered_slot(struct rr_store *store, const struct rr_key *key) {
    return &store->remembered[(rr_hash64(rr_slice_of(key->as_of)) + key->mode) % RR_REMEMBERED_MAX];
}

const struct rr_remembered *rr_layout_remembered(struct rr_store *store, const struct rr_key *key) {
    return remembered_slot(store, key);
}

bool rr_layout_same_key(const struct rr_key *a, const struct rr_key *b) {
    return a->mode == b->mode && strcmp(a->as_of, b->as_of) == 0;
}

static bool is_remembered(const struct rr_remembered *slot, const struct rr_key *key, const struct stat *st) {
    const struct rr_file_state file = rr_file_state_of(st);
    return rr_file_state_equal(&slot->file, &file) && rr_layout_same_key(&slot->meta.key, key);
}

void rr_store_etag(uint64_t hash, char etag[RR_ETAG_SIZE]) {
    snprintf(etag, RR_ETAG_SIZE, "W/\"%016llx\"", (unsigned long long)hash);
}

void rr_layout_remember(struct rr_store *store, int fd, const struct stat *st, const struct rr_document_meta *meta,
                        uint64_t hash) {
    struct rr_remembered *slot = remembered_slot(store, &meta->key);
    *slot = (struct rr_remembered){.file = rr_file_state_of(st), .meta = *meta};
    rr_store_etag(hash, slot->etag);
    rr_version_name(&meta->key, hash, slot->version);
    if (!rr_version_link(store, fd, slot->version))
        slot->version[0] = '\0';
    slot->has_gzip = slot->version[0] != '\0' && rr_version_exists(store, slot->version, RR_GZIP_SUFFIX);
}

/* Checks the bytes of an open file, and remembers what they were found to be. */
static int check(struct rr_store *store, const struct rr_key *key, int fd, struct rr_slice bytes, const struct stat *st,
                 struct rr_err *err) {
    struct rr_document_meta meta;
    if (is_remembered(remembered_slot(store, key), key, st))
        return 0;
    if (rr_document_check(bytes, &meta, err) != 0)
        return -1;
    if (!rr_layout_same_key(&meta.key, key))
        return rr_fail(err, RR_BROKEN, "the file holds another report, %s (%s)", meta.key.as_of, rr_mode_name(meta.key.mode));
    rr_layout_remember(store, fd, st, &meta, rr_hash64(bytes));
    return 0;
}

/* What is remembered of the file is what there is to say of the document. */
static void describe(const struct rr_remembered *slot, struct rr_document *document) {
    document->meta = slot->meta;
    document->modified_s = slot->file.mtime_ns / ns_per_s;
    document->has_gzip = slot->has_gzip;
    memcpy(document->etag, slot->etag, sizeof document->etag);
    memcpy(document->version, slot->version, sizeof document->version);
}

static int read_document(struct rr_store *store, const struct rr_key *key, int fd, struct rr_document *document,
                         struct rr_err *err) {
    struct stat st;
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
        return rr_fail(err, RR_BROKEN, "it is not a regular file");
    if (rr_file_read_all(fd, &document->body, err) != 0)
        return -1;
    if (check(store, key, fd, (struct rr_slice){document->body.ptr, document->body.len}, &st, err) != 0)
        return -1;
    describe(remembered_slot(store, key), document);
    return 0;
}

int rr_store_find(struct rr_store *store, const struct rr_key *key, struct rr_document *document, struct rr_err *err) {
    char path[PATH_MAX];
    rr_layout_report(store, key, path);
    rr_buf_clear(&document->body);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a FIFO in a report's place must not hold us */
    if (fd < 0)
        return rr_fail(err, errno == ENOENT ? RR_NOT_FOUND : RR_PIPELINE_FAILED, "the report cannot be opened: %s",
                       strerror(errno));
    int rc = read_document(store, key, fd, document, err);
    close(fd);
    return rc;
}

int rr_store_peek(struct rr_store *store, const struct rr_key *key, struct rr_document *document, struct rr_err *err) {
    char path[PATH_MAX];
    struct stat st;
    rr_layout_report(store, key, path);
    const struct rr_remembered *slot = remembered_slot(store, key);
    rr_buf_clear(&document->body);
    if (stat(path, &st) == 0 && is_remembered(slot, key, &st)) {
        describe(slot, document);
        return 0;
    }
    int rc = rr_store_find(store, key, document, err);
    rr_buf_free(&document->body);
    return rc;
}

static int newest_first(const void *left, const void *right) {
    const struct rr_listed *a = left, *b = right;
    if (a->file.mtime_ns != b->file.mtime_ns)
        return a->file.mtime_ns < b->file.mtime_ns ? 1 : -1;
    return strcmp(b->key.as_of, a->key.as_of);
}

static int find_newest(struct rr_store *store, enum rr_mode mode, struct rr_document *document, struct rr_err *err) {
    struct rr_listing listing;
    int rc = rr_layout_list(store, mode, &listing, err);
    bool found = false;
    if (rc == 0 && listing.count > 0)
        qsort(listing.reports, listing.count, sizeof *listing.reports, newest_first);
    for (size_t i = 0; rc == 0 && i < listing.count && !found; i++)
        found = rr_store_peek(store, &listing.reports[i].key, document, err) == 0;
    free(listing.reports);
    return rc != 0 || found ? rc : rr_fail(err, RR_NOT_FOUND, "there is no valid report of the mode yet");
}

int rr_store_peek_latest(struct rr_store *store, enum rr_mode mode, struct rr_document *document, struct rr_err *err) {
    struct rr_key key;
    if (rr_layout_last_success(store, mode, &key, err) == 1 && rr_store_peek(store, &key, document, err) == 0)
        return 0;
    return find_newest(store, mode, document, err);
}

bool rr_store_hand_over(const struct rr_document *document, bool gzip, char name[RR_VERSION_SIZE], bool *is_gzip) {
    *is_gzip = gzip && document->has_gzip;
    return document->version[0] != '\0' &&
           snprintf(name, RR_VERSION_SIZE, "%s%s", document->version, *is_gzip ? RR_GZIP_SUFFIX : "") < RR_VERSION_SIZE;
}
