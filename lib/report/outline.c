#include "report/outline.h"

#include <string.h>

/* A row is how many numbers it has, and its steps:
 *   a letter   the number of its kind, below RR_LETTER_KINDS; if open, that of the kind without a final consonant, behind them
 *   any        one letter, whichever
 *   gap        up to so many letters, which is the number that follows
 *   choice     a row of rows, its alternatives, follows; there is no choice within a choice */
enum { open = RR_LETTER_KINDS, any = 2 * RR_LETTER_KINDS, gap, choice };
enum { first_cjk = 0x3000, last_cjk = 0x9fff };

static const uint16_t *behind(const uint16_t *row) {
    return row + 1 + *row;
}

/* ---- Writing ---- */

static void add(struct rr_buf *out, size_t number) {
    const uint16_t narrow = (uint16_t)number;
    rr_buf_add(out, &narrow, sizeof narrow);
}

/* Begins a row, whose length will be known when it is there. */
static size_t begin(struct rr_buf *out) {
    add(out, 0);
    return out->len;
}

static void end(struct rr_buf *out, size_t begun) {
    const uint16_t len = (uint16_t)((out->len - begun) / sizeof len);
    if (!out->failed)
        memcpy(out->ptr + begun - sizeof len, &len, sizeof len);
}

static uint32_t kind_of(uint32_t letter) {
    return letter * 2654435769U >> 24;
}

/* Letters whose other case PCRE2 takes too. */
static bool may_have_case(uint32_t letter) {
    bool cjk = letter >= first_cjk && letter <= last_cjk;
    bool syllable = letter >= RR_FIRST_SYLLABLE && letter <= RR_LAST_SYLLABLE;
    return letter >= 0x80 && !cjk && !syllable;
}

static size_t add_letter(struct rr_buf *out, const struct rr_term *term, struct rr_slice text, size_t at) {
    size_t len;
    uint32_t letter = rr_character_take(text.ptr + at, text.len - at, &len);
    if (may_have_case(letter))
        add(out, any);
    else
        add(out, rr_term_is_open(term, text, at) ? open + kind_of(letter) : kind_of(letter));
    return at + (len > 0 ? len : 1);
}

/* Letters and gaps, up to the mark that ends them, or the end of the text. */
static size_t add_words(struct rr_buf *out, const struct rr_term *term, struct rr_slice text, size_t at) {
    while (at < text.len && text.ptr[at] != '(' && text.ptr[at] != '/' && text.ptr[at] != ')') {
        if (rr_is_gap(text.ptr[at])) {
            add(out, gap);
            add(out, rr_gap_letters(rr_gap_take(text, &at)));
        } else {
            at = text.ptr[at] == '|' ? at + 1 : add_letter(out, term, text, at);
        }
    }
    return at;
}

static size_t add_choice(struct rr_buf *out, const struct rr_term *term, struct rr_slice text, size_t at) {
    add(out, choice);
    size_t begun = begin(out);
    while (at < text.len && text.ptr[at] != ')') {
        size_t alternative = begin(out);
        at = add_words(out, term, text, at + 1);
        end(out, alternative);
    }
    end(out, begun);
    return at + 1;
}

void rr_outline_add(struct rr_buf *out, const struct rr_term *term) {
    char all[RR_TERM_MAX_BYTES];
    const struct rr_slice text = {all, rr_term_join(term, all)};
    size_t begun = begin(out), at = text.ptr[0] == '|';
    at += rr_utf8_length(text.ptr + at, text.len - at);
    while ((at = add_words(out, term, text, at)) < text.len)
        at = add_choice(out, term, text, at);
    end(out, begun);
}

/* ---- Reading ---- */

_Static_assert(RR_TERM_REACH == 64, "half of a sight are the bits of a number");

void rr_sight_take(struct rr_sight *sight, const struct rr_letter *letters, size_t count) {
    *sight = (struct rr_sight){.at = 0};
    for (size_t i = 0; i < count && i < RR_SIGHT_LETTERS; i++) {
        uint64_t *half = sight->halves[i / RR_TERM_REACH];
        const uint64_t bit = (uint64_t)1 << i % RR_TERM_REACH;
        half[kind_of(letters[i].exact)] |= bit;
        half[open + kind_of(letters[i].plain)] |= bit;
    }
}

/* Where letters of a kind stand; the lowest bit is the place itself. */
static uint64_t places_of(const struct rr_sight *sight, uint16_t kind) {
    return sight->halves[0][kind] >> sight->at | sight->halves[1][kind] << 1 << (RR_TERM_REACH - 1 - sight->at);
}

/* And up to so many further. */
static uint64_t spread(uint64_t places, unsigned most) {
    for (unsigned done = 0; done < most;) {
        unsigned step = most - done < done + 1 ? most - done : done + 1;
        places |= places << step;
        done += step;
    }
    return places;
}

static uint64_t walk(const uint16_t *at, const uint16_t *end, const struct rr_sight *sight, uint64_t places);

static uint64_t choose(const uint16_t *alternatives, const struct rr_sight *sight, uint64_t places) {
    uint64_t chosen = 0;
    for (const uint16_t *row = alternatives + 1, *end = behind(alternatives); row < end; row = behind(row)) {
        bool is_elsewhere = *row > 0 && row[1] < any && (places & places_of(sight, row[1])) == 0;
        if (!is_elsewhere)
            chosen |= walk(row + 1, behind(row), sight, places);
    }
    return chosen;
}

/* From where the next letter may stand to where the one behind the steps may. */
static uint64_t walk(const uint16_t *at, const uint16_t *end, const struct rr_sight *sight, uint64_t places) {
    while (at < end && places != 0) {
        uint16_t step = *at++;
        if (step < any) {
            places = (places & places_of(sight, step)) << 1;
        } else if (step == any) {
            places <<= 1;
        } else if (step == gap) {
            places = spread(places, *at++);
        } else {
            places = choose(at, sight, places);
            at = behind(at);
        }
    }
    return places;
}

bool rr_outline_fits(const uint16_t *outline, const struct rr_sight *sight) {
    return walk(outline + 1, behind(outline), sight, 1) != 0;
}
