/* The command line's long options. */
#include "support.h"

#include "options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What the options of a table hold after reading. */
struct held {
    const char *date, *output;
    uint64_t deals;
    bool force, help;
};

enum { words_max = 16 };

/* Reads a command line whose words are parted by one space; an empty word stands between two. */
static int read_words(const char *line, struct held *held, struct rr_err *err) {
    static char words[200];
    char *argv[words_max], *rest = words;
    int argc = 0;
    *held = (struct held){.deals = 7};
    const struct rr_option options[] = {
        {"date", RR_OPTION_TEXT, &held->date, "YYYY-MM-DD", "the date"},
        {"output", RR_OPTION_TEXT, &held->output, "FILE", "where"},
        {"deals", RR_OPTION_NUMBER, &held->deals, "N", "how many"},
        {"force", RR_OPTION_FLAG, &held->force, NULL, "again"},
        {0},
    };
    snprintf(words, sizeof words, "%s", line);
    while (line[0] != '\0' && rest != NULL && argc < words_max)
        argv[argc++] = strsep(&rest, " ");
    return rr_options_read(options, argc, argv, &held->help, err);
}

static bool same(const char *a, const char *b) {
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static void known_options_are_read(void **state) {
    (void)state;
    static const struct {
        const char *line;
        struct held held;
    } cases[] = {
        {"", {.deals = 7}},
        {"--date 2026-01-19", {.date = "2026-01-19", .deals = 7}},
        {"--date=2026-01-19", {.date = "2026-01-19", .deals = 7}},
        {"--date=", {.date = "", .deals = 7}},
        {"--date ", {.date = "", .deals = 7}},
        {"--date=a=b", {.date = "a=b", .deals = 7}},
        {"--date --force", {.date = "--force", .deals = 7}},
        {"--date a --date b", {.date = "b", .deals = 7}},
        {"--force", {.force = true, .deals = 7}},
        {"--force --force --output x", {.force = true, .output = "x", .deals = 7}},
        {"--deals 0", {.deals = 0}},
        {"--deals=20000", {.deals = 20000}},
        {"--deals 18446744073709551615", {.deals = UINT64_MAX}},
        {"--help", {.help = true, .deals = 7}},
        {"-h", {.help = true, .deals = 7}},
        {"--force --help --unknown", {.help = true, .force = true, .deals = 7}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct held held;
        struct rr_err err = {RR_OK, ""};
        const struct held *want = &cases[i].held;
        if (read_words(cases[i].line, &held, &err) != 0 || !same(held.date, want->date) || !same(held.output, want->output) ||
            held.deals != want->deals || held.force != want->force || held.help != want->help)
            fail_msg("%s: %s", cases[i].line, err.message);
    }
}

static void mistakes_are_told_with_what_would_be_right(void **state) {
    (void)state;
    static const char *const cases[][2] = {
        {"--unknown", "--unknown is not known here"},
        {"date", "date is not known here"},
        {"-date x", "-date is not known here"},
        {"--", "-- is not known here"},
        {"--=x", "--=x is not known here"},
        {"--dat x", "--dat is not known here"},
        {"--dates x", "--dates is not known here"},
        {"--Date x", "--Date is not known here"},
        {"--help=x", "--help=x is not known here"},
        {"--date x y", "y is not known here"},
        {"--date", "--date needs a value: YYYY-MM-DD"},
        {"--force --output", "--output needs a value: FILE"},
        {"--force=yes", "--force takes no value"},
        {"--force=", "--force takes no value"},
        {"--deals", "--deals needs a value: N"},
        {"--deals x", "must be a whole number"},
        {"--deals ", "must be a whole number"},
        {"--deals=", "must be a whole number"},
        {"--deals -1", "must be a whole number"},
        {"--deals +1", "must be a whole number"},
        {"--deals 1x", "must be a whole number"},
        {"--deals 1.5", "must be a whole number"},
        {"--deals 0x10", "must be a whole number"},
        {"--deals 18446744073709551616", "must be a whole number"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct held held;
        struct rr_err err = {RR_OK, ""};
        if (read_words(cases[i][0], &held, &err) == 0 || err.code != RR_BAD_SETTING || strstr(err.message, cases[i][1]) == NULL)
            fail_msg("%s: %s", cases[i][0], err.message);
    }
}

/* What rr_options_describe prints, a line an option. */
static void help_has_a_line_an_option(void **state) {
    (void)state;
    const struct rr_option options[] = {
        {"date", RR_OPTION_TEXT, NULL, "YYYY-MM-DD", "the date"}, {"force", RR_OPTION_FLAG, NULL, NULL, "again"}, {0}};
    const char *path = test_path(test_folder(), "help");
    fflush(stdout);
    int kept = dup(STDOUT_FILENO);
    assert_true(kept >= 0);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(dup2(fileno(file), STDOUT_FILENO) >= 0);
    rr_options_describe(options);
    fflush(stdout);
    assert_true(dup2(kept, STDOUT_FILENO) >= 0);
    close(kept);
    fclose(file);
    char *text = test_read_file(path);
    assert_string_equal(text, "  --date YYYY-MM-DD              the date\n  --force                        again\n");
    free(text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_options_are_read),
        cmocka_unit_test(mistakes_are_told_with_what_would_be_right),
        cmocka_unit_test(help_has_a_line_an_option),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
