#include "report/memo.h"

#include "base/hash.h"
#include "base/memory.h"
#include "base/thread.h"
#include "report/sense.h"

#include <stdlib.h>
#include <string.h>

enum { capacity_first = 256 };

/* ---- The pile ---- */

static bool is_kept(rr_day created, const struct rr_memo_window *window) {
    return created == RR_DAY_UNKNOWN || (created >= window->first && created <= window->last);
}

/* The first so many characters; a byte that begins none counts as one. */
static struct rr_slice beginning_of(struct rr_slice text, size_t max_chars) {
    size_t at = 0;
    for (size_t chars = 0; at < text.len && chars < max_chars; chars++) {
        size_t len = rr_utf8_length(text.ptr + at, text.len - at);
        at += len > 0 ? len : 1;
    }
    return (struct rr_slice){text.ptr, at};
}

static struct rr_piled_memo *grow(struct rr_memo_pile *pile) {
    if (pile->count == pile->capacity) {
        uint32_t grown = pile->capacity + pile->capacity / 2 + capacity_first;
        struct rr_piled_memo *memos = rr_memory_resize(pile->memos, pile->capacity * sizeof *memos, grown * sizeof *memos);
        if (memos == NULL)
            return NULL;
        pile->memos = memos;
        pile->capacity = grown;
    }
    return &pile->memos[pile->count];
}

static bool copy_links(struct rr_arena *texts, struct rr_memo_links *links) {
    return rr_arena_copy(texts, &links->deal) && rr_arena_copy(texts, &links->person) &&
           rr_arena_copy(texts, &links->organization);
}

int rr_memo_pile_add(struct rr_memo_pile *pile, const struct rr_rows *row, const struct rr_memo_window *window) {
    int second;
    rr_day created = rr_moment_parse(rr_rows_text(row, RR_MEMO_CREATED), &second);
    if (!is_kept(created, window))
        return 0;
    struct rr_slice text = beginning_of(rr_slice_trim(rr_rows_text(row, RR_MEMO_TEXT)), RR_MEMO_MAX_CHARS);
    if (text.len == 0)
        return 0;
    struct rr_piled_memo *piled = grow(pile);
    if (piled == NULL)
        return -1;
    *piled = (struct rr_piled_memo){
        .memo = {.text = text, .created = created, .second = second, .id = rr_hash64(rr_rows_text(row, RR_MEMO_ID))},
        .links = {.deal = rr_rows_text(row, RR_MEMO_DEAL),
                  .person = rr_rows_text(row, RR_MEMO_PERSON),
                  .organization = rr_rows_text(row, RR_MEMO_ORGANIZATION)},
    };
    if (!rr_arena_copy(&pile->texts, &piled->memo.text) || !copy_links(&pile->texts, &piled->links))
        return -1;
    pile->count++;
    return 0;
}

void rr_memo_pile_free(struct rr_memo_pile *pile) {
    rr_memory_free(pile->memos, pile->capacity * sizeof *pile->memos);
    rr_arena_free(&pile->texts);
    *pile = (struct rr_memo_pile){.memos = NULL};
}

/* ---- The shelf ---- */

static struct rr_slice bytes_of(const struct rr_memo_holder *holder) {
    return (struct rr_slice){(const char *)holder, sizeof *holder};
}

int rr_memo_shelf_hold(struct rr_memo_shelf *shelf, uint32_t organization, uint32_t counterparty) {
    const struct rr_memo_holder all = {organization, RR_NONE}, one = {organization, counterparty};
    bool added =
        rr_table_add(&shelf->holders, bytes_of(&all)) != RR_NONE && rr_table_add(&shelf->holders, bytes_of(&one)) != RR_NONE;
    return added ? 0 : -1;
}

/* A memo that belongs to a holder. */
struct claim {
    uint32_t holder;
    const struct rr_memo *memo;
};

struct claims {
    struct claim *items;
    size_t count;
};

/* Newest first; what cannot be told apart by this is the same in all that is used of it. */
static int compare_memos(const struct rr_memo *a, const struct rr_memo *b) {
    if (a->created != b->created)
        return a->created > b->created ? -1 : 1;
    if (a->second != b->second)
        return a->second > b->second ? -1 : 1;
    if (a->id != b->id)
        return a->id < b->id ? -1 : 1;
    return rr_slice_compare(a->text, b->text);
}

static int compare_claims(const void *left, const void *right) {
    const struct claim *a = left, *b = right;
    if (a->holder != b->holder)
        return a->holder < b->holder ? -1 : 1;
    return compare_memos(a->memo, b->memo);
}

static bool same(const struct rr_memo *a, const struct rr_memo *b) {
    return compare_memos(a, b) == 0;
}

/* Sorted, each memo once, and of each holder the newest. */
static void settle(struct claims *claims) {
    size_t kept = 0;
    uint32_t of_holder = 0;
    qsort(claims->items, claims->count, sizeof *claims->items, compare_claims);
    for (size_t i = 0; i < claims->count; i++) {
        const struct claim *last = kept > 0 ? &claims->items[kept - 1] : NULL;
        bool first = last == NULL || last->holder != claims->items[i].holder;
        if (first)
            of_holder = 0;
        if (of_holder == RR_MEMOS_MAX || (!first && same(last->memo, claims->items[i].memo)))
            continue;
        claims->items[kept++] = claims->items[i];
        of_holder++;
    }
    claims->count = kept;
}

static size_t collect(struct claim *claims, const struct rr_memo_shelf *shelf, const struct rr_memo_pile *pile,
                      rr_memo_whose *whose, const void *ctx) {
    size_t claimed = 0;
    for (uint32_t i = 0; i < pile->count; i++) {
        struct rr_memo_holder holders[RR_MEMO_HOLDERS_MAX];
        uint32_t count = whose(ctx, &pile->memos[i].links, holders);
        for (uint32_t h = 0; h < count; h++) {
            uint32_t holder = rr_table_find(&shelf->holders, bytes_of(&holders[h]));
            if (holder != RR_NONE)
                claims[claimed++] = (struct claim){holder, &pile->memos[i].memo};
        }
    }
    return claimed;
}

static int copy(struct rr_memo_shelf *shelf, const struct claims *claims) {
    shelf->memos = calloc(claims->count + 1, sizeof *shelf->memos);
    shelf->ends = calloc((size_t)shelf->holders.count + 1, sizeof *shelf->ends);
    if (shelf->memos == NULL || shelf->ends == NULL)
        return -1;
    for (size_t i = 0; i < claims->count; i++) {
        shelf->memos[i] = *claims->items[i].memo;
        if (!rr_arena_copy(&shelf->texts, &shelf->memos[i].text))
            return -1;
        shelf->ends[claims->items[i].holder] = (uint32_t)i + 1;
    }
    shelf->memo_count = (uint32_t)claims->count;
    for (uint32_t h = 1; h < shelf->holders.count; h++)
        if (shelf->ends[h] == 0)
            shelf->ends[h] = shelf->ends[h - 1]; /* it has none */
    return 0;
}

int rr_memo_shelf_fill(struct rr_memo_shelf *shelf, const struct rr_memo_pile *piles, int count, rr_memo_whose *whose,
                       const void *ctx) {
    size_t piled = 0;
    for (int i = 0; i < count; i++)
        piled += piles[i].count;
    struct claims claims = {calloc(piled * RR_MEMO_HOLDERS_MAX + 1, sizeof *claims.items), 0};
    if (claims.items == NULL)
        return -1;
    for (int i = 0; i < count; i++)
        claims.count += collect(claims.items + claims.count, shelf, &piles[i], whose, ctx);
    settle(&claims);
    int rc = copy(shelf, &claims);
    free(claims.items);
    return rc;
}

/* The memos that are told apart by their number modulo the threads' are a thread's share. */
struct sensing {
    struct rr_memo_shelf *shelf;
    struct rr_words words[RR_MEMO_THREADS_MAX];
    int threads;
};

static void sense_share(void *ctx, int part) {
    struct sensing *sensing = ctx;
    for (uint32_t i = (uint32_t)part; i < sensing->shelf->memo_count; i += (uint32_t)sensing->threads)
        rr_sense(&sensing->words[part], sensing->shelf->memos[i].text, sensing->shelf->memos[i].found);
}

int rr_memo_shelf_sense(struct rr_memo_shelf *shelf, int threads, struct rr_err *err) {
    struct sensing sensing = {.shelf = shelf, .threads = threads < RR_MEMO_THREADS_MAX ? threads : RR_MEMO_THREADS_MAX};
    struct rr_vocabulary vocabulary;
    if (shelf->memo_count == 0)
        return 0;
    if (rr_vocabulary_open(&vocabulary, rr_vocabulary_text, err) != 0)
        return -1;
    int rc = 0;
    for (int i = 0; i < sensing.threads && rc == 0; i++)
        rc = rr_words_open(&sensing.words[i], &vocabulary, err);
    if (rc == 0)
        rr_thread_share(sense_share, &sensing, sensing.threads);
    for (int i = 0; i < sensing.threads; i++)
        rr_words_close(&sensing.words[i]);
    rr_vocabulary_close(&vocabulary);
    return rc;
}

/* The memos of a holder that are not yet taken. */
struct queue {
    const struct rr_memo *next, *end;
};

static struct queue queue_of(const struct rr_memo_shelf *shelf, uint32_t organization, uint32_t counterparty) {
    const struct rr_memo_holder key = {organization, counterparty};
    uint32_t holder = shelf->memo_count == 0 ? RR_NONE : rr_table_find(&shelf->holders, bytes_of(&key));
    if (holder == RR_NONE)
        return (struct queue){NULL, NULL};
    return (struct queue){shelf->memos + (holder == 0 ? 0 : shelf->ends[holder - 1]), shelf->memos + shelf->ends[holder]};
}

uint32_t rr_memo_shelf_get(const struct rr_memo_shelf *shelf, uint32_t organization, uint32_t counterparty,
                           const struct rr_memo *memos[RR_MEMOS_MAX]) {
    struct queue all = queue_of(shelf, organization, RR_NONE), own = queue_of(shelf, organization, counterparty);
    uint32_t count = 0;
    while (count < RR_MEMOS_MAX && (all.next != all.end || own.next != own.end)) {
        int order = all.next == all.end ? 1 : own.next == own.end ? -1 : compare_memos(all.next, own.next);
        memos[count++] = order <= 0 ? all.next : own.next;
        all.next += order <= 0;
        own.next += order >= 0;
    }
    return count;
}

void rr_memo_shelf_free(struct rr_memo_shelf *shelf) {
    rr_table_free(&shelf->holders);
    rr_arena_free(&shelf->texts);
    free(shelf->memos);
    free(shelf->ends);
    *shelf = (struct rr_memo_shelf){.memos = NULL};
}
