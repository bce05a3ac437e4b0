#include "service/tally.h"

#include "base/hash.h"

#include <stdlib.h>
#include <string.h>

_Static_assert(ATOMIC_LLONG_LOCK_FREE == 2, "counters in shared memory need additions without a lock");

static const char *const route_names[RR_ROUTE_COUNT] = {
    [RR_ROUTE_OTHER] = "other",         [RR_ROUTE_REPORT] = "report",   [RR_ROUTE_STATUS] = "status",
    [RR_ROUTE_RECOMPUTE] = "recompute", [RR_ROUTE_DATES] = "dates",     [RR_ROUTE_HISTORY] = "history",
    [RR_ROUTE_DIFF] = "diff",           [RR_ROUTE_HEALTHZ] = "healthz", [RR_ROUTE_READYZ] = "readyz",
    [RR_ROUTE_METRICS] = "metrics",
};

static const char *const origin_names[RR_ORIGIN_COUNT] = {
    [RR_FROM_NOWHERE] = "none",
    [RR_FROM_CACHE] = "hit",
    [RR_FROM_GENERATION] = "generated",
    [RR_FROM_LAST_SUCCESS] = "stale",
};

const int rr_tally_statuses[RR_STATUS_SLOTS] = {200, 204, 206, 304, 400, 401, 403, 404, 405, 409, 414, 429, 500, 503, 504, 0};

const int64_t rr_tally_bounds_us[RR_DURATION_BOUNDS] = {1000,   2500,   5000,    10000,   25000,   50000,    100000,
                                                        250000, 500000, 1000000, 2500000, 5000000, 10000000, 20000000};

const char *rr_route_name(enum rr_route_kind route) {
    return route_names[route];
}

const char *rr_origin_name(enum rr_origin origin) {
    return origin_names[origin];
}

/* What tells this layout from another one: what is counted, in which order. */
static uint64_t layout_kind(void) {
    struct rr_hash hash = RR_HASH_INIT;
    const uint64_t size = sizeof(struct rr_counts);
    rr_hash_add(&hash, (struct rr_slice){(const char *)&size, sizeof size});
    rr_hash_add(&hash, (struct rr_slice){(const char *)rr_tally_statuses, sizeof rr_tally_statuses});
    rr_hash_add(&hash, (struct rr_slice){(const char *)rr_tally_bounds_us, sizeof rr_tally_bounds_us});
    for (int i = 0; i < RR_ROUTE_COUNT; i++)
        rr_hash_add(&hash, rr_slice_of(route_names[i]));
    return rr_hash_end(&hash) | 1;
}

int rr_tally_open(struct rr_tally *tally, const struct rr_store *store, struct rr_err *err) {
    *tally = (struct rr_tally){NULL, RR_SHARED_CLOSED};
    if (rr_store_share(store, sizeof *tally->counts, layout_kind(), &tally->shared, err) == 0) {
        tally->counts = tally->shared.bytes;
        return 0;
    }
    tally->counts = calloc(1, sizeof *tally->counts);
    return -1;
}

void rr_tally_close(struct rr_tally *tally) {
    if (tally->shared.bytes == NULL)
        free(tally->counts);
    rr_shared_close(&tally->shared);
    tally->counts = NULL;
}

bool rr_tally_is_shared(const struct rr_tally *tally, const struct rr_store *store) {
    return rr_store_is_shared(store, &tally->shared);
}

static void add(_Atomic uint64_t *counter, uint64_t by) {
    atomic_fetch_add_explicit(counter, by, memory_order_relaxed);
}

static uint32_t slot_of_status(int status) {
    uint32_t slot = 0;
    while (slot < RR_STATUS_SLOTS - 1 && rr_tally_statuses[slot] != status)
        slot++;
    return slot;
}

static enum rr_origin origin_of(const char *source) {
    enum rr_origin origin = RR_ORIGIN_COUNT - 1;
    while (origin > RR_FROM_NOWHERE && strcmp(origin_names[origin], source) != 0)
        origin--;
    return origin;
}

static uint32_t bucket_of(int64_t duration_us) {
    uint32_t bucket = 0;
    while (bucket < RR_DURATION_BOUNDS && duration_us > rr_tally_bounds_us[bucket])
        bucket++;
    return bucket;
}

void rr_tally_request(struct rr_tally *tally, enum rr_route_kind route, int status, const char *source, int64_t duration_us) {
    if (tally->counts == NULL)
        return;
    enum rr_origin origin = origin_of(source);
    struct rr_durations *durations = &tally->counts->durations[origin];
    add(&tally->counts->requests[route][slot_of_status(status)][origin], 1);
    add(&durations->buckets[bucket_of(duration_us)], 1);
    add(&durations->sum_us, (uint64_t)duration_us);
}

void rr_tally_generation(struct rr_tally *tally, enum rr_mode mode, enum rr_result result) {
    if (tally->counts != NULL)
        add(&tally->counts->generations[mode][result], 1);
}

void rr_tally_lock_wait(struct rr_tally *tally, int64_t waited_us) {
    if (tally->counts == NULL)
        return;
    add(&tally->counts->lock_waits, 1);
    add(&tally->counts->lock_waited_us, (uint64_t)waited_us);
}

void rr_tally_worker_start(struct rr_tally *tally) {
    if (tally->counts != NULL)
        add(&tally->counts->worker_starts, 1);
}

void rr_tally_peers_seen(struct rr_tally *tally, int64_t now_s, bool is_new) {
    if (tally->counts == NULL)
        return;
    add(&tally->counts->peer_connections, is_new);
    atomic_store_explicit(&tally->counts->peers_seen_s, now_s, memory_order_relaxed);
}
