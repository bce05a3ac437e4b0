/* A report in short, beside it (lib/store/summary.h). */
#include "support.h"

#include "store/summary.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ALPHA   TEST_ROW("A", "one", "심각", 100, 0, 100, true)
#define BETA    TEST_ROW("B", "two", "양호", 50.5, 90, -39.5, false)
#define SUMMARY ".versions/offline-2026-01-19.summary"

static const char *folder;
static struct rr_store *store;
static struct rr_key key;

static int open_shop(void **state) {
    struct rr_err err;
    (void)state;
    folder = test_folder();
    key = test_key(RR_OFFLINE, "2026-01-19");
    return rr_store_open(&store, folder, &err);
}

static int close_shop(void **state) {
    (void)state;
    rr_store_close(&store);
    return 0;
}

static const char *at(const char *name) {
    return test_path(folder, name);
}

static void publish(const char *rows) {
    test_publish_text(store, &key, test_report_text(&key, 100, 25, rows));
}

/* The rows as `orgId counterparty level coverage gap zero; ...`, or the error's code. */
static const char *tell_rows(void) {
    static char text[1000];
    struct rr_summary summary;
    struct rr_summary_row row;
    struct rr_err err;
    int rc = rr_store_summary(store, &key, RR_SUMMARY_ROWS, &summary, &err);
    struct rr_slice left = rr_summary_rows(&summary);
    text[0] = '\0';
    while (rc == 0 && rr_summary_next_row(&left, &row)) {
        size_t len = strlen(text);
        snprintf(text + len, sizeof text - len, "%.*s %.*s %.*s %.*s %.*s %s; ", (int)row.org_id.len, row.org_id.ptr,
                 (int)row.counterparty_name.len, row.counterparty_name.ptr, (int)row.level.len, row.level.ptr,
                 (int)row.coverage.len, row.coverage.ptr, (int)row.gap.len, row.gap.ptr, row.pipeline_zero ? "zero" : "-");
    }
    rr_summary_free(&summary);
    rr_summary_free(&summary); /* idempotent */
    return rc == 0 ? text : rr_code_name(err.code);
}

#define TOLD_ALPHA "\"A\" \"one\" \"심각\" 0 100 zero; "
#define TOLD_BETA  "\"B\" \"two\" \"양호\" 90 -39.5 -; "

static double head_number(const char *path) {
    struct rr_summary summary;
    struct rr_err err;
    assert_ok(rr_store_summary(store, &key, RR_SUMMARY_HEAD, &summary, &err));
    assert_int_equal(summary.text.len, 0);
    double number = test_number_at(summary.head, path);
    rr_summary_free(&summary);
    return number;
}

static void a_published_report_has_a_summary(void **state) {
    (void)state;
    struct rr_summary summary;
    struct rr_err err;
    publish(ALPHA "," BETA);
    assert_int_equal(access(at(SUMMARY), F_OK), 0);
    assert_ok(rr_store_summary(store, &key, RR_SUMMARY_HEAD, &summary, &err));
    assert_string_equal(test_text_at(summary.head, "as_of"), "2026-01-19");
    assert_string_equal(test_text_at(summary.head, "mode"), "offline");
    assert_string_equal(test_text_at(summary.head, "generated_at"), "2026-01-20T08:00:00+09:00");
    assert_string_equal(test_text_at(summary.head, "db_signature"), "1-2");
    assert_string_equal(test_text_at(summary.head, "generator_version"), "riskreport-1.0");
    assert_int_equal(test_number_at(summary.head, "counterparties"), 2);
    assert_string_equal(test_names(test_at(summary.head, "totals")), "target,coverage,gap,coverage_ratio");
    assert_int_equal(test_number_at(summary.head, "totals.gap"), 75);
    assert_true(test_number_at(summary.head, "tier_groups.S0_P0_P1.coverage_ratio") == 0.25);
    assert_true(cJSON_IsNull(test_at(summary.head, "tier_groups.P2.coverage_ratio")));
    assert_int_equal(test_number_at(summary.head, "counts.pipeline_zero"), 4);
    rr_summary_free(&summary);
    assert_string_equal(tell_rows(), TOLD_ALPHA TOLD_BETA);
}

static void one_that_is_missing_or_broken_is_made_anew(void **state) {
    (void)state;
    static const char *const damages[] = {"", "\n", "{}\n", "[\"A\"]\n", "{\"file\":\"1-2-3-4\"}\n", "nothing", "{\"file\":"};
    publish(ALPHA);
    char *whole = test_read_file(at(SUMMARY));
    assert_int_equal(unlink(at(SUMMARY)), 0);
    assert_string_equal(tell_rows(), TOLD_ALPHA);
    for (size_t i = 0; i < sizeof damages / sizeof damages[0]; i++) {
        test_write_file(at(SUMMARY), damages[i]);
        assert_string_equal(tell_rows(), TOLD_ALPHA);
        char *again = test_read_file(at(SUMMARY));
        assert_string_equal(again, whole);
        free(again);
    }
    free(whole);
}

static void a_report_that_was_changed_by_hand_is_what_counts(void **state) {
    (void)state;
    publish(ALPHA);
    test_write_file(at("2026-01-19.json"), test_report_text(&key, 100, 25, BETA)); /* in place: the same file */
    test_set_age(at("2026-01-19.json"), 100);
    assert_string_equal(tell_rows(), TOLD_BETA);
    test_write_file(at("new"), test_report_text(&key, 300, 25, ALPHA "," BETA));
    assert_int_equal(rename(at("new"), at("2026-01-19.json")), 0);
    assert_string_equal(tell_rows(), TOLD_ALPHA TOLD_BETA);
    assert_int_equal(head_number("totals.target"), 300);
    test_write_file(at("2026-01-19.json"), "{\"meta\":{");
    assert_string_equal(tell_rows(), "REPORT_BROKEN");
    assert_int_equal(unlink(at("2026-01-19.json")), 0);
    assert_string_equal(tell_rows(), "REPORT_NOT_FOUND"); /* though its summary is still there */
    assert_int_equal(access(at(SUMMARY), F_OK), 0);
}

static void a_report_that_was_put_there_has_one_too(void **state) {
    (void)state;
    test_write_file(at("2026-01-19.json"), test_report_text(&key, 100, 25, BETA));
    assert_string_equal(tell_rows(), TOLD_BETA);
    struct stat first, second;
    assert_int_equal(stat(at(SUMMARY), &first), 0);
    assert_string_equal(tell_rows(), TOLD_BETA);
    assert_int_equal(stat(at(SUMMARY), &second), 0);
    assert_int_equal(first.st_ino, second.st_ino); /* and it is not made twice */
}

static void where_none_can_be_kept_it_is_made_each_time(void **state) {
    (void)state;
    test_write_file(at("2026-01-19.json"), test_report_text(&key, 100, 25, BETA));
    test_limit_files(10);
    assert_string_equal(tell_rows(), TOLD_BETA);
    assert_string_equal(tell_rows(), TOLD_BETA);
    test_limit_files(0);
    assert_int_equal(access(at(SUMMARY), F_OK), -1);
}

/* Equal texts are equal bytes, and what is not what it should be is nothing. */
static void any_spelling_and_any_layout_gives_the_same(void **state) {
    (void)state;
    test_write_file(at("2026-01-19.json"),
                    "{ \"counterparties\" : [ { \"x\": {\"orgId\": \"no\"}, \"risk_level_rule\":\"\\uc2ec각\" ,\n"
                    "\"gap\":-1e2,\"coverage\":\"7\",\"pipeline_zero\": 1,\"counterpartyName\":\"o\\u006ee \\\"\\u0001\", "
                    "\"orgId\":\"\\u0041\"}, {}, {\"orgId\":[1,\n2],\"gap\":null} ],\n"
                    "\"meta\":{\"mode\":\"offline\",\"as_of\":\"2026-01-19\"} }");
    assert_string_equal(tell_rows(), "\"A\" \"one \\\"\\u0001\" \"심각\" 0 -1e2 -; \"\" \"\" \"\" 0 0 -; \"\" \"\" \"\" 0 0 -; ");
    assert_int_equal(head_number("counterparties"), 3);
    assert_int_equal(head_number("totals.target"), 0);
    assert_int_equal(head_number("counts.severe"), 0);
}

static void a_report_without_rows_has_none(void **state) {
    (void)state;
    static const char *const tails[] = {",\"counterparties\":[]", "", ",\"counterparties\":{\"orgId\":\"x\"}",
                                        ",\"counterparties\":7,\"summary\":[]"};
    for (size_t i = 0; i < sizeof tails / sizeof tails[0]; i++) {
        char text[200];
        snprintf(text, sizeof text, "{\"meta\":{\"mode\":\"offline\",\"as_of\":\"2026-01-19\"}%s}", tails[i]);
        test_write_file(at("2026-01-19.json"), text);
        test_set_age(at("2026-01-19.json"), (int64_t)i + 1);
        assert_string_equal(tell_rows(), "");
        assert_int_equal(head_number("counterparties"), 0);
    }
    test_write_file(at("2026-01-19.json"), "{\"meta\":{\"mode\":\"offline\",\"as_of\":\"2026-01-19\"},\"counterparties\":[7]}");
    assert_string_equal(tell_rows(), "REPORT_BROKEN");
}

static void reports_are_listed_oldest_first(void **state) {
    (void)state;
    static const char *const names[] = {"2026-01-19.json", "2025-12-31.json",         "2026-01-02.json",
                                        "status.json",     "2026-01-03.json.corrupt", ".2026-01-04.json.tmp.abc"};
    struct rr_keys keys;
    struct rr_err err;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        test_write_file(at(names[i]), "x");
    assert_ok(rr_store_list(store, RR_OFFLINE, &keys, &err));
    assert_int_equal(keys.count, 3);
    assert_string_equal(keys.keys[0].as_of, "2025-12-31");
    assert_string_equal(keys.keys[1].as_of, "2026-01-02");
    assert_string_equal(keys.keys[2].as_of, "2026-01-19");
    free(keys.keys);
    assert_ok(rr_store_list(store, RR_ONLINE, &keys, &err));
    assert_int_equal(keys.count, 0);
    free(keys.keys);
}

static void note(void *ctx, const char *path, const char *problem) {
    char *told = ctx;
    if (problem != NULL)
        snprintf(told + strlen(told), 200, "%s; ", path);
}

static const char *verify(void) {
    static char told[1000];
    struct rr_err err;
    told[0] = '\0';
    assert_ok(rr_store_verify(store, note, told, &err));
    return told;
}

static void verify_finds_one_that_says_something_else(void **state) {
    (void)state;
    publish(ALPHA "," BETA);
    assert_string_equal(verify(), "");
    char *text = test_read_file(at(SUMMARY));
    char *coverage = strstr(text, ",90,");
    assert_non_null(coverage);
    coverage[1] = '8';
    test_write_file(at(SUMMARY), text);
    assert_string_equal(verify(), "report_cache/" SUMMARY "; ");
    coverage[1] = '9';
    char *severe = strstr(text, "\"severe\":1");
    severe[9] = '2';
    test_write_file(at(SUMMARY), text);
    assert_string_equal(verify(), "report_cache/" SUMMARY "; ");
    free(text);
    test_set_age(at("2026-01-19.json"), 100); /* of an older file: it is not asked */
    assert_string_equal(verify(), "");
    assert_int_equal(unlink(at(SUMMARY)), 0);
    assert_string_equal(verify(), "");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_shop, close_shop)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(a_published_report_has_a_summary),
        TEST(one_that_is_missing_or_broken_is_made_anew),
        TEST(a_report_that_was_changed_by_hand_is_what_counts),
        TEST(a_report_that_was_put_there_has_one_too),
        TEST(where_none_can_be_kept_it_is_made_each_time),
        TEST(any_spelling_and_any_layout_gives_the_same),
        TEST(a_report_without_rows_has_none),
        TEST(reports_are_listed_oldest_first),
        TEST(verify_finds_one_that_says_something_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
