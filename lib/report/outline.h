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
 *     rr_outline_add(&outline, term)                 what is behind the term's first letter, as uint16_t
 *     rr_sight_take(&sight, letters, count)          RR_SIGHT_LETTERS of a text, or what there is
 *     sight.at = ...                                 the letter behind the first: one of the first half
 *     if (rr_outline_fits(outline, &sight)) ... */
void rr_outline_add(struct rr_buf *out, const struct rr_term *term);

/* Where letters stand, a bit for each, by their kind. Several letters are of one kind; each is of one as it is, and of another as
 * it is without a final consonant. A term reaches no further than half of it. */
enum { RR_LETTER_KINDS = 256, RR_SIGHT_LETTERS = 2 * RR_TERM_REACH };

struct rr_sight {
    uint64_t halves[2][2 * RR_LETTER_KINDS];
    unsigned at;
};

void rr_sight_take(struct rr_sight *sight, const struct rr_letter *letters, size_t count);

bool rr_outline_fits(const uint16_t *outline, const struct rr_sight *sight);

#endif
