#include "support.h"

#include "base/lock.h"

#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char path[PATH_MAX];

static int set_path(void **state) {
    (void)state;
    snprintf(path, sizeof path, "%s", test_path(test_folder(), "test.lock"));
    return 0;
}

/* What a child gets that opens the file for itself: 0 the lock, else the error's code. */
static int try_in_child(void) {
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct rr_lock lock = RR_LOCK_FREE;
        struct rr_err err;
        _exit(rr_lock_try(&lock, path, &err) == 0 ? 0 : (int)err.code);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void hold(int ready) {
    struct rr_lock lock = RR_LOCK_FREE;
    struct rr_err err;
    if (rr_lock_try(&lock, path, &err) == 0 && write(ready, "y", 1) == 1)
        pause();
}

static void kill_child(pid_t child) {
    int status;
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, &status, 0), child);
}

static void excludes_another_process(void **state) {
    (void)state;
    struct rr_lock lock = RR_LOCK_FREE;
    struct rr_err err;
    assert_ok(rr_lock_try(&lock, path, &err));
    assert_int_equal(try_in_child(), RR_LOCKED);
    rr_lock_release(&lock);
    assert_int_equal(try_in_child(), 0);
}

static void excludes_a_second_opening_in_the_process(void **state) {
    (void)state;
    struct rr_lock first = RR_LOCK_FREE, second = RR_LOCK_FREE;
    struct rr_err err;
    assert_ok(rr_lock_try(&first, path, &err));
    assert_fails(rr_lock_try(&second, path, &err), RR_LOCKED);
    assert_int_equal(second.fd, -1);
    rr_lock_release(&first);
    assert_ok(rr_lock_try(&second, path, &err));
    rr_lock_release(&second);
}

static void is_freed_when_its_holder_is_killed(void **state) {
    (void)state;
    struct rr_lock lock = RR_LOCK_FREE;
    struct rr_err err;
    pid_t child = test_start(hold);
    assert_fails(rr_lock_try(&lock, path, &err), RR_LOCKED);
    kill_child(child);
    assert_ok(rr_lock_try(&lock, path, &err));
    rr_lock_release(&lock);
}

static void does_not_wait(void **state) {
    (void)state;
    struct rr_lock lock = RR_LOCK_FREE;
    struct rr_err err;
    pid_t child = test_start(hold);
    int64_t before_ms = rr_monotonic_ms();
    assert_fails(rr_lock_try(&lock, path, &err), RR_LOCKED);
    assert_in_range(rr_monotonic_ms() - before_ms, 0, 500);
    kill_child(child);
}

static void a_childs_exit_leaves_the_parents_lock(void **state) {
    (void)state;
    struct rr_lock lock = RR_LOCK_FREE;
    struct rr_err err;
    assert_ok(rr_lock_try(&lock, path, &err));
    assert_int_equal(try_in_child(), RR_LOCKED); /* it has inherited the parent's, and closed it as it ended */
    assert_int_equal(try_in_child(), RR_LOCKED);
    rr_lock_release(&lock);
}

static void release_is_idempotent(void **state) {
    (void)state;
    struct rr_lock lock = RR_LOCK_FREE;
    struct rr_err err;
    rr_lock_release(&lock);
    assert_ok(rr_lock_try(&lock, path, &err));
    rr_lock_release(&lock);
    rr_lock_release(&lock);
    assert_int_equal(lock.fd, -1);
}

static void the_file_stays_the_same(void **state) {
    (void)state;
    struct rr_lock lock = RR_LOCK_FREE;
    struct rr_err err;
    struct stat before, after;
    test_write_file(path, "kept");
    assert_int_equal(stat(path, &before), 0);
    assert_ok(rr_lock_try(&lock, path, &err));
    rr_lock_release(&lock);
    assert_int_equal(stat(path, &after), 0);
    assert_true(before.st_ino == after.st_ino && after.st_size == 4);
}

static void is_not_passed_on_to_other_programs(void **state) {
    (void)state;
    struct rr_lock lock = RR_LOCK_FREE;
    struct rr_err err;
    assert_ok(rr_lock_try(&lock, path, &err));
    assert_true((fcntl(lock.fd, F_GETFD) & FD_CLOEXEC) != 0);
    rr_lock_release(&lock);
}

static void a_missing_folder_is_a_write_failure(void **state) {
    (void)state;
    struct rr_lock lock = RR_LOCK_FREE;
    struct rr_err err;
    assert_fails(rr_lock_try(&lock, test_path(test_folder(), "none/test.lock"), &err), RR_CACHE_WRITE_FAILED);
    assert_int_equal(lock.fd, -1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(excludes_another_process, set_path),
        cmocka_unit_test_setup(excludes_a_second_opening_in_the_process, set_path),
        cmocka_unit_test_setup(is_freed_when_its_holder_is_killed, set_path),
        cmocka_unit_test_setup(does_not_wait, set_path),
        cmocka_unit_test_setup(a_childs_exit_leaves_the_parents_lock, set_path),
        cmocka_unit_test_setup(release_is_idempotent, set_path),
        cmocka_unit_test_setup(the_file_stays_the_same, set_path),
        cmocka_unit_test_setup(is_not_passed_on_to_other_programs, set_path),
        cmocka_unit_test_setup(a_missing_folder_is_a_write_failure, set_path),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
