#include "support.h"

#include "rules/risk.h"

#define COUNT(cases) (sizeof(cases) / sizeof(cases)[0])

static const double minima[12] = {.05, .10, .15, .20, .25, .30, .40, .50, .60, .75, .90, 1.00};

static void every_month_has_its_minimum(void **state) {
    (void)state;
    for (int month = 1; month <= 12; month++) {
        assert_true(rr_min_coverage(month) == minima[month - 1]);
        struct rr_risk risk = rr_risk_of(1000, 500, month);
        assert_true(risk.min_coverage == minima[month - 1]);
        assert_true(risk.severe_threshold == minima[month - 1] / 2);
    }
}

static void assert_risk(double target_krw, double coverage_krw, int month, enum rr_trigger want) {
    struct rr_risk risk = rr_risk_of(target_krw, coverage_krw, month);
    if (risk.trigger != want)
        fail_msg("%.1f of %.1f in month %d: %s, not %s", coverage_krw, target_krw, month, rr_trigger_name(risk.trigger),
                 rr_trigger_name(want));
}

/* In each month, one won below, at and above both thresholds of a target of two hundred million. */
static void thresholds_are_reached_exactly(void **state) {
    (void)state;
    for (int month = 1; month <= 12; month++) {
        double target = 200000000, least = target * minima[month - 1], half = target * minima[month - 1] / 2;
        assert_risk(target, 1, month, RR_COVERAGE_BELOW_HALF_MIN);
        assert_risk(target, half - 1, month, RR_COVERAGE_BELOW_HALF_MIN);
        assert_risk(target, half, month, RR_COVERAGE_BELOW_MIN);
        assert_risk(target, half + 1, month, RR_COVERAGE_BELOW_MIN);
        assert_risk(target, least - 1, month, RR_COVERAGE_BELOW_MIN);
        assert_risk(target, least, month, month == 12 ? RR_GAP_COVERED : RR_ON_TRACK);
        assert_risk(target, least + 1, month, month == 12 ? RR_GAP_COVERED : RR_ON_TRACK);
        assert_risk(target, target - 1, month, month == 12 ? RR_COVERAGE_BELOW_MIN : RR_ON_TRACK);
        assert_risk(target, target, month, RR_GAP_COVERED);
        assert_risk(target, target + 1, month, RR_GAP_COVERED);
    }
}

static void the_first_rule_that_holds_counts(void **state) {
    (void)state;
    static const struct {
        double target_krw, coverage_krw;
        int month;
        enum rr_trigger trigger;
        enum rr_level level;
        bool has_ratio, pipeline_zero;
    } cases[] = {
        {0, 0, 1, RR_TARGET_ZERO, RR_GOOD, false, false},
        {0, 0, 12, RR_TARGET_ZERO, RR_GOOD, false, false},
        {0, 5000000, 12, RR_TARGET_ZERO, RR_GOOD, false, false},
        {100, 0, 1, RR_PIPELINE_ZERO, RR_SEVERE, true, true},
        {100, 0, 12, RR_PIPELINE_ZERO, RR_SEVERE, true, true},
        {0.5, 0, 6, RR_PIPELINE_ZERO, RR_SEVERE, true, true},
        {1000, 1, 1, RR_COVERAGE_BELOW_HALF_MIN, RR_SEVERE, true, false},
        {100, 49, 12, RR_COVERAGE_BELOW_HALF_MIN, RR_SEVERE, true, false},
        {100, 50, 12, RR_COVERAGE_BELOW_MIN, RR_NORMAL, true, false},
        {100, 99, 12, RR_COVERAGE_BELOW_MIN, RR_NORMAL, true, false},
        {100, 100, 12, RR_GAP_COVERED, RR_GOOD, true, false},
        {100, 250, 3, RR_GAP_COVERED, RR_GOOD, true, false},
        {100, 99, 11, RR_ON_TRACK, RR_GOOD, true, false},
        {100, 5, 1, RR_ON_TRACK, RR_GOOD, true, false},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct rr_risk risk = rr_risk_of(cases[i].target_krw, cases[i].coverage_krw, cases[i].month);
        assert_string_equal(rr_trigger_name(risk.trigger), rr_trigger_name(cases[i].trigger));
        assert_string_equal(rr_level_name(risk.level), rr_level_name(cases[i].level));
        assert_int_equal(risk.has_ratio, cases[i].has_ratio);
        assert_int_equal(risk.pipeline_zero, cases[i].pipeline_zero);
    }
}

static void gap_and_ratio_are_of_target_and_coverage(void **state) {
    (void)state;
    struct rr_risk risk = rr_risk_of(170000000, 34000000, 1);
    assert_true(risk.target_krw == 170000000);
    assert_true(risk.coverage_krw == 34000000);
    assert_true(risk.gap_krw == 136000000);
    assert_true(risk.ratio == 34000000.0 / 170000000.0);
    risk = rr_risk_of(100, 250, 1);
    assert_true(risk.gap_krw == -150);
    assert_true(risk.ratio == 2.5);
}

static void without_a_target_the_gap_is_what_is_covered(void **state) {
    (void)state;
    struct rr_risk risk = rr_risk_of(0, 5000000, 6);
    assert_true(risk.gap_krw == -5000000);
    assert_false(risk.has_ratio);
}

static void the_names_are_those_of_the_report(void **state) {
    (void)state;
    static const char *const levels[RR_LEVEL_COUNT] = {"심각", "보통", "양호"};
    static const char *const triggers[] = {"TARGET_ZERO",        "PIPELINE_ZERO", "COVERAGE_BELOW_HALF_MIN",
                                           "COVERAGE_BELOW_MIN", "GAP_COVERED",   "ON_TRACK"};
    for (enum rr_level level = RR_SEVERE; level < RR_LEVEL_COUNT; level++)
        assert_string_equal(rr_level_name(level), levels[level]);
    for (enum rr_trigger trigger = RR_TARGET_ZERO; trigger <= RR_ON_TRACK; trigger++)
        assert_string_equal(rr_trigger_name(trigger), triggers[trigger]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_month_has_its_minimum),
        cmocka_unit_test(thresholds_are_reached_exactly),
        cmocka_unit_test(the_first_rule_that_holds_counts),
        cmocka_unit_test(gap_and_ratio_are_of_target_and_coverage),
        cmocka_unit_test(without_a_target_the_gap_is_what_is_covered),
        cmocka_unit_test(the_names_are_those_of_the_report),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
