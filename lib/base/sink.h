#ifndef RR_BASE_SINK_H
#define RR_BASE_SINK_H

#include "base/err.h"

#include <stddef.h>

/* Where bytes go: a file in the making, standard output, a buffer. write takes all of them or fails. */
struct rr_sink {
    int (*write)(void *ctx, const char *bytes, size_t len, struct rr_err *err);
    void *ctx;
};

#endif
