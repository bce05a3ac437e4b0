#include "model/ask.h"

#include "base/file.h"
#include "model/chat.h"
#include "model/prompt.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { payload_max_bytes = 1024 * 1024 };

struct asking {
    struct rr_deck *deck;
    const struct rr_ask *ask;
    struct rr_prompt_settings prompt;
    uint32_t next;
    bool *repaired; /* by card */
    struct rr_ask_progress progress;
    struct rr_err *why;
};

/* Writes the request for a card; false when memory ran out. */
static bool write_request(const struct asking *asking, uint32_t card, const struct rr_prompt_rejected *rejected,
                          struct rr_buf *out) {
    struct rr_buf payload = RR_BUF_INIT(payload_max_bytes);
    struct rr_err ignored;
    rr_deck_payload(asking->deck, &asking->deck->cards[card], &payload);
    bool written = !payload.failed && rr_prompt_write(out, asking->deck->settings.mode, &asking->prompt,
                                                      (struct rr_slice){payload.ptr, payload.len}, rejected, &ignored) == 0;
    rr_buf_free(&payload);
    return written;
}

static void note_failure(struct asking *asking, const char *why) {
    asking->progress.failed++;
    rr_err_set(asking->why, RR_PIPELINE_FAILED, "%s", why);
}

static bool next_question(void *ctx, uint32_t *question, struct rr_buf *out) {
    struct asking *asking = ctx;
    while (asking->next < asking->deck->count) {
        uint32_t card = asking->next++;
        if (asking->deck->cards[card].state != RR_DECK_MISSING)
            continue;
        *question = card;
        if (write_request(asking, card, NULL, out))
            return true;
        note_failure(asking, "out of memory");
        rr_buf_clear(out);
    }
    return false;
}

/* Takes the text of an answer, or asks to have it mended. */
static bool take_text(struct asking *asking, uint32_t card, struct rr_slice text, struct rr_buf *again) {
    struct rr_err err = {RR_OK, ""};
    if (rr_deck_take(asking->deck, &asking->deck->cards[card], text, asking->ask->clock, &err) == 0 || err.code != RR_BROKEN) {
        asking->progress.made++;
        if (err.code != RR_OK)
            *asking->why = err;
        return false;
    }
    const struct rr_prompt_rejected rejected = {text, err.message};
    if (!asking->repaired[card] && write_request(asking, card, &rejected, again)) {
        asking->repaired[card] = true;
        return true;
    }
    note_failure(asking, err.message);
    return false;
}

static bool take_reply(void *ctx, uint32_t card, const struct rr_chat_reply *reply, struct rr_buf *again) {
    struct asking *asking = ctx;
    struct rr_buf text = RR_BUF_INIT(RR_CHAT_REPLY_MAX_BYTES);
    struct rr_err err;
    bool goes_on = false;
    if (reply->problem != NULL)
        note_failure(asking, reply->problem);
    else if (rr_answer_unpack(reply->body, &text, &err) != 0)
        note_failure(asking, err.message);
    else
        goes_on = take_text(asking, card, (struct rr_slice){text.ptr, text.len}, again);
    rr_buf_free(&text);
    return goes_on;
}

static void tell(void *ctx) {
    const struct asking *asking = ctx;
    if (asking->ask->tell != NULL)
        asking->ask->tell(asking->ask->ctx, &asking->progress);
}

static int converse(struct asking *asking, struct rr_err *err) {
    const struct rr_llm_conf *conf = asking->ask->conf;
    const struct rr_chat_settings settings = {
        .base_url = conf->base_url,
        .key = asking->ask->key,
        .timeout_ms = conf->timeout_s * 1000,
        .concurrency = conf->concurrency,
        .deadline = asking->ask->deadline,
    };
    const struct rr_chat_work work = {next_question, take_reply, tell, asking};
    struct rr_chat *chat = NULL;
    if (rr_chat_open(&chat, &settings, err) != 0)
        return -1;
    int rc = rr_chat_run(chat, &work, err);
    rr_chat_close(&chat);
    return rc;
}

int rr_ask_for_missing(struct rr_deck *deck, struct rr_ask *ask, struct rr_err *why, struct rr_err *err) {
    const struct rr_deck_counts before = rr_deck_count(deck);
    struct asking asking = {
        .deck = deck,
        .ask = ask,
        .prompt = {ask->conf->model, ask->conf->temperature, ask->conf->max_tokens},
        .progress = {.total = before.total, .cached = before.cached + before.model},
        .why = why,
    };
    *why = (struct rr_err){RR_OK, ""};
    if (before.fallback == 0)
        return 0;
    if (ask->given_up.code != RR_OK) {
        *why = *err = ask->given_up;
        return -1;
    }
    asking.repaired = calloc(deck->count, sizeof *asking.repaired);
    if (asking.repaired == NULL)
        return rr_fail_memory(err);
    int rc = converse(&asking, err);
    if (rc != 0)
        ask->given_up = *err;
    free(asking.repaired);
    if (asking.next < deck->count && why->code == RR_OK)
        rr_err_set(why, RR_PIPELINE_FAILED, "LLM_BUDGET_SEC was used up");
    return rc;
}

static int read_key_file(const char *path, struct rr_buf *text, struct rr_err *err) {
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return rr_fail(err, RR_BAD_SETTING, "OPENAI_API_KEY_FILE cannot be opened: %s", strerror(errno));
    int rc = rr_file_read_all(fd, text, err);
    close(fd);
    return rc == 0 ? 0 : rr_fail(err, RR_BAD_SETTING, "OPENAI_API_KEY_FILE cannot be read, or is too long to hold a key");
}

int rr_ask_read_key(const struct rr_llm_conf *conf, char key[RR_LLM_KEY_SIZE], struct rr_err *err) {
    snprintf(key, RR_LLM_KEY_SIZE, "%s", conf->key);
    if (conf->key_file[0] == '\0')
        return 0;
    struct rr_buf text = RR_BUF_INIT((size_t)2 * RR_LLM_KEY_SIZE);
    int rc = read_key_file(conf->key_file, &text, err);
    if (rc == 0) {
        struct rr_slice trimmed = rr_slice_trim((struct rr_slice){text.ptr, text.len});
        snprintf(key, RR_LLM_KEY_SIZE, "%.*s", (int)trimmed.len, trimmed.ptr == NULL ? "" : trimmed.ptr);
        if (strlen(key) != trimmed.len || !rr_conf_is_key(key))
            rc = rr_fail(err, RR_BAD_SETTING, "OPENAI_API_KEY_FILE must hold one key of printable ASCII characters");
    }
    if (text.ptr != NULL)
        explicit_bzero(text.ptr, text.len);
    rr_buf_free(&text);
    return rc;
}
