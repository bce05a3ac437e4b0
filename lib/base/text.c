#include "base/text.h"

#include <string.h>

struct rr_slice rr_slice_of(const char *text) {
    return (struct rr_slice){text, text == NULL ? 0 : strlen(text)};
}

bool rr_slice_equal(struct rr_slice a, struct rr_slice b) {
    return a.ptr != NULL && b.ptr != NULL && a.len == b.len && memcmp(a.ptr, b.ptr, a.len) == 0;
}

int rr_slice_compare(struct rr_slice a, struct rr_slice b) {
    size_t common = a.len < b.len ? a.len : b.len;
    int order = common == 0 ? 0 : memcmp(a.ptr, b.ptr, common);
    if (order != 0)
        return order;
    return (a.len > b.len) - (a.len < b.len);
}

ptrdiff_t rr_slice_find(struct rr_slice haystack, struct rr_slice needle) {
    if (haystack.ptr == NULL)
        return -1;
    const char *at = memmem(haystack.ptr, haystack.len, needle.ptr, needle.len);
    return at == NULL ? -1 : at - haystack.ptr;
}

size_t rr_utf8_length(const char *text, size_t len) {
    const unsigned char *s = (const unsigned char *)text;
    if (s[0] < 0x80)
        return 1;
    size_t want = s[0] >= 0xf0 ? 4 : s[0] >= 0xe0 ? 3 : 2;
    if (s[0] < 0xc2 || s[0] > 0xf4 || len < want)
        return 0;
    for (size_t i = 1; i < want; i++)
        if ((s[i] & 0xc0) != 0x80)
            return 0;
    bool overlong = (s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xf0 && s[1] < 0x90);
    bool surrogate = s[0] == 0xed && s[1] > 0x9f;
    bool beyond = s[0] == 0xf4 && s[1] > 0x8f;
    return overlong || surrogate || beyond ? 0 : want;
}

/* Length of the white-space character at s, or 0: U+0009-D, 20, 85, A0, 1680, 2000-200A, 2028, 2029, 202F, 205F, 3000. */
static size_t space_length(const unsigned char *s, size_t len) {
    if (s[0] == ' ' || (s[0] >= '\t' && s[0] <= '\r'))
        return 1;
    if (s[0] == 0xc2 && len >= 2 && (s[1] == 0x85 || s[1] == 0xa0))
        return 2;
    if (len < 3)
        return 0;
    bool general =
        s[0] == 0xe2 && s[1] == 0x80 && ((s[2] >= 0x80 && s[2] <= 0x8a) || s[2] == 0xa8 || s[2] == 0xa9 || s[2] == 0xaf);
    bool math = s[0] == 0xe2 && s[1] == 0x81 && s[2] == 0x9f;
    bool ogham = s[0] == 0xe1 && s[1] == 0x9a && s[2] == 0x80;
    bool ideographic = s[0] == 0xe3 && s[1] == 0x80 && s[2] == 0x80;
    return general || math || ogham || ideographic ? 3 : 0;
}

static size_t space_length_before(const unsigned char *end, size_t len) {
    for (size_t n = 1; n <= 3 && n <= len; n++)
        if (space_length(end - n, n) == n)
            return n;
    return 0;
}

/* Most texts have no white space at their ends, and most of those are told by a byte or two. */
static bool may_begin_with_space(const unsigned char *s) {
    return s[0] <= ' ' || s[0] == 0xc2 || (s[0] >= 0xe1 && s[0] <= 0xe3);
}

static bool may_end_with_space(const unsigned char *end, size_t len) {
    return end[-1] <= ' ' ||
           (end[-1] >= 0x80 && len >= 2 && (end[-2] == 0xc2 || (len >= 3 && end[-3] >= 0xe1 && end[-3] <= 0xe3)));
}

struct rr_slice rr_slice_trim(struct rr_slice text) {
    size_t n;
    while (text.len > 0 && may_begin_with_space((const unsigned char *)text.ptr) &&
           (n = space_length((const unsigned char *)text.ptr, text.len)) > 0) {
        text.ptr += n;
        text.len -= n;
    }
    while (text.len > 0 && may_end_with_space((const unsigned char *)text.ptr + text.len, text.len) &&
           (n = space_length_before((const unsigned char *)text.ptr + text.len, text.len)) > 0)
        text.len -= n;
    return text;
}

bool rr_slice_blank(struct rr_slice text) {
    return rr_slice_trim(text).len == 0;
}
