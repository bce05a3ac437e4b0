/* The report as bytes (contract.md 5). */
#include "support.h"

#include "report/compose.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Baseline 100,000,000 (P1), target 170,000,000, confirmed 20,000,000. */
#define ONE_ROW                                                                                                                  \
    TEST_ORGANIZATIONS "('o1', '가나상사');" TEST_PEOPLE "('p1', '교육팀');" TEST_DEALS                                          \
                       "('d1', 'p1', 'o1', 'Won', NULL, '100000000', '2025-03-02', NULL),"                                       \
                       "('d2', 'p1', 'o1', 'Won', NULL, '20000000', '2026-03-02', NULL);"

static char *offline_report(const char *rows) {
    return test_report_of_crm(rows, RR_OFFLINE, "2026-01-19", 0);
}

static void every_object_has_the_contracts_keys_in_its_order(void **state) {
    (void)state;
    static const struct {
        const char *path, *names;
    } cases[] = {
        {"", "meta,summary,data_quality,counterparties"},
        {"meta",
         "as_of,mode,report_id,db_version,db_signature,generated_at,generator_version,job_run_id,baseline_year,target_year"},
        {"summary", "tier_groups,counts"},
        {"summary.tier_groups", "S0_P0_P1,P2"},
        {"summary.tier_groups.S0_P0_P1", "target,coverage,gap,coverage_ratio"},
        {"summary.tier_groups.P2", "target,coverage,gap,coverage_ratio"},
        {"summary.counts", "severe,normal,good,pipeline_zero"},
        {"data_quality", "unknown_year_deals,unknown_amount_deals,uncategorized_counterparties"},
        {"counterparties.0",
         "orgId,orgName,counterpartyName,tier,baseline,target,confirmed,expected,coverage,gap,coverage_ratio,pipeline_zero,"
         "risk_level_rule,rule_trigger,min_cov_current_month,severe_threshold,risk_level_llm,top_blockers,evidence_bullets,"
         "recommended_actions,flags,counts,signals,deals_top,llm_meta"},
        {"counterparties.0.flags", "excluded_by_quality"},
        {"counterparties.0.counts", "confirmed_deals,expected_deals,amount_zero_deals,amount_parse_fail,year_unknown"},
        {"counterparties.0.signals", "last_contact_date,lost_90d_count,lost_90d_reasons"},
        {"counterparties.0.deals_top.0",
         "deal_id,deal_name,status,possibility,amount,is_nononline,deal_year,course_id_exists,start_date,end_date,contract_date,"
         "expected_close_date,last_contact_date"},
        {"counterparties.0.llm_meta", "fallback_used,used_cache,provider,model,prompt_version,input_hash,created_at"},
    };
    char *text = offline_report(ONE_ROW);
    cJSON *report = test_json(text);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_string_equal(test_names(test_at(report, cases[i].path)), cases[i].names);
    cJSON_Delete(report);
    free(text);
}

/* A sink that collects, and says no once it holds `room` bytes. */
struct collector {
    struct rr_buf text;
    size_t room;
};

static int collect(void *ctx, const char *bytes, size_t len, struct rr_err *err) {
    struct collector *collector = ctx;
    if (collector->text.len + len > collector->room)
        return rr_fail(err, RR_CACHE_WRITE_FAILED, "the disk is full");
    rr_buf_add(&collector->text, bytes, len);
    return 0;
}

static const struct rr_meta sample_meta = {
    .as_of = 20260119,
    .mode = RR_ONLINE,
    .target_year = 2027,
    .db_mtime_s = 1768773600, /* 2026-01-18T22:00:00Z */
    .db_signature = "1768773600-4096",
    .generated_at_s = 1768777200,
    .generator_version = "version \"1\"",
    .job_run_id = "run-1",
};

static void a_report_without_rows_is_whole(void **state) {
    (void)state;
    static const char want[] =
        "{\"meta\":{\"as_of\":\"2026-01-19\",\"mode\":\"online\",\"report_id\":\"counterparty-risk-daily\","
        "\"db_version\":\"2026-01-19T07:00:00+09:00\",\"db_signature\":\"1768773600-4096\","
        "\"generated_at\":\"2026-01-19T08:00:00+09:00\",\"generator_version\":\"version \\\"1\\\"\",\"job_run_id\":\"run-1\","
        "\"baseline_year\":2026,\"target_year\":2027},\n"
        "\"summary\":{\"tier_groups\":{\"S0_P0_P1\":{\"target\":0,\"coverage\":0,\"gap\":0,\"coverage_ratio\":null},"
        "\"P2\":{\"target\":0,\"coverage\":0,\"gap\":0,\"coverage_ratio\":null}},"
        "\"counts\":{\"severe\":0,\"normal\":0,\"good\":0,\"pipeline_zero\":0}},\n"
        "\"data_quality\":{\"unknown_year_deals\":0,\"unknown_amount_deals\":0,\"uncategorized_counterparties\":0},\n"
        "\"counterparties\":[\n]}\n";
    const struct rr_book book = {.target_year = 2027};
    const struct rr_ranking ranking = {NULL, 0};
    struct collector collector = {RR_BUF_INIT(1024 * 1024), SIZE_MAX / 2};
    const struct rr_sink sink = {collect, &collector};
    struct rr_err err;
    assert_true(rr_clock_set_zone("Asia/Seoul"));
    assert_ok(rr_compose(&sample_meta, &book, &ranking, &sink, &err));
    assert_string_equal(collector.text.ptr, want);
    rr_buf_free(&collector.text);
}

static void a_sink_that_fails_ends_it_with_its_own_error(void **state) {
    (void)state;
    const struct rr_book book = {.target_year = 2027};
    const struct rr_ranking ranking = {NULL, 0};
    struct collector collector = {RR_BUF_INIT(1024 * 1024), 100};
    const struct rr_sink sink = {collect, &collector};
    struct rr_err err;
    assert_fails(rr_compose(&sample_meta, &book, &ranking, &sink, &err), RR_CACHE_WRITE_FAILED);
    assert_string_equal(err.message, "the disk is full");
    rr_buf_free(&collector.text);
}

static int count_lines(const char *text, const char *beginning) {
    int count = 0;
    for (const char *line = text; line != NULL; line = strchr(line, '\n')) {
        line += *line == '\n';
        count += strncmp(line, beginning, strlen(beginning)) == 0;
    }
    return count;
}

/* Line breaks within names must not break lines. */
static void each_counterparty_has_one_line_whatever_its_name(void **state) {
    (void)state;
    char *text =
        offline_report(TEST_ORGANIZATIONS "('o1', '가' || char(10) || '나' || char(13));" TEST_PEOPLE
                                          "('p1', 'a' || char(10) || 'b'), ('p2', 'c\"\\d'), ('p3', char(8232));" TEST_DEALS
                                          "('1', 'p1', 'o1', 'Won', NULL, '60000000', '2025-03-02', NULL),"
                                          "('2', 'p2', 'o1', 'Won', NULL, '60000000', '2025-03-02', NULL),"
                                          "('3', 'p3', 'o1', 'Won', NULL, '60000000', '2025-03-02', NULL);");
    assert_int_equal(strncmp(text, "{\"meta\":{", 9), 0);
    assert_int_equal(count_lines(text, "{\"orgId\":\"o1\","), 3);
    assert_int_equal(count_lines(text, ""), 4 + 3 + 2); /* meta, summary, quality, "counterparties":[ - rows - ]} - the end */
    assert_string_equal(text + strlen(text) - 4, "\n]}\n");
    cJSON *report = test_json(text);
    assert_string_equal(test_text_at(report, "counterparties.0.orgName"), "가\n나\r");
    cJSON_Delete(report);
    free(text);
}

static void it_is_compact_and_not_ascii_escaped(void **state) {
    (void)state;
    char *text = offline_report(ONE_ROW);
    assert_non_null(strstr(text, "\"orgName\":\"가나상사\",\"counterpartyName\":\"교육팀\""));
    assert_null(strstr(text, "\\u"));
    bool inside = false;
    for (const char *c = text; *c != '\0'; c++) {
        inside ^= *c == '"';
        assert_false(!inside && (*c == ' ' || *c == '\t'));
    }
    free(text);
}

/* Bytes that are no UTF-8, and NUL, become U+FFFD, each of them. */
static void invalid_bytes_leave_valid_utf8(void **state) {
    (void)state;
    static const struct {
        const char *hex, *want;
    } cases[] = {
        {"41FF42", "A\uFFFDB"},
        {"4180", "A\uFFFD"},
        {"C0AF41", "\uFFFD\uFFFDA"},
        {"EDA08041", "\uFFFD\uFFFD\uFFFDA"}, /* a surrogate */
        {"EAB04C", "\uFFFD\uFFFDL"},
        {"410042", "A\uFFFDB"},
        {"F5808080", "\uFFFD\uFFFD\uFFFD\uFFFD"},
        {"EAB080", "가"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char rows[1500];
        snprintf(rows, sizeof rows,
                 "INSERT INTO organization VALUES ('o1', CAST(X'%s' AS TEXT));" TEST_PEOPLE
                 "('p1', CAST(X'%s' AS TEXT));" TEST_DEALS
                 "('1', 'p1', 'o1', 'Won', NULL, '60000000', '2025-03-02', NULL), (CAST(X'%s' AS TEXT), 'p1', 'o1', 'SQL', NULL, "
                 "'1', '2026-03-02', CAST(X'%s' AS TEXT));",
                 cases[i].hex, cases[i].hex, cases[i].hex, cases[i].hex);
        char *text = offline_report(rows);
        size_t len = strlen(text);
        for (size_t at = 0, step; at < len; at += step)
            assert_true((step = rr_utf8_length(text + at, len - at)) > 0);
        cJSON *report = test_json(text);
        assert_string_equal(test_text_at(report, "counterparties.0.orgName"), cases[i].want);
        assert_string_equal(test_text_at(report, "counterparties.0.counterpartyName"), cases[i].want);
        assert_string_equal(test_text_at(report, "counterparties.0.deals_top.0.deal_id"), cases[i].want);
        assert_string_equal(test_text_at(report, "counterparties.0.deals_top.0.possibility"), cases[i].want);
        cJSON_Delete(report);
        free(text);
    }
}

/* Three times 9223372036854775807 before, five times now: two confirmed, three expected. */
static void sums_beyond_64_bits_are_exact(void **state) {
    (void)state;
#define HUGE_DEAL(id, status, year, possibility)                                                                                 \
    "('" id "', 'p1', 'o1', '" status "', NULL, '9223372036854775807', '" year "-03-02', '" possibility "')"
    char *text = offline_report(
        TEST_PEOPLE
        "('p1', '교육팀');" TEST_DEALS HUGE_DEAL("1", "Won", "2025", "") "," HUGE_DEAL("2", "Won", "2025", "") "," HUGE_DEAL(
            "3", "Won", "2025",
            "") "," HUGE_DEAL("4", "Won", "2026",
                              "") "," HUGE_DEAL("5", "SQL", "2026",
                                                "확정") "," HUGE_DEAL("6", "SQL", "2026",
                                                                      "높음") "," HUGE_DEAL("7", "SQL", "2026",
                                                                                            "높음") "," HUGE_DEAL("8", "SQL",
                                                                                                                  "2026",
                                                                                                                  "높음") ";");
    assert_non_null(strstr(text, "\"baseline\":27670116110564327421,"));
    assert_non_null(
        strstr(text, "\"confirmed\":18446744073709551614,\"expected\":27670116110564327421,\"coverage\":46116860184273879035,"));
    assert_non_null(strstr(text, "\"amount\":9223372036854775807,"));
    cJSON *report = test_json(text);
    assert_true(fabs(test_number_at(report, "counterparties.0.target") / (27670116110564327421.0 * 1.5) - 1) < 1e-15); /* S0 */
    assert_string_equal(test_text_at(report, "counterparties.0.rule_trigger"), "GAP_COVERED");
    cJSON_Delete(report);
    free(text);
}

static void only_the_five_largest_deals_are_shown(void **state) {
    (void)state;
    static const char *const ids[] = {"d", "a", "b", "c", "e"};
    char *text = offline_report(
        TEST_PEOPLE
        "('p1', 'a');" TEST_DEALS "('0', 'p1', 'o1', 'Won', NULL, '60000000', '2025-03-02', NULL),"
        "('b', 'p1', 'o1', 'SQL', NULL, '5', '2026-01-01', NULL), ('a', 'p1', 'o1', 'SQL', NULL, '5', '2026-01-01', NULL),"
        "('c', 'p1', 'o1', 'SQL', NULL, '5', '2026-01-01', NULL), ('d', 'p1', 'o1', 'Won', NULL, '6', '2026-01-01', NULL),"
        "('f', 'p1', 'o1', 'SQL', NULL, '5', '2026-01-01', NULL), ('e', 'p1', 'o1', 'SQL', NULL, '5', '2026-01-01', NULL);");
    cJSON *report = test_json(text);
    const cJSON *deals = test_at(report, "counterparties.0.deals_top");
    assert_int_equal(cJSON_GetArraySize(deals), 5);
    for (int i = 0; i < 5; i++)
        assert_string_equal(test_text_at(cJSON_GetArrayItem(deals, i), "deal_id"), ids[i]);
    cJSON_Delete(report);
    free(text);
}

static void a_ratio_without_a_target_is_null(void **state) {
    (void)state;
    char *text = offline_report(TEST_PEOPLE "('p1', 'a'), ('p2', 'b');" TEST_DEALS
                                            "('1', 'p1', 'o1', 'Won', NULL, '50000000', '2025-03-02', NULL),"
                                            "('2', 'p2', 'o1', 'Won', NULL, '7', '2026-03-02', NULL);");
    cJSON *report = test_json(text);
    assert_string_equal(test_text_at(report, "counterparties.1.counterpartyName"), "b");
    assert_true(cJSON_IsNull(test_at(report, "counterparties.1.coverage_ratio")));
    assert_true(cJSON_IsFalse(test_at(report, "counterparties.1.pipeline_zero")));
    assert_string_equal(test_text_at(report, "counterparties.1.rule_trigger"), "TARGET_ZERO");
    assert_true(test_number_at(report, "counterparties.1.gap") == -7);
    assert_true(test_number_at(report, "counterparties.0.coverage_ratio") == 0);
    assert_true(cJSON_IsTrue(test_at(report, "counterparties.0.pipeline_zero")));
    assert_true(cJSON_IsNull(test_at(report, "summary.tier_groups.S0_P0_P1.coverage_ratio")));
    assert_true(test_number_at(report, "summary.tier_groups.P2.coverage_ratio") == 7 / 75e6);
    cJSON_Delete(report);
    free(text);
}

static void the_card_is_by_rule_and_says_so(void **state) {
    (void)state;
    char *text = offline_report(ONE_ROW);
    cJSON *report = test_json(text);
    const cJSON *row = test_at(report, "counterparties.0");
    assert_string_equal(test_text_at(row, "risk_level_llm"), test_text_at(row, "risk_level_rule"));
    assert_in_range(cJSON_GetArraySize(test_at(row, "top_blockers")), 1, 3);
    assert_int_equal(cJSON_GetArraySize(test_at(row, "evidence_bullets")), 3);
    assert_in_range(cJSON_GetArraySize(test_at(row, "recommended_actions")), 2, 3);
    assert_true(cJSON_IsFalse(test_at(row, "llm_meta.fallback_used")));
    assert_true(cJSON_IsFalse(test_at(row, "llm_meta.used_cache")));
    assert_string_equal(test_text_at(row, "llm_meta.created_at"), test_text_at(report, "meta.generated_at"));
    cJSON_Delete(report);
    free(text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_object_has_the_contracts_keys_in_its_order),
        cmocka_unit_test(a_report_without_rows_is_whole),
        cmocka_unit_test(a_sink_that_fails_ends_it_with_its_own_error),
        cmocka_unit_test(each_counterparty_has_one_line_whatever_its_name),
        cmocka_unit_test(it_is_compact_and_not_ascii_escaped),
        cmocka_unit_test(invalid_bytes_leave_valid_utf8),
        cmocka_unit_test(sums_beyond_64_bits_are_exact),
        cmocka_unit_test(only_the_five_largest_deals_are_shown),
        cmocka_unit_test(a_ratio_without_a_target_is_null),
        cmocka_unit_test(the_card_is_by_rule_and_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
