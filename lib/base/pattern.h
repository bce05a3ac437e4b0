#ifndef RR_BASE_PATTERN_H
#define RR_BASE_PATTERN_H

#include "base/err.h"
#include "base/text.h"

#include <stdint.h>

/* PCRE2, compiled once and matched often; only pattern.c includes pcre2.h. Patterns are matched as bytes. */
struct rr_pattern;

int rr_pattern_compile(struct rr_pattern **out, const char *expression, struct rr_err *err);

/* Matches from offset on: 1, with groups[0] (the whole) up to groups[count - 1] filled, an unset group with ptr NULL; 0 where it
 * does not match; -1 when memory ran out. */
int rr_pattern_match(const struct rr_pattern *pattern, struct rr_slice text, size_t offset, struct rr_slice *groups,
                     uint32_t count);

void rr_pattern_free(struct rr_pattern **pattern);

/* ---- The same for texts that people wrote, matched by several threads ----
 *
 *     rr_pattern_compile_text(&pattern, expression, err)      UTF-8, caseless; machine code once it is matched often
 *     rr_search_open(&search, err)                            one a thread, for any pattern
 *     while (rr_search_next(search, pattern, text, offset, &hit) == 1) offset = hit.end
 *     rr_search_close(&search)                                idempotent
 *
 * Bytes that are no UTF-8 match nothing. */
struct rr_search;

struct rr_hit {
    size_t begin, end; /* offsets; begin < end */
};

int rr_pattern_compile_text(struct rr_pattern **out, const char *expression, struct rr_err *err);
int rr_search_open(struct rr_search **out, struct rr_err *err);

/* 1 and what was found from offset on; 0 where there is nothing; -1 when memory ran out. */
int rr_search_next(struct rr_search *search, struct rr_pattern *pattern, struct rr_slice text, size_t offset, struct rr_hit *hit);

void rr_search_close(struct rr_search **search);

#endif
