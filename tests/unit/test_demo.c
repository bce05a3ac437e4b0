#include "support.h"

#include "base/buf.h"
#include "crm/demo.h"
#include "crm/tables.h"
#include "rules/day.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *folder;
static char path[PATH_MAX];
static struct rr_db *db;
static struct rr_err err;

static const struct rr_demo small = {.deals = 600, .seed = 7, .year = 2026};

static int make_folder(void **state) {
    (void)state;
    folder = test_folder();
    snprintf(path, sizeof path, "%s", test_path(folder, "crm.db"));
    return 0;
}

static int close_db(void **state) {
    (void)state;
    rr_db_close(&db);
    return 0;
}

/* Makes the database and opens it as db. */
static void open_made(const struct rr_demo *demo) {
    if (rr_demo_make(demo, path, &err) != 0)
        fail_msg("%s", err.message);
    rr_db_close(&db);
    assert_ok(rr_db_open_read(&db, path, false, RR_NO_DEADLINE, &err));
}

static int64_t query(const char *sql) {
    struct rr_stmt *stmt = NULL;
    if (rr_db_prepare(&stmt, db, sql, &err) != 0 || rr_stmt_step(stmt, &err) != 1)
        fail_msg("%s: %s", sql, err.message);
    int64_t number = atoll(rr_stmt_text(stmt, 0).ptr);
    rr_stmt_close(&stmt);
    return number;
}

/* All rows of all tables as one text. */
static void dump(struct rr_buf *out) {
    static const struct {
        const char *sql;
        int columns;
    } tables[] = {
        {"SELECT * FROM deal", 17}, {"SELECT * FROM people", 4}, {"SELECT * FROM organization", 2}, {"SELECT * FROM memo", 6}};
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        struct rr_stmt *stmt = NULL;
        assert_ok(rr_db_prepare(&stmt, db, tables[i].sql, &err));
        while (rr_stmt_step(stmt, &err) == 1)
            for (int column = 0; column < tables[i].columns; column++) {
                struct rr_slice text = rr_stmt_text(stmt, column);
                rr_buf_printf(out, "%s%zu:%.*s|", text.ptr == NULL ? "NULL" : "", text.len, (int)text.len, text.ptr);
            }
        rr_stmt_close(&stmt);
    }
    assert_false(out->failed);
}

static void the_same_options_give_the_same_rows(void **state) {
    (void)state;
    struct rr_buf first = RR_BUF_INIT(10000000), second = RR_BUF_INIT(10000000), other = RR_BUF_INIT(10000000);
    struct rr_demo demo = small;
    open_made(&demo);
    dump(&first);
    open_made(&demo);
    dump(&second);
    demo.seed++;
    open_made(&demo);
    dump(&other);
    assert_string_equal(first.ptr, second.ptr);
    assert_string_not_equal(first.ptr, other.ptr);
    rr_buf_free(&first);
    rr_buf_free(&second);
    rr_buf_free(&other);
}

static void give(const struct rr_crm_table *table, rr_row_taker *take, void *ctx) {
    struct rr_rows *rows = NULL;
    if (rr_rows_open(&rows, db, table, &err) != 0 || rr_rows_give(rows, take, ctx, &err) != 0)
        fail_msg("%s", err.message);
    rr_rows_close(&rows);
}

static int count_row(void *ctx, const struct rr_row *row, struct rr_err *ignored) {
    (void)row;
    (void)ignored;
    ++*(uint64_t *)ctx;
    return 0;
}

static uint64_t rows_of(const struct rr_crm_table *table) {
    uint64_t count = 0;
    give(table, count_row, &count);
    return count;
}

static void all_tables_have_the_rows_asked_for(void **state) {
    (void)state;
    const struct rr_demo demo = {.deals = 30, .people = 20, .organizations = 10, .memos = 40, .year = 2026};
    open_made(&demo);
    assert_int_equal(rows_of(&rr_deal_table), 30);
    assert_int_equal(rows_of(&rr_person_table), 20);
    assert_int_equal(rows_of(&rr_organization_table), 10);
    assert_int_equal(query("SELECT count(*) FROM (SELECT id, text, dealId, peopleId, organizationId, createdAt FROM memo)"), 40);
}

static void counts_left_out_follow_the_deals(void **state) {
    (void)state;
    static const struct {
        uint64_t deals;
        bool wide;
        int64_t people, organizations, memos;
    } cases[] = {{600, false, 180, 60, 300}, {4000, false, 600, 100, 2000}, {100, true, 300, 100, 300}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct rr_demo demo = {.deals = cases[i].deals, .year = 2026, .wide = cases[i].wide};
        open_made(&demo);
        assert_int_equal(query("SELECT count(*) FROM deal"), cases[i].deals);
        assert_int_equal(query("SELECT count(*) FROM people"), cases[i].people);
        assert_int_equal(query("SELECT count(*) FROM organization"), cases[i].organizations);
        assert_int_equal(query("SELECT count(*) FROM memo"), cases[i].memos);
    }
}

static void wide_tables_have_as_many_columns_as_a_real_export(void **state) {
    (void)state;
    struct rr_demo demo = {.deals = 10, .year = 2026, .wide = true};
    open_made(&demo);
    assert_int_equal(query("SELECT count(*) FROM pragma_table_info('deal')"), 147);
    assert_int_equal(query("SELECT count(*) FROM pragma_table_info('people')"), 147);
    assert_int_equal(query("SELECT count(*) FROM pragma_table_info('organization')"), 60);
    assert_int_equal(query("SELECT count(*) FROM pragma_table_info('memo')"), 15);
    assert_int_equal(rows_of(&rr_deal_table), 10);
    assert_int_equal(query("SELECT count(*) FROM (SELECT id, text, dealId, peopleId, organizationId, createdAt FROM memo)"), 30);
}

static void ids_are_unique(void **state) {
    (void)state;
    static const char *const tables[] = {"deal", "people", "organization", "memo"};
    open_made(&small);
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        char sql[100];
        snprintf(sql, sizeof sql, "SELECT count(*) - count(DISTINCT id) FROM %s", tables[i]);
        assert_case(tables[i], query(sql), 0);
    }
}

/* Conditions on deal; each holds for some row. */
static const char *const forms[] = {
    /* 금액 */
    "금액 IS NULL",
    "금액 = ''",
    "금액 = char(160)",
    "금액 = char(12288)",
    "금액 GLOB '[0-9]*' AND 금액 NOT GLOB '*[^0-9]*'",
    "금액 LIKE '₩%,%'",
    "금액 LIKE '%,%원'",
    "금액 GLOB '*[0-9]억'",
    "금액 GLOB '*[0-9].[0-9]억'",
    "금액 LIKE '%억 %천만'",
    "금액 LIKE '%만원'",
    "금액 = '1억~2억'",
    "금액 = '5백만'",
    "금액 = '약 3천만'",
    "금액 GLOB '[0-9]*.[0-9]E[0-9]'",
    "금액 GLOB '[0-9]*.5'",
    "금액 GLOB '*[０-９]*'",
    "금액 LIKE '-%'",
    "금액 IN ('nan', 'inf')",
    "금액 LIKE '0x%'",
    "금액 LIKE '%\\_%' ESCAPE '\\'",
    "금액 = '9223372036854775808'",
    "금액 = '협의' AND length(trim(\"예상 체결액\")) > 0",
    "length(trim(금액)) > 0 IS NOT TRUE AND length(trim(\"예상 체결액\")) > 0",
    "length(trim(금액)) > 0 IS NOT TRUE AND length(trim(\"예상 체결액\")) > 0 IS NOT TRUE",
    /* 수강시작일 */
    "수강시작일 IS NULL",
    "수강시작일 GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'",
    "수강시작일 GLOB '[0-9][0-9][0-9][0-9].*[0-9].*[0-9]'",
    "수강시작일 GLOB '[0-9][0-9][0-9][0-9]/*[0-9]/*[0-9]'",
    "수강시작일 GLOB '20[0-9][0-9][0-9][0-9][0-9][0-9]'",
    "수강시작일 GLOB '*-[0-9][0-9] [0-9][0-9]:*'",
    "수강시작일 LIKE '%T15:00:00.000Z'",
    "수강시작일 LIKE '%+09:00'",
    "수강시작일 LIKE '%-02-30'",
    "수강시작일 GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]'",
    "수강시작일 = '상반기'",
    /* 상태, 과정포맷, 성사 가능성 */
    "상태 = 'Won'",
    "상태 = 'won'",
    "상태 = 'Lost'",
    "상태 = 'Convert'",
    "상태 IS NULL",
    "과정포맷 = '구독제(온라인)'",
    "과정포맷 = '선택구매(온라인)'",
    "과정포맷 = '포팅'",
    "과정포맷 LIKE '_구독제(온라인)_'",
    "\"성사 가능성\" = '확정'",
    "\"성사 가능성\" = '[\"높음\"]'",
    "\"성사 가능성\" LIKE '[[\"%'",
    "\"성사 가능성\" LIKE '{%:\"높음\"%'",
    "\"성사 가능성\" LIKE '%[\\\"%'",
    "\"성사 가능성\" LIKE '{\"확정\":%'",
    "\"성사 가능성\" GLOB '?\"높음\"'",
    "\"성사 가능성\" IS NULL",
    "\"코스 ID\" = ''",
    "\"최근 연락일\" IS NULL",
    "peopleId IS NULL",
    "peopleId NOT IN (SELECT id FROM people)",
    "organizationId IS NULL",
    "organizationId NOT IN (SELECT id FROM organization)",
    "id = (SELECT min(id) FROM deal) AND EXISTS (SELECT 1 FROM organization WHERE 이름 LIKE '%삼성전자%')",
    "id = (SELECT min(id) FROM deal) AND EXISTS (SELECT 1 FROM organization WHERE 이름 IS NULL)",
    "id = (SELECT min(id) FROM deal) AND EXISTS (SELECT 1 FROM organization WHERE trim(이름) = '')",
    "id = (SELECT min(id) FROM deal) AND EXISTS (SELECT 1 FROM people WHERE \"소속 상위 조직\" IS NULL)",
};

static void every_form_of_the_rules_occurs(void **state) {
    (void)state;
    open_made(&small);
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        char sql[300];
        snprintf(sql, sizeof sql, "SELECT count(*) FROM deal WHERE %s", forms[i]);
        if (query(sql) == 0)
            fail_msg("no row has %s", forms[i]);
    }
}

static int count_year(void *ctx, const struct rr_row *row, struct rr_err *ignored) {
    (void)ignored;
    int *by_year = ctx, year = rr_day_year(rr_day_parse(rr_row_text(row, RR_DEAL_START)));
    if (year > 0)
        by_year[year >= 2029 && year <= 2032 ? year - 2029 : 4]++;
    return 0;
}

static void deals_are_of_four_years(void **state) {
    (void)state;
    int by_year[5] = {0};
    struct rr_demo demo = small;
    demo.year = 2031;
    open_made(&demo);
    give(&rr_deal_table, count_year, by_year);
    for (int i = 0; i < 4; i++)
        assert_true(by_year[i] > 0);
    assert_true(by_year[4] <= 6); /* a form that is carried over the year's end */
}

/* ---- The file ---- */

static void the_file_counts_as_settled(void **state) {
    (void)state;
    struct stat st;
    open_made(&small);
    assert_int_equal(stat(path, &st), 0);
    assert_in_range(rr_clock_now_s(&rr_clock_system) - st.st_mtim.tv_sec, 3600, 3700);
    assert_int_equal(test_count_files(folder), 1);
}

static void a_reader_keeps_the_old_database(void **state) {
    (void)state;
    struct rr_demo demo = small;
    open_made(&small);
    demo.deals = 20;
    assert_ok(rr_demo_make(&demo, path, &err));
    assert_int_equal(query("SELECT count(*) FROM deal"), 600);
    open_made(&demo);
    assert_int_equal(query("SELECT count(*) FROM deal"), 20);
}

static void a_failure_leaves_what_was_there(void **state) {
    (void)state;
    test_write_file(path, "old");
    test_write_file(test_path(folder, "crm.db.tmp"), "of an earlier failure");
    test_limit_files(65536);
    int rc = rr_demo_make(&small, path, &err);
    test_limit_files(0);
    assert_fails(rc, RR_DB_INVALID);
    assert_int_equal(test_count_files(folder), 1);
    char *kept = test_read_file(path);
    assert_string_equal(kept, "old");
    free(kept);
    assert_fails(rr_demo_make(&small, test_path(folder, "none/crm.db"), &err), RR_DB_INVALID);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkdir(path, 0777), 0); /* a folder in its place */
    assert_fails(rr_demo_make(&small, path, &err), RR_DB_INVALID);
    assert_int_equal(test_count_files(folder), 1);
}

static void numbers_have_bounds(void **state) {
    (void)state;
    static const struct rr_demo wrong[] = {
        {.year = 1999},
        {.year = 3000},
        {.year = 2026, .deals = 1000000001},
        {.year = 2026, .people = 1000000001},
        {.year = 2026, .organizations = 1000000001},
        {.year = 2026, .memos = 1000000001},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_fails(rr_demo_make(&wrong[i], path, &err), RR_BAD_SETTING);
    assert_int_equal(test_count_files(folder), 0);
    open_made(&(struct rr_demo){.year = 2000, .deals = 1});
    open_made(&(struct rr_demo){.year = 2999}); /* no deal at all */
    assert_int_equal(query("SELECT count(*) FROM deal"), 0);
}

struct progress {
    uint64_t calls, done, total;
};

static void note_progress(void *ctx, uint64_t done, uint64_t total) {
    struct progress *progress = ctx;
    assert_true(done >= progress->done && done <= total);
    *progress = (struct progress){progress->calls + 1, done, total};
}

static void progress_ends_with_all_rows(void **state) {
    (void)state;
    struct progress progress = {0};
    const struct rr_demo demo = {.deals = 20000, .year = 2026, .progress = note_progress, .progress_ctx = &progress};
    open_made(&demo);
    assert_true(progress.calls >= 2);
    assert_int_equal(progress.done, 20000 + 3000 + 500 + 10000);
    assert_int_equal(progress.total, progress.done);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, close_db)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(the_same_options_give_the_same_rows),
        TEST(all_tables_have_the_rows_asked_for),
        TEST(counts_left_out_follow_the_deals),
        TEST(wide_tables_have_as_many_columns_as_a_real_export),
        TEST(ids_are_unique),
        TEST(every_form_of_the_rules_occurs),
        TEST(deals_are_of_four_years),
        TEST(the_file_counts_as_settled),
        TEST(a_reader_keeps_the_old_database),
        TEST(a_failure_leaves_what_was_there),
        TEST(numbers_have_bounds),
        TEST(progress_ends_with_all_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
