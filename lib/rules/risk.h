#ifndef RR_RULES_RISK_H
#define RR_RULES_RISK_H

#include "rules/tier.h"

#include <stdbool.h>

/* How far a counterparty falls short (rules.md D4); in the order of the report. */
enum rr_level { RR_SEVERE, RR_NORMAL, RR_GOOD, RR_LEVEL_COUNT };

enum rr_trigger {
    RR_TARGET_ZERO,
    RR_PIPELINE_ZERO,
    RR_COVERAGE_BELOW_HALF_MIN,
    RR_COVERAGE_BELOW_MIN,
    RR_GAP_COVERED,
    RR_ON_TRACK
};

struct rr_risk {
    double target_krw, coverage_krw;
    double gap_krw;          /* target - coverage */
    double ratio;            /* coverage / target; meaningless unless has_ratio */
    double min_coverage;     /* this month's minimum ratio */
    double severe_threshold; /* half of it */
    bool has_ratio;          /* target is not 0 */
    bool pipeline_zero;
    enum rr_level level;
    enum rr_trigger trigger;
};

const char *rr_level_name(enum rr_level level);       /* "심각", "보통", "양호" */
const char *rr_trigger_name(enum rr_trigger trigger); /* "PIPELINE_ZERO", ... */

/* The minimum ratio that coverage should have reached in a month, 1 to 12. */
double rr_min_coverage(int month);

struct rr_risk rr_risk_of(double target_krw, double coverage_krw, int month);

#endif
