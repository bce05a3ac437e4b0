#include "base/gzip.h"

#include "base/relay.h"
#include "base/thread.h"

#include <limits.h>
#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>

/* The file in pieces, each compressed for itself, though with what stands before it for a dictionary, and ended at a byte: so
 * they can be made side by side, and one behind the other they are one stream. */

enum { piece_bytes = 256 * 1024, window_bytes = 32 * 1024, chunk_bytes = 16 * 1024, raw_window_bits = -15, memory_level = 9 };

enum { gzip_window_bits = 15 + 16, inflated_bytes = 64 * 1024 };

struct plan {
    int fd;
    uint64_t size;
    int level;
    uint32_t count;   /* of pieces */
    uint32_t *checks; /* each piece's CRC, by whoever makes it */
};

static uint64_t piece_length(const struct plan *plan, uint32_t piece) {
    uint64_t left = plan->size - (uint64_t)piece * piece_bytes;
    return left < piece_bytes ? left : piece_bytes;
}

static bool read_at(int fd, Bytef *bytes, size_t len, uint64_t offset) {
    while (len > 0) {
        ssize_t n = pread(fd, bytes, len, (off_t)offset);
        if (n <= 0)
            return false;
        bytes += n;
        len -= (size_t)n;
        offset += (uint64_t)n;
    }
    return true;
}

/* Gives the stream its input chunk by chunk, each counted in the check, and lets others have the core in between. */
static bool deflate_all(z_stream *stream, size_t len, int flush, uint32_t *check) {
    int rc;
    do {
        size_t chunk = len < chunk_bytes ? len : chunk_bytes;
        len -= chunk;
        *check = (uint32_t)crc32_z(*check, stream->next_in, chunk);
        stream->avail_in = (uInt)chunk;
        rc = deflate(stream, len > 0 ? Z_NO_FLUSH : flush);
        rr_thread_yield();
    } while (rc == Z_OK && len > 0);
    return rc == (flush == Z_FINISH ? Z_STREAM_END : Z_OK) && stream->avail_in == 0;
}

/* Appends the stream of a piece, which begins at bytes[before], to text; bytes[0 .. before) are what stands before it. */
static bool compress_piece(const struct plan *plan, uint32_t piece, Bytef *bytes, size_t before, struct rr_buf *text) {
    size_t len = (size_t)piece_length(plan, piece);
    z_stream stream = {0};
    if (deflateInit2(&stream, plan->level, Z_DEFLATED, raw_window_bits, memory_level, Z_DEFAULT_STRATEGY) != Z_OK)
        return false;
    size_t room = deflateBound(&stream, len) + 16; /* and the mark of a byte's end */
    bool done = false;
    if (rr_buf_reserve(text, room) && (before == 0 || deflateSetDictionary(&stream, bytes, (uInt)before) == Z_OK)) {
        stream.next_in = bytes + before;
        stream.next_out = (Bytef *)text->ptr + text->len;
        stream.avail_out = (uInt)room;
        done = deflate_all(&stream, len, piece + 1 == plan->count ? Z_FINISH : Z_SYNC_FLUSH, &plan->checks[piece]);
        text->len += room - stream.avail_out;
    }
    deflateEnd(&stream);
    return done;
}

static void make_piece(const void *ctx, uint32_t piece, struct rr_buf *text) {
    static const unsigned char head[] = {0x1f, 0x8b, Z_DEFLATED, 0, 0, 0, 0, 0, 0, 3}; /* RFC 1952; 3: Unix */
    const struct plan *plan = ctx;
    uint64_t at = (uint64_t)piece * piece_bytes;
    size_t before = at < window_bytes ? (size_t)at : window_bytes, len = before + (size_t)piece_length(plan, piece);
    Bytef *bytes = malloc(len + 1);
    if (piece == 0)
        rr_buf_add(text, head, sizeof head);
    if (bytes == NULL || !read_at(plan->fd, bytes, len, at - before) || !compress_piece(plan, piece, bytes, before, text))
        text->failed = true;
    free(bytes);
}

/* What closes a gzip file: the CRC of all of it and its length, both little-endian. */
static int write_tail(const struct plan *plan, const struct rr_sink *sink, struct rr_err *err) {
    uLong check = crc32_z(0, NULL, 0);
    unsigned char tail[8];
    for (uint32_t i = 0; i < plan->count; i++)
        check = crc32_combine(check, plan->checks[i], (z_off_t)piece_length(plan, i));
    for (unsigned i = 0; i < 4; i++) {
        tail[i] = (unsigned char)(check >> (8 * i));
        tail[4 + i] = (unsigned char)(plan->size >> (8 * i));
    }
    return sink->write(sink->ctx, (const char *)tail, sizeof tail, err);
}

int rr_gzip_file(int fd, uint64_t size, int level, int threads, const struct rr_sink *sink, struct rr_err *err) {
    struct plan plan = {.fd = fd, .size = size, .level = level};
    plan.count = size == 0 ? 1 : (uint32_t)((size - 1) / piece_bytes + 1);
    plan.checks = calloc(plan.count, sizeof *plan.checks);
    if (plan.checks == NULL)
        return rr_fail_memory(err);
    int rc = rr_relay(make_piece, &plan, plan.count, threads, sink, err);
    if (rc == 0)
        rc = write_tail(&plan, sink, err);
    free(plan.checks);
    return rc;
}

static int inflate_to(z_stream *stream, const struct rr_sink *sink, struct rr_err *err) {
    unsigned char piece[inflated_bytes];
    for (int state = Z_OK; state != Z_STREAM_END;) {
        stream->next_out = piece;
        stream->avail_out = sizeof piece;
        state = inflate(stream, Z_NO_FLUSH);
        if (state == Z_MEM_ERROR)
            return rr_fail_memory(err);
        if (state != Z_OK && state != Z_STREAM_END)
            return rr_fail(err, RR_BROKEN, "it is not one whole gzip file");
        if (sink->write(sink->ctx, (const char *)piece, sizeof piece - stream->avail_out, err) != 0)
            return -1;
    }
    return stream->avail_in == 0 ? 0 : rr_fail(err, RR_BROKEN, "something stands behind the gzip file's end");
}

int rr_gunzip(struct rr_slice gzip, const struct rr_sink *sink, struct rr_err *err) {
    z_stream stream = {0};
    if (gzip.len > UINT_MAX)
        return rr_fail(err, RR_BROKEN, "it is too long to be a document of ours");
    if (inflateInit2(&stream, gzip_window_bits) != Z_OK)
        return rr_fail_memory(err);
    stream.next_in = (z_const Bytef *)gzip.ptr;
    stream.avail_in = (uInt)gzip.len;
    int rc = inflate_to(&stream, sink, err);
    inflateEnd(&stream);
    return rc;
}
