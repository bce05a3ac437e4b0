#include "rules/tokens.h"

#include "base/json_scan.h"

#include <stdlib.h>
#include <string.h>

static const struct rr_slice committed_word = RR_SLICE("확정");
static const struct rr_slice high_word = RR_SLICE("높음");

static void note_text(char *text, size_t len, int nested, struct rr_tokens *tokens);

/* The strings of a valid JSON text, apart from the names of members. */
static void note_strings(char *json, size_t len, int nested, struct rr_tokens *tokens) {
    for (char *at = json, *end = json + len; at < end;) {
        if (*at != '"') {
            at++;
            continue;
        }
        struct rr_slice rest = {at, (size_t)(end - at)};
        size_t string_len = rr_json_value_length(rest);
        struct rr_slice behind = {at + string_len, rest.len - string_len};
        size_t space = rr_json_space_length(behind);
        bool is_name = space < behind.len && behind.ptr[space] == ':';
        if (!is_name) {
            struct rr_slice string = rr_json_decode(at, string_len);
            note_text(at, string.len, nested + 1, tokens);
        }
        at += string_len;
    }
}

/* Changes text. */
static void note_text(char *text, size_t len, int nested, struct rr_tokens *tokens) {
    struct rr_slice trimmed = rr_slice_trim((struct rr_slice){text, len});
    static const char openers[] = {'[', '{', '"'};
    bool like_json = trimmed.len > 0 && memchr(openers, trimmed.ptr[0], sizeof openers) != NULL;
    if (like_json && nested < RR_TOKENS_NESTED_MAX && rr_json_is_valid(trimmed)) {
        note_strings(text + (trimmed.ptr - text), trimmed.len, nested, tokens);
        return;
    }
    tokens->committed |= rr_slice_equal(trimmed, committed_word);
    tokens->high |= rr_slice_equal(trimmed, high_word);
}

bool rr_tokens_parse(struct rr_slice possibility, struct rr_tokens *tokens) {
    static const struct rr_slice escape = RR_SLICE("\\u");
    *tokens = (struct rr_tokens){false, false};
    bool worth = rr_slice_find(possibility, committed_word) >= 0 || rr_slice_find(possibility, high_word) >= 0 ||
                 rr_slice_find(possibility, escape) >= 0;
    if (!worth)
        return true;
    char *copy = malloc(possibility.len);
    if (copy == NULL)
        return false;
    memcpy(copy, possibility.ptr, possibility.len);
    note_text(copy, possibility.len, 0, tokens);
    free(copy);
    return true;
}
