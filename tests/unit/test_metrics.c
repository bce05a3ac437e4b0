/* What is counted, what /metrics makes of it, and the probes; without a server. */
#include "support.h"

#include "health.h"
#include "metrics.h"
#include "service/ready.h"
#include "service/serve.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static struct rr_response response;

static void open_tally(struct test_bench *bench) {
    struct rr_err err;
    assert_ok(rr_tally_open(&bench->service.tally, bench->service.store, &err));
}

static void close_tally(struct test_bench *bench) {
    rr_tally_close(&bench->service.tally);
    rr_response_free(&response);
}

static const char *scrape(struct test_bench *bench) {
    rr_response_free(&response);
    response = (struct rr_response)RR_RESPONSE_EMPTY;
    rr_metrics_respond(&bench->service, &response);
    assert_int_equal(response.status, 200);
    return response.body.ptr;
}

/* The line is there, whole. */
static void assert_line(const char *text, const char *line) {
    char framed[200];
    snprintf(framed, sizeof framed, "\n%s\n", line);
    if (strstr(text, framed) == NULL)
        fail_msg("\"%s\" is not there", line);
}

#define DURATION "riskreport_request_duration_seconds"

static void a_request_is_counted_by_address_status_and_source(void **state) {
    struct test_bench *bench = *state;
    open_tally(bench);
    struct rr_tally *tally = &bench->service.tally;
    rr_tally_request(tally, RR_ROUTE_REPORT, 200, "hit", 1000);
    rr_tally_request(tally, RR_ROUTE_REPORT, 200, "hit", 1001);
    rr_tally_request(tally, RR_ROUTE_REPORT, 200, "stale", 20000000);
    rr_tally_request(tally, RR_ROUTE_RECOMPUTE, 418, "", 20000001);
    const char *text = scrape(bench);
    assert_line(text, "riskreport_requests_total{route=\"report\",status=\"200\",source=\"hit\"} 2");
    assert_line(text, "riskreport_requests_total{route=\"report\",status=\"200\",source=\"stale\"} 1");
    assert_line(text, "riskreport_requests_total{route=\"recompute\",status=\"0\",source=\"none\"} 1");
    assert_line(text, DURATION "_bucket{source=\"hit\",le=\"0.001\"} 1"); /* a bound belongs to its bucket */
    assert_line(text, DURATION "_bucket{source=\"hit\",le=\"0.0025\"} 2");
    assert_line(text, DURATION "_bucket{source=\"hit\",le=\"+Inf\"} 2");
    assert_line(text, DURATION "_sum{source=\"hit\"} 0.002001");
    assert_line(text, DURATION "_count{source=\"hit\"} 2");
    assert_line(text, DURATION "_bucket{source=\"stale\",le=\"10\"} 0");
    assert_line(text, DURATION "_bucket{source=\"stale\",le=\"20\"} 1");
    assert_line(text, DURATION "_bucket{source=\"none\",le=\"20\"} 0");
    assert_line(text, DURATION "_bucket{source=\"none\",le=\"+Inf\"} 1");
    close_tally(bench);
}

static void generations_and_waits_are_counted_where_they_happen(void **state) {
    struct test_bench *bench = *state;
    open_tally(bench);
    struct rr_key key = test_key(RR_ONLINE, "2026-01-19");
    struct rr_reply reply = RR_REPLY_EMPTY;
    struct rr_err err;
    pid_t holder = test_hold_lock(bench->cache_dir);
    assert_int_equal(rr_serve_report(&bench->service, &key, &reply, &err), -1);
    test_let_go(holder);
    assert_ok(rr_serve_report(&bench->service, &key, &reply, &err));
    rr_reply_free(&reply);
    key = test_key(RR_OFFLINE, "2026-01-19");
    unlink(bench->db_path);
    assert_int_equal(rr_serve_report(&bench->service, &key, &reply, &err), -1);
    rr_reply_free(&reply);
    const char *text = scrape(bench);
    assert_line(text, "riskreport_generations_total{mode=\"online\",result=\"SUCCESS\"} 1");
    assert_line(text, "riskreport_generations_total{mode=\"online\",result=\"FAILED\"} 0");
    assert_line(text, "riskreport_generations_total{mode=\"offline\",result=\"FAILED\"} 1");
    assert_line(text, "riskreport_lock_waits_total 1");
    assert_in_range(bench->service.tally.counts->lock_waited_us, 900000, 60000000); /* the request had a second */
    assert_line(text, "riskreport_last_run_failed{mode=\"offline\"} 1");
    assert_line(text, "riskreport_last_run_failed{mode=\"online\"} 0");
    assert_line(text, "riskreport_last_success_age_seconds{mode=\"online\"} 0");
    assert_null(strstr(text, "riskreport_last_success_age_seconds{mode=\"offline\"}"));
    assert_line(text, "riskreport_cached_reports{mode=\"online\"} 1");
    assert_null(strstr(text, "\nriskreport_database_age_seconds ")); /* it is gone */
    close_tally(bench);
}

static void two_processes_count_together_and_one_alone_says_so(void **state) {
    struct test_bench *bench = *state;
    struct rr_tally other;
    struct rr_err err;
    open_tally(bench);
    assert_ok(rr_tally_open(&other, bench->service.store, &err));
    rr_tally_worker_start(&other);
    rr_tally_worker_start(&bench->service.tally);
    assert_line(scrape(bench), "riskreport_worker_starts_total 2");
    assert_line(scrape(bench), "riskreport_counters_shared 1");
    assert_int_equal(unlink(test_path(bench->cache_dir, ".metrics")), 0);
    assert_line(scrape(bench), "riskreport_counters_shared 0");
    close_tally(bench);
    assert_int_equal(symlink("elsewhere", test_path(bench->cache_dir, ".metrics")), 0);
    assert_int_equal(rr_tally_open(&bench->service.tally, bench->service.store, &err), -1);
    rr_tally_worker_start(&bench->service.tally);
    assert_line(scrape(bench), "riskreport_worker_starts_total 1");
    assert_line(scrape(bench), "riskreport_counters_shared 0");
    close_tally(bench);
    rr_tally_close(&other);
}

static void a_closed_tally_counts_nothing(void **state) {
    struct test_bench *bench = *state;
    rr_tally_request(&bench->service.tally, RR_ROUTE_REPORT, 200, "hit", 1);
    rr_tally_generation(&bench->service.tally, RR_OFFLINE, RR_SUCCESS);
    rr_tally_lock_wait(&bench->service.tally, 1);
    rr_tally_worker_start(&bench->service.tally);
    assert_null(strstr(scrape(bench), "riskreport_requests_total"));
    assert_line(scrape(bench), "riskreport_counters_shared 0");
    rr_response_free(&response);
}

static void check_ready(struct test_bench *bench, const char *name, const char *wrong) {
    struct rr_ready ready;
    bool all = true;
    rr_ready_look(&bench->service, &ready);
    for (uint32_t i = 0; i < ready.count; i++) {
        bool is_it = strcmp(ready.checks[i].name, name) == 0;
        all = all && ready.checks[i].ok;
        assert_case(ready.checks[i].name, ready.checks[i].ok, !is_it);
        assert_true(!is_it || strstr(ready.checks[i].detail, wrong) != NULL);
        assert_null(strstr(ready.checks[i].detail, bench->folder));
    }
    assert_int_equal(ready.ok, all);
}

static void ready_when_all_checks_are(void **state) {
    struct test_bench *bench = *state;
    struct rr_recomputed recomputed;
    struct rr_err err;
    bench->conf.modes = (struct rr_mode_list){{RR_ONLINE}, 1};
    bench->conf.ready_max_age_s = 100;
    check_ready(bench, "online", "no report has been made yet");
    const struct rr_key key = test_key(RR_ONLINE, "2026-01-19");
    assert_ok(rr_serve_recompute(&bench->service, &key, &recomputed, &err));
    check_ready(bench, "", "");
    test_bench_advance(bench, 100);
    check_ready(bench, "", "");
    test_bench_advance(bench, 1);
    check_ready(bench, "online", "is 101 s old");
    test_bench_advance(bench, -101);
    test_write_file(bench->db_path, "SQLite format 2, or so");
    check_ready(bench, "database", "is not a SQLite database");
    unlink(bench->db_path);
    check_ready(bench, "database", "cannot be opened");
}

static int look_without_rights(void *ctx) {
    struct rr_ready ready;
    rr_ready_look(ctx, &ready);
    return !ready.checks[0].ok && strcmp(ready.checks[0].name, "cache") == 0;
}

static void a_cache_that_cannot_be_written_is_not_ready(void **state) {
    struct test_bench *bench = *state;
    bench->conf.modes = (struct rr_mode_list){{RR_OFFLINE}, 1};
    assert_int_equal(test_unprivileged(look_without_rights, &bench->service), 1);
    check_ready(bench, "offline", "no report has been made yet");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_request_is_counted_by_address_status_and_source, test_bench_setup, test_bench_teardown),
        cmocka_unit_test_setup_teardown(generations_and_waits_are_counted_where_they_happen, test_bench_setup,
                                        test_bench_teardown),
        cmocka_unit_test_setup_teardown(two_processes_count_together_and_one_alone_says_so, test_bench_setup,
                                        test_bench_teardown),
        cmocka_unit_test_setup_teardown(a_closed_tally_counts_nothing, test_bench_setup, test_bench_teardown),
        cmocka_unit_test_setup_teardown(ready_when_all_checks_are, test_bench_setup, test_bench_teardown),
        cmocka_unit_test_setup_teardown(a_cache_that_cannot_be_written_is_not_ready, test_bench_setup, test_bench_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
