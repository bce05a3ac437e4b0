#include "report/letters.h"

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

size_t rr_letters_read(struct rr_slice text, struct rr_letter *letters) {
    size_t count = 0, len;
    for (size_t at = 0; at<text.len; at += len> 0 ? len : 1) {
        uint32_t exact = rr_character_take(text.ptr + at, text.len - at, &len);
        letters[count++] = (struct rr_letter){(uint32_t)at, exact, rr_without_final(exact)};
    }
    return count;
}
