#include "base/thread.h"

#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>

enum { stack_bytes = 512 * 1024, shares_max = 16, no_core = -1 };

/* ---- On which cores ---- */

/* To a kernel, threads that yield look as if this core's cache were theirs. So some leave two of them on one core, while another
 * has nothing to do, for longer than many a generation takes; ours see to it themselves. */
static atomic_int at_work[CPU_SETSIZE]; /* how many of our threads, by core */
static _Thread_local int own_core = no_core;

static void work_on(int core) {
    if (core == own_core)
        return;
    if (own_core != no_core)
        atomic_fetch_sub(&at_work[own_core], 1);
    if (core != no_core)
        atomic_fetch_add(&at_work[core], 1);
    own_core = core;
}

/* The one that has the fewest of ours. */
static int emptiest_core(const cpu_set_t *allowed) {
    int best = own_core;
    for (int core = 0; core < CPU_SETSIZE; core++)
        if (CPU_ISSET((size_t)core, allowed) && at_work[core] < at_work[best])
            best = core;
    return best;
}

/* Goes there; it may go on to any core from then on. It tells so first, lest the other that is here should go as well. */
static void go_to(int core, const cpu_set_t *allowed) {
    cpu_set_t only;
    CPU_ZERO(&only);
    CPU_SET((size_t)core, &only);
    work_on(core);
    if (sched_setaffinity(0, sizeof only, &only) == 0)
        sched_setaffinity(0, sizeof *allowed, allowed);
}

static void spread(void) {
    cpu_set_t allowed;
    int core = sched_getcpu();
    work_on(core < CPU_SETSIZE ? core : no_core);
    if (own_core == no_core || at_work[own_core] < 2 || sched_getaffinity(0, sizeof allowed, &allowed) != 0)
        return;
    int other = emptiest_core(&allowed);
    if (at_work[own_core] - at_work[other] >= 2)
        go_to(other, &allowed);
}

void rr_thread_yield(void) {
    sched_yield();
    spread();
}

/* ---- Threads ---- */

struct start {
    void *(*run)(void *ctx);
    void *ctx;
};

static void *begin(void *opaque) {
    const struct start start = *(struct start *)opaque;
    free(opaque);
    spread();
    void *result = start.run(start.ctx);
    work_on(no_core);
    return result;
}

static int create(pthread_t *thread, struct start *start) {
    pthread_attr_t attributes;
    sigset_t all, before;
    if (pthread_attr_init(&attributes) != 0)
        return -1;
    pthread_attr_setstacksize(&attributes, stack_bytes);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int rc = pthread_create(thread, &attributes, begin, start);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    return rc == 0 ? 0 : -1;
}

int rr_thread_start(pthread_t *thread, void *(*run)(void *ctx), void *ctx) {
    struct start *start = malloc(sizeof *start);
    if (start == NULL)
        return -1;
    *start = (struct start){run, ctx};
    int rc = create(thread, start);
    if (rc != 0)
        free(start);
    return rc;
}

struct share {
    void (*work)(void *ctx, int part);
    void *ctx;
    int part;
    pthread_t thread;
};

static void *do_share(void *opaque) {
    struct share *share = opaque;
    share->work(share->ctx, share->part);
    return NULL;
}

void rr_thread_share(void (*work)(void *ctx, int part), void *ctx, int parts) {
    struct share shares[shares_max];
    int started = 0;
    while (started < parts - 1 && started < shares_max) {
        shares[started] = (struct share){.work = work, .ctx = ctx, .part = started};
        if (rr_thread_start(&shares[started].thread, do_share, &shares[started]) != 0)
            break;
        started++;
    }
    for (int part = started; part < parts; part++)
        work(ctx, part);
    for (int i = 0; i < started; i++)
        pthread_join(shares[i].thread, NULL);
}
