#include "report/vocabulary.h"

#include "base/buf.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* The assembler reads the file, so that the program needs none. */
__asm__(".pushsection .rodata\n"
        ".globl rr_vocabulary_text\n"
        "rr_vocabulary_text: .incbin \"lib/report/vocabulary.txt\"\n"
        ".byte 0\n"
        ".popsection\n");

/* PCRE2 takes no expression that compiles to more than 64 KiB. */
enum { expression_max_bytes = 1024 * 1024, pattern_bytes = 700, terms_max = 8192, first_syllable = 0xac00, last_syllable = 0xd7a3, finals = 28 };

/* A term of the file on its way into the expression. */
struct term {
    uint32_t first; /* the character that it begins with, which every match begins with too */
    uint32_t order; /* in the file */
    struct rr_slice text;
    uint32_t tail; /* number of what follows the text, plus one; 0: nothing */
    size_t len;    /* of both */
    bool wide;     /* takes in other words: ~ */
    enum rr_word_kind kind;
    enum rr_blocker label;
};

struct terms {
    struct term items[terms_max];
    uint32_t count;
    struct rr_slice tails[terms_max]; /* that several terms have */
    uint32_t tail_count;
};

/* ---- The file ---- */

static const struct {
    const char *name;
    enum rr_word_kind kind;
} sections[] = {
    {"다른 주제", RR_WORD_OTHER}, {"문제", RR_WORD_BAD},          {"해결", RR_WORD_GOOD},
    {"뒤 부정", RR_WORD_NOT},     {"앞 부정", RR_WORD_NOT_AHEAD}, {"질문", RR_WORD_ASKS},
    {"가정", RR_WORD_IF},         {"아직", RR_WORD_STILL},        {"무시", RR_WORD_IGNORED},
    {"이음", RR_WORD_TURNS},      {"성사", RR_WORD_AGREED},
};

static const struct {
    const char *suffix;
    enum rr_word_kind kind;
} parts[] = {{"", RR_WORD_BLOCKS}, {" 상태", RR_WORD_BLOCKS_ALONE}, {" 주제", RR_WORD_TOPIC}, {" 해결", RR_WORD_SETTLES}};

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

/* The character at text, lower case where it is a letter of ASCII. */
static uint32_t character_at(const char *text, size_t left) {
    const unsigned char *s = (const unsigned char *)text;
    switch (rr_utf8_length(text, left)) {
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

static bool is_english_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_letter(uint32_t character) {
    return character >= 0x80 || (character >= '0' && character <= '9') || (character >= 'a' && character <= 'z');
}

static bool add_term(struct terms *terms, struct rr_slice text, uint32_t tail, const struct section *section) {
    size_t at = text.len > 1 && text.ptr[0] == '|';
    uint32_t first = text.len > 0 ? character_at(text.ptr + at, text.len - at) : 0;
    if (terms->count == terms_max || !is_letter(first) || first > RR_VOCABULARY_FIRST_MAX)
        return false;
    const struct rr_slice rest = tail == 0 ? (struct rr_slice){NULL, 0} : terms->tails[tail - 1];
    size_t len = text.len + rest.len;
    bool wide = memchr(text.ptr, '~', text.len) != NULL || (tail > 0 && memchr(rest.ptr, '~', rest.len) != NULL);
    terms->items[terms->count] = (struct term){first, terms->count, text, tail, len, wide, section->kind, section->label};
    terms->count++;
    return true;
}

/* A term that begins with a choice is so many terms with one tail. */
static bool add_choices(struct terms *terms, struct rr_slice text, const struct section *section) {
    const char *close = text.ptr[0] != '(' ? NULL : memchr(text.ptr, ')', text.len);
    if (close == NULL)
        return add_term(terms, text, 0, section);
    const struct rr_slice rest = {close + 1, text.len - (size_t)(close + 1 - text.ptr)};
    uint32_t tail = 0;
    if (terms->tail_count == terms_max)
        return false;
    if (rest.len > 0) {
        terms->tails[terms->tail_count++] = rest;
        tail = terms->tail_count;
    }
    for (const char *from = text.ptr + 1; from <= close;) {
        const char *to = memchr(from, '/', (size_t)(close - from));
        to = to == NULL ? close : to;
        if (!add_term(terms, (struct rr_slice){from, (size_t)(to - from)}, tail, section))
            return false;
        from = to + 1;
    }
    return true;
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

static bool read_line(struct terms *terms, struct rr_slice line, struct section *section) {
    if (line.len == 0 || line.ptr[0] == '#')
        return true;
    if (line.ptr[0] == '[') {
        *section = section_of((struct rr_slice){line.ptr + 1, line.len - (line.ptr[line.len - 1] == ']') - 1});
        return section->known;
    }
    while (section->known && line.len > 0) {
        struct rr_slice term = take_until(&line, ',');
        if (term.len > 0 && !add_choices(terms, term, section))
            return false;
    }
    return section->known;
}

static int read_terms(struct terms *terms, struct rr_slice text, struct rr_err *err) {
    struct section section = {.known = false};
    for (int number = 1; text.len > 0; number++)
        if (!read_line(terms, take_until(&text, '\n'), &section))
            return rr_fail(err, RR_PIPELINE_FAILED, "line %d of the vocabulary cannot be read", number);
    return 0;
}

/* ---- The expression ---- */

/* Parts that many terms have, written once: g where a term has a space (a particle and white space, or none), e the same between
 * English words, w where it has ~ (a few more words of the clause, none of which turns it), f no letter behind. */
static const char parts_of_terms[] = "(?(DEFINE)(?<g>(?:님?[은는이가을를도의에로와과만랑님]|으로|까지|에서|[와과]의|이랑)?[\\s\\x{a0}\\x{3000}]{0,3})"
                                     "(?<e>[\\s-]{0,2})"
                                     "(?<w>(?:(?!없|않|못 |안 |지만|는데|으나|not |no |n't |but )[^.,;!?\\n]){0,12}?)"
                                     "(?<f>(?![a-z가-힣])))";
static const char gap[] = "(?&g)", gap_english[] = "(?&e)", some_words[] = "(?&w)", no_letter_behind[] = "(?&f)";

/* Not as parts, since they are looked at wherever a term may begin, and calling a part takes a while. */
static const char no_letter_before[] = "(?<![a-z가-힣])";

static void add_mark(struct rr_buf *out, enum rr_word_kind kind, enum rr_blocker label) {
    rr_buf_printf(out, "(*:%c%c)", 'a' + (char)kind, 'a' + (char)label);
}

static bool is_english(uint32_t character) {
    return character < 0x80 && is_letter(character);
}

/* White space and ~ say together what may stand in their place; where that ends. */
static size_t add_gap(struct rr_buf *out, struct rr_slice text, size_t at) {
    size_t end = at;
    bool words = false;
    for (; end < text.len && (text.ptr[end] == ' ' || text.ptr[end] == '~'); end++)
        words |= text.ptr[end] == '~';
    bool english = end < text.len && is_english(character_at(text.ptr + end, text.len - end));
    rr_buf_add_text(out, words ? some_words : english ? gap_english : gap);
    return end;
}

static void add_character(struct rr_buf *out, struct rr_slice text, size_t at, bool begins) {
    char c = text.ptr[at];
    if (c == '(')
        rr_buf_add_text(out, "(?:");
    else if (c == '/' || c == ')')
        rr_buf_add(out, c == '/' ? "|" : ")", 1);
    else if (c == '|' && at == 0 && begins)
        rr_buf_add_text(out, no_letter_before);
    else if (c == '|')
        rr_buf_add_text(out, no_letter_behind);
    else {
        if ((unsigned char)c < 0x80 && !is_letter(character_at(&c, 1)))
            rr_buf_add(out, "\\", 1);
        rr_buf_add(out, &c, 1);
    }
}

/* Does a word end at at, behind which nothing is said of what follows: at the end of the text, or of a choice that ends it? */
static bool is_open_end(struct rr_slice text, size_t at) {
    if (at == text.len)
        return true;
    const char *close = text.ptr[at] == '/' || text.ptr[at] == ')' ? memchr(text.ptr + at, ')', text.len - at) : NULL;
    return close != NULL && close + 1 == text.ptr + text.len;
}

/* A last syllable without a final consonant stands for those with one too: 밀려 for 밀렸, 줄이 for 줄인, 줄일, 줄임. */
static bool add_open_syllable(struct rr_buf *out, struct rr_slice text, size_t at) {
    uint32_t syllable = at == 0 ? 0 : character_at(text.ptr + at, text.len - at);
    if (syllable < first_syllable || syllable > last_syllable || (syllable - first_syllable) % finals != 0 ||
        !is_open_end(text, at + 3))
        return false;
    rr_buf_printf(out, "[\\x{%x}-\\x{%x}]", syllable, syllable + finals - 1);
    return true;
}

static void add_text(struct rr_buf *out, struct rr_slice text, bool begins, bool ends) {
    for (size_t at = 0; at < text.len;) {
        if (text.ptr[at] == ' ' || text.ptr[at] == '~')
            at = add_gap(out, text, at);
        else if (ends && add_open_syllable(out, text, at))
            at += 3;
        else
            add_character(out, text, at++, begins);
    }
}

/* Nouns do not conjugate: 수주 is not 수준. */
static bool is_open(enum rr_word_kind kind) {
    return kind != RR_WORD_TOPIC && kind != RR_WORD_OTHER && kind != RR_WORD_IGNORED;
}

static void add_expression(struct rr_buf *out, const struct term *term) {
    add_text(out, term->text, true, term->tail == 0 && is_open(term->kind));
    if (term->tail > 0)
        rr_buf_printf(out, "(?&t%u)", (unsigned)term->tail);
    add_mark(out, term->kind, term->label);
}

/* Those that the terms need; a tail's terms are not all together. */
static void add_tails(struct rr_buf *out, const struct terms *terms, uint32_t from, uint32_t to) {
    rr_buf_add_text(out, "(?(DEFINE)");
    for (uint32_t tail = 1; tail <= terms->tail_count; tail++) {
        uint32_t at = from;
        while (at < to && terms->items[at].tail != tail)
            at++;
        if (at == to)
            continue;
        rr_buf_printf(out, "(?<t%u>", (unsigned)tail);
        add_text(out, terms->tails[tail - 1], false, is_open(terms->items[at].kind));
        rr_buf_add_text(out, ")");
    }
    rr_buf_add_text(out, ")");
}

/* By the first character; of those with the same, the one that reaches furthest first, so that it is what is found. */
static int compare_terms(const void *left, const void *right) {
    const struct term *a = left, *b = right;
    if (a->first != b->first)
        return a->first < b->first ? -1 : 1;
    if (a->wide != b->wide)
        return a->wide ? -1 : 1;
    if (a->len != b->len)
        return a->len > b->len ? -1 : 1;
    return a->order < b->order ? -1 : 1;
}

static int compile(struct rr_vocabulary *vocabulary, struct rr_buf *expression, struct rr_err *err) {
    int rc = vocabulary->count == RR_VOCABULARY_PATTERNS ? rr_fail(err, RR_PIPELINE_FAILED, "the vocabulary is too long")
             : expression->failed                        ? rr_fail_memory(err)
                                  : rr_pattern_compile_text(&vocabulary->patterns[vocabulary->count], expression->ptr, err);
    vocabulary->count += rc == 0;
    rr_buf_free(expression);
    return rc;
}

/* A hash of two characters; of the second one as it is without a final consonant, which it may have. */
static uint16_t pair_of(uint32_t first, uint32_t second) {
    bool syllable = second >= first_syllable && second <= last_syllable;
    return (uint16_t)(first * 40503U + (syllable ? (second - first_syllable) / finals : second));
}

static void set_pair(uint8_t *pairs, uint16_t pair) {
    pairs[pair / 8] |= (uint8_t)(1U << pair % 8);
}

static bool has_pair(const uint8_t *pairs, uint16_t pair) {
    return (pairs[pair / 8] >> pair % 8 & 1) != 0;
}

/* The character that must follow a term's first one; 0: it may be several. */
static uint32_t second_of(const struct term *term) {
    size_t at = term->text.ptr[0] == '|';
    at += rr_utf8_length(term->text.ptr + at, term->text.len - at);
    uint32_t second = at < term->text.len ? character_at(term->text.ptr + at, term->text.len - at) : 0;
    return is_letter(second) ? second : 0;
}

static int compile_terms(struct rr_vocabulary *vocabulary, const struct terms *terms, uint32_t from, uint32_t to,
                         struct rr_err *err) {
    struct rr_buf expression = RR_BUF_INIT(expression_max_bytes);
    rr_buf_add_text(&expression, "\\G(?:");
    for (uint32_t i = from; i < to; i++) {
        rr_buf_add_text(&expression, i == from ? "" : "|");
        add_expression(&expression, &terms->items[i]);
    }
    rr_buf_add_text(&expression, ")");
    add_tails(&expression, terms, from, to); /* behind, or PCRE2 could not tell that it is anchored */
    rr_buf_add_text(&expression, parts_of_terms);
    for (uint32_t i = from; i < to; i++) {
        const struct term *term = &terms->items[i];
        vocabulary->by_first[term->first] = (uint8_t)(vocabulary->count + 1);
        set_pair(vocabulary->pairs, pair_of(term->first, second_of(term)));
    }
    return compile(vocabulary, &expression, err);
}

/* In as many patterns as it takes. */
static int compile_all(struct rr_vocabulary *vocabulary, struct terms *terms, struct rr_err *err) {
    uint32_t from = 0;
    size_t bytes = 0;
    qsort(terms->items, terms->count, sizeof *terms->items, compare_terms);
    for (uint32_t i = 0; i < terms->count; i++) {
        const struct term *term = &terms->items[i];
        bool cut = i > from && term->first != term[-1].first && bytes > pattern_bytes;
        if (cut && compile_terms(vocabulary, terms, from, i, err) != 0)
            return -1;
        from = cut ? i : from;
        bytes = (cut ? 0 : bytes) + term->len;
    }
    return compile_terms(vocabulary, terms, from, terms->count, err);
}

int rr_vocabulary_open(struct rr_vocabulary *vocabulary, const char *text, struct rr_err *err) {
    struct terms *terms = calloc(1, sizeof *terms);
    *vocabulary = (struct rr_vocabulary){.by_first = calloc(RR_VOCABULARY_FIRST_MAX + 1, 1)};
    if (terms == NULL || vocabulary->by_first == NULL) {
        rr_vocabulary_close(vocabulary);
        free(terms);
        return rr_fail_memory(err);
    }
    int rc = read_terms(terms, rr_slice_of(text), err);
    if (rc == 0)
        rc = terms->count > 0 ? compile_all(vocabulary, terms, err)
                              : rr_fail(err, RR_PIPELINE_FAILED, "the vocabulary has no term");
    if (rc != 0)
        rr_vocabulary_close(vocabulary);
    free(terms);
    return rc;
}

void rr_vocabulary_close(struct rr_vocabulary *vocabulary) {
    for (int i = 0; i < vocabulary->count; i++)
        rr_pattern_free(&vocabulary->patterns[i]);
    free(vocabulary->by_first);
    *vocabulary = (struct rr_vocabulary){.count = 0};
}

/* ---- Words of a text ---- */

int rr_words_open(struct rr_words *words, const struct rr_vocabulary *vocabulary, struct rr_err *err) {
    *words = (struct rr_words){.vocabulary = vocabulary};
    for (int i = 0; i < vocabulary->count; i++)
        if (rr_search_open(&words->searches[i], vocabulary->patterns[i], err) != 0) {
            rr_words_close(words);
            return -1;
        }
    return 0;
}

void rr_words_begin(struct rr_words *words, struct rr_slice text) {
    words->text = text;
    words->at = 0;
}

static bool is_letter_at(struct rr_slice text, size_t at) {
    return at < text.len && (unsigned char)text.ptr[at] < 0x80 && is_letter(character_at(text.ptr + at, 1));
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

/* Can a term begin with the character here and the next one? An English one does not begin within a word. */
static bool may_begin(const struct rr_words *words, uint32_t first, size_t next) {
    const struct rr_slice text = words->text;
    if (first > RR_VOCABULARY_FIRST_MAX || words->vocabulary->by_first[first] == 0)
        return false;
    if (first >= 'a' && first <= 'z' && words->at > 0 && is_english_letter(text.ptr[words->at - 1]))
        return false;
    uint32_t second = next < text.len ? character_at(text.ptr + next, text.len - next) : 0;
    const uint8_t *pairs = words->vocabulary->pairs;
    return has_pair(pairs, pair_of(first, 0)) || has_pair(pairs, pair_of(first, second));
}

/* A term that begins right here. */
static bool match_term(struct rr_words *words, size_t len, struct rr_word *word) {
    uint32_t first = character_at(words->text.ptr + words->at, len);
    struct rr_hit hit;
    if (!may_begin(words, first, words->at + len) ||
        !rr_search_next(words->searches[words->vocabulary->by_first[first] - 1], words->text, words->at, &hit))
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
    for (int i = 0; i < RR_VOCABULARY_PATTERNS; i++)
        rr_search_close(&words->searches[i]);
    words->vocabulary = NULL;
}
