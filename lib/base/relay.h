#ifndef RR_BASE_RELAY_H
#define RR_BASE_RELAY_H

#include "base/buf.h"
#include "base/err.h"
#include "base/sink.h"

#include <stdint.h>

/* A long text made in pieces by several threads, and handed on piece by piece in its order.
 *
 *     static void make(const void *ctx, uint32_t piece, struct rr_buf *text)     appends piece to text, which is empty
 *     rr_relay(make, &ctx, count, threads, &sink, err)
 *
 * make runs in any of the threads, at the same time for different pieces; it finds nothing in ctx that it may change, and
 * says by text->failed that it could not. The sink is called by the caller's thread alone, which makes pieces too while there
 * is none to hand on. No more than a few pieces a thread are held at a time. threads 0 or 1: no thread is started; nor where
 * the system refuses to start one. */
enum { RR_RELAY_PIECE_MAX_BYTES = 256 * 1024 * 1024, RR_RELAY_THREADS_MAX = 16 };

int rr_relay(void (*make)(const void *ctx, uint32_t piece, struct rr_buf *text), const void *ctx, uint32_t count, int threads,
             const struct rr_sink *sink, struct rr_err *err);

#endif
