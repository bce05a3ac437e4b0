#ifndef RR_STORE_SUMMARY_H
#define RR_STORE_SUMMARY_H

#include "store/store.h"

/* A report in short, so that lists, series and differences of reports are made without reading reports.
 *
 *     rr_store_list(store, mode, &keys, err)                     which reports there are
 *     rr_store_summary(store, &key, RR_SUMMARY_HEAD, &summary, err)
 *     rr_summary_free(&summary)
 *
 * A summary is made when its report is published, and anew whenever the one that is there was not made from the very file that
 * is the report now: of an older cache, or a report that was put or changed there by hand. So it never says anything else than
 * its report, and may be removed at any time. */

/* The keys of a mode's reports, oldest date first, valid or not. */
struct rr_keys {
    struct rr_key *keys; /* the caller's, freed by free() whatever came back */
    size_t count;
};

int rr_store_list(struct rr_store *store, enum rr_mode mode, struct rr_keys *keys, struct rr_err *err);

enum rr_summary_part {
    RR_SUMMARY_HEAD, /* the head alone: some hundred bytes are read, however long the report is */
    RR_SUMMARY_ROWS, /* the rows too */
};

struct rr_summary {
    struct rr_key key;
    cJSON *head;        /* as_of, mode, generated_at, db_signature, generator_version: texts, "" where the report does not say;
                           counterparties (how many), totals, tier_groups, counts: as /history gives them */
    struct rr_buf text; /* the rows' */
};

/* One row, with its texts and numbers as JSON. Equal texts are equal bytes. Borrowed from the summary. */
struct rr_summary_row {
    struct rr_slice org_id, org_name, counterparty_name, tier, level;
    struct rr_slice target, coverage, gap; /* KRW */
    bool pipeline_zero;
};

/* RR_NOT_FOUND when there is no such report, RR_BROKEN when what is there is not valid. summary is emptied first, is the
 * caller's, and is freed whatever came back. */
int rr_store_summary(struct rr_store *store, const struct rr_key *key, enum rr_summary_part part, struct rr_summary *summary,
                     struct rr_err *err);
void rr_summary_free(struct rr_summary *summary); /* idempotent */

/* The next row of the report's order; false when there is none. *left is rr_summary_rows at the beginning. */
struct rr_slice rr_summary_rows(const struct rr_summary *summary);
bool rr_summary_next_row(struct rr_slice *left, struct rr_summary_row *row);

#endif
