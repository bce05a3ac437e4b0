#include "support.h"

#include "base/arena.h"
#include "base/buf.h"
#include "crm/tables.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static char path[PATH_MAX];
static struct rr_db *db;
static struct rr_arena texts;

static int set_path(void **state) {
    (void)state;
    snprintf(path, sizeof path, "%s", test_path(test_folder(), "crm.db"));
    return 0;
}

static int close_db(void **state) {
    (void)state;
    rr_db_close(&db);
    rr_arena_free(&texts);
    return 0;
}

/* Makes the database, and opens it as db. */
static void open_made(const char *sql) {
    struct rr_err err;
    rr_db_close(&db);
    unlink(path);
    test_make_db(path, sql);
    assert_ok(rr_db_open_read(&db, path, false, RR_NO_DEADLINE, &err));
}

enum { rows_max = 5000 };

/* The rows that were read last. */
static struct rr_slice cells[rows_max][RR_COLUMNS_MAX];
static int row_count;

static int keep_row(void *ctx, const struct rr_row *row, struct rr_err *err) {
    const struct rr_crm_table *table = ctx;
    (void)err;
    assert_true(row_count < rows_max);
    for (int i = 0; i < table->column_count; i++) {
        cells[row_count][i] = rr_row_text(row, i);
        assert_true(rr_arena_copy(&texts, &cells[row_count][i]));
    }
    row_count++;
    return 0;
}

static int read_rows(const struct rr_crm_table *table, struct rr_err *err) {
    struct rr_crm_table wanted = *table;
    struct rr_rows *rows = NULL;
    rr_arena_clear(&texts);
    row_count = 0;
    if (rr_rows_open(&rows, db, table, err) != 0)
        fail_msg("%s", err->message);
    int rc = rr_rows_give(rows, keep_row, &wanted, err);
    rr_rows_close(&rows);
    rr_rows_close(&rows); /* does nothing */
    assert_null(rows);
    return rc;
}

static void assert_rows(const struct rr_crm_table *table, int count) {
    struct rr_err err;
    assert_ok(read_rows(table, &err));
    assert_int_equal(row_count, count);
}

static void assert_row(int row, int count, const char *const *wants) {
    for (int i = 0; i < count; i++)
        if (wants[i] == NULL)
            assert_null(cells[row][i].ptr);
        else
            assert_text(cells[row][i], wants[i]);
}

/* The deal's columns in the order of enum rr_deal_column, each with a value that tells it. */
static const char *const deal_columns[RR_DEAL_COLUMN_COUNT] = {
    "id",          "peopleId",    "organizationId", "이름",        "상태",       "과정포맷",
    "금액",        "예상 체결액", "계약 체결일",    "수주 예정일", "수강시작일", "수강종료일",
    "성사 가능성", "코스 ID",     "최근 연락일",    "LOST 확정일", "실패 사유",
};
enum { deal_required = 13, all = -1 };

static const char people_sql[] = "CREATE TABLE people (\"id\" TEXT, \"소속 상위 조직\" TEXT);";
static const char organization_sql[] = "CREATE TABLE organization (\"id\" TEXT, \"이름\" TEXT);";

/* A deal table with every column but one, from the last to the first, with others between, and a row that holds the names. */
static void open_deal_without(int left_out) {
    struct rr_buf names = RR_BUF_INIT(10000), sql = RR_BUF_INIT(10000), values = RR_BUF_INIT(10000);
    for (int i = RR_DEAL_COLUMN_COUNT - 1; i >= 0; i--) {
        if (i == left_out)
            continue;
        rr_buf_printf(&names, "%s\"%s\" TEXT, \"속성 %d\"", names.len > 0 ? ", " : "", deal_columns[i], i);
        rr_buf_printf(&values, "%s'%s', 'filler'", values.len > 0 ? ", " : "", deal_columns[i]);
    }
    rr_buf_printf(&sql, "CREATE TABLE deal (%s); INSERT INTO deal VALUES (%s)", names.ptr, values.ptr);
    assert_false(names.failed || values.failed || sql.failed);
    open_made(sql.ptr);
    rr_buf_free(&names);
    rr_buf_free(&values);
    rr_buf_free(&sql);
}

static void columns_may_stand_in_any_order(void **state) {
    (void)state;
    open_deal_without(all);
    assert_rows(&rr_deal_table, 1);
    assert_row(0, RR_DEAL_COLUMN_COUNT, deal_columns);
}

static void optional_columns_read_as_null(void **state) {
    (void)state;
    for (int column = deal_required; column < RR_DEAL_COLUMN_COUNT; column++) {
        const char *wants[RR_DEAL_COLUMN_COUNT];
        memcpy(wants, deal_columns, sizeof wants);
        wants[column] = NULL;
        open_deal_without(column);
        assert_rows(&rr_deal_table, 1);
        assert_row(0, RR_DEAL_COLUMN_COUNT, wants);
    }
}

static void memos_need_no_column(void **state) {
    (void)state;
    const char *const wants[RR_MEMO_COLUMN_COUNT] = {[RR_MEMO_TEXT] = "안부 인사", [RR_MEMO_PERSON] = "p1"};
    open_made("CREATE TABLE memo (other TEXT, \"peopleId\" TEXT, text TEXT); INSERT INTO memo VALUES ('x', 'p1', '안부 인사')");
    assert_rows(&rr_memo_table, 1);
    assert_row(0, RR_MEMO_COLUMN_COUNT, wants);
}

static void assert_refused(const struct rr_crm_table *table, const char *name) {
    struct rr_rows *rows = NULL;
    struct rr_err err;
    assert_fails(rr_rows_open(&rows, db, table, &err), RR_DB_INVALID);
    assert_null(rows);
    char quoted[64];
    snprintf(quoted, sizeof quoted, "\"%s\"", name);
    if (strstr(err.message, quoted) == NULL)
        fail_msg("%s is not named: %s", name, err.message);
}

static void a_missing_column_of_deal_is_named(void **state) {
    (void)state;
    for (int column = 0; column < deal_required; column++) {
        open_deal_without(column);
        assert_refused(&rr_deal_table, deal_columns[column]);
        assert_refused(&rr_person_table, "people");
    }
}

static void a_missing_column_of_the_others_is_named(void **state) {
    (void)state;
    open_made("CREATE TABLE people (\"소속 상위 조직\" TEXT); CREATE TABLE organization (\"id\" TEXT, name TEXT)");
    assert_refused(&rr_person_table, "id");
    assert_refused(&rr_person_table, "people");
    assert_refused(&rr_organization_table, "이름");
    open_made("CREATE TABLE people (\"id\" TEXT); CREATE TABLE organization (\"이름\" TEXT)");
    assert_refused(&rr_person_table, "소속 상위 조직");
    assert_refused(&rr_organization_table, "id");
    assert_refused(&rr_organization_table, "organization");
}

static void a_missing_table_is_named(void **state) {
    (void)state;
    open_made("CREATE TABLE deals (id TEXT)");
    assert_refused(&rr_deal_table, "deal");
    assert_refused(&rr_person_table, "people");
    assert_refused(&rr_organization_table, "organization");
}

static void a_view_is_no_table(void **state) {
    (void)state;
    open_made("CREATE TABLE t (\"id\" TEXT, \"이름\" TEXT, \"소속 상위 조직\" TEXT);"
              "CREATE VIEW people AS SELECT * FROM t; CREATE VIEW organization AS SELECT * FROM t");
    assert_refused(&rr_person_table, "people");
    assert_refused(&rr_organization_table, "organization");
}

static void people_and_organizations_are_read(void **state) {
    (void)state;
    char sql[1000];
    snprintf(sql, sizeof sql,
             "%s%s INSERT INTO people VALUES ('p1', ' 교육팀 '), ('p2', NULL), (NULL, '');"
             "INSERT INTO organization VALUES ('o1', '가나상사'), ('o2', '')",
             people_sql, organization_sql);
    open_made(sql);
    assert_rows(&rr_person_table, 3);
    assert_row(0, RR_PERSON_COLUMN_COUNT, (const char *const[]){"p1", " 교육팀 ", NULL});
    assert_row(1, RR_PERSON_COLUMN_COUNT, (const char *const[]){"p2", NULL, NULL});
    assert_row(2, RR_PERSON_COLUMN_COUNT, (const char *const[]){NULL, "", NULL});
    assert_rows(&rr_organization_table, 2);
    assert_row(0, RR_ORGANIZATION_COLUMN_COUNT, (const char *const[]){"o1", "가나상사"});
    assert_row(1, RR_ORGANIZATION_COLUMN_COUNT, (const char *const[]){"o2", ""});
}

static void an_empty_table_has_no_rows(void **state) {
    (void)state;
    open_made(test_crm_schema);
    const struct rr_crm_table *const tables[] = {&rr_deal_table, &rr_person_table, &rr_organization_table};
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++)
        assert_rows(tables[i], 0);
}

static void every_row_comes_once(void **state) {
    (void)state;
    open_made("CREATE TABLE organization (id TEXT, \"이름\" TEXT);"
              "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n LIMIT 5000)"
              "INSERT INTO organization SELECT i, 'name ' || i FROM n");
    assert_rows(&rr_organization_table, rows_max);
    for (int i = 0; i < rows_max; i++) {
        char id[16], name[32];
        snprintf(id, sizeof id, "%d", i);
        snprintf(name, sizeof name, "name %d", i);
        assert_row(i, RR_ORGANIZATION_COLUMN_COUNT, (const char *const[]){id, name});
    }
}

static void an_index_changes_no_order(void **state) {
    (void)state;
    open_made("CREATE TABLE organization (id TEXT, \"이름\" TEXT, a TEXT, b TEXT, c TEXT);"
              "CREATE INDEX i ON organization (\"이름\", id);"
              "INSERT INTO organization (id, \"이름\") VALUES ('o1', '나'), ('o2', '가')");
    assert_rows(&rr_organization_table, 2);
    assert_row(0, RR_ORGANIZATION_COLUMN_COUNT, (const char *const[]){"o1", "나"});
    assert_row(1, RR_ORGANIZATION_COLUMN_COUNT, (const char *const[]){"o2", "가"});
}

static void values_of_other_types_come_as_text(void **state) {
    (void)state;
    open_made("CREATE TABLE organization (id INTEGER, \"이름\"); INSERT INTO organization VALUES (7, 15000000), (8, x'eab080')");
    assert_rows(&rr_organization_table, 2);
    assert_row(0, RR_ORGANIZATION_COLUMN_COUNT, (const char *const[]){"7", "15000000"});
    assert_row(1, RR_ORGANIZATION_COLUMN_COUNT, (const char *const[]){"8", "가"});
}

static void a_utf16_database_comes_as_utf8(void **state) {
    (void)state;
    open_made("PRAGMA encoding = 'UTF-16le'; CREATE TABLE organization (id TEXT, \"이름\" TEXT);"
              "INSERT INTO organization VALUES ('o1', '가나상사 😀')");
    assert_rows(&rr_organization_table, 1);
    assert_row(0, RR_ORGANIZATION_COLUMN_COUNT, (const char *const[]){"o1", "가나상사 😀"});
}

static void a_broken_page_fails_the_reading(void **state) {
    (void)state;
    char junk[4096];
    struct rr_err err;
    memset(junk, 0xa5, sizeof junk);
    open_made("CREATE TABLE organization (id TEXT, \"이름\" TEXT);"
              "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n LIMIT 2000)"
              "INSERT INTO organization SELECT i, printf('%0200d', i) FROM n");
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    assert_int_equal(pwrite(fd, junk, sizeof junk, (off_t)sizeof junk * 40), sizeof junk);
    close(fd);
    assert_fails(read_rows(&rr_organization_table, &err), RR_DB_INVALID);
    assert_in_range(row_count, 1, 1999);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_path, close_db)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(columns_may_stand_in_any_order),
        TEST(optional_columns_read_as_null),
        TEST(memos_need_no_column),
        TEST(a_missing_column_of_deal_is_named),
        TEST(a_missing_column_of_the_others_is_named),
        TEST(a_missing_table_is_named),
        TEST(a_view_is_no_table),
        TEST(people_and_organizations_are_read),
        TEST(an_empty_table_has_no_rows),
        TEST(every_row_comes_once),
        TEST(an_index_changes_no_order),
        TEST(values_of_other_types_come_as_text),
        TEST(a_utf16_database_comes_as_utf8),
        TEST(a_broken_page_fails_the_reading),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
