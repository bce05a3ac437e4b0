/* What is cached, and how it went (lib/service/history.h). */
#include "support.h"

#include "service/history.h"

#include <stdio.h>
#include <string.h>

static void publish(struct test_bench *bench, const char *as_of, double target) {
    struct rr_key key = test_key(RR_OFFLINE, as_of);
    test_publish_text(bench->service.store, &key,
                      test_report_text(&key, target, 50, TEST_ROW("A", "one", "심각", 1, 0, 1, true)));
}

static cJSON *dates(struct test_bench *bench, enum rr_mode mode) {
    struct rr_json json = {false};
    struct rr_err err;
    cJSON *answer;
    assert_ok(rr_history_dates(&bench->service, mode, &json, &answer, &err));
    assert_false(json.failed);
    return answer;
}

/* from and to may be NULL. */
static cJSON *series(struct test_bench *bench, const char *from, const char *to) {
    struct rr_json json = {false};
    struct rr_err err;
    cJSON *answer;
    struct rr_query query = {.mode = RR_OFFLINE, .has_from = from != NULL, .has_to = to != NULL};
    snprintf(query.from, sizeof query.from, "%s", from == NULL ? "" : from);
    snprintf(query.to, sizeof query.to, "%s", to == NULL ? "" : to);
    assert_ok(rr_history_series(&bench->service, &query, &json, &answer, &err));
    assert_false(json.failed);
    return answer;
}

/* The dates of the items of an array, `a b c`; frees root. */
static const char *tell_dates(cJSON *root, const char *array) {
    static char text[200];
    const cJSON *item;
    text[0] = '\0';
    cJSON_ArrayForEach(item, test_at(root, array)) {
        size_t len = strlen(text);
        snprintf(text + len, sizeof text - len, "%s%s", len > 0 ? " " : "", test_text_at(item, "as_of"));
    }
    cJSON_Delete(root);
    return text;
}

static void nothing_is_cached_at_first(void **state) {
    struct test_bench *bench = *state;
    cJSON *answer = series(bench, NULL, NULL);
    assert_string_equal(test_names(answer), "mode,from,to,series");
    assert_true(cJSON_IsNull(test_at(answer, "from")) && cJSON_IsNull(test_at(answer, "to")));
    assert_string_equal(tell_dates(answer, "series"), "");
    answer = series(bench, "2026-01-01", NULL);
    assert_string_equal(test_text_at(answer, "from"), "2026-01-01");
    assert_true(cJSON_IsNull(test_at(answer, "to")));
    cJSON_Delete(answer);
    assert_string_equal(tell_dates(dates(bench, RR_OFFLINE), "reports"), "");
}

static void dates_are_newest_first_and_say_what_the_report_says(void **state) {
    struct test_bench *bench = *state;
    publish(bench, "2026-01-19", 100);
    publish(bench, "2025-12-31", 200);
    publish(bench, "2026-01-02", 300);
    cJSON *answer = dates(bench, RR_OFFLINE);
    assert_string_equal(test_names(answer), "mode,reports");
    assert_string_equal(test_text_at(answer, "mode"), "offline");
    assert_string_equal(test_names(test_at(answer, "reports.1")),
                        "as_of,generated_at,db_signature,generator_version,counterparties,totals,counts");
    assert_string_equal(test_text_at(answer, "reports.1.as_of"), "2026-01-02");
    assert_string_equal(test_text_at(answer, "reports.1.db_signature"), "1-2");
    assert_int_equal(test_number_at(answer, "reports.1.counterparties"), 1);
    assert_int_equal(test_number_at(answer, "reports.1.totals.target"), 300);
    assert_int_equal(test_number_at(answer, "reports.1.counts.good"), 3);
    assert_string_equal(tell_dates(answer, "reports"), "2026-01-19 2026-01-02 2025-12-31");
    assert_string_equal(tell_dates(dates(bench, RR_ONLINE), "reports"), "");
}

static void a_series_is_oldest_first_and_knows_the_month(void **state) {
    struct test_bench *bench = *state;
    publish(bench, "2026-01-19", 100);
    publish(bench, "2025-12-31", 200);
    cJSON *answer = series(bench, NULL, NULL);
    assert_string_equal(test_text_at(answer, "from"), "2025-12-31");
    assert_string_equal(test_text_at(answer, "to"), "2026-01-19");
    assert_string_equal(test_names(test_at(answer, "series.0")), "as_of,generated_at,min_coverage,totals,tier_groups,counts");
    assert_true(test_number_at(answer, "series.0.min_coverage") == 1.0);
    assert_true(test_number_at(answer, "series.1.min_coverage") == 0.05);
    assert_true(test_number_at(answer, "series.0.tier_groups.S0_P0_P1.coverage_ratio") == 0.25);
    assert_string_equal(tell_dates(answer, "series"), "2025-12-31 2026-01-19");
}

static void a_series_has_what_is_within_its_ends(void **state) {
    struct test_bench *bench = *state;
    static const char *const days[] = {"2026-01-05", "2026-01-06", "2026-01-08", "2026-01-09"};
    for (size_t i = 0; i < sizeof days / sizeof days[0]; i++)
        publish(bench, days[i], 100);
    assert_string_equal(tell_dates(series(bench, "2026-01-06", "2026-01-08"), "series"), "2026-01-06 2026-01-08");
    assert_string_equal(tell_dates(series(bench, "2026-01-07", NULL), "series"), "2026-01-08 2026-01-09");
    assert_string_equal(tell_dates(series(bench, NULL, "2026-01-05"), "series"), "2026-01-05");
    assert_string_equal(tell_dates(series(bench, "2026-01-07", "2026-01-07"), "series"), "");
    cJSON *answer = series(bench, "2025-01-01", "2026-12-31");
    assert_string_equal(test_text_at(answer, "from"), "2025-01-01");
    assert_string_equal(test_text_at(answer, "to"), "2026-12-31");
    cJSON_Delete(answer);
}

static void what_is_no_report_is_left_out(void **state) {
    struct test_bench *bench = *state;
    publish(bench, "2026-01-05", 100);
    test_write_file(test_path(bench->cache_dir, "2026-01-06.json"), "{\"meta\":");
    test_write_file(test_path(bench->cache_dir, "2026-13-45.json"),
                    "{\"meta\":{\"as_of\":\"2026-13-45\",\"mode\":\"offline\"},\"counterparties\":[]}");
    assert_string_equal(tell_dates(dates(bench, RR_OFFLINE), "reports"), "2026-01-05");
    assert_string_equal(tell_dates(series(bench, NULL, NULL), "series"), "2026-01-05");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, test_bench_setup, test_bench_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(nothing_is_cached_at_first),
        TEST(dates_are_newest_first_and_say_what_the_report_says),
        TEST(a_series_is_oldest_first_and_knows_the_month),
        TEST(a_series_has_what_is_within_its_ends),
        TEST(what_is_no_report_is_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
