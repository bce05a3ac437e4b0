#include "base/json_scan.h"

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
