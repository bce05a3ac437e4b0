/* The daily run (contract.md 4). */
#include "support.h"

#include "service/job.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char offline_file[] = "2026-01-19.json", online_file[] = "counterparty-risk/online/2026-01-19.json";

/* The job for 2026-01-19 and both modes: `OFFLINE ONLINE` by their results, or the error's code before them. */
static const char *run_job(struct test_bench *bench, bool force) {
    static char text[100];
    struct rr_job job = {.as_of = "2026-01-19", .modes = bench->conf.modes, .force = force, .trigger = RR_BY_JOB};
    struct rr_job_outcome outcome;
    struct rr_err err;
    int rc = rr_job_run(&bench->service, &job, &outcome, &err);
    if (rc != 0 && err.code == RR_LOCKED)
        return rr_code_name(err.code);
    snprintf(text, sizeof text, "%s%s%s %s", rc != 0 ? rr_code_name(err.code) : "", rc != 0 ? ": " : "",
             rr_result_name(outcome.results[RR_OFFLINE]), rr_result_name(outcome.results[RR_ONLINE]));
    assert_true(outcome.duration_ms >= 0);
    return text;
}

/* A text within a JSON file of the cache. */
static const char *text_in(const struct test_bench *bench, const char *file, const char *path) {
    static char texts[4][100];
    static int turn;
    char *json = test_read_file(test_path(bench->cache_dir, file)), *text = texts[turn++ % 4];
    assert_non_null(json);
    cJSON *tree = test_json(json);
    snprintf(text, sizeof texts[0], "%s", test_text_at(tree, path));
    cJSON_Delete(tree);
    free(json);
    return text;
}

static void both_modes_share_one_run(void **state) {
    struct test_bench *bench = *state;
    assert_string_equal(run_job(bench, false), "SUCCESS SUCCESS");
    const char *id = text_in(bench, offline_file, "meta.job_run_id");
    assert_string_equal(id, text_in(bench, online_file, "meta.job_run_id"));
    assert_string_equal(id, text_in(bench, "status.json", "last_success.job_run_id"));
    assert_string_equal(id, text_in(bench, "status_online.json", "last_success.job_run_id"));
    assert_string_equal(text_in(bench, "status.json", "last_run.trigger"), "job");
}

static void a_second_run_skips_what_is_still_right(void **state) {
    struct test_bench *bench = *state;
    assert_string_equal(run_job(bench, false), "SUCCESS SUCCESS");
    char id[100];
    snprintf(id, sizeof id, "%s", text_in(bench, offline_file, "meta.job_run_id"));
    assert_string_equal(run_job(bench, false), "SKIPPED_CACHE SKIPPED_CACHE");
    assert_string_equal(text_in(bench, offline_file, "meta.job_run_id"), id);
    assert_string_equal(text_in(bench, "status.json", "last_run.result"), "SKIPPED_CACHE");
    assert_string_equal(text_in(bench, "status.json", "last_success.result"), "SUCCESS");
    assert_string_equal(text_in(bench, "status.json", "last_success.job_run_id"), id);
}

static void force_makes_them_again(void **state) {
    struct test_bench *bench = *state;
    assert_string_equal(run_job(bench, false), "SUCCESS SUCCESS");
    char id[100];
    snprintf(id, sizeof id, "%s", text_in(bench, offline_file, "meta.job_run_id"));
    assert_string_equal(run_job(bench, true), "SUCCESS SUCCESS");
    assert_string_not_equal(text_in(bench, offline_file, "meta.job_run_id"), id);
}

static void change_in_file(const char *path, const char *from, const char *to) {
    char *text = test_read_file(path), *changed = NULL;
    assert_non_null(text);
    char *at = strstr(text, from);
    assert_non_null(at);
    assert_true(asprintf(&changed, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from)) > 0);
    test_write_file(path, changed);
    free(text);
    free(changed);
}

static void what_is_no_longer_right_is_made_again(void **state) {
    struct test_bench *bench = *state;
    const char *offline = test_path(bench->cache_dir, offline_file);
    assert_string_equal(run_job(bench, false), "SUCCESS SUCCESS");
    test_set_age(bench->db_path, 7200); /* another db_signature */
    assert_string_equal(run_job(bench, false), "SUCCESS SUCCESS");
    change_in_file(offline, RR_GENERATOR_VERSION, "riskreport-0.9");
    assert_string_equal(run_job(bench, false), "SUCCESS SKIPPED_CACHE");
    change_in_file(offline, "\"db_signature\"", "\"no_signature\"");
    assert_string_equal(run_job(bench, false), "SUCCESS SKIPPED_CACHE");
    assert_int_equal(unlink(offline), 0);
    assert_string_equal(run_job(bench, false), "SUCCESS SKIPPED_CACHE");
    test_write_file(offline, "{\"meta\":");
    assert_string_equal(run_job(bench, false), "SUCCESS SKIPPED_CACHE");
    change_in_file(offline, "\"as_of\":\"2026-01-19\"", "\"as_of\":\"2026-01-18\"");
    assert_string_equal(run_job(bench, false), "SUCCESS SKIPPED_CACHE");
    assert_string_equal(run_job(bench, false), "SKIPPED_CACHE SKIPPED_CACHE");
}

/* A database that is not there has no signature, least of all the report's: the operator must hear of it. */
static void a_missing_database_is_no_reason_to_skip(void **state) {
    struct test_bench *bench = *state;
    assert_string_equal(run_job(bench, false), "SUCCESS SUCCESS");
    assert_int_equal(unlink(bench->db_path), 0);
    assert_string_equal(run_job(bench, false), "DB_NOT_FOUND: FAILED FAILED");
}

static void a_failed_run_leaves_the_cache_as_it_was(void **state) {
    struct test_bench *bench = *state;
    assert_string_equal(run_job(bench, false), "SUCCESS SUCCESS");
    char *before = test_read_file(test_path(bench->cache_dir, offline_file));
    bench->conf.db_retry = 3;
    bench->conf.db_retry_interval_s = 0;
    test_set_age(bench->db_path, 0);
    assert_string_equal(run_job(bench, false), "DB_UNSTABLE_OR_UPDATING: FAILED FAILED");
    char *after = test_read_file(test_path(bench->cache_dir, offline_file));
    assert_string_equal(before, after);
    assert_string_equal(text_in(bench, "status.json", "last_run.error_code"), "DB_UNSTABLE_OR_UPDATING");
    assert_string_equal(text_in(bench, "status_online.json", "last_run.result"), "FAILED");
    assert_string_equal(text_in(bench, "status.json", "last_success.result"), "SUCCESS");
    free(before);
    free(after);
}

static void an_unstable_database_is_waited_for_as_set(void **state) {
    struct test_bench *bench = *state;
    bench->service.clock = &rr_clock_system;
    bench->conf.stable_window_s = 1;
    bench->conf.db_retry = 3;
    bench->conf.db_retry_interval_s = 1;
    test_set_age(bench->db_path, 0);
    int64_t begun_ms = rr_monotonic_ms();
    assert_string_equal(run_job(bench, false), "SUCCESS SUCCESS");
    assert_in_range(rr_monotonic_ms() - begun_ms, 900, 2900);
}

static void a_locked_job_ends_at_once_and_touches_nothing(void **state) {
    struct test_bench *bench = *state;
    assert_string_equal(run_job(bench, false), "SUCCESS SUCCESS");
    char *before = test_read_file(test_path(bench->cache_dir, "status.json"));
    pid_t holder = test_hold_lock(bench->cache_dir);
    int64_t begun_ms = rr_monotonic_ms();
    assert_string_equal(run_job(bench, true), "SKIPPED_LOCKED");
    assert_true(rr_monotonic_ms() - begun_ms < 900);
    test_let_go(holder);
    char *after = test_read_file(test_path(bench->cache_dir, "status.json"));
    assert_string_equal(before, after);
    assert_string_equal(run_job(bench, true), "SUCCESS SUCCESS"); /* and the lock is free again */
    free(before);
    free(after);
}

static void a_mode_that_was_not_asked_for_is_left_alone(void **state) {
    struct test_bench *bench = *state;
    bench->conf.modes = (struct rr_mode_list){{RR_ONLINE}, 1};
    run_job(bench, false);
    assert_int_equal(access(test_path(bench->cache_dir, online_file), F_OK), 0);
    assert_int_equal(access(test_path(bench->cache_dir, offline_file), F_OK), -1);
    assert_int_equal(access(test_path(bench->cache_dir, "status.json"), F_OK), -1);
}

static void the_run_cleans_up(void **state) {
    struct test_bench *bench = *state;
    struct rr_job job = {.as_of = "2026-01-19", .modes = bench->conf.modes, .trigger = RR_BY_CLI};
    struct rr_job_outcome outcome;
    struct rr_err err;
    struct rr_key old = test_key(RR_OFFLINE, "2026-01-01"), young = test_key(RR_OFFLINE, "2026-01-02");
    test_publish(bench->service.store, &old, "old");
    test_publish(bench->service.store, &young, "young");
    test_set_age(test_path(bench->cache_dir, "2026-01-01.json"), 15 * 24 * 3600);
    test_set_age(test_path(bench->cache_dir, "2026-01-02.json"), 13 * 24 * 3600);
    assert_ok(rr_job_run(&bench->service, &job, &outcome, &err));
    assert_int_equal(outcome.removed, 1);
    assert_int_equal(access(test_path(bench->cache_dir, "2026-01-01.json"), F_OK), -1);
    assert_int_equal(access(test_path(bench->cache_dir, "2026-01-02.json"), F_OK), 0);
    assert_string_equal(text_in(bench, "status.json", "last_run.trigger"), "cli");
}

/* The known failure: clean-up took the file that the fallback needs. The run fails, and all reports are old. */
static void a_failed_run_cleans_up_nothing_that_is_needed(void **state) {
    struct test_bench *bench = *state;
    assert_string_equal(run_job(bench, false), "SUCCESS SUCCESS");
    test_set_age(test_path(bench->cache_dir, offline_file), 400 * 24 * 3600);
    test_set_age(test_path(bench->cache_dir, online_file), 400 * 24 * 3600);
    assert_int_equal(unlink(bench->db_path), 0);
    assert_string_equal(run_job(bench, true), "DB_NOT_FOUND: FAILED FAILED");
    assert_int_equal(access(test_path(bench->cache_dir, offline_file), F_OK), 0);
    assert_int_equal(access(test_path(bench->cache_dir, online_file), F_OK), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, test_bench_setup, test_bench_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(both_modes_share_one_run),
        TEST(a_second_run_skips_what_is_still_right),
        TEST(force_makes_them_again),
        TEST(what_is_no_longer_right_is_made_again),
        TEST(a_missing_database_is_no_reason_to_skip),
        TEST(a_failed_run_leaves_the_cache_as_it_was),
        TEST(an_unstable_database_is_waited_for_as_set),
        TEST(a_locked_job_ends_at_once_and_touches_nothing),
        TEST(a_mode_that_was_not_asked_for_is_left_alone),
        TEST(the_run_cleans_up),
        TEST(a_failed_run_cleans_up_nothing_that_is_needed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
