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
    pthread_mutex_t lock; /* of the book, and of deals_read */
    uint64_t deals_read;
};

struct pair {
    struct rr_slice id, name;
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
    for (uint32_t i = 0; i < gatherer->count; i++)
        if (rr_book_add_person(gatherer->entry->book, gatherer->pairs[i].id, gatherer->pairs[i].name) != 0)
            return -1;
    return 0;
}

static int enter_organizations(struct gatherer *gatherer, struct rr_err *err) {
    return enter(gatherer, add_organizations, err);
}

static int enter_people(struct gatherer *gatherer, struct rr_err *err) {
    return enter(gatherer, add_people, err);
}

static int gather_pair(struct gatherer *gatherer, struct rr_slice id, struct rr_slice name,
                       int (*enter_all)(struct gatherer *gatherer, struct rr_err *err), struct rr_err *err) {
    struct pair *pair = &gatherer->pairs[gatherer->count++];
    *pair = (struct pair){id, name};
    if (!rr_arena_copy(&gatherer->texts, &pair->id) || !rr_arena_copy(&gatherer->texts, &pair->name))
        return rr_fail_memory(err);
    return gatherer->count % RR_BOOK_DEALS_MAX == 0 ? enter_all(gatherer, err) : 0;
}

static int take_organization(void *ctx, const struct rr_rows *row, struct rr_err *err) {
    struct rr_slice id = rr_rows_text(row, RR_ORGANIZATION_ID);
    return id.ptr == NULL ? 0 : gather_pair(ctx, id, rr_rows_text(row, RR_ORGANIZATION_NAME), enter_organizations, err);
}

static int take_person(void *ctx, const struct rr_rows *row, struct rr_err *err) {
    struct rr_slice id = rr_rows_text(row, RR_PERSON_ID);
    struct rr_slice name = rr_slice_trim(rr_rows_text(row, RR_PERSON_COUNTERPARTY));
    if (id.ptr == NULL || name.len == 0)
        return 0; /* unclassified, as is a person that is not there */
    return gather_pair(ctx, id, name, enter_people, err);
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

static int take_deal(void *ctx, const struct rr_rows *row, struct rr_err *err) {
    struct gatherer *gatherer = ctx;
    int counts = rr_deal_read(&gatherer->deals[gatherer->count], row, gatherer->entry->book->target_year,
                              &gatherer->possibilities, &gatherer->texts, &gatherer->unknown_amounts);
    if (counts < 0)
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

static int read_table(struct crew *crew, const struct rr_crm_table *table,
                      int (*take)(void *ctx, const struct rr_rows *row, struct rr_err *err),
                      int (*enter_all)(struct gatherer *gatherer, struct rr_err *err), struct rr_err *err) {
    struct rr_reader readers[RR_READERS_MAX];
    for (int i = 0; i < crew->count; i++)
        readers[i] = (struct rr_reader){crew->dbs[i], take, &crew->gatherers[i]};
    int rc = rr_scan(table, readers, crew->count, err);
    for (int i = 0; i < crew->count && rc == 0; i++) {
        crew->gatherers[i].done = true;
        rc = enter_all(&crew->gatherers[i], err); /* what is left */
        crew->gatherers[i].done = false;
    }
    return rc;
}

static int read_tables(struct crew *crew, struct rr_err *err) {
    if (read_table(crew, &rr_organization_table, take_organization, enter_organizations, err) != 0 ||
        read_table(crew, &rr_person_table, take_person, enter_people, err) != 0 ||
        read_table(crew, &rr_deal_table, take_deal, enter_deals, err) != 0)
        return -1;
    rr_book_forget_people(crew->entry.book);
    return 0;
}

static int read_with(struct rr_book *book, struct rr_db *const *dbs, int count, const struct rr_progress *progress,
                     struct rr_err *err) {
    struct crew crew = {.entry = {.book = book}, .dbs = dbs, .count = count};
    crew.gatherers = calloc((size_t)count, sizeof *crew.gatherers);
    if (crew.gatherers == NULL)
        return rr_fail_memory(err);
    pthread_mutex_init(&crew.entry.lock, NULL);
    for (int i = 0; i < count; i++)
        crew.gatherers[i].entry = &crew.entry;
    crew.gatherers[0].progress = progress;
    int rc = read_tables(&crew, err);
    for (int i = 0; i < count; i++)
        rr_arena_free(&crew.gatherers[i].texts);
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
    int target_year = book->target_year;
    rr_book_free(book);
    return rr_book_init(book, target_year, err) == 0 ? read_with(book, dbs, 1, progress, err) : -1;
}
