#include "support.h"

#include "base/thread.h"

#include <sched.h>
#include <stdatomic.h>

enum { yields = 20, rounds = 10 };

static atomic_bool done;
static int first_core;
static bool parted = true, free_at_last;

static void stay_on(int core) {
    cpu_set_t only;
    CPU_ZERO(&only);
    CPU_SET((size_t)core, &only);
    sched_setaffinity(0, sizeof only, &only);
}

/* Comes to the first thread's core, and is drawn away from it. */
static void *yield_beside(void *ctx) {
    const cpu_set_t *allowed = ctx;
    cpu_set_t after;
    for (int round = 0; round < rounds; round++) {
        int left = yields;
        stay_on(first_core);
        sched_setaffinity(0, sizeof *allowed, allowed);
        while (left > 0 && sched_getcpu() == first_core) {
            rr_thread_yield();
            left--;
        }
        parted = parted && left > 0;
    }
    free_at_last = sched_getaffinity(0, sizeof after, &after) == 0 && CPU_EQUAL(allowed, &after);
    atomic_store(&done, true);
    return NULL;
}

static void threads_that_yield_share_no_core(void **state) {
    (void)state;
    cpu_set_t allowed;
    pthread_t thread;
    assert_int_equal(sched_getaffinity(0, sizeof allowed, &allowed), 0);
    if (CPU_COUNT(&allowed) < 2)
        skip();
    first_core = sched_getcpu();
    stay_on(first_core);
    rr_thread_yield();
    assert_int_equal(rr_thread_start(&thread, yield_beside, &allowed), 0);
    while (!atomic_load(&done))
        rr_thread_yield();
    pthread_join(thread, NULL);
    sched_setaffinity(0, sizeof allowed, &allowed);
    assert_true(parted);
    assert_true(free_at_last); /* it may go on to any core */
}

static void count_part(void *ctx, int part) {
    atomic_fetch_add((atomic_int *)ctx + part, 1);
}

static void each_part_is_done_once(void **state) {
    (void)state;
    for (int parts = 1; parts <= 40; parts++) {
        atomic_int counts[40] = {0};
        rr_thread_share(count_part, counts, parts);
        for (int part = 0; part < 40; part++)
            assert_int_equal(counts[part], part < parts ? 1 : 0);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(threads_that_yield_share_no_core),
        cmocka_unit_test(each_part_is_done_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
