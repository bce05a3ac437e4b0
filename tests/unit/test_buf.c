#include "support.h"

#include "base/buf.h"

#include <string.h>

static void appends_text_bytes_and_format(void **state) {
    (void)state;
    struct rr_buf buf = RR_BUF_INIT(1000);
    rr_buf_add_text(&buf, "coverage ");
    rr_buf_add(&buf, "0.\0", 3);
    rr_buf_printf(&buf, "%d%s", 55, "억");
    assert_false(buf.failed);
    assert_int_equal(buf.len, 9 + 3 + 5);
    assert_memory_equal(buf.ptr, "coverage 0.\00055억", buf.len + 1);
    rr_buf_free(&buf);
}

static void is_nul_terminated_after_every_append(void **state) {
    (void)state;
    struct rr_buf buf = RR_BUF_INIT(100000);
    for (size_t i = 0; i < 5000; i++) {
        rr_buf_add(&buf, "xy", 1 + i % 2);
        assert_int_equal(buf.ptr[buf.len], '\0');
    }
    assert_int_equal(strlen(buf.ptr), 7500);
    rr_buf_free(&buf);
}

static void appending_nothing_changes_nothing(void **state) {
    (void)state;
    struct rr_buf buf = RR_BUF_INIT(0);
    rr_buf_add(&buf, NULL, 0);
    rr_buf_add_text(&buf, "");
    assert_false(buf.failed);
    assert_int_equal(buf.len, 0);
    rr_buf_free(&buf);
}

static void holds_the_maximum_and_no_more(void **state) {
    (void)state;
    struct rr_buf buf = RR_BUF_INIT(5);
    rr_buf_add_text(&buf, "12345");
    assert_false(buf.failed);
    rr_buf_add_text(&buf, "6");
    assert_true(buf.failed);
    assert_string_equal(buf.ptr, "12345");
    rr_buf_free(&buf);
}

static void once_failed_it_takes_nothing(void **state) {
    (void)state;
    struct rr_buf buf = RR_BUF_INIT(5);
    rr_buf_add_text(&buf, "123");
    rr_buf_printf(&buf, "%d", 456);
    assert_true(buf.failed);
    rr_buf_add_text(&buf, "4");
    assert_true(buf.failed);
    assert_string_equal(buf.ptr, "123");
    rr_buf_free(&buf);
}

static void a_length_beyond_all_memory_fails(void **state) {
    (void)state;
    struct rr_buf buf = RR_BUF_INIT(100);
    rr_buf_add_text(&buf, "1");
    assert_false(rr_buf_reserve(&buf, SIZE_MAX));
    assert_true(buf.failed);
    rr_buf_free(&buf);
}

static void clear_empties_it_and_keeps_its_memory(void **state) {
    (void)state;
    struct rr_buf buf = RR_BUF_INIT(3);
    rr_buf_add_text(&buf, "123");
    rr_buf_add_text(&buf, "4");
    const char *memory = buf.ptr;
    rr_buf_clear(&buf);
    assert_false(buf.failed);
    assert_int_equal(buf.len, 0);
    assert_string_equal(buf.ptr, "");
    rr_buf_add_text(&buf, "abc");
    assert_string_equal(buf.ptr, "abc");
    assert_ptr_equal(buf.ptr, memory);
    rr_buf_free(&buf);
}

static void reserve_makes_room_to_fill(void **state) {
    (void)state;
    struct rr_buf buf = RR_BUF_INIT(10000);
    rr_buf_add_text(&buf, "ab");
    assert_true(rr_buf_reserve(&buf, 9998));
    assert_string_equal(buf.ptr, "ab");
    memset(buf.ptr + buf.len, 'x', 9998);
    buf.len += 9998;
    assert_false(rr_buf_reserve(&buf, 1));
    rr_buf_free(&buf);
}

static void free_is_idempotent_and_it_can_be_used_again(void **state) {
    (void)state;
    struct rr_buf buf = RR_BUF_INIT(10);
    rr_buf_free(&buf);
    rr_buf_add_text(&buf, "abc");
    rr_buf_free(&buf);
    rr_buf_free(&buf);
    assert_null(buf.ptr);
    assert_int_equal(buf.len, 0);
    rr_buf_add_text(&buf, "def");
    assert_string_equal(buf.ptr, "def");
    rr_buf_free(&buf);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(appends_text_bytes_and_format),
        cmocka_unit_test(is_nul_terminated_after_every_append),
        cmocka_unit_test(appending_nothing_changes_nothing),
        cmocka_unit_test(holds_the_maximum_and_no_more),
        cmocka_unit_test(once_failed_it_takes_nothing),
        cmocka_unit_test(a_length_beyond_all_memory_fails),
        cmocka_unit_test(clear_empties_it_and_keeps_its_memory),
        cmocka_unit_test(reserve_makes_room_to_fill),
        cmocka_unit_test(free_is_idempotent_and_it_can_be_used_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
