#ifndef RR_CGI_OPTIONS_H
#define RR_CGI_OPTIONS_H

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

/* Long options of a command, as a table of data: `--name VALUE`, `--name=VALUE`, or `--name` alone for a flag.
 *
 * A text is borrowed from argv; a number is a whole one from 0 up; `--help` is always known. The table ends with a name
 * NULL. */
enum rr_option_kind { RR_OPTION_TEXT, RR_OPTION_NUMBER, RR_OPTION_FLAG };

struct rr_option {
    const char *name; /* without the dashes */
    enum rr_option_kind kind;
    void *value;          /* const char **, uint64_t *, or bool * */
    const char *argument; /* what --help calls the value; NULL of a flag */
    const char *meaning;
};

/* Reads argv[0 .. argc) (options only) into the table's values. RR_BAD_SETTING says what would be right. */
int rr_options_read(const struct rr_option *options, int argc, char **argv, bool *help, struct rr_err *err);

/* A line an option, on standard output. */
void rr_options_describe(const struct rr_option *options);

#endif
