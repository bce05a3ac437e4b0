#ifndef RR_BASE_LOG_H
#define RR_BASE_LOG_H

#include <stdint.h>

/* One line of JSON on stderr, written in one call so that the lines of several processes do not mix.
 * A field is a name with a text, or with a number where text is NULL; the list ends with a name NULL. */
struct rr_log_field {
    const char *name;
    const char *text;
    int64_t number;
};

enum rr_log_level { RR_LOG_INFO, RR_LOG_WARNING, RR_LOG_ERROR };

/* {"time":..., "level":..., "event":..., fields}. Texts are escaped; invalid UTF-8 becomes U+FFFD. */
void rr_log(enum rr_log_level level, const char *event, const struct rr_log_field *fields);

#endif
