#include "service/job.h"

#include "base/log.h"
#include "crm/snapshot.h"
#include "report/generate.h"

#include <string.h>

enum { seconds_per_day = 24 * 60 * 60 };

/* Is there a report of that date, made from this state of the database by this program? */
static bool still_right(struct rr_service *service, const struct rr_key *key, struct rr_document *document) {
    struct rr_err ignored;
    return rr_store_peek(service->store, key, document, &ignored) == 0 && rr_service_is_current(service, document) &&
           strcmp(document->meta.generator_version, RR_GENERATOR_VERSION) == 0;
}

/* Records the mode as skipped, when its report is still right. */
static bool skip(struct rr_service *service, const struct rr_run *run, enum rr_mode mode) {
    struct rr_key key = {.mode = mode};
    memcpy(key.as_of, run->as_of, sizeof key.as_of);
    struct rr_document document = RR_DOCUMENT_EMPTY;
    struct rr_err err;
    bool right = still_right(service, &key, &document);
    if (right && rr_run_record_skipped(service, run, &document, &err) != 0)
        rr_log(RR_LOG_ERROR, "status_not_recorded", (const struct rr_log_field[]){{"reason", err.message, 0}, {0}});
    rr_document_free(&document);
    return right;
}

static struct rr_mode_list choose(struct rr_service *service, const struct rr_job *job, const struct rr_run *run,
                                  struct rr_job_outcome *outcome) {
    struct rr_mode_list wanted = {.count = 0};
    for (uint32_t i = 0; i < job->modes.count; i++) {
        enum rr_mode mode = job->modes.modes[i];
        if (!job->force && skip(service, run, mode))
            outcome->results[mode] = RR_SKIPPED_CACHE;
        else
            wanted.modes[wanted.count++] = mode;
    }
    return wanted;
}

static int prune_locked(struct rr_service *service, uint32_t *removed, struct rr_err *err) {
    const struct rr_conf *conf = service->conf;
    int64_t max_age_s = conf->cache_retention_days * seconds_per_day;
    if (rr_store_prune(service->store, max_age_s, removed, err) != 0)
        return -1;
    *removed += rr_snapshot_prune_copies(conf->work_dir, max_age_s);
    return 0;
}

int rr_job_run(struct rr_service *service, const struct rr_job *job, struct rr_job_outcome *outcome, struct rr_err *err) {
    *outcome = (struct rr_job_outcome){.results = {RR_FAILED, RR_FAILED}};
    if (rr_service_depends_on_peers(service, err))
        return -1;
    if (rr_store_lock(service->store, err) != 0)
        return -1;
    struct rr_run run;
    rr_run_begin(&run, job->trigger, job->as_of, service);
    run.patience = rr_patience_of_job(service);
    struct rr_mode_list wanted = choose(service, job, &run, outcome);
    int rc = wanted.count == 0 ? 0 : rr_run_generate(service, &run, &wanted, outcome->results, err);
    struct rr_err unclean;
    if (prune_locked(service, &outcome->removed, &unclean) != 0)
        rr_log(RR_LOG_WARNING, "clean_up_failed", (const struct rr_log_field[]){{"reason", unclean.message, 0}, {0}});
    rr_store_unlock(service->store);
    outcome->duration_ms = rr_run_duration_ms(&run);
    return rc;
}

int rr_job_prune(struct rr_service *service, uint32_t *removed, struct rr_err *err) {
    if (rr_store_lock(service->store, err) != 0)
        return -1;
    int rc = prune_locked(service, removed, err);
    rr_store_unlock(service->store);
    return rc;
}
