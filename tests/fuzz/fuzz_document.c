/* A cached report: refused, or valid JSON that names its date and mode, and stays so when it is marked as stale. */
#include "fuzz.h"

#include "base/json_scan.h"
#include "store/document.h"

#include <string.h>

static void check_restamped(struct rr_slice text, const struct rr_document_meta *meta) {
    struct rr_buf body = RR_BUF_INIT(SIZE_MAX / 8), marked = RR_BUF_INIT(SIZE_MAX / 8);
    struct rr_json json = {false};
    struct rr_document_meta again;
    struct rr_err err;
    rr_buf_add(&body, text.ptr, text.len);
    cJSON *marks = rr_json_object(&json, NULL, NULL);
    rr_json_bool(&json, marks, "is_stale", true);
    MUST(rr_document_restamp(&body, marks, &marked, &err) == 0);
    MUST(rr_document_check((struct rr_slice){marked.ptr, marked.len}, &again, &err) == 0);
    MUST(again.key.mode == meta->key.mode && strcmp(again.key.as_of, meta->key.as_of) == 0);
    MUST(strcmp(again.db_signature, meta->db_signature) == 0);
    cJSON_Delete(marks);
    rr_buf_free(&body);
    rr_buf_free(&marked);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct rr_slice text = fuzz_slice(data, size);
    struct rr_document_meta meta;
    struct rr_err err = {RR_OK, ""};
    bool valid = rr_json_is_valid(text);
    size_t space = rr_json_space_length(text);
    MUST(space + rr_json_value_length((struct rr_slice){text.ptr + space, size - space}) <= size);
    if (rr_document_check(text, &meta, &err) != 0) {
        MUST(err.code == RR_BROKEN);
        return 0;
    }
    MUST(valid && meta.key.mode < RR_MODE_COUNT);
    check_restamped(text, &meta);
    return 0;
}
