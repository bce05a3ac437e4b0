/* From a CRM database to reports, top to bottom: numbers worked out by hand from rules.md. */
#include "support.h"

#include "report/generate.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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
    "('o1', '가나상사'), ('o2', '다라물산');" TEST_PEOPLE
    "('p1', '교육팀'), ('p2', '인사팀'), ('p3', NULL), ('p4', '본부');" TEST_DEALS
    "('d1', 'p1', 'o1', 'Won', '출강', '1억 2천만', '2025-03-02', NULL), ('d2', 'p2', 'o1', 'SQL', NULL, '30,000,000원', "
    "'2025-11-30', '확정'),"
    "('d3', 'p3', 'o1', NULL, NULL, '10000000', '2025-01-01', '확정'), ('d4', 'p1', 'o1', 'Won', NULL, '4천만', '2026-01-01', "
    "NULL),"
    "('d5', 'p1', 'o1', 'SQL', NULL, '11000000', '2026-12-31', '[\"높음\"]'), ('d6', 'p2', 'o1', 'SQL', NULL, '7.65E6', "
    "'2026-03-02', '높음'),"
    "('d7', 'p1', 'o1', 'Convert', NULL, 'inf', '2026-03-02', '확정'), ('d8', 'p1', 'o1', 'Won', NULL, NULL, '미정', NULL),"
    "('d9', 'p4', 'o2', 'Lost', NULL, 'inf', '2026-03-02', NULL), ('e1', 'p4', 'o2', 'Won', NULL, '50000000', '2025-03-02', "
    "NULL),"
    "('e2', 'p4', 'o2', 'Won', NULL, '5000000', '2026-03-02', NULL), ('f1', 'p1', 'o1', 'Won', '구독제(온라인)', '20000000', "
    "'2025-03-02', NULL),"
    "('f2', 'p1', 'o1', 'Won', '선택구매(온라인)', '34000000', '2026-03-02', NULL), ('f3', 'p2', 'o1', 'Lost', '포팅', '100', "
    "'2025-03-02', NULL);";

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
    assert_true(cJSON_IsFalse(test_at(report, "counterparties.0.deals_top.0.is_nononline")));
    cJSON_Delete(report);
    free(text);
}

/* 2024: 60 million, P2, so that 2025 has a target of 90; 9 of it are there: 10 %, January's minimum is 5. */
static void the_target_year_may_be_another_than_that_of_the_date(void **state) {
    (void)state;
    char *text =
        test_report_of_crm(TEST_PEOPLE "('p1', 'a');" TEST_DEALS "('1', 'p1', 'o1', 'Won', NULL, '60000000', '2024-03-02', NULL),"
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
    static const char rows[] =
        TEST_PEOPLE "('p1', 'a');" TEST_DEALS "('0', 'p1', 'o1', 'Won', NULL, '60000000', '2025-03-02', NULL);"
                    "INSERT INTO deal VALUES ('d1', 'p1', 'o1', '이름', 'Won', '출강', NULL, '2백', '2026.1.5', '20260228', "
                    "'2025-12-31T15:00:00.000Z',"
                    " '2026/3/4 10:00', ' [\"높음\"] ', ' ', '2026-01-18T15:00:00Z'),"
                    "('d2', 'p1', 'o1', NULL, 'SQL', NULL, '5', NULL, NULL, '2026-05-05', NULL, '상반기', NULL, 'c1', NULL),"
                    "('d3', 'p1', 'o1', '', 'Lost', NULL, '900', NULL, NULL, '2026-05-05', NULL, NULL, NULL, 'c1', NULL),"
                    "('d4', 'p1', 'o1', '', NULL, NULL, '900', NULL, NULL, '2026-05-05', NULL, NULL, '확정', 'c1', NULL),"
                    "('d5', 'p1', 'o1', '', 'Convert', NULL, '900', NULL, NULL, '2026-05-05', NULL, NULL, '확정', 'c1', NULL);";
    static const char want[] =
        "\"deals_top\":[{\"deal_id\":\"d2\",\"deal_name\":null,\"status\":\"SQL\",\"possibility\":null,\"amount\":5,\"is_"
        "nononline\":true,"
        "\"deal_year\":2026,\"course_id_exists\":true,\"start_date\":null,\"end_date\":null,\"contract_date\":null,"
        "\"expected_close_date\":\"2026-05-05\",\"last_contact_date\":null},"
        "{\"deal_id\":\"d1\",\"deal_name\":\"이름\",\"status\":\"Won\",\"possibility\":\" [\\\"높음\\\"] "
        "\",\"amount\":0,\"is_nononline\":true,"
        "\"deal_year\":2026,\"course_id_exists\":true,\"start_date\":\"2026-01-01\",\"end_date\":\"2026-03-04\",\"contract_"
        "date\":\"2026-01-05\","
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

static struct rr_order order_of(const char *db_path) {
    return (struct rr_order){
        .source = {.db_path = db_path, .deadline = rr_deadline_in_ms(500), .clock = &rr_clock_system, .stable_window_s = 180},
        .as_of = 20260119,
    };
}

static void assert_read_fails(const struct rr_order *order, enum rr_code code) {
    struct rr_generation generation;
    struct rr_err err;
    assert_fails(rr_generation_read(&generation, order, &err), code);
    assert_null(strstr(err.message, order->source.db_path)); /* messages go out: no path of the server */
    rr_generation_free(&generation);                         /* idempotent */
}

static void a_database_that_is_none_is_told_by_its_code(void **state) {
    (void)state;
    const char *folder = test_folder(), *absent = test_path(folder, "absent"), *text = test_path(folder, "text"),
               *empty = test_path(folder, "empty"), *torn = test_path(folder, "torn");
    test_write_file(text, "this is no database, whatever its name may say of it");
    test_write_file(empty, "");
    test_make_crm(torn, sample);
    assert_int_equal(truncate(torn, 8192 + 100), 0);
    test_set_age(text, 3600);
    test_set_age(empty, 3600);
    test_set_age(torn, 3600);
    struct rr_order order = order_of(absent);
    assert_read_fails(&order, RR_DB_NOT_FOUND);
    order = order_of(folder);
    assert_read_fails(&order, RR_DB_INVALID);
    order = order_of(text);
    assert_read_fails(&order, RR_DB_INVALID);
    order = order_of(empty);
    assert_read_fails(&order, RR_DB_INVALID);
    order = order_of(torn);
    assert_read_fails(&order, RR_DB_INVALID);
}

static void a_database_changed_within_the_window_is_unstable(void **state) {
    (void)state;
    const char *path = test_path(test_folder(), "crm.db");
    struct rr_generation generation;
    struct rr_err err;
    test_make_crm(path, sample);
    struct rr_order order = order_of(path);
    test_set_age(path, 170);
    assert_read_fails(&order, RR_DB_UNSTABLE);
    test_set_age(path, -60); /* of the future */
    assert_read_fails(&order, RR_DB_UNSTABLE);
    test_set_age(path, 190);
    assert_ok(rr_generation_read(&generation, &order, &err));
    rr_generation_free(&generation);
}

static void a_writer_in_the_middle_of_a_change_makes_it_unstable(void **state) {
    (void)state;
    const char *path = test_path(test_folder(), "crm.db");
    struct rr_db *writer = NULL;
    struct rr_err err;
    assert_ok(rr_db_create(&writer, path, &err));
    assert_ok(rr_db_exec(writer, test_crm_schema, &err));
    assert_ok(rr_db_exec(writer, "BEGIN EXCLUSIVE", &err));
    test_set_age(path, 3600);
    struct rr_order order = order_of(path);
    order.source.deadline = rr_deadline_in_ms(1000);
    assert_read_fails(&order, RR_DB_UNSTABLE);
    rr_db_close(&writer);
}

/* What happens to the database while its deals are read. */
struct disturbance {
    char path[64], other[64];
    int kind;
};

static void disturb(void *ctx, uint64_t deals_read) {
    const struct disturbance *disturbance = ctx;
    (void)deals_read;
    if (disturbance->kind == 0)
        test_set_age(disturbance->path, 7200);
    else if (disturbance->kind == 1)
        assert_int_equal(rename(disturbance->other, disturbance->path), 0);
    else
        assert_int_equal(unlink(disturbance->path), 0);
}

static void a_database_that_changes_while_it_is_read_gives_no_report(void **state) {
    (void)state;
    static const char many[] = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)"
                               " INSERT INTO deal (id, organizationId) SELECT i, 'o1' FROM n;";
    static const enum rr_code codes[] = {RR_DB_UNSTABLE, RR_DB_UNSTABLE, RR_DB_NOT_FOUND}; /* touched, replaced, removed */
    for (int kind = 0; kind < 3; kind++) {
        struct disturbance disturbance = {.kind = kind};
        const char *folder = test_folder();
        snprintf(disturbance.path, sizeof disturbance.path, "%s", test_path(folder, "crm.db"));
        snprintf(disturbance.other, sizeof disturbance.other, "%s", test_path(folder, "new.db"));
        test_make_crm(disturbance.path, many);
        test_make_crm(disturbance.other, many);
        struct rr_order order = order_of(disturbance.path);
        order.progress = (struct rr_progress){disturb, &disturbance};
        assert_read_fails(&order, codes[kind]);
    }
}

static void a_copy_is_read_and_kept_under_its_name(void **state) {
    (void)state;
    const char *folder = test_folder(), *path = test_path(folder, "crm.db"), *copies = test_path(folder, "work/copies");
    const struct rr_clock clock = test_clock(1768777200); /* 2026-01-19T08:00:00+09:00 */
    struct rr_generation generation;
    struct rr_err err;
    struct stat st;
    assert_true(rr_clock_set_zone("Asia/Seoul"));
    test_make_crm(path, sample);
    struct rr_order order = order_of(path);
    order.source.stable_window_s = 0;
    order.source.clock = &clock;
    order.source.copy_dir = copies;
    order.source.copy_date = "2026-01-10";
    assert_int_equal(utimensat(AT_FDCWD, path, (struct timespec[]){{1768770000, 0}, {1768770000, 0}}, 0), 0);
    assert_ok(rr_generation_read(&generation, &order, &err));
    assert_int_equal(generation.book.unknown_amount_deals, 2);
    assert_int_equal(generation.fingerprint.mtime_ns / 1000000000, 1768770000); /* of the database, not of the copy */
    rr_generation_free(&generation);
    assert_int_equal(test_count_files(copies), 1);
    assert_int_equal(stat(test_path(copies, "salesmap_snapshot_2026-01-10_080000.db"), &st), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_offline_report_has_the_numbers_worked_out_by_hand),
        cmocka_unit_test(the_online_report_has_the_numbers_worked_out_by_hand),
        cmocka_unit_test(the_target_year_may_be_another_than_that_of_the_date),
        cmocka_unit_test(top_deals_show_what_the_crm_says),
        cmocka_unit_test(a_database_that_is_none_is_told_by_its_code),
        cmocka_unit_test(a_database_changed_within_the_window_is_unstable),
        cmocka_unit_test(a_writer_in_the_middle_of_a_change_makes_it_unstable),
        cmocka_unit_test(a_database_that_changes_while_it_is_read_gives_no_report),
        cmocka_unit_test(a_copy_is_read_and_kept_under_its_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
