/* A request's query string: refused by a code of the API, or a day of the calendar and a mode, which ask for the same again. */
#include "fuzz.h"

#include "rules/day.h"
#include "service/query.h"

#include <stdio.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct rr_query_parser parser;
    struct rr_query query, again;
    struct rr_err err = {RR_OK, ""};
    MUST(parser.date != NULL || rr_query_open(&parser, &err) == 0);
    if (rr_query_parse(&parser, fuzz_slice(data, size), &query, &err) != 0) {
        MUST(err.code == RR_BAD_DATE || err.code == RR_BAD_MODE || err.code == RR_BAD_QUERY || err.code == RR_QUERY_TOO_LONG);
        return 0;
    }
    MUST(query.mode == RR_OFFLINE || query.mode == RR_ONLINE);
    char text[64], day[RR_DAY_TEXT_SIZE];
    if (query.has_date) {
        rr_day_text(rr_day_parse(rr_slice_of(query.as_of)), day);
        MUST(strcmp(day, query.as_of) == 0);
    }
    int len = snprintf(text, sizeof text, "mode=%s%s%s", rr_mode_name(query.mode), query.has_date ? "&date=" : "",
                       query.has_date ? query.as_of : "");
    MUST(rr_query_parse(&parser, (struct rr_slice){text, (size_t)len}, &again, &err) == 0);
    MUST(again.mode == query.mode && again.has_date == query.has_date && strcmp(again.as_of, query.as_of) == 0);
    return 0;
}
