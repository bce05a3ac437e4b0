#ifndef RR_SERVICE_READY_H
#define RR_SERVICE_READY_H

#include "service/service.h"

/* Can the service do its work: keep reports, read the CRM, and has each mode of REPORT_MODES a last success that is no older than
 * READY_MAX_AGE_SEC? */
enum { RR_READY_CHECKS_MAX = 2 + RR_MODE_COUNT };

struct rr_ready_check {
    const char *name; /* "cache", "database", "offline", "online" */
    bool ok;
    char detail[400]; /* what is wrong, without a path of the server; "" where nothing is */
};

struct rr_ready {
    bool ok; /* all of them */
    uint32_t count;
    struct rr_ready_check checks[RR_READY_CHECKS_MAX];
};

void rr_ready_look(const struct rr_service *service, struct rr_ready *ready);

/* How long ago the run (of rr_store_read_status, may be NULL) ended, in seconds; -1 where that is unknown. */
int64_t rr_ready_age_s(const struct rr_service *service, const cJSON *run);

#endif
