/* A report as a table (lib/service/csv.h). */
#include "support.h"

#include "service/csv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { text_max_bytes = 1024 * 1024, column_count = 30 };

/* The table of a report with these rows, to be freed. */
static char *table_of(const char *rows, enum rr_language language) {
    struct rr_document document = RR_DOCUMENT_EMPTY;
    struct rr_buf out = RR_BUF_INIT(text_max_bytes);
    struct rr_err err;
    document.meta.key = test_key(RR_ONLINE, "2026-01-19");
    rr_buf_printf(&document.body, "{\"meta\":{\"as_of\":\"2026-01-19\"},\n\"counterparties\":[\n%s\n]}\n", rows);
    assert_ok(rr_csv_write(&document, language, &out, &err));
    rr_document_free(&document);
    return out.ptr;
}

/* The first cell of the first row of a report with that orgId, a JSON value. */
static const char *cell_of(const char *json) {
    static char cell[400];
    char row[400];
    snprintf(row, sizeof row, "{\"orgId\":%s}", json);
    char *table = table_of(row, RR_KOREAN);
    const char *line = strstr(table, "\r\n") + 2;
    const char *end = strstr(line, ",,,,,,,,,"); /* what follows is not there */
    assert_non_null(end);
    snprintf(cell, sizeof cell, "%.*s", (int)(end - line), line);
    free(table);
    return cell;
}

static size_t count_of(const char *text, char sign, const char *end) {
    size_t count = 0;
    for (; *text != '\0' && text != end; text++)
        count += *text == sign;
    return count;
}

static void it_begins_with_a_mark_and_headings(void **state) {
    (void)state;
    static const char *const begins[] = {"\xef\xbb\xbf조직 ID,조직,카운터파티,", "\xef\xbb\xbfOrganization ID,Organization,"};
    static const char *const ends[] = {",기준일,모드\r\n", ",As of,Mode\r\n"};
    for (enum rr_language language = 0; language < RR_LANGUAGE_COUNT; language++) {
        char *table = table_of("", language);
        assert_int_equal(strncmp(table, begins[language], strlen(begins[language])), 0);
        assert_string_equal(table + strlen(table) - strlen(ends[language]), ends[language]);
        assert_int_equal(count_of(table, ',', NULL), column_count - 1);
        assert_int_equal(count_of(table, '\n', NULL), 1);
        free(table);
    }
}

static void a_line_has_every_column_in_place(void **state) {
    (void)state;
    char *table =
        table_of("{\"orgId\":\"A\",\"orgName\":\"갑\",\"counterpartyName\":\"을\",\"tier\":\"S0\",\"baseline\":1,\"target\":1.5,"
                 "\"confirmed\":-2,\"expected\":3,\"coverage\":27670116110564327421,\"gap\":-1e2,\"coverage_ratio\":null,"
                 "\"pipeline_zero\":true,\"risk_level_rule\":\"심각\",\"rule_trigger\":\"PIPELINE_ZERO\","
                 "\"min_cov_current_month\":0.05,\"risk_level_llm\":\"보통\",\"top_blockers\":[\"BUDGET\",\"=1\"],"
                 "\"evidence_bullets\":[\"하나, 둘\",\"셋\"],\"recommended_actions\":[],"
                 "\"flags\":{\"excluded_by_quality\":false},\"counts\":{\"confirmed_deals\":4,\"expected_deals\":5,"
                 "\"amount_zero_deals\":6,\"amount_parse_fail\":7,\"year_unknown\":8},"
                 "\"deals_top\":[{\"orgId\":\"no\",\"counts\":{\"year_unknown\":99}}],"
                 "\"signals\":{\"last_contact_date\":\"2026-01-02\",\"lost_90d_count\":9,\"lost_90d_reasons\":[\"가격\"]}}",
                 RR_ENGLISH);
    assert_string_equal(strstr(table, "\r\n") + 2,
                        "A,갑,을,S0,심각,PIPELINE_ZERO,TRUE,1.5,27670116110564327421,-2,3,-1e2,,0.05,1,4,5,6,7,8,FALSE,"
                        "2026-01-02,9,가격,보통,BUDGET / =1,\"하나, 둘 / 셋\",,2026-01-19,online\r\n");
    free(table);
}

static void a_row_a_line_and_none_of_them_needs_a_member(void **state) {
    (void)state;
    char *table = table_of("{\"orgId\":\"A\"},\n{\"x\":1},\n{}", RR_KOREAN);
    const char *line = strstr(table, "\r\n") + 2;
    assert_int_equal(count_of(line, '\n', NULL), 3);
    for (int i = 0; i < 3; i++) {
        const char *end = strstr(line, "\r\n");
        assert_non_null(end);
        assert_int_equal(count_of(line, ',', end), column_count - 1);
        line = end + 2;
    }
    assert_string_equal(line, "");
    free(table);
}

static void what_separates_is_quoted(void **state) {
    (void)state;
    static const char *const cases[][2] = {
        {"\"plain\"", "plain"},       {"\"\"", ""},
        {"\"a,b\"", "\"a,b\""},       {"\"say \\\"no\\\"\"", "\"say \"\"no\"\"\""},
        {"\"a\\nb\"", "\"a\nb\""},    {"\"a\\r\\nb\"", "\"a\r\nb\""},
        {"\"a;b\"", "\"a;b\""},       {"\"a\\tb\"", "\"a\tb\""},
        {"\" a\"", "\" a\""},         {"\"a \"", "\"a \""},
        {"\"a b\"", "a b"},           {"\"\\uac00\\ud83d\\ude00\"", "가😀"},
        {"\"<script>\"", "<script>"}, {"\"back\\\\slash\"", "back\\slash"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_string_equal(cell_of(cases[i][0]), cases[i][1]);
}

static void formulas_are_made_harmless(void **state) {
    (void)state;
    static const char *const cases[][2] = {
        {"\"=1+1\"", "'=1+1"},
        {"\"+82 10\"", "'+82 10"},
        {"\"-1\"", "'-1"},
        {"\"@SUM(A1)\"", "'@SUM(A1)"},
        {"\"\\t=1\"", "\"'\t=1\""},
        {"\"\\r=1\"", "\"'\r=1\""},
        {"\"\\nx\"", "\"'\nx\""},
        {"\"  =1\"", "\"'  =1\""},
        {"\"\\u00a0=1\"", "'\xc2\xa0=1"},
        {"\"\\u3000@x\"", "'\xe3\x80\x80@x"},
        {"\"\\\"=1\"", "\"'\"\"=1\""},
        {"\"'=1\"", "''=1"},
        {"\" \\\" ' =1\"", "\"' \"\" ' =1\""},
        {"\"＝1\"", "'＝1"},
        {"\"－1\"", "'－1"},
        {"\"=HYPERLINK(\\\"http://x\\\",\\\"a\\\")\"", "\"'=HYPERLINK(\"\"http://x\"\",\"\"a\"\")\""},
        {"\"1=1\"", "1=1"},
        {"\"a-b\"", "a-b"},
        {"\"'a\"", "'a"},
        {"-1", "-1"},
        {"-0.5e3", "-0.5e3"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_string_equal(cell_of(cases[i][0]), cases[i][1]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_begins_with_a_mark_and_headings),
        cmocka_unit_test(a_line_has_every_column_in_place),
        cmocka_unit_test(a_row_a_line_and_none_of_them_needs_a_member),
        cmocka_unit_test(what_separates_is_quoted),
        cmocka_unit_test(formulas_are_made_harmless),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
