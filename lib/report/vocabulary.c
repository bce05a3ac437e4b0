#include "report/vocabulary.h"

#include "base/buf.h"
#include "base/thread.h"
#include "report/terms.h"

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
enum { expression_max_bytes = 1024 * 1024, pattern_bytes = 700, first_syllable = 0xac00, last_syllable = 0xd7a3, finals = 28 };

/* ---- The expression ---- */

/* Parts that many terms have, written once: g where a term has a space (a particle and white space, or none), e the same between
 * English words, w where it has ~ (a few more words of the clause, none of which turns it), f no letter behind. */
static const char parts_of_terms[] =
    "(?(DEFINE)(?<g>(?:님?[은는이가을를도의에로와과만랑님]|으로|까지|에서|[와과]의|이랑)?[\\s\\x{a0}\\x{3000}]{0,3})"
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
    return character < 0x80 && rr_is_letter(character);
}

/* White space and ~ say together what may stand in their place; where that ends. */
static size_t add_gap(struct rr_buf *out, struct rr_slice text, size_t at) {
    size_t end = at;
    bool words = false;
    for (; end < text.len && (text.ptr[end] == ' ' || text.ptr[end] == '~'); end++)
        words |= text.ptr[end] == '~';
    bool english = end < text.len && is_english(rr_character_at(text.ptr + end, text.len - end));
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
        if ((unsigned char)c < 0x80 && !rr_is_letter(rr_character_at(&c, 1)))
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
    uint32_t syllable = at == 0 ? 0 : rr_character_at(text.ptr + at, text.len - at);
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

static void add_expression(struct rr_buf *out, const struct rr_term *term) {
    add_text(out, term->text, true, term->tail == 0 && is_open(term->kind));
    if (term->tail > 0)
        rr_buf_printf(out, "(?&t%u)", (unsigned)term->tail);
    add_mark(out, term->kind, term->label);
}

/* Those that the terms need; a tail's terms are not all together. */
static void add_tails(struct rr_buf *out, const struct rr_terms *terms, uint32_t from, uint32_t to) {
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
    const struct rr_term *a = left, *b = right;
    if (a->first != b->first)
        return a->first < b->first ? -1 : 1;
    if (a->wide != b->wide)
        return a->wide ? -1 : 1;
    if (a->len != b->len)
        return a->len > b->len ? -1 : 1;
    return a->order < b->order ? -1 : 1;
}

/* A hash of two characters; of the second one as it is without a final consonant, which it may have. */
static uint16_t pair_of(uint32_t first, uint32_t second) {
    bool syllable = second >= first_syllable && second <= last_syllable;
    return (uint16_t)(first * 40503U + (syllable ? (second - first_syllable) / finals : second));
}

static void set_pair(uint8_t *pairs, uint16_t pair) {
    pairs[pair / 8] |= (uint8_t)(1U << pair % 8);
}

/* The character that must follow a term's first one; 0: it may be several. */
static uint32_t second_of(const struct rr_term *term) {
    size_t at = term->text.ptr[0] == '|';
    at += rr_utf8_length(term->text.ptr + at, term->text.len - at);
    uint32_t second = at < term->text.len ? rr_character_at(term->text.ptr + at, term->text.len - at) : 0;
    return rr_is_letter(second) ? second : 0;
}

/* The terms of a pattern: from one of them up to before another. */
struct range {
    uint32_t from, to;
};

/* What threads compile: those ranges that are told apart by their number modulo the threads'. */
struct compiling {
    struct rr_vocabulary *vocabulary;
    const struct rr_terms *terms;
    struct range ranges[RR_VOCABULARY_PATTERNS];
    int threads;
    struct rr_err errs[RR_VOCABULARY_THREADS_MAX];
    bool failed[RR_VOCABULARY_THREADS_MAX];
};

static int compile_range(struct rr_pattern **pattern, const struct rr_terms *terms, struct range range, struct rr_err *err) {
    struct rr_buf expression = RR_BUF_INIT(expression_max_bytes);
    rr_buf_add_text(&expression, "\\G(?:");
    for (uint32_t i = range.from; i < range.to; i++) {
        rr_buf_add_text(&expression, i == range.from ? "" : "|");
        add_expression(&expression, &terms->items[i]);
    }
    rr_buf_add_text(&expression, ")");
    add_tails(&expression, terms, range.from, range.to); /* behind, or PCRE2 could not tell that it is anchored */
    rr_buf_add_text(&expression, parts_of_terms);
    rr_thread_yield();
    int rc = expression.failed ? rr_fail_memory(err) : rr_pattern_compile_text(pattern, expression.ptr, err);
    rr_buf_free(&expression);
    return rc;
}

static void compile_share(void *ctx, int part) {
    struct compiling *compiling = ctx;
    for (int i = part; i < compiling->vocabulary->count && !compiling->failed[part]; i += compiling->threads)
        compiling->failed[part] = compile_range(&compiling->vocabulary->patterns[i], compiling->terms, compiling->ranges[i],
                                                &compiling->errs[part]) != 0;
}

/* In as many ranges as it takes. -1: in more than there may be patterns. */
static int part_terms(struct compiling *compiling) {
    struct rr_vocabulary *vocabulary = compiling->vocabulary;
    size_t bytes = pattern_bytes + 1;
    for (uint32_t i = 0; i < compiling->terms->count; i++) {
        const struct rr_term *term = &compiling->terms->items[i];
        if (bytes > pattern_bytes && (i == 0 || term->first != term[-1].first)) {
            if (vocabulary->count == RR_VOCABULARY_PATTERNS)
                return -1;
            compiling->ranges[vocabulary->count++].from = i;
            bytes = 0;
        }
        compiling->ranges[vocabulary->count - 1].to = i + 1;
        bytes += term->len;
        vocabulary->by_first[term->first] = (uint8_t)vocabulary->count;
        set_pair(vocabulary->pairs, pair_of(term->first, second_of(term)));
    }
    return 0;
}

static int compile_all(struct rr_vocabulary *vocabulary, struct rr_terms *terms, int threads, struct rr_err *err) {
    struct compiling compiling = {.vocabulary = vocabulary, .terms = terms, .threads = threads};
    qsort(terms->items, terms->count, sizeof *terms->items, compare_terms);
    if (terms->count == 0)
        return rr_fail(err, RR_PIPELINE_FAILED, "the vocabulary has no term");
    if (part_terms(&compiling) != 0)
        return rr_fail(err, RR_PIPELINE_FAILED, "the vocabulary is too long");
    rr_thread_share(compile_share, &compiling, threads);
    for (int i = 0; i < threads; i++)
        if (compiling.failed[i]) {
            *err = compiling.errs[i];
            return -1;
        }
    return 0;
}

int rr_vocabulary_open(struct rr_vocabulary *vocabulary, const char *text, int threads, struct rr_err *err) {
    struct rr_terms *terms = calloc(1, sizeof *terms);
    *vocabulary = (struct rr_vocabulary){.by_first = calloc(RR_TERM_FIRST_MAX + 1, 1)};
    if (terms == NULL || vocabulary->by_first == NULL) {
        rr_vocabulary_close(vocabulary);
        free(terms);
        return rr_fail_memory(err);
    }
    int rc = rr_terms_read(terms, rr_slice_of(text), err);
    if (rc == 0)
        rc = compile_all(vocabulary, terms, threads < RR_VOCABULARY_THREADS_MAX ? threads : RR_VOCABULARY_THREADS_MAX, err);
    if (rc != 0)
        rr_vocabulary_close(vocabulary);
    free(terms);
    return rc;
}

int rr_vocabulary_pattern(const struct rr_vocabulary *vocabulary, uint32_t first, uint32_t second) {
    const uint16_t any = pair_of(first, 0), pair = pair_of(first, second);
    const uint8_t *pairs = vocabulary->pairs;
    bool may_be = first <= RR_TERM_FIRST_MAX && ((pairs[any / 8] >> any % 8 & 1) != 0 || (pairs[pair / 8] >> pair % 8 & 1) != 0);
    return may_be ? vocabulary->by_first[first] - 1 : -1;
}

void rr_vocabulary_close(struct rr_vocabulary *vocabulary) {
    for (int i = 0; i < vocabulary->count; i++)
        rr_pattern_free(&vocabulary->patterns[i]);
    free(vocabulary->by_first);
    *vocabulary = (struct rr_vocabulary){.count = 0};
}
