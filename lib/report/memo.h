#ifndef RR_REPORT_MEMO_H
#define RR_REPORT_MEMO_H

#include "base/arena.h"
#include "base/table.h"
#include "crm/tables.h"
#include "report/blocker.h"
#include "rules/day.h"

#include <stdint.h>

/* The memos of counterparties (rules.md D6): those of its organisation, of deals of its organisation, and of its people; the
 * newest of them. First each thread piles up what is not too old; when it is known what the report has rows for, those that
 * belong to one are put on the shelf, and all else is let go.
 *
 *     struct rr_memo_pile pile = {0};
 *     rr_memo_pile_add(&pile, row, &window)                        ...
 *     rr_memo_shelf_hold(&shelf, organization, counterparty)       for each row
 *     rr_memo_shelf_fill(&shelf, piles, count, whose, ctx)
 *     rr_memo_shelf_sense(&shelf, threads, err)
 *     rr_memo_pile_free(&pile)                                     idempotent, as is rr_memo_shelf_free
 *     count = rr_memo_shelf_get(&shelf, organization, counterparty, memos)
 *
 * Organisations and counterparties go by their numbers in the book. */
enum { RR_MEMO_DAYS = 180, RR_MEMOS_MAX = 20, RR_MEMO_MAX_CHARS = 1000, RR_MEMO_THREADS_MAX = 16 };

struct rr_memo {
    struct rr_slice text;            /* trimmed, its beginning; bytes of the CRM, so perhaps no UTF-8 */
    rr_day created;                  /* RR_DAY_UNKNOWN: undated */
    int32_t second;                  /* of that day */
    uint64_t id;                     /* a hash of the memo's, so that those of one second have an order too */
    uint8_t found[RR_BLOCKER_COUNT]; /* how often it names each blocker */
};

/* Memos from the first day to the last are kept, and undated ones. */
struct rr_memo_window {
    rr_day first, last;
};

/* What a memo is about; NULL where it names none. */
struct rr_memo_links {
    struct rr_slice deal, person, organization;
};

struct rr_memo_pile {
    struct rr_piled_memo *memos;
    uint32_t count, capacity;
    struct rr_arena texts;
};

struct rr_piled_memo {
    struct rr_memo memo;
    struct rr_memo_links links;
};

/* Takes a copy of the row if it is to be kept. -1 when memory ran out. */
int rr_memo_pile_add(struct rr_memo_pile *pile, const struct rr_rows *row, const struct rr_memo_window *window);
void rr_memo_pile_free(struct rr_memo_pile *pile);

/* Whom memos are kept for. */
struct rr_memo_holder {
    uint32_t organization;
    uint32_t counterparty; /* RR_NONE: whoever is of the organisation */
};

enum { RR_MEMO_HOLDERS_MAX = 3 };

struct rr_memo_shelf {
    struct rr_table holders; /* by struct rr_memo_holder */
    struct rr_memo *memos;   /* each holder's together, newest first */
    uint32_t memo_count;
    uint32_t *ends; /* by holder: how many memos there are up to its last */
    struct rr_arena texts;
};

int rr_memo_shelf_hold(struct rr_memo_shelf *shelf, uint32_t organization, uint32_t counterparty);

/* whose says whom a memo belongs to, and returns how many they are. -1 when memory ran out. */
typedef uint32_t rr_memo_whose(const void *ctx, const struct rr_memo_links *links,
                               struct rr_memo_holder holders[RR_MEMO_HOLDERS_MAX]);
int rr_memo_shelf_fill(struct rr_memo_shelf *shelf, const struct rr_memo_pile *piles, int count, rr_memo_whose *whose,
                       const void *ctx);

/* Finds what the memos say of blockers, by so many threads. -1 and err: out of memory, a vocabulary that cannot be read. */
int rr_memo_shelf_sense(struct rr_memo_shelf *shelf, int threads, struct rr_err *err);

/* The newest memos of a counterparty, each once, newest first, undated ones last; how many they are. Borrowed from the shelf. */
uint32_t rr_memo_shelf_get(const struct rr_memo_shelf *shelf, uint32_t organization, uint32_t counterparty,
                           const struct rr_memo *memos[RR_MEMOS_MAX]);

void rr_memo_shelf_free(struct rr_memo_shelf *shelf);

#endif
