#ifndef RR_SERVICE_DIFF_H
#define RR_SERVICE_DIFF_H

#include "service/query.h"
#include "service/service.h"

/* What changed between two cached reports of a mode, by their summaries. Nothing is made.
 *
 * Rows are the same counterparty's where orgId and counterpartyName are equal. A row of one report alone has appeared or gone,
 * and is no change of level, of pipeline_zero or of coverage. */
enum { RR_DIFF_MOVEMENTS_MAX = 50 };

/* Appends the answer, JSON, to out. RR_BAD_DATE when query has not both dates, RR_NOT_CACHED when there is no valid report of
 * one. */
int rr_diff_write(struct rr_service *service, const struct rr_query *query, struct rr_buf *out, struct rr_err *err);

/* Which dates have no report, and for each the cached ones nearest to it: what a client that met RR_NOT_CACHED can ask for. An
 * object, the caller's. */
cJSON *rr_diff_missing(struct rr_service *service, const struct rr_query *query, struct rr_json *json);

#endif
