#ifndef RR_MODEL_DECK_H
#define RR_MODEL_DECK_H

#include "base/clock.h"
#include "base/digest.h"
#include "model/answer.h"
#include "report/generate.h"
#include "store/store.h"

/* The cards of one report that are a language model's business: for rows that are 심각 or 보통, and the 20 largest gaps among the
 * others (rules.md D6). Opened, it has those that are in the store already; whatever asks the model puts in the rest; a report
 * is written with what is there.
 *
 *     rr_deck_open(&deck, &generation, &settings, err)
 *     rr_generation_write(&generation, mode, &stamp, &(struct rr_card_provider){&deck, rr_deck_find}, sink, err)
 *     rr_deck_close(&deck)                                  idempotent */

enum { RR_DECK_OTHERS_MAX = 20 };

enum rr_deck_state {
    RR_DECK_MISSING,
    RR_DECK_CACHED, /* made for another report than this */
    RR_DECK_MADE,   /* made for this one */
};

struct rr_deck_card {
    const struct rr_row *row;
    char digest[RR_DIGEST_SIZE]; /* of payload, prompt version, model */
    enum rr_deck_state state;
    struct rr_answer answer; /* unless it is missing */
    char created_at[RR_ISO_SIZE];
};

/* All is borrowed. */
struct rr_deck_settings {
    struct rr_store *store;
    enum rr_mode mode;
    const char *model;
    const char *job_run_id; /* of the report */
};

struct rr_deck {
    struct rr_deck_settings settings;
    const struct rr_generation *generation;
    struct rr_ranking ranking;
    struct rr_deck_card *cards; /* in the report's order: the worst first */
    uint32_t count;
    const struct rr_deck_card **by_account;
};

int rr_deck_open(struct rr_deck *deck, const struct rr_generation *generation, const struct rr_deck_settings *settings,
                 struct rr_err *err);
void rr_deck_close(struct rr_deck *deck);

/* Appends what the model is told of the card's row. */
void rr_deck_payload(const struct rr_deck *deck, const struct rr_deck_card *card, struct rr_buf *out);

/* Reads an answer into the card and keeps it in the store. RR_BROKEN: the answer is refused; another code: the card is there,
 * and will have to be asked for again tomorrow. */
int rr_deck_take(struct rr_deck *deck, struct rr_deck_card *card, struct rr_slice answer, const struct rr_clock *clock,
                 struct rr_err *err);

/* A card provider's `find`; ctx is the deck. */
bool rr_deck_find(void *ctx, const struct rr_card_facts *facts, struct rr_card *card, struct rr_card_origin *origin);

/* How the report's cards came about; total is the sum of the others. */
struct rr_deck_counts {
    uint32_t total, cached, model, fallback;
};

struct rr_deck_counts rr_deck_count(const struct rr_deck *deck);

#endif
