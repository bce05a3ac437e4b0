#include "report/terms.h"

#include <string.h>

static const struct {
    const char *name;
    enum rr_word_kind kind;
} sections[] = {
    {"다른 주제", RR_WORD_OTHER},    {"문제", RR_WORD_BAD},     {"해결", RR_WORD_GOOD},     {"뒤 부정", RR_WORD_NOT},
    {"앞 부정", RR_WORD_NOT_AHEAD},  {"질문", RR_WORD_ASKS},    {"가정", RR_WORD_IF},       {"아직", RR_WORD_STILL},
    {"무시", RR_WORD_IGNORED},       {"이음", RR_WORD_TURNS},   {"성사", RR_WORD_AGREED},   {"사람 문제", RR_WORD_BAD_OF_PEOPLE},
    {"사람 태도", RR_WORD_ATTITUDE}, {"지난 일", RR_WORD_PAST}, {"딴 얘기", RR_WORD_ASIDE}, {"화제", RR_WORD_ABOUT},
    {"호의", RR_WORD_PLEASED},
};

static const struct {
    const char *suffix;
    enum rr_word_kind kind;
} parts[] = {{"", RR_WORD_BLOCKS},
             {" 상태", RR_WORD_BLOCKS_ALONE},
             {" 주제", RR_WORD_TOPIC},
             {" 해결", RR_WORD_SETTLES},
             {" 사람", RR_WORD_PERSON}};

static bool is_named(struct rr_slice name, const char *label, const char *suffix) {
    size_t len = strlen(label);
    return name.len > len - 1 && memcmp(name.ptr, label, len) == 0 &&
           rr_slice_equal((struct rr_slice){name.ptr + len, name.len - len}, rr_slice_of(suffix));
}

/* What the words below a section's name are. */
struct section {
    enum rr_word_kind kind;
    enum rr_blocker label;
    bool known;
};

static struct section section_of(struct rr_slice name) {
    for (size_t i = 0; i < sizeof sections / sizeof sections[0]; i++)
        if (rr_slice_equal(name, rr_slice_of(sections[i].name))) {
            return (struct section){sections[i].kind, RR_NO_PIPELINE, true};
        }
    for (int label = RR_BUDGET; label < RR_BLOCKER_COUNT; label++)
        for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
            if (is_named(name, rr_blocker_name((enum rr_blocker)label), parts[i].suffix)) {
                return (struct section){parts[i].kind, (enum rr_blocker)label, true};
            }
    return (struct section){.known = false};
}

static uint32_t letter_at(struct rr_slice text, size_t at) {
    uint32_t character = at < text.len ? rr_character_at(text.ptr + at, text.len - at) : 0;
    return rr_is_letter(character) ? character : 0;
}

/* What follows here, also where a choice's alternative ends. */
static uint32_t letter_behind(struct rr_slice text, size_t at) {
    bool ends_choice = at < text.len && (text.ptr[at] == '/' || text.ptr[at] == ')');
    const char *close = ends_choice ? memchr(text.ptr + at, ')', text.len - at) : NULL;
    return letter_at(text, close == NULL ? at : (size_t)(close + 1 - text.ptr));
}

bool rr_is_gap(char c) {
    return c == ' ' || c == '~';
}

enum rr_gap rr_gap_take(struct rr_slice text, size_t *at) {
    bool words = false;
    for (; *at < text.len && rr_is_gap(text.ptr[*at]); ++*at)
        words |= text.ptr[*at] == '~';
    uint32_t next = letter_at(text, *at);
    return words ? RR_GAP_WORDS : next != 0 && next < 0x80 ? RR_GAP_ENGLISH : RR_GAP_PARTICLE;
}

size_t rr_gap_letters(enum rr_gap gap) {
    static const uint8_t most[] = {[RR_GAP_PARTICLE] = 5, [RR_GAP_ENGLISH] = 2, [RR_GAP_WORDS] = 12};
    return most[gap];
}

/* A term lies within a clause, each choice is closed before the next begins, and where a word ends no letter follows. */
static bool is_sound(struct rr_slice text) {
    bool within = false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        bool misplaced = (c == '(' && within) || ((c == ')' || c == '/') && !within);
        bool ends_clause = c == ';' || c == '!' || c == '?' || (c == '.' && letter_at(text, i + 1) == 0);
        bool goes_on = c == '|' && i > 0 && letter_behind(text, i + 1) != 0;
        if (misplaced || ends_clause || goes_on)
            return false;
        within = c == '(' || (within && c != ')');
    }
    return !within;
}

static size_t reach_of(struct rr_slice text) {
    size_t reach = 0, alternative = 0, longest = 0;
    for (size_t i = 0; i < text.len;) {
        char c = text.ptr[i];
        if (rr_is_gap(c)) {
            alternative += rr_gap_letters(rr_gap_take(text, &i));
            continue;
        }
        if (c == '(' || c == '/' || c == ')') {
            longest = c == '(' ? 0 : alternative > longest ? alternative : longest;
            reach += c == '(' ? alternative : c == ')' ? longest : 0;
            alternative = 0;
        } else {
            alternative += c != '|' && ((unsigned char)c & 0xc0) != 0x80;
        }
        i++;
    }
    return reach + alternative;
}

static bool has_words(struct rr_slice text) {
    return text.len > 0 && memchr(text.ptr, '~', text.len) != NULL;
}

static bool add_term(struct rr_terms *terms, struct rr_slice text, struct rr_slice rest, const struct section *section) {
    size_t at = text.len > 1 && text.ptr[0] == '|';
    uint32_t first = letter_at(text, at);
    if (terms->count == RR_TERMS_MAX || first == 0 || text.len + rest.len > RR_TERM_MAX_BYTES)
        return false;
    at += rr_utf8_length(text.ptr + at, text.len - at);
    terms->items[terms->count] =
        (struct rr_term){.first = first,
                         .second = rr_without_final(at < text.len ? letter_at(text, at) : letter_at(rest, 0)),
                         .order = terms->count,
                         .text = text,
                         .rest = rest,
                         .wide = has_words(text) || has_words(rest),
                         .kind = section->kind,
                         .label = section->label};
    terms->count++;
    return true;
}

/* A term that begins with a choice is so many terms that go on alike. */
static bool add_choices(struct rr_terms *terms, struct rr_slice text, const struct section *section) {
    const char *close = text.ptr[0] != '(' ? NULL : memchr(text.ptr, ')', text.len);
    if (close == NULL)
        return add_term(terms, text, (struct rr_slice){NULL, 0}, section);
    const struct rr_slice rest = {close + 1, text.len - (size_t)(close + 1 - text.ptr)};
    for (const char *from = text.ptr + 1; from <= close;) {
        const char *to = memchr(from, '/', (size_t)(close - from));
        to = to == NULL ? close : to;
        if (!add_term(terms, (struct rr_slice){from, (size_t)(to - from)}, rest, section))
            return false;
        from = to + 1;
    }
    return true;
}

size_t rr_term_reach(const struct rr_term *term) {
    return reach_of(term->text) + reach_of(term->rest);
}

size_t rr_term_join(const struct rr_term *term, char out[RR_TERM_MAX_BYTES]) {
    memcpy(out, term->text.ptr, term->text.len);
    if (term->rest.len > 0)
        memcpy(out + term->text.len, term->rest.ptr, term->rest.len);
    return term->text.len + term->rest.len;
}

/* Does a word end at at, behind which nothing is said of what follows: at the end of the text, or of a choice that ends it? */
static bool is_open_end(struct rr_slice text, size_t at) {
    if (at == text.len)
        return true;
    const char *close = text.ptr[at] == '/' || text.ptr[at] == ')' ? memchr(text.ptr + at, ')', text.len - at) : NULL;
    return close != NULL && close + 1 == text.ptr + text.len;
}

/* Nouns do not conjugate: 수주 is not 수준. */
static bool conjugates(enum rr_word_kind kind) {
    return kind != RR_WORD_TOPIC && kind != RR_WORD_PERSON && kind != RR_WORD_OTHER && kind != RR_WORD_IGNORED;
}

bool rr_term_is_open(const struct rr_term *term, struct rr_slice text, size_t at) {
    size_t len;
    uint32_t syllable = rr_character_take(text.ptr + at, text.len - at, &len);
    return at > 0 && syllable >= RR_FIRST_SYLLABLE && syllable <= RR_LAST_SYLLABLE && syllable == rr_without_final(syllable) &&
           conjugates(term->kind) && is_open_end(text, at + len);
}

/* What stands up to the next mark; text is what is left behind it. */
static struct rr_slice take_until(struct rr_slice *text, char mark) {
    const char *at = memchr(text->ptr, mark, text->len);
    struct rr_slice taken = {text->ptr, at == NULL ? text->len : (size_t)(at - text->ptr)};
    size_t step = taken.len + (at != NULL);
    text->ptr += step;
    text->len -= step;
    return rr_slice_trim(taken);
}

static bool read_line(struct rr_terms *terms, struct rr_slice line, struct section *section) {
    if (line.len == 0 || line.ptr[0] == '#')
        return true;
    if (line.ptr[0] == '[') {
        *section = section_of((struct rr_slice){line.ptr + 1, line.len - (line.ptr[line.len - 1] == ']') - 1});
        return section->known;
    }
    while (section->known && line.len > 0) {
        struct rr_slice term = take_until(&line, ',');
        if (term.len > 0 && (!is_sound(term) || reach_of(term) > RR_TERM_REACH || !add_choices(terms, term, section)))
            return false;
    }
    return section->known;
}

int rr_terms_read(struct rr_terms *terms, struct rr_slice text, struct rr_err *err) {
    struct section section = {.known = false};
    for (int number = 1; text.len > 0; number++)
        if (!read_line(terms, take_until(&text, '\n'), &section))
            return rr_fail(err, RR_PIPELINE_FAILED, "line %d of the vocabulary cannot be read", number);
    return 0;
}
