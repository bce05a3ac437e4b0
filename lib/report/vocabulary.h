#ifndef RR_REPORT_VOCABULARY_H
#define RR_REPORT_VOCABULARY_H

#include "base/err.h"
#include "base/pattern.h"
#include "report/terms.h"

#include <pthread.h>
#include <stdint.h>

/* What finds the terms of vocabulary.txt, which says how it is written. docs/cards.md says what they are for.
 *
 *     rr_vocabulary_open(&vocabulary, rr_vocabulary_text, err)   RR_PIPELINE_FAILED names the line that is wrong
 *     rr_vocabulary_close(&vocabulary)                           idempotent
 *
 * There is a pattern for the terms that begin with the same two characters, compiled when a text first has these. Compiling all
 * of them takes longer than many a report, so whoever makes several keeps the vocabulary. terms NULL: it is not open. */
extern const char rr_vocabulary_text[];

struct rr_vocabulary_group;

enum { RR_VOCABULARY_LOCKS = 16 };

struct rr_vocabulary {
    struct rr_terms *terms;
    struct rr_vocabulary_group *groups; /* one for each two characters that terms begin with */
    uint32_t group_count;
    uint32_t *next;                             /* by term: the next of its group, plus one; 0: none */
    uint16_t *slots;                            /* by a hash of the two characters: the group's number plus one; 0: none */
    pthread_mutex_t locks[RR_VOCABULARY_LOCKS]; /* of the groups, by their number: who compiles it */
};

int rr_vocabulary_open(struct rr_vocabulary *vocabulary, const char *text, struct rr_err *err);
void rr_vocabulary_close(struct rr_vocabulary *vocabulary);

/* The pattern (as rr_expression_write has it) that finds the terms that may begin with these two characters (rr_character_at), or
 * NULL; owned by the vocabulary. By several threads at a time. -1: it cannot be compiled, out of memory. */
int rr_vocabulary_pattern(struct rr_vocabulary *vocabulary, uint32_t first, uint32_t second, const struct rr_pattern **pattern,
                          struct rr_err *err);

#endif
