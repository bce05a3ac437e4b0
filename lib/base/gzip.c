#include "base/gzip.h"

#include <stdlib.h>
#include <zlib.h>

enum { level = 9, gzip_window_bits = 15 + 16, memory_level = 8, piece_bytes = 64 * 1024 };

struct rr_gzip {
    z_stream stream;
    struct rr_sink sink;
    char piece[piece_bytes];
};

int rr_gzip_open(struct rr_gzip **out, const struct rr_sink *sink, struct rr_err *err) {
    struct rr_gzip *gzip = calloc(1, sizeof *gzip);
    if (gzip == NULL)
        return rr_fail_memory(err);
    gzip->sink = *sink;
    if (deflateInit2(&gzip->stream, level, Z_DEFLATED, gzip_window_bits, memory_level, Z_DEFAULT_STRATEGY) != Z_OK) {
        free(gzip);
        return rr_fail_memory(err);
    }
    *out = gzip;
    return 0;
}

/* Compresses what the stream holds, and hands on what comes out. */
static int drain(struct rr_gzip *gzip, int flush, struct rr_err *err) {
    do {
        gzip->stream.next_out = (Bytef *)gzip->piece;
        gzip->stream.avail_out = piece_bytes;
        deflate(&gzip->stream, flush);
        size_t ready = piece_bytes - gzip->stream.avail_out;
        if (ready > 0 && gzip->sink.write(gzip->sink.ctx, gzip->piece, ready, err) != 0)
            return -1;
    } while (gzip->stream.avail_out == 0);
    return 0;
}

int rr_gzip_write(struct rr_gzip *gzip, const char *bytes, size_t len, struct rr_err *err) {
    gzip->stream.next_in = (z_const Bytef *)bytes;
    gzip->stream.avail_in = (uInt)len;
    return drain(gzip, Z_NO_FLUSH, err);
}

int rr_gzip_finish(struct rr_gzip *gzip, struct rr_err *err) {
    return drain(gzip, Z_FINISH, err);
}

void rr_gzip_close(struct rr_gzip **gzip) {
    if (*gzip == NULL)
        return;
    deflateEnd(&(*gzip)->stream);
    free(*gzip);
    *gzip = NULL;
}
