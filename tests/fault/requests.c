/* The n-th allocation of a request fails, for every n and every kind of request: an error or the right answer, never a crash,
 * never a torn file, and the next request is answered as though nothing had been. The shim is linked in, so that SQLite's and
 * cJSON's allocations fail too. FAULT_STEP=N tries every N-th. */
#include "../unit/support.h"

#include "base/json_scan.h"
#include "routes.h"
#include "shim.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define REPORT "/api/report/counterparty-risk"

static struct test_bench bench;
static struct rr_app app;
static char *rows_of_control;
static char *steady_control; /* the whole body of the kind in hand, where it is steady */

/* One answer, with its head as FastCGI would send it. */
struct answer {
    struct rr_response response;
    struct rr_buf head;
};

struct kind {
    const char *name, *method, *path, *query;
    const char *hand_over;
    void (*prepare)(void);
    int status;
    int threads;
    bool is_steady; /* its answer is the same each time */
};

/* ---- What a request finds ---- */

static void remove_report(void) {
    unlink(test_path(bench.cache_dir, "2026-01-19.json"));
}

/* Another process has written it, as far as this one knows. */
static void age_report(void) {
    static int64_t age_s = 1000;
    test_set_age(test_path(bench.cache_dir, "2026-01-19.json"), age_s++);
}

/* As at a worker's first request. */
static void renew_parser(void) {
    struct rr_err err;
    rr_query_close(&app.parser);
    assert_ok(rr_query_open(&app.parser, &err));
}

static void take_database_away(void) {
    unlink(bench.db_path);
    unlink(test_path(bench.cache_dir, "2026-01-20.json"));
}

static void take_all_away(void) {
    take_database_away();
    remove_report();
    unlink(test_path(bench.cache_dir, "2026-01-18.json"));
    unlink(test_path(bench.cache_dir, "status.json"));
}

static const struct kind kinds[] = {
    {"a hit", "GET", REPORT, "date=2026-01-19", .status = 200},
    {"a worker's first hit", "GET", REPORT, "date=2026-01-19", .prepare = renew_parser, .status = 200},
    {"a hit by HEAD", "HEAD", REPORT, "date=2026-01-19", .status = 200},
    {"a hit by nginx", "GET", REPORT, "date=2026-01-19", "/_reports/", .status = 200},
    {"a hit of a report not looked at before", "GET", REPORT, "date=2026-01-19", .prepare = age_report, .status = 200},
    {"a report that has to be made", "GET", REPORT, "date=2026-01-19", .prepare = remove_report, .status = 200},
    {"the same by two threads", "GET", REPORT, "date=2026-01-19", .prepare = remove_report, .status = 200, .threads = 2},
    {"a recompute", "POST", REPORT "/recompute", "date=2026-01-19", .status = 200},
    {"the status", "GET", REPORT "/status", "", .status = 200},
    {"the cached reports", "GET", REPORT "/dates", "", .status = 200, .is_steady = true},
    {"a series", "GET", REPORT "/history", "", .status = 200, .is_steady = true},
    {"a difference", "GET", REPORT "/diff", "from=2026-01-18&to=2026-01-19", .status = 200, .is_steady = true},
    {"a difference of a report not looked at before", "GET", REPORT "/diff", "from=2026-01-18&to=2026-01-19",
     .prepare = age_report, .status = 200, .is_steady = true},
    {"a difference of what is not cached", "GET", REPORT "/diff", "from=2026-01-17&to=2026-01-19", .status = 404},
    {"a table", "GET", REPORT, "date=2026-01-19&format=csv", .status = 200, .is_steady = true},
    {"another address", "GET", "/nothing", "", .status = 404},
    {"another method", "DELETE", REPORT, "", .status = 405},
    {"a wrong date", "GET", REPORT, "date=2026-02-30", .status = 400},
    {"no database: the last success", "GET", REPORT, "date=2026-01-20", .prepare = take_database_away, .status = 200},
    {"no database and no success", "GET", REPORT, "date=2026-01-20", .prepare = take_all_away, .status = 500},
};

/* ---- Asking and judging ---- */

static void ask(const struct kind *kind, struct answer *answer) {
    const struct rr_request request = {.method = kind->method,
                                       .path = kind->path,
                                       .query = kind->query,
                                       .id = "request-1",
                                       .address = "192.0.2.7",
                                       .recompute_allowed = true,
                                       .hand_over = kind->hand_over};
    rr_route(&app, &request, &answer->response);
    rr_response_head(&answer->response, &answer->head);
}

/* The status that is sent; 503 where there was no memory for a head, since nginx says so then. */
static int status_of(const struct answer *answer) {
    int status = 503;
    if (!answer->head.failed && sscanf(answer->head.ptr, "Status: %d", &status) != 1)
        fail_msg("no status: %.100s", answer->head.ptr);
    return status;
}

/* Behind the first line, which says when and by which run. */
static const char *rows_of(const char *report) {
    const char *line_end = strchr(report, '\n');
    return line_end == NULL ? "" : line_end;
}

static void judge_body(const struct kind *kind, const struct answer *answer, int status) {
    const struct rr_buf *body = &answer->response.body;
    if (answer->response.without_body || body->len == 0)
        return;
    if (kind->is_steady && status == 200 && steady_control != NULL && strcmp(body->ptr, steady_control) != 0)
        fail_msg("%s: another answer: %.200s", kind->name, body->ptr);
    if (strstr(kind->query, "format=csv") != NULL && status == 200)
        return;
    if (!rr_json_is_valid((struct rr_slice){body->ptr, body->len}))
        fail_msg("%s, %d: a body that is no JSON: %.200s", kind->name, status, body->ptr);
    if (status == 200 && strcmp(kind->path, REPORT) == 0 && strcmp(rows_of(body->ptr), rows_of_control) != 0)
        fail_msg("%s: a report that is another: %.200s", kind->name, body->ptr);
}

static void ask_and_judge(const struct kind *kind, long at) {
    struct answer answer = {.response = RR_RESPONSE_EMPTY, .head = RR_BUF_INIT(RR_HEADERS_MAX_BYTES + 1024)};
    fault_arm(at);
    ask(kind, &answer);
    bool struck = fault_disarm();
    int status = status_of(&answer);
    bool right = status == kind->status || (struck && (status == 500 || status == 503));
    if (!right)
        fail_msg("%s, allocation %ld: %d", kind->name, at, status);
    if (status != 503)
        judge_body(kind, &answer, status);
    rr_response_free(&answer.response);
    rr_buf_free(&answer.head);
}

static void expect_sound(void *ctx, const char *path, const char *problem) {
    (void)ctx;
    if (problem != NULL)
        fail_msg("%s: %s", path, problem);
}

static int expect_wanted(const char *path, const struct stat *st, int kind, struct FTW *where) {
    (void)st;
    (void)kind;
    if (strstr(path, ".tmp.") != NULL || strstr(path, ".corrupt") != NULL)
        fail_msg("left: %s", path + where->base);
    return 0;
}

static void judge_cache(void) {
    struct rr_err err;
    assert_ok(rr_store_verify(app.service.store, expect_sound, NULL, &err));
    nftw(bench.cache_dir, expect_wanted, 16, FTW_PHYS);
}

/* How many allocations the request makes. */
static long count_allocations(const struct kind *kind) {
    struct answer answer = {.response = RR_RESPONSE_EMPTY, .head = RR_BUF_INIT(RR_HEADERS_MAX_BYTES + 1024)};
    if (kind->prepare != NULL)
        kind->prepare();
    fault_arm(0);
    ask(kind, &answer);
    long count = fault_count();
    free(steady_control);
    steady_control = kind->is_steady ? strdup(answer.response.body.ptr) : NULL;
    rr_response_free(&answer.response);
    rr_buf_free(&answer.head);
    return count;
}

static void every_allocation_fails(void **state) {
    const struct kind *kind = *state;
    const char *step_text = getenv("FAULT_STEP");
    long step = step_text == NULL ? 1 : strtol(step_text, NULL, 10), tried = 0;
    bench.conf.generate_threads = kind->threads;
    long count = count_allocations(kind);
    for (long at = 1; at <= count; at += count > step ? step : 1, tried++) {
        if (kind->prepare != NULL)
            kind->prepare();
        ask_and_judge(kind, at);
        if (kind->prepare != NULL)
            kind->prepare();
        ask_and_judge(kind, 0);
        judge_cache();
    }
    printf("# %s: %ld of %ld allocations failed, one at a time\n", kind->name, tried, count);
}

static int open_all(void **state) {
    (void)state;
    struct rr_err err;
    test_bench_open(&bench);
    bench.conf.retry_after_fail_s = 0;
    bench.conf.request_deadline_s = 60;
    app.service = bench.service;
    if (rr_query_open(&app.parser, &err) != 0)
        return -1;
    ask_and_judge(&(struct kind){"the first", "POST", REPORT "/recompute", "date=2026-01-19", .status = 200}, 0);
    ask_and_judge(&(struct kind){"another", "POST", REPORT "/recompute", "date=2026-01-18", .status = 200}, 0);
    char *report = test_read_file(test_path(bench.cache_dir, "2026-01-19.json"));
    rows_of_control = strdup(rows_of(report));
    free(report);
    return 0;
}

static int close_all(void **state) {
    (void)state;
    free(rows_of_control);
    free(steady_control);
    rr_query_close(&app.parser);
    rr_service_forget(&app.service); /* which is a copy of the bench's */
    test_bench_close(&bench);
    return 0;
}

int main(void) {
    enum { count = sizeof kinds / sizeof kinds[0] };
    struct CMUnitTest tests[count];
    for (size_t i = 0; i < count; i++)
        tests[i] = (struct CMUnitTest){kinds[i].name, every_allocation_fails, NULL, NULL, (void *)&kinds[i]};
    return cmocka_run_group_tests(tests, open_all, close_all);
}
