/* What changed between two reports (lib/service/diff.h). */
#include "support.h"

#include "service/diff.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { text_max_bytes = 1024 * 1024 };

static void publish(struct test_bench *bench, const char *as_of, const char *rows) {
    struct rr_key key = test_key(RR_OFFLINE, as_of);
    test_publish_text(bench->service.store, &key, test_report_text(&key, 100, 50, rows));
}

static struct rr_query asking(const char *from, const char *to) {
    struct rr_query query = {.mode = RR_OFFLINE, .has_from = from != NULL, .has_to = to != NULL};
    snprintf(query.from, sizeof query.from, "%s", from == NULL ? "" : from);
    snprintf(query.to, sizeof query.to, "%s", to == NULL ? "" : to);
    return query;
}

/* The answer's text, to be freed. */
static char *text_of_diff(struct test_bench *bench, const char *from, const char *to) {
    struct rr_buf out = RR_BUF_INIT(text_max_bytes);
    struct rr_query query = asking(from, to);
    struct rr_err err;
    assert_ok(rr_diff_write(&bench->service, &query, &out, &err));
    return out.ptr;
}

/* The answer to the difference of these rows. */
static cJSON *diff_of(struct test_bench *bench, const char *from, const char *to) {
    publish(bench, "2026-01-18", from);
    publish(bench, "2026-01-19", to);
    char *text = text_of_diff(bench, "2026-01-18", "2026-01-19");
    cJSON *answer = test_json(text);
    free(text);
    return answer;
}

/* The orgIds of an array, `A B C`. */
static const char *tell(const cJSON *answer, const char *path) {
    static char text[4000];
    const cJSON *item;
    text[0] = '\0';
    cJSON_ArrayForEach(item, test_at(answer, path)) {
        size_t len = strlen(text);
        snprintf(text + len, sizeof text - len, "%s%s", len > 0 ? " " : "", test_text_at(item, "orgId"));
    }
    return text;
}

static void the_same_rows_are_no_difference(void **state) {
    cJSON *answer =
        diff_of(*state, TEST_ROW("A", "one", "심각", 100, 0, 100, true), TEST_ROW("A", "one", "심각", 100, 0, 100, true));
    assert_string_equal(test_names(answer), "mode,from,to,summary,appeared,gone,level_changes,pipeline_zero,coverage_movements");
    assert_string_equal(test_names(test_at(answer, "from")), "as_of,generated_at,db_signature");
    assert_string_equal(test_text_at(answer, "from.as_of"), "2026-01-18");
    assert_string_equal(test_text_at(answer, "to.as_of"), "2026-01-19");
    assert_string_equal(test_names(test_at(answer, "summary")),
                        "appeared,gone,worse,better,pipeline_zero_entered,pipeline_zero_left,coverage_changed,totals,counts");
    static const char *const counted[] = {"summary.appeared",
                                          "summary.gone",
                                          "summary.worse",
                                          "summary.better",
                                          "summary.pipeline_zero_entered",
                                          "summary.pipeline_zero_left",
                                          "summary.coverage_changed"};
    static const char *const listed[] = {
        "appeared", "gone", "level_changes", "pipeline_zero.entered", "pipeline_zero.left", "coverage_movements"};
    for (size_t i = 0; i < sizeof counted / sizeof counted[0]; i++)
        assert_case(counted[i], (int)test_number_at(answer, counted[i]), 0);
    for (size_t i = 0; i < sizeof listed / sizeof listed[0]; i++)
        assert_string_equal(tell(answer, listed[i]), "");
    assert_int_equal(test_number_at(answer, "summary.totals.from.target"), 100);
    assert_int_equal(test_number_at(answer, "summary.counts.to.good"), 3);
    cJSON_Delete(answer);
    char *text = text_of_diff(*state, "2026-01-19", "2026-01-19");
    assert_non_null(strstr(text, "\"appeared\":[],\"gone\":[]"));
    free(text);
}

static void rows_appear_and_go_by_organisation_and_counterparty(void **state) {
    cJSON *answer = diff_of(*state,
                            TEST_ROW("A", "one", "심각", 100, 0, 100, true) "," TEST_ROW(
                                "A", "two", "보통", 100, 7, 93, false) "," TEST_ROW("B", "one", "양호", 0, 5, -5, false),
                            TEST_ROW("C", "one", "심각", 300, 0, 300, true) "," TEST_ROW("A", "one", "심각", 100, 0, 100, true));
    assert_string_equal(tell(answer, "appeared"), "C");
    assert_string_equal(tell(answer, "gone"), "A B");
    assert_string_equal(test_names(test_at(answer, "gone.0")),
                        "orgId,orgName,counterpartyName,tier,risk_level,target,coverage,gap");
    assert_string_equal(test_text_at(answer, "gone.0.counterpartyName"), "two");
    assert_string_equal(test_text_at(answer, "gone.0.orgName"), "(주)A");
    assert_string_equal(test_text_at(answer, "gone.0.risk_level"), "보통");
    assert_int_equal(test_number_at(answer, "gone.1.gap"), -5);
    assert_int_equal(test_number_at(answer, "summary.appeared"), 1);
    assert_int_equal(test_number_at(answer, "summary.gone"), 2);
    assert_string_equal(tell(answer, "pipeline_zero.entered"), ""); /* what appears or goes is no change */
    assert_int_equal(test_number_at(answer, "summary.coverage_changed"), 0);
    cJSON_Delete(answer);
}

static void worse_levels_come_first_and_then_the_larger_gap(void **state) {
    cJSON *answer =
        diff_of(*state,
                TEST_ROW("A", "x", "양호", 9, 9, 0, false) "," TEST_ROW("B", "x", "심각", 9, 9, 0, false) "," TEST_ROW(
                    "C", "x", "보통", 9, 9, 0, false) "," TEST_ROW("D", "x", "양호", 9, 9, 0,
                                                                   false) "," TEST_ROW("E", "x", "심각", 9, 9, 0, false),
                TEST_ROW("A", "x", "보통", 9, 9, 10, false) "," TEST_ROW("B", "x", "보통", 9, 9, -900, false) "," TEST_ROW(
                    "C", "x", "심각", 9, 9, -50.5, false) "," TEST_ROW("D", "x", "심각", 9, 9, 10,
                                                                       false) "," TEST_ROW("E", "x", "심각", 9, 9, 0, false));
    assert_string_equal(tell(answer, "level_changes"), "C A D B");
    assert_string_equal(test_names(test_at(answer, "level_changes.0")), "orgId,orgName,counterpartyName,tier,from,to,direction");
    assert_string_equal(test_text_at(answer, "level_changes.0.from"), "보통");
    assert_string_equal(test_text_at(answer, "level_changes.0.to"), "심각");
    assert_string_equal(test_text_at(answer, "level_changes.2.direction"), "worse");
    assert_string_equal(test_text_at(answer, "level_changes.3.direction"), "better");
    assert_int_equal(test_number_at(answer, "summary.worse"), 3);
    assert_int_equal(test_number_at(answer, "summary.better"), 1);
    cJSON_Delete(answer);
}

static void pipeline_zero_is_entered_and_left(void **state) {
    cJSON *answer = diff_of(*state,
                            TEST_ROW("A", "x", "심각", 9, 0, 9, true) "," TEST_ROW("B", "x", "심각", 9, 9, 0, false) "," TEST_ROW(
                                "C", "x", "심각", 9, 0, 9, true),
                            TEST_ROW("B", "x", "심각", 9, 0, 9, true) "," TEST_ROW("C", "x", "심각", 9, 0, 9, true) "," TEST_ROW(
                                "A", "x", "심각", 9, 9, 0, false));
    assert_string_equal(tell(answer, "pipeline_zero.entered"), "B");
    assert_string_equal(tell(answer, "pipeline_zero.left"), "A");
    assert_string_equal(test_names(test_at(answer, "pipeline_zero.left.0")), "orgId,orgName,counterpartyName,tier");
    assert_int_equal(test_number_at(answer, "summary.pipeline_zero_entered"), 1);
    assert_int_equal(test_number_at(answer, "summary.pipeline_zero_left"), 1);
    cJSON_Delete(answer);
}

static void movements_are_the_largest_first_whatever_their_sign(void **state) {
    cJSON *answer =
        diff_of(*state,
                TEST_ROW("A", "x", "심각", 9, 100, 9, false) "," TEST_ROW("B", "x", "심각", 9, 100, 9, false) "," TEST_ROW(
                    "C", "x", "심각", 9, 100, 9, false) "," TEST_ROW("D", "x", "심각", 9, 100, 9, false),
                TEST_ROW("A", "x", "심각", 9, 101, 9, false) "," TEST_ROW("B", "x", "심각", 9, 0, 9, false) "," TEST_ROW(
                    "C", "x", "심각", 9, 100, 9, false) "," TEST_ROW("D", "x", "심각", 9, 150, 9, false));
    assert_string_equal(tell(answer, "coverage_movements"), "B D A");
    assert_string_equal(test_names(test_at(answer, "coverage_movements.0")),
                        "orgId,orgName,counterpartyName,tier,from,to,change");
    assert_int_equal(test_number_at(answer, "coverage_movements.0.from"), 100);
    assert_int_equal(test_number_at(answer, "coverage_movements.0.to"), 0);
    assert_int_equal(test_number_at(answer, "coverage_movements.0.change"), -100);
    assert_int_equal(test_number_at(answer, "summary.coverage_changed"), 3);
    cJSON_Delete(answer);
}

static void movements_are_fifty_at_most_and_exact(void **state) {
    char from[16 * 1024] = "", to[16 * 1024] = "";
    for (int i = 0; i < 60; i++) {
        size_t at = strlen(from);
        snprintf(from + at, sizeof from - at, "%s{\"orgId\":\"%d\",\"coverage\":27670116110564327421}", i == 0 ? "" : ",", i);
        at = strlen(to);
        snprintf(to + at, sizeof to - at, "%s{\"orgId\":\"%d\",\"coverage\":276701161105643274%d}", i == 0 ? "" : ",", i, 22 + i);
    }
    publish(*state, "2026-01-18", from);
    publish(*state, "2026-01-19", to);
    char *text = text_of_diff(*state, "2026-01-18", "2026-01-19");
    cJSON *answer = test_json(text);
    assert_int_equal(cJSON_GetArraySize(test_at(answer, "coverage_movements")), RR_DIFF_MOVEMENTS_MAX);
    assert_int_equal(test_number_at(answer, "summary.coverage_changed"), 60);
    assert_int_equal(test_number_at(answer, "coverage_movements.0.change"), 60);
    assert_int_equal(test_number_at(answer, "coverage_movements.49.change"), 11);
    assert_non_null(strstr(text, "\"from\":27670116110564327421,\"to\":27670116110564327481,\"change\":60}"));
    cJSON_Delete(answer);
    free(text);
}

/* "ab" + "c" is not "a" + "bc", and a text is the same however it is spelled. */
static void counterparties_are_told_apart_and_found_again(void **state) {
    cJSON *answer =
        diff_of(*state, "{\"orgId\":\"ab\",\"counterpartyName\":\"c\"},{\"orgId\":\"\\u0041\\\"\",\"counterpartyName\":\"x\"}",
                "{\"orgId\":\"a\",\"counterpartyName\":\"bc\"},{\"orgId\":\"A\\\"\",\"counterpartyName\":\"x\"}");
    assert_string_equal(tell(answer, "appeared"), "a");
    assert_string_equal(tell(answer, "gone"), "ab");
    cJSON_Delete(answer);
}

/* No report of ours has a counterparty twice, nor a level of its own. */
static void strange_reports_do_no_harm(void **state) {
    cJSON *answer = diff_of(*state,
                            TEST_ROW("A", "x", "심각", 9, 1, 9, false) "," TEST_ROW("A", "x", "보통", 9, 2, 9, true) "," TEST_ROW(
                                "B", "x", "odd", 9, 1e2, 9, false),
                            TEST_ROW("A", "x", "odd", 9, 5, 9, false) "," TEST_ROW("A", "x", "양호", 9, 6, 9, false) "," TEST_ROW(
                                "B", "x", "other", 9, 3, 9, false));
    assert_string_equal(tell(answer, "level_changes"), "A");
    assert_string_equal(test_text_at(answer, "level_changes.0.direction"), "better");
    assert_string_equal(tell(answer, "coverage_movements"), "B A");
    assert_int_equal(test_number_at(answer, "coverage_movements.0.change"), -97);
    assert_int_equal(test_number_at(answer, "summary.gone"), 0);
    cJSON_Delete(answer);
}

static void both_dates_are_needed(void **state) {
    struct test_bench *bench = *state;
    struct rr_buf out = RR_BUF_INIT(text_max_bytes);
    struct rr_query cases[] = {asking(NULL, NULL), asking("2026-01-18", NULL), asking(NULL, "2026-01-18")};
    struct rr_err err;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_fails(rr_diff_write(&bench->service, &cases[i], &out, &err), RR_BAD_DATE);
    assert_int_equal(out.len, 0);
}

static void what_is_not_cached_is_told_with_the_nearest(void **state) {
    struct test_bench *bench = *state;
    static const struct {
        const char *from, *to, *want;
    } cases[] = {
        {"2026-01-10", "2026-01-20",
         "{\"missing\":[\"2026-01-10\"],\"nearest\":{\"2026-01-10\":[\"2026-01-09\",\"2026-01-20\"]}}"},
        {"2026-01-09", "2026-01-21", "{\"missing\":[\"2026-01-21\"],\"nearest\":{\"2026-01-21\":[\"2026-01-20\"]}}"},
        {"2026-01-01", "2026-01-15",
         "{\"missing\":[\"2026-01-01\",\"2026-01-15\"],\"nearest\":{\"2026-01-01\":[\"2026-01-09\"],"
         "\"2026-01-15\":[\"2026-01-09\",\"2026-01-20\"]}}"},
        {"2026-01-15", "2026-01-15",
         "{\"missing\":[\"2026-01-15\"],\"nearest\":{\"2026-01-15\":[\"2026-01-09\",\"2026-01-20\"]}}"},
    };
    publish(bench, "2026-01-09", "");
    publish(bench, "2026-01-20", "");
    test_write_file(test_path(bench->cache_dir, "2026-01-15.json"), "broken");
    test_write_file(test_path(bench->cache_dir, "2026-01-32.json"), "broken");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct rr_buf out = RR_BUF_INIT(text_max_bytes), extra = RR_BUF_INIT(text_max_bytes);
        struct rr_query query = asking(cases[i].from, cases[i].to);
        struct rr_json json = {false};
        struct rr_err err;
        assert_fails(rr_diff_write(&bench->service, &query, &out, &err), RR_NOT_CACHED);
        assert_ok(rr_json_print(&json, rr_diff_missing(&bench->service, &query, &json), &extra, &err));
        assert_string_equal(extra.ptr, cases[i].want);
        rr_buf_free(&extra);
        rr_buf_free(&out);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, test_bench_setup, test_bench_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(the_same_rows_are_no_difference),
        TEST(rows_appear_and_go_by_organisation_and_counterparty),
        TEST(worse_levels_come_first_and_then_the_larger_gap),
        TEST(pipeline_zero_is_entered_and_left),
        TEST(movements_are_the_largest_first_whatever_their_sign),
        TEST(movements_are_fifty_at_most_and_exact),
        TEST(counterparties_are_told_apart_and_found_again),
        TEST(strange_reports_do_no_harm),
        TEST(both_dates_are_needed),
        TEST(what_is_not_cached_is_told_with_the_nearest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
