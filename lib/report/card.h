#ifndef RR_REPORT_CARD_H
#define RR_REPORT_CARD_H

#include "report/blocker.h"
#include "report/rank.h"

/* The narrative of a row (rules.md D6): level, what blocks, evidence, what to do next. Texts are Korean. */
enum { RR_CARD_BLOCKERS_MAX = 3, RR_CARD_EVIDENCE = 3, RR_CARD_ACTIONS_MAX = 3, RR_CARD_SENTENCE_MAX = 400 };

struct rr_card {
    enum rr_level level;
    const char *blockers[RR_CARD_BLOCKERS_MAX]; /* labels of rules.md D6; NULL behind the last */
    char evidence[RR_CARD_EVIDENCE][RR_CARD_SENTENCE_MAX];
    const char *actions[RR_CARD_ACTIONS_MAX]; /* NULL behind the last; borrowed until the report is written */
};

/* What a card is made from. Texts and memos are borrowed from the book. */
struct rr_card_facts {
    const struct rr_row *row;
    rr_day as_of;
    enum rr_mode mode;
    struct rr_signals signals;
    const struct rr_memo *memos[RR_MEMOS_MAX]; /* of the counterparty, newest first, undated ones last */
    uint32_t memo_count;
};

void rr_card_facts_of(struct rr_card_facts *facts, const struct rr_book *book, const struct rr_row *row);

/* The card that is always there. */
void rr_card_by_rule(struct rr_card *card, const struct rr_card_facts *facts);

/* Where a card came from (contract.md 5 "llm_meta"). Texts are borrowed until the report is written; NULL where there is none. */
struct rr_card_origin {
    bool fallback_used; /* another card was to stand here, and is not there */
    bool used_cache;    /* it was made for an earlier report */
    const char *provider, *model, *prompt_version, *input_hash;
    const char *created_at; /* ISO 8601 */
};

/* Whoever has other cards than those by rule. */
struct rr_card_provider {
    void *ctx;
    /* Is given card and origin as they are by rule, and may put a row's own in their place, or say in the origin why there is
     * none. True where it has changed either. By several threads at a time, for different rows. */
    bool (*find)(void *ctx, const struct rr_card_facts *facts, struct rr_card *card, struct rr_card_origin *origin);
};

#endif
