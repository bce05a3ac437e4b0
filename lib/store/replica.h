#ifndef RR_STORE_REPLICA_H
#define RR_STORE_REPLICA_H

#include "store/layout.h"

/* For the files of lib/store alone: this host's files as a copy of what hosts share (remote.h).
 *
 * `.replica` says up to which revision of which shared store the copy has come, and whoever changes the copy holds it locked: who
 * publishes, from before it is shared until its files are there, and who catches up, from before it asks until it is written. So
 * the copy never goes back.
 *
 *     rr_replica_lock(store, &replica, err)
 *     ...
 *     rr_replica_unlock(&replica, revision)      the copy has come so far; 0: no further than before */
struct rr_replica {
    struct rr_lock lock;
    int64_t revision;
    const char *id; /* of the shared store, borrowed */
};

int rr_replica_lock(struct rr_store *store, struct rr_replica *replica, struct rr_err *err);
void rr_replica_unlock(struct rr_replica *replica, int64_t revision);

/* Brings the files up to what is shared now: reports that are newer than the copy has seen (with from_start: all of which it has
 * another or none), those that were retired, and the status. */
int rr_replica_catch_up(struct rr_store *store, bool from_start, struct rr_err *err);

/* Puts that one report there, whatever the copy has seen: 1, 0 where it is not shared, or -1. The copy is locked. */
int rr_replica_fetch(struct rr_store *store, const struct rr_key *key, struct rr_err *err);

/* Retires what is past its age among what is shared, by the rule of the files. The lock is held. */
int rr_replica_retire_older(struct rr_store *store, enum rr_mode mode, int64_t before_us, const char *named, const char *newest,
                            struct rr_err *err);

#endif
