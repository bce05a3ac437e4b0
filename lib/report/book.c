#include "report/book.h"

#include "crm/tables.h"
#include "rules/amount.h"
#include "rules/bucket.h"

#include <stdlib.h>
#include <string.h>

static const struct rr_slice unclassified_name = RR_SLICE("미분류(카운터파티 없음)");
static const struct rr_slice unknown_name = RR_SLICE("(미상)");

enum { progress_deals = 4096, capacity_first = 256 };

/* Makes *array hold at least need items of size bytes, new ones zero. */
static int reserve(void *array_of_any, uint32_t *capacity, uint32_t need, size_t size) {
    void **array = array_of_any;
    if (need <= *capacity)
        return 0;
    uint32_t grown = *capacity == 0 ? capacity_first : *capacity + *capacity / 2;
    grown = grown < need ? need : grown;
    char *bytes = realloc(*array, grown * size);
    if (bytes == NULL)
        return -1;
    memset(bytes + *capacity * size, 0, (grown - *capacity) * size);
    *array = bytes;
    *capacity = grown;
    return 0;
}

int rr_book_init(struct rr_book *book, int target_year, struct rr_err *err) {
    *book = (struct rr_book){.target_year = target_year};
    return rr_table_add(&book->counterparties, unclassified_name) == RR_UNCLASSIFIED ? 0 : rr_fail_memory(err);
}

static void forget_people(struct rr_book *book) {
    rr_table_free(&book->people);
    free(book->person_counterparties);
    book->person_counterparties = NULL;
    book->person_capacity = 0;
}

void rr_book_free(struct rr_book *book) {
    for (uint32_t i = 0; i < book->account_capacity; i++)
        rr_top_free(&book->accounts[i].top);
    free(book->accounts);
    free(book->organization_names);
    free(book->organization_baselines);
    forget_people(book);
    rr_table_free(&book->organizations);
    rr_table_free(&book->names);
    rr_table_free(&book->counterparties);
    rr_table_free(&book->account_keys);
    *book = (struct rr_book){0};
}

struct rr_slice rr_book_organization_name(const struct rr_book *book, uint32_t organization) {
    uint32_t name = book->organization_names[organization];
    return name == RR_NONE ? unknown_name : rr_table_key(&book->names, name);
}

/* The organisation's number; a new one has no name and no baseline yet. */
static uint32_t add_organization(struct rr_book *book, struct rr_slice id) {
    uint32_t before = book->organizations.count;
    uint32_t organization = rr_table_add(&book->organizations, id);
    if (organization == RR_NONE || organization < before)
        return organization;
    uint32_t capacity = book->organization_capacity;
    if (reserve(&book->organization_names, &capacity, organization + 1, sizeof *book->organization_names) != 0)
        return RR_NONE;
    capacity = book->organization_capacity;
    if (reserve(&book->organization_baselines, &capacity, organization + 1, sizeof *book->organization_baselines) != 0)
        return RR_NONE;
    book->organization_capacity = capacity;
    book->organization_names[organization] = RR_NONE;
    return organization;
}

static int take_organization(struct rr_book *book, const struct rr_slice *row) {
    struct rr_slice id = row[RR_ORGANIZATION_ID], name = row[RR_ORGANIZATION_NAME];
    if (id.ptr == NULL)
        return 0;
    uint32_t organization = add_organization(book, id);
    if (organization == RR_NONE)
        return -1;
    if (name.ptr == NULL)
        name = id;
    if (rr_slice_blank(name))
        return 0;
    book->organization_names[organization] = rr_table_add(&book->names, name);
    return book->organization_names[organization] == RR_NONE ? -1 : 0;
}

static int take_person(struct rr_book *book, const struct rr_slice *row) {
    struct rr_slice name = rr_slice_trim(row[RR_PERSON_COUNTERPARTY]);
    if (row[RR_PERSON_ID].ptr == NULL || name.len == 0)
        return 0; /* unclassified, as is a person that is not there */
    uint32_t person = rr_table_add(&book->people, row[RR_PERSON_ID]);
    uint32_t counterparty = rr_table_add(&book->counterparties, name);
    if (person == RR_NONE || counterparty == RR_NONE ||
        reserve(&book->person_counterparties, &book->person_capacity, person + 1, sizeof *book->person_counterparties) != 0)
        return -1;
    book->person_counterparties[person] = counterparty;
    return 0;
}

static uint32_t counterparty_of(const struct rr_book *book, struct rr_slice person_id) {
    uint32_t person = person_id.ptr == NULL ? RR_NONE : rr_table_find(&book->people, person_id);
    return person == RR_NONE ? RR_UNCLASSIFIED : book->person_counterparties[person];
}

static struct rr_account *account_of(struct rr_book *book, uint32_t organization, uint32_t counterparty, enum rr_mode mode) {
    uint32_t key[3] = {organization, counterparty, mode};
    uint32_t at = rr_table_add(&book->account_keys, (struct rr_slice){(const char *)key, sizeof key});
    if (at == RR_NONE || reserve(&book->accounts, &book->account_capacity, at + 1, sizeof *book->accounts) != 0)
        return NULL;
    struct rr_account *account = &book->accounts[at];
    account->organization = organization;
    account->counterparty = counterparty;
    account->mode = mode;
    return account;
}

/* A deal as the rules see it. */
struct deal {
    const struct rr_slice *row;
    struct rr_amount amount;
    rr_day contract, expected_close, start, end;
    int year;
    bool has_status, lost;
    enum rr_bucket bucket; /* of deals of the report's years */
};

static bool status_is(struct rr_slice status, const char *name) {
    return rr_slice_equal(status, rr_slice_of(name));
}

static void read_dates(struct deal *deal) {
    deal->contract = rr_day_parse(deal->row[RR_DEAL_CONTRACT]);
    deal->expected_close = rr_day_parse(deal->row[RR_DEAL_EXPECTED_CLOSE]);
    deal->start = rr_day_parse(deal->row[RR_DEAL_START]);
    deal->year = rr_deal_year(deal->start, deal->contract, deal->expected_close);
}

static void read_bucket(struct deal *deal) {
    struct rr_slice status = deal->row[RR_DEAL_STATUS];
    deal->has_status = status.ptr != NULL;
    deal->lost = status_is(status, "Lost");
    deal->end = rr_day_parse(deal->row[RR_DEAL_END]);
    const struct rr_bucket_facts facts = {
        .won = status_is(status, "Won"),
        .lost = deal->lost,
        .course_known = !rr_slice_blank(deal->row[RR_DEAL_COURSE]),
        .contract = deal->contract,
        .start = deal->start,
        .end = deal->end,
        .amount_krw = deal->amount.krw,
        .tokens = rr_tokens_parse(deal->row[RR_DEAL_POSSIBILITY]),
    };
    deal->bucket = rr_bucket_of(&facts);
}

/* rules.md D2 and D3: a deal of the year before. */
static void add_to_baseline(struct rr_book *book, struct rr_account *account, const struct deal *deal) {
    if (!rr_bucket_confirmed(deal->bucket))
        return;
    account->baseline_krw += deal->amount.krw;
    if (account->mode == RR_OFFLINE && deal->has_status)
        book->organization_baselines[account->organization] += deal->amount.krw;
}

static int offer_to_top(struct rr_account *account, const struct deal *deal) {
    const struct rr_slice *row = deal->row;
    const struct rr_top_deal top_deal = {
        .id = row[RR_DEAL_ID],
        .name = row[RR_DEAL_NAME],
        .status = row[RR_DEAL_STATUS],
        .possibility = row[RR_DEAL_POSSIBILITY],
        .amount_krw = deal->amount.krw,
        .year = deal->year,
        .course_exists = row[RR_DEAL_COURSE].len > 0,
        .start = deal->start,
        .end = deal->end,
        .contract = deal->contract,
        .expected_close = deal->expected_close,
        .last_contact = rr_day_parse(row[RR_DEAL_LAST_CONTACT]),
    };
    return rr_top_offer(&account->top, &top_deal);
}

/* rules.md D4: a deal of the target year. */
static int add_to_coverage(struct rr_account *account, const struct deal *deal) {
    if (!deal->has_status || deal->lost)
        return 0;
    bool confirmed = rr_bucket_confirmed(deal->bucket), expected = deal->bucket == RR_EXPECTED_HIGH;
    account->confirmed_deals += confirmed;
    account->expected_deals += expected;
    if (confirmed)
        account->confirmed_krw += deal->amount.krw;
    if (expected)
        account->expected_krw += deal->amount.krw;
    account->amount_zero_deals += (confirmed || expected) && deal->amount.krw <= 0;
    account->amount_parse_fail += (confirmed || expected) && deal->amount.state == RR_AMOUNT_UNREADABLE;
    return offer_to_top(account, deal);
}

static int take_deal(struct rr_book *book, const struct rr_slice *row) {
    struct deal deal = {.row = row};
    if (status_is(row[RR_DEAL_STATUS], "Convert"))
        return 0;
    deal.amount = rr_amount_of_deal(row[RR_DEAL_AMOUNT], row[RR_DEAL_EXPECTED_AMOUNT]);
    book->unknown_amount_deals += deal.amount.state != RR_AMOUNT_OK;
    read_dates(&deal);
    bool of_target_year = deal.year == book->target_year, of_baseline_year = deal.year == book->target_year - 1;
    bool year_unknown = deal.year == 0;
    if (rr_slice_blank(row[RR_DEAL_ORGANIZATION]) || !(of_target_year || of_baseline_year || year_unknown))
        return 0; /* no organisation, no tier, no row; other years count nowhere */
    uint32_t organization = add_organization(book, row[RR_DEAL_ORGANIZATION]);
    if (organization == RR_NONE)
        return -1;
    struct rr_account *account =
        account_of(book, organization, counterparty_of(book, row[RR_DEAL_PERSON]), rr_mode_of_format(row[RR_DEAL_FORMAT]));
    if (account == NULL)
        return -1;
    if (year_unknown) {
        account->year_unknown++;
        return 0;
    }
    account->in_report_years = true;
    read_bucket(&deal);
    if (of_target_year)
        return add_to_coverage(account, &deal);
    add_to_baseline(book, account, &deal);
    return 0;
}

static int read_table(struct rr_book *book, struct rr_db *db, const struct rr_crm_table *table,
                      int (*take)(struct rr_book *book, const struct rr_slice *row), const struct rr_progress *progress,
                      struct rr_err *err) {
    struct rr_slice row[RR_COLUMNS_MAX];
    struct rr_rows *rows = NULL;
    if (rr_rows_open(&rows, db, table, err) != 0)
        return -1;
    uint64_t done = 0;
    int more;
    while ((more = rr_rows_next(rows, row, err)) == 1) {
        if (take(book, row) != 0) {
            more = rr_fail_memory(err);
            break;
        }
        if (++done % progress_deals == 0 && progress != NULL && progress->tell != NULL)
            progress->tell(progress->ctx, done);
    }
    rr_rows_close(&rows);
    return more;
}

int rr_book_read(struct rr_book *book, struct rr_db *db, const struct rr_progress *progress, struct rr_err *err) {
    if (read_table(book, db, &rr_organization_table, take_organization, NULL, err) != 0 ||
        read_table(book, db, &rr_person_table, take_person, NULL, err) != 0 ||
        read_table(book, db, &rr_deal_table, take_deal, progress, err) != 0)
        return -1;
    forget_people(book);
    return 0;
}
