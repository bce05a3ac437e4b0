#include "service/csv.h"

#include "base/json_scan.h"

#include <string.h>

/* A column is a member of the row, or of an object in it. A member that the report does not have gives empty cells. */
static const struct column {
    struct rr_slice group, name;
    const char *headings[RR_LANGUAGE_COUNT];
} columns[] = {
    {{NULL, 0}, RR_SLICE("\"orgId\""), {"조직 ID", "Organization ID"}},
    {{NULL, 0}, RR_SLICE("\"orgName\""), {"조직", "Organization"}},
    {{NULL, 0}, RR_SLICE("\"counterpartyName\""), {"카운터파티", "Counterparty"}},
    {{NULL, 0}, RR_SLICE("\"tier\""), {"티어", "Tier"}},
    {{NULL, 0}, RR_SLICE("\"risk_level_rule\""), {"위험 등급", "Risk level"}},
    {{NULL, 0}, RR_SLICE("\"rule_trigger\""), {"판정 근거", "Rule"}},
    {{NULL, 0}, RR_SLICE("\"pipeline_zero\""), {"파이프라인 없음", "Pipeline zero"}},
    {{NULL, 0}, RR_SLICE("\"target\""), {"목표(원)", "Target (KRW)"}},
    {{NULL, 0}, RR_SLICE("\"coverage\""), {"커버리지(원)", "Coverage (KRW)"}},
    {{NULL, 0}, RR_SLICE("\"confirmed\""), {"확정(원)", "Confirmed (KRW)"}},
    {{NULL, 0}, RR_SLICE("\"expected\""), {"예상(원)", "Expected (KRW)"}},
    {{NULL, 0}, RR_SLICE("\"gap\""), {"부족분(원)", "Gap (KRW)"}},
    {{NULL, 0}, RR_SLICE("\"coverage_ratio\""), {"달성률", "Coverage ratio"}},
    {{NULL, 0}, RR_SLICE("\"min_cov_current_month\""), {"이달 최소 달성률", "Minimum ratio of the month"}},
    {{NULL, 0}, RR_SLICE("\"baseline\""), {"전년 확정(원)", "Baseline (KRW)"}},
    {RR_SLICE("\"counts\""), RR_SLICE("\"confirmed_deals\""), {"확정 딜 수", "Confirmed deals"}},
    {RR_SLICE("\"counts\""), RR_SLICE("\"expected_deals\""), {"예상 딜 수", "Expected deals"}},
    {RR_SLICE("\"counts\""), RR_SLICE("\"amount_zero_deals\""), {"금액 0 딜 수", "Deals with amount 0"}},
    {RR_SLICE("\"counts\""), RR_SLICE("\"amount_parse_fail\""), {"금액 오류 딜 수", "Deals with unreadable amount"}},
    {RR_SLICE("\"counts\""), RR_SLICE("\"year_unknown\""), {"연도 미상 딜 수", "Deals of unknown year"}},
    {RR_SLICE("\"flags\""), RR_SLICE("\"excluded_by_quality\""), {"미분류", "Unclassified"}},
    {RR_SLICE("\"signals\""), RR_SLICE("\"last_contact_date\""), {"최근 연락일", "Last contact"}},
    {RR_SLICE("\"signals\""), RR_SLICE("\"lost_90d_count\""), {"최근 90일 실주 수", "Lost deals in 90 days"}},
    {RR_SLICE("\"signals\""), RR_SLICE("\"lost_90d_reasons\""), {"최근 90일 실주 사유", "Reasons of lost deals"}},
    {{NULL, 0}, RR_SLICE("\"risk_level_llm\""), {"카드 등급", "Card level"}},
    {{NULL, 0}, RR_SLICE("\"top_blockers\""), {"막힘 요인", "Blockers"}},
    {{NULL, 0}, RR_SLICE("\"evidence_bullets\""), {"근거", "Evidence"}},
    {{NULL, 0}, RR_SLICE("\"recommended_actions\""), {"권장 조치", "Recommended actions"}},
};

enum { column_count = sizeof columns / sizeof columns[0] };

/* The columns at the end, the same in every line, for tables that are put together. */
static const char *const report_headings[RR_LANGUAGE_COUNT] = {"기준일,모드", "As of,Mode"};

static const char list_separator[] = " / ";

struct table {
    const struct rr_key *report;
    struct rr_buf *out;
    struct rr_buf text; /* of the cell in hand */
};

static bool begins_with(struct rr_slice text, const char *sign) {
    size_t len = strlen(sign);
    return text.len >= len && memcmp(text.ptr, sign, len) == 0;
}

/* White space and quotation marks before a formula do not keep spreadsheets from seeing it, nor does full width; a tab or a line
 * end in front may end a cell where a file is not read as it was meant. */
static bool is_formula(struct rr_slice text) {
    static const char *const signs[] = {"=", "+", "-", "@", "＝", "＋", "－", "＠"};
    if (text.len > 0 && (unsigned char)text.ptr[0] < ' ')
        return true;
    for (text = rr_slice_trim(text); text.len > 0 && (text.ptr[0] == '"' || text.ptr[0] == '\''); text = rr_slice_trim(text))
        text = (struct rr_slice){text.ptr + 1, text.len - 1};
    for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++)
        if (begins_with(text, signs[i]))
            return true;
    return false;
}

/* Also where a spreadsheet of another country, which separates by semicolons or tabs, would see a cell's end. */
static bool needs_quotes(struct rr_slice text) {
    static const char signs[] = "\",\r\n;\t";
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] != '\0' && strchr(signs, text.ptr[i]) != NULL)
            return true;
    return text.len > 0 && (text.ptr[0] == ' ' || text.ptr[text.len - 1] == ' ');
}

static void write_text(struct rr_buf *out, struct rr_slice text) {
    bool quoted = needs_quotes(text);
    if (quoted)
        rr_buf_add_text(out, "\"");
    if (is_formula(text))
        rr_buf_add_text(out, "'");
    while (text.len > 0) {
        const char *quote = memchr(text.ptr, '"', text.len);
        size_t len = quote == NULL ? text.len : (size_t)(quote - text.ptr) + 1;
        rr_buf_add(out, text.ptr, len);
        if (quote != NULL)
            rr_buf_add_text(out, "\"");
        text = (struct rr_slice){text.ptr + len, text.len - len};
    }
    if (quoted)
        rr_buf_add_text(out, "\"");
}

static void add_string(struct rr_buf *text, struct rr_slice json) {
    size_t at = text->len;
    rr_buf_add(text, json.ptr, json.len);
    if (text->failed)
        return;
    struct rr_slice string = rr_json_decode(text->ptr + at, json.len);
    memmove(text->ptr + at, string.ptr, string.len);
    text->len = at + string.len;
}

static void add_list(struct rr_buf *text, struct rr_slice json) {
    struct rr_slice item;
    bool more = false;
    while (rr_json_next_item(&json) && rr_json_take_value(&json, &item)) {
        if (more)
            rr_buf_add_text(text, list_separator);
        if (item.ptr[0] == '"')
            add_string(text, item);
        more = true;
    }
}

static void write_cell(struct table *table, struct rr_slice json) {
    char kind = 'n';
    if (json.len > 0)
        kind = json.ptr[0];
    if (kind == '"' || kind == '[') {
        rr_buf_clear(&table->text);
        if (kind == '"')
            add_string(&table->text, json);
        else
            add_list(&table->text, json);
        table->out->failed |= table->text.failed;
        write_text(table->out, (struct rr_slice){table->text.ptr, table->text.len});
    } else if (kind == 't' || kind == 'f') {
        rr_buf_add_text(table->out, kind == 't' ? "TRUE" : "FALSE");
    } else if (kind != 'n' && kind != '{') {
        rr_buf_add(table->out, json.ptr, json.len);
    }
}

static bool is_of(struct rr_slice group, const struct column *column) {
    return group.ptr == NULL ? column->group.ptr == NULL : rr_slice_equal(group, column->group);
}

/* From the brace to before the closing one. */
static void find_cells(struct rr_slice *left, struct rr_slice group, struct rr_slice cells[column_count]) {
    struct rr_slice name, value;
    while (rr_json_next_member(left, &name, &value)) {
        if (value.ptr[0] == '{' && group.ptr == NULL)
            find_cells(&value, name, cells);
        for (size_t i = 0; i < column_count; i++)
            if (rr_slice_equal(name, columns[i].name) && is_of(group, &columns[i]))
                cells[i] = value;
    }
}

static void write_headings(struct table *table, enum rr_language language) {
    rr_buf_add_text(table->out, "\xef\xbb\xbf");
    for (size_t i = 0; i < column_count; i++) {
        rr_buf_add_text(table->out, columns[i].headings[language]);
        rr_buf_add_text(table->out, ",");
    }
    rr_buf_add_text(table->out, report_headings[language]);
    rr_buf_add_text(table->out, "\r\n");
}

static void write_line(struct table *table, const struct rr_slice cells[column_count]) {
    for (size_t i = 0; i < column_count; i++) {
        write_cell(table, cells[i]);
        rr_buf_add_text(table->out, ",");
    }
    rr_buf_add_text(table->out, table->report->as_of);
    rr_buf_add_text(table->out, ",");
    rr_buf_add_text(table->out, rr_mode_name(table->report->mode));
    rr_buf_add_text(table->out, "\r\n");
}

static void write_lines(struct table *table, struct rr_slice *left) {
    while (rr_json_next_item(left)) {
        struct rr_slice cells[column_count] = {{NULL, 0}};
        find_cells(left, (struct rr_slice){NULL, 0}, cells);
        if (!rr_json_take(left, '}'))
            return; /* no row is anything but an object */
        write_line(table, cells);
    }
}

int rr_csv_write(const struct rr_document *document, enum rr_language language, struct rr_buf *out, struct rr_err *err) {
    struct table table = {&document->meta.key, out, RR_BUF_INIT(RR_DOCUMENT_MAX_BYTES)};
    struct rr_slice left = {document->body.ptr, document->body.len}, name, value;
    write_headings(&table, language);
    while (rr_json_next_name(&left, &name)) {
        if (rr_slice_equal(name, (struct rr_slice)RR_SLICE("\"counterparties\""))) {
            write_lines(&table, &left);
            break;
        }
        rr_json_take_value(&left, &value);
    }
    rr_buf_free(&table.text);
    return out->failed ? rr_fail_memory(err) : 0;
}
