/* The writer gives the bytes that a tree gives. */
#include "support.h"

#include "base/json_writer.h"
#include "base/relay.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void members_and_items_have_their_commas(void **state) {
    (void)state;
    struct rr_buf buf = RR_BUF_INIT(100000);
    rr_buf_add_text(&buf, "> ");
    struct rr_writer writer = rr_writer_on(&buf);
    rr_write_object(&writer, NULL);
    rr_write_text(&writer, "이름", rr_slice_of("교육팀"));
    rr_write_plain(&writer, "plain", rr_slice_of("x"));
    rr_write_array(&writer, "list");
    rr_write_whole(&writer, NULL, 1);
    rr_write_object(&writer, NULL);
    rr_write_end(&writer, '}');
    rr_write_null(&writer, NULL);
    rr_write_array(&writer, NULL);
    rr_write_end(&writer, ']');
    rr_write_end(&writer, ']');
    rr_write_bool(&writer, "yes", true);
    rr_write_number(&writer, "ratio", 0.25);
    rr_write_value(&writer, "own", rr_slice_of("{\"a\":[]}"));
    rr_write_end(&writer, '}');
    rr_writer_close(&writer);
    assert_false(buf.failed);
    assert_string_equal(buf.ptr, "> {\"이름\":\"교육팀\",\"plain\":\"x\",\"list\":[1,{},null,[]],\"yes\":true,\"ratio\":0.25,"
                                 "\"own\":{\"a\":[]}}");
    rr_buf_free(&buf);
}

static void check_text(struct rr_slice text) {
    struct rr_json json = {0};
    struct rr_err err;
    struct rr_buf want = RR_BUF_INIT(SIZE_MAX / 8), have = RR_BUF_INIT(SIZE_MAX / 8);
    cJSON *root = rr_json_array(&json, NULL, NULL);
    rr_json_text(&json, root, NULL, text);
    assert_ok(rr_json_print(&json, root, &want, &err));
    struct rr_writer writer = rr_writer_on(&have);
    rr_write_array(&writer, NULL);
    rr_write_text(&writer, NULL, text);
    rr_write_end(&writer, ']');
    rr_writer_close(&writer);
    assert_string_equal(have.ptr, want.ptr);
    rr_buf_free(&want);
    rr_buf_free(&have);
}

/* Every byte before every other, and characters of every length, whole, cut and across the pieces that a long text is written in.
 */
static void texts_are_those_of_a_tree(void **state) {
    (void)state;
    static const char *const parts[] = {"a",    "\"",           "\\",       "\x01",     "\x7f", "é",        "한",   "😀",
                                        "\xff", "\xed\xa0\x80", "\xc0\xaf", "\xe2\x80", "\xf0", "\xf4\x90", "\x80", "/"};
    enum { part_count = sizeof parts / sizeof parts[0], long_max = 20000 };
    check_text((struct rr_slice){NULL, 0});
    check_text(rr_slice_of(""));
    for (int c = 0; c < 256 * 256; c++)
        check_text((struct rr_slice){(const char[]){(char)(c >> 8), (char)c}, 2});
    char text[long_max + 8];
    unsigned turn = 1;
    for (int times = 0; times < 200; times++) {
        size_t len = 0;
        while (len < long_max / 2) {
            turn = turn * 1103515245 + 12345;
            const char *part = parts[turn / 65536 % (times % 2 == 0 ? part_count : 1) + (times % 4 == 1 ? 6 : 0)];
            memcpy(text + len, part, strlen(part));
            len += strlen(part);
        }
        check_text((struct rr_slice){text + times % 5, len - 8});
    }
}

static void what_is_longer_than_the_buffer_may_be_fails(void **state) {
    (void)state;
    for (size_t max = 0; max < 60; max++) {
        struct rr_buf buf = RR_BUF_INIT(max);
        struct rr_writer writer = rr_writer_on(&buf);
        rr_write_object(&writer, NULL);
        rr_write_text(&writer, "name", rr_slice_of("some text that needs room"));
        rr_write_array(&writer, "list");
        rr_write_whole(&writer, NULL, 1);
        rr_write_end(&writer, ']');
        rr_write_end(&writer, '}');
        rr_writer_close(&writer);
        assert_true(buf.failed);
        rr_buf_free(&buf);
    }
}

/* ---- relay ---- */

static void make_line(const void *ctx, uint32_t piece, struct rr_buf *text) {
    const uint32_t *bad = ctx;
    for (uint32_t i = 0; i <= piece % 7; i++)
        rr_buf_printf(text, "%u ", piece);
    text->failed |= piece == *bad;
}

static int collect(void *ctx, const char *bytes, size_t len, struct rr_err *err) {
    struct rr_buf *all = ctx;
    if (all->len + len > 20000)
        return rr_fail(err, RR_CACHE_WRITE_FAILED, "full");
    rr_buf_add(all, bytes, len);
    return 0;
}

static void pieces_come_in_order_whoever_made_them(void **state) {
    (void)state;
    const uint32_t none = UINT32_MAX;
    struct rr_buf want = RR_BUF_INIT(100000);
    struct rr_err err;
    for (uint32_t i = 0; i < 500; i++)
        make_line(&none, i, &want);
    for (int threads = 0; threads <= 20; threads++) {
        struct rr_buf have = RR_BUF_INIT(100000);
        const struct rr_sink sink = {collect, &have};
        assert_ok(rr_relay(make_line, &none, 500, threads, &sink, &err));
        assert_string_equal(have.ptr, want.ptr);
        rr_buf_free(&have);
    }
    rr_buf_free(&want);
}

static void a_piece_or_a_sink_that_fails_ends_it(void **state) {
    (void)state;
    for (int threads = 1; threads <= 4; threads++) {
        struct rr_buf have = RR_BUF_INIT(100000);
        const struct rr_sink sink = {collect, &have};
        struct rr_err err;
        assert_fails(rr_relay(make_line, &(uint32_t){100}, 500, threads, &sink, &err), RR_PIPELINE_FAILED);
        rr_buf_clear(&have);
        assert_fails(rr_relay(make_line, &(uint32_t){UINT32_MAX}, 5000, threads, &sink, &err), RR_CACHE_WRITE_FAILED);
        rr_buf_free(&have);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_and_items_have_their_commas),         cmocka_unit_test(texts_are_those_of_a_tree),
        cmocka_unit_test(what_is_longer_than_the_buffer_may_be_fails), cmocka_unit_test(pieces_come_in_order_whoever_made_them),
        cmocka_unit_test(a_piece_or_a_sink_that_fails_ends_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
