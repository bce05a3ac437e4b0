#include "base/clock.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

enum { ns_per_s = 1000000000, ns_per_ms = 1000000 };

static int64_t read_system(const struct rr_clock *clock) {
    (void)clock;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * ns_per_s + now.tv_nsec;
}

const struct rr_clock rr_clock_system = {read_system, 0};

int64_t rr_clock_now_ns(const struct rr_clock *clock) {
    return clock->now_ns(clock);
}

int64_t rr_clock_now_s(const struct rr_clock *clock) {
    return clock->now_ns(clock) / ns_per_s;
}

bool rr_clock_set_zone(const char *zone) {
    const char *root = getenv("TZDIR");
    char path[PATH_MAX];
    int len = snprintf(path, sizeof path, "%s/%s", root != NULL ? root : "/usr/share/zoneinfo", zone);
    struct stat st;
    /* The C library takes an unknown zone for UTC in silence, so the file is looked for here. */
    if (zone[0] == '\0' || zone[0] == '/' || strstr(zone, "..") != NULL || len >= (int)sizeof path || stat(path, &st) != 0 ||
        !S_ISREG(st.st_mode))
        return false;
    setenv("TZ", zone, 1);
    tzset();
    return true;
}

void rr_clock_iso(int64_t unix_s, char text[RR_ISO_SIZE]) {
    struct tm tm;
    time_t at = (time_t)unix_s;
    localtime_r(&at, &tm);
    size_t len = strftime(text, RR_ISO_SIZE, "%Y-%m-%dT%H:%M:%S", &tm);
    long offset_min = tm.tm_gmtoff / 60;
    snprintf(text + len, RR_ISO_SIZE - len, "%c%02ld:%02ld", offset_min < 0 ? '-' : '+', labs(offset_min) / 60,
             labs(offset_min) % 60);
}

void rr_clock_date(int64_t unix_s, char text[RR_DATE_SIZE]) {
    struct tm tm;
    time_t at = (time_t)unix_s;
    localtime_r(&at, &tm);
    strftime(text, RR_DATE_SIZE, "%Y-%m-%d", &tm);
}

void rr_clock_http_date(int64_t unix_s, char text[RR_HTTP_DATE_SIZE]) {
    static const char days[7][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char months[12][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    struct tm tm;
    time_t at = (time_t)unix_s;
    gmtime_r(&at, &tm);
    snprintf(text, RR_HTTP_DATE_SIZE, "%s, %02d %s %04d %02d:%02d:%02d GMT", days[tm.tm_wday], tm.tm_mday, months[tm.tm_mon],
             (tm.tm_year + 1900) % 10000, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

int64_t rr_clock_parse_iso(const char *text) {
    struct tm tm = {0};
    const char *rest = strptime(text, "%Y-%m-%dT%H:%M:%S", &tm);
    char sign;
    int hours, minutes, used = 0;
    if (rest == NULL || sscanf(rest, "%c%2d:%2d%n", &sign, &hours, &minutes, &used) != 3 || rest[used] != '\0' ||
        (sign != '+' && sign != '-'))
        return -1;
    int64_t offset_s = (hours * INT64_C(60) + minutes) * 60;
    return (int64_t)timegm(&tm) - (sign == '+' ? offset_s : -offset_s);
}

int64_t rr_monotonic_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / ns_per_ms;
}

void rr_sleep_ms(int64_t wait_ms) {
    struct timespec left = {wait_ms / 1000, wait_ms % 1000 * ns_per_ms};
    nanosleep(&left, NULL);
}

struct rr_deadline rr_deadline_in_ms(int64_t wait_ms) {
    return (struct rr_deadline){rr_monotonic_ms() + wait_ms};
}

int64_t rr_deadline_left_ms(struct rr_deadline deadline) {
    if (deadline.at_ms == INT64_MAX)
        return INT64_MAX;
    int64_t left_ms = deadline.at_ms - rr_monotonic_ms();
    return left_ms > 0 ? left_ms : 0;
}

bool rr_deadline_passed(struct rr_deadline deadline) {
    return rr_deadline_left_ms(deadline) == 0;
}
