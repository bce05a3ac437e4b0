#include "routes.h"

#include "service/serve.h"
#include "service/status.h"

#include <stdio.h>
#include <string.h>

#define PREFIX "/api/report/counterparty-risk"

enum { locked_retry_after_s = 5 };

static void answer_report(struct rr_app *app, const struct rr_request *request, const struct rr_query *query,
                          struct rr_response *response);
static void answer_status(struct rr_app *app, const struct rr_request *request, const struct rr_query *query,
                          struct rr_response *response);
static void answer_recompute(struct rr_app *app, const struct rr_request *request, const struct rr_query *query,
                             struct rr_response *response);

static const struct route {
    const char *path;
    const char *allow; /* the methods, as the Allow header names them */
    void (*answer)(struct rr_app *app, const struct rr_request *request, const struct rr_query *query,
                   struct rr_response *response);
} routes[] = {
    {PREFIX, "GET, HEAD", answer_report},
    {PREFIX "/status", "GET, HEAD", answer_status},
    {PREFIX "/recompute", "POST", answer_recompute},
};

static const struct route *route_of(const char *path) {
    for (size_t i = 0; i < sizeof routes / sizeof routes[0]; i++)
        if (strcmp(path, routes[i].path) == 0)
            return &routes[i];
    return NULL;
}

/* Is the method one of those that `allow` lists? */
static bool is_allowed(const char *method, const char *allow) {
    size_t len = strlen(method);
    for (const char *at = allow; (at = strstr(at, method)) != NULL; at += len)
        if (len > 0 && (at[len] == '\0' || at[len] == ',') && (at == allow || at[-1] == ' '))
            return true;
    return false;
}

void rr_route(struct rr_app *app, const struct rr_request *request, struct rr_response *response) {
    const struct route *route = route_of(request->path);
    struct rr_query query;
    struct rr_err err;
    response->without_body = strcmp(request->method, "HEAD") == 0;
    rr_respond_header(response, "X-Request-Id", request->id);
    if (route == NULL) {
        rr_respond_problem(response, request, 404, "NOT_FOUND",
                           "there are " PREFIX ", " PREFIX "/status and " PREFIX "/recompute.", NULL);
    } else if (!is_allowed(request->method, route->allow)) {
        char detail[80];
        snprintf(detail, sizeof detail, "this address answers %s.", route->allow);
        rr_respond_header(response, "Allow", route->allow);
        rr_respond_problem(response, request, 405, "METHOD_NOT_ALLOWED", detail, NULL);
    } else if (rr_query_parse(&app->parser, rr_slice_of(request->query), &query, &err) != 0) {
        rr_respond_error(response, request, &err, NULL);
    } else {
        route->answer(app, request, &query, response);
    }
}

/* The report that a query asks for: a date left out is today. */
static struct rr_key key_of(const struct rr_app *app, const struct rr_query *query) {
    struct rr_key key = {.mode = query->mode};
    if (query->has_date)
        memcpy(key.as_of, query->as_of, sizeof key.as_of);
    else
        rr_service_today(&app->service, key.as_of);
    return key;
}

static void add_source_headers(struct rr_response *response, const struct rr_reply *reply) {
    rr_respond_header(response, "Content-Type", "application/json");
    rr_respond_header(response, "Cache-Control", "no-cache");
    rr_respond_header(response, "Vary", "Accept-Encoding");
    rr_respond_header(response, "X-Report-Source", response->source);
    if (reply->outdated)
        rr_respond_header(response, "X-Report-Outdated", "db_changed");
}

/* Hands the reply's body over to the response. */
static void respond_report(const struct rr_request *request, struct rr_reply *reply, struct rr_response *response) {
    const struct rr_document *document = &reply->document;
    response->status = 200;
    response->source = rr_reply_source_name(reply->source);
    add_source_headers(response, reply);
    if (reply->source != RR_STALE) {
        char modified[RR_HTTP_DATE_SIZE];
        rr_clock_http_date(document->modified_s, modified);
        rr_respond_header(response, "ETag", document->etag);
        rr_respond_header(response, "Last-Modified", modified);
        if (rr_request_has_current(request, document->etag, document->modified_s)) {
            response->status = 304;
            response->without_body = true;
        }
    }
    rr_buf_free(&response->body);
    response->body = reply->document.body;
    reply->document.body = (struct rr_buf)RR_BUF_INIT(RR_DOCUMENT_MAX_BYTES);
}

static void respond_nothing(const struct rr_request *request, const struct rr_key *key, const struct rr_err *why,
                            struct rr_response *response) {
    char detail[sizeof why->message + 200];
    snprintf(detail, sizeof detail,
             "FileNotFoundError: there is no report for %s (%s), it could not be made (%s: %s), and there is no earlier one to "
             "fall back to. "
             "Try again later, or ask the operator.",
             key->as_of, rr_mode_name(key->mode), rr_code_name(why->code), why->message);
    struct rr_json json = {false};
    cJSON *extra = rr_json_object(&json, NULL, NULL);
    rr_json_text(&json, extra, "error_code", rr_slice_of(rr_code_name(why->code)));
    rr_respond_problem(response, request, 500, rr_code_name(RR_NOT_FOUND), detail, extra);
}

static void answer_report(struct rr_app *app, const struct rr_request *request, const struct rr_query *query,
                          struct rr_response *response) {
    struct rr_key key = key_of(app, query);
    struct rr_reply reply = RR_REPLY_EMPTY;
    struct rr_err why;
    if (rr_serve_report(&app->service, &key, &reply, &why) == 0)
        respond_report(request, &reply, response);
    else
        respond_nothing(request, &key, &why, response);
    rr_reply_free(&reply);
}

static void answer_recompute(struct rr_app *app, const struct rr_request *request, const struct rr_query *query,
                             struct rr_response *response) {
    struct rr_key key = key_of(app, query);
    struct rr_recomputed recomputed;
    struct rr_err err;
    int rc = rr_serve_recompute(&app->service, &key, &recomputed, &err);
    struct rr_json json = {false};
    cJSON *answer = rr_json_object(&json, NULL, NULL);
    rr_json_text(&json, answer, "result", rr_slice_of(rr_result_name(recomputed.result)));
    rr_json_text(&json, answer, "as_of", rr_slice_of(key.as_of));
    rr_json_text(&json, answer, "mode", rr_slice_of(rr_mode_name(key.mode)));
    if (rc != 0) {
        rr_json_text(&json, answer, "error_code", rr_slice_of(rr_code_name(err.code)));
        rr_respond_error(response, request, &err, answer);
        return;
    }
    if (recomputed.result == RR_SKIPPED_LOCKED) {
        char retry_after[16];
        snprintf(retry_after, sizeof retry_after, "%d", locked_retry_after_s);
        rr_respond_header(response, "Retry-After", retry_after);
    } else {
        char path[RR_REPORT_PATH_SIZE];
        rr_store_display_path(&key, path);
        rr_json_text(&json, answer, "job_run_id", rr_slice_of(recomputed.job_run_id));
        rr_json_whole(&json, answer, "duration_ms", recomputed.duration_ms);
        rr_json_text(&json, answer, "cache", rr_slice_of(path));
        response->source = "generated";
    }
    rr_respond_json(response, &json, answer);
}

static void answer_status(struct rr_app *app, const struct rr_request *request, const struct rr_query *query,
                          struct rr_response *response) {
    (void)request;
    struct rr_json json = {false};
    cJSON *status =
        query->has_mode ? rr_status_json(&json, app->service.store, query->mode) : rr_status_json_all(&json, app->service.store);
    rr_respond_json(response, &json, status);
}
