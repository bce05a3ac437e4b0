#ifndef RR_BASE_BUF_H
#define RR_BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>

/* A growing run of bytes with a mandatory maximum.
 *
 *     struct rr_buf buf = RR_BUF_INIT(max_bytes);
 *     rr_buf_add(&buf, ...); ...          appends never fail at the spot
 *     if (buf.failed) ...                 asked once, at the end: out of memory, or over the maximum
 *     rr_buf_free(&buf);                  idempotent
 *
 * ptr is NUL-terminated whenever it is not NULL; the NUL is not counted in len. */
struct rr_buf {
    char *ptr;
    size_t len;
    size_t capacity;
    size_t max_bytes;
    bool failed;
};

#define RR_BUF_INIT(max)                                                                                                         \
    { NULL, 0, 0, (max), false }

void rr_buf_add(struct rr_buf *buf, const void *bytes, size_t len);
void rr_buf_add_text(struct rr_buf *buf, const char *text);
void rr_buf_printf(struct rr_buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));
void rr_buf_clear(struct rr_buf *buf); /* empties it and keeps its memory */
void rr_buf_free(struct rr_buf *buf);

/* Makes room for len more bytes behind ptr + len, for a reader to fill; false (and failed) where that cannot be. */
bool rr_buf_reserve(struct rr_buf *buf, size_t len);

#endif
