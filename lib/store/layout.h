#ifndef RR_STORE_LAYOUT_H
#define RR_STORE_LAYOUT_H

#include "base/file.h"
#include "base/hash.h"
#include "base/lock.h"
#include "store/store.h"

#include <limits.h>
#include <sys/stat.h>
#include <sys/types.h>

/* For the files of lib/store alone: how the store lies on disk (contract.md 1). */

/* One state of one file: whoever changes it or puts another in its place makes it another one. */
struct rr_file_state {
    ino_t inode; /* 0: none */
    int64_t size;
    int64_t mtime_ns;
};

/* A file's validity is remembered for as long as the file is the same one. */
struct rr_remembered {
    struct rr_file_state file;
    struct rr_document_meta meta;
    char etag[RR_ETAG_SIZE];
    char version[RR_VERSION_SIZE];
    bool has_gzip;
};

#define RR_VERSIONS_FOLDER ".versions"

enum { RR_REMEMBERED_MAX = 64, RR_TEMPORARY_MAX_AGE_S = 3600 }; /* no write takes that long: a crash left it */

struct rr_remote;

struct rr_store {
    char root[PATH_MAX - 512]; /* room for the longest name below it */
    struct rr_lock lock;
    bool waits_for_host;                                /* who has the lock is a process of this host */
    struct rr_remote *remote;                           /* what hosts share; NULL: files alone */
    struct rr_key key;                                  /* of the report in the making */
    struct rr_draft draft;                              /* it, */
    struct rr_hash hash;                                /* its hash up to here, */
    struct rr_buf head;                                 /* how it begins, */
    struct rr_draft sibling;                            /* its sibling, */
    struct rr_draft summary;                            /* its summary, */
    struct rr_document_meta meta;                       /* and, once sealed, what it says of itself */
    int64_t published_us;                               /* where hosts share it: its time, */
    bool is_known, has_summary;                         /* and is there such? */
    struct rr_remembered remembered[RR_REMEMBERED_MAX]; /* by hash of the key */
};

struct rr_file_state rr_file_state_of(const struct stat *st);
bool rr_file_state_equal(const struct rr_file_state *a, const struct rr_file_state *b);

/* What is remembered of the report; another report's, or an older file's, unless it was looked at just now. */
const struct rr_remembered *rr_layout_remembered(struct rr_store *store, const struct rr_key *key);

/* Remembers that the open file is valid, and gives it its second name. */
void rr_layout_remember(struct rr_store *store, int fd, const struct stat *st, const struct rr_document_meta *meta,
                        uint64_t hash);

bool rr_layout_same_key(const struct rr_key *a, const struct rr_key *b);

/* rr_store_seal for a report that was made at another time. */
int rr_layout_seal_at(struct rr_store *store, int64_t published_us, struct rr_err *err);

/* Ends rr_store_begin and its writing with a report that came from another host, compressed as it came and with its time.
 * RR_BROKEN where what was written has another ETag. */
int rr_layout_put_copy(struct rr_store *store, struct rr_slice gzip, const char *etag, int64_t published_us, struct rr_err *err);

void rr_layout_folder(const struct rr_store *store, enum rr_mode mode, char path[PATH_MAX]);
void rr_layout_report(const struct rr_store *store, const struct rr_key *key, char path[PATH_MAX]);
void rr_layout_status(const struct rr_store *store, enum rr_mode mode, char path[PATH_MAX]);
void rr_layout_display_status(enum rr_mode mode, char text[RR_REPORT_PATH_SIZE]);
void rr_layout_lock(const struct rr_store *store, char path[PATH_MAX]);
void rr_layout_shared(const struct rr_store *store, char path[PATH_MAX]);
void rr_layout_findings(const struct rr_store *store, char path[PATH_MAX]);

/* Is a directory entry a report's (`YYYY-MM-DD.json`)? Then *key is filled. */
bool rr_layout_is_report(const char *name, enum rr_mode mode, struct rr_key *key);
bool rr_layout_is_set_aside(const char *name);

/* Is text YYYY-MM-DD by its looks, and so fit to be part of a file's name? */
bool rr_layout_is_date(const char *text);

typedef int rr_layout_visitor(void *ctx, const char *name, const char *path, struct rr_err *err);

/* Calls visit with every entry of the mode's folder, up to the first that fails. */
int rr_layout_visit(struct rr_store *store, enum rr_mode mode, rr_layout_visitor *visit, void *ctx, struct rr_err *err);

/* A report's file, as it was when its folder was listed. */
struct rr_listed {
    struct rr_key key;
    struct rr_file_state file;
};

struct rr_listing {
    struct rr_listed *reports;
    size_t count;
    enum rr_mode mode;
};

/* The files of a mode's reports, valid or not, in no order. The caller frees listing->reports whatever came back. */
int rr_layout_list(struct rr_store *store, enum rr_mode mode, struct rr_listing *listing, struct rr_err *err);

/* Removes temporaries that crashes left. */
int rr_layout_sweep(struct rr_store *store, struct rr_err *err);

/* Appends the status file's text. RR_NOT_FOUND where there is none. */
int rr_layout_status_text(const struct rr_store *store, enum rr_mode mode, struct rr_buf *text, struct rr_err *err);

/* RR_NOT_FOUND or RR_BROKEN where rr_store_read_status makes do with an empty one. */
int rr_layout_load_status(struct rr_store *store, enum rr_mode mode, struct rr_status *status, struct rr_err *err);

/* For whoever replaces or removes by what the status says: a missing or broken one is empty, but one that only cannot be read now
 * (descriptors, memory, disk) is an error, since it may name a success that must not be lost. */
int rr_layout_read_status(struct rr_store *store, enum rr_mode mode, struct rr_status *status, struct rr_err *err);

/* Appends to text the mode's status as it would be with the change. */
int rr_layout_changed_status(struct rr_store *store, enum rr_mode mode, const struct rr_status_change *change,
                             struct rr_buf *text, struct rr_err *err);

/* Makes text the mode's status among all hosts, and then here. The lock is held. */
int rr_layout_share_status(struct rr_store *store, enum rr_mode mode, struct rr_slice text, struct rr_err *err);

/* Writes the mode's status beside its place; rr_draft_commit puts it there. */
int rr_layout_draft_status(struct rr_store *store, enum rr_mode mode, struct rr_slice text, struct rr_draft *draft,
                           struct rr_err *err);

/* Replaces the mode's status here. */
int rr_layout_write_status(struct rr_store *store, enum rr_mode mode, struct rr_slice text, struct rr_err *err);

enum { RR_STATUS_MAX_BYTES = 1024 * 1024 };

/* The report that the mode's last success names: 1, 0 where it names none, -1 as above. */
int rr_layout_last_success(struct rr_store *store, enum rr_mode mode, struct rr_key *key, struct rr_err *err);

#endif
