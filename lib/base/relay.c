#include "base/relay.h"

#include "base/thread.h"

#include <pthread.h>
#include <stdbool.h>

enum { held_per_thread = 4, held_max = held_per_thread * RR_RELAY_THREADS_MAX };

struct relay {
    void (*make)(const void *ctx, uint32_t piece, struct rr_buf *text);
    const void *ctx;
    uint32_t count;
    uint32_t held; /* how many pieces there may be, made or in the making */
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    /* Under mutex: */
    uint32_t next;        /* nobody has begun it yet */
    uint32_t handed;      /* those before it are in the sink */
    bool stopped;         /* the sink or a piece failed */
    bool ready[held_max]; /* by piece modulo held */
    struct rr_buf texts[held_max];
};

/* Begins the next piece, if one may be begun. Under mutex. */
static bool claim(struct relay *relay, uint32_t *piece) {
    if (relay->stopped || relay->next == relay->count || relay->next - relay->handed >= relay->held)
        return false;
    *piece = relay->next++;
    return true;
}

/* Makes a piece. Called and returns under mutex. */
static void make_piece(struct relay *relay, uint32_t piece) {
    pthread_mutex_unlock(&relay->mutex);
    relay->make(relay->ctx, piece, &relay->texts[piece % relay->held]);
    pthread_mutex_lock(&relay->mutex);
    relay->ready[piece % relay->held] = true;
    pthread_cond_broadcast(&relay->changed);
}

static void *help(void *opaque) {
    struct relay *relay = opaque;
    uint32_t piece;
    pthread_mutex_lock(&relay->mutex);
    while (!relay->stopped && relay->next < relay->count) {
        if (claim(relay, &piece))
            make_piece(relay, piece);
        else
            pthread_cond_wait(&relay->changed, &relay->mutex);
    }
    pthread_mutex_unlock(&relay->mutex);
    return NULL;
}

static int hand(struct rr_buf *text, const struct rr_sink *sink, struct rr_err *err) {
    int rc = text->failed ? rr_fail_memory(err) : sink->write(sink->ctx, text->ptr, text->len, err);
    rr_buf_clear(text);
    return rc;
}

/* Hands on the next piece, which is ready. Called and returns under mutex. */
static int hand_next(struct relay *relay, const struct rr_sink *sink, struct rr_err *err) {
    uint32_t at = relay->handed % relay->held;
    pthread_mutex_unlock(&relay->mutex);
    int rc = hand(&relay->texts[at], sink, err);
    pthread_mutex_lock(&relay->mutex);
    relay->ready[at] = false;
    relay->handed++;
    relay->stopped = rc != 0;
    pthread_cond_broadcast(&relay->changed);
    return rc;
}

static int lead(struct relay *relay, const struct rr_sink *sink, struct rr_err *err) {
    uint32_t piece;
    int rc = 0;
    pthread_mutex_lock(&relay->mutex);
    while (rc == 0 && relay->handed < relay->count) {
        if (relay->ready[relay->handed % relay->held])
            rc = hand_next(relay, sink, err);
        else if (claim(relay, &piece))
            make_piece(relay, piece);
        else
            pthread_cond_wait(&relay->changed, &relay->mutex);
    }
    pthread_mutex_unlock(&relay->mutex);
    return rc;
}

int rr_relay(void (*make)(const void *ctx, uint32_t piece, struct rr_buf *text), const void *ctx, uint32_t count, int threads,
             const struct rr_sink *sink, struct rr_err *err) {
    struct relay relay = {.make = make, .ctx = ctx, .count = count, .held = 1};
    pthread_t helpers[RR_RELAY_THREADS_MAX];
    int started = 0;
    threads = threads > RR_RELAY_THREADS_MAX ? RR_RELAY_THREADS_MAX : threads;
    if (threads > 1)
        relay.held = held_per_thread * (uint32_t)threads;
    for (uint32_t i = 0; i < relay.held; i++)
        relay.texts[i] = (struct rr_buf)RR_BUF_INIT(RR_RELAY_PIECE_MAX_BYTES);
    pthread_mutex_init(&relay.mutex, NULL);
    pthread_cond_init(&relay.changed, NULL);
    while (started < threads - 1 && rr_thread_start(&helpers[started], help, &relay) == 0)
        started++;
    int rc = lead(&relay, sink, err);
    for (int i = 0; i < started; i++)
        pthread_join(helpers[i], NULL);
    pthread_cond_destroy(&relay.changed);
    pthread_mutex_destroy(&relay.mutex);
    for (uint32_t i = 0; i < relay.held; i++)
        rr_buf_free(&relay.texts[i]);
    return rc;
}
