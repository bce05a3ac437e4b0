#ifndef RR_REPORT_WORDS_H
#define RR_REPORT_WORDS_H

#include "base/text.h"
#include "report/terms.h"
#include "report/vocabulary.h"

/* The words of the vocabulary that a text has, and its punctuation.
 *
 *     rr_words_open(&words, &vocabulary, err)            one a thread; the vocabulary outlives it
 *     rr_words_begin(&words, text)
 *     while (rr_words_next(&words, &word)) ...           in their order, none within another
 *     if (words.failed) ... words.err                    asked once, at the end: some are missing
 *     rr_words_close(&words)                             idempotent */
struct rr_word {
    enum rr_word_kind kind;
    enum rr_blocker label; /* of the first four kinds */
    size_t begin, end;     /* offsets into the text */
};

struct rr_words {
    struct rr_vocabulary *vocabulary;
    struct rr_search *search;
    struct rr_slice text;
    struct rr_letter *letters; /* of the text */
    uint32_t letter_capacity;
    size_t letter_count, next; /* next: not yet looked at */
    struct rr_sight *sight;    /* of the letters from sighted on; SIZE_MAX: of none yet */
    size_t sighted;
    bool failed;
    struct rr_err err;
};

int rr_words_open(struct rr_words *words, struct rr_vocabulary *vocabulary, struct rr_err *err);
void rr_words_begin(struct rr_words *words, struct rr_slice text);
bool rr_words_next(struct rr_words *words, struct rr_word *word);
void rr_words_close(struct rr_words *words);

#endif
