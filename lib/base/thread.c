#include "base/thread.h"

#include <sched.h>
#include <signal.h>

enum { stack_bytes = 512 * 1024, shares_max = 16 };

int rr_thread_start(pthread_t *thread, void *(*run)(void *ctx), void *ctx) {
    pthread_attr_t attributes;
    sigset_t all, before;
    if (pthread_attr_init(&attributes) != 0)
        return -1;
    pthread_attr_setstacksize(&attributes, stack_bytes);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int rc = pthread_create(thread, &attributes, run, ctx);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    return rc == 0 ? 0 : -1;
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

void rr_thread_yield(void) {
    sched_yield();
}
