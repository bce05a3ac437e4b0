#include "store/summarize.h"

#include "base/json_scan.h"
#include "base/json_writer.h"
#include "base/thread.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

enum { format_version = 1, piece_bytes = 64 * 1024, piece_max_bytes = 64 * 1024 * 1024, rows_per_yield = 64 };

/* What a row of a summary has of a report's row, in the order of struct rr_summary_row. */
enum kind { TEXT, NUMBER, BOOL };

static const struct {
    struct rr_slice name;
    enum kind kind;
} members[] = {
    {RR_SLICE("\"orgId\""), TEXT}, {RR_SLICE("\"orgName\""), TEXT},       {RR_SLICE("\"counterpartyName\""), TEXT},
    {RR_SLICE("\"tier\""), TEXT},  {RR_SLICE("\"target\""), NUMBER},      {RR_SLICE("\"coverage\""), NUMBER},
    {RR_SLICE("\"gap\""), NUMBER}, {RR_SLICE("\"pipeline_zero\""), BOOL}, {RR_SLICE("\"risk_level_rule\""), TEXT},
};

enum { member_count = sizeof members / sizeof members[0] };

struct rows {
    const struct rr_sink *sink;
    struct rr_buf text; /* not yet handed on */
    uint64_t count;
};

/* A text's bytes as they are where they are the only way to spell it. */
static void write_text(struct rr_writer *writer, struct rr_slice json) {
    if (json.len < 2 || json.ptr[0] != '"') {
        rr_write_plain(writer, NULL, (struct rr_slice)RR_SLICE(""));
    } else if (memchr(json.ptr, '\\', json.len) == NULL) {
        rr_write_value(writer, NULL, json);
    } else {
        struct rr_buf copy = RR_BUF_INIT(RR_DOCUMENT_MAX_BYTES);
        rr_buf_add(&copy, json.ptr, json.len);
        writer->buf->failed |= copy.failed;
        rr_write_text(writer, NULL, copy.failed ? (struct rr_slice){NULL, 0} : rr_json_decode(copy.ptr, copy.len));
        rr_buf_free(&copy);
    }
}

static bool is_number(struct rr_slice json) {
    return json.len > 0 && (json.ptr[0] == '-' || (json.ptr[0] >= '0' && json.ptr[0] <= '9'));
}

/* A report that was not made by us may have anything anywhere: a summary has what it should have. */
static void write_member(struct rr_writer *writer, enum kind kind, struct rr_slice json) {
    if (kind == TEXT)
        write_text(writer, json);
    else if (kind == BOOL)
        rr_write_bool(writer, NULL, rr_slice_equal(json, (struct rr_slice)RR_SLICE("true")));
    else
        rr_write_value(writer, NULL, is_number(json) ? json : (struct rr_slice)RR_SLICE("0"));
}

static void write_row(struct rows *rows, const struct rr_slice values[member_count]) {
    struct rr_writer writer = rr_writer_on(&rows->text);
    rr_write_array(&writer, NULL);
    for (size_t i = 0; i < member_count; i++)
        write_member(&writer, members[i].kind, values[i]);
    rr_write_end(&writer, ']');
    rr_write_raw(&writer, (struct rr_slice)RR_SLICE("\n"));
    rr_writer_close(&writer);
    rows->count++;
}

static int hand_on(struct rows *rows, struct rr_err *err) {
    int rc = rows->text.failed ? rr_fail_memory(err) : rows->sink->write(rows->sink->ctx, rows->text.ptr, rows->text.len, err);
    rr_buf_clear(&rows->text);
    return rc;
}

static void find_members(struct rr_slice *left, struct rr_slice values[member_count]) {
    struct rr_slice name, value;
    while (rr_json_next_member(left, &name, &value))
        for (size_t i = 0; i < member_count; i++)
            if (rr_slice_equal(name, members[i].name))
                values[i] = value;
}

/* From the bracket of the array of rows to behind it. */
static int write_rows(struct rows *rows, struct rr_slice *left, struct rr_err *err) {
    while (rr_json_next_item(left)) {
        struct rr_slice values[member_count] = {{NULL, 0}};
        find_members(left, values);
        write_row(rows, values);
        if (!rr_json_take(left, '}'))
            return rr_fail(err, RR_BROKEN, "a row of the report is not an object");
        if (rows->text.len >= piece_bytes && hand_on(rows, err) != 0)
            return -1;
        if (rows->count % rows_per_yield == 0)
            rr_thread_yield();
    }
    rr_json_take(left, ']');
    return 0;
}

static double number_at(const cJSON *object, const char *name) {
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);
    return cJSON_IsNumber(item) ? item->valuedouble : 0;
}

static void add_sums(struct rr_json *json, cJSON *parent, const char *name, double target_krw, double coverage_krw) {
    cJSON *sums = rr_json_object(json, parent, name);
    rr_json_number(json, sums, "target", target_krw);
    rr_json_number(json, sums, "coverage", coverage_krw);
    rr_json_number(json, sums, "gap", target_krw - coverage_krw);
    if (target_krw > 0)
        rr_json_number(json, sums, "coverage_ratio", coverage_krw / target_krw);
    else
        rr_json_null(json, sums, "coverage_ratio");
}

static void add_summary(struct rr_json *json, cJSON *head, const cJSON *summary) {
    static const char *const groups[] = {"S0_P0_P1", "P2"};
    static const char *const counts[] = {"severe", "normal", "good", "pipeline_zero"};
    const cJSON *groups_told = cJSON_GetObjectItemCaseSensitive(summary, "tier_groups");
    const cJSON *counts_told = cJSON_GetObjectItemCaseSensitive(summary, "counts");
    double target_krw[2], coverage_krw[2];
    for (size_t i = 0; i < 2; i++) {
        const cJSON *group = cJSON_GetObjectItemCaseSensitive(groups_told, groups[i]);
        target_krw[i] = number_at(group, "target");
        coverage_krw[i] = number_at(group, "coverage");
    }
    add_sums(json, head, "totals", target_krw[0] + target_krw[1], coverage_krw[0] + coverage_krw[1]);
    cJSON *tier_groups = rr_json_object(json, head, "tier_groups");
    for (size_t i = 0; i < 2; i++)
        add_sums(json, tier_groups, groups[i], target_krw[i], coverage_krw[i]);
    cJSON *by_level = rr_json_object(json, head, "counts");
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++)
        rr_json_number(json, by_level, counts[i], number_at(counts_told, counts[i]));
}

static int write_head(struct rows *rows, const struct rr_document_meta *meta, const struct rr_file_state *file,
                      struct rr_slice summary_text, struct rr_err *err) {
    char file_text[RR_FILE_STATE_SIZE];
    rr_summary_file_text(file, file_text);
    cJSON *summary = summary_text.len == 0 ? NULL : rr_json_parse(summary_text, err);
    if (summary_text.len > 0 && summary == NULL)
        return -1;
    struct rr_json json = {false};
    cJSON *head = rr_json_object(&json, NULL, NULL);
    rr_json_text(&json, head, "file", rr_slice_of(file_text));
    rr_json_text(&json, head, "as_of", rr_slice_of(meta->key.as_of));
    rr_json_text(&json, head, "mode", rr_slice_of(rr_mode_name(meta->key.mode)));
    rr_json_text(&json, head, "generated_at", rr_slice_of(meta->generated_at));
    rr_json_text(&json, head, "db_signature", rr_slice_of(meta->db_signature));
    rr_json_text(&json, head, "generator_version", rr_slice_of(meta->generator_version));
    rr_json_whole(&json, head, "counterparties", (rr_whole)rows->count);
    add_summary(&json, head, summary);
    cJSON_Delete(summary);
    if (rr_json_print(&json, head, &rows->text, err) != 0)
        return -1;
    rr_buf_add_text(&rows->text, "\n");
    return hand_on(rows, err);
}

int rr_summarize(struct rr_slice report, const struct rr_document_meta *meta, const struct rr_file_state *file,
                 const struct rr_sink *sink, struct rr_err *err) {
    struct rows rows = {.sink = sink, .text = RR_BUF_INIT(piece_max_bytes)};
    struct rr_slice name, value, summary = {NULL, 0}, left = report;
    int rc = 0;
    while (rc == 0 && rr_json_next_name(&left, &name)) {
        if (rr_slice_equal(name, (struct rr_slice)RR_SLICE("\"counterparties\"")) && left.len > 0 && left.ptr[0] == '[')
            rc = write_rows(&rows, &left, err);
        else if (rr_json_take_value(&left, &value) && rr_slice_equal(name, (struct rr_slice)RR_SLICE("\"summary\"")))
            summary = value;
    }
    if (rc == 0)
        rc = write_head(&rows, meta, file, summary, err);
    rr_buf_free(&rows.text);
    return rc;
}

void rr_summary_path(const struct rr_store *store, const struct rr_key *key, char path[PATH_MAX]) {
    snprintf(path, PATH_MAX, "%s/%s/%s-%s%s", store->root, RR_VERSIONS_FOLDER, rr_mode_name(key->mode), key->as_of,
             RR_SUMMARY_SUFFIX);
}

void rr_summary_display(const struct rr_key *key, char text[RR_REPORT_PATH_SIZE]) {
    snprintf(text, RR_REPORT_PATH_SIZE, "report_cache/%s/%s-%s%s", RR_VERSIONS_FOLDER, rr_mode_name(key->mode), key->as_of,
             RR_SUMMARY_SUFFIX);
}

void rr_summary_file_text(const struct rr_file_state *file, char text[RR_FILE_STATE_SIZE]) {
    snprintf(text, RR_FILE_STATE_SIZE, "%d-%llu-%lld-%lld", format_version, (unsigned long long)file->inode,
             (long long)file->size, (long long)file->mtime_ns);
}

/* A report in the making, mapped to be read. */
struct mapped {
    void *bytes;
    size_t len;
    struct rr_draft *summary;
};

/* What was read need not stay: a long report would make the process as large as itself. */
static int write_and_let_go(void *ctx, const char *bytes, size_t len, struct rr_err *err) {
    const struct mapped *mapped = ctx;
    madvise(mapped->bytes, mapped->len, MADV_DONTNEED);
    return rr_draft_write(mapped->summary, bytes, len, err);
}

int rr_summarize_draft(const struct rr_draft *draft, const struct rr_document_meta *meta, struct rr_draft *summary,
                       struct rr_err *err) {
    struct stat st;
    if (fstat(draft->fd, &st) != 0 || st.st_size == 0)
        return rr_fail(err, RR_PIPELINE_FAILED, "the report cannot be read");
    struct mapped mapped = {.len = (size_t)st.st_size, .summary = summary};
    mapped.bytes = mmap(NULL, mapped.len, PROT_READ, MAP_SHARED, draft->fd, 0);
    if (mapped.bytes == MAP_FAILED)
        return rr_fail_memory(err);
    const struct rr_file_state file = rr_file_state_of(&st);
    const struct rr_sink sink = {write_and_let_go, &mapped};
    int rc = rr_summarize((struct rr_slice){mapped.bytes, mapped.len}, meta, &file, &sink, err);
    munmap(mapped.bytes, mapped.len);
    return rc;
}
