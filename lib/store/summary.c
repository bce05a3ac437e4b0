#include "store/summary.h"

#include "base/json_scan.h"
#include "store/summarize.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int earlier_first(const void *left, const void *right) {
    const struct rr_key *a = left, *b = right;
    return strcmp(a->as_of, b->as_of);
}

int rr_store_list(struct rr_store *store, enum rr_mode mode, struct rr_keys *keys, struct rr_err *err) {
    *keys = (struct rr_keys){NULL, 0};
    struct rr_listing listing;
    int rc = rr_layout_list(store, mode, &listing, err);
    if (rc == 0 && listing.count > 0) {
        keys->keys = calloc(listing.count, sizeof *keys->keys);
        rc = keys->keys == NULL ? rr_fail_memory(err) : 0;
    }
    for (size_t i = 0; rc == 0 && i < listing.count; i++)
        keys->keys[keys->count++] = listing.reports[i].key;
    if (keys->keys != NULL)
        qsort(keys->keys, keys->count, sizeof *keys->keys, earlier_first);
    free(listing.reports);
    return rc;
}

void rr_summary_free(struct rr_summary *summary) {
    cJSON_Delete(summary->head);
    summary->head = NULL;
    rr_buf_free(&summary->text);
}

/* Reads the file's end, where the head is, or all of it. */
static bool read_part(int fd, enum rr_summary_part part, struct rr_buf *text) {
    struct rr_err ignored;
    if (part == RR_SUMMARY_HEAD) {
        off_t len = lseek(fd, 0, SEEK_END);
        if (len < 0 || lseek(fd, len > RR_SUMMARY_HEAD_MAX_BYTES ? len - RR_SUMMARY_HEAD_MAX_BYTES : 0, SEEK_SET) < 0)
            return false;
    }
    return rr_file_read_all(fd, text, &ignored) == 0 && text->len > 0 && text->ptr[text->len - 1] == '\n';
}

/* Takes the head off the text's end; false where there is none. */
static bool take_head(struct rr_summary *summary) {
    const char *before = memrchr(summary->text.ptr, '\n', summary->text.len - 1);
    size_t at = before == NULL ? 0 : (size_t)(before + 1 - summary->text.ptr);
    summary->head = cJSON_ParseWithLength(summary->text.ptr + at, summary->text.len - at);
    summary->text.len = at;
    summary->text.ptr[at] = '\0';
    return cJSON_IsObject(summary->head);
}

/* The file that is there, if it was made from that state of the report. */
static bool load(struct rr_store *store, const struct rr_key *key, const struct rr_file_state *file, enum rr_summary_part part,
                 struct rr_summary *summary) {
    char path[PATH_MAX], file_text[RR_FILE_STATE_SIZE];
    rr_summary_path(store, key, path);
    rr_summary_file_text(file, file_text);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    bool loaded = fd >= 0 && read_part(fd, part, &summary->text) && take_head(summary) &&
                  rr_slice_equal(rr_json_member(summary->head, "file"), rr_slice_of(file_text));
    if (fd >= 0)
        close(fd);
    if (!loaded)
        rr_summary_free(summary);
    return loaded;
}

static int append(void *ctx, const char *bytes, size_t len, struct rr_err *err) {
    struct rr_buf *text = ctx;
    rr_buf_add(text, bytes, len);
    return text->failed ? rr_fail_memory(err) : 0;
}

/* Puts it where the next reader finds it. One that cannot be written is made again. */
static void keep(struct rr_store *store, const struct rr_key *key, const struct rr_buf *text) {
    char path[PATH_MAX];
    struct rr_draft draft;
    struct rr_err ignored;
    rr_summary_path(store, key, path);
    if (rr_draft_open(&draft, path, &ignored) == 0 && rr_draft_write(&draft, text->ptr, text->len, &ignored) == 0)
        rr_draft_commit(&draft, &ignored);
}

/* Appends the summary of a document that was just found. */
static int summarize(struct rr_store *store, const struct rr_document *document, struct rr_buf *text, struct rr_err *err) {
    const struct rr_sink into_text = {append, text};
    const struct rr_remembered *remembered = rr_layout_remembered(store, &document->meta.key);
    return rr_summarize((struct rr_slice){document->body.ptr, document->body.len}, &remembered->meta, &remembered->file,
                        &into_text, err);
}

static int make(struct rr_store *store, const struct rr_key *key, struct rr_summary *summary, struct rr_err *err) {
    struct rr_document document = RR_DOCUMENT_EMPTY;
    int rc = rr_store_find(store, key, &document, err) == 0 ? summarize(store, &document, &summary->text, err) : -1;
    rr_document_free(&document);
    if (rc == 0) {
        keep(store, key, &summary->text);
        rc = take_head(summary) ? 0 : rr_fail_memory(err);
    }
    return rc;
}

bool rr_summary_is_wrong(struct rr_store *store, const struct rr_document *document) {
    const struct rr_key *key = &document->meta.key;
    const struct rr_file_state file = rr_layout_remembered(store, key)->file;
    struct rr_summary kept = {.key = *key, .text = RR_BUF_INIT(RR_DOCUMENT_MAX_BYTES)}, made = kept;
    struct rr_err ignored;
    bool wrong =
        load(store, key, &file, RR_SUMMARY_ROWS, &kept) && summarize(store, document, &made.text, &ignored) == 0 &&
        take_head(&made) &&
        (!cJSON_Compare(kept.head, made.head, true) || rr_slice_compare(rr_summary_rows(&kept), rr_summary_rows(&made)) != 0);
    rr_summary_free(&kept);
    rr_summary_free(&made);
    return wrong;
}

int rr_store_summary(struct rr_store *store, const struct rr_key *key, enum rr_summary_part part, struct rr_summary *summary,
                     struct rr_err *err) {
    char path[PATH_MAX];
    struct stat st;
    bool loaded = false;
    *summary = (struct rr_summary){.key = *key, .text = RR_BUF_INIT(RR_DOCUMENT_MAX_BYTES)};
    rr_layout_report(store, key, path);
    if (stat(path, &st) == 0) {
        const struct rr_file_state file = rr_file_state_of(&st);
        loaded = load(store, key, &file, part, summary);
    }
    int rc = loaded ? 0 : make(store, key, summary, err);
    if (part == RR_SUMMARY_HEAD)
        rr_buf_clear(&summary->text);
    return rc;
}

struct rr_slice rr_summary_rows(const struct rr_summary *summary) {
    return (struct rr_slice){summary->text.ptr, summary->text.len};
}

static bool take_next(struct rr_slice *left, struct rr_slice *value) {
    return rr_json_take(left, ',') && rr_json_take_value(left, value);
}

bool rr_summary_next_row(struct rr_slice *left, struct rr_summary_row *row) {
    struct rr_slice pipeline_zero;
    bool taken = rr_json_take(left, '[') && rr_json_take_value(left, &row->org_id) && take_next(left, &row->org_name) &&
                 take_next(left, &row->counterparty_name) && take_next(left, &row->tier) && take_next(left, &row->target) &&
                 take_next(left, &row->coverage) && take_next(left, &row->gap) && take_next(left, &pipeline_zero) &&
                 take_next(left, &row->level) && rr_json_take(left, ']');
    row->pipeline_zero = taken && pipeline_zero.ptr[0] == 't';
    return taken;
}
