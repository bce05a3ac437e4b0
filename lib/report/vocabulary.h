#ifndef RR_REPORT_VOCABULARY_H
#define RR_REPORT_VOCABULARY_H

#include "base/err.h"
#include "base/pattern.h"
#include "report/blocker.h"

/* The words of vocabulary.txt, which says how it is written. docs/cards.md says what they are for.
 *
 *     rr_vocabulary_open(&vocabulary, rr_vocabulary_text, err)   RR_PIPELINE_FAILED names the line that is wrong
 *     rr_words_open(&words, &vocabulary, err)                    one a thread; the vocabulary outlives it
 *     rr_words_begin(&words, text)
 *     while (rr_words_next(&words, &word)) ...                   in their order, none within another
 *     rr_words_close(&words)                                     idempotent, as is rr_vocabulary_close */
extern const char rr_vocabulary_text[];

/* What a word does to its clause. */
enum rr_word_kind {
    RR_WORD_BLOCKS,       /* is a blocker by itself: 예산 동결 */
    RR_WORD_BLOCKS_ALONE, /* the same where the clause has no topic yet, else bad: 보류 */
    RR_WORD_TOPIC,        /* what a blocker can be about: 예산 */
    RR_WORD_SETTLES,      /* its label is no blocker: 예산 승인 */
    RR_WORD_OTHER,        /* a topic that is no label's: 계약서 */
    RR_WORD_BAD,          /* a topic's state: 부족 */
    RR_WORD_GOOD,         /* 완료 */
    RR_WORD_NOT,          /* turns the word before it: 없음, 않 */
    RR_WORD_NOT_AHEAD,    /* turns the word behind it, else the one before: 안, 못, not */
    RR_WORD_ASKS,         /* the clause only asks */
    RR_WORD_IF,           /* the clause only supposes */
    RR_WORD_AGREED,       /* they buy: 계약하기로 */
    RR_WORD_STILL,        /* the topic before it is not settled yet: 아직 */
    RR_WORD_IGNORED,      /* nothing: another word would be found within it */
    RR_WORD_TURNS,        /* begins another clause of the sentence: 지만, but */
    RR_WORD_COMMA,        /* the same, less closely */
    RR_WORD_ENDS,         /* the sentence is over: a full stop, the end of a line */
    RR_WORD_ENDS_ASKING,  /* a question mark */
};

struct rr_word {
    enum rr_word_kind kind;
    enum rr_blocker label; /* of the first four kinds */
    size_t begin, end;     /* offsets into the text */
};

/* A pattern has room for so many words; a vocabulary that grows takes another. */
enum { RR_VOCABULARY_PATTERNS = 255, RR_VOCABULARY_FIRST_MAX = 0xffff };

struct rr_vocabulary {
    struct rr_pattern *patterns[RR_VOCABULARY_PATTERNS];
    int count;
    uint8_t *by_first; /* by the character that a word begins with, RR_VOCABULARY_FIRST_MAX at most: its pattern plus one */
    uint8_t pairs[8192]; /* a bit for each hash of the first two characters of a word, so that few places are looked at closely */
};

struct rr_words {
    const struct rr_vocabulary *vocabulary;
    struct rr_search *searches[RR_VOCABULARY_PATTERNS];
    struct rr_slice text;
    size_t at;
};

int rr_vocabulary_open(struct rr_vocabulary *vocabulary, const char *text, struct rr_err *err);
void rr_vocabulary_close(struct rr_vocabulary *vocabulary);

int rr_words_open(struct rr_words *words, const struct rr_vocabulary *vocabulary, struct rr_err *err);
void rr_words_begin(struct rr_words *words, struct rr_slice text);
bool rr_words_next(struct rr_words *words, struct rr_word *word);
void rr_words_close(struct rr_words *words);

#endif
