#ifndef RR_MODEL_FACTS_H
#define RR_MODEL_FACTS_H

#include "base/text.h"
#include "report/rank.h"

/* What a sentence about a row may say in numbers. Language models miscount, and a wrong sum reads like a right one. */
enum { RR_FACTS_MAX = 16 };

struct rr_facts {
    bool pipeline_zero;
    double krw[RR_FACTS_MAX], percents[RR_FACTS_MAX];
    int krw_count, percent_count;
    struct rr_slice told; /* what the model was told, borrowed: a figure that stands in a memo may be repeated */
};

struct rr_facts rr_facts_of(const struct rr_book *book, const struct rr_row *row, struct rr_slice told);

/* Is every number before `억` or `%` in the sentence one of these, rounded or cut off to as many decimals as it has? */
bool rr_facts_agree(const struct rr_facts *facts, struct rr_slice sentence);

#endif
