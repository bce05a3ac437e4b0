#include "report/top.h"

#include <stdlib.h>
#include <string.h>

static bool before(const struct rr_top_deal *a, const struct rr_top_deal *b) {
    if (a->amount_krw != b->amount_krw)
        return a->amount_krw > b->amount_krw;
    return rr_slice_compare(a->id, b->id) < 0;
}

static char *copy_text(char *at, struct rr_slice *text) {
    if (text->ptr == NULL)
        return at;
    memcpy(at, text->ptr, text->len);
    text->ptr = at;
    return at + text->len;
}

/* One allocation: the deal, and its texts behind it. */
static struct rr_top_deal *copy_deal(const struct rr_top_deal *deal) {
    struct rr_top_deal *copy = malloc(sizeof *copy + deal->id.len + deal->name.len + deal->status.len + deal->possibility.len);
    if (copy == NULL)
        return NULL;
    *copy = *deal;
    char *at = (char *)(copy + 1);
    at = copy_text(at, &copy->id);
    at = copy_text(at, &copy->name);
    at = copy_text(at, &copy->status);
    copy_text(at, &copy->possibility);
    return copy;
}

int rr_top_offer(struct rr_top *top, const struct rr_top_deal *deal) {
    uint32_t place = top->count;
    while (place > 0 && before(deal, top->deals[place - 1]))
        place--;
    if (place == RR_TOP_MAX)
        return 0;
    struct rr_top_deal *copy = copy_deal(deal);
    if (copy == NULL)
        return -1;
    if (top->count == RR_TOP_MAX)
        free(top->deals[--top->count]);
    for (uint32_t i = top->count; i > place; i--)
        top->deals[i] = top->deals[i - 1];
    top->deals[place] = copy;
    top->count++;
    return 0;
}

void rr_top_free(struct rr_top *top) {
    while (top->count > 0)
        free(top->deals[--top->count]);
}
