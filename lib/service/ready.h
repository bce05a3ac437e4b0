#ifndef RR_SERVICE_READY_H
#define RR_SERVICE_READY_H

#include "service/service.h"

/* Can the service do its work: keep reports, read the CRM, and has each mode of REPORT_MODES a last success that is no older than
 * READY_MAX_AGE_SEC? */
enum { RR_READY_CHECKS_MAX = 3 + RR_MODE_COUNT, RR_PEERS_LIMIT_S = 15 };

struct rr_ready_check {
    const char *name; /* "cache", "database", "store", "offline", "online" */
    bool ok;
    bool vital; /* one that is not is told of, and no reason to send readers elsewhere: it is the same there, or no matter here */
    char detail[400]; /* what is wrong, without a path of the server; "" where nothing is */
};

struct rr_ready {
    bool ok; /* all that are vital */
    uint32_t count;
    struct rr_ready_check checks[RR_READY_CHECKS_MAX];
};

/* Has this host's follower been in touch with the other hosts just now? */
int rr_ready_check_peers(const struct rr_service *service, struct rr_err *err);

void rr_ready_look(const struct rr_service *service, struct rr_ready *ready);

/* How long ago the run (of rr_store_read_status, may be NULL) ended, in seconds; -1 where that is unknown. */
int64_t rr_ready_age_s(const struct rr_service *service, const cJSON *run);

#endif
