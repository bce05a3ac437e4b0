#include "base/json_scan.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct scan {
    const char *at;
    const char *end;
};

static bool scan_value(struct scan *scan, int depth);

static bool take(struct scan *scan, char sign) {
    if (scan->at == scan->end || *scan->at != sign)
        return false;
    scan->at++;
    return true;
}

static void skip_space(struct scan *scan) {
    while (scan->at < scan->end && (*scan->at == ' ' || *scan->at == '\n' || *scan->at == '\r' || *scan->at == '\t'))
        scan->at++;
}

static bool take_digits(struct scan *scan) {
    const char *begin = scan->at;
    while (scan->at < scan->end && *scan->at >= '0' && *scan->at <= '9')
        scan->at++;
    return scan->at > begin;
}

static bool scan_number(struct scan *scan) {
    take(scan, '-');
    if (!take(scan, '0') && !take_digits(scan))
        return false;
    if (take(scan, '.') && !take_digits(scan))
        return false;
    if (take(scan, 'e') || take(scan, 'E')) {
        if (!take(scan, '+'))
            take(scan, '-');
        return take_digits(scan);
    }
    return true;
}

static bool scan_escape(struct scan *scan) {
    if (scan->at == scan->end)
        return false;
    char c = *scan->at++;
    if (c != 'u')
        return c != '\0' && strchr("\"\\/bfnrt", c) != NULL;
    for (int i = 0; i < 4; i++, scan->at++)
        if (scan->at == scan->end || *scan->at == '\0' || strchr("0123456789abcdefABCDEF", *scan->at) == NULL)
            return false;
    return true;
}

static bool scan_string(struct scan *scan) {
    if (!take(scan, '"'))
        return false;
    while (scan->at < scan->end && *scan->at != '"') {
        if (*scan->at == '\\') {
            scan->at++;
            if (!scan_escape(scan))
                return false;
            continue;
        }
        if ((signed char)*scan->at >= ' ') { /* ASCII */
            scan->at++;
            continue;
        }
        size_t len = rr_utf8_length(scan->at, (size_t)(scan->end - scan->at));
        if (len <= 1) /* none, or a control character */
            return false;
        scan->at += len;
    }
    return take(scan, '"');
}

static bool scan_word(struct scan *scan, const char *word) {
    size_t len = strlen(word);
    if ((size_t)(scan->end - scan->at) < len || memcmp(scan->at, word, len) != 0)
        return false;
    scan->at += len;
    return true;
}

/* Behind `[` or `{`: members up to the closing sign. */
static bool scan_members(struct scan *scan, bool named, int depth) {
    char closing = named ? '}' : ']';
    skip_space(scan);
    if (take(scan, closing))
        return true;
    do {
        skip_space(scan);
        if (named) {
            if (!scan_string(scan))
                return false;
            skip_space(scan);
            if (!take(scan, ':'))
                return false;
            skip_space(scan);
        }
        if (!scan_value(scan, depth))
            return false;
        skip_space(scan);
    } while (take(scan, ','));
    return take(scan, closing);
}

static bool scan_value(struct scan *scan, int depth) {
    if (scan->at == scan->end)
        return false;
    switch (*scan->at) {
    case '{':
    case '[':
        return depth < RR_JSON_DEPTH_MAX && scan_members(scan, *scan->at++ == '{', depth + 1);
    case '"':
        return scan_string(scan);
    case 't':
        return scan_word(scan, "true");
    case 'f':
        return scan_word(scan, "false");
    case 'n':
        return scan_word(scan, "null");
    default:
        return scan_number(scan);
    }
}

size_t rr_json_value_length(struct rr_slice text) {
    struct scan scan = {text.ptr, text.ptr + text.len};
    return text.len > 0 && scan_value(&scan, 0) ? (size_t)(scan.at - text.ptr) : 0;
}

size_t rr_json_space_length(struct rr_slice text) {
    struct scan scan = {text.ptr, text.ptr + text.len};
    skip_space(&scan);
    return (size_t)(scan.at - text.ptr);
}

bool rr_json_is_valid(struct rr_slice text) {
    struct scan scan = {text.ptr, text.ptr + text.len};
    if (text.len == 0)
        return false;
    skip_space(&scan);
    if (!scan_value(&scan, 0))
        return false;
    skip_space(&scan);
    return scan.at == scan.end;
}

static void advance(struct rr_slice *left, size_t len) {
    left->ptr += len;
    left->len -= len;
}

bool rr_json_take(struct rr_slice *left, char sign) {
    advance(left, rr_json_space_length(*left));
    if (left->len == 0 || left->ptr[0] != sign)
        return false;
    advance(left, 1);
    advance(left, rr_json_space_length(*left));
    return true;
}

bool rr_json_take_value(struct rr_slice *left, struct rr_slice *value) {
    *value = (struct rr_slice){left->ptr, rr_json_value_length(*left)};
    advance(left, value->len);
    return value->len > 0;
}

bool rr_json_next_name(struct rr_slice *left, struct rr_slice *name) {
    return (rr_json_take(left, '{') || rr_json_take(left, ',')) && rr_json_take_value(left, name) && rr_json_take(left, ':');
}

bool rr_json_next_member(struct rr_slice *left, struct rr_slice *name, struct rr_slice *value) {
    return rr_json_next_name(left, name) && rr_json_take_value(left, value);
}

bool rr_json_next_item(struct rr_slice *left) {
    return (rr_json_take(left, '[') || rr_json_take(left, ',')) && left->len > 0 && left->ptr[0] != ']';
}

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

struct rr_slice rr_json_decode(char *string, size_t len) {
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
