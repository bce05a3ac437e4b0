#ifndef RR_BASE_CONF_H
#define RR_BASE_CONF_H

#include "base/err.h"
#include "base/mode.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* The settings (contract.md 2), read once at start from the environment. Texts are borrowed from there. */
struct rr_conf {
    const char *db_path;
    const char *cache_dir;
    const char *work_dir;
    const char *zone;
    const char *recompute_token_file; /* "": none; the next too */
    const char *cors_allow_origin;
    struct rr_mode_list modes; /* of the daily job, in order, each once */
    bool snapshot_copy;        /* SNAPSHOT=copy */
    int64_t stable_window_s;
    int64_t db_retry;
    int64_t db_retry_interval_s;
    int64_t request_deadline_s;
    int64_t retry_after_fail_s;
    int64_t cache_retention_days;
    int64_t cache_max_reports;
    int64_t generate_threads;
    int64_t target_year; /* 0: the year of as_of */
};

/* Reads and checks every setting, and makes REPORT_TZ the process's zone. RR_BAD_SETTING names the setting and what
 * would be right. */
int rr_conf_read(struct rr_conf *conf, struct rr_err *err);

/* A line a setting: name, default, meaning; for --help. */
void rr_conf_describe(FILE *out);

#endif
