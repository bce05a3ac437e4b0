#ifndef RR_CRM_SCAN_H
#define RR_CRM_SCAN_H

#include "crm/tables.h"

/* Every row of a table, once, by one thread or by several: each with a connection of its own, all of them to one state of the
 * database (rr_snapshot_join). The rows are shared out in many small runs of rowids, so that the threads end together.
 *
 * The first reader runs in the caller's thread. What take needs of a row later it copies. With one reader the rows come in the
 * table's order, otherwise in no order. All of it stops at the first error. */
struct rr_reader {
    struct rr_db *db;
    rr_row_taker *take;
    void *ctx;
};

enum { RR_READERS_MAX = 16 };

int rr_scan(const struct rr_crm_table *table, const struct rr_reader *readers, int count, struct rr_err *err);

#endif
