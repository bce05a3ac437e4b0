#include "report/letters.h"

enum { syllables = (RR_LAST_SYLLABLE - RR_FIRST_SYLLABLE + 1) / RR_FINALS, digits = 10, without_case = 0x3000, singles = 512 };

uint32_t rr_character_take(const char *text, size_t left, size_t *len) {
    const unsigned char *s = (const unsigned char *)text;
    *len = rr_utf8_length(text, left);
    switch (*len) {
    case 1:
        return (uint32_t)(s[0] >= 'A' && s[0] <= 'Z' ? s[0] - 'A' + 'a' : s[0]);
    case 2:
        return (s[0] & 0x1fU) << 6 | (s[1] & 0x3fU);
    case 3:
        return (s[0] & 0x0fU) << 12 | (s[1] & 0x3fU) << 6 | (s[2] & 0x3fU);
    case 4:
        return (s[0] & 0x07U) << 18 | (s[1] & 0x3fU) << 12 | (s[2] & 0x3fU) << 6 | (s[3] & 0x3fU);
    default:
        return 0;
    }
}

uint32_t rr_character_at(const char *text, size_t left) {
    size_t len;
    return rr_character_take(text, left, &len);
}

bool rr_is_letter(uint32_t character) {
    return character >= 0x80 || (character >= '0' && character <= '9') || (character >= 'a' && character <= 'z');
}

static bool is_syllable(uint32_t character) {
    return character >= RR_FIRST_SYLLABLE && character <= RR_LAST_SYLLABLE;
}

uint32_t rr_without_final(uint32_t character) {
    return is_syllable(character) ? character - (character - RR_FIRST_SYLLABLE) % RR_FINALS : character;
}

static uint32_t number_of(uint32_t character) {
    enum { others = syllables + digits + 26 };
    if (is_syllable(character))
        return (character - RR_FIRST_SYLLABLE) / RR_FINALS;
    if (character >= '0' && character <= '9')
        return syllables + character - '0';
    if (character >= 'a' && character <= 'z')
        return syllables + digits + character - 'a';
    return character >= without_case ? others + character % (singles - others) : RR_LETTER_COUNT;
}

uint32_t rr_letter_take(struct rr_slice text, size_t *at) {
    size_t len;
    uint32_t character = rr_character_take(text.ptr + *at, text.len - *at, &len);
    *at += len > 0 ? len : 1;
    return number_of(character);
}

uint32_t rr_letter_pair(uint32_t first, uint32_t second) {
    return singles + (first * singles + second) * 2654435769U % (RR_LETTER_COUNT - singles);
}

static void add(struct rr_letters *letters, uint32_t number) {
    letters->bits[number / 64] |= (uint64_t)1 << number % 64;
}

struct rr_letters rr_letters_of(struct rr_slice text) {
    struct rr_letters letters = {{0}};
    uint32_t before = RR_LETTER_COUNT;
    for (size_t at = 0; at < text.len;) {
        uint32_t number = rr_letter_take(text, &at);
        if (number != RR_LETTER_COUNT)
            add(&letters, number);
        if (number != RR_LETTER_COUNT && before != RR_LETTER_COUNT)
            add(&letters, rr_letter_pair(before, number));
        before = number;
    }
    return letters;
}
