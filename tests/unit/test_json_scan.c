/* What is JSON by RFC 8259, and what is not. */
#include "support.h"

#include "base/json_scan.h"

#include <stdlib.h>
#include <string.h>

static void values_of_every_kind_are_json(void **state) {
    (void)state;
    static const char *const valid[] = {
        "0",
        "-0",
        "10",
        "-1.5",
        "1e5",
        "1E+05",
        "0.5e-3",
        "true",
        "false",
        "null",
        "\"\"",
        "\"가😀\"",
        "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"",
        "\"\\u0000\\uD83D\\uDe00\"",
        "\"\x7f\"",
        "[]",
        "[ ]",
        "[1,2]",
        "[[],{}]",
        "{}",
        "{ }",
        "{\"a\":1}",
        "{\"a\":1,\"a\":2}",
        " \t\r\n{ \"a\" : [ 1 , null ] } \n",
        "\"\xf4\x8f\xbf\xbf\"",
        "\"\xed\x9f\xbf\"",
    };
    for (size_t i = 0; i < sizeof valid / sizeof valid[0]; i++)
        assert_case(valid[i], rr_json_is_valid(rr_slice_of(valid[i])), true);
}

static void what_parsers_often_let_pass_is_not(void **state) {
    (void)state;
    static const char *const invalid[] = {
        "",
        " ",
        "01",
        "-",
        "+1",
        ".5",
        "1.",
        "1e",
        "1e+",
        "0x1",
        "NaN",
        "Infinity",
        "nul",
        "nulls",
        "True",
        "'a'",
        "\"",
        "\"a",
        "a\"",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\\u12G4\"",
        "\"\t\"",
        "\"\n\"",
        "[",
        "]",
        "[1",
        "[1,]",
        "[,1]",
        "[1 2]",
        "{",
        "}",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{a:1}",
        "{1:2}",
        "{\"a\" 1}",
        "1 2",
        "{}{}",
        "// c\n1",
        "\"\x80\"",
        "\"\xc0\xaf\"",
        "\"\xed\xa0\x80\"",
        "\"\xf4\x90\x80\x80\"",
        "\"\xf5\x80\x80\x80\"",
        "\"\xe3\x81\"",
        "\xef\xbb\xbf{}",
        "[\"\\",
        "\"\\u00",
    };
    for (size_t i = 0; i < sizeof invalid / sizeof invalid[0]; i++)
        assert_case(invalid[i], rr_json_is_valid(rr_slice_of(invalid[i])), false);
    assert_false(rr_json_is_valid((struct rr_slice){"1\0", 2}));
    assert_false(rr_json_is_valid((struct rr_slice){"\"a\0b\"", 5}));
}

static void nothing_is_read_behind_the_end(void **state) {
    (void)state;
    static const char text[] = "{\"a\":[-1.5e+10,true,null,\"\\u0041\\n가\"]}";
    for (size_t len = 0; len < sizeof text - 1; len++) { /* a copy of just that size: the sanitizer sees a step too far */
        char *part = malloc(len + 1);
        memcpy(part, text, len);
        part[len] = '}';
        char *exact = malloc(len > 0 ? len : 1);
        memcpy(exact, part, len);
        assert_false(rr_json_is_valid((struct rr_slice){exact, len}));
        free(exact);
        free(part);
    }
}

static void deep_nesting_ends_at_the_limit(void **state) {
    (void)state;
    enum { deep = 1000 * 1000 };
    char *text = malloc(deep);
    for (size_t depth = RR_JSON_DEPTH_MAX - 1; depth <= RR_JSON_DEPTH_MAX + 1; depth++) {
        memset(text, '[', depth);
        memset(text + depth, ']', depth);
        assert_int_equal(rr_json_is_valid((struct rr_slice){text, 2 * depth}), depth <= RR_JSON_DEPTH_MAX);
    }
    memset(text, '[', deep);
    assert_false(rr_json_is_valid((struct rr_slice){text, deep}));
    free(text);
}

static void a_value_ends_where_it_ends(void **state) {
    (void)state;
    assert_int_equal(rr_json_value_length(rr_slice_of("12,3")), 2);
    assert_int_equal(rr_json_value_length(rr_slice_of("{\"a\":[1]} rest")), 9);
    assert_int_equal(rr_json_value_length(rr_slice_of("\"a\\\"b\"c")), 6);
    assert_int_equal(rr_json_value_length(rr_slice_of(" 1")), 0);
    assert_int_equal(rr_json_value_length(rr_slice_of("x")), 0);
    assert_int_equal(rr_json_space_length(rr_slice_of(" \t\r\n x")), 5);
    assert_int_equal(rr_json_space_length(rr_slice_of("x ")), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_of_every_kind_are_json),  cmocka_unit_test(what_parsers_often_let_pass_is_not),
        cmocka_unit_test(nothing_is_read_behind_the_end), cmocka_unit_test(deep_nesting_ends_at_the_limit),
        cmocka_unit_test(a_value_ends_where_it_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
