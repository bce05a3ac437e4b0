#ifndef RR_REPORT_VOCABULARY_H
#define RR_REPORT_VOCABULARY_H

#include "base/err.h"
#include "base/pattern.h"
#include "report/outline.h"
#include "report/terms.h"

#include <pthread.h>
#include <stdint.h>

/* What finds the terms of vocabulary.txt, which says how it is written. docs/cards.md says what they are for.
 *
 *     rr_vocabulary_open(&vocabulary, rr_vocabulary_text, err)   RR_PIPELINE_FAILED names the line that is wrong
 *     rr_vocabulary_find(&vocabulary, &place, search, ...)       ...
 *     rr_vocabulary_close(&vocabulary)                           idempotent
 *
 * Each term is a pattern. To compile all of them would take longer than many a report, so one is compiled when its outline first
 * fits a text. terms NULL: it is not open. */
extern const char rr_vocabulary_text[];

struct rr_vocabulary_group;

enum { RR_VOCABULARY_LOCKS = 16 };

struct rr_vocabulary {
    struct rr_terms *terms;
    uint32_t *next;                         /* by term: the next one of its group, plus one; 0: none */
    _Atomic(struct rr_pattern *) *patterns; /* by term; NULL: not yet compiled */
    struct rr_vocabulary_group *groups;     /* one for each two characters that terms begin with */
    uint32_t group_count;
    uint16_t *slots;                            /* by a hash of the two characters: the group's number plus one; 0: none */
    pthread_mutex_t locks[RR_VOCABULARY_LOCKS]; /* by the first character: of who makes a list, or compiles a pattern */
};

/* A place of a text. */
struct rr_place {
    struct rr_slice text;
    const struct rr_letter *letters; /* from there to the end of the text; one at least */
    size_t count;
    const struct rr_sight *ahead; /* from the letter behind it */
};

int rr_vocabulary_open(struct rr_vocabulary *vocabulary, const char *text, struct rr_err *err);
void rr_vocabulary_close(struct rr_vocabulary *vocabulary);

/* The term that begins at a place, and where: of several the one that reaches furthest, one with ~ before all others. By several
 * threads at a time, each with its search. 1 found, 0 none, -1 a pattern cannot be compiled, out of memory. */
int rr_vocabulary_find(struct rr_vocabulary *vocabulary, const struct rr_place *place, struct rr_search *search,
                       const struct rr_term **term, struct rr_hit *hit, struct rr_err *err);

#endif
