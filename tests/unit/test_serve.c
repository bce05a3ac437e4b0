/* What a request gets: hit, generated, stale, or nothing (contract.md 3). Requests have one second. */
#include "support.h"

#include "service/serve.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* The offline report of a date: `hit RUN`, `generated RUN`, `stale RUN CODE`, or the error's code. RUN is the meta's
 * job_run_id, `-` for one that this service made up. */
static const char *ask(struct test_bench *bench, const char *as_of) {
    static char texts[2][200];
    static int turn;
    char *text = texts[turn++ % 2];
    struct rr_key key = test_key(RR_OFFLINE, as_of);
    struct rr_reply reply = RR_REPLY_EMPTY;
    struct rr_err why;
    if (rr_serve_report(&bench->service, &key, &reply, &why) != 0) {
        rr_reply_free(&reply);
        return rr_code_name(why.code);
    }
    assert_ok(rr_serve_load(&bench->service, &reply, &why));
    cJSON *tree = test_json(reply.document.body.ptr);
    const char *run = test_text_at(tree, "meta.job_run_id");
    bool stale = reply.source == RR_STALE;
    assert_int_equal(stale, cJSON_GetObjectItem(test_at(tree, "meta"), "is_stale") != NULL);
    assert_true(stale || strcmp(test_text_at(tree, "meta.as_of"), as_of) == 0);
    snprintf(text, sizeof texts[0], "%s %s%s%s", rr_reply_source_name(reply.source), strlen(run) > 20 ? "-" : run,
             stale ? " " : "", stale ? test_text_at(tree, "meta.stale_error_code") : "");
    cJSON_Delete(tree);
    rr_reply_free(&reply);
    return text;
}

static char *read_cache(const struct test_bench *bench, const char *name) {
    return test_read_file(test_path(bench->cache_dir, name));
}

static bool is_cached(const struct test_bench *bench, const char *name) {
    return access(test_path(bench->cache_dir, name), F_OK) == 0;
}

static void publish(struct test_bench *bench, const char *as_of, const char *job_run_id) {
    struct rr_key key = test_key(RR_OFFLINE, as_of);
    test_publish(bench->service.store, &key, job_run_id);
}

static void lose_database(const struct test_bench *bench) {
    assert_int_equal(rename(bench->db_path, test_path(bench->folder, "away.db")), 0);
}

static void bring_database_back(const struct test_bench *bench) {
    assert_int_equal(rename(test_path(bench->folder, "away.db"), bench->db_path), 0);
}

static void a_miss_generates_and_then_it_is_a_hit_without_a_database(void **state) {
    struct test_bench *bench = *state;
    assert_string_equal(ask(bench, "2026-01-19"), "generated -");
    lose_database(bench);
    char *before = read_cache(bench, "status.json");
    assert_string_equal(ask(bench, "2026-01-19"), "hit -");
    char *after = read_cache(bench, "status.json");
    assert_string_equal(before, after);
    free(before);
    free(after);
}

static void a_failed_generation_gives_the_last_success_marked_stale(void **state) {
    struct test_bench *bench = *state;
    struct rr_key asked = test_key(RR_OFFLINE, "2026-01-20");
    struct rr_reply reply = RR_REPLY_EMPTY;
    struct rr_err why;
    assert_string_equal(ask(bench, "2026-01-19"), "generated -");
    char *fresh = read_cache(bench, "2026-01-19.json");
    test_set_age(bench->db_path, 0); /* unstable, and the window is longer than the request's second */
    int64_t begun_ms = rr_monotonic_ms();
    assert_ok(rr_serve_report(&bench->service, &asked, &reply, &why));
    assert_true(rr_monotonic_ms() - begun_ms < 900);
    assert_int_equal(reply.source, RR_STALE);
    assert_true(reply.outdated); /* the database has changed since */
    cJSON *tree = test_json(reply.document.body.ptr);
    assert_string_equal(test_text_at(tree, "meta.as_of"), "2026-01-19");
    assert_true(cJSON_IsTrue(test_at(tree, "meta.is_stale")));
    assert_string_equal(test_text_at(tree, "meta.stale_reason"), "latest_success_fallback");
    assert_string_equal(test_text_at(tree, "meta.stale_error_code"), "DB_UNSTABLE_OR_UPDATING");
    assert_string_equal(test_text_at(tree, "meta.requested_as_of"), "2026-01-20");
    assert_string_equal(strchr(reply.document.body.ptr, '\n'), strchr(fresh, '\n')); /* all but meta is as it was */
    cJSON_Delete(tree);
    rr_reply_free(&reply);
    /* It is stored nowhere: neither under the date that was asked for, nor over its own. */
    char *kept = read_cache(bench, "2026-01-19.json");
    assert_string_equal(kept, fresh);
    assert_false(is_cached(bench, "2026-01-20.json"));
    assert_string_equal(ask(bench, "2026-01-19"), "hit -");
    free(fresh);
    free(kept);
}

static void with_nothing_to_fall_back_to_the_reason_is_told(void **state) {
    struct test_bench *bench = *state;
    struct rr_key online = test_key(RR_ONLINE, "2026-01-18");
    test_publish(bench->service.store, &online, "of the other mode");
    test_set_age(bench->db_path, 0);
    assert_string_equal(ask(bench, "2026-01-19"), "DB_UNSTABLE_OR_UPDATING");
    lose_database(bench);
    test_bench_advance(bench, 31);
    assert_string_equal(ask(bench, "2026-01-19"), "DB_NOT_FOUND");
    test_write_file(bench->db_path, "no database");
    test_set_age(bench->db_path, 3600);
    test_bench_advance(bench, 31);
    assert_string_equal(ask(bench, "2026-01-19"), "DB_INVALID");
}

/* Failed at 0 s; repaired at once; tried again at 30 s, and not before: the failure on record stays the first one. */
static void within_the_retry_window_the_fallback_comes_at_once(void **state) {
    struct test_bench *bench = *state;
    publish(bench, "2026-01-18", "older");
    lose_database(bench);
    assert_string_equal(ask(bench, "2026-01-19"), "stale older DB_NOT_FOUND");
    bring_database_back(bench);
    char *before = read_cache(bench, "status.json");
    test_bench_advance(bench, 29);
    assert_string_equal(ask(bench, "2026-01-19"), "stale older DB_NOT_FOUND");
    assert_string_equal(ask(bench, "2026-01-21"), "stale older DB_NOT_FOUND");
    assert_string_equal(ask(bench, "2026-01-18"), "hit older");
    pid_t holder = test_hold_lock(bench->cache_dir); /* at once, even then */
    assert_string_equal(ask(bench, "2026-01-19"), "stale older DB_NOT_FOUND");
    test_let_go(holder);
    char *after = read_cache(bench, "status.json");
    assert_string_equal(before, after);
    test_bench_advance(bench, 1);
    assert_string_equal(ask(bench, "2026-01-19"), "generated -");
    free(before);
    free(after);
}

static enum rr_result recompute(struct test_bench *bench, const char *as_of, struct rr_err *err) {
    struct rr_key key = test_key(RR_OFFLINE, as_of);
    struct rr_recomputed recomputed;
    int rc = rr_serve_recompute(&bench->service, &key, &recomputed, err);
    assert_int_equal(rc, recomputed.result == RR_FAILED ? -1 : 0);
    assert_int_equal(strlen(recomputed.job_run_id) > 20, recomputed.result != RR_SKIPPED_LOCKED);
    return recomputed.result;
}

static void recompute_is_exempt_from_the_retry_window(void **state) {
    struct test_bench *bench = *state;
    struct rr_err err;
    lose_database(bench);
    assert_string_equal(ask(bench, "2026-01-19"), "DB_NOT_FOUND");
    bring_database_back(bench);
    assert_string_equal(ask(bench, "2026-01-19"), "DB_NOT_FOUND");
    assert_int_equal(recompute(bench, "2026-01-19", &err), RR_SUCCESS);
    assert_string_equal(ask(bench, "2026-01-19"), "hit -");
}

static void recompute_replaces_a_report_or_leaves_it_as_it_was(void **state) {
    struct test_bench *bench = *state;
    struct rr_err err;
    publish(bench, "2026-01-19", "older");
    assert_string_equal(ask(bench, "2026-01-19"), "hit older");
    assert_int_equal(recompute(bench, "2026-01-19", &err), RR_SUCCESS);
    assert_string_equal(ask(bench, "2026-01-19"), "hit -");
    char *before = read_cache(bench, "2026-01-19.json");
    lose_database(bench);
    assert_int_equal(recompute(bench, "2026-01-19", &err), RR_FAILED);
    assert_int_equal(err.code, RR_DB_NOT_FOUND);
    char *after = read_cache(bench, "2026-01-19.json");
    assert_string_equal(before, after);
    free(before);
    free(after);
}

static void a_broken_report_is_set_aside_and_made_again(void **state) {
    struct test_bench *bench = *state;
    static const char *const texts[] = {"", "{\"meta\":", "{}", "{\"meta\":{\"as_of\":\"2026-01-18\",\"mode\":\"offline\"}}"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        test_write_file(test_path(bench->cache_dir, "2026-01-19.json"), texts[i]);
        assert_string_equal(ask(bench, "2026-01-19"), "generated -");
        char *aside = read_cache(bench, "2026-01-19.json.corrupt");
        assert_string_equal(aside, texts[i]);
        free(aside);
        assert_string_equal(ask(bench, "2026-01-19"), "hit -");
    }
}

static void a_broken_report_is_fallen_back_from(void **state) {
    struct test_bench *bench = *state;
    publish(bench, "2026-01-17", "older");
    test_set_age(test_path(bench->cache_dir, "2026-01-17.json"), 3600);
    assert_string_equal(ask(bench, "2026-01-18"), "generated -"); /* the last success */
    test_write_file(test_path(bench->cache_dir, "2026-01-19.json"), "{");
    lose_database(bench);
    assert_string_equal(ask(bench, "2026-01-19"), "stale - DB_NOT_FOUND");
    assert_false(is_cached(bench, "2026-01-19.json"));
    assert_true(is_cached(bench, "2026-01-19.json.corrupt"));
    test_write_file(test_path(bench->cache_dir, "2026-01-18.json"), "{"); /* the last success itself breaks */
    assert_string_equal(ask(bench, "2026-01-18"), "stale older DB_NOT_FOUND");
    assert_int_equal(unlink(test_path(bench->cache_dir, "2026-01-17.json")), 0);
    assert_string_equal(ask(bench, "2026-01-18"), "DB_NOT_FOUND");
}

static void a_held_lock_delays_no_hit_and_skips_a_recompute_at_once(void **state) {
    struct test_bench *bench = *state;
    struct rr_err err;
    assert_string_equal(ask(bench, "2026-01-19"), "generated -");
    char *before = read_cache(bench, "status.json");
    pid_t holder = test_hold_lock(bench->cache_dir);
    int64_t begun_ms = rr_monotonic_ms();
    assert_string_equal(ask(bench, "2026-01-19"), "hit -");
    assert_int_equal(recompute(bench, "2026-01-19", &err), RR_SKIPPED_LOCKED);
    assert_true(rr_monotonic_ms() - begun_ms < 900);
    test_let_go(holder);
    char *after = read_cache(bench, "status.json");
    assert_string_equal(before, after);
    free(before);
    free(after);
}

static void a_lock_held_past_the_deadline_gives_the_fallback(void **state) {
    struct test_bench *bench = *state;
    pid_t holder = test_hold_lock(bench->cache_dir);
    int64_t begun_ms = rr_monotonic_ms();
    assert_string_equal(ask(bench, "2026-01-20"), "LOCK_TIMEOUT");
    assert_in_range(rr_monotonic_ms() - begun_ms, 1000, 1900);
    publish(bench, "2026-01-19", "older");
    assert_string_equal(ask(bench, "2026-01-20"), "stale older LOCK_TIMEOUT");
    test_let_go(holder);
    assert_false(is_cached(bench, "status.json")); /* a loser records nothing */
    assert_false(is_cached(bench, "2026-01-20.json"));
    assert_string_equal(ask(bench, "2026-01-20"), "generated -"); /* and holds nobody up */
}

/* What the holder of the lock does after 300 ms, before it lets go. */
static pid_t hold_then(struct test_bench *bench, void (*act)(struct test_bench *bench)) {
    int held[2];
    char byte;
    assert_int_equal(pipe(held), 0);
    pid_t holder = fork();
    if (holder == 0) {
        struct rr_err err;
        if (rr_store_lock(bench->service.store, &err) != 0 || write(held[1], "y", 1) != 1)
            _exit(1);
        rr_sleep_ms(300);
        if (act != NULL)
            act(bench);
        _exit(0);
    }
    assert_true(holder > 0);
    assert_int_equal(read(held[0], &byte, 1), 1);
    close(held[0]);
    close(held[1]);
    return holder;
}

static void publish_by_holder(struct test_bench *bench) {
    publish(bench, "2026-01-19", "holder");
    rr_sleep_ms(1200);
}

static void fail_by_holder(struct test_bench *bench) {
    const struct rr_mode_list offline = {{RR_OFFLINE}, 1};
    enum rr_result results[RR_MODE_COUNT];
    struct rr_run run;
    struct rr_err err;
    rr_run_begin(&run, RR_BY_JOB, "2026-01-18", &bench->service);
    run.patience = rr_patience_of_job(&bench->service);
    lose_database(bench);
    rr_run_generate(&bench->service, &run, &offline, results, &err);
    bring_database_back(bench);
}

static void a_request_waits_for_the_generation_under_way(void **state) {
    struct test_bench *bench = *state;
    bench->conf.request_deadline_s = 5;
    pid_t holder = hold_then(bench, publish_by_holder);
    int64_t begun_ms = rr_monotonic_ms();
    assert_string_equal(ask(bench, "2026-01-19"), "hit holder");
    assert_in_range(rr_monotonic_ms() - begun_ms, 150, 1300); /* found while the lock is still held */
    assert_int_equal(waitpid(holder, NULL, 0), holder);
    assert_false(is_cached(bench, "status.json"));
}

static void a_request_whose_holder_made_nothing_makes_it(void **state) {
    struct test_bench *bench = *state;
    bench->conf.request_deadline_s = 5;
    pid_t holder = hold_then(bench, NULL);
    assert_string_equal(ask(bench, "2026-01-19"), "generated -");
    assert_int_equal(waitpid(holder, NULL, 0), holder);
}

static void a_request_whose_holder_failed_does_not_try_again(void **state) {
    struct test_bench *bench = *state;
    bench->conf.request_deadline_s = 5;
    pid_t holder = hold_then(bench, fail_by_holder);
    assert_string_equal(ask(bench, "2026-01-19"), "DB_NOT_FOUND");
    assert_int_equal(waitpid(holder, NULL, 0), holder);
    assert_false(is_cached(bench, "2026-01-19.json"));
}

/* The known failure: of 20 cold requests, 19 got 500. */
static void many_cold_requests_cost_one_generation(void **state) {
    struct test_bench *bench = *state;
    enum { clients = 20 };
    pid_t pids[clients];
    int counts[3] = {0, 0, 0};
    bench->conf.request_deadline_s = 20;
    for (int i = 0; i < clients; i++) {
        pids[i] = fork();
        assert_true(pids[i] >= 0);
        if (pids[i] == 0) {
            struct rr_key key = test_key(RR_OFFLINE, "2026-01-19");
            struct rr_reply reply = RR_REPLY_EMPTY;
            struct rr_err why;
            _exit(rr_serve_report(&bench->service, &key, &reply, &why) == 0 && reply.source != RR_STALE ? (int)reply.source : 2);
        }
    }
    for (int i = 0; i < clients; i++) {
        int status = 0;
        assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) < 3);
        counts[WEXITSTATUS(status)]++;
    }
    assert_int_equal(counts[RR_GENERATED], 1);
    assert_int_equal(counts[RR_HIT], clients - 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, test_bench_setup, test_bench_teardown)

/* Queued behind other generations until its deadline: its failure would be nobody's fault, and is not recorded. */
static void a_request_without_time_starts_nothing(void **state) {
    struct test_bench *bench = *state;
    struct rr_key key = test_key(RR_OFFLINE, "2026-01-20");
    struct rr_recomputed recomputed;
    struct rr_err err;
    assert_string_equal(ask(bench, "2026-01-19"), "generated -");
    char *status = read_cache(bench, "status.json");
    bench->service.waited_ms = 5000;
    assert_string_equal(ask(bench, "2026-01-20"), "stale - LOCK_TIMEOUT");
    assert_fails(rr_serve_recompute(&bench->service, &key, &recomputed, &err), RR_LOCK_TIMEOUT);
    char *after = read_cache(bench, "status.json");
    assert_string_equal(after, status);
    bench->service.waited_ms = 0;
    assert_string_equal(ask(bench, "2026-01-20"), "generated -");
    free(after);
    free(status);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(a_miss_generates_and_then_it_is_a_hit_without_a_database),
        TEST(a_failed_generation_gives_the_last_success_marked_stale),
        TEST(with_nothing_to_fall_back_to_the_reason_is_told),
        TEST(within_the_retry_window_the_fallback_comes_at_once),
        TEST(recompute_is_exempt_from_the_retry_window),
        TEST(recompute_replaces_a_report_or_leaves_it_as_it_was),
        TEST(a_broken_report_is_set_aside_and_made_again),
        TEST(a_broken_report_is_fallen_back_from),
        TEST(a_held_lock_delays_no_hit_and_skips_a_recompute_at_once),
        TEST(a_lock_held_past_the_deadline_gives_the_fallback),
        TEST(a_request_waits_for_the_generation_under_way),
        TEST(a_request_whose_holder_made_nothing_makes_it),
        TEST(a_request_whose_holder_failed_does_not_try_again),
        TEST(many_cold_requests_cost_one_generation),
        TEST(a_request_without_time_starts_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
