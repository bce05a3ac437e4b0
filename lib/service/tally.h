#ifndef RR_SERVICE_TALLY_H
#define RR_SERVICE_TALLY_H

#include "base/mode.h"
#include "base/shared.h"
#include "service/result.h"
#include "store/store.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* What the service counts, over all processes that work on one cache: the workers of both pools, and the job.
 *
 *     rr_tally_open(&tally, store, err)         counters that are shared or, where that cannot be (-1 with err), our own
 *     rr_tally_request(&tally, ...); ...        an addition to memory each; a tally that is not open counts nothing
 *     tally.counts->...                         what was counted, read as any variable
 *     rr_tally_close(&tally)                    idempotent
 *
 * Counters only grow. They begin anew with a new cache, and when another version of the program counts other things. */

enum rr_route_kind {
    RR_ROUTE_OTHER, /* no such address */
    RR_ROUTE_REPORT,
    RR_ROUTE_STATUS,
    RR_ROUTE_RECOMPUTE,
    RR_ROUTE_DATES,
    RR_ROUTE_HISTORY,
    RR_ROUTE_DIFF,
    RR_ROUTE_HEALTHZ,
    RR_ROUTE_READYZ,
    RR_ROUTE_METRICS,
    RR_ROUTE_COUNT
};

/* Where a body came from, as a response's `source` says. */
enum rr_origin { RR_FROM_NOWHERE, RR_FROM_CACHE, RR_FROM_GENERATION, RR_FROM_LAST_SUCCESS, RR_ORIGIN_COUNT };

enum { RR_STATUS_SLOTS = 16, RR_DURATION_BOUNDS = 14 };

/* One bucket for each bound, and one for what took longer. */
struct rr_durations {
    _Atomic uint64_t buckets[RR_DURATION_BOUNDS + 1];
    _Atomic uint64_t sum_us;
};

struct rr_counts {
    _Atomic uint64_t requests[RR_ROUTE_COUNT][RR_STATUS_SLOTS][RR_ORIGIN_COUNT];
    struct rr_durations durations[RR_ORIGIN_COUNT];
    _Atomic uint64_t generations[RR_MODE_COUNT][RR_RESULT_COUNT];
    _Atomic uint64_t lock_waits, lock_waited_us;
    _Atomic uint64_t worker_starts;
    _Atomic uint64_t peer_connections;
    _Atomic int64_t peers_seen_s; /* since 1970: when this host's follower was last in touch with the other hosts */
};

struct rr_tally {
    struct rr_counts *counts; /* NULL: not open */
    struct rr_shared shared;
};

/* The names of what is counted apart. */
const char *rr_route_name(enum rr_route_kind route);         /* "report", ... */
const char *rr_origin_name(enum rr_origin origin);           /* "none", "hit", "generated", "stale" */
extern const int rr_tally_statuses[RR_STATUS_SLOTS];         /* the last, 0, is for all others */
extern const int64_t rr_tally_bounds_us[RR_DURATION_BOUNDS]; /* upper bounds that belong to the bucket, ascending */

int rr_tally_open(struct rr_tally *tally, const struct rr_store *store, struct rr_err *err);
void rr_tally_close(struct rr_tally *tally);

/* Is what this process counts in the same place as what one that begins now will count? */
bool rr_tally_is_shared(const struct rr_tally *tally, const struct rr_store *store);

/* An answer: its status, its source ("hit", ...), and how long the client has waited for us. */
void rr_tally_request(struct rr_tally *tally, enum rr_route_kind route, int status, const char *source, int64_t duration_us);

void rr_tally_generation(struct rr_tally *tally, enum rr_mode mode, enum rr_result result);
void rr_tally_lock_wait(struct rr_tally *tally, int64_t waited_us);
void rr_tally_worker_start(struct rr_tally *tally);
void rr_tally_peers_seen(struct rr_tally *tally, int64_t now_s, bool is_new);

#endif
