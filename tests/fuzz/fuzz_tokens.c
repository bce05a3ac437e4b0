/* 성사 가능성: the same tokens when the text becomes an element of an array, or a JSON string in one. */
#include "fuzz.h"

#include "base/buf.h"
#include "base/json_scan.h"
#include "rules/bucket.h"

#include <stdbool.h>
#include <stdio.h>

enum { same_max_bytes = 300 }; /* what is longer may be as deep as what is opened */

static bool is_utf8(struct rr_slice text) {
    for (size_t at = 0, len; at < text.len; at += len)
        if ((len = rr_utf8_length(text.ptr + at, text.len - at)) == 0)
            return false;
    return true;
}

static void add_string(struct rr_buf *out, struct rr_slice text) {
    rr_buf_add_text(out, "\"");
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (c < ' ' || c == '"' || c == '\\')
            rr_buf_printf(out, "\\u%04x", c);
        else
            rr_buf_add(out, &text.ptr[i], 1);
    }
    rr_buf_add_text(out, "\"");
}

static void check_same(const struct rr_buf *text, struct rr_tokens want) {
    struct rr_tokens have;
    MUST(!text->failed && rr_json_is_valid((struct rr_slice){text->ptr, text->len}));
    MUST(rr_tokens_parse((struct rr_slice){text->ptr, text->len}, &have));
    MUST(have.committed == want.committed && have.high == want.high);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct rr_slice text = fuzz_slice(data, size);
    struct rr_tokens tokens;
    MUST(rr_tokens_parse(text, &tokens));
    (void)rr_mode_of_format(text);
    if (size > same_max_bytes)
        return 0;
    struct rr_buf inner = RR_BUF_INIT(SIZE_MAX / 8);
    if (rr_json_is_valid(text)) {
        rr_buf_add_text(&inner, "[null, ");
        rr_buf_add(&inner, text.ptr, text.len);
        rr_buf_add_text(&inner, "]");
        check_same(&inner, tokens);
        rr_buf_clear(&inner);
    }
    if (is_utf8(text)) {
        rr_buf_add_text(&inner, "{\"확정\":");
        add_string(&inner, text);
        rr_buf_add_text(&inner, "}");
        check_same(&inner, tokens);
    }
    rr_buf_free(&inner);
    return 0;
}
