#ifndef RR_STORE_PEERS_H
#define RR_STORE_PEERS_H

#include "store/store.h"

/* What there is to do in a store that hosts share (rr_store_join), beyond what all stores do. Where it is not shared, or cannot
 * be reached: RR_STORE_UNAVAILABLE. */

/* Things that happen elsewhere, as bits. */
enum { RR_PEERS_PUBLISHED = 1, RR_PEERS_ASKED = 2 };

/* Waits up to max_ms for what other hosts do, and brings this host's files up to date: what happened, as bits, or -1. The first
 * call on a new connection does not wait, compares everything, and says RR_PEERS_ASKED, since somebody may have asked before. */
int rr_store_follow(struct rr_store *store, int64_t max_ms, struct rr_err *err);

/* Asks the other hosts for a report that this one cannot make: 1 where it is there already, and now here too; 0: wait for it. */
int rr_store_ask(struct rr_store *store, const struct rr_key *key, struct rr_err *err);

/* A report that another host has asked for, which nobody else makes meanwhile: 1, 0 where there is none, or -1. */
int rr_store_take(struct rr_store *store, struct rr_key *key, struct rr_err *err);
void rr_store_taken(struct rr_store *store); /* what was taken is done with */

/* Publishes the reports of this host that are not shared, and its status where none is: *count reports. Those that cannot be are
 * told, and left here. The lock is held. */
int rr_store_import(struct rr_store *store, uint32_t *count, void (*tell)(void *ctx, const char *path, const char *problem),
                    void *ctx, struct rr_err *err);

/* Brings all that is shared to this host, whatever it has had before. */
int rr_store_export(struct rr_store *store, struct rr_err *err);

/* The shared store's own tables. `make` begins with none; `upgrade` needs some; both leave what is right as it is. `check`
 * changes nothing and tells what is wrong, also of what this user may do. *report: a sentence for people. */
enum rr_schema_action { RR_SCHEMA_MAKE, RR_SCHEMA_UPGRADE, RR_SCHEMA_CHECK };
int rr_store_schema(const char *uri, enum rr_schema_action action, char report[200], struct rr_err *err);

#endif
