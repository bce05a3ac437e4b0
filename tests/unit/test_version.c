/* Versions: the second names of reports, by which they are handed over. */
#include "support.h"

#include "store/version.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { long_ago = -1 }; /* as a grace: even what was superseded this second is swept */

static struct rr_store *open_store(const char *folder) {
    struct rr_store *store = NULL;
    struct rr_err err;
    assert_ok(rr_store_open(&store, folder, &err));
    return store;
}

/* The names below .versions/, sorted, `a b c`. */
static const char *tell_versions(const char *folder) {
    static char names[1000];
    char path[200];
    struct dirent **entries;
    snprintf(path, sizeof path, "%s/.versions", folder);
    int count = scandir(path, &entries, NULL, alphasort);
    names[0] = '\0';
    for (int i = 0; i < count; i++) {
        size_t len = strlen(names);
        if (entries[i]->d_name[0] != '.')
            snprintf(names + len, sizeof names - len, "%s%s", len > 0 ? " " : "", entries[i]->d_name);
        free(entries[i]);
    }
    if (count >= 0)
        free(entries);
    return names;
}

/* The names of a report that was just published, of its sibling, and of its summary. */
static const char *names_of(struct rr_store *store, const struct rr_key *key) {
    static char names[3 * RR_VERSION_SIZE + 8];
    struct rr_document document = RR_DOCUMENT_EMPTY;
    struct rr_err err;
    assert_ok(rr_store_peek(store, key, &document, &err));
    snprintf(names, sizeof names, "%s %s.gz %s-%s.summary", document.version, document.version, rr_mode_name(key->mode),
             key->as_of);
    rr_document_free(&document);
    return names;
}

static void a_version_is_named_by_mode_date_and_content(void **state) {
    (void)state;
    char name[RR_VERSION_SIZE];
    const struct rr_key key = test_key(RR_ONLINE, "2026-01-19");
    rr_version_name(&key, UINT64_C(0xabc), name);
    assert_string_equal(name, "online-2026-01-19-0000000000000abc.json");
}

static void a_published_report_and_its_sibling_bear_the_hash_of_the_report(void **state) {
    (void)state;
    const char *folder = test_folder();
    struct rr_store *store = open_store(folder);
    const struct rr_key key = test_key(RR_OFFLINE, "2026-01-19");
    test_publish(store, &key, "run-1");
    char *report = test_read_file(test_path(folder, "2026-01-19.json"));
    char name[RR_VERSION_SIZE], all[3 * RR_VERSION_SIZE + 8];
    rr_version_name(&key, rr_hash64(rr_slice_of(report)), name);
    snprintf(all, sizeof all, "%s %s.gz offline-2026-01-19.summary", name, name);
    assert_string_equal(tell_versions(folder), all);
    assert_string_equal(names_of(store, &key), all);
    struct stat version, named;
    char path[PATH_MAX];
    rr_version_path(store, name, "", path);
    assert_ok(stat(path, &version));
    assert_ok(stat(test_path(folder, "2026-01-19.json"), &named));
    assert_int_equal(version.st_ino, named.st_ino);
    free(report);
    rr_store_close(&store);
}

static void a_document_is_never_handed_over_with_a_sibling_that_is_not_there(void **state) {
    (void)state;
    const char *folder = test_folder();
    struct rr_store *store = open_store(folder);
    const struct rr_key key = test_key(RR_OFFLINE, "2026-01-19");
    struct rr_document document = RR_DOCUMENT_EMPTY;
    struct rr_err err;
    char name[RR_VERSION_SIZE];
    bool is_gzip;
    /* A file that an operator put there has no sibling. */
    test_publish(store, &key, "run-1");
    char *report = test_read_file(test_path(folder, "2026-01-19.json"));
    rr_store_close(&store);
    const char *other = test_folder();
    test_write_file(test_path(other, "2026-01-19.json"), report);
    free(report);
    store = open_store(other);
    assert_ok(rr_store_peek(store, &key, &document, &err));
    assert_true(rr_store_hand_over(&document, true, name, &is_gzip));
    assert_false(is_gzip);
    assert_string_equal(name, document.version);
    rr_document_free(&document);
    rr_store_close(&store);
    store = open_store(folder);
    assert_ok(rr_store_peek(store, &key, &document, &err));
    assert_true(rr_store_hand_over(&document, true, name, &is_gzip));
    assert_true(is_gzip && strstr(name, ".json.gz") != NULL);
    assert_true(rr_store_hand_over(&document, false, name, &is_gzip));
    assert_false(is_gzip || strstr(name, ".gz") != NULL);
    rr_document_free(&document);
    rr_store_close(&store);
}

static void what_was_superseded_stays_for_the_grace_and_then_goes(void **state) {
    (void)state;
    const char *folder = test_folder();
    struct rr_store *store = open_store(folder);
    const struct rr_key key = test_key(RR_OFFLINE, "2026-01-19"), other = test_key(RR_ONLINE, "2026-01-19");
    test_publish(store, &other, "run-0");
    test_publish(store, &key, "run-1");
    test_publish(store, &key, "run-2");
    char kept[6 * RR_VERSION_SIZE + 20], current[3 * RR_VERSION_SIZE + 8];
    snprintf(current, sizeof current, "%s", names_of(store, &key));
    snprintf(kept, sizeof kept, "%s %s", current, names_of(store, &other));
    assert_true(strlen(tell_versions(folder)) > strlen(kept));
    rr_version_sweep(store, RR_VERSION_GRACE_S);
    assert_true(strlen(tell_versions(folder)) > strlen(kept));
    rr_version_sweep(store, long_ago);
    assert_string_equal(tell_versions(folder), kept);
    rr_store_close(&store);
}

static void versions_of_removed_reports_and_strangers_are_swept_too(void **state) {
    (void)state;
    const char *folder = test_folder();
    struct rr_store *store = open_store(folder);
    const struct rr_key key = test_key(RR_OFFLINE, "2026-01-19");
    test_publish(store, &key, "run-1");
    test_write_file(test_path(folder, ".versions/offline-2026-01-18-0000000000000001.json.gz"), "x");
    test_write_file(test_path(folder, ".versions/offline-2026-01-18.summary"), "x");
    test_write_file(test_path(folder, ".versions/notes.txt"), "x");
    test_write_file(test_path(folder, ".versions/offline-2026-13-45-0000000000000001.json"), "x");
    rr_version_sweep(store, long_ago);
    assert_string_equal(tell_versions(folder), names_of(store, &key));
    assert_ok(unlink(test_path(folder, "2026-01-19.json")));
    rr_version_sweep(store, long_ago);
    assert_string_equal(tell_versions(folder), "");
    rr_store_close(&store);
}

static void a_copy_of_the_same_content_takes_the_name_over(void **state) {
    (void)state;
    const char *folder = test_folder();
    struct rr_store *store = open_store(folder);
    const char *first = test_path(folder, "first"), *second = test_path(folder, "second");
    test_write_file(first, "same");
    test_write_file(second, "same");
    int first_fd = open(first, O_RDONLY | O_CLOEXEC), second_fd = open(second, O_RDONLY | O_CLOEXEC);
    const struct rr_key key = test_key(RR_OFFLINE, "2026-01-19");
    test_publish(store, &key, "run-1"); /* makes the folder */
    char path[PATH_MAX];
    struct stat version, named;
    assert_true(rr_version_link(store, first_fd, "x.json"));
    assert_true(rr_version_link(store, first_fd, "x.json"));
    assert_true(rr_version_link(store, second_fd, "x.json"));
    rr_version_path(store, "x.json", "", path);
    assert_ok(stat(path, &version));
    assert_ok(fstat(second_fd, &named));
    assert_int_equal(version.st_ino, named.st_ino);
    assert_null(strstr(tell_versions(folder), "tmp"));
    close(first_fd);
    close(second_fd);
    rr_store_close(&store);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_version_is_named_by_mode_date_and_content),
        cmocka_unit_test(a_published_report_and_its_sibling_bear_the_hash_of_the_report),
        cmocka_unit_test(a_document_is_never_handed_over_with_a_sibling_that_is_not_there),
        cmocka_unit_test(what_was_superseded_stays_for_the_grace_and_then_goes),
        cmocka_unit_test(versions_of_removed_reports_and_strangers_are_swept_too),
        cmocka_unit_test(a_copy_of_the_same_content_takes_the_name_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
