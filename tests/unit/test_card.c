/* The narrative of a row by rule (rules.md D6). */
#include "support.h"

#include "report/card.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const labels[] = {"PIPELINE_ZERO", "BUDGET",      "DECISION_MAKER", "APPROVAL_DELAY", "LOW_PRIORITY",
                                     "COMPETITOR",    "FIT_UNCLEAR", "NO_RESPONSE",    "PRICE_TERM",     "SCHEDULE_RESOURCE"};

static const char short_of[] = "미치지 못", met[] = "충족";

static bool has(const char *text, const char *word) {
    return strstr(text, word) != NULL;
}

static void make_card(struct rr_card *card, const struct rr_row *row, int month) {
    const struct rr_card_facts facts = {.row = row, .as_of = rr_day_of(2026, month, 15)};
    rr_card_by_rule(card, &facts);
}

/* The card of a row with these amounts. */
static struct rr_card card_of(double target_krw, rr_whole confirmed_krw, rr_whole expected_krw, int month) {
    const struct rr_account account = {.confirmed_krw = confirmed_krw,
                                       .expected_krw = expected_krw,
                                       .confirmed_deals = confirmed_krw > 0,
                                       .expected_deals = expected_krw > 0};
    const struct rr_row row = {.account = &account,
                               .risk = rr_risk_of(target_krw, (double)(confirmed_krw + expected_krw), month)};
    struct rr_card card;
    make_card(&card, &row, month);
    return card;
}

static void check_schema(const struct rr_card *card) {
    int known = 0, actions = 0;
    assert_non_null(card->blockers[0]);
    for (int i = 0; i < RR_CARD_BLOCKERS_MAX && card->blockers[i] != NULL; i++)
        for (size_t l = 0; l < sizeof labels / sizeof labels[0]; l++)
            known += strcmp(card->blockers[i], labels[l]) == 0;
    assert_in_range(known, 1, RR_CARD_BLOCKERS_MAX);
    for (int i = 0; i < RR_CARD_EVIDENCE; i++) {
        const char *sentence = card->evidence[i];
        size_t len = strlen(sentence);
        assert_true(len > 0 && strcmp(sentence + len - strlen("다."), "다.") == 0);
        for (size_t at = 0, step; at < len; at += step)
            assert_true((step = rr_utf8_length(sentence + at, len - at)) > 0);
    }
    while (actions < RR_CARD_ACTIONS_MAX && card->actions[actions] != NULL)
        actions++;
    assert_in_range(actions, 2, 3);
}

static void amounts_are_told_in_eok(void **state) {
    (void)state;
    static const struct {
        double target_krw;
        int64_t confirmed_krw, expected_krw;
        const char *evidence;
    } cases[] = {
        {150e6, 30e6, 20e6, "올해 오프라인 목표 1.50억 원 대비 확정 0.30억 원, 예상 0.20억 원으로 부족분은 1.00억 원입니다."},
        {150e6, 150e6, 0, "올해 오프라인 목표 1.50억 원 대비 확정 1.50억 원, 예상 0.00억 원으로 목표 초과분은 0.00억 원입니다."},
        {150e6, 150e6, 50e6,
         "올해 오프라인 목표 1.50억 원 대비 확정 1.50억 원, 예상 0.50억 원으로 목표 초과분은 0.50억 원입니다."},
        {0, 30e6, 20e6,
         "올해 오프라인 목표 0.00억 원(전년 확정 실적 없음), 확정 0.30억 원, 예상 0.20억 원, 목표 초과분 0.50억 원입니다."},
        {150e6, 300000, 0, "올해 오프라인 목표 1.50억 원 대비 확정 0.0030억 원, 예상 0.00억 원으로 부족분은 1.50억 원입니다."},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct rr_card card = card_of(cases[i].target_krw, cases[i].confirmed_krw, cases[i].expected_krw, 1);
        assert_string_equal(card.evidence[0], cases[i].evidence);
    }
}

/* At every month's minimum and its half: exactly there, and as little beside it as a double can be. What the percentage reads
 * as is asked of ratios that sums below 10^14 KRW can come to. */
static void evidence_says_short_of_the_minimum_only_when_it_is(void **state) {
    (void)state;
    for (int month = 1; month <= 12; month++) {
        double least = rr_min_coverage(month);
        const double ratios[] = {0.0001,
                                 least - 1e-13,
                                 least + 1e-13,
                                 nextafter(least / 2, 0),
                                 least / 2,
                                 nextafter(least / 2, 2),
                                 least * 0.75,
                                 least * 0.99996,
                                 nextafter(least, 0),
                                 least,
                                 nextafter(least, 2),
                                 least * 1.5};
        for (size_t i = 0; i < sizeof ratios / sizeof ratios[0]; i++) {
            const struct rr_account account = {.confirmed_deals = 1};
            struct rr_row row = {.account = &account, .risk = rr_risk_of(1, ratios[i], month)};
            struct rr_card card;
            make_card(&card, &row, month);
            const char *sentence = card.evidence[1];
            bool is_short = ratios[i] < least;
            double told = strtod(sentence + strlen("커버리지 "), NULL);
            char month_text[16];
            snprintf(month_text, sizeof month_text, "%d월", month);
            if (has(sentence, short_of) != is_short || has(sentence, met) == is_short || !has(sentence, month_text) ||
                has(sentence, "절반") != (ratios[i] < least / 2))
                fail_msg("month %d, ratio %.17g: %s", month, ratios[i], sentence);
            bool possible = ratios[i] == least || fabs(ratios[i] - least) > 0.9e-13;
            if ((possible && (told < least * 100 - 1e-9) != is_short) || fabs(told - ratios[i] * 100) > 0.0101)
                fail_msg("month %d, ratio %.17g reads as %.2f %%: %s", month, ratios[i], told, sentence);
            assert_int_equal(card.level, row.risk.level);
        }
    }
}

static void half_of_the_minimum_is_told_to_its_tenth(void **state) {
    (void)state;
    struct rr_card card = card_of(100e6, 1e6, 0, 1);
    assert_string_equal(card.evidence[1], "커버리지 1.00%로 1월 최소 기준 5%의 절반인 2.5%에도 미치지 못합니다.");
    card = card_of(100e6, 19e6, 0, 4);
    assert_string_equal(card.evidence[1], "커버리지 19.00%로 4월 최소 기준 20%에 미치지 못합니다.");
    card = card_of(100e6, 19.999e6, 0, 4);
    assert_string_equal(card.evidence[1], "커버리지 19.99%로 4월 최소 기준 20%에 미치지 못합니다.");
    card = card_of(100e6, 20e6, 0, 4);
    assert_string_equal(card.evidence[1], "커버리지 20.00%로 4월 최소 기준 20%를 충족합니다.");
}

static void without_a_target_there_is_no_minimum(void **state) {
    (void)state;
    const rr_whole confirmed[] = {0, 50000000};
    for (size_t i = 0; i < sizeof confirmed / sizeof confirmed[0]; i++) {
        struct rr_card card = card_of(0, confirmed[i], 0, 12);
        assert_int_equal(card.level, RR_GOOD);
        assert_string_equal(card.evidence[1], "올해 목표가 0원이므로 12월 최소 커버리지 기준을 적용하지 않습니다.");
        for (int e = 0; e < RR_CARD_EVIDENCE; e++)
            assert_false(has(card.evidence[e], short_of) || has(card.evidence[e], "부족"));
        assert_string_equal(card.blockers[0], "FIT_UNCLEAR");
        check_schema(&card);
    }
}

static void a_gap_is_called_short_only_when_it_is(void **state) {
    (void)state;
    for (int64_t coverage_krw = 90e6; coverage_krw <= 110e6; coverage_krw += 5000000) {
        struct rr_card card = card_of(100e6, coverage_krw, 0, 12);
        assert_int_equal(has(card.evidence[0], "부족분"), coverage_krw < 100000000);
        assert_int_equal(has(card.evidence[0], "초과분"), coverage_krw >= 100000000);
    }
}

static void an_empty_pipeline_blocks_alone(void **state) {
    (void)state;
    struct rr_card card = card_of(100e6, 0, 0, 1);
    assert_int_equal(card.level, RR_SEVERE);
    assert_string_equal(card.blockers[0], "PIPELINE_ZERO");
    assert_null(card.blockers[1]);
    assert_string_equal(card.evidence[2], "올해 확정되었거나 성사 가능성이 높은 딜이 없습니다.");
    check_schema(&card);
}

static void deals_and_amounts_that_are_not_known_are_told(void **state) {
    (void)state;
    const struct rr_account account = {.confirmed_deals = 2, .expected_deals = 3, .amount_zero_deals = 5};
    const struct rr_row zero = {.account = &account, .risk = rr_risk_of(100e6, 0, 1)};
    struct rr_card card;
    make_card(&card, &zero, 1);
    assert_string_equal(card.evidence[2],
                        "올해 확정 딜 2건, 성사 가능성이 높은 딜 3건이며 이 중 5건은 금액이 0원이거나 확인되지 않습니다.");
    const struct rr_account paid = {.confirmed_deals = 2, .expected_deals = 3};
    const struct rr_row good = {.account = &paid, .risk = rr_risk_of(100e6, 90e6, 1)};
    make_card(&card, &good, 1);
    assert_string_equal(card.evidence[2], "올해 확정 딜 2건, 성사 가능성이 높은 딜 3건이 있습니다.");
}

static void cards_of_every_level_keep_to_the_schema(void **state) {
    (void)state;
    static const struct {
        int64_t coverage_krw;
        enum rr_level level;
    } cases[] = {{0, RR_SEVERE}, {1000000, RR_SEVERE}, {4000000, RR_NORMAL}, {50000000, RR_GOOD}, {100000000, RR_GOOD}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct rr_card card = card_of(100e6, cases[i].coverage_krw, 0, 1);
        assert_int_equal(card.level, cases[i].level);
        check_schema(&card);
    }
    rr_whole huge = (rr_whole)INT64_MAX * 1000000000;
    struct rr_card card = card_of((double)huge * 1.7, huge, huge, 12);
    check_schema(&card);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(amounts_are_told_in_eok),
        cmocka_unit_test(evidence_says_short_of_the_minimum_only_when_it_is),
        cmocka_unit_test(half_of_the_minimum_is_told_to_its_tenth),
        cmocka_unit_test(without_a_target_there_is_no_minimum),
        cmocka_unit_test(a_gap_is_called_short_only_when_it_is),
        cmocka_unit_test(an_empty_pipeline_blocks_alone),
        cmocka_unit_test(deals_and_amounts_that_are_not_known_are_told),
        cmocka_unit_test(cards_of_every_level_keep_to_the_schema),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
