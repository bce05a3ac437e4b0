#include "support.h"

#include "base/thread.h"

#include <sched.h>
#include <stdatomic.h>

enum { rounds = 200, apart_long = 50, yields_max = 5000 };

static cpu_set_t allowed;

static void stay_on(int core) {
    cpu_set_t only;
    CPU_ZERO(&only);
    CPU_SET((size_t)core, &only);
    sched_setaffinity(0, sizeof only, &only);
}

static void go_anywhere(void) {
    sched_setaffinity(0, sizeof allowed, &allowed);
}

static int cores(void **state) {
    (void)state;
    return sched_getaffinity(0, sizeof allowed, &allowed);
}

/* ---- Two threads ---- */

static atomic_bool done;
static atomic_int first_core;
static bool parted = true, free_at_last;

/* Comes to the first thread's core; do they part, and for good? */
static bool part(void) {
    int apart = 0;
    stay_on(first_core);
    go_anywhere();
    for (int i = 0; i < yields_max && apart < apart_long; i++) {
        rr_thread_yield();
        apart = sched_getcpu() == first_core ? 0 : apart + 1;
    }
    return apart == apart_long;
}

static void *yield_beside(void *ctx) {
    cpu_set_t after;
    for (int round = 0; round < rounds; round++)
        parted = part() && parted;
    free_at_last = sched_getaffinity(0, sizeof after, &after) == 0 && CPU_EQUAL(&allowed, &after);
    atomic_store(&done, true);
    return ctx;
}

static void yield_until_done(void) {
    pthread_t thread;
    atomic_store(&done, false);
    atomic_store(&first_core, sched_getcpu());
    rr_thread_yield();
    assert_int_equal(rr_thread_start(&thread, yield_beside, NULL), 0);
    while (!atomic_load(&done)) {
        rr_thread_yield();
        atomic_store(&first_core, sched_getcpu());
    }
    pthread_join(thread, NULL);
}

static void threads_that_yield_share_no_core(void **state) {
    (void)state;
    if (CPU_COUNT(&allowed) < 2)
        skip();
    yield_until_done();
    assert_true(parted);
    assert_true(free_at_last); /* it may go on to any core */
}

static void *end_on(void *ctx) {
    stay_on(*(const int *)ctx);
    rr_thread_yield();
    return NULL;
}

static void those_that_have_ended_are_nowhere(void **state) {
    (void)state;
    if (CPU_COUNT(&allowed) < 2)
        skip();
    for (int core = 0; core < CPU_SETSIZE; core++) {
        if (!CPU_ISSET((size_t)core, &allowed) || core == sched_getcpu())
            continue;
        for (int i = 0; i < 20; i++) {
            pthread_t thread;
            assert_int_equal(rr_thread_start(&thread, end_on, &core), 0);
            pthread_join(thread, NULL);
        }
    }
    stay_on(sched_getcpu()); /* so that the other has to go */
    yield_until_done();
    go_anywhere();
    assert_true(parted);
}

/* ---- Parts ---- */

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
        cmocka_unit_test(those_that_have_ended_are_nowhere),
        cmocka_unit_test(each_part_is_done_once),
    };
    return cmocka_run_group_tests(tests, cores, NULL);
}
