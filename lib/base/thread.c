#include "base/thread.h"

#include <signal.h>

enum { stack_bytes = 512 * 1024 };

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
