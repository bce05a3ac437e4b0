#ifndef RR_REPORT_SIGNALS_H
#define RR_REPORT_SIGNALS_H

#include "base/table.h"
#include "rules/day.h"

#include <stdbool.h>
#include <stdint.h>

/* What has happened with a counterparty of late: its last contact, the deals that were lost, and why.
 *
 *     struct rr_signal_store store = {0};
 *     struct rr_trace trace = {0};                         one an account, all in the store
 *     rr_trace_contact(&trace, day)                        ...
 *     rr_trace_lost(&store, &trace, reason)                ...
 *     rr_signals_of(&signals, &store, traces, count)       of several accounts together
 *     rr_signal_store_free(&store)                         idempotent */
enum { RR_LOST_DAYS = 90, RR_LOST_REASONS_MAX = 3 };

struct rr_trace {
    rr_day last_contact;
    uint32_t lost;    /* deals lost in the RR_LOST_DAYS up to as_of */
    uint32_t reasons; /* the first of its reasons in the store, plus one; 0: none */
};

struct rr_lost_reason;

struct rr_signal_store {
    struct rr_table texts;          /* of reasons */
    struct rr_table keys;           /* by the trace's first reason, and the text: a reason of the trace */
    struct rr_lost_reason *reasons; /* by key */
    uint32_t capacity;
};

struct rr_signals {
    rr_day last_contact; /* RR_DAY_UNKNOWN: none is known */
    uint32_t lost_90d;
    struct rr_slice lost_reasons[RR_LOST_REASONS_MAX]; /* most frequent first, then by their bytes; of deals with a reason */
    uint32_t lost_reason_count;
};

void rr_trace_contact(struct rr_trace *trace, rr_day day);

/* A deal was lost of late; reason may be blank. -1 when memory ran out. */
int rr_trace_lost(struct rr_signal_store *store, struct rr_trace *trace, struct rr_slice reason);

/* Texts are borrowed from the store, which does not change: by several threads at a time. */
void rr_signals_of(struct rr_signals *signals, const struct rr_signal_store *store, const struct rr_trace *const *traces,
                   int count);

void rr_signal_store_free(struct rr_signal_store *store);

#endif
