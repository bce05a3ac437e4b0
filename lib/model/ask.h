#ifndef RR_MODEL_ASK_H
#define RR_MODEL_ASK_H

#include "base/conf.h"
#include "model/deck.h"

/* Asks a language model for the cards that a deck lacks. */

struct rr_ask_progress {
    uint32_t total, cached, made, failed; /* cards; total: all of the deck's */
};

struct rr_ask {
    const struct rr_llm_conf *conf;
    const char *key;
    struct rr_deadline deadline; /* of all that is asked */
    const struct rr_clock *clock;
    void (*tell)(void *ctx, const struct rr_ask_progress *progress); /* a few times a second; may be NULL */
    void *ctx;
    struct rr_err given_up; /* set when it was no use to go on: the next decks are not asked for either. RR_OK at first */
};

/* Each missing card is asked for, and once more where the answer is refused; what is missing after that stays missing, and
 * *why says why the last of them does (RR_OK where none is). -1 when it was no use to go on, or memory ran out. */
int rr_ask_for_missing(struct rr_deck *deck, struct rr_ask *ask, struct rr_err *why, struct rr_err *err);

/* The key of the settings: OPENAI_API_KEY, or what OPENAI_API_KEY_FILE holds; "" where neither is set. RR_BAD_SETTING says what
 * is wrong, and nothing of the key. */
int rr_ask_read_key(const struct rr_llm_conf *conf, char key[RR_LLM_KEY_SIZE], struct rr_err *err);

#endif
