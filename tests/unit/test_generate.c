/* From a CRM database to reports, top to bottom: numbers worked out by hand from rules.md. */
#include "support.h"

#include "report/generate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define EOK(amount) ((amount) * 1e8)

/* As of 2026-04-10: the minimum is .20, severe is below .10. All of o1 is P1: offline 120 + 30 = 150 million in 2025 (the
 * deal d3 has no status). All of o2 is P2 with 50 million.
 *
 * offline        baseline  target  confirmed  expected  ratio   gap     rule
 * o1/교육팀       120M      204M    40M        11M       .25     153M    ON_TRACK                  양호
 * o1/인사팀       30M       51M     0          7.65M     .15     43.35M  COVERAGE_BELOW_MIN        보통
 * o1/미분류       10M       17M     0          0         0       17M     PIPELINE_ZERO             심각
 * o2/본부         50M       75M     5M         0         .0667   70M     COVERAGE_BELOW_HALF_MIN   심각
 * S0_P0_P1 together: target 272M, coverage 58.65M, gap 213.35M, ratio .215625.
 *
 * online         baseline  target  confirmed  expected  ratio   gap     rule
 * o1/교육팀       20M       34M     34M        0         1       0       GAP_COVERED               양호
 * o1/인사팀       0         0       0          0         null    0       TARGET_ZERO (Lost deal)   양호
 *
 * Amounts that are not known: d8 (missing) and d9 (unreadable); of an unknown year: d8. */
static const char sample[] = TEST_ORGANIZATIONS
    "('o1', '가나상사'), ('o2', '다라물산');" TEST_PEOPLE "('p1', '교육팀'), ('p2', '인사팀'), ('p3', NULL), ('p4', '본부');" TEST_DEALS
    "('d1', 'p1', 'o1', 'Won', '출강', '1억 2천만', '2025-03-02', NULL), ('d2', 'p2', 'o1', 'SQL', NULL, '30,000,000원', '2025-11-30', '확정'),"
    "('d3', 'p3', 'o1', NULL, NULL, '10000000', '2025-01-01', '확정'), ('d4', 'p1', 'o1', 'Won', NULL, '4천만', '2026-01-01', NULL),"
    "('d5', 'p1', 'o1', 'SQL', NULL, '11000000', '2026-12-31', '[\"높음\"]'), ('d6', 'p2', 'o1', 'SQL', NULL, '7.65E6', '2026-03-02', '높음'),"
    "('d7', 'p1', 'o1', 'Convert', NULL, 'inf', '2026-03-02', '확정'), ('d8', 'p1', 'o1', 'Won', NULL, NULL, '미정', NULL),"
    "('d9', 'p4', 'o2', 'Lost', NULL, 'inf', '2026-03-02', NULL), ('e1', 'p4', 'o2', 'Won', NULL, '50000000', '2025-03-02', NULL),"
    "('e2', 'p4', 'o2', 'Won', NULL, '5000000', '2026-03-02', NULL), ('f1', 'p1', 'o1', 'Won', '구독제(온라인)', '20000000', '2025-03-02', NULL),"
    "('f2', 'p1', 'o1', 'Won', '선택구매(온라인)', '34000000', '2026-03-02', NULL), ('f3', 'p2', 'o1', 'Lost', '포팅', '100', '2025-03-02', NULL);";

struct row {
    const char *organization, *counterparty, *tier, *level, *trigger;
    double baseline, target, confirmed, expected, ratio; /* ratio -1: null */
    bool pipeline_zero, unclassified;
    int confirmed_deals, expected_deals, year_unknown;
};

static void check_number(const cJSON *root, const char *path, double want) {
    if (test_number_at(root, path) != want)
        fail_msg("%s: %.17g, not %.17g", path, test_number_at(root, path), want);
}

static void check_row(const cJSON *row, const struct row *want) {
    assert_string_equal(test_text_at(row, "orgId"), want->organization);
    assert_string_equal(test_text_at(row, "counterpartyName"), want->counterparty);
    assert_string_equal(test_text_at(row, "tier"), want->tier);
    assert_string_equal(test_text_at(row, "risk_level_rule"), want->level);
    assert_string_equal(test_text_at(row, "rule_trigger"), want->trigger);
    check_number(row, "baseline", want->baseline);
    check_number(row, "target", want->target);
    check_number(row, "confirmed", want->confirmed);
    check_number(row, "expected", want->expected);
    check_number(row, "coverage", want->confirmed + want->expected);
    check_number(row, "gap", want->target - want->confirmed - want->expected);
    if (want->ratio < 0)
        assert_true(cJSON_IsNull(test_at(row, "coverage_ratio")));
    else
        check_number(row, "coverage_ratio", want->ratio);
    assert_int_equal(cJSON_IsTrue(test_at(row, "pipeline_zero")), want->pipeline_zero);
    assert_int_equal(cJSON_IsTrue(test_at(row, "flags.excluded_by_quality")), want->unclassified);
    check_number(row, "min_cov_current_month", .20);
    check_number(row, "severe_threshold", .10);
    check_number(row, "counts.confirmed_deals", want->confirmed_deals);
    check_number(row, "counts.expected_deals", want->expected_deals);
    check_number(row, "counts.amount_zero_deals", 0);
    check_number(row, "counts.amount_parse_fail", 0);
    check_number(row, "counts.year_unknown", want->year_unknown);
}

static void check_rows(const cJSON *report, const struct row *rows, int count) {
    assert_int_equal(cJSON_GetArraySize(test_at(report, "counterparties")), count);
    for (int i = 0; i < count; i++)
        check_row(cJSON_GetArrayItem(test_at(report, "counterparties"), i), &rows[i]);
}

static void check_totals(const cJSON *report, const char *path, double target, double coverage, double ratio) {
    const cJSON *group = test_at(report, path);
    check_number(group, "target", target);
    check_number(group, "coverage", coverage);
    check_number(group, "gap", target - coverage);
    if (ratio >= 0)
        check_number(group, "coverage_ratio", ratio);
    else
        assert_true(cJSON_IsNull(test_at(group, "coverage_ratio")));
}

static void the_offline_report_has_the_numbers_worked_out_by_hand(void **state) {
    (void)state;
    static const struct row rows[] = {
        {"o1", "미분류(카운터파티 없음)", "P1", "심각", "PIPELINE_ZERO", 10e6, 17e6, 0, 0, 0, true, true, 0, 0, 0},
        {"o2", "본부", "P2", "심각", "COVERAGE_BELOW_HALF_MIN", 50e6, 75e6, 5e6, 0, 5e6 / 75e6, false, false, 1, 0, 0},
        {"o1", "인사팀", "P1", "보통", "COVERAGE_BELOW_MIN", 30e6, 51e6, 0, 7.65e6, .15, false, false, 0, 1, 0},
        {"o1", "교육팀", "P1", "양호", "ON_TRACK", 120e6, 204e6, 40e6, 11e6, .25, false, false, 1, 1, 1},
    };
    char *text = test_report_of_crm(sample, RR_OFFLINE, "2026-04-10", 0);
    cJSON *report = test_json(text);
    check_rows(report, rows, 4);
    check_totals(report, "summary.tier_groups.S0_P0_P1", 272e6, 58.65e6, .215625);
    check_totals(report, "summary.tier_groups.P2", 75e6, 5e6, 5e6 / 75e6);
    check_number(report, "summary.counts.severe", 2);
    check_number(report, "summary.counts.normal", 1);
    check_number(report, "summary.counts.good", 1);
    check_number(report, "summary.counts.pipeline_zero", 1);
    check_number(report, "data_quality.unknown_year_deals", 1);
    check_number(report, "data_quality.unknown_amount_deals", 2);
    check_number(report, "data_quality.uncategorized_counterparties", 1);
    cJSON_Delete(report);
    free(text);
}

static void the_online_report_has_the_numbers_worked_out_by_hand(void **state) {
    (void)state;
    static const struct row rows[] = {
        {"o1", "교육팀", "P1", "양호", "GAP_COVERED", 20e6, 34e6, 34e6, 0, 1, false, false, 1, 0, 0},
        {"o1", "인사팀", "P1", "양호", "TARGET_ZERO", 0, 0, 0, 0, -1, false, false, 0, 0, 0},
    };
    char *text = test_report_of_crm(sample, RR_ONLINE, "2026-04-10", 0);
    cJSON *report = test_json(text);
    check_rows(report, rows, 2);
    check_totals(report, "summary.tier_groups.S0_P0_P1", 34e6, 34e6, 1);
    check_totals(report, "summary.tier_groups.P2", 0, 0, -1);
    check_number(report, "summary.counts.good", 2);
    check_number(report, "data_quality.unknown_year_deals", 0);
    check_number(report, "data_quality.unknown_amount_deals", 2); /* of both modes */
    cJSON_Delete(report);
    free(text);
}

/* 2024: 60 million, P2, so that 2025 has a target of 90; 9 of it are there: 10 %, January's minimum is 5. */
static void the_target_year_may_be_another_than_that_of_the_date(void **state) {
    (void)state;
    char *text = test_report_of_crm(TEST_PEOPLE "('p1', 'a');" TEST_DEALS "('1', 'p1', 'o1', 'Won', NULL, '60000000', '2024-03-02', NULL),"
                                                "('2', 'p1', 'o1', 'Won', NULL, '9000000', '2025-03-02', NULL),"
                                                "('3', 'p1', 'o1', 'Won', NULL, '800000000', '2026-03-02', NULL);",
                                    RR_OFFLINE, "2026-01-10", 2025);
    cJSON *report = test_json(text);
    check_number(report, "meta.baseline_year", 2024);
    check_number(report, "meta.target_year", 2025);
    assert_string_equal(test_text_at(report, "meta.as_of"), "2026-01-10");
    assert_string_equal(test_text_at(report, "counterparties.0.tier"), "P2");
    check_number(report, "counterparties.0.coverage_ratio", .1);
    check_number(report, "counterparties.0.min_cov_current_month", .05);
    cJSON_Delete(report);
    free(text);
}

/* The dates are KST; the instant 15:00Z on New Year's Eve is New Year's Day there. */
static void top_deals_show_what_the_crm_says(void **state) {
    (void)state;
    static const char rows[] = TEST_PEOPLE "('p1', 'a');" TEST_DEALS "('0', 'p1', 'o1', 'Won', NULL, '60000000', '2025-03-02', NULL);"
        "INSERT INTO deal VALUES ('d1', 'p1', 'o1', '이름', 'Won', '출강', NULL, '2백', '2026.1.5', '20260228', '2025-12-31T15:00:00.000Z',"
        " '2026/3/4 10:00', ' [\"높음\"] ', ' ', '2026-01-18T15:00:00Z'),"
        "('d2', 'p1', 'o1', NULL, 'SQL', NULL, '5', NULL, NULL, '2026-05-05', NULL, '상반기', NULL, 'c1', NULL),"
        "('d3', 'p1', 'o1', '', 'Lost', NULL, '900', NULL, NULL, '2026-05-05', NULL, NULL, NULL, 'c1', NULL),"
        "('d4', 'p1', 'o1', '', NULL, NULL, '900', NULL, NULL, '2026-05-05', NULL, NULL, '확정', 'c1', NULL),"
        "('d5', 'p1', 'o1', '', 'Convert', NULL, '900', NULL, NULL, '2026-05-05', NULL, NULL, '확정', 'c1', NULL);";
    static const char want[] =
        "\"deals_top\":[{\"deal_id\":\"d2\",\"deal_name\":null,\"status\":\"SQL\",\"possibility\":null,\"amount\":5,\"is_nononline\":true,"
        "\"deal_year\":2026,\"course_id_exists\":true,\"start_date\":null,\"end_date\":null,\"contract_date\":null,"
        "\"expected_close_date\":\"2026-05-05\",\"last_contact_date\":null},"
        "{\"deal_id\":\"d1\",\"deal_name\":\"이름\",\"status\":\"Won\",\"possibility\":\" [\\\"높음\\\"] \",\"amount\":0,\"is_nononline\":true,"
        "\"deal_year\":2026,\"course_id_exists\":true,\"start_date\":\"2026-01-01\",\"end_date\":\"2026-03-04\",\"contract_date\":\"2026-01-05\","
        "\"expected_close_date\":\"2026-02-28\",\"last_contact_date\":\"2026-01-19\"}],";
    char *text = test_report_of_crm(rows, RR_OFFLINE, "2026-01-19", 0);
    if (strstr(text, want) == NULL)
        assert_string_equal(strstr(text, "\"deals_top\""), want);
    /* The blank course is none to the bucket, and the unreadable amount is none: committed, by Won. */
    cJSON *report = test_json(text);
    check_number(report, "counterparties.0.counts.confirmed_deals", 1);
    check_number(report, "counterparties.0.counts.amount_zero_deals", 1);
    check_number(report, "counterparties.0.counts.amount_parse_fail", 1);
    cJSON_Delete(report);
    free(text);
}

static void only_the_five_largest_deals_are_shown(void **state) {
    (void)state;
    char *text = test_report_of_crm(TEST_PEOPLE "('p1', 'a');" TEST_DEALS "('0', 'p1', 'o1', 'Won', NULL, '60000000', '2025-03-02', NULL),"
                                                "('b', 'p1', 'o1', 'SQL', NULL, '5', '2026-01-01', NULL), ('a', 'p1', 'o1', 'SQL', NULL, '5', '2026-01-01', NULL),"
                                                "('c', 'p1', 'o1', 'SQL', NULL, '5', '2026-01-01', NULL), ('d', 'p1', 'o1', 'Won', NULL, '6', '2026-01-01', NULL),"
                                                "('f', 'p1', 'o1', 'SQL', NULL, '5', '2026-01-01', NULL), ('e', 'p1', 'o1', 'SQL', NULL, '5', '2026-01-01', NULL);",
                                    RR_OFFLINE, "2026-01-19", 0);
    static const char *const ids[] = {"d", "a", "b", "c", "e"};
    cJSON *report = test_json(text);
    const cJSON *deals = test_at(report, "counterparties.0.deals_top");
    assert_int_equal(cJSON_GetArraySize(deals), 5);
    for (int i = 0; i < 5; i++)
        assert_string_equal(test_text_at(cJSON_GetArrayItem(deals, i), "deal_id"), ids[i]);
    cJSON_Delete(report);
    free(text);
}
