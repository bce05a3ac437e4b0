#include "support.h"

#include "crm/snapshot.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { now_s = 1768777205, old_s = 1768700000 }; /* 2026-01-19 08:00:05 in Korea, and most of a day before */

static const char *folder;
static char path[PATH_MAX], copies[PATH_MAX];
static struct rr_clock clock_now;
static struct rr_source source;
static struct rr_snapshot snapshot;
static struct rr_db *writer;
static struct rr_err err;

static void set_mtime(const char *at, int64_t unix_s, long ns) {
    const struct timespec times[2] = {{.tv_sec = unix_s}, {.tv_sec = unix_s, .tv_nsec = ns}};
    assert_int_equal(utimensat(AT_FDCWD, at, times, 0), 0);
}

/* A database of three rows, as large as 400 KiB, that has not changed for long. */
static const char rows_sql[] = "CREATE TABLE t (a TEXT); INSERT INTO t VALUES (1), (2), (3); CREATE TABLE u (a);"
                               "INSERT INTO u VALUES (zeroblob(400000))";

static int make_source(void **state) {
    (void)state;
    assert_true(rr_clock_set_zone("Asia/Seoul"));
    folder = test_folder();
    snprintf(path, sizeof path, "%s", test_path(folder, "crm.db"));
    snprintf(copies, sizeof copies, "%s", test_path(folder, "work/copies"));
    test_make_db(path, rows_sql);
    set_mtime(path, old_s, 0);
    clock_now = test_clock(now_s);
    source = (struct rr_source){
        .db_path = path, .copy_date = "2026-01-19", .stable_window_s = 180, .deadline = RR_NO_DEADLINE, .clock = &clock_now};
    snapshot = (struct rr_snapshot){0};
    return 0;
}

static int close_all(void **state) {
    (void)state;
    rr_snapshot_close(&snapshot);
    rr_db_close(&writer);
    return 0;
}

static int open_source(void) {
    return rr_snapshot_open(&snapshot, &source, &err);
}

/* Makes the database again, with a connection that can write to it. */
static void make_with_writer(const char *sql) {
    unlink(path);
    assert_ok(rr_db_create(&writer, path, &err));
    assert_ok(rr_db_exec(writer, rows_sql, &err));
    assert_ok(rr_db_exec(writer, sql, &err));
    set_mtime(path, old_s, 0);
}

/* The rows of t; -1 with err. */
static int count(void) {
    struct rr_stmt *stmt = NULL;
    int rows = -1;
    if (rr_db_prepare(&stmt, snapshot.db, "SELECT count(*) FROM t", &err) == 0 && rr_stmt_step(stmt, &err) == 1)
        rows = atoi(rr_stmt_text(stmt, 0).ptr);
    rr_stmt_close(&stmt);
    return rows;
}

/* ---- Which files ---- */

static void a_settled_database_is_read(void **state) {
    (void)state;
    assert_ok(open_source());
    assert_int_equal(count(), 3);
    assert_string_equal(snapshot.read_path, path);
    assert_ok(rr_snapshot_verify(&snapshot, &err));
    rr_snapshot_close(&snapshot);
    rr_snapshot_close(&snapshot);
    assert_ok(rr_snapshot_verify(&snapshot, &err));
}

static void a_missing_file_is_not_found(void **state) {
    (void)state;
    unlink(path);
    assert_fails(open_source(), RR_DB_NOT_FOUND);
    assert_null(strstr(err.message, folder));
    assert_int_equal(test_count_files(folder), 0);
    assert_int_equal(rr_snapshot_settles_in_ms(&source), 0);
}

static int open_forbidden(void *ctx) {
    (void)ctx;
    return open_source() == -1 ? (int)err.code : 0;
}

static void a_file_that_may_not_be_read_is_not_found(void **state) {
    (void)state;
    assert_int_equal(chmod(folder, 0755), 0);
    assert_int_equal(chmod(path, 0), 0);
    assert_int_equal(test_unprivileged(open_forbidden, NULL), RR_DB_NOT_FOUND);
}

static void what_is_no_file_or_no_database_is_invalid(void **state) {
    (void)state;
    unlink(path);
    assert_int_equal(mkdir(path, 0777), 0);
    assert_fails(open_source(), RR_DB_INVALID);
    rmdir(path);
    assert_int_equal(mkfifo(path, 0666), 0);
    assert_fails(open_source(), RR_DB_INVALID);
    unlink(path);
    test_write_file(path, "This is no database, and longer than the hundred bytes of the header that one would begin with.....");
    set_mtime(path, old_s, 0);
    assert_fails(open_source(), RR_DB_INVALID);
    assert_null(strstr(err.message, folder));
    assert_null(snapshot.db);
}

static void a_writers_lock_makes_it_unstable(void **state) {
    (void)state;
    make_with_writer("BEGIN EXCLUSIVE");
    source.deadline = rr_deadline_in_ms(100);
    assert_fails(open_source(), RR_DB_UNSTABLE);
    assert_null(snapshot.db);
}

/* ---- The window ---- */

static void changed_within_the_window_is_unstable(void **state) {
    (void)state;
    static const struct {
        int64_t window_s, age_s;
        int64_t settles_in_ms;
    } cases[] = {
        {180, 180, 0}, {180, 181, 0}, {180, 100000, 0}, {180, 179, 1000},     {180, 0, 180000},  {180, 80, 100000},
        {1, 1, 0},     {1, 0, 1000},  {0, 1, 0},        {86400, 86399, 1000}, {86400, 86400, 0}, {180, -60, 240000},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        set_mtime(path, now_s - cases[i].age_s, 0);
        source.stable_window_s = cases[i].window_s;
        assert_int_equal(rr_snapshot_settles_in_ms(&source), cases[i].settles_in_ms);
        int rc = open_source();
        rr_snapshot_close(&snapshot);
        assert_int_equal(rc, cases[i].settles_in_ms == 0 ? 0 : -1);
        assert_true(rc == 0 || err.code == RR_DB_UNSTABLE);
    }
}

static void the_signature_is_whole_seconds_and_size(void **state) {
    (void)state;
    struct rr_fingerprint fingerprint;
    char text[RR_SIGNATURE_SIZE];
    assert_int_equal(truncate(path, 12345), 0);
    set_mtime(path, old_s, 999999999);
    assert_ok(rr_fingerprint_of(path, &fingerprint, &err));
    rr_fingerprint_signature(&fingerprint, text);
    assert_string_equal(text, "1768700000-12345");
}

/* ---- Changes while it is read ---- */

static void touch_within_the_second(void) {
    set_mtime(path, old_s, 1000);
}

static void rename_over(void) {
    const char *other = test_path(folder, "other.db");
    test_make_db(other, rows_sql);
    set_mtime(other, old_s, 0);
    assert_int_equal(rename(other, path), 0);
}

static void overwrite_in_place(void) {
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    assert_int_equal(pwrite(fd, "x", 1, 300000), 1);
    close(fd);
}

static void grow_within_the_second(void) {
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(truncate(path, st.st_size + 4096), 0);
    set_mtime(path, old_s, 0);
}

static void changed_while_it_is_read_is_unstable(void **state) {
    (void)state;
    void (*const changes[])(void) = {touch_within_the_second, rename_over, overwrite_in_place, grow_within_the_second};
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        make_source(NULL);
        assert_ok(open_source());
        assert_int_equal(count(), 3);
        changes[i]();
        rr_snapshot_close(&snapshot);
        assert_fails(rr_snapshot_verify(&snapshot, &err), RR_DB_UNSTABLE);
    }
}

static void removed_while_it_is_read_fails(void **state) {
    (void)state;
    assert_ok(open_source());
    unlink(path);
    assert_int_equal(count(), 3);
    assert_int_equal(rr_snapshot_verify(&snapshot, &err), -1);
}

static void a_writer_with_a_log_does_not_disturb(void **state) {
    (void)state;
    make_with_writer("PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0");
    assert_ok(open_source());
    assert_ok(rr_db_exec(writer, "DELETE FROM t", &err));
    assert_int_equal(count(), 3);
    assert_ok(rr_snapshot_verify(&snapshot, &err));
}

static void a_writer_with_a_journal_has_to_wait(void **state) {
    (void)state;
    make_with_writer("PRAGMA journal_mode = DELETE");
    assert_ok(open_source());
    assert_fails(rr_db_exec(writer, "DELETE FROM t", &err), RR_DB_UNSTABLE);
    assert_int_equal(count(), 3);
    assert_ok(rr_snapshot_verify(&snapshot, &err));
}

/* ---- Copies ---- */

static void a_copy_is_named_by_date_and_time(void **state) {
    (void)state;
    source.copy_dir = copies;
    assert_ok(open_source());
    assert_string_equal(snapshot.read_path, test_path(copies, "salesmap_snapshot_2026-01-19_080005.db"));
    assert_int_equal(test_count_files(copies), 1);
    assert_int_equal(count(), 3);
    assert_ok(rr_snapshot_verify(&snapshot, &err));
    assert_int_equal(snapshot.fingerprint.mtime_ns, (int64_t)old_s * 1000000000); /* the database's, not the copy's */
    rr_snapshot_close(&snapshot);
    assert_ok(open_source()); /* another within the second takes its place */
    assert_int_equal(test_count_files(copies), 1);
}

static void once_copied_the_database_may_change_and_the_copy_may_not(void **state) {
    (void)state;
    source.copy_dir = copies;
    assert_ok(open_source());
    test_write_file(path, "something else");
    assert_int_equal(count(), 3);
    assert_ok(rr_snapshot_verify(&snapshot, &err));
    set_mtime(snapshot.read_path, old_s, 0);
    assert_fails(rr_snapshot_verify(&snapshot, &err), RR_DB_UNSTABLE);
}

static void a_database_with_a_log_is_copied_whole(void **state) {
    (void)state;
    source.copy_dir = copies;
    make_with_writer("PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0");
    assert_ok(open_source());
    assert_ok(rr_db_exec(writer, "DELETE FROM t", &err));
    assert_int_equal(count(), 3);
    assert_ok(rr_snapshot_verify(&snapshot, &err));
    assert_int_equal(test_count_files(copies), 1);
}

static void a_folder_that_cannot_be_made_is_a_write_failure(void **state) {
    (void)state;
    test_write_file(test_path(folder, "work"), "");
    source.copy_dir = copies;
    assert_fails(open_source(), RR_CACHE_WRITE_FAILED);
}

/* contract.md 3: CACHE_WRITE_FAILED (disk full, permission); the database itself is all right. */
static void a_full_disk_is_a_write_failure(void **state) {
    (void)state;
    source.copy_dir = copies;
    test_limit_files(65536);
    int rc = open_source();
    test_limit_files(0);
    assert_int_equal(test_count_files(copies), 0);
    assert_fails(rc, RR_CACHE_WRITE_FAILED);
}

static void a_folder_that_may_not_be_written_is_a_write_failure(void **state) {
    (void)state;
    assert_int_equal(chmod(folder, 0755), 0);
    snprintf(copies, sizeof copies, "%s", test_path(folder, "work"));
    assert_int_equal(mkdir(copies, 0555), 0);
    source.copy_dir = copies;
    assert_string_equal(rr_code_name((enum rr_code)test_unprivileged(open_forbidden, NULL)), rr_code_name(RR_CACHE_WRITE_FAILED));
}

static void prune_removes_old_copies_only(void **state) {
    (void)state;
    static const struct {
        const char *name;
        int64_t age_s;
        bool stays;
    } files[] = {
        {"salesmap_snapshot_2026-01-01_080005.db", 90000, false},
        {"salesmap_snapshot_2026-01-02_080005.db", 86500, false},
        {"salesmap_snapshot_2026-01-03_080005.db", 86300, true},
        {"salesmap_snapshot_2026-01-04_080005.db", 0, true},
        {"salesmap_latest.db", 90000, true},
        {"2026-01-01.json", 90000, true},
        {"my_salesmap_snapshot_2026-01-01.db", 90000, true},
    };
    enum { file_count = sizeof files / sizeof files[0] };
    for (size_t i = 0; i < file_count; i++) {
        test_write_file(test_path(folder, files[i].name), "");
        test_set_age(test_path(folder, files[i].name), files[i].age_s);
    }
    assert_int_equal(mkdir(test_path(folder, "salesmap_snapshot_folder"), 0777), 0);
    test_set_age(test_path(folder, "salesmap_snapshot_folder"), 90000);
    assert_int_equal(rr_snapshot_prune_copies(folder, 86400), 2);
    for (size_t i = 0; i < file_count; i++)
        assert_case(files[i].name, access(test_path(folder, files[i].name), F_OK) == 0, files[i].stays);
    assert_int_equal(rr_snapshot_prune_copies(test_path(folder, "none"), 0), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_source, close_all)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(a_settled_database_is_read),
        TEST(a_missing_file_is_not_found),
        TEST(a_file_that_may_not_be_read_is_not_found),
        TEST(what_is_no_file_or_no_database_is_invalid),
        TEST(a_writers_lock_makes_it_unstable),
        TEST(changed_within_the_window_is_unstable),
        TEST(the_signature_is_whole_seconds_and_size),
        TEST(changed_while_it_is_read_is_unstable),
        TEST(removed_while_it_is_read_fails),
        TEST(a_writer_with_a_log_does_not_disturb),
        TEST(a_writer_with_a_journal_has_to_wait),
        TEST(a_copy_is_named_by_date_and_time),
        TEST(once_copied_the_database_may_change_and_the_copy_may_not),
        TEST(a_database_with_a_log_is_copied_whole),
        TEST(a_folder_that_cannot_be_made_is_a_write_failure),
        TEST(a_full_disk_is_a_write_failure),
        TEST(a_folder_that_may_not_be_written_is_a_write_failure),
        TEST(prune_removes_old_copies_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
