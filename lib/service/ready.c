#include "service/ready.h"

#include "crm/check.h"

#include <stdio.h>

static void add(struct rr_ready *ready, const char *name, bool vital, const struct rr_err *wrong) {
    struct rr_ready_check *check = &ready->checks[ready->count++];
    *check = (struct rr_ready_check){.name = name, .ok = wrong == NULL, .vital = vital};
    if (wrong != NULL)
        snprintf(check->detail, sizeof check->detail, "%s", wrong->message);
    ready->ok = ready->ok && (check->ok || !vital);
}

int64_t rr_ready_age_s(const struct rr_service *service, const cJSON *run) {
    struct rr_slice at = rr_json_member(run, "generated_at");
    int64_t at_s = at.ptr == NULL ? -1 : rr_clock_parse_iso(at.ptr);
    int64_t age_s = rr_clock_now_s(service->clock) - at_s;
    return at_s < 0 ? -1 : age_s > 0 ? age_s : 0;
}

static int check_mode(const struct rr_service *service, enum rr_mode mode, struct rr_err *err) {
    struct rr_status status;
    rr_store_read_status(service->store, mode, &status);
    int64_t age_s = rr_ready_age_s(service, status.last_success), limit_s = service->conf->ready_max_age_s;
    rr_status_free(&status);
    if (age_s < 0)
        return rr_fail(err, RR_NOT_FOUND, "no report has been made yet");
    if (age_s > limit_s)
        return rr_fail(err, RR_NOT_FOUND, "the last success is %lld s old; it should not be older than %lld s", (long long)age_s,
                       (long long)limit_s);
    return 0;
}

int rr_ready_check_peers(const struct rr_service *service, struct rr_err *err) {
    int64_t seen_s = service->tally.counts == NULL ? 0 : atomic_load(&service->tally.counts->peers_seen_s);
    int64_t ago_s = rr_clock_now_s(service->clock) - seen_s;
    if (seen_s == 0)
        return rr_fail(err, RR_STORE_UNAVAILABLE,
                       "nothing is known of the shared store: no `riskreport follow` has reached it yet");
    return ago_s <= RR_PEERS_LIMIT_S
               ? 0
               : rr_fail(err, RR_STORE_UNAVAILABLE, "the shared store was last reached %lld s ago", (long long)ago_s);
}

void rr_ready_look(const struct rr_service *service, struct rr_ready *ready) {
    const struct rr_mode_list *modes = &service->conf->modes;
    bool has_peers = rr_store_has_peers(service->store);
    struct rr_err err;
    *ready = (struct rr_ready){.ok = true};
    add(ready, "cache", true, rr_store_check_writable(service->store, &err) == 0 ? NULL : &err);
    add(ready, "database", !has_peers, rr_crm_check_readable(service->conf->db_path, &err) == 0 ? NULL : &err);
    if (has_peers)
        add(ready, "store", false, rr_ready_check_peers(service, &err) == 0 ? NULL : &err);
    for (uint32_t i = 0; i < modes->count; i++)
        add(ready, rr_mode_name(modes->modes[i]), true, check_mode(service, modes->modes[i], &err) == 0 ? NULL : &err);
}
