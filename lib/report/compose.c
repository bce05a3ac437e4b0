#include "report/compose.h"

#include "base/clock.h"
#include "base/json_writer.h"
#include "base/relay.h"
#include "base/thread.h"
#include "report/card.h"

enum { rows_per_piece = 64, rows_per_yield = 16 };

/* The report in the making. Nothing of it changes while the rows are written, by however many threads. */
struct composer {
    const struct rr_meta *meta;
    const struct rr_book *book;
    const struct rr_ranking *ranking;
    const struct rr_card_provider *provider; /* or NULL */
    char generated_at[RR_ISO_SIZE];
    struct rr_slice origin_by_rule; /* the same JSON in most rows */
};

static void write_day(struct rr_writer *writer, const char *key, rr_day day) {
    char text[RR_DAY_TEXT_SIZE];
    if (day == RR_DAY_UNKNOWN) {
        rr_write_null(writer, key);
        return;
    }
    rr_day_text(day, text);
    rr_write_plain(writer, key, rr_slice_of(text));
}

static void write_time(struct rr_writer *writer, const char *key, int64_t unix_s) {
    char text[RR_ISO_SIZE];
    rr_clock_iso(unix_s, text);
    rr_write_text(writer, key, rr_slice_of(text));
}

static void write_ratio(struct rr_writer *writer, double ratio, bool has_ratio) {
    if (has_ratio)
        rr_write_number(writer, "coverage_ratio", ratio);
    else
        rr_write_null(writer, "coverage_ratio");
}

static void write_meta(struct rr_writer *writer, const struct rr_meta *meta) {
    rr_write_object(writer, "meta");
    write_day(writer, "as_of", meta->as_of);
    rr_write_text(writer, "mode", rr_slice_of(rr_mode_name(meta->mode)));
    rr_write_text(writer, "report_id", rr_slice_of("counterparty-risk-daily"));
    write_time(writer, "db_version", meta->db_mtime_s);
    rr_write_text(writer, "db_signature", rr_slice_of(meta->db_signature));
    write_time(writer, "generated_at", meta->generated_at_s);
    rr_write_text(writer, "generator_version", rr_slice_of(meta->generator_version));
    rr_write_text(writer, "job_run_id", rr_slice_of(meta->job_run_id));
    rr_write_whole(writer, "baseline_year", meta->target_year - 1);
    rr_write_whole(writer, "target_year", meta->target_year);
    rr_write_end(writer, '}');
}

/* Sums over the rows of S0, P0, P1, or of P2. */
static void write_tier_group(struct rr_writer *writer, const char *key, const struct rr_ranking *ranking, bool of_p2) {
    double target_krw = 0, coverage_krw = 0;
    for (uint32_t i = 0; i < ranking->count; i++) {
        if ((ranking->rows[i].tier == RR_TIER_P2) != of_p2)
            continue;
        target_krw += ranking->rows[i].risk.target_krw;
        coverage_krw += ranking->rows[i].risk.coverage_krw;
    }
    rr_write_object(writer, key);
    rr_write_number(writer, "target", target_krw);
    rr_write_number(writer, "coverage", coverage_krw);
    rr_write_number(writer, "gap", target_krw - coverage_krw);
    write_ratio(writer, target_krw > 0 ? coverage_krw / target_krw : 0, target_krw > 0);
    rr_write_end(writer, '}');
}

static void write_summary(struct rr_writer *writer, const struct rr_ranking *ranking) {
    uint32_t by_level[RR_LEVEL_COUNT] = {0}, pipeline_zero = 0;
    for (uint32_t i = 0; i < ranking->count; i++) {
        by_level[ranking->rows[i].risk.level]++;
        pipeline_zero += ranking->rows[i].risk.pipeline_zero;
    }
    rr_write_object(writer, "summary");
    rr_write_object(writer, "tier_groups");
    write_tier_group(writer, "S0_P0_P1", ranking, false);
    write_tier_group(writer, "P2", ranking, true);
    rr_write_end(writer, '}');
    rr_write_object(writer, "counts");
    rr_write_whole(writer, "severe", by_level[RR_SEVERE]);
    rr_write_whole(writer, "normal", by_level[RR_NORMAL]);
    rr_write_whole(writer, "good", by_level[RR_GOOD]);
    rr_write_whole(writer, "pipeline_zero", pipeline_zero);
    rr_write_end(writer, '}');
    rr_write_end(writer, '}');
}

static void write_data_quality(struct rr_writer *writer, const struct rr_book *book, const struct rr_ranking *ranking) {
    uint64_t unknown_year = 0, unclassified = 0;
    for (uint32_t i = 0; i < ranking->count; i++) {
        unknown_year += ranking->rows[i].account->year_unknown;
        unclassified += ranking->rows[i].unclassified;
    }
    rr_write_object(writer, "data_quality");
    rr_write_whole(writer, "unknown_year_deals", (rr_whole)unknown_year);
    rr_write_whole(writer, "unknown_amount_deals", (rr_whole)book->unknown_amount_deals);
    rr_write_whole(writer, "uncategorized_counterparties", (rr_whole)unclassified);
    rr_write_end(writer, '}');
}

static void write_facts(struct rr_writer *writer, const struct rr_row *row) {
    const struct rr_account *account = row->account;
    const struct rr_risk *risk = &row->risk;
    rr_write_text(writer, "orgId", row->organization_id);
    rr_write_text(writer, "orgName", row->organization_name);
    rr_write_text(writer, "counterpartyName", row->counterparty_name);
    rr_write_plain(writer, "tier", rr_slice_of(rr_tier_name(row->tier)));
    rr_write_whole(writer, "baseline", account->baseline_krw);
    rr_write_number(writer, "target", risk->target_krw);
    rr_write_whole(writer, "confirmed", account->confirmed_krw);
    rr_write_whole(writer, "expected", account->expected_krw);
    rr_write_whole(writer, "coverage", account->confirmed_krw + account->expected_krw);
    rr_write_number(writer, "gap", risk->gap_krw);
    write_ratio(writer, risk->ratio, risk->has_ratio);
    rr_write_bool(writer, "pipeline_zero", risk->pipeline_zero);
    rr_write_plain(writer, "risk_level_rule", rr_slice_of(rr_level_name(risk->level)));
    rr_write_plain(writer, "rule_trigger", rr_slice_of(rr_trigger_name(risk->trigger)));
    rr_write_number(writer, "min_cov_current_month", risk->min_coverage);
    rr_write_number(writer, "severe_threshold", risk->severe_threshold);
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

static void write_texts(struct rr_writer *writer, const char *key, const char *const *texts, int max) {
    rr_write_array(writer, key);
    for (int i = 0; i < max && texts[i] != NULL; i++)
        rr_write_text(writer, NULL, rr_slice_of(texts[i]));
    rr_write_end(writer, ']');
}

static void write_card(struct rr_writer *writer, const struct rr_card *card) {
    const char *evidence[RR_CARD_EVIDENCE] = {card->evidence[0], card->evidence[1], card->evidence[2]};
    rr_write_plain(writer, "risk_level_llm", rr_slice_of(rr_level_name(card->level)));
    write_texts(writer, "top_blockers", card->blockers, RR_CARD_BLOCKERS_MAX);
    write_texts(writer, "evidence_bullets", evidence, RR_CARD_EVIDENCE);
    write_texts(writer, "recommended_actions", card->actions, RR_CARD_ACTIONS_MAX);
}

static void write_counts(struct rr_writer *writer, const struct rr_account *account) {
    rr_write_object(writer, "counts");
    rr_write_whole(writer, "confirmed_deals", account->confirmed_deals);
    rr_write_whole(writer, "expected_deals", account->expected_deals);
    rr_write_whole(writer, "amount_zero_deals", account->amount_zero_deals);
    rr_write_whole(writer, "amount_parse_fail", account->amount_parse_fail);
    rr_write_whole(writer, "year_unknown", account->year_unknown);
    rr_write_end(writer, '}');
}

static void write_deal(struct rr_writer *writer, const struct rr_top_deal *deal, enum rr_mode mode) {
    rr_write_object(writer, NULL);
    rr_write_text(writer, "deal_id", deal->id);
    rr_write_text(writer, "deal_name", deal->name);
    rr_write_text(writer, "status", deal->status);
    rr_write_text(writer, "possibility", deal->possibility);
    rr_write_whole(writer, "amount", deal->amount_krw);
    rr_write_bool(writer, "is_nononline", mode == RR_OFFLINE);
    rr_write_whole(writer, "deal_year", deal->year);
    rr_write_bool(writer, "course_id_exists", deal->course_exists);
    write_day(writer, "start_date", deal->start);
    write_day(writer, "end_date", deal->end);
    write_day(writer, "contract_date", deal->contract);
    write_day(writer, "expected_close_date", deal->expected_close);
    write_day(writer, "last_contact_date", deal->last_contact);
    rr_write_end(writer, '}');
}

static void write_origin(struct rr_writer *writer, const char *key, const struct rr_card_origin *origin) {
    rr_write_object(writer, key);
    rr_write_bool(writer, "fallback_used", origin->fallback_used);
    rr_write_bool(writer, "used_cache", origin->used_cache);
    rr_write_text(writer, "provider", rr_slice_of(origin->provider));
    rr_write_text(writer, "model", rr_slice_of(origin->model));
    rr_write_text(writer, "prompt_version", rr_slice_of(origin->prompt_version));
    rr_write_text(writer, "input_hash", rr_slice_of(origin->input_hash));
    rr_write_text(writer, "created_at", rr_slice_of(origin->created_at));
    rr_write_end(writer, '}');
}

static struct rr_card_origin origin_by_rule(const struct composer *composer) {
    return (struct rr_card_origin){.provider = "rule", .created_at = composer->generated_at};
}

/* The row's card; true where it comes from elsewhere, or was to. */
static bool make_card(struct rr_card *card, struct rr_card_origin *origin, const struct composer *composer,
                      const struct rr_card_facts *facts) {
    const struct rr_card_provider *provider = composer->provider;
    rr_card_by_rule(card, facts);
    if (provider == NULL)
        return false;
    *origin = origin_by_rule(composer);
    return provider->find(provider->ctx, facts, card, origin);
}

static void write_row(struct rr_writer *writer, const struct composer *composer, const struct rr_row *row) {
    struct rr_card_facts facts;
    struct rr_card card;
    struct rr_card_origin origin;
    rr_card_facts_of(&facts, composer->book, row);
    bool provided = make_card(&card, &origin, composer, &facts);
    rr_write_object(writer, NULL);
    write_facts(writer, row);
    write_card(writer, &card);
    rr_write_object(writer, "flags");
    rr_write_bool(writer, "excluded_by_quality", row->unclassified);
    rr_write_end(writer, '}');
    write_counts(writer, row->account);
    write_signals(writer, &facts.signals);
    rr_write_array(writer, "deals_top");
    for (uint32_t i = 0; i < row->account->top.count; i++) {
        struct rr_top_deal deal;
        rr_top_get(&composer->book->tops, &row->account->top, i, &deal);
        write_deal(writer, &deal, row->account->mode);
    }
    rr_write_end(writer, ']');
    if (provided)
        write_origin(writer, "llm_meta", &origin);
    else
        rr_write_value(writer, "llm_meta", composer->origin_by_rule);
    rr_write_end(writer, '}');
}

/* What stands before the rows. */
static void write_head(struct rr_writer *writer, const struct composer *composer) {
    static const struct rr_slice next_line = RR_SLICE(",\n");
    rr_write_object(writer, NULL);
    write_meta(writer, composer->meta);
    rr_write_raw(writer, next_line);
    writer->comma = false;
    write_summary(writer, composer->ranking);
    rr_write_raw(writer, next_line);
    writer->comma = false;
    write_data_quality(writer, composer->book, composer->ranking);
    rr_write_raw(writer, next_line);
    writer->comma = false;
    rr_write_array(writer, "counterparties");
}

/* A run of rows; the head comes with the first, and what closes the report with the last. Given to rr_relay. */
static void write_piece(const void *ctx, uint32_t piece, struct rr_buf *text) {
    static const struct rr_slice first_row = RR_SLICE("\n"), next_row = RR_SLICE(",\n"), end = RR_SLICE("\n]}\n");
    const struct composer *composer = ctx;
    const struct rr_ranking *ranking = composer->ranking;
    uint32_t first = piece * rows_per_piece, left = ranking->count - first;
    uint32_t last = left > rows_per_piece ? first + rows_per_piece : ranking->count;
    struct rr_writer writer = rr_writer_on(text);
    if (piece == 0)
        write_head(&writer, composer);
    for (uint32_t i = first; i < last; i++) {
        rr_write_raw(&writer, i == 0 ? first_row : next_row);
        writer.comma = false;
        write_row(&writer, composer, &ranking->rows[i]);
        if (i % rows_per_yield == 0)
            rr_thread_yield();
    }
    if (last == ranking->count)
        rr_write_raw(&writer, end);
    rr_writer_close(&writer);
}

int rr_compose_threaded(const struct rr_meta *meta, const struct rr_book *book, const struct rr_ranking *ranking,
                        const struct rr_card_provider *provider, int threads, const struct rr_sink *sink, struct rr_err *err) {
    struct composer composer = {.meta = meta, .book = book, .ranking = ranking, .provider = provider};
    struct rr_buf text = RR_BUF_INIT(RR_RELAY_PIECE_MAX_BYTES);
    struct rr_writer writer = rr_writer_on(&text);
    rr_clock_iso(meta->generated_at_s, composer.generated_at);
    const struct rr_card_origin origin = origin_by_rule(&composer);
    write_origin(&writer, NULL, &origin);
    rr_writer_close(&writer);
    composer.origin_by_rule = (struct rr_slice){text.ptr, text.len};
    const uint32_t pieces = ranking->count == 0 ? 1 : (ranking->count - 1) / rows_per_piece + 1;
    int rc = text.failed ? rr_fail_memory(err) : rr_relay(write_piece, &composer, pieces, threads, sink, err);
    rr_buf_free(&text);
    return rc;
}

int rr_compose(const struct rr_meta *meta, const struct rr_book *book, const struct rr_ranking *ranking,
               const struct rr_sink *sink, struct rr_err *err) {
    return rr_compose_threaded(meta, book, ranking, NULL, 1, sink, err);
}
