#include "support.h"

#include "crm/db.h"

#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *folder;
static char path[PATH_MAX];
static struct rr_db *db, *writer;
static struct rr_err err; /* of the last failure */

static int make_folder(void **state) {
    (void)state;
    folder = test_folder();
    snprintf(path, sizeof path, "%s", test_path(folder, "crm.db"));
    return 0;
}

static int close_all(void **state) {
    (void)state;
    rr_db_close(&db);
    rr_db_close(&writer);
    return 0;
}

static const char rows_sql[] = "CREATE TABLE t (a TEXT, b TEXT); INSERT INTO t VALUES ('1', 'x'), ('2', NULL), ('3', '')";

/* A table of some 400 KiB. */
static const char many_rows_sql[] =
    "CREATE TABLE t (a TEXT); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 2000)"
    " INSERT INTO t SELECT printf('%0200d', i) FROM n";

static const char count_sql[] = "SELECT count(*) FROM t";

/* Opens the file as db. */
static int open_file(const char *at, struct rr_deadline deadline) {
    rr_db_close(&db);
    return rr_db_open_read(&db, at, false, deadline, &err);
}

static void open_made(const char *sql) {
    test_make_db(path, sql);
    assert_ok(open_file(path, RR_NO_DEADLINE));
}

/* A query of one row and column as a number; -1 with err. */
static int query(const char *sql) {
    struct rr_stmt *stmt = NULL;
    int number = -1;
    if (rr_db_prepare(&stmt, db, sql, &err) == 0 && rr_stmt_step(stmt, &err) == 1)
        number = atoi(rr_stmt_text(stmt, 0).ptr);
    rr_stmt_close(&stmt);
    return number;
}

static int query_file(const char *at, struct rr_deadline deadline, const char *sql) {
    return open_file(at, deadline) == 0 ? query(sql) : -1;
}

static int count_of_file(const char *at) {
    return query_file(at, rr_deadline_in_ms(10000), count_sql);
}

static void open_writer(const char *sql) {
    assert_ok(rr_db_create(&writer, path, &err));
    assert_ok(rr_db_exec(writer, sql, &err));
}

/* ---- Files ---- */

static void a_missing_file_fails_and_is_not_made(void **state) {
    (void)state;
    assert_fails(count_of_file(path), RR_DB_INVALID);
    assert_null(strstr(err.message, folder));
    assert_int_equal(test_count_files(folder), 0);
}

static void what_is_no_database_is_invalid(void **state) {
    (void)state;
    test_write_file(
        path, "This is a text of more bytes than the hundred of a database's header, and it is no database, as its first line"
              " shows at once to anybody who reads it.");
    assert_fails(count_of_file(path), RR_DB_INVALID);
    assert_null(strstr(err.message, folder));
    assert_fails(count_of_file(folder), RR_DB_INVALID);
    assert_null(strstr(err.message, folder));
}

static void a_cut_database_is_invalid(void **state) {
    (void)state;
    test_make_db(path, many_rows_sql);
    assert_int_equal(truncate(path, 8192), 0);
    assert_fails(count_of_file(path), RR_DB_INVALID);
}

static void an_empty_file_is_an_empty_database(void **state) {
    (void)state;
    test_write_file(path, "");
    assert_ok(open_file(path, RR_NO_DEADLINE));
    assert_int_equal(rr_db_has_table(db, "t", &err), 0);
    assert_fails(query(count_sql), RR_DB_INVALID);
    assert_fails(query("SELEKT"), RR_DB_INVALID);
}

static void names_may_hold_any_character(void **state) {
    (void)state;
    static const char *const names[] = {"a b.db",  "a?mode=rwc.db", "a#b.db",  "a%41.db",
                                        "100%.db", "a'b\"c;d&e.db", "고객.db", "file:x.db"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        test_make_db(path, rows_sql);
        assert_case(names[i], count_of_file(path), 3);
        assert_case(names[i], test_count_files(folder), (int)i + 1);
    }
}

static void a_path_may_begin_with_two_slashes(void **state) {
    (void)state;
    char doubled[PATH_MAX + 1];
    test_make_db(path, rows_sql);
    snprintf(doubled, sizeof doubled, "/%s", path);
    if (count_of_file(doubled) != 3)
        fail_msg("%s", err.message);
}

static void create_makes_a_new_file_only(void **state) {
    (void)state;
    test_write_file(path, "old");
    assert_fails(rr_db_create(&db, path, &err), RR_DB_INVALID);
    assert_null(db);
    char *kept = test_read_file(path);
    assert_string_equal(kept, "old");
    free(kept);
    assert_fails(rr_db_create(&db, test_path(folder, "none/crm.db"), &err), RR_DB_INVALID);
    assert_null(strstr(err.message, folder));
    assert_int_equal(test_count_files(folder), 1);
}

/* ---- Writers ---- */

static void a_writers_lock_makes_it_unstable(void **state) {
    (void)state;
    open_writer(rows_sql);
    assert_ok(rr_db_exec(writer, "BEGIN EXCLUSIVE", &err));
    int64_t before_ms = rr_monotonic_ms();
    assert_fails(query_file(path, rr_deadline_in_ms(200), count_sql), RR_DB_UNSTABLE);
    assert_in_range(rr_monotonic_ms() - before_ms, 0, 1500); /* not beyond the deadline */
    assert_fails(query_file(path, rr_deadline_in_ms(0), count_sql), RR_DB_UNSTABLE);
    assert_ok(rr_db_exec(writer, "COMMIT", &err));
    assert_int_equal(count_of_file(path), 3);
}

static void write_for_a_moment(int ready) {
    if (rr_db_create(&db, path, &err) != 0 || rr_db_exec(db, rows_sql, &err) != 0 ||
        rr_db_exec(db, "BEGIN EXCLUSIVE", &err) != 0 || rr_db_exec(db, "INSERT INTO t VALUES ('4', '')", &err) != 0 ||
        write(ready, "y", 1) != 1)
        _exit(1);
    rr_sleep_ms(200);
    int rc = rr_db_exec(db, "COMMIT", &err);
    rr_db_close(&db);
    _exit(rc == 0 ? 0 : 1);
}

static void a_short_lock_is_waited_for(void **state) {
    (void)state;
    int status;
    pid_t child = test_start(write_for_a_moment);
    assert_int_equal(count_of_file(path), 4);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

/* Stays in the middle of a transaction that has already changed the file. */
static void write_without_end(int ready) {
    if (rr_db_create(&db, path, &err) == 0 && rr_db_exec(db, many_rows_sql, &err) == 0 &&
        rr_db_exec(db, "PRAGMA cache_size = 2; BEGIN IMMEDIATE; UPDATE t SET a = 'torn'", &err) == 0 && write(ready, "y", 1) == 1)
        pause();
}

static void an_interrupted_write_makes_it_unstable(void **state) {
    (void)state;
    pid_t child = test_start(write_without_end);
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, NULL, 0), child);
    assert_int_equal(test_count_files(folder), 2); /* with the journal */
    assert_fails(query_file(path, RR_NO_DEADLINE, "SELECT count(*) FROM t WHERE a = 'torn'"), RR_DB_UNSTABLE);
    assert_int_equal(test_count_files(folder), 2);
}

static void a_transaction_sees_one_state(void **state) {
    (void)state;
    open_writer("PRAGMA journal_mode = WAL");
    assert_ok(rr_db_exec(writer, rows_sql, &err));
    assert_ok(open_file(path, RR_NO_DEADLINE));
    assert_ok(rr_db_exec(db, "BEGIN", &err));
    assert_int_equal(query(count_sql), 3);
    assert_ok(rr_db_exec(writer, "DELETE FROM t WHERE a > '1'", &err));
    assert_int_equal(query(count_sql), 3);
    assert_int_equal(count_of_file(path), 1);
}

static void an_immutable_file_is_read_without_locks(void **state) {
    (void)state;
    open_writer(rows_sql);
    assert_ok(rr_db_exec(writer, "BEGIN EXCLUSIVE", &err));
    assert_ok(rr_db_open_read(&db, path, true, RR_NO_DEADLINE, &err));
    assert_int_equal(query(count_sql), 3);
}

/* ---- Deadline ---- */

static void a_statement_fails_once_the_deadline_has_passed(void **state) {
    (void)state;
    static const char endless[] = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";
    test_make_db(path, rows_sql);
    assert_fails(query_file(path, rr_deadline_in_ms(50), endless), RR_PIPELINE_FAILED);
    assert_fails(query_file(path, rr_deadline_in_ms(0), endless), RR_PIPELINE_FAILED);
}

/* ---- A database of somebody else's ---- */

static void what_would_never_end_is_corrupt(void **state) {
    (void)state;
    open_made(rows_sql);
    assert_fails(query("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"), RR_DB_INVALID);
}

static void what_asks_for_too_much_is_refused(void **state) {
    (void)state;
    open_made("PRAGMA default_cache_size = 1000000; CREATE TABLE t (a)");
    assert_int_equal(query("PRAGMA cache_size"), -256);
    assert_int_equal(query("SELECT length(zeroblob(16777216))"), 16777216);
    assert_fails(query("SELECT length(hex(zeroblob(16777216)))"), RR_DB_INVALID);
    assert_non_null(strstr(err.message, "16 MiB"));
    assert_fails(query("ATTACH ':memory:' AS other"), RR_DB_INVALID);
}

static void a_virtual_table_is_no_table(void **state) {
    (void)state;
    open_made("CREATE VIRTUAL TABLE t USING fts5(a)");
    assert_int_equal(rr_db_has_table(db, "t", &err), 0);
}

static void nothing_can_be_written(void **state) {
    (void)state;
    static const char *const writes[] = {"INSERT INTO t VALUES ('4', '')", "DELETE FROM t", "CREATE TABLE u (a)", "DROP TABLE t",
                                         "VACUUM"};
    open_made(rows_sql);
    for (size_t i = 0; i < sizeof writes / sizeof writes[0]; i++)
        assert_case(writes[i], rr_db_exec(db, writes[i], &err), -1);
    assert_int_equal(query(count_sql), 3);
}

static void views_are_not_run(void **state) {
    (void)state;
    open_made("CREATE TABLE t0 (a); CREATE VIEW t AS SELECT * FROM t0");
    assert_fails(query(count_sql), RR_DB_INVALID);
}

static void tables_and_columns_are_looked_up(void **state) {
    (void)state;
    open_made("CREATE TABLE deal (\"예상 체결액\" TEXT, id TEXT); CREATE VIEW v AS SELECT 1 AS id; CREATE INDEX i ON deal (id)");
    static const struct {
        const char *table, *column; /* NULL: only the table */
        int found;
    } cases[] = {
        {"deal", NULL, 1},          {"dea", NULL, 0},  {"v", NULL, 0},        {"i", NULL, 0},
        {"deal", "예상 체결액", 1}, {"deal", "id", 1}, {"deal", "체결액", 0}, {"none", "id", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_case(cases[i].table,
                    cases[i].column == NULL ? rr_db_has_table(db, cases[i].table, &err)
                                            : rr_db_has_column(db, cases[i].table, cases[i].column, &err),
                    cases[i].found);
}

/* ---- Statements ---- */

static void columns_come_as_text(void **state) {
    (void)state;
    struct rr_stmt *stmt = NULL;
    open_made("CREATE TABLE t (a, b, c, d, e, f); INSERT INTO t VALUES (NULL, '', 5000000, 1.5, '한글', 'a' || char(0) || 'b')");
    assert_ok(rr_db_prepare(&stmt, db, "SELECT * FROM t", &err));
    assert_int_equal(rr_stmt_step(stmt, &err), 1);
    assert_null(rr_stmt_text(stmt, 0).ptr);
    assert_text(rr_stmt_text(stmt, 1), "");
    assert_text(rr_stmt_text(stmt, 2), "5000000");
    assert_text(rr_stmt_text(stmt, 3), "1.5");
    assert_text(rr_stmt_text(stmt, 4), "한글");
    assert_int_equal(rr_stmt_text(stmt, 5).len, 3);
    assert_int_equal(rr_stmt_step(stmt, &err), 0);
    rr_stmt_close(&stmt);
    rr_stmt_close(&stmt); /* does nothing */
    rr_db_close(&db);
    rr_db_close(&db);
}

struct taken {
    struct rr_slice wants[7];
    int count, stop_at;
};

static int take_row(void *ctx, const struct rr_row *row, struct rr_err *why) {
    struct taken *taken = ctx;
    for (int i = 0; i < 7 && taken->wants[0].ptr != NULL; i++) {
        struct rr_slice text = rr_row_text(row, i);
        assert_int_equal(text.ptr == NULL, taken->wants[i].ptr == NULL);
        assert_true(text.ptr == NULL || rr_slice_equal(text, taken->wants[i]));
    }
    return ++taken->count == taken->stop_at ? rr_fail(why, RR_DB_NOT_FOUND, "enough") : 0;
}

static void given_values_come_as_text(void **state) {
    (void)state;
    struct rr_stmt *stmt = NULL;
    struct taken taken = {
        .wants = {RR_SLICE("한글"), RR_SLICE("5000000"), RR_SLICE("1.5"), {NULL, 0}, RR_SLICE(""), RR_SLICE(""), {"a\0b", 3}}};
    open_made("CREATE TABLE t (a, b, c, d, e, f, g);"
              "INSERT INTO t VALUES ('한글', 5000000, 1.5, NULL, '', x'', 'a' || char(0) || 'b')");
    assert_ok(rr_db_prepare(&stmt, db, "SELECT rr_give(a, b, c, d, e, f, g) FROM t", &err));
    assert_ok(rr_stmt_give(stmt, take_row, &taken, &err));
    assert_int_equal(taken.count, 1);
    rr_stmt_close(&stmt);
}

static void who_takes_rows_may_end_it(void **state) {
    (void)state;
    struct rr_stmt *stmt = NULL;
    struct taken some = {.stop_at = 2}, all = {.stop_at = -1};
    open_made("CREATE TABLE t (a); INSERT INTO t VALUES (1), (2), (3), (4)");
    assert_ok(rr_db_prepare(&stmt, db, "SELECT rr_give(a) FROM t WHERE a > ?1", &err));
    assert_ok(rr_stmt_bind_whole(stmt, 1, 1, &err));
    assert_fails(rr_stmt_give(stmt, take_row, &some, &err), RR_DB_NOT_FOUND);
    assert_string_equal(err.message, "enough");
    assert_int_equal(some.count, 2);
    assert_ok(rr_stmt_give(stmt, take_row, &all, &err));
    assert_int_equal(all.count, 3);
    assert_ok(rr_stmt_bind_whole(stmt, 1, 9, &err));
    assert_ok(rr_stmt_give(stmt, take_row, &all, &err));
    assert_int_equal(all.count, 3);
    rr_stmt_close(&stmt);
}

static int take_no_text(void *ctx, const struct rr_row *row, struct rr_err *why) {
    (void)why;
    ++*(int *)ctx;
    assert_null(rr_row_text(row, 0).ptr);
    return 0;
}

/* Of a text that is there, and for which memory runs out, nobody hears that there is none. The limit is of the whole process, and
 * can only be lowered: so this is the last test. */
static void a_text_too_large_for_memory_is_no_null(void **state) {
    (void)state;
    struct rr_stmt *stmt = NULL;
    int given = 0;
    open_made("PRAGMA encoding = 'UTF-16le'; CREATE TABLE t (a); INSERT INTO t VALUES (hex(zeroblob(1000000)))");
    assert_ok(rr_db_prepare(&stmt, db, "SELECT rr_give(a) FROM t", &err));
    assert_ok(rr_db_exec(db, "PRAGMA hard_heap_limit = 6000000", &err));
    assert_fails(rr_stmt_give(stmt, take_no_text, &given, &err), RR_PIPELINE_FAILED);
    assert_int_equal(given, 1);
    rr_stmt_close(&stmt);
}

static void a_statement_runs_again_with_new_bindings(void **state) {
    (void)state;
    struct rr_stmt *stmt = NULL;
    assert_ok(rr_db_create(&db, path, &err));
    assert_ok(rr_db_exec(db, "CREATE TABLE t (a TEXT)", &err));
    assert_ok(rr_db_prepare(&stmt, db, "INSERT INTO t VALUES (?1)", &err));
    static const struct rr_slice values[] = {
        RR_SLICE("하나"), RR_SLICE(""), {NULL, 0}, RR_SLICE("'; DROP TABLE t; --"), {"cut off", 3}};
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        assert_ok(rr_stmt_bind(stmt, 1, values[i], &err));
        assert_int_equal(rr_stmt_step(stmt, &err), 0);
    }
    rr_stmt_close(&stmt);
    assert_int_equal(query(count_sql), 5);
    assert_int_equal(query("SELECT count(*) FROM t WHERE a IS NULL"), 1);
    assert_int_equal(query("SELECT count(*) FROM t WHERE a IN ('하나', '', 'cut')"), 3);
}

/* ---- Copy ---- */

static void a_copy_has_all_rows(void **state) {
    (void)state;
    const char *to = test_path(folder, "copy.db");
    open_made(many_rows_sql);
    assert_ok(rr_db_copy(db, to, &err));
    assert_int_equal(test_count_files(folder), 2);
    assert_fails(rr_db_copy(db, to, &err), RR_CACHE_WRITE_FAILED); /* it is there already, and stays */
    assert_int_equal(count_of_file(to), 2000);
}

static void a_copy_that_fails_leaves_nothing(void **state) {
    (void)state;
    open_made(many_rows_sql);
    test_limit_files(65536);
    int rc = rr_db_copy(db, test_path(folder, "copy.db"), &err);
    test_limit_files(0);
    assert_int_equal(rc, -1);
    assert_int_equal(test_count_files(folder), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, close_all)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(a_missing_file_fails_and_is_not_made),
        TEST(what_is_no_database_is_invalid),
        TEST(a_cut_database_is_invalid),
        TEST(an_empty_file_is_an_empty_database),
        TEST(names_may_hold_any_character),
        TEST(a_path_may_begin_with_two_slashes),
        TEST(create_makes_a_new_file_only),
        TEST(a_writers_lock_makes_it_unstable),
        TEST(a_short_lock_is_waited_for),
        TEST(an_interrupted_write_makes_it_unstable),
        TEST(a_transaction_sees_one_state),
        TEST(an_immutable_file_is_read_without_locks),
        TEST(a_statement_fails_once_the_deadline_has_passed),
        TEST(what_would_never_end_is_corrupt),
        TEST(what_asks_for_too_much_is_refused),
        TEST(a_virtual_table_is_no_table),
        TEST(nothing_can_be_written),
        TEST(views_are_not_run),
        TEST(tables_and_columns_are_looked_up),
        TEST(columns_come_as_text),
        TEST(given_values_come_as_text),
        TEST(who_takes_rows_may_end_it),
        TEST(a_statement_runs_again_with_new_bindings),
        TEST(a_copy_has_all_rows),
        TEST(a_copy_that_fails_leaves_nothing),
        TEST(a_text_too_large_for_memory_is_no_null),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
