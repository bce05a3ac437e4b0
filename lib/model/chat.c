#include "model/chat.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
    request_max_bytes = 4 * 1024 * 1024,
    tries_max = 4,         /* of one request */
    failures_in_a_row = 8, /* requests that got no answer however often they were tried: the rest would get none either */
    pause_first_ms = 500,  /* doubled with each try */
    pause_max_ms = 20000,
    connect_max_ms = 10000,
    tick_ms = 100,
};

static const char no_time[] = "there was no time left for it";

/* A request: one at a time, one after the other. */
struct line {
    enum { LINE_FREE, LINE_WAITING, LINE_IN_FLIGHT } state;
    CURL *easy;
    uint32_t question;
    struct rr_buf request, reply;
    int tries;
    int64_t not_before_ms; /* while waiting */
};

struct rr_chat {
    struct rr_chat_settings settings;
    CURLM *multi;
    struct curl_slist *headers;
    struct line *lines;
    size_t line_count;
    int64_t hold_until_ms; /* the server asked for a pause: no request begins before */
    int failed_in_a_row;
    struct rr_err given_up; /* RR_OK: it has not */
};

static size_t take_reply(char *bytes, size_t one, size_t len, void *ctx) {
    struct line *line = ctx;
    rr_buf_add(&line->reply, bytes, one * len);
    return line->reply.failed ? 0 : one * len;
}

static struct curl_slist *add_header(struct curl_slist *list, const char *text, bool *failed) {
    struct curl_slist *longer = *failed ? NULL : curl_slist_append(list, text);
    *failed = longer == NULL;
    return longer == NULL ? list : longer;
}

static int make_headers(struct rr_chat *chat, struct rr_err *err) {
    bool failed = false;
    struct rr_buf bearer = RR_BUF_INIT(request_max_bytes);
    chat->headers = add_header(chat->headers, "Content-Type: application/json", &failed);
    chat->headers = add_header(chat->headers, "Accept: application/json", &failed);
    chat->headers = add_header(chat->headers, "Expect:", &failed);
    if (chat->settings.key[0] != '\0') {
        rr_buf_printf(&bearer, "Authorization: Bearer %s", chat->settings.key);
        failed |= bearer.failed;
        chat->headers = add_header(chat->headers, bearer.ptr, &failed);
        if (bearer.ptr != NULL)
            explicit_bzero(bearer.ptr, bearer.len);
    }
    rr_buf_free(&bearer);
    return failed ? rr_fail_memory(err) : 0;
}

/* All that is the same for every request of a line. */
static int set_up(const struct rr_chat *chat, struct line *line, const char *url) {
    line->easy = curl_easy_init();
    return line->easy != NULL && curl_easy_setopt(line->easy, CURLOPT_URL, url) == CURLE_OK &&
                   curl_easy_setopt(line->easy, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK &&
                   curl_easy_setopt(line->easy, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK &&
                   curl_easy_setopt(line->easy, CURLOPT_PROXY, "") == CURLE_OK &&
                   curl_easy_setopt(line->easy, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
                   curl_easy_setopt(line->easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1) == CURLE_OK &&
                   curl_easy_setopt(line->easy, CURLOPT_USERAGENT, "riskreport") == CURLE_OK &&
                   curl_easy_setopt(line->easy, CURLOPT_HTTPHEADER, chat->headers) == CURLE_OK &&
                   curl_easy_setopt(line->easy, CURLOPT_WRITEFUNCTION, take_reply) == CURLE_OK &&
                   curl_easy_setopt(line->easy, CURLOPT_WRITEDATA, line) == CURLE_OK &&
                   curl_easy_setopt(line->easy, CURLOPT_PRIVATE, line) == CURLE_OK
               ? 0
               : -1;
}

static int make_lines(struct rr_chat *chat, struct rr_err *err) {
    struct rr_buf url = RR_BUF_INIT(request_max_bytes);
    size_t len = strlen(chat->settings.base_url);
    while (len > 0 && chat->settings.base_url[len - 1] == '/')
        len--;
    rr_buf_add(&url, chat->settings.base_url, len);
    rr_buf_add_text(&url, "/chat/completions");
    chat->lines = calloc((size_t)chat->settings.concurrency, sizeof *chat->lines);
    int rc = url.failed || chat->lines == NULL ? rr_fail_memory(err) : 0;
    for (int64_t i = 0; rc == 0 && i < chat->settings.concurrency; i++) {
        struct line *line = &chat->lines[chat->line_count++];
        *line = (struct line){.request = RR_BUF_INIT(request_max_bytes), .reply = RR_BUF_INIT(RR_CHAT_REPLY_MAX_BYTES)};
        if (set_up(chat, line, url.ptr) != 0)
            rc = rr_fail(err, RR_BAD_SETTING, "LLM_BASE_URL: libcurl does not take it, or has no memory");
    }
    rr_buf_free(&url);
    return rc;
}

int rr_chat_open(struct rr_chat **out, const struct rr_chat_settings *settings, struct rr_err *err) {
    struct rr_chat *chat = calloc(1, sizeof *chat);
    if (chat == NULL)
        return rr_fail_memory(err);
    *out = chat;
    chat->settings = *settings;
    if (curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK)
        chat->multi = curl_multi_init();
    int rc = chat->multi == NULL ? rr_fail(err, RR_PIPELINE_FAILED, "libcurl cannot be started") : 0;
    if (rc != 0 || make_headers(chat, err) != 0 || make_lines(chat, err) != 0) {
        rr_chat_close(out);
        return -1;
    }
    return 0;
}

void rr_chat_close(struct rr_chat **chat) {
    if (*chat == NULL)
        return;
    for (size_t i = 0; i < (*chat)->line_count; i++) {
        struct line *line = &(*chat)->lines[i];
        if (line->state == LINE_IN_FLIGHT)
            curl_multi_remove_handle((*chat)->multi, line->easy);
        curl_easy_cleanup(line->easy);
        rr_buf_free(&line->request);
        rr_buf_free(&line->reply);
    }
    free((*chat)->lines);
    for (struct curl_slist *header = (*chat)->headers; header != NULL; header = header->next)
        explicit_bzero(header->data, strlen(header->data));
    curl_slist_free_all((*chat)->headers);
    curl_multi_cleanup((*chat)->multi);
    curl_global_cleanup();
    free(*chat);
    *chat = NULL;
}

/* ---- One request's fate ---- */

/* False when memory ran out. */
static bool launch(struct rr_chat *chat, struct line *line) {
    int64_t left_ms = rr_deadline_left_ms(chat->settings.deadline);
    int64_t timeout_ms = chat->settings.timeout_ms < left_ms ? chat->settings.timeout_ms : left_ms;
    long connect_ms = (long)(timeout_ms < connect_max_ms ? timeout_ms : connect_max_ms);
    rr_buf_clear(&line->reply);
    line->tries++;
    curl_easy_setopt(line->easy, CURLOPT_TIMEOUT_MS, (long)(timeout_ms > 0 ? timeout_ms : 1)); /* 0 would be for ever */
    curl_easy_setopt(line->easy, CURLOPT_CONNECTTIMEOUT_MS, connect_ms > 0 ? connect_ms : 1L);
    curl_easy_setopt(line->easy, CURLOPT_POSTFIELDS, line->request.ptr);
    curl_easy_setopt(line->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)line->request.len);
    if (curl_multi_add_handle(chat->multi, line->easy) != CURLM_OK)
        return false;
    line->state = LINE_IN_FLIGHT;
    return true;
}

static void give_up(struct rr_chat *chat, const char *why) {
    if (chat->given_up.code == RR_OK)
        rr_err_set(&chat->given_up, RR_PIPELINE_FAILED, "the language model is not asked any more: %s", why);
}

/* Tells how the request ended; with one more of the same number the line goes on. */
static void finish(struct line *line, const struct rr_chat_work *work, const char *problem) {
    struct rr_chat_reply reply = {.problem = problem};
    if (problem == NULL)
        reply.body = (struct rr_slice){line->reply.ptr, line->reply.len};
    rr_buf_clear(&line->request);
    line->state = LINE_FREE;
    if (!work->done(work->ctx, line->question, &reply, &line->request) || problem != NULL)
        return;
    line->state = LINE_WAITING;
    line->not_before_ms = 0;
    line->tries = 0;
}

/* How long to wait before the next try: what the server asked for, or twice as long as before, less up to a half by chance,
 * so that those who failed together do not come back together. */
static int64_t pause_ms(const struct line *line, int64_t asked_s) {
    if (asked_s > 0)
        return asked_s < INT64_MAX / 1000 ? asked_s * 1000 : INT64_MAX / 1000;
    int64_t longest_ms = (int64_t)pause_first_ms << (line->tries - 1);
    longest_ms = longest_ms < pause_max_ms ? longest_ms : pause_max_ms;
    return longest_ms / 2 + rr_clock_now_ns(&rr_clock_system) / 1000 % (longest_ms / 2);
}

/* Puts the request off to a later try; false where that is not worth it. */
static bool try_again(struct rr_chat *chat, struct line *line) {
    curl_off_t asked_s = 0;
    curl_easy_getinfo(line->easy, CURLINFO_RETRY_AFTER, &asked_s);
    int64_t wait_ms = pause_ms(line, asked_s);
    if (asked_s > 0) {
        chat->hold_until_ms = rr_monotonic_ms() + wait_ms;
        if (wait_ms >= rr_deadline_left_ms(chat->settings.deadline))
            give_up(chat, "its server wants a pause beyond the time that is left");
    }
    if (line->tries >= tries_max || chat->given_up.code != RR_OK || wait_ms >= rr_deadline_left_ms(chat->settings.deadline))
        return false;
    line->state = LINE_WAITING;
    line->not_before_ms = rr_monotonic_ms() + wait_ms;
    return true;
}

static bool is_passing(CURLcode code, long status) {
    switch (code) {
    case CURLE_OK:
        return status == 429 || status >= 500;
    case CURLE_COULDNT_CONNECT:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
        return true;
    default:
        return false;
    }
}

static void tell_problem(char text[160], CURLcode code, long status) {
    if (code == CURLE_WRITE_ERROR)
        snprintf(text, 160, "its answer is longer than %d bytes", RR_CHAT_REPLY_MAX_BYTES);
    else if (code != CURLE_OK)
        snprintf(text, 160, "%s", curl_easy_strerror(code));
    else
        snprintf(text, 160, "its server answered with status %ld", status);
}

/* A transfer has ended, somehow. */
static void land(struct rr_chat *chat, struct line *line, const struct rr_chat_work *work, CURLcode code) {
    long status = 0;
    char problem[160];
    curl_easy_getinfo(line->easy, CURLINFO_RESPONSE_CODE, &status);
    curl_multi_remove_handle(chat->multi, line->easy);
    if (code == CURLE_OK && status == 200) {
        chat->failed_in_a_row = 0;
        finish(line, work, NULL);
        return;
    }
    if (is_passing(code, status) && try_again(chat, line))
        return;
    if (rr_deadline_passed(chat->settings.deadline)) {
        finish(line, work, no_time);
        return;
    }
    tell_problem(problem, code, status);
    chat->failed_in_a_row++;
    bool of_settings = code == CURLE_OK && (status == 401 || status == 403 || status == 404);
    if (of_settings || chat->failed_in_a_row >= failures_in_a_row)
        give_up(chat, problem);
    finish(line, work, problem);
}

/* ---- All of them ---- */

static bool is_over(const struct rr_chat *chat) {
    return chat->given_up.code != RR_OK || rr_deadline_passed(chat->settings.deadline);
}

/* Takes the next question, if there is one. */
static void take_question(struct line *line, const struct rr_chat_work *work, bool *more) {
    rr_buf_clear(&line->request);
    *more = work->next(work->ctx, &line->question, &line->request);
    if (!*more)
        return;
    line->state = LINE_WAITING;
    line->not_before_ms = 0;
    line->tries = 0;
}

/* Starts what can start; how many lines are busy after that. */
static size_t start_lines(struct rr_chat *chat, const struct rr_chat_work *work, bool *more) {
    size_t busy = 0;
    bool held = rr_monotonic_ms() < chat->hold_until_ms;
    for (size_t i = 0; i < chat->line_count; i++) {
        struct line *line = &chat->lines[i];
        if (line->state == LINE_WAITING && is_over(chat))
            finish(line, work, no_time);
        if (line->state == LINE_FREE && *more && !held && !is_over(chat))
            take_question(line, work, more);
        if (line->state == LINE_WAITING && !held && rr_monotonic_ms() >= line->not_before_ms && !launch(chat, line))
            finish(line, work, "out of memory");
        busy += line->state != LINE_FREE;
    }
    return busy;
}

/* Ends one transfer that is over, if there is one: what it takes to keep its answer, the next request of the line should not wait
 * for that of all others. */
static bool land_one(struct rr_chat *chat, const struct rr_chat_work *work) {
    int running, left;
    struct line *line = NULL;
    curl_multi_perform(chat->multi, &running);
    const CURLMsg *message = curl_multi_info_read(chat->multi, &left);
    if (message == NULL)
        return false;
    CURLcode code = message->data.result;
    if (message->msg == CURLMSG_DONE && curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &line) == CURLE_OK)
        land(chat, line, work, code);
    return true;
}

int rr_chat_run(struct rr_chat *chat, const struct rr_chat_work *work, struct rr_err *err) {
    bool more = true;
    while (start_lines(chat, work, &more) > 0 || (more && !is_over(chat))) {
        bool landed = land_one(chat, work);
        work->tick(work->ctx);
        if (!landed)
            curl_multi_poll(chat->multi, NULL, 0, tick_ms, NULL);
    }
    if (chat->given_up.code == RR_OK)
        return 0;
    *err = chat->given_up;
    return -1;
}
