#include "store/store.h"

#include "base/gzip.h"
#include "store/document.h"
#include "store/layout.h"
#include "store/summarize.h"
#include "store/version.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ns_per_s = 1000000000, head_max_bytes = 4096 };

/* How siblings are compressed. A report of a hundred thousand rows would take longer than it takes to be made, and gain little.
 */
enum { best_level = 9, large_level = 1, large_bytes = 16 * 1024 * 1024 };

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
    free(*store);
    *store = NULL;
}

int rr_store_lock(struct rr_store *store, struct rr_err *err) {
    char path[PATH_MAX];
    rr_layout_lock(store, path);
    if (rr_lock_try(&store->lock, path, err) == 0)
        return 0;
    /* Somebody has removed the whole cache: it is made again as at the start. */
    bool removed = err->code != RR_LOCKED && access(store->root, F_OK) != 0 && errno == ENOENT;
    return removed && make_folders(store, err) == 0 ? rr_lock_try(&store->lock, path, err) : -1;
}

bool rr_store_is_locked(struct rr_store *store) {
    struct rr_err err;
    if (rr_store_lock(store, &err) != 0)
        return err.code == RR_LOCKED;
    rr_store_unlock(store);
    return false;
}

pid_t rr_store_lock_holder(const struct rr_store *store) {
    char path[PATH_MAX];
    rr_layout_lock(store, path);
    return rr_lock_holder(path);
}

void rr_store_unlock(struct rr_store *store) {
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

static bool same_key(const struct rr_key *a, const struct rr_key *b) {
    return a->mode == b->mode && strcmp(a->as_of, b->as_of) == 0;
}

static bool is_remembered(const struct rr_remembered *slot, const struct rr_key *key, const struct stat *st) {
    const struct rr_file_state file = rr_file_state_of(st);
    return rr_file_state_equal(&slot->file, &file) && same_key(&slot->meta.key, key);
}

void rr_store_etag(uint64_t hash, char etag[RR_ETAG_SIZE]) {
    snprintf(etag, RR_ETAG_SIZE, "W/\"%016llx\"", (unsigned long long)hash);
}

/* Remembers that the open file is valid, and gives it its second name. */
static void remember(struct rr_store *store, int fd, const struct stat *st, const struct rr_document_meta *meta, uint64_t hash) {
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
    if (!same_key(&meta.key, key))
        return rr_fail(err, RR_BROKEN, "the file holds another report, %s (%s)", meta.key.as_of, rr_mode_name(meta.key.mode));
    remember(store, fd, st, &meta, rr_hash64(bytes));
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

static int commit_sibling(struct rr_store *store, const char *version, int threads, struct rr_err *err) {
    const struct rr_sink into_sibling = {write_sibling, &store->sibling};
    uint64_t size = store->hash.len;
    char path[PATH_MAX];
    rr_version_path(store, version, RR_GZIP_SUFFIX, path);
    if (rr_draft_flush(&store->draft, err) != 0)
        return -1;
    int rc = rr_gzip_file(store->draft.fd, size, size < large_bytes ? best_level : large_level, threads, &into_sibling, err);
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
    return rr_document_check(line, &store->meta, &ignored) == 0 && same_key(&store->meta.key, &store->key);
}

/* What was just published need not be read again to be known as valid. */
static void remember_published(struct rr_store *store) {
    struct stat st;
    char path[PATH_MAX];
    rr_layout_report(store, &store->key, path);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd >= 0 && fstat(fd, &st) == 0)
        remember(store, fd, &st, &store->meta, rr_hash_end(&store->hash));
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

/* The sibling is put in its place first: whoever sees the report finds it. Its name is the report's hash, so it can belong to no
 * other. */
static int seal(struct rr_store *store, int threads, struct rr_err *err) {
    char version[RR_VERSION_SIZE];
    rr_version_name(&store->key, rr_hash_end(&store->hash), version);
    if (commit_sibling(store, version, threads, err) != 0)
        return -1;
    store->is_known = read_first_line(store);
    store->has_summary = store->is_known && draft_summary(store);
    return 0;
}

int rr_store_seal(struct rr_store *store, int threads, struct rr_err *err) {
    int rc = seal(store, threads, err);
    if (rc != 0)
        rr_store_abandon(store);
    return rc;
}

static int commit_report(struct rr_store *store, struct rr_err *err) {
    struct rr_err ignored;
    if (rr_draft_commit(&store->draft, err) != 0)
        return -1;
    if (store->has_summary)
        rr_draft_commit(&store->summary, &ignored);
    if (store->is_known)
        remember_published(store);
    rr_version_sweep(store, RR_VERSION_GRACE_S);
    return 0;
}

int rr_store_publish(struct rr_store *store, const struct rr_status_change *change, struct rr_err *err) {
    int rc = commit_report(store, err);
    if (rc == 0 && change != NULL)
        rc = rr_store_record(store, store->key.mode, change, err);
    rr_store_abandon(store);
    return rc;
}

void rr_store_abandon(struct rr_store *store) {
    rr_draft_discard(&store->summary);
    rr_draft_discard(&store->sibling);
    rr_draft_discard(&store->draft);
    rr_buf_free(&store->head);
}
