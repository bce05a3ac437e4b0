#include "support.h"

#include <stdlib.h>
#include <string.h>

static void the_clock_gives_seconds_and_nanoseconds(void **state) {
    (void)state;
    struct rr_clock fixed = test_clock(1768777200);
    fixed.fixed_ns += 999999999;
    assert_int_equal(rr_clock_now_ns(&fixed), 1768777200999999999);
    assert_int_equal(rr_clock_now_s(&fixed), 1768777200);
}

static void the_system_clock_runs(void **state) {
    (void)state;
    int64_t before_ns = rr_clock_now_ns(&rr_clock_system);
    rr_sleep_ms(2);
    assert_true(rr_clock_now_ns(&rr_clock_system) >= before_ns + 2000000);
    assert_true(rr_clock_now_s(&rr_clock_system) > 1700000000);
}

static void an_instant_is_written_in_the_zone(void **state) {
    (void)state;
    static const struct {
        const char *zone;
        int64_t unix_s;
        const char *iso, *date;
    } cases[] = {
        {"Asia/Seoul", 1768777200, "2026-01-19T08:00:00+09:00", "2026-01-19"},
        {"UTC", 1768777200, "2026-01-18T23:00:00+00:00", "2026-01-18"},
        {"Asia/Seoul", 1767193200, "2026-01-01T00:00:00+09:00", "2026-01-01"},
        {"Asia/Seoul", 1767193199, "2025-12-31T23:59:59+09:00", "2025-12-31"},
        {"America/New_York", 1768777200, "2026-01-18T18:00:00-05:00", "2026-01-18"},
        {"America/New_York", 1783000000, "2026-07-02T09:46:40-04:00", "2026-07-02"},
        {"Asia/Kolkata", 1768777200, "2026-01-19T04:30:00+05:30", "2026-01-19"},
        {"America/St_Johns", 1768777200, "2026-01-18T19:30:00-03:30", "2026-01-18"},
        {"UTC", 0, "1970-01-01T00:00:00+00:00", "1970-01-01"},
        {"UTC", 1709164800, "2024-02-29T00:00:00+00:00", "2024-02-29"},
    };
    char iso[RR_ISO_SIZE], date[RR_DATE_SIZE];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_true(rr_clock_set_zone(cases[i].zone));
        rr_clock_iso(cases[i].unix_s, iso);
        rr_clock_date(cases[i].unix_s, date);
        assert_string_equal(iso, cases[i].iso);
        assert_string_equal(date, cases[i].date);
    }
}

static void an_http_date_is_in_gmt_whatever_the_zone(void **state) {
    (void)state;
    static const struct {
        int64_t unix_s;
        const char *text;
    } cases[] = {
        {1768777200, "Sun, 18 Jan 2026 23:00:00 GMT"}, {0, "Thu, 01 Jan 1970 00:00:00 GMT"},
        {784111777, "Sun, 06 Nov 1994 08:49:37 GMT"},  {1709164800, "Thu, 29 Feb 2024 00:00:00 GMT"},
        {1767225599, "Wed, 31 Dec 2025 23:59:59 GMT"}, {1785542400, "Sat, 01 Aug 2026 00:00:00 GMT"},
    };
    char text[RR_HTTP_DATE_SIZE];
    assert_true(rr_clock_set_zone("Asia/Seoul"));
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        rr_clock_http_date(cases[i].unix_s, text);
        assert_string_equal(text, cases[i].text);
    }
}

static void a_zone_that_there_is_not_is_refused(void **state) {
    (void)state;
    static const char *const zones[] = {
        "",    "Mars/Olympus", "KST-9", "Asia", "asia/seoul ", "Asia/Seoul/", "/etc/localtime", "../../etc/passwd", "Asia/../UTC",
        ":UTC"};
    assert_true(rr_clock_set_zone("Asia/Seoul"));
    for (size_t i = 0; i < sizeof zones / sizeof zones[0]; i++)
        assert_case(zones[i], rr_clock_set_zone(zones[i]), false);
    char iso[RR_ISO_SIZE];
    rr_clock_iso(0, iso);
    assert_string_equal(iso, "1970-01-01T09:00:00+09:00");
}

/* The zone database's folder holds more than zones; the C library would take these for UTC in silence. */
static void a_file_that_is_no_zone_is_refused(void **state) {
    (void)state;
    const char *folder = test_folder();
    test_write_file(test_path(folder, "zone.tab"), "# a table of zones\n");
    setenv("TZDIR", folder, 1);
    bool set = rr_clock_set_zone("zone.tab");
    unsetenv("TZDIR");
    assert_false(set);
}

static void parse_reads_back_what_iso_wrote(void **state) {
    (void)state;
    static const char *const zones[] = {"Asia/Seoul", "UTC", "America/New_York", "Asia/Kolkata", "America/St_Johns"};
    static const int64_t instants[] = {0, 1, 951782400, 1709164799, 1768777200, 1783000000, 4102444799};
    char iso[RR_ISO_SIZE];
    for (size_t z = 0; z < sizeof zones / sizeof zones[0]; z++)
        for (size_t i = 0; i < sizeof instants / sizeof instants[0]; i++) {
            assert_true(rr_clock_set_zone(zones[z]));
            rr_clock_iso(instants[i], iso);
            assert_true(rr_clock_set_zone("Asia/Tokyo")); /* the text's own zone counts */
            assert_case(iso, rr_clock_parse_iso(iso), instants[i]);
        }
}

static void parse_refuses_other_texts(void **state) {
    (void)state;
    static const char *const texts[] = {
        "",
        "yesterday",
        "2026-01-19",
        "2026-01-19T08:00:00",
        "2026-01-19T08:00:00Z",
        "2026-01-19T08:00:00+09",
        "2026-01-19T08:00:00+0900",
        "2026-01-19T08:00:00.5+09:00",
        "2026-01-19T08:00:00+09:00 ",
        "2026-01-19T08:00:00*09:00",
        "2026-01-19 08:00:00+09:00",
        "2026-13-19T08:00:00+09:00",
        "2026-01-32T08:00:00+09:00",
        "2026-01-19T25:00:00+09:00",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        assert_case(texts[i], rr_clock_parse_iso(texts[i]), -1);
}

static void parse_refuses_what_no_clock_shows(void **state) {
    (void)state;
    static const char *const texts[] = {
        "2026-02-30T08:00:00+09:00", "2026-01-19T08:00:00+99:99",  "2026-01-19T08:00:00+9:0",
        "2026-01-19T08:00:00+-9:00", " 2026-01-19T08:00:00+09:00", "2026-1-9T8:0:0+09:00",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        assert_case(texts[i], rr_clock_parse_iso(texts[i]), -1);
}

static void a_deadline_passes(void **state) {
    (void)state;
    struct rr_deadline deadline = rr_deadline_in_ms(20);
    assert_false(rr_deadline_passed(deadline));
    assert_in_range(rr_deadline_left_ms(deadline), 1, 20);
    rr_sleep_ms(25);
    assert_true(rr_deadline_passed(deadline));
    assert_int_equal(rr_deadline_left_ms(deadline), 0);
    assert_true(rr_deadline_passed(rr_deadline_in_ms(0)));
}

static void no_deadline_never_passes(void **state) {
    (void)state;
    assert_false(rr_deadline_passed(RR_NO_DEADLINE));
    assert_true(rr_deadline_left_ms(RR_NO_DEADLINE) == INT64_MAX);
}

static void sleep_lasts_on_the_monotonic_clock(void **state) {
    (void)state;
    int64_t before_ms = rr_monotonic_ms();
    rr_sleep_ms(15);
    assert_in_range(rr_monotonic_ms() - before_ms, 14, 5000);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_clock_gives_seconds_and_nanoseconds),
        cmocka_unit_test(the_system_clock_runs),
        cmocka_unit_test(an_instant_is_written_in_the_zone),
        cmocka_unit_test(an_http_date_is_in_gmt_whatever_the_zone),
        cmocka_unit_test(a_zone_that_there_is_not_is_refused),
        cmocka_unit_test(a_file_that_is_no_zone_is_refused),
        cmocka_unit_test(parse_reads_back_what_iso_wrote),
        cmocka_unit_test(parse_refuses_other_texts),
        cmocka_unit_test(parse_refuses_what_no_clock_shows),
        cmocka_unit_test(a_deadline_passes),
        cmocka_unit_test(no_deadline_never_passes),
        cmocka_unit_test(sleep_lasts_on_the_monotonic_clock),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
