#ifndef RR_CGI_RESPOND_H
#define RR_CGI_RESPOND_H

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "service/tally.h"

#include <stdbool.h>
#include <stdint.h>

/* A request and its answer as plain data, so that routes know nothing of FastCGI and tests need no server. */
struct rr_request {
    const char *method;
    const char *path;
    const char *query;
    const char *id;            /* of this request, for logs and errors */
    const char *address;       /* the client's, for logs */
    bool recompute_allowed;    /* the web server vouches for the client */
    const char *if_none_match; /* NULL where the client sent none; the next too */
    const char *if_modified_since;
    const char *accept;
    const char *accept_encoding;
    const char *authorization;
    const char *origin; /* whose page asks, by a browser's word */
    const char *host;
    bool is_https;         /* it came to the web server by HTTPS */
    const char *hand_over; /* where nginx can be sent for a stored report; NULL: reports are sent by ourselves */
    const char *compute;   /* where nginx can be sent for what takes long; NULL: it is done here */
    int64_t waited_ms;     /* since nginx passed it on */
};

struct rr_response {
    int status;
    enum rr_route_kind route; /* which address it is of */
    const char *source;       /* what the body came from ("hit", ...), for the log; "" where that means nothing */
    bool elsewhere;           /* nginx is sent to the other pool for the answer */
    struct rr_buf headers;    /* `Name: value\r\n` each */
    struct rr_buf body;
    bool without_body; /* HEAD, 204, 304: the body is not sent */
};

enum { RR_HEADERS_MAX_BYTES = 16 * 1024, RR_BODY_MAX_BYTES = 1024 * 1024 * 1024 };

#define RR_RESPONSE_EMPTY                                                                                                        \
    { .source = "", .headers = RR_BUF_INIT(RR_HEADERS_MAX_BYTES), .body = RR_BUF_INIT(RR_BODY_MAX_BYTES) }

void rr_response_free(struct rr_response *response);

void rr_respond_header(struct rr_response *response, const char *name, const char *value);

/* 200 with a JSON body; takes object over. */
void rr_respond_json(struct rr_response *response, struct rr_json *json, cJSON *object);

/* 200 with the JSON that is in response->body, for the client to keep and to ask about again: with an ETag of it. 304 where the
 * client has it. */
void rr_respond_kept_json(struct rr_response *response, const struct rr_request *request);

/* An RFC 9457 problem: status, code, and a detail that says what would be right. extra (taken over, NULL for none) is an
 * object whose members are added. */
void rr_respond_problem(struct rr_response *response, const struct rr_request *request, int status, const char *code,
                        const char *detail, cJSON *extra);

/* The problem that err stands for: 400 for what the client got wrong, 404 for what is not cached, 414 for a query that is too
 * long, else 500. */
void rr_respond_error(struct rr_response *response, const struct rr_request *request, const struct rr_err *err, cJSON *extra);

/* The status line and headers as FastCGI wants them, ending with the empty line; the body follows. */
void rr_response_head(const struct rr_response *response, struct rr_buf *head);

/* Does the client take gzip? By its Accept-Encoding, q-values and all (RFC 9110 12.5.3). */
bool rr_request_takes_gzip(const struct rr_request *request);

/* Does the client want a table rather than JSON? By its Accept: one that names text/csv, and nothing that it would rather have.
 */
bool rr_request_prefers_csv(const struct rr_request *request);

/* Does the client's If-None-Match, or else its If-Modified-Since, say that it has this very document? */
bool rr_request_has_current(const struct rr_request *request, const char *etag, int64_t modified_s);

#endif
