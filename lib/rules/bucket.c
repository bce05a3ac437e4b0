#include "rules/bucket.h"

bool rr_bucket_confirmed(enum rr_bucket bucket) {
    return bucket == RR_CONFIRMED_CONTRACT || bucket == RR_CONFIRMED_COMMIT;
}

enum rr_bucket rr_bucket_of(const struct rr_bucket_facts *facts) {
    if (facts->lost)
        return RR_BUCKET_NONE;
    bool dated = facts->contract != RR_DAY_UNKNOWN && facts->start != RR_DAY_UNKNOWN && facts->end != RR_DAY_UNKNOWN;
    if (facts->won && dated && facts->course_known && facts->amount_krw > 0)
        return RR_CONFIRMED_CONTRACT;
    if (facts->won || facts->tokens.committed)
        return RR_CONFIRMED_COMMIT;
    return facts->tokens.high ? RR_EXPECTED_HIGH : RR_BUCKET_NONE;
}

enum rr_mode rr_mode_of_format(struct rr_slice course_format) {
    static const struct rr_slice online_formats[] = {RR_SLICE("구독제(온라인)"), RR_SLICE("선택구매(온라인)"), RR_SLICE("포팅")};
    struct rr_slice trimmed = rr_slice_trim(course_format);
    for (size_t i = 0; i < sizeof online_formats / sizeof online_formats[0]; i++)
        if (rr_slice_equal(trimmed, online_formats[i]))
            return RR_ONLINE;
    return RR_OFFLINE;
}
