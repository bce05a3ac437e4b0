#ifndef RR_REPORT_MEMO_DEAL_H
#define RR_REPORT_MEMO_DEAL_H

#include "report/book.h"

/* The deals that memos are about, and whose they are: which deals is read before the deals, whose while they are read, and then
 * it is known whom a memo belongs to.
 *
 *     struct rr_memo_deals deals = {0};
 *     rr_table_add_all(&deals.ids, ...)              ...
 *     rr_memo_deals_ready(&deals)                    -1 when memory ran out
 *     deals.organizations[number] = ...              ...
 *     rr_memo_deals_whose(&lookup, ...)              for the piles of memos
 *     rr_memo_deals_free(&deals)                     idempotent */
struct rr_memo_deals {
    struct rr_table ids;
    uint32_t *organizations; /* by deal: the number in the book, or RR_NONE */
};

int rr_memo_deals_ready(struct rr_memo_deals *deals);
void rr_memo_deals_free(struct rr_memo_deals *deals);

struct rr_memo_lookup {
    const struct rr_book *book;
    const struct rr_memo_deals *deals;
};

rr_memo_whose rr_memo_deals_whose;

#endif
