#ifndef RR_REPORT_OUTLINE_H
#define RR_REPORT_OUTLINE_H

#include "base/buf.h"
#include "report/terms.h"

#include <stdbool.h>
#include <stdint.h>

/* The outline of a term: the letters that stand in whatever it matches, in their order, and how many may stand between them.
 * Where the outline does not fit, the term's pattern does not match, and need not be compiled; where it fits, the pattern
 * decides.
 *
 *     rr_outline_add(&outline, &steps, term)                    ...
 *     ahead = rr_ahead_of(letters, count)                       once for a place
 *     if (rr_outline_may_fit(&outline, &ahead) && rr_outline_fits(&outline, &steps, letters, count)) ...
 *
 * Letters are those of a text from the one behind the term's first to the end. */
struct rr_outline {
    uint64_t next;  /* bits of the letters one of which stands ahead; all: whatever */
    bool far;       /* behind other words, perhaps */
    uint32_t steps; /* where its steps begin in the buffer */
};

/* Bits of the letters that stand ahead of a place, several a bit: of the next few, and of those that ~ may be followed by. */
struct rr_ahead {
    uint64_t near, far;
};

void rr_outline_add(struct rr_outline *outline, struct rr_buf *steps, const struct rr_term *term);

struct rr_ahead rr_ahead_of(const struct rr_letter *letters, size_t count);

/* Says no in most cases, in no time. */
static inline bool rr_outline_may_fit(const struct rr_outline *outline, const struct rr_ahead *ahead) {
    return outline->next == UINT64_MAX || (outline->next & (outline->far ? ahead->far : ahead->near)) != 0;
}

bool rr_outline_fits(const struct rr_outline *outline, const struct rr_buf *steps, const struct rr_letter *letters, size_t count);

#endif
