#include "report/book.h"

#include "base/thread.h"
#include "crm/scan.h"
#include "report/memo_deal.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

/* Each thread reads rows, works out what they say, and gathers some; then it enters them in the book, under the lock. Most of
 * the time goes into the first part, so that the threads seldom wait for each other, and there is one book in memory. */

enum { progress_deals = 4096, gathered_max = 8 * RR_BOOK_DEALS_MAX };

/* What may wait of memos until the deals are read, of all threads: those of many a company. */
enum { piles_max_bytes = 16 * 1024 * 1024 };

/* What the threads share. */
struct entry {
    struct rr_book *book;
    pthread_mutex_t lock; /* of the book, of deals_read, and of the organisations of memo_deals */
    uint64_t deals_read;
    struct rr_scope scope;
    struct rr_memo_window memo_window;
    bool has_memos;
    struct rr_memo_deals memo_deals;
};

/* What one thread has gathered. */
struct gatherer {
    struct entry *entry;
    const struct rr_progress *progress; /* NULL in all threads but the caller's */
    struct rr_arena texts;
    uint32_t count;
    uint32_t rows; /* read since the last were entered */
    uint64_t told; /* of deals_read */
    bool done;     /* the table is at its end */
    uint64_t unknown_amounts;
    struct rr_memo_pile *memos;
    uint32_t noted_deals[RR_BOOK_DEALS_MAX]; /* by their numbers in memo_deals */
    struct rr_slice noted_organizations[RR_BOOK_DEALS_MAX];
    uint32_t noted_count; /* deals that memos may be about */
    struct rr_arena noted_texts;
    struct rr_possibilities possibilities;
    uint32_t counterparties[gathered_max];
    union {
        struct rr_party parties[gathered_max];
        struct rr_deal deals[gathered_max];
    };
};

/* Enters what was gathered; while another thread is at the book, and there is room, later. */
static int enter(struct gatherer *gatherer, int (*add)(struct gatherer *gatherer), struct rr_err *err) {
    bool patient = gatherer->count + RR_BOOK_DEALS_MAX <= gathered_max && gatherer->count > 0 && !gatherer->done;
    if (patient && pthread_mutex_trylock(&gatherer->entry->lock) != 0)
        return 0;
    if (!patient)
        pthread_mutex_lock(&gatherer->entry->lock);
    int rc = add(gatherer);
    pthread_mutex_unlock(&gatherer->entry->lock);
    gatherer->count = 0;
    rr_arena_clear(&gatherer->texts);
    return rc == 0 ? 0 : rr_fail_memory(err);
}

/* Does as many at a time as the book takes. */
static int add_parties(struct gatherer *gatherer,
                       int (*add)(struct rr_book *book, const struct rr_party *parties, uint32_t count)) {
    for (uint32_t i = 0; i < gatherer->count; i += RR_BOOK_DEALS_MAX) {
        uint32_t some = gatherer->count - i < RR_BOOK_DEALS_MAX ? gatherer->count - i : RR_BOOK_DEALS_MAX;
        if (add(gatherer->entry->book, gatherer->parties + i, some) != 0)
            return -1;
    }
    return 0;
}

static int gather_party(struct gatherer *gatherer, const struct rr_party *told,
                        int (*enter_all)(struct gatherer *gatherer, struct rr_err *err), struct rr_err *err) {
    struct rr_party *party = &gatherer->parties[gatherer->count++];
    *party = *told;
    if (!rr_arena_copy(&gatherer->texts, &party->id) || !rr_arena_copy(&gatherer->texts, &party->name) ||
        !rr_arena_copy(&gatherer->texts, &party->organization))
        return rr_fail_memory(err);
    return gatherer->count % RR_BOOK_DEALS_MAX == 0 ? enter_all(gatherer, err) : 0;
}

/* ---- Organisations and people ---- */

static int add_organizations(struct gatherer *gatherer) {
    return add_parties(gatherer, rr_book_add_organizations);
}

static int add_people(struct gatherer *gatherer) {
    return add_parties(gatherer, rr_book_add_people);
}

static int enter_organizations(struct gatherer *gatherer, struct rr_err *err) {
    return enter(gatherer, add_organizations, err);
}

static int enter_people(struct gatherer *gatherer, struct rr_err *err) {
    return enter(gatherer, add_people, err);
}

static int take_organization(void *ctx, const struct rr_row *row, struct rr_err *err) {
    const struct rr_party organization = {
        rr_row_text(row, RR_ORGANIZATION_ID), rr_row_text(row, RR_ORGANIZATION_NAME), {NULL, 0}};
    return organization.id.ptr == NULL ? 0 : gather_party(ctx, &organization, enter_organizations, err);
}

/* Of a person that is in no counterparty the organisation alone matters, and that to memos alone. */
static int take_person(void *ctx, const struct rr_row *row, struct rr_err *err) {
    const struct gatherer *gatherer = ctx;
    struct rr_party person = {rr_row_text(row, RR_PERSON_ID), rr_slice_trim(rr_row_text(row, RR_PERSON_COUNTERPARTY)), {NULL, 0}};
    if (gatherer->entry->has_memos)
        person.organization = rr_row_text(row, RR_PERSON_ORGANIZATION);
    if (person.id.ptr == NULL || (person.name.len == 0 && person.organization.len == 0))
        return 0; /* unclassified, as is a person that is not there */
    return gather_party(ctx, &person, enter_people, err);
}

/* ---- Deals ---- */

static int add_deals(struct gatherer *gatherer) {
    struct entry *entry = gatherer->entry;
    entry->book->unknown_amount_deals += gatherer->unknown_amounts;
    entry->deals_read += gatherer->rows;
    gatherer->unknown_amounts = 0;
    gatherer->rows = 0;
    for (uint32_t i = 0; i < gatherer->count; i += RR_BOOK_DEALS_MAX) {
        uint32_t some = gatherer->count - i < RR_BOOK_DEALS_MAX ? gatherer->count - i : RR_BOOK_DEALS_MAX;
        if (rr_book_add_deals(entry->book, gatherer->deals + i, gatherer->counterparties + i, some) != 0)
            return -1;
    }
    return 0;
}

static void tell(struct gatherer *gatherer) {
    const struct rr_progress *progress = gatherer->progress;
    if (progress == NULL || progress->tell == NULL)
        return;
    pthread_mutex_lock(&gatherer->entry->lock);
    uint64_t done = gatherer->entry->deals_read;
    pthread_mutex_unlock(&gatherer->entry->lock);
    if (done / progress_deals == gatherer->told / progress_deals)
        return;
    gatherer->told = done;
    progress->tell(progress->ctx, done);
}

/* Notes whose deals those are that memos are about. */
static int enter_notes(struct gatherer *gatherer) {
    struct entry *entry = gatherer->entry;
    int rc = 0;
    pthread_mutex_lock(&entry->lock);
    for (uint32_t i = 0; i < gatherer->noted_count && rc == 0; i++) {
        uint32_t *noted = &entry->memo_deals.organizations[gatherer->noted_deals[i]];
        uint32_t organization = rr_book_organization(entry->book, gatherer->noted_organizations[i]);
        entry->book->order_matters |= *noted != RR_NONE && *noted != organization;
        *noted = organization;
        rc = organization == RR_NONE ? -1 : 0;
    }
    pthread_mutex_unlock(&entry->lock);
    gatherer->noted_count = 0;
    rr_arena_clear(&gatherer->noted_texts);
    return rc;
}

static int note(struct gatherer *gatherer, const struct rr_row *row) {
    uint32_t deal = rr_table_find(&gatherer->entry->memo_deals.ids, rr_row_text(row, RR_DEAL_ID)); /* nobody changes them */
    if (deal == RR_NONE)
        return 0;
    struct rr_slice organization = rr_row_text(row, RR_DEAL_ORGANIZATION);
    if (rr_slice_blank(organization) || !rr_deal_counts(row))
        return 0;
    if (!rr_arena_copy(&gatherer->noted_texts, &organization))
        return -1;
    gatherer->noted_deals[gatherer->noted_count] = deal;
    gatherer->noted_organizations[gatherer->noted_count] = organization;
    return ++gatherer->noted_count < RR_BOOK_DEALS_MAX ? 0 : enter_notes(gatherer);
}

static int enter_deals(struct gatherer *gatherer, struct rr_err *err) {
    /* Nobody changes the people any more: no lock. */
    uint32_t first = gatherer->count == 0 ? 0 : (gatherer->count - 1) / RR_BOOK_DEALS_MAX * RR_BOOK_DEALS_MAX;
    rr_book_find_counterparties(gatherer->entry->book, gatherer->deals + first, gatherer->counterparties + first,
                                gatherer->count - first);
    if (enter(gatherer, add_deals, err) != 0)
        return -1;
    if (gatherer->done && enter_notes(gatherer) != 0)
        return rr_fail_memory(err);
    tell(gatherer);
    return 0;
}

static int take_deal(void *ctx, const struct rr_row *row, struct rr_err *err) {
    struct gatherer *gatherer = ctx;
    struct entry *entry = gatherer->entry;
    int counts = rr_deal_read(&gatherer->deals[gatherer->count], row, &entry->scope, &gatherer->possibilities, &gatherer->texts,
                              &gatherer->unknown_amounts);
    if (counts < 0 || (entry->memo_deals.ids.count > 0 && note(gatherer, row) != 0))
        return rr_fail_memory(err);
    gatherer->count += (uint32_t)counts;
    gatherer->rows++;
    bool full = counts == 1 && gatherer->count % RR_BOOK_DEALS_MAX == 0;
    return full || gatherer->rows >= progress_deals ? enter_deals(gatherer, err) : 0;
}

/* ---- All of it ---- */

struct crew {
    struct entry entry;
    struct gatherer *gatherers;
    struct rr_memo_pile *piles; /* of the gatherers */
    bool settled[RR_READERS_MAX];
    struct rr_db *const *dbs;
    int count;
    const struct rr_findings *known; /* of memos */
};

static int scan_table(struct crew *crew, const struct rr_crm_table *table, rr_row_taker *take, struct rr_err *err) {
    struct rr_reader readers[RR_READERS_MAX];
    for (int i = 0; i < crew->count; i++)
        readers[i] = (struct rr_reader){crew->dbs[i], take, &crew->gatherers[i]};
    return rr_scan(table, readers, crew->count, err);
}

static int read_table(struct crew *crew, const struct rr_crm_table *table, rr_row_taker *take,
                      int (*enter_all)(struct gatherer *gatherer, struct rr_err *err), struct rr_err *err) {
    int rc = scan_table(crew, table, take, err);
    for (int i = 0; i < crew->count && rc == 0; i++) {
        crew->gatherers[i].done = true;
        rc = enter_all(&crew->gatherers[i], err); /* what is left */
        crew->gatherers[i].done = false;
    }
    return rc;
}

/* ---- Memos ---- */

static int add_memo_deals(struct gatherer *gatherer) {
    struct rr_slice ids[gathered_max];
    uint32_t numbers[gathered_max];
    for (uint32_t i = 0; i < gatherer->count; i++)
        ids[i] = gatherer->parties[i].id;
    return rr_table_add_all(&gatherer->entry->memo_deals.ids, ids, numbers, gatherer->count);
}

static int enter_memo_deals(struct gatherer *gatherer, struct rr_err *err) {
    return enter(gatherer, add_memo_deals, err);
}

static int take_memo(void *ctx, const struct rr_row *row, struct rr_err *err) {
    const struct gatherer *gatherer = ctx;
    int taken = rr_memo_pile_add(gatherer->memos, row);
    if (taken <= 0)
        return taken == 0 ? 0 : rr_fail_memory(err);
    const struct rr_party deal = {rr_row_text(row, RR_MEMO_DEAL), {NULL, 0}, {NULL, 0}};
    return deal.id.len == 0 ? 0 : gather_party(ctx, &deal, enter_memo_deals, err);
}

/* What memos there are, and which deals they are about, before the deals are read. There may be no memos; but a table of them
 * that cannot be read is a broken database, or a report would say in silence that nothing is known. */
static int pile_memos(struct crew *crew, struct rr_err *err) {
    struct entry *entry = &crew->entry;
    if (!entry->has_memos)
        return 0;
    for (int i = 0; i < crew->count; i++)
        crew->piles[i] = (struct rr_memo_pile){.window = entry->memo_window, .max_bytes = piles_max_bytes / (size_t)crew->count};
    if (read_table(crew, &rr_memo_table, take_memo, enter_memo_deals, err) != 0)
        return -1;
    return rr_memo_deals_ready(&entry->memo_deals) == 0 ? 0 : rr_fail_memory(err);
}

static int settle_pile(const struct gatherer *gatherer) {
    const struct entry *entry = gatherer->entry;
    const struct rr_memo_lookup links = {entry->book, &entry->memo_deals};
    return rr_memo_pile_settle(gatherer->memos, &entry->book->memos, rr_memo_deals_whose, &links);
}

static void settle_share(void *ctx, int part) {
    struct crew *crew = ctx;
    crew->settled[part] = settle_pile(&crew->gatherers[part]) == 0;
}

static int take_memo_again(void *ctx, const struct rr_row *row, struct rr_err *err) {
    const struct gatherer *gatherer = ctx;
    bool taken = rr_memo_pile_add(gatherer->memos, row) >= 0;
    if (taken && gatherer->memos->waiting_count == RR_MEMOS_AT_ONCE)
        taken = settle_pile(gatherer) == 0;
    return taken ? 0 : rr_fail_memory(err);
}

static int end_memos(struct gatherer *gatherer, struct rr_err *err) {
    return settle_pile(gatherer) == 0 ? 0 : rr_fail_memory(err);
}

static int read_memos_again(struct crew *crew, struct rr_err *err) {
    for (int i = 0; i < crew->count; i++) {
        rr_memo_pile_free(&crew->piles[i]);
        crew->piles[i] = (struct rr_memo_pile){.window = crew->entry.memo_window, .max_bytes = SIZE_MAX};
    }
    return read_table(crew, &rr_memo_table, take_memo_again, end_memos, err);
}

/* Those of the report's rows, of both modes. */
static int settle_memos(struct crew *crew, struct rr_err *err) {
    for (int i = 0; i < crew->count; i++)
        if (crew->piles[i].overfull)
            return read_memos_again(crew, err);
    rr_thread_share(settle_share, crew, crew->count);
    for (int i = 0; i < crew->count; i++)
        if (!crew->settled[i])
            return rr_fail_memory(err);
    return 0;
}

/* The newest of them; what was needed to find them is let go first. */
static int shelve_memos(struct crew *crew, struct rr_err *err) {
    struct rr_book *book = crew->entry.book;
    rr_book_forget_people(book);
    rr_memo_deals_free(&crew->entry.memo_deals);
    if (rr_memo_shelf_fill(&book->memos, crew->piles, crew->count) != 0)
        return rr_fail_memory(err);
    return rr_memo_shelf_sense(&book->memos, crew->known, crew->count, err);
}

static int read_tables(struct crew *crew, struct rr_err *err) {
    struct rr_book *book = crew->entry.book;
    int has_memos = rr_db_has_table(crew->dbs[0], rr_memo_table.name, err);
    if (has_memos < 0)
        return -1;
    crew->entry.has_memos = has_memos == 1;
    if (read_table(crew, &rr_organization_table, take_organization, enter_organizations, err) != 0 ||
        read_table(crew, &rr_person_table, take_person, enter_people, err) != 0 || pile_memos(crew, err) != 0 ||
        read_table(crew, &rr_deal_table, take_deal, enter_deals, err) != 0)
        return -1;
    if (rr_book_settle(book, crew->entry.has_memos) != 0)
        return rr_fail_memory(err);
    return settle_memos(crew, err) == 0 ? shelve_memos(crew, err) : -1;
}

static struct entry entry_of(struct rr_book *book) {
    return (struct entry){
        .book = book,
        .scope = {book->target_year, rr_day_before(book->as_of, RR_LOST_DAYS), book->as_of},
        .memo_window = {rr_day_before(book->as_of, RR_MEMO_DAYS), book->as_of},
    };
}

static void disband(struct crew *crew) {
    for (int i = 0; i < crew->count && crew->gatherers != NULL && crew->piles != NULL; i++) {
        rr_arena_free(&crew->gatherers[i].texts);
        rr_arena_free(&crew->gatherers[i].noted_texts);
        rr_memo_pile_free(&crew->piles[i]);
    }
    rr_memo_deals_free(&crew->entry.memo_deals);
    pthread_mutex_destroy(&crew->entry.lock);
    free(crew->gatherers);
    free(crew->piles);
}

static int read_with(struct rr_book *book, struct rr_db *const *dbs, int count, const struct rr_findings *known,
                     const struct rr_progress *progress, struct rr_err *err) {
    struct crew crew = {.entry = entry_of(book), .dbs = dbs, .count = count, .known = known};
    pthread_mutex_init(&crew.entry.lock, NULL);
    crew.gatherers = calloc((size_t)count, sizeof *crew.gatherers);
    crew.piles = calloc((size_t)count, sizeof *crew.piles);
    int rc = -1;
    if (crew.gatherers == NULL || crew.piles == NULL) {
        rr_err_set_memory(err);
        goto out;
    }
    for (int i = 0; i < count; i++) {
        crew.gatherers[i].entry = &crew.entry;
        crew.gatherers[i].memos = &crew.piles[i];
    }
    crew.gatherers[0].progress = progress;
    rc = read_tables(&crew, err);
out:
    disband(&crew);
    return rc;
}

int rr_book_read(struct rr_book *book, struct rr_db *db, const struct rr_progress *progress, struct rr_err *err) {
    return read_with(book, &db, 1, NULL, progress, err);
}

int rr_book_read_threaded(struct rr_book *book, struct rr_db *const *dbs, int count, const struct rr_findings *known,
                          const struct rr_progress *progress, struct rr_err *err) {
    count = count > RR_READERS_MAX ? RR_READERS_MAX : count;
    if (read_with(book, dbs, count, known, progress, err) != 0)
        return -1;
    if (count < 2 || !book->order_matters)
        return 0;
    /* Ids that are not unique break the CRM's own rule; the answer is still that of one thread, which has the table's order. */
    rr_day as_of = book->as_of;
    int target_year = book->target_year;
    rr_book_free(book);
    return rr_book_init(book, as_of, target_year, err) == 0 ? read_with(book, dbs, 1, known, progress, err) : -1;
}
