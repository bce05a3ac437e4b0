#include "support.h"

#include "base/thread.h"
#include "rules/bucket.h"

#include <stdlib.h>
#include <string.h>

#define COUNT(cases) (sizeof(cases) / sizeof(cases)[0])

/* ---- Tokens ---- */

enum { none = 0, committed = 1, high = 2, both = 3 };

struct reading {
    const char *text;
    int tokens;
};

static int tokens_of(const char *text) {
    struct rr_tokens tokens;
    assert_true(rr_tokens_parse(rr_slice_of(text), &tokens));
    return (tokens.committed ? committed : 0) + (tokens.high ? high : 0);
}

static void assert_tokens(const struct reading *cases, size_t count) {
    for (size_t i = 0; i < count; i++)
        assert_case(cases[i].text == NULL ? "NULL" : cases[i].text, tokens_of(cases[i].text), cases[i].tokens);
}

static void a_plain_text_is_one_token(void **state) {
    (void)state;
    static const struct reading cases[] = {
        {"확정", committed}, {"높음", high},       {" 높음 ", high},   {"\u00a0확정\u3000", committed},
        {"중간", none},      {"낮음", none},       {"", none},         {" ", none},
        {NULL, none},        {"높음 확정", none},  {"매우높음", none}, {"확정됨", none},
        {"높음,확정", none}, {"높\u200b음", none},
    };
    assert_tokens(cases, COUNT(cases));
}

static void arrays_are_opened_to_any_depth(void **state) {
    (void)state;
    static const struct reading cases[] = {
        {"[\"확정\"]", committed},
        {"[\"높음\"]", high},
        {"[\"중간\"]", none},
        {"[]", none},
        {"[\"확정\",\"높음\"]", both},
        {"[\"중간\", \"높음\"]", high},
        {"[[\"높음\"]]", high},
        {"[[[[[[[[\"높음\"]]]]],\"확정\"]]]", both},
        {"[1,null,true,[],{},\"높음\"]", high},
        {" [\"높음\"]\n", high},
        {"[\"높음 확정\"]", none},
    };
    assert_tokens(cases, COUNT(cases));
    char deep[1024] = "";
    memset(deep, '[', 400);
    snprintf(deep + 400, sizeof deep - 400, "\"높음\"");
    memset(deep + strlen(deep), ']', 400);
    assert_int_equal(tokens_of(deep), high);
}

/* `[[["` and, as a JSON string in it, the same again: a backslash is written \\u005c, so that every turn adds little. */
static char *nest(int brackets, int turns) {
    char *text = strdup("\"확정\"");
    for (int turn = 0; turn < turns; turn++) {
        size_t len = strlen(text), size = len * 6 + 2 * (size_t)brackets + 3;
        char *outer = malloc(size), *out = outer;
        memset(out, '[', (size_t)brackets);
        out += brackets;
        *out++ = '"';
        for (size_t i = 0; i < len; i++) {
            if (text[i] == '"' || text[i] == '\\')
                out += snprintf(out, 7, text[i] == '"' ? "\\u0022" : "\\u005c");
            else
                *out++ = text[i];
        }
        *out++ = '"';
        memset(out, ']', (size_t)brackets);
        out[brackets] = '\0';
        free(text);
        text = outer;
    }
    return text;
}

static void *read_nest(void *text) {
    assert_int_equal(tokens_of(text), committed);
    return NULL;
}

/* A thread that reads deals has a small stack. */
static void a_deep_text_takes_no_deep_stack(void **state) {
    (void)state;
    pthread_t thread;
    char *text = nest(999, RR_TOKENS_NESTED_MAX - 1);
    assert_ok(rr_thread_start(&thread, read_nest, text));
    pthread_join(thread, NULL);
    free(text);
    text = nest(1, RR_TOKENS_NESTED_MAX);
    assert_int_equal(tokens_of(text), none);
    free(text);
}

static void a_million_brackets_are_a_text(void **state) {
    (void)state;
    enum { million = 1000000 };
    char *text = malloc(2 * million + sizeof "\"확정\"");
    memset(text, '[', million);
    memcpy(text + million, "\"확정\"", sizeof "\"확정\"" - 1);
    memset(text + million + sizeof "\"확정\"" - 1, ']', million);
    text[2 * million + sizeof "\"확정\"" - 1] = '\0';
    assert_int_equal(tokens_of(text), none);
    free(text);
}

static void of_objects_the_values_count_and_not_the_keys(void **state) {
    (void)state;
    static const struct reading cases[] = {
        {"{\"a\":\"높음\",\"b\":[\"낮음\"]}", high},
        {"{\"a\":{\"b\":{\"c\":\"확정\"}}}", committed},
        {"{\"단계\":[{\"값\":\"확정\"}],\"점수\":3}", committed},
        {"{\"a\":\"높음\",\"a\":\"확정\"}", both},
        {"{\"확정\":1}", none},
        {"{\"확정\":\"낮음\",\"높음\":[]}", none},
        {"{\"확정\":{\"높음\":\"중간\"}}", none},
        {"[{\"높음\":\"확정\"}]", committed},
        {"{}", none},
    };
    assert_tokens(cases, COUNT(cases));
}

static void a_string_that_is_json_is_opened_too(void **state) {
    (void)state;
    static const struct reading cases[] = {
        {"\"높음\"", high},
        {"\"\"", none},
        {"\"\\\"높음\\\"\"", high},
        {"\"[\\\"확정\\\"]\"", committed},
        {"[\"[\\\"높음\\\"]\"]", high},
        {"[\"{\\\"a\\\":\\\"확정\\\"}\",\"높음\"]", both},
        {"{\"a\":\"{\\\"b\\\":\\\"높음\\\"}\"}", high},
        {"[\"{\\\"확정\\\":1}\"]", none},
        {"\"[\\\"[\\\\\\\"높음\\\\\\\"]\\\"]\"", high},
        {"[\"[\\\"높음\\\"\"]", none}, /* the string is not JSON, and not the word */
    };
    assert_tokens(cases, COUNT(cases));
}

static void escapes_are_read(void **state) {
    (void)state;
    static const struct reading cases[] = {
        {"[\"\\ud655\\uc815\"]", committed},
        {"[\"\\uB192\\uC74C\"]", high},
        {"\"\\ub192음\"", high},
        {"[\"[\\\"\\\\ud655\\\\uc815\\\"]\"]", committed},
        {"\\ud655\\uc815", none}, /* not JSON, so not an escape */
        {"[\"\\n확정\\t\"]", committed},
        {"[\"확정\\ud83d\\ude00\"]", none},
        {"[\"\\ud800\",\"확정\"]", committed}, /* half a pair: JSON, and some other text */
        {"[\"\\ud800\\u0041\",\"\\udc00\",\"확정\"]", committed},
    };
    assert_tokens(cases, COUNT(cases));
}

static void broken_json_is_just_text(void **state) {
    (void)state;
    static const struct reading cases[] = {
        {"[\"높음\"", none},
        {"[\"높음\", ", none},
        {"[\"높음\",]", none},
        {"[높음]", none},
        {"['높음']", none},
        {"{\"a\":\"높음\"", none},
        {"{a:\"높음\"}", none},
        {"{\"a\" \"높음\"}", none},
        {"\"높음", none},
        {"높음\"", none},
        {"[\"높음\"]]", none},
        {"[\"높음\"] 확정", none},
        {"\"높음\" \"확정\"", none},
        {"[\"높음\"],", none},
        {"[\"높\\x음\",\"확정\"]", none},
    };
    assert_tokens(cases, COUNT(cases));
}

/* RFC 8259 knows no leading zeros, no bare points and no control characters in strings. */
static void almost_json_is_just_text(void **state) {
    (void)state;
    static const struct reading cases[] = {
        {"[01,\"높음\"]", none},
        {"[1.,\"높음\"]", none},
        {"[\"높음\",\"a\tb\"]", none},
        {"[\"높음\",\"둘째\n줄\"]", none},
    };
    assert_tokens(cases, COUNT(cases));
}

static void a_nul_ends_no_string(void **state) {
    (void)state;
    static const struct reading cases[] = {{"[\"높음\\u0000?\"]", none}, {"[\"\\u0000\",\"높음\"]", high}};
    assert_tokens(cases, COUNT(cases));
}

static void a_slice_ends_where_it_ends(void **state) {
    (void)state;
    struct rr_tokens tokens;
    assert_true(rr_tokens_parse((struct rr_slice){"[\"높음\"]]", 10}, &tokens));
    assert_true(tokens.high);
    assert_true(rr_tokens_parse((struct rr_slice){"[\"높음\"]", 9}, &tokens));
    assert_false(tokens.high);
}

/* ---- Bucket ---- */

static const struct rr_bucket_facts full_contract = {
    .won = true, .course_known = true, .contract = 20260101, .start = 20260301, .end = 20260302, .amount_krw = 1};

static void lost_has_none(void **state) {
    (void)state;
    struct rr_bucket_facts facts = full_contract;
    facts.won = false;
    facts.lost = true;
    facts.tokens = (struct rr_tokens){true, true};
    assert_int_equal(rr_bucket_of(&facts), RR_BUCKET_NONE);
}

static void won_with_all_facts_is_a_contract(void **state) {
    (void)state;
    assert_int_equal(rr_bucket_of(&full_contract), RR_CONFIRMED_CONTRACT);
    struct rr_bucket_facts facts = full_contract;
    facts.tokens = (struct rr_tokens){true, true};
    assert_int_equal(rr_bucket_of(&facts), RR_CONFIRMED_CONTRACT);
}

static void won_without_one_of_them_is_a_commitment(void **state) {
    (void)state;
    struct rr_bucket_facts lacking[5] = {full_contract, full_contract, full_contract, full_contract, full_contract};
    lacking[0].contract = RR_DAY_UNKNOWN;
    lacking[1].start = RR_DAY_UNKNOWN;
    lacking[2].end = RR_DAY_UNKNOWN;
    lacking[3].course_known = false;
    lacking[4].amount_krw = 0;
    for (size_t i = 0; i < COUNT(lacking); i++) {
        assert_int_equal(rr_bucket_of(&lacking[i]), RR_CONFIRMED_COMMIT);
        lacking[i].tokens.high = true;
        assert_int_equal(rr_bucket_of(&lacking[i]), RR_CONFIRMED_COMMIT);
    }
}

static void all_facts_but_won_are_no_contract(void **state) {
    (void)state;
    struct rr_bucket_facts facts = full_contract;
    facts.won = false;
    assert_int_equal(rr_bucket_of(&facts), RR_BUCKET_NONE);
}

static void otherwise_the_tokens_decide(void **state) {
    (void)state;
    static const enum rr_bucket wants[] = {
        [none] = RR_BUCKET_NONE, [committed] = RR_CONFIRMED_COMMIT, [high] = RR_EXPECTED_HIGH, [both] = RR_CONFIRMED_COMMIT};
    for (int tokens = none; tokens <= both; tokens++) {
        struct rr_bucket_facts facts = {.tokens = {(tokens & committed) != 0, (tokens & high) != 0}};
        assert_int_equal(rr_bucket_of(&facts), wants[tokens]);
    }
}

static void two_buckets_are_confirmed(void **state) {
    (void)state;
    assert_true(rr_bucket_confirmed(RR_CONFIRMED_CONTRACT));
    assert_true(rr_bucket_confirmed(RR_CONFIRMED_COMMIT));
    assert_false(rr_bucket_confirmed(RR_EXPECTED_HIGH));
    assert_false(rr_bucket_confirmed(RR_BUCKET_NONE));
}

/* ---- Online or offline ---- */

static void three_formats_are_online(void **state) {
    (void)state;
    static const char *const online[] = {"구독제(온라인)", "선택구매(온라인)",           "포팅",
                                         " 포팅",          "\u3000구독제(온라인)\u00a0", "선택구매(온라인) "};
    static const char *const offline[] = {NULL,
                                          "",
                                          " ",
                                          "집합교육",
                                          "출강",
                                          "온라인",
                                          "구독제",
                                          "포팅(신규)",
                                          "선택구매",
                                          "구독제 (온라인)",
                                          "구독제(온라인) 포팅",
                                          "구독제（온라인）"};
    for (size_t i = 0; i < COUNT(online); i++)
        assert_case(online[i], rr_mode_of_format(rr_slice_of(online[i])), RR_ONLINE);
    for (size_t i = 0; i < COUNT(offline); i++)
        assert_case(offline[i] == NULL ? "NULL" : offline[i], rr_mode_of_format(rr_slice_of(offline[i])), RR_OFFLINE);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plain_text_is_one_token),
        cmocka_unit_test(arrays_are_opened_to_any_depth),
        cmocka_unit_test(a_deep_text_takes_no_deep_stack),
        cmocka_unit_test(a_million_brackets_are_a_text),
        cmocka_unit_test(of_objects_the_values_count_and_not_the_keys),
        cmocka_unit_test(a_string_that_is_json_is_opened_too),
        cmocka_unit_test(escapes_are_read),
        cmocka_unit_test(broken_json_is_just_text),
        cmocka_unit_test(almost_json_is_just_text),
        cmocka_unit_test(a_nul_ends_no_string),
        cmocka_unit_test(a_slice_ends_where_it_ends),
        cmocka_unit_test(lost_has_none),
        cmocka_unit_test(won_with_all_facts_is_a_contract),
        cmocka_unit_test(won_without_one_of_them_is_a_commitment),
        cmocka_unit_test(all_facts_but_won_are_no_contract),
        cmocka_unit_test(otherwise_the_tokens_decide),
        cmocka_unit_test(two_buckets_are_confirmed),
        cmocka_unit_test(three_formats_are_online),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
