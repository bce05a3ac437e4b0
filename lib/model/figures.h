#ifndef RR_MODEL_FIGURES_H
#define RR_MODEL_FIGURES_H

#include "base/text.h"
#include "report/rank.h"

/* What a sentence about a row may say in numbers. Language models miscount, and a wrong sum reads like a right one. */
enum { RR_FIGURES_MAX = 16 };

struct rr_figures {
    bool pipeline_zero;
    double krw[RR_FIGURES_MAX], percents[RR_FIGURES_MAX];
    int krw_count, percent_count;
    struct rr_slice told; /* what the model was told, borrowed: a figure that stands in a memo may be repeated */
};

struct rr_figures rr_figures_of(const struct rr_book *book, const struct rr_row *row, struct rr_slice told);

/* Is every number before `억` or `%` in the sentence one of these, rounded or cut off to as many decimals as it has? */
bool rr_figures_agree(const struct rr_figures *figures, struct rr_slice sentence);

#endif
