#include "report/memo.h"

#include "base/hash.h"
#include "base/memory.h"
#include "base/thread.h"
#include "report/sense.h"

#include <stdlib.h>
#include <string.h>

enum { memos_per_yield = 32, holders_per_yield = 256 };

/* ---- The pile ---- */

static bool is_in(rr_day created, const struct rr_memo_window *window) {
    return created == RR_DAY_UNKNOWN || (created >= window->first && created <= window->last);
}

/* The first so many characters; a byte that begins none counts as one. */
static struct rr_slice beginning_of(struct rr_slice text, size_t max_chars) {
    size_t at = 0;
    if (text.len <= max_chars)
        return text;
    for (size_t chars = 0; at < text.len && chars < max_chars; chars++) {
        size_t len = rr_utf8_length(text.ptr + at, text.len - at);
        at += len > 0 ? len : 1;
    }
    return (struct rr_slice){text.ptr, at};
}

/* A memo that belongs to a holder. */
struct rr_memo_claim {
    uint32_t holder;
    struct rr_memo *memo;
};

static struct rr_slice bytes_of(const struct rr_memo_holder *holder) {
    return (struct rr_slice){(const char *)holder, sizeof *holder};
}

static bool claim(struct rr_memo_pile *pile, uint32_t holder, struct rr_memo *memo) {
    if (rr_memory_reserve(&pile->claims, &pile->claim_capacity, pile->claim_count + 1, sizeof *pile->claims) != 0)
        return false;
    pile->claims[pile->claim_count++] = (struct rr_memo_claim){holder, memo};
    return true;
}

/* Keeps a memo for those of its holders that have rows. */
static bool keep(struct rr_memo_pile *pile, const struct rr_memo *memo, const uint32_t *holders) {
    struct rr_memo *kept = NULL;
    for (int h = 0; h < RR_MEMO_HOLDERS_MAX; h++) {
        if (holders[h] == RR_NONE)
            continue;
        if (kept == NULL) {
            kept = rr_pool_take(&pile->memos, sizeof *kept);
            if (kept == NULL)
                return false;
            *kept = *memo;
            if (!rr_arena_copy(&pile->texts, &kept->text))
                return false;
        }
        if (!claim(pile, holders[h], kept))
            return false;
    }
    return true;
}

static bool settle_some(struct rr_memo_pile *pile, const struct rr_memo_waiting *some, uint32_t count,
                        const struct rr_memo_shelf *shelf, rr_memo_whose *whose, const void *ctx) {
    struct rr_memo_links links[RR_MEMOS_AT_ONCE];
    struct rr_memo_holder holders[RR_MEMOS_AT_ONCE][RR_MEMO_HOLDERS_MAX];
    struct rr_slice keys[RR_MEMOS_AT_ONCE * RR_MEMO_HOLDERS_MAX];
    uint32_t numbers[RR_MEMOS_AT_ONCE * RR_MEMO_HOLDERS_MAX], key_count = count * RR_MEMO_HOLDERS_MAX;
    for (uint32_t i = 0; i < count; i++)
        links[i] = some[i].links;
    whose(ctx, links, holders, count);
    for (uint32_t i = 0; i < key_count; i++) {
        const struct rr_memo_holder *holder = &holders[i / RR_MEMO_HOLDERS_MAX][i % RR_MEMO_HOLDERS_MAX];
        keys[i] = holder->organization == RR_NONE ? (struct rr_slice){NULL, 0} : bytes_of(holder);
    }
    rr_table_find_all(&shelf->holders, keys, numbers, key_count);
    for (uint32_t i = 0; i < count; i++)
        if (!keep(pile, &some[i].memo, numbers + (size_t)i * RR_MEMO_HOLDERS_MAX))
            return false;
    return true;
}

int rr_memo_pile_settle(struct rr_memo_pile *pile, const struct rr_memo_shelf *shelf, rr_memo_whose *whose, const void *ctx) {
    for (uint32_t i = 0, some; i < pile->waiting_count; i += some) {
        some = pile->waiting_count - i < RR_MEMOS_AT_ONCE ? pile->waiting_count - i : RR_MEMOS_AT_ONCE;
        if (!settle_some(pile, pile->waiting + i, some, shelf, whose, ctx))
            return -1;
        rr_thread_yield();
    }
    pile->waiting_count = 0;
    pile->waiting_bytes = 0;
    rr_arena_clear(&pile->waiting_texts);
    return 0;
}

static void forget_waiting(struct rr_memo_pile *pile) {
    rr_memory_free(pile->waiting, pile->waiting_capacity * sizeof *pile->waiting);
    rr_arena_free(&pile->waiting_texts);
    pile->waiting = NULL;
    pile->waiting_count = pile->waiting_capacity = 0;
    pile->waiting_bytes = 0;
}

static bool wait(struct rr_memo_pile *pile, const struct rr_memo *memo, const struct rr_memo_links *links) {
    struct rr_arena *texts = &pile->waiting_texts;
    if (rr_memory_reserve(&pile->waiting, &pile->waiting_capacity, pile->waiting_count + 1, sizeof *pile->waiting) != 0)
        return false;
    struct rr_memo_waiting *waiting = &pile->waiting[pile->waiting_count];
    *waiting = (struct rr_memo_waiting){*memo, *links};
    if (!rr_arena_copy(texts, &waiting->memo.text) || !rr_arena_copy(texts, &waiting->links.deal) ||
        !rr_arena_copy(texts, &waiting->links.person) || !rr_arena_copy(texts, &waiting->links.organization))
        return false;
    pile->waiting_count++;
    pile->waiting_bytes += sizeof *waiting + memo->text.len + links->deal.len + links->person.len + links->organization.len;
    pile->overfull = pile->waiting_bytes > pile->max_bytes;
    return true;
}

int rr_memo_pile_add(struct rr_memo_pile *pile, const struct rr_row *row) {
    int second;
    rr_day created = rr_moment_parse(rr_row_text(row, RR_MEMO_CREATED), &second);
    if (!is_in(created, &pile->window))
        return 0;
    struct rr_memo memo = {.created = created, .second = second};
    memo.text = beginning_of(rr_slice_trim(rr_row_text(row, RR_MEMO_TEXT)), RR_MEMO_MAX_CHARS);
    if (memo.text.len == 0)
        return 0;
    memo.id = rr_hash64(rr_row_text(row, RR_MEMO_ID));
    const struct rr_memo_links links = {.deal = rr_row_text(row, RR_MEMO_DEAL),
                                        .person = rr_row_text(row, RR_MEMO_PERSON),
                                        .organization = rr_row_text(row, RR_MEMO_ORGANIZATION)};
    if (!pile->overfull && !wait(pile, &memo, &links))
        return -1;
    if (pile->overfull)
        forget_waiting(pile);
    return 1;
}

void rr_memo_pile_free(struct rr_memo_pile *pile) {
    forget_waiting(pile);
    rr_memory_free(pile->claims, pile->claim_capacity * sizeof *pile->claims);
    rr_pool_free(&pile->memos);
    rr_arena_free(&pile->texts);
    *pile = (struct rr_memo_pile){.max_bytes = 0};
}

/* ---- The shelf ---- */

int rr_memo_shelf_hold(struct rr_memo_shelf *shelf, const struct rr_memo_holder *holders, uint32_t *numbers, uint32_t count) {
    struct rr_memo_holder all[RR_MEMOS_AT_ONCE] = {{0, 0}};
    struct rr_slice keys[RR_MEMOS_AT_ONCE] = {{NULL, 0}};
    uint32_t wholes[RR_MEMOS_AT_ONCE];
    for (uint32_t i = 0; i < count; i++) {
        all[i] = (struct rr_memo_holder){holders[i].organization, RR_NONE};
        keys[i] = bytes_of(&all[i]);
    }
    uint32_t most = shelf->holders.count + 2 * count;
    if (rr_memory_reserve(&shelf->wholes, &shelf->whole_capacity, most, sizeof *shelf->wholes) != 0 ||
        rr_table_add_all(&shelf->holders, keys, wholes, count) != 0)
        return -1;
    for (uint32_t i = 0; i < count; i++)
        keys[i] = bytes_of(&holders[i]);
    if (rr_table_add_all(&shelf->holders, keys, numbers, count) != 0)
        return -1;
    for (uint32_t i = 0; i < count; i++)
        shelf->wholes[numbers[i]] = wholes[i];
    shelf->holder_count = shelf->holders.count;
    return 0;
}

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
    const struct rr_memo_claim *a = left, *b = right;
    return compare_memos(a->memo, b->memo);
}

/* The claims of a holder: sorted, each memo once, and the newest; how many are left. */
static uint32_t settle(struct rr_memo_claim *claims, uint32_t count) {
    uint32_t kept = 0;
    if (count > 1)
        qsort(claims, count, sizeof *claims, compare_claims);
    for (uint32_t i = 0; i < count && kept < RR_MEMOS_MAX; i++)
        if (kept == 0 || compare_claims(&claims[kept - 1], &claims[i]) != 0)
            claims[kept++] = claims[i];
    return kept;
}

/* Puts the claims of all piles in the order of their holders; ends[holder] is behind the holder's last. */
static void sort_by_holder(struct rr_memo_claim *claims, uint32_t *ends, uint32_t holder_count, const struct rr_memo_pile *piles,
                           int count) {
    uint32_t before = 0;
    for (int i = 0; i < count; i++)
        for (uint32_t c = 0; c < piles[i].claim_count; c++)
            ends[piles[i].claims[c].holder]++;
    for (uint32_t h = 0; h < holder_count; h++) {
        uint32_t own = ends[h];
        ends[h] = before;
        before += own;
    }
    for (int i = 0; i < count; i++)
        for (uint32_t c = 0; c < piles[i].claim_count; c++)
            claims[ends[piles[i].claims[c].holder]++] = piles[i].claims[c];
}

/* Takes of each holder's claims what settles, holder after holder. */
static void take(struct rr_memo_shelf *shelf, struct rr_memo_claim *claims) {
    uint32_t first = 0;
    for (uint32_t h = 0; h < shelf->holder_count; h++) {
        uint32_t end = shelf->ends[h], kept = settle(claims + first, end - first);
        for (uint32_t i = 0; i < kept; i++)
            shelf->memos[shelf->memo_count++] = claims[first + i].memo;
        shelf->ends[h] = shelf->memo_count;
        first = end;
        if (h % holders_per_yield == 0)
            rr_thread_yield();
    }
}

int rr_memo_shelf_fill(struct rr_memo_shelf *shelf, struct rr_memo_pile *piles, int count) {
    size_t claimed = 0;
    for (int i = 0; i < count; i++)
        claimed += piles[i].claim_count;
    struct rr_memo_claim *claims = calloc(claimed + 1, sizeof *claims);
    shelf->memos = calloc(claimed + 1, sizeof(struct rr_memo *));
    shelf->ends = calloc((size_t)shelf->holder_count + 1, sizeof *shelf->ends);
    if (claims == NULL || shelf->memos == NULL || shelf->ends == NULL) {
        free(claims);
        return -1;
    }
    sort_by_holder(claims, shelf->ends, shelf->holder_count, piles, count);
    for (int i = 0; i < count; i++) {
        rr_arena_join(&shelf->kept, &piles[i].texts);
        rr_arena_join(&shelf->kept, &piles[i].memos.arena);
    }
    take(shelf, claims);
    free(claims);
    rr_table_free(&shelf->holders);
    return 0;
}

/* A thread's share are the memos whose id is its number modulo the threads', so that one of two holders is looked at by one. */
struct sensing {
    struct rr_memo_shelf *shelf;
    const struct rr_findings *known;
    struct rr_words words[RR_MEMO_THREADS_MAX];
    uint32_t unknown[RR_MEMO_THREADS_MAX];
    int threads;
};

/* The next of the thread's share that is not sensed, from *at on; NULL: no more. */
static struct rr_memo *next_of_share(const struct sensing *sensing, int part, uint32_t *at) {
    const struct rr_memo_shelf *shelf = sensing->shelf;
    while (*at < shelf->memo_count) {
        struct rr_memo *memo = shelf->memos[(*at)++];
        if (memo->id % (uint64_t)sensing->threads == (uint64_t)part && !memo->sensed)
            return memo;
    }
    return NULL;
}

static void recall_share(void *ctx, int part) {
    struct sensing *sensing = ctx;
    uint32_t at = 0;
    for (struct rr_memo *memo; (memo = next_of_share(sensing, part, &at)) != NULL;) {
        rr_finding_name(&memo->finding, memo->text);
        const uint8_t *found = rr_findings_find(sensing->known, &memo->finding);
        memo->sensed = found != NULL;
        if (found != NULL)
            memcpy(memo->finding.found, found, sizeof memo->finding.found);
        else
            sensing->unknown[part]++;
        if (at % memos_per_yield == 0)
            rr_thread_yield();
    }
}

static void judge_share(void *ctx, int part) {
    struct sensing *sensing = ctx;
    struct rr_words *words = &sensing->words[part];
    uint32_t at = 0;
    for (struct rr_memo *memo; !words->failed && (memo = next_of_share(sensing, part, &at)) != NULL;) {
        memo->sensed = true;
        rr_sense(words, memo->text, memo->finding.found);
        if (at % memos_per_yield == 0)
            rr_thread_yield();
    }
}

static bool all_are_known(struct sensing *sensing) {
    if (sensing->known == NULL)
        return false;
    rr_thread_share(recall_share, sensing, sensing->threads);
    for (int i = 0; i < sensing->threads; i++)
        sensing->shelf->unknown += sensing->unknown[i];
    return sensing->shelf->unknown == 0;
}

static int judge_others(struct sensing *sensing, struct rr_vocabulary *vocabulary, struct rr_err *err) {
    int rc = 0;
    for (int i = 0; i < sensing->threads && rc == 0; i++)
        rc = rr_words_open(&sensing->words[i], vocabulary, err);
    if (rc == 0)
        rr_thread_share(judge_share, sensing, sensing->threads);
    for (int i = 0; i < sensing->threads; i++) {
        if (sensing->words[i].failed) {
            *err = sensing->words[i].err;
            rc = -1;
        }
        rr_words_close(&sensing->words[i]);
    }
    return rc;
}

int rr_memo_shelf_sense(struct rr_memo_shelf *shelf, const struct rr_findings *known, int threads, struct rr_err *err) {
    struct sensing sensing = {.shelf = shelf, .known = known};
    sensing.threads = threads < RR_MEMO_THREADS_MAX ? threads : RR_MEMO_THREADS_MAX;
    struct rr_vocabulary vocabulary;
    if (shelf->memo_count == 0 || all_are_known(&sensing))
        return 0;
    if (rr_vocabulary_open(&vocabulary, rr_vocabulary_text, err) != 0)
        return -1;
    int rc = judge_others(&sensing, &vocabulary, err);
    rr_vocabulary_close(&vocabulary);
    return rc;
}

void rr_memo_shelf_findings(const struct rr_memo_shelf *shelf, struct rr_buf *file) {
    if (shelf->unknown == 0)
        return;
    struct rr_finding *items = calloc(shelf->memo_count, sizeof *items);
    if (items == NULL) {
        file->failed = true;
        return;
    }
    for (uint32_t i = 0; i < shelf->memo_count; i++)
        items[i] = shelf->memos[i]->finding;
    rr_findings_write(items, shelf->memo_count, file);
    free(items);
}

/* The memos of a holder that are not yet taken. */
struct queue {
    struct rr_memo *const *next, *const *end;
};

static struct queue queue_of(const struct rr_memo_shelf *shelf, uint32_t holder) {
    return (struct queue){shelf->memos + (holder == 0 ? 0 : shelf->ends[holder - 1]), shelf->memos + shelf->ends[holder]};
}

uint32_t rr_memo_shelf_get(const struct rr_memo_shelf *shelf, uint32_t number, const struct rr_memo *memos[RR_MEMOS_MAX]) {
    if (shelf->memo_count == 0)
        return 0;
    struct queue all = queue_of(shelf, shelf->wholes[number]), own = queue_of(shelf, number);
    uint32_t count = 0;
    while (count < RR_MEMOS_MAX && (all.next != all.end || own.next != own.end)) {
        int order = all.next == all.end ? 1 : own.next == own.end ? -1 : compare_memos(*all.next, *own.next);
        memos[count++] = order <= 0 ? *all.next : *own.next;
        all.next += order <= 0;
        own.next += order >= 0;
    }
    return count;
}

void rr_memo_shelf_free(struct rr_memo_shelf *shelf) {
    rr_table_free(&shelf->holders);
    rr_arena_free(&shelf->kept);
    rr_memory_free(shelf->wholes, shelf->whole_capacity * sizeof *shelf->wholes);
    free(shelf->memos);
    free(shelf->ends);
    *shelf = (struct rr_memo_shelf){.memos = NULL};
}
