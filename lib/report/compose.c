#include "report/compose.h"

#include "base/clock.h"
#include "base/json.h"
#include "report/card.h"

enum { piece_max_bytes = 64 * 1024 * 1024 };

/* The report in the making: pieces are built as trees, printed into text, and handed on. */
struct composer {
    const struct rr_meta *meta;
    const struct rr_book *book;
    const struct rr_ranking *ranking;
    const struct rr_sink *sink;
    struct rr_buf text;
};

static int hand_on(struct composer *composer, struct rr_err *err) {
    if (composer->text.failed)
        return rr_fail_memory(err);
    int rc = composer->sink->write(composer->sink->ctx, composer->text.ptr, composer->text.len, err);
    rr_buf_clear(&composer->text);
    return rc;
}

static void add_day(struct rr_json *json, cJSON *parent, const char *name, rr_day day) {
    char text[RR_DAY_TEXT_SIZE];
    rr_day_text(day, text);
    rr_json_text(json, parent, name, rr_slice_of(day == RR_DAY_UNKNOWN ? NULL : text));
}

static void add_time(struct rr_json *json, cJSON *parent, const char *name, int64_t unix_s) {
    char text[RR_ISO_SIZE];
    rr_clock_iso(unix_s, text);
    rr_json_text(json, parent, name, rr_slice_of(text));
}

static void add_ratio(struct rr_json *json, cJSON *parent, double ratio, bool has_ratio) {
    if (has_ratio)
        rr_json_number(json, parent, "coverage_ratio", ratio);
    else
        rr_json_null(json, parent, "coverage_ratio");
}

static int write_meta(struct composer *composer, struct rr_err *err) {
    const struct rr_meta *meta = composer->meta;
    struct rr_json json = {0};
    cJSON *object = rr_json_object(&json, NULL, NULL);
    add_day(&json, object, "as_of", meta->as_of);
    rr_json_text(&json, object, "mode", rr_slice_of(rr_mode_name(meta->mode)));
    rr_json_text(&json, object, "report_id", rr_slice_of("counterparty-risk-daily"));
    add_time(&json, object, "db_version", meta->db_mtime_s);
    rr_json_text(&json, object, "db_signature", rr_slice_of(meta->db_signature));
    add_time(&json, object, "generated_at", meta->generated_at_s);
    rr_json_text(&json, object, "generator_version", rr_slice_of(meta->generator_version));
    rr_json_text(&json, object, "job_run_id", rr_slice_of(meta->job_run_id));
    rr_json_number(&json, object, "baseline_year", meta->target_year - 1);
    rr_json_number(&json, object, "target_year", meta->target_year);
    rr_buf_add_text(&composer->text, "{\"meta\":");
    return rr_json_print(&json, object, &composer->text, err);
}

/* Sums over the rows of S0, P0, P1, or of P2. */
static void add_tier_group(struct rr_json *json, cJSON *groups, const char *name, const struct rr_ranking *ranking, bool of_p2) {
    double target_krw = 0, coverage_krw = 0;
    for (uint32_t i = 0; i < ranking->count; i++) {
        if ((ranking->rows[i].tier == RR_TIER_P2) != of_p2)
            continue;
        target_krw += ranking->rows[i].risk.target_krw;
        coverage_krw += ranking->rows[i].risk.coverage_krw;
    }
    cJSON *group = rr_json_object(json, groups, name);
    rr_json_number(json, group, "target", target_krw);
    rr_json_number(json, group, "coverage", coverage_krw);
    rr_json_number(json, group, "gap", target_krw - coverage_krw);
    add_ratio(json, group, target_krw > 0 ? coverage_krw / target_krw : 0, target_krw > 0);
}

static int write_summary(struct composer *composer, struct rr_err *err) {
    const struct rr_ranking *ranking = composer->ranking;
    uint32_t by_level[RR_LEVEL_COUNT] = {0}, pipeline_zero = 0;
    for (uint32_t i = 0; i < ranking->count; i++) {
        by_level[ranking->rows[i].risk.level]++;
        pipeline_zero += ranking->rows[i].risk.pipeline_zero;
    }
    struct rr_json json = {0};
    cJSON *summary = rr_json_object(&json, NULL, NULL);
    cJSON *groups = rr_json_object(&json, summary, "tier_groups");
    add_tier_group(&json, groups, "S0_P0_P1", ranking, false);
    add_tier_group(&json, groups, "P2", ranking, true);
    cJSON *counts = rr_json_object(&json, summary, "counts");
    rr_json_number(&json, counts, "severe", by_level[RR_SEVERE]);
    rr_json_number(&json, counts, "normal", by_level[RR_NORMAL]);
    rr_json_number(&json, counts, "good", by_level[RR_GOOD]);
    rr_json_number(&json, counts, "pipeline_zero", pipeline_zero);
    rr_buf_add_text(&composer->text, ",\n\"summary\":");
    return rr_json_print(&json, summary, &composer->text, err);
}

static int write_data_quality(struct composer *composer, struct rr_err *err) {
    const struct rr_ranking *ranking = composer->ranking;
    uint64_t unknown_year = 0, unclassified = 0;
    for (uint32_t i = 0; i < ranking->count; i++) {
        unknown_year += ranking->rows[i].account->year_unknown;
        unclassified += ranking->rows[i].unclassified;
    }
    struct rr_json json = {0};
    cJSON *quality = rr_json_object(&json, NULL, NULL);
    rr_json_whole(&json, quality, "unknown_year_deals", (rr_whole)unknown_year);
    rr_json_whole(&json, quality, "unknown_amount_deals", (rr_whole)composer->book->unknown_amount_deals);
    rr_json_whole(&json, quality, "uncategorized_counterparties", (rr_whole)unclassified);
    rr_buf_add_text(&composer->text, ",\n\"data_quality\":");
    return rr_json_print(&json, quality, &composer->text, err);
}

static void add_facts(struct rr_json *json, cJSON *object, const struct rr_row *row) {
    const struct rr_account *account = row->account;
    const struct rr_risk *risk = &row->risk;
    rr_json_text(json, object, "orgId", row->organization_id);
    rr_json_text(json, object, "orgName", row->organization_name);
    rr_json_text(json, object, "counterpartyName", row->counterparty_name);
    rr_json_text(json, object, "tier", rr_slice_of(rr_tier_name(row->tier)));
    rr_json_whole(json, object, "baseline", account->baseline_krw);
    rr_json_number(json, object, "target", risk->target_krw);
    rr_json_whole(json, object, "confirmed", account->confirmed_krw);
    rr_json_whole(json, object, "expected", account->expected_krw);
    rr_json_whole(json, object, "coverage", account->confirmed_krw + account->expected_krw);
    rr_json_number(json, object, "gap", risk->gap_krw);
    add_ratio(json, object, risk->ratio, risk->has_ratio);
    rr_json_bool(json, object, "pipeline_zero", risk->pipeline_zero);
    rr_json_text(json, object, "risk_level_rule", rr_slice_of(rr_level_name(risk->level)));
    rr_json_text(json, object, "rule_trigger", rr_slice_of(rr_trigger_name(risk->trigger)));
    rr_json_number(json, object, "min_cov_current_month", risk->min_coverage);
    rr_json_number(json, object, "severe_threshold", risk->severe_threshold);
}

static void add_texts(struct rr_json *json, cJSON *object, const char *name, const char *const *texts, int max) {
    cJSON *array = rr_json_array(json, object, name);
    for (int i = 0; i < max && texts[i] != NULL; i++)
        rr_json_text(json, array, NULL, rr_slice_of(texts[i]));
}

static void add_card(struct rr_json *json, cJSON *object, const struct rr_card *card) {
    const char *evidence[RR_CARD_EVIDENCE] = {card->evidence[0], card->evidence[1], card->evidence[2]};
    rr_json_text(json, object, "risk_level_llm", rr_slice_of(rr_level_name(card->level)));
    add_texts(json, object, "top_blockers", card->blockers, RR_CARD_BLOCKERS_MAX);
    add_texts(json, object, "evidence_bullets", evidence, RR_CARD_EVIDENCE);
    add_texts(json, object, "recommended_actions", card->actions, RR_CARD_ACTIONS_MAX);
}

static void add_counts(struct rr_json *json, cJSON *object, const struct rr_account *account) {
    cJSON *counts = rr_json_object(json, object, "counts");
    rr_json_number(json, counts, "confirmed_deals", account->confirmed_deals);
    rr_json_number(json, counts, "expected_deals", account->expected_deals);
    rr_json_number(json, counts, "amount_zero_deals", account->amount_zero_deals);
    rr_json_number(json, counts, "amount_parse_fail", account->amount_parse_fail);
    rr_json_number(json, counts, "year_unknown", account->year_unknown);
}

static void add_deal(struct rr_json *json, cJSON *array, const struct rr_top_deal *deal, enum rr_mode mode) {
    cJSON *object = rr_json_object(json, array, NULL);
    rr_json_text(json, object, "deal_id", deal->id);
    rr_json_text(json, object, "deal_name", deal->name);
    rr_json_text(json, object, "status", deal->status);
    rr_json_text(json, object, "possibility", deal->possibility);
    rr_json_whole(json, object, "amount", deal->amount_krw);
    rr_json_bool(json, object, "is_nononline", mode == RR_OFFLINE);
    rr_json_number(json, object, "deal_year", deal->year);
    rr_json_bool(json, object, "course_id_exists", deal->course_exists);
    add_day(json, object, "start_date", deal->start);
    add_day(json, object, "end_date", deal->end);
    add_day(json, object, "contract_date", deal->contract);
    add_day(json, object, "expected_close_date", deal->expected_close);
    add_day(json, object, "last_contact_date", deal->last_contact);
}

/* Where the card came from: by rule, no model was asked. */
static void add_card_origin(struct rr_json *json, cJSON *object, int64_t created_at_s) {
    cJSON *origin = rr_json_object(json, object, "llm_meta");
    rr_json_bool(json, origin, "fallback_used", false);
    rr_json_bool(json, origin, "used_cache", false);
    rr_json_text(json, origin, "provider", rr_slice_of("rule"));
    rr_json_null(json, origin, "model");
    rr_json_null(json, origin, "prompt_version");
    rr_json_null(json, origin, "input_hash");
    add_time(json, origin, "created_at", created_at_s);
}

static int write_row(struct composer *composer, const struct rr_row *row, struct rr_err *err) {
    struct rr_card card;
    rr_card_by_rule(&card, row, rr_day_month(composer->meta->as_of));
    struct rr_json json = {0};
    cJSON *object = rr_json_object(&json, NULL, NULL);
    add_facts(&json, object, row);
    add_card(&json, object, &card);
    cJSON *flags = rr_json_object(&json, object, "flags");
    rr_json_bool(&json, flags, "excluded_by_quality", row->unclassified);
    add_counts(&json, object, row->account);
    cJSON *deals = rr_json_array(&json, object, "deals_top");
    for (uint32_t i = 0; i < row->account->top.count; i++)
        add_deal(&json, deals, row->account->top.deals[i], row->account->mode);
    add_card_origin(&json, object, composer->meta->generated_at_s);
    return rr_json_print(&json, object, &composer->text, err);
}

static int write_rows(struct composer *composer, struct rr_err *err) {
    rr_buf_add_text(&composer->text, ",\n\"counterparties\":[");
    for (uint32_t i = 0; i < composer->ranking->count; i++) {
        rr_buf_add_text(&composer->text, i == 0 ? "\n" : ",\n");
        if (write_row(composer, &composer->ranking->rows[i], err) != 0 || hand_on(composer, err) != 0)
            return -1;
    }
    rr_buf_add_text(&composer->text, "\n]}\n");
    return hand_on(composer, err);
}

int rr_compose(const struct rr_meta *meta, const struct rr_book *book, const struct rr_ranking *ranking,
               const struct rr_sink *sink, struct rr_err *err) {
    struct composer composer = {meta, book, ranking, sink, RR_BUF_INIT(piece_max_bytes)};
    int rc = write_meta(&composer, err) == 0 && write_summary(&composer, err) == 0 && write_data_quality(&composer, err) == 0 &&
                     write_rows(&composer, err) == 0
                 ? 0
                 : -1;
    rr_buf_free(&composer.text);
    return rc;
}
