#include "support.h"

#include "base/pattern.h"

#include <string.h>

static struct rr_pattern *compiled(const char *expression) {
    struct rr_pattern *pattern = NULL;
    struct rr_err err;
    assert_ok(rr_pattern_compile(&pattern, expression, &err));
    return pattern;
}

static bool matches(const char *expression, struct rr_slice text) {
    struct rr_pattern *pattern = compiled(expression);
    bool matched = rr_pattern_match(pattern, text, 0, NULL, 0);
    rr_pattern_free(&pattern);
    return matched;
}

static void groups_are_places_in_the_text(void **state) {
    (void)state;
    struct rr_pattern *pattern = compiled("(\\d{4})-(\\d{2})(T)?(x)?");
    struct rr_slice text = rr_slice_of("on 2026-01T."), groups[6];
    assert_true(rr_pattern_match(pattern, text, 0, groups, 6));
    assert_text(groups[0], "2026-01T");
    assert_text(groups[1], "2026");
    assert_ptr_equal(groups[1].ptr, text.ptr + 3);
    assert_text(groups[2], "01");
    assert_text(groups[3], "T");
    assert_null(groups[4].ptr); /* not matched */
    assert_null(groups[5].ptr); /* not in the pattern */
    rr_pattern_free(&pattern);
}

static void an_unset_group_before_a_set_one_is_null(void **state) {
    (void)state;
    struct rr_pattern *pattern = compiled("(?:(a)|(b))()");
    struct rr_slice groups[4];
    assert_true(rr_pattern_match(pattern, rr_slice_of("b"), 0, groups, 4));
    assert_null(groups[1].ptr);
    assert_text(groups[2], "b");
    assert_text(groups[3], "");
    rr_pattern_free(&pattern);
}

static void matching_goes_on_from_an_offset(void **state) {
    (void)state;
    struct rr_pattern *pattern = compiled("[0-9]+");
    struct rr_slice text = rr_slice_of("12 34"), group;
    assert_true(rr_pattern_match(pattern, text, 2, &group, 1));
    assert_text(group, "34");
    assert_false(rr_pattern_match(pattern, text, 5, &group, 1));
    assert_false(rr_pattern_match(pattern, text, 6, &group, 1));
    rr_pattern_free(&pattern);
}

static void the_end_is_the_very_end(void **state) {
    (void)state;
    assert_true(matches("^offline$", rr_slice_of("offline")));
    assert_false(matches("^offline$", rr_slice_of("offline\n")));
    assert_false(matches("^offline$", rr_slice_of("offlin")));
    assert_false(matches("^offline$", (struct rr_slice)RR_SLICE("offline\0")));
    assert_true(matches("^offline$", (struct rr_slice){"offline2", 7}));
}

static void text_is_matched_as_bytes(void **state) {
    (void)state;
    assert_false(matches("^\\d$", rr_slice_of("２"))); /* a full-width digit is three bytes, none of them a digit */
    assert_true(matches("^...$", rr_slice_of("한")));
    assert_true(matches("^\\xff$", rr_slice_of("\xff")));
    assert_true(matches("^a\\x00b$", (struct rr_slice)RR_SLICE("a\0b")));
    assert_true(matches("(*UTF)^.$", rr_slice_of("한")));
}

static void null_matches_as_empty(void **state) {
    (void)state;
    assert_true(matches("^$", rr_slice_of(NULL)));
    assert_false(matches(".", rr_slice_of(NULL)));
}

static void a_wrong_expression_is_refused(void **state) {
    (void)state;
    struct rr_pattern *pattern = NULL;
    struct rr_err err;
    assert_fails(rr_pattern_compile(&pattern, "(", &err), RR_PIPELINE_FAILED);
    assert_null(pattern);
}

/* Once it is machine code too. */
static void a_text_is_searched_alike_however_often(void **state) {
    (void)state;
    struct rr_pattern *pattern = NULL;
    struct rr_search *search = NULL;
    struct rr_slice text = rr_slice_of("\xff예산 PO, 예산이 po가");
    struct rr_err err;
    assert_ok(rr_pattern_compile_text(&pattern, "예산이? po", &err));
    assert_ok(rr_search_open(&search, &err));
    for (int i = 0; i < 500; i++) {
        struct rr_hit hit = {0, 0};
        assert_int_equal(rr_search_next(search, pattern, text, 0, &hit), 1);
        assert_text(((struct rr_slice){text.ptr + hit.begin, hit.end - hit.begin}), "예산 PO");
        assert_int_equal(rr_search_next(search, pattern, text, hit.end, &hit), 1);
        assert_text(((struct rr_slice){text.ptr + hit.begin, hit.end - hit.begin}), "예산이 po");
        assert_int_equal(rr_search_next(search, pattern, text, hit.end, &hit), 0);
    }
    rr_search_close(&search);
    rr_pattern_free(&pattern);
}

/* Here for want of what the expression itself allows. What was not looked for must not look as if it were not there. */
static void want_of_memory_is_told(void **state) {
    (void)state;
    struct rr_pattern *pattern = NULL;
    struct rr_search *search = NULL;
    struct rr_hit hit;
    struct rr_err err;
    assert_ok(rr_pattern_compile_text(&pattern, "(*LIMIT_HEAP=0)a+", &err));
    assert_ok(rr_search_open(&search, &err));
    assert_int_equal(rr_search_next(search, pattern, rr_slice_of("aaa"), 0, &hit), -1);
    rr_search_close(&search);
    rr_pattern_free(&pattern);
    assert_ok(rr_pattern_compile(&pattern, "(*LIMIT_HEAP=0)a+", &err));
    assert_int_equal(rr_pattern_match(pattern, rr_slice_of("aaa"), 0, NULL, 0), -1);
    rr_pattern_free(&pattern);
}

static void free_is_idempotent(void **state) {
    (void)state;
    struct rr_pattern *pattern = compiled("a");
    rr_pattern_free(&pattern);
    assert_null(pattern);
    rr_pattern_free(&pattern);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(groups_are_places_in_the_text),
        cmocka_unit_test(an_unset_group_before_a_set_one_is_null),
        cmocka_unit_test(matching_goes_on_from_an_offset),
        cmocka_unit_test(the_end_is_the_very_end),
        cmocka_unit_test(text_is_matched_as_bytes),
        cmocka_unit_test(null_matches_as_empty),
        cmocka_unit_test(a_wrong_expression_is_refused),
        cmocka_unit_test(free_is_idempotent),
        cmocka_unit_test(a_text_is_searched_alike_however_often),
        cmocka_unit_test(want_of_memory_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
