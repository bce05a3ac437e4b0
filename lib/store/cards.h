#ifndef RR_STORE_CARDS_H
#define RR_STORE_CARDS_H

#include "base/buf.h"
#include "base/digest.h"
#include "store/store.h"

/* Cards that cost something to make, kept by the digest of what they were made from: the same facts tomorrow find the same
 * card. What stands in a card is its maker's business; here it is a JSON object whose `input_hash` is the digest that it is
 * kept under. Neither a lock nor a thread of one's own is needed: a card is replaced whole, and by its equal. */

enum { RR_STORED_CARD_MAX_BYTES = 64 * 1024 };

/* Appends the card to out, and notes that it was used. RR_NOT_FOUND where there is none, RR_BROKEN where it is not one. */
int rr_cards_find(const struct rr_store *store, const char digest[RR_DIGEST_SIZE], struct rr_buf *out, struct rr_err *err);

int rr_cards_keep(const struct rr_store *store, const char digest[RR_DIGEST_SIZE], struct rr_slice card, struct rr_err *err);

/* For lib/store alone: parts of rr_store_prune (by the time of the last use) and rr_store_verify. */
uint32_t rr_cards_prune(const struct rr_store *store, int64_t max_age_s);
void rr_cards_verify(const struct rr_store *store, void (*tell)(void *ctx, const char *path, const char *problem), void *ctx);

#endif
