#include "report/book.h"

#include "crm/scan.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

/* Each thread reads rows, works out what they say, and gathers some; then it enters them in the book, under the lock. Most of
 * the time goes into the first part, so that the threads seldom wait for each other, and there is one book in memory. */

enum { progress_deals = 4096, gathered_max = 8 * RR_BOOK_DEALS_MAX };

/* What the threads share. */
struct entry {
    struct rr_book *book;
    pthread_mutex_t lock; /* of the book, of deals_read, and of the organisations of memo_deals */
    uint64_t deals_read;
    struct rr_scope scope;
    struct rr_memo_window memo_window;
    bool has_memos;
    struct rr_table memo_deals;        /* ids of the deals that memos are about */
    uint32_t *memo_deal_organizations; /* by such a deal: id in the book, or RR_NONE */
};

struct pair {
    struct rr_slice id, name;
    struct rr_slice organization; /* of a person */
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
    struct rr_memo_pile memos;
    struct rr_possibilities possibilities;
    uint32_t counterparties[gathered_max];
    union {
        struct pair pairs[gathered_max];
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

/* ---- Organisations and people ---- */

static int add_organizations(struct gatherer *gatherer) {
    for (uint32_t i = 0; i < gatherer->count; i++)
        if (rr_book_add_organization(gatherer->entry->book, gatherer->pairs[i].id, gatherer->pairs[i].name) != 0)
            return -1;
    return 0;
}

static int add_people(struct gatherer *gatherer) {
    for (uint32_t i = 0; i < gatherer->count; i++) {
        const struct pair *person = &gatherer->pairs[i];
        if (rr_book_add_person(gatherer->entry->book, person->id, person->name, person->organization) != 0)
            return -1;
    }
    return 0;
}

static int enter_organizations(struct gatherer *gatherer, struct rr_err *err) {
    return enter(gatherer, add_organizations, err);
}

static int enter_people(struct gatherer *gatherer, struct rr_err *err) {
    return enter(gatherer, add_people, err);
}

static int gather_pair(struct gatherer *gatherer, const struct pair *told,
                       int (*enter_all)(struct gatherer *gatherer, struct rr_err *err), struct rr_err *err) {
    struct pair *pair = &gatherer->pairs[gatherer->count++];
    *pair = *told;
    if (!rr_arena_copy(&gatherer->texts, &pair->id) || !rr_arena_copy(&gatherer->texts, &pair->name) ||
        !rr_arena_copy(&gatherer->texts, &pair->organization))
        return rr_fail_memory(err);
    return gatherer->count % RR_BOOK_DEALS_MAX == 0 ? enter_all(gatherer, err) : 0;
}

static int take_organization(void *ctx, const struct rr_rows *row, struct rr_err *err) {
    const struct pair organization = {rr_rows_text(row, RR_ORGANIZATION_ID), rr_rows_text(row, RR_ORGANIZATION_NAME), {NULL, 0}};
    return organization.id.ptr == NULL ? 0 : gather_pair(ctx, &organization, enter_organizations, err);
}

/* Of a person that is in no counterparty the organisation alone matters, and that to memos alone. */
static int take_person(void *ctx, const struct rr_rows *row, struct rr_err *err) {
    const struct gatherer *gatherer = ctx;
    struct pair person = {rr_rows_text(row, RR_PERSON_ID), rr_slice_trim(rr_rows_text(row, RR_PERSON_COUNTERPARTY)), {NULL, 0}};
    if (gatherer->entry->has_memos)
        person.organization = rr_rows_text(row, RR_PERSON_ORGANIZATION);
    if (person.id.ptr == NULL || (person.name.len == 0 && person.organization.len == 0))
        return 0; /* unclassified, as is a person that is not there */
    return gather_pair(ctx, &person, enter_people, err);
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

static int enter_deals(struct gatherer *gatherer, struct rr_err *err) {
    /* Nobody changes the people any more: no lock. */
    uint32_t first = gatherer->count == 0 ? 0 : (gatherer->count - 1) / RR_BOOK_DEALS_MAX * RR_BOOK_DEALS_MAX;
    rr_book_find_counterparties(gatherer->entry->book, gatherer->deals + first, gatherer->counterparties + first,
                                gatherer->count - first);
    if (enter(gatherer, add_deals, err) != 0)
        return -1;
    tell(gatherer);
    return 0;
}

/* The number of a row that another names; RR_NONE where it names none, or one that is not there. */
static uint32_t follow(const struct rr_table *table, struct rr_slice id) {
    return id.len == 0 ? RR_NONE : rr_table_find(table, id);
}

/* Notes whose deal it is that memos are about. Few are. */
static int note_organization(struct entry *entry, const struct rr_rows *row) {
    uint32_t deal = follow(&entry->memo_deals, rr_rows_text(row, RR_DEAL_ID));
    struct rr_slice id = rr_rows_text(row, RR_DEAL_ORGANIZATION);
    if (deal == RR_NONE || rr_slice_blank(id) || !rr_deal_counts(row))
        return 0;
    uint32_t *noted = &entry->memo_deal_organizations[deal];
    pthread_mutex_lock(&entry->lock);
    uint32_t organization = rr_book_organization(entry->book, id);
    entry->book->order_matters |= *noted != RR_NONE && *noted != organization;
    *noted = organization;
    pthread_mutex_unlock(&entry->lock);
    return organization == RR_NONE ? -1 : 0;
}

static int take_deal(void *ctx, const struct rr_rows *row, struct rr_err *err) {
    struct gatherer *gatherer = ctx;
    struct entry *entry = gatherer->entry;
    int counts = rr_deal_read(&gatherer->deals[gatherer->count], row, &entry->scope, &gatherer->possibilities, &gatherer->texts,
                              &gatherer->unknown_amounts);
    if (counts < 0 || (entry->memo_deals.count > 0 && note_organization(entry, row) != 0))
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
    struct rr_db *const *dbs;
    int count;
};

static int scan_table(struct crew *crew, const struct rr_crm_table *table,
                      int (*take)(void *ctx, const struct rr_rows *row, struct rr_err *err), struct rr_err *err) {
    struct rr_reader readers[RR_READERS_MAX];
    for (int i = 0; i < crew->count; i++)
        readers[i] = (struct rr_reader){crew->dbs[i], take, &crew->gatherers[i]};
    return rr_scan(table, readers, crew->count, err);
}

static int read_table(struct crew *crew, const struct rr_crm_table *table,
                      int (*take)(void *ctx, const struct rr_rows *row, struct rr_err *err),
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

static int take_memo(void *ctx, const struct rr_rows *row, struct rr_err *err) {
    struct gatherer *gatherer = ctx;
    return rr_memo_pile_add(&gatherer->memos, row, &gatherer->entry->memo_window) == 0 ? 0 : rr_fail_memory(err);
}

/* The deals that they are about, before the deals are read. */
static int list_memo_deals(struct crew *crew) {
    struct entry *entry = &crew->entry;
    for (int i = 0; i < crew->count; i++)
        for (uint32_t m = 0; m < crew->gatherers[i].memos.count; m++) {
            struct rr_slice deal = crew->gatherers[i].memos.memos[m].links.deal;
            if (deal.len > 0 && rr_table_add(&entry->memo_deals, deal) == RR_NONE)
                return -1;
        }
    entry->memo_deal_organizations = malloc((entry->memo_deals.count + 1) * sizeof *entry->memo_deal_organizations);
    if (entry->memo_deal_organizations == NULL)
        return -1;
    for (uint32_t i = 0; i < entry->memo_deals.count; i++)
        entry->memo_deal_organizations[i] = RR_NONE;
    return 0;
}

/* There may be no memos; but a table of them that cannot be read is a broken database, or a report would say in silence that
 * nothing is known. */
static int pile_memos(struct crew *crew, struct rr_err *err) {
    if (!crew->entry.has_memos)
        return 0;
    if (scan_table(crew, &rr_memo_table, take_memo, err) != 0)
        return -1;
    return list_memo_deals(crew) == 0 ? 0 : rr_fail_memory(err);
}

/* rules.md D6 "Memos of a counterparty". Given to rr_memo_shelf_fill. */
static uint32_t whose_memo(const void *ctx, const struct rr_memo_links *links,
                           struct rr_memo_holder holders[RR_MEMO_HOLDERS_MAX]) {
    const struct entry *entry = ctx;
    const struct rr_book *book = entry->book;
    uint32_t organization = follow(&book->organizations, links->organization), count = 0;
    uint32_t deal = follow(&entry->memo_deals, links->deal), person = follow(&book->people, links->person);
    if (organization != RR_NONE)
        holders[count++] = (struct rr_memo_holder){organization, RR_NONE};
    if (deal != RR_NONE && entry->memo_deal_organizations[deal] != RR_NONE)
        holders[count++] = (struct rr_memo_holder){entry->memo_deal_organizations[deal], RR_NONE};
    if (person != RR_NONE && book->persons[person].organization != RR_NONE)
        holders[count++] = (struct rr_memo_holder){book->persons[person].organization, book->persons[person].counterparty};
    return count;
}

/* Keeps those of the report's rows, of both modes. */
static int shelve_memos(struct crew *crew, struct rr_err *err) {
    struct rr_book *book = crew->entry.book;
    struct rr_memo_pile piles[RR_READERS_MAX];
    if (!crew->entry.has_memos)
        return 0;
    for (uint32_t i = 0; i < book->account_count; i++)
        if (rr_book_is_row(book, &book->accounts[i]) &&
            rr_memo_shelf_hold(&book->memos, book->accounts[i].organization, book->accounts[i].counterparty) != 0)
            return rr_fail_memory(err);
    for (int i = 0; i < crew->count; i++)
        piles[i] = crew->gatherers[i].memos;
    if (rr_memo_shelf_fill(&book->memos, piles, crew->count, whose_memo, &crew->entry) != 0)
        return rr_fail_memory(err);
    return rr_memo_shelf_sense(&book->memos, crew->count, err);
}

static int read_tables(struct crew *crew, struct rr_err *err) {
    int has_memos = rr_db_has_table(crew->dbs[0], rr_memo_table.name, err);
    if (has_memos < 0)
        return -1;
    crew->entry.has_memos = has_memos == 1;
    if (read_table(crew, &rr_organization_table, take_organization, enter_organizations, err) != 0 ||
        read_table(crew, &rr_person_table, take_person, enter_people, err) != 0 || pile_memos(crew, err) != 0 ||
        read_table(crew, &rr_deal_table, take_deal, enter_deals, err) != 0 || shelve_memos(crew, err) != 0)
        return -1;
    rr_book_forget_people(crew->entry.book);
    return 0;
}

static struct entry entry_of(struct rr_book *book) {
    return (struct entry){
        .book = book,
        .scope = {book->target_year, rr_day_before(book->as_of, RR_LOST_DAYS), book->as_of},
        .memo_window = {rr_day_before(book->as_of, RR_MEMO_DAYS), book->as_of},
    };
}

static int read_with(struct rr_book *book, struct rr_db *const *dbs, int count, const struct rr_progress *progress,
                     struct rr_err *err) {
    struct crew crew = {.entry = entry_of(book), .dbs = dbs, .count = count};
    crew.gatherers = calloc((size_t)count, sizeof *crew.gatherers);
    if (crew.gatherers == NULL)
        return rr_fail_memory(err);
    pthread_mutex_init(&crew.entry.lock, NULL);
    for (int i = 0; i < count; i++)
        crew.gatherers[i].entry = &crew.entry;
    crew.gatherers[0].progress = progress;
    int rc = read_tables(&crew, err);
    for (int i = 0; i < count; i++) {
        rr_arena_free(&crew.gatherers[i].texts);
        rr_memo_pile_free(&crew.gatherers[i].memos);
    }
    rr_table_free(&crew.entry.memo_deals);
    free(crew.entry.memo_deal_organizations);
    pthread_mutex_destroy(&crew.entry.lock);
    free(crew.gatherers);
    return rc;
}

int rr_book_read(struct rr_book *book, struct rr_db *db, const struct rr_progress *progress, struct rr_err *err) {
    return read_with(book, &db, 1, progress, err);
}

int rr_book_read_threaded(struct rr_book *book, struct rr_db *const *dbs, int count, const struct rr_progress *progress,
                          struct rr_err *err) {
    count = count > RR_READERS_MAX ? RR_READERS_MAX : count;
    if (read_with(book, dbs, count, progress, err) != 0)
        return -1;
    if (count < 2 || !book->order_matters)
        return 0;
    /* Ids that are not unique break the CRM's own rule; the answer is still that of one thread, which has the table's order. */
    rr_day as_of = book->as_of;
    int target_year = book->target_year;
    rr_book_free(book);
    return rr_book_init(book, as_of, target_year, err) == 0 ? read_with(book, dbs, 1, progress, err) : -1;
}
