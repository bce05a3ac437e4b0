#ifndef RR_BASE_LOG_H
#define RR_BASE_LOG_H

#include <stdint.h>

/* Lines on stderr, whole lines in each call so that those of several processes do not mix. From one thread.
 * A field is a name with a text, or with a number where text is NULL; the list ends with a name NULL. */
struct rr_log_field {
    const char *name;
    const char *text;
    int64_t number;
};

/* An audit line says "info", and no level leaves it out. */
enum rr_log_level { RR_LOG_INFO, RR_LOG_WARNING, RR_LOG_ERROR, RR_LOG_AUDIT };

/* How a line looks: {"time":..., "level":..., "event":..., fields}, or `TIME LEVEL EVENT name=value ...`, where a value of other
 * than plain letters is a JSON text. */
enum rr_log_format { RR_LOG_JSON, RR_LOG_TEXT };

/* For the whole process; at first lines are JSON, of every level. */
void rr_log_configure(enum rr_log_format format, enum rr_log_level least);

/* Nothing where the level is below the least. Texts are escaped; invalid UTF-8 becomes U+FFFD. */
void rr_log(enum rr_log_level level, const char *event, const struct rr_log_field *fields);

/* The same for what comes by the thousand: an info line is held back, a page of them at most, until the next rr_log or
 * rr_log_flush, which whoever is about to wait calls. A process that is killed takes what it holds with it. */
void rr_log_later(enum rr_log_level level, const char *event, const struct rr_log_field *fields);
void rr_log_flush(void);

#endif
