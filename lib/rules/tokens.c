#include "rules/tokens.h"

#include "base/json_scan.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static const struct rr_slice committed_word = RR_SLICE("확정");
static const struct rr_slice high_word = RR_SLICE("높음");

static uint32_t read_hex(const char *digits) {
    char text[] = {digits[0], digits[1], digits[2], digits[3], '\0'};
    return (uint32_t)strtoul(text, NULL, 16);
}

static size_t write_utf8(char *out, uint32_t code) {
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        out[0] = (char)(0xc0 | code >> 6);
        out[1] = (char)(0x80 | (code & 0x3f));
        return 2;
    }
    if (code < 0x10000) {
        out[0] = (char)(0xe0 | code >> 12);
        out[1] = (char)(0x80 | (code >> 6 & 0x3f));
        out[2] = (char)(0x80 | (code & 0x3f));
        return 3;
    }
    out[0] = (char)(0xf0 | code >> 18);
    out[1] = (char)(0x80 | (code >> 12 & 0x3f));
    out[2] = (char)(0x80 | (code >> 6 & 0x3f));
    out[3] = (char)(0x80 | (code & 0x3f));
    return 4;
}

/* Behind `\u`: reads one escape, or the two of a surrogate pair; half a pair is U+FFFD. Returns what is behind it. */
static const char *read_unicode(const char *at, uint32_t *code) {
    *code = read_hex(at);
    at += 4;
    bool leads = *code >= 0xd800 && *code < 0xdc00;
    uint32_t second = leads && at[0] == '\\' && at[1] == 'u' ? read_hex(at + 2) : 0;
    if (second >= 0xdc00 && second < 0xe000) {
        *code = 0x10000 + ((*code - 0xd800) << 10) + (second - 0xdc00);
        return at + 6;
    }
    if (*code >= 0xd800 && *code < 0xe000)
        *code = 0xfffd;
    return at;
}

/* Decodes a JSON string, quotes and all, into the place where it stands: decoding makes nothing longer. */
static struct rr_slice decode(char *string, size_t len) {
    static const char escapes[] = "bfnrt", meant[] = "\b\f\n\r\t";
    const char *at = string + 1, *end = string + len - 1;
    char *out = string;
    while (at < end) {
        if (*at != '\\') {
            *out++ = *at++;
            continue;
        }
        const char *known = strchr(escapes, at[1]);
        if (at[1] == 'u') {
            uint32_t code;
            at = read_unicode(at + 2, &code);
            out += write_utf8(out, code);
        } else {
            *out = at[1];
            if (known != NULL)
                *out = meant[known - escapes];
            out++;
            at += 2;
        }
    }
    return (struct rr_slice){string, (size_t)(out - string)};
}

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
            struct rr_slice string = decode(at, string_len);
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
