#include "report/top.h"

#include <string.h>

struct rr_top_kept {
    int64_t amount_krw;
    rr_day start, end, contract, expected_close, last_contact;
    uint32_t status, possibility; /* ids in the store's words; RR_NONE: NULL */
    uint32_t id_len, name_len;    /* RR_NONE: NULL */
    int16_t year;
    bool course_exists;
    char texts[]; /* the id, then the name */
};

static uint32_t length_of(struct rr_slice text) {
    return text.ptr == NULL ? RR_NONE : (uint32_t)text.len;
}

static size_t bytes_of(uint32_t len) {
    return len == RR_NONE ? 0 : len;
}

static struct rr_slice id_of(const struct rr_top_kept *kept) {
    return (struct rr_slice){kept->id_len == RR_NONE ? NULL : kept->texts, bytes_of(kept->id_len)};
}

static size_t size_of(uint32_t id_len, uint32_t name_len) {
    return sizeof(struct rr_top_kept) + bytes_of(id_len) + bytes_of(name_len);
}

/* Does deal come before kept (negative), or after it? */
static int compare(const struct rr_top_deal *deal, const struct rr_top_kept *kept) {
    if (deal->amount_krw != kept->amount_krw)
        return deal->amount_krw > kept->amount_krw ? -1 : 1;
    return rr_slice_compare(deal->id, id_of(kept));
}

/* Where deal belongs among those that are there. */
static uint32_t place_of(const struct rr_top *top, const struct rr_top_deal *deal, bool *tied) {
    uint32_t place = top->count;
    int order = 1;
    while (place > 0 && (order = compare(deal, top->deals[place - 1])) < 0)
        place--;
    *tied |= place > 0 && order == 0;
    return place;
}

static bool add_word(struct rr_table *words, struct rr_slice text, uint32_t *id) {
    *id = text.ptr == NULL ? RR_NONE : rr_table_add(words, text);
    return text.ptr == NULL || *id != RR_NONE;
}

static struct rr_top_kept *keep(struct rr_top_store *store, const struct rr_top_deal *deal) {
    uint32_t id_len = length_of(deal->id), name_len = length_of(deal->name);
    struct rr_top_kept *kept = rr_pool_take(&store->deals, size_of(id_len, name_len));
    if (kept == NULL)
        return NULL;
    *kept = (struct rr_top_kept){
        .amount_krw = deal->amount_krw,
        .start = deal->start,
        .end = deal->end,
        .contract = deal->contract,
        .expected_close = deal->expected_close,
        .last_contact = deal->last_contact,
        .id_len = id_len,
        .name_len = name_len,
        .year = deal->year,
        .course_exists = deal->course_exists,
    };
    if (deal->id.len > 0)
        memcpy(kept->texts, deal->id.ptr, deal->id.len);
    if (deal->name.len > 0)
        memcpy(kept->texts + bytes_of(id_len), deal->name.ptr, deal->name.len);
    bool kept_words =
        add_word(&store->words, deal->status, &kept->status) && add_word(&store->words, deal->possibility, &kept->possibility);
    return kept_words ? kept : NULL;
}

int rr_top_offer(struct rr_top_store *store, struct rr_top *top, const struct rr_top_deal *deal, bool *tied) {
    uint32_t place = place_of(top, deal, tied);
    if (place == RR_TOP_MAX)
        return 0;
    if (top->count == RR_TOP_MAX) {
        struct rr_top_kept *last = top->deals[--top->count];
        rr_pool_give(&store->deals, last, size_of(last->id_len, last->name_len));
    }
    struct rr_top_kept *kept = keep(store, deal);
    if (kept == NULL)
        return -1;
    for (uint32_t i = top->count; i > place; i--)
        top->deals[i] = top->deals[i - 1];
    top->deals[place] = kept;
    top->count++;
    return 0;
}

static struct rr_slice word_of(const struct rr_top_store *store, uint32_t id) {
    return id == RR_NONE ? (struct rr_slice){NULL, 0} : rr_table_key(&store->words, id);
}

void rr_top_get(const struct rr_top_store *store, const struct rr_top *top, uint32_t index, struct rr_top_deal *deal) {
    const struct rr_top_kept *kept = top->deals[index];
    *deal = (struct rr_top_deal){
        .id = id_of(kept),
        .status = word_of(store, kept->status),
        .possibility = word_of(store, kept->possibility),
        .amount_krw = kept->amount_krw,
        .start = kept->start,
        .end = kept->end,
        .contract = kept->contract,
        .expected_close = kept->expected_close,
        .last_contact = kept->last_contact,
        .year = kept->year,
        .course_exists = kept->course_exists,
    };
    if (kept->name_len != RR_NONE)
        deal->name = (struct rr_slice){kept->texts + bytes_of(kept->id_len), kept->name_len};
}

void rr_top_store_free(struct rr_top_store *store) {
    rr_pool_free(&store->deals);
    rr_table_free(&store->words);
}
