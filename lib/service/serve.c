#include "service/serve.h"

#include "store/peers.h"

#include <string.h>

enum { ask_again_ms = 3000 };

static const char *const source_names[] = {[RR_HIT] = "hit", [RR_GENERATED] = "generated", [RR_STALE] = "stale"};

const char *rr_reply_source_name(enum rr_reply_source source) {
    return source_names[source];
}

void rr_reply_free(struct rr_reply *reply) {
    rr_document_free(&reply->document);
}

/* What is left of the request's budget. */
static struct rr_deadline deadline_of(const struct rr_service *service) {
    int64_t left_ms = service->conf->request_deadline_s * 1000 - service->waited_ms;
    return rr_deadline_in_ms(left_ms > 0 ? left_ms : 0);
}

static bool look_up(struct rr_service *service, const struct rr_key *key, struct rr_reply *reply, enum rr_reply_source source,
                    struct rr_err *why) {
    if (rr_store_peek(service->store, key, &reply->document, why) != 0)
        return false;
    reply->source = source;
    return true;
}

/* Until the lock or the report is there, whichever comes first: RR_LOCK_TIMEOUT when neither does. */
static int wait_for_lock(struct rr_service *service, const struct rr_key *key, struct rr_deadline deadline,
                         struct rr_reply *reply, bool *found, struct rr_err *why) {
    while (rr_store_lock(service->store, why) != 0) {
        if (why->code != RR_LOCKED)
            return -1;
        if (rr_deadline_passed(deadline))
            return rr_fail(why, RR_LOCK_TIMEOUT, "another generation held the lock for all of the request's time");
        rr_store_wait(service->store);
        *found = look_up(service, key, reply, RR_HIT, why);
        if (*found)
            return 0;
    }
    return 0;
}

static int lock_or_find(struct rr_service *service, const struct rr_key *key, struct rr_deadline deadline, struct rr_reply *reply,
                        bool *found, struct rr_err *why) {
    *found = false;
    if (rr_store_lock(service->store, why) == 0)
        return 0;
    if (why->code != RR_LOCKED)
        return -1;
    int64_t begun_us = rr_monotonic_us();
    int rc = wait_for_lock(service, key, deadline, reply, found, why);
    rr_tally_lock_wait(&service->tally, rr_monotonic_us() - begun_us);
    return rc;
}

/* A request that has queued until its time was all but gone starts nothing: what it could not finish would count as a failure,
 * and send the next ones to the fallback. */
static int begin_in_time(const struct rr_service *service, struct rr_deadline deadline, struct rr_err *err) {
    int64_t tenth_ms = service->conf->request_deadline_s * 1000 / 10;
    if (rr_deadline_left_ms(deadline) >= tenth_ms)
        return 0;
    return rr_fail(err, RR_LOCK_TIMEOUT, "the request has waited for other generations until no time was left for its own");
}

static int generate(struct rr_service *service, const struct rr_key *key, struct rr_run *run, struct rr_deadline deadline,
                    struct rr_err *err) {
    const struct rr_mode_list wanted = {{key->mode}, 1};
    enum rr_result results[RR_MODE_COUNT];
    rr_run_begin(run, RR_BY_HTTP, key->as_of, service);
    run->patience = rr_patience_of_request(deadline);
    return rr_run_generate(service, run, &wanted, results, err);
}

/* With the lock held: whoever held it before may have made the report, or failed to. */
static bool make_locked(struct rr_service *service, const struct rr_key *key, struct rr_deadline deadline, struct rr_reply *reply,
                        struct rr_err *why) {
    if (look_up(service, key, reply, RR_HIT, why))
        return true;
    if (rr_run_failed_recently(service, key->mode, why) || begin_in_time(service, deadline, why) != 0)
        return false;
    struct rr_run run;
    struct rr_err lost;
    int rc = generate(service, key, &run, deadline, why);
    return look_up(service, key, reply, RR_GENERATED, rc == 0 ? why : &lost); /* it may be there though its status is not */
}

static bool make_here(struct rr_service *service, const struct rr_key *key, struct rr_deadline deadline, struct rr_reply *reply,
                      struct rr_err *why) {
    bool found;
    return lock_or_find(service, key, deadline, reply, &found, why) == 0 &&
           (found || make_locked(service, key, deadline, reply, why));
}

/* Until a host that has the CRM has made it, or could not. Who was about to may have died: so it is asked for again now and then.
 * *why says at first, and where nobody makes it in time too, why this host cannot. */
static bool make_elsewhere(struct rr_service *service, const struct rr_key *key, struct rr_deadline deadline,
                           struct rr_reply *reply, struct rr_err *why) {
    struct rr_deadline next_ask = rr_deadline_in_ms(0);
    const struct rr_err own = *why;
    struct rr_err absent;
    while (!look_up(service, key, reply, RR_HIT, &absent)) {
        if (rr_run_failed_recently(service, key->mode, why))
            return false;
        if (rr_deadline_passed(deadline)) {
            *why = own;
            rr_run_remember_failure(service, key->mode, why); /* or each request would hold a worker for as long */
            return false;
        }
        if (rr_deadline_passed(next_ask) && rr_store_ask(service->store, key, why) < 0)
            return false;
        if (rr_deadline_passed(next_ask))
            next_ask = rr_deadline_in_ms(ask_again_ms);
        else
            rr_store_wait(service->store);
    }
    return true;
}

static bool make(struct rr_service *service, const struct rr_key *key, struct rr_reply *reply, struct rr_err *why) {
    struct rr_deadline deadline = deadline_of(service);
    if (rr_run_failed_recently(service, key->mode, why))
        return false;
    bool found = rr_service_depends_on_peers(service, why) ? make_elsewhere(service, key, deadline, reply, why)
                                                           : make_here(service, key, deadline, reply, why);
    rr_store_unlock(service->store);
    return found;
}

/* Appends the document to out, marked as what it is. */
static int mark_stale(const struct rr_document *document, const struct rr_key *key, enum rr_code why, struct rr_buf *out,
                      struct rr_err *err) {
    struct rr_json json = {false};
    cJSON *marks = rr_json_object(&json, NULL, NULL);
    rr_json_bool(&json, marks, "is_stale", true);
    rr_json_text(&json, marks, "stale_reason", rr_slice_of("latest_success_fallback"));
    rr_json_text(&json, marks, "stale_error_code", rr_slice_of(rr_code_name(why)));
    rr_json_text(&json, marks, "requested_as_of", rr_slice_of(key->as_of));
    int rc = json.failed ? rr_fail_memory(err) : rr_document_restamp(&document->body, marks, out, err);
    cJSON_Delete(marks);
    return rc;
}

static bool is_rendered(const struct rr_rendered_stale *rendered, const struct rr_document *latest, const struct rr_key *key,
                        enum rr_code why) {
    return strcmp(rendered->etag, latest->etag) == 0 && rendered->why == why &&
           strcmp(rendered->requested.as_of, key->as_of) == 0;
}

/* Makes rendered the answer to that request, from the mode's latest report. */
static int render(struct rr_service *service, struct rr_rendered_stale *rendered, struct rr_document *latest,
                  const struct rr_key *key, enum rr_code why, struct rr_err *err) {
    struct rr_buf body = RR_BUF_INIT(RR_DOCUMENT_MAX_BYTES);
    const struct rr_key latest_key = latest->meta.key;
    int rc = rr_store_find(service->store, &latest_key, latest, err) == 0 ? mark_stale(latest, key, why, &body, err) : -1;
    rr_buf_free(&latest->body);
    rr_buf_free(&rendered->body);
    *rendered = (struct rr_rendered_stale){.requested = *key, .why = why, .body = body};
    if (rc == 0)
        memcpy(rendered->etag, latest->etag, sizeof rendered->etag);
    else
        rr_buf_free(&rendered->body);
    return rc;
}

static int fall_back(struct rr_service *service, const struct rr_key *key, struct rr_reply *reply, struct rr_err *why) {
    struct rr_rendered_stale *rendered = &service->rendered[key->mode];
    struct rr_err err = {RR_OK, ""};
    reply->source = RR_STALE;
    int rc = rr_store_peek_latest(service->store, key->mode, &reply->document, &err);
    if (rc == 0 && !is_rendered(rendered, &reply->document, key, why->code))
        rc = render(service, rendered, &reply->document, key, why->code, &err);
    if (rc == 0) {
        rr_buf_clear(&reply->document.body);
        rr_buf_add(&reply->document.body, rendered->body.ptr, rendered->body.len);
        rc = reply->document.body.failed ? rr_fail_memory(&err) : 0;
    }
    if (rc != 0 && err.code != RR_NOT_FOUND)
        *why = err;
    return rc;
}

static int finish(struct rr_service *service, struct rr_reply *reply) {
    reply->outdated = rr_service_outdated(service, &reply->document);
    return 0;
}

int rr_serve_report(struct rr_service *service, const struct rr_key *key, struct rr_reply *reply, struct rr_err *why) {
    if (look_up(service, key, reply, RR_HIT, why) || make(service, key, reply, why) || fall_back(service, key, reply, why) == 0)
        return finish(service, reply);
    return -1;
}

int rr_serve_at_once(struct rr_service *service, const struct rr_key *key, struct rr_reply *reply, struct rr_err *why) {
    if (look_up(service, key, reply, RR_HIT, why))
        return finish(service, reply);
    if (rr_run_failed_recently(service, key->mode, why) && fall_back(service, key, reply, why) == 0)
        return finish(service, reply);
    return rr_fail(why, RR_NOT_FOUND, "the report has to be made");
}

int rr_serve_load(struct rr_service *service, struct rr_reply *reply, struct rr_err *err) {
    const struct rr_key key = reply->document.meta.key;
    return reply->document.body.len > 0 ? 0 : rr_store_find(service->store, &key, &reply->document, err);
}

int rr_serve_recompute(struct rr_service *service, const struct rr_key *key, struct rr_recomputed *recomputed,
                       struct rr_err *err) {
    *recomputed = (struct rr_recomputed){.result = RR_FAILED};
    struct rr_deadline deadline = deadline_of(service);
    if (begin_in_time(service, deadline, err) != 0)
        return -1;
    if (rr_service_depends_on_peers(service, err))
        return -1;
    if (rr_store_lock(service->store, err) != 0) {
        rr_store_unlock(service->store);
        if (err->code != RR_LOCKED)
            return -1;
        recomputed->result = RR_SKIPPED_LOCKED;
        return 0;
    }
    struct rr_run run;
    int rc = generate(service, key, &run, deadline, err);
    rr_store_unlock(service->store);
    recomputed->result = rc == 0 ? RR_SUCCESS : RR_FAILED;
    memcpy(recomputed->job_run_id, run.job_run_id, sizeof recomputed->job_run_id);
    recomputed->duration_ms = rr_run_duration_ms(&run);
    return rc;
}
