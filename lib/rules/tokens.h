#ifndef RR_RULES_TOKENS_H
#define RR_RULES_TOKENS_H

#include "base/text.h"

#include <stdbool.h>

/* What 성사 가능성 says, of the two tokens that matter (rules.md D1 "probability tokens"). */
struct rr_tokens {
    bool committed; /* 확정 */
    bool high;      /* 높음 */
};

/* JSON is opened to RR_JSON_DEPTH_MAX brackets, and strings that are JSON themselves to RR_TOKENS_NESTED_MAX of them in one
 * another; what is deeper is a text. Takes no more stack for a deep text than for a flat one, and no more memory than text.len.
 * False when memory ran out. */
enum { RR_TOKENS_NESTED_MAX = 16 };
bool rr_tokens_parse(struct rr_slice possibility, struct rr_tokens *tokens);

#endif
