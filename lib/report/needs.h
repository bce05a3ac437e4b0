#ifndef RR_REPORT_NEEDS_H
#define RR_REPORT_NEEDS_H

#include "base/buf.h"
#include "report/terms.h"

#include <stdbool.h>
#include <stdint.h>

/* Which letters a term needs: most need one that a clause has not, and need not be looked for in it.
 *
 * Adds what a term needs behind its first letter, as uint16_t: how many letters, and their numbers; for each choice, how many
 * numbers follow for it, and of each of its alternatives how many letters, and their numbers; 0. */
void rr_needs_add(struct rr_buf *needs, const struct rr_term *term);

bool rr_needs_are_met(const uint16_t *needs, const struct rr_letters *letters);

#endif
