#ifndef RR_RULES_BUCKET_H
#define RR_RULES_BUCKET_H

#include "base/mode.h"
#include "base/text.h"
#include "rules/day.h"
#include "rules/tokens.h"

#include <stdbool.h>
#include <stdint.h>

/* How sure a deal is (rules.md D1 "bucket"). */
enum rr_bucket { RR_BUCKET_NONE, RR_CONFIRMED_CONTRACT, RR_CONFIRMED_COMMIT, RR_EXPECTED_HIGH };

bool rr_bucket_confirmed(enum rr_bucket bucket);

/* What the bucket of a deal depends on. */
struct rr_bucket_facts {
    bool won;
    bool lost;
    bool course_known; /* 코스 ID is not blank */
    rr_day contract, start, end;
    int64_t amount_krw;
    struct rr_tokens tokens;
};

enum rr_bucket rr_bucket_of(const struct rr_bucket_facts *facts);

/* The business of a deal by its 과정포맷 (rules.md D1 "online"). */
enum rr_mode rr_mode_of_format(struct rr_slice course_format);

#endif
