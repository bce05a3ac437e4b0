#ifndef RR_RULES_AMOUNT_H
#define RR_RULES_AMOUNT_H

#include "base/text.h"

#include <stdint.h>

/* What a deal is worth (rules.md D1 "amount"). */
enum rr_amount_state {
    RR_AMOUNT_OK,
    RR_AMOUNT_MISSING,   /* both texts are blank: counts as 0 */
    RR_AMOUNT_UNREADABLE /* a parse failure: counts as 0 */
};

struct rr_amount {
    int64_t krw; /* never negative */
    enum rr_amount_state state;
};

/* Reads 금액 where it is not blank, else 예상 체결액. */
struct rr_amount rr_amount_of_deal(struct rr_slice amount, struct rr_slice expected_amount);

/* Reads one text that is not blank: `₩1,000`, `1억 2천만`, `1.5E7`, ... */
struct rr_amount rr_amount_parse(struct rr_slice text);

#endif
