#ifndef RR_SERVICE_QUERY_H
#define RR_SERVICE_QUERY_H

#include "base/err.h"
#include "base/pattern.h"
#include "base/text.h"
#include "store/store.h"

#include <stdbool.h>

/* What a request asks for (contract.md 3), read by PCRE2 from its query string.
 *
 *     rr_query_open(&parser, err)
 *     rr_query_parse(&parser, text, parameters, &query, err)   RR_BAD_DATE, RR_BAD_MODE, RR_BAD_FORMAT, RR_BAD_LANGUAGE,
 *                                                            RR_BAD_QUERY, RR_QUERY_TOO_LONG
 *     rr_query_close(&parser)                      idempotent */
struct rr_query_parser {
    struct rr_pattern *pair;
    struct rr_pattern *date;
};

/* The parameters that mean something at some address; the others are ignored there. */
enum rr_parameter {
    RR_PARAMETER_DATE,
    RR_PARAMETER_MODE,
    RR_PARAMETER_FROM,
    RR_PARAMETER_TO,
    RR_PARAMETER_FORMAT,
    RR_PARAMETER_LANG,
    RR_PARAMETER_COUNT
};

/* What a report is answered as, and in which language its headings are. */
enum rr_format { RR_JSON, RR_CSV, RR_FORMAT_COUNT };
enum rr_language { RR_KOREAN, RR_ENGLISH, RR_LANGUAGE_COUNT };

const char *rr_format_name(enum rr_format format);       /* "json", "csv" */
const char *rr_language_name(enum rr_language language); /* "ko", "en" */

struct rr_query {
    bool has_date, has_mode, has_from, has_to, has_format;
    char as_of[16];    /* YYYY-MM-DD of the calendar, when has_date */
    enum rr_mode mode; /* when has_mode; else offline */
    char from[16];     /* dates too; from is not after to */
    char to[16];
    enum rr_format format;     /* when has_format; else JSON */
    enum rr_language language; /* Korean where it is left out */
};

enum { RR_QUERY_MAX_BYTES = 2048 };

#define RR_TAKES(parameter) (1U << (parameter))

int rr_query_open(struct rr_query_parser *parser, struct rr_err *err);
/* parameters: those that mean something here, RR_TAKES(RR_PARAMETER_DATE) | ... */
int rr_query_parse(const struct rr_query_parser *parser, struct rr_slice text, unsigned parameters, struct rr_query *query,
                   struct rr_err *err);
void rr_query_close(struct rr_query_parser *parser);

/* The date and mode of one value each, as the query's (for the command line). */
int rr_query_read_date(const struct rr_query_parser *parser, struct rr_slice value, struct rr_query *query, struct rr_err *err);
int rr_query_read_mode(struct rr_slice value, struct rr_query *query, struct rr_err *err);

#endif
