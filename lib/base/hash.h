#ifndef RR_BASE_HASH_H
#define RR_BASE_HASH_H

#include "base/text.h"

#include <stdint.h>

/* A 64-bit hash of the bytes: for tables and for telling documents apart, not against an attacker. */
uint64_t rr_hash64(struct rr_slice bytes);

#endif
