#include "support.h"

#include "base/hash.h"
#include "base/table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void numbers_follow_first_sight(void **state) {
    (void)state;
    struct rr_table table = {0};
    assert_int_equal(rr_table_add(&table, rr_slice_of("b")), 0);
    assert_int_equal(rr_table_add(&table, rr_slice_of("a")), 1);
    assert_int_equal(rr_table_add(&table, rr_slice_of("b")), 0);
    assert_int_equal(rr_table_add(&table, rr_slice_of("")), 2);
    assert_int_equal(rr_table_add(&table, rr_slice_of("a ")), 3);
    assert_int_equal(table.count, 4);
    assert_text(rr_table_key(&table, 0), "b");
    assert_text(rr_table_key(&table, 2), "");
    rr_table_free(&table);
}

static void find_adds_nothing(void **state) {
    (void)state;
    struct rr_table table = {0};
    assert_int_equal(rr_table_find(&table, rr_slice_of("a")), RR_NONE);
    rr_table_add(&table, rr_slice_of("a"));
    assert_int_equal(rr_table_find(&table, rr_slice_of("a")), 0);
    assert_int_equal(rr_table_find(&table, rr_slice_of("A")), RR_NONE);
    assert_int_equal(rr_table_find(&table, rr_slice_of("")), RR_NONE);
    assert_int_equal(table.count, 1);
    rr_table_free(&table);
}

static void keys_are_copied_with_all_their_bytes(void **state) {
    (void)state;
    struct rr_table table = {0};
    char key[] = "a\0b";
    assert_int_equal(rr_table_add(&table, (struct rr_slice){key, 3}), 0);
    memset(key, 'x', sizeof key);
    assert_int_equal(rr_table_find(&table, (struct rr_slice){"a\0b", 3}), 0);
    assert_int_equal(rr_table_find(&table, (struct rr_slice){"a\0c", 3}), RR_NONE);
    assert_int_equal(rr_table_find(&table, rr_slice_of("a")), RR_NONE);
    rr_table_free(&table);
}

static void many_keys_keep_their_numbers_and_places(void **state) {
    (void)state;
    enum { many = 50000 };
    struct rr_table table = {0};
    char text[32];
    rr_table_add(&table, rr_slice_of("first"));
    const char *first = rr_table_key(&table, 0).ptr;
    for (uint32_t i = 1; i < many; i++) {
        snprintf(text, sizeof text, "조직-%u", i);
        assert_int_equal(rr_table_add(&table, rr_slice_of(text)), i);
    }
    for (uint32_t i = 1; i < many; i++) {
        snprintf(text, sizeof text, "조직-%u", i);
        assert_int_equal(rr_table_find(&table, rr_slice_of(text)), i);
        assert_text(rr_table_key(&table, i), text);
    }
    assert_ptr_equal(rr_table_key(&table, 0).ptr, first);
    assert_int_equal(table.count, many);
    rr_table_free(&table);
}

static void many_at_once_are_as_many_one_by_one(void **state) {
    (void)state;
    enum { many = 1000, some = 150 };
    static char texts[many][12];
    struct rr_slice keys[many];
    uint32_t ids[many], found[many];
    struct rr_table one = {0}, all = {0};
    for (uint32_t i = 0; i < many; i++) {
        snprintf(texts[i], sizeof texts[i], "key %u", (unsigned)(i % 7 == 3 ? i - 3 : i)); /* some stand twice */
        keys[i] = i % 10 == 9 ? (struct rr_slice){NULL, 0} : rr_slice_of(texts[i]);
    }
    for (uint32_t i = 0; i < many; i += some)
        assert_int_equal(rr_table_add_all(&all, keys + i, ids + i, many - i < some ? many - i : some), 0);
    rr_table_find_all(&all, keys, found, many);
    for (uint32_t i = 0; i < many; i++) {
        assert_int_equal(ids[i], keys[i].ptr == NULL ? RR_NONE : rr_table_add(&one, keys[i]));
        assert_int_equal(found[i], ids[i]);
    }
    assert_int_equal(all.count, one.count);
    rr_table_free(&one);
    rr_table_free(&all);
}

static void a_key_may_be_long(void **state) {
    (void)state;
    enum { long_bytes = 300000 };
    struct rr_table table = {0};
    char *text = malloc(long_bytes);
    assert_non_null(text);
    memset(text, 'k', long_bytes);
    rr_table_add(&table, rr_slice_of("short"));
    assert_int_equal(rr_table_add(&table, (struct rr_slice){text, long_bytes}), 1);
    assert_int_equal(rr_table_add(&table, (struct rr_slice){text, long_bytes - 1}), 2);
    assert_int_equal(rr_table_find(&table, (struct rr_slice){text, long_bytes}), 1);
    assert_int_equal(rr_table_find(&table, rr_slice_of("short")), 0);
    rr_table_free(&table);
    free(text);
}

static void free_is_idempotent_and_the_table_can_be_used_again(void **state) {
    (void)state;
    struct rr_table table = {0};
    rr_table_free(&table);
    rr_table_add(&table, rr_slice_of("a"));
    rr_table_free(&table);
    rr_table_free(&table);
    assert_int_equal(table.count, 0);
    assert_int_equal(rr_table_find(&table, rr_slice_of("a")), RR_NONE);
    assert_int_equal(rr_table_add(&table, rr_slice_of("b")), 0);
    rr_table_free(&table);
}

/* ---- hash ---- */

static void the_hash_depends_on_every_byte(void **state) {
    (void)state;
    char text[40];
    memset(text, 'a', sizeof text);
    for (size_t len = 0; len < sizeof text; len++) {
        uint64_t hash = rr_hash64((struct rr_slice){text, len});
        assert_true(hash == rr_hash64((struct rr_slice){text, len}));
        assert_true(hash != rr_hash64((struct rr_slice){text, len + 1}));
        for (size_t i = 0; i < len; i++) {
            text[i] = 'b';
            assert_true(hash != rr_hash64((struct rr_slice){text, len}));
            text[i] = 'a';
        }
    }
}

static void the_hash_tells_zeros_at_the_end_apart(void **state) {
    (void)state;
    assert_true(rr_hash64((struct rr_slice){"a\0\0", 1}) != rr_hash64((struct rr_slice){"a\0\0", 2}));
    assert_true(rr_hash64((struct rr_slice){"a\0\0", 2}) != rr_hash64((struct rr_slice){"a\0\0", 3}));
    assert_true(rr_hash64(rr_slice_of(NULL)) == rr_hash64(rr_slice_of("")));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_follow_first_sight),
        cmocka_unit_test(find_adds_nothing),
        cmocka_unit_test(keys_are_copied_with_all_their_bytes),
        cmocka_unit_test(many_keys_keep_their_numbers_and_places),
        cmocka_unit_test(many_at_once_are_as_many_one_by_one),
        cmocka_unit_test(a_key_may_be_long),
        cmocka_unit_test(free_is_idempotent_and_the_table_can_be_used_again),
        cmocka_unit_test(the_hash_depends_on_every_byte),
        cmocka_unit_test(the_hash_tells_zeros_at_the_end_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
