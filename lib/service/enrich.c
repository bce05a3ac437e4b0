#include "service/enrich.h"

#include "base/hash.h"

#include <stdio.h>
#include <string.h>

/* Whoever holds the lock makes a report; a job that waits for its database holds it longest. */
enum { lock_wait_ms = 60 * 1000 };

/* One mode's report while it is enriched. */
struct enriching {
    struct rr_service *service;
    const struct rr_generation *generation;
    struct rr_key key;
    struct rr_document document; /* as it was found, peeked at */
    struct rr_run_stamp stamp;   /* its own */
    struct rr_deck deck;
};

int rr_enrich_open(struct rr_enrichment *enrichment, struct rr_service *service, struct rr_err *err) {
    *enrichment = (struct rr_enrichment){.service = service};
    if (!service->conf->llm.enabled)
        return rr_fail(err, RR_BAD_SETTING, "LLM_PROVIDER is not set: there is no language model to ask");
    return rr_ask_read_key(&service->conf->llm, enrichment->key, err);
}

void rr_enrich_close(struct rr_enrichment *enrichment) {
    explicit_bzero(enrichment->key, sizeof enrichment->key);
}

/* Is the report what this program would make of this reading of the database? */
static int check_source(const struct enriching *enriching, struct rr_err *err) {
    const struct rr_document_meta *meta = &enriching->document.meta;
    char signature[RR_SIGNATURE_SIZE];
    rr_fingerprint_signature(&enriching->generation->fingerprint, signature);
    if (strcmp(meta->db_signature, signature) != 0)
        return rr_fail(err, RR_PIPELINE_FAILED,
                       "the report of %s (%s) was made from another state of the database: `riskreport run` makes it anew",
                       enriching->key.as_of, rr_mode_name(enriching->key.mode));
    if (strcmp(meta->generator_version, RR_GENERATOR_VERSION) != 0 || enriching->stamp.generated_at_s < 0)
        return rr_fail(err, RR_PIPELINE_FAILED,
                       "the report of %s (%s) was made by another version of the program: `riskreport run` makes it anew",
                       enriching->key.as_of, rr_mode_name(enriching->key.mode));
    return 0;
}

static int find_report(struct enriching *enriching, struct rr_err *err) {
    struct rr_document *document = &enriching->document;
    if (rr_store_peek(enriching->service->store, &enriching->key, document, err) != 0)
        return rr_fail(err, err->code, "there is no report of %s (%s) to enrich: `riskreport run` makes it", enriching->key.as_of,
                       rr_mode_name(enriching->key.mode));
    enriching->stamp = (struct rr_run_stamp){document->meta.job_run_id, rr_clock_parse_iso(document->meta.generated_at)};
    return check_source(enriching, err);
}

/* ---- Replacing it ---- */

static int write_hash(void *ctx, const char *bytes, size_t len, struct rr_err *err) {
    (void)err;
    rr_hash_add(ctx, (struct rr_slice){bytes, len});
    return 0;
}

/* Would the report, written with the cards that are there now, be another than it is? */
static int would_differ(struct enriching *enriching, bool *differs, struct rr_err *err) {
    const struct rr_card_provider provider = {&enriching->deck, rr_deck_find};
    struct rr_hash hash = RR_HASH_INIT;
    const struct rr_sink sink = {write_hash, &hash};
    char etag[RR_ETAG_SIZE];
    if (rr_generation_write(enriching->generation, enriching->key.mode, &enriching->stamp, &provider, &sink, err) != 0)
        return -1;
    rr_store_etag(rr_hash_end(&hash), etag);
    *differs = strcmp(etag, enriching->document.etag) != 0;
    return 0;
}

static int lock(struct rr_store *store, struct rr_err *err) {
    struct rr_deadline deadline = rr_deadline_in_ms(lock_wait_ms);
    while (rr_store_lock(store, err) != 0) {
        if (err->code != RR_LOCKED || rr_deadline_passed(deadline))
            return -1;
        rr_store_wait(store);
    }
    return 0;
}

/* The sealed report takes its place, and its runs are told of the cards. */
static int publish(const struct enriching *enriching, const struct rr_deck_counts *counts, struct rr_err *err) {
    struct rr_json json = {false};
    cJSON *cards = rr_run_cards_json(&json, counts);
    const struct rr_status_change change = {.job_run_id = enriching->stamp.job_run_id, .name = "cards", .value = cards};
    int rc = json.failed ? rr_fail_memory(err) : rr_store_publish(enriching->service->store, &change, err);
    cJSON_Delete(cards);
    return rc;
}

/* With the lock held: only the very report that was found is replaced. */
static int replace_locked(struct enriching *enriching, struct rr_enrich_outcome *outcome, struct rr_err *err) {
    struct rr_document now = RR_DOCUMENT_EMPTY;
    bool same = rr_store_peek(enriching->service->store, &enriching->key, &now, err) == 0 &&
                strcmp(now.etag, enriching->document.etag) == 0;
    rr_document_free(&now);
    outcome->enriched = same ? RR_ENRICH_REPLACED : RR_ENRICH_SUPERSEDED;
    if (!same)
        return 0;
    int rc = rr_run_write(enriching->service, &enriching->key, enriching->generation, &enriching->stamp, &enriching->deck, err);
    if (rc == 0)
        rc = publish(enriching, &outcome->cards, err);
    rr_store_abandon(enriching->service->store);
    if (rc != 0)
        outcome->enriched = RR_ENRICH_NONE;
    return rc;
}

static int replace(struct enriching *enriching, struct rr_enrich_outcome *outcome, struct rr_err *err) {
    bool differs;
    outcome->cards = rr_deck_count(&enriching->deck);
    if (would_differ(enriching, &differs, err) != 0)
        return -1;
    if (!differs) {
        outcome->enriched = RR_ENRICH_SAME;
        return 0;
    }
    if (lock(enriching->service->store, err) != 0)
        return -1;
    int rc = replace_locked(enriching, outcome, err);
    rr_store_unlock(enriching->service->store);
    return rc;
}

/* ---- All of it ---- */

/* What was made before asking became no use is put in all the same. */
static int ask_and_replace(struct enriching *enriching, struct rr_ask *ask, struct rr_enrich_outcome *outcome,
                           struct rr_err *err) {
    struct rr_err given_up = {RR_OK, ""};
    rr_ask_for_missing(&enriching->deck, ask, &outcome->why, &given_up);
    if (replace(enriching, outcome, err) != 0)
        return -1;
    if (given_up.code == RR_OK)
        return 0;
    *err = given_up;
    return -1;
}

static int enrich_mode(struct enriching *enriching, struct rr_ask *ask, struct rr_enrich_outcome *outcome, struct rr_err *err) {
    if (find_report(enriching, err) != 0)
        return -1;
    const struct rr_deck_settings settings = {enriching->service->store, enriching->key.mode, ask->conf->model,
                                              enriching->stamp.job_run_id};
    if (rr_deck_open(&enriching->deck, enriching->generation, &settings, err) != 0)
        return -1;
    int rc = ask_and_replace(enriching, ask, outcome, err);
    rr_deck_close(&enriching->deck);
    return rc;
}

static int enrich_modes(struct rr_enrichment *enrichment, const struct rr_generation *generation, const struct rr_run *run,
                        const struct rr_mode_list *modes, struct rr_enrich_outcome *outcomes, struct rr_err *err) {
    struct rr_service *service = enrichment->service;
    struct rr_ask ask = {
        .conf = &service->conf->llm,
        .key = enrichment->key,
        .deadline = rr_deadline_in_ms(service->conf->llm.budget_s * 1000),
        .clock = service->clock,
        .tell = enrichment->tell,
        .ctx = enrichment->ctx,
    };
    int rc = 0;
    for (uint32_t i = 0; i < modes->count; i++) {
        struct enriching enriching = {.service = service, .generation = generation, .document = RR_DOCUMENT_EMPTY};
        struct rr_err why;
        enriching.key.mode = modes->modes[i];
        memcpy(enriching.key.as_of, run->as_of, sizeof enriching.key.as_of);
        if (enrich_mode(&enriching, &ask, &outcomes[modes->modes[i]], &why) != 0 && rc == 0) {
            *err = why;
            rc = -1;
        }
        rr_document_free(&enriching.document);
    }
    return rc;
}

int rr_enrich(struct rr_enrichment *enrichment, const char *as_of, const struct rr_mode_list *modes,
              struct rr_enrich_outcome outcomes[RR_MODE_COUNT], struct rr_err *err) {
    struct rr_run run;
    struct rr_generation generation;
    memset(outcomes, 0, RR_MODE_COUNT * sizeof *outcomes);
    rr_run_begin(&run, RR_BY_CLI, as_of, enrichment->service);
    run.patience = rr_patience_of_job(enrichment->service);
    if (rr_run_read(enrichment->service, &run, &generation, err) != 0)
        return -1;
    int rc = enrich_modes(enrichment, &generation, &run, modes, outcomes, err);
    rr_generation_free(&generation);
    return rc;
}
