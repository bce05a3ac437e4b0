#ifndef RR_SERVICE_RUN_H
#define RR_SERVICE_RUN_H

#include "base/json.h"
#include "model/deck.h"
#include "report/generate.h"
#include "service/service.h"

/* One generation, from the database to published reports and recorded status. The store's lock is held around all
 * that publishes or records. */

/* Who asked for it. */
enum rr_trigger_kind { RR_BY_HTTP, RR_BY_JOB, RR_BY_CLI };

/* How an unstable database is waited out: again after interval_ms, at most `retries` times, never beyond the deadline. */
struct rr_patience {
    int64_t retries;
    int64_t interval_ms;
    struct rr_deadline deadline;
};

struct rr_run {
    enum rr_trigger_kind trigger;
    char as_of[16];
    struct rr_patience patience;
    int64_t started_ms; /* monotonic */
    char job_run_id[40];
};

/* A run beginning now, with an id of its own. */
void rr_run_begin(struct rr_run *run, enum rr_trigger_kind trigger, const char *as_of, const struct rr_service *service);

struct rr_patience rr_patience_of_request(struct rr_deadline deadline);
struct rr_patience rr_patience_of_job(const struct rr_service *service);

int64_t rr_run_duration_ms(const struct rr_run *run);

/* Reads the database, waiting out an unstable one as run->patience says, and knowing of memos what the store has of them. The
 * caller frees *generation. */
int rr_run_read(struct rr_service *service, const struct rr_run *run, struct rr_generation *generation, struct rr_err *err);

/* Makes and publishes the report of each wanted mode, in order, out of one pass over the database, and records how it
 * ended. results is by mode; those of other modes are left alone. -1 with the first error when a mode failed; its cached
 * report is untouched then. */
int rr_run_generate(struct rr_service *service, const struct rr_run *run, const struct rr_mode_list *wanted,
                    enum rr_result results[RR_MODE_COUNT], struct rr_err *err);

/* Writes the report with the deck's cards (NULL: all by rule) and seals it: rr_store_publish is what is left to do. */
int rr_run_write(struct rr_service *service, const struct rr_key *key, const struct rr_generation *generation,
                 const struct rr_run_stamp *stamp, struct rr_deck *deck, struct rr_err *err);

/* `cards` of a record R. */
cJSON *rr_run_cards_json(struct rr_json *json, const struct rr_deck_counts *counts);

/* Records that the mode's cached report is still right. */
int rr_run_record_skipped(struct rr_service *service, const struct rr_run *run, const struct rr_document *document,
                          struct rr_err *err);

/* Remembers in this process alone that a report of the mode could not be made, as if a run had failed now. */
void rr_run_remember_failure(struct rr_service *service, enum rr_mode mode, const struct rr_err *why);

/* Did the mode's last run fail less than RETRY_AFTER_FAIL_SEC ago? Then *why says why. */
bool rr_run_failed_recently(struct rr_service *service, enum rr_mode mode, struct rr_err *why);

#endif
