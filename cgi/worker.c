#include "base/log.h"
#include "fcgi_io.h"
#include "routes.h"

#include <stdio.h>
#include <stdlib.h>

enum { us_per_ms = 1000 };

static void log_request(const struct rr_request *request, const struct rr_response *response, int64_t us, size_t bytes) {
    enum rr_log_level level = response->status >= 500 ? RR_LOG_ERROR : RR_LOG_INFO;
    rr_log_later(level, "request",
                 (const struct rr_log_field[]){
                     {"id", request->id, 0},
                     {"method", request->method, 0},
                     {"path", request->path, 0},
                     {"query", request->query, 0},
                     {"status", NULL, response->status},
                     {"source", response->source, 0},
                     {"ms", NULL, us / us_per_ms},
                     {"bytes", NULL, (int64_t)bytes},
                     {0},
                 });
}

/* What was passed on is counted where it is answered, with the time that it waited for that. */
static void count_request(struct rr_tally *tally, const struct rr_request *request, const struct rr_response *response,
                          int64_t us) {
    if (!response->elsewhere)
        rr_tally_request(tally, response->route, response->status, response->source, request->waited_ms * us_per_ms + us);
}

/* Without memory to share a worker counts for itself, and says so. */
static void open_tally(struct rr_service *service) {
    struct rr_err err;
    if (rr_tally_open(&service->tally, service->store, &err) != 0)
        rr_log(RR_LOG_WARNING, "metrics_not_shared", (const struct rr_log_field[]){{"reason", err.message, 0}, {0}});
    rr_tally_worker_start(&service->tally);
}

static int serve(struct rr_app *app) {
    struct rr_request request;
    int more;
    while ((more = fcgi_io_accept(&request)) == 1) {
        int64_t begun_us = rr_monotonic_us();
        struct rr_response response = RR_RESPONSE_EMPTY;
        rr_route(app, &request, &response);
        size_t bytes = fcgi_io_send(&response);
        int64_t taken_us = rr_monotonic_us() - begun_us;
        log_request(&request, &response, taken_us, bytes);
        count_request(&app->service.tally, &request, &response, taken_us);
        fcgi_io_finish();
        rr_response_free(&response);
    }
    return more;
}

static int fail(const struct rr_err *err) {
    fprintf(stderr, "riskreport.fcgi: %s\n", err->message);
    return EXIT_FAILURE;
}

int main(void) {
    struct rr_conf conf;
    struct rr_app app = {.service = {.conf = &conf, .clock = &rr_clock_system}};
    struct rr_err err;
    if (rr_conf_read(&conf, &err) != 0 || rr_store_open(&app.service.store, conf.cache_dir, &err) != 0)
        return fail(&err);
    if (rr_store_join(app.service.store, conf.report_store, &err) != 0 || rr_query_open(&app.parser, &err) != 0 ||
        fcgi_io_open(&err) != 0) {
        rr_query_close(&app.parser);
        rr_store_close(&app.service.store);
        return fail(&err);
    }
    open_tally(&app.service);
    rr_log(RR_LOG_INFO, "worker_started", (const struct rr_log_field[]){{0}});
    int rc = serve(&app);
    rr_log(RR_LOG_INFO, "worker_stopped", (const struct rr_log_field[]){{0}});
    fcgi_io_close();
    rr_query_close(&app.parser);
    rr_service_forget(&app.service);
    rr_tally_close(&app.service.tally);
    rr_store_close(&app.service.store);
    return rc == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
