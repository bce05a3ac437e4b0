#ifndef RR_REPORT_TOPIC_H
#define RR_REPORT_TOPIC_H

#include "report/sentence.h"

/* What a blocker, a topic, an agreement, and what is settled do to their clause. */

void rr_take_blocker(struct rr_sentence *sentence, const struct rr_word *word);

void rr_take_topic(struct rr_sentence *sentence, const struct rr_word *word);

/* They buy, in spite of it all: 비싸지만 계약하기로. Unless there is a but: 내년에 계약하기로. */
void rr_take_agreement(struct rr_sentence *sentence, const struct rr_word *word);

/* Is it what they still need, or what comes only after that: 확보돼야, 떨어져야, 심의를 거쳐야 승인? */
bool rr_is_needed(const struct rr_sentence *sentence, const struct rr_word *word);

/* So it is by a word of the vocabulary; unless it is denied: then that is what the clause's topic lacks, if it has one. */
void rr_take_settlement(struct rr_sentence *sentence, const struct rr_word *word);

#endif
