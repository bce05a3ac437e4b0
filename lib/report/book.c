#include "report/book.h"

#include "base/memory.h"

#include <string.h>

static const struct rr_slice unclassified_name = RR_SLICE("미분류(카운터파티 없음)");
static const struct rr_slice unknown_name = RR_SLICE("(미상)");

enum { capacity_first = 256 };

/* Makes room for index + 1 items of size bytes in *array, and the one at index zero. Memory is touched only when it is used. */
static int reserve(void *array_of_any, uint32_t *capacity, uint32_t index, size_t size) {
    void **array = array_of_any;
    if (index >= *capacity) {
        uint32_t grown = index + index / 2 + capacity_first;
        char *bytes = rr_memory_resize(*array, *capacity * size, grown * size);
        if (bytes == NULL)
            return -1;
        *array = bytes;
        *capacity = grown;
    }
    memset((char *)*array + index * size, 0, size);
    return 0;
}

int rr_book_init(struct rr_book *book, rr_day as_of, int target_year, struct rr_err *err) {
    *book = (struct rr_book){.as_of = as_of, .target_year = target_year};
    return rr_table_add(&book->counterparties, unclassified_name) == RR_UNCLASSIFIED ? 0 : rr_fail_memory(err);
}

void rr_book_forget_people(struct rr_book *book) {
    rr_table_free(&book->people);
    rr_memory_free(book->persons, book->person_capacity * sizeof *book->persons);
    book->persons = NULL;
    book->person_capacity = 0;
}

void rr_book_free(struct rr_book *book) {
    rr_memory_free(book->accounts, book->account_capacity * sizeof *book->accounts);
    rr_memory_free(book->organization_names, book->organization_capacity * sizeof *book->organization_names);
    rr_memory_free(book->organization_baselines, book->organization_capacity * sizeof *book->organization_baselines);
    rr_book_forget_people(book);
    rr_table_free(&book->organizations);
    rr_table_free(&book->names);
    rr_top_store_free(&book->tops);
    rr_signal_store_free(&book->signals);
    rr_memo_shelf_free(&book->memos);
    rr_table_free(&book->counterparties);
    rr_table_free(&book->account_keys);
    *book = (struct rr_book){0};
}

struct rr_slice rr_book_organization_name(const struct rr_book *book, uint32_t organization) {
    uint32_t name = book->organization_names[organization];
    return name == RR_NONE ? unknown_name : rr_table_key(&book->names, name);
}

/* A new one has no name and no baseline yet. */
uint32_t rr_book_organization(struct rr_book *book, struct rr_slice id) {
    uint32_t before = book->organizations.count;
    uint32_t organization = rr_table_add(&book->organizations, id);
    if (organization == RR_NONE || organization < before)
        return organization;
    uint32_t capacity = book->organization_capacity;
    if (reserve(&book->organization_names, &capacity, organization, sizeof *book->organization_names) != 0)
        return RR_NONE;
    capacity = book->organization_capacity;
    if (reserve(&book->organization_baselines, &capacity, organization, sizeof *book->organization_baselines) != 0)
        return RR_NONE;
    book->organization_capacity = capacity;
    book->organization_names[organization] = RR_NONE;
    return organization;
}

int rr_book_add_organization(struct rr_book *book, struct rr_slice id, struct rr_slice name) {
    uint32_t before = book->organizations.count;
    uint32_t organization = rr_book_organization(book, id);
    if (organization == RR_NONE)
        return -1;
    book->order_matters |= organization < before;
    if (name.ptr == NULL)
        name = id;
    if (rr_slice_blank(name))
        return 0;
    book->organization_names[organization] = rr_table_add(&book->names, name);
    return book->organization_names[organization] == RR_NONE ? -1 : 0;
}

/* Of an id that stands twice the later row has the say, where it says anything. */
int rr_book_add_person(struct rr_book *book, struct rr_slice id, struct rr_slice counterparty_name,
                       struct rr_slice organization) {
    uint32_t before = book->people.count;
    uint32_t number = rr_table_add(&book->people, id);
    if (number == RR_NONE)
        return -1;
    book->order_matters |= number < before;
    if (number == before) {
        if (reserve(&book->persons, &book->person_capacity, number, sizeof *book->persons) != 0)
            return -1;
        book->persons[number] = (struct rr_person){RR_UNCLASSIFIED, RR_NONE};
    }
    struct rr_person *person = &book->persons[number];
    if (counterparty_name.len > 0 && (person->counterparty = rr_table_add(&book->counterparties, counterparty_name)) == RR_NONE)
        return -1;
    return rr_slice_blank(organization) || (person->organization = rr_book_organization(book, organization)) != RR_NONE ? 0 : -1;
}

void rr_book_find_counterparties(const struct rr_book *book, const struct rr_deal *deals, uint32_t *counterparties,
                                 uint32_t count) {
    struct rr_slice people[RR_BOOK_DEALS_MAX] = {{NULL, 0}};
    for (uint32_t i = 0; i < count; i++)
        people[i] = deals[i].person;
    rr_table_find_all(&book->people, people, counterparties, count);
    for (uint32_t i = 0; i < count; i++)
        if (counterparties[i] != RR_NONE)
            __builtin_prefetch(&book->persons[counterparties[i]]);
    for (uint32_t i = 0; i < count; i++)
        counterparties[i] = counterparties[i] == RR_NONE ? RR_UNCLASSIFIED : book->persons[counterparties[i]].counterparty;
}

/* ---- Deals ---- */

/* What an account is found by. */
struct account_key {
    uint32_t organization, counterparty, mode;
};

/* The numbers of the deals' organisations; those that only deals name are added. */
static int find_organizations(struct rr_book *book, const struct rr_deal *deals, struct account_key *keys, uint32_t count) {
    struct rr_slice ids[RR_BOOK_DEALS_MAX] = {{NULL, 0}};
    uint32_t found[RR_BOOK_DEALS_MAX];
    for (uint32_t i = 0; i < count; i++)
        ids[i] = deals[i].organization;
    rr_table_find_all(&book->organizations, ids, found, count);
    for (uint32_t i = 0; i < count; i++) {
        keys[i].organization = found[i] != RR_NONE ? found[i] : rr_book_organization(book, ids[i]);
        if (keys[i].organization == RR_NONE)
            return -1;
    }
    return 0;
}

static uint32_t add_account(struct rr_book *book, const struct account_key *key) {
    uint32_t at = rr_table_add(&book->account_keys, (struct rr_slice){(const char *)key, sizeof *key});
    if (at == RR_NONE || at < book->account_count)
        return at; /* of a deal just before */
    if (reserve(&book->accounts, &book->account_capacity, at, sizeof *book->accounts) != 0)
        return RR_NONE;
    book->account_count++;
    book->accounts[at].organization = key->organization;
    book->accounts[at].counterparty = key->counterparty;
    book->accounts[at].mode = (enum rr_mode)key->mode;
    return at;
}

static int find_accounts(struct rr_book *book, const struct account_key *keys, uint32_t *accounts, uint32_t count) {
    struct rr_slice texts[RR_BOOK_DEALS_MAX] = {{NULL, 0}};
    for (uint32_t i = 0; i < count; i++)
        texts[i] = (struct rr_slice){(const char *)&keys[i], sizeof keys[i]};
    rr_table_find_all(&book->account_keys, texts, accounts, count);
    for (uint32_t i = 0; i < count; i++)
        if (accounts[i] == RR_NONE && (accounts[i] = add_account(book, &keys[i])) == RR_NONE)
            return -1;
    return 0;
}

/* Asks memory for what the deals will change. */
static void fetch(const struct rr_book *book, const struct account_key *keys, const uint32_t *accounts, uint32_t count) {
    enum { line_bytes = 64 };
    for (uint32_t i = 0; i < count; i++) {
        const char *account = (const char *)&book->accounts[accounts[i]];
        for (size_t at = 0; at < sizeof *book->accounts; at += line_bytes)
            __builtin_prefetch(account + at, 1);
        __builtin_prefetch(&book->organization_baselines[keys[i].organization], 1);
    }
    for (uint32_t i = 0; i < count; i++) {
        const struct rr_top *top = &book->accounts[accounts[i]].top;
        if (top->count > 0)
            __builtin_prefetch(top->deals[top->count - 1]);
    }
}

/* rules.md D2 and D3: a deal of the year before. */
static void add_to_baseline(struct rr_book *book, struct rr_account *account, const struct rr_deal *deal) {
    if (!rr_bucket_confirmed(deal->bucket))
        return;
    account->baseline_krw += deal->amount.krw;
    if (account->mode == RR_OFFLINE && deal->has_status)
        book->organization_baselines[account->organization] += deal->amount.krw;
}

/* rules.md D4: a deal of the target year. */
static int add_to_coverage(struct rr_book *book, struct rr_account *account, const struct rr_deal *deal) {
    bool confirmed = rr_bucket_confirmed(deal->bucket), expected = deal->bucket == RR_EXPECTED_HIGH;
    account->confirmed_deals += confirmed;
    account->expected_deals += expected;
    if (confirmed)
        account->confirmed_krw += deal->amount.krw;
    if (expected)
        account->expected_krw += deal->amount.krw;
    account->amount_zero_deals += (confirmed || expected) && deal->amount.krw <= 0;
    account->amount_parse_fail += (confirmed || expected) && deal->amount.state == RR_AMOUNT_UNREADABLE;
    return rr_top_offer(&book->tops, &account->top, &deal->top, &book->order_matters);
}

static int add_deal(struct rr_book *book, struct rr_account *account, const struct rr_deal *deal) {
    rr_trace_contact(&account->trace, deal->top.last_contact);
    if (deal->lost_lately && rr_trace_lost(&book->signals, &account->trace, deal->lost_reason) != 0)
        return -1;
    if (deal->other_year)
        return 0;
    if (deal->year_unknown) {
        account->year_unknown++;
        return 0;
    }
    account->in_report_years = true;
    if (deal->is_open)
        return add_to_coverage(book, account, deal);
    if (!deal->of_target_year)
        add_to_baseline(book, account, deal);
    return 0;
}

int rr_book_add_deals(struct rr_book *book, const struct rr_deal *deals, const uint32_t *counterparties, uint32_t count) {
    struct account_key keys[RR_BOOK_DEALS_MAX];
    uint32_t accounts[RR_BOOK_DEALS_MAX];
    for (uint32_t i = 0; i < count; i++)
        keys[i] = (struct account_key){0, counterparties[i], deals[i].mode};
    if (find_organizations(book, deals, keys, count) != 0 || find_accounts(book, keys, accounts, count) != 0)
        return -1;
    fetch(book, keys, accounts, count);
    for (uint32_t i = 0; i < count; i++)
        if (add_deal(book, &book->accounts[accounts[i]], &deals[i]) != 0)
            return -1;
    return 0;
}

/* ---- What it comes to ---- */

enum rr_tier rr_book_tier(const struct rr_book *book, uint32_t organization) {
    return rr_tier_of(book->organization_baselines[organization], rr_book_organization_name(book, organization));
}

bool rr_book_is_row(const struct rr_book *book, const struct rr_account *account) {
    return account->in_report_years && rr_book_tier(book, account->organization) != RR_TIER_NONE;
}

void rr_book_signals(const struct rr_book *book, const struct rr_account *account, struct rr_signals *signals) {
    const struct rr_trace *traces[RR_MODE_COUNT];
    int count = 0;
    for (uint32_t mode = 0; mode < RR_MODE_COUNT; mode++) {
        const struct account_key key = {account->organization, account->counterparty, mode};
        uint32_t at = rr_table_find(&book->account_keys, (struct rr_slice){(const char *)&key, sizeof key});
        if (at != RR_NONE)
            traces[count++] = &book->accounts[at].trace;
    }
    rr_signals_of(signals, &book->signals, traces, count);
}
