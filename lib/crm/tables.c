#include "crm/tables.h"

#include "base/buf.h"

#include <stdlib.h>

const struct rr_crm_table rr_deal_table = {
    .name = "deal",
    .column_count = RR_DEAL_COLUMN_COUNT,
    .required_count = RR_DEAL_COURSE,
    .columns =
        {
            [RR_DEAL_ID] = "id",
            [RR_DEAL_PERSON] = "peopleId",
            [RR_DEAL_ORGANIZATION] = "organizationId",
            [RR_DEAL_NAME] = "이름",
            [RR_DEAL_STATUS] = "상태",
            [RR_DEAL_FORMAT] = "과정포맷",
            [RR_DEAL_AMOUNT] = "금액",
            [RR_DEAL_EXPECTED_AMOUNT] = "예상 체결액",
            [RR_DEAL_CONTRACT] = "계약 체결일",
            [RR_DEAL_EXPECTED_CLOSE] = "수주 예정일",
            [RR_DEAL_START] = "수강시작일",
            [RR_DEAL_END] = "수강종료일",
            [RR_DEAL_POSSIBILITY] = "성사 가능성",
            [RR_DEAL_COURSE] = "코스 ID",
            [RR_DEAL_LAST_CONTACT] = "최근 연락일",
            [RR_DEAL_LOST_ON] = "LOST 확정일",
            [RR_DEAL_LOST_REASON] = "실패 사유",
        },
};

const struct rr_crm_table rr_person_table = {
    .name = "people",
    .column_count = RR_PERSON_COLUMN_COUNT,
    .required_count = RR_PERSON_ORGANIZATION,
    .columns = {[RR_PERSON_ID] = "id", [RR_PERSON_COUNTERPARTY] = "소속 상위 조직", [RR_PERSON_ORGANIZATION] = "organizationId"},
};

const struct rr_crm_table rr_organization_table = {
    .name = "organization",
    .column_count = RR_ORGANIZATION_COLUMN_COUNT,
    .required_count = RR_ORGANIZATION_COLUMN_COUNT,
    .columns = {[RR_ORGANIZATION_ID] = "id", [RR_ORGANIZATION_NAME] = "이름"},
};

const struct rr_crm_table rr_memo_table = {
    .name = "memo",
    .column_count = RR_MEMO_COLUMN_COUNT,
    .required_count = 0,
    .columns =
        {
            [RR_MEMO_ID] = "id",
            [RR_MEMO_TEXT] = "text",
            [RR_MEMO_DEAL] = "dealId",
            [RR_MEMO_PERSON] = "peopleId",
            [RR_MEMO_ORGANIZATION] = "organizationId",
            [RR_MEMO_CREATED] = "createdAt",
        },
};

enum { sql_max_bytes = 64 * 1024 };

struct rr_rows {
    struct rr_stmt *stmt;
    struct rr_stmt *before; /* which row stands before a part; NULL where all are read */
};

/* Adds the column, or NULL in its place. It is looked for first, since SQLite takes an unknown "name" for a text. */
static int add_column(struct rr_buf *sql, struct rr_db *db, const struct rr_crm_table *table, int index, struct rr_err *err) {
    const char *column = table->columns[index];
    int found = rr_db_has_column(db, table->name, column, err);
    if (found < 0)
        return -1;
    if (!found && index < table->required_count)
        return rr_fail(err, RR_DB_INVALID, "the table \"%s\" has no column \"%s\"", table->name, column);
    rr_buf_add_text(sql, index == 0 ? "SELECT rr_give(" : ", ");
    if (found)
        rr_buf_printf(sql, "\"%s\"", column);
    else
        rr_buf_add_text(sql, "NULL");
    return 0;
}

static int prepare_before(struct rr_rows *rows, struct rr_db *db, const struct rr_crm_table *table, struct rr_err *err) {
    struct rr_buf sql = RR_BUF_INIT(sql_max_bytes);
    rr_buf_printf(&sql, "SELECT rowid FROM \"%s\" NOT INDEXED WHERE rowid < ?1 ORDER BY rowid DESC LIMIT 1", table->name);
    int rc = sql.failed ? rr_fail_memory(err) : rr_db_prepare(&rows->before, db, sql.ptr, err);
    rr_buf_free(&sql);
    return rc;
}

static int open_rows(struct rr_rows **out, struct rr_db *db, const struct rr_crm_table *table, bool parts, struct rr_err *err) {
    *out = NULL;
    struct rr_buf sql = RR_BUF_INIT(sql_max_bytes);
    struct rr_rows *rows = NULL;
    int found = rr_db_has_table(db, table->name, err);
    if (found < 0)
        return -1;
    if (!found)
        return rr_fail(err, RR_DB_INVALID, "the database has no table \"%s\"", table->name);
    for (int i = 0; i < table->column_count; i++)
        if (add_column(&sql, db, table, i, err) != 0)
            goto out;
    /* An index that has all the columns would do as well for SQLite, but has another order, and perhaps other rows. */
    rr_buf_printf(&sql, "%s) FROM \"%s\" NOT INDEXED%s", parts ? ", rowid" : "", table->name,
                  parts ? " WHERE rowid BETWEEN ?1 AND ?2" : "");
    rows = calloc(1, sizeof *rows);
    if (rows == NULL || sql.failed) {
        rr_err_set_memory(err);
        goto out;
    }
    if (rr_db_prepare(&rows->stmt, db, sql.ptr, err) == 0 && (!parts || prepare_before(rows, db, table, err) == 0)) {
        *out = rows;
        rows = NULL;
    }
out:
    rr_rows_close(&rows);
    rr_buf_free(&sql);
    return *out != NULL ? 0 : -1;
}

int rr_rows_open(struct rr_rows **out, struct rr_db *db, const struct rr_crm_table *table, struct rr_err *err) {
    return open_rows(out, db, table, false, err);
}

int rr_rows_open_parts(struct rr_rows **out, struct rr_db *db, const struct rr_crm_table *table, struct rr_err *err) {
    return open_rows(out, db, table, true, err);
}

int rr_rows_before(struct rr_rows *rows, int64_t rowid, int64_t *before, struct rr_err *err) {
    int found = rr_stmt_bind_whole(rows->before, 1, rowid, err) == 0 ? rr_stmt_step(rows->before, err) : -1;
    if (found == 1) {
        *before = rr_stmt_whole(rows->before, 0);
        rr_stmt_rewind(rows->before);
    }
    return found;
}

int rr_rows_go(struct rr_rows *rows, const struct rr_rowids *part, struct rr_err *err) {
    return rr_stmt_bind_whole(rows->stmt, 1, part->first, err) == 0 ? rr_stmt_bind_whole(rows->stmt, 2, part->last, err) : -1;
}

int rr_rows_give(struct rr_rows *rows, rr_row_taker *take, void *ctx, struct rr_err *err) {
    return rr_stmt_give(rows->stmt, take, ctx, err);
}

int rr_rowids_of(struct rr_db *db, const struct rr_crm_table *table, struct rr_rowids *rowids, struct rr_err *err) {
    struct rr_buf sql = RR_BUF_INIT(sql_max_bytes);
    struct rr_stmt *stmt = NULL;
    struct rr_err no_rowids; /* SQLite has no such column then */
    rr_buf_printf(&sql,
                  "SELECT (SELECT min(rowid) FROM \"%s\"), (SELECT max(rowid) FROM \"%s\") WHERE EXISTS (SELECT 1 FROM \"%s\")",
                  table->name, table->name, table->name);
    int found = sql.failed ? rr_fail_memory(err) : rr_db_has_column(db, table->name, "rowid", err);
    if (found == 0 && rr_db_prepare(&stmt, db, sql.ptr, &no_rowids) == 0)
        found = rr_stmt_step(stmt, err);
    else
        found = found < 0 ? -1 : 0;
    if (found == 1)
        *rowids = (struct rr_rowids){rr_stmt_whole(stmt, 0), rr_stmt_whole(stmt, 1)};
    rr_stmt_close(&stmt);
    rr_buf_free(&sql);
    return found;
}

void rr_rows_close(struct rr_rows **rows) {
    if (*rows == NULL)
        return;
    rr_stmt_close(&(*rows)->stmt);
    rr_stmt_close(&(*rows)->before);
    free(*rows);
    *rows = NULL;
}
