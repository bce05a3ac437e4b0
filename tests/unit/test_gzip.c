/* Files compressed in pieces are gzip files like any other: zlib itself reads them back. */
#include "support.h"

#include "base/buf.h"
#include "base/gzip.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

enum { piece = 256 * 1024, most_bytes = 12 * piece + 1, file_max_bytes = 32 * piece };

static int add_to(void *ctx, const char *bytes, size_t len, struct rr_err *err) {
    struct rr_buf *buf = ctx;
    rr_buf_add(buf, bytes, len);
    return buf->failed ? rr_fail_memory(err) : 0;
}

static int refuse(void *ctx, const char *bytes, size_t len, struct rr_err *err) {
    (void)ctx;
    (void)bytes;
    (void)len;
    return rr_fail(err, RR_CACHE_WRITE_FAILED, "full");
}

/* Text that compresses, with something that does not now and then. */
static char *make_text(size_t len) {
    char *text = malloc(len + 1);
    unsigned random = 1;
    for (size_t i = 0; i < len; i++) {
        random = random * 1103515245 + 12345;
        text[i] = i / 1000 % 10 == 3 ? (char)(random >> 16) : "{\"target\":100,\"gap\":30}\n"[i % 24];
    }
    return text;
}

static int open_text(const char *text, size_t len) {
    int fd = open(test_path(test_folder(), "text"), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    for (size_t at = 0; at < len;) {
        ssize_t n = write(fd, text + at, len - at);
        assert_true(n > 0);
        at += (size_t)n;
    }
    return fd;
}

static void compress_to(struct rr_buf *zipped, int fd, size_t len, int level, int threads) {
    const struct rr_sink sink = {add_to, zipped};
    struct rr_err err;
    *zipped = (struct rr_buf)RR_BUF_INIT(file_max_bytes);
    assert_ok(rr_gzip_file(fd, len, level, threads, &sink, &err));
}

/* What zlib makes of the one gzip member that zipped must be; the CRC and the length are checked by zlib. */
static void assert_unzips_to(const struct rr_buf *zipped, const char *text, size_t len) {
    char *back = malloc(len + 1);
    z_stream stream = {.next_in = (z_const Bytef *)zipped->ptr,
                       .avail_in = (uInt)zipped->len,
                       .next_out = (Bytef *)back,
                       .avail_out = (uInt)(len + 1)};
    assert_int_equal(inflateInit2(&stream, 15 + 16), Z_OK);
    assert_int_equal(inflate(&stream, Z_FINISH), Z_STREAM_END);
    assert_int_equal(stream.avail_in, 0);
    assert_int_equal(stream.total_out, len);
    assert_memory_equal(back, text, len);
    inflateEnd(&stream);
    free(back);
}

static void zlib_reads_back_any_length(void **state) {
    (void)state;
    static const size_t lengths[] = {0, 1, 1000, piece - 1, piece, piece + 1, 2 * piece, most_bytes};
    char *text = make_text(most_bytes);
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        struct rr_buf zipped;
        int fd = open_text(text, lengths[i]);
        compress_to(&zipped, fd, lengths[i], 9, 1);
        assert_unzips_to(&zipped, text, lengths[i]);
        rr_buf_free(&zipped);
        close(fd);
    }
    free(text);
}

static void the_bytes_are_the_same_whatever_the_number_of_threads(void **state) {
    (void)state;
    char *text = make_text(most_bytes);
    int fd = open_text(text, most_bytes);
    struct rr_buf one, other;
    compress_to(&one, fd, most_bytes, 1, 1);
    for (int threads = 2; threads <= 5; threads++) {
        compress_to(&other, fd, most_bytes, 1, threads);
        assert_int_equal(other.len, one.len);
        assert_memory_equal(other.ptr, one.ptr, one.len);
        rr_buf_free(&other);
    }
    assert_unzips_to(&one, text, most_bytes);
    rr_buf_free(&one);
    close(fd);
    free(text);
}

static void a_higher_level_is_smaller(void **state) {
    (void)state;
    char *text = make_text(piece);
    int fd = open_text(text, piece);
    struct rr_buf fast, best;
    compress_to(&fast, fd, piece, 1, 1);
    compress_to(&best, fd, piece, 9, 1);
    assert_true(best.len < fast.len && fast.len < piece / 2);
    rr_buf_free(&fast);
    rr_buf_free(&best);
    close(fd);
    free(text);
}

static void a_file_that_is_shorter_than_said_or_a_sink_that_fails_is_an_error(void **state) {
    (void)state;
    struct rr_buf zipped = RR_BUF_INIT(file_max_bytes);
    const struct rr_sink sink = {add_to, &zipped}, full = {refuse, NULL};
    struct rr_err err;
    int fd = open_text("short", 5);
    assert_fails(rr_gzip_file(fd, 6, 9, 1, &sink, &err), RR_PIPELINE_FAILED);
    assert_fails(rr_gzip_file(fd, 5, 9, 1, &full, &err), RR_CACHE_WRITE_FAILED);
    rr_buf_free(&zipped);
    close(fd);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(zlib_reads_back_any_length),
        cmocka_unit_test(the_bytes_are_the_same_whatever_the_number_of_threads),
        cmocka_unit_test(a_higher_level_is_smaller),
        cmocka_unit_test(a_file_that_is_shorter_than_said_or_a_sink_that_fails_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
