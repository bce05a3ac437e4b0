#ifndef RR_REPORT_TOP_H
#define RR_REPORT_TOP_H

#include "base/pool.h"
#include "base/table.h"
#include "base/text.h"
#include "rules/day.h"

#include <stdbool.h>
#include <stdint.h>

/* The largest deals of one counterparty (rules.md D5 "deals_top"): amount descending, then id ascending by bytes. Deals that do
 * not make it cost nothing; those that do are kept small, since a report has half a million of them.
 *
 *     struct rr_top_store store = {0};
 *     struct rr_top top = {0};                      as many as there are counterparties, all in the store
 *     rr_top_offer(&store, &top, &deal, &tied)      ...
 *     rr_top_get(&store, &top, 0, &deal)            the largest; up to top.count - 1
 *     rr_top_store_free(&store)                     frees its tops too; idempotent */
enum { RR_TOP_MAX = 5 };

struct rr_top_deal {
    struct rr_slice id, name, status, possibility;
    int64_t amount_krw;
    rr_day start, end, contract, expected_close, last_contact;
    int16_t year;
    bool course_exists;
};

struct rr_top_kept;

struct rr_top {
    struct rr_top_kept *deals[RR_TOP_MAX]; /* in their order */
    uint32_t count;
};

struct rr_top_store {
    struct rr_pool deals;
    struct rr_table words; /* status and possibility, of which there are few different texts */
};

/* Takes a copy of deal in if it belongs there; -1 when memory ran out. *tied is set where a deal of the same amount and id was
 * there before, so that which of the two stays hung on their order. */
int rr_top_offer(struct rr_top_store *store, struct rr_top *top, const struct rr_top_deal *deal, bool *tied);

/* Fills deal, whose texts are borrowed from the store. */
void rr_top_get(const struct rr_top_store *store, const struct rr_top *top, uint32_t index, struct rr_top_deal *deal);

void rr_top_store_free(struct rr_top_store *store);

#endif
