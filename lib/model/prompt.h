#ifndef RR_MODEL_PROMPT_H
#define RR_MODEL_PROMPT_H

#include "base/buf.h"
#include "base/err.h"
#include "base/mode.h"
#include "base/text.h"

#include <stdint.h>

/* What a language model is told: the files of prompts/{mode}/{version}/, which are built into the program. Whoever changes a
 * word of them makes a new version of the folder, since cards are kept by it. */

/* Of every request: borrowed. */
struct rr_prompt_settings {
    const char *model;
    double temperature;
    int64_t max_tokens;
};

/* `offline/v1` */
const char *rr_prompt_version(enum rr_mode mode);

/* An answer that cannot be used, and why. */
struct rr_prompt_rejected {
    struct rr_slice answer;
    const char *problem;
};

/* Appends the body of a request for the card of payload (JSON). rejected is NULL the first time. -1 when memory ran out. */
int rr_prompt_write(struct rr_buf *out, enum rr_mode mode, const struct rr_prompt_settings *settings, struct rr_slice payload,
                    const struct rr_prompt_rejected *rejected, struct rr_err *err);

#endif
