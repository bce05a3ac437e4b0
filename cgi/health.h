#ifndef RR_CGI_HEALTH_H
#define RR_CGI_HEALTH_H

#include "respond.h"
#include "service/service.h"

/* Answers for probes. */

/* GET /healthz: a worker lives. Touches no disk. */
void rr_health_live(struct rr_response *response);

/* GET /readyz: 200, or a problem NOT_READY of status 503; each with `checks`, by name "ok" or what is wrong (service/ready.h). */
void rr_health_ready(const struct rr_service *service, const struct rr_request *request, struct rr_response *response);

#endif
