#include "support.h"

#include <string.h>

static void null_is_no_text(void **state) {
    (void)state;
    struct rr_slice null = rr_slice_of(NULL), empty = rr_slice_of("");
    assert_null(null.ptr);
    assert_int_equal(null.len, 0);
    assert_non_null(empty.ptr);
    assert_false(rr_slice_equal(null, null));
    assert_false(rr_slice_equal(null, empty));
    assert_true(rr_slice_equal(empty, empty));
    assert_null(rr_slice_trim(null).ptr);
    assert_int_equal(rr_slice_find(null, rr_slice_of("a")), -1);
}

static void equality_is_of_all_bytes(void **state) {
    (void)state;
    static const struct rr_slice literal = RR_SLICE("Won");
    assert_text(literal, "Won");
    assert_false(rr_slice_equal(literal, rr_slice_of("won")));
    assert_false(rr_slice_equal(literal, rr_slice_of("Won ")));
    assert_false(rr_slice_equal((struct rr_slice){"a\0b", 3}, (struct rr_slice){"a\0c", 3}));
}

static int sign_of(int number) {
    return (number > 0) - (number < 0);
}

static void order_is_by_bytes(void **state) {
    (void)state;
    static const struct {
        const char *a, *b;
        int order;
    } cases[] = {
        {"a", "a", 0},    {"a", "b", -1},       {"b", "a", 1},   {"a", "ab", -1}, {"ab", "a", 1},
        {"", "a", -1},    {"", "", 0},          {"Z", "a", -1},  {"10", "9", -1}, {"z", "가", -1},
        {"가", "나", -1}, {"\x7f", "\x80", -1}, {NULL, "a", -1}, {NULL, NULL, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_case(cases[i].b, sign_of(rr_slice_compare(rr_slice_of(cases[i].a), rr_slice_of(cases[i].b))), cases[i].order);
}

static void find_gives_the_first_place(void **state) {
    (void)state;
    assert_int_equal(rr_slice_find(rr_slice_of("1억 2억"), rr_slice_of("억")), 1);
    assert_int_equal(rr_slice_find(rr_slice_of("abc"), rr_slice_of("c")), 2);
    assert_int_equal(rr_slice_find(rr_slice_of("abc"), rr_slice_of("cd")), -1);
    assert_int_equal(rr_slice_find(rr_slice_of(""), rr_slice_of("a")), -1);
    assert_int_equal(rr_slice_find((struct rr_slice){"abc", 2}, rr_slice_of("c")), -1);
    assert_int_equal(rr_slice_find((struct rr_slice){"a\0b", 3}, rr_slice_of("b")), 2);
}

/* Every character that has Unicode's property White_Space. */
static const char *const spaces[] = {
    "\t",     "\n",     "\v",     "\f",     "\r",     " ",      "\xc2\x85", "\u00a0", "\u1680",
    "\u2000", "\u2001", "\u2002", "\u2003", "\u2004", "\u2005", "\u2006",   "\u2007", "\u2008",
    "\u2009", "\u200a", "\u2028", "\u2029", "\u202f", "\u205f", "\u3000",
};

static void every_white_space_is_trimmed(void **state) {
    (void)state;
    char text[64];
    for (size_t i = 0; i < sizeof spaces / sizeof spaces[0]; i++) {
        snprintf(text, sizeof text, "%s %s가 %s나%s%s", spaces[i], spaces[i], spaces[i], spaces[i], spaces[i]);
        struct rr_slice trimmed = rr_slice_trim(rr_slice_of(text));
        snprintf(text + 40, 20, "가 %s나", spaces[i]);
        if (!rr_slice_equal(trimmed, rr_slice_of(text + 40)))
            fail_msg("white space number %zu stays", i);
        assert_true(rr_slice_blank(rr_slice_of(spaces[i])));
    }
}

static void what_is_no_white_space_stays(void **state) {
    (void)state;
    /* Zero-width space, Mongolian vowel separator, BOM, word joiner, NUL, half of an NBSP, two thirds of a U+3000. */
    static const struct rr_slice others[] = {
        RR_SLICE("\u200b"), RR_SLICE("\u180e"), RR_SLICE("\ufeff"),   RR_SLICE("\u2060"), RR_SLICE("\0"),
        RR_SLICE("\xc2"),   RR_SLICE("\xa0"),   RR_SLICE("\xe3\x80"), RR_SLICE("렅"),     RR_SLICE("頀"),
    };
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        assert_case(others[i].ptr, (intmax_t)rr_slice_trim(others[i]).len, (intmax_t)others[i].len);
        assert_false(rr_slice_blank(others[i]));
    }
}

static void blank_is_null_or_white_space(void **state) {
    (void)state;
    static const char *const blanks[] = {NULL, "", " ", "   \t\n", "\u00a0", "\u3000", " \u3000\u00a0 "};
    for (size_t i = 0; i < sizeof blanks / sizeof blanks[0]; i++)
        assert_true(rr_slice_blank(rr_slice_of(blanks[i])));
    assert_false(rr_slice_blank(rr_slice_of(" . ")));
    assert_text(rr_slice_trim(rr_slice_of("  ")), "");
}

static void only_well_formed_utf8_has_a_length(void **state) {
    (void)state;
    static const struct {
        struct rr_slice text;
        size_t length;
    } cases[] = {
        {RR_SLICE("a"), 1},
        {RR_SLICE("\0"), 1},
        {RR_SLICE("\x7f"), 1},
        {RR_SLICE("\xc2\x80"), 2},
        {RR_SLICE("é,"), 2},
        {RR_SLICE("\xe0\xa0\x80"), 3},
        {RR_SLICE("한글"), 3},
        {RR_SLICE("\xed\x9f\xbf"), 3},
        {RR_SLICE("\xee\x80\x80"), 3},
        {RR_SLICE("\xf0\x90\x80\x80"), 4},
        {RR_SLICE("😀"), 4},
        {RR_SLICE("\xf4\x8f\xbf\xbf"), 4},
        {RR_SLICE("\x80"), 0},             /* begins in the middle */
        {RR_SLICE("\xc2"), 0},             /* cut short */
        {RR_SLICE("\xed\x95"), 0},         /* cut short */
        {RR_SLICE("\xf0\x9f\x98"), 0},     /* cut short */
        {RR_SLICE("\xc2,"), 0},            /* not continued */
        {RR_SLICE("\xed\x95,"), 0},        /* not continued */
        {RR_SLICE("\xc0\xaf"), 0},         /* longer than need be */
        {RR_SLICE("\xc1\xbf"), 0},         /* longer than need be */
        {RR_SLICE("\xe0\x9f\xbf"), 0},     /* longer than need be */
        {RR_SLICE("\xf0\x8f\xbf\xbf"), 0}, /* longer than need be */
        {RR_SLICE("\xed\xa0\x80"), 0},     /* a surrogate */
        {RR_SLICE("\xed\xbf\xbf"), 0},     /* a surrogate */
        {RR_SLICE("\xf4\x90\x80\x80"), 0}, /* beyond U+10FFFF */
        {RR_SLICE("\xf5\x80\x80\x80"), 0}, /* beyond U+10FFFF */
        {RR_SLICE("\xff\xff\xff\xff"), 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_case(cases[i].text.ptr, (intmax_t)rr_utf8_length(cases[i].text.ptr, cases[i].text.len), (intmax_t)cases[i].length);
}

/* ---- err ---- */

static void codes_have_the_names_of_the_contract(void **state) {
    (void)state;
    static const struct {
        enum rr_code code;
        const char *name;
    } cases[] = {
        {RR_DB_NOT_FOUND, "DB_NOT_FOUND"},
        {RR_DB_UNSTABLE, "DB_UNSTABLE_OR_UPDATING"},
        {RR_DB_INVALID, "DB_INVALID"},
        {RR_PIPELINE_FAILED, "PIPELINE_FAILED"},
        {RR_CACHE_WRITE_FAILED, "CACHE_WRITE_FAILED"},
        {RR_LOCK_TIMEOUT, "LOCK_TIMEOUT"},
        {RR_LOCKED, "SKIPPED_LOCKED"},
        {RR_NOT_FOUND, "REPORT_NOT_FOUND"},
        {RR_NOT_CACHED, "REPORT_NOT_CACHED"},
        {RR_BAD_DATE, "INVALID_DATE"},
        {RR_BAD_MODE, "INVALID_MODE"},
        {RR_BAD_FORMAT, "INVALID_FORMAT"},
        {RR_BAD_LANGUAGE, "INVALID_LANG"},
        {RR_BAD_QUERY, "INVALID_QUERY"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_string_equal(rr_code_name(cases[i].code), cases[i].name);
}

static void every_code_is_found_by_its_name(void **state) {
    (void)state;
    for (enum rr_code code = RR_OK; code < RR_CODE_COUNT; code++)
        assert_case(rr_code_name(code), rr_code_parse(rr_code_name(code)), code);
    assert_non_null(rr_code_name(RR_CODE_COUNT));
    assert_int_equal(rr_code_parse("NO_SUCH_CODE"), RR_PIPELINE_FAILED);
    assert_int_equal(rr_code_parse(""), RR_PIPELINE_FAILED);
    assert_int_equal(rr_code_parse(NULL), RR_PIPELINE_FAILED);
}

static void fail_fills_the_error(void **state) {
    (void)state;
    struct rr_err err;
    assert_fails(rr_fail(&err, RR_BAD_DATE, "%s is no day of %d", "2026-02-30", 2026), RR_BAD_DATE);
    assert_string_equal(err.message, "2026-02-30 is no day of 2026");
    assert_fails(rr_fail_memory(&err), RR_PIPELINE_FAILED);
    assert_true(strlen(err.message) > 0);
}

static void a_long_message_is_cut(void **state) {
    (void)state;
    struct rr_err err;
    assert_int_equal(rr_fail(&err, RR_BAD_QUERY, "%01000d", 0), -1);
    assert_int_equal(strlen(err.message), sizeof err.message - 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(null_is_no_text),
        cmocka_unit_test(equality_is_of_all_bytes),
        cmocka_unit_test(order_is_by_bytes),
        cmocka_unit_test(find_gives_the_first_place),
        cmocka_unit_test(every_white_space_is_trimmed),
        cmocka_unit_test(what_is_no_white_space_stays),
        cmocka_unit_test(blank_is_null_or_white_space),
        cmocka_unit_test(only_well_formed_utf8_has_a_length),
        cmocka_unit_test(codes_have_the_names_of_the_contract),
        cmocka_unit_test(every_code_is_found_by_its_name),
        cmocka_unit_test(fail_fills_the_error),
        cmocka_unit_test(a_long_message_is_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
