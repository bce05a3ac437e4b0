#include "report/words.h"

int rr_words_open(struct rr_words *words, struct rr_vocabulary *vocabulary, struct rr_err *err) {
    *words = (struct rr_words){.vocabulary = vocabulary};
    return rr_search_open(&words->search, err);
}

void rr_words_begin(struct rr_words *words, struct rr_slice text) {
    words->text = text;
    words->at = 0;
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

/* A term that begins right here. An English one does not begin within a word. */
static bool match_term(struct rr_words *words, size_t len, struct rr_word *word) {
    const struct rr_slice text = words->text;
    size_t next = words->at + len;
    const struct rr_pattern *pattern;
    struct rr_hit hit;
    if (words->at > 0 && is_english_letter(text.ptr[words->at]) && is_english_letter(text.ptr[words->at - 1]))
        return false;
    uint32_t first = rr_character_at(text.ptr + words->at, len);
    uint32_t second = next < text.len ? rr_character_at(text.ptr + next, text.len - next) : 0;
    if (rr_vocabulary_pattern(words->vocabulary, first, second, &pattern, &words->err) != 0)
        words->failed = true;
    if (pattern == NULL || !rr_search_next(words->search, pattern, text, words->at, &hit))
        return false;
    *word = (struct rr_word){(enum rr_word_kind)(hit.mark[0] - 'a'), (enum rr_blocker)(hit.mark[1] - 'a'), hit.begin, hit.end};
    return true;
}

bool rr_words_next(struct rr_words *words, struct rr_word *word) {
    while (words->at < words->text.len) {
        size_t len = rr_utf8_length(words->text.ptr + words->at, words->text.len - words->at);
        enum rr_word_kind kind;
        bool found = len > 0 && match_term(words, len, word);
        if (!found && is_punctuation(words->text, words->at, &kind)) {
            *word = (struct rr_word){kind, RR_NO_PIPELINE, words->at, words->at + 1};
            found = true;
        }
        words->at = found ? word->end : words->at + (len > 0 ? len : 1);
        if (found)
            return true;
    }
    return false;
}

void rr_words_close(struct rr_words *words) {
    rr_search_close(&words->search);
    words->vocabulary = NULL;
}
