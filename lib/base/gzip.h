#ifndef RR_BASE_GZIP_H
#define RR_BASE_GZIP_H

#include "base/err.h"
#include "base/sink.h"

#include <stddef.h>

/* zlib, as a filter; only gzip.c includes zlib.h. The same bytes in give the same bytes out: level 9, no name, no time.
 *
 *     rr_gzip_open(&gzip, &sink, err)
 *     rr_gzip_write(gzip, bytes, len, err) ...     what is ready goes to the sink
 *     rr_gzip_finish(gzip, err)                    so does the rest
 *     rr_gzip_close(&gzip)                         idempotent */
struct rr_gzip;

int rr_gzip_open(struct rr_gzip **out, const struct rr_sink *sink, struct rr_err *err);
int rr_gzip_write(struct rr_gzip *gzip, const char *bytes, size_t len, struct rr_err *err);
int rr_gzip_finish(struct rr_gzip *gzip, struct rr_err *err);
void rr_gzip_close(struct rr_gzip **gzip);

#endif
