#include "routes.h"

#include "access.h"
#include "base/log.h"
#include "health.h"
#include "metrics.h"
#include "service/csv.h"
#include "service/diff.h"
#include "service/history.h"
#include "service/serve.h"
#include "service/status.h"

#include <stdio.h>
#include <string.h>

#define PREFIX "/api/report/counterparty-risk"

enum { locked_retry_after_s = 5, CSV_ETAG_SIZE = RR_ETAG_SIZE + 16 };

typedef void rr_answerer(struct rr_app *app, const struct rr_request *request, const struct rr_query *query,
                         struct rr_response *response);

static rr_answerer answer_report, answer_status, answer_recompute, answer_dates, answer_history, answer_diff, answer_healthz,
    answer_readyz, answer_metrics;

/* At every address a wrong date or mode is refused, whether or not it has a use for it. */
enum {
    DATE_AND_MODE = RR_TAKES(RR_PARAMETER_DATE) | RR_TAKES(RR_PARAMETER_MODE),
    FROM_AND_TO = RR_TAKES(RR_PARAMETER_FROM) | RR_TAKES(RR_PARAMETER_TO),
    FORMAT_AND_LANG = RR_TAKES(RR_PARAMETER_FORMAT) | RR_TAKES(RR_PARAMETER_LANG)
};

static const struct route {
    const char *path;
    const char *allow; /* the methods, as the Allow header names them */
    enum rr_route_kind kind;
    unsigned parameters;
    rr_answerer *answer;
} routes[] = {
    {PREFIX, "GET, HEAD", RR_ROUTE_REPORT, DATE_AND_MODE | FORMAT_AND_LANG, answer_report},
    {PREFIX "/status", "GET, HEAD", RR_ROUTE_STATUS, DATE_AND_MODE, answer_status},
    {PREFIX "/recompute", "POST", RR_ROUTE_RECOMPUTE, DATE_AND_MODE, answer_recompute},
    {PREFIX "/dates", "GET, HEAD", RR_ROUTE_DATES, DATE_AND_MODE, answer_dates},
    {PREFIX "/history", "GET, HEAD", RR_ROUTE_HISTORY, DATE_AND_MODE | FROM_AND_TO, answer_history},
    {PREFIX "/diff", "GET, HEAD", RR_ROUTE_DIFF, DATE_AND_MODE | FROM_AND_TO, answer_diff},
    {"/healthz", "GET, HEAD", RR_ROUTE_HEALTHZ, 0, answer_healthz},
    {"/readyz", "GET, HEAD", RR_ROUTE_READYZ, 0, answer_readyz},
    {"/metrics", "GET, HEAD", RR_ROUTE_METRICS, 0, answer_metrics},
};

static const struct route *route_of(const char *path) {
    for (size_t i = 0; i < sizeof routes / sizeof routes[0]; i++)
        if (strcmp(path, routes[i].path) == 0)
            return &routes[i];
    return NULL;
}

/* Is the method one of those that `allow` lists? */
static bool is_allowed(const char *method, const char *allow) {
    static const char separator[] = ", ";
    for (const char *at = allow; *at != '\0'; at += strspn(at, separator)) {
        size_t len = strcspn(at, separator);
        if (strlen(method) == len && strncmp(at, method, len) == 0)
            return true;
        at += len;
    }
    return false;
}

static void respond_preflight(const struct route *route, struct rr_response *response) {
    response->status = 204;
    response->without_body = true;
    rr_respond_header(response, "Access-Control-Allow-Methods", route->allow);
    rr_respond_header(response, "Access-Control-Allow-Headers", "Authorization, If-None-Match");
    rr_respond_header(response, "Access-Control-Max-Age", "600");
}

/* What of the request the answer depends on, its address aside. */
static void add_vary(const struct rr_conf *conf, const struct route *route, struct rr_response *response) {
    char vary[64];
    bool by_accept = route != NULL && (route->parameters & RR_TAKES(RR_PARAMETER_FORMAT)) != 0;
    bool by_origin = conf->cors_allow_origin[0] != '\0';
    snprintf(vary, sizeof vary, "Accept-Encoding%s%s", by_accept ? ", Accept" : "", by_origin ? ", Origin" : "");
    rr_respond_header(response, "Vary", vary);
}

void rr_route(struct rr_app *app, const struct rr_request *request, struct rr_response *response) {
    const struct route *route = route_of(request->path);
    struct rr_query query;
    struct rr_err err;
    const struct rr_conf *conf = app->service.conf;
    response->without_body = strcmp(request->method, "HEAD") == 0;
    response->route = route == NULL ? RR_ROUTE_OTHER : route->kind;
    app->service.waited_ms = request->waited_ms;
    rr_respond_header(response, "X-Request-Id", request->id);
    add_vary(conf, route, response);
    rr_access_add_cors(conf, request, response);
    if (route != NULL && rr_access_is_preflight(conf, request)) {
        respond_preflight(route, response);
    } else if (route == NULL) {
        rr_respond_problem(response, request, 404, "NOT_FOUND",
                           "there are " PREFIX " and, below it, /status, /recompute, /dates, /history and /diff.", NULL);
    } else if (!is_allowed(request->method, route->allow)) {
        char detail[80];
        snprintf(detail, sizeof detail, "this address answers %s.", route->allow);
        rr_respond_header(response, "Allow", route->allow);
        rr_respond_problem(response, request, 405, "METHOD_NOT_ALLOWED", detail, NULL);
    } else if (rr_query_parse(&app->parser, rr_slice_of(request->query), route->parameters, &query, &err) != 0) {
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

static void add_source_headers(struct rr_response *response, const struct rr_reply *reply, const char *type) {
    rr_respond_header(response, "Content-Type", type);
    rr_respond_header(response, "Cache-Control", "no-cache");
    rr_respond_header(response, "X-Report-Source", response->source);
    if (reply->outdated)
        rr_respond_header(response, "X-Report-Outdated", "db_changed");
}

/* Sends nginx elsewhere for the answer: it takes the body, and keeps our headers for the client. The query goes with it as it was
 * understood. */
static void redirect(struct rr_response *response, const char *location, const char *rest, const struct rr_key *key,
                     const struct rr_query *query) {
    rr_buf_printf(&response->headers, "X-Accel-Redirect: %s%s?date=%s&mode=%s", location, rest, key->as_of,
                  rr_mode_name(key->mode));
    if (query->has_format)
        rr_buf_printf(&response->headers, "&format=%s&lang=%s", rr_format_name(query->format), rr_language_name(query->language));
    rr_buf_add_text(&response->headers, "\r\n");
}

static void add_validators(struct rr_response *response, const struct rr_document *document, const char *etag) {
    char modified[RR_HTTP_DATE_SIZE];
    rr_clock_http_date(document->modified_s, modified);
    rr_respond_header(response, "ETag", etag);
    rr_respond_header(response, "Last-Modified", modified);
}

/* By nginx, if that can be: then the body never passes through here. */
static bool hand_over(const struct rr_request *request, const struct rr_query *query, const struct rr_reply *reply,
                      struct rr_response *response) {
    char name[RR_VERSION_SIZE];
    bool is_gzip;
    if (request->hand_over == NULL || reply->source == RR_STALE ||
        !rr_store_hand_over(&reply->document, rr_request_takes_gzip(request), name, &is_gzip))
        return false;
    redirect(response, request->hand_over, name, &reply->document.meta.key, query);
    if (is_gzip)
        rr_respond_header(response, "Content-Encoding", "gzip");
    return true;
}

static void respond_report(struct rr_app *app, const struct rr_request *request, const struct rr_query *query,
                           struct rr_reply *reply, struct rr_response *response) {
    struct rr_err err;
    bool current = reply->source != RR_STALE && rr_request_has_current(request, reply->document.etag, reply->document.modified_s);
    bool handed_over = !current && hand_over(request, query, reply, response);
    if (!current && !handed_over && rr_serve_load(&app->service, reply, &err) != 0) {
        rr_respond_error(response, request, &err, NULL);
        return;
    }
    response->status = current ? 304 : 200;
    response->without_body |= current;
    response->source = rr_reply_source_name(reply->source);
    add_source_headers(response, reply, "application/json");
    if (reply->source != RR_STALE)
        add_validators(response, &reply->document, reply->document.etag);
    rr_buf_free(&response->body);
    response->body = reply->document.body;
    reply->document.body = (struct rr_buf)RR_BUF_INIT(RR_DOCUMENT_MAX_BYTES);
}

/* The ETag of the table that is made of the document: one of its own, which is another where tables have become others. */
static void csv_etag(const struct rr_document *document, enum rr_language language, char etag[CSV_ETAG_SIZE]) {
    snprintf(etag, CSV_ETAG_SIZE, "%.*s-csv2-%s\"", (int)strcspn(document->etag + 3, "\"") + 3, document->etag,
             rr_language_name(language));
}

static void respond_csv(struct rr_app *app, const struct rr_request *request, const struct rr_query *query,
                        struct rr_reply *reply, struct rr_response *response) {
    const struct rr_key *key = &reply->document.meta.key;
    char etag[CSV_ETAG_SIZE];
    struct rr_err err;
    bool stale = reply->source == RR_STALE;
    csv_etag(&reply->document, query->language, etag);
    bool current = !stale && rr_request_has_current(request, etag, reply->document.modified_s);
    if (!current && (rr_serve_load(&app->service, reply, &err) != 0 ||
                     rr_csv_write(&reply->document, query->language, &response->body, &err) != 0)) {
        rr_respond_error(response, request, &err, NULL);
        return;
    }
    response->status = current ? 304 : 200;
    response->without_body |= current;
    response->source = rr_reply_source_name(reply->source);
    add_source_headers(response, reply, "text/csv; charset=utf-8");
    rr_buf_printf(&response->headers, "Content-Disposition: attachment; filename=\"counterparty-risk-%s-%s.csv\"\r\n",
                  rr_mode_name(key->mode), key->as_of);
    csv_etag(&reply->document, query->language, etag); /* loaded, it may be another document */
    if (!stale)
        add_validators(response, &reply->document, etag);
}

/* To the pool that may take its time. */
static void respond_elsewhere(const struct rr_request *request, const char *operation, const struct rr_key *key,
                              const struct rr_query *query, struct rr_response *response) {
    response->status = 200;
    response->source = "elsewhere";
    response->elsewhere = true;
    redirect(response, request->compute, operation, key, query);
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
    struct rr_query asked = *query;
    struct rr_err why;
    if (!asked.has_format && rr_request_prefers_csv(request)) {
        asked.has_format = true;
        asked.format = RR_CSV;
    }
    if (request->compute != NULL && rr_serve_at_once(&app->service, &key, &reply, &why) != 0)
        respond_elsewhere(request, "", &key, &asked, response);
    else if (request->compute == NULL && rr_serve_report(&app->service, &key, &reply, &why) != 0)
        respond_nothing(request, &key, &why, response);
    else if (asked.format == RR_CSV)
        respond_csv(app, request, &asked, &reply, response);
    else
        respond_report(app, request, &asked, &reply, response);
    rr_reply_free(&reply);
}

/* The head that every answer to a recompute begins with. */
static cJSON *begin_recomputed(struct rr_json *json, const struct rr_key *key, enum rr_result result) {
    cJSON *answer = rr_json_object(json, NULL, NULL);
    rr_json_text(json, answer, "result", rr_slice_of(rr_result_name(result)));
    rr_json_text(json, answer, "as_of", rr_slice_of(key->as_of));
    rr_json_text(json, answer, "mode", rr_slice_of(rr_mode_name(key->mode)));
    return answer;
}

static void respond_locked(const struct rr_key *key, struct rr_response *response) {
    struct rr_json json = {false};
    cJSON *answer = begin_recomputed(&json, key, RR_SKIPPED_LOCKED);
    char retry_after[16];
    snprintf(retry_after, sizeof retry_after, "%d", locked_retry_after_s);
    rr_respond_header(response, "Retry-After", retry_after);
    rr_respond_json(response, &json, answer);
}

static void respond_recomputed(const struct rr_key *key, const struct rr_recomputed *recomputed, struct rr_response *response) {
    struct rr_json json = {false};
    cJSON *answer = begin_recomputed(&json, key, recomputed->result);
    char path[RR_REPORT_PATH_SIZE];
    rr_store_display_path(key, path);
    rr_json_text(&json, answer, "job_run_id", rr_slice_of(recomputed->job_run_id));
    rr_json_whole(&json, answer, "duration_ms", recomputed->duration_ms);
    rr_json_text(&json, answer, "cache", rr_slice_of(path));
    response->source = rr_reply_source_name(RR_GENERATED);
    rr_respond_json(response, &json, answer);
}

/* Every recompute leaves a line: who asked, for what, and what came of it. */
static void audit(const struct rr_request *request, const struct rr_key *key, const struct rr_caller *caller, const char *result,
                  const char *code) {
    rr_log(RR_LOG_AUDIT, "recompute",
           (const struct rr_log_field[]){{"id", request->id, 0},
                                         {"address", request->address, 0},
                                         {"token", caller->token, 0},
                                         {"as_of", key->as_of, 0},
                                         {"mode", rr_mode_name(key->mode), 0},
                                         {"result", result, 0},
                                         {"code", code, 0},
                                         {0}});
}

static void recompute_here(struct rr_app *app, const struct rr_request *request, const struct rr_key *key,
                           const struct rr_caller *caller, struct rr_response *response) {
    struct rr_recomputed recomputed;
    struct rr_err err = {RR_OK, ""};
    int rc = rr_serve_recompute(&app->service, key, &recomputed, &err);
    audit(request, key, caller, rr_result_name(recomputed.result), rc == 0 ? "" : rr_code_name(err.code));
    if (rc != 0) {
        struct rr_json json = {false};
        cJSON *failed = begin_recomputed(&json, key, RR_FAILED);
        rr_json_text(&json, failed, "error_code", rr_slice_of(rr_code_name(err.code)));
        rr_respond_error(response, request, &err, failed);
    } else if (recomputed.result == RR_SKIPPED_LOCKED) {
        respond_locked(key, response);
    } else {
        respond_recomputed(key, &recomputed, response);
    }
}

static void refuse_recompute(const struct rr_request *request, const struct rr_key *key, int status,
                             const struct rr_refusal *refusal, struct rr_response *response) {
    static const struct rr_caller nobody;
    audit(request, key, &nobody, "REFUSED", refusal->code);
    if (status == 401)
        rr_respond_header(response, "WWW-Authenticate", "Bearer");
    if (status == 503)
        rr_respond_header(response, "Retry-After", "60");
    rr_respond_problem(response, request, status, refusal->code, refusal->detail, NULL);
}

static void answer_recompute(struct rr_app *app, const struct rr_request *request, const struct rr_query *query,
                             struct rr_response *response) {
    struct rr_key key = key_of(app, query);
    struct rr_caller caller;
    struct rr_refusal refusal;
    int refused = rr_access_recompute(app->service.conf, request, &caller, &refusal);
    if (refused != 0) {
        refuse_recompute(request, &key, refused, &refusal, response);
    } else if (request->compute == NULL) {
        recompute_here(app, request, &key, &caller, response);
    } else if (rr_store_is_locked(app->service.store)) { /* told at once, however many wait for the other pool */
        audit(request, &key, &caller, rr_result_name(RR_SKIPPED_LOCKED), "");
        respond_locked(&key, response);
    } else {
        respond_elsewhere(request, "/recompute", &key, query, response);
    }
}

static void answer_status(struct rr_app *app, const struct rr_request *request, const struct rr_query *query,
                          struct rr_response *response) {
    (void)request;
    struct rr_json json = {false};
    cJSON *status =
        query->has_mode ? rr_status_json(&json, app->service.store, query->mode) : rr_status_json_all(&json, app->service.store);
    rr_respond_json(response, &json, status);
}

/* Takes over what was made of the cached reports. */
static void respond_made(const struct rr_request *request, int rc, struct rr_err *err, struct rr_json *json, cJSON *answer,
                         struct rr_response *response) {
    if (rc != 0)
        cJSON_Delete(answer);
    if (rc == 0 && rr_json_print(json, answer, &response->body, err) == 0)
        rr_respond_kept_json(response, request);
    else
        rr_respond_error(response, request, err, NULL);
}

static void answer_dates(struct rr_app *app, const struct rr_request *request, const struct rr_query *query,
                         struct rr_response *response) {
    struct rr_json json = {false};
    struct rr_err err;
    cJSON *answer;
    int rc = rr_history_dates(&app->service, query->mode, &json, &answer, &err);
    respond_made(request, rc, &err, &json, answer, response);
}

static void answer_history(struct rr_app *app, const struct rr_request *request, const struct rr_query *query,
                           struct rr_response *response) {
    struct rr_json json = {false};
    struct rr_err err;
    cJSON *answer;
    int rc = rr_history_series(&app->service, query, &json, &answer, &err);
    respond_made(request, rc, &err, &json, answer, response);
}

static void answer_diff(struct rr_app *app, const struct rr_request *request, const struct rr_query *query,
                        struct rr_response *response) {
    struct rr_json json = {false};
    struct rr_err err;
    if (rr_diff_write(&app->service, query, &response->body, &err) == 0) {
        rr_respond_kept_json(response, request);
        return;
    }
    cJSON *missing = err.code == RR_NOT_CACHED ? rr_diff_missing(&app->service, query, &json) : NULL;
    if (json.failed)
        rr_err_set_memory(&err);
    rr_respond_error(response, request, &err, missing);
}

static void answer_healthz(struct rr_app *app, const struct rr_request *request, const struct rr_query *query,
                           struct rr_response *response) {
    (void)app, (void)request, (void)query;
    rr_health_live(response);
}

static void answer_readyz(struct rr_app *app, const struct rr_request *request, const struct rr_query *query,
                          struct rr_response *response) {
    (void)query;
    rr_health_ready(&app->service, request, response);
}

static void answer_metrics(struct rr_app *app, const struct rr_request *request, const struct rr_query *query,
                           struct rr_response *response) {
    (void)request, (void)query;
    rr_metrics_respond(&app->service, response);
}
