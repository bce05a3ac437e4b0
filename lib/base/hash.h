#ifndef RR_BASE_HASH_H
#define RR_BASE_HASH_H

#include "base/text.h"

#include <stdint.h>

/* A 64-bit hash of bytes: for tables and for telling documents apart, not against an attacker. In one go, or piece by
 * piece with the same result whatever the pieces:
 *
 *     struct rr_hash hash = RR_HASH_INIT;
 *     rr_hash_add(&hash, piece); ...
 *     rr_hash_end(&hash) */
struct rr_hash {
    uint64_t state;
    uint64_t len;
    unsigned char held[8]; /* the last len % 8 bytes, not yet mixed in */
};

#define RR_HASH_INIT                                                                                                             \
    { .state = UINT64_C(0x9e3779b97f4a7c15) }

void rr_hash_add(struct rr_hash *hash, struct rr_slice bytes);
uint64_t rr_hash_end(const struct rr_hash *hash);

uint64_t rr_hash64(struct rr_slice bytes);

#endif
