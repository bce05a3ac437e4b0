#ifndef RR_CGI_ACCESS_H
#define RR_CGI_ACCESS_H

#include "base/conf.h"
#include "respond.h"

/* Who may make a report anew, and pages of which other origins may read answers.
 *
 * A recompute is for whom the web server vouches (RECOMPUTE_ALLOWED), or, where RECOMPUTE_TOKEN_FILE is set, for who names one of
 * its tokens. Either way no page of another origin may ask for one in the name of the person who looks at it: a browser says
 * whose page it is (Origin), and only our own and those of CORS_ALLOW_ORIGIN will do. */

enum { RR_TOKEN_NAME_SIZE = 64, RR_TOKEN_MIN_BYTES = 16 };

/* Who asked for a recompute, for the log. */
struct rr_caller {
    char token[RR_TOKEN_NAME_SIZE]; /* its name; "" where none was asked for */
};

/* 0: it may, and *caller is filled. Otherwise the status to refuse it with, 401, 403 or 503, and *refusal says why. */
struct rr_refusal {
    const char *code;
    const char *detail;
};
int rr_access_recompute(const struct rr_conf *conf, const struct rr_request *request, struct rr_caller *caller,
                        struct rr_refusal *refusal);

/* Adds what lets a page of an allowed other origin read the answer. Nothing where CORS_ALLOW_ORIGIN is not set. */
void rr_access_add_cors(const struct rr_conf *conf, const struct rr_request *request, struct rr_response *response);

/* Does an OPTIONS request ask whether a page of an allowed other origin may send the request that it describes? */
bool rr_access_is_preflight(const struct rr_conf *conf, const struct rr_request *request);

#endif
