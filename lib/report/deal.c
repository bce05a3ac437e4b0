#include "report/deal.h"

#include "base/hash.h"

#include <string.h>

static const struct rr_slice convert = RR_SLICE("Convert"), won = RR_SLICE("Won"), lost = RR_SLICE("Lost");

static bool read_tokens(struct rr_tokens *tokens, struct rr_slice text, struct rr_possibilities *possibilities) {
    if (text.len == 0 || text.len > RR_POSSIBILITY_MAX)
        return rr_tokens_parse(text, tokens);
    struct rr_possibility *place = &possibilities->seen[rr_hash64(text) % RR_POSSIBILITIES];
    if (place->len != text.len || memcmp(place->text, text.ptr, text.len) != 0) {
        if (!rr_tokens_parse(text, tokens))
            return false;
        place->tokens = *tokens;
        place->len = (uint8_t)text.len;
        memcpy(place->text, text.ptr, text.len);
    }
    *tokens = place->tokens;
    return true;
}

/* 예상 체결액 is not even asked for where 금액 says something. */
static struct rr_amount amount_of(const struct rr_row *row) {
    struct rr_slice amount = rr_row_text(row, RR_DEAL_AMOUNT);
    if (!rr_slice_blank(amount))
        return rr_amount_parse(amount);
    return rr_amount_of_deal(amount, rr_row_text(row, RR_DEAL_EXPECTED_AMOUNT));
}

static bool read_bucket(struct rr_deal *deal, struct rr_slice status, const struct rr_row *row,
                        struct rr_possibilities *possibilities) {
    struct rr_bucket_facts facts = {.won = rr_slice_equal(status, won), .lost = rr_slice_equal(status, lost)};
    facts.contract = deal->top.contract;
    facts.start = deal->top.start;
    facts.amount_krw = deal->amount.krw;
    if (facts.won) {
        facts.end = deal->top.end = rr_day_parse(rr_row_text(row, RR_DEAL_END));
        facts.course_known = !rr_slice_blank(rr_row_text(row, RR_DEAL_COURSE));
    } else if (!facts.lost && !read_tokens(&facts.tokens, rr_row_text(row, RR_DEAL_POSSIBILITY), possibilities)) {
        return false;
    }
    deal->bucket = rr_bucket_of(&facts);
    deal->has_status = status.ptr != NULL;
    deal->is_open = deal->of_target_year && deal->has_status && !facts.lost;
    return true;
}

static bool read_top(struct rr_top_deal *top, const struct rr_deal *deal, struct rr_slice status, const struct rr_row *row,
                     struct rr_arena *arena) {
    top->id = rr_row_text(row, RR_DEAL_ID);
    top->name = rr_row_text(row, RR_DEAL_NAME);
    top->status = status;
    top->possibility = rr_row_text(row, RR_DEAL_POSSIBILITY);
    top->amount_krw = deal->amount.krw;
    top->course_exists = rr_row_text(row, RR_DEAL_COURSE).len > 0;
    top->end = rr_day_parse(rr_row_text(row, RR_DEAL_END));
    return rr_arena_copy(arena, &top->id) && rr_arena_copy(arena, &top->name) && rr_arena_copy(arena, &top->status) &&
           rr_arena_copy(arena, &top->possibility);
}

static int read_year(struct rr_top_deal *top, const struct rr_row *row) {
    top->contract = rr_day_parse(rr_row_text(row, RR_DEAL_CONTRACT));
    top->expected_close = rr_day_parse(rr_row_text(row, RR_DEAL_EXPECTED_CLOSE));
    top->start = rr_day_parse(rr_row_text(row, RR_DEAL_START));
    return rr_deal_year(top->start, top->contract, top->expected_close);
}

static void read_signals(struct rr_deal *deal, struct rr_slice status, const struct rr_row *row, const struct rr_scope *scope) {
    deal->top.last_contact = rr_day_parse(rr_row_text(row, RR_DEAL_LAST_CONTACT));
    if (!rr_slice_equal(status, lost))
        return;
    rr_day lost_on = rr_day_parse(rr_row_text(row, RR_DEAL_LOST_ON));
    deal->lost_lately = lost_on != RR_DAY_UNKNOWN && lost_on >= scope->lost_from && lost_on <= scope->as_of;
    if (deal->lost_lately)
        deal->lost_reason = rr_row_text(row, RR_DEAL_LOST_REASON);
}

bool rr_deal_counts(const struct rr_row *row) {
    return !rr_slice_equal(rr_row_text(row, RR_DEAL_STATUS), convert);
}

int rr_deal_read(struct rr_deal *deal, const struct rr_row *row, const struct rr_scope *scope,
                 struct rr_possibilities *possibilities, struct rr_arena *arena, uint64_t *unknown_amounts) {
    struct rr_slice status = rr_row_text(row, RR_DEAL_STATUS);
    if (rr_slice_equal(status, convert))
        return 0;
    *deal = (struct rr_deal){.amount = amount_of(row)};
    *unknown_amounts += deal->amount.state != RR_AMOUNT_OK;
    deal->organization = rr_row_text(row, RR_DEAL_ORGANIZATION);
    if (rr_slice_blank(deal->organization))
        return 0; /* no organisation, no tier, no row */
    int year = read_year(&deal->top, row);
    deal->top.year = (int16_t)year;
    deal->year_unknown = year == 0;
    deal->of_target_year = year == scope->target_year;
    deal->other_year = !deal->year_unknown && !deal->of_target_year && year != scope->target_year - 1;
    read_signals(deal, status, row, scope);
    if (deal->other_year && deal->top.last_contact == RR_DAY_UNKNOWN && !deal->lost_lately)
        return 0;
    deal->person = rr_row_text(row, RR_DEAL_PERSON);
    deal->mode = rr_mode_of_format(rr_row_text(row, RR_DEAL_FORMAT));
    if (!rr_arena_copy(arena, &deal->organization) || !rr_arena_copy(arena, &deal->person) ||
        !rr_arena_copy(arena, &deal->lost_reason))
        return -1;
    if (deal->year_unknown || deal->other_year)
        return 1;
    if (!read_bucket(deal, status, row, possibilities))
        return -1;
    return !deal->is_open || read_top(&deal->top, deal, status, row, arena) ? 1 : -1;
}
