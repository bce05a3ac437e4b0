#include "report/expression.h"

#include <stdlib.h>
#include <string.h>

enum { written_max_bytes = 1024 * 1024, first_syllable = 0xac00, last_syllable = 0xd7a3, finals = 28 };

/* What a wording is written in here: characters, gaps, the mark, each with this behind it, which no term has. */
static const char element_end = '\n';

/* What many terms have, written once an expression, where it is called. */
static const struct part {
    const char *call, *definition;
} parts[] = {
    /* where a term has a space: a particle and white space, or none */
    {"(?&g)", "(?<g>(?:님?[은는이가을를도의에로와과만랑님]|으로|까지|에서|[와과]의|이랑)?[\\s\\x{a0}\\x{3000}]{0,3})"},
    /* the same between English words */
    {"(?&e)", "(?<e>[\\s-]{0,2})"},
    /* where it has ~: a few more words of the clause, none of which turns it */
    {"(?&w)", "(?<w>(?:(?!없|않|못 |안 |지만|는데|으나|not |no |n't |but |했고 |됐고 |졌고 |았고 |었고 |났고 )[^.,;!?\\n]){0,12}?)"},
    /* no letter behind; PCRE2 would look for the other case of every syllable */
    {"(?&f)", "(?<f>(?-i:(?![a-zA-Z가-힣])))"},
};
enum { GAP, GAP_ENGLISH, SOME_WORDS, NO_LETTER_BEHIND, PART_COUNT };

/* Not a part, since it is looked at wherever a term may begin, and calling a part takes a while. */
static const char no_letter_before[] = "(?-i:(?<![a-zA-Z가-힣]))";

/* Behind an English word of two letters or more: PO가. */
static const char no_english_behind[] = "(?-i:(?![a-zA-Z]))";

/* ---- Elements ---- */

static bool is_english(uint32_t character) {
    return character < 0x80 && rr_is_letter(character);
}

static bool is_gap(char c) {
    return c == ' ' || c == '~';
}

/* White space and ~ say together what may stand in their place; where that ends. */
static size_t add_gap(struct rr_buf *out, struct rr_slice text, size_t at) {
    size_t end = at;
    bool words = false;
    for (; end < text.len && is_gap(text.ptr[end]); end++)
        words |= text.ptr[end] == '~';
    bool english = end < text.len && is_english(rr_character_at(text.ptr + end, text.len - end));
    rr_buf_add_text(out, parts[words ? SOME_WORDS : english ? GAP_ENGLISH : GAP].call);
    return end;
}

static bool ends_english(struct rr_slice text, size_t end) {
    return end > 1 && is_english((unsigned char)text.ptr[end - 1]) && is_english((unsigned char)text.ptr[end - 2]);
}

/* Where that ends. */
static size_t add_character(struct rr_buf *out, struct rr_slice text, size_t at) {
    size_t len = rr_utf8_length(text.ptr + at, text.len - at);
    len = len > 0 ? len : 1;
    if (text.ptr[at] == '|') {
        const char *behind = ends_english(text, at) ? no_english_behind : parts[NO_LETTER_BEHIND].call;
        rr_buf_add_text(out, at == 0 ? no_letter_before : behind);
        return at + len;
    }
    if (!rr_is_letter(rr_character_at(text.ptr + at, len)))
        rr_buf_add(out, "\\", 1);
    rr_buf_add(out, text.ptr + at, len);
    return at + len;
}

/* A last syllable without a final consonant stands for those with one too: 밀려 for 밀렸, 줄이 for 줄인, 줄일, 줄임. */
static bool add_open_syllable(struct rr_buf *out, struct rr_slice text, size_t at) {
    uint32_t syllable = at == 0 || at + 3 != text.len ? 0 : rr_character_at(text.ptr + at, text.len - at);
    if (syllable < first_syllable || syllable > last_syllable || (syllable - first_syllable) % finals != 0)
        return false;
    rr_buf_printf(out, "[\\x{%x}-\\x{%x}]", syllable, syllable + finals - 1);
    return true;
}

/* Nouns do not conjugate: 수주 is not 수준. */
static bool is_open(enum rr_word_kind kind) {
    return kind != RR_WORD_TOPIC && kind != RR_WORD_PERSON && kind != RR_WORD_OTHER && kind != RR_WORD_IGNORED;
}

/* ---- A term: each of its wordings ---- */

struct writing {
    struct rr_buf elements; /* of one wording after the other */
    struct rr_buf ends;     /* size_t: where each ends */
    char wording[RR_TERM_MAX_BYTES];
};

static void add_wording(struct writing *writing, const struct rr_term *term, size_t len) {
    const struct rr_slice text = {writing->wording, len};
    struct rr_buf *out = &writing->elements;
    for (size_t at = 0; at < len;) {
        if (is_gap(text.ptr[at]))
            at = add_gap(out, text, at);
        else if (is_open(term->kind) && add_open_syllable(out, text, at))
            at = len;
        else
            at = add_character(out, text, at);
        rr_buf_add(out, &element_end, 1);
    }
    rr_buf_printf(out, "(*:%c%c)%c", 'a' + (char)term->kind, 'a' + (char)term->label, element_end);
    rr_buf_add(&writing->ends, &out->len, sizeof out->len);
}

static size_t add_to_wording(struct writing *writing, size_t len, const char *from, const char *to) {
    memcpy(writing->wording + len, from, (size_t)(to - from));
    return len + (size_t)(to - from);
}

/* Goes on from the first len bytes of the wording with the text, and then with the rest. */
static void add_wordings(struct writing *writing, const struct rr_term *term, size_t len, struct rr_slice text,
                         struct rr_slice rest) {
    const char *end = text.ptr + text.len, *open = text.len > 0 ? memchr(text.ptr, '(', text.len) : NULL;
    const char *close = open == NULL ? NULL : memchr(open, ')', (size_t)(end - open));
    len = add_to_wording(writing, len, text.ptr, close == NULL ? end : open);
    if (close == NULL && rest.len == 0)
        add_wording(writing, term, len);
    else if (close == NULL)
        add_wordings(writing, term, len, rest, (struct rr_slice){NULL, 0});
    else
        for (const char *from = open + 1, *to; from <= close; from = to + 1) {
            to = memchr(from, '/', (size_t)(close - from));
            to = to == NULL ? close : to;
            add_wordings(writing, term, add_to_wording(writing, len, from, to),
                         (struct rr_slice){close + 1, (size_t)(end - close - 1)}, rest);
        }
}

/* ---- All of them ---- */

static struct rr_slice element_of(struct rr_slice choice) {
    const char *end = memchr(choice.ptr, element_end, choice.len);
    return (struct rr_slice){choice.ptr, end == NULL ? choice.len : (size_t)(end - choice.ptr)};
}

static struct rr_slice behind(struct rr_slice choice, size_t bytes) {
    return (struct rr_slice){choice.ptr + bytes, choice.len - bytes};
}

static bool is_character(struct rr_slice element) {
    return element.ptr[0] != '(' && element.ptr[0] != '[';
}

/* Brings those that begin with the first one's element to the front, all in the order that they have; how many they are. None is
 * brought before one that might match where it does. */
static uint32_t gather_alike(struct rr_slice *choices, uint32_t count) {
    const struct rr_slice element = element_of(choices[0]);
    uint32_t alike = 1;
    for (uint32_t i = 1; i < count; i++) {
        struct rr_slice choice = choices[i];
        if (!rr_slice_equal(element_of(choice), element)) {
            if (is_character(element) && is_character(element_of(choice)))
                continue;
            break;
        }
        memmove(choices + alike + 1, choices + alike, (i - alike) * sizeof *choices);
        choices[alike++] = choice;
    }
    return alike;
}

/* What several begin with is written once: it is compiled once, and tried once wherever they might be. */
static void add_choices(struct rr_buf *out, struct rr_slice *choices, uint32_t count) {
    bool differ = gather_alike(choices, count) < count;
    rr_buf_add_text(out, differ ? "(?:" : "");
    while (count > 0) {
        const struct rr_slice element = element_of(choices[0]);
        uint32_t alike = gather_alike(choices, count);
        rr_buf_add(out, element.ptr, element.len);
        for (uint32_t i = 0; i < alike; i++)
            choices[i] = behind(choices[i], element.len + 1);
        if (choices[0].len > 0)
            add_choices(out, choices, alike);
        choices += alike;
        count -= alike;
        rr_buf_add_text(out, count > 0 ? "|" : "");
    }
    rr_buf_add_text(out, differ ? ")" : "");
}

/* Those that are called; behind, or PCRE2 could not tell that the expression is anchored. */
static void add_parts(struct rr_buf *out) {
    if (out->failed)
        return;
    const struct rr_slice choices = {out->ptr, out->len};
    bool called[PART_COUNT];
    for (int i = 0; i < PART_COUNT; i++)
        called[i] = memmem(choices.ptr, choices.len, parts[i].call, strlen(parts[i].call)) != NULL;
    rr_buf_add_text(out, "(?(DEFINE)");
    for (int i = 0; i < PART_COUNT; i++)
        rr_buf_add_text(out, called[i] ? parts[i].definition : "");
    rr_buf_add_text(out, ")");
}

static void write(struct rr_buf *out, const struct writing *writing) {
    uint32_t count = (uint32_t)(writing->ends.len / sizeof(size_t));
    struct rr_slice *choices = calloc((size_t)count + 1, sizeof *choices);
    if (count == 0 || choices == NULL || writing->elements.failed || writing->ends.failed) {
        out->failed = true;
        free(choices);
        return;
    }
    for (size_t i = 0, at = 0, end; i < count; i++, at = end) {
        memcpy(&end, writing->ends.ptr + i * sizeof end, sizeof end);
        choices[i] = (struct rr_slice){writing->elements.ptr + at, end - at};
    }
    rr_buf_add_text(out, "\\G");
    add_choices(out, choices, count);
    add_parts(out);
    free(choices);
}

void rr_expression_write(struct rr_buf *out, const struct rr_term *terms, uint32_t count) {
    struct writing writing = {.elements = RR_BUF_INIT(written_max_bytes), .ends = RR_BUF_INIT(written_max_bytes)};
    for (uint32_t i = 0; i < count; i++)
        add_wordings(&writing, &terms[i], 0, terms[i].text, terms[i].rest);
    write(out, &writing);
    rr_buf_free(&writing.elements);
    rr_buf_free(&writing.ends);
}
