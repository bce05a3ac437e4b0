#ifndef RR_MODEL_CHAT_H
#define RR_MODEL_CHAT_H

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/text.h"

#include <stdint.h>

/* Requests to a chat-completions endpoint, several at a time. Only chat.c includes curl.h; libcurl sleeps until rr_chat_open.
 *
 *     rr_chat_open(&chat, &settings, err)
 *     rr_chat_run(chat, &work, err)        asks work for requests until it has none left, or there is no time left
 *     rr_chat_close(&chat)                 idempotent
 *
 * http and https alone, no redirects, no proxy from the environment. One thread. */
struct rr_chat;

enum { RR_CHAT_REPLY_MAX_BYTES = 1024 * 1024 };

/* Texts are borrowed until rr_chat_close. */
struct rr_chat_settings {
    const char *base_url; /* `/chat/completions` comes behind it */
    const char *key;      /* sent as a bearer token; "" for a server that wants none */
    int64_t timeout_ms;   /* of one request, from its first byte to the last */
    int64_t concurrency;  /* requests in flight */
    struct rr_deadline deadline;
};

/* What became of a request. */
struct rr_chat_reply {
    struct rr_slice body; /* of a 200 */
    const char *problem;  /* NULL: body is there; else what went wrong, without any text of the server's */
};

/* What is to be asked. next gives one more question as a request's body (out is empty), and a number to know it by; false: there
 * is none left. done is told how each of them ended, and may put one more request of the same number into again. tick is called a
 * few times a second. */
struct rr_chat_work {
    bool (*next)(void *ctx, uint32_t *question, struct rr_buf *out);
    bool (*done)(void *ctx, uint32_t question, const struct rr_chat_reply *reply, struct rr_buf *again);
    void (*tick)(void *ctx);
    void *ctx;
};

int rr_chat_open(struct rr_chat **out, const struct rr_chat_settings *settings, struct rr_err *err);
void rr_chat_close(struct rr_chat **chat);

/* What was taken from next is told to done, whatever happens. 429, 5xx and broken connections are tried again with growing
 * pauses, a few times and within the deadline; Retry-After holds all requests back. -1 when it was no use to go on: the key was
 * refused, there is no such model, or one request after another failed. */
int rr_chat_run(struct rr_chat *chat, const struct rr_chat_work *work, struct rr_err *err);

#endif
