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

/* The card that is always there: made from the row alone. month of as_of, 1 to 12. */
void rr_card_by_rule(struct rr_card *card, const struct rr_row *row, int month);

#endif
