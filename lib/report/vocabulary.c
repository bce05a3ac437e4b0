#include "report/vocabulary.h"

#include "base/buf.h"

#include <stdlib.h>
#include <string.h>

/* The assembler reads the file, so that the program needs none. */
__asm__(".pushsection .rodata\n"
        ".globl rr_vocabulary_text\n"
        "rr_vocabulary_text: .incbin \"lib/report/vocabulary.txt\"\n"
        ".byte 0\n"
        ".popsection\n");

enum { expression_max_bytes = 1024 * 1024, terms_max = 4096, leaf_max = 3 };

/* A term of the file on its way into the expression. */
struct term {
    uint32_t first; /* the character that it begins with, which every match begins with too */
    uint32_t order; /* in the file */
    struct rr_slice text;
    uint32_t tail; /* number of what follows the text, plus one; 0: nothing */
    size_t len;    /* of both */
    struct rr_word word;
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
    {"다른 주제", RR_WORD_OTHER},   {"문제", RR_WORD_BAD},  {"해결", RR_WORD_GOOD}, {"뒤 부정", RR_WORD_NOT},
    {"앞 부정", RR_WORD_NOT_AHEAD}, {"질문", RR_WORD_ASKS}, {"가정", RR_WORD_IF},   {"이음", RR_WORD_TURNS},
};

static const struct {
    const char *suffix;
    enum rr_word_kind kind;
} parts[] = {{"", RR_WORD_BLOCKS}, {" 주제", RR_WORD_TOPIC}, {" 해결", RR_WORD_SETTLES}};

static bool is_named(struct rr_slice name, const char *label, const char *suffix) {
    size_t len = strlen(label);
    return name.len > len - 1 && memcmp(name.ptr, label, len) == 0 &&
           rr_slice_equal((struct rr_slice){name.ptr + len, name.len - len}, rr_slice_of(suffix));
}

static bool find_section(struct rr_slice name, struct rr_word *word) {
    for (size_t i = 0; i < sizeof sections / sizeof sections[0]; i++)
        if (rr_slice_equal(name, rr_slice_of(sections[i].name))) {
            *word = (struct rr_word){sections[i].kind, RR_NO_PIPELINE};
            return true;
        }
    for (int label = RR_BUDGET; label < RR_BLOCKER_COUNT; label++)
        for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
            if (is_named(name, rr_blocker_name((enum rr_blocker)label), parts[i].suffix)) {
                *word = (struct rr_word){parts[i].kind, (enum rr_blocker)label};
                return true;
            }
    return false;
}

/* The character at text, lower case where it is a letter of ASCII. */
static uint32_t character_at(const char *text, size_t left) {
    const unsigned char *s = (const unsigned char *)text;
    switch (rr_utf8_length(text, left)) {
    case 1:
        return s[0] >= 'A' && s[0] <= 'Z' ? s[0] - 'A' + 'a' : s[0];
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

static bool is_letter(uint32_t character) {
    return character >= 0x80 || (character >= '0' && character <= '9') || (character >= 'a' && character <= 'z');
}

static bool add_term(struct terms *terms, struct rr_slice text, uint32_t tail, struct rr_word word) {
    size_t at = text.len > 1 && text.ptr[0] == '|';
    uint32_t first = text.len > 0 ? character_at(text.ptr + at, text.len - at) : 0;
    if (terms->count == terms_max || !is_letter(first))
        return false;
    size_t len = text.len + (tail == 0 ? 0 : terms->tails[tail - 1].len);
    terms->items[terms->count] = (struct term){first, terms->count, text, tail, len, word};
    terms->count++;
    return true;
}

/* A term that begins with a choice is so many terms with one tail. */
static bool add_choices(struct terms *terms, struct rr_slice text, struct rr_word word) {
    const char *close = text.ptr[0] != '(' ? NULL : memchr(text.ptr, ')', text.len);
    if (close == NULL)
        return add_term(terms, text, 0, word);
    if (terms->tail_count == terms_max)
        return false;
    terms->tails[terms->tail_count++] = (struct rr_slice){close + 1, text.len - (size_t)(close + 1 - text.ptr)};
    for (const char *from = text.ptr + 1; from <= close;) {
        const char *to = memchr(from, '/', (size_t)(close - from));
        to = to == NULL ? close : to;
        if (!add_term(terms, (struct rr_slice){from, (size_t)(to - from)}, terms->tail_count, word))
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

static bool read_line(struct terms *terms, struct rr_slice line, struct rr_word *word, bool *in_section) {
    if (line.len == 0 || line.ptr[0] == '#')
        return true;
    if (line.ptr[0] == '[') {
        *in_section = line.ptr[line.len - 1] == ']' && find_section((struct rr_slice){line.ptr + 1, line.len - 2}, word);
        return *in_section;
    }
    while (*in_section && line.len > 0) {
        struct rr_slice term = take_until(&line, ',');
        if (term.len > 0 && !add_choices(terms, term, *word))
            return false;
    }
    return *in_section;
}

static int read_terms(struct terms *terms, struct rr_slice text, struct rr_err *err) {
    struct rr_word word = {RR_WORD_BLOCKS, RR_NO_PIPELINE};
    bool in_section = false;
    for (int number = 1; text.len > 0; number++)
        if (!read_line(terms, take_until(&text, '\n'), &word, &in_section))
            return rr_fail(err, RR_PIPELINE_FAILED, "line %d of the vocabulary cannot be read", number);
    return 0;
}

/* ---- The expression ---- */

/* Parts that most terms have, written once: g where a term has a space (a particle and white space, or none), e the same between
 * English words, w where it has ~ (a few more words of the clause, none of which turns it), b and f no letter before and behind,
 * n no English one before. */
static const char parts_of_terms[] =
    "(?(DEFINE)(?<g>(?:[은는이가을를도의에로와과만]|으로|까지|에서)?[\\s\\x{a0}\\x{3000}]{0,3})"
    "(?<e>[\\s-]{0,2})(?<w>(?:(?!없|않|못 |안 |지만|는데|으나|not |no |n't |but )[^.,;!?\\n]){0,12}?)"
    "(?<b>(?<![a-z가-힣]))(?<f>(?![a-z가-힣]))(?<n>(?<![a-z])))";
static const char gap[] = "(?&g)", gap_english[] = "(?&e)", some_words[] = "(?&w)", no_letter_before[] = "(?&b)",
                  no_letter_behind[] = "(?&f)", no_english_before[] = "(?&n)";

static void add_mark(struct rr_buf *out, enum rr_word_kind kind, enum rr_blocker label) {
    rr_buf_printf(out, "(*:%c%c)", 'a' + (char)kind, 'a' + (char)label);
}

/* What parts clauses and sentences, which is not for the file to say. A question's mark asks before it ends. */
static void add_punctuation(struct rr_buf *out) {
    rr_buf_add_text(out, "(?=[\\n!-?·…])(?:(?:[\\n!;]|\\.(?![0-9a-z]))");
    add_mark(out, RR_WORD_ENDS, RR_NO_PIPELINE);
    rr_buf_add_text(out, "|\\?");
    add_mark(out, RR_WORD_ENDS_ASKING, RR_NO_PIPELINE);
    rr_buf_add_text(out, "|(?:[,/·…]|(?<=\\s)-(?=\\s))");
    add_mark(out, RR_WORD_COMMA, RR_NO_PIPELINE);
    rr_buf_add_text(out, ")|");
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
    else if (c == '|')
        rr_buf_add_text(out, at == 0 && begins ? no_letter_before : no_letter_behind);
    else {
        if ((unsigned char)c < 0x80 && !is_letter(character_at(&c, 1)))
            rr_buf_add(out, "\\", 1);
        rr_buf_add(out, &c, 1);
    }
}

static void add_text(struct rr_buf *out, struct rr_slice text, bool begins) {
    for (size_t at = 0; at < text.len;) {
        if (text.ptr[at] == ' ' || text.ptr[at] == '~')
            at = add_gap(out, text, at);
        else
            add_character(out, text, at++, begins);
    }
}

static void add_expression(struct rr_buf *out, const struct term *term) {
    if (is_english(term->first) && term->text.ptr[0] != '|')
        rr_buf_add_text(out, no_english_before);
    add_text(out, term->text, true);
    if (term->tail > 0)
        rr_buf_printf(out, "(?&t%u)", (unsigned)term->tail);
    add_mark(out, term->word.kind, term->word.label);
}

static void add_tails(struct rr_buf *out, const struct terms *terms) {
    rr_buf_add_text(out, "(?(DEFINE)");
    for (uint32_t i = 0; i < terms->tail_count; i++) {
        rr_buf_printf(out, "(?<t%u>", (unsigned)i + 1);
        add_text(out, terms->tails[i], false);
        rr_buf_add_text(out, ")");
    }
    rr_buf_add_text(out, ")");
}

/* By the first character; of those with the same, the longest first, so that it is what is found. */
static int compare_terms(const void *left, const void *right) {
    const struct term *a = left, *b = right;
    if (a->first != b->first)
        return a->first < b->first ? -1 : 1;
    if (a->len != b->len)
        return a->len > b->len ? -1 : 1;
    return a->order < b->order ? -1 : 1;
}

/* The terms as a tree: at most places of a text a few comparisons tell that none begins there. */
static void add_tree(struct rr_buf *out, const struct term *terms, uint32_t count) {
    uint32_t middle = count / 2;
    while (middle > 0 && middle < count && terms[middle - 1].first == terms[middle].first)
        middle++;
    if (count <= leaf_max || middle == count) {
        for (uint32_t i = 0; i < count; i++) {
            rr_buf_add_text(out, i == 0 ? "" : "|");
            add_expression(out, &terms[i]);
        }
        return;
    }
    rr_buf_printf(out, "(?=[\\x{%x}-\\x{%x}])(?:", terms[0].first, terms[middle - 1].first);
    add_tree(out, terms, middle);
    rr_buf_add_text(out, ")|");
    add_tree(out, terms + middle, count - middle);
}

static int compile(struct rr_pattern **vocabulary, struct terms *terms, struct rr_err *err) {
    struct rr_buf expression = RR_BUF_INIT(expression_max_bytes);
    qsort(terms->items, terms->count, sizeof *terms->items, compare_terms);
    rr_buf_add_text(&expression, parts_of_terms);
    add_tails(&expression, terms);
    add_punctuation(&expression);
    add_tree(&expression, terms->items, terms->count);
    int rc = expression.failed ? rr_fail_memory(err) : rr_pattern_compile_text(vocabulary, expression.ptr, err);
    rr_buf_free(&expression);
    return rc;
}

int rr_vocabulary_open(struct rr_pattern **vocabulary, const char *text, struct rr_err *err) {
    struct terms *terms = calloc(1, sizeof *terms);
    if (terms == NULL)
        return rr_fail_memory(err);
    int rc = read_terms(terms, rr_slice_of(text), err);
    if (rc == 0)
        rc = terms->count > 0 ? compile(vocabulary, terms, err) : rr_fail(err, RR_PIPELINE_FAILED, "the vocabulary has no term");
    free(terms);
    return rc;
}

struct rr_word rr_word_of(const char *mark) {
    return (struct rr_word){(enum rr_word_kind)(mark[0] - 'a'), (enum rr_blocker)(mark[1] - 'a')};
}
