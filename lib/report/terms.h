#ifndef RR_REPORT_TERMS_H
#define RR_REPORT_TERMS_H

#include "base/err.h"
#include "base/text.h"
#include "report/blocker.h"
#include "report/letters.h"

#include <stdint.h>

/* The terms of vocabulary.txt as they are written there. */

/* What a word does to its clause. */
enum rr_word_kind {
    RR_WORD_BLOCKS,        /* is a blocker by itself: 예산 동결 */
    RR_WORD_BLOCKS_ALONE,  /* the same where the clause has no topic yet, else bad: 보류 */
    RR_WORD_TOPIC,         /* what a blocker can be about: 예산 */
    RR_WORD_SETTLES,       /* its label is no blocker: 예산 승인 */
    RR_WORD_OTHER,         /* a topic that is no label's: 계약서 */
    RR_WORD_BAD,           /* a topic's state: 부족 */
    RR_WORD_GOOD,          /* 완료 */
    RR_WORD_NOT,           /* turns the word before it: 없음, 않 */
    RR_WORD_NOT_AHEAD,     /* turns the word behind it, else the one before: 안, 못, not */
    RR_WORD_ASKS,          /* the clause only asks */
    RR_WORD_IF,            /* the clause only supposes */
    RR_WORD_AGREED,        /* they buy: 계약하기로 */
    RR_WORD_STILL,         /* the topic before it is not settled yet: 아직 */
    RR_WORD_IGNORED,       /* nothing: another word would be found within it */
    RR_WORD_TURNS,         /* begins another clause of the sentence: 지만, but */
    RR_WORD_COMMA,         /* the same, less closely */
    RR_WORD_ENDS,          /* the sentence is over: a full stop, the end of a line */
    RR_WORD_ENDS_ASKING,   /* a question mark */
    RR_WORD_PERSON,        /* a topic that only a state of people is about: 팀장 */
    RR_WORD_BAD_OF_PEOPLE, /* bad, and what people can be: 퇴사 */
    RR_WORD_ATTITUDE,      /* the same, and what somebody thinks of something: 반대 */
    RR_WORD_PLEASED,       /* they like it: good, but no answer to what stands in the way: 긍정적 */
    RR_WORD_ASIDE,         /* the clause tells what once was, or is small talk: 처음엔 */
    RR_WORD_ABOUT,         /* what blocks before it is no more than spoken of: 에 대해 설명 */
    RR_WORD_PAST,          /* the clause so far is past, or not so: 아니라 */
};

/* What a term finds is no longer than its reach, in letters. */
enum { RR_TERMS_MAX = 24576, RR_TERM_MAX_BYTES = 1024, RR_TERM_REACH = 64 };

/* White space and ~, several of which are one, and how many letters may stand there: a particle and white space; white space or a
 * hyphen, in front of English; a few other words. */
enum rr_gap { RR_GAP_PARTICLE, RR_GAP_ENGLISH, RR_GAP_WORDS };

bool rr_is_gap(char c);
enum rr_gap rr_gap_take(struct rr_slice text, size_t *at); /* *at is behind it then */
size_t rr_gap_letters(enum rr_gap gap);                    /* at most */

/* A term of the file. Slices are of the text that was read. */
struct rr_term {
    uint32_t first;  /* the character that it and every match begin with */
    uint32_t second; /* the letter that follows it in the term, without a final consonant; 0: it may be several, or none */
    uint32_t order;  /* in the file */
    struct rr_slice text, rest; /* rest: what several terms go on with, perhaps nothing */
    bool wide;                  /* takes in other words: ~ */
    enum rr_word_kind kind;
    enum rr_blocker label;
};

struct rr_terms {
    struct rr_term items[RR_TERMS_MAX];
    uint32_t count;
};

/* terms is empty before. RR_PIPELINE_FAILED names the line that is wrong. */
int rr_terms_read(struct rr_terms *terms, struct rr_slice text, struct rr_err *err);

/* How long what it finds may be, in letters. Of a choice its longest alternative counts. */
size_t rr_term_reach(const struct rr_term *term);

/* The whole term, of RR_TERM_MAX_BYTES at most; its length. */
size_t rr_term_join(const struct rr_term *term, char out[RR_TERM_MAX_BYTES]);

/* Does the syllable at at, of the whole term, stand for those with a final consonant too? A last one without one does: 밀려 for
 * 밀렸, 줄이 for 줄인, 줄일, 줄임. */
bool rr_term_is_open(const struct rr_term *term, struct rr_slice text, size_t at);

#endif
