#include "command.h"

#include <stdio.h>
#include <string.h>

int rr_command_fail(int status, const struct rr_err *err) {
    fprintf(stderr, "riskreport: %s\n", err->message);
    return status;
}

int rr_command_fail_work(const struct rr_err *err) {
    fprintf(stderr, "riskreport: %s: %s\n", rr_code_name(err->code), err->message);
    return err->code == RR_LOCKED ? EXIT_LOCKED : err->code == RR_BAD_SETTING ? EXIT_USAGE : EXIT_FAILED;
}

int rr_command_fail_choice(const struct rr_err *err) {
    bool used_wrongly = err->code == RR_BAD_DATE || err->code == RR_BAD_MODE;
    return used_wrongly ? rr_command_fail(EXIT_USAGE, err) : rr_command_fail_work(err);
}

bool rr_command_begin(const char *usage, const struct rr_option *options, int argc, char **argv, int *status) {
    struct rr_err err;
    bool help;
    if (rr_options_read(options, argc, argv, &help, &err) != 0) {
        *status = rr_command_fail(EXIT_USAGE, &err);
        return false;
    }
    if (!help)
        return true;
    printf("usage: riskreport %s\n", usage);
    rr_options_describe(options);
    *status = EXIT_OK;
    return false;
}

int rr_bench_open(struct rr_bench *bench, struct rr_err *err) {
    *bench = (struct rr_bench){.service = {.conf = &bench->conf, .clock = &rr_clock_system}};
    if (rr_conf_read(&bench->conf, err) != 0)
        return -1;
    if (rr_store_open(&bench->service.store, bench->conf.cache_dir, err) != 0)
        return -1;
    int rc = rr_store_join(bench->service.store, bench->conf.report_store, err);
    if (rc != 0)
        rr_store_close(&bench->service.store);
    return rc;
}

void rr_bench_close(struct rr_bench *bench) {
    rr_service_forget(&bench->service);
    rr_store_close(&bench->service.store);
}

int rr_bench_choose(const struct rr_service *service, const char *date, const char *mode, struct rr_query *query,
                    struct rr_err *err) {
    struct rr_query_parser parser;
    *query = (struct rr_query){.mode = RR_OFFLINE};
    if (rr_query_open(&parser, err) != 0)
        return -1;
    int rc = date != NULL ? rr_query_read_date(&parser, rr_slice_of(date), query, err) : 0;
    if (rc == 0 && mode != NULL)
        rc = rr_query_read_mode(rr_slice_of(mode), query, err);
    rr_query_close(&parser);
    if (rc == 0 && date == NULL)
        rr_service_today(service, query->as_of);
    return rc;
}

int rr_bench_choose_all(const struct rr_bench *bench, const char *date, const char *mode, char as_of[16],
                        struct rr_mode_list *modes, struct rr_err *err) {
    struct rr_query query;
    bool all = mode == NULL || strcmp(mode, "all") == 0;
    if (rr_bench_choose(&bench->service, date, all ? NULL : mode, &query, err) != 0)
        return -1;
    memcpy(as_of, query.as_of, sizeof query.as_of);
    *modes = all ? bench->conf.modes : (struct rr_mode_list){{query.mode}, 1};
    return 0;
}
