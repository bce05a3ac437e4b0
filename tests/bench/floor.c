/* The floor of a generation: one thread that reads the text of every column that the rules need, and does nothing with it.
 *   floor DATABASE     prints the bytes read, so that no compiler drops the reading */
#include "base/clock.h"
#include "crm/tables.h"

#include <stdio.h>

static int read_table(struct rr_db *db, const struct rr_crm_table *table, size_t *bytes, struct rr_err *err) {
    struct rr_slice row[RR_COLUMNS_MAX];
    struct rr_rows *rows = NULL;
    if (rr_rows_open(&rows, db, table, err) != 0)
        return -1;
    int more;
    while ((more = rr_rows_next(rows, row, err)) == 1)
        for (int i = 0; i < table->column_count; i++)
            *bytes += row[i].len;
    rr_rows_close(&rows);
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
