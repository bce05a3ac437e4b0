/* One generation, from the database to published reports and recorded status (contract.md 3 "R", 4). */
#include "support.h"

#include "service/run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char record_names[] =
    "result,as_of,mode,generated_at,db_version,db_signature,generator_version,job_run_id,trigger,duration_ms";
static const struct rr_mode_list both = {{RR_OFFLINE, RR_ONLINE}, 2}, offline_only = {{RR_OFFLINE}, 1},
                                 online_only = {{RR_ONLINE}, 1};

static cJSON *read_json(const char *folder, const char *name) {
    char *text = test_read_file(test_path(folder, name));
    assert_non_null(text);
    cJSON *tree = test_json(text);
    free(text);
    return tree;
}

/* A run for 2026-01-19 without patience. */
static struct rr_run begin(struct test_bench *bench, enum rr_trigger_kind trigger) {
    struct rr_run run;
    rr_run_begin(&run, trigger, "2026-01-19", &bench->service);
    run.patience = (struct rr_patience){0, 0, RR_NO_DEADLINE};
    return run;
}

static void results_have_the_contracts_names(void **state) {
    (void)state;
    assert_string_equal(rr_result_name(RR_SUCCESS), "SUCCESS");
    assert_string_equal(rr_result_name(RR_FAILED), "FAILED");
    assert_string_equal(rr_result_name(RR_SKIPPED_LOCKED), "SKIPPED_LOCKED");
    assert_string_equal(rr_result_name(RR_SKIPPED_CACHE), "SKIPPED_CACHE");
}

static void every_run_has_an_id_of_its_own(void **state) {
    struct test_bench *bench = *state;
    bench->clock = test_clock(1768777200); /* 2026-01-19T08:00:00+09:00 */
    struct rr_run a = begin(bench, RR_BY_HTTP), b = begin(bench, RR_BY_HTTP);
    assert_string_not_equal(a.job_run_id, b.job_run_id);
    assert_int_equal(strncmp(a.job_run_id, "20260119T080000-", 16), 0);
    assert_int_equal(strlen(a.job_run_id), 16 + 16);
}

static void both_modes_come_out_of_one_pass(void **state) {
    struct test_bench *bench = *state;
    struct rr_run run = begin(bench, RR_BY_JOB);
    enum rr_result results[RR_MODE_COUNT] = {RR_FAILED, RR_FAILED};
    struct rr_err err;
    assert_ok(rr_run_generate(&bench->service, &run, &both, results, &err));
    assert_int_equal(results[RR_OFFLINE], RR_SUCCESS);
    assert_int_equal(results[RR_ONLINE], RR_SUCCESS);
    cJSON *offline = read_json(bench->cache_dir, "2026-01-19.json"),
          *online = read_json(bench->cache_dir, "counterparty-risk/online/2026-01-19.json");
    static const char *const same[] = {"meta.as_of",        "meta.db_version",        "meta.db_signature",
                                       "meta.generated_at", "meta.generator_version", "meta.job_run_id"};
    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++)
        assert_string_equal(test_text_at(offline, same[i]), test_text_at(online, same[i]));
    assert_string_equal(test_text_at(offline, "meta.job_run_id"), run.job_run_id);
    assert_string_equal(test_text_at(offline, "meta.mode"), "offline");
    assert_string_equal(test_text_at(online, "meta.mode"), "online");
    assert_true(test_number_at(offline, "counterparties.0.confirmed") == 20000000);
    assert_true(test_number_at(online, "counterparties.0.expected") == 5000000);
    cJSON_Delete(offline);
    cJSON_Delete(online);
}

static void past_and_future_dates_are_nothing_special(void **state) {
    struct test_bench *bench = *state;
    static const struct {
        const char *as_of, *file;
        int target_year;
    } cases[] = {{"0001-01-01", "0001-01-01.json", 1}, {"9999-12-31", "9999-12-31.json", 9999}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct rr_run run;
        enum rr_result results[RR_MODE_COUNT];
        struct rr_err err;
        rr_run_begin(&run, RR_BY_CLI, cases[i].as_of, &bench->service);
        assert_ok(rr_run_generate(&bench->service, &run, &offline_only, results, &err));
        cJSON *report = read_json(bench->cache_dir, cases[i].file);
        assert_string_equal(test_text_at(report, "meta.as_of"), cases[i].as_of);
        assert_true(test_number_at(report, "meta.target_year") == cases[i].target_year);
        cJSON_Delete(report);
    }
}

static void a_success_is_recorded_as_its_report_says(void **state) {
    struct test_bench *bench = *state;
    static const char *const triggers[] = {[RR_BY_HTTP] = "http", [RR_BY_JOB] = "job", [RR_BY_CLI] = "cli"};
    for (enum rr_trigger_kind trigger = RR_BY_HTTP; trigger <= RR_BY_CLI; trigger++) {
        struct rr_run run = begin(bench, trigger);
        enum rr_result results[RR_MODE_COUNT];
        struct rr_err err;
        assert_ok(rr_run_generate(&bench->service, &run, &online_only, results, &err));
        cJSON *status = read_json(bench->cache_dir, "status_online.json"),
              *report = read_json(bench->cache_dir, "counterparty-risk/online/2026-01-19.json");
        const cJSON *last_run = test_at(status, "last_run"), *meta = test_at(report, "meta");
        assert_int_equal(strncmp(test_names(last_run), record_names, strlen(record_names)), 0);
        assert_string_equal(test_names(last_run) + strlen(record_names), ",cards");
        assert_true(cJSON_Compare(last_run, test_at(status, "last_success"), true));
        assert_string_equal(test_text_at(last_run, "result"), "SUCCESS");
        assert_string_equal(test_text_at(last_run, "trigger"), triggers[trigger]);
        assert_true(test_number_at(last_run, "duration_ms") >= 0);
        static const char *const same[] = {"as_of",     "mode", "generated_at", "db_version", "db_signature", "generator_version",
                                           "job_run_id"};
        for (size_t i = 0; i < sizeof same / sizeof same[0]; i++)
            assert_string_equal(test_text_at(last_run, same[i]), test_text_at(meta, same[i]));
        cJSON_Delete(status);
        cJSON_Delete(report);
    }
    assert_int_equal(access(test_path(bench->cache_dir, "status.json"), F_OK), -1); /* the other mode's is not touched */
}

static void a_failure_leaves_report_and_last_success(void **state) {
    struct test_bench *bench = *state;
    struct rr_run good = begin(bench, RR_BY_CLI);
    enum rr_result results[RR_MODE_COUNT] = {RR_FAILED, RR_SKIPPED_CACHE};
    struct rr_err err;
    assert_ok(rr_run_generate(&bench->service, &good, &offline_only, results, &err));
    char *before = test_read_file(test_path(bench->cache_dir, "2026-01-19.json"));
    assert_int_equal(unlink(bench->db_path), 0);
    struct rr_run bad = begin(bench, RR_BY_HTTP);
    assert_fails(rr_run_generate(&bench->service, &bad, &offline_only, results, &err), RR_DB_NOT_FOUND);
    assert_int_equal(results[RR_OFFLINE], RR_FAILED);
    assert_int_equal(results[RR_ONLINE], RR_SKIPPED_CACHE); /* was not asked for */
    char *after = test_read_file(test_path(bench->cache_dir, "2026-01-19.json"));
    assert_string_equal(before, after);
    cJSON *status = read_json(bench->cache_dir, "status.json");
    const cJSON *last_run = test_at(status, "last_run");
    assert_int_equal(strncmp(test_names(last_run), record_names, strlen(record_names)), 0);
    assert_string_equal(test_names(last_run) + strlen(record_names), ",error_code,error_message");
    assert_string_equal(test_text_at(last_run, "result"), "FAILED");
    assert_string_equal(test_text_at(last_run, "error_code"), "DB_NOT_FOUND");
    assert_string_equal(test_text_at(last_run, "error_message"), err.message);
    assert_null(strstr(err.message, bench->folder));
    assert_string_equal(test_text_at(last_run, "job_run_id"), bad.job_run_id);
    assert_true(cJSON_IsNull(test_at(last_run, "db_signature")));
    assert_string_equal(test_text_at(status, "last_success.job_run_id"), good.job_run_id);
    cJSON_Delete(status);
    free(before);
    free(after);
}

/* The online folder is a file: that mode alone fails. */
static void one_mode_may_fail_alone(void **state) {
    struct test_bench *bench = *state;
    struct rr_run run = begin(bench, RR_BY_JOB);
    const struct rr_mode_list online_first = {{RR_ONLINE, RR_OFFLINE}, 2};
    enum rr_result results[RR_MODE_COUNT];
    struct rr_err err;
    assert_int_equal(rmdir(test_path(bench->cache_dir, "counterparty-risk/online")), 0);
    test_write_file(test_path(bench->cache_dir, "counterparty-risk/online"), "x");
    assert_fails(rr_run_generate(&bench->service, &run, &online_first, results, &err), RR_CACHE_WRITE_FAILED);
    assert_int_equal(results[RR_OFFLINE], RR_SUCCESS);
    assert_int_equal(results[RR_ONLINE], RR_FAILED);
    cJSON *status = read_json(bench->cache_dir, "status_online.json");
    assert_string_equal(test_text_at(status, "last_run.error_code"), "CACHE_WRITE_FAILED");
    cJSON_Delete(status);
    status = read_json(bench->cache_dir, "status.json");
    assert_string_equal(test_text_at(status, "last_success.result"), "SUCCESS");
    cJSON_Delete(status);
}

static void fail_once(struct test_bench *bench) {
    struct rr_run run = begin(bench, RR_BY_HTTP);
    enum rr_result results[RR_MODE_COUNT];
    struct rr_err err;
    assert_int_equal(rename(bench->db_path, test_path(bench->folder, "away.db")), 0);
    assert_fails(rr_run_generate(&bench->service, &run, &offline_only, results, &err), RR_DB_NOT_FOUND);
    assert_int_equal(rename(test_path(bench->folder, "away.db"), bench->db_path), 0);
}

static void a_failure_is_recent_for_the_retry_window(void **state) {
    struct test_bench *bench = *state;
    struct rr_err why;
    assert_false(rr_run_failed_recently(&bench->service, RR_OFFLINE, &why));
    fail_once(bench);
    assert_true(rr_run_failed_recently(&bench->service, RR_OFFLINE, &why));
    assert_int_equal(why.code, RR_DB_NOT_FOUND);
    assert_false(rr_run_failed_recently(&bench->service, RR_ONLINE, &why));
    test_bench_advance(bench, 29);
    assert_true(rr_run_failed_recently(&bench->service, RR_OFFLINE, &why));
    test_bench_advance(bench, 1);
    assert_false(rr_run_failed_recently(&bench->service, RR_OFFLINE, &why));
    bench->conf.retry_after_fail_s = 0; /* no window at all */
    test_bench_advance(bench, -30);
    assert_false(rr_run_failed_recently(&bench->service, RR_OFFLINE, &why));
    bench->conf.retry_after_fail_s = 30;
    assert_true(rr_run_failed_recently(&bench->service, RR_OFFLINE, &why));
    test_bench_advance(bench, -30); /* the clock was set back: a failure of the future holds nobody up */
    assert_false(rr_run_failed_recently(&bench->service, RR_OFFLINE, &why));
}

static void a_success_ends_the_retry_window(void **state) {
    struct test_bench *bench = *state;
    enum rr_result results[RR_MODE_COUNT];
    struct rr_err err;
    fail_once(bench);
    struct rr_run run = begin(bench, RR_BY_HTTP);
    assert_ok(rr_run_generate(&bench->service, &run, &offline_only, results, &err));
    assert_false(rr_run_failed_recently(&bench->service, RR_OFFLINE, &err));
}

static void a_failure_that_cannot_be_recorded_is_remembered(void **state) {
    struct test_bench *bench = *state;
    struct rr_err why;
    assert_int_equal(mkdir(test_path(bench->cache_dir, "status.json"), 0700), 0);
    fail_once(bench);
    assert_true(rr_run_failed_recently(&bench->service, RR_OFFLINE, &why));
    assert_int_equal(why.code, RR_DB_NOT_FOUND);
    test_bench_advance(bench, 30);
    assert_false(rr_run_failed_recently(&bench->service, RR_OFFLINE, &why));
}

static void a_strange_status_holds_nobody_up(void **state) {
    struct test_bench *bench = *state;
    static const char *const runs[] = {"null",
                                       "{}",
                                       "{\"result\":\"FAILED\"}",
                                       "{\"result\":\"FAILED\",\"generated_at\":\"just now\"}",
                                       "{\"result\":\"FAILED\",\"generated_at\":7}",
                                       "{\"result\":7,\"generated_at\":\"2026-01-19T08:00:00+09:00\"}"};
    struct rr_err why;
    bench->clock = test_clock(1768777200);
    for (size_t i = 0; i < sizeof runs / sizeof runs[0]; i++) {
        char status[200];
        snprintf(status, sizeof status, "{\"last_run\":%s}", runs[i]);
        test_write_file(test_path(bench->cache_dir, "status.json"), status);
        assert_false(rr_run_failed_recently(&bench->service, RR_OFFLINE, &why));
    }
    test_write_file(test_path(bench->cache_dir, "status.json"),
                    "{\"last_run\":{\"result\":\"FAILED\",\"generated_at\":\"2026-01-18T23:00:00+00:00\",\"error_code\":\"?\"}}");
    assert_true(rr_run_failed_recently(&bench->service, RR_OFFLINE, &why)); /* the same instant in another zone */
    assert_int_equal(why.code, RR_PIPELINE_FAILED);
}

static void a_skip_is_recorded_with_the_reports_own_run(void **state) {
    struct test_bench *bench = *state;
    struct rr_key key = test_key(RR_OFFLINE, "2026-01-19");
    struct rr_document document = RR_DOCUMENT_EMPTY;
    enum rr_result results[RR_MODE_COUNT];
    struct rr_err err;
    struct rr_run first = begin(bench, RR_BY_JOB), second = begin(bench, RR_BY_JOB);
    assert_ok(rr_run_generate(&bench->service, &first, &offline_only, results, &err));
    assert_ok(rr_store_find(bench->service.store, &key, &document, &err));
    assert_ok(rr_run_record_skipped(&bench->service, &second, &document, &err));
    cJSON *status = read_json(bench->cache_dir, "status.json");
    assert_string_equal(test_names(test_at(status, "last_run")), record_names);
    assert_string_equal(test_text_at(status, "last_run.result"), "SKIPPED_CACHE");
    assert_string_equal(test_text_at(status, "last_run.job_run_id"), first.job_run_id);
    assert_string_equal(test_text_at(status, "last_run.db_signature"), document.meta.db_signature);
    assert_string_equal(test_text_at(status, "last_success.result"), "SUCCESS");
    cJSON_Delete(status);
    rr_document_free(&document);
}

static int64_t time_to_read(struct test_bench *bench, struct rr_patience patience, enum rr_code want) {
    struct rr_run run = begin(bench, RR_BY_HTTP);
    struct rr_generation generation;
    struct rr_err err = {RR_OK, ""};
    run.patience = patience;
    int rc = rr_run_read(&bench->service, &run, &generation, &err);
    if (rc == 0)
        rr_generation_free(&generation);
    assert_string_equal(rr_code_name(rc == 0 ? RR_OK : err.code), rr_code_name(want));
    return rr_run_duration_ms(&run);
}

/* The fixed clock never lets it settle. */
static void an_unstable_database_is_tried_as_often_as_allowed(void **state) {
    struct test_bench *bench = *state;
    test_set_age(bench->db_path, 0);
    assert_true(time_to_read(bench, (struct rr_patience){0, 1000, RR_NO_DEADLINE}, RR_DB_UNSTABLE) < 900);
    assert_in_range(time_to_read(bench, (struct rr_patience){4, 50, RR_NO_DEADLINE}, RR_DB_UNSTABLE), 200, 1500);
    /* It cannot settle before the deadline: no use waiting. */
    assert_true(time_to_read(bench, rr_patience_of_request(rr_deadline_in_ms(5000)), RR_DB_UNSTABLE) < 900);
    assert_true(time_to_read(bench, (struct rr_patience){4, 10000, rr_deadline_in_ms(5000)}, RR_DB_UNSTABLE) < 900);
    /* What is no matter of time is not tried again. */
    assert_int_equal(unlink(bench->db_path), 0);
    assert_true(time_to_read(bench, (struct rr_patience){4, 1000, RR_NO_DEADLINE}, RR_DB_NOT_FOUND) < 900);
}

static void a_database_that_settles_within_the_deadline_is_waited_for(void **state) {
    struct test_bench *bench = *state;
    bench->service.clock = &rr_clock_system;
    bench->conf.stable_window_s = 1;
    test_set_age(bench->db_path, 0);
    assert_in_range(time_to_read(bench, rr_patience_of_request(rr_deadline_in_ms(5000)), RR_OK), 900, 4500);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, test_bench_setup, test_bench_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(results_have_the_contracts_names),
        TEST(every_run_has_an_id_of_its_own),
        TEST(both_modes_come_out_of_one_pass),
        TEST(past_and_future_dates_are_nothing_special),
        TEST(a_success_is_recorded_as_its_report_says),
        TEST(a_failure_leaves_report_and_last_success),
        TEST(one_mode_may_fail_alone),
        TEST(a_failure_is_recent_for_the_retry_window),
        TEST(a_success_ends_the_retry_window),
        TEST(a_failure_that_cannot_be_recorded_is_remembered),
        TEST(a_strange_status_holds_nobody_up),
        TEST(a_skip_is_recorded_with_the_reports_own_run),
        TEST(an_unstable_database_is_tried_as_often_as_allowed),
        TEST(a_database_that_settles_within_the_deadline_is_waited_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
