#ifndef RR_REPORT_LETTERS_H
#define RR_REPORT_LETTERS_H

#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>

/* Characters of Korean and English texts. */
enum { RR_FIRST_SYLLABLE = 0xac00, RR_LAST_SYLLABLE = 0xd7a3, RR_FINALS = 28 };

/* A character of a text. */
struct rr_letter {
    uint32_t at;    /* where it stands, in bytes */
    uint32_t exact; /* as rr_character_at has it; 0: a byte that is no UTF-8 */
    uint32_t plain; /* without a final consonant */
};

/* The characters of a text, of which there are no more than bytes; how many. */
size_t rr_letters_read(struct rr_slice text, struct rr_letter *letters);

/* The character at text, lower case where it is a letter of ASCII; 0 where there is none. */
uint32_t rr_character_at(const char *text, size_t left);

/* The same, and how many bytes it has. */
uint32_t rr_character_take(const char *text, size_t left, size_t *len);

/* Anything but ASCII's white space and punctuation. */
bool rr_is_letter(uint32_t character);

/* A syllable as it is without a final consonant; any other character itself. */
uint32_t rr_without_final(uint32_t character);

#endif
