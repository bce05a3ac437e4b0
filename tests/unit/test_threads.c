/* The report is the same byte for byte, whatever the number of threads, and whatever the database is like. */
#include "support.h"

#include "crm/demo.h"
#include "report/generate.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int collect(void *ctx, const char *bytes, size_t len, struct rr_err *err) {
    (void)err;
    rr_buf_add(ctx, bytes, len);
    return 0;
}

static struct rr_order order_of(const char *path, int threads) {
    return (struct rr_order){
        .source = {.db_path = path, .deadline = RR_NO_DEADLINE, .clock = &rr_clock_system, .stable_window_s = 0},
        .as_of = 20260415,
        .threads = threads,
    };
}

/* Both reports, one behind the other. */
static void report(const char *path, int threads, struct rr_buf *text) {
    const struct rr_order order = order_of(path, threads);
    const struct rr_run_stamp stamp = {"run", 1768777200};
    const struct rr_sink sink = {collect, text};
    struct rr_generation generation;
    struct rr_err err;
    assert_ok(rr_generation_read(&generation, &order, &err));
    assert_ok(rr_generation_write(&generation, RR_OFFLINE, &stamp, NULL, &sink, &err));
    assert_ok(rr_generation_write(&generation, RR_ONLINE, &stamp, NULL, &sink, &err));
    rr_generation_free(&generation);
}

static void check(const char *path) {
    struct rr_buf one = RR_BUF_INIT(SIZE_MAX / 8);
    report(path, 1, &one);
    assert_true(one.len > 1000);
    for (int threads = 2; threads <= 20; threads += 3) {
        struct rr_buf many = RR_BUF_INIT(SIZE_MAX / 8);
        report(path, threads, &many);
        assert_int_equal(many.len, one.len);
        assert_memory_equal(many.ptr, one.ptr, one.len);
        rr_buf_free(&many);
    }
    rr_buf_free(&one);
}

static const char *make_demo(bool wide) {
    const char *path = test_path(test_folder(), "crm.db");
    const struct rr_demo demo = {.deals = wide ? 500 : 20000, .seed = 3, .year = 2026, .wide = wide};
    struct rr_err err;
    assert_ok(rr_demo_make(&demo, path, &err));
    test_set_age(path, 3600);
    return path;
}

static void a_demo_gives_one_report(void **state) {
    (void)state;
    check(make_demo(false));
    check(make_demo(true));
}

#define MANY(count) "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < " #count ") "
#define SOME_PEOPLE MANY(300) "INSERT INTO people (\"id\", \"소속 상위 조직\") SELECT i, 'team ' || (i % 40) FROM n;"
#define SOME_DEALS                                                                                                               \
    MANY(9000)                                                                                                                   \
    "INSERT INTO deal (\"id\", \"peopleId\", \"organizationId\", \"상태\", \"금액\", \"수강시작일\", \"이름\")"       \
    " SELECT 'd' || i, i % 350, 'o' || (i % 31), 'Won', i * 100000, (2025 + i % 2) || '-03-02', 'deal ' || i FROM n;"

static void check_rows(const char *rows) {
    const char *path = test_path(test_folder(), "crm.db");
    test_make_crm(path, rows);
    check(path);
}

/* What the report says of counterparties offline. */
static char *rows_of(const char *crm_rows, int threads) {
    struct rr_buf text = RR_BUF_INIT(SIZE_MAX / 8);
    const char *path = test_path(test_folder(), "crm.db");
    test_make_crm(path, crm_rows);
    report(path, threads, &text);
    char *rows = strstr(text.ptr, "\"counterparties\""), *end = strstr(text.ptr, "\n]}");
    assert_true(rows != NULL && end > rows);
    rows = strndup(rows, (size_t)(end - rows));
    rr_buf_free(&text);
    assert_non_null(rows);
    return rows;
}

#define NEW_MEMOS                                                                                                                   \
    "CREATE TABLE memo (id TEXT, text TEXT, dealId TEXT, peopleId TEXT, organizationId TEXT, createdAt TEXT);" MANY(                \
        3000) "INSERT INTO memo (id, text, dealId, createdAt) SELECT 'm' || i, '예산 동결 ' || i, 'd' || i, '2026-04-10' FROM " \
              "n;"
#define OLDER_MEMOS                                                                                                              \
    MANY(7000)                                                                                                                   \
    "INSERT INTO memo (id, text, peopleId, organizationId, createdAt)"                                                           \
    " SELECT 'x' || i, '경쟁사 견적 비교 ' || replace(hex(zeroblob(490)), '00', '비교'), i % 350, 'o' || (i % 31), "    \
    "'2026-03-01' "                                                                                                              \
    "FROM n;"

/* Of more memos than wait in memory until the deals are read, the newest are found as well. */
static void many_memos_hide_no_new_ones(void **state) {
    (void)state;
    char *few = rows_of(SOME_PEOPLE SOME_DEALS NEW_MEMOS, 1);
    assert_non_null(strstr(few, "메모 20건 중 20건에서"));
    for (int threads = 1; threads <= 3; threads++) {
        char *many = rows_of(SOME_PEOPLE SOME_DEALS NEW_MEMOS OLDER_MEMOS, threads);
        assert_string_equal(many, few);
        free(many);
    }
    free(few);
    check_rows(SOME_PEOPLE SOME_DEALS NEW_MEMOS OLDER_MEMOS);
}

/* Where the order of the rows has a say, that of the table has it. */
static void ids_that_stand_twice_change_nothing(void **state) {
    (void)state;
    check_rows(SOME_PEOPLE SOME_PEOPLE MANY(
        3000) "INSERT INTO people (\"id\", \"소속 상위 조직\") SELECT i % 300, 'x' || i FROM n;" SOME_DEALS);
    check_rows(SOME_PEOPLE MANY(3000) "INSERT INTO organization SELECT 'o' || (i % 31), 'name ' || i FROM n;" SOME_DEALS);
    check_rows(SOME_PEOPLE SOME_DEALS "UPDATE deal SET \"금액\" = '9000000', id = NULL;");
}

static void unusual_rowids_change_nothing(void **state) {
    (void)state;
    check_rows(SOME_PEOPLE SOME_DEALS "UPDATE deal SET rowid = -rowid * 1000000000000;");
    check_rows(SOME_PEOPLE SOME_DEALS "UPDATE deal SET rowid = -9223372036854775807 - 1 WHERE rowid = 5;"
                                      "UPDATE deal SET rowid = 9223372036854775807 WHERE rowid = 7;");
    check_rows(SOME_PEOPLE SOME_DEALS "ALTER TABLE deal ADD COLUMN rowid TEXT; UPDATE deal SET rowid = 'x';");
    check_rows(SOME_PEOPLE SOME_DEALS
               "ALTER TABLE deal RENAME TO old; CREATE TABLE deal (\"id\" TEXT PRIMARY KEY, \"peopleId\" TEXT,"
               " \"organizationId\" TEXT, \"이름\" TEXT, \"상태\" TEXT, \"과정포맷\" TEXT, \"금액\" TEXT,"
               " \"예상 체결액\" TEXT, \"계약 체결일\" TEXT, \"수주 예정일\" TEXT, \"수강시작일\" TEXT,"
               " \"수강종료일\" TEXT, \"성사 가능성\" TEXT, \"코스 ID\" TEXT, \"최근 연락일\" TEXT) WITHOUT ROWID;"
               " INSERT INTO deal SELECT * FROM old;");
}

static void a_database_in_wal_mode_is_read_by_one(void **state) {
    (void)state;
    check_rows("COMMIT; PRAGMA journal_mode = WAL; BEGIN;" SOME_PEOPLE SOME_DEALS);
    struct rr_snapshot snapshot;
    struct rr_err err;
    struct rr_db *second;
    const char *path = test_path(test_folder(), "crm.db");
    test_make_crm(path, "COMMIT; PRAGMA journal_mode = WAL; BEGIN;" SOME_PEOPLE);
    const struct rr_order order = order_of(path, 2);
    assert_ok(rr_snapshot_open(&snapshot, &order.source, &err));
    assert_false(rr_snapshot_join(&second, &snapshot, &order.source));
    rr_snapshot_close(&snapshot);
}

/* ---- What changes meanwhile ---- */

static void who_joins_keeps_writers_out_and_sees_the_same(void **state) {
    (void)state;
    const char *path = test_path(test_folder(), "crm.db");
    test_make_crm(path, SOME_PEOPLE);
    const struct rr_order order = order_of(path, 2);
    struct rr_snapshot snapshot;
    struct rr_db *second;
    struct rr_err err;
    assert_ok(rr_snapshot_open(&snapshot, &order.source, &err));
    assert_true(rr_snapshot_join(&second, &snapshot, &order.source));
    rr_db_close(&second);
    test_set_age(path, 7200);
    assert_false(rr_snapshot_join(&second, &snapshot, &order.source)); /* no longer the file that it was */
    assert_null(second);
    rr_snapshot_close(&snapshot);
}

struct watch {
    pthread_t thread;
    uint64_t last;
    int times;
};

static void watch_progress(void *ctx, uint64_t deals_read) {
    struct watch *watch = ctx;
    assert_true(pthread_equal(pthread_self(), watch->thread));
    assert_true(deals_read >= watch->last);
    watch->last = deals_read;
    watch->times++;
}

static void progress_is_told_by_the_callers_thread(void **state) {
    (void)state;
    struct watch watch = {.thread = pthread_self()};
    struct rr_order order = order_of(make_demo(false), 3);
    struct rr_generation generation;
    struct rr_err err;
    order.progress = (struct rr_progress){watch_progress, &watch};
    assert_ok(rr_generation_read(&generation, &order, &err));
    rr_generation_free(&generation);
    assert_in_range(watch.last, 0, 20000);
}

static void an_error_in_any_thread_is_the_callers(void **state) {
    (void)state;
    const char *path = test_path(test_folder(), "crm.db");
    struct rr_generation generation;
    struct rr_err err;
    test_make_crm(path, SOME_PEOPLE SOME_DEALS "ALTER TABLE deal DROP COLUMN \"성사 가능성\";");
    struct rr_order order = order_of(path, 4);
    assert_fails(rr_generation_read(&generation, &order, &err), RR_DB_INVALID);
    assert_non_null(strstr(err.message, "성사 가능성"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_demo_gives_one_report),
        cmocka_unit_test(many_memos_hide_no_new_ones),
        cmocka_unit_test(ids_that_stand_twice_change_nothing),
        cmocka_unit_test(unusual_rowids_change_nothing),
        cmocka_unit_test(a_database_in_wal_mode_is_read_by_one),
        cmocka_unit_test(who_joins_keeps_writers_out_and_sees_the_same),
        cmocka_unit_test(progress_is_told_by_the_callers_thread),
        cmocka_unit_test(an_error_in_any_thread_is_the_callers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
