/* What is known of a mode's runs, the report to fall back to, and the answers of /status (contract.md 3). */
#include "support.h"

#include "service/status.h"
#include "store/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static struct rr_store *open_store(const char *folder) {
    struct rr_store *store = NULL;
    struct rr_err err;
    assert_ok(rr_store_open(&store, folder, &err));
    return store;
}

static void record(struct rr_store *store, enum rr_mode mode, const char *run) {
    cJSON *tree = test_json(run);
    struct rr_err err;
    assert_ok(rr_store_record(store, mode, &(struct rr_status_change){.run = tree}, &err));
    cJSON_Delete(tree);
}

/* The two entries as `last_run / last_success`, by their job_run_id; `-` where there is none. */
static const char *tell(struct rr_store *store, enum rr_mode mode) {
    static char text[200];
    struct rr_status status;
    rr_store_read_status(store, mode, &status);
    const char *run = rr_json_member(status.last_run, "job_run_id").ptr,
               *success = rr_json_member(status.last_success, "job_run_id").ptr;
    snprintf(text, sizeof text, "%s / %s", run == NULL ? "-" : run, success == NULL ? "-" : success);
    rr_status_free(&status);
    rr_status_free(&status);
    return text;
}

static void a_failure_keeps_the_last_success(void **state) {
    (void)state;
    struct rr_store *store = open_store(test_folder());
    assert_string_equal(tell(store, RR_OFFLINE), "- / -");
    record(store, RR_OFFLINE, "{\"result\":\"FAILED\",\"job_run_id\":\"1\"}");
    assert_string_equal(tell(store, RR_OFFLINE), "1 / -");
    record(store, RR_OFFLINE, "{\"result\":\"SUCCESS\",\"job_run_id\":\"2\"}");
    assert_string_equal(tell(store, RR_OFFLINE), "2 / 2");
    record(store, RR_OFFLINE, "{\"result\":\"FAILED\",\"job_run_id\":\"3\"}");
    assert_string_equal(tell(store, RR_OFFLINE), "3 / 2");
    record(store, RR_OFFLINE, "{\"result\":\"SKIPPED_CACHE\",\"job_run_id\":\"4\"}");
    assert_string_equal(tell(store, RR_OFFLINE), "4 / 2");
    record(store, RR_OFFLINE, "{\"result\":\"SKIPPED_LOCKED\",\"job_run_id\":\"5\"}");
    assert_string_equal(tell(store, RR_OFFLINE), "5 / 2");
    record(store, RR_OFFLINE, "{\"result\":\"success\",\"job_run_id\":\"6\"}");
    assert_string_equal(tell(store, RR_OFFLINE), "6 / 2");
    assert_string_equal(tell(store, RR_ONLINE), "- / -");
    rr_store_close(&store);
}

static void amend(struct rr_store *store, const char *job_run_id, const char *name, const cJSON *value) {
    const struct rr_status_change change = {.job_run_id = job_run_id, .name = name, .value = value};
    struct rr_err err;
    assert_ok(rr_store_record(store, RR_OFFLINE, &change, &err));
}

/* What becomes known of a run later is told wherever the run is, and of no other. */
static void a_run_can_be_amended(void **state) {
    (void)state;
    struct rr_store *store = open_store(test_folder());
    struct rr_status status;
    cJSON *cards = test_json("{\"total\":3}");
    record(store, RR_OFFLINE, "{\"result\":\"SUCCESS\",\"job_run_id\":\"1\",\"cards\":{\"total\":0},\"x\":7}");
    amend(store, "1", "cards", cards);
    rr_store_read_status(store, RR_OFFLINE, &status);
    assert_int_equal((int)test_number_at(status.last_run, "cards.total"), 3);
    assert_string_equal(test_names(status.last_success), "result,job_run_id,x,cards");
    rr_status_free(&status);
    record(store, RR_OFFLINE, "{\"result\":\"FAILED\",\"job_run_id\":\"2\"}");
    amend(store, "1", "cards", cards);
    amend(store, "9", "y", cards);
    rr_store_read_status(store, RR_OFFLINE, &status);
    assert_string_equal(test_names(status.last_run), "result,job_run_id");
    assert_string_equal(test_names(status.last_success), "result,job_run_id,x,cards");
    rr_status_free(&status);
    cJSON_Delete(cards);
    rr_store_close(&store);
}

static void the_files_are_those_of_the_contract(void **state) {
    (void)state;
    const char *folder = test_folder();
    struct rr_store *store = open_store(folder);
    record(store, RR_OFFLINE, "{\"result\":\"SUCCESS\",\"job_run_id\":\"off 가\"}");
    record(store, RR_ONLINE, "{\"result\":\"FAILED\",\"job_run_id\":\"on\"}");
    char *text = test_read_file(test_path(folder, "status.json"));
    assert_string_equal(text, "{\"last_run\":{\"result\":\"SUCCESS\",\"job_run_id\":\"off 가\"},"
                              "\"last_success\":{\"result\":\"SUCCESS\",\"job_run_id\":\"off 가\"}}\n");
    free(text);
    text = test_read_file(test_path(folder, "status_online.json"));
    assert_string_equal(text, "{\"last_run\":{\"result\":\"FAILED\",\"job_run_id\":\"on\"},\"last_success\":null}\n");
    free(text);
    rr_store_close(&store);
}

static void a_broken_status_reads_as_empty_and_is_replaced(void **state) {
    (void)state;
    static const char *const texts[] = {"",
                                        "{",
                                        "[]",
                                        "null",
                                        "{}x",
                                        "{\"last_run\":7,\"last_success\":[1]}",
                                        "{\"last_run\":null}",
                                        "{\"last_run\":{\"job_run_id\":\"9\",\"error_message\":\"\xff\"}}",
                                        "{\"last_run\":{\"job_run_id\":\"9\",\"n\":01}}"};
    const char *folder = test_folder(), *path = test_path(folder, "status.json");
    struct rr_store *store = open_store(folder);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        test_write_file(path, texts[i]);
        assert_string_equal(tell(store, RR_OFFLINE), "- / -");
        record(store, RR_OFFLINE, "{\"result\":\"FAILED\",\"job_run_id\":\"1\"}");
        assert_string_equal(tell(store, RR_OFFLINE), "1 / -");
    }
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkfifo(path, 0600), 0); /* holds nobody */
    assert_string_equal(tell(store, RR_OFFLINE), "- / -");
    record(store, RR_OFFLINE, "{\"result\":\"SUCCESS\",\"job_run_id\":\"2\"}");
    assert_string_equal(tell(store, RR_OFFLINE), "2 / 2");
    rr_store_close(&store);
}

static void a_status_that_cannot_be_written_is_told_and_leaves_no_temporary(void **state) {
    (void)state;
    const char *folder = test_folder();
    struct rr_store *store = open_store(folder);
    cJSON *run = test_json("{\"result\":\"SUCCESS\"}");
    struct rr_err err;
    assert_int_equal(mkdir(test_path(folder, "status.json"), 0700), 0);
    assert_fails(rr_store_record(store, RR_OFFLINE, &(struct rr_status_change){.run = run}, &err), RR_CACHE_WRITE_FAILED);
    assert_null(strstr(err.message, folder));
    assert_int_equal(test_count_files(folder), 3); /* status.json, counterparty-risk and .versions */
    cJSON_Delete(run);
    rr_store_close(&store);
}

/* No descriptor is left for now: what cannot be read is not what is broken, and is not replaced. */
static void a_status_that_cannot_be_read_is_not_forgotten(void **state) {
    (void)state;
    struct rr_store *store = open_store(test_folder());
    cJSON *run = test_json("{\"result\":\"FAILED\",\"job_run_id\":\"2\"}");
    struct rr_err err;
    record(store, RR_OFFLINE, "{\"result\":\"SUCCESS\",\"job_run_id\":\"1\"}");
    struct rlimit limit, none;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    none = (struct rlimit){0, limit.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    int rc = rr_store_record(store, RR_OFFLINE, &(struct rr_status_change){.run = run}, &err);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
    assert_fails(rc, RR_CACHE_WRITE_FAILED);
    assert_string_equal(tell(store, RR_OFFLINE), "1 / 1");
    cJSON_Delete(run);
    rr_store_close(&store);
}

/* Three offline reports: 2026-01-17 is the newest, 2026-01-15 the oldest. */
static const char *latest_of(const char *status, const char *broken) {
    static char job_run_id[64];
    static const char *const dates[] = {"2026-01-15", "2026-01-16", "2026-01-17"};
    const char *folder = test_folder();
    struct rr_store *store = open_store(folder);
    struct rr_document document = RR_DOCUMENT_EMPTY;
    struct rr_key key = test_key(RR_ONLINE, "2026-01-19");
    struct rr_err err;
    test_publish(store, &key, "online"); /* of the other mode: never */
    for (int i = 0; i < 3; i++) {
        char name[32];
        snprintf(name, sizeof name, "%s.json", dates[i]);
        key = test_key(RR_OFFLINE, dates[i]);
        test_publish(store, &key, dates[i]);
        if (strstr(broken, dates[i]) != NULL)
            test_write_file(test_path(folder, name), "{");
        test_set_age(test_path(folder, name), 3600 * (3 - i));
    }
    if (status != NULL)
        test_write_file(test_path(folder, "status.json"), status);
    int rc = rr_store_peek_latest(store, RR_OFFLINE, &document, &err);
    assert_true(rc == 0 || err.code == RR_NOT_FOUND);
    snprintf(job_run_id, sizeof job_run_id, "%s", rc == 0 ? document.meta.job_run_id : "none");
    rr_document_free(&document);
    rr_store_close(&store);
    return job_run_id;
}

static void the_fallback_is_the_last_success_then_the_newest_valid_report(void **state) {
    (void)state;
    static const struct {
        const char *status, *broken, *latest;
    } cases[] = {
        {"{\"last_success\":{\"as_of\":\"2026-01-15\"}}", "", "2026-01-15"},
        {"{\"last_run\":{\"as_of\":\"2026-01-15\"},\"last_success\":{\"as_of\":\"2026-01-16\"}}", "", "2026-01-16"},
        {NULL, "", "2026-01-17"},                                                                 /* gone */
        {"{\"last_success\":{\"as", "", "2026-01-17"},                                            /* broken */
        {"{\"last_success\":null}", "", "2026-01-17"},                                            /* names nothing */
        {"{\"last_run\":{\"as_of\":\"2026-01-15\"}}", "", "2026-01-17"},                          /* an attempt is no success */
        {"{\"last_success\":{\"as_of\":\"2026-01-14\"}}", "", "2026-01-17"},                      /* a file that is not there */
        {"{\"last_success\":{\"as_of\":\"2026-01-15\"}}", "2026-01-15", "2026-01-17"},            /* a broken file */
        {"{\"last_success\":{\"as_of\":\"2026-01-15\"}}", "2026-01-15 2026-01-17", "2026-01-16"}, /* and a broken newest */
        {NULL, "2026-01-17 2026-01-16", "2026-01-15"},
        {NULL, "2026-01-17 2026-01-16 2026-01-15", "none"},
        {"{\"last_success\":{\"as_of\":\"\"}}", "", "2026-01-17"},
        {"{\"last_success\":{\"as_of\":20260115}}", "", "2026-01-17"},
        {"{\"last_success\":{\"as_of\":\"2026-01-15.json\"}}", "", "2026-01-17"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (strcmp(latest_of(cases[i].status, cases[i].broken), cases[i].latest) != 0)
            fail_msg("%zu: %s, not %s", i, latest_of(cases[i].status, cases[i].broken), cases[i].latest);
}

/* Each names a valid report that lies outside of the mode's folder. */
static void a_status_leads_out_of_its_folder_never(void **state) {
    (void)state;
    static const char *const names[] = {"../../x", "../x", "/x", "..%2f..%2fx", "./2026-01-19"};
    const char *folder = test_folder(), *cache = test_path(folder, "a/cache");
    struct rr_store *store = open_store(cache);
    struct rr_document document = RR_DOCUMENT_EMPTY;
    struct rr_err err;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char status[200], report[200], path[300];
        snprintf(report, sizeof report, "{\"meta\":{\"as_of\":\"%s\",\"mode\":\"offline\"}}", names[i]);
        snprintf(path, sizeof path, "%s/%s.json", cache, names[i][0] == '/' ? "x" : names[i]);
        test_write_file(path, report);
        snprintf(status, sizeof status, "{\"last_success\":{\"as_of\":\"%s\"}}", names[i]);
        test_write_file(test_path(cache, "status.json"), status);
        assert_fails(rr_store_peek_latest(store, RR_OFFLINE, &document, &err), RR_NOT_FOUND);
        assert_int_equal(unlink(path), 0);
    }
    rr_document_free(&document);
    rr_store_close(&store);
}

static void status_answers_have_the_contracts_form(void **state) {
    (void)state;
    struct rr_store *store = open_store(test_folder());
    struct rr_json json = {false};
    struct rr_buf text = RR_BUF_INIT(4096);
    struct rr_err err;
    record(store, RR_ONLINE, "{\"result\":\"SUCCESS\"}");
    record(store, RR_ONLINE, "{\"result\":\"FAILED\"}");
    assert_ok(rr_json_print(&json, rr_status_json_all(&json, store), &text, &err));
    assert_string_equal(text.ptr, "{\"offline\":{\"last_run\":null,\"last_success\":null},"
                                  "\"online\":{\"last_run\":{\"result\":\"FAILED\"},\"last_success\":{\"result\":\"SUCCESS\"}},"
                                  "\"modes_available\":[\"offline\",\"online\"]}");
    rr_buf_clear(&text);
    assert_ok(rr_json_print(&json, rr_status_json(&json, store, RR_ONLINE), &text, &err));
    assert_string_equal(text.ptr, "{\"last_run\":{\"result\":\"FAILED\"},\"last_success\":{\"result\":\"SUCCESS\"}}");
    rr_buf_free(&text);
    rr_store_close(&store);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_failure_keeps_the_last_success),
        cmocka_unit_test(a_run_can_be_amended),
        cmocka_unit_test(the_files_are_those_of_the_contract),
        cmocka_unit_test(a_broken_status_reads_as_empty_and_is_replaced),
        cmocka_unit_test(a_status_that_cannot_be_written_is_told_and_leaves_no_temporary),
        cmocka_unit_test(a_status_that_cannot_be_read_is_not_forgotten),
        cmocka_unit_test(the_fallback_is_the_last_success_then_the_newest_valid_report),
        cmocka_unit_test(a_status_leads_out_of_its_folder_never),
        cmocka_unit_test(status_answers_have_the_contracts_form),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
