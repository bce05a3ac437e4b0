#include "support.h"

#include "rules/tier.h"

#define COUNT(cases) (sizeof(cases) / sizeof(cases)[0])

static enum rr_tier tier_of(rr_whole baseline_krw, const char *name) {
    return rr_tier_of(baseline_krw, rr_slice_of(name));
}

static void thresholds_are_reached_exactly(void **state) {
    (void)state;
    static const struct {
        int64_t baseline_krw;
        enum rr_tier tier;
    } cases[] = {
        {0, RR_TIER_NONE},        {1, RR_TIER_NONE},        {49999999, RR_TIER_NONE}, {50000000, RR_TIER_P2},
        {50000001, RR_TIER_P2},   {99999999, RR_TIER_P2},   {100000000, RR_TIER_P1},  {100000001, RR_TIER_P1},
        {199999999, RR_TIER_P1},  {200000000, RR_TIER_P0},  {200000001, RR_TIER_P0},  {999999999, RR_TIER_P0},
        {1000000000, RR_TIER_S0}, {1000000001, RR_TIER_S0}, {INT64_MAX, RR_TIER_S0},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_case(rr_tier_name(cases[i].tier), tier_of(cases[i].baseline_krw, "가나상사"), cases[i].tier);
}

static void sums_beyond_64_bits_count(void **state) {
    (void)state;
    assert_int_equal(tier_of((rr_whole)INT64_MAX * 1000, "가나상사"), RR_TIER_S0);
}

static void samsung_electronics_has_no_tier(void **state) {
    (void)state;
    static const char *const without[] = {"삼성전자", "삼성전자서비스", "(주)삼성전자", "구 삼성전자 협력사", " 삼성전자 "};
    static const char *const with[] = {"삼성",   "삼성물산", "삼성 전자", "전자삼성", "삼성전기", "Samsung Electronics",
                                       "(미상)", "",         NULL};
    for (size_t i = 0; i < COUNT(without); i++)
        assert_case(without[i], tier_of(5000000000, without[i]), RR_TIER_NONE);
    for (size_t i = 0; i < COUNT(with); i++)
        assert_case(with[i] == NULL ? "NULL" : with[i], tier_of(5000000000, with[i]), RR_TIER_S0);
}

static void tiers_have_names_and_an_order(void **state) {
    (void)state;
    static const char *const names[] = {"S0", "P0", "P1", "P2", ""};
    for (enum rr_tier tier = RR_TIER_S0; tier <= RR_TIER_NONE; tier++)
        assert_string_equal(rr_tier_name(tier), names[tier]);
}

static void targets_grow_by_tier(void **state) {
    (void)state;
    static const struct {
        enum rr_tier tier;
        int64_t baseline_krw;
        double target_krw;
    } cases[] = {
        {RR_TIER_S0, 100000000, 150000000},
        {RR_TIER_P0, 100000000, 170000000},
        {RR_TIER_P1, 100000000, 170000000},
        {RR_TIER_P2, 100000000, 150000000},
        {RR_TIER_S0, 1, 1.5},
        {RR_TIER_P0, 3, 3 * 1.7},
        {RR_TIER_P1, 12345679, 12345679 * 1.7},
        {RR_TIER_P2, 50000001, 75000001.5},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_true(rr_target_krw(cases[i].tier, cases[i].baseline_krw) == cases[i].target_krw);
}

static void no_baseline_is_no_target(void **state) {
    (void)state;
    for (enum rr_tier tier = RR_TIER_S0; tier <= RR_TIER_NONE; tier++)
        assert_true(rr_target_krw(tier, 0) == 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(thresholds_are_reached_exactly),
        cmocka_unit_test(sums_beyond_64_bits_count),
        cmocka_unit_test(samsung_electronics_has_no_tier),
        cmocka_unit_test(tiers_have_names_and_an_order),
        cmocka_unit_test(targets_grow_by_tier),
        cmocka_unit_test(no_baseline_is_no_target),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
