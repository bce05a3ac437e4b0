#ifndef RR_REPORT_CARD_H
#define RR_REPORT_CARD_H

#include "report/rank.h"

/* The narrative of a row (rules.md D6): level, what blocks, evidence, what to do next. Texts are Korean. */
enum { RR_CARD_BLOCKERS_MAX = 3, RR_CARD_EVIDENCE = 3, RR_CARD_ACTIONS_MAX = 3, RR_CARD_SENTENCE_MAX = 400 };

struct rr_card {
    enum rr_level level;
    const char *blockers[RR_CARD_BLOCKERS_MAX]; /* labels of rules.md D6; NULL behind the last */
    char evidence[RR_CARD_EVIDENCE][RR_CARD_SENTENCE_MAX];
    const char *actions[RR_CARD_ACTIONS_MAX]; /* NULL behind the last */
};

/* Where a card came from (contract.md 5 "llm_meta"). Texts are borrowed; NULL where there is none. */
struct rr_card_origin {
    bool fallback_used; /* another card was to stand here, and is not there */
    bool used_cache;    /* it was made for an earlier report */
    const char *provider, *model, *prompt_version, *input_hash;
    const char *created_at; /* ISO 8601 */
};

/* Whoever has other cards than those by rule. */
struct rr_card_provider {
    /* Finds card and origin filled by rule, and may put a row's own in their place. By several threads at a time; what it lends
     * lives until the report is written. */
    void (*provide)(void *ctx, const struct rr_row *row, struct rr_card *card, struct rr_card_origin *origin);
    void *ctx;
};

/* The card that is always there: made from the row alone. month of as_of, 1 to 12. */
void rr_card_by_rule(struct rr_card *card, const struct rr_row *row, int month);

#endif
