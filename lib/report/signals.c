#include "report/signals.h"

#include "base/memory.h"

enum { capacity_first = 64 };

struct rr_lost_reason {
    uint32_t text; /* id in the store's texts */
    uint32_t deals;
    uint32_t next; /* of the same trace, plus one; 0: none */
};

/* What a reason of a trace is found by. */
struct key {
    uint32_t trace; /* as rr_trace.reasons */
    uint32_t text;
};

static struct rr_slice bytes_of(const struct key *key) {
    return (struct rr_slice){(const char *)key, sizeof *key};
}

void rr_trace_contact(struct rr_trace *trace, rr_day day) {
    if (day > trace->last_contact)
        trace->last_contact = day;
}

static bool reserve(struct rr_signal_store *store, uint32_t index) {
    if (index < store->capacity)
        return true;
    uint32_t grown = index + index / 2 + capacity_first;
    struct rr_lost_reason *reasons = rr_memory_resize(store->reasons, store->capacity * sizeof *reasons, grown * sizeof *reasons);
    if (reasons == NULL)
        return false;
    store->reasons = reasons;
    store->capacity = grown;
    return true;
}

/* A trace goes by the number of its first reason, which is that of its first key. */
static int add_reason(struct rr_signal_store *store, struct rr_trace *trace, uint32_t text) {
    const struct key key = {trace->reasons != 0 ? trace->reasons : store->keys.count + 1, text};
    uint32_t before = store->keys.count;
    uint32_t at = rr_table_add(&store->keys, bytes_of(&key));
    if (at == RR_NONE || (at == before && !reserve(store, at)))
        return -1;
    if (at < before) {
        store->reasons[at].deals++;
        return 0;
    }
    store->reasons[at] = (struct rr_lost_reason){.text = text, .deals = 1};
    if (trace->reasons == 0) {
        trace->reasons = at + 1;
        return 0;
    }
    struct rr_lost_reason *first = &store->reasons[trace->reasons - 1];
    store->reasons[at].next = first->next;
    first->next = at + 1;
    return 0;
}

int rr_trace_lost(struct rr_signal_store *store, struct rr_trace *trace, struct rr_slice reason) {
    trace->lost++;
    reason = rr_slice_trim(reason);
    if (reason.len == 0)
        return 0;
    uint32_t text = rr_table_add(&store->texts, reason);
    return text == RR_NONE ? -1 : add_reason(store, trace, text);
}

static uint32_t deals_of(const struct rr_signal_store *store, const struct rr_trace *trace, uint32_t text) {
    const struct key key = {trace->reasons, text};
    uint32_t at = trace->reasons == 0 ? RR_NONE : rr_table_find(&store->keys, bytes_of(&key));
    return at == RR_NONE ? 0 : store->reasons[at].deals;
}

/* Takes a reason in where it belongs among the most frequent, if it does. */
static void offer(struct rr_signals *signals, uint32_t counts[RR_LOST_REASONS_MAX], struct rr_slice reason, uint32_t deals) {
    uint32_t place = signals->lost_reason_count;
    while (place > 0 && (deals > counts[place - 1] ||
                         (deals == counts[place - 1] && rr_slice_compare(reason, signals->lost_reasons[place - 1]) < 0)))
        place--;
    if (place == RR_LOST_REASONS_MAX)
        return;
    if (signals->lost_reason_count < RR_LOST_REASONS_MAX)
        signals->lost_reason_count++;
    for (uint32_t i = signals->lost_reason_count - 1; i > place; i--) {
        signals->lost_reasons[i] = signals->lost_reasons[i - 1];
        counts[i] = counts[i - 1];
    }
    signals->lost_reasons[place] = reason;
    counts[place] = deals;
}

/* Has one of the traces before this one told of the reason? Then it was offered with all its deals. */
static bool told(const struct rr_signal_store *store, const struct rr_trace *const *traces, int before, uint32_t text) {
    for (int i = 0; i < before; i++)
        if (deals_of(store, traces[i], text) > 0)
            return true;
    return false;
}

void rr_signals_of(struct rr_signals *signals, const struct rr_signal_store *store, const struct rr_trace *const *traces,
                   int count) {
    uint32_t counts[RR_LOST_REASONS_MAX] = {0};
    *signals = (struct rr_signals){.last_contact = RR_DAY_UNKNOWN};
    for (int i = 0; i < count; i++) {
        if (traces[i]->last_contact > signals->last_contact)
            signals->last_contact = traces[i]->last_contact;
        signals->lost_90d += traces[i]->lost;
        for (uint32_t at = traces[i]->reasons; at != 0; at = store->reasons[at - 1].next) {
            uint32_t text = store->reasons[at - 1].text, deals = 0;
            if (told(store, traces, i, text))
                continue;
            for (int j = i; j < count; j++)
                deals += deals_of(store, traces[j], text);
            offer(signals, counts, rr_table_key(&store->texts, text), deals);
        }
    }
}

void rr_signal_store_free(struct rr_signal_store *store) {
    rr_memory_free(store->reasons, store->capacity * sizeof *store->reasons);
    rr_table_free(&store->texts);
    rr_table_free(&store->keys);
    *store = (struct rr_signal_store){.reasons = NULL};
}
