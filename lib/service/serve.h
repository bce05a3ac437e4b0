#ifndef RR_SERVICE_SERVE_H
#define RR_SERVICE_SERVE_H

#include "service/run.h"
#include "service/service.h"

/* What an HTTP request gets (contract.md 3). */
enum rr_reply_source { RR_HIT, RR_GENERATED, RR_STALE };

const char *rr_reply_source_name(enum rr_reply_source source); /* "hit", ... */

struct rr_reply {
    enum rr_reply_source source;
    struct rr_document document; /* peeked at; where the source is RR_STALE its body is there, restamped, and its etag is
                                    of no use */
    bool outdated;               /* rr_service_outdated */
};

#define RR_REPLY_EMPTY                                                                                                           \
    { .document = RR_DOCUMENT_EMPTY }

/* Cache first; else generate, or wait for the generation that is under way; else the last success, marked stale.
 * RR_NOT_FOUND when there is nothing at all; *why then says what went wrong. Within REQUEST_DEADLINE_SEC. */
int rr_serve_report(struct rr_service *service, const struct rr_key *key, struct rr_reply *reply, struct rr_err *why);

/* The same as far as it goes at once: a hit, or the fallback from a failure that is known. RR_NOT_FOUND where the report
 * would have to be made. */
int rr_serve_at_once(struct rr_service *service, const struct rr_key *key, struct rr_reply *reply, struct rr_err *why);

/* Loads the body, where it is not there yet. Another report may have taken the peeked one's place: then all of the
 * document is that one's. */
int rr_serve_load(struct rr_service *service, struct rr_reply *reply, struct rr_err *err);

void rr_reply_free(struct rr_reply *reply);

/* A forced generation. */
struct rr_recomputed {
    enum rr_result result; /* RR_SUCCESS, RR_FAILED, or RR_SKIPPED_LOCKED: another generation holds the lock */
    char job_run_id[40];
    int64_t duration_ms;
};

/* -1 with err when it failed; the cached report is untouched then. */
int rr_serve_recompute(struct rr_service *service, const struct rr_key *key, struct rr_recomputed *recomputed,
                       struct rr_err *err);

#endif
