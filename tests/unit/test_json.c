#include "support.h"

#include "base/json.h"
#include "base/log.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Prints a tree and compares. */
static void assert_prints(struct rr_json *json, cJSON *root, const char *want) {
    struct rr_buf out = RR_BUF_INIT(100000);
    struct rr_err err;
    assert_ok(rr_json_print(json, root, &out, &err));
    char have[400];
    snprintf(have, sizeof have, "%s", out.ptr);
    rr_buf_free(&out);
    assert_string_equal(have, want);
}

static void builds_a_tree(void **state) {
    (void)state;
    struct rr_json json = {0};
    cJSON *root = rr_json_object(&json, NULL, NULL);
    rr_json_text(&json, root, "이름", rr_slice_of("교육팀"));
    rr_json_bool(&json, root, "yes", true);
    rr_json_bool(&json, root, "no", false);
    rr_json_null(&json, root, "none");
    rr_json_number(&json, root, "ratio", 0.25);
    cJSON *list = rr_json_array(&json, root, "list");
    rr_json_text(&json, list, NULL, rr_slice_of("x"));
    rr_json_object(&json, list, NULL);
    rr_json_add(&json, root, "own", cJSON_CreateNumber(7));
    assert_prints(&json, root,
                  "{\"이름\":\"교육팀\",\"yes\":true,\"no\":false,\"none\":null,\"ratio\":0.25,\"list\":[\"x\",{}],\"own\":7}");
}

static void texts_become_well_formed(void **state) {
    (void)state;
    static const struct {
        struct rr_slice text;
        const char *json;
    } cases[] = {
        {RR_SLICE(""), "[\"\"]"},
        {{NULL, 0}, "[null]"},
        {RR_SLICE("한글 😀 é"), "[\"한글 😀 é\"]"},
        {RR_SLICE("\"\\/\n\t\b\f\r\x01"), "[\"\\\"\\\\/\\n\\t\\b\\f\\r\\u0001\"]"},
        {RR_SLICE("a\0b"), "[\"a\ufffdb\"]"},
        {RR_SLICE("\x80"), "[\"\ufffd\"]"},
        {RR_SLICE("한\xed\x95"), "[\"한\ufffd\ufffd\"]"},
        {RR_SLICE("\xc0\xaf"
                  "a"),
         "[\"\ufffd\ufffda\"]"},
        {RR_SLICE("\xed\xa0\x80"), "[\"\ufffd\ufffd\ufffd\"]"},
        {RR_SLICE("a\xff"
                  "b\xff"),
         "[\"a\ufffdb\ufffd\"]"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct rr_json json = {0};
        cJSON *root = rr_json_array(&json, NULL, NULL);
        rr_json_text(&json, root, NULL, cases[i].text);
        assert_prints(&json, root, cases[i].json);
    }
}

static void a_slice_ends_where_it_ends(void **state) {
    (void)state;
    struct rr_json json = {0};
    cJSON *root = rr_json_array(&json, NULL, NULL);
    rr_json_text(&json, root, NULL, (struct rr_slice){"한글", 5}); /* the second character is cut */
    assert_prints(&json, root, "[\"한\ufffd\ufffd\"]");
}

static void whole_numbers_are_exact(void **state) {
    (void)state;
    rr_whole most = (rr_whole)INT64_MAX;
    const struct {
        rr_whole number;
        const char *json;
    } cases[] = {
        {0, "[0]"},
        {-1, "[-1]"},
        {170000000, "[170000000]"},
        {9007199254740991, "[9007199254740991]"},
        {9007199254740992, "[9007199254740992]"},
        {9007199254740993, "[9007199254740993]"},
        {-9007199254740993, "[-9007199254740993]"},
        {most, "[9223372036854775807]"},
        {-most - 1, "[-9223372036854775808]"},
        {most * 1000000, "[9223372036854775807000000]"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct rr_json json = {0};
        cJSON *root = rr_json_array(&json, NULL, NULL);
        rr_json_whole(&json, root, NULL, cases[i].number);
        assert_prints(&json, root, cases[i].json);
    }
}

static void a_failure_on_the_way_fails_the_print(void **state) {
    (void)state;
    struct rr_json json = {0};
    struct rr_err err;
    struct rr_buf out = RR_BUF_INIT(1000);
    cJSON *root = rr_json_object(&json, NULL, NULL);
    rr_json_add(&json, root, "item", NULL); /* as where memory ran out */
    assert_true(json.failed);
    cJSON *list = rr_json_array(&json, root, "list");
    assert_null(list);
    rr_json_text(&json, list, NULL, rr_slice_of("x"));
    rr_json_whole(&json, list, NULL, 1);
    assert_fails(rr_json_print(&json, root, &out, &err), RR_PIPELINE_FAILED);
    assert_int_equal(out.len, 0);
    rr_buf_free(&out);
}

static void print_appends_up_to_the_maximum(void **state) {
    (void)state;
    struct rr_json json = {0};
    struct rr_err err;
    struct rr_buf out = RR_BUF_INIT(6);
    rr_buf_add_text(&out, "> ");
    assert_ok(rr_json_print(&json, rr_json_object(&json, NULL, NULL), &out, &err));
    assert_string_equal(out.ptr, "> {}");
    cJSON *root = rr_json_array(&json, NULL, NULL);
    rr_json_bool(&json, root, NULL, true);
    assert_fails(rr_json_print(&json, root, &out, &err), RR_PIPELINE_FAILED);
    rr_buf_free(&out);
}

static void member_gives_texts_only(void **state) {
    (void)state;
    cJSON *object = cJSON_Parse("{\"as_of\":\"2026-01-19\",\"n\":1,\"none\":null,\"As_Of\":\"other\"}");
    assert_text(rr_json_member(object, "as_of"), "2026-01-19");
    assert_null(rr_json_member(object, "n").ptr);
    assert_null(rr_json_member(object, "none").ptr);
    assert_null(rr_json_member(object, "AS_OF").ptr);
    assert_null(rr_json_member(NULL, "as_of").ptr);
    cJSON_Delete(object);
}

/* ---- log ---- */

/* What rr_log writes to stderr; malloc'ed. */
static char *logged(enum rr_log_level level, const char *event, const struct rr_log_field *fields) {
    const char *path = test_path(test_folder(), "stderr");
    int kept = dup(STDERR_FILENO), file = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0600);
    assert_true(kept >= 0 && file >= 0);
    dup2(file, STDERR_FILENO);
    rr_log(level, event, fields);
    dup2(kept, STDERR_FILENO);
    close(kept);
    close(file);
    return test_read_file(path);
}

static void log_writes_one_line_of_json(void **state) {
    (void)state;
    assert_true(rr_clock_set_zone("Asia/Seoul"));
    char *text = logged(RR_LOG_WARNING, "cache_broken",
                        (const struct rr_log_field[]){{"path", "a\nb\"\xff", 0}, {"bytes", NULL, 9007199254740993}, {0}});
    assert_string_equal(strchr(text, '\n'), "\n");
    cJSON *line = cJSON_Parse(text);
    assert_text(rr_json_member(line, "level"), "warning");
    assert_text(rr_json_member(line, "event"), "cache_broken");
    assert_text(rr_json_member(line, "path"), "a\nb\"\ufffd");
    assert_non_null(strstr(text, "\"bytes\":9007199254740993"));
    int64_t at_s = rr_clock_parse_iso(rr_json_member(line, "time").ptr);
    assert_in_range(rr_clock_now_s(&rr_clock_system) - at_s, 0, 60);
    assert_non_null(strstr(text, "+09:00"));
    cJSON_Delete(line);
    free(text);
}

static void log_names_its_levels(void **state) {
    (void)state;
    static const char *const names[] = {
        [RR_LOG_INFO] = "\"level\":\"info\"", [RR_LOG_WARNING] = "\"level\":\"warning\"", [RR_LOG_ERROR] = "\"level\":\"error\""};
    for (enum rr_log_level level = RR_LOG_INFO; level <= RR_LOG_ERROR; level++) {
        char *text = logged(level, "event", (const struct rr_log_field[]){{0}});
        assert_non_null(strstr(text, names[level]));
        free(text);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(builds_a_tree),
        cmocka_unit_test(texts_become_well_formed),
        cmocka_unit_test(a_slice_ends_where_it_ends),
        cmocka_unit_test(whole_numbers_are_exact),
        cmocka_unit_test(a_failure_on_the_way_fails_the_print),
        cmocka_unit_test(print_appends_up_to_the_maximum),
        cmocka_unit_test(member_gives_texts_only),
        cmocka_unit_test(log_writes_one_line_of_json),
        cmocka_unit_test(log_names_its_levels),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
