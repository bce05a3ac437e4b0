#include "base/hash.h"

#include <string.h>

uint64_t rr_hash64(struct rr_slice bytes) {
    uint64_t hash = 0x9e3779b97f4a7c15u ^ bytes.len;
    size_t i = 0;
    for (; i + 8 <= bytes.len; i += 8) {
        uint64_t word;
        memcpy(&word, bytes.ptr + i, 8);
        hash = (hash ^ word) * 0xff51afd7ed558ccdu;
        hash ^= hash >> 32;
    }
    uint64_t tail = 0;
    if (i < bytes.len)
        memcpy(&tail, bytes.ptr + i, bytes.len - i);
    hash = (hash ^ tail) * 0xc4ceb9fe1a85ec53u;
    return hash ^ (hash >> 32);
}
