#ifndef RR_CGI_METRICS_H
#define RR_CGI_METRICS_H

#include "respond.h"
#include "service/service.h"

/* GET /metrics: what was counted since the counters began (service/tally.h), over all processes, and how things are at this
 * moment, in Prometheus' text format 0.0.4. What cannot be told (no database, no success yet) is left out. */
void rr_metrics_respond(struct rr_service *service, struct rr_response *response);

#endif
