#include "base/hash.h"

#include <string.h>

enum { word_bytes = sizeof(uint64_t) };

static uint64_t mix(uint64_t state, const void *bytes) {
    uint64_t word;
    memcpy(&word, bytes, sizeof word);
    state = (state ^ word) * UINT64_C(0xff51afd7ed558ccd);
    return state ^ (state >> 32);
}

void rr_hash_add(struct rr_hash *hash, struct rr_slice bytes) {
    size_t held = hash->len % word_bytes;
    hash->len += bytes.len;
    if (held > 0) {
        size_t taken = bytes.len < word_bytes - held ? bytes.len : word_bytes - held;
        memcpy(hash->held + held, bytes.ptr, taken);
        bytes.ptr += taken;
        bytes.len -= taken;
        if (held + taken < word_bytes)
            return;
        hash->state = mix(hash->state, hash->held);
    }
    for (; bytes.len >= word_bytes; bytes.ptr += word_bytes, bytes.len -= word_bytes)
        hash->state = mix(hash->state, bytes.ptr);
    if (bytes.len > 0)
        memcpy(hash->held, bytes.ptr, bytes.len);
}

uint64_t rr_hash_end(const struct rr_hash *hash) {
    unsigned char last[word_bytes] = {0};
    memcpy(last, hash->held, hash->len % word_bytes);
    return mix(mix(hash->state, last), &hash->len);
}

uint64_t rr_hash64(struct rr_slice bytes) {
    struct rr_hash hash = RR_HASH_INIT;
    rr_hash_add(&hash, bytes);
    return rr_hash_end(&hash);
}
