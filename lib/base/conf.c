#include "base/conf.h"

#include "base/clock.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum kind { KIND_TEXT, KIND_TEXT_OR_NONE, KIND_NUMBER };

struct setting {
    const char *name;
    const char *fallback;
    const char *meaning;
    enum kind kind;
    int64_t min, max;
    size_t offset;
};

#define TEXT(name, fallback, field, meaning)                                                                                     \
    { name, fallback, meaning, KIND_TEXT, 0, 0, offsetof(struct rr_conf, field) }
#define TEXT_OR_NONE(name, field, meaning)                                                                                       \
    { name, "", meaning, KIND_TEXT_OR_NONE, 0, 0, offsetof(struct rr_conf, field) }
#define NUMBER(name, fallback, min, max, field, meaning)                                                                         \
    { name, fallback, meaning, KIND_NUMBER, min, max, offsetof(struct rr_conf, field) }

static const struct setting settings[] = {
    TEXT("DB_PATH", "salesmap_latest.db", db_path, "the CRM snapshot (SQLite)"),
    TEXT("CACHE_DIR", "report_cache", cache_dir, "where reports, status and lock are kept"),
    TEXT("WORK_DIR", "report_work", work_dir, "where copied snapshots are kept (SNAPSHOT=copy)"),
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
    NUMBER("GENERATE_THREADS", "2", 1, 16, generate_threads,
           "threads of one generation; the report is the same whatever their number"),
    NUMBER("REPORT_TARGET_YEAR", "0", 0, 9999, target_year, "year of targets and coverage (0: the year of the report's date)"),
    TEXT_OR_NONE("RECOMPUTE_TOKEN_FILE", recompute_token_file, "tokens that a recompute needs one of, name:token a line"),
    TEXT_OR_NONE("CORS_ALLOW_ORIGIN", cors_allow_origin, "other origins whose pages may use the API, https://host each"),
};

enum { setting_count = sizeof settings / sizeof settings[0] };

static const char modes_name[] = "REPORT_MODES", modes_fallback[] = "offline,online";
static const char snapshot_name[] = "SNAPSHOT", snapshot_fallback[] = "read";

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

static int read_setting(struct rr_conf *conf, const struct setting *setting, struct rr_err *err) {
    const char *value = value_of(setting->name, setting->fallback);
    void *field = (char *)conf + setting->offset;
    if (setting->kind == KIND_NUMBER)
        return read_number(setting, value, field, err);
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

static int read_snapshot(struct rr_conf *conf, struct rr_err *err) {
    const char *value = value_of(snapshot_name, snapshot_fallback);
    conf->snapshot_copy = strcmp(value, "copy") == 0;
    if (conf->snapshot_copy || strcmp(value, "read") == 0)
        return 0;
    return rr_fail(err, RR_BAD_SETTING, "%s=\"%s\": must be read or copy", snapshot_name, value);
}

int rr_conf_read(struct rr_conf *conf, struct rr_err *err) {
    *conf = (struct rr_conf){0};
    for (size_t i = 0; i < setting_count; i++)
        if (read_setting(conf, &settings[i], err) != 0)
            return -1;
    if (read_modes(conf, err) != 0 || read_snapshot(conf, err) != 0)
        return -1;
    if (!rr_clock_set_zone(conf->zone))
        return rr_fail(err, RR_BAD_SETTING,
                       "REPORT_TZ=\"%s\": must be a name of the zone database (package tzdata), such as Asia/Seoul", conf->zone);
    return 0;
}

void rr_conf_describe(FILE *out) {
    static const char line[] = "  %-22s %-20s %s\n";
    for (size_t i = 0; i < setting_count; i++)
        fprintf(out, line, settings[i].name, settings[i].fallback, settings[i].meaning);
    fprintf(out, line, modes_name, modes_fallback, "modes of the daily job, in order");
    fprintf(out, line, snapshot_name, snapshot_fallback, "read the database where it is, or copy it to WORK_DIR first");
}
