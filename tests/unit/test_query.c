/* What a request asks for, read from its query string (contract.md 3). */
#include "support.h"

#include "service/query.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct rr_query_parser parser;

static const unsigned all_parameters = RR_TAKES(RR_PARAMETER_COUNT) - 1;

static int open_parser(void **state) {
    struct rr_err err;
    (void)state;
    return rr_query_open(&parser, &err);
}

static int close_parser(void **state) {
    (void)state;
    rr_query_close(&parser);
    rr_query_close(&parser); /* idempotent */
    return 0;
}

/* What comes of a query string: `DATE MODE`, `-` for what is left out, or the error's code. */
static const char *outcome_of(struct rr_slice text) {
    static char outcome[64];
    struct rr_query query;
    struct rr_err err;
    char *copy = malloc(text.len > 0 ? text.len : 1); /* of exactly that length: reading past it is seen */
    assert_non_null(copy);
    if (text.len > 0)
        memcpy(copy, text.ptr, text.len);
    int rc = rr_query_parse(&parser, (struct rr_slice){copy, text.len}, all_parameters, &query, &err);
    free(copy);
    if (rc != 0)
        return rr_code_name(err.code);
    snprintf(outcome, sizeof outcome, "%s %s", query.has_date ? query.as_of : "-",
             query.has_mode ? rr_mode_name(query.mode) : "-");
    assert_true(query.has_mode || query.mode == RR_OFFLINE); /* left out: offline */
    return outcome;
}

struct query_case {
    const char *text, *outcome;
};

static void check_cases(const struct query_case *cases, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (strcmp(outcome_of(rr_slice_of(cases[i].text)), cases[i].outcome) != 0)
            fail_msg("?%s: %s, not %s", cases[i].text, outcome_of(rr_slice_of(cases[i].text)), cases[i].outcome);
}

#define CHECK(cases) check_cases(cases, sizeof(cases) / sizeof(cases)[0])

static void dates_of_the_calendar_pass(void **state) {
    (void)state;
    static const struct query_case cases[] = {
        {"date=2026-01-19", "2026-01-19 -"}, {"date=0001-01-01", "0001-01-01 -"},         {"date=9999-12-31", "9999-12-31 -"},
        {"date=2024-02-29", "2024-02-29 -"}, {"date=2000-02-29", "2000-02-29 -"},         {"date=2026%2D01%2D19", "2026-01-19 -"},
        {"date=2026-01-31", "2026-01-31 -"}, {"date=%32026%2d01%2d1%39", "2026-01-19 -"},
    };
    CHECK(cases);
}

static void anything_else_is_an_invalid_date(void **state) {
    (void)state;
    static const char *const values[] = {
        "",
        "2023-02-29",
        "1900-02-29",
        "2026-02-30",
        "2026-04-31",
        "2026-13-01",
        "2026-00-01",
        "2026-01-00",
        "2026-01-32",
        "0000-01-01",
        "2026-1-1",
        "26-01-19",
        "12026-01-19",
        "20260119",
        "2026-W04-1",
        "2026-019",
        "2026/01/19",
        "2026.01.19",
        "2026-01-19T00:00:00",
        "2026-01-19Z",
        "2026-01-19%00",
        "%002026-01-19",
        "2026-01-19%0a",
        "2026-01-19%0d%0a",
        "2026-01-19%20",
        "%202026-01-19",
        "+2026-01-19",
        "2026-01-19+",
        "-2026-01-19",
        "2026-01-1",
        "2026-01-19.json",
        "../x",
        "..%2F..%2Fx",
        "2026-01-19/../../x",
        "%D9%A2%D9%A0%D9%A2%D9%A6-%D9%A0%D9%A1-%D9%A1%D9%A9",
        "٢٠٢٦-٠١-١٩",
        "２０２６-０１-１９",
        "2026%E2%80%9001%E2%80%9019",
        "today",
        "2026-01-19;mode=online",
        "2026-01-19=",
    };
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        char text[200];
        snprintf(text, sizeof text, "date=%s", values[i]);
        const struct query_case one = {text, "INVALID_DATE"};
        check_cases(&one, 1);
    }
}

static void bytes_that_no_text_holds_are_invalid_too(void **state) {
    (void)state;
    static const struct rr_slice texts[] = {RR_SLICE("date=2026-01-19\0"), RR_SLICE("date=2026-01-19\n"),
                                            RR_SLICE("date=2026-01-19\xff")};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        assert_string_equal(outcome_of(texts[i]), "INVALID_DATE");
}

static void modes_are_two_in_lower_case(void **state) {
    (void)state;
    static const struct query_case cases[] = {
        {"mode=offline", "- offline"},
        {"mode=online", "- online"},
        {"mode=%6fnline", "- online"},
        {"mode=", "INVALID_MODE"},
        {"mode", "INVALID_MODE"},
        {"mode=Offline", "INVALID_MODE"},
        {"mode=ONLINE", "INVALID_MODE"},
        {"mode=all", "INVALID_MODE"},
        {"mode=offline%00", "INVALID_MODE"},
        {"mode=offline%0a", "INVALID_MODE"},
        {"mode=+offline", "INVALID_MODE"},
        {"mode=off%20line", "INVALID_MODE"},
        {"mode=offline,online", "INVALID_MODE"},
        {"mode=onlin", "INVALID_MODE"},
        {"mode=online=", "INVALID_MODE"},
    };
    CHECK(cases);
}

static void what_is_left_out_is_left_out(void **state) {
    (void)state;
    static const struct query_case cases[] = {{"", "- -"},
                                              {"date=2026-01-19&mode=online", "2026-01-19 online"},
                                              {"mode=online&date=2026-01-19", "2026-01-19 online"},
                                              {"date", "INVALID_DATE"}};
    CHECK(cases);
    assert_string_equal(outcome_of((struct rr_slice){NULL, 0}), "- -");
}

static void unknown_parameters_are_ignored_whatever_they_hold(void **state) {
    (void)state;
    static const struct query_case cases[] = {
        {"x=1&date=2026-01-19&y", "2026-01-19 -"},
        {"x=%zz&mode=online", "- online"},
        {"x=%&date=2026-01-19", "2026-01-19 -"},
        {"x=1&x=2&x=3", "- -"},
        {"Date=x", "- -"},
        {"DATE=x&MODE=x", "- -"},
        {"date%20=x", "- -"},
        {"date%00=x", "- -"},
        {"date[]=x", "- -"},
        {"xdate=x&dates=x", "- -"},
        {"as_of=2026-01-19", "- -"},
        {"+date=x", "- -"},
        {"x=a=b=c&mode=online", "- online"},
        {"x=%ff%00&mode=online", "- online"},
    };
    CHECK(cases);
}

static void empty_pairs_hide_nothing(void **state) {
    (void)state;
    static const struct query_case cases[] = {
        {"&", "- -"},
        {"&&", "- -"},
        {"=", "- -"},
        {"=x", "- -"},
        {"=x&date=2026-01-19", "2026-01-19 -"},
        {"a&date=2026-01-19", "2026-01-19 -"},
        {"date=2026-01-19&", "2026-01-19 -"},
        {"date=2026-01-19&&mode=online", "2026-01-19 online"},
        {"&&date=2026-01-19", "2026-01-19 -"},
        {"&&&mode=online", "- online"},
    };
    CHECK(cases);
}

static void a_leading_ampersand_hides_nothing(void **state) {
    (void)state;
    static const struct query_case cases[] = {{"&date=2026-01-19", "2026-01-19 -"},
                                              {"&mode=online&date=2026-01-19", "2026-01-19 online"},
                                              {"&date=x", "INVALID_DATE"},
                                              {"&date=2026-01-19&date=2026-01-19", "INVALID_QUERY"}};
    CHECK(cases);
}

static void repeated_or_undecodable_is_an_invalid_query(void **state) {
    (void)state;
    static const struct query_case cases[] = {
        {"date=2026-01-19&date=2026-01-19", "INVALID_QUERY"},
        {"date=2026-01-19&date=2026-01-20", "INVALID_QUERY"},
        {"date=2026-01-19&d%61te=x", "INVALID_QUERY"},
        {"date&date", "INVALID_QUERY"},
        {"mode=online&x=1&mode=online", "INVALID_QUERY"},
        {"mode=&mode=", "INVALID_QUERY"},
        {"date=%zz", "INVALID_QUERY"},
        {"date=2026-01-19%", "INVALID_QUERY"},
        {"date=2026-01-19%3", "INVALID_QUERY"},
        {"mode=%0gonline", "INVALID_QUERY"},
        {"date=%%32026-01-19", "INVALID_QUERY"},
        {"%zz=1", "INVALID_QUERY"},
        {"mode=offline%u0000", "INVALID_QUERY"},
        {"date=2026-01-19&mode=%", "INVALID_QUERY"},
    };
    CHECK(cases);
}

static void names_are_decoded_as_values_are(void **state) {
    (void)state;
    static const struct query_case cases[] = {{"d%61te=2026-01-19&%6D%6Fd%65=online", "2026-01-19 online"},
                                              {"%64ate=x", "INVALID_DATE"}};
    CHECK(cases);
}

/* x=aaa... of so many bytes in all, with the date at its end. */
static const char *outcome_of_length(size_t len) {
    static const char head[] = "x=", tail[] = "&date=2026-01-19";
    char text[4096];
    memset(text, 'a', sizeof text);
    memcpy(text, head, sizeof head - 1);
    memcpy(text + len - (sizeof tail - 1), tail, sizeof tail - 1);
    return outcome_of((struct rr_slice){text, len});
}

static void two_kilobytes_are_the_most(void **state) {
    (void)state;
    assert_string_equal(outcome_of_length(2048), "2026-01-19 -");
    assert_string_equal(outcome_of_length(2049), "URI_TOO_LONG");
    char text[2048];
    memset(text, '&', sizeof text);
    assert_string_equal(outcome_of((struct rr_slice){text, sizeof text}), "- -");
    memset(text, 'a', sizeof text);
    assert_string_equal(outcome_of((struct rr_slice){text, sizeof text}), "- -");
    memset(text, '1', sizeof text);
    memcpy(text, "date=", 5);
    assert_string_equal(outcome_of((struct rr_slice){text, sizeof text}), "INVALID_DATE");
}

static void messages_say_what_would_be_right(void **state) {
    (void)state;
    static const struct query_case cases[] = {{"date=x", "YYYY-MM-DD"},
                                              {"date=2026-02-30", "calendar"},
                                              {"mode=x", "offline or online"},
                                              {"date=&date=", "date"},
                                              {"mode=%", "mode"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct rr_query query;
        struct rr_err err;
        assert_int_equal(rr_query_parse(&parser, rr_slice_of(cases[i].text), all_parameters, &query, &err), -1);
        assert_non_null(strstr(err.message, cases[i].outcome));
    }
}

static void one_value_is_read_as_the_querys(void **state) {
    (void)state;
    struct rr_query query = {.mode = RR_OFFLINE};
    struct rr_err err;
    assert_ok(rr_query_read_date(&parser, rr_slice_of("2026-01-19"), &query, &err));
    assert_string_equal(query.as_of, "2026-01-19");
    assert_true(query.has_date);
    assert_ok(rr_query_read_mode(rr_slice_of("online"), &query, &err));
    assert_int_equal(query.mode, RR_ONLINE);
    assert_fails(rr_query_read_date(&parser, rr_slice_of("2026-01-19\n"), &query, &err), RR_BAD_DATE);
    assert_fails(rr_query_read_mode(rr_slice_of("all"), &query, &err), RR_BAD_MODE);
}

/* A slice is not NUL-terminated: what stands behind it is none of its business. */
static void a_date_within_a_longer_text_is_read_by_its_length(void **state) {
    (void)state;
    struct rr_query query;
    struct rr_err err = {RR_OK, ""};
    assert_ok(rr_query_read_date(&parser, (struct rr_slice){"2026-01-199", 10}, &query, &err));
    assert_string_equal(query.as_of, "2026-01-19");
}

/* What comes of a query string at an address that takes those parameters: `FROM TO FORMAT LANG`, or the error's code. */
static const char *outcome_at(unsigned parameters, const char *text) {
    static char outcome[100];
    struct rr_query query;
    struct rr_err err;
    if (rr_query_parse(&parser, rr_slice_of(text), parameters, &query, &err) != 0)
        return rr_code_name(err.code);
    snprintf(outcome, sizeof outcome, "%s %s %s %s", query.has_from ? query.from : "-", query.has_to ? query.to : "-",
             query.has_format ? rr_format_name(query.format) : "-", rr_language_name(query.language));
    return outcome;
}

static void ranges_formats_and_languages_are_read(void **state) {
    (void)state;
    static const char *const cases[][2] = {
        {"", "- - - ko"},
        {"from=2026-01-18&to=2026-01-19", "2026-01-18 2026-01-19 - ko"},
        {"to=2026-01-18&from=2026-01-18", "2026-01-18 2026-01-18 - ko"},
        {"from=2026-01-18", "2026-01-18 - - ko"},
        {"to=2026-01-18", "- 2026-01-18 - ko"},
        {"from=2026-01-19&to=2026-01-18", "INVALID_DATE"},
        {"from=", "INVALID_DATE"},
        {"to=2026-02-30", "INVALID_DATE"},
        {"from=2026-01-18&from=2026-01-18", "INVALID_QUERY"},
        {"to=%", "INVALID_QUERY"},
        {"format=csv&lang=en", "- - csv en"},
        {"format=json", "- - json ko"},
        {"l%61ng=ko", "- - - ko"},
        {"format=", "INVALID_FORMAT"},
        {"format=CSV", "INVALID_FORMAT"},
        {"format=csv%00", "INVALID_FORMAT"},
        {"lang=", "INVALID_LANG"},
        {"lang=kr", "INVALID_LANG"},
        {"lang=en&lang=en", "INVALID_QUERY"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (strcmp(outcome_at(all_parameters, cases[i][0]), cases[i][1]) != 0)
            fail_msg("?%s: %s, not %s", cases[i][0], outcome_at(all_parameters, cases[i][0]), cases[i][1]);
}

static void a_parameter_means_nothing_where_it_is_not_taken(void **state) {
    (void)state;
    const unsigned parameters = RR_TAKES(RR_PARAMETER_DATE) | RR_TAKES(RR_PARAMETER_FROM);
    assert_string_equal(outcome_at(parameters, "to=x&to=x&format=%zz&lang&mode=x"), "- - - ko");
    assert_string_equal(outcome_at(parameters, "from=x"), "INVALID_DATE");
    assert_string_equal(outcome_at(0, "date=x&mode=x"), "- - - ko");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dates_of_the_calendar_pass),
        cmocka_unit_test(anything_else_is_an_invalid_date),
        cmocka_unit_test(bytes_that_no_text_holds_are_invalid_too),
        cmocka_unit_test(modes_are_two_in_lower_case),
        cmocka_unit_test(what_is_left_out_is_left_out),
        cmocka_unit_test(unknown_parameters_are_ignored_whatever_they_hold),
        cmocka_unit_test(empty_pairs_hide_nothing),
        cmocka_unit_test(a_leading_ampersand_hides_nothing),
        cmocka_unit_test(repeated_or_undecodable_is_an_invalid_query),
        cmocka_unit_test(names_are_decoded_as_values_are),
        cmocka_unit_test(two_kilobytes_are_the_most),
        cmocka_unit_test(messages_say_what_would_be_right),
        cmocka_unit_test(one_value_is_read_as_the_querys),
        cmocka_unit_test(a_date_within_a_longer_text_is_read_by_its_length),
        cmocka_unit_test(ranges_formats_and_languages_are_read),
        cmocka_unit_test(a_parameter_means_nothing_where_it_is_not_taken),
    };
    return cmocka_run_group_tests(tests, open_parser, close_parser);
}
