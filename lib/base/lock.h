#ifndef RR_BASE_LOCK_H
#define RR_BASE_LOCK_H

#include "base/clock.h"
#include "base/err.h"

#include <sys/types.h>

/* An exclusive lock among processes: flock on a permanent file, which is never renamed and never unlinked.
 *
 *     struct rr_lock lock = RR_LOCK_FREE;
 *     rr_lock_try(&lock, path, err)     at once: RR_LOCKED when somebody else holds it
 *     ...
 *     rr_lock_release(&lock)            idempotent; a process that dies releases it too */
struct rr_lock {
    int fd;
};

#define RR_LOCK_FREE                                                                                                             \
    { -1 }

int rr_lock_try(struct rr_lock *lock, const char *path, struct rr_err *err);
void rr_lock_release(struct rr_lock *lock);

/* Which process holds it, as the kernel lists it (/proc/locks); 0 where nobody does, or where that cannot be seen from here. */
pid_t rr_lock_holder(const char *path);

#endif
