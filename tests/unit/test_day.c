#include "support.h"

#include "rules/day.h"

#include <string.h>

struct reading {
    const char *text;
    rr_day day;
};

static void assert_read(const struct reading *cases, size_t count) {
    for (size_t i = 0; i < count; i++)
        assert_case(cases[i].text, rr_day_parse(rr_slice_of(cases[i].text)), cases[i].day);
}

static void assert_unknown(const char *const *texts, size_t count) {
    for (size_t i = 0; i < count; i++)
        assert_case(texts[i] == NULL ? "NULL" : texts[i], rr_day_parse(rr_slice_of(texts[i])), RR_DAY_UNKNOWN);
}

#define COUNT(cases) (sizeof(cases) / sizeof(cases)[0])

static void dates_of_every_form(void **state) {
    (void)state;
    static const struct reading cases[] = {
        {"2026-01-09", 20260109},
        {"2026-1-9", 20260109},
        {"2026.01.09", 20260109},
        {"2026.1.9", 20260109},
        {"2026/01/09", 20260109},
        {"2026/1/9", 20260109},
        {"2026-1-09", 20260109},
        {"2026.12.31", 20261231},
        {"20260109", 20260109},
        {" 2026-01-09 ", 20260109},
        {"\u00a02026.1.9\u3000", 20260109},
        {"0001-01-01", 10101},
        {"9999-12-31", 99991231},
    };
    assert_read(cases, COUNT(cases));
}

static void a_time_may_follow(void **state) {
    (void)state;
    static const struct reading cases[] = {
        {"2026-01-09T10:00:00", 20260109},     {"2026-01-09 10:00", 20260109},    {"2026.1.9 14:00", 20260109},
        {"2026/1/9 09:30:00", 20260109},       {"20260109T101010", 20260109},     {"20260109 23:59", 20260109},
        {"2026-01-09T23:59:59.999", 20260109}, {"2026-01-09T00:00:00", 20260109}, {"2026-12-31 23:59:59", 20261231},
        {"2026-01-09  10:00", 20260109},
    };
    assert_read(cases, COUNT(cases));
}

static void a_zone_is_converted_to_korean_time(void **state) {
    (void)state;
    static const struct reading cases[] = {
        {"2026-01-09T14:59:59Z", 20260109},      {"2026-01-09T15:00:00Z", 20260110},      {"2026-01-09T14:59:59.999Z", 20260109},
        {"2026-01-09T15:00:00.000Z", 20260110},  {"2026-01-09 15:00Z", 20260110},         {"2026.1.9 15:00:00Z", 20260110},
        {"20260109T150000Z", 20260110},          {"2026-01-09T00:00:00+09:00", 20260109}, {"2026-01-09T23:59:59+09:00", 20260109},
        {"2026-01-09T15:00:00+00:00", 20260110}, {"2026-01-09T14:59:00-00:00", 20260109}, {"2026-01-09T09:59:00-05:00", 20260109},
        {"2026-01-09T10:00:00-05:00", 20260110}, {"2026-01-09T00:30:00+10:00", 20260108}, {"2026-01-09T00:59:59+10:00", 20260108},
        {"2026-01-09T01:00:00+10:00", 20260109}, {"2026-01-09T04:59:00+14:00", 20260108}, {"2026-01-09T23:59:00-12:00", 20260110},
        {"2026-01-09T20:29:00+05:30", 20260109}, {"2026-01-09T20:30:00+05:30", 20260110}, {"2026-01-09T00:44:00+09:45", 20260108},
    };
    assert_read(cases, COUNT(cases));
}

static void a_zone_leads_over_months_and_years(void **state) {
    (void)state;
    static const struct reading cases[] = {
        {"2025-12-31T15:00:00.000Z", 20260101},  {"2025-12-31T14:59:59.999Z", 20251231},  {"2025-12-31T20:00:00-05:00", 20260101},
        {"2026-01-01T00:30:00+10:00", 20251231}, {"2026-01-01T00:00:00+14:00", 20251231}, {"2026-01-31T15:00:00Z", 20260201},
        {"2026-04-30T15:00:00Z", 20260501},      {"2026-02-28T15:00:00Z", 20260301},      {"2024-02-28T15:00:00Z", 20240229},
        {"2024-02-29T15:00:00Z", 20240301},      {"2024-03-01T00:30:00+10:00", 20240229}, {"2026-03-01T00:30:00+10:00", 20260228},
        {"2026-05-01T00:30:00+10:00", 20260430}, {"1999-12-31T15:00:00Z", 20000101},
    };
    assert_read(cases, COUNT(cases));
}

/* Korea is ahead of such a place by more than a day. */
static void a_zone_may_lead_over_two_days(void **state) {
    (void)state;
    static const struct reading cases[] = {{"2026-01-09T23:59:00-15:01", 20260111}, {"2025-12-30T23:00:00-18:00", 20260101}};
    assert_read(cases, COUNT(cases));
}

static void beyond_the_first_and_the_last_day_is_unknown(void **state) {
    (void)state;
    static const char *const texts[] = {"0001-01-01T00:30:00+10:00", "9999-12-31T15:00:00Z", "0000-12-31T15:00:00Z"};
    assert_unknown(texts, COUNT(texts));
}

static void days_that_the_calendar_has_not_are_unknown(void **state) {
    (void)state;
    static const char *const texts[] = {
        "2026-02-30", "2026-02-29", "2026-13-01", "2026-00-10", "2026-01-00",           "2026-01-32",
        "2026.4.31",  "20260230",   "20261301",   "1900-02-29", "2026-06-31T09:00:00Z", "2026-02-29T15:00:00Z",
        "0000-00-00", "0000-01-01", "00000000",
    };
    assert_unknown(texts, COUNT(texts));
}

static void leap_days(void **state) {
    (void)state;
    static const struct reading cases[] = {
        {"2024-02-29", 20240229}, {"2000-02-29", 20000229}, {"20280229", 20280229}, {"1900-02-28", 19000228}};
    static const char *const texts[] = {"2025-02-29", "2100-02-29", "20260229"};
    assert_read(cases, COUNT(cases));
    assert_unknown(texts, COUNT(texts));
}

static void other_texts_are_unknown(void **state) {
    (void)state;
    static const char *const texts[] = {
        NULL,          "",           " ",          "\u3000",      "상반기",      "미정",
        "TBD",         "2026-01",    "2026",       "2026/6",      "202601",      "2026년 5월 2일",
        "3월 중",      "26-01-09",   "2026-1-9-5", "2026-01-091", "x2026-01-09", "2026-01-09x",
        "2026-01-09Z", "2026--1-9",  "2026-1-",    "-2026-01-09", "12026-01-09", "01/09/2026",
        "9 Jan 2026",  "2026. 1. 9", "2026 01 09", "2026_01_09",
    };
    assert_unknown(texts, COUNT(texts));
}

static void digits_alone_are_exactly_eight(void **state) {
    (void)state;
    static const char *const texts[] = {"2026019", "202601091", "2026010910", "20260109101010",
                                        "99991",   "2026-0109", "202601-09"};
    assert_unknown(texts, COUNT(texts));
}

static void a_slice_ends_where_it_ends(void **state) {
    (void)state;
    assert_int_equal(rr_day_parse((struct rr_slice){"202601091", 8}), 20260109);
    assert_int_equal(rr_day_parse((struct rr_slice){"20260109", 7}), RR_DAY_UNKNOWN);
    assert_int_equal(rr_day_parse((struct rr_slice){"2026-01-09T15:00:00Z", 19}), 20260109);
}

static void a_moment_has_a_second_of_its_day(void **state) {
    (void)state;
    static const struct {
        const char *text;
        rr_day day;
        int second;
    } cases[] = {
        {"2026-01-09T05:00:07.250Z", 20260109, 14 * 3600 + 7},
        {"2026-01-09T15:00:00Z", 20260110, 0},
        {"2026-01-09T23:59:59.999Z", 20260110, 8 * 3600 + 59 * 60 + 59},
        {"2026-01-09T01:02:03", 20260109, 3723},
        {"2026-01-09T23:30:00+10:00", 20260109, 22 * 3600 + 30 * 60},
        {"2026-01-09T23:59:60Z", 20260110, 8 * 3600 + 59 * 60 + 59},
        {"2026-01-09T24:00:00Z", 20260109, 0},
        {"2026-01-09", 20260109, 0},
        {"2026-02-30T10:00:00Z", RR_DAY_UNKNOWN, 0},
        {"", RR_DAY_UNKNOWN, 0},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        int second = -1;
        assert_case(cases[i].text, rr_moment_parse(rr_slice_of(cases[i].text), &second), cases[i].day);
        assert_case(cases[i].text, second, cases[i].second);
    }
}

/* The usual forms are read by code of their own. A space in front makes a text unusual, and means nothing. */
static void what_looks_usual_is_read_as_anything_else(void **state) {
    (void)state;
    static const char *const usual[] = {"2026-01-09", "2026-02-28T16:07:58Z", "2025-12-31T14:59:59.999Z"};
    for (size_t i = 0; i < COUNT(usual); i++) {
        size_t len = strlen(usual[i]);
        for (size_t at = 0; at < len; at++)
            for (int byte = 0; byte < 256; byte++) {
                char text[32] = " ";
                int second = -1, same_second = -1;
                strcpy(text + 1, usual[i]);
                text[1 + at] = (char)byte;
                rr_day day = rr_moment_parse((struct rr_slice){text + 1, len}, &second);
                assert_case(text, day, rr_moment_parse((struct rr_slice){text, len + 1}, &same_second));
                assert_case(text, second, same_second);
            }
    }
}

static void a_day_of_numbers(void **state) {
    (void)state;
    static const struct {
        int year, month, day;
        rr_day want;
    } cases[] = {
        {2026, 1, 9, 20260109}, {1, 1, 1, 10101}, {9999, 12, 31, 99991231}, {0, 1, 1, 0},
        {10000, 1, 1, 0},       {2026, 0, 1, 0},  {2026, 13, 1, 0},         {2026, 1, 0, 0},
        {2026, 1, 32, 0},       {2026, 4, 31, 0}, {2026, 2, 29, 0},         {2024, 2, 29, 20240229},
        {-1, 1, 1, 0},          {2026, -1, 1, 0}, {2026, 1, -1, 0},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_int_equal(rr_day_of(cases[i].year, cases[i].month, cases[i].day), cases[i].want);
}

static void a_day_has_year_month_and_text(void **state) {
    (void)state;
    char text[RR_DAY_TEXT_SIZE];
    assert_int_equal(rr_day_year(20260109), 2026);
    assert_int_equal(rr_day_month(20260109), 1);
    assert_int_equal(rr_day_month(20261231), 12);
    rr_day_text(20260109, text);
    assert_string_equal(text, "2026-01-09");
    rr_day_text(10101, text);
    assert_string_equal(text, "0001-01-01");
    assert_true(rr_day_of(2025, 12, 31) < rr_day_of(2026, 1, 1));
}

static void an_unknown_day_has_none(void **state) {
    (void)state;
    char text[RR_DAY_TEXT_SIZE] = "x";
    assert_int_equal(rr_day_year(RR_DAY_UNKNOWN), 0);
    assert_int_equal(rr_day_month(RR_DAY_UNKNOWN), 0);
    rr_day_text(RR_DAY_UNKNOWN, text);
    assert_string_equal(text, "");
}

static void the_deal_year_is_of_the_first_known_day(void **state) {
    (void)state;
    static const struct {
        rr_day start, contract, expected_close;
        int year;
    } cases[] = {
        {20260301, 20250101, 20240101, 2026},
        {RR_DAY_UNKNOWN, 20250101, 20240101, 2025},
        {RR_DAY_UNKNOWN, RR_DAY_UNKNOWN, 20240101, 2024},
        {20260301, RR_DAY_UNKNOWN, RR_DAY_UNKNOWN, 2026},
        {RR_DAY_UNKNOWN, 20250101, RR_DAY_UNKNOWN, 2025},
        {RR_DAY_UNKNOWN, RR_DAY_UNKNOWN, RR_DAY_UNKNOWN, 0},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_int_equal(rr_deal_year(cases[i].start, cases[i].contract, cases[i].expected_close), cases[i].year);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dates_of_every_form),
        cmocka_unit_test(a_time_may_follow),
        cmocka_unit_test(a_zone_is_converted_to_korean_time),
        cmocka_unit_test(a_zone_leads_over_months_and_years),
        cmocka_unit_test(a_zone_may_lead_over_two_days),
        cmocka_unit_test(beyond_the_first_and_the_last_day_is_unknown),
        cmocka_unit_test(a_moment_has_a_second_of_its_day),
        cmocka_unit_test(what_looks_usual_is_read_as_anything_else),
        cmocka_unit_test(days_that_the_calendar_has_not_are_unknown),
        cmocka_unit_test(leap_days),
        cmocka_unit_test(other_texts_are_unknown),
        cmocka_unit_test(digits_alone_are_exactly_eight),
        cmocka_unit_test(a_slice_ends_where_it_ends),
        cmocka_unit_test(a_day_of_numbers),
        cmocka_unit_test(a_day_has_year_month_and_text),
        cmocka_unit_test(an_unknown_day_has_none),
        cmocka_unit_test(the_deal_year_is_of_the_first_known_day),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
