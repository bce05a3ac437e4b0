#ifndef RR_STORE_DOCUMENT_H
#define RR_STORE_DOCUMENT_H

#include "store/store.h"

/* A report as bytes: scanned strictly, and of all of it only meta made into a tree, so that memory does not grow with it. */

/* Is text one whole JSON object with a meta that names a date and a mode? Fills *meta; RR_BROKEN says what is wrong. */
int rr_document_check(struct rr_slice text, struct rr_document_meta *meta, struct rr_err *err);

#endif
