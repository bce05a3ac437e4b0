#include "model/figures.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { digits_max = 30 };

static void add_krw(struct rr_figures *figures, double krw) {
    if (figures->krw_count < RR_FIGURES_MAX)
        figures->krw[figures->krw_count++] = fabs(krw);
}

static void add_percent(struct rr_figures *figures, double ratio) {
    if (figures->percent_count < RR_FIGURES_MAX)
        figures->percents[figures->percent_count++] = fabs(ratio) * 100;
}

struct rr_figures rr_figures_of(const struct rr_book *book, const struct rr_row *row, struct rr_slice told) {
    const struct rr_risk *risk = &row->risk;
    struct rr_figures figures = {.pipeline_zero = risk->pipeline_zero, .told = told};
    double minimum_krw = risk->min_coverage * risk->target_krw, confirmed_krw = (double)row->account->confirmed_krw;
    add_krw(&figures, risk->target_krw);
    add_krw(&figures, confirmed_krw);
    add_krw(&figures, (double)row->account->expected_krw);
    add_krw(&figures, risk->coverage_krw);
    add_krw(&figures, risk->gap_krw);
    add_krw(&figures, risk->target_krw - confirmed_krw);
    add_krw(&figures, minimum_krw);
    add_krw(&figures, minimum_krw - risk->coverage_krw);
    for (uint32_t i = 0; i < row->account->top.count; i++) {
        struct rr_top_deal deal;
        rr_top_get(&book->tops, &row->account->top, i, &deal);
        add_krw(&figures, (double)deal.amount_krw);
    }
    add_percent(&figures, 1);
    add_percent(&figures, risk->min_coverage);
    add_percent(&figures, risk->severe_threshold);
    if (risk->has_ratio) {
        add_percent(&figures, risk->ratio);
        add_percent(&figures, 1 - risk->ratio);
        add_percent(&figures, risk->ratio - risk->min_coverage);
    }
    return figures;
}

/* A number of a sentence, and its place. */
struct figure {
    struct rr_slice digits; /* as they stand there */
    double value, step;     /* step: of its last decimal */
};

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/* The number that begins at offset; its digits with commas, and decimals. */
static struct figure read_figure(struct rr_slice text, size_t at) {
    char clean[digits_max + 1];
    size_t len = 0, begin = at;
    int decimals = -1;
    for (; at < text.len && len < digits_max; at++) {
        char c = text.ptr[at];
        bool inside = at + 1 < text.len && is_digit(text.ptr[at + 1]);
        if (is_digit(c) || (c == '.' && decimals < 0 && inside))
            clean[len++] = c;
        else if (c != ',' || !inside)
            break;
        decimals += decimals >= 0 || c == '.';
    }
    clean[len] = '\0';
    return (struct figure){{text.ptr + begin, at - begin}, strtod(clean, NULL), pow(10, decimals > 0 ? -decimals : 0)};
}

static bool is_one_of(const struct figure *figure, const double *values, int count, double unit) {
    for (int i = 0; i < count; i++)
        if (fabs(values[i] / unit - figure->value) < figure->step)
            return true;
    return false;
}

/* Do the digits stand in what was told, with that unit right behind them? */
static bool was_told(struct rr_slice told, struct rr_slice digits, struct rr_slice unit) {
    char needle[digits_max * 2 + 8];
    int len = snprintf(needle, sizeof needle, "%.*s%.*s", (int)digits.len, digits.ptr, (int)unit.len, unit.ptr);
    if (len >= (int)sizeof needle)
        return false;
    while (told.len > 0) {
        ptrdiff_t at = rr_slice_find(told, (struct rr_slice){needle, (size_t)len});
        if (at < 0)
            return false;
        if (at == 0 || (!is_digit(told.ptr[at - 1]) && told.ptr[at - 1] != '.' && told.ptr[at - 1] != ','))
            return true;
        told.ptr += at + 1;
        told.len -= (size_t)at + 1;
    }
    return false;
}

static bool begins_with(struct rr_slice text, struct rr_slice with) {
    return text.len >= with.len && memcmp(text.ptr, with.ptr, with.len) == 0;
}

bool rr_figures_agree(const struct rr_figures *figures, struct rr_slice sentence) {
    static const struct rr_slice eok = RR_SLICE("억"), percent = RR_SLICE("%");
    for (size_t at = 0; at < sentence.len; at++) {
        if (!is_digit(sentence.ptr[at]))
            continue;
        struct figure figure = read_figure(sentence, at);
        at += figure.digits.len;
        struct rr_slice rest = {sentence.ptr + at, sentence.len - at};
        rest = rr_slice_trim(rest);
        bool right = true;
        if (begins_with(rest, eok))
            right = is_one_of(&figure, figures->krw, figures->krw_count, 1e8) || was_told(figures->told, figure.digits, eok);
        else if (begins_with(rest, percent))
            right = is_one_of(&figure, figures->percents, figures->percent_count, 1) ||
                    was_told(figures->told, figure.digits, percent);
        if (!right)
            return false;
    }
    return true;
}
