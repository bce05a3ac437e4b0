#include "rules/risk.h"

static const char *const level_names[RR_LEVEL_COUNT] = {[RR_SEVERE] = "심각", [RR_NORMAL] = "보통", [RR_GOOD] = "양호"};

static const struct {
    const char *name;
    enum rr_level level;
} triggers[] = {
    [RR_TARGET_ZERO] = {"TARGET_ZERO", RR_GOOD},
    [RR_PIPELINE_ZERO] = {"PIPELINE_ZERO", RR_SEVERE},
    [RR_COVERAGE_BELOW_HALF_MIN] = {"COVERAGE_BELOW_HALF_MIN", RR_SEVERE},
    [RR_COVERAGE_BELOW_MIN] = {"COVERAGE_BELOW_MIN", RR_NORMAL},
    [RR_GAP_COVERED] = {"GAP_COVERED", RR_GOOD},
    [RR_ON_TRACK] = {"ON_TRACK", RR_GOOD},
};

const char *rr_level_name(enum rr_level level) {
    return level_names[level];
}

const char *rr_trigger_name(enum rr_trigger trigger) {
    return triggers[trigger].name;
}

double rr_min_coverage(int month) {
    static const double by_month[12] = {.05, .10, .15, .20, .25, .30, .40, .50, .60, .75, .90, 1.00};
    return by_month[month - 1];
}

static enum rr_trigger trigger_of(const struct rr_risk *risk) {
    if (!risk->has_ratio)
        return RR_TARGET_ZERO;
    if (risk->pipeline_zero)
        return RR_PIPELINE_ZERO;
    if (risk->ratio < risk->severe_threshold)
        return RR_COVERAGE_BELOW_HALF_MIN;
    if (risk->ratio < risk->min_coverage)
        return RR_COVERAGE_BELOW_MIN;
    return risk->gap_krw <= 0 ? RR_GAP_COVERED : RR_ON_TRACK;
}

struct rr_risk rr_risk_of(double target_krw, double coverage_krw, int month) {
    struct rr_risk risk = {.target_krw = target_krw, .coverage_krw = coverage_krw, .gap_krw = target_krw - coverage_krw};
    risk.min_coverage = rr_min_coverage(month);
    risk.severe_threshold = risk.min_coverage / 2;
    risk.has_ratio = target_krw > 0;
    risk.ratio = risk.has_ratio ? coverage_krw / target_krw : 0;
    risk.pipeline_zero = risk.has_ratio && coverage_krw <= 0;
    risk.trigger = trigger_of(&risk);
    risk.level = triggers[risk.trigger].level;
    return risk;
}
