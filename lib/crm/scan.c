#include "crm/scan.h"

#include "base/thread.h"

#include <stdatomic.h>

enum { parts_max = 256, rows_per_part_min = 64 };

/* What the threads share. */
struct scan {
    const struct rr_crm_table *table;
    struct rr_rowids all;
    uint64_t rows_per_part, parts;
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

static int read_rows(const struct rr_reader *reader, struct rr_rows *rows, struct rr_err *err) {
    int more;
    while ((more = rr_rows_step(rows, err)) == 1)
        if (reader->take(reader->ctx, rows, err) != 0)
            return -1;
    return more;
}

static bool next_part(struct scan *scan, struct rr_rowids *part) {
    uint64_t number = atomic_fetch_add(&scan->next, 1);
    if (number >= scan->parts || atomic_load(&scan->failed))
        return false;
    uint64_t first = (uint64_t)scan->all.first + number * scan->rows_per_part;
    uint64_t left = (uint64_t)scan->all.last - first;
    part->first = (int64_t)first;
    part->last = left < scan->rows_per_part ? scan->all.last : (int64_t)(first + scan->rows_per_part - 1);
    return true;
}

static void *read_parts(void *opaque) {
    struct worker *worker = opaque;
    struct scan *scan = worker->scan;
    struct rr_rowids part;
    struct rr_rows *rows = NULL;
    worker->rc = rr_rows_open_parts(&rows, worker->reader->db, scan->table, &worker->err);
    while (worker->rc == 0 && next_part(scan, &part)) {
        worker->rc = rr_rows_go(rows, &part, &worker->err);
        if (worker->rc == 0)
            worker->rc = read_rows(worker->reader, rows, &worker->err);
    }
    rr_rows_close(&rows);
    if (worker->rc != 0)
        atomic_store(&scan->failed, true);
    return NULL;
}

static int scan_whole(const struct rr_crm_table *table, const struct rr_reader *reader, struct rr_err *err) {
    struct rr_rows *rows = NULL;
    if (rr_rows_open(&rows, reader->db, table, err) != 0)
        return -1;
    int rc = read_rows(reader, rows, err);
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
    return 0;
}

int rr_scan(const struct rr_crm_table *table, const struct rr_reader *readers, int count, struct rr_err *err) {
    struct scan scan = {.table = table};
    if (count < 2 || rr_rowids_of(readers[0].db, table, &scan.all) == 0)
        return scan_whole(table, &readers[0], err);
    uint64_t span = (uint64_t)scan.all.last - (uint64_t)scan.all.first;
    scan.rows_per_part = span / parts_max + 1;
    if (scan.rows_per_part < rows_per_part_min)
        scan.rows_per_part = rows_per_part_min;
    scan.parts = span / scan.rows_per_part + 1;
    return scan_parts(&scan, readers, count < RR_READERS_MAX ? count : RR_READERS_MAX, err);
}
