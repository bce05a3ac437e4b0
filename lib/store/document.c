#include "store/document.h"

#include <stdio.h>
#include <string.h>

/* Where the walk stands. Everything it reads lies in [at, end). */
struct walk {
    const char *at;
    const char *end;
};

static void skip_space(struct walk *walk) {
    while (walk->at < walk->end && (*walk->at == ' ' || *walk->at == '\n' || *walk->at == '\r' || *walk->at == '\t'))
        walk->at++;
}

/* Takes the sign if it comes next, white space around it too. */
static bool take(struct walk *walk, char sign) {
    skip_space(walk);
    if (walk->at == walk->end || *walk->at != sign)
        return false;
    walk->at++;
    skip_space(walk);
    return true;
}

/* One value as a tree, which the caller deletes; NULL where there is none. */
static cJSON *take_value(struct walk *walk) {
    const char *end = NULL;
    cJSON *value = cJSON_ParseWithLengthOpts(walk->at, (size_t)(walk->end - walk->at), &end, false);
    if (value != NULL)
        walk->at = end;
    return value;
}

/* Passes over one value; an array's elements one by one. */
static bool pass_value(struct walk *walk) {
    if (!take(walk, '[')) {
        cJSON *value = take_value(walk);
        cJSON_Delete(value);
        return value != NULL;
    }
    if (take(walk, ']'))
        return true;
    do {
        cJSON *element = take_value(walk);
        cJSON_Delete(element);
        if (element == NULL)
            return false;
    } while (take(walk, ','));
    return take(walk, ']');
}

/* A member's name and colon; *is_meta says whether it is "meta". */
static bool take_name(struct walk *walk, bool *is_meta) {
    if (walk->at == walk->end || *walk->at != '"')
        return false;
    cJSON *name = take_value(walk);
    if (name == NULL)
        return false;
    *is_meta = strcmp(name->valuestring, "meta") == 0;
    cJSON_Delete(name);
    return take(walk, ':');
}

/* Walks the whole text. The first member "meta" comes back as a tree, with the bytes that it was read from. */
static bool walk_document(struct rr_slice text, cJSON **meta, struct rr_slice *meta_text) {
    struct walk walk = {text.ptr, text.ptr + text.len};
    if (!take(&walk, '{'))
        return false;
    do {
        bool is_meta;
        if (!take_name(&walk, &is_meta))
            return false;
        const char *start = walk.at;
        if (is_meta && *meta == NULL) {
            *meta = take_value(&walk);
            *meta_text = (struct rr_slice){start, (size_t)(walk.at - start)};
        } else if (!pass_value(&walk)) {
            return false;
        }
    } while (take(&walk, ','));
    return take(&walk, '}') && walk.at == walk.end && cJSON_IsObject(*meta);
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
    copy_member(tree, "generator_version", meta->generator_version, sizeof meta->generator_version);
    copy_member(tree, "job_run_id", meta->job_run_id, sizeof meta->job_run_id);
    meta->key.mode = rr_mode_parse(rr_json_member(tree, "mode"));
    return copy_member(tree, "as_of", meta->key.as_of, sizeof meta->key.as_of) && meta->key.mode != RR_MODE_COUNT;
}

int rr_document_check(struct rr_slice text, struct rr_document_meta *meta, struct rr_err *err) {
    cJSON *tree = NULL;
    struct rr_slice meta_text = {NULL, 0};
    int rc = 0;
    if (text.len == 0)
        rc = rr_fail(err, RR_BROKEN, "the file is empty");
    else if (!walk_document(text, &tree, &meta_text))
        rc = rr_fail(err, RR_BROKEN, "the file is not one whole JSON document with a meta object");
    else if (!read_meta(tree, meta))
        rc = rr_fail(err, RR_BROKEN, "the file's meta does not say its date and mode");
    cJSON_Delete(tree);
    return rc;
}

static void replace_members(struct rr_json *json, cJSON *meta, const cJSON *members) {
    for (const cJSON *member = members->child; member != NULL; member = member->next) {
        cJSON_DeleteItemFromObjectCaseSensitive(meta, member->string);
        rr_json_add(json, meta, member->string, cJSON_Duplicate(member, true));
    }
}

int rr_document_restamp(const struct rr_buf *body, const cJSON *members, struct rr_buf *out, struct rr_err *err) {
    struct rr_slice text = {body->ptr, body->len};
    struct rr_json json = {0};
    cJSON *meta = NULL;
    struct rr_slice meta_text = {NULL, 0};
    if (!walk_document(text, &meta, &meta_text)) {
        cJSON_Delete(meta);
        return rr_fail(err, RR_BROKEN, "the file is not one whole JSON document with a meta object");
    }
    replace_members(&json, meta, members);
    rr_buf_add(out, text.ptr, (size_t)(meta_text.ptr - text.ptr));
    if (rr_json_print(&json, meta, out, err) != 0)
        return -1;
    const char *rest = meta_text.ptr + meta_text.len;
    rr_buf_add(out, rest, (size_t)(text.ptr + text.len - rest));
    return out->failed ? rr_fail_memory(err) : 0;
}
