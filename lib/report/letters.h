#ifndef RR_REPORT_LETTERS_H
#define RR_REPORT_LETTERS_H

#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>

/* Characters of Korean and English texts, and which letters a text has. */
enum { RR_FIRST_SYLLABLE = 0xac00, RR_LAST_SYLLABLE = 0xd7a3, RR_FINALS = 28 };

/* The character at text, lower case where it is a letter of ASCII; 0 where there is none. */
uint32_t rr_character_at(const char *text, size_t left);

/* The same, and how many bytes it has. */
uint32_t rr_character_take(const char *text, size_t left, size_t *len);

/* Anything but ASCII's white space and punctuation. */
bool rr_is_letter(uint32_t character);

/* A syllable as it is without a final consonant; any other character itself. */
uint32_t rr_without_final(uint32_t character);

/* Letters, and two that stand side by side, have numbers below RR_LETTER_COUNT. A syllable counts as without a final consonant;
 * several letters of other scripts share a number, as many a pair does. Letters that have cases, but those of English, have none:
 * which belong together is for PCRE2 to say. */
enum { RR_LETTER_COUNT = 2048 };

struct rr_letters {
    uint64_t bits[RR_LETTER_COUNT / 64]; /* by number */
};

struct rr_letters rr_letters_of(struct rr_slice text);

/* The number of the letter at *at, which is behind it then; RR_LETTER_COUNT: none stands there. */
uint32_t rr_letter_take(struct rr_slice text, size_t *at);

/* The number of two letters, by theirs. */
uint32_t rr_letter_pair(uint32_t first, uint32_t second);

#endif
