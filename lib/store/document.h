#ifndef RR_STORE_DOCUMENT_H
#define RR_STORE_DOCUMENT_H

#include "store/store.h"

/* A report as bytes. The two outer levels are walked by hand and what is below is left to cJSON piece by piece, so that
 * memory does not grow with the report. */

/* Is text one whole JSON object with a meta that names a date and a mode? Fills *meta; RR_BROKEN says what is wrong. */
int rr_document_check(struct rr_slice text, struct rr_document_meta *meta, struct rr_err *err);

#endif
