#include "metrics.h"

#include "crm/snapshot.h"
#include "report/generate.h"
#include "service/ready.h"
#include "service/run.h"

#include <inttypes.h>
#include <string.h>

enum { us_per_s = 1000000, us_per_ms = 1000, ns_per_s = 1000000000 };

static void describe(struct rr_buf *out, const char *name, const char *type, const char *help) {
    rr_buf_printf(out, "# HELP riskreport_%s %s\n# TYPE riskreport_%s %s\n", name, help, name, type);
}

static void add_seconds(struct rr_buf *out, uint64_t us) {
    rr_buf_printf(out, "%" PRIu64 ".%06" PRIu64 "\n", us / us_per_s, us % us_per_s);
}

/* ---- What was counted ---- */

static void add_requests(struct rr_buf *out, const struct rr_counts *counts) {
    describe(out, "requests_total", "counter", "Requests answered, by address, status and where the body came from.");
    for (enum rr_route_kind route = 0; route < RR_ROUTE_COUNT; route++)
        for (uint32_t slot = 0; slot < RR_STATUS_SLOTS; slot++)
            for (enum rr_origin origin = 0; origin < RR_ORIGIN_COUNT; origin++) {
                uint64_t count = counts->requests[route][slot][origin];
                if (count > 0)
                    rr_buf_printf(out, "riskreport_requests_total{route=\"%s\",status=\"%d\",source=\"%s\"} %" PRIu64 "\n",
                                  rr_route_name(route), rr_tally_statuses[slot], rr_origin_name(origin), count);
            }
}

static void add_histogram(struct rr_buf *out, const char *source, const struct rr_durations *durations) {
    static const char name[] = "riskreport_request_duration_seconds";
    uint64_t count = 0;
    for (uint32_t i = 0; i <= RR_DURATION_BOUNDS; i++) {
        count += durations->buckets[i];
        rr_buf_printf(out, "%s_bucket{source=\"%s\",le=\"", name, source);
        if (i < RR_DURATION_BOUNDS)
            rr_buf_printf(out, "%g\"} %" PRIu64 "\n", (double)rr_tally_bounds_us[i] / us_per_s, count);
        else
            rr_buf_printf(out, "+Inf\"} %" PRIu64 "\n", count);
    }
    rr_buf_printf(out, "%s_sum{source=\"%s\"} ", name, source);
    add_seconds(out, durations->sum_us);
    rr_buf_printf(out, "%s_count{source=\"%s\"} %" PRIu64 "\n", name, source, count);
}

static void add_durations(struct rr_buf *out, const struct rr_counts *counts) {
    describe(out, "request_duration_seconds", "histogram",
             "From nginx passing a request on to its answer, waiting for a worker and for the lock included.");
    for (enum rr_origin origin = 0; origin < RR_ORIGIN_COUNT; origin++)
        add_histogram(out, rr_origin_name(origin), &counts->durations[origin]);
}

static void add_generations(struct rr_buf *out, const struct rr_counts *counts) {
    static const enum rr_result results[] = {RR_SUCCESS, RR_FAILED, RR_SKIPPED_CACHE};
    describe(out, "generations_total", "counter", "Reports made or tried, by requests and by the job.");
    for (enum rr_mode mode = 0; mode < RR_MODE_COUNT; mode++)
        for (size_t i = 0; i < sizeof results / sizeof results[0]; i++)
            rr_buf_printf(out, "riskreport_generations_total{mode=\"%s\",result=\"%s\"} %" PRIu64 "\n", rr_mode_name(mode),
                          rr_result_name(results[i]), (uint64_t)counts->generations[mode][results[i]]);
}

static void add_counts(struct rr_buf *out, const struct rr_counts *counts) {
    add_requests(out, counts);
    add_durations(out, counts);
    add_generations(out, counts);
    describe(out, "lock_waits_total", "counter", "Requests that had to wait for another generation.");
    rr_buf_printf(out, "riskreport_lock_waits_total %" PRIu64 "\n", (uint64_t)counts->lock_waits);
    describe(out, "lock_wait_seconds_total", "counter", "How long they waited, together.");
    rr_buf_add_text(out, "riskreport_lock_wait_seconds_total ");
    add_seconds(out, counts->lock_waited_us);
    describe(out, "worker_starts_total", "counter", "Workers started; more than were asked for are restarts.");
    rr_buf_printf(out, "riskreport_worker_starts_total %" PRIu64 "\n", (uint64_t)counts->worker_starts);
}

/* ---- How things are: a gauge that cannot be told of any mode is left out ---- */

struct mode_state {
    struct rr_status status;
    struct rr_usage usage;
    bool has_usage;
};

static void look_at(struct rr_service *service, struct mode_state states[RR_MODE_COUNT]) {
    struct rr_err ignored;
    for (enum rr_mode mode = 0; mode < RR_MODE_COUNT; mode++) {
        rr_store_read_status(service->store, mode, &states[mode].status);
        states[mode].has_usage = rr_store_usage(service->store, mode, &states[mode].usage, &ignored) == 0;
    }
}

static void add_last_runs(struct rr_buf *out, const struct rr_service *service, const struct mode_state states[RR_MODE_COUNT]) {
    describe(out, "last_success_age_seconds", "gauge", "How long ago a report of the mode was last made.");
    for (enum rr_mode mode = 0; mode < RR_MODE_COUNT; mode++) {
        int64_t age_s = rr_ready_age_s(service, states[mode].status.last_success);
        if (age_s >= 0)
            rr_buf_printf(out, "riskreport_last_success_age_seconds{mode=\"%s\"} %" PRId64 "\n", rr_mode_name(mode), age_s);
    }
    describe(out, "last_success_duration_seconds", "gauge", "How long that took.");
    for (enum rr_mode mode = 0; mode < RR_MODE_COUNT; mode++) {
        const cJSON *ms = cJSON_GetObjectItemCaseSensitive(states[mode].status.last_success, "duration_ms");
        if (!cJSON_IsNumber(ms) || ms->valuedouble < 0)
            continue;
        rr_buf_printf(out, "riskreport_last_success_duration_seconds{mode=\"%s\"} ", rr_mode_name(mode));
        add_seconds(out, (uint64_t)ms->valuedouble * us_per_ms);
    }
    describe(out, "last_run_failed", "gauge", "1 where the mode's last run failed.");
    for (enum rr_mode mode = 0; mode < RR_MODE_COUNT; mode++) {
        struct rr_slice result = rr_json_member(states[mode].status.last_run, "result");
        if (result.ptr != NULL)
            rr_buf_printf(out, "riskreport_last_run_failed{mode=\"%s\"} %d\n", rr_mode_name(mode),
                          strcmp(result.ptr, rr_result_name(RR_FAILED)) == 0);
    }
}

/* Of a status that tells of cards: how many of the last success, by how they came about. */
static void add_cards(struct rr_buf *out, const struct mode_state states[RR_MODE_COUNT]) {
    describe(out, "last_success_cards", "gauge", "Cards of the mode's last success, as its status counts them.");
    for (enum rr_mode mode = 0; mode < RR_MODE_COUNT; mode++) {
        const cJSON *count, *cards = cJSON_GetObjectItemCaseSensitive(states[mode].status.last_success, "cards");
        cJSON_ArrayForEach(count, cards) if (cJSON_IsNumber(count) && count->string != NULL)
            rr_buf_printf(out, "riskreport_last_success_cards{mode=\"%s\",kind=\"%s\"} %.0f\n", rr_mode_name(mode), count->string,
                          count->valuedouble);
    }
}

static void add_cache(struct rr_buf *out, const struct rr_service *service, const struct mode_state states[RR_MODE_COUNT]) {
    describe(out, "cached_reports", "gauge", "Reports in the cache.");
    for (enum rr_mode mode = 0; mode < RR_MODE_COUNT; mode++)
        if (states[mode].has_usage)
            rr_buf_printf(out, "riskreport_cached_reports{mode=\"%s\"} %" PRIu64 "\n", rr_mode_name(mode),
                          states[mode].usage.reports);
    describe(out, "cached_bytes", "gauge", "Their bytes, not compressed.");
    for (enum rr_mode mode = 0; mode < RR_MODE_COUNT; mode++)
        if (states[mode].has_usage)
            rr_buf_printf(out, "riskreport_cached_bytes{mode=\"%s\"} %" PRIu64 "\n", rr_mode_name(mode),
                          states[mode].usage.bytes);
    int64_t free_bytes = rr_store_free_bytes(service->store);
    describe(out, "cache_free_bytes", "gauge", "Room left on the cache's disk.");
    if (free_bytes >= 0)
        rr_buf_printf(out, "riskreport_cache_free_bytes %" PRId64 "\n", free_bytes);
}

static void add_database(struct rr_buf *out, const struct rr_service *service) {
    struct rr_fingerprint fingerprint;
    struct rr_err ignored;
    describe(out, "database_age_seconds", "gauge", "How long ago the CRM database was last changed.");
    if (rr_fingerprint_of(service->conf->db_path, &fingerprint, &ignored) != 0)
        return;
    int64_t age_s = rr_clock_now_s(service->clock) - fingerprint.mtime_ns / ns_per_s;
    rr_buf_printf(out, "riskreport_database_age_seconds %" PRId64 "\n", age_s > 0 ? age_s : 0);
    describe(out, "database_bytes", "gauge", "Its size.");
    rr_buf_printf(out, "riskreport_database_bytes %" PRId64 "\n", fingerprint.size);
}

static void add_state(struct rr_buf *out, struct rr_service *service) {
    struct mode_state states[RR_MODE_COUNT];
    look_at(service, states);
    add_last_runs(out, service, states);
    add_cards(out, states);
    add_cache(out, service, states);
    add_database(out, service);
    for (enum rr_mode mode = 0; mode < RR_MODE_COUNT; mode++)
        rr_status_free(&states[mode].status);
}

static void add_peers(struct rr_buf *out, const struct rr_service *service) {
    struct rr_err ignored;
    const struct rr_counts *counts = service->tally.counts;
    if (!rr_store_has_peers(service->store) || counts == NULL)
        return;
    describe(out, "store_up", "gauge", "1 where this host is in touch with the store that hosts share.");
    rr_buf_printf(out, "riskreport_store_up %d\n", rr_ready_check_peers(service, &ignored) == 0);
    describe(out, "store_last_contact_timestamp_seconds", "gauge", "When it last was; 0: never.");
    rr_buf_printf(out, "riskreport_store_last_contact_timestamp_seconds %" PRId64 "\n", atomic_load(&counts->peers_seen_s));
    describe(out, "store_connections_total", "counter", "Connections of this host's follower.");
    rr_buf_printf(out, "riskreport_store_connections_total %" PRIu64 "\n", atomic_load(&counts->peer_connections));
}

void rr_metrics_respond(struct rr_service *service, struct rr_response *response) {
    struct rr_buf *out = &response->body;
    response->status = 200;
    rr_respond_header(response, "Content-Type", "text/plain; version=0.0.4; charset=utf-8");
    rr_respond_header(response, "Cache-Control", "no-store");
    describe(out, "build_info", "gauge", "1, labelled by the version of the program.");
    rr_buf_printf(out, "riskreport_build_info{version=\"%s\"} 1\n", RR_GENERATOR_VERSION);
    describe(out, "counters_shared", "gauge",
             "1 where the counters are those of all workers; 0: of the one that answered alone.");
    rr_buf_printf(out, "riskreport_counters_shared %d\n", rr_tally_is_shared(&service->tally, service->store));
    if (service->tally.counts != NULL)
        add_counts(out, service->tally.counts);
    add_peers(out, service);
    add_state(out, service);
}
