/* Answers as plain data: status, headers, problem+json, and what the client has already (contract.md 3). */
#include "support.h"

#include "respond.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct rr_request request = {.method = "GET", .path = "/", .query = "", .id = "id \"1\""};

static void a_json_answer_is_200(void **state) {
    (void)state;
    struct rr_response response = RR_RESPONSE_EMPTY;
    struct rr_json json = {false};
    cJSON *object = rr_json_object(&json, NULL, NULL);
    rr_json_text(&json, object, "이름", rr_slice_of("가"));
    rr_respond_json(&response, &json, object);
    assert_int_equal(response.status, 200);
    assert_string_equal(response.body.ptr, "{\"이름\":\"가\"}\n");
    assert_non_null(strstr(response.headers.ptr, "Content-Type: application/json\r\n"));
    assert_non_null(strstr(response.headers.ptr, "Cache-Control: no-store\r\n"));
    rr_response_free(&response);
    rr_response_free(&response);
}

static void a_problem_has_the_members_of_rfc_9457_and_more(void **state) {
    (void)state;
    struct rr_response response = RR_RESPONSE_EMPTY;
    rr_respond_problem(&response, &request, 404, "NOT_FOUND", "there is \"nothing\".", NULL);
    assert_int_equal(response.status, 404);
    assert_string_equal(
        response.body.ptr,
        "{\"type\":\"about:blank\",\"title\":\"Not Found\",\"status\":404,\"detail\":\"there is \\\"nothing\\\".\","
        "\"code\":\"NOT_FOUND\",\"request_id\":\"id \\\"1\\\"\"}\n");
    assert_non_null(strstr(response.headers.ptr, "Content-Type: application/problem+json\r\n"));
    rr_response_free(&response);
    response = (struct rr_response)RR_RESPONSE_EMPTY;
    rr_respond_problem(&response, &request, 500, "X", "y.", test_json("{\"result\":\"FAILED\",\"error_code\":\"DB_INVALID\"}"));
    cJSON *tree = test_json(response.body.ptr);
    assert_string_equal(test_names(tree), "type,title,status,detail,code,request_id,result,error_code");
    assert_string_equal(test_text_at(tree, "error_code"), "DB_INVALID");
    cJSON_Delete(tree);
    rr_response_free(&response);
}

static void errors_have_the_status_of_whose_fault_it_is(void **state) {
    (void)state;
    static const struct {
        enum rr_code code;
        int status;
    } cases[] = {{RR_BAD_DATE, 400},    {RR_BAD_FORMAT, 400}, {RR_BAD_LANGUAGE, 400},    {RR_NOT_CACHED, 404},
                 {RR_BAD_MODE, 400},    {RR_BAD_QUERY, 400},  {RR_QUERY_TOO_LONG, 414},  {RR_DB_NOT_FOUND, 500},
                 {RR_DB_UNSTABLE, 500}, {RR_DB_INVALID, 500}, {RR_PIPELINE_FAILED, 500}, {RR_CACHE_WRITE_FAILED, 500},
                 {RR_LOCK_TIMEOUT, 500}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct rr_response response = RR_RESPONSE_EMPTY;
        struct rr_err err;
        assert_int_equal(rr_fail(&err, cases[i].code, "what would be right."), -1);
        rr_respond_error(&response, &request, &err, NULL);
        assert_int_equal(response.status, cases[i].status);
        cJSON *tree = test_json(response.body.ptr);
        assert_string_equal(test_text_at(tree, "code"), rr_code_name(cases[i].code));
        assert_string_equal(test_text_at(tree, "detail"), "what would be right.");
        assert_true(strlen(test_text_at(tree, "title")) > 0);
        cJSON_Delete(tree);
        rr_response_free(&response);
    }
}

static void without_memory_the_answer_is_503_and_come_again(void **state) {
    (void)state;
    struct rr_response response = RR_RESPONSE_EMPTY;
    struct rr_json json = {.failed = true};
    rr_respond_json(&response, &json, NULL);
    assert_int_equal(response.status, 503);
    assert_non_null(strstr(response.headers.ptr, "Retry-After: "));
    rr_response_free(&response);
}

static void the_head_is_as_fastcgi_wants_it(void **state) {
    (void)state;
    struct rr_response response = RR_RESPONSE_EMPTY;
    struct rr_buf head = RR_BUF_INIT(4096);
    rr_respond_header(&response, "ETag", "W/\"1\"");
    rr_buf_add_text(&response.body, "12345");
    response.status = 200;
    rr_response_head(&response, &head);
    assert_string_equal(head.ptr, "Status: 200 OK\r\nETag: W/\"1\"\r\nContent-Length: 5\r\n\r\n");
    rr_buf_clear(&head);
    response.status = 304;
    rr_response_head(&response, &head);
    assert_string_equal(head.ptr, "Status: 304 Not Modified\r\nETag: W/\"1\"\r\n\r\n");
    rr_buf_free(&head);
    rr_response_free(&response);
}

static const char etag[] = "W/\"0123456789abcdef\"";

static bool has_current(const char *if_none_match, const char *if_modified_since) {
    const struct rr_request asked = {.if_none_match = if_none_match, .if_modified_since = if_modified_since};
    return rr_request_has_current(&asked, etag, 1768777200); /* Sun, 18 Jan 2026 23:00:00 GMT */
}

static void if_none_match_is_compared_weakly(void **state) {
    (void)state;
    static const char *const matching[] = {
        "W/\"0123456789abcdef\"",         "\"0123456789abcdef\"",         "*",
        "\"x\", W/\"0123456789abcdef\"",  "W/\"0123456789abcdef\",\"x\"", "W/\"x\",\"0123456789abcdef\" , \"y\"",
        "\"\"  ,\t \"0123456789abcdef\"",
    };
    static const char *const others[] = {
        "",
        "\"\"",
        "\"*\"",
        "0123456789abcdef",
        "W/0123456789abcdef",
        "\"0123456789abcde\"",
        "\"0123456789abcdef0\"",
        "\"00123456789abcdef\"",
        "\"0123456789ABCDEF\"",
        "\"x\", \"y\"",
    };
    for (size_t i = 0; i < sizeof matching / sizeof matching[0]; i++)
        if (!has_current(matching[i], NULL))
            fail_msg("%s should match", matching[i]);
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (has_current(others[i], NULL))
            fail_msg("%s should not match", others[i]);
}

static void if_modified_since_counts_only_without_if_none_match(void **state) {
    (void)state;
    assert_true(has_current(NULL, "Sun, 18 Jan 2026 23:00:00 GMT"));
    assert_true(has_current(NULL, "Sun, 18 Jan 2026 23:00:01 GMT"));
    assert_false(has_current(NULL, "Sun, 18 Jan 2026 22:59:59 GMT"));
    assert_false(has_current("\"x\"", "Sun, 18 Jan 2026 23:00:00 GMT"));
    assert_true(has_current(etag, "Sun, 18 Jan 2026 22:59:59 GMT"));
    assert_false(has_current(NULL, NULL));
}

static void what_is_no_date_is_no_if_modified_since(void **state) {
    (void)state;
    static const char *const dates[] = {"",
                                        "x",
                                        "2027-01-18T23:00:00Z",
                                        "Mon, 18 Jan 2027 23:00:00",
                                        "Mon, 18 Jan 2027 23:00:00 GMT; x",
                                        "Mon, 18 Jan 2027 23:00:00 KST",
                                        "1900000000"};
    for (size_t i = 0; i < sizeof dates / sizeof dates[0]; i++)
        assert_false(has_current(NULL, dates[i]));
}

static void gzip_is_sent_to_who_takes_it(void **state) {
    (void)state;
    static const struct {
        const char *accepts;
        bool takes;
    } cases[] = {
        {"gzip", true},
        {"GZip", true},
        {"x-gzip", true},
        {"br, gzip;q=0.5", true},
        {"gzip;q=1.0", true},
        {" deflate ,gzip", true},
        {"*", true},
        {"*;q=0.1", true},
        {"gzip;q=0.001", true},
        {"gzip ; q=0.5", true},
        {"gzip;q=", true},
        {"gzip;q=abc", true},
        {"gzip;q=nan", true},
        {"identity;q=0, *", true},
        {"gzip, *;q=0", true},
        {"", false},
        {"identity", false},
        {"br", false},
        {"gzip;q=0", false},
        {"gzip;q=0.000", false},
        {"gzip; Q=0", false},
        {"gzip;q=0, *", false},
        {"*;q=0", false},
        {"gzipped", false},
        {"not-gzip", false},
        {"gzip;q=0,,", false},
        {",, ,", false},
        {"identity;q=1, *;q=0", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct rr_request asked = {.accept_encoding = cases[i].accepts};
        assert_case(cases[i].accepts, rr_request_takes_gzip(&asked), cases[i].takes);
    }
    assert_false(rr_request_takes_gzip(&(struct rr_request){.accept_encoding = NULL}));
}

static void a_table_is_for_who_would_rather_have_it(void **state) {
    (void)state;
    static const struct {
        const char *accepts;
        bool prefers;
    } cases[] = {
        {"text/csv", true},
        {"TEXT/CSV; charset=utf-8", true},
        {"text/csv, */*", true},
        {"text/csv, application/json;q=0.9", true},
        {"text/csv;q=0.5, application/json;q=0.4, */*;q=0.1", true},
        {"application/json, text/csv", false},
        {"text/csv;q=0.5, application/json", false},
        {"text/csv;q=0.5, */*", false},
        {"text/csv;q=0", false},
        {"text/*", false},
        {"*/*", false},
        {"text/csvx, xtext/csv", false},
        {"", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct rr_request asked = {.accept = cases[i].accepts};
        assert_case(cases[i].accepts, rr_request_prefers_csv(&asked), cases[i].prefers);
    }
    assert_false(rr_request_prefers_csv(&(struct rr_request){.accept = NULL}));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_json_answer_is_200),
        cmocka_unit_test(a_problem_has_the_members_of_rfc_9457_and_more),
        cmocka_unit_test(errors_have_the_status_of_whose_fault_it_is),
        cmocka_unit_test(without_memory_the_answer_is_503_and_come_again),
        cmocka_unit_test(the_head_is_as_fastcgi_wants_it),
        cmocka_unit_test(if_none_match_is_compared_weakly),
        cmocka_unit_test(if_modified_since_counts_only_without_if_none_match),
        cmocka_unit_test(what_is_no_date_is_no_if_modified_since),
        cmocka_unit_test(gzip_is_sent_to_who_takes_it),
        cmocka_unit_test(a_table_is_for_who_would_rather_have_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
