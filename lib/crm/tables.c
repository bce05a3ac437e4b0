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
        },
};

const struct rr_crm_table rr_person_table = {
    .name = "people",
    .column_count = RR_PERSON_COLUMN_COUNT,
    .required_count = RR_PERSON_COLUMN_COUNT,
    .columns = {[RR_PERSON_ID] = "id", [RR_PERSON_COUNTERPARTY] = "소속 상위 조직"},
};

const struct rr_crm_table rr_organization_table = {
    .name = "organization",
    .column_count = RR_ORGANIZATION_COLUMN_COUNT,
    .required_count = RR_ORGANIZATION_COLUMN_COUNT,
    .columns = {[RR_ORGANIZATION_ID] = "id", [RR_ORGANIZATION_NAME] = "이름"},
};

enum { sql_max_bytes = 64 * 1024 };

struct rr_rows {
    struct rr_stmt *stmt;
    int column_count;
};

/* Adds the column, or NULL in its place. It is looked for first, since SQLite takes an unknown "name" for a text. */
static int add_column(struct rr_buf *sql, struct rr_db *db, const struct rr_crm_table *table, int index, struct rr_err *err) {
    const char *column = table->columns[index];
    int found = rr_db_has_column(db, table->name, column, err);
    if (found < 0)
        return -1;
    if (!found && index < table->required_count)
        return rr_fail(err, RR_DB_INVALID, "the table \"%s\" has no column \"%s\"", table->name, column);
    rr_buf_add_text(sql, index == 0 ? "SELECT " : ", ");
    if (found)
        rr_buf_printf(sql, "\"%s\"", column);
    else
        rr_buf_add_text(sql, "NULL");
    return 0;
}

static int open_rows(struct rr_rows **out, struct rr_db *db, const struct rr_crm_table *table, const char *where,
                     struct rr_err *err) {
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
    rr_buf_printf(&sql, " FROM \"%s\"%s", table->name, where);
    rows = calloc(1, sizeof *rows);
    if (rows == NULL || sql.failed) {
        rr_err_set_memory(err);
        goto out;
    }
    rows->column_count = table->column_count;
    if (rr_db_prepare(&rows->stmt, db, sql.ptr, err) == 0) {
        *out = rows;
        rows = NULL;
    }
out:
    free(rows);
    rr_buf_free(&sql);
    return *out != NULL ? 0 : -1;
}

int rr_rows_open(struct rr_rows **out, struct rr_db *db, const struct rr_crm_table *table, struct rr_err *err) {
    return open_rows(out, db, table, "", err);
}

int rr_rows_open_parts(struct rr_rows **out, struct rr_db *db, const struct rr_crm_table *table, struct rr_err *err) {
    return open_rows(out, db, table, " WHERE rowid BETWEEN ?1 AND ?2", err);
}

int rr_rows_go(struct rr_rows *rows, const struct rr_rowids *part, struct rr_err *err) {
    return rr_stmt_bind_whole(rows->stmt, 1, part->first, err) == 0 ? rr_stmt_bind_whole(rows->stmt, 2, part->last, err) : -1;
}

int rr_rows_step(struct rr_rows *rows, struct rr_err *err) {
    return rr_stmt_step(rows->stmt, err);
}

struct rr_slice rr_rows_text(const struct rr_rows *rows, int column) {
    return rr_stmt_text(rows->stmt, column);
}

int rr_rows_next(struct rr_rows *rows, struct rr_slice *values, struct rr_err *err) {
    int more = rr_stmt_step(rows->stmt, err);
    if (more == 1)
        for (int i = 0; i < rows->column_count; i++)
            values[i] = rr_stmt_text(rows->stmt, i);
    return more;
}

int rr_rowids_of(struct rr_db *db, const struct rr_crm_table *table, struct rr_rowids *rowids) {
    struct rr_buf sql = RR_BUF_INIT(sql_max_bytes);
    struct rr_stmt *stmt = NULL;
    struct rr_err ignored; /* whoever reads the table in the plain way meets it again */
    int found = 0;
    rr_buf_printf(&sql,
                  "SELECT (SELECT min(rowid) FROM \"%s\"), (SELECT max(rowid) FROM \"%s\") WHERE EXISTS (SELECT 1 FROM \"%s\")",
                  table->name, table->name, table->name);
    if (!sql.failed && rr_db_has_column(db, table->name, "rowid", &ignored) == 0 &&
        rr_db_prepare(&stmt, db, sql.ptr, &ignored) == 0 && rr_stmt_step(stmt, &ignored) == 1) {
        *rowids = (struct rr_rowids){rr_stmt_whole(stmt, 0), rr_stmt_whole(stmt, 1)};
        found = 1;
    }
    rr_stmt_close(&stmt);
    rr_buf_free(&sql);
    return found;
}

void rr_rows_close(struct rr_rows **rows) {
    if (*rows == NULL)
        return;
    rr_stmt_close(&(*rows)->stmt);
    free(*rows);
    *rows = NULL;
}
