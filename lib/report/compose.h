#ifndef RR_REPORT_COMPOSE_H
#define RR_REPORT_COMPOSE_H

#include "base/mode.h"
#include "base/sink.h"
#include "report/card.h"
#include "report/rank.h"
#include "rules/day.h"

#include <stdint.h>

/* What a report says of itself (contract.md 5 "meta"). Times are seconds since 1970; texts are borrowed. */
struct rr_meta {
    rr_day as_of;
    enum rr_mode mode;
    int target_year;
    int64_t db_mtime_s;
    const char *db_signature;
    int64_t generated_at_s;
    const char *generator_version;
    const char *job_run_id;
};

/* Writes the report to sink, some rows at a time: compact JSON, meta first, each counterparty on a line of its own. */
int rr_compose(const struct rr_meta *meta, const struct rr_book *book, const struct rr_ranking *ranking,
               const struct rr_sink *sink, struct rr_err *err);

/* The same bytes, written by so many threads; sink is called by the caller's alone. provider may be NULL: all cards are by
 * rule. */
int rr_compose_threaded(const struct rr_meta *meta, const struct rr_book *book, const struct rr_ranking *ranking,
                        const struct rr_card_provider *provider, int threads, const struct rr_sink *sink, struct rr_err *err);

#endif
