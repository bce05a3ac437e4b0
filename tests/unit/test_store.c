/* Reports as files: find, publish, abandon, set aside, fall back (contract.md 1 and 3). */
#include "support.h"

#include "store/store.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char offline_file[] = "2026-01-19.json", online_file[] = "counterparty-risk/online/2026-01-19.json";

/* A store in a folder of its own. */
struct shop {
    const char *folder;
    struct rr_store *store;
    struct rr_document document;
};

static int open_shop(void **state) {
    struct shop *shop = calloc(1, sizeof *shop);
    struct rr_err err;
    shop->folder = test_folder();
    shop->document = (struct rr_document)RR_DOCUMENT_EMPTY;
    *state = shop;
    return rr_store_open(&shop->store, shop->folder, &err);
}

static int close_shop(void **state) {
    struct shop *shop = *state;
    rr_document_free(&shop->document);
    rr_document_free(&shop->document);
    rr_store_close(&shop->store);
    rr_store_close(&shop->store);
    free(shop);
    return 0;
}

static void assert_found(struct shop *shop, const struct rr_key *key, const char *job_run_id) {
    struct rr_err err = {RR_OK, ""};
    if (rr_store_find(shop->store, key, &shop->document, &err) != 0)
        fail_msg("%s: %s", key->as_of, err.message);
    assert_string_equal(shop->document.meta.job_run_id, job_run_id);
    assert_string_equal(shop->document.meta.key.as_of, key->as_of);
    assert_int_equal(shop->document.meta.key.mode, key->mode);
}

static void assert_not_found(struct shop *shop, const struct rr_key *key, enum rr_code code) {
    struct rr_err err;
    assert_fails(rr_store_find(shop->store, key, &shop->document, &err), code);
    assert_null(strstr(err.message, shop->folder));
}

static void published_reports_are_found_where_the_contract_says(void **state) {
    struct shop *shop = *state;
    struct rr_key offline = test_key(RR_OFFLINE, "2026-01-19"), online = test_key(RR_ONLINE, "2026-01-19");
    assert_not_found(shop, &offline, RR_NOT_FOUND);
    test_publish(shop->store, &offline, "off");
    assert_not_found(shop, &online, RR_NOT_FOUND);
    test_publish(shop->store, &online, "on");
    assert_found(shop, &offline, "off");
    char *text = test_read_file(test_path(shop->folder, offline_file));
    assert_int_equal(shop->document.body.len, strlen(text));
    assert_string_equal(shop->document.body.ptr, text);
    free(text);
    assert_found(shop, &online, "on");
    text = test_read_file(test_path(shop->folder, online_file));
    assert_string_equal(shop->document.body.ptr, text);
    free(text);
}

static void display_paths_are_relative(void **state) {
    (void)state;
    char path[RR_REPORT_PATH_SIZE];
    struct rr_key key = test_key(RR_OFFLINE, "2026-01-19");
    rr_store_display_path(&key, path);
    assert_string_equal(path, "report_cache/2026-01-19.json");
    key.mode = RR_ONLINE;
    rr_store_display_path(&key, path);
    assert_string_equal(path, "report_cache/counterparty-risk/online/2026-01-19.json");
}

static void a_report_in_the_making_is_not_seen(void **state) {
    struct shop *shop = *state;
    struct rr_key key = test_key(RR_OFFLINE, "2026-01-19");
    struct rr_sink sink;
    struct rr_err err;
    test_publish(shop->store, &key, "old");
    assert_ok(rr_store_begin(shop->store, &key, &sink, &err));
    assert_ok(sink.write(sink.ctx, "{\"meta\":", 8, &err));
    assert_found(shop, &key, "old");
    rr_store_abandon(shop->store);
    rr_store_abandon(shop->store);
    assert_found(shop, &key, "old");
    assert_int_equal(test_count_files(shop->folder), 3); /* the report, counterparty-risk, .versions: no temporary is left */
    test_publish(shop->store, &key, "new");
    rr_store_abandon(shop->store); /* does nothing */
    assert_found(shop, &key, "new");
    assert_int_equal(test_count_files(shop->folder), 3);
}

static void closing_abandons_what_was_begun(void **state) {
    struct shop *shop = *state;
    struct rr_key key = test_key(RR_OFFLINE, "2026-01-19");
    struct rr_sink sink;
    struct rr_err err;
    assert_ok(rr_store_begin(shop->store, &key, &sink, &err));
    assert_int_equal(test_count_files(shop->folder), 3);
    rr_store_close(&shop->store);
    assert_int_equal(test_count_files(shop->folder), 2);
}

static void what_holds_another_report_is_broken(void **state) {
    struct shop *shop = *state;
    static const char *const texts[] = {"",
                                        "{}",
                                        "{\"meta\":{\"as_of\":\"2026-01-18\",\"mode\":\"offline\"}}",
                                        "{\"meta\":{\"as_of\":\"2026-01-19\",\"mode\":\"online\"}}",
                                        "{\"meta\":{\"as_of\":\"2026-01-19\",\"mode\":\"offline\"}",
                                        "{\"meta\":{\"as_of\":\"2026-01-19\",\"mode\":\"offline\"}}x"};
    struct rr_key key = test_key(RR_OFFLINE, "2026-01-19");
    const char *path = test_path(shop->folder, offline_file);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        test_write_file(path, texts[i]);
        assert_not_found(shop, &key, RR_BROKEN);
    }
    test_write_file(path, "{\"meta\":{\"as_of\":\"2026-01-19\",\"mode\":\"offline\"}}");
    assert_found(shop, &key, "");
}

static void a_fifo_or_a_folder_in_a_reports_place_is_broken(void **state) {
    struct shop *shop = *state;
    struct rr_key key = test_key(RR_OFFLINE, "2026-01-19"), other = test_key(RR_OFFLINE, "2026-01-20");
    const char *fifo = test_path(shop->folder, offline_file), *folder = test_path(shop->folder, "2026-01-20.json");
    struct rr_err err;
    assert_int_equal(mkfifo(fifo, 0600), 0);
    assert_int_equal(mkdir(folder, 0700), 0);
    int64_t begun_ms = rr_monotonic_ms();
    assert_not_found(shop, &key, RR_BROKEN);
    assert_not_found(shop, &other, RR_BROKEN);
    assert_true(rr_monotonic_ms() - begun_ms < 900);
    assert_ok(rr_store_set_aside(shop->store, &key, &err));
    assert_ok(rr_store_set_aside(shop->store, &other, &err));
    test_publish(shop->store, &key, "new");
    test_publish(shop->store, &other, "new");
    assert_found(shop, &key, "new");
    assert_found(shop, &other, "new");
}

static void a_broken_report_is_set_aside_as_corrupt(void **state) {
    struct shop *shop = *state;
    struct rr_key key = test_key(RR_ONLINE, "2026-01-19");
    struct rr_err err;
    char aside[200];
    snprintf(aside, sizeof aside, "%s/%s.corrupt", shop->folder, online_file);
    static const char *const broken[] = {"first", "second"}; /* the later one takes the earlier one's place */
    for (int i = 0; i < 2; i++) {
        test_write_file(test_path(shop->folder, online_file), broken[i]);
        assert_ok(rr_store_set_aside(shop->store, &key, &err));
        assert_not_found(shop, &key, RR_NOT_FOUND);
        char *text = test_read_file(aside);
        assert_string_equal(text, broken[i]);
        free(text);
    }
    assert_fails(rr_store_set_aside(shop->store, &key, &err), RR_CACHE_WRITE_FAILED);
}

/* Replaced by a rename, with the same length and the same time; and overwritten in place. */
static void a_replaced_file_is_noticed_and_its_etag_changes(void **state) {
    struct shop *shop = *state;
    struct rr_key key = test_key(RR_OFFLINE, "2026-01-19");
    const char *path = test_path(shop->folder, offline_file), *other = test_path(shop->folder, "other");
    char etags[4][RR_ETAG_SIZE];
    struct stat st;
    test_publish(shop->store, &key, "run-1");
    assert_found(shop, &key, "run-1");
    memcpy(etags[0], shop->document.etag, RR_ETAG_SIZE);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(shop->document.modified_s, st.st_mtim.tv_sec);
    test_write_file(
        other, "{\"meta\":{\"as_of\":\"2026-01-19\",\"mode\":\"offline\",\"job_run_id\":\"run-2\"},\n\"counterparties\":[]}\n");
    assert_int_equal(utimensat(AT_FDCWD, other, (struct timespec[]){st.st_atim, st.st_mtim}, 0), 0);
    assert_int_equal(rename(other, path), 0);
    assert_found(shop, &key, "run-2");
    memcpy(etags[1], shop->document.etag, RR_ETAG_SIZE);
    test_write_file(
        path, "{\"meta\":{\"as_of\":\"2026-01-19\",\"mode\":\"offline\",\"job_run_id\":\"run-3\"},\n\"counterparties\":[]}\n");
    test_set_age(path, 10);
    assert_found(shop, &key, "run-3");
    memcpy(etags[2], shop->document.etag, RR_ETAG_SIZE);
    test_write_file(path, "{\"meta\":");
    assert_not_found(shop, &key, RR_BROKEN);
    test_publish(shop->store, &key, "run-1");
    assert_found(shop, &key, "run-1");
    memcpy(etags[3], shop->document.etag, RR_ETAG_SIZE);
    assert_string_not_equal(etags[0], etags[1]);
    assert_string_not_equal(etags[1], etags[2]);
    assert_string_not_equal(etags[0], etags[2]);
    assert_string_equal(etags[0], etags[3]); /* of the content alone */
    assert_true(strncmp(etags[0], "W/\"", 3) == 0 && etags[0][strlen(etags[0]) - 1] == '"');
}

/* More reports than the store remembers, asked for twice each. */
static void many_reports_are_told_apart(void **state) {
    struct shop *shop = *state;
    for (int round = 0; round < 3; round++) {
        for (int i = 1; i <= 150; i++) {
            struct rr_key key = test_key(i % 2 == 0 ? RR_OFFLINE : RR_ONLINE, "");
            char job_run_id[16];
            snprintf(key.as_of, sizeof key.as_of, "2026-%02d-%02d", i / 28 % 12 + 1, i % 28 + 1);
            snprintf(job_run_id, sizeof job_run_id, "run-%d", i);
            if (round == 0)
                test_publish(shop->store, &key, job_run_id);
            else
                assert_found(shop, &key, job_run_id);
        }
    }
}

/* One file under many names, of which some share what is remembered: it is the report of one date only. */
static void a_link_under_another_date_is_broken(void **state) {
    struct shop *shop = *state;
    struct rr_key key = test_key(RR_OFFLINE, "2026-01-19");
    test_publish(shop->store, &key, "run");
    for (int day = 1; day <= 28; day++)
        for (int month = 2; month <= 12; month++) {
            struct rr_key other = test_key(RR_OFFLINE, "");
            char name[32];
            snprintf(other.as_of, sizeof other.as_of, "2026-%02d-%02d", month, day);
            snprintf(name, sizeof name, "%s.json", other.as_of);
            assert_int_equal(link(test_path(shop->folder, offline_file), test_path(shop->folder, name)), 0);
            assert_found(shop, &key, "run");
            assert_not_found(shop, &other, RR_BROKEN);
        }
}

static void one_store_at_a_time_has_the_lock(void **state) {
    struct shop *shop = *state;
    struct rr_store *other = NULL;
    struct rr_err err;
    struct stat before, after;
    assert_ok(rr_store_open(&other, shop->folder, &err));
    assert_ok(rr_store_lock(shop->store, &err));
    assert_int_equal(stat(test_path(shop->folder, ".counterparty_risk.lock"), &before), 0);
    assert_fails(rr_store_lock(other, &err), RR_LOCKED);
    rr_store_unlock(shop->store);
    rr_store_unlock(shop->store);
    assert_ok(rr_store_lock(other, &err));
    assert_fails(rr_store_lock(shop->store, &err), RR_LOCKED);
    rr_store_close(&other);
    assert_ok(rr_store_lock(shop->store, &err));
    assert_int_equal(stat(test_path(shop->folder, ".counterparty_risk.lock"), &after), 0);
    assert_int_equal(before.st_ino, after.st_ino); /* never renamed, never unlinked */
}

static void a_process_that_dies_gives_the_lock_back(void **state) {
    struct shop *shop = *state;
    struct rr_err err;
    pid_t holder = test_hold_lock(shop->folder);
    assert_fails(rr_store_lock(shop->store, &err), RR_LOCKED);
    test_let_go(holder);
    assert_ok(rr_store_lock(shop->store, &err));
}

static void opening_sweeps_the_temporaries_of_crashes(void **state) {
    struct shop *shop = *state;
    const char *old = test_path(shop->folder, ".2026-01-19.json.tmp.aaaaaa"),
               *young = test_path(shop->folder, ".2026-01-19.json.tmp.bbbbbb"),
               *online = test_path(shop->folder, "counterparty-risk/online/.2026-01-19.json.tmp.cccccc");
    struct rr_store *other = NULL;
    struct rr_err err;
    test_write_file(old, "x");
    test_write_file(young, "x");
    test_write_file(online, "x");
    test_set_age(old, 2 * 3600);
    test_set_age(young, 1800);
    test_set_age(online, 2 * 3600);
    assert_ok(rr_store_open(&other, shop->folder, &err));
    rr_store_close(&other);
    assert_int_equal(access(old, F_OK), -1);
    assert_int_equal(access(online, F_OK), -1);
    assert_int_equal(access(young, F_OK), 0); /* somebody may be writing it */
}

static void a_cache_that_cannot_be_made_is_told(void **state) {
    struct shop *shop = *state;
    const char *file = test_path(shop->folder, "file");
    struct rr_store *other = NULL;
    struct rr_err err;
    test_write_file(file, "x");
    assert_fails(rr_store_open(&other, file, &err), RR_CACHE_WRITE_FAILED);
    assert_null(other);
    char name[5000];
    memset(name, 'n', sizeof name);
    name[sizeof name - 1] = '\0';
    assert_fails(rr_store_open(&other, name, &err), RR_BAD_SETTING);
    assert_null(other);
}

static void assert_findings(struct shop *shop, const char *want) {
    struct rr_buf file = RR_BUF_INIT(RR_FINDINGS_MAX_BYTES);
    struct rr_err err;
    assert_ok(rr_store_load_findings(shop->store, &file, &err));
    assert_text(((struct rr_slice){file.ptr, file.len}), want);
    rr_buf_free(&file);
}

static void findings_are_loaded_as_they_were_kept(void **state) {
    struct shop *shop = *state;
    struct rr_buf none = RR_BUF_INIT(RR_FINDINGS_MAX_BYTES);
    struct rr_err err;
    assert_fails(rr_store_load_findings(shop->store, &none, &err), RR_NOT_FOUND);
    assert_ok(rr_store_keep_findings(shop->store, rr_slice_of("the first\n"), &err));
    assert_findings(shop, "the first\n");
    assert_ok(rr_store_keep_findings(shop->store, rr_slice_of("others"), &err));
    assert_findings(shop, "others");
    const char *file = test_path(shop->folder, ".memo_findings");
    assert_int_equal(unlink(file), 0);
    assert_int_equal(mkdir(file, 0755), 0);
    int entries = test_count_files(shop->folder);
    assert_int_equal(rr_store_load_findings(shop->store, &none, &err), -1);
    assert_fails(rr_store_keep_findings(shop->store, rr_slice_of("more"), &err), RR_CACHE_WRITE_FAILED);
    assert_int_equal(test_count_files(shop->folder), entries); /* no temporary */
    rr_buf_free(&none);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_shop, close_shop)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(published_reports_are_found_where_the_contract_says),
        TEST(display_paths_are_relative),
        TEST(a_report_in_the_making_is_not_seen),
        TEST(closing_abandons_what_was_begun),
        TEST(what_holds_another_report_is_broken),
        TEST(a_fifo_or_a_folder_in_a_reports_place_is_broken),
        TEST(a_broken_report_is_set_aside_as_corrupt),
        TEST(a_replaced_file_is_noticed_and_its_etag_changes),
        TEST(many_reports_are_told_apart),
        TEST(a_link_under_another_date_is_broken),
        TEST(one_store_at_a_time_has_the_lock),
        TEST(a_process_that_dies_gives_the_lock_back),
        TEST(opening_sweeps_the_temporaries_of_crashes),
        TEST(a_cache_that_cannot_be_made_is_told),
        TEST(findings_are_loaded_as_they_were_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
