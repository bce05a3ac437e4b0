/* Is a file a report? And marking one as stale without touching the rest of it. */
#include "support.h"

#include "store/document.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define META "{\"as_of\":\"2026-01-19\",\"mode\":\"online\",\"job_run_id\":\"run-1\"}"

static const char sample[] =
    "{\"meta\":" META ",\n\"summary\":{\"counts\":{\"good\":1}},\n\"counterparties\":[\n"
    "{\"orgName\":\"가 \\\"나\\\"\",\"gap\":-1.5e-7,\"deals_top\":[{\"a\":null},[true,false]]},\n{}\n]}\n";

static int check(const char *text, size_t len, struct rr_document_meta *meta, struct rr_err *err) {
    char *copy = malloc(len > 0 ? len : 1); /* of exactly that length: reading past it is seen */
    assert_non_null(copy);
    memcpy(copy, text, len);
    int rc = rr_document_check((struct rr_slice){copy, len}, meta, err);
    free(copy);
    return rc;
}

static void meta_is_read(void **state) {
    (void)state;
    static const char text[] =
        "{\"meta\":{\"as_of\":\"2026-01-19\",\"mode\":\"offline\",\"db_version\":\"2026-01-18T22:00:00+09:00\","
        "\"db_signature\":\"1-2\",\"generator_version\":\"v\",\"job_run_id\":\"r\"}}";
    struct rr_document_meta meta;
    struct rr_err err;
    assert_ok(check(text, strlen(text), &meta, &err));
    assert_string_equal(meta.key.as_of, "2026-01-19");
    assert_int_equal(meta.key.mode, RR_OFFLINE);
    assert_string_equal(meta.db_version, "2026-01-18T22:00:00+09:00");
    assert_string_equal(meta.db_signature, "1-2");
    assert_string_equal(meta.generator_version, "v");
    assert_string_equal(meta.job_run_id, "r");
}

static void any_layout_of_whole_json_will_do(void **state) {
    (void)state;
    static const char *const texts[] = {
        sample,
        "{\"meta\":" META "}",
        " \r\n\t{ \"meta\" : " META " } \r\n\t",
        "{\"x\":[ ] ,\"y\":[ 1 , \"]\" , [ { } ] ] , \"meta\" :" META ", \"z\" : null}",
        "{\"\\u006deta\":" META "}",
        "{\"meta\":{\"mode\":\"online\",\n \"other\":[{}],\n \"as_of\":\"2026-01-19\"},\"s\":\"}{][\\\\\\\"\"}",
        "{\"meta\":{\"as_of\":\"2026-01-19\",\"mode\":\"online\",\"db_signature\":null,\"job_run_id\":7}}",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct rr_document_meta meta;
        struct rr_err err;
        if (check(texts[i], strlen(texts[i]), &meta, &err) != 0)
            fail_msg("%s: %s", texts[i], err.message);
        assert_string_equal(meta.key.as_of, "2026-01-19");
        assert_int_equal(meta.key.mode, RR_ONLINE);
    }
}

static void assert_broken(const char *text, size_t len) {
    struct rr_document_meta meta;
    struct rr_err err = {RR_OK, ""};
    if (check(text, len, &meta, &err) == 0)
        fail_msg("taken for valid: %.200s", text);
    assert_int_equal(err.code, RR_BROKEN);
}

static void what_is_no_report_is_broken(void **state) {
    (void)state;
    static const char *const texts[] = {
        "",
        " \n",
        "{}",
        "[]",
        "null",
        "\"meta\"",
        "report",
        "<html></html>",
        "{\"meta\":null}",
        "{\"meta\":[]}",
        "{\"meta\":\"2026-01-19\"}",
        "{\"meta\":{}}",
        "{\"Meta\":" META "}",
        "{\"data\":{\"meta\":" META "}}",
        "[{\"meta\":" META "}]",
        "{\"meta\":{\"as_of\":\"2026-01-19\"}}",
        "{\"meta\":{\"mode\":\"online\"}}",
        "{\"meta\":{\"as_of\":20260119,\"mode\":\"online\"}}",
        "{\"meta\":{\"as_of\":\"2026-01-19T00:00:00\",\"mode\":\"online\"}}",
        "{\"meta\":{\"as_of\":\"2026-01-19\",\"mode\":\"Online\"}}",
        "{\"meta\":{\"as_of\":\"2026-01-19\",\"mode\":[\"online\"]}}",
        "{\"meta\" " META "}",
        "{\"meta\"}",
        "{\"meta\":}",
        "{meta:" META "}",
        "{\"meta\":" META ",}",
        "{,\"meta\":" META "}",
        "{\"meta\":" META " \"x\":1}",
        "{\"meta\":" META ",\"x\":}",
        "{\"meta\":" META ",\"x\":[1,]}",
        "{\"meta\":" META ",\"x\":[,1]}",
        "{\"meta\":" META ",\"x\":[1 2]}",
        "{\"meta\":" META ",\"x\":[1}}",
        "{\"meta\":" META ",\"x\":{\"a\":1]}",
        "{\"meta\":" META ",\"x\":nul}",
        "{\"meta\":" META ",\"x\":\"\\q\"}",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        assert_broken(texts[i], strlen(texts[i]));
}

static void assert_all_broken(const struct rr_slice *texts, size_t count) {
    for (size_t i = 0; i < count; i++)
        assert_broken(texts[i].ptr, texts[i].len);
}

static void a_meta_without_a_value_is_broken(void **state) {
    (void)state;
    static const struct rr_slice texts[] = {RR_SLICE("{\"meta\":,\"meta\":" META "}"),
                                            RR_SLICE("{\"meta\":,\"x\":1,\"meta\":" META "}")};
    assert_all_broken(texts, sizeof texts / sizeof texts[0]);
}

/* What a file system may leave of a file that lost its power. */
static void a_block_of_zeros_in_the_middle_is_broken(void **state) {
    (void)state;
    static const struct rr_slice texts[] = {RR_SLICE("{\"meta\":" META ",\"x\":\"a\0\0\0b\"}"),
                                            RR_SLICE("{\"meta\":" META ",\"x\":{\"a\":\0\0\0 1}}"),
                                            RR_SLICE("{\"meta\":" META ",\"x\":[\0\0\0]}")};
    assert_all_broken(texts, sizeof texts / sizeof texts[0]);
}

/* cJSON takes these for JSON, but no browser does: such a file would be a hit that nobody can read. */
static void what_only_a_lenient_parser_reads_is_broken(void **state) {
    (void)state;
    static const struct rr_slice texts[] = {
        RR_SLICE("{\"meta\":" META ",\"x\":\"a\nb\"}"),
        RR_SLICE("{\"meta\":" META ",\"x\":\"\xff\"}"),
        RR_SLICE("{\"meta\":" META ",\"x\":01}"),
        RR_SLICE("{\"meta\":\xef\xbb\xbf" META "}"),
    };
    assert_all_broken(texts, sizeof texts / sizeof texts[0]);
}

static void every_truncation_is_broken(void **state) {
    (void)state;
    size_t len = strlen(sample) - 1; /* without the last line break it is whole */
    for (size_t kept = 0; kept < len; kept++)
        assert_broken(sample, kept);
}

static void trailing_rubbish_is_broken(void **state) {
    (void)state;
    static const struct rr_slice tails[] = {RR_SLICE("x"),  RR_SLICE("{}"),     RR_SLICE("\n}"),  RR_SLICE(","),
                                            RR_SLICE("\0"), RR_SLICE("\0\0\n"), RR_SLICE("null"), RR_SLICE("\xef\xbb\xbf")};
    for (size_t i = 0; i < sizeof tails / sizeof tails[0]; i++) {
        char text[sizeof sample + 8];
        memcpy(text, sample, sizeof sample - 1);
        memcpy(text + sizeof sample - 1, tails[i].ptr, tails[i].len);
        assert_broken(text, sizeof sample - 1 + tails[i].len);
    }
}

/* depth times opening, then closing as often. */
static void assert_nested_broken(const char *opening, const char *closing, int depth) {
    struct rr_buf text = RR_BUF_INIT(64 * 1024 * 1024);
    rr_buf_add_text(&text, "{\"meta\":" META ",\"x\":");
    for (int i = 0; i < depth; i++)
        rr_buf_add_text(&text, opening);
    assert_broken(text.ptr, text.len);
    rr_buf_add_text(&text, "0");
    for (int i = 0; i < depth; i++)
        rr_buf_add_text(&text, closing);
    rr_buf_add_text(&text, "}");
    assert_false(text.failed);
    assert_broken(text.ptr, text.len);
    rr_buf_free(&text);
}

static void deep_nesting_is_refused_and_kills_nobody(void **state) {
    (void)state;
    assert_nested_broken("[", "]", 500000);
    assert_nested_broken("{\"a\":", "}", 500000);
}

static const char marks_text[] = "{\"is_stale\":true,\"stale_reason\":\"latest_success_fallback\",\"job_run_id\":\"새 것\"}";

static void restamping_changes_meta_alone(void **state) {
    (void)state;
    static const struct {
        const char *before, *meta, *after, *want_meta;
    } cases[] = {
        {"{\"meta\":", META, ",\n\"a\":[1.50, \"\\uac00 가\", 1e2 ,\t00x]}\n", NULL},
        {"{\"meta\":", META, ",\n\"a\":[1.50, \"\\uac00 가\\/\", 1e2 ,\t12345678901234567890123]}\n",
         "{\"as_of\":\"2026-01-19\",\"mode\":\"online\",\"is_stale\":true,\"stale_reason\":\"latest_success_fallback\",\"job_run_"
         "id\":\"새 것\"}"},
        {" {\r\n \"z\" : [ ] ,\n \"meta\"\t:  ", "{ \"mode\" : \"online\" ,\n  \"as_of\" : \"2026-01-19\" }",
         "  ,\"meta2\":{ }\n } \n\n",
         "{\"mode\":\"online\",\"as_of\":\"2026-01-19\",\"is_stale\":true,\"stale_reason\":\"latest_success_fallback\",\"job_run_"
         "id\":\"새 것\"}"},
        {"{\"meta\":", "{\"is_stale\":false,\"stale_reason\":\"older\",\"target_year\":2026,\"x\":null}", "}",
         "{\"target_year\":2026,\"x\":null,\"is_stale\":true,\"stale_reason\":\"latest_success_fallback\",\"job_run_id\":\"새 "
         "것\"}"},
    };
    cJSON *marks = test_json(marks_text);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct rr_buf body = RR_BUF_INIT(4096), out = RR_BUF_INIT(4096);
        struct rr_err err;
        rr_buf_printf(&body, "%s%s%s", cases[i].before, cases[i].meta, cases[i].after);
        int rc = rr_document_restamp(&body, marks, &out, &err);
        if (cases[i].want_meta != NULL) {
            char want[1000];
            assert_ok(rc);
            snprintf(want, sizeof want, "%s%s%s", cases[i].before, cases[i].want_meta, cases[i].after);
            assert_string_equal(out.ptr, want);
        } else {
            assert_fails(rc, RR_BROKEN);
        }
        rr_buf_free(&body);
        rr_buf_free(&out);
    }
    assert_string_equal(test_names(marks), "is_stale,stale_reason,job_run_id"); /* borrowed: still whole */
    cJSON_Delete(marks);
}

static void restamping_appends_and_fails_where_there_is_no_room(void **state) {
    (void)state;
    cJSON *marks = test_json("{\"is_stale\":true}");
    struct rr_buf body = RR_BUF_INIT(4096), out = RR_BUF_INIT(4096), small = RR_BUF_INIT(sizeof sample);
    struct rr_err err;
    rr_buf_add_text(&body, sample);
    rr_buf_add_text(&out, "before ");
    assert_ok(rr_document_restamp(&body, marks, &out, &err));
    assert_int_equal(strncmp(out.ptr, "before {\"meta\":", 15), 0);
    assert_int_equal(rr_document_restamp(&body, marks, &small, &err), -1);
    rr_buf_free(&body);
    rr_buf_free(&out);
    rr_buf_free(&small);
    cJSON_Delete(marks);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(meta_is_read),
        cmocka_unit_test(any_layout_of_whole_json_will_do),
        cmocka_unit_test(what_is_no_report_is_broken),
        cmocka_unit_test(a_meta_without_a_value_is_broken),
        cmocka_unit_test(a_block_of_zeros_in_the_middle_is_broken),
        cmocka_unit_test(what_only_a_lenient_parser_reads_is_broken),
        cmocka_unit_test(every_truncation_is_broken),
        cmocka_unit_test(trailing_rubbish_is_broken),
        cmocka_unit_test(deep_nesting_is_refused_and_kills_nobody),
        cmocka_unit_test(restamping_changes_meta_alone),
        cmocka_unit_test(restamping_appends_and_fails_where_there_is_no_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
