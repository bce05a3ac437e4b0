#include "report/generate.h"

#include "crm/scan.h"
#include "report/compose.h"
#include "report/rank.h"

enum { ns_per_s = 1000000000 };

/* Reads with as many connections as were ordered and can be had. */
static int read_book(struct rr_book *book, const struct rr_snapshot *snapshot, const struct rr_order *order, struct rr_err *err) {
    struct rr_db *dbs[RR_READERS_MAX] = {snapshot->db};
    int count = 1;
    while (count < order->threads && count < RR_READERS_MAX && rr_snapshot_join(&dbs[count], snapshot, &order->source))
        count++;
    int rc = rr_book_read_threaded(book, dbs, count, order->known, &order->progress, err);
    while (count > 1)
        rr_db_close(&dbs[--count]);
    return rc;
}

int rr_generation_read(struct rr_generation *generation, const struct rr_order *order, struct rr_err *err) {
    struct rr_snapshot snapshot;
    *generation = (struct rr_generation){.as_of = order->as_of, .threads = order->threads};
    int target_year = order->target_year != 0 ? order->target_year : rr_day_year(order->as_of);
    if (rr_book_init(&generation->book, order->as_of, target_year, err) != 0 ||
        rr_snapshot_open(&snapshot, &order->source, err) != 0)
        goto fail;
    int rc = read_book(&generation->book, &snapshot, order, err);
    rr_snapshot_close(&snapshot);
    struct rr_err changed;
    if (rr_snapshot_verify(&snapshot, &changed) != 0) {
        *err = changed; /* outranks whatever error reading it gave: half-written pages look like corruption */
        rc = -1;
    }
    if (rc != 0)
        goto fail;
    generation->fingerprint = snapshot.fingerprint;
    return 0;
fail:
    rr_generation_free(generation);
    return -1;
}

int rr_generation_write(const struct rr_generation *generation, enum rr_mode mode, const struct rr_run_stamp *stamp,
                        const struct rr_card_provider *provider, const struct rr_sink *sink, struct rr_err *err) {
    char signature[RR_SIGNATURE_SIZE];
    rr_fingerprint_signature(&generation->fingerprint, signature);
    const struct rr_meta meta = {
        .as_of = generation->as_of,
        .mode = mode,
        .target_year = generation->book.target_year,
        .db_mtime_s = generation->fingerprint.mtime_ns / ns_per_s,
        .db_signature = signature,
        .generated_at_s = stamp->generated_at_s,
        .generator_version = RR_GENERATOR_VERSION,
        .job_run_id = stamp->job_run_id,
    };
    struct rr_ranking ranking;
    if (rr_rank(&ranking, &generation->book, mode, rr_day_month(generation->as_of), err) != 0)
        return -1;
    int rc = rr_compose_threaded(&meta, &generation->book, &ranking, provider, generation->threads, sink, err);
    rr_ranking_free(&ranking);
    return rc;
}

void rr_generation_findings(const struct rr_generation *generation, struct rr_buf *file) {
    rr_memo_shelf_findings(&generation->book.memos, file);
}

void rr_generation_free(struct rr_generation *generation) {
    rr_book_free(&generation->book);
}
