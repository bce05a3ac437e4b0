/* The endpoints (contract.md 3), without a server. */
#include "support.h"

#include "routes.h"
#include "service/serve.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define REPORT    "/api/report/counterparty-risk"
#define STATUS    REPORT "/status"
#define RECOMPUTE REPORT "/recompute"

/* A worker, and what it last answered. */
struct desk {
    struct test_bench bench;
    struct rr_app app;
    struct rr_response response;
    /* of the next requests: */
    const char *if_none_match, *if_modified_since, *accept_encoding, *hand_over, *compute, *authorization, *origin, *host;
    bool not_vouched_for, is_https;
};

static int open_desk(void **state) {
    struct desk *desk = calloc(1, sizeof *desk);
    struct rr_err err;
    test_bench_open(&desk->bench);
    desk->app.service = desk->bench.service;
    desk->response = (struct rr_response)RR_RESPONSE_EMPTY;
    *state = desk;
    return rr_query_open(&desk->app.parser, &err);
}

static int close_desk(void **state) {
    struct desk *desk = *state;
    rr_response_free(&desk->response);
    rr_query_close(&desk->app.parser);
    rr_service_forget(&desk->app.service); /* which is a copy of the bench's */
    test_bench_close(&desk->bench);
    free(desk);
    return 0;
}

/* Answers `PATH?QUERY`; returns the status. */
static int ask(struct desk *desk, const char *method, const char *target) {
    char path[200];
    const char *mark = strchr(target, '?');
    snprintf(path, sizeof path, "%.*s", (int)(mark == NULL ? strlen(target) : (size_t)(mark - target)), target);
    const struct rr_request request = {.method = method,
                                       .path = path,
                                       .query = mark == NULL ? "" : mark + 1,
                                       .id = "request-1",
                                       .address = "192.0.2.7",
                                       .recompute_allowed = !desk->not_vouched_for,
                                       .authorization = desk->authorization,
                                       .origin = desk->origin,
                                       .host = desk->host,
                                       .is_https = desk->is_https,
                                       .if_none_match = desk->if_none_match,
                                       .if_modified_since = desk->if_modified_since,
                                       .accept_encoding = desk->accept_encoding,
                                       .hand_over = desk->hand_over,
                                       .compute = desk->compute};
    rr_response_free(&desk->response);
    desk->response = (struct rr_response)RR_RESPONSE_EMPTY;
    rr_route(&desk->app, &request, &desk->response);
    assert_false(desk->response.headers.failed || desk->response.body.failed);
    return desk->response.status;
}

/* A header's value, "" where there is none; it must be there once at most. */
static const char *header(const struct desk *desk, const char *name) {
    static char values[4][200];
    static int turn;
    char *value = values[turn++ % 4], line[100];
    snprintf(line, sizeof line, "%s: ", name);
    const char *at = strstr(desk->response.headers.ptr, line);
    while (at != NULL && at != desk->response.headers.ptr && at[-1] != '\n')
        at = strstr(at + 1, line);
    snprintf(value, sizeof values[0], "%.*s", at == NULL ? 0 : (int)strcspn(at + strlen(line), "\r"),
             at == NULL ? "" : at + strlen(line));
    assert_true(at == NULL || strstr(at + 1, line) == NULL);
    return value;
}

static const char *body_text(const struct desk *desk, const char *path) {
    static char texts[4][600];
    static int turn;
    char *text = texts[turn++ % 4];
    cJSON *tree = test_json(desk->response.body.ptr);
    snprintf(text, sizeof texts[0], "%s", test_text_at(tree, path));
    cJSON_Delete(tree);
    return text;
}

/* An error's body: a problem with that code, which shows nothing of the server. */
static void check_problem(const struct desk *desk, const char *code) {
    cJSON *tree = test_json(desk->response.body.ptr);
    assert_string_equal(header(desk, "Content-Type"), "application/problem+json");
    assert_int_equal(strncmp(test_names(tree), "type,title,status,detail,code,request_id", 40), 0);
    assert_string_equal(test_text_at(tree, "code"), code);
    assert_string_equal(test_text_at(tree, "request_id"), "request-1");
    assert_int_equal(test_number_at(tree, "status"), desk->response.status);
    assert_true(strlen(test_text_at(tree, "title")) > 0 && strlen(test_text_at(tree, "detail")) > 10);
    assert_null(strstr(desk->response.body.ptr, desk->bench.folder));
    assert_null(strstr(desk->response.body.ptr, "SELECT"));
    assert_string_equal(header(desk, "X-Request-Id"), "request-1");
    assert_string_equal(header(desk, "Cache-Control"), "no-store");
    cJSON_Delete(tree);
}

static void unknown_paths_are_404(void **state) {
    struct desk *desk = *state;
    static const char *const paths[] = {"", "/", "/api/report", REPORT "/", REPORT "/Status", REPORT "/../status"};
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        assert_int_equal(ask(desk, "GET", paths[i]), 404);
        check_problem(desk, "NOT_FOUND");
    }
}

static void other_methods_are_405_with_allow(void **state) {
    struct desk *desk = *state;
    static const char *const cases[][3] = {
        {REPORT, "GET, HEAD", "POST"},    {REPORT, "GET, HEAD", "PUT"}, {REPORT, "GET, HEAD", "DELETE"},
        {REPORT, "GET, HEAD", "get"},     {REPORT, "GET, HEAD", "GE"},  {REPORT, "GET, HEAD", "ET"},
        {REPORT, "GET, HEAD", "GETS"},    {REPORT, "GET, HEAD", "EAD"}, {STATUS, "GET, HEAD", "POST"},
        {STATUS, "GET, HEAD", "OPTIONS"}, {RECOMPUTE, "POST", "GET"},   {RECOMPUTE, "POST", "HEAD"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(ask(desk, cases[i][2], cases[i][0]), 405);
        assert_string_equal(header(desk, "Allow"), cases[i][1]);
        check_problem(desk, "METHOD_NOT_ALLOWED");
    }
    assert_int_equal(test_count_files(desk->bench.cache_dir), 2); /* nothing was made */
}

/* What a worker sees where the server passes no REQUEST_METHOD. In a process of its own, since it may never end. */
static void an_empty_method_is_405_too(void **state) {
    struct desk *desk = *state;
    int status = 0;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        alarm(2);
        _exit(ask(desk, "", REPORT) == 405 ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void wrong_queries_are_400_or_414(void **state) {
    struct desk *desk = *state;
    static const char *const cases[][2] = {
        {REPORT "?date=2026-02-30", "INVALID_DATE"}, {REPORT "?date=", "INVALID_DATE"},
        {REPORT "?mode=Offline", "INVALID_MODE"},    {REPORT "?date=%zz", "INVALID_QUERY"},
        {STATUS "?mode=all", "INVALID_MODE"},        {REPORT "?mode=online&mode=online", "INVALID_QUERY"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(ask(desk, "GET", cases[i][0]), 400);
        check_problem(desk, cases[i][1]);
    }
    assert_int_equal(ask(desk, "POST", RECOMPUTE "?date=20260119"), 400);
    check_problem(desk, "INVALID_DATE");
    char target[4000];
    snprintf(target, sizeof target, "%s?%03000d", REPORT, 0);
    assert_int_equal(ask(desk, "GET", target), 414);
    check_problem(desk, "URI_TOO_LONG");
    assert_int_equal(test_count_files(desk->bench.cache_dir), 2);
}

static void a_report_is_generated_and_then_a_hit(void **state) {
    struct desk *desk = *state;
    static const char *const sources[] = {"generated", "hit"};
    char etag[100] = "", modified[100];
    struct stat st;
    for (int i = 0; i < 2; i++) {
        assert_int_equal(ask(desk, "GET", REPORT "?date=2026-01-19"), 200);
        assert_string_equal(header(desk, "X-Report-Source"), sources[i]);
        assert_string_equal(desk->response.source, sources[i]);
        assert_string_equal(header(desk, "Content-Type"), "application/json");
        assert_non_null(strstr(header(desk, "Vary"), "Accept-Encoding, Accept"));
        assert_string_equal(header(desk, "X-Request-Id"), "request-1");
        assert_string_equal(header(desk, "X-Report-Outdated"), "");
        assert_int_equal(stat(test_path(desk->bench.cache_dir, "2026-01-19.json"), &st), 0);
        rr_clock_http_date(st.st_mtim.tv_sec, modified);
        assert_string_equal(header(desk, "Last-Modified"), modified);
        assert_int_equal(strncmp(header(desk, "ETag"), "W/\"", 3), 0);
        assert_true(etag[0] == '\0' || strcmp(etag, header(desk, "ETag")) == 0);
        snprintf(etag, sizeof etag, "%s", header(desk, "ETag"));
        assert_false(desk->response.without_body);
        assert_string_equal(body_text(desk, "meta.mode"), "offline");
        assert_string_equal(body_text(desk, "meta.as_of"), "2026-01-19");
    }
    assert_int_equal(ask(desk, "GET", REPORT "?mode=online&date=2026-01-19"), 200);
    assert_string_equal(body_text(desk, "meta.mode"), "online");
}

/* 2026-01-18T15:00:00Z is midnight in Seoul. */
static void a_date_left_out_is_today_in_the_zone(void **state) {
    struct desk *desk = *state;
    enum { midnight_s = 1768748400 };
    test_set_age(desk->bench.db_path, time(NULL) - midnight_s + 7200);
    desk->bench.clock = test_clock(midnight_s);
    assert_int_equal(ask(desk, "GET", REPORT), 200);
    assert_string_equal(body_text(desk, "meta.as_of"), "2026-01-19");
    desk->bench.clock = test_clock(midnight_s - 1);
    assert_int_equal(ask(desk, "GET", REPORT "?mode=online"), 200);
    assert_string_equal(body_text(desk, "meta.as_of"), "2026-01-18");
    assert_int_equal(ask(desk, "POST", RECOMPUTE), 200);
    assert_string_equal(body_text(desk, "as_of"), "2026-01-18");
}

static void head_is_get_without_the_body(void **state) {
    struct desk *desk = *state;
    static const char *const targets[] = {REPORT "?date=2026-01-19", STATUS, REPORT "?date=x", "/nowhere"};
    ask(desk, "GET", targets[0]);
    for (size_t i = 0; i < sizeof targets / sizeof targets[0]; i++) {
        int status = ask(desk, "GET", targets[i]);
        struct rr_buf get = RR_BUF_INIT(64 * 1024), head = RR_BUF_INIT(64 * 1024);
        rr_response_head(&desk->response, &get);
        assert_false(desk->response.without_body);
        assert_int_equal(ask(desk, "HEAD", targets[i]), status);
        rr_response_head(&desk->response, &head);
        assert_true(desk->response.without_body);
        assert_string_equal(head.ptr, get.ptr);
        rr_buf_free(&get);
        rr_buf_free(&head);
    }
}

static void what_the_client_has_is_304(void **state) {
    struct desk *desk = *state;
    char same[100], modified[100], list[200];
    assert_int_equal(ask(desk, "GET", REPORT "?date=2026-01-19"), 200);
    snprintf(same, sizeof same, "%s", header(desk, "ETag"));
    snprintf(modified, sizeof modified, "%s", header(desk, "Last-Modified"));
    snprintf(list, sizeof list, "\"x\", %s", same + 2); /* as a strong one: the comparison is weak */
    const struct {
        const char *match, *since;
        int status;
    } cases[] = {{same, NULL, 304},     {same + 2, NULL, 304},
                 {"*", NULL, 304},      {list, NULL, 304},
                 {"\"x\"", NULL, 200},  {"\"x\"", modified, 200},
                 {NULL, modified, 304}, {NULL, "x", 200},
                 {same, "x", 304},      {NULL, "Thu, 01 Jan 1970 00:00:00 GMT", 200}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        desk->if_none_match = cases[i].match;
        desk->if_modified_since = cases[i].since;
        assert_int_equal(ask(desk, i % 2 == 0 ? "GET" : "HEAD", REPORT "?date=2026-01-19"), cases[i].status);
        assert_int_equal(desk->response.without_body, cases[i].status == 304 || i % 2 == 1);
        assert_string_equal(header(desk, "ETag"), same);
        assert_string_equal(header(desk, "Cache-Control"), "no-cache");
        assert_string_equal(header(desk, "X-Report-Source"), "hit");
    }
}

static void a_hit_says_that_the_database_has_changed(void **state) {
    struct desk *desk = *state;
    assert_int_equal(ask(desk, "GET", REPORT "?date=2026-01-19"), 200);
    test_set_age(desk->bench.db_path, 0);
    assert_int_equal(ask(desk, "GET", REPORT "?date=2026-01-19"), 200);
    assert_string_equal(header(desk, "X-Report-Source"), "hit");
    assert_string_equal(header(desk, "X-Report-Outdated"), "db_changed");
    assert_int_equal(unlink(desk->bench.db_path), 0);
    assert_int_equal(ask(desk, "GET", REPORT "?date=2026-01-19"), 200);
    assert_string_equal(header(desk, "X-Report-Source"), "hit");
}

static void a_stale_answer_is_200_without_an_etag(void **state) {
    struct desk *desk = *state;
    assert_int_equal(ask(desk, "GET", REPORT "?date=2026-01-19"), 200);
    assert_int_equal(unlink(desk->bench.db_path), 0);
    desk->if_none_match = "*";
    desk->if_modified_since = "Fri, 31 Dec 9999 00:00:00 GMT";
    assert_int_equal(ask(desk, "GET", REPORT "?date=2026-01-20"), 200);
    assert_string_equal(header(desk, "X-Report-Source"), "stale");
    assert_string_equal(header(desk, "ETag"), "");
    assert_string_equal(header(desk, "Last-Modified"), "");
    assert_string_equal(header(desk, "Cache-Control"), "no-cache");
    assert_false(desk->response.without_body);
    assert_string_equal(body_text(desk, "meta.as_of"), "2026-01-19");
    assert_string_equal(body_text(desk, "meta.requested_as_of"), "2026-01-20");
    assert_string_equal(body_text(desk, "meta.stale_error_code"), "DB_NOT_FOUND");
}

static void nothing_at_all_is_500_report_not_found(void **state) {
    struct desk *desk = *state;
    assert_int_equal(unlink(desk->bench.db_path), 0);
    assert_int_equal(ask(desk, "GET", REPORT "?date=2026-01-19"), 500);
    check_problem(desk, "REPORT_NOT_FOUND");
    assert_int_equal(strncmp(body_text(desk, "detail"), "FileNotFoundError:", 18), 0);
    assert_non_null(strstr(body_text(desk, "detail"), "DB_NOT_FOUND"));
}

static void recompute_answers_what_became_of_it(void **state) {
    struct desk *desk = *state;
    assert_int_equal(ask(desk, "POST", RECOMPUTE "?date=2026-01-19&mode=online"), 200);
    cJSON *answer = test_json(desk->response.body.ptr);
    assert_string_equal(test_names(answer), "result,as_of,mode,job_run_id,duration_ms,cache");
    cJSON_Delete(answer);
    assert_int_equal(
        strncmp(desk->response.body.ptr, "{\"result\":\"SUCCESS\",\"as_of\":\"2026-01-19\",\"mode\":\"online\",", 54), 0);
    assert_string_equal(body_text(desk, "cache"), "report_cache/counterparty-risk/online/2026-01-19.json");
    char id[100];
    snprintf(id, sizeof id, "%s", body_text(desk, "job_run_id"));
    assert_int_equal(ask(desk, "GET", STATUS "?mode=online"), 200);
    assert_string_equal(body_text(desk, "last_success.job_run_id"), id);
    assert_string_equal(body_text(desk, "last_run.trigger"), "http");
    pid_t holder = test_hold_lock(desk->bench.cache_dir);
    assert_int_equal(ask(desk, "POST", RECOMPUTE "?date=2026-01-19"), 200);
    assert_string_equal(desk->response.body.ptr,
                        "{\"result\":\"SKIPPED_LOCKED\",\"as_of\":\"2026-01-19\",\"mode\":\"offline\"}\n");
    assert_true(atoi(header(desk, "Retry-After")) > 0);
    test_let_go(holder);
    assert_int_equal(unlink(desk->bench.db_path), 0);
    assert_int_equal(ask(desk, "POST", RECOMPUTE "?date=2026-01-19"), 500);
    check_problem(desk, "DB_NOT_FOUND");
    assert_string_equal(body_text(desk, "result"), "FAILED");
    assert_string_equal(body_text(desk, "error_code"), "DB_NOT_FOUND");
}

static void status_answers_one_mode_or_both(void **state) {
    struct desk *desk = *state;
    assert_int_equal(ask(desk, "GET", STATUS), 200);
    assert_string_equal(
        desk->response.body.ptr,
        "{\"offline\":{\"last_run\":null,\"last_success\":null},\"online\":{\"last_run\":null,\"last_success\":null},"
        "\"modes_available\":[\"offline\",\"online\"]}\n");
    assert_string_equal(header(desk, "Content-Type"), "application/json");
    assert_string_equal(header(desk, "Cache-Control"), "no-store");
    ask(desk, "GET", REPORT "?date=2026-01-19");
    assert_int_equal(ask(desk, "GET", STATUS "?mode=offline"), 200);
    assert_string_equal(body_text(desk, "last_run.result"), "SUCCESS");
    assert_int_equal(ask(desk, "GET", STATUS "?mode=online"), 200);
    assert_string_equal(desk->response.body.ptr, "{\"last_run\":null,\"last_success\":null}\n");
}

/* As nginx asks, which sends stored reports itself and knows a second pool. */
static void ask_as_nginx(struct desk *desk) {
    desk->hand_over = "/_reports/";
    desk->compute = "/_compute";
}

static const char *sent_to(const struct desk *desk) {
    return header(desk, "X-Accel-Redirect");
}

static void what_has_to_be_made_goes_to_the_other_pool(void **state) {
    struct desk *desk = *state;
    ask_as_nginx(desk);
    assert_int_equal(ask(desk, "GET", REPORT "?mode=online&date=2026-01-19&x=%2f"), 200);
    assert_string_equal(sent_to(desk), "/_compute?date=2026-01-19&mode=online");
    assert_int_equal(desk->response.body.len, 0);
    assert_string_equal(header(desk, "ETag"), "");
    assert_int_equal(ask(desk, "GET", REPORT "?date=2026-01-19&format=csv&lang=en"), 200);
    assert_string_equal(sent_to(desk), "/_compute?date=2026-01-19&mode=offline&format=csv&lang=en");
    assert_int_equal(ask(desk, "GET", REPORT "?date=2026-01-19&format=json"), 200);
    assert_string_equal(sent_to(desk), "/_compute?date=2026-01-19&mode=offline&format=json&lang=ko");
    assert_int_equal(ask(desk, "POST", RECOMPUTE "?date=2026-01-19"), 200);
    assert_string_equal(sent_to(desk), "/_compute/recompute?date=2026-01-19&mode=offline");
    pid_t holder = test_hold_lock(desk->bench.cache_dir);
    assert_int_equal(ask(desk, "POST", RECOMPUTE "?date=2026-01-19"), 200);
    assert_string_equal(sent_to(desk), "");
    assert_string_equal(body_text(desk, "result"), "SKIPPED_LOCKED");
    test_let_go(holder);
    assert_int_equal(ask(desk, "GET", REPORT "?date=2026-02-30"), 400);
    assert_string_equal(sent_to(desk), "");
    assert_int_equal(ask(desk, "GET", STATUS), 200);
    assert_string_equal(sent_to(desk), "");
}

static void a_hit_is_handed_over_by_the_name_of_its_content(void **state) {
    struct desk *desk = *state;
    ask(desk, "GET", REPORT "?date=2026-01-19");
    ask_as_nginx(desk);
    assert_int_equal(ask(desk, "GET", REPORT "?date=2026-01-19"), 200);
    char etag[40], name[200];
    snprintf(etag, sizeof etag, "%s", header(desk, "ETag")); /* W/"hash" */
    snprintf(name, sizeof name, "/_reports/offline-2026-01-19-%.16s.json?date=2026-01-19&mode=offline", etag + 3);
    assert_string_equal(sent_to(desk), name);
    assert_string_equal(header(desk, "Content-Encoding"), "");
    assert_string_equal(header(desk, "X-Report-Source"), "hit");
    assert_int_equal(desk->response.body.len, 0);
    desk->accept_encoding = "gzip";
    assert_int_equal(ask(desk, "GET", REPORT "?date=2026-01-19"), 200);
    snprintf(name, sizeof name, "/_reports/offline-2026-01-19-%.16s.json.gz?date=2026-01-19&mode=offline", etag + 3);
    assert_string_equal(sent_to(desk), name);
    assert_string_equal(header(desk, "Content-Encoding"), "gzip");
    assert_string_equal(header(desk, "ETag"), etag);
    desk->if_none_match = etag;
    assert_int_equal(ask(desk, "GET", REPORT "?date=2026-01-19"), 304);
    assert_string_equal(sent_to(desk), "");
    assert_string_equal(header(desk, "Content-Encoding"), "");
}

static void a_stale_answer_is_never_handed_over(void **state) {
    struct desk *desk = *state;
    ask(desk, "GET", REPORT "?date=2026-01-19");
    assert_int_equal(unlink(desk->bench.db_path), 0);
    ask_as_nginx(desk);
    desk->compute = NULL; /* it is the other pool that finds out */
    desk->accept_encoding = "gzip";
    for (int again = 0; again < 2; again++) { /* the second time at once */
        assert_int_equal(ask(desk, "GET", REPORT "?date=2026-01-20"), 200);
        assert_string_equal(sent_to(desk), "");
        assert_string_equal(header(desk, "Content-Encoding"), "");
        assert_non_null(strstr(desk->response.body.ptr, "\"is_stale\":true"));
        desk->compute = "/_compute";
    }
}

static void who_is_not_vouched_for_may_not_recompute(void **state) {
    struct desk *desk = *state;
    desk->not_vouched_for = true;
    assert_int_equal(ask(desk, "POST", RECOMPUTE "?date=2026-01-19"), 403);
    check_problem(desk, "FORBIDDEN");
    ask_as_nginx(desk);
    assert_int_equal(ask(desk, "POST", RECOMPUTE "?date=2026-01-19"), 403);
    assert_string_equal(sent_to(desk), "");
    desk->compute = NULL;
    assert_int_equal(ask(desk, "GET", REPORT "?date=2026-01-19"), 200); /* reading is another matter */
}

static void a_token_is_needed_where_there_are_tokens(void **state) {
    struct desk *desk = *state;
    static const struct {
        const char *authorization;
        int status;
    } cases[] = {
        {NULL, 401},
        {"", 401},
        {"Bearer", 401},
        {"Bearer ", 401},
        {"Bearer aaaaaaaaaaaaaaaaaaaaaaaa", 200},
        {"bearer  aaaaaaaaaaaaaaaaaaaaaaaa ", 200},
        {"Bearer bbbbbbbbbbbbbbbbbbbbbbbb", 200},
        {"Bearer ops:aaaaaaaaaaaaaaaaaaaaaaaa", 401},
        {"Bearer aaaaaaaaaaaaaaaaaaaaaaa", 401},
        {"Bearer aaaaaaaaaaaaaaaaaaaaaaaab", 401},
        {"Bearer aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 401},
        {"Bearer short", 401},
        {"Bearer # a remark", 401},
        {"Basic aaaaaaaaaaaaaaaaaaaaaaaa", 401},
    };
    const char *path = test_path(desk->bench.folder, "tokens");
    char kept[200];
    snprintf(kept, sizeof kept, "%s", path);
    test_write_file(kept, "# a remark that is long enough\n\nops:aaaaaaaaaaaaaaaaaaaaaaaa\r\nshort\n  bbbbbbbbbbbbbbbbbbbbbbbb");
    desk->bench.conf.recompute_token_file = kept;
    desk->not_vouched_for = true; /* does not matter then */
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        desk->authorization = cases[i].authorization;
        assert_case(cases[i].authorization == NULL ? "none" : cases[i].authorization,
                    ask(desk, "POST", RECOMPUTE "?date=2026-01-19"), cases[i].status);
        if (cases[i].status == 401) {
            check_problem(desk, "UNAUTHORIZED");
            assert_string_equal(header(desk, "WWW-Authenticate"), "Bearer");
        }
    }
    desk->authorization = "Bearer aaaaaaaaaaaaaaaaaaaaaaaa";
    test_write_file(kept, "ops:cccccccccccccccccccccccc\n"); /* taken away */
    assert_int_equal(ask(desk, "POST", RECOMPUTE "?date=2026-01-19"), 401);
    assert_int_equal(unlink(kept), 0);
    assert_int_equal(ask(desk, "POST", RECOMPUTE "?date=2026-01-19"), 503);
    check_problem(desk, "TOKENS_UNREADABLE");
    assert_null(strstr(desk->response.body.ptr, kept));
}

static void pages_of_other_origins_may_not_recompute(void **state) {
    struct desk *desk = *state;
    static const struct {
        const char *origin, *host;
        int status;
        bool is_https;
    } cases[] = {
        {NULL, "report.example.com", 200, false},
        {"https://report.example.com", "report.example.com", 200, true},
        {"http://report.example.com", "report.example.com", 403, true},
        {"http://report.example.com", "report.example.com", 200, false},
        {"report.example.com", "report.example.com", 403, false},
        {"file://report.example.com", "report.example.com", 403, false},
        {"https://report.example.com", "report.example.com", 200, false},
        {"https://Report.Example.com", "report.example.com", 200, false},
        {"http://127.0.0.1:8000", "127.0.0.1:8000", 200, false},
        {"http://127.0.0.1:8001", "127.0.0.1:8000", 403, false},
        {"https://evil.example", "report.example.com", 403, false},
        {"https://report.example.com.evil.example", "report.example.com", 403, false},
        {"null", "report.example.com", 403, false},
        {"", "report.example.com", 403, false},
        {"https://report.example.com", NULL, 403, false},
        {"https://dash.example.com", "report.example.com", 200, false},
        {"https://other.example.com", "report.example.com", 200, false},
        {"https://dash.example.co", "report.example.com", 403, false},
    };
    desk->bench.conf.cors_allow_origin = "https://dash.example.com, https://other.example.com";
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        desk->origin = cases[i].origin;
        desk->host = cases[i].host;
        desk->is_https = cases[i].is_https;
        assert_case(cases[i].origin == NULL ? "none" : cases[i].origin, ask(desk, "POST", RECOMPUTE "?date=2026-01-19"),
                    cases[i].status);
        if (cases[i].status == 403)
            check_problem(desk, "FOREIGN_ORIGIN");
    }
}

static void other_origins_read_only_where_they_are_named(void **state) {
    struct desk *desk = *state;
    desk->origin = "https://dash.example.com";
    ask(desk, "GET", REPORT "?date=2026-01-19");
    assert_string_equal(header(desk, "Access-Control-Allow-Origin"), "");
    assert_string_equal(header(desk, "Vary"), "Accept-Encoding, Accept");
    assert_int_equal(ask(desk, "OPTIONS", RECOMPUTE), 405);
    desk->bench.conf.cors_allow_origin = "https://dash.example.com";
    ask(desk, "GET", REPORT "?date=2026-01-19");
    assert_string_equal(header(desk, "Access-Control-Allow-Origin"), "https://dash.example.com");
    assert_string_equal(header(desk, "Vary"), "Accept-Encoding, Accept, Origin");
    assert_int_equal(ask(desk, "OPTIONS", RECOMPUTE), 204);
    assert_string_equal(header(desk, "Access-Control-Allow-Methods"), "POST");
    assert_int_equal(desk->response.body.len, 0);
    desk->origin = "https://evil.example";
    ask(desk, "GET", REPORT "?date=2026-01-19");
    assert_string_equal(header(desk, "Access-Control-Allow-Origin"), "");
    assert_string_equal(header(desk, "Vary"), "Accept-Encoding, Accept, Origin");
    assert_int_equal(ask(desk, "OPTIONS", RECOMPUTE), 405);
}

static void a_table_has_an_etag_of_its_own_and_a_name(void **state) {
    struct desk *desk = *state;
    char report_etag[40], etag[60];
    ask(desk, "GET", REPORT "?date=2026-01-19");
    snprintf(report_etag, sizeof report_etag, "%s", header(desk, "ETag"));
    ask_as_nginx(desk);
    assert_int_equal(ask(desk, "GET", REPORT "?date=2026-01-19&format=csv"), 200);
    assert_string_equal(sent_to(desk), "");
    assert_string_equal(header(desk, "Content-Type"), "text/csv; charset=utf-8");
    assert_string_equal(header(desk, "Content-Disposition"), "attachment; filename=\"counterparty-risk-offline-2026-01-19.csv\"");
    assert_string_equal(header(desk, "X-Report-Source"), "hit");
    assert_true(desk->response.body.len > 100);
    snprintf(etag, sizeof etag, "%s", header(desk, "ETag"));
    assert_true(strncmp(etag, report_etag, strlen(report_etag) - 1) == 0 && strstr(etag, "-ko\"") != NULL);
    desk->if_none_match = etag;
    assert_int_equal(ask(desk, "GET", REPORT "?date=2026-01-19&format=csv"), 304);
    assert_int_equal(ask(desk, "GET", REPORT "?date=2026-01-19&format=csv&lang=en"), 200);
    assert_int_equal(ask(desk, "GET", REPORT "?date=2026-01-19"), 200);
    desk->if_none_match = report_etag;
    assert_int_equal(ask(desk, "GET", REPORT "?date=2026-01-19&format=csv"), 200);
}

static void series_and_differences_are_kept_and_errors_are_not(void **state) {
    struct desk *desk = *state;
    static const char *const targets[] = {REPORT "/dates", REPORT "/history", REPORT "/diff?from=2026-01-19&to=2026-01-19"};
    ask(desk, "GET", REPORT "?date=2026-01-19");
    for (size_t i = 0; i < sizeof targets / sizeof targets[0]; i++) {
        char etag[40];
        desk->if_none_match = NULL;
        assert_int_equal(ask(desk, "GET", targets[i]), 200);
        assert_string_equal(header(desk, "Cache-Control"), "no-cache");
        assert_string_equal(body_text(desk, "mode"), "offline");
        snprintf(etag, sizeof etag, "%s", header(desk, "ETag"));
        desk->if_none_match = etag;
        assert_int_equal(ask(desk, "GET", targets[i]), 304);
        assert_true(desk->response.without_body);
    }
    desk->if_none_match = "*";
    assert_int_equal(ask(desk, "GET", REPORT "/diff?from=2026-01-18&to=2026-01-19"), 404);
    check_problem(desk, "REPORT_NOT_CACHED");
    assert_string_equal(body_text(desk, "missing.0"), "2026-01-18");
    assert_int_equal(ask(desk, "GET", REPORT "/diff?to=2026-01-19"), 400);
    check_problem(desk, "INVALID_DATE");
    assert_int_equal(ask(desk, "GET", REPORT "?format=xml"), 400);
    check_problem(desk, "INVALID_FORMAT");
    assert_int_equal(ask(desk, "GET", REPORT "?lang=de"), 400);
    check_problem(desk, "INVALID_LANG");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_desk, close_desk)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(unknown_paths_are_404),
        TEST(other_methods_are_405_with_allow),
        TEST(an_empty_method_is_405_too),
        TEST(wrong_queries_are_400_or_414),
        TEST(a_report_is_generated_and_then_a_hit),
        TEST(a_date_left_out_is_today_in_the_zone),
        TEST(head_is_get_without_the_body),
        TEST(what_the_client_has_is_304),
        TEST(a_hit_says_that_the_database_has_changed),
        TEST(a_stale_answer_is_200_without_an_etag),
        TEST(nothing_at_all_is_500_report_not_found),
        TEST(recompute_answers_what_became_of_it),
        TEST(status_answers_one_mode_or_both),
        TEST(what_has_to_be_made_goes_to_the_other_pool),
        TEST(a_hit_is_handed_over_by_the_name_of_its_content),
        TEST(a_stale_answer_is_never_handed_over),
        TEST(who_is_not_vouched_for_may_not_recompute),
        TEST(a_token_is_needed_where_there_are_tokens),
        TEST(pages_of_other_origins_may_not_recompute),
        TEST(other_origins_read_only_where_they_are_named),
        TEST(a_table_has_an_etag_of_its_own_and_a_name),
        TEST(series_and_differences_are_kept_and_errors_are_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
