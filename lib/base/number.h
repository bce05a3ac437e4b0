#ifndef RR_BASE_NUMBER_H
#define RR_BASE_NUMBER_H

#include "base/whole.h"

#include <stddef.h>

/* Numbers as text, for what is written in bulk: byte for byte what printf gives (rounded from the exact value, half to even),
 * at a tenth of its time. Each writes at out, which has RR_NUMBER_SIZE bytes, puts no NUL, and returns the length. */
enum { RR_NUMBER_SIZE = 352 }; /* the longest double in full has 309 digits */

size_t rr_number_whole(char *out, rr_whole number);

/* The shorter of %.15g and %.17g that gives the number back: as cJSON 1.7.15 prints it. null where JSON has no such number. */
size_t rr_number_json(char *out, double number);

/* %.0f to %.4f by decimals, 0 to 4. */
size_t rr_number_fixed(char *out, double number, int decimals);

#endif
