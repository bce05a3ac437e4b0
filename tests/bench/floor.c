/* The floor of a generation: one thread that reads the text of every column that the rules need, and does nothing with it.
 *   floor DATABASE     prints the bytes read, so that no compiler drops the reading */
#include "base/buf.h"
#include "base/clock.h"
#include "crm/tables.h"

#include <stdio.h>

static int prepare(struct rr_stmt **stmt, struct rr_db *db, const struct rr_crm_table *table, struct rr_err *err) {
    struct rr_buf sql = RR_BUF_INIT(4096);
    for (int i = 0; i < table->column_count; i++)
        rr_buf_printf(&sql, "%s\"%s\"", i == 0 ? "SELECT " : ", ", table->columns[i]);
    rr_buf_printf(&sql, " FROM \"%s\" NOT INDEXED", table->name);
    int rc = sql.failed ? rr_fail_memory(err) : rr_db_prepare(stmt, db, sql.ptr, err);
    rr_buf_free(&sql);
    return rc;
}

static int read_table(struct rr_db *db, const struct rr_crm_table *table, size_t *bytes, struct rr_err *err) {
    struct rr_stmt *stmt = NULL;
    if (prepare(&stmt, db, table, err) != 0)
        return -1;
    int more;
    while ((more = rr_stmt_step(stmt, err)) == 1)
        for (int i = 0; i < table->column_count; i++)
            *bytes += rr_stmt_text(stmt, i).len;
    rr_stmt_close(&stmt);
    return more;
}

int main(int argc, char **argv) {
    struct rr_db *db = NULL;
    struct rr_err err;
    size_t bytes = 0;
    if (argc != 2 || rr_db_open_read(&db, argv[1], false, RR_NO_DEADLINE, &err) != 0 ||
        read_table(db, &rr_organization_table, &bytes, &err) != 0 || read_table(db, &rr_person_table, &bytes, &err) != 0 ||
        read_table(db, &rr_deal_table, &bytes, &err) != 0 || read_table(db, &rr_memo_table, &bytes, &err) != 0) {
        fprintf(stderr, "floor: %s\n", argc != 2 ? "give a database" : err.message);
        return 1;
    }
    rr_db_close(&db);
    printf("%zu bytes\n", bytes);
    return 0;
}
