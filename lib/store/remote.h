#ifndef RR_STORE_REMOTE_H
#define RR_STORE_REMOTE_H

#include "store/store.h"

/* For the files of lib/store alone: what the stores of several hosts share. Each host's files stay what they are, a copy of it
 * (replica.h); here is the original: reports, status, lock, and what hosts ask of one another.
 *
 *     rr_remote_open(&remote, uri, err)              connects to nothing yet
 *     remote->lock(remote, err)                      one generation at a time, among all hosts
 *       remote->publish(remote, &publication, &revision, err)   whole or not at all; not without the lock
 *     remote->unlock(remote)                         and the connection goes, too
 *     remote->close(&remote)
 *
 * A function that needs the connection makes it. All fail with RR_STORE_UNAVAILABLE where it cannot be had or is lost, soon: what
 * has just failed is not tried again for a moment. Whoever has lost the connection has lost the lock. */

enum { RR_REMOTE_ID_SIZE = 64 };

/* What there is to say of a report without its body. */
struct rr_remote_row {
    int64_t revision;     /* grows with every publication and retirement */
    int64_t published_us; /* since 1970; the time of its files on every host */
    struct rr_key key;
    bool retired; /* past its age: there is no body any more */
    char etag[RR_ETAG_SIZE];
};

/* A report, or a status, or both at once. */
struct rr_publication {
    enum rr_mode mode;
    const struct rr_remote_row *row; /* NULL: the status alone */
    const struct rr_document_meta *meta;
    struct rr_slice gzip;
    struct rr_slice status; /* the mode's, as its file; ptr NULL: it stays as it is */
};

enum { RR_REMOTE_CHANGED = 1, RR_REMOTE_ASKED = 2 };

struct rr_remote {
    char id[RR_REMOTE_ID_SIZE]; /* which shared store; "" until it is connected */

    void (*close)(struct rr_remote **remote);
    bool (*is_connected)(const struct rr_remote *remote);
    int (*connect)(struct rr_remote *remote, struct rr_err *err); /* does nothing where it is */

    int (*lock)(struct rr_remote *remote, struct rr_err *err); /* at once; RR_LOCKED */
    void (*unlock)(struct rr_remote *remote);                  /* idempotent */

    int (*publish)(struct rr_remote *remote, const struct rr_publication *publication, int64_t *revision, struct rr_err *err);
    int (*retire)(struct rr_remote *remote, const struct rr_key *key, struct rr_err *err);

    /* The first rows behind a revision, by revision; their count, 0 where there is none, or -1. */
    int (*changes)(struct rr_remote *remote, int64_t revision, struct rr_remote_row *rows, int max, struct rr_err *err);
    /* The mode's reports of which none is retired and all were published before that time; as above. */
    int (*older)(struct rr_remote *remote, enum rr_mode mode, int64_t before_us, struct rr_remote_row *rows, int max,
                 struct rr_err *err);
    /* 1 with the report, 0 where there is none, or -1. gzip is appended to. */
    int (*fetch)(struct rr_remote *remote, const struct rr_key *key, struct rr_remote_row *row, struct rr_buf *gzip,
                 struct rr_err *err);
    int (*status)(struct rr_remote *remote, enum rr_mode mode, struct rr_buf *document, struct rr_err *err);

    /* Until something happens: RR_REMOTE_CHANGED, RR_REMOTE_ASKED or both, 0 after max_ms, or -1. */
    int (*wait)(struct rr_remote *remote, int64_t max_ms, struct rr_err *err);

    int (*ask)(struct rr_remote *remote, const struct rr_key *key, struct rr_err *err);
    /* 1 with a key that nobody else takes until `taken` or the end of this process; 0, or -1. */
    int (*take)(struct rr_remote *remote, struct rr_key *key, struct rr_err *err);
    void (*taken)(struct rr_remote *remote);
};

/* RR_BAD_SETTING where uri cannot be one, or this build knows none. */
int rr_remote_open(struct rr_remote **out, const char *uri, struct rr_err *err);

#endif
