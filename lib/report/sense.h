#ifndef RR_REPORT_SENSE_H
#define RR_REPORT_SENSE_H

#include "base/text.h"
#include "report/words.h"

#include <stdint.h>

/* What a memo says of blockers: how often it names each. A word is not enough: 예산 확보 완료 is none, 예산 확보 미완료 is one.
 * Sentence by sentence, the words of the vocabulary are topics and their states, and a topic counts whose state is bad in the
 * end. docs/cards.md says it in full.
 *
 * words is what to search with, found is added to, up to UINT8_MAX. */
void rr_sense(struct rr_words *words, struct rr_slice text, uint8_t found[RR_BLOCKER_COUNT]);

#endif
