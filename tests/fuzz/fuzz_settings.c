/* The settings, as lines NAME=VALUE: refused in one line, or each within its bounds. */
#include "fuzz.h"

#include "base/conf.h"

#include <string.h>

static const char *const names[] = {
    "DB_PATH",
    "CACHE_DIR",
    "WORK_DIR",
    "REPORT_TZ",
    "DB_STABLE_WINDOW_SEC",
    "DB_RETRY",
    "SNAPSHOT",
    "REPORT_MODES",
    "TZDIR",
    "DB_RETRY_INTERVAL_SEC",
    "REQUEST_DEADLINE_SEC",
    "RETRY_AFTER_FAIL_SEC",
    "TZ",
    "GENERATE_THREADS",
    "REPORT_TARGET_YEAR",
    "CACHE_RETENTION_DAYS",
};

enum { name_count = sizeof names / sizeof names[0] };

static void set_line(char *line) {
    char *sign = strchr(line, '=');
    if (sign == NULL)
        return;
    *sign = '\0';
    for (size_t i = 0; i < name_count; i++)
        if (strcmp(line, names[i]) == 0)
            setenv(line, sign + 1, 1);
}

static bool is_within(int64_t number, int64_t min, int64_t max) {
    return number >= min && number <= max;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct rr_conf conf;
    struct rr_err err = {RR_OK, ""};
    char *text = strndup((const char *)data, size), *rest = NULL;
    MUST(text != NULL);
    for (size_t i = 0; i < name_count; i++)
        unsetenv(names[i]);
    for (char *line = strtok_r(text, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest))
        set_line(line);
    free(text);
    if (rr_conf_read(&conf, &err) != 0) {
        MUST(err.code == RR_BAD_SETTING && err.message[0] != '\0');
        return 0;
    }
    MUST(conf.db_path[0] != '\0' && conf.cache_dir[0] != '\0' && conf.work_dir[0] != '\0' && conf.zone[0] != '\0');
    MUST(conf.modes.count >= 1 && conf.modes.count <= RR_MODE_COUNT);
    MUST(conf.modes.count == 1 || conf.modes.modes[0] != conf.modes.modes[1]);
    MUST(is_within(conf.generate_threads, 1, 16) && is_within(conf.request_deadline_s, 1, 3600));
    MUST(is_within(conf.target_year, 0, 9999) && is_within(conf.cache_retention_days, 1, 36500));
    MUST(is_within(conf.stable_window_s, 0, 86400) && is_within(conf.db_retry, 0, 1000));
    return 0;
}
