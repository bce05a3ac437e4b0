#ifndef RR_SERVICE_HISTORY_H
#define RR_SERVICE_HISTORY_H

#include "service/query.h"
#include "service/service.h"
#include "store/summary.h"

/* What the cached reports of a mode say, one by one, by their summaries. Nothing is made, and a report that is not valid is left
 * out. On success *answer is the caller's; json says whether memory ran out on the way. */

/* What there is: the reports, newest date first. */
int rr_history_dates(struct rr_service *service, enum rr_mode mode, struct rr_json *json, cJSON **answer, struct rr_err *err);

/* A point a report, oldest date first, of those from query->from to query->to; left out: of all. */
int rr_history_series(struct rr_service *service, const struct rr_query *query, struct rr_json *json, cJSON **answer,
                      struct rr_err *err);

/* Moves members of a summary's head into an object. Names are literals; the last one is NULL. */
void rr_history_move(struct rr_json *json, cJSON *object, struct rr_summary *summary, const char *const *names);

/* Is the report of a day of the calendar? Only such ones can be asked for. */
bool rr_history_is_day(const struct rr_key *key);

#endif
