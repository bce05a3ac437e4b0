#include "support.h"

#include "store/cards.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

enum { day_s = 24 * 60 * 60 };

static const char digest[] = "ab0123456789abcdef0123456789abcdef0123456789abcdef0123456789cdef";
#define CARD "{\"input_hash\":\"ab0123456789abcdef0123456789abcdef0123456789abcdef0123456789cdef\",\"n\":1}"

static char path[256];

static int open_store(void **state) {
    struct rr_store *store;
    struct rr_err err;
    const char *folder = test_folder();
    assert_ok(rr_store_open(&store, folder, &err));
    snprintf(path, sizeof path, "%s/cards/ab/%s.json", folder, digest);
    *state = store;
    return 0;
}

static int close_store(void **state) {
    rr_store_close((struct rr_store **)state);
    return 0;
}

static void keep(struct rr_store *store) {
    struct rr_err err;
    assert_ok(rr_cards_keep(store, digest, rr_slice_of(CARD), &err));
}

static int find(struct rr_store *store, struct rr_err *err) {
    struct rr_buf out = RR_BUF_INIT(RR_STORED_CARD_MAX_BYTES);
    int rc = rr_cards_find(store, digest, &out, err);
    if (rc == 0)
        assert_string_equal(out.ptr, CARD "\n");
    rr_buf_free(&out);
    return rc;
}

static int64_t age_of(const char *file) {
    struct stat st;
    assert_ok(stat(file, &st));
    return time(NULL) - st.st_mtim.tv_sec;
}

static void a_card_is_found_by_its_digest(void **state) {
    struct rr_err err;
    assert_fails(find(*state, &err), RR_NOT_FOUND);
    keep(*state);
    assert_ok(find(*state, &err));
    assert_true(age_of(path) < 60);
}

static void what_is_not_that_card_is_broken(void **state) {
    static const char *const texts[] = {"", "{", "[]", "{\"input_hash\":\"ab\"}", CARD CARD, CARD "\n{"};
    struct rr_err err;
    keep(*state);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        test_write_file(path, texts[i]);
        assert_fails(find(*state, &err), RR_BROKEN);
    }
}

static void a_use_makes_it_young_again(void **state) {
    struct rr_err err;
    keep(*state);
    test_set_age(path, 3 * (int64_t)day_s);
    assert_ok(find(*state, &err));
    assert_true(age_of(path) < day_s);
    test_set_age(path, day_s / 2); /* noted to the day */
    assert_ok(find(*state, &err));
    assert_true(age_of(path) >= day_s / 2);
}

static void cards_that_nobody_uses_are_pruned(void **state) {
    struct rr_err err;
    uint32_t removed;
    keep(*state);
    test_set_age(path, 13 * (int64_t)day_s);
    assert_ok(rr_store_prune(*state, 14 * (int64_t)day_s, &removed, &err));
    assert_int_equal(removed, 0);
    test_set_age(path, 15 * (int64_t)day_s);
    assert_ok(rr_store_prune(*state, 14 * (int64_t)day_s, &removed, &err));
    assert_int_equal(removed, 1);
    assert_fails(find(*state, &err), RR_NOT_FOUND);
}

static void pruning_takes_what_crashes_left_and_nothing_else(void **state) {
    struct rr_err err;
    uint32_t removed;
    keep(*state);
    char *folder_end = strrchr(path, '/');
    char old[256], fresh[256], foreign[256];
    snprintf(old, sizeof old, "%.*s/.x.json.tmp.AbCdEf", (int)(folder_end - path), path);
    snprintf(fresh, sizeof fresh, "%.*s/.y.json.tmp.AbCdEf", (int)(folder_end - path), path);
    snprintf(foreign, sizeof foreign, "%.*s/README", (int)(folder_end - path), path);
    test_write_file(old, "x");
    test_write_file(fresh, "y");
    test_write_file(foreign, "z");
    test_set_age(old, 2 * 60 * 60);
    test_set_age(foreign, 400 * (int64_t)day_s);
    assert_ok(rr_store_prune(*state, day_s, &removed, &err));
    struct stat st;
    assert_int_equal(stat(old, &st), -1);
    assert_ok(stat(fresh, &st));
    assert_ok(stat(foreign, &st));
    assert_ok(find(*state, &err));
}

struct told {
    int count;
    char path[128];
    bool broken;
};

static void note(void *ctx, const char *display, const char *problem) {
    struct told *told = ctx;
    told->count++;
    told->broken = problem != NULL;
    snprintf(told->path, sizeof told->path, "%s", display);
}

static void verify_looks_at_cards_and_does_not_use_them(void **state) {
    struct rr_err err;
    struct told told = {0};
    keep(*state);
    test_set_age(path, 3 * (int64_t)day_s);
    assert_ok(rr_store_verify(*state, note, &told, &err));
    assert_int_equal(told.count, 1);
    assert_false(told.broken);
    assert_string_equal(told.path, "report_cache/cards/ab/ab0123456789abcdef0123456789abcdef0123456789abcdef0123456789cdef.json");
    assert_true(age_of(path) > 2 * day_s);
    test_write_file(path, "{");
    assert_ok(rr_store_verify(*state, note, &told, &err));
    assert_true(told.broken);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_card_is_found_by_its_digest, open_store, close_store),
        cmocka_unit_test_setup_teardown(what_is_not_that_card_is_broken, open_store, close_store),
        cmocka_unit_test_setup_teardown(a_use_makes_it_young_again, open_store, close_store),
        cmocka_unit_test_setup_teardown(cards_that_nobody_uses_are_pruned, open_store, close_store),
        cmocka_unit_test_setup_teardown(pruning_takes_what_crashes_left_and_nothing_else, open_store, close_store),
        cmocka_unit_test_setup_teardown(verify_looks_at_cards_and_does_not_use_them, open_store, close_store),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
