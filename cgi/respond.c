#include "respond.h"

#include "base/hash.h"
#include "base/number.h"
#include "store/store.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

static const struct {
    int status;
    const char *title;
} titles[] = {
    {200, "OK"},
    {204, "No Content"},
    {304, "Not Modified"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {414, "URI Too Long"},
    {500, "Internal Server Error"},
    {503, "Service Unavailable"},
};

static const char *title_of(int status) {
    for (size_t i = 0; i < sizeof titles / sizeof titles[0]; i++)
        if (titles[i].status == status)
            return titles[i].title;
    return "";
}

void rr_response_free(struct rr_response *response) {
    rr_buf_free(&response->headers);
    rr_buf_free(&response->body);
}

void rr_respond_header(struct rr_response *response, const char *name, const char *value) {
    rr_buf_add_text(&response->headers, name);
    rr_buf_add_text(&response->headers, ": ");
    rr_buf_add_text(&response->headers, value);
    rr_buf_add_text(&response->headers, "\r\n");
}

/* Memory is out: an answer that needs none. */
static void respond_bare(struct rr_response *response) {
    rr_buf_clear(&response->body);
    response->status = 503;
    rr_respond_header(response, "Retry-After", "1");
}

static void respond_tree(struct rr_response *response, int status, const char *type, struct rr_json *json, cJSON *object) {
    struct rr_err err;
    rr_buf_clear(&response->body);
    response->status = status;
    rr_respond_header(response, "Content-Type", type);
    if (rr_json_print(json, object, &response->body, &err) != 0)
        respond_bare(response);
    rr_buf_add_text(&response->body, "\n");
}

void rr_respond_json(struct rr_response *response, struct rr_json *json, cJSON *object) {
    rr_respond_header(response, "Cache-Control", "no-store");
    respond_tree(response, 200, "application/json", json, object);
}

void rr_respond_kept_json(struct rr_response *response, const struct rr_request *request) {
    char etag[RR_ETAG_SIZE];
    rr_buf_add_text(&response->body, "\n");
    rr_store_etag(rr_hash64((struct rr_slice){response->body.ptr, response->body.len}), etag);
    bool current = rr_request_has_current(request, etag, INT64_MAX);
    response->status = current ? 304 : 200;
    response->without_body |= current;
    rr_respond_header(response, "Content-Type", "application/json");
    rr_respond_header(response, "Cache-Control", "no-cache");
    rr_respond_header(response, "ETag", etag);
}

static void move_members(struct rr_json *json, cJSON *to, cJSON *from) {
    while (from != NULL && from->child != NULL) {
        cJSON *member = cJSON_DetachItemViaPointer(from, from->child);
        json->failed |= !cJSON_AddItemToObject(to, member->string, member);
    }
    cJSON_Delete(from);
}

void rr_respond_problem(struct rr_response *response, const struct rr_request *request, int status, const char *code,
                        const char *detail, cJSON *extra) {
    struct rr_json json = {false};
    cJSON *problem = rr_json_object(&json, NULL, NULL);
    rr_json_text(&json, problem, "type", rr_slice_of("about:blank"));
    rr_json_text(&json, problem, "title", rr_slice_of(title_of(status)));
    rr_json_number(&json, problem, "status", status);
    rr_json_text(&json, problem, "detail", rr_slice_of(detail));
    rr_json_text(&json, problem, "code", rr_slice_of(code));
    rr_json_text(&json, problem, "request_id", rr_slice_of(request->id));
    move_members(&json, problem, extra);
    rr_respond_header(response, "Cache-Control", "no-store");
    respond_tree(response, status, "application/problem+json", &json, problem);
}

void rr_respond_error(struct rr_response *response, const struct rr_request *request, const struct rr_err *err, cJSON *extra) {
    bool asked_wrong = err->code >= RR_BAD_DATE && err->code <= RR_BAD_QUERY;
    int status = asked_wrong ? 400 : err->code == RR_NOT_CACHED ? 404 : err->code == RR_QUERY_TOO_LONG ? 414 : 500;
    rr_respond_problem(response, request, status, rr_code_name(err->code), err->message, extra);
}

static void add_number(struct rr_buf *buf, rr_whole number) {
    char text[RR_NUMBER_SIZE];
    rr_buf_add(buf, text, rr_number_whole(text, number));
}

void rr_response_head(const struct rr_response *response, struct rr_buf *head) {
    rr_buf_add_text(head, "Status: ");
    add_number(head, response->status);
    rr_buf_add_text(head, " ");
    rr_buf_add_text(head, title_of(response->status));
    rr_buf_add_text(head, "\r\n");
    rr_buf_add(head, response->headers.ptr, response->headers.len);
    if (response->status != 204 && response->status != 304) {
        rr_buf_add_text(head, "Content-Length: ");
        add_number(head, (rr_whole)response->body.len);
        rr_buf_add_text(head, "\r\n");
    }
    rr_buf_add_text(head, "\r\n");
}

/* Weak comparison (RFC 9110 8.8.3.2): the quoted part decides. Quotes cannot be part of a tag, so a plain search finds
 * whole tags only. */
static bool names_etag(const char *if_none_match, const char *etag) {
    const char *quoted = strchr(etag, '"');
    return strcmp(if_none_match, "*") == 0 || strstr(if_none_match, quoted) != NULL;
}

bool rr_request_has_current(const struct rr_request *request, const char *etag, int64_t modified_s) {
    if (request->if_none_match != NULL)
        return names_etag(request->if_none_match, etag);
    struct tm tm = {0};
    const char *end =
        request->if_modified_since == NULL ? NULL : strptime(request->if_modified_since, "%a, %d %b %Y %H:%M:%S GMT", &tm);
    return end != NULL && *end == '\0' && modified_s <= (int64_t)timegm(&tm);
}

/* The q-value in what stands behind a name, in thousandths; 1 where there is none that can be read. */
static int weight_of(const char *parameters, size_t len) {
    const char *q = memmem(parameters, len, "q=", 2);
    if (q == NULL)
        q = memmem(parameters, len, "Q=", 2);
    bool readable = q != NULL && (q[2] == '0' || q[2] == '1');
    return readable ? (int)lround(strtod(q + 2, NULL) * 1000) : 1000;
}

/* The weight that a list of names (RFC 9110 12.4.2) gives that one; -1 where it does not name it. */
static int weight_in(const char *list, const char *wanted) {
    int weight = -1;
    for (const char *at = list; at != NULL && *at != '\0';) {
        at += strspn(at, ", \t");
        size_t element = strcspn(at, ","), name = strcspn(at, ",; \t");
        if (name == strlen(wanted) && strncasecmp(at, wanted, name) == 0)
            weight = weight_of(at + name, element - name);
        at += element;
    }
    return weight;
}

bool rr_request_takes_gzip(const struct rr_request *request) {
    int gzip = weight_in(request->accept_encoding, "gzip"), old = weight_in(request->accept_encoding, "x-gzip");
    if (gzip < 0 && old < 0)
        return weight_in(request->accept_encoding, "*") > 0;
    return gzip > 0 || old > 0;
}

bool rr_request_prefers_csv(const struct rr_request *request) {
    int csv = weight_in(request->accept, "text/csv");
    return csv > 0 && csv > weight_in(request->accept, "application/json") && csv >= weight_in(request->accept, "*/*");
}
