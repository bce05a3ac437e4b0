#include "base/digest.h"

#include <nettle/sha2.h>
#include <stdint.h>
#include <string.h>

static const char digits[] = "0123456789abcdef";

void rr_digest(char text[RR_DIGEST_SIZE], const struct rr_slice *pieces, size_t count) {
    struct sha256_ctx sha256;
    uint8_t bytes[SHA256_DIGEST_SIZE];
    sha256_init(&sha256);
    for (size_t i = 0; i < count; i++) {
        if (pieces[i].len > 0)
            sha256_update(&sha256, pieces[i].len, (const uint8_t *)pieces[i].ptr);
        sha256_update(&sha256, 1, (const uint8_t *)"");
    }
    sha256_digest(&sha256, sizeof bytes, bytes);
    for (size_t i = 0; i < sizeof bytes; i++) {
        text[2 * i] = digits[bytes[i] >> 4];
        text[2 * i + 1] = digits[bytes[i] & 15];
    }
    text[RR_DIGEST_SIZE - 1] = '\0';
}

bool rr_digest_is(const char *text) {
    return strspn(text, digits) == RR_DIGEST_SIZE - 1 && text[RR_DIGEST_SIZE - 1] == '\0';
}
