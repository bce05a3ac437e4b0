#include "crm/scan.h"

#include "base/thread.h"

#include <stdatomic.h>

enum { parts_per_reader = 32, parts_max = parts_per_reader * RR_READERS_MAX, rows_per_part_min = 64 };

/* Where a part's rows were found to lie. In a corrupt table, whose numbers do not ascend, a part is no run of rows: some would be
 * read twice, others by nobody, and nothing would tell. So every part must begin behind the row that the one before ended with.
 */
struct found {
    bool has_before, has_rows;
    int64_t before; /* the row in front of the part */
    int64_t last;   /* its last row */
};

/* What the threads share. */
struct scan {
    const struct rr_crm_table *table;
    struct rr_rowids all;
    uint64_t rows_per_part, parts;
    struct found found[parts_max];
    atomic_uint_fast64_t next; /* nobody reads this part yet */
    atomic_bool failed;
};

struct worker {
    struct scan *scan;
    const struct rr_reader *reader;
    pthread_t thread;
    int rc;
    struct rr_err err;
};

static int fail_order(struct rr_err *err) {
    return rr_fail(err, RR_DB_INVALID, "the database cannot be read: the rows of a table are not in order");
}

/* What takes a row of a part. */
struct part_taker {
    const struct rr_reader *reader;
    const struct rr_crm_table *table;
    int64_t first;
    struct found found; /* a copy of its own: threads that write side by side wait for each other */
};

static int take_of_part(void *ctx, const struct rr_row *row, struct rr_err *err) {
    struct part_taker *taker = ctx;
    struct found *found = &taker->found;
    int64_t rowid = rr_row_whole(row, taker->table->column_count);
    if (rowid < taker->first || (found->has_rows && rowid <= found->last))
        return fail_order(err);
    found->last = rowid;
    found->has_rows = true;
    return taker->reader->take(taker->reader->ctx, row, err);
}

static int read_part(const struct worker *worker, struct rr_rows *rows, const struct rr_rowids *part, struct found *found,
                     struct rr_err *err) {
    struct part_taker taker = {worker->reader, worker->scan->table, part->first, {.has_rows = false}};
    int before = rr_rows_before(rows, part->first, &taker.found.before, err);
    if (before < 0 || rr_rows_go(rows, part, err) != 0)
        return -1;
    taker.found.has_before = before == 1;
    int rc = rr_rows_give(rows, take_of_part, &taker, err);
    *found = taker.found;
    return rc;
}

/* Do the parts make up the table? */
static int check_order(const struct scan *scan, struct rr_err *err) {
    struct found until = {.has_rows = false};
    for (uint64_t i = 0; i < scan->parts; i++) {
        const struct found *part = &scan->found[i];
        if (part->has_before != until.has_rows || (part->has_before && part->before != until.last))
            return fail_order(err);
        if (part->has_rows)
            until = *part;
    }
    return 0;
}

static bool next_part(struct scan *scan, struct rr_rowids *part, struct found **found) {
    uint64_t number = atomic_fetch_add(&scan->next, 1);
    if (number >= scan->parts || atomic_load(&scan->failed))
        return false;
    uint64_t first = (uint64_t)scan->all.first + number * scan->rows_per_part;
    uint64_t left = (uint64_t)scan->all.last - first;
    part->first = (int64_t)first;
    part->last = left < scan->rows_per_part ? INT64_MAX : (int64_t)(first + scan->rows_per_part - 1);
    *found = &scan->found[number];
    return true;
}

static void *read_parts(void *opaque) {
    struct worker *worker = opaque;
    struct scan *scan = worker->scan;
    struct rr_rowids part;
    struct found *found;
    struct rr_rows *rows = NULL;
    worker->rc = rr_rows_open_parts(&rows, worker->reader->db, scan->table, &worker->err);
    while (worker->rc == 0 && next_part(scan, &part, &found))
        worker->rc = read_part(worker, rows, &part, found, &worker->err);
    rr_rows_close(&rows);
    if (worker->rc != 0)
        atomic_store(&scan->failed, true);
    return NULL;
}

static int scan_whole(const struct rr_crm_table *table, const struct rr_reader *reader, struct rr_err *err) {
    struct rr_rows *rows = NULL;
    if (rr_rows_open(&rows, reader->db, table, err) != 0)
        return -1;
    int rc = rr_rows_give(rows, reader->take, reader->ctx, err);
    rr_rows_close(&rows);
    return rc;
}

static int scan_parts(struct scan *scan, const struct rr_reader *readers, int count, struct rr_err *err) {
    struct worker workers[RR_READERS_MAX] = {{.scan = scan}};
    int started = 1;
    for (int i = 0; i < count; i++)
        workers[i] = (struct worker){.scan = scan, .reader = &readers[i]};
    while (started < count && rr_thread_start(&workers[started].thread, read_parts, &workers[started]) == 0)
        started++;
    read_parts(&workers[0]);
    for (int i = 1; i < started; i++)
        pthread_join(workers[i].thread, NULL);
    for (int i = 0; i < started; i++)
        if (workers[i].rc != 0) {
            *err = workers[i].err;
            return -1;
        }
    return check_order(scan, err);
}

int rr_scan(const struct rr_crm_table *table, const struct rr_reader *readers, int count, struct rr_err *err) {
    struct scan scan = {.table = table};
    count = count < RR_READERS_MAX ? count : RR_READERS_MAX;
    int found = count < 2 ? 0 : rr_rowids_of(readers[0].db, table, &scan.all, err);
    if (found <= 0)
        return found < 0 ? -1 : scan_whole(table, &readers[0], err);
    uint64_t span = (uint64_t)scan.all.last - (uint64_t)scan.all.first;
    scan.rows_per_part = span / (uint64_t)(parts_per_reader * count) + 1;
    if (scan.rows_per_part < rows_per_part_min)
        scan.rows_per_part = rows_per_part_min;
    scan.parts = span / scan.rows_per_part + 1;
    return scan_parts(&scan, readers, count, err);
}
