/* Memory that processes share, kept in a file. */
#include "support.h"

#include "base/shared.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { size = 5000, kind = 7, processes = 8, additions = 20000 };

static char path[200];

static int set_path(void **state) {
    (void)state;
    snprintf(path, sizeof path, "%s", test_path(test_folder(), "shared"));
    return 0;
}

static void open_it(struct rr_shared *shared) {
    struct rr_err err;
    if (rr_shared_open(shared, path, size, kind, &err) != 0)
        fail_msg("%s", err.message);
}

static void begins_with_zeros_and_keeps_what_is_put_there(void **state) {
    (void)state;
    struct rr_shared shared;
    struct stat st;
    open_it(&shared);
    const char *bytes = shared.bytes;
    for (int i = 0; i < size; i++)
        assert_int_equal(bytes[i], 0);
    memset(shared.bytes, 'x', size);
    assert_true(rr_shared_is_at(&shared, path));
    rr_shared_close(&shared);
    rr_shared_close(&shared);
    assert_null(shared.bytes);
    assert_false(rr_shared_is_at(&shared, path));
    assert_int_equal(stat(path, &st), 0);
    assert_true(st.st_size > size && st.st_blocks * 512 >= st.st_size); /* no hole that a full disk could refuse later */
    open_it(&shared);
    assert_int_equal(((const char *)shared.bytes)[size - 1], 'x');
    rr_shared_close(&shared);
}

/* All at once, the first makes the file: none counts in a file of its own, and no addition is lost. */
static void is_one_for_processes_that_open_it_at_once(void **state) {
    (void)state;
    pid_t children[processes];
    struct rr_shared shared;
    int status;
    fflush(NULL);
    for (int i = 0; i < processes; i++) {
        children[i] = fork();
        assert_true(children[i] >= 0);
        if (children[i] == 0) {
            struct rr_err err;
            if (rr_shared_open(&shared, path, size, kind, &err) != 0)
                _exit(1);
            for (int n = 0; n < additions; n++)
                atomic_fetch_add((_Atomic uint64_t *)shared.bytes, 1);
            _exit(0);
        }
    }
    for (int i = 0; i < processes; i++) {
        assert_int_equal(waitpid(children[i], &status, 0), children[i]);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
    open_it(&shared);
    assert_int_equal(*(_Atomic uint64_t *)shared.bytes, processes * additions);
    rr_shared_close(&shared);
}

static void another_kind_or_size_is_begun_anew_and_the_old_one_lives_on(void **state) {
    (void)state;
    struct rr_shared first, second, third;
    struct rr_err err;
    open_it(&first);
    memset(first.bytes, 'x', size);
    assert_ok(rr_shared_open(&second, path, size, kind + 1, &err));
    assert_int_equal(*(const char *)second.bytes, 0);
    assert_ok(rr_shared_open(&third, path, size + 1, kind + 1, &err));
    memset(first.bytes, 'y', size); /* nobody has cut it short */
    assert_false(rr_shared_is_at(&first, path) || rr_shared_is_at(&second, path));
    assert_true(rr_shared_is_at(&third, path));
    rr_shared_close(&first);
    rr_shared_close(&second);
    rr_shared_close(&third);
}

static void what_is_no_such_file_is_replaced(void **state) {
    (void)state;
    struct rr_shared shared;
    test_write_file(path, "something else");
    open_it(&shared);
    assert_int_equal(*(const char *)shared.bytes, 0);
    rr_shared_close(&shared);
}

static void what_cannot_be_had_is_an_error(void **state) {
    (void)state;
    struct rr_shared shared;
    struct rr_err err;
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_fails(rr_shared_open(&shared, path, size, kind, &err), RR_CACHE_WRITE_FAILED);
    assert_null(shared.bytes);
    unlink(path);
    assert_int_equal(symlink("elsewhere", path), 0);
    assert_fails(rr_shared_open(&shared, path, size, kind, &err), RR_CACHE_WRITE_FAILED);
    assert_fails(rr_shared_open(&shared, test_path(test_folder(), "none/shared"), size, kind, &err), RR_CACHE_WRITE_FAILED);
    rr_shared_close(&shared);
}

static void a_full_disk_is_told_at_once_and_leaves_nothing(void **state) {
    (void)state;
    struct rr_shared shared;
    struct rr_err err;
    test_limit_files(size / 2);
    int rc = rr_shared_open(&shared, path, size, kind, &err);
    test_limit_files(0);
    assert_int_equal(rc, -1);
    assert_int_equal(access(path, F_OK), -1);
    open_it(&shared);
    rr_shared_close(&shared);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(begins_with_zeros_and_keeps_what_is_put_there, set_path),
        cmocka_unit_test_setup(is_one_for_processes_that_open_it_at_once, set_path),
        cmocka_unit_test_setup(another_kind_or_size_is_begun_anew_and_the_old_one_lives_on, set_path),
        cmocka_unit_test_setup(what_is_no_such_file_is_replaced, set_path),
        cmocka_unit_test_setup(what_cannot_be_had_is_an_error, set_path),
        cmocka_unit_test_setup(a_full_disk_is_told_at_once_and_leaves_nothing, set_path),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
