#ifndef RR_BASE_DIGEST_H
#define RR_BASE_DIGEST_H

#include "base/text.h"

#include <stdint.h>

/* SHA-256: names of content that nobody can forge, where rr_hash64 only tells honest documents apart. digest.c alone includes
 * nettle's header. The pieces are hashed each with a zero byte behind it, so that what moves from one to the next is seen;
 * `printf '%s\0%s\0' a b | sha256sum` gives the same. */
enum { RR_DIGEST_BYTES = 32, RR_DIGEST_SIZE = 65 }; /* as text: 64 hexadecimal digits in lower case, and the NUL */

void rr_digest_bytes(uint8_t bytes[RR_DIGEST_BYTES], const struct rr_slice *pieces, size_t count);
void rr_digest(char text[RR_DIGEST_SIZE], const struct rr_slice *pieces, size_t count);

/* Is text a digest by its looks? */
bool rr_digest_is(const char *text);

#endif
