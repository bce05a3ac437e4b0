#include "base/digest.h"

#include <nettle/sha2.h>
#include <string.h>

static const char digits[] = "0123456789abcdef";
_Static_assert(RR_DIGEST_BYTES == SHA256_DIGEST_SIZE, "all of it");

void rr_digest_bytes(uint8_t bytes[RR_DIGEST_BYTES], const struct rr_slice *pieces, size_t count) {
    struct sha256_ctx sha256;
    sha256_init(&sha256);
    for (size_t i = 0; i < count; i++) {
        if (pieces[i].len > 0)
            sha256_update(&sha256, pieces[i].len, (const uint8_t *)pieces[i].ptr);
        sha256_update(&sha256, 1, (const uint8_t *)"");
    }
    sha256_digest(&sha256, RR_DIGEST_BYTES, bytes);
}

void rr_digest(char text[RR_DIGEST_SIZE], const struct rr_slice *pieces, size_t count) {
    uint8_t bytes[RR_DIGEST_BYTES];
    rr_digest_bytes(bytes, pieces, count);
    for (size_t i = 0; i < sizeof bytes; i++) {
        text[2 * i] = digits[bytes[i] >> 4];
        text[2 * i + 1] = digits[bytes[i] & 15];
    }
    text[RR_DIGEST_SIZE - 1] = '\0';
}

bool rr_digest_is(const char *text) {
    return strspn(text, digits) == RR_DIGEST_SIZE - 1 && text[RR_DIGEST_SIZE - 1] == '\0';
}
