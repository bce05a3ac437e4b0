#ifndef RR_STORE_STORE_H
#define RR_STORE_STORE_H

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/mode.h"
#include "base/shared.h"
#include "base/sink.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Where reports and their status are kept, and the lock that makes generations take turns. Nothing above knows that
 * these are files.
 *
 *     rr_store_open(&store, cache_dir, err)
 *     rr_store_find(store, &key, &document, err)            what is there
 *     rr_store_lock(store, err)                             before anything is made
 *       rr_store_set_aside / rr_store_begin, write, rr_store_seal, rr_store_publish or _abandon
 *       rr_store_record(store, mode, &change, err)          what else there is to say of a run
 *     rr_store_unlock(store)                                idempotent; a process that dies unlocks too
 *     rr_store_close(&store)                                idempotent
 *
 * A process has one store and uses it from one thread. */
struct rr_store;

/* One report's name. */
struct rr_key {
    enum rr_mode mode;
    char as_of[16]; /* YYYY-MM-DD */
};

enum { RR_ETAG_SIZE = 24, RR_VERSION_SIZE = 64, RR_REPORT_PATH_SIZE = 64, RR_DOCUMENT_MAX_BYTES = 1024 * 1024 * 1024 };

/* What a report says of itself; a text is "" where it does not say. */
struct rr_document_meta {
    struct rr_key key;
    char db_version[40];
    char db_signature[64];
    char generated_at[40];
    char generator_version[64];
    char job_run_id[64];
};

/* A valid report: it parses, and its meta names the key that it is kept under. */
struct rr_document {
    struct rr_document_meta meta;
    struct rr_buf body;
    char etag[RR_ETAG_SIZE]; /* weak, of the content: W/"..." */
    int64_t modified_s;
    char version[RR_VERSION_SIZE]; /* a name below .versions/ that this content alone has, "" where it has none */
    bool has_gzip;                 /* so has its compressed sibling, with `.gz` behind it */
};

#define RR_DOCUMENT_EMPTY                                                                                                        \
    { .body = RR_BUF_INIT(RR_DOCUMENT_MAX_BYTES) }

/* Makes the folders, and removes what crashes left in them. */
int rr_store_open(struct rr_store **out, const char *cache_dir, struct rr_err *err);
void rr_store_close(struct rr_store **store);

/* Makes the store one of several hosts' that share their reports, status and lock; "" and `file`: it stays alone. Connects to
 * nothing yet. RR_BAD_SETTING where uri is not one that this build knows. */
int rr_store_join(struct rr_store *store, const char *uri, struct rr_err *err);
bool rr_store_has_peers(const struct rr_store *store);

/* Takes the lock at once, or fails: RR_LOCKED when somebody else holds it, RR_STORE_UNAVAILABLE. Whoever has it finds here all
 * that was published anywhere. Who has it not, and does not ask again, calls rr_store_unlock all the same. */
int rr_store_lock(struct rr_store *store, struct rr_err *err);

/* Does another process of this host hold it at this moment? */
bool rr_store_is_locked(struct rr_store *store);

/* Waits a moment, in which who holds the lock may have let it go or published: then it is worth another look. */
void rr_store_wait(struct rr_store *store);
void rr_store_unlock(struct rr_store *store);

/* Which process holds it; 0 where none does, or none that can be seen from here. */
pid_t rr_store_lock_holder(const struct rr_store *store);

/* RR_NOT_FOUND when there is no such report, RR_BROKEN when what is there is not valid. document is emptied first, is the
 * caller's, and is freed by rr_document_free whatever came back. */
int rr_store_find(struct rr_store *store, const struct rr_key *key, struct rr_document *document, struct rr_err *err);
void rr_document_free(struct rr_document *document);

/* The ETag of a document whose bytes have that hash (base/hash.h). */
void rr_store_etag(uint64_t hash, char etag[RR_ETAG_SIZE]);

/* The same without the body: one stat, for a report that is known to be valid. */
int rr_store_peek(struct rr_store *store, const struct rr_key *key, struct rr_document *document, struct rr_err *err);

/* The report to fall back to, peeked at: the mode's last success by its status or, where that does not lead to a valid
 * report, the newest valid one. RR_NOT_FOUND when there is none. */
int rr_store_peek_latest(struct rr_store *store, enum rr_mode mode, struct rr_document *document, struct rr_err *err);

/* The name, below .versions/, by which a web server can send this very document: its compressed sibling's if gzip is true
 * and there is one (then *is_gzip). False where the document must be read and sent by ourselves. Nobody looks whether the file
 * is still there: where it is not, the web server asks for the document again. */
bool rr_store_hand_over(const struct rr_document *document, bool gzip, char name[RR_VERSION_SIZE], bool *is_gzip);

/* Appends body to out with meta's members replaced or added from `members` (an object, borrowed); every other byte is as it
 * was. body is a document's. */
int rr_document_restamp(const struct rr_buf *body, const cJSON *members, struct rr_buf *out, struct rr_err *err);

/* Keeps a broken report aside for the operator (`*.corrupt`). The lock is held. */
int rr_store_set_aside(struct rr_store *store, const struct rr_key *key, struct rr_err *err);

/* What becomes of a mode's status: a run that has ended (borrowed) is the last run, and the last success too if its result says
 * so; or, where run is NULL, the runs of that job_run_id get another member `name`. All else stays. */
struct rr_status_change {
    const cJSON *run;
    const char *job_run_id, *name;
    const cJSON *value;
};

/* A report in the making: what is written to the sink becomes the report, whole, or never, and its compressed sibling with it.
 * One at a time; the lock is held.
 *
 * rr_store_seal ends the writing, and does all that takes long (by so many threads); rr_store_publish puts the report in its
 * place, and then the change into the mode's status, so that a crash shows an older success. change may be NULL. */
int rr_store_begin(struct rr_store *store, const struct rr_key *key, struct rr_sink *sink, struct rr_err *err);
int rr_store_seal(struct rr_store *store, int threads, struct rr_err *err);
int rr_store_publish(struct rr_store *store, const struct rr_status_change *change, struct rr_err *err);
void rr_store_abandon(struct rr_store *store); /* idempotent; after a publish it does nothing */

/* The report's name for people, relative: `report_cache/2026-01-19.json`. */
void rr_store_display_path(const struct rr_key *key, char text[RR_REPORT_PATH_SIZE]);

/* What is known of a mode's runs (contract.md 3 "GET /status"): trees, NULL where there is none. */
struct rr_status {
    cJSON *last_run;
    cJSON *last_success;
};

/* A status that is missing or broken reads as empty. */
void rr_store_read_status(struct rr_store *store, enum rr_mode mode, struct rr_status *status);
void rr_status_free(struct rr_status *status);

/* Changes the mode's status alone. Every writer holds the lock, so none undoes what another wrote. */
int rr_store_record(struct rr_store *store, enum rr_mode mode, const struct rr_status_change *change, struct rr_err *err);

/* Removes reports and set-aside files that were written more than max_age_s ago, and cards that were not used for so long. The
 * file that rr_store_peek_latest gives stays whatever its age, and so does the status. */
int rr_store_prune(struct rr_store *store, int64_t max_age_s, uint32_t *removed, struct rr_err *err);

/* Removes the oldest of a mode's reports that were made for another day than the day they were made on, down to max_count:
 * readers may ask for any date, and the daily reports are not to give way to that. The file that the last success names stays. */
int rr_store_trim(struct rr_store *store, enum rr_mode mode, uint32_t max_count, struct rr_err *err);

/* Memory that all processes with this store share (base/shared.h), for counters. RR_CACHE_WRITE_FAILED where that cannot be. */
int rr_store_share(const struct rr_store *store, size_t size, uint64_t kind, struct rr_shared *shared, struct rr_err *err);

/* Would a process that begins now share that very memory? */
bool rr_store_is_shared(const struct rr_store *store, const struct rr_shared *shared);

/* What a generation found memos to say, for the next one: bytes that mean nothing here, in a buffer of RR_FINDINGS_MAX_BYTES.
 * Each host has its own, and whoever keeps them holds the lock. They are a saving, and may be lost at any time. RR_NOT_FOUND
 * where there are none. */
enum { RR_FINDINGS_MAX_BYTES = 64 * 1024 * 1024 };
int rr_store_load_findings(const struct rr_store *store, struct rr_buf *out, struct rr_err *err);
int rr_store_keep_findings(const struct rr_store *store, struct rr_slice findings, struct rr_err *err);

/* How many reports of a mode there are, and their bytes. */
struct rr_usage {
    uint64_t reports, bytes;
};
int rr_store_usage(struct rr_store *store, enum rr_mode mode, struct rr_usage *usage, struct rr_err *err);

/* How many bytes more the store's disk takes; -1 where nobody can tell. */
int64_t rr_store_free_bytes(const struct rr_store *store);

/* Could a small file be written at this moment? RR_CACHE_WRITE_FAILED says why not. Nothing is left behind. */
int rr_store_check_writable(const struct rr_store *store, struct rr_err *err);

/* Looks at every report, status and card: calls tell with its display path and what is wrong with it, NULL if nothing. */
int rr_store_verify(struct rr_store *store, void (*tell)(void *ctx, const char *path, const char *problem), void *ctx,
                    struct rr_err *err);

#endif
