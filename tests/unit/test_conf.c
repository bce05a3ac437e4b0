#include "support.h"

#include "base/conf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const names[] = {
    "DB_PATH",
    "CACHE_DIR",
    "WORK_DIR",
    "REPORT_STORE",
    "REPORT_TZ",
    "REPORT_MODES",
    "DB_STABLE_WINDOW_SEC",
    "DB_RETRY",
    "DB_RETRY_INTERVAL_SEC",
    "REQUEST_DEADLINE_SEC",
    "RETRY_AFTER_FAIL_SEC",
    "CACHE_RETENTION_DAYS",
    "GENERATE_THREADS",
    "REPORT_TARGET_YEAR",
    "SNAPSHOT",
    "CACHE_MAX_REPORTS",
    "RECOMPUTE_TOKEN_FILE",
    "CORS_ALLOW_ORIGIN",
    "READY_MAX_AGE_SEC",
    "LOG_FORMAT",
    "LOG_LEVEL",
    "LLM_PROVIDER",
    "LLM_BASE_URL",
    "LLM_MODEL",
    "LLM_TEMPERATURE",
    "LLM_TIMEOUT_SEC",
    "LLM_MAX_TOKENS",
    "LLM_CONCURRENCY",
    "LLM_BUDGET_SEC",
    "OPENAI_API_KEY",
    "OPENAI_API_KEY_FILE",
};
enum { name_count = sizeof names / sizeof names[0] };

/* Before each test: an environment without any setting. */
static int unset_all(void **state) {
    (void)state;
    for (size_t i = 0; i < name_count; i++)
        unsetenv(names[i]);
    return 0;
}

/* Reads the settings where one has a value. */
static int read_with(struct rr_conf *conf, const char *name, const char *value, struct rr_err *err) {
    setenv(name, value, 1);
    int rc = rr_conf_read(conf, err);
    unsetenv(name);
    return rc;
}

static void assert_taken(const char *name, const char *value) {
    struct rr_conf conf;
    struct rr_err err;
    if (read_with(&conf, name, value, &err) != 0)
        fail_msg("%s=%s is refused: %s", name, value, err.message);
}

static void assert_refused(const char *name, const char *value) {
    struct rr_conf conf;
    struct rr_err err;
    if (read_with(&conf, name, value, &err) == 0)
        fail_msg("%s=%s is taken", name, value);
    assert_string_equal(rr_code_name(err.code), rr_code_name(RR_BAD_SETTING));
    assert_non_null(strstr(err.message, name));
}

static void defaults_are_those_of_the_contract(void **state) {
    (void)state;
    struct rr_conf conf;
    struct rr_err err;
    assert_ok(rr_conf_read(&conf, &err));
    assert_string_equal(conf.db_path, "salesmap_latest.db");
    assert_string_equal(conf.cache_dir, "report_cache");
    assert_string_equal(conf.work_dir, "report_work");
    assert_string_equal(conf.zone, "Asia/Seoul");
    assert_int_equal(conf.modes.count, 2);
    assert_int_equal(conf.modes.modes[0], RR_OFFLINE);
    assert_int_equal(conf.modes.modes[1], RR_ONLINE);
    assert_int_equal(conf.stable_window_s, 180);
    assert_int_equal(conf.db_retry, 10);
    assert_int_equal(conf.db_retry_interval_s, 30);
    assert_int_equal(conf.request_deadline_s, 20);
    assert_int_equal(conf.retry_after_fail_s, 30);
    assert_int_equal(conf.cache_retention_days, 14);
    assert_int_equal(conf.target_year, 0);
    assert_false(conf.snapshot_copy);
    assert_int_equal(conf.cache_max_reports, 200);
    assert_string_equal(conf.recompute_token_file, "");
    assert_string_equal(conf.cors_allow_origin, "");
    assert_int_equal(conf.ready_max_age_s, 93600);
    assert_int_equal(conf.log_format, RR_LOG_JSON);
    assert_int_equal(conf.log_level, RR_LOG_INFO);
    assert_false(conf.llm.enabled);
    assert_string_equal(conf.llm.base_url, "https://api.openai.com/v1");
    assert_string_equal(conf.llm.key, "");
    assert_int_equal(conf.llm.concurrency, 4);
}

static void every_setting_comes_from_the_environment(void **state) {
    (void)state;
    static const char *const values[name_count] = {"/data/crm.db",
                                                   "/var/cache",
                                                   "w",
                                                   "postgresql://h/d",
                                                   "UTC",
                                                   "online",
                                                   "1",
                                                   "2",
                                                   "3",
                                                   "4",
                                                   "5",
                                                   "6",
                                                   "7",
                                                   "2025",
                                                   "copy",
                                                   "8",
                                                   "/etc/tokens",
                                                   "https://a",
                                                   "60",
                                                   "text",
                                                   "error",
                                                   "openai",
                                                   "http://localhost:8080/v1",
                                                   "m",
                                                   "1.5",
                                                   "8",
                                                   "900",
                                                   "10",
                                                   "11",
                                                   "k",
                                                   ""};
    for (size_t i = 0; i < name_count; i++)
        setenv(names[i], values[i], 1);
    struct rr_conf conf;
    struct rr_err err;
    assert_ok(rr_conf_read(&conf, &err));
    assert_string_equal(conf.db_path, "/data/crm.db");
    assert_string_equal(conf.cache_dir, "/var/cache");
    assert_string_equal(conf.work_dir, "w");
    assert_string_equal(conf.report_store, "postgresql://h/d");
    assert_string_equal(conf.zone, "UTC");
    assert_int_equal(conf.modes.count, 1);
    assert_int_equal(conf.modes.modes[0], RR_ONLINE);
    assert_int_equal(conf.stable_window_s, 1);
    assert_int_equal(conf.db_retry, 2);
    assert_int_equal(conf.db_retry_interval_s, 3);
    assert_int_equal(conf.request_deadline_s, 4);
    assert_int_equal(conf.retry_after_fail_s, 5);
    assert_int_equal(conf.cache_retention_days, 6);
    assert_int_equal(conf.generate_threads, 7);
    assert_int_equal(conf.target_year, 2025);
    assert_true(conf.snapshot_copy);
    assert_int_equal(conf.cache_max_reports, 8);
    assert_string_equal(conf.recompute_token_file, "/etc/tokens");
    assert_string_equal(conf.cors_allow_origin, "https://a");
    assert_int_equal(conf.ready_max_age_s, 60);
    assert_int_equal(conf.log_format, RR_LOG_TEXT);
    assert_int_equal(conf.log_level, RR_LOG_ERROR);
    assert_true(conf.llm.enabled);
    assert_string_equal(conf.llm.base_url, "http://localhost:8080/v1");
    assert_string_equal(conf.llm.model, "m");
    assert_true(conf.llm.temperature == 1.5);
    assert_int_equal(conf.llm.timeout_s, 8);
    assert_int_equal(conf.llm.max_tokens, 900);
    assert_int_equal(conf.llm.concurrency, 10);
    assert_int_equal(conf.llm.budget_s, 11);
    assert_string_equal(conf.llm.key, "k");
}

static void a_language_model_needs_a_name(void **state) {
    (void)state;
    struct rr_conf conf;
    struct rr_err err;
    assert_fails(read_with(&conf, "LLM_PROVIDER", "openai", &err), RR_BAD_SETTING);
    assert_non_null(strstr(err.message, "LLM_MODEL"));
    assert_refused("LLM_PROVIDER", "OpenAI");
    assert_refused("LLM_PROVIDER", "anything");
    assert_ok(read_with(&conf, "LLM_PROVIDER", "", &err));
    assert_false(conf.llm.enabled);
}

static void its_address_is_http_or_https(void **state) {
    (void)state;
    static const char *const good[] = {"http://127.0.0.1:1", "https://h", "https://host.example/v1/", "http://[::1]:8000/v1"};
    static const char *const bad[] = {"",           "host",          "ftp://host",     "file:///etc/passwd", "http://",
                                      "http:///x",  "https://:1",    "https://u:p@h",  "https://h?x=1",      "https://h#x",
                                      "https://h ", "https://h\nx:", "HTTPS:/host/v1", "https://호스트/v1"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_taken("LLM_BASE_URL", good[i]);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_refused("LLM_BASE_URL", bad[i]);
}

static void its_temperature_is_a_decimal(void **state) {
    (void)state;
    static const char *const good[] = {"0", "0.2", "1", "2", "2.0", "0.1234"};
    static const char *const bad[] = {"", "-1", "2.1", "3", "10", ".5", "1.", "1e0", "0.2 ", "nan", "0x1", "0.12345"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_taken("LLM_TEMPERATURE", good[i]);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_refused("LLM_TEMPERATURE", bad[i]);
}

/* Whoever looks at the process's environment finds nothing, and neither does whoever reads an error. */
static void the_key_leaves_the_environment(void **state) {
    (void)state;
    struct rr_conf conf;
    struct rr_err err;
    setenv("OPENAI_API_KEY", "sk-secret", 1);
    const char *held = getenv("OPENAI_API_KEY");
    assert_ok(rr_conf_read(&conf, &err));
    assert_string_equal(conf.llm.key, "sk-secret");
    assert_string_equal(held, "");
    assert_null(getenv("OPENAI_API_KEY"));
    assert_fails(read_with(&conf, "OPENAI_API_KEY", "sk-secret\nX-Evil: 1", &err), RR_BAD_SETTING);
    assert_null(strstr(err.message, "sk-secret"));
    assert_refused("OPENAI_API_KEY", "");
    setenv("OPENAI_API_KEY_FILE", "/run/key", 1);
    assert_refused("OPENAI_API_KEY", "sk-secret");
    unsetenv("OPENAI_API_KEY_FILE");
}

/* What each takes at least and at most, and what lies just beyond. */
static const struct {
    const char *name, *below, *least, *most, *above;
} bounds[] = {
    {"DB_STABLE_WINDOW_SEC", "-1", "0", "86400", "86401"},
    {"DB_RETRY", "-1", "0", "1000", "1001"},
    {"DB_RETRY_INTERVAL_SEC", "-1", "0", "3600", "3601"},
    {"REQUEST_DEADLINE_SEC", "0", "1", "3600", "3601"},
    {"RETRY_AFTER_FAIL_SEC", "-1", "0", "86400", "86401"},
    {"CACHE_RETENTION_DAYS", "0", "1", "36500", "36501"},
    {"CACHE_MAX_REPORTS", "0", "1", "1000000", "1000001"},
    {"READY_MAX_AGE_SEC", "59", "60", "31536000", "31536001"},
    {"REPORT_TARGET_YEAR", "-1", "0", "9999", "10000"},
    {"GENERATE_THREADS", "0", "1", "16", "17"},
    {"LLM_TIMEOUT_SEC", "0", "1", "3600", "3601"},
    {"LLM_MAX_TOKENS", "63", "64", "100000", "100001"},
    {"LLM_CONCURRENCY", "0", "1", "64", "65"},
    {"LLM_BUDGET_SEC", "0", "1", "86400", "86401"},
};
enum { bound_count = sizeof bounds / sizeof bounds[0] };

static void numbers_have_bounds(void **state) {
    (void)state;
    for (size_t i = 0; i < bound_count; i++) {
        assert_refused(bounds[i].name, bounds[i].below);
        assert_taken(bounds[i].name, bounds[i].least);
        assert_taken(bounds[i].name, bounds[i].most);
        assert_refused(bounds[i].name, bounds[i].above);
    }
}

static void numbers_are_whole_decimal_digits(void **state) {
    (void)state;
    static const char *const texts[] = {
        "", " ", "ten", " 5", "5 ", "+5", "5s", "5.0", "1e2", "0x10", "5\n", "５", "99999999999999999999"};
    for (size_t i = 0; i < bound_count; i++)
        for (size_t t = 0; t < sizeof texts / sizeof texts[0]; t++)
            assert_refused(bounds[i].name, texts[t]);
}

static void the_message_says_what_would_be_right(void **state) {
    (void)state;
    struct rr_conf conf;
    struct rr_err err;
    assert_fails(read_with(&conf, "REQUEST_DEADLINE_SEC", "0", &err), RR_BAD_SETTING);
    assert_string_equal(err.message, "REQUEST_DEADLINE_SEC=\"0\": must be a whole number from 1 to 3600");
}

static void texts_must_not_be_empty(void **state) {
    (void)state;
    assert_refused("DB_PATH", "");
    assert_refused("CACHE_DIR", "");
    assert_refused("WORK_DIR", "");
    assert_refused("REPORT_TZ", "");
    assert_refused("REPORT_MODES", "");
    assert_refused("SNAPSHOT", "");
}

static void modes_keep_their_order(void **state) {
    (void)state;
    static const struct {
        const char *text;
        uint32_t count;
        enum rr_mode first;
    } cases[] = {
        {"offline", 1, RR_OFFLINE},           {"online", 1, RR_ONLINE},
        {"offline,online", 2, RR_OFFLINE},    {"online,offline", 2, RR_ONLINE},
        {" online , offline ", 2, RR_ONLINE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct rr_conf conf;
        struct rr_err err;
        assert_ok(read_with(&conf, "REPORT_MODES", cases[i].text, &err));
        assert_case(cases[i].text, conf.modes.count, cases[i].count);
        assert_case(cases[i].text, conf.modes.modes[0], cases[i].first);
    }
}

static void other_modes_are_refused(void **state) {
    (void)state;
    static const char *const texts[] = {
        "all", "Offline",         "offline;online",  "offline online",        "offline,", ",online", ",",
        " ",   "offline,,online", "offline,offline", "offline,online,online", "offlinex"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        assert_refused("REPORT_MODES", texts[i]);
}

static void snapshot_is_read_or_copy(void **state) {
    (void)state;
    assert_taken("SNAPSHOT", "read");
    assert_taken("SNAPSHOT", "copy");
    assert_refused("SNAPSHOT", "Copy");
    assert_refused("SNAPSHOT", "copy ");
    assert_refused("SNAPSHOT", "none");
    assert_refused("SNAPSHOT", "rea");
    assert_refused("SNAPSHOT", "read|copy");
    assert_taken("LOG_FORMAT", "json");
    assert_refused("LOG_FORMAT", "JSON");
    assert_taken("LOG_LEVEL", "warning");
    assert_refused("LOG_LEVEL", "warn");
    assert_refused("LOG_LEVEL", "");
}

static void the_zone_becomes_the_processs(void **state) {
    (void)state;
    char iso[RR_ISO_SIZE];
    assert_taken("REPORT_TZ", "America/New_York");
    rr_clock_iso(0, iso);
    assert_string_equal(iso, "1969-12-31T19:00:00-05:00");
    struct rr_conf conf;
    struct rr_err err;
    assert_ok(rr_conf_read(&conf, &err));
    rr_clock_iso(0, iso);
    assert_string_equal(iso, "1970-01-01T09:00:00+09:00");
}

static void an_unknown_zone_is_refused(void **state) {
    (void)state;
    static const char *const zones[] = {"Mars/Olympus", "KST", "Asia", "Asia/Seoul ", "../etc/passwd", "/etc/localtime"};
    for (size_t i = 0; i < sizeof zones / sizeof zones[0]; i++)
        assert_refused("REPORT_TZ", zones[i]);
}

static void describe_has_a_line_a_setting(void **state) {
    (void)state;
    char *text = NULL;
    size_t len = 0, lines = 0;
    FILE *out = open_memstream(&text, &len);
    assert_non_null(out);
    rr_conf_describe(out);
    fclose(out);
    for (size_t i = 0; i < name_count; i++) {
        char begin[64];
        snprintf(begin, sizeof begin, "  %s ", names[i]);
        if (strstr(text, begin) == NULL)
            fail_msg("%s is not described", names[i]);
    }
    for (const char *at = text; (at = strchr(at, '\n')) != NULL; at++)
        lines++;
    assert_int_equal(lines, name_count);
    free(text);
}

/* ---- mode ---- */

static void modes_have_exact_names(void **state) {
    (void)state;
    assert_string_equal(rr_mode_name(RR_OFFLINE), "offline");
    assert_string_equal(rr_mode_name(RR_ONLINE), "online");
    assert_int_equal(rr_mode_parse(rr_slice_of("offline")), RR_OFFLINE);
    assert_int_equal(rr_mode_parse(rr_slice_of("online")), RR_ONLINE);
    static const char *const others[] = {NULL, "", "Offline", "ONLINE", "offline ", " online", "off", "onlineonline"};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        assert_int_equal(rr_mode_parse(rr_slice_of(others[i])), RR_MODE_COUNT);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(defaults_are_those_of_the_contract, unset_all),
        cmocka_unit_test_setup(every_setting_comes_from_the_environment, unset_all),
        cmocka_unit_test_setup(numbers_have_bounds, unset_all),
        cmocka_unit_test_setup(numbers_are_whole_decimal_digits, unset_all),
        cmocka_unit_test_setup(the_message_says_what_would_be_right, unset_all),
        cmocka_unit_test_setup(texts_must_not_be_empty, unset_all),
        cmocka_unit_test_setup(modes_keep_their_order, unset_all),
        cmocka_unit_test_setup(other_modes_are_refused, unset_all),
        cmocka_unit_test_setup(snapshot_is_read_or_copy, unset_all),
        cmocka_unit_test_setup(the_zone_becomes_the_processs, unset_all),
        cmocka_unit_test_setup(an_unknown_zone_is_refused, unset_all),
        cmocka_unit_test_setup(a_language_model_needs_a_name, unset_all),
        cmocka_unit_test_setup(its_address_is_http_or_https, unset_all),
        cmocka_unit_test_setup(its_temperature_is_a_decimal, unset_all),
        cmocka_unit_test_setup(the_key_leaves_the_environment, unset_all),
        cmocka_unit_test_setup(describe_has_a_line_a_setting, unset_all),
        cmocka_unit_test(modes_have_exact_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
