#ifndef RR_BASE_TEXT_H
#define RR_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* A borrowed run of bytes, not NUL-terminated. ptr NULL stands for SQL's NULL. */
struct rr_slice {
    const char *ptr;
    size_t len;
};

/* A literal as a slice, usable in initialisers. */
#define RR_SLICE(literal)                                                                                                        \
    { literal, sizeof(literal) - 1 }

struct rr_slice rr_slice_of(const char *text); /* text may be NULL */
bool rr_slice_equal(struct rr_slice a, struct rr_slice b);
int rr_slice_compare(struct rr_slice a, struct rr_slice b); /* by bytes, a prefix first, as memcmp */

/* First place of needle in haystack as an offset, or -1. */
ptrdiff_t rr_slice_find(struct rr_slice haystack, struct rr_slice needle);

/* Without the white space (Unicode's property: NBSP, U+3000, ...) at both ends. NULL stays NULL. */
struct rr_slice rr_slice_trim(struct rr_slice text);

/* NULL, or nothing but white space (rules.md, "Blank"). */
bool rr_slice_blank(struct rr_slice text);

/* Length in bytes of the well-formed UTF-8 character at text (1 to 4), or 0 where there is none. len > 0. */
size_t rr_utf8_length(const char *text, size_t len);

#endif
