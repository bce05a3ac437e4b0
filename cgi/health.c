#include "health.h"

#include "service/ready.h"

void rr_health_live(struct rr_response *response) {
    struct rr_json json = {false};
    cJSON *answer = rr_json_object(&json, NULL, NULL);
    rr_json_text(&json, answer, "status", rr_slice_of("ok"));
    rr_respond_json(response, &json, answer);
}

static void add_checks(struct rr_json *json, cJSON *answer, const struct rr_ready *ready) {
    cJSON *checks = rr_json_object(json, answer, "checks");
    for (uint32_t i = 0; i < ready->count; i++)
        rr_json_text(json, checks, ready->checks[i].name, rr_slice_of(ready->checks[i].ok ? "ok" : ready->checks[i].detail));
}

/* "cache, offline": the names of what is wrong. */
static void list_wrong(const struct rr_ready *ready, struct rr_buf *names) {
    for (uint32_t i = 0; i < ready->count; i++)
        if (!ready->checks[i].ok && ready->checks[i].vital)
            rr_buf_printf(names, "%s%s", names->len == 0 ? "" : ", ", ready->checks[i].name);
}

static void respond_not_ready(const struct rr_ready *ready, const struct rr_request *request, struct rr_response *response) {
    struct rr_json json = {false};
    struct rr_buf detail = RR_BUF_INIT(200);
    cJSON *extra = rr_json_object(&json, NULL, NULL);
    add_checks(&json, extra, ready);
    list_wrong(ready, &detail);
    rr_buf_add_text(&detail, ": see checks.");
    rr_respond_header(response, "Retry-After", "30");
    rr_respond_problem(response, request, 503, "NOT_READY", detail.failed ? "see checks." : detail.ptr, extra);
    rr_buf_free(&detail);
}

void rr_health_ready(const struct rr_service *service, const struct rr_request *request, struct rr_response *response) {
    struct rr_ready ready;
    rr_ready_look(service, &ready);
    if (!ready.ok) {
        respond_not_ready(&ready, request, response);
        return;
    }
    struct rr_json json = {false};
    cJSON *answer = rr_json_object(&json, NULL, NULL);
    rr_json_text(&json, answer, "status", rr_slice_of("ready"));
    add_checks(&json, answer, &ready);
    rr_respond_json(response, &json, answer);
}
