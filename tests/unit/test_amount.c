#include "support.h"

#include "rules/amount.h"

#include <stdlib.h>
#include <string.h>

struct reading {
    const char *text;
    int64_t krw;
};

static void assert_amount(const char *name, struct rr_amount have, enum rr_amount_state state, int64_t krw) {
    assert_case(name, have.state, state);
    assert_case(name, have.krw, krw);
}

static void assert_read(const struct reading *cases, size_t count) {
    for (size_t i = 0; i < count; i++)
        assert_amount(cases[i].text, rr_amount_parse(rr_slice_of(cases[i].text)), RR_AMOUNT_OK, cases[i].krw);
}

static void assert_unreadable(const char *const *texts, size_t count) {
    for (size_t i = 0; i < count; i++)
        assert_amount(texts[i], rr_amount_parse(rr_slice_of(texts[i])), RR_AMOUNT_UNREADABLE, 0);
}

#define COUNT(cases) (sizeof(cases) / sizeof(cases)[0])

static void plain_numbers(void **state) {
    (void)state;
    static const struct reading cases[] = {
        {"0", 0},         {"7", 7},         {"12000000", 12000000}, {"+7000000", 7000000},
        {"007", 7},       {"1234.0", 1234}, {"1.5E7", 15000000},    {"1.5e+7", 15000000},
        {"15000E-3", 15}, {"2E0", 2},       {"0E999999999999", 0},  {"0.0", 0},
    };
    assert_read(cases, COUNT(cases));
}

static void marks_are_removed_everywhere(void **state) {
    (void)state;
    static const struct reading cases[] = {
        {"₩1,000", 1000},        {"1,000원", 1000},  {"₩ 12,345,678 원", 12345678},
        {"1,2,3", 123},          {"5₩0원0,0", 5000}, {",,5,,", 5},
        {"1,500만원", 15000000}, {"1,000.5", 1000},  {"₩1억 2,000만 원", 120000000},
        {"1원억", 100000000},
    };
    assert_read(cases, COUNT(cases));
}

static void white_space_around_is_trimmed(void **state) {
    (void)state;
    static const struct reading cases[] = {
        {"  2440028  ", 2440028},    {"\u00a0100\u3000", 100}, {"\t100\n", 100},
        {"₩\u00a0100\u3000원", 100}, {" 3 억 ", 300000000},    {"\u30001\u00a0억\u00a02\u3000천만", 120000000},
    };
    assert_read(cases, COUNT(cases));
}

static void full_width_digits_are_digits(void **state) {
    (void)state;
    static const struct reading cases[] = {
        {"１２,０００,０００", 12000000},
        {"１억", 100000000},
        {"１.５억", 150000000},
        {"1２3", 123},
        {"９E３", 9000},
        {"1E１", 10},
        {"０９", 9},
    };
    assert_read(cases, COUNT(cases));
}

static void units(void **state) {
    (void)state;
    static const struct reading cases[] = {
        {"1억", 100000000},
        {"1.5억", 150000000},
        {"0.3억", 30000000},
        {"11.2억", 1120000000},
        {"1억 2천만", 120000000},
        {"1억2천만", 120000000},
        {"1억 2천만 500만", 125000000},
        {"1억 500만", 105000000},
        {"3천만", 30000000},
        {"2.5천만", 25000000},
        {"1천만 5만", 10050000},
        {"9229만원", 92290000},
        {"0.5만", 5000},
        {"0억", 0},
        {"1E1억", 1000000000},
        {"+1억", 100000000},
        {"1억 -5천만", 50000000}, /* the sum is what counts */
    };
    assert_read(cases, COUNT(cases));
}

/* Split at the first; what stands behind the last unit, or is no number, adds nothing. */
static void one_part_that_is_a_number_is_enough(void **state) {
    (void)state;
    static const struct reading cases[] = {
        {"1억~2억", 100000000},     {"1억 이상", 100000000},  {"1억(부가세 별도)", 100000000},
        {"1억 5000", 100000000},    {"1억 2백만", 100000000}, {"1억 약 2천만", 100000000},
        {"약 1억 2천만", 20000000}, {"x억 y천만 7만", 70000}, {"2억 3억 4천만", 200000000},
        {"3천만~5천만", 30000000},  {"1만 2만", 10000},       {"1억 -2억", 100000000},
    };
    assert_read(cases, COUNT(cases));
}

static void texts_without_a_number_fail(void **state) {
    (void)state;
    static const char *const texts[] = {
        "5백만",
        "약 3천만",
        "2천5백만",
        "총 1억 중 3천만",
        "협의",
        "미정",
        "TBD",
        "-",
        "+",
        "₩원",
        ",",
        "억",
        "천만",
        "만",
        "억 천만 만",
        "1만2억",
        "2천만1억",
        "1만천만",
        "5천 만",
        "천",
        "오천만",
        "1.2.3",
        "1 000",
        "1000 원정",
        "5000 KRW",
        "$5000",
        "(5000)",
        "１．５",
        "１，０００",
        "--5",
        "+-5",
        "- 5",
        "5-",
        "5+5",
        "=5",
        "5%",
        "\xef\xbc\x90\x80",
        "5\xff",
    };
    assert_unreadable(texts, COUNT(texts));
}

static void numbers_of_other_kinds_fail(void **state) {
    (void)state;
    static const char *const texts[] = {"nan",  "NaN",   "inf",     "Infinity", "-inf", "+inf", "nan억", "inf만", "0x10",
                                        "0X1F", "1_000", "1_000만", "1e",       "1E+",  "e5",   "1e5.5", "1E 5",  "1.5E7E2",
                                        ".",    "5.",    ".5",      "1..5",     "1.e5", "0b1",  "1L",    "1f",    "12k"};
    assert_unreadable(texts, COUNT(texts));
}

static void negative_fails(void **state) {
    (void)state;
    static const char *const texts[] = {"-1",        "-5,000,000", "₩-5",    "-0.4",   "-0.5",         "-1E-30",
                                        "-19349953", "-1억",       "-3천만", "-0.1만", "1천만 -2000만"};
    assert_unreadable(texts, COUNT(texts));
}

static void rounding_is_half_to_even(void **state) {
    (void)state;
    static const struct reading cases[] = {
        {"0.4", 0},
        {"0.5", 0},
        {"0.50", 0},
        {"0.6", 1},
        {"1.5", 2},
        {"2.5", 2},
        {"3.5", 4},
        {"2.4999999999999999999999", 2},
        {"2.5000000000000000000001", 3},
        {"0.5000000000000000000000000000001", 1},
        {"0.49999999999999999999999999999", 0},
        {"5E-1", 0},
        {"15E-1", 2},
        {"1E-30", 0},
        {"1E-999999999", 0},
        {"1000000.5", 1000000},
        {"1000001.5", 1000002},
        {"0.00005만", 0},
        {"0.00015만", 2},
        {"0.000000025억", 2},
        {"0.000000035억", 4},
        {"1억 0.00005만", 100000000},
        {"1억 0.00015만", 100000002},
        {"9007199254740992.5", 9007199254740992},
        {"9007199254740993", 9007199254740993}, /* beyond a double */
    };
    assert_read(cases, COUNT(cases));
}

static void the_range_is_that_of_64_bits(void **state) {
    (void)state;
    static const struct reading cases[] = {
        {"9223372036854775807", INT64_MAX},      {"9,223,372,036,854,775,807원", INT64_MAX},
        {"9223372036854775807.4", INT64_MAX},    {"9223372036854775806.5", INT64_MAX - 1},
        {"9.223372036854775807E18", INT64_MAX},  {"92233720368억 54775807E-4만", INT64_MAX},
        {"00000000000000000000000000005", 5},    {"0.00000000000000000000000001E26", 1},
        {"922337203685477580700E-2", INT64_MAX},
    };
    static const char *const beyond[] = {
        "9223372036854775808",
        "9223372036854775807.5",
        "9223372036854775807.6",
        "9223372036854775808원",
        "92233720368.54775808억",
        "92233720369억",
        "99999999999999999999",
        "1E19",
        "1e400",
        "1E999999999999",
        "0.00000000000000000001E40",
        "1e400억",
        "92233720368억 54775808E-4만",
        "18446744073709551616",
        "18446744073709551621",
        "340282366920938463463374607431768211456",
    };
    assert_read(cases, COUNT(cases));
    assert_unreadable(beyond, COUNT(beyond));
}

static void a_fallback_is_read_where_the_amount_is_blank(void **state) {
    (void)state;
    static const struct {
        const char *amount, *expected;
        enum rr_amount_state state;
        int64_t krw;
    } cases[] = {
        {"100", "200", RR_AMOUNT_OK, 100},
        {"0", "200", RR_AMOUNT_OK, 0},
        {NULL, "200", RR_AMOUNT_OK, 200},
        {"", "200", RR_AMOUNT_OK, 200},
        {"  ", "2억", RR_AMOUNT_OK, 200000000},
        {"\u00a0\u3000", " 200 ", RR_AMOUNT_OK, 200},
        {NULL, "협의", RR_AMOUNT_UNREADABLE, 0},
        {"협의", "200", RR_AMOUNT_UNREADABLE, 0}, /* not tried */
        {"₩원", "200", RR_AMOUNT_UNREADABLE, 0},
        {"-5", "200", RR_AMOUNT_UNREADABLE, 0},
        {"9223372036854775808", "200", RR_AMOUNT_UNREADABLE, 0},
        {NULL, NULL, RR_AMOUNT_MISSING, 0},
        {"", "", RR_AMOUNT_MISSING, 0},
        {"\u3000", " \t", RR_AMOUNT_MISSING, 0},
        {"\u200b", "200", RR_AMOUNT_UNREADABLE, 0}, /* a zero-width space is no white space */
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_amount(cases[i].amount == NULL ? "NULL" : cases[i].amount,
                      rr_amount_of_deal(rr_slice_of(cases[i].amount), rr_slice_of(cases[i].expected)), cases[i].state,
                      cases[i].krw);
}

/* A text of head, count times part, and tail; malloc'ed. */
static char *repeated(const char *head, const char *part, size_t count, const char *tail) {
    size_t size = strlen(head) + strlen(part) * count + strlen(tail) + 1, at = strlen(head);
    char *text = malloc(size);
    assert_non_null(text);
    snprintf(text, size, "%s", head);
    for (; count > 0; count--, at += strlen(part))
        snprintf(text + at, size - at, "%s", part);
    snprintf(text + at, size - at, "%s", tail);
    return text;
}

static void assert_long_read(const char *head, const char *part, size_t count, const char *tail, int64_t krw) {
    char *text = repeated(head, part, count, tail);
    struct rr_amount have = rr_amount_parse(rr_slice_of(text));
    free(text);
    assert_amount(part, have, RR_AMOUNT_OK, krw);
}

static void many_marks_do_not_count(void **state) {
    (void)state;
    assert_long_read("5", ",", 1000, "00", 500);
    assert_long_read("5", "원", 1000, "00", 500);
}

/* The rules know no longest text. */
static void a_long_text_is_read_too(void **state) {
    (void)state;
    assert_long_read("1억 2천만 (", "부가세 별도, ", 30, ")", 120000000);
    assert_long_read("", " ", 300, "5000", 5000);
    assert_long_read("5000", "\u3000", 100, "", 5000);
    assert_long_read("", "\u3000", 3000, "₩5000\n", 5000);
    assert_long_read("1.", "0", 300, "", 1);
    assert_long_read("", "0", 300, "7", 7);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_numbers),
        cmocka_unit_test(marks_are_removed_everywhere),
        cmocka_unit_test(white_space_around_is_trimmed),
        cmocka_unit_test(full_width_digits_are_digits),
        cmocka_unit_test(units),
        cmocka_unit_test(one_part_that_is_a_number_is_enough),
        cmocka_unit_test(texts_without_a_number_fail),
        cmocka_unit_test(numbers_of_other_kinds_fail),
        cmocka_unit_test(negative_fails),
        cmocka_unit_test(rounding_is_half_to_even),
        cmocka_unit_test(the_range_is_that_of_64_bits),
        cmocka_unit_test(a_fallback_is_read_where_the_amount_is_blank),
        cmocka_unit_test(many_marks_do_not_count),
        cmocka_unit_test(a_long_text_is_read_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
