#include "rules/tier.h"

#include <stdint.h>

static const struct {
    const char *name;
    int64_t least_krw;
    double growth;
} tiers[] = {
    [RR_TIER_S0] = {"S0", 1000000000, 1.5}, [RR_TIER_P0] = {"P0", 200000000, 1.7}, [RR_TIER_P1] = {"P1", 100000000, 1.7},
    [RR_TIER_P2] = {"P2", 50000000, 1.5},   [RR_TIER_NONE] = {"", 0, 0},
};

const char *rr_tier_name(enum rr_tier tier) {
    return tiers[tier].name;
}

enum rr_tier rr_tier_of(rr_whole baseline_krw, struct rr_slice organization_name) {
    static const struct rr_slice excluded = RR_SLICE("삼성전자");
    enum rr_tier tier = RR_TIER_S0;
    while (tier < RR_TIER_NONE && baseline_krw < tiers[tier].least_krw)
        tier++;
    return tier != RR_TIER_NONE && rr_slice_find(organization_name, excluded) >= 0 ? RR_TIER_NONE : tier;
}

double rr_target_krw(enum rr_tier tier, rr_whole baseline_krw) {
    return (double)baseline_krw * tiers[tier].growth;
}
