/* The clean-up by age, and the look at every file (contract.md 2 and 4). */
#include "support.h"

#include "service/job.h"
#include "store/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { day_s = 24 * 3600, max_age_s = 14 * day_s };

static bool is_there(const char *folder, const char *name) {
    return access(test_path(folder, name), F_OK) == 0;
}

static struct rr_store *open_store(const char *folder) {
    struct rr_store *store = NULL;
    struct rr_err err;
    assert_ok(rr_store_open(&store, folder, &err));
    return store;
}

/* A valid report of that date, so many days old. */
static void publish_aged(struct rr_store *store, const char *folder, enum rr_mode mode, const char *as_of, int age_days) {
    struct rr_key key = test_key(mode, as_of);
    char name[100];
    test_publish(store, &key, as_of);
    snprintf(name, sizeof name, "%s%s.json", mode == RR_ONLINE ? "counterparty-risk/online/" : "", as_of);
    test_set_age(test_path(folder, name), (int64_t)age_days * day_s);
}

static void write_aged(const char *folder, const char *name, const char *text, int age_days) {
    test_write_file(test_path(folder, name), text);
    test_set_age(test_path(folder, name), (int64_t)age_days * day_s);
}

static void prune(struct rr_store *store, uint32_t want_removed) {
    struct rr_err err;
    uint32_t removed = 99;
    assert_ok(rr_store_prune(store, max_age_s, &removed, &err));
    assert_int_equal(removed, want_removed);
}

static void reports_go_by_their_age_and_not_by_their_date(void **state) {
    (void)state;
    const char *folder = test_folder();
    struct rr_store *store = open_store(folder);
    publish_aged(store, folder, RR_OFFLINE, "2026-01-19", 15);
    publish_aged(store, folder, RR_OFFLINE, "2001-01-01", 13);
    publish_aged(store, folder, RR_OFFLINE, "2026-01-20", 0);
    publish_aged(store, folder, RR_ONLINE, "2026-01-18", 15);
    publish_aged(store, folder, RR_ONLINE, "2026-01-19", 1);
    write_aged(folder, "2026-01-01.json.corrupt", "{", 15);
    write_aged(folder, "2026-01-02.json.corrupt", "{", 13);
    write_aged(folder, "counterparty-risk/online/2026-01-01.json.corrupt", "{", 15);
    prune(store, 4);
    assert_false(is_there(folder, "2026-01-19.json"));
    assert_true(is_there(folder, "2001-01-01.json"));
    assert_true(is_there(folder, "2026-01-20.json"));
    assert_false(is_there(folder, "counterparty-risk/online/2026-01-18.json"));
    assert_true(is_there(folder, "counterparty-risk/online/2026-01-19.json"));
    assert_false(is_there(folder, "2026-01-01.json.corrupt"));
    assert_true(is_there(folder, "2026-01-02.json.corrupt"));
    assert_false(is_there(folder, "counterparty-risk/online/2026-01-01.json.corrupt"));
    prune(store, 0);
    rr_store_close(&store);
}

static void the_last_success_stays_whatever_its_age(void **state) {
    (void)state;
    const char *folder = test_folder();
    struct rr_store *store = open_store(folder);
    publish_aged(store, folder, RR_OFFLINE, "2025-01-01", 400);
    publish_aged(store, folder, RR_OFFLINE, "2025-01-02", 399);
    publish_aged(store, folder, RR_OFFLINE, "2025-01-03", 398);
    publish_aged(store, folder, RR_ONLINE, "2025-01-01", 400);
    write_aged(folder, "status.json", "{\"last_success\":{\"as_of\":\"2025-01-02\"}}", 399);
    prune(store, 2);
    assert_true(is_there(folder, "2025-01-02.json"));
    assert_true(is_there(folder, "counterparty-risk/online/2025-01-01.json")); /* what online would fall back to */
    rr_store_close(&store);
}

/* The status names a broken file, so that the fallback is the newest valid one: neither goes, nor is it of the other mode. */
static void what_the_fallback_needs_stays_too(void **state) {
    (void)state;
    const char *folder = test_folder();
    struct rr_store *store = open_store(folder);
    publish_aged(store, folder, RR_OFFLINE, "2025-01-01", 400);
    publish_aged(store, folder, RR_OFFLINE, "2025-01-02", 399);
    write_aged(folder, "2025-01-03.json", "{", 398);
    write_aged(folder, "2025-01-04.json", "{", 397);
    write_aged(folder, "status.json", "{\"last_success\":{\"as_of\":\"2025-01-03\"}}", 398);
    publish_aged(store, folder, RR_ONLINE, "2025-01-02", 400);
    publish_aged(store, folder, RR_ONLINE, "2026-01-19", 0);
    prune(store, 3);
    assert_false(is_there(folder, "2025-01-01.json"));
    assert_true(is_there(folder, "2025-01-02.json"));
    assert_true(is_there(folder, "2025-01-03.json"));
    assert_false(is_there(folder, "2025-01-04.json"));
    assert_false(is_there(folder, "counterparty-risk/online/2025-01-02.json"));
    rr_store_close(&store);
}

static void what_is_no_report_stays(void **state) {
    (void)state;
    static const char *const names[] = {"status.json",      "status_online.json", ".counterparty_risk.lock", "README.md",
                                        "2026-01-19.json~", "2026-1-19.json",     "x2026-01-19.json",        "20260119.json",
                                        "cards.json",       "2026-01-19.json.gz2"};
    const char *folder = test_folder();
    struct rr_store *store = open_store(folder);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        write_aged(folder, names[i], "{}", 400);
    assert_int_equal(mkdir(test_path(folder, "2026-01-18.json"), 0700), 0);
    assert_int_equal(symlink("/", test_path(folder, "2026-01-17.json")), 0);
    test_set_age(test_path(folder, "2026-01-18.json"), 400 * day_s);
    prune(store, 0);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        assert_true(is_there(folder, names[i]));
    assert_true(is_there(folder, "2026-01-18.json"));
    rr_store_close(&store);
}

/* What rr_store_verify told. */
struct told {
    int valid, broken;
    char broken_paths[400];
};

static void note(void *ctx, const char *path, const char *problem) {
    struct told *told = ctx;
    told->valid += problem == NULL;
    told->broken += problem != NULL;
    size_t len = strlen(told->broken_paths);
    if (problem != NULL)
        snprintf(told->broken_paths + len, sizeof told->broken_paths - len, "%s ", path);
}

static void every_report_and_status_is_looked_at(void **state) {
    (void)state;
    const char *folder = test_folder();
    struct rr_store *store = open_store(folder);
    struct told told = {0};
    struct rr_err err;
    assert_ok(rr_store_verify(store, note, &told, &err));
    assert_int_equal(told.valid + told.broken, 0);
    publish_aged(store, folder, RR_OFFLINE, "2026-01-18", 0);
    publish_aged(store, folder, RR_ONLINE, "2026-01-18", 0);
    write_aged(folder, "2026-01-19.json", "{\"meta\":{\"as_of\":\"2026-01-18\",\"mode\":\"offline\"}}", 0);
    write_aged(folder, "counterparty-risk/online/2026-01-19.json", "", 0);
    write_aged(folder, "counterparty-risk/online/2026-01-17.json.corrupt", "", 0);
    write_aged(folder, "status.json", "{\"last_run\":null,\"last_success\":null}", 0);
    write_aged(folder, "status_online.json", "{", 0);
    assert_ok(rr_store_verify(store, note, &told, &err));
    assert_int_equal(told.valid, 3);
    assert_int_equal(told.broken, 3);
    assert_non_null(strstr(told.broken_paths, "report_cache/2026-01-19.json "));
    assert_non_null(strstr(told.broken_paths, "report_cache/counterparty-risk/online/2026-01-19.json "));
    assert_non_null(strstr(told.broken_paths, "report_cache/status_online.json "));
    rr_store_close(&store);
}

/* The job's clean-up: reports and copied snapshots of CACHE_RETENTION_DAYS, under the lock. */
static void the_jobs_clean_up_takes_reports_and_copies(void **state) {
    (void)state;
    struct test_bench bench;
    struct rr_err err;
    uint32_t removed = 0;
    test_bench_open(&bench);
    bench.conf.cache_retention_days = 3;
    assert_int_equal(mkdir(bench.work_dir, 0700), 0);
    write_aged(bench.work_dir, "salesmap_snapshot_2026-01-10_080000.db", "x", 4);
    write_aged(bench.work_dir, "salesmap_snapshot_2026-01-11_080000.db", "x", 2);
    write_aged(bench.work_dir, "salesmap_latest.db", "x", 400);
    publish_aged(bench.service.store, bench.cache_dir, RR_OFFLINE, "2026-01-10", 4);
    publish_aged(bench.service.store, bench.cache_dir, RR_OFFLINE, "2026-01-11", 2);
    assert_ok(rr_job_prune(&bench.service, &removed, &err));
    assert_int_equal(removed, 2);
    assert_false(is_there(bench.work_dir, "salesmap_snapshot_2026-01-10_080000.db"));
    assert_true(is_there(bench.work_dir, "salesmap_snapshot_2026-01-11_080000.db"));
    assert_true(is_there(bench.work_dir, "salesmap_latest.db"));
    assert_false(is_there(bench.cache_dir, "2026-01-10.json"));
    pid_t holder = test_hold_lock(bench.cache_dir);
    assert_fails(rr_job_prune(&bench.service, &removed, &err), RR_LOCKED);
    test_let_go(holder);
    assert_ok(rr_job_prune(&bench.service, &removed, &err));
    assert_int_equal(removed, 0);
    test_bench_close(&bench);
}

static void reports_of_other_days_are_bounded_and_daily_ones_are_not(void **state) {
    (void)state;
    const char *folder = test_folder();
    struct rr_store *store = open_store(folder);
    struct rr_err err;
    char today[RR_DATE_SIZE], today_file[32];
    rr_clock_date(rr_clock_now_s(&rr_clock_system), today);
    snprintf(today_file, sizeof today_file, "%s.json", today);
    publish_aged(store, folder, RR_OFFLINE, "2001-01-01", 5);
    publish_aged(store, folder, RR_OFFLINE, "2001-01-02", 4);
    publish_aged(store, folder, RR_OFFLINE, "2001-01-03", 3);
    publish_aged(store, folder, RR_OFFLINE, "2001-01-04", 6); /* the last success */
    publish_aged(store, folder, RR_ONLINE, "2001-01-01", 9);
    publish_aged(store, folder, RR_OFFLINE, today, 0);
    cJSON *run = test_json("{\"result\":\"SUCCESS\",\"as_of\":\"2001-01-04\",\"mode\":\"offline\"}");
    assert_ok(rr_store_record(store, RR_OFFLINE, &(struct rr_status_change){.run = run}, &err));
    cJSON_Delete(run);
    assert_ok(rr_store_trim(store, RR_OFFLINE, 3, &err));
    assert_true(is_there(folder, "2001-01-01.json"));
    assert_ok(rr_store_trim(store, RR_OFFLINE, 1, &err));
    assert_false(is_there(folder, "2001-01-01.json"));
    assert_false(is_there(folder, "2001-01-02.json"));
    assert_true(is_there(folder, "2001-01-03.json"));
    assert_true(is_there(folder, "2001-01-04.json"));
    assert_true(is_there(folder, today_file));
    assert_true(is_there(folder, "counterparty-risk/online/2001-01-01.json"));
    rr_store_close(&store);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reports_go_by_their_age_and_not_by_their_date),
        cmocka_unit_test(the_last_success_stays_whatever_its_age),
        cmocka_unit_test(what_the_fallback_needs_stays_too),
        cmocka_unit_test(what_is_no_report_stays),
        cmocka_unit_test(every_report_and_status_is_looked_at),
        cmocka_unit_test(the_jobs_clean_up_takes_reports_and_copies),
        cmocka_unit_test(reports_of_other_days_are_bounded_and_daily_ones_are_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
