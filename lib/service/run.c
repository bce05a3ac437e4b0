#include "service/run.h"

#include "base/json.h"
#include "base/log.h"

#include <stdio.h>
#include <string.h>
#include <sys/random.h>

enum { ns_per_s = 1000000000, request_retry_ms = 200 };

static const char *const result_names[] = {[RR_SUCCESS] = "SUCCESS",
                                           [RR_FAILED] = "FAILED",
                                           [RR_SKIPPED_LOCKED] = "SKIPPED_LOCKED",
                                           [RR_SKIPPED_CACHE] = "SKIPPED_CACHE"};

static const char *const trigger_names[] = {[RR_BY_HTTP] = "http", [RR_BY_JOB] = "job", [RR_BY_CLI] = "cli"};

const char *rr_result_name(enum rr_result result) {
    return result_names[result];
}

void rr_run_begin(struct rr_run *run, enum rr_trigger_kind trigger, const char *as_of, const struct rr_service *service) {
    *run = (struct rr_run){.trigger = trigger, .started_ms = rr_monotonic_ms()};
    snprintf(run->as_of, sizeof run->as_of, "%s", as_of);
    uint64_t random = 0;
    if (getrandom(&random, sizeof random, 0) != (ssize_t)sizeof random)
        random = (uint64_t)run->started_ms;
    char now[RR_ISO_SIZE];
    rr_clock_iso(rr_clock_now_s(service->clock), now);
    snprintf(run->job_run_id, sizeof run->job_run_id, "%.4s%.2s%.5s%.2s%.2s-%016llx", now, now + 5, now + 8, now + 14, now + 17,
             (unsigned long long)random);
}

struct rr_patience rr_patience_of_request(struct rr_deadline deadline) {
    return (struct rr_patience){INT64_MAX, request_retry_ms, deadline};
}

struct rr_patience rr_patience_of_job(const struct rr_service *service) {
    return (struct rr_patience){service->conf->db_retry, service->conf->db_retry_interval_s * 1000, RR_NO_DEADLINE};
}

int64_t rr_run_duration_ms(const struct rr_run *run) {
    return rr_monotonic_ms() - run->started_ms;
}

/* What the status says of the database: taken from the generation, or from the file as it is now. */
static void add_database(struct rr_json *json, cJSON *object, const struct rr_fingerprint *fingerprint) {
    char version[RR_ISO_SIZE], signature[RR_SIGNATURE_SIZE];
    if (fingerprint == NULL) {
        rr_json_null(json, object, "db_version");
        rr_json_null(json, object, "db_signature");
        return;
    }
    rr_clock_iso(fingerprint->mtime_ns / ns_per_s, version);
    rr_fingerprint_signature(fingerprint, signature);
    rr_json_text(json, object, "db_version", rr_slice_of(version));
    rr_json_text(json, object, "db_signature", rr_slice_of(signature));
}

/* The head of a record R (contract.md 3). */
static cJSON *begin_record(struct rr_json *json, const struct rr_run *run, enum rr_mode mode, enum rr_result result,
                           int64_t generated_at_s) {
    char time_text[RR_ISO_SIZE];
    rr_clock_iso(generated_at_s, time_text);
    cJSON *record = rr_json_object(json, NULL, NULL);
    rr_json_text(json, record, "result", rr_slice_of(result_names[result]));
    rr_json_text(json, record, "as_of", rr_slice_of(run->as_of));
    rr_json_text(json, record, "mode", rr_slice_of(rr_mode_name(mode)));
    rr_json_text(json, record, "generated_at", rr_slice_of(time_text));
    return record;
}

static void add_run(struct rr_json *json, cJSON *record, const struct rr_run *run, const char *job_run_id) {
    rr_json_text(json, record, "job_run_id", rr_slice_of(job_run_id));
    rr_json_text(json, record, "trigger", rr_slice_of(trigger_names[run->trigger]));
    rr_json_whole(json, record, "duration_ms", rr_run_duration_ms(run));
}

static int store_record(struct rr_service *service, enum rr_mode mode, const struct rr_json *json, cJSON *record,
                        struct rr_err *err) {
    const struct rr_status_change change = {.run = record};
    int rc = json->failed ? rr_fail_memory(err) : rr_store_record(service->store, mode, &change, err);
    cJSON_Delete(record);
    return rc;
}

cJSON *rr_run_cards_json(struct rr_json *json, const struct rr_deck_counts *counts) {
    cJSON *cards = rr_json_object(json, NULL, NULL);
    rr_json_whole(json, cards, "total", counts->total);
    rr_json_whole(json, cards, "cached", counts->cached);
    rr_json_whole(json, cards, "model", counts->model);
    rr_json_whole(json, cards, "fallback", counts->fallback);
    return cards;
}

/* Puts the sealed report in its place, and records it as a success. */
static int publish_recorded(struct rr_service *service, const struct rr_run *run, enum rr_mode mode,
                            const struct rr_generation *generation, const struct rr_run_stamp *stamp,
                            const struct rr_deck_counts *counts, struct rr_err *err) {
    struct rr_json json = {false};
    cJSON *record = begin_record(&json, run, mode, RR_SUCCESS, stamp->generated_at_s);
    add_database(&json, record, &generation->fingerprint);
    rr_json_text(&json, record, "generator_version", rr_slice_of(RR_GENERATOR_VERSION));
    add_run(&json, record, run, run->job_run_id);
    rr_json_add(&json, record, "cards", rr_run_cards_json(&json, counts));
    const struct rr_status_change change = {.run = record};
    int rc = json.failed ? rr_fail_memory(err) : rr_store_publish(service->store, &change, err);
    cJSON_Delete(record);
    return rc;
}

void rr_run_remember_failure(struct rr_service *service, enum rr_mode mode, const struct rr_err *why) {
    service->unrecorded[mode] = (struct rr_unrecorded_failure){rr_clock_now_s(service->clock), *why};
}

static void record_failure(struct rr_service *service, const struct rr_run *run, enum rr_mode mode, const struct rr_err *why) {
    struct rr_fingerprint fingerprint;
    struct rr_err err;
    bool found = rr_fingerprint_of(service->conf->db_path, &fingerprint, &err) == 0;
    struct rr_json json = {false};
    cJSON *record = begin_record(&json, run, mode, RR_FAILED, rr_clock_now_s(service->clock));
    add_database(&json, record, found ? &fingerprint : NULL);
    rr_json_text(&json, record, "generator_version", rr_slice_of(RR_GENERATOR_VERSION));
    add_run(&json, record, run, run->job_run_id);
    rr_json_text(&json, record, "error_code", rr_slice_of(rr_code_name(why->code)));
    rr_json_text(&json, record, "error_message", rr_slice_of(why->message));
    if (run->trigger == RR_BY_HTTP) /* the others tell it to whoever called them */
        rr_log(RR_LOG_WARNING, "generation_failed",
               (const struct rr_log_field[]){{"as_of", run->as_of, 0},
                                             {"mode", rr_mode_name(mode), 0},
                                             {"job_run_id", run->job_run_id, 0},
                                             {"error_code", rr_code_name(why->code), 0},
                                             {"reason", why->message, 0},
                                             {0}});
    service->unrecorded[mode].at_s = 0;
    if (store_record(service, mode, &json, record, &err) == 0)
        return;
    if (why->code != RR_STORE_UNAVAILABLE) /* which is tried again as soon as it may be there */
        rr_run_remember_failure(service, mode, why);
    rr_log(RR_LOG_ERROR, "status_not_recorded",
           (const struct rr_log_field[]){{"mode", rr_mode_name(mode), 0}, {"reason", err.message, 0}, {0}});
}

int rr_run_record_skipped(struct rr_service *service, const struct rr_run *run, const struct rr_document *document,
                          struct rr_err *err) {
    const struct rr_document_meta *meta = &document->meta;
    struct rr_json json = {false};
    rr_tally_generation(&service->tally, meta->key.mode, RR_SKIPPED_CACHE);
    cJSON *record = begin_record(&json, run, meta->key.mode, RR_SKIPPED_CACHE, rr_clock_now_s(service->clock));
    rr_json_text(&json, record, "db_version", rr_slice_of(meta->db_version));
    rr_json_text(&json, record, "db_signature", rr_slice_of(meta->db_signature));
    rr_json_text(&json, record, "generator_version", rr_slice_of(meta->generator_version));
    add_run(&json, record, run, meta->job_run_id);
    return store_record(service, meta->key.mode, &json, record, err);
}

static bool is_recent(const struct rr_service *service, int64_t failed_at_s) {
    int64_t age_s = rr_clock_now_s(service->clock) - failed_at_s;
    return failed_at_s > 0 && age_s >= 0 && age_s < service->conf->retry_after_fail_s;
}

bool rr_run_failed_recently(struct rr_service *service, enum rr_mode mode, struct rr_err *why) {
    const struct rr_unrecorded_failure *unrecorded = &service->unrecorded[mode];
    if (is_recent(service, unrecorded->at_s)) {
        *why = unrecorded->why;
        return true;
    }
    struct rr_status status;
    rr_store_read_status(service->store, mode, &status);
    struct rr_slice result = rr_json_member(status.last_run, "result"), at = rr_json_member(status.last_run, "generated_at");
    struct rr_slice code = rr_json_member(status.last_run, "error_code"),
                    message = rr_json_member(status.last_run, "error_message");
    bool failed = rr_slice_equal(result, rr_slice_of(result_names[RR_FAILED]));
    bool recent = failed && at.ptr != NULL && is_recent(service, rr_clock_parse_iso(at.ptr));
    if (recent)
        rr_err_set(why, rr_code_parse(code.ptr), "%s", message.ptr == NULL ? "the last generation failed" : message.ptr);
    rr_status_free(&status);
    return recent;
}

/* As often as the run has patience for. */
static int read_patiently(const struct rr_patience *patience, const struct rr_order *order, struct rr_generation *generation,
                          struct rr_err *err) {
    for (int64_t tries = 0;; tries++) {
        if (rr_generation_read(generation, order, err) == 0)
            return 0;
        /* A database that cannot become stable in time is given up at once; the next try would be no better. */
        bool hopeless = rr_snapshot_settles_in_ms(&order->source) > rr_deadline_left_ms(patience->deadline);
        bool late = patience->interval_ms > rr_deadline_left_ms(patience->deadline);
        if (err->code != RR_DB_UNSTABLE || tries >= patience->retries || hopeless || late)
            return -1;
        rr_sleep_ms(patience->interval_ms);
    }
}

/* Findings only save judging memos: where they cannot be loaded, there are none. */
static void load_findings(const struct rr_service *service, struct rr_buf *file, struct rr_findings *known) {
    struct rr_err ignored;
    bool loaded = rr_store_load_findings(service->store, file, &ignored) == 0;
    rr_findings_read(known, (struct rr_slice){file->ptr, loaded ? file->len : 0});
}

int rr_run_read(struct rr_service *service, const struct rr_run *run, struct rr_generation *generation, struct rr_err *err) {
    const struct rr_conf *conf = service->conf;
    struct rr_buf file = RR_BUF_INIT(RR_FINDINGS_MAX_BYTES);
    struct rr_findings known = {NULL, 0};
    const struct rr_order order = {
        .source =
            {
                .db_path = conf->db_path,
                .copy_dir = conf->snapshot_copy ? conf->work_dir : NULL,
                .copy_date = run->as_of,
                .stable_window_s = conf->stable_window_s,
                .deadline = run->patience.deadline,
                .clock = service->clock,
            },
        .as_of = rr_day_parse(rr_slice_of(run->as_of)),
        .target_year = (int)conf->target_year,
        .threads = (int)conf->generate_threads,
        .progress = service->progress,
        .known = service->store == NULL ? NULL : &known,
    };
    if (service->store != NULL)
        load_findings(service, &file, &known);
    int rc = read_patiently(&run->patience, &order, generation, err);
    rr_buf_free(&file);
    return rc;
}

static struct rr_key key_of(const struct rr_run *run, enum rr_mode mode) {
    struct rr_key key = {.mode = mode};
    memcpy(key.as_of, run->as_of, sizeof key.as_of);
    return key;
}

/* A broken report is kept for the operator, whether or not another comes to take its place. */
static void set_aside_broken(struct rr_service *service, const struct rr_key *key) {
    struct rr_document document = RR_DOCUMENT_EMPTY;
    struct rr_err broken, err = {RR_OK, ""};
    if (rr_store_peek(service->store, key, &document, &broken) != 0 && broken.code == RR_BROKEN) {
        rr_store_set_aside(service->store, key, &err);
        rr_log(RR_LOG_WARNING, "broken_report_set_aside",
               (const struct rr_log_field[]){{"as_of", key->as_of, 0},
                                             {"mode", rr_mode_name(key->mode), 0},
                                             {"reason", broken.message, 0},
                                             {"failure", err.message, 0},
                                             {0}});
    }
    rr_document_free(&document);
}

int rr_run_write(struct rr_service *service, const struct rr_key *key, const struct rr_generation *generation,
                 const struct rr_run_stamp *stamp, struct rr_deck *deck, struct rr_err *err) {
    const struct rr_card_provider provider = {deck, rr_deck_find};
    struct rr_sink sink;
    if (rr_store_begin(service->store, key, &sink, err) != 0)
        return -1;
    int rc = rr_generation_write(generation, key->mode, stamp, deck == NULL ? NULL : &provider, &sink, err);
    if (rc == 0)
        rc = rr_store_seal(service->store, (int)service->conf->generate_threads, err);
    if (rc != 0)
        rr_store_abandon(service->store);
    return rc;
}

/* Readers may ask for any date: that is not to fill the disk. */
static void trim(struct rr_service *service, enum rr_mode mode) {
    struct rr_err err;
    if (rr_store_trim(service->store, mode, (uint32_t)service->conf->cache_max_reports, &err) != 0)
        rr_log(RR_LOG_WARNING, "cache_not_trimmed",
               (const struct rr_log_field[]){{"mode", rr_mode_name(mode), 0}, {"reason", err.message, 0}, {0}});
}

/* Nobody waits for a language model: a report begins with the cards that it has written before. */
static int write_report(struct rr_service *service, const struct rr_run *run, enum rr_mode mode,
                        const struct rr_generation *generation, const struct rr_run_stamp *stamp, struct rr_deck_counts *counts,
                        struct rr_err *err) {
    const struct rr_key key = key_of(run, mode);
    const struct rr_deck_settings settings = {service->store, mode, service->conf->llm.model, run->job_run_id};
    *counts = (struct rr_deck_counts){.total = 0};
    if (!service->conf->llm.enabled)
        return rr_run_write(service, &key, generation, stamp, NULL, err);
    struct rr_deck deck;
    if (rr_deck_open(&deck, generation, &settings, err) != 0)
        return -1;
    *counts = rr_deck_count(&deck);
    int rc = rr_run_write(service, &key, generation, stamp, &deck, err);
    rr_deck_close(&deck);
    return rc;
}

static int publish(struct rr_service *service, const struct rr_run *run, enum rr_mode mode,
                   const struct rr_generation *generation, const struct rr_run_stamp *stamp, struct rr_err *err) {
    struct rr_deck_counts counts;
    if (write_report(service, run, mode, generation, stamp, &counts, err) != 0)
        return -1;
    int rc = publish_recorded(service, run, mode, generation, stamp, &counts, err);
    rr_store_abandon(service->store);
    return rc;
}

/* Requests keep none: whoever makes one waits for it, and may ask for a date of other memos than tomorrow's. */
static void keep_findings(const struct rr_service *service, const struct rr_generation *generation) {
    struct rr_buf file = RR_BUF_INIT(RR_FINDINGS_MAX_BYTES);
    struct rr_err err;
    rr_generation_findings(generation, &file);
    int rc = file.failed ? rr_fail(&err, RR_PIPELINE_FAILED, "out of memory, or too many of them") : 0;
    if (rc == 0 && file.len > 0)
        rc = rr_store_keep_findings(service->store, (struct rr_slice){file.ptr, file.len}, &err);
    if (rc != 0)
        rr_log(RR_LOG_WARNING, "findings_not_kept", (const struct rr_log_field[]){{"reason", err.message, 0}, {0}});
    rr_buf_free(&file);
}

int rr_run_generate(struct rr_service *service, const struct rr_run *run, const struct rr_mode_list *wanted,
                    enum rr_result results[RR_MODE_COUNT], struct rr_err *err) {
    struct rr_generation generation;
    struct rr_err why;
    for (uint32_t i = 0; i < wanted->count; i++) {
        const struct rr_key key = key_of(run, wanted->modes[i]);
        set_aside_broken(service, &key);
    }
    bool read = rr_run_read(service, run, &generation, &why) == 0;
    const struct rr_run_stamp stamp = {run->job_run_id, rr_clock_now_s(service->clock)};
    int rc = 0;
    for (uint32_t i = 0; i < wanted->count; i++) {
        enum rr_mode mode = wanted->modes[i];
        bool done = read && publish(service, run, mode, &generation, &stamp, &why) == 0;
        results[mode] = done ? RR_SUCCESS : RR_FAILED;
        rr_tally_generation(&service->tally, mode, results[mode]);
        if (done) {
            trim(service, mode);
            continue;
        }
        record_failure(service, run, mode, &why);
        if (rc == 0)
            *err = why;
        rc = -1;
    }
    if (rc == 0 && run->trigger != RR_BY_HTTP)
        keep_findings(service, &generation);
    if (read)
        rr_generation_free(&generation);
    return rc;
}
