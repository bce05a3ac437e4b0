#ifndef RR_REPORT_STATE_H
#define RR_REPORT_STATE_H

#include "report/sentence.h"

/* What a state and a denial do to the topic that they are about. */

void rr_take_state(struct rr_sentence *sentence, const struct rr_word *word, enum rr_state state);

void rr_take_blocker_alone(struct rr_sentence *sentence, const struct rr_word *word);

void rr_take_not(struct rr_sentence *sentence, const struct rr_word *word);

/* 안 stands right before what it denies, or behind a noun that means something done: 확보 안 됨. */
void rr_take_not_ahead(struct rr_sentence *sentence, const struct rr_word *word);

#endif
