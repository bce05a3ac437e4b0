#ifndef RR_REPORT_SENTENCE_H
#define RR_REPORT_SENTENCE_H

#include "report/words.h"

/* A sentence that is being read, word by word: its clauses, their topics, and what is said of them. For sense.c and its parts. */

/* How far apart, in bytes, two words may stand and still belong together. */
enum {
    RR_SETTLED_MAX_BYTES = 36,  /* what is settled and 해결 */
    RR_TURNED_MAX_BYTES = 9,    /* what is turned and 없음 */
    RR_NEXT_MAX_BYTES = 4,      /* 안 and what it denies */
    RR_PHRASE_MAX_BYTES = 8,    /* not and a phrase */
    RR_DENIED_MAX_BYTES = 30,   /* not and any other word */
    RR_AS_SUCH_MAX_BYTES = 24,  /* what is denied and 건 아니다 */
    RR_LACKING_MAX_BYTES = 12,  /* a person and 없음, 불명확 */
    RR_UNSPOKEN_MAX_BYTES = 60, /* what blocks and 이야기는 없음 */
    RR_HEADING_MAX_BYTES = 40,  /* S사 and a colon */
    RR_SYLLABLE_BYTES = 3
};
enum { RR_ITEMS_MAX = 256 };

enum rr_state { RR_STATE_NEUTRAL, RR_STATE_BAD, RR_STATE_GOOD };

/* A topic. */
struct rr_item {
    struct rr_word word;
    enum rr_state state;
    enum rr_state was; /* before it was dismissed */
    bool denied;       /* by a word before it: no budget */
    bool not_that;     /* by no more than not: not the budget */
    bool settled;      /* by a word before it: resolved the budget issue */
    bool qualified;    /* by a word before it: concerns about the budget */
    bool over;         /* which nothing that is said now is about */
    bool joined;       /* with the item before: 예산과 일정 */
    bool follows;      /* from what the item before is: 예산이 부족해서 + 일정을 미룸 */
    bool explains;     /* what the item before is: postponed + because of the budget */
    size_t end;        /* of the last word that is about it */
};

/* What has been read of a memo, and the sentence that is being read. */
struct rr_sentence {
    struct rr_slice text;
    struct rr_item *items; /* of the whole memo, RR_ITEMS_MAX at most */
    int count;
    int start;                    /* the sentence's first item */
    int clause;                   /* the first item of the clause */
    enum rr_word_kind parted;     /* what the clause began with: RR_WORD_TURNS, RR_WORD_COMMA, or RR_WORD_ENDS */
    enum rr_state ahead;          /* a state that stands before its topic: lack of budget */
    bool ahead_denies;            /* or says that there is none: no concerns about competitors */
    bool ahead_of_people;         /* that people can be in: 반대하던 팀장 */
    const struct rr_word *next;   /* after the one that is being read */
    const struct rr_word *denial; /* that waits for what it denies */
    const struct rr_word *last;   /* the clause's last word of a state */
    bool turned;                  /* the clause has a denial behind what it denies */
    struct rr_item *supposed;     /* what the clause before only supposes to be bad: 예산이 안 나오면 */
    struct rr_item *stated;       /* what that was about */
    bool asks;                    /* the clause only asks, or tells what once was */
    bool apart;                   /* the clause is a sentence, which only what is settled goes on from the one before */
    bool bad;                     /* the clause has a bad state that is no topic's */
    bool loose;                   /* an earlier clause of the memo has */
    bool relieved;                /* the sentence says that something is done, and not what */
};

/* The text from one offset to another; empty where that lies before. */
struct rr_slice rr_between(const struct rr_sentence *sentence, size_t from, size_t to);

/* The clause's last item, or NULL. */
struct rr_item *rr_last_item(const struct rr_sentence *sentence);

/* Of what is only asked, supposed, or past nothing is so: it is as if nothing had been said. */
void rr_dismiss(struct rr_sentence *sentence, int from);

void rr_begin_clause(struct rr_sentence *sentence, enum rr_word_kind parted);

/* A state that people can be in. */
bool rr_is_of_people(const struct rr_word *word);

struct rr_slice rr_text_of(const struct rr_sentence *sentence, const struct rr_word *word);

/* Whom the clause is about: 본부장님이, 결정권자는. */
struct rr_item *rr_subject_of(struct rr_sentence *sentence);

/* The item that a state is about: the clause's last one, or where the clause has none and goes on from another, that one's. */
struct rr_item *rr_topic_of_state(struct rr_sentence *sentence, const struct rr_word *word, enum rr_state state);

bool rr_is_english(const struct rr_sentence *sentence, const struct rr_word *word);

/* Whatever waits waits for the next word only. What blocks by itself is a phrase, and denied right before it or not at all. */
bool rr_take_denial(struct rr_sentence *sentence, const struct rr_word *word);

enum rr_state rr_opposite(enum rr_state state);

struct rr_item *rr_add_item(struct rr_sentence *sentence, const struct rr_word *word, enum rr_state state);

/* What budgets wait for is no approval of ours: 예산 사용 + 승인이 보류. */
bool rr_is_of_budget(const struct rr_sentence *sentence, const struct rr_word *word);

/* Topics that are named together share their state. */
void rr_set_state(struct rr_sentence *sentence, struct rr_item *item, enum rr_state state, const struct rr_word *word);

/* What was said of the label from an item on is over; of RR_NO_PIPELINE, which no word has: whatever was said. */
void rr_settle(struct rr_sentence *sentence, int from, enum rr_blocker label);

bool rr_is_person(const struct rr_item *item);

/* What follows from what is supposed is bad: so that is what they wait for. 예산이 안 나오면 + 어렵다. */
bool rr_follows(struct rr_sentence *sentence);

/* The word of a state before, with its ending; empty where it stands far off or is none that is bad. */
struct rr_slice rr_bad_before(const struct rr_sentence *sentence, const struct rr_word *word);

/* Does that say why this is so: 비싸서, 동결로? */
bool rr_is_reason(const struct rr_sentence *sentence, const struct rr_word *word);

/* 아니라, 아님 */
bool rr_is_copula(const struct rr_sentence *sentence, const struct rr_word *word);

/* Does the word end what was said, as 밀리면 ends in 면, and 화면 does not? */
bool rr_is_ending(const struct rr_sentence *sentence, const struct rr_word *word);

#endif
