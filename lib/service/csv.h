#ifndef RR_SERVICE_CSV_H
#define RR_SERVICE_CSV_H

#include "service/query.h"
#include "store/store.h"

/* A report as a table for a spreadsheet: RFC 4180, UTF-8 with a byte order mark (without which Excel takes it for another
 * encoding), a line of headings in the language, a line a counterparty in the report's order. Numbers stand as the report has
 * them. A text that a spreadsheet would take for a formula has an apostrophe before it. */

/* Appends the table of the document, whose body is there, to out. */
int rr_csv_write(const struct rr_document *document, enum rr_language language, struct rr_buf *out, struct rr_err *err);

#endif
