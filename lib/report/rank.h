#ifndef RR_REPORT_RANK_H
#define RR_REPORT_RANK_H

#include "report/book.h"
#include "rules/risk.h"
#include "rules/tier.h"

/* One row of a report: an account with what the rules make of it. Texts are borrowed from the book. */
struct rr_row {
    const struct rr_account *account;
    struct rr_slice organization_id, organization_name, counterparty_name;
    enum rr_tier tier;
    struct rr_risk risk;
    bool unclassified;
};

struct rr_ranking {
    struct rr_row *rows;
    uint32_t count;
};

/* The rows of a mode in the report's order (rules.md D2 to D5); month of as_of, 1 to 12. The caller frees it. */
int rr_rank(struct rr_ranking *ranking, const struct rr_book *book, enum rr_mode mode, int month, struct rr_err *err);
void rr_ranking_free(struct rr_ranking *ranking);

#endif
