#ifndef RR_BASE_CONF_H
#define RR_BASE_CONF_H

#include "base/err.h"
#include "base/log.h"
#include "base/mode.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum { RR_LLM_KEY_SIZE = 512 };

/* The language model that writes cards, and how it is asked. */
struct rr_llm_conf {
    const char *provider; /* "" where there is none */
    bool enabled;         /* it is openai: any endpoint that speaks OpenAI's chat completions */
    const char *base_url;
    const char *model;
    char key[RR_LLM_KEY_SIZE]; /* OPENAI_API_KEY, "" where there is none; the environment's own copy is wiped */
    const char *key_file;      /* OPENAI_API_KEY_FILE, "" where there is none; not read here: only who asks needs it */
    double temperature;
    int64_t timeout_s; /* of one request */
    int64_t max_tokens;
    int64_t concurrency;
    int64_t budget_s; /* of a whole run */
};

/* The settings (contract.md 2), read once at start from the environment. Texts are borrowed from there. */
struct rr_conf {
    const char *db_path;
    const char *cache_dir;
    const char *work_dir;
    const char *zone;
    const char *report_store;         /* "file", or the URI of a store that hosts share */
    const char *recompute_token_file; /* "": none; the next too */
    const char *cors_allow_origin;
    struct rr_mode_list modes; /* of the daily job, in order, each once */
    int snapshot_copy;         /* SNAPSHOT: 0 read, 1 copy */
    enum rr_log_format log_format;
    enum rr_log_level log_level;
    int64_t stable_window_s;
    int64_t db_retry;
    int64_t db_retry_interval_s;
    int64_t request_deadline_s;
    int64_t retry_after_fail_s;
    int64_t cache_retention_days;
    int64_t cache_max_reports;
    int64_t generate_threads;
    int64_t ready_max_age_s;
    int64_t target_year; /* 0: the year of as_of */
    struct rr_llm_conf llm;
};

/* Reads and checks every setting, and makes REPORT_TZ the process's zone and sets up the log. RR_BAD_SETTING names the setting
 * and what would be right. A second call no longer finds OPENAI_API_KEY. */
int rr_conf_read(struct rr_conf *conf, struct rr_err *err);

/* Can text be a key of the language model? */
bool rr_conf_is_key(const char *text);

/* A line a setting: name, default, meaning; for --help. */
void rr_conf_describe(FILE *out);

#endif
