/* Numbers as text, against printf and cJSON. */
#include "support.h"

#include "base/number.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { numbers = 200000 };

static uint64_t state = 88172645463325252;

static uint64_t draw(void) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

/* Numbers of the kinds that a report has, and of any. */
static double draw_number(int i) {
    uint64_t bits = draw();
    double number;
    switch (i % 6) {
    case 0:
        memcpy(&number, &bits, sizeof number);
        return isfinite(number) ? number : 1;
    case 1:
        return (double)(bits >> 11) * 0x1p-53;
    case 2:
        return (double)(draw() % 1000000) / (double)(1 + draw() % 1000000);
    case 3:
        return -(double)(bits % 100000000000) / 1e8;
    case 4:
        return (double)(bits % 20000000) * 1.7;
    default:
        return (double)(bits % 2000000) * .5 / 100;
    }
}

static void check_json(double number) {
    char text[RR_NUMBER_SIZE + 1];
    text[rr_number_json(text, number)] = '\0';
    cJSON *item = cJSON_CreateNumber(number);
    char *want = cJSON_PrintUnformatted(item);
    assert_string_equal(text, want);
    cJSON_free(want);
    cJSON_Delete(item);
}

static void check_fixed(double number) {
    for (int decimals = 0; decimals <= 4; decimals++) {
        char text[RR_NUMBER_SIZE + 1], want[RR_NUMBER_SIZE + 1];
        text[rr_number_fixed(text, number, decimals)] = '\0';
        snprintf(want, sizeof want, "%.*f", decimals, number);
        assert_string_equal(text, want);
    }
}

static void numbers_are_those_of_printf_and_cjson(void **test_state) {
    (void)test_state;
    static const double edges[] = {0,
                                   -0.0,
                                   .05,
                                   .025,
                                   .125,
                                   .375,
                                   1e-4,
                                   9.9999e-5,
                                   .99999999999999989,
                                   99999999999999.984,
                                   1e14 + .5,
                                   1e15 - 1,
                                   1e15,
                                   9007199254740993.,
                                   1e300,
                                   5e-324,
                                   .5,
                                   1.5,
                                   2.5};
    for (size_t i = 0; i < sizeof edges / sizeof edges[0]; i++) {
        check_json(edges[i]);
        check_json(-edges[i]);
        check_fixed(edges[i]);
        check_fixed(-edges[i]);
    }
    for (int i = 0; i < numbers; i++) {
        double number = draw_number(i);
        check_json(number);
        check_fixed(number);
    }
}

static void what_json_has_not_is_null(void **test_state) {
    (void)test_state;
    char text[RR_NUMBER_SIZE];
    assert_int_equal(rr_number_json(text, INFINITY), 4);
    assert_memory_equal(text, "null", 4);
    assert_int_equal(rr_number_json(text, NAN), 4);
}

static void whole_numbers_have_all_their_digits(void **test_state) {
    (void)test_state;
    rr_whole most = INT64_MAX, ten19 = (rr_whole)1000000000 * 1000000000 * 10;
    const struct {
        rr_whole number;
        const char *text;
    } cases[] = {{0, "0"},
                 {-7, "-7"},
                 {10, "10"},
                 {most, "9223372036854775807"},
                 {-most - 1, "-9223372036854775808"},
                 {most * 2 + 1, "18446744073709551615"},
                 {most * 2 + 2, "18446744073709551616"},
                 {ten19, "10000000000000000000"},
                 {ten19 * ten19, "100000000000000000000000000000000000000"},
                 {-ten19 * ten19 - 1, "-100000000000000000000000000000000000001"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[RR_NUMBER_SIZE + 1];
        text[rr_number_whole(text, cases[i].number)] = '\0';
        assert_string_equal(text, cases[i].text);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_those_of_printf_and_cjson),
        cmocka_unit_test(what_json_has_not_is_null),
        cmocka_unit_test(whole_numbers_have_all_their_digits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
