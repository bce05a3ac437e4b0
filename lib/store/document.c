#include "store/document.h"

#include "base/json_scan.h"

#include <stdio.h>
#include <string.h>

/* Is the JSON string "meta", however it is spelled? */
static bool is_meta(struct rr_slice string) {
    char copy[sizeof "\"\\u006d\\u0065\\u0074\\u0061\""];
    if (string.len >= sizeof copy)
        return false;
    memcpy(copy, string.ptr, string.len);
    return rr_slice_equal(rr_json_decode(copy, string.len), rr_slice_of("meta"));
}

/* The bytes of the first member "meta"; the whole text has been found to be valid. */
static bool find_meta(struct rr_slice text, struct rr_slice *meta) {
    struct rr_slice name;
    while (rr_json_next_member(&text, &name, meta))
        if (is_meta(name))
            return true;
    return false;
}

/* Meta as a tree, with the bytes that it was read from; NULL where text is not what a report is. */
static cJSON *read_document(struct rr_slice text, struct rr_slice *meta_text, struct rr_err *err) {
    if (text.len == 0 || !rr_json_is_valid(text) || !find_meta(text, meta_text)) {
        rr_err_set(err, RR_BROKEN,
                   text.len == 0 ? "the file is empty" : "the file is not one whole JSON document with a meta object");
        return NULL;
    }
    cJSON *meta = rr_json_parse(*meta_text, err);
    if (meta == NULL || cJSON_IsObject(meta))
        return meta;
    rr_err_set(err, RR_BROKEN, "the file's meta is not an object");
    cJSON_Delete(meta);
    return NULL;
}

/* False where meta has no such text, or one that is too long to be ours. */
static bool copy_member(const cJSON *meta, const char *name, char *out, size_t size) {
    struct rr_slice text = rr_json_member(meta, name);
    bool fits = text.ptr != NULL && text.len < size;
    snprintf(out, size, "%s", fits ? text.ptr : "");
    return fits;
}

static bool read_meta(const cJSON *tree, struct rr_document_meta *meta) {
    copy_member(tree, "db_version", meta->db_version, sizeof meta->db_version);
    copy_member(tree, "db_signature", meta->db_signature, sizeof meta->db_signature);
    copy_member(tree, "generated_at", meta->generated_at, sizeof meta->generated_at);
    copy_member(tree, "generator_version", meta->generator_version, sizeof meta->generator_version);
    copy_member(tree, "job_run_id", meta->job_run_id, sizeof meta->job_run_id);
    meta->key.mode = rr_mode_parse(rr_json_member(tree, "mode"));
    return copy_member(tree, "as_of", meta->key.as_of, sizeof meta->key.as_of) && meta->key.mode != RR_MODE_COUNT;
}

int rr_document_check(struct rr_slice text, struct rr_document_meta *meta, struct rr_err *err) {
    struct rr_slice meta_text;
    cJSON *tree = read_document(text, &meta_text, err);
    if (tree == NULL)
        return -1;
    bool named = read_meta(tree, meta);
    cJSON_Delete(tree);
    return named ? 0 : rr_fail(err, RR_BROKEN, "the file's meta does not say its date and mode");
}

static void replace_members(struct rr_json *json, cJSON *meta, const cJSON *members) {
    for (const cJSON *member = members->child; member != NULL; member = member->next) {
        cJSON_DeleteItemFromObjectCaseSensitive(meta, member->string);
        rr_json_add(json, meta, member->string, cJSON_Duplicate(member, true));
    }
}

int rr_document_restamp(const struct rr_buf *body, const cJSON *members, struct rr_buf *out, struct rr_err *err) {
    struct rr_slice text = {body->ptr, body->len}, meta_text;
    struct rr_json json = {false};
    cJSON *meta = read_document(text, &meta_text, err);
    if (meta == NULL)
        return -1;
    replace_members(&json, meta, members);
    rr_buf_add(out, text.ptr, (size_t)(meta_text.ptr - text.ptr));
    if (rr_json_print(&json, meta, out, err) != 0)
        return -1;
    const char *rest = meta_text.ptr + meta_text.len;
    rr_buf_add(out, rest, (size_t)(text.ptr + text.len - rest));
    return out->failed ? rr_fail_memory(err) : 0;
}
