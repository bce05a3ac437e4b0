#include "report/words.h"

#include "base/memory.h"

#include <stdlib.h>

int rr_words_open(struct rr_words *words, struct rr_vocabulary *vocabulary, struct rr_err *err) {
    *words = (struct rr_words){.vocabulary = vocabulary, .sight = malloc(sizeof *words->sight)};
    return words->sight == NULL ? rr_fail_memory(err) : rr_search_open(&words->search, err);
}

void rr_words_begin(struct rr_words *words, struct rr_slice text) {
    words->text = text;
    words->letter_count = words->next = 0;
    words->sighted = SIZE_MAX;
    if (text.len > UINT32_MAX ||
        rr_memory_reserve(&words->letters, &words->letter_capacity, (uint32_t)text.len, sizeof *words->letters) != 0) {
        words->failed = true;
        rr_err_set_memory(&words->err);
        return;
    }
    words->letter_count = rr_letters_read(text, words->letters);
}

/* From the letter behind the next one, as far as a term reaches. */
static const struct rr_sight *look_ahead(struct rr_words *words) {
    size_t at = words->next + 1, from = at - at % RR_TERM_REACH;
    if (from != words->sighted) {
        rr_sight_take(words->sight, words->letters + from, words->letter_count - from);
        words->sighted = from;
    }
    words->sight->at = (unsigned)(at - from);
    return words->sight;
}

static bool is_letter_at(struct rr_slice text, size_t at) {
    return at < text.len && (unsigned char)text.ptr[at] < 0x80 && rr_is_letter(rr_character_at(text.ptr + at, 1));
}

static bool is_space_at(struct rr_slice text, size_t at) {
    return at < text.len && text.ptr[at] == ' ';
}

/* What parts clauses and sentences, which is not for the file to say. 1.5억 and a.b are parted by nothing. */
static bool is_punctuation(struct rr_slice text, size_t at, enum rr_word_kind *kind) {
    switch (text.ptr[at]) {
    case '\n':
    case '!':
    case ';':
        *kind = RR_WORD_ENDS;
        return true;
    case '.':
        *kind = RR_WORD_ENDS;
        return !is_letter_at(text, at + 1);
    case '?':
        *kind = RR_WORD_ENDS_ASKING;
        return true;
    case ',':
    case '/':
        *kind = RR_WORD_COMMA;
        return true;
    case '-':
        *kind = RR_WORD_COMMA;
        return at > 0 && is_space_at(text, at - 1) && is_space_at(text, at + 1);
    default:
        return false;
    }
}

static bool is_english_letter(uint32_t character) {
    return character >= 'a' && character <= 'z';
}

static bool is_within_english_word(const struct rr_words *words) {
    const struct rr_letter *letter = &words->letters[words->next];
    return words->next > 0 && is_english_letter(letter[0].exact) && is_english_letter(letter[-1].exact);
}

/* A term that begins right here. An English one does not begin within a word. */
static bool match_term(struct rr_words *words, struct rr_word *word) {
    const struct rr_place place = {words->text, words->letters + words->next, words->letter_count - words->next,
                                   look_ahead(words)};
    const struct rr_term *term;
    struct rr_hit hit;
    if (is_within_english_word(words))
        return false;
    int found = rr_vocabulary_find(words->vocabulary, &place, words->search, &term, &hit, &words->err);
    words->failed |= found < 0;
    if (found == 1)
        *word = (struct rr_word){term->kind, term->label, hit.begin, hit.end};
    return found == 1;
}

static bool match(struct rr_words *words, struct rr_word *word) {
    size_t at = words->letters[words->next].at;
    enum rr_word_kind kind;
    if (match_term(words, word))
        return true;
    if (!is_punctuation(words->text, at, &kind))
        return false;
    *word = (struct rr_word){kind, RR_NO_PIPELINE, at, at + 1};
    return true;
}

bool rr_words_next(struct rr_words *words, struct rr_word *word) {
    while (words->next < words->letter_count && !match(words, word))
        words->next++;
    if (words->next == words->letter_count)
        return false;
    while (words->next < words->letter_count && words->letters[words->next].at < word->end)
        words->next++;
    return true;
}

void rr_words_close(struct rr_words *words) {
    rr_search_close(&words->search);
    rr_memory_free(words->letters, words->letter_capacity * sizeof *words->letters);
    free(words->sight);
    words->letters = NULL;
    words->sight = NULL;
    words->letter_capacity = 0;
    words->vocabulary = NULL;
}
