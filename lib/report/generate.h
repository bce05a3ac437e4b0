#ifndef RR_REPORT_GENERATE_H
#define RR_REPORT_GENERATE_H

#include "base/mode.h"
#include "base/sink.h"
#include "crm/snapshot.h"
#include "report/card.h"
#include "rules/day.h"

/* From the CRM database to reports: one pass over one state of it, then as many modes as are wanted.
 *
 *     struct rr_generation generation;
 *     rr_generation_read(&generation, &order, err)       snapshot -> deals -> book; verified to be one state
 *     rr_generation_write(&generation, mode, &run, provider, sink, err)   tiers, targets, risk -> rank -> cards -> compose
 *     rr_generation_findings(&generation, &file)         what is to be known of its memos the next time
 *     rr_generation_free(&generation)                    idempotent
 *
 * Part of every report: what makes two reports of the same database differ. Changes when the output changes. */
#define RR_GENERATOR_VERSION "riskreport-1.5"

struct rr_order {
    struct rr_source source;
    rr_day as_of;
    int target_year; /* 0: the year of as_of */
    struct rr_progress progress;
    const struct rr_findings *known; /* of memos, borrowed until it is read; NULL: nobody keeps them. The reports are the same. */
    int threads; /* that read and write at the same time; 0 or 1: the caller's alone. The reports are the same. */
};

struct rr_generation {
    struct rr_book book;
    rr_day as_of;
    struct rr_fingerprint fingerprint; /* of the database */
    int threads;                       /* as ordered */
};

/* What one run stamps on its reports. */
struct rr_run_stamp {
    const char *job_run_id;
    int64_t generated_at_s;
};

int rr_generation_read(struct rr_generation *generation, const struct rr_order *order, struct rr_err *err);

/* provider may be NULL: all cards are by rule. */
int rr_generation_write(const struct rr_generation *generation, enum rr_mode mode, const struct rr_run_stamp *stamp,
                        const struct rr_card_provider *provider, const struct rr_sink *sink, struct rr_err *err);

/* Appends the file of what the report's memos were found to say (report/finding.h), and of them alone, so that no
 * finding stays for ever; nothing where all was known. file->failed: there is no such file. */
void rr_generation_findings(const struct rr_generation *generation, struct rr_buf *file);
void rr_generation_free(struct rr_generation *generation);

#endif
