#include "options.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct rr_option *option_of(const struct rr_option *options, const char *name, size_t len) {
    for (; options->name != NULL; options++)
        if (strlen(options->name) == len && strncmp(options->name, name, len) == 0)
            return options;
    return NULL;
}

static int read_value(const struct rr_option *option, const char *value, struct rr_err *err) {
    if (option->kind == RR_OPTION_TEXT) {
        *(const char **)option->value = value;
        return 0;
    }
    char *end;
    errno = 0;
    uint64_t number = strtoull(value, &end, 10);
    if (value[0] < '0' || value[0] > '9' || *end != '\0' || errno != 0)
        return rr_fail(err, RR_BAD_SETTING, "--%s %s: must be a whole number", option->name, value);
    *(uint64_t *)option->value = number;
    return 0;
}

int rr_options_read(const struct rr_option *options, int argc, char **argv, bool *help, struct rr_err *err) {
    *help = false;
    for (int i = 0; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            *help = true;
            return 0;
        }
        const char *name = strncmp(argv[i], "--", 2) == 0 ? argv[i] + 2 : "";
        const char *equals = strchr(name, '=');
        const struct rr_option *option = option_of(options, name, equals == NULL ? strlen(name) : (size_t)(equals - name));
        if (option == NULL)
            return rr_fail(err, RR_BAD_SETTING, "%s is not known here; --help lists what is", argv[i]);
        if (option->kind == RR_OPTION_FLAG) {
            if (equals != NULL)
                return rr_fail(err, RR_BAD_SETTING, "--%s takes no value", option->name);
            *(bool *)option->value = true;
            continue;
        }
        const char *value = equals != NULL ? equals + 1 : i + 1 < argc ? argv[++i] : NULL;
        if (value == NULL)
            return rr_fail(err, RR_BAD_SETTING, "--%s needs a value: %s", option->name, option->argument);
        if (read_value(option, value, err) != 0)
            return -1;
    }
    return 0;
}

void rr_options_describe(const struct rr_option *options) {
    for (; options->name != NULL; options++) {
        char left[64];
        snprintf(left, sizeof left, "--%s %s", options->name, options->argument == NULL ? "" : options->argument);
        printf("  %-30s %s\n", left, options->meaning);
    }
}
