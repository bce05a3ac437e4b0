#include "report/expression.h"

#include <string.h>

/* Where a term has ~: a few more words of the clause, none of which turns it. */
static const char some_words[] = "(?:(?!없|않|못 |안 |지만|[은는인한던신운]데|으나|이슈|걱정|우려|이견|불만|변동|차질|not |no "
                                 "|n't |but |했고 |됐고 |졌고 |았고 |었고 |났고 )[^.,;!?/\\n]){0,12}?";

/* Where it has a space: a particle and white space, or none. */
static const char *const gaps[] = {
    [RR_GAP_PARTICLE] = "(?:님?[은는이가을를도의에로와과만랑님]|으로|까지|에서|[와과]의|이랑)?[\\s\\x{a0}\\x{3000}]{0,3}",
    [RR_GAP_ENGLISH] = "[\\s-]{0,2}",
    [RR_GAP_WORDS] = some_words,
};

/* Of letters either case is named, or PCRE2 would look for the other case of every syllable. Behind an English word of two
 * letters or more a Korean one may follow: PO가. */
static const char no_letter_before[] = "(?-i:(?<![a-zA-Z가-힣]))", no_letter_behind[] = "(?-i:(?![a-zA-Z가-힣]))",
                  no_english_behind[] = "(?-i:(?![a-zA-Z]))";

static bool is_english(uint32_t character) {
    return character < 0x80 && rr_is_letter(character);
}

static bool ends_english(struct rr_slice text, size_t end) {
    return end > 1 && is_english((unsigned char)text.ptr[end - 1]) && is_english((unsigned char)text.ptr[end - 2]);
}

static void add_character(struct rr_buf *out, struct rr_slice text, size_t at) {
    char c = text.ptr[at];
    if (c == '(')
        rr_buf_add_text(out, "(?:");
    else if (c == '/' || c == ')')
        rr_buf_add(out, c == '/' ? "|" : ")", 1);
    else if (c == '|')
        rr_buf_add_text(out, at == 0 ? no_letter_before : ends_english(text, at) ? no_english_behind : no_letter_behind);
    else {
        if ((unsigned char)c < 0x80 && !rr_is_letter(rr_character_at(&c, 1)))
            rr_buf_add(out, "\\", 1);
        rr_buf_add(out, &c, 1);
    }
}

static size_t add_open_syllable(struct rr_buf *out, struct rr_slice text, size_t at) {
    size_t len;
    uint32_t syllable = rr_character_take(text.ptr + at, text.len - at, &len);
    rr_buf_printf(out, "[\\x{%x}-\\x{%x}]", syllable, syllable + RR_FINALS - 1);
    return at + len;
}

void rr_expression_write(struct rr_buf *out, const struct rr_term *term) {
    char all[RR_TERM_MAX_BYTES];
    const struct rr_slice text = {all, rr_term_join(term, all)};
    rr_buf_add_text(out, "\\G");
    for (size_t at = 0; at < text.len;) {
        if (rr_is_gap(text.ptr[at]))
            rr_buf_add_text(out, gaps[rr_gap_take(text, &at)]);
        else if (rr_term_is_open(term, text, at))
            at = add_open_syllable(out, text, at);
        else
            add_character(out, text, at++);
    }
}
