#ifndef RR_REPORT_TOP_H
#define RR_REPORT_TOP_H

#include "base/pool.h"
#include "base/table.h"
#include "base/text.h"
#include "rules/day.h"

#include <stdbool.h>
#include <stdint.h>

/* The largest deals of one counterparty (rules.md D5 "deals_top"): amount descending, then id ascending by bytes.
 * Deals that do not make it cost nothing; those that do are copied, in one piece of memory each. */
enum { RR_TOP_MAX = 5 };

struct rr_top_deal {
    struct rr_slice id, name, status, possibility;
    int64_t amount_krw;
    rr_day start, end, contract, expected_close, last_contact;
    int16_t year;
    bool course_exists;
};

struct rr_top {
    struct rr_top_deal *deals[RR_TOP_MAX]; /* in their order */
    uint32_t count;
};

/* Takes deal in if it belongs there; -1 when memory ran out. */
int rr_top_offer(struct rr_top *top, const struct rr_top_deal *deal);

void rr_top_free(struct rr_top *top);

/* Where the deals of many tops are kept, closer together than each for itself; deals have few different texts as status and
 * possibility, which are kept once. Its tops are freed with it, not by rr_top_free. */
struct rr_top_store {
    struct rr_pool deals;
    struct rr_table words;
};

/* The same into a store. *tied is set where a deal of the same amount and id was there before, so that which of the two stays
 * hung on their order. */
int rr_top_offer_into(struct rr_top_store *store, struct rr_top *top, const struct rr_top_deal *deal, bool *tied);

void rr_top_store_free(struct rr_top_store *store); /* idempotent */

#endif
