#ifndef RR_CRM_TABLES_H
#define RR_CRM_TABLES_H

#include "crm/db.h"

/* The CRM's tables (rules.md "Input tables"), read row by row, each once from top to bottom; columns by name, in
 * whatever order the table has them.
 *
 *     rr_rows_open(&rows, db, &rr_deal_table, err)      RR_DB_INVALID names a missing table or column
 *     rr_rows_give(rows, take, ctx, err)                take(ctx, row, err): ... rr_row_text(row, RR_DEAL_ID) ...
 *     rr_rows_close(&rows) */
enum rr_deal_column {
    RR_DEAL_ID,
    RR_DEAL_PERSON,
    RR_DEAL_ORGANIZATION,
    RR_DEAL_NAME,
    RR_DEAL_STATUS,
    RR_DEAL_FORMAT,
    RR_DEAL_AMOUNT,
    RR_DEAL_EXPECTED_AMOUNT,
    RR_DEAL_CONTRACT,
    RR_DEAL_EXPECTED_CLOSE,
    RR_DEAL_START,
    RR_DEAL_END,
    RR_DEAL_POSSIBILITY,
    RR_DEAL_COURSE,
    RR_DEAL_LAST_CONTACT,
    RR_DEAL_LOST_ON,
    RR_DEAL_LOST_REASON,
    RR_DEAL_COLUMN_COUNT
};

enum rr_person_column { RR_PERSON_ID, RR_PERSON_COUNTERPARTY, RR_PERSON_ORGANIZATION, RR_PERSON_COLUMN_COUNT };
enum rr_organization_column { RR_ORGANIZATION_ID, RR_ORGANIZATION_NAME, RR_ORGANIZATION_COLUMN_COUNT };
enum rr_memo_column {
    RR_MEMO_ID,
    RR_MEMO_TEXT,
    RR_MEMO_DEAL,
    RR_MEMO_PERSON,
    RR_MEMO_ORGANIZATION,
    RR_MEMO_CREATED,
    RR_MEMO_COLUMN_COUNT
};

enum { RR_COLUMNS_MAX = RR_DEAL_COLUMN_COUNT };

struct rr_crm_table {
    const char *name;
    int column_count;
    int required_count; /* the first so many must be there; an absent one of the rest reads as NULL */
    const char *columns[RR_COLUMNS_MAX];
};

extern const struct rr_crm_table rr_deal_table, rr_person_table, rr_organization_table;

/* The table may be absent, and none of its columns must be there. */
extern const struct rr_crm_table rr_memo_table;

struct rr_rows;

int rr_rows_open(struct rr_rows **out, struct rr_db *db, const struct rr_crm_table *table, struct rr_err *err);

/* As rr_stmt_give. */
int rr_rows_give(struct rr_rows *rows, rr_row_taker *take, void *ctx, struct rr_err *err);

void rr_rows_close(struct rr_rows **rows);

/* A run of a table's rows, by what SQLite numbers them with: both ends belong to it. */
struct rr_rowids {
    int64_t first, last;
};

/* The numbers that the table's rows lie in. 1, or 0 where there are none to go by: an empty table, one without rowids, one
 * that has a column of that name. -1 with err: SQLite complains of a broken page but once, so an error must not get lost. */
int rr_rowids_of(struct rr_db *db, const struct rr_crm_table *table, struct rr_rowids *rowids, struct rr_err *err);

/* Opens the rows in parts: rr_rows_go says which are given next, as often as one likes. Behind a row's columns stands its
 * number: rr_row_whole(row, table->column_count). */
int rr_rows_open_parts(struct rr_rows **out, struct rr_db *db, const struct rr_crm_table *table, struct rr_err *err);
int rr_rows_go(struct rr_rows *rows, const struct rr_rowids *part, struct rr_err *err);

/* Which row, if any, stands before one of that number: 1, 0, or -1 with err. In a corrupt table it may be anything. */
int rr_rows_before(struct rr_rows *rows, int64_t rowid, int64_t *before, struct rr_err *err);

#endif
