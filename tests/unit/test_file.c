#include "support.h"

#include "base/file.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *folder;
static char path[PATH_MAX];
static struct rr_err err; /* of the last failure */

static int make_folder(void **state) {
    (void)state;
    folder = test_folder();
    snprintf(path, sizeof path, "%s", test_path(folder, "report.json"));
    return 0;
}

static int write_text(struct rr_draft *draft, const char *text) {
    return rr_draft_write(draft, text, strlen(text), &err);
}

/* Replaces the file at a path. */
static int replace(const char *at, const char *text) {
    struct rr_draft draft;
    return rr_draft_open(&draft, at, &err) == 0 && write_text(&draft, text) == 0 ? rr_draft_commit(&draft, &err) : -1;
}

static void assert_holds(const char *text) {
    char *have = test_read_file(path);
    assert_non_null(have);
    assert_string_equal(have, text);
    free(have);
}

/* ---- Success ---- */

static void commit_makes_a_new_file(void **state) {
    (void)state;
    assert_ok(replace(path, "new"));
    assert_holds("new");
    assert_int_equal(test_count_files(folder), 1);
}

static void until_commit_readers_see_the_old_file(void **state) {
    (void)state;
    struct rr_draft draft;
    test_write_file(path, "old");
    assert_ok(rr_draft_open(&draft, path, &err));
    assert_ok(write_text(&draft, "n"));
    assert_ok(write_text(&draft, "ew"));
    assert_holds("old");
    assert_ok(rr_draft_commit(&draft, &err));
    assert_holds("new");
    assert_int_equal(test_count_files(folder), 1);
    rr_draft_discard(&draft); /* does nothing after a commit */
    assert_holds("new");
}

static void a_reader_keeps_the_old_file_whole(void **state) {
    (void)state;
    char text[8] = "";
    test_write_file(path, "old");
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_ok(replace(path, "new"));
    assert_int_equal(read(fd, text, sizeof text - 1), 3);
    assert_string_equal(text, "old");
    close(fd);
}

static void a_long_document_is_written_whole(void **state) {
    (void)state;
    enum { lines = 60000 };
    struct rr_draft draft;
    struct stat st;
    assert_ok(rr_draft_open(&draft, path, &err));
    for (int i = 0; i < lines; i++)
        assert_ok(write_text(&draft, "0123456789abcde\n"));
    assert_ok(rr_draft_commit(&draft, &err));
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_size, lines * 16);
}

static void an_empty_document_is_one_too(void **state) {
    (void)state;
    test_write_file(path, "old");
    assert_ok(replace(path, ""));
    assert_holds("");
}

static void missing_folders_are_made(void **state) {
    (void)state;
    const char *deep = test_path(folder, "a/b/c/report.json");
    assert_ok(replace(deep, "new"));
    assert_int_equal(test_count_files(test_path(folder, "a/b/c")), 1);
    assert_ok(rr_file_make_dirs(test_path(folder, "a/b"), &err));
    assert_ok(rr_file_make_dirs(test_path(folder, "d//e/"), &err));
    assert_int_equal(test_count_files(test_path(folder, "d/e")), 0);
}

static void a_name_without_a_folder_is_in_the_current_one(void **state) {
    (void)state;
    int here = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(here >= 0);
    assert_int_equal(chdir(folder), 0);
    int rc = replace("report.json", "new");
    assert_int_equal(fchdir(here), 0);
    close(here);
    assert_ok(rc);
    assert_holds("new");
}

static void the_umask_is_honoured(void **state) {
    (void)state;
    static const mode_t masks[] = {0, 022, 027, 077};
    for (size_t i = 0; i < sizeof masks / sizeof masks[0]; i++) {
        struct stat st;
        mode_t kept = umask(masks[i]);
        int rc = replace(path, "new");
        mode_t after = umask(kept);
        assert_ok(rc);
        assert_int_equal(after, masks[i]);
        assert_int_equal(stat(path, &st), 0);
        assert_int_equal(st.st_mode & 0777, 0644 & ~masks[i]);
    }
}

/* ---- Failure: the old file stays, and no temporary ---- */

static void discard_keeps_the_old_file(void **state) {
    (void)state;
    struct rr_draft draft;
    test_write_file(path, "old");
    assert_ok(rr_draft_open(&draft, path, &err));
    assert_ok(write_text(&draft, "new"));
    rr_draft_discard(&draft);
    rr_draft_discard(&draft);
    assert_holds("old");
    assert_int_equal(test_count_files(folder), 1);
}

/* As on a disk that has room for 64 KiB. What is above 256 KiB is written at once, the rest at the commit. */
static void a_failed_write_keeps_the_old_file(void **state) {
    (void)state;
    static char bytes[1024 * 1024];
    static const size_t lengths[] = {sizeof bytes, 100 * 1024};
    test_write_file(path, "old");
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        struct rr_draft draft;
        assert_ok(rr_draft_open(&draft, path, &err));
        test_limit_files(65536);
        int rc = rr_draft_write(&draft, bytes, lengths[i], &err);
        if (rc == 0)
            rc = rr_draft_commit(&draft, &err);
        test_limit_files(0);
        assert_fails(rc, RR_CACHE_WRITE_FAILED);
        assert_null(strstr(err.message, folder));
        assert_holds("old");
        assert_int_equal(test_count_files(folder), 1);
    }
}

static void after_a_failure_everything_fails(void **state) {
    (void)state;
    struct rr_draft draft;
    static char bytes[1024 * 1024];
    test_write_file(path, "old");
    assert_ok(rr_draft_open(&draft, path, &err));
    close(draft.fd); /* so that it cannot be written to */
    draft.fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
    assert_true(draft.fd >= 0);
    assert_fails(rr_draft_write(&draft, bytes, sizeof bytes, &err), RR_CACHE_WRITE_FAILED);
    assert_fails(rr_draft_write(&draft, bytes, sizeof bytes, &err), RR_CACHE_WRITE_FAILED);
    assert_fails(rr_draft_commit(&draft, &err), RR_CACHE_WRITE_FAILED);
    rr_draft_discard(&draft);
    assert_holds("old");
    assert_int_equal(test_count_files(folder), 1);
}

static void a_folder_removed_meanwhile_fails_the_commit(void **state) {
    (void)state;
    struct rr_draft draft;
    const char *deep = test_path(folder, "gone/report.json");
    assert_ok(rr_draft_open(&draft, deep, &err));
    assert_ok(write_text(&draft, "new"));
    assert_int_equal(unlink(draft.temporary), 0);
    assert_int_equal(rmdir(test_path(folder, "gone")), 0);
    assert_fails(rr_draft_commit(&draft, &err), RR_CACHE_WRITE_FAILED);
    assert_int_equal(test_count_files(folder), 0);
}

static void a_folder_in_the_files_place_fails_the_commit(void **state) {
    (void)state;
    assert_int_equal(mkdir(path, 0777), 0);
    assert_fails(replace(path, "new"), RR_CACHE_WRITE_FAILED);
    assert_int_equal(test_count_files(folder), 1);
    assert_int_equal(test_count_files(path), 0);
}

static void a_file_in_the_folders_place_fails(void **state) {
    (void)state;
    test_write_file(path, "old");
    assert_fails(replace(test_path(path, "deeper.json"), "new"), RR_CACHE_WRITE_FAILED);
    assert_fails(rr_file_make_dirs(test_path(path, "deeper"), &err), RR_CACHE_WRITE_FAILED);
    assert_holds("old");
}

static int replace_forbidden(void *ctx) {
    (void)ctx;
    return replace(path, "new") == -1 && strstr(err.message, folder) == NULL ? (int)err.code : 0;
}

static void a_folder_that_may_not_be_written_fails(void **state) {
    (void)state;
    test_write_file(path, "old");
    assert_int_equal(chmod(folder, 0555), 0);
    int code = test_unprivileged(replace_forbidden, NULL);
    assert_int_equal(chmod(folder, 0755), 0);
    assert_int_equal(code, RR_CACHE_WRITE_FAILED);
    assert_holds("old");
    assert_int_equal(test_count_files(folder), 1);
}

static void too_long_a_name_fails(void **state) {
    (void)state;
    char name[PATH_MAX + 10];
    memset(name, 'n', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    assert_fails(replace(name, "new"), RR_CACHE_WRITE_FAILED);
    name[PATH_MAX - 1] = '\0'; /* long enough for its temporary not to fit */
    assert_fails(replace(name, "new"), RR_CACHE_WRITE_FAILED);
    name[300] = '\0'; /* longer than a folder's entry */
    assert_fails(replace(name, "new"), RR_CACHE_WRITE_FAILED);
}

static void a_long_piece_is_written_whole(void **state) {
    (void)state;
    enum { piece = 3 * 1024 * 1024 + 7 };
    struct rr_draft draft;
    struct stat st;
    char *bytes = calloc(1, piece);
    assert_non_null(bytes);
    assert_ok(rr_draft_open(&draft, path, &err));
    assert_ok(rr_draft_write(&draft, bytes, piece, &err));
    assert_ok(rr_draft_commit(&draft, &err));
    free(bytes);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_size, piece);
}

static void temporaries_are_known_by_their_names(void **state) {
    (void)state;
    struct rr_draft draft;
    assert_ok(rr_draft_open(&draft, path, &err));
    assert_true(rr_draft_is_temporary(strrchr(draft.temporary, '/') + 1));
    rr_draft_discard(&draft);
    static const char *const others[] = {"report.json", "2026-01-19.json", ".counterparty_risk.lock", "a.tmp.b", "", ".", "..",
                                         ".tmp"};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        assert_case(others[i], rr_draft_is_temporary(others[i]), false);
}

/* ---- Reading ---- */

/* Reads the file into a buffer of at most max bytes behind what is there. */
static int read_all(struct rr_buf *buf) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    int rc = rr_file_read_all(fd, buf, &err);
    close(fd);
    return rc;
}

static void read_all_appends_the_whole_file(void **state) {
    (void)state;
    struct rr_buf buf = RR_BUF_INIT(100000);
    test_write_file(path, "text");
    rr_buf_add_text(&buf, "> ");
    assert_ok(read_all(&buf));
    assert_string_equal(buf.ptr, "> text");
    assert_int_equal(buf.len, 6);
    test_write_file(path, "");
    assert_ok(read_all(&buf));
    assert_int_equal(buf.len, 6);
    rr_buf_free(&buf);
}

static void read_all_refuses_what_is_too_long(void **state) {
    (void)state;
    struct rr_buf buf = RR_BUF_INIT(4);
    test_write_file(path, "12345");
    assert_fails(read_all(&buf), RR_BROKEN);
    rr_buf_free(&buf);
}

static void read_all_takes_as_much_as_the_buffer_may_hold(void **state) {
    (void)state;
    struct rr_buf buf = RR_BUF_INIT(4);
    test_write_file(path, "1234");
    int rc = read_all(&buf);
    size_t len = buf.len;
    rr_buf_free(&buf);
    assert_ok(rc);
    assert_int_equal(len, 4);
}

static void read_all_of_what_cannot_be_read_fails(void **state) {
    (void)state;
    struct rr_buf buf = RR_BUF_INIT(10000);
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_fails(rr_file_read_all(fd, &buf, &err), RR_PIPELINE_FAILED);
    close(fd);
    assert_fails(rr_file_read_all(-1, &buf, &err), RR_PIPELINE_FAILED);
    rr_buf_free(&buf);
}

#define TEST(name) cmocka_unit_test_setup(name, make_folder)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(commit_makes_a_new_file),
        TEST(until_commit_readers_see_the_old_file),
        TEST(a_reader_keeps_the_old_file_whole),
        TEST(a_long_document_is_written_whole),
        TEST(an_empty_document_is_one_too),
        TEST(missing_folders_are_made),
        TEST(a_name_without_a_folder_is_in_the_current_one),
        TEST(the_umask_is_honoured),
        TEST(discard_keeps_the_old_file),
        TEST(a_failed_write_keeps_the_old_file),
        TEST(after_a_failure_everything_fails),
        TEST(a_folder_removed_meanwhile_fails_the_commit),
        TEST(a_folder_in_the_files_place_fails_the_commit),
        TEST(a_file_in_the_folders_place_fails),
        TEST(a_folder_that_may_not_be_written_fails),
        TEST(too_long_a_name_fails),
        TEST(a_long_piece_is_written_whole),
        TEST(temporaries_are_known_by_their_names),
        TEST(read_all_appends_the_whole_file),
        TEST(read_all_refuses_what_is_too_long),
        TEST(read_all_takes_as_much_as_the_buffer_may_hold),
        TEST(read_all_of_what_cannot_be_read_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
