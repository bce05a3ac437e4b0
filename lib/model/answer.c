#include "model/answer.h"

#include "base/json.h"
#include "base/json_scan.h"
#include "report/blocker.h"

#include <string.h>

enum { hangul_min = 4, member_count = 4 };

/* ---- Sentences ---- */

static bool is_hangul(uint32_t c) {
    return c >= 0xac00 && c <= 0xd7a3;
}

static bool is_ascii_letter(uint32_t c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* What a business sentence is made of. A list of what is right, since one of what is wrong is never complete: no control or
 * invisible characters, no signs of markup, no address signs. */
static bool is_plain(uint32_t c) {
    static const char ascii[] = " .,%()[]-~:/'\"!?+&";
    static const uint32_t others[] = {0xb7,   0x2013, 0x2014, 0x2018, 0x2019, 0x201c, 0x201d, 0x2026,
                                      0x2192, 0x20a9, 0x300c, 0x300d, 0x300e, 0x300f, 0x3008, 0x3009};
    if (is_ascii_letter(c) || (c >= '0' && c <= '9') || is_hangul(c) || (c >= 0x4e00 && c <= 0x9fff))
        return true;
    if (c < 0x80)
        return c != 0 && strchr(ascii, (int)c) != NULL;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (c == others[i])
            return true;
    return false;
}

/* `//`, `](`, and a full stop with a letter right behind it, as in the name of a host or a file, but for Hangul. */
static bool is_link(uint32_t before, uint32_t c) {
    return (before == '/' && c == '/') || (before == ']' && c == '(') || (before == '.' && is_ascii_letter(c));
}

/* The character of len bytes, well-formed, at text. */
static uint32_t decode(const char *text, size_t len) {
    static const unsigned char lead[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    uint32_t c = (unsigned char)text[0] & lead[len];
    for (size_t i = 1; i < len; i++)
        c = c << 6 | ((unsigned char)text[i] & 0x3f);
    return c;
}

/* What is wrong with the sentence; NULL: nothing. */
static const char *problem_of(struct rr_slice text) {
    size_t characters = 0, hangul = 0;
    uint32_t before = 0;
    if (rr_slice_trim(text).len != text.len)
        return "white space at an end";
    for (size_t at = 0, len; at < text.len; at += len, characters++) {
        len = rr_utf8_length(text.ptr + at, text.len - at);
        uint32_t c = len == 0 ? 0 : decode(text.ptr + at, len);
        if (!is_plain(c))
            return "a character that is no part of plain Korean text: markup, a control character, or a symbol";
        if (is_link(before, c))
            return "what looks like a link";
        hangul += is_hangul(c);
        before = c;
    }
    if (characters < RR_ANSWER_SENTENCE_MIN || characters > RR_ANSWER_SENTENCE_MAX)
        return "a length that is not allowed: 8 to 120 characters";
    return hangul < hangul_min ? "no Korean" : NULL;
}

static int read_sentence(char sentence[RR_ANSWER_SENTENCE_SIZE], const cJSON *item, const char *where, struct rr_err *err) {
    struct rr_slice text = rr_slice_of(cJSON_GetStringValue(item));
    if (text.ptr == NULL)
        return rr_fail(err, RR_BROKEN, "%s: an item is not a string", where);
    const char *problem = problem_of(text);
    if (problem != NULL)
        return rr_fail(err, RR_BROKEN, "%s: a sentence has %s", where, problem);
    memcpy(sentence, text.ptr, text.len + 1);
    return 0;
}

/* An array of min to max sentences, no two the same. */
static int read_sentences(char sentences[][RR_ANSWER_SENTENCE_SIZE], int min, int max, const cJSON *card, const char *name,
                          struct rr_err *err) {
    const cJSON *array = cJSON_GetObjectItemCaseSensitive(card, name);
    int count = cJSON_GetArraySize(array);
    if (!cJSON_IsArray(array) || count < min || count > max)
        return rr_fail(err, RR_BROKEN, "%s must be an array of %d to %d strings", name, min, max);
    for (int i = 0; i < count; i++) {
        if (read_sentence(sentences[i], cJSON_GetArrayItem(array, i), name, err) != 0)
            return -1;
        for (int j = 0; j < i; j++)
            if (strcmp(sentences[i], sentences[j]) == 0)
                return rr_fail(err, RR_BROKEN, "%s: the same sentence stands twice", name);
    }
    return 0;
}

/* ---- The rest of the card ---- */

static int read_level(struct rr_answer *answer, const cJSON *card, struct rr_err *err) {
    struct rr_slice name = rr_json_member(card, "risk_level");
    for (answer->level = 0; answer->level < RR_LEVEL_COUNT; answer->level++)
        if (rr_slice_equal(name, rr_slice_of(rr_level_name(answer->level))))
            return 0;
    return rr_fail(err, RR_BROKEN, "risk_level must be 심각, 보통 or 양호");
}

static const char *label_of(const char *name, bool pipeline_zero) {
    for (enum rr_blocker blocker = 0; name != NULL && blocker < RR_BLOCKER_COUNT; blocker++)
        if (strcmp(name, rr_blocker_name(blocker)) == 0)
            return blocker == RR_NO_PIPELINE && !pipeline_zero ? NULL : rr_blocker_name(blocker);
    return NULL;
}

static int read_blockers(struct rr_answer *answer, const cJSON *card, bool pipeline_zero, struct rr_err *err) {
    const cJSON *array = cJSON_GetObjectItemCaseSensitive(card, "top_blockers");
    int count = cJSON_GetArraySize(array);
    if (!cJSON_IsArray(array) || count < 1 || count > RR_ANSWER_BLOCKERS_MAX)
        return rr_fail(err, RR_BROKEN, "top_blockers must be an array of 1 to %d labels", RR_ANSWER_BLOCKERS_MAX);
    for (int i = 0; i < count; i++) {
        const char *label = label_of(cJSON_GetStringValue(cJSON_GetArrayItem(array, i)), pipeline_zero);
        if (label == NULL)
            return rr_fail(err, RR_BROKEN, "top_blockers: an item is none of the labels that are allowed here");
        for (int j = 0; j < i; j++)
            if (answer->blockers[j] == label)
                return rr_fail(err, RR_BROKEN, "top_blockers: a label stands twice");
        answer->blockers[i] = label;
    }
    return 0;
}

int rr_answer_take(struct rr_answer *answer, const cJSON *card, const struct rr_figures *figures, struct rr_err *err) {
    *answer = (struct rr_answer){.level = RR_GOOD};
    if (!cJSON_IsObject(card))
        return rr_fail(err, RR_BROKEN, "it must be one JSON object");
    if (read_level(answer, card, err) != 0 || read_blockers(answer, card, figures->pipeline_zero, err) != 0 ||
        read_sentences(answer->evidence, RR_ANSWER_EVIDENCE, RR_ANSWER_EVIDENCE, card, "evidence_bullets", err) != 0 ||
        read_sentences(answer->actions, RR_ANSWER_ACTIONS_MIN, RR_ANSWER_ACTIONS_MAX, card, "recommended_actions", err) != 0)
        return -1;
    for (int i = 0; i < RR_ANSWER_EVIDENCE; i++)
        if (!rr_figures_agree(figures, rr_slice_of(answer->evidence[i])))
            return rr_fail(err, RR_BROKEN, "evidence_bullets: a number before 억 or %% is not that of the data");
    if (cJSON_GetArraySize(card) != member_count)
        return rr_fail(err, RR_BROKEN, "it must have no other members than the four");
    return 0;
}

int rr_answer_read(struct rr_answer *answer, struct rr_slice json, const struct rr_figures *figures, struct rr_err *err) {
    /* a text would end there, and what stands behind would not be looked at */
    bool has_nul = rr_slice_find(json, (struct rr_slice)RR_SLICE("\\u0000")) >= 0;
    if (json.len == 0 || has_nul || !rr_json_is_valid(json))
        return rr_fail(err, RR_BROKEN, "it must be one whole JSON object and nothing else");
    cJSON *card = cJSON_ParseWithLength(json.ptr, json.len);
    int rc = rr_answer_take(answer, card, figures, err);
    cJSON_Delete(card);
    return rc;
}

int rr_answer_unpack(struct rr_slice body, struct rr_buf *out, struct rr_err *err) {
    cJSON *completion = body.len > 0 && rr_json_is_valid(body) ? cJSON_ParseWithLength(body.ptr, body.len) : NULL;
    const cJSON *choice = cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(completion, "choices"), 0);
    struct rr_slice content = rr_json_member(cJSON_GetObjectItemCaseSensitive(choice, "message"), "content");
    if (content.ptr != NULL)
        rr_buf_add(out, content.ptr, content.len);
    cJSON_Delete(completion);
    if (content.ptr == NULL)
        return rr_fail(err, RR_BROKEN, "the server's answer is no chat completion with a text");
    return out->failed ? rr_fail_memory(err) : 0;
}
