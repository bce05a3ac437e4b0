#include "report/outline.h"

#include <string.h>

/* A row is how many numbers it has, and its steps. A step is a mark, and a number:
 *   run      so many letters follow, which stand side by side. any: whatever stands there; open: with a final
 *            consonant or without. Between mark and number is the first one's bit, or unknown.
 *   gap      up to so many letters of any kind
 *   choice   so many numbers follow: the alternatives, each a row; there is no choice within a choice */
enum { row = 0, run = 1 << 24, gap = 2 << 24, choice = 3 << 24, mark_bits = 3 << 24, number_bits = (1 << 16) - 1 };
enum { bit_shift = 16, bits = 63, unknown = 64 };
enum { any = 0, open = 1 << 22 };
enum { first_cjk = 0x3000, last_cjk = 0x9fff };

static uint32_t mark_of(const uint32_t *step) {
    return *step & mark_bits;
}

static size_t number_of(const uint32_t *step) {
    return *step & number_bits;
}

/* The step behind one, and all that belongs to it. */
static const uint32_t *next_of(const uint32_t *step) {
    return mark_of(step) == gap ? step + 1 : step + 1 + number_of(step);
}

/* ---- Writing ---- */

static void add(struct rr_buf *out, uint32_t number) {
    rr_buf_add(out, &number, sizeof number);
}

/* Adds a mark whose number will be known when what follows it is there. */
static size_t begin(struct rr_buf *out) {
    add(out, 0);
    return out->len;
}

static void end(struct rr_buf *out, size_t begun, uint32_t mark) {
    const uint32_t step = mark | (uint32_t)((out->len - begun) / sizeof step);
    if (!out->failed)
        memcpy(out->ptr + begun - sizeof step, &step, sizeof step);
}

static bool is_mark(char c) {
    return c == ' ' || c == '~' || c == '(' || c == '/' || c == ')' || c == '|';
}

/* Letters whose other case PCRE2 takes too. */
static bool may_have_case(uint32_t letter) {
    bool cjk = letter >= first_cjk && letter <= last_cjk;
    bool syllable = letter >= RR_FIRST_SYLLABLE && letter <= RR_LAST_SYLLABLE;
    return letter >= 0x80 && !cjk && !syllable;
}

static uint32_t bit_of(uint32_t letter) {
    return letter == any ? unknown : rr_letter_bit(rr_without_final(letter & ~(uint32_t)open));
}

static size_t add_run(struct rr_buf *out, const struct rr_term *term, struct rr_slice text, size_t at) {
    size_t begun = begin(out), len;
    uint32_t first = any;
    for (size_t from = at; at < text.len && !is_mark(text.ptr[at]); at += len > 0 ? len : 1) {
        uint32_t letter = rr_character_take(text.ptr + at, text.len - at, &len);
        letter = may_have_case(letter) ? any : rr_term_is_open(term, text, at) ? open | letter : letter;
        first = at == from ? letter : first;
        add(out, letter);
    }
    end(out, begun, run | bit_of(first) << bit_shift);
    return at;
}

static size_t add_gap(struct rr_buf *out, struct rr_slice text, size_t at) {
    uint32_t most = RR_GAP_CHARS;
    for (; at < text.len && (text.ptr[at] == ' ' || text.ptr[at] == '~'); at++)
        most = text.ptr[at] == '~' ? RR_SOME_WORDS_CHARS : most;
    add(out, gap | most);
    return at;
}

/* Runs and gaps, up to the mark that ends them, or the end of the text. */
static size_t add_words(struct rr_buf *out, const struct rr_term *term, struct rr_slice text, size_t at) {
    while (at < text.len && text.ptr[at] != '(' && text.ptr[at] != '/' && text.ptr[at] != ')') {
        if (text.ptr[at] == '|')
            at++;
        else
            at = text.ptr[at] == ' ' || text.ptr[at] == '~' ? add_gap(out, text, at) : add_run(out, term, text, at);
    }
    return at;
}

static size_t add_choice(struct rr_buf *out, const struct rr_term *term, struct rr_slice text, size_t at) {
    size_t begun = begin(out);
    while (at < text.len && text.ptr[at] != ')') {
        size_t alternative = begin(out);
        at = add_words(out, term, text, at + 1);
        end(out, alternative, row);
    }
    end(out, begun, choice);
    return at + 1;
}

/* The bit of a run's letter, by its place; all where there is none. */
static uint64_t mask_of(const uint32_t *step, size_t place) {
    bool known = mark_of(step) == run && number_of(step) > place && step[1 + place] != any;
    return known ? (uint64_t)1 << bit_of(step[1 + place]) : UINT64_MAX;
}

static uint64_t mask_of_choice(const uint32_t *step, size_t place) {
    uint64_t mask = 0;
    for (const uint32_t *alternative = step + 1; alternative < next_of(step); alternative = next_of(alternative))
        mask |= number_of(alternative) == 0 ? UINT64_MAX : mask_of(alternative + 1, place);
    return mask;
}

/* What stands first behind the term's second letter, which is known where it is looked for. */
static void set_next(struct rr_outline *outline, const uint32_t *begun) {
    size_t place = 1;
    outline->next = UINT64_MAX;
    for (const uint32_t *step = begun + 1; step < next_of(begun); step = next_of(step)) {
        if (mark_of(step) == choice) {
            outline->next = mask_of_choice(step, place);
            return;
        }
        if (mark_of(step) == run && number_of(step) > place) {
            outline->next = mask_of(step, place);
            return;
        }
        outline->far |= mark_of(step) == gap && number_of(step) > RR_GAP_CHARS;
        place = 0;
    }
}

void rr_outline_add(struct rr_outline *outline, struct rr_buf *steps, const struct rr_term *term) {
    char all[RR_TERM_MAX_BYTES];
    const struct rr_slice text = {all, rr_term_join(term, all)};
    *outline = (struct rr_outline){.steps = (uint32_t)(steps->len / sizeof(uint32_t))};
    size_t begun = begin(steps), at = text.ptr[0] == '|';
    at += rr_utf8_length(text.ptr + at, text.len - at);
    while ((at = add_words(steps, term, text, at)) < text.len)
        at = add_choice(steps, term, text, at);
    end(steps, begun, row);
    if (!steps->failed)
        set_next(outline, (const uint32_t *)(const void *)steps->ptr + outline->steps);
}

/* ---- Reading ---- */

/* The second letter, what a gap is, and the letter behind it. */
struct rr_ahead rr_ahead_of(const struct rr_letter *letters, size_t count) {
    struct rr_ahead ahead = {0, 0};
    for (size_t i = 0; i < count && i < RR_SOME_WORDS_CHARS + 2; i++) {
        ahead.far |= (uint64_t)1 << letters[i].bit;
        ahead.near = i < RR_GAP_CHARS + 2 ? ahead.far : ahead.near;
    }
    return ahead;
}

/* Where the next letter may stand, from the first place to the last. */
struct range {
    size_t first, last;
};

struct letters {
    const struct rr_letter *items;
    size_t count;
};

static bool stands(const uint32_t *wanted, size_t count, const struct rr_letter *letters) {
    for (size_t i = 0; i < count; i++)
        if (wanted[i] != letters[i].exact && wanted[i] != (letters[i].plain | open) && wanted[i] != any)
            return false;
    return true;
}

static bool find_run(const struct letters *letters, const uint32_t *step, struct range *range) {
    const struct range before = *range;
    size_t len = number_of(step);
    bool found = false;
    for (size_t at = before.first; at <= before.last && at + len <= letters->count; at++) {
        if (!stands(step + 1, len, letters->items + at))
            continue;
        range->first = found ? range->first : at + len;
        range->last = at + len;
        found = true;
    }
    return found;
}

static uint64_t mask_within(const struct letters *letters, const struct range *range) {
    uint64_t mask = 0;
    for (size_t at = range->first; at <= range->last && at < letters->count; at++)
        mask |= (uint64_t)1 << letters->items[at].bit;
    return mask;
}

/* Does it begin with a letter that is not there? */
static bool begins_elsewhere(const uint32_t *begun, uint64_t mask) {
    if (number_of(begun) == 0 || mark_of(begun + 1) != run)
        return false;
    uint32_t bit = begun[1] >> bit_shift & (unknown | bits);
    return bit != unknown && (mask >> bit & 1) == 0;
}

static bool find_row(const struct letters *letters, const uint32_t *begun, struct range *range);

static bool find_choice(const struct letters *letters, const uint32_t *step, struct range *range) {
    const struct range before = *range;
    const uint64_t mask = mask_within(letters, range);
    bool found = false;
    for (const uint32_t *alternative = step + 1; alternative < next_of(step); alternative = next_of(alternative)) {
        struct range own = before;
        if (begins_elsewhere(alternative, mask) || !find_row(letters, alternative, &own))
            continue;
        range->first = found && range->first < own.first ? range->first : own.first;
        range->last = found && range->last > own.last ? range->last : own.last;
        found = true;
    }
    return found;
}

/* Finds one step behind the other. */
static bool find_row(const struct letters *letters, const uint32_t *begun, struct range *range) {
    for (const uint32_t *step = begun + 1; step < next_of(begun); step = next_of(step)) {
        if (mark_of(step) == gap)
            range->last += number_of(step);
        else if (mark_of(step) == run ? !find_run(letters, step, range) : !find_choice(letters, step, range))
            return false;
    }
    return true;
}

bool rr_outline_fits(const struct rr_outline *outline, const struct rr_buf *steps, const struct rr_letter *letters,
                     size_t count) {
    const struct letters all = {letters, count};
    struct range range = {0, 0};
    return find_row(&all, (const uint32_t *)(const void *)steps->ptr + outline->steps, &range);
}
