#ifndef RR_SERVICE_SERVICE_H
#define RR_SERVICE_SERVICE_H

#include "base/clock.h"
#include "base/conf.h"
#include "report/book.h"
#include "service/tally.h"
#include "store/store.h"

/* A failure that could not be written into the status (disk full, say): this process alone remembers it. */
struct rr_unrecorded_failure {
    int64_t at_s; /* 0: none */
    struct rr_err why;
};

/* The stale answer that was given last: during an outage it is asked for again and again. */
struct rr_rendered_stale {
    char etag[RR_ETAG_SIZE]; /* of the report that it was made from; "" where there is none */
    struct rr_key requested;
    enum rr_code why;
    struct rr_buf body;
};

/* What every operation of the service works with. All is borrowed, the tally aside; one thread. */
struct rr_service {
    const struct rr_conf *conf;
    struct rr_store *store;
    const struct rr_clock *clock;
    struct rr_tally tally;       /* may be closed: nothing is counted then */
    struct rr_progress progress; /* for somebody who watches; may be empty */
    struct rr_unrecorded_failure unrecorded[RR_MODE_COUNT];
    struct rr_rendered_stale rendered[RR_MODE_COUNT];
    int64_t waited_ms; /* of the request in hand: how much of REQUEST_DEADLINE_SEC was gone before we saw it */
};

/* Frees what it remembers, not what it borrows. */
void rr_service_forget(struct rr_service *service);

/* Today's date in REPORT_TZ. */
void rr_service_today(const struct rr_service *service, char as_of[16]);

/* Is the report made from the state of the database that is there now? */
bool rr_service_is_current(const struct rr_service *service, const struct rr_document *document);

/* Is the report made from another state of the database than today's? False where either is unknown. */
bool rr_service_outdated(const struct rr_service *service, const struct rr_document *document);

/* Is this one of several hosts, and has no CRM to make reports from? Then *why says so. */
bool rr_service_depends_on_peers(const struct rr_service *service, struct rr_err *why);

#endif
