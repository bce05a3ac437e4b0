#ifndef RR_REPORT_VOCABULARY_H
#define RR_REPORT_VOCABULARY_H

#include "base/err.h"
#include "base/pattern.h"

#include <stdint.h>

/* What finds the terms of vocabulary.txt, which says how it is written. docs/cards.md says what they are for.
 *
 *     rr_vocabulary_open(&vocabulary, rr_vocabulary_text, threads, err)   RR_PIPELINE_FAILED names the line that is wrong
 *     rr_vocabulary_close(&vocabulary)                                    idempotent
 *
 * Opening it takes longer than many a report, so whoever makes several keeps it. count 0: it is not open. */
extern const char rr_vocabulary_text[];

/* A pattern has room for so many terms; a vocabulary that grows takes another. */
enum { RR_VOCABULARY_PATTERNS = 255, RR_VOCABULARY_THREADS_MAX = 16 };

struct rr_vocabulary {
    struct rr_pattern *patterns[RR_VOCABULARY_PATTERNS];
    int count;
    uint8_t *by_first;   /* by the character that a term begins with: the number of its pattern, plus one */
    uint8_t pairs[8192]; /* a bit for each hash of a term's first two characters: few places of a text are looked at closely */
};

int rr_vocabulary_open(struct rr_vocabulary *vocabulary, const char *text, int threads, struct rr_err *err);
void rr_vocabulary_close(struct rr_vocabulary *vocabulary);

/* The pattern that finds the terms that may begin with these two characters (rr_character_at), or -1. It matches where it is
 * asked to, not behind, and marks what it found by two letters: 'a' plus the kind, 'a' plus the label. */
int rr_vocabulary_pattern(const struct rr_vocabulary *vocabulary, uint32_t first, uint32_t second);

#endif
