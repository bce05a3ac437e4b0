#include "access.h"

#include "base/file.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum { file_max_bytes = 64 * 1024 };

/* ---- Origins ---- */

/* Is `https://host:port` the site's own? A page that came by HTTP, which anybody on the way can write, is no page of a site that
 * has come by HTTPS; the other way round it is, since another proxy may have taken the HTTPS off. */
static bool is_own(const char *origin, const struct rr_request *request) {
    static const char secure[] = "https://", plain[] = "http://";
    size_t scheme = strncasecmp(origin, secure, sizeof secure - 1) == 0 ? sizeof secure - 1 : 0;
    if (scheme == 0 && !request->is_https && strncasecmp(origin, plain, sizeof plain - 1) == 0)
        scheme = sizeof plain - 1;
    return scheme > 0 && request->host != NULL && strcasecmp(origin + scheme, request->host) == 0;
}

static bool is_listed(const char *list, const char *origin) {
    static const char separators[] = ", \t";
    size_t len = strlen(origin);
    for (const char *at = list; at != NULL && *at != '\0'; at += strcspn(at, separators)) {
        at += strspn(at, separators);
        if (strcspn(at, separators) == len && strncasecmp(at, origin, len) == 0)
            return len > 0;
    }
    return false;
}

static bool is_foreign(const struct rr_conf *conf, const struct rr_request *request) {
    const char *origin = request->origin;
    return origin != NULL && !is_own(origin, request) && !is_listed(conf->cors_allow_origin, origin);
}

void rr_access_add_cors(const struct rr_conf *conf, const struct rr_request *request, struct rr_response *response) {
    if (conf->cors_allow_origin[0] == '\0' || request->origin == NULL || !is_listed(conf->cors_allow_origin, request->origin))
        return;
    rr_respond_header(response, "Access-Control-Allow-Origin", request->origin);
    rr_respond_header(response, "Access-Control-Expose-Headers",
                      "ETag, Retry-After, X-Request-Id, X-Report-Source, X-Report-Outdated");
}

bool rr_access_is_preflight(const struct rr_conf *conf, const struct rr_request *request) {
    return strcmp(request->method, "OPTIONS") == 0 && request->origin != NULL &&
           is_listed(conf->cors_allow_origin, request->origin);
}

/* ---- Tokens ---- */

/* Takes as long for a near miss as for a far one. */
static bool is_same_secret(struct rr_slice given, struct rr_slice wanted) {
    volatile unsigned difference = given.len != wanted.len;
    for (size_t i = 0; i < given.len; i++)
        difference |= (unsigned char)given.ptr[i] ^ (unsigned char)wanted.ptr[wanted.len == 0 ? 0 : i % wanted.len];
    return difference == 0;
}

/* A line is `name:token`, or a token alone, which is then known by its line; empty lines and those with # in front say nothing.
 * Looks at every line, whichever it is. True: *caller bears the name of given's. */
static bool find_token(struct rr_slice lines, struct rr_slice given, struct rr_caller *caller) {
    bool found = false;
    unsigned number = 1;
    for (size_t at = 0; at < lines.len; number++) {
        const char *end = memchr(lines.ptr + at, '\n', lines.len - at);
        size_t len = end == NULL ? lines.len - at : (size_t)(end - (lines.ptr + at));
        struct rr_slice line = rr_slice_trim((struct rr_slice){lines.ptr + at, len});
        at += len + 1;
        const char *colon = line.len == 0 ? NULL : memchr(line.ptr, ':', line.len);
        size_t name_len = colon == NULL ? 0 : (size_t)(colon - line.ptr);
        struct rr_slice token = colon == NULL ? line : (struct rr_slice){colon + 1, line.len - name_len - 1};
        if (line.len == 0 || line.ptr[0] == '#' || token.len < RR_TOKEN_MIN_BYTES || !is_same_secret(given, token))
            continue;
        found = true;
        if (colon != NULL)
            snprintf(caller->token, sizeof caller->token, "%.*s", (int)name_len, line.ptr);
        else
            snprintf(caller->token, sizeof caller->token, "line %u", number);
    }
    return found;
}

static struct rr_slice bearer_of(const struct rr_request *request) {
    static const char scheme[] = "Bearer ";
    const char *given = request->authorization;
    if (given == NULL || strncasecmp(given, scheme, sizeof scheme - 1) != 0)
        return (struct rr_slice){NULL, 0};
    return rr_slice_trim(rr_slice_of(given + sizeof scheme - 1));
}

/* The file is read each time: a recompute costs a thousand times as much, and a token that was taken away is gone at once. */
static int check_token(const char *path, const struct rr_request *request, struct rr_caller *caller, struct rr_refusal *refusal) {
    struct rr_buf lines = RR_BUF_INIT(file_max_bytes);
    struct rr_slice given = bearer_of(request);
    struct rr_err err;
    int status = 0, fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 || rr_file_read_all(fd, &lines, &err) != 0) {
        *refusal = (struct rr_refusal){
            "TOKENS_UNREADABLE", "no token can be checked at the moment. Ask the operator to look at RECOMPUTE_TOKEN_FILE."};
        status = 503;
    } else if (given.len == 0 || !find_token((struct rr_slice){lines.ptr, lines.len}, given, caller)) {
        *refusal = (struct rr_refusal){"UNAUTHORIZED",
                                       "a recompute needs the header \"Authorization: Bearer TOKEN\" with a valid token."};
        status = 401;
    }
    rr_buf_free(&lines);
    if (fd >= 0)
        close(fd);
    return status;
}

int rr_access_recompute(const struct rr_conf *conf, const struct rr_request *request, struct rr_caller *caller,
                        struct rr_refusal *refusal) {
    *caller = (struct rr_caller){""};
    if (is_foreign(conf, request)) {
        *refusal = (struct rr_refusal){"FOREIGN_ORIGIN", "pages of another origin may not ask for a recompute."};
        return 403;
    }
    if (conf->recompute_token_file[0] != '\0')
        return check_token(conf->recompute_token_file, request, caller, refusal);
    if (request->recompute_allowed)
        return 0;
    *refusal =
        (struct rr_refusal){"FORBIDDEN", "your address may not ask for a recompute. Send it from the server itself, or ask the "
                                         "operator for a token or to allow your network."};
    return 403;
}
