/* The hash of a text is the same in whatever pieces it comes. */
#include "support.h"

#include "base/hash.h"

#include <stdio.h>

enum { max_bytes = 40 };

static void fill(char *bytes, size_t len) {
    for (size_t i = 0; i < len; i++)
        bytes[i] = (char)(i * 37 + 11);
}

static void any_split_gives_the_hash_of_the_whole(void **state) {
    (void)state;
    char bytes[max_bytes];
    fill(bytes, sizeof bytes);
    for (size_t len = 0; len <= max_bytes; len++)
        for (size_t first = 0; first <= len; first++)
            for (size_t second = first; second <= len; second++) {
                struct rr_hash hash = RR_HASH_INIT;
                rr_hash_add(&hash, (struct rr_slice){bytes, first});
                rr_hash_add(&hash, (struct rr_slice){bytes + first, second - first});
                rr_hash_add(&hash, (struct rr_slice){bytes + second, len - second});
                assert_true(rr_hash_end(&hash) == rr_hash64((struct rr_slice){bytes, len}));
            }
}

static void every_byte_and_the_length_count(void **state) {
    (void)state;
    char bytes[max_bytes] = {0};
    uint64_t seen[2 * max_bytes + 1];
    size_t count = 0;
    for (size_t len = 0; len <= max_bytes; len++) /* zeros alone: only the length differs */
        seen[count++] = rr_hash64((struct rr_slice){bytes, len});
    for (size_t i = 0; i < max_bytes; i++) {
        bytes[i] = 1;
        seen[count++] = rr_hash64((struct rr_slice){bytes, max_bytes});
        bytes[i] = 0;
    }
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < i; j++)
            assert_true(seen[i] != seen[j]);
}

static void a_hash_can_be_asked_for_and_gone_on_with(void **state) {
    (void)state;
    struct rr_hash hash = RR_HASH_INIT;
    rr_hash_add(&hash, rr_slice_of("가나"));
    assert_true(rr_hash_end(&hash) == rr_hash64(rr_slice_of("가나")));
    rr_hash_add(&hash, rr_slice_of("다라마"));
    assert_true(rr_hash_end(&hash) == rr_hash64(rr_slice_of("가나다라마")));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_split_gives_the_hash_of_the_whole),
        cmocka_unit_test(every_byte_and_the_length_count),
        cmocka_unit_test(a_hash_can_be_asked_for_and_gone_on_with),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
