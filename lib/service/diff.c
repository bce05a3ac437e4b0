#include "service/diff.h"

#include "base/json_writer.h"
#include "base/table.h"
#include "rules/risk.h"
#include "service/history.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { exact_digits = 37, text_max_bytes = 1024 * 1024 };

/* One of the two reports: its rows, each counterparty once, by their number in the table. */
struct side {
    struct rr_summary summary;
    struct rr_table keys;
    struct rr_summary_row *rows;
};

/* A counterparty of both. */
struct pair {
    const struct rr_summary_row *from, *to;
    enum rr_level from_level, to_level;
    double gap_krw;      /* of to */
    rr_whole change_krw; /* of the coverage */
};

struct diff {
    struct side from, to;
    struct pair *pairs; /* in the order of to; room for all rows of to, and so have the next */
    const struct pair **levels, **coverages;
    const struct rr_summary_row **appeared;
    bool *stays; /* by number of from's row */
    size_t pair_count, level_count, coverage_count, appeared_count, worse_count, entered_count, left_count;
};

static void free_side(struct side *side) {
    rr_summary_free(&side->summary);
    rr_table_free(&side->keys);
    free(side->rows);
}

static void free_diff(struct diff *diff) {
    free_side(&diff->from);
    free_side(&diff->to);
    free(diff->pairs);
    free((void *)diff->levels);
    free((void *)diff->coverages);
    free((void *)diff->appeared);
    free(diff->stays);
}

/* Both texts are whole JSON strings, so that no two counterparties run into one another. */
static struct rr_slice key_of(const struct rr_summary_row *row, struct rr_buf *text) {
    rr_buf_clear(text);
    rr_buf_add(text, row->org_id.ptr, row->org_id.len);
    rr_buf_add(text, row->counterparty_name.ptr, row->counterparty_name.len);
    return (struct rr_slice){text->ptr, text->len};
}

static int read_rows(struct side *side, struct rr_buf *key, struct rr_err *err) {
    struct rr_slice left = rr_summary_rows(&side->summary);
    struct rr_summary_row row;
    size_t room = 0;
    while (rr_summary_next_row(&left, &row)) {
        uint32_t count = side->keys.count;
        uint32_t id = rr_table_add(&side->keys, key_of(&row, key));
        if (id == RR_NONE || key->failed)
            return rr_fail_memory(err);
        if (id < count)
            continue; /* a report of ours has each counterparty once; another's first row counts */
        if (id >= room) {
            room = room == 0 ? 1024 : 2 * room;
            struct rr_summary_row *grown = realloc(side->rows, room * sizeof *grown);
            if (grown == NULL)
                return rr_fail_memory(err);
            side->rows = grown;
        }
        side->rows[id] = row;
    }
    return 0;
}

static int read_side(struct rr_service *service, enum rr_mode mode, const char *as_of, struct side *side, struct rr_buf *key,
                     struct rr_err *err) {
    struct rr_key of = {.mode = mode};
    memcpy(of.as_of, as_of, sizeof of.as_of);
    if (rr_store_summary(service->store, &of, RR_SUMMARY_ROWS, &side->summary, err) == 0)
        return read_rows(side, key, err);
    if (err->code == RR_NOT_FOUND || err->code == RR_BROKEN)
        rr_err_set(err, RR_NOT_CACHED,
                   "there is no cached report for %s (%s), and none is made for this: take one of the nearest, or get that "
                   "report first.",
                   as_of, rr_mode_name(mode));
    return -1;
}

static enum rr_level level_of(struct rr_slice json) {
    enum rr_level level = 0;
    while (level < RR_LEVEL_COUNT) {
        struct rr_slice name = rr_slice_of(rr_level_name(level));
        if (json.len == name.len + 2 && memcmp(json.ptr + 1, name.ptr, name.len) == 0)
            break;
        level++;
    }
    return level;
}

/* An amount, exact where it is whole. */
static rr_whole amount_of(struct rr_slice json) {
    bool negative = json.ptr[0] == '-';
    rr_whole amount = 0;
    for (size_t i = negative; i < json.len; i++) {
        if (json.ptr[i] < '0' || json.ptr[i] > '9' || json.len > exact_digits) {
            double number = strtod(json.ptr, NULL); /* a comma follows */
            return fabs(number) < 1e37 ? (rr_whole)number : 0;
        }
        amount = amount * 10 + (json.ptr[i] - '0');
    }
    return negative ? -amount : amount;
}

static rr_whole magnitude(rr_whole amount) {
    return amount < 0 ? -amount : amount;
}

static bool is_worse(const struct pair *pair) {
    return pair->to_level < pair->from_level;
}

/* Where nothing else decides: the order of to. */
static int in_order(const struct pair *a, const struct pair *b) {
    return a < b ? -1 : a > b;
}

static int worse_first(const void *left, const void *right) {
    const struct pair *a = *(const struct pair *const *)left, *b = *(const struct pair *const *)right;
    double a_gap = fabs(a->gap_krw), b_gap = fabs(b->gap_krw);
    if (is_worse(a) != is_worse(b))
        return is_worse(a) ? -1 : 1;
    return a_gap != b_gap ? (a_gap < b_gap ? 1 : -1) : in_order(a, b);
}

static int larger_first(const void *left, const void *right) {
    const struct pair *a = *(const struct pair *const *)left, *b = *(const struct pair *const *)right;
    rr_whole a_size = magnitude(a->change_krw), b_size = magnitude(b->change_krw);
    return a_size != b_size ? (a_size < b_size ? 1 : -1) : in_order(a, b);
}

static void compare_pair(struct diff *diff, const struct rr_summary_row *from, const struct rr_summary_row *to) {
    struct pair *pair = &diff->pairs[diff->pair_count++];
    *pair = (struct pair){from,
                          to,
                          level_of(from->level),
                          level_of(to->level),
                          strtod(to->gap.ptr, NULL), /* a comma follows */
                          amount_of(to->coverage) - amount_of(from->coverage)};
    if (pair->from_level != pair->to_level)
        diff->levels[diff->level_count++] = pair;
    if (pair->change_krw != 0)
        diff->coverages[diff->coverage_count++] = pair;
    diff->worse_count += is_worse(pair);
    diff->entered_count += !from->pipeline_zero && to->pipeline_zero;
    diff->left_count += from->pipeline_zero && !to->pipeline_zero;
}

static int compare_rows(struct diff *diff, struct rr_buf *key, struct rr_err *err) {
    for (uint32_t i = 0; i < diff->to.keys.count; i++) {
        const struct rr_summary_row *to = &diff->to.rows[i];
        uint32_t id = rr_table_find(&diff->from.keys, key_of(to, key));
        if (key->failed)
            return rr_fail_memory(err);
        if (id == RR_NONE) {
            diff->appeared[diff->appeared_count++] = to;
            continue;
        }
        diff->stays[id] = true;
        compare_pair(diff, &diff->from.rows[id], to);
    }
    qsort((void *)diff->levels, diff->level_count, sizeof(struct pair *), worse_first);
    qsort((void *)diff->coverages, diff->coverage_count, sizeof(struct pair *), larger_first);
    return 0;
}

/* diff holds the two sides alone. */
static int compare(struct diff *diff, struct rr_buf *key, struct rr_err *err) {
    *diff = (struct diff){.from = diff->from, .to = diff->to};
    size_t room = diff->to.keys.count + 1; /* never nothing */
    diff->pairs = calloc(room, sizeof *diff->pairs);
    diff->levels = calloc(room, sizeof(struct pair *));
    diff->coverages = calloc(room, sizeof(struct pair *));
    diff->appeared = calloc(room, sizeof(struct rr_summary_row *));
    diff->stays = calloc((size_t)diff->from.keys.count + 1, sizeof *diff->stays);
    if (diff->pairs == NULL || diff->levels == NULL || diff->coverages == NULL || diff->appeared == NULL || diff->stays == NULL)
        return rr_fail_memory(err);
    return compare_rows(diff, key, err);
}

static void write_id(struct rr_writer *writer, const struct rr_summary_row *row) {
    rr_write_object(writer, NULL);
    rr_write_value(writer, "orgId", row->org_id);
    rr_write_value(writer, "orgName", row->org_name);
    rr_write_value(writer, "counterpartyName", row->counterparty_name);
    rr_write_value(writer, "tier", row->tier);
}

/* A row that only one of the reports has. */
static void write_row(struct rr_writer *writer, const struct rr_summary_row *row) {
    write_id(writer, row);
    rr_write_value(writer, "risk_level", row->level);
    rr_write_value(writer, "target", row->target);
    rr_write_value(writer, "coverage", row->coverage);
    rr_write_value(writer, "gap", row->gap);
    rr_write_end(writer, '}');
}

static void write_appeared_and_gone(struct rr_writer *writer, const struct diff *diff) {
    rr_write_array(writer, "appeared");
    for (size_t i = 0; i < diff->appeared_count; i++)
        write_row(writer, diff->appeared[i]);
    rr_write_end(writer, ']');
    rr_write_array(writer, "gone");
    for (uint32_t i = 0; i < diff->from.keys.count; i++)
        if (!diff->stays[i])
            write_row(writer, &diff->from.rows[i]);
    rr_write_end(writer, ']');
}

static void write_level_changes(struct rr_writer *writer, const struct diff *diff) {
    rr_write_array(writer, "level_changes");
    for (size_t i = 0; i < diff->level_count; i++) {
        const struct pair *pair = diff->levels[i];
        write_id(writer, pair->to);
        rr_write_value(writer, "from", pair->from->level);
        rr_write_value(writer, "to", pair->to->level);
        rr_write_plain(writer, "direction", rr_slice_of(is_worse(pair) ? "worse" : "better"));
        rr_write_end(writer, '}');
    }
    rr_write_end(writer, ']');
}

/* The counterparties of both whose pipeline_zero became that. */
static void write_turned(struct rr_writer *writer, const char *key, const struct diff *diff, bool into) {
    rr_write_array(writer, key);
    for (size_t i = 0; i < diff->pair_count; i++) {
        const struct pair *pair = &diff->pairs[i];
        if (pair->to->pipeline_zero != into || pair->from->pipeline_zero == into)
            continue;
        write_id(writer, pair->to);
        rr_write_end(writer, '}');
    }
    rr_write_end(writer, ']');
}

static void write_movements(struct rr_writer *writer, const struct diff *diff) {
    rr_write_array(writer, "coverage_movements");
    for (size_t i = 0; i < diff->coverage_count && i < RR_DIFF_MOVEMENTS_MAX; i++) {
        const struct pair *pair = diff->coverages[i];
        write_id(writer, pair->to);
        rr_write_value(writer, "from", pair->from->coverage);
        rr_write_value(writer, "to", pair->to->coverage);
        rr_write_whole(writer, "change", pair->change_krw);
        rr_write_end(writer, '}');
    }
    rr_write_end(writer, ']');
}

/* What the head says under that name, taken out of it. */
static void write_told(struct rr_writer *writer, const char *key, struct side *side, const char *name, struct rr_buf *text) {
    struct rr_json json = {false};
    struct rr_err ignored;
    rr_buf_clear(text);
    cJSON *told = cJSON_DetachItemFromObjectCaseSensitive(side->summary.head, name);
    if (rr_json_print(&json, told, text, &ignored) == 0)
        rr_write_value(writer, key, (struct rr_slice){text->ptr, text->len});
    else
        writer->buf->failed = true;
}

static void write_side(struct rr_writer *writer, const char *key, struct side *side, struct rr_buf *text) {
    static const char *const names[] = {"as_of", "generated_at", "db_signature"};
    rr_write_object(writer, key);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        write_told(writer, names[i], side, names[i], text);
    rr_write_end(writer, '}');
}

static void write_both(struct rr_writer *writer, const char *name, struct diff *diff, struct rr_buf *text) {
    rr_write_object(writer, name);
    write_told(writer, "from", &diff->from, name, text);
    write_told(writer, "to", &diff->to, name, text);
    rr_write_end(writer, '}');
}

static void write_summary(struct rr_writer *writer, struct diff *diff, struct rr_buf *text) {
    rr_write_object(writer, "summary");
    rr_write_whole(writer, "appeared", (rr_whole)diff->appeared_count);
    rr_write_whole(writer, "gone", (rr_whole)(diff->from.keys.count - diff->pair_count));
    rr_write_whole(writer, "worse", (rr_whole)diff->worse_count);
    rr_write_whole(writer, "better", (rr_whole)(diff->level_count - diff->worse_count));
    rr_write_whole(writer, "pipeline_zero_entered", (rr_whole)diff->entered_count);
    rr_write_whole(writer, "pipeline_zero_left", (rr_whole)diff->left_count);
    rr_write_whole(writer, "coverage_changed", (rr_whole)diff->coverage_count);
    write_both(writer, "totals", diff, text);
    write_both(writer, "counts", diff, text);
    rr_write_end(writer, '}');
}

static int write_diff(struct diff *diff, enum rr_mode mode, struct rr_buf *text, struct rr_buf *out, struct rr_err *err) {
    struct rr_writer writer = rr_writer_on(out);
    rr_write_object(&writer, NULL);
    rr_write_plain(&writer, "mode", rr_slice_of(rr_mode_name(mode)));
    write_side(&writer, "from", &diff->from, text);
    write_side(&writer, "to", &diff->to, text);
    write_summary(&writer, diff, text);
    write_appeared_and_gone(&writer, diff);
    write_level_changes(&writer, diff);
    rr_write_object(&writer, "pipeline_zero");
    write_turned(&writer, "entered", diff, true);
    write_turned(&writer, "left", diff, false);
    rr_write_end(&writer, '}');
    write_movements(&writer, diff);
    rr_write_end(&writer, '}');
    rr_writer_close(&writer);
    return out->failed ? rr_fail_memory(err) : 0;
}

int rr_diff_write(struct rr_service *service, const struct rr_query *query, struct rr_buf *out, struct rr_err *err) {
    if (!query->has_from || !query->has_to)
        return rr_fail(err, RR_BAD_DATE, "from and to must both be given, such as from=2026-01-18&to=2026-01-19.");
    struct diff diff = {.from = {.rows = NULL}};
    struct rr_buf text = RR_BUF_INIT(text_max_bytes);
    int rc = -1;
    if (read_side(service, query->mode, query->from, &diff.from, &text, err) == 0 &&
        read_side(service, query->mode, query->to, &diff.to, &text, err) == 0 && compare(&diff, &text, err) == 0)
        rc = write_diff(&diff, query->mode, &text, out, err);
    rr_buf_free(&text);
    free_diff(&diff);
    return rc;
}

static bool is_cached(struct rr_service *service, const struct rr_key *key, struct rr_json *json) {
    struct rr_summary summary;
    struct rr_err err;
    if (!rr_history_is_day(key))
        return false;
    int rc = rr_store_summary(service->store, key, RR_SUMMARY_HEAD, &summary, &err);
    rr_summary_free(&summary);
    json->failed |= rc != 0 && err.code != RR_NOT_FOUND && err.code != RR_BROKEN;
    return rc == 0;
}

/* The last cached date before that one, and the first after it. */
static void add_nearest(struct rr_service *service, const struct rr_keys *keys, const char *as_of, struct rr_json *json,
                        cJSON *nearest) {
    cJSON *dates = rr_json_array(json, NULL, NULL);
    size_t after = 0;
    while (after < keys->count && strcmp(keys->keys[after].as_of, as_of) <= 0)
        after++;
    size_t before = after;
    while (before > 0 && (strcmp(keys->keys[before - 1].as_of, as_of) == 0 || !is_cached(service, &keys->keys[before - 1], json)))
        before--;
    while (after < keys->count && !is_cached(service, &keys->keys[after], json))
        after++;
    if (before > 0)
        rr_json_text(json, dates, NULL, rr_slice_of(keys->keys[before - 1].as_of));
    if (after < keys->count)
        rr_json_text(json, dates, NULL, rr_slice_of(keys->keys[after].as_of));
    if (dates == NULL || nearest == NULL || !cJSON_AddItemToObject(nearest, as_of, dates)) {
        cJSON_Delete(dates);
        json->failed = true;
    }
}

cJSON *rr_diff_missing(struct rr_service *service, const struct rr_query *query, struct rr_json *json) {
    const char *const wanted[] = {query->from, query->to};
    size_t count = strcmp(query->from, query->to) == 0 ? 1 : 2;
    struct rr_keys keys;
    struct rr_err ignored;
    cJSON *answer = rr_json_object(json, NULL, NULL);
    cJSON *missing = rr_json_array(json, answer, "missing"), *nearest = rr_json_object(json, answer, "nearest");
    json->failed |= rr_store_list(service->store, query->mode, &keys, &ignored) != 0;
    for (size_t i = 0; i < count; i++) {
        struct rr_key key = {.mode = query->mode};
        memcpy(key.as_of, wanted[i], sizeof key.as_of);
        if (is_cached(service, &key, json))
            continue;
        rr_json_text(json, missing, NULL, rr_slice_of(wanted[i]));
        add_nearest(service, &keys, wanted[i], json, nearest);
    }
    free(keys.keys);
    return answer;
}
