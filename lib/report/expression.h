#ifndef RR_REPORT_EXPRESSION_H
#define RR_REPORT_EXPRESSION_H

#include "base/buf.h"
#include "report/terms.h"

#include <stdint.h>

/* Adds the PCRE2 expression that finds some terms: it matches where it is asked to, not behind, the first of them that is there,
 * in their order, and marks what it found by two letters, 'a' plus the kind and 'a' plus the label. out->failed when memory ran
 * out. */
void rr_expression_write(struct rr_buf *out, const struct rr_term *terms, uint32_t count);

#endif
