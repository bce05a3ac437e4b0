#ifndef RR_REPORT_EXPRESSION_H
#define RR_REPORT_EXPRESSION_H

#include "base/buf.h"
#include "report/terms.h"

/* Adds the PCRE2 expression that finds a term: where it is asked to, not behind. */
void rr_expression_write(struct rr_buf *out, const struct rr_term *term);

#endif
