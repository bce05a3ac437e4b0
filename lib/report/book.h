#ifndef RR_REPORT_BOOK_H
#define RR_REPORT_BOOK_H

#include "base/err.h"
#include "base/mode.h"
#include "base/table.h"
#include "base/whole.h"
#include "crm/db.h"
#include "report/deal.h"
#include "report/memo.h"
#include "report/signals.h"
#include "report/top.h"
#include "rules/tier.h"

#include <stdbool.h>
#include <stdint.h>

/* The sums of the CRM, filled in one pass over each table and for both modes at once (rules.md D1 to D4).
 *
 *     struct rr_book book;
 *     rr_book_init(&book, as_of, target_year)
 *     rr_book_read(&book, db, progress, err)     organisations, people, deals, then memos; or rr_book_read_threaded
 *     ... book.accounts, rr_book_organization_name, ...
 *     rr_book_free(&book)                        idempotent
 *
 * Texts are borrowed from the book. */

/* One counterparty in one mode: what its deals come to. */
struct rr_account {
    uint32_t organization; /* id in book.organizations */
    uint32_t counterparty; /* id in book.counterparties; RR_UNCLASSIFIED */
    enum rr_mode mode;
    bool in_report_years; /* has a deal of the target year or the year before */
    uint32_t confirmed_deals, expected_deals;
    uint32_t amount_zero_deals, amount_parse_fail; /* of those */
    uint32_t year_unknown;
    uint32_t other; /* the same counterparty's in the other mode, or RR_NONE; of rows */
    uint32_t memos; /* its number as a holder in book.memos; of rows */
    rr_whole baseline_krw, confirmed_krw, expected_krw;
    struct rr_top top;
    struct rr_trace trace; /* of all its deals, whatever their year */
};

/* Whom a person belongs to. */
struct rr_person {
    uint32_t counterparty; /* id in book.counterparties */
    uint32_t organization; /* id in book.organizations, or RR_NONE */
};

/* The id of `미분류(카운터파티 없음)` in every book. */
enum { RR_UNCLASSIFIED = 0 };

struct rr_book {
    rr_day as_of;
    int target_year;
    struct rr_table organizations;    /* by organisation id, those that only deals name too */
    uint32_t *organization_names;     /* by organisation: id in names, or RR_NONE: `(미상)` */
    rr_whole *organization_baselines; /* by organisation, KRW: what its tier depends on */
    uint32_t organization_capacity;   /* of both arrays */
    struct rr_table names;            /* of organisations */
    struct rr_top_store tops;         /* the accounts' */
    struct rr_signal_store signals;   /* the accounts' */
    struct rr_memo_shelf memos;       /* of the counterparties that a report has rows for */
    struct rr_table people;           /* by person id; emptied when all is read */
    struct rr_person *persons;        /* by person */
    uint32_t person_capacity;
    struct rr_table counterparties; /* by name */
    struct rr_table account_keys;   /* by organisation, counterparty, mode; emptied when all is read */
    struct rr_account *accounts;    /* by account key */
    uint32_t account_count, account_capacity;
    uint64_t unknown_amount_deals; /* missing or unreadable amounts, both modes */
    bool order_matters;            /* an id that should be its row's own stands in two: the later row has the say */
};

/* Told now and then how many deals have been read. */
struct rr_progress {
    void (*tell)(void *ctx, uint64_t deals_read);
    void *ctx;
};

int rr_book_init(struct rr_book *book, rr_day as_of, int target_year, struct rr_err *err);
int rr_book_read(struct rr_book *book, struct rr_db *db, const struct rr_progress *progress, struct rr_err *err);

/* The same book, whatever count is: read in a thread for each of the connections, which show one state of the database. progress
 * is told by the caller's thread alone. Memos that are known (NULL: nobody keeps findings) are not judged. */
int rr_book_read_threaded(struct rr_book *book, struct rr_db *const *dbs, int count, const struct rr_findings *known,
                          const struct rr_progress *progress, struct rr_err *err);
void rr_book_free(struct rr_book *book);

/* rules.md D1 "organisation name". */
struct rr_slice rr_book_organization_name(const struct rr_book *book, uint32_t organization);

/* Has the account's organisation a tier, and the account a deal of the report's years? Then a report has a row for it. */
bool rr_book_is_row(const struct rr_book *book, const struct rr_account *account);

/* rules.md D2. */
enum rr_tier rr_book_tier(const struct rr_book *book, uint32_t organization);

/* The signals of the account's counterparty, in both modes. */
void rr_book_signals(const struct rr_book *book, const struct rr_account *account, struct rr_signals *signals);

/* ---- What read.c fills it with; nothing of it locks ---- */

enum { RR_BOOK_DEALS_MAX = 64 }; /* at a time */

/* A row of organisations or of people. */
struct rr_party {
    struct rr_slice id, name;     /* of a person: of its counterparty, trimmed; blank: unclassified */
    struct rr_slice organization; /* of a person; may be blank */
};

/* The number of an organisation, added where it is new; RR_NONE when memory ran out. */
uint32_t rr_book_organization(struct rr_book *book, struct rr_slice id);

/* Some at once, RR_BOOK_DEALS_MAX at most, so that memory is waited for once and not for each. -1 when memory ran out. */
int rr_book_add_organizations(struct rr_book *book, const struct rr_party *organizations, uint32_t count);
int rr_book_add_people(struct rr_book *book, const struct rr_party *people, uint32_t count);

/* Of deals first their counterparties, which only looks at the people; then the sums. */
void rr_book_find_counterparties(const struct rr_book *book, const struct rr_deal *deals, uint32_t *counterparties,
                                 uint32_t count);
int rr_book_add_deals(struct rr_book *book, const struct rr_deal *deals, const uint32_t *counterparties, uint32_t count);

/* When all deals are in: looks up what rows will be asked for, and tells the shelf of memos, if there are any, whom to keep them
 * for. */
int rr_book_settle(struct rr_book *book, bool has_memos);

void rr_book_forget_people(struct rr_book *book);

#endif
