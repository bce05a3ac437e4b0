#ifndef RR_BASE_PATTERN_H
#define RR_BASE_PATTERN_H

#include "base/err.h"
#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>

/* PCRE2, compiled once and matched often; only pattern.c includes pcre2.h. Patterns are matched as bytes. */
struct rr_pattern;

int rr_pattern_compile(struct rr_pattern **out, const char *expression, struct rr_err *err);

/* Matches from offset on; true fills groups[0] (the whole) up to groups[count - 1]; an unset group has ptr NULL. */
bool rr_pattern_match(const struct rr_pattern *pattern, struct rr_slice text, size_t offset, struct rr_slice *groups,
                      uint32_t count);

void rr_pattern_free(struct rr_pattern **pattern);

#endif
