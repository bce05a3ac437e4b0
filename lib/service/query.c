#include "service/query.h"

#include "rules/day.h"

#include <string.h>

/* A pair of the query string: a name, and a value where there is a `=`. */
static const char pair_expression[] = "\\G&?([^=&]*)(?:=([^&]*))?";
static const char date_expression[] = "\\A([0-9]{4})-([0-9]{2})-([0-9]{2})\\z";

static const char *const format_names[RR_FORMAT_COUNT] = {[RR_JSON] = "json", [RR_CSV] = "csv"};
static const char *const language_names[RR_LANGUAGE_COUNT] = {[RR_KOREAN] = "ko", [RR_ENGLISH] = "en"};

const char *rr_format_name(enum rr_format format) {
    return format_names[format];
}

const char *rr_language_name(enum rr_language language) {
    return language_names[language];
}

int rr_query_open(struct rr_query_parser *parser, struct rr_err *err) {
    *parser = (struct rr_query_parser){NULL, NULL};
    if (rr_pattern_compile(&parser->pair, pair_expression, err) == 0 &&
        rr_pattern_compile(&parser->date, date_expression, err) == 0)
        return 0;
    rr_query_close(parser);
    return -1;
}

void rr_query_close(struct rr_query_parser *parser) {
    rr_pattern_free(&parser->pair);
    rr_pattern_free(&parser->date);
}

static int hex_digit(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Percent-decodes into out, which has room for all of encoded; false at a `%` without two hex digits. */
static bool decode(struct rr_slice encoded, unsigned char *out, struct rr_slice *decoded) {
    size_t len = 0;
    for (size_t i = 0; i < encoded.len; i++) {
        char c = encoded.ptr[i];
        if (c != '%') {
            out[len++] = (unsigned char)(c == '+' ? ' ' : c);
            continue;
        }
        int high = i + 2 < encoded.len ? hex_digit(encoded.ptr[i + 1]) : -1;
        int low = high >= 0 ? hex_digit(encoded.ptr[i + 2]) : -1;
        if (low < 0)
            return false;
        out[len++] = (unsigned char)(high * 16 + low);
        i += 2;
    }
    *decoded = (struct rr_slice){(const char *)out, len};
    return true;
}

static int number_of(struct rr_slice digits) {
    int number = 0;
    for (size_t i = 0; i < digits.len; i++)
        number = number * 10 + (digits.ptr[i] - '0');
    return number;
}

static int read_date(const struct rr_query_parser *parser, const char *name, struct rr_slice value, char date[16],
                     struct rr_err *err) {
    struct rr_slice groups[4];
    int matched = rr_pattern_match(parser->date, value, 0, groups, 4);
    if (matched < 0)
        return rr_fail_memory(err);
    if (matched == 0)
        return rr_fail(err, RR_BAD_DATE, "%s must be YYYY-MM-DD in ASCII digits, such as 2026-01-19.", name);
    int year = number_of(groups[1]), month = number_of(groups[2]), day = number_of(groups[3]);
    if (rr_day_of(year, month, day) == RR_DAY_UNKNOWN)
        return rr_fail(err, RR_BAD_DATE, "%s must be a day of the calendar between 0001-01-01 and 9999-12-31; %.10s is not.",
                       name, groups[0].ptr);
    memcpy(date, groups[0].ptr, groups[0].len);
    date[groups[0].len] = '\0';
    return 0;
}

int rr_query_read_date(const struct rr_query_parser *parser, struct rr_slice value, struct rr_query *query, struct rr_err *err) {
    query->has_date = read_date(parser, "date", value, query->as_of, err) == 0;
    return query->has_date ? 0 : -1;
}

int rr_query_read_mode(struct rr_slice value, struct rr_query *query, struct rr_err *err) {
    query->mode = rr_mode_parse(value);
    query->has_mode = query->mode != RR_MODE_COUNT;
    return query->has_mode ? 0 : rr_fail(err, RR_BAD_MODE, "mode must be offline or online, in lower case.");
}

/* The parameter of that name, if it is one of those that are taken; else RR_PARAMETER_COUNT. */
static enum rr_parameter parameter_of(struct rr_slice name, unsigned taken) {
    static const struct rr_slice names[] = {[RR_PARAMETER_DATE] = RR_SLICE("date"),     [RR_PARAMETER_MODE] = RR_SLICE("mode"),
                                            [RR_PARAMETER_FROM] = RR_SLICE("from"),     [RR_PARAMETER_TO] = RR_SLICE("to"),
                                            [RR_PARAMETER_FORMAT] = RR_SLICE("format"), [RR_PARAMETER_LANG] = RR_SLICE("lang")};
    for (enum rr_parameter parameter = 0; parameter < RR_PARAMETER_COUNT; parameter++)
        if ((taken & RR_TAKES(parameter)) != 0 && rr_slice_equal(name, names[parameter]))
            return parameter;
    return RR_PARAMETER_COUNT;
}

/* The decoded values of the query string, as far as they mean something. */
struct values {
    unsigned taken;
    bool present[RR_PARAMETER_COUNT];
    struct rr_slice value[RR_PARAMETER_COUNT];
    unsigned char bytes[RR_PARAMETER_COUNT][RR_QUERY_MAX_BYTES];
};

static int take_pair(const struct rr_slice groups[3], struct values *values, struct rr_err *err) {
    unsigned char name_bytes[RR_QUERY_MAX_BYTES];
    struct rr_slice name;
    if (!decode(groups[1], name_bytes, &name))
        return rr_fail(err, RR_BAD_QUERY, "the query string has a %% that is not followed by two hexadecimal digits.");
    enum rr_parameter parameter = parameter_of(name, values->taken);
    if (parameter == RR_PARAMETER_COUNT)
        return 0;
    if (values->present[parameter])
        return rr_fail(err, RR_BAD_QUERY, "%.*s must be given once.", (int)name.len, name.ptr);
    values->present[parameter] = true;
    if (!decode(groups[2], values->bytes[parameter], &values->value[parameter]))
        return rr_fail(err, RR_BAD_QUERY, "%.*s has a %% that is not followed by two hexadecimal digits.", (int)name.len,
                       name.ptr);
    return 0;
}

static int read_format(struct rr_slice value, struct rr_query *query, struct rr_err *err) {
    query->has_format = true;
    for (query->format = 0; query->format < RR_FORMAT_COUNT; query->format++)
        if (rr_slice_equal(value, rr_slice_of(format_names[query->format])))
            return 0;
    return rr_fail(err, RR_BAD_FORMAT, "format must be json or csv, in lower case.");
}

static int read_language(struct rr_slice value, struct rr_query *query, struct rr_err *err) {
    for (query->language = 0; query->language < RR_LANGUAGE_COUNT; query->language++)
        if (rr_slice_equal(value, rr_slice_of(language_names[query->language])))
            return 0;
    return rr_fail(err, RR_BAD_LANGUAGE, "lang must be ko or en, in lower case.");
}

static int read_range(const struct rr_query_parser *parser, const struct values *values, struct rr_query *query,
                      struct rr_err *err) {
    query->has_from = values->present[RR_PARAMETER_FROM];
    query->has_to = values->present[RR_PARAMETER_TO];
    if (query->has_from && read_date(parser, "from", values->value[RR_PARAMETER_FROM], query->from, err) != 0)
        return -1;
    if (query->has_to && read_date(parser, "to", values->value[RR_PARAMETER_TO], query->to, err) != 0)
        return -1;
    if (query->has_from && query->has_to && strcmp(query->from, query->to) > 0)
        return rr_fail(err, RR_BAD_DATE, "from must not be after to; %s is after %s.", query->from, query->to);
    return 0;
}

static int read_values(const struct rr_query_parser *parser, const struct values *values, struct rr_query *query,
                       struct rr_err *err) {
    const bool *present = values->present;
    const struct rr_slice *value = values->value;
    if (present[RR_PARAMETER_DATE] && rr_query_read_date(parser, value[RR_PARAMETER_DATE], query, err) != 0)
        return -1;
    if (present[RR_PARAMETER_MODE] && rr_query_read_mode(value[RR_PARAMETER_MODE], query, err) != 0)
        return -1;
    if (present[RR_PARAMETER_FORMAT] && read_format(value[RR_PARAMETER_FORMAT], query, err) != 0)
        return -1;
    if (present[RR_PARAMETER_LANG] && read_language(value[RR_PARAMETER_LANG], query, err) != 0)
        return -1;
    return read_range(parser, values, query, err);
}

int rr_query_parse(const struct rr_query_parser *parser, struct rr_slice text, unsigned parameters, struct rr_query *query,
                   struct rr_err *err) {
    *query = (struct rr_query){.mode = RR_OFFLINE};
    if (text.len > RR_QUERY_MAX_BYTES)
        return rr_fail(err, RR_QUERY_TOO_LONG, "the query string must not be longer than %d bytes.", RR_QUERY_MAX_BYTES);
    struct values values = {.taken = parameters};
    struct rr_slice groups[3];
    for (size_t at = 0; at<text.len; at += groups[0].len> 0 ? groups[0].len : 1) {
        int matched = rr_pattern_match(parser->pair, text, at, groups, 3); /* which every text does */
        if (matched != 1)
            return rr_fail_memory(err);
        if (take_pair(groups, &values, err) != 0)
            return -1;
    }
    return read_values(parser, &values, query, err);
}
