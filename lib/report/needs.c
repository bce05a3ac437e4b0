#include "report/needs.h"

#include <string.h>

static void add_number(struct rr_buf *needs, size_t number) {
    const uint16_t narrow = (uint16_t)number;
    rr_buf_add(needs, &narrow, sizeof narrow);
}

/* How many there are, and they: each letter, and each two that stand side by side. A choice that stands in the text has none. */
static void add_letters(struct rr_buf *needs, struct rr_slice text) {
    uint16_t numbers[2 * RR_TERM_MAX_BYTES];
    uint32_t before = RR_LETTER_COUNT;
    size_t count = 0;
    for (size_t at = 0; at < text.len;) {
        const char *close = text.ptr[at] == '(' ? memchr(text.ptr + at, ')', text.len - at) : NULL;
        uint32_t number = close == NULL ? rr_letter_take(text, &at) : RR_LETTER_COUNT;
        if (close != NULL)
            at = (size_t)(close + 1 - text.ptr);
        if (number != RR_LETTER_COUNT && before != RR_LETTER_COUNT)
            numbers[count++] = (uint16_t)rr_letter_pair(before, number);
        if (number != RR_LETTER_COUNT)
            numbers[count++] = (uint16_t)number;
        before = number;
    }
    add_number(needs, count);
    rr_buf_add(needs, numbers, count * sizeof *numbers);
}

/* The alternatives of a choice, which is the text between its brackets. */
static void add_choice(struct rr_buf *needs, struct rr_slice text) {
    size_t place = needs->len;
    add_number(needs, 0);
    for (size_t from = 0; from <= text.len;) {
        const char *to = memchr(text.ptr + from, '/', text.len - from);
        size_t end = to == NULL ? text.len : (size_t)(to - text.ptr);
        add_letters(needs, (struct rr_slice){text.ptr + from, end - from});
        from = end + 1;
    }
    const uint16_t numbers = (uint16_t)((needs->len - place) / sizeof numbers - 1);
    if (!needs->failed)
        memcpy(needs->ptr + place, &numbers, sizeof numbers);
}

void rr_needs_add(struct rr_buf *needs, const struct rr_term *term) {
    char all[RR_TERM_MAX_BYTES];
    const struct rr_slice text = {all, rr_term_join(term, all)};
    size_t first = text.ptr[0] == '|';
    first += rr_utf8_length(text.ptr + first, text.len - first);
    add_letters(needs, (struct rr_slice){text.ptr + first, text.len - first});
    for (const char *open = all, *end = all + text.len; (open = memchr(open, '(', (size_t)(end - open))) != NULL;) {
        const char *close = memchr(open, ')', (size_t)(end - open));
        if (close == NULL)
            break;
        add_choice(needs, (struct rr_slice){open + 1, (size_t)(close - open - 1)});
        open = close;
    }
    add_number(needs, 0);
}

static bool has(const struct rr_letters *letters, uint16_t number) {
    return (letters->bits[number / 64] >> number % 64 & 1) != 0;
}

/* Are all there of those that stand at needs, behind their number? */
static bool has_all(const struct rr_letters *letters, const uint16_t *needs) {
    for (const uint16_t *at = needs + 1, *end = at + *needs; at < end; at++)
        if (!has(letters, *at))
            return false;
    return true;
}

static bool has_any(const struct rr_letters *letters, const uint16_t *needs, const uint16_t *end) {
    for (; needs < end; needs += *needs + 1)
        if (has_all(letters, needs))
            return true;
    return false;
}

bool rr_needs_are_met(const uint16_t *needs, const struct rr_letters *letters) {
    if (!has_all(letters, needs))
        return false;
    for (needs += *needs + 1; *needs > 0; needs += *needs + 1)
        if (!has_any(letters, needs + 1, needs + 1 + *needs))
            return false;
    return true;
}
