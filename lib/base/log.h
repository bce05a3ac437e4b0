#ifndef RR_BASE_LOG_H
#define RR_BASE_LOG_H

#include <stdint.h>

/* Lines of JSON on stderr, whole lines in each call so that those of several processes do not mix. From one thread.
 * A field is a name with a text, or with a number where text is NULL; the list ends with a name NULL. */
struct rr_log_field {
    const char *name;
    const char *text;
    int64_t number;
};

enum rr_log_level { RR_LOG_INFO, RR_LOG_WARNING, RR_LOG_ERROR };

/* {"time":..., "level":..., "event":..., fields}. Texts are escaped; invalid UTF-8 becomes U+FFFD. */
void rr_log(enum rr_log_level level, const char *event, const struct rr_log_field *fields);

/* The same for what comes by the thousand: an info line is held back, a page of them at most, until the next rr_log or
 * rr_log_flush, which whoever is about to wait calls. A process that is killed takes what it holds with it. */
void rr_log_later(enum rr_log_level level, const char *event, const struct rr_log_field *fields);
void rr_log_flush(void);

#endif
