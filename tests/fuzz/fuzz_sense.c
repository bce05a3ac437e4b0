/* What a memo says, whatever it is: nothing is read beyond it, and it says the same when it is read again. */
#include "fuzz.h"

#include "report/sense.h"

#include <string.h>

static struct rr_words *opened_words(void) {
    static struct rr_vocabulary vocabulary;
    static struct rr_words words;
    struct rr_err err;
    if (words.vocabulary == NULL)
        MUST(rr_vocabulary_open(&vocabulary, rr_vocabulary_text, &err) == 0 && rr_words_open(&words, &vocabulary, &err) == 0);
    return &words;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct rr_words *words = opened_words();
    uint8_t found[RR_BLOCKER_COUNT] = {0}, again[RR_BLOCKER_COUNT] = {0};
    const struct rr_slice memo = fuzz_slice(data, size);
    rr_sense(words, memo, found);
    MUST(!words->failed && found[RR_NO_PIPELINE] == 0);
    rr_sense(words, memo, again);
    MUST(memcmp(found, again, sizeof found) == 0);
    return 0;
}
