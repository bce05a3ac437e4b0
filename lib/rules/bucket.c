#include "rules/bucket.h"

#include "base/json_scan.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

static const struct rr_slice committed_word = RR_SLICE("확정");
static const struct rr_slice high_word = RR_SLICE("높음");

bool rr_bucket_confirmed(enum rr_bucket bucket) {
    return bucket == RR_CONFIRMED_CONTRACT || bucket == RR_CONFIRMED_COMMIT;
}

static void note_text(struct rr_slice text, struct rr_tokens *tokens);

static void note_strings(const cJSON *item, struct rr_tokens *tokens) {
    for (; item != NULL; item = item->next) {
        if (cJSON_IsString(item))
            note_text(rr_slice_of(item->valuestring), tokens);
        note_strings(item->child, tokens);
    }
}

/* Text is worth parsing as JSON only if it begins like an array, an object or a string. */
static cJSON *parse_json(struct rr_slice text) {
    if (text.len == 0 || strchr("[{\"", text.ptr[0]) == NULL || !rr_json_is_valid(text))
        return NULL;
    return cJSON_ParseWithLengthOpts(text.ptr, text.len + 1, NULL, true);
}

/* cJSON ends a string at an escaped NUL; another character that is part of no token keeps the rest. */
static void disarm_nuls(char *text) {
    static const char nul[] = "\\u0000", other[] = "\\ufffd";
    for (char *at = text; (at = strstr(at, nul)) != NULL;)
        memcpy(at, other, sizeof other - 1);
}

static void note_text(struct rr_slice text, struct rr_tokens *tokens) {
    char *copy = strndup(text.ptr, text.len); /* cJSON wants the end marked */
    if (copy == NULL)
        return;
    disarm_nuls(copy);
    struct rr_slice trimmed = rr_slice_trim(rr_slice_of(copy));
    copy[trimmed.ptr - copy + (ptrdiff_t)trimmed.len] = '\0';
    cJSON *json = parse_json(trimmed);
    if (json != NULL) {
        note_strings(json, tokens);
    } else {
        tokens->committed |= rr_slice_equal(trimmed, committed_word);
        tokens->high |= rr_slice_equal(trimmed, high_word);
    }
    cJSON_Delete(json);
    free(copy);
}

struct rr_tokens rr_tokens_parse(struct rr_slice possibility) {
    struct rr_tokens tokens = {false, false};
    static const struct rr_slice escape = RR_SLICE("\\u");
    bool worth = rr_slice_find(possibility, committed_word) >= 0 || rr_slice_find(possibility, high_word) >= 0 ||
                 rr_slice_find(possibility, escape) >= 0;
    if (worth)
        note_text(possibility, &tokens);
    return tokens;
}

enum rr_bucket rr_bucket_of(const struct rr_bucket_facts *facts) {
    if (facts->lost)
        return RR_BUCKET_NONE;
    bool dated = facts->contract != RR_DAY_UNKNOWN && facts->start != RR_DAY_UNKNOWN && facts->end != RR_DAY_UNKNOWN;
    if (facts->won && dated && facts->course_known && facts->amount_krw > 0)
        return RR_CONFIRMED_CONTRACT;
    if (facts->won || facts->tokens.committed)
        return RR_CONFIRMED_COMMIT;
    return facts->tokens.high ? RR_EXPECTED_HIGH : RR_BUCKET_NONE;
}

enum rr_mode rr_mode_of_format(struct rr_slice course_format) {
    static const struct rr_slice online_formats[] = {RR_SLICE("구독제(온라인)"), RR_SLICE("선택구매(온라인)"), RR_SLICE("포팅")};
    struct rr_slice trimmed = rr_slice_trim(course_format);
    for (size_t i = 0; i < sizeof online_formats / sizeof online_formats[0]; i++)
        if (rr_slice_equal(trimmed, online_formats[i]))
            return RR_ONLINE;
    return RR_OFFLINE;
}
