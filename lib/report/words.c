#include "report/words.h"

enum { looked_bytes = 128 };

int rr_words_open(struct rr_words *words, struct rr_vocabulary *vocabulary, struct rr_err *err) {
    *words = (struct rr_words){.vocabulary = vocabulary};
    return rr_search_open(&words->search, err);
}

static void read_second(struct rr_words *words) {
    const struct rr_place *place = &words->place;
    size_t at = place->at + words->first_len;
    words->second_len = 0;
    words->place.second = 0;
    if (at < place->text.len)
        words->place.second = rr_character_take(place->text.ptr + at, place->text.len - at, &words->second_len);
}

static void go_to(struct rr_words *words, size_t at) {
    struct rr_place *place = &words->place;
    place->at = at;
    place->first = 0;
    words->first_len = 0;
    if (at < place->text.len)
        place->first = rr_character_take(place->text.ptr + at, place->text.len - at, &words->first_len);
    read_second(words);
}

/* By a character, or by a byte that is none. */
static void go_on(struct rr_words *words) {
    if (words->first_len == 0) {
        go_to(words, words->place.at + 1);
        return;
    }
    words->place.at += words->first_len;
    words->place.first = words->place.second;
    words->first_len = words->second_len;
    read_second(words);
}

void rr_words_begin(struct rr_words *words, struct rr_slice text) {
    words->place = (struct rr_place){.text = text};
    words->looked_until = 0;
    go_to(words, 0);
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

static bool is_english_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* No term goes on behind these; it may behind the end of a line. */
static bool ends_clause(struct rr_slice text, size_t at) {
    enum rr_word_kind kind;
    return text.ptr[at] == ',' || (text.ptr[at] != '\n' && is_punctuation(text, at, &kind) && kind != RR_WORD_COMMA);
}

/* As far as a term may reach that begins before it is looked ahead again. In a long clause nearly all letters would be there. */
static void look_ahead(struct rr_words *words) {
    const struct rr_slice text = words->place.text;
    size_t begin = words->place.at, end = begin + 1, far = begin + looked_bytes + RR_TERM_REACH_BYTES;
    while (end < text.len && end < far && !ends_clause(text, end))
        end++;
    words->place.ahead = rr_letters_of((struct rr_slice){text.ptr + begin, end - begin});
    words->looked_until = end < far ? end : begin + looked_bytes;
}

/* A term that begins right here. An English one does not begin within a word. */
static bool match_term(struct rr_words *words, struct rr_word *word) {
    const struct rr_place *place = &words->place;
    const char *here = place->text.ptr + place->at;
    const struct rr_term *term;
    struct rr_hit hit;
    if (words->first_len == 0 || (place->at > 0 && is_english_letter(here[0]) && is_english_letter(here[-1])))
        return false;
    int found = rr_vocabulary_find(words->vocabulary, place, words->search, &term, &hit, &words->err);
    words->failed |= found < 0;
    if (found == 1)
        *word = (struct rr_word){term->kind, term->label, hit.begin, hit.end};
    return found == 1;
}

bool rr_words_next(struct rr_words *words, struct rr_word *word) {
    const struct rr_place *place = &words->place;
    for (; place->at < place->text.len; go_on(words)) {
        enum rr_word_kind kind;
        if (place->at >= words->looked_until)
            look_ahead(words);
        bool found = match_term(words, word);
        if (!found && is_punctuation(place->text, place->at, &kind)) {
            *word = (struct rr_word){kind, RR_NO_PIPELINE, place->at, place->at + 1};
            found = true;
        }
        if (found) {
            go_to(words, word->end);
            return true;
        }
    }
    return false;
}

void rr_words_close(struct rr_words *words) {
    rr_search_close(&words->search);
    words->vocabulary = NULL;
}
