/* Lines of the log, as a reader of stderr sees them. */
#include "support.h"

#include "base/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What act writes to stderr, malloc'ed. */
static char *stderr_of(void (*act)(void)) {
    const char *path = test_path(test_folder(), "stderr");
    int saved = dup(STDERR_FILENO);
    assert_non_null(freopen(path, "w", stderr));
    act();
    rr_log_flush();
    fflush(stderr);
    assert_true(dup2(saved, STDERR_FILENO) >= 0);
    close(saved);
    return test_read_file(path);
}

static int as_it_begins(void **state) {
    (void)state;
    rr_log_configure(RR_LOG_JSON, RR_LOG_INFO);
    return 0;
}

static void log_three(void) {
    const struct rr_log_field fields[] = {{"path", "/a?b=c", 0}, {"reason", "no \"space\"\nleft", 0}, {"ms", NULL, -7}, {0}};
    rr_log(RR_LOG_INFO, "first", fields);
    rr_log_later(RR_LOG_WARNING, "second", fields);
    rr_log_later(RR_LOG_ERROR, "third", (const struct rr_log_field[]){{"empty", "", 0}, {0}});
}

static size_t count_lines(const char *text) {
    size_t lines = 0;
    for (; (text = strchr(text, '\n')) != NULL; text++)
        lines++;
    return lines;
}

static void a_line_is_a_json_object(void **state) {
    (void)state;
    char *text = stderr_of(log_three);
    assert_int_equal(count_lines(text), 3);
    *strchr(text, '\n') = '\0';
    cJSON *line = test_json(text);
    assert_string_equal(test_names(line), "time,level,event,path,reason,ms");
    assert_string_equal(test_text_at(line, "level"), "info");
    assert_string_equal(test_text_at(line, "reason"), "no \"space\"\nleft");
    assert_int_equal(test_number_at(line, "ms"), -7);
    cJSON_Delete(line);
    free(text);
}

static void text_is_words_with_quotes_where_they_are_needed(void **state) {
    (void)state;
    rr_log_configure(RR_LOG_TEXT, RR_LOG_INFO);
    char *text = stderr_of(log_three);
    char *behind_time = strchr(text, ' ');
    assert_non_null(behind_time);
    *behind_time = '\0';
    assert_true(rr_clock_parse_iso(text) > 0);
    const char *rest = behind_time + 1;
    assert_int_equal(strncmp(rest, "info first path=/a?b=c reason=\"no \\\"space\\\"\\nleft\" ms=-7\n", 56), 0);
    assert_non_null(strstr(rest, " warning second path="));
    assert_non_null(strstr(rest, " error third empty=\"\"\n"));
    assert_int_equal(count_lines(rest), 3);
    free(text);
}

static void what_is_below_the_least_level_is_left_out(void **state) {
    (void)state;
    static const struct {
        enum rr_log_level least;
        size_t lines;
    } cases[] = {{RR_LOG_INFO, 3}, {RR_LOG_WARNING, 2}, {RR_LOG_ERROR, 1}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        rr_log_configure(RR_LOG_JSON, cases[i].least);
        char *text = stderr_of(log_three);
        assert_int_equal(count_lines(text), cases[i].lines);
        assert_non_null(strstr(text, "\"third\""));
        free(text);
    }
}

static void log_audit(void) {
    static const struct rr_log_field none[] = {{0}};
    rr_log(RR_LOG_AUDIT, "recompute", none);
}

static void no_level_leaves_an_audit_line_out(void **state) {
    (void)state;
    rr_log_configure(RR_LOG_JSON, RR_LOG_ERROR);
    char *text = stderr_of(log_audit);
    assert_non_null(strstr(text, "\"level\":\"info\",\"event\":\"recompute\""));
    free(text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_line_is_a_json_object, as_it_begins),
        cmocka_unit_test_setup(text_is_words_with_quotes_where_they_are_needed, as_it_begins),
        cmocka_unit_test_setup(what_is_below_the_least_level_is_left_out, as_it_begins),
        cmocka_unit_test_setup(no_level_leaves_an_audit_line_out, as_it_begins),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
