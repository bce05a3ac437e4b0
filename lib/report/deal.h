#ifndef RR_REPORT_DEAL_H
#define RR_REPORT_DEAL_H

#include "base/arena.h"
#include "base/mode.h"
#include "crm/tables.h"
#include "report/top.h"
#include "rules/amount.h"
#include "rules/bucket.h"

#include <stdbool.h>

/* A row of the table of deals as the rules see it (rules.md D1). */
struct rr_deal {
    struct rr_slice organization, person;
    enum rr_mode mode;
    enum rr_bucket bucket; /* of deals of the report's years */
    struct rr_amount amount;
    bool year_unknown, of_target_year;
    bool other_year;  /* neither known to be of the report's years nor unknown: it counts in the signals alone */
    bool lost_lately; /* then lost_reason is filled */
    struct rr_slice lost_reason;
    bool has_status, is_open; /* is_open: of the target year, its status neither NULL nor Lost; then top is filled */
    struct rr_top_deal top;   /* its last_contact whatever the deal is like */
};

/* What a report is for. */
struct rr_scope {
    int target_year;
    rr_day lost_from, as_of; /* deals lost between the two, both included, were lost of late */
};

/* What RR_DEAL_POSSIBILITY said the last times: a CRM has few different texts there, and reading one as JSON takes as long as
 * the rest of the row. */
enum { RR_POSSIBILITY_MAX = 56, RR_POSSIBILITIES = 64 };

struct rr_possibilities {
    struct rr_possibility {
        char text[RR_POSSIBILITY_MAX];
        uint8_t len;
        struct rr_tokens tokens;
    } seen[RR_POSSIBILITIES];
};

/* Deals with the status Convert count nowhere. */
bool rr_deal_counts(const struct rr_row *row);

/* Does the row count in a report? Then deal is filled, its texts copied into arena. Whether it does or not,
 * unknown_amounts counts it where its amount is missing or unreadable. 1, 0, or -1 when memory ran out. */
int rr_deal_read(struct rr_deal *deal, const struct rr_row *row, const struct rr_scope *scope,
                 struct rr_possibilities *possibilities, struct rr_arena *arena, uint64_t *unknown_amounts);

#endif
