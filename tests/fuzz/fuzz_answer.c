/* What a language model says: refused, or labels and sentences of the schema, which refuse and accept the same when they are read
 * again; and a chat completion as the server sends it. */
#include "fuzz.h"

#include "model/answer.h"

#include <string.h>

static const struct rr_figures facts = {
    .krw = {3e8, 1.2e8}, .krw_count = 2, .percents = {40}, .percent_count = 1, .told = RR_SLICE("{\"text\":\"예산 2.5억\"}")};

static void check_sentence(const char *sentence) {
    size_t len = strnlen(sentence, RR_ANSWER_SENTENCE_SIZE);
    MUST(len >= RR_ANSWER_SENTENCE_MIN && len < RR_ANSWER_SENTENCE_SIZE && strpbrk(sentence, "<>\n\r\t\x7f") == NULL);
    for (size_t at = 0, step; at < len; at += step) {
        step = rr_utf8_length(sentence + at, len - at);
        MUST(step > 0);
    }
}

static void check_card(struct rr_slice json) {
    struct rr_answer answer;
    struct rr_err err = {RR_OK, ""};
    if (rr_answer_read(&answer, json, &facts, &err) != 0) {
        MUST(err.code == RR_BROKEN && err.message[0] != '\0');
        return;
    }
    MUST(answer.level < RR_LEVEL_COUNT && answer.blockers[0] != NULL);
    for (int i = 0; i < RR_ANSWER_EVIDENCE; i++) {
        check_sentence(answer.evidence[i]);
        MUST(rr_figures_agree(&facts, rr_slice_of(answer.evidence[i])));
    }
    for (int i = 0; i < RR_ANSWER_ACTIONS_MAX; i++)
        if (i < RR_ANSWER_ACTIONS_MIN || answer.actions[i][0] != '\0')
            check_sentence(answer.actions[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct rr_slice text = fuzz_slice(data, size);
    struct rr_buf content = RR_BUF_INIT(SIZE_MAX / 8);
    struct rr_err err = {RR_OK, ""};
    check_card(text);
    if (rr_answer_unpack(text, &content, &err) == 0)
        check_card((struct rr_slice){content.ptr, content.len});
    else
        MUST(err.code == RR_BROKEN);
    (void)rr_figures_agree(&facts, text);
    rr_buf_free(&content);
    return 0;
}
