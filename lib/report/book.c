#include "report/book.h"

#include "base/memory.h"
#include "base/thread.h"

#include <string.h>

static const struct rr_slice unclassified_name = RR_SLICE("미분류(카운터파티 없음)");
static const struct rr_slice unknown_name = RR_SLICE("(미상)");

/* Makes room for the item at index in *array, and zeroes it. Memory is touched only when it is used. */
static int reserve(void *array_of_any, uint32_t *capacity, uint32_t index, size_t size) {
    if (rr_memory_reserve(array_of_any, capacity, index + 1, size) != 0)
        return -1;
    memset(*(char **)array_of_any + index * size, 0, size);
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
static int add_organizations(struct rr_book *book, const struct rr_slice *ids, uint32_t *numbers, uint32_t count) {
    uint32_t first = book->organizations.count;
    if (rr_table_add_all(&book->organizations, ids, numbers, count) != 0)
        return -1;
    for (uint32_t new = first; new < book->organizations.count; new ++) {
        uint32_t capacity = book->organization_capacity;
        if (reserve(&book->organization_names, &capacity, new, sizeof *book->organization_names) != 0)
            return -1;
        capacity = book->organization_capacity;
        if (reserve(&book->organization_baselines, &capacity, new, sizeof *book->organization_baselines) != 0)
            return -1;
        book->organization_capacity = capacity;
        book->organization_names[new] = RR_NONE;
    }
    return 0;
}

uint32_t rr_book_organization(struct rr_book *book, struct rr_slice id) {
    uint32_t number;
    return add_organizations(book, &id, &number, 1) == 0 ? number : RR_NONE;
}

/* Does an id stand in a row before? Numbers are given in the order of first sight. */
static bool seen_before(uint32_t number, uint32_t *next) {
    if (number < *next)
        return true;
    *next = number + 1;
    return false;
}

int rr_book_add_organizations(struct rr_book *book, const struct rr_party *organizations, uint32_t count) {
    struct rr_slice ids[RR_BOOK_DEALS_MAX] = {{NULL, 0}}, names[RR_BOOK_DEALS_MAX] = {{NULL, 0}};
    uint32_t numbers[RR_BOOK_DEALS_MAX], called[RR_BOOK_DEALS_MAX], next = book->organizations.count;
    for (uint32_t i = 0; i < count; i++) {
        ids[i] = organizations[i].id;
        struct rr_slice name = organizations[i].name.ptr == NULL ? ids[i] : organizations[i].name;
        if (!rr_slice_blank(name))
            names[i] = name;
    }
    if (add_organizations(book, ids, numbers, count) != 0 || rr_table_add_all(&book->names, names, called, count) != 0)
        return -1;
    for (uint32_t i = 0; i < count; i++) {
        book->order_matters |= seen_before(numbers[i], &next);
        if (called[i] != RR_NONE)
            book->organization_names[numbers[i]] = called[i];
    }
    return 0;
}

/* Of an id that stands twice the later row has the say, where it says anything. */
static int add_person(struct rr_book *book, uint32_t number, bool again, uint32_t counterparty, uint32_t organization) {
    book->order_matters |= again;
    if (!again) {
        if (reserve(&book->persons, &book->person_capacity, number, sizeof *book->persons) != 0)
            return -1;
        book->persons[number] = (struct rr_person){RR_UNCLASSIFIED, RR_NONE};
    }
    if (counterparty != RR_NONE)
        book->persons[number].counterparty = counterparty;
    if (organization != RR_NONE)
        book->persons[number].organization = organization;
    return 0;
}

int rr_book_add_people(struct rr_book *book, const struct rr_party *people, uint32_t count) {
    static const struct rr_slice none = {NULL, 0};
    struct rr_slice ids[RR_BOOK_DEALS_MAX] = {{NULL, 0}}, names[RR_BOOK_DEALS_MAX] = {{NULL, 0}};
    struct rr_slice employers[RR_BOOK_DEALS_MAX] = {{NULL, 0}};
    uint32_t numbers[RR_BOOK_DEALS_MAX], counterparties[RR_BOOK_DEALS_MAX], organizations[RR_BOOK_DEALS_MAX];
    uint32_t next = book->people.count;
    for (uint32_t i = 0; i < count; i++) {
        ids[i] = people[i].id;
        names[i] = people[i].name.len > 0 ? people[i].name : none;
        employers[i] = rr_slice_blank(people[i].organization) ? none : people[i].organization;
    }
    if (rr_table_add_all(&book->people, ids, numbers, count) != 0 ||
        rr_table_add_all(&book->counterparties, names, counterparties, count) != 0 ||
        add_organizations(book, employers, organizations, count) != 0)
        return -1;
    for (uint32_t i = 0; i < count; i++)
        if (add_person(book, numbers[i], seen_before(numbers[i], &next), counterparties[i], organizations[i]) != 0)
            return -1;
    return 0;
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
    if (add_organizations(book, ids, found, count) != 0)
        return -1;
    for (uint32_t i = 0; i < count; i++)
        keys[i].organization = found[i];
    return 0;
}

static struct rr_slice bytes_of(const struct account_key *key) {
    return (struct rr_slice){(const char *)key, sizeof *key};
}

static int find_accounts(struct rr_book *book, const struct account_key *keys, uint32_t *accounts, uint32_t count) {
    struct rr_slice texts[RR_BOOK_DEALS_MAX] = {{NULL, 0}};
    for (uint32_t i = 0; i < count; i++)
        texts[i] = bytes_of(&keys[i]);
    if (rr_table_add_all(&book->account_keys, texts, accounts, count) != 0)
        return -1;
    for (uint32_t i = 0; i < count; i++) {
        if (accounts[i] < book->account_count)
            continue;
        if (reserve(&book->accounts, &book->account_capacity, accounts[i], sizeof *book->accounts) != 0)
            return -1;
        book->account_count++;
        book->accounts[accounts[i]].organization = keys[i].organization;
        book->accounts[accounts[i]].counterparty = keys[i].counterparty;
        book->accounts[accounts[i]].mode = (enum rr_mode)keys[i].mode;
    }
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

/* Some rows: whom each is with in the other mode, and as whom it has memos. */
static int settle(struct rr_book *book, struct rr_account *const *rows, uint32_t count, bool has_memos) {
    struct account_key keys[RR_BOOK_DEALS_MAX];
    struct rr_memo_holder holders[RR_BOOK_DEALS_MAX] = {{0, 0}};
    struct rr_slice texts[RR_BOOK_DEALS_MAX] = {{NULL, 0}};
    uint32_t others[RR_BOOK_DEALS_MAX], numbers[RR_BOOK_DEALS_MAX] = {0};
    for (uint32_t i = 0; i < count; i++) {
        uint32_t other_mode = rows[i]->mode == RR_OFFLINE ? RR_ONLINE : RR_OFFLINE;
        keys[i] = (struct account_key){rows[i]->organization, rows[i]->counterparty, other_mode};
        holders[i] = (struct rr_memo_holder){rows[i]->organization, rows[i]->counterparty};
        texts[i] = bytes_of(&keys[i]);
    }
    rr_table_find_all(&book->account_keys, texts, others, count);
    if (has_memos && rr_memo_shelf_hold(&book->memos, holders, numbers, count) != 0)
        return -1;
    for (uint32_t i = 0; i < count; i++) {
        rows[i]->other = others[i];
        rows[i]->memos = numbers[i];
    }
    return 0;
}

int rr_book_settle(struct rr_book *book, bool has_memos) {
    struct rr_account *rows[RR_BOOK_DEALS_MAX];
    uint32_t count = 0;
    for (uint32_t i = 0; i < book->account_count; i++) {
        if (rr_book_is_row(book, &book->accounts[i]))
            rows[count++] = &book->accounts[i];
        if (count < RR_BOOK_DEALS_MAX && i + 1 < book->account_count)
            continue;
        if (settle(book, rows, count, has_memos) != 0)
            return -1;
        count = 0;
        rr_thread_yield();
    }
    rr_table_free(&book->account_keys);
    return 0;
}

void rr_book_signals(const struct rr_book *book, const struct rr_account *account, struct rr_signals *signals) {
    const struct rr_trace *traces[RR_MODE_COUNT] = {&account->trace};
    int count = 1;
    if (account->other != RR_NONE)
        traces[count++] = &book->accounts[account->other].trace;
    rr_signals_of(signals, &book->signals, traces, count);
}
