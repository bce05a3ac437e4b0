#ifndef RR_CRM_SNAPSHOT_H
#define RR_CRM_SNAPSHOT_H

#include "base/clock.h"
#include "base/err.h"
#include "crm/db.h"

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* One state of the CRM database (contract.md 4 "One consistent state").
 *
 *     rr_snapshot_open(&snapshot, &source, err)   settled long enough? then one connection, one read transaction
 *     ... read from snapshot.db ...
 *     rr_snapshot_verify(&snapshot, err)          is the file still what it was before? only then is what was read true
 *     rr_snapshot_close(&snapshot)                idempotent
 *
 * A file that changes meanwhile (renamed over, overwritten, written by another process) gives RR_DB_UNSTABLE. */
struct rr_source {
    const char *db_path;
    const char *copy_dir; /* copies go here, named by copy_date and the time; NULL: read where it is */
    const char *copy_date;
    int64_t stable_window_s; /* changed more recently: unstable */
    struct rr_deadline deadline;
    const struct rr_clock *clock;
};

enum { RR_SIGNATURE_SIZE = 48 };

/* What tells one state of a file from another. */
struct rr_fingerprint {
    dev_t device;
    ino_t inode;
    int64_t size;
    int64_t mtime_ns;
};

struct rr_snapshot {
    struct rr_db *db;
    struct rr_fingerprint fingerprint;      /* of the CRM database */
    char read_path[PATH_MAX];               /* the file that is read: the database, or its copy */
    struct rr_fingerprint read_fingerprint; /* which it had at the start */
};

int rr_snapshot_open(struct rr_snapshot *snapshot, const struct rr_source *source, struct rr_err *err);

/* Another connection to the very state that snapshot.db shows, for another thread: the snapshot's own transaction keeps every
 * writer of SQLite's out from before this one begins, and rr_snapshot_verify tells of any other. The caller closes it.
 * False where there is no such certainty (a database in WAL mode, one that a writer waits for): read with one alone. */
bool rr_snapshot_join(struct rr_db **db, const struct rr_snapshot *snapshot, const struct rr_source *source);

int rr_snapshot_verify(const struct rr_snapshot *snapshot, struct rr_err *err);
void rr_snapshot_close(struct rr_snapshot *snapshot);

/* RR_DB_NOT_FOUND, or RR_DB_INVALID for what is no regular file. */
int rr_fingerprint_of(const char *path, struct rr_fingerprint *fingerprint, struct rr_err *err);

/* db_signature: `{mtime in whole seconds}-{size}`. */
void rr_fingerprint_signature(const struct rr_fingerprint *fingerprint, char text[RR_SIGNATURE_SIZE]);

/* Removes copies in copy_dir that were made more than max_age_s ago; returns how many. */
uint32_t rr_snapshot_prune_copies(const char *copy_dir, int64_t max_age_s);

/* How long until the database counts as stable if nobody touches it again: 0 when it does. */
int64_t rr_snapshot_settles_in_ms(const struct rr_source *source);

#endif
