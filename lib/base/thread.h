#ifndef RR_BASE_THREAD_H
#define RR_BASE_THREAD_H

#include <pthread.h>

/* Starts a thread with a small stack and all signals blocked, so that they reach the process's first thread as before.
 * -1 where the system refuses, or memory ran out; the caller does the work itself then. */
int rr_thread_start(pthread_t *thread, void *(*run)(void *ctx), void *ctx);

/* Calls work(ctx, part) for each part below parts, each in a thread of its own where the system allows, and waits for them. */
void rr_thread_share(void (*work)(void *ctx, int part), void *ctx, int parts);

/* Lets those run who wait for this core, if there are any. Long work calls it every few hundred microseconds: a kernel without
 * preemption would let it go on to its next tick, some milliseconds, while readers wait whose answers take one tenth of one. And
 * goes to another core where two of our threads are on this one, and fewer on that. */
void rr_thread_yield(void);

#endif
