#include "model/deck.h"

#include "base/json.h"
#include "model/payload.h"
#include "model/prompt.h"
#include "store/cards.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { payload_max_bytes = 1024 * 1024 };

static const char provider_name[] = "openai";

/* ---- Which rows ---- */

/* The rows with the largest gaps so far, of those that have a target and no risk; the largest first. */
struct largest {
    const struct rr_row *rows[RR_DECK_OTHERS_MAX];
    uint32_t count;
};

static void offer(struct largest *largest, const struct rr_row *row) {
    uint32_t at = largest->count;
    while (at > 0 && fabs(row->risk.gap_krw) > fabs(largest->rows[at - 1]->risk.gap_krw))
        at--;
    if (at == RR_DECK_OTHERS_MAX)
        return;
    largest->count += largest->count < RR_DECK_OTHERS_MAX;
    memmove(&largest->rows[at + 1], &largest->rows[at], (largest->count - at - 1) * sizeof(const struct rr_row *));
    largest->rows[at] = row;
}

/* The rows that a model is asked for, in the report's order; *rows is the caller's. */
static int choose(const struct rr_ranking *ranking, const struct rr_row ***rows, uint32_t *count, struct rr_err *err) {
    struct largest largest = {.count = 0};
    *count = 0;
    *rows = calloc((size_t)ranking->count + 1, sizeof(const struct rr_row *));
    if (*rows == NULL)
        return rr_fail_memory(err);
    for (uint32_t i = 0; i < ranking->count; i++) {
        const struct rr_row *row = &ranking->rows[i];
        if (row->risk.level != RR_GOOD)
            (*rows)[(*count)++] = row;
        else if (row->risk.has_ratio)
            offer(&largest, row);
    }
    for (uint32_t i = 0; i < largest.count; i++)
        (*rows)[(*count)++] = largest.rows[i];
    return 0;
}

/* ---- What is in the store ---- */

static void read_stored(const struct rr_deck *deck, struct rr_deck_card *card, const cJSON *stored, struct rr_slice payload) {
    struct rr_err ignored;
    struct rr_slice created_at = rr_json_member(stored, "created_at"), job_run_id = rr_json_member(stored, "job_run_id");
    const cJSON *answer = cJSON_GetObjectItemCaseSensitive(stored, "card");
    const struct rr_figures figures = rr_figures_of(&deck->generation->book, card->row, payload);
    if (created_at.ptr == NULL || rr_clock_parse_iso(created_at.ptr) < 0 ||
        rr_answer_take(&card->answer, answer, &figures, &ignored) != 0)
        return;
    bool of_this = rr_slice_equal(job_run_id, rr_slice_of(deck->settings.job_run_id));
    card->state = of_this ? RR_DECK_MADE : RR_DECK_CACHED;
    snprintf(card->created_at, sizeof card->created_at, "%s", created_at.ptr);
}

static void find_stored(const struct rr_deck *deck, struct rr_deck_card *card, struct rr_slice payload) {
    struct rr_buf text = RR_BUF_INIT(RR_STORED_CARD_MAX_BYTES);
    struct rr_err ignored;
    if (rr_cards_find(deck->settings.store, card->digest, &text, &ignored) == 0) {
        cJSON *stored = cJSON_ParseWithLength(text.ptr, text.len);
        read_stored(deck, card, stored, payload);
        cJSON_Delete(stored);
    }
    rr_buf_free(&text);
}

static int compute_digest(const struct rr_deck *deck, struct rr_deck_card *card, struct rr_buf *payload, struct rr_err *err) {
    rr_buf_clear(payload);
    rr_deck_payload(deck, card, payload);
    const struct rr_slice pieces[] = {
        {payload->ptr, payload->len},
        rr_slice_of(rr_prompt_version(deck->settings.mode)),
        rr_slice_of(deck->settings.model),
    };
    rr_digest(card->digest, pieces, sizeof pieces / sizeof pieces[0]);
    return payload->failed ? rr_fail_memory(err) : 0;
}

static int by_account(const void *left, const void *right) {
    const struct rr_deck_card *const *a = left, *const *b = right;
    return ((*a)->row->account > (*b)->row->account) - ((*a)->row->account < (*b)->row->account);
}

static int fill(struct rr_deck *deck, const struct rr_row *const *rows, struct rr_err *err) {
    deck->cards = calloc((size_t)deck->count + 1, sizeof *deck->cards);
    deck->by_account = calloc((size_t)deck->count + 1, sizeof(const struct rr_deck_card *));
    if (deck->cards == NULL || deck->by_account == NULL)
        return rr_fail_memory(err);
    struct rr_buf payload = RR_BUF_INIT(payload_max_bytes);
    int rc = 0;
    for (uint32_t i = 0; rc == 0 && i < deck->count; i++) {
        deck->cards[i].row = rows[i];
        deck->by_account[i] = &deck->cards[i];
        rc = compute_digest(deck, &deck->cards[i], &payload, err);
        if (rc == 0)
            find_stored(deck, &deck->cards[i], (struct rr_slice){payload.ptr, payload.len});
    }
    rr_buf_free(&payload);
    qsort(deck->by_account, deck->count, sizeof(const struct rr_deck_card *), by_account);
    return rc;
}

int rr_deck_open(struct rr_deck *deck, const struct rr_generation *generation, const struct rr_deck_settings *settings,
                 struct rr_err *err) {
    const struct rr_row **rows = NULL;
    *deck = (struct rr_deck){.settings = *settings, .generation = generation};
    int rc = rr_rank(&deck->ranking, &generation->book, settings->mode, rr_day_month(generation->as_of), err);
    if (rc == 0)
        rc = choose(&deck->ranking, &rows, &deck->count, err);
    if (rc == 0)
        rc = fill(deck, rows, err);
    free(rows);
    if (rc != 0)
        rr_deck_close(deck);
    return rc;
}

void rr_deck_close(struct rr_deck *deck) {
    rr_ranking_free(&deck->ranking);
    free(deck->cards);
    free(deck->by_account);
    *deck = (struct rr_deck){.count = 0};
}

/* ---- One card ---- */

void rr_deck_payload(const struct rr_deck *deck, const struct rr_deck_card *card, struct rr_buf *out) {
    struct rr_card_facts facts;
    rr_card_facts_of(&facts, &deck->generation->book, card->row);
    rr_payload_write(out, &deck->generation->book, &facts);
}

static int keep(const struct rr_deck *deck, const struct rr_deck_card *card, struct rr_slice answer, struct rr_err *err) {
    struct rr_json json = {false};
    struct rr_buf text = RR_BUF_INIT(RR_STORED_CARD_MAX_BYTES);
    cJSON *stored = rr_json_object(&json, NULL, NULL);
    rr_json_text(&json, stored, "input_hash", rr_slice_of(card->digest));
    rr_json_text(&json, stored, "provider", rr_slice_of(provider_name));
    rr_json_text(&json, stored, "model", rr_slice_of(deck->settings.model));
    rr_json_text(&json, stored, "prompt_version", rr_slice_of(rr_prompt_version(deck->settings.mode)));
    rr_json_text(&json, stored, "job_run_id", rr_slice_of(deck->settings.job_run_id));
    rr_json_text(&json, stored, "created_at", rr_slice_of(card->created_at));
    rr_json_add(&json, stored, "card", cJSON_ParseWithLength(answer.ptr, answer.len));
    int rc = rr_json_print(&json, stored, &text, err);
    if (rc == 0)
        rc = rr_cards_keep(deck->settings.store, card->digest, (struct rr_slice){text.ptr, text.len}, err);
    rr_buf_free(&text);
    return rc;
}

int rr_deck_take(struct rr_deck *deck, struct rr_deck_card *card, struct rr_slice answer, const struct rr_clock *clock,
                 struct rr_err *err) {
    struct rr_buf payload = RR_BUF_INIT(payload_max_bytes);
    rr_deck_payload(deck, card, &payload);
    const struct rr_figures figures =
        rr_figures_of(&deck->generation->book, card->row, (struct rr_slice){payload.ptr, payload.failed ? 0 : payload.len});
    int rc = rr_answer_read(&card->answer, answer, &figures, err);
    rr_buf_free(&payload);
    if (rc != 0)
        return -1;
    card->state = RR_DECK_MADE;
    rr_clock_iso(rr_clock_now_s(clock), card->created_at);
    return keep(deck, card, answer, err);
}

static const struct rr_deck_card *card_of(const struct rr_deck *deck, const struct rr_row *row) {
    const struct rr_deck_card like = {.row = row}, *key = &like;
    const struct rr_deck_card *const *found =
        bsearch(&key, deck->by_account, deck->count, sizeof(const struct rr_deck_card *), by_account);
    return found == NULL ? NULL : *found;
}

static void copy_answer(struct rr_card *card, const struct rr_answer *answer) {
    card->level = answer->level;
    for (int i = 0; i < RR_ANSWER_BLOCKERS_MAX; i++)
        card->blockers[i] = answer->blockers[i];
    for (int i = 0; i < RR_ANSWER_EVIDENCE; i++)
        memcpy(card->evidence[i], answer->evidence[i], sizeof answer->evidence[i]);
    for (int i = 0; i < RR_ANSWER_ACTIONS_MAX; i++)
        card->actions[i] = answer->actions[i][0] == '\0' ? NULL : answer->actions[i];
}

bool rr_deck_find(void *ctx, const struct rr_card_facts *facts, struct rr_card *card, struct rr_card_origin *origin) {
    const struct rr_deck *deck = ctx;
    const struct rr_deck_card *found = card_of(deck, facts->row);
    if (found == NULL)
        return false;
    origin->input_hash = found->digest;
    origin->fallback_used = found->state == RR_DECK_MISSING;
    if (origin->fallback_used)
        return true;
    copy_answer(card, &found->answer);
    origin->used_cache = found->state == RR_DECK_CACHED;
    origin->provider = provider_name;
    origin->model = deck->settings.model;
    origin->prompt_version = rr_prompt_version(deck->settings.mode);
    origin->created_at = found->created_at;
    return true;
}

struct rr_deck_counts rr_deck_count(const struct rr_deck *deck) {
    struct rr_deck_counts counts = {.total = deck->count};
    for (uint32_t i = 0; i < deck->count; i++) {
        counts.cached += deck->cards[i].state == RR_DECK_CACHED;
        counts.model += deck->cards[i].state == RR_DECK_MADE;
        counts.fallback += deck->cards[i].state == RR_DECK_MISSING;
    }
    return counts;
}
