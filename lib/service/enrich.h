#ifndef RR_SERVICE_ENRICH_H
#define RR_SERVICE_ENRICH_H

#include "model/ask.h"
#include "service/run.h"
#include "service/service.h"

/* Puts a language model's cards into reports that are published already, so that nobody waits for it.
 *
 *     rr_enrich_open(&enrichment, &service, err)         reads the key: before anything is made, so that a mistake is told at
 * once rr_enrich(&enrichment, as_of, modes, outcomes, err) rr_enrich_close(&enrichment)                       forgets the key;
 * idempotent */
struct rr_enrichment {
    struct rr_service *service;
    char key[RR_LLM_KEY_SIZE];
    void (*tell)(void *ctx, const struct rr_ask_progress *progress); /* for somebody who watches; may be NULL */
    void *ctx;
};

/* What became of a mode's report. */
enum rr_enriched {
    RR_ENRICH_NONE,       /* nothing, see the error */
    RR_ENRICH_SAME,       /* it had all that there is */
    RR_ENRICH_REPLACED,   /* by one that differs in its cards alone */
    RR_ENRICH_SUPERSEDED, /* another had taken its place meanwhile; the cards are kept for the next */
};

struct rr_enrich_outcome {
    enum rr_enriched enriched;
    struct rr_deck_counts cards;
    struct rr_err why; /* the last card that is missing is missing; RR_OK where none is */
};

int rr_enrich_open(struct rr_enrichment *enrichment, struct rr_service *service, struct rr_err *err);
void rr_enrich_close(struct rr_enrichment *enrichment);

/* Enriches the report of each mode, in order, within LLM_BUDGET_SEC. outcomes is by mode. The lock is held while a report is
 * replaced, not while the model is asked. RR_NOT_FOUND where there is no report; RR_PIPELINE_FAILED where it was made from
 * another state of the database, or by another program, or where it was no use to go on asking; then other modes' outcomes still
 * hold, and so does what was made until then. */
int rr_enrich(struct rr_enrichment *enrichment, const char *as_of, const struct rr_mode_list *modes,
              struct rr_enrich_outcome outcomes[RR_MODE_COUNT], struct rr_err *err);

#endif
