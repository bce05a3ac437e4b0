#ifndef RR_BASE_GZIP_H
#define RR_BASE_GZIP_H

#include "base/err.h"
#include "base/sink.h"
#include "base/text.h"

#include <stdint.h>

/* zlib; only gzip.c includes zlib.h.
 *
 * Compresses the first size bytes of the open file, which nobody changes meanwhile, and hands them to sink as a gzip file. The
 * same bytes in give the same bytes out, whatever the number of threads: no name, no time. level is zlib's, 1 to 9.
 * RR_PIPELINE_FAILED when memory ran out or the file cannot be read, or what sink says. */
int rr_gzip_file(int fd, uint64_t size, int level, int threads, const struct rr_sink *sink, struct rr_err *err);

/* Hands what was compressed to sink. RR_BROKEN where it is not one whole gzip file. */
int rr_gunzip(struct rr_slice gzip, const struct rr_sink *sink, struct rr_err *err);

#endif
