#ifndef RR_BASE_CLOCK_H
#define RR_BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

/* Time, behind a seam: whoever needs "now" is given a clock, so that tests can fix it.
 * Texts are in the process's zone, which rr_clock_set_zone sets once at start (REPORT_TZ). */
struct rr_clock {
    int64_t (*now_ns)(const struct rr_clock *clock); /* nanoseconds since 1970-01-01T00:00:00Z */
    int64_t fixed_ns;                                /* for the tests' clocks */
};

extern const struct rr_clock rr_clock_system;

int64_t rr_clock_now_ns(const struct rr_clock *clock);
int64_t rr_clock_now_s(const struct rr_clock *clock);

/* Makes zone (a name of the zone database, `Asia/Seoul`) the process's zone; false where there is no such zone, or no
 * memory for it (errno is ENOMEM then). */
bool rr_clock_set_zone(const char *zone);

enum { RR_ISO_SIZE = 40, RR_DATE_SIZE = 16, RR_HTTP_DATE_SIZE = 32 };

void rr_clock_iso(int64_t unix_s, char text[RR_ISO_SIZE]);             /* 2026-01-19T08:00:00+09:00 */
void rr_clock_date(int64_t unix_s, char text[RR_DATE_SIZE]);           /* 2026-01-19, in the zone */
void rr_clock_http_date(int64_t unix_s, char text[RR_HTTP_DATE_SIZE]); /* Sun, 18 Jan 2026 23:00:00 GMT */

/* Reads back what rr_clock_iso wrote, in whatever zone; -1 where text is something else. */
int64_t rr_clock_parse_iso(const char *text);

/* Monotonic time, for durations and deadlines only. */
int64_t rr_monotonic_us(void);
int64_t rr_monotonic_ms(void);
void rr_sleep_ms(int64_t wait_ms);

/* A moment by which something must have ended, on the monotonic clock. */
struct rr_deadline {
    int64_t at_ms;
};

#define RR_NO_DEADLINE ((struct rr_deadline){INT64_MAX})

struct rr_deadline rr_deadline_in_ms(int64_t wait_ms);
int64_t rr_deadline_left_ms(struct rr_deadline deadline); /* 0 once it has passed */
bool rr_deadline_passed(struct rr_deadline deadline);

#endif
