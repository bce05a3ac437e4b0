#ifndef RR_BASE_SHARED_H
#define RR_BASE_SHARED_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Memory that processes share, kept in a file: counters that are right across all of them, and outlive each.
 *
 *     rr_shared_open(&shared, path, size, kind, err)     shared.bytes: zeros at first, then what everybody put there
 *     ... atomic operations on shared.bytes ...
 *     rr_shared_close(&shared)                           idempotent; the bytes stay in the file
 *
 * kind tells layouts apart: a file of another kind or size is replaced by a new one. Whoever has the old one open goes on with it
 * alone, so a file is never cut short under anybody, and its blocks are there before it is used, so a full disk never shows as
 * SIGBUS. What is put there is not synchronised to the disk: a machine that loses power may lose some of it. */
struct rr_shared {
    void *bytes; /* NULL: not open */
    void *mapping;
    size_t mapped_bytes;
    dev_t device;
    ino_t inode;
};

#define RR_SHARED_CLOSED                                                                                                         \
    { .bytes = NULL }

/* RR_CACHE_WRITE_FAILED when the file cannot be made or opened. kind is not 0. */
int rr_shared_open(struct rr_shared *shared, const char *path, size_t size, uint64_t kind, struct rr_err *err);
void rr_shared_close(struct rr_shared *shared);

/* Is it still the file of that name, that a process which begins now will open? */
bool rr_shared_is_at(const struct rr_shared *shared, const char *path);

#endif
