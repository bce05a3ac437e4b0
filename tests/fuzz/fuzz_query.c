/* A request's query string: refused by a code of the API, or days of the calendar, a mode, a format and a language, which ask for
 * the same again; and a parameter that an address does not take is ignored there. */
#include "fuzz.h"

#include "rules/day.h"
#include "service/query.h"

#include <stdio.h>
#include <string.h>

enum { ALL = (1U << RR_PARAMETER_COUNT) - 1 };

static bool parse(struct rr_slice text, unsigned parameters, struct rr_query *query) {
    static struct rr_query_parser parser;
    struct rr_err err = {RR_OK, ""};
    MUST(parser.date != NULL || rr_query_open(&parser, &err) == 0);
    if (rr_query_parse(&parser, text, parameters, query, &err) == 0)
        return true;
    MUST((err.code >= RR_BAD_DATE && err.code <= RR_BAD_QUERY) || err.code == RR_QUERY_TOO_LONG);
    MUST(err.message[0] != '\0');
    return false;
}

static int add_date(char *text, size_t size, const char *name, bool has, const char *date) {
    char day[RR_DAY_TEXT_SIZE];
    if (!has)
        return 0;
    rr_day_text(rr_day_parse(rr_slice_of(date)), day);
    MUST(strcmp(day, date) == 0);
    return snprintf(text, size, "&%s=%s", name, date);
}

static void ask_again(const struct rr_query *query) {
    char text[160];
    int len = snprintf(text, sizeof text, "mode=%s&lang=%s", rr_mode_name(query->mode), rr_language_name(query->language));
    if (query->has_format)
        len += snprintf(text + len, sizeof text - (size_t)len, "&format=%s", rr_format_name(query->format));
    len += add_date(text + len, sizeof text - (size_t)len, "date", query->has_date, query->as_of);
    len += add_date(text + len, sizeof text - (size_t)len, "from", query->has_from, query->from);
    len += add_date(text + len, sizeof text - (size_t)len, "to", query->has_to, query->to);

    struct rr_query again;
    MUST(parse((struct rr_slice){text, (size_t)len}, ALL, &again));
    MUST(again.mode == query->mode && again.language == query->language && again.format == query->format);
    MUST(strcmp(again.as_of, query->as_of) == 0 && strcmp(again.from, query->from) == 0 && strcmp(again.to, query->to) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct rr_slice text = fuzz_slice(data, size);
    struct rr_query query;
    if (parse(text, ALL, &query)) {
        MUST(query.mode == RR_OFFLINE || query.mode == RR_ONLINE);
        MUST(!query.has_from || !query.has_to || strcmp(query.from, query.to) <= 0);
        ask_again(&query);
        struct rr_query report;
        MUST(parse(text, RR_TAKES(RR_PARAMETER_DATE) | RR_TAKES(RR_PARAMETER_MODE), &report));
        MUST(report.mode == query.mode && strcmp(report.as_of, query.as_of) == 0 && !report.has_from && !report.has_format);
    }
    if (parse(text, 0, &query))
        MUST(!query.has_date && !query.has_mode && query.mode == RR_OFFLINE);
    return 0;
}
