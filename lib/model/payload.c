#include "model/payload.h"

#include "base/json_writer.h"

#include <math.h>

enum { payload_max_bytes = 1024 * 1024 };

static void write_day(struct rr_writer *writer, const char *key, rr_day day) {
    char text[RR_DAY_TEXT_SIZE];
    rr_day_text(day, text);
    if (day == RR_DAY_UNKNOWN)
        rr_write_null(writer, key);
    else
        rr_write_plain(writer, key, rr_slice_of(text));
}

/* In percent, cut off to hundredths as in the card by rule. */
static void write_percent(struct rr_writer *writer, const char *key, double ratio) {
    rr_write_number(writer, key, floor(ratio * 1e4) / 1e2);
}

static void write_sums(struct rr_writer *writer, const struct rr_row *row, int month) {
    const struct rr_risk *risk = &row->risk;
    rr_write_number(writer, "target_krw", round(risk->target_krw));
    rr_write_whole(writer, "confirmed_krw", row->account->confirmed_krw);
    rr_write_whole(writer, "expected_krw", row->account->expected_krw);
    rr_write_number(writer, "gap_krw", round(risk->gap_krw));
    if (risk->has_ratio)
        write_percent(writer, "coverage_percent", risk->ratio);
    else
        rr_write_null(writer, "coverage_percent");
    rr_write_whole(writer, "month", month);
    write_percent(writer, "minimum_percent", risk->min_coverage);
    rr_write_bool(writer, "pipeline_zero", risk->pipeline_zero);
    rr_write_plain(writer, "rule_level", rr_slice_of(rr_level_name(risk->level)));
    rr_write_plain(writer, "rule_trigger", rr_slice_of(rr_trigger_name(risk->trigger)));
}

static void write_deals(struct rr_writer *writer, const struct rr_book *book, const struct rr_top *top) {
    rr_write_array(writer, "deals");
    for (uint32_t i = 0; i < top->count; i++) {
        struct rr_top_deal deal;
        rr_top_get(&book->tops, top, i, &deal);
        rr_write_object(writer, NULL);
        rr_write_text(writer, "name", deal.name);
        rr_write_text(writer, "status", deal.status);
        rr_write_text(writer, "possibility", deal.possibility);
        rr_write_whole(writer, "amount_krw", deal.amount_krw);
        write_day(writer, "start_date", deal.start);
        write_day(writer, "contract_date", deal.contract);
        write_day(writer, "expected_close_date", deal.expected_close);
        rr_write_end(writer, '}');
    }
    rr_write_end(writer, ']');
}

static void write_signals(struct rr_writer *writer, const struct rr_signals *signals) {
    rr_write_object(writer, "signals");
    write_day(writer, "last_contact_date", signals->last_contact);
    rr_write_whole(writer, "lost_90d_count", signals->lost_90d);
    rr_write_array(writer, "lost_90d_reasons");
    for (uint32_t i = 0; i < signals->lost_reason_count; i++)
        rr_write_text(writer, NULL, signals->lost_reasons[i]);
    rr_write_end(writer, ']');
    rr_write_end(writer, '}');
}

static void write_memos(struct rr_writer *writer, const struct rr_card_facts *facts) {
    rr_write_array(writer, "memos");
    for (uint32_t i = 0; i < facts->memo_count; i++) {
        rr_write_object(writer, NULL);
        write_day(writer, "date", facts->memos[i]->created);
        rr_write_text(writer, "text", facts->memos[i]->text);
        rr_write_end(writer, '}');
    }
    rr_write_end(writer, ']');
}

/* In JSON, they stand in texts alone. */
static void add_without_angles(struct rr_buf *out, struct rr_slice json) {
    size_t begun = 0;
    for (size_t i = 0; i < json.len; i++) {
        if (json.ptr[i] != '<' && json.ptr[i] != '>')
            continue;
        rr_buf_add(out, json.ptr + begun, i - begun);
        rr_buf_add_text(out, json.ptr[i] == '<' ? "\\u003c" : "\\u003e");
        begun = i + 1;
    }
    rr_buf_add(out, json.ptr + begun, json.len - begun);
}

void rr_payload_write(struct rr_buf *out, const struct rr_book *book, const struct rr_card_facts *facts) {
    const struct rr_row *row = facts->row;
    struct rr_buf json = RR_BUF_INIT(payload_max_bytes);
    struct rr_writer writer = rr_writer_on(&json);
    rr_write_object(&writer, NULL);
    rr_write_text(&writer, "organization", row->organization_name);
    rr_write_text(&writer, "counterparty", row->counterparty_name);
    rr_write_plain(&writer, "tier", rr_slice_of(rr_tier_name(row->tier)));
    write_sums(&writer, row, rr_day_month(facts->as_of));
    write_signals(&writer, &facts->signals);
    write_deals(&writer, book, &row->account->top);
    write_memos(&writer, facts);
    rr_write_end(&writer, '}');
    rr_writer_close(&writer);
    out->failed |= json.failed;
    if (!json.failed)
        add_without_angles(out, (struct rr_slice){json.ptr, json.len});
    rr_buf_free(&json);
}
