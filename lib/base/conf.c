#include "base/conf.h"

#include "base/clock.h"
#include "base/log.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum kind { KIND_TEXT, KIND_TEXT_OR_NONE, KIND_NUMBER, KIND_CHOICE };

struct setting {
    const char *name;
    const char *fallback;
    const char *meaning;
    enum kind kind;
    int64_t min, max;
    size_t offset;
    const char *choices; /* `read|copy`: the field, an int or an enum, becomes which of them it is */
};

#define TEXT(name, fallback, field, meaning)                                                                                     \
    { name, fallback, meaning, KIND_TEXT, 0, 0, offsetof(struct rr_conf, field), NULL }
#define TEXT_OR_NONE(name, field, meaning)                                                                                       \
    { name, "", meaning, KIND_TEXT_OR_NONE, 0, 0, offsetof(struct rr_conf, field), NULL }
#define NUMBER(name, fallback, min, max, field, meaning)                                                                         \
    { name, fallback, meaning, KIND_NUMBER, min, max, offsetof(struct rr_conf, field), NULL }
#define CHOICE(name, fallback, choices, field, meaning)                                                                          \
    { name, fallback, meaning, KIND_CHOICE, 0, 0, offsetof(struct rr_conf, field), choices }

static const struct setting settings[] = {
    TEXT("DB_PATH", "salesmap_latest.db", db_path, "the CRM snapshot (SQLite)"),
    TEXT("CACHE_DIR", "report_cache", cache_dir, "where reports, status and lock are kept"),
    TEXT("WORK_DIR", "report_work", work_dir, "where copied snapshots are kept (SNAPSHOT=copy)"),
    TEXT("REPORT_STORE", "file", report_store, "file, or postgresql://... for hosts that share their reports"),
    TEXT("REPORT_TZ", "Asia/Seoul", zone, "the zone of \"today\" and of every timestamp"),
    NUMBER("DB_STABLE_WINDOW_SEC", "180", 0, 86400, stable_window_s, "a database changed more recently than this is unstable"),
    NUMBER("DB_RETRY", "10", 0, 1000, db_retry, "how often the daily job retries while it is unstable"),
    NUMBER("DB_RETRY_INTERVAL_SEC", "30", 0, 3600, db_retry_interval_s, "seconds between two such retries"),
    NUMBER("REQUEST_DEADLINE_SEC", "20", 1, 3600, request_deadline_s, "an HTTP request's whole budget"),
    NUMBER("RETRY_AFTER_FAIL_SEC", "30", 0, 86400, retry_after_fail_s,
           "after a failure, requests get the fallback at once for this long"),
    NUMBER("CACHE_RETENTION_DAYS", "14", 1, 36500, cache_retention_days, "clean-up age of reports and copied snapshots"),
    NUMBER("CACHE_MAX_REPORTS", "200", 1, 1000000, cache_max_reports,
           "how many reports of a mode for another day than the day they were made on are kept"),
    NUMBER("READY_MAX_AGE_SEC", "93600", 60, 31536000, ready_max_age_s,
           "/readyz: a mode whose last success is older than this is not ready"),
    NUMBER("GENERATE_THREADS", "2", 1, 16, generate_threads,
           "threads of one generation; the report is the same whatever their number"),
    NUMBER("REPORT_TARGET_YEAR", "0", 0, 9999, target_year, "year of targets and coverage (0: the year of the report's date)"),
    TEXT_OR_NONE("RECOMPUTE_TOKEN_FILE", recompute_token_file, "tokens that a recompute needs one of, name:token a line"),
    TEXT_OR_NONE("CORS_ALLOW_ORIGIN", cors_allow_origin, "other origins whose pages may use the API, https://host each"),
    CHOICE("SNAPSHOT", "read", "read|copy", snapshot_copy, "read the database where it is, or copy it to WORK_DIR first"),
    CHOICE("LOG_FORMAT", "json", "json|text", log_format, "lines of the log: JSON, or text for people"),
    CHOICE("LOG_LEVEL", "info", "info|warning|error", log_level, "the least level that is logged"),
    TEXT_OR_NONE("LLM_PROVIDER", llm.provider, "openai: a language model writes cards (unset: all are by rule)"),
    TEXT_OR_NONE("LLM_MODEL", llm.model, "its name; needed with LLM_PROVIDER"),
    TEXT("LLM_BASE_URL", "https://api.openai.com/v1", llm.base_url, "where /chat/completions is"),
    NUMBER("LLM_TIMEOUT_SEC", "60", 1, 3600, llm.timeout_s, "one request to the language model"),
    NUMBER("LLM_MAX_TOKENS", "1500", 64, 100000, llm.max_tokens, "how long its answer may be"),
    NUMBER("LLM_CONCURRENCY", "4", 1, 64, llm.concurrency, "requests to it at the same time"),
    NUMBER("LLM_BUDGET_SEC", "900", 1, 86400, llm.budget_s, "all requests of a run"),
    TEXT_OR_NONE("OPENAI_API_KEY_FILE", llm.key_file, "a file that holds its key"),
};

enum { setting_count = sizeof settings / sizeof settings[0] };

static const char modes_name[] = "REPORT_MODES", modes_fallback[] = "offline,online";

static const char temperature_name[] = "LLM_TEMPERATURE", temperature_fallback[] = "0.2", key_name[] = "OPENAI_API_KEY";

static const char *value_of(const char *name, const char *fallback) {
    const char *value = getenv(name);
    return value != NULL ? value : fallback;
}

static int read_number(const struct setting *setting, const char *value, int64_t *number, struct rr_err *err) {
    char *end;
    errno = 0;
    *number = strtoll(value, &end, 10);
    bool digits = value[0] >= '0' && value[0] <= '9' && *end == '\0' && errno == 0;
    if (digits && *number >= setting->min && *number <= setting->max)
        return 0;
    return rr_fail(err, RR_BAD_SETTING, "%s=\"%s\": must be a whole number from %lld to %lld", setting->name, value,
                   (long long)setting->min, (long long)setting->max);
}

static int read_choice(const struct setting *setting, const char *value, int *choice, struct rr_err *err) {
    size_t len = strlen(value), at_len;
    *choice = 0;
    for (const char *at = setting->choices; *at != '\0'; at += at_len + (at[at_len] == '|'), ++*choice) {
        at_len = strcspn(at, "|");
        if (at_len == len && memcmp(at, value, len) == 0)
            return 0;
    }
    return rr_fail(err, RR_BAD_SETTING, "%s=\"%s\": must be one of %s", setting->name, value, setting->choices);
}

static int read_setting(struct rr_conf *conf, const struct setting *setting, struct rr_err *err) {
    const char *value = value_of(setting->name, setting->fallback);
    void *field = (char *)conf + setting->offset;
    if (setting->kind == KIND_NUMBER)
        return read_number(setting, value, field, err);
    if (setting->kind == KIND_CHOICE)
        return read_choice(setting, value, field, err);
    if (value[0] == '\0' && setting->kind == KIND_TEXT)
        return rr_fail(err, RR_BAD_SETTING, "%s is empty: unset it (default %s) or give a value", setting->name,
                       setting->fallback);
    *(const char **)field = value;
    return 0;
}

static int read_modes(struct rr_conf *conf, struct rr_err *err) {
    const char *value = value_of(modes_name, modes_fallback);
    bool seen[RR_MODE_COUNT] = {false};
    conf->modes.count = 0;
    for (const char *at = value;; at++) {
        struct rr_slice name = {at, strcspn(at, ",")};
        enum rr_mode mode = rr_mode_parse(rr_slice_trim(name));
        if (mode == RR_MODE_COUNT || seen[mode])
            return rr_fail(err, RR_BAD_SETTING, "%s=\"%s\": must be offline, online, or both with a comma, each once", modes_name,
                           value);
        seen[mode] = true;
        conf->modes.modes[conf->modes.count++] = mode;
        at += name.len;
        if (*at == '\0')
            return 0;
    }
}

/* ---- The language model ---- */

/* Of a URL that LLM_BASE_URL may be: printable, without a user, a query or a fragment, with a host. */
static bool is_base_url(const char *url) {
    size_t scheme = strncmp(url, "https://", 8) == 0 ? 8 : strncmp(url, "http://", 7) == 0 ? 7 : 0;
    if (scheme == 0 || url[scheme] == '\0' || url[scheme] == '/' || url[scheme] == ':')
        return false;
    for (const char *at = url; *at != '\0'; at++)
        if (*at <= ' ' || *at > '~' || strchr("@?#\\\"<>", *at) != NULL)
            return false;
    return true;
}

/* The key leaves the environment, which other programs can look into, and whatever is started from here inherits. */
static int take_key(struct rr_llm_conf *llm, struct rr_err *err) {
    char *value = getenv(key_name);
    if (value == NULL)
        return 0;
    size_t len = strlen(value);
    bool good = rr_conf_is_key(value);
    snprintf(llm->key, sizeof llm->key, "%s", good ? value : "");
    explicit_bzero(value, len);
    unsetenv(key_name);
    return good ? 0 : rr_fail(err, RR_BAD_SETTING, "%s: must be 1 to 511 printable ASCII characters without spaces", key_name);
}

bool rr_conf_is_key(const char *text) {
    size_t len = strlen(text);
    for (size_t i = 0; i < len; i++)
        if (text[i] <= ' ' || text[i] > '~')
            return false;
    return len > 0 && len < sizeof((struct rr_llm_conf *)0)->key;
}

static int read_temperature(struct rr_llm_conf *llm, struct rr_err *err) {
    const char *value = value_of(temperature_name, temperature_fallback);
    size_t whole = strspn(value, "0123456789"), point = value[whole] == '.';
    size_t fraction = strspn(value + whole + point, "0123456789");
    llm->temperature = strtod(value, NULL);
    if (whole == 1 && fraction >= point && fraction <= 4 && value[whole + point + fraction] == '\0' && llm->temperature <= 2)
        return 0;
    return rr_fail(err, RR_BAD_SETTING, "%s=\"%s\": must be a number from 0 to 2, such as 0.2", temperature_name, value);
}

static int read_llm(struct rr_llm_conf *llm, struct rr_err *err) {
    llm->enabled = strcmp(llm->provider, "openai") == 0;
    if (take_key(llm, err) != 0 || read_temperature(llm, err) != 0)
        return -1;
    if (!llm->enabled && llm->provider[0] != '\0')
        return rr_fail(err, RR_BAD_SETTING, "LLM_PROVIDER=\"%s\": must be openai, or unset for cards by rule alone",
                       llm->provider);
    if (!is_base_url(llm->base_url))
        return rr_fail(err, RR_BAD_SETTING,
                       "LLM_BASE_URL: must be like https://host/v1 (http or https), without user, query and fragment");
    if (llm->enabled && llm->model[0] == '\0')
        return rr_fail(err, RR_BAD_SETTING, "LLM_MODEL is not set: LLM_PROVIDER=openai needs the name of a model");
    if (llm->key[0] != '\0' && llm->key_file[0] != '\0')
        return rr_fail(err, RR_BAD_SETTING, "OPENAI_API_KEY and OPENAI_API_KEY_FILE are both set: unset one of them");
    return 0;
}

int rr_conf_read(struct rr_conf *conf, struct rr_err *err) {
    *conf = (struct rr_conf){0};
    for (size_t i = 0; i < setting_count; i++)
        if (read_setting(conf, &settings[i], err) != 0)
            return -1;
    if (read_modes(conf, err) != 0 || read_llm(&conf->llm, err) != 0)
        return -1;
    if (!rr_clock_set_zone(conf->zone))
        return errno == ENOMEM
                   ? rr_fail_memory(err)
                   : rr_fail(err, RR_BAD_SETTING,
                             "REPORT_TZ=\"%s\": must be a name of the zone database (package tzdata), such as Asia/Seoul",
                             conf->zone);
    rr_log_configure(conf->log_format, conf->log_level);
    return 0;
}

void rr_conf_describe(FILE *out) {
    static const char line[] = "  %-22s %-26s %s\n";
    for (size_t i = 0; i < setting_count; i++)
        fprintf(out, line, settings[i].name, settings[i].fallback, settings[i].meaning);
    fprintf(out, line, modes_name, modes_fallback, "modes of the daily job, in order");
    fprintf(out, line, temperature_name, temperature_fallback, "how freely the language model writes, 0 to 2");
    fprintf(out, line, key_name, "", "its key, where it is in no file");
}
