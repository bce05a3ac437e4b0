#ifndef RR_REPORT_VOCABULARY_H
#define RR_REPORT_VOCABULARY_H

#include "base/err.h"
#include "base/pattern.h"
#include "report/blocker.h"

/* The words of vocabulary.txt, which says how it is written, as one pattern. docs/cards.md says what they are for.
 *
 *     rr_vocabulary_open(&vocabulary, rr_vocabulary_text, err)      RR_PIPELINE_FAILED names the line that is wrong
 *     ... rr_search_open(&search, vocabulary, err), and of each hit rr_word_of(hit.mark) ...
 *     rr_pattern_free(&vocabulary) */
extern const char rr_vocabulary_text[];

/* What a word does to its clause. */
enum rr_word_kind {
    RR_WORD_BLOCKS,      /* is a blocker by itself: 예산 동결 */
    RR_WORD_TOPIC,       /* what a blocker can be about: 예산 */
    RR_WORD_SETTLES,     /* its label is no blocker: 예산 승인 */
    RR_WORD_OTHER,       /* a topic that is no label's: 계약서 */
    RR_WORD_BAD,         /* a topic's state: 부족 */
    RR_WORD_GOOD,        /* 완료 */
    RR_WORD_NOT,         /* turns the word before it: 없음, 않 */
    RR_WORD_NOT_AHEAD,   /* turns the word behind it, else the one before: 안, 못, not */
    RR_WORD_ASKS,        /* the sentence only asks */
    RR_WORD_IF,          /* the clause only supposes */
    RR_WORD_TURNS,       /* begins another clause of the sentence: 지만, but */
    RR_WORD_COMMA,       /* the same, less closely */
    RR_WORD_ENDS,        /* the sentence is over: a full stop, the end of a line */
    RR_WORD_ENDS_ASKING, /* a question mark */
};

struct rr_word {
    enum rr_word_kind kind;
    enum rr_blocker label; /* of the first three kinds */
};

int rr_vocabulary_open(struct rr_pattern **vocabulary, const char *text, struct rr_err *err);
struct rr_word rr_word_of(const char *mark);

#endif
