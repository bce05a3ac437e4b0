#ifndef RR_MODEL_ANSWER_H
#define RR_MODEL_ANSWER_H

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/text.h"
#include "model/figures.h"
#include "rules/risk.h"

#include <stdbool.h>

/* What a language model says of a row, and whether it may stand in a report (rules.md D6). Nothing of what comes back is trusted:
 * memos are written by anybody, and may have told the model what to say. */
enum { RR_ANSWER_BLOCKERS_MAX = 3, RR_ANSWER_EVIDENCE = 3, RR_ANSWER_ACTIONS_MIN = 2, RR_ANSWER_ACTIONS_MAX = 3 };

/* Of a sentence: characters, and bytes with the NUL; those that it may be made of take three at most. */
enum { RR_ANSWER_SENTENCE_MIN = 8, RR_ANSWER_SENTENCE_MAX = 120, RR_ANSWER_SENTENCE_SIZE = 3 * RR_ANSWER_SENTENCE_MAX + 1 };

struct rr_answer {
    enum rr_level level;
    const char *blockers[RR_ANSWER_BLOCKERS_MAX]; /* labels, static; NULL behind the last */
    char evidence[RR_ANSWER_EVIDENCE][RR_ANSWER_SENTENCE_SIZE];
    char actions[RR_ANSWER_ACTIONS_MAX][RR_ANSWER_SENTENCE_SIZE]; /* "" behind the last */
};

/* Reads a card: one JSON object of exactly `risk_level`, `top_blockers`, `evidence_bullets`, `recommended_actions`. RR_BROKEN
 * says what is wrong with it, in words that hold none of its own, so that they may be told to whoever wrote it. */
int rr_answer_read(struct rr_answer *answer, struct rr_slice json, const struct rr_figures *figures, struct rr_err *err);
int rr_answer_take(struct rr_answer *answer, const cJSON *card, const struct rr_figures *figures,
                   struct rr_err *err); /* the same of a tree */

/* The text of the first choice of a chat completion, appended to out. RR_BROKEN where body is no such thing, or the model
 * refused. */
int rr_answer_unpack(struct rr_slice body, struct rr_buf *out, struct rr_err *err);

#endif
