#ifndef RR_REPORT_MEMO_H
#define RR_REPORT_MEMO_H

#include "base/arena.h"
#include "base/pool.h"
#include "base/table.h"
#include "crm/tables.h"
#include "report/finding.h"
#include "rules/day.h"

#include <stdbool.h>
#include <stdint.h>

/* The memos of counterparties (rules.md D6): those of its organisation, of deals of its organisation, and of its people; the
 * newest of them. The table of memos is read before it is known what the report has rows for: each thread piles up what is not
 * too old. Then the piles are settled: what belongs to a row is kept, and the newest of it goes on the shelf. A pile that would
 * grow too large is overfull, and has nothing: the table is read once more, by piles that are settled now and then.
 *
 *     struct rr_memo_pile pile = {.window = ..., .max_bytes = ...};
 *     rr_memo_pile_add(&pile, row)                                 ...
 *     rr_memo_shelf_hold(&shelf, holders, numbers, count)          for each row
 *     rr_memo_pile_settle(&pile, &shelf, whose, ctx)
 *     rr_memo_shelf_fill(&shelf, piles, count)                     takes what the piles have
 *     rr_memo_shelf_sense(&shelf, known, threads, err)
 *     rr_memo_pile_free(&pile)                                     idempotent, as is rr_memo_shelf_free
 *     count = rr_memo_shelf_get(&shelf, number, memos)
 *
 * Organisations and counterparties go by their numbers in the book. */
enum { RR_MEMO_DAYS = 180, RR_MEMOS_MAX = 20, RR_MEMO_MAX_CHARS = 1000, RR_MEMO_THREADS_MAX = 16 };
enum { RR_MEMOS_AT_ONCE = 64 }; /* are looked up */

struct rr_memo {
    struct rr_slice text;      /* trimmed, its beginning; bytes of the CRM, so perhaps no UTF-8 */
    rr_day created;            /* RR_DAY_UNKNOWN: undated */
    int32_t second;            /* of that day */
    uint64_t id;               /* a hash of the memo's, so that those of one second have an order too */
    struct rr_finding finding; /* what it says of blockers; its name only where findings are known */
    bool sensed;               /* is what it says there? */
};

/* Memos from the first day to the last are kept, and undated ones. */
struct rr_memo_window {
    rr_day first, last;
};

/* What a memo is about; NULL where it names none. */
struct rr_memo_links {
    struct rr_slice deal, person, organization;
};

/* Whom memos are kept for. */
struct rr_memo_holder {
    uint32_t organization; /* RR_NONE: nobody */
    uint32_t counterparty; /* RR_NONE: whoever is of the organisation */
};

enum { RR_MEMO_HOLDERS_MAX = 3 };

/* Says whom each of some memos, RR_MEMOS_AT_ONCE at most, belongs to. */
typedef void rr_memo_whose(const void *ctx, const struct rr_memo_links *links,
                           struct rr_memo_holder (*holders)[RR_MEMO_HOLDERS_MAX], uint32_t count);

struct rr_memo_claim;

struct rr_memo_shelf {
    struct rr_table holders; /* by struct rr_memo_holder; until it is filled */
    uint32_t holder_count;
    uint32_t *wholes; /* by holder: that of whoever is of its organisation */
    uint32_t whole_capacity;
    struct rr_memo **memos; /* each holder's together, newest first */
    uint32_t memo_count;
    uint32_t *ends;       /* by holder: how many memos there are up to its last */
    uint32_t unknown;     /* how many were looked up in what is known, and are not there */
    struct rr_arena kept; /* the memos, and what they point to */
};

/* A memo of which it is not known yet whose it is. */
struct rr_memo_waiting {
    struct rr_memo memo;
    struct rr_memo_links links;
};

struct rr_memo_pile {
    struct rr_memo_window window;
    size_t max_bytes; /* of what waits */
    /* its own: */
    bool overfull;
    struct rr_memo_waiting *waiting;
    uint32_t waiting_count, waiting_capacity;
    struct rr_arena waiting_texts;
    size_t waiting_bytes;
    struct rr_memo_claim *claims;
    uint32_t claim_count, claim_capacity;
    struct rr_pool memos;
    struct rr_arena texts;
};

/* The numbers of the holders, RR_MEMOS_AT_ONCE at most, each of a counterparty. -1 when memory ran out, as all of these. */
int rr_memo_shelf_hold(struct rr_memo_shelf *shelf, const struct rr_memo_holder *holders, uint32_t *numbers, uint32_t count);

/* Takes a copy of the row if there is something to it, and it is not too old: 1, else 0. -1 when memory ran out. */
int rr_memo_pile_add(struct rr_memo_pile *pile, const struct rr_row *row);

/* Keeps those that wait for holders of the shelf, and forgets the others. */
int rr_memo_pile_settle(struct rr_memo_pile *pile, const struct rr_memo_shelf *shelf, rr_memo_whose *whose, const void *ctx);
void rr_memo_pile_free(struct rr_memo_pile *pile);

int rr_memo_shelf_fill(struct rr_memo_shelf *shelf, struct rr_memo_pile *piles, int count);

/* Finds what the memos say of blockers, by so many threads: what is known (borrowed; NULL: nobody keeps findings), and by judging
 * the others. -1 and err: out of memory, a vocabulary that cannot be read. */
int rr_memo_shelf_sense(struct rr_memo_shelf *shelf, const struct rr_findings *known, int threads, struct rr_err *err);

/* Appends the file of the shelf's findings, to be known the next time; nothing where none was unknown. */
void rr_memo_shelf_findings(const struct rr_memo_shelf *shelf, struct rr_buf *file);

/* The newest memos of a holder and of its organisation, each once, newest first, undated ones last; how many they are. Borrowed
 * from the shelf. */
uint32_t rr_memo_shelf_get(const struct rr_memo_shelf *shelf, uint32_t number, const struct rr_memo *memos[RR_MEMOS_MAX]);

void rr_memo_shelf_free(struct rr_memo_shelf *shelf);

#endif
