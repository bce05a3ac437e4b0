#include "support.h"

#include "base/digest.h"

#include <stdio.h>
#include <string.h>

/* The right side is from `printf '%s\0' ... | sha256sum`, and for no pieces from `sha256sum </dev/null`. */
static void digests_are_those_of_sha256sum(void **state) {
    (void)state;
    char text[RR_DIGEST_SIZE];
    rr_digest(text, NULL, 0);
    assert_string_equal(text, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    rr_digest(text, (const struct rr_slice[]){RR_SLICE("abc"), RR_SLICE("예산")}, 2);
    assert_string_equal(text, "982c1a704004642e819f5aef8e37ae124fdb13333bf4ae96d5c7b60e3b1eeedf");
    rr_digest(text, (const struct rr_slice[]){{NULL, 0}}, 1);
    assert_string_equal(text, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
}

static void its_bytes_are_those_of_its_text(void **state) {
    (void)state;
    const struct rr_slice piece = RR_SLICE("예산 동결");
    char text[RR_DIGEST_SIZE], written[RR_DIGEST_SIZE];
    uint8_t bytes[RR_DIGEST_BYTES];
    rr_digest(text, &piece, 1);
    rr_digest_bytes(bytes, &piece, 1);
    for (size_t i = 0; i < sizeof bytes; i++)
        snprintf(written + 2 * i, sizeof written - 2 * i, "%02x", bytes[i]);
    assert_string_equal(written, text);
}

static void what_moves_between_pieces_is_seen(void **state) {
    (void)state;
    char one[RR_DIGEST_SIZE], other[RR_DIGEST_SIZE];
    rr_digest(one, (const struct rr_slice[]){RR_SLICE("ab"), RR_SLICE("c")}, 2);
    rr_digest(other, (const struct rr_slice[]){RR_SLICE("a"), RR_SLICE("bc")}, 2);
    assert_string_not_equal(one, other);
}

static void looks_tell_a_digest(void **state) {
    (void)state;
    char text[RR_DIGEST_SIZE + 1];
    rr_digest(text, NULL, 0);
    assert_true(rr_digest_is(text));
    text[RR_DIGEST_SIZE - 1] = '0';
    text[RR_DIGEST_SIZE] = '\0';
    assert_false(rr_digest_is(text));
    text[RR_DIGEST_SIZE - 2] = '\0';
    assert_false(rr_digest_is(text));
    assert_false(rr_digest_is("E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855"));
    assert_false(rr_digest_is("../../../../../../../../../../../../../../../../../../etc/passwd0"));
    assert_false(rr_digest_is(""));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(digests_are_those_of_sha256sum),
        cmocka_unit_test(its_bytes_are_those_of_its_text),
        cmocka_unit_test(what_moves_between_pieces_is_seen),
        cmocka_unit_test(looks_tell_a_digest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
