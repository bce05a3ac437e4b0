#include "report/top.h"

#include <stdlib.h>
#include <string.h>

static int compare(const struct rr_top_deal *a, const struct rr_top_deal *b) {
    if (a->amount_krw != b->amount_krw)
        return a->amount_krw > b->amount_krw ? -1 : 1;
    return rr_slice_compare(a->id, b->id);
}

static char *copy_text(char *at, struct rr_slice *text) {
    if (text->ptr == NULL)
        return at;
    memcpy(at, text->ptr, text->len);
    text->ptr = at;
    return at + text->len;
}

/* Copies deal, with its id and name right behind it, to where there is room for them. */
static char *copy_deal(struct rr_top_deal *copy, const struct rr_top_deal *deal) {
    *copy = *deal;
    return copy_text(copy_text((char *)(copy + 1), &copy->id), &copy->name);
}

/* Makes text the one in words. */
static bool keep_word(struct rr_table *words, struct rr_slice *text) {
    if (text->ptr == NULL)
        return true;
    uint32_t id = rr_table_add(words, *text);
    if (id == RR_NONE)
        return false;
    *text = rr_table_key(words, id);
    return true;
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

static void put(struct rr_top *top, uint32_t place, struct rr_top_deal *deal) {
    for (uint32_t i = top->count; i > place; i--)
        top->deals[i] = top->deals[i - 1];
    top->deals[place] = deal;
    top->count++;
}

int rr_top_offer(struct rr_top *top, const struct rr_top_deal *deal) {
    bool tied = false;
    uint32_t place = place_of(top, deal, &tied);
    if (place == RR_TOP_MAX)
        return 0;
    struct rr_top_deal *copy = malloc(sizeof *copy + deal->id.len + deal->name.len + deal->status.len + deal->possibility.len);
    if (copy == NULL)
        return -1;
    copy_text(copy_text(copy_deal(copy, deal), &copy->status), &copy->possibility);
    if (top->count == RR_TOP_MAX)
        free(top->deals[--top->count]);
    put(top, place, copy);
    return 0;
}

static size_t size_in_store(const struct rr_top_deal *deal) {
    return sizeof *deal + deal->id.len + deal->name.len;
}

int rr_top_offer_into(struct rr_top_store *store, struct rr_top *top, const struct rr_top_deal *deal, bool *tied) {
    uint32_t place = place_of(top, deal, tied);
    if (place == RR_TOP_MAX)
        return 0;
    if (top->count == RR_TOP_MAX) {
        struct rr_top_deal *last = top->deals[--top->count];
        rr_pool_give(&store->deals, last, size_in_store(last));
    }
    struct rr_top_deal *copy = rr_pool_take(&store->deals, size_in_store(deal));
    if (copy == NULL)
        return -1;
    copy_deal(copy, deal);
    if (!keep_word(&store->words, &copy->status) || !keep_word(&store->words, &copy->possibility))
        return -1;
    put(top, place, copy);
    return 0;
}

void rr_top_store_free(struct rr_top_store *store) {
    rr_pool_free(&store->deals);
    rr_table_free(&store->words);
}

void rr_top_free(struct rr_top *top) {
    while (top->count > 0)
        free(top->deals[--top->count]);
}
