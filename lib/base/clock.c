#include "base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { ns_per_s = 1000000000, ns_per_ms = 1000000, ns_per_us = 1000, us_per_ms = 1000, us_per_s = 1000000 };

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

static bool is_zone_file(const char *path) {
    static const char magic[] = "TZif";
    char begin[sizeof magic - 1];
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    bool is_zone = fd >= 0 && read(fd, begin, sizeof begin) == (ssize_t)sizeof begin && memcmp(begin, magic, sizeof begin) == 0;
    if (fd >= 0)
        close(fd);
    return is_zone;
}

bool rr_clock_set_zone(const char *zone) {
    const char *root = getenv("TZDIR");
    errno = 0;
    char path[PATH_MAX];
    int len = snprintf(path, sizeof path, "%s/%s", root != NULL ? root : "/usr/share/zoneinfo", zone);
    /* The C library takes an unknown zone for UTC in silence, so the file is looked at here. */
    if (zone[0] == '\0' || zone[0] == '/' || strstr(zone, "..") != NULL || len >= (int)sizeof path || !is_zone_file(path))
        return false;
    /* It takes a zone for UTC as well, in silence, where memory is too short to read it. */
    int rc = setenv("TZ", zone, 1);
    tzset();
    return rc == 0 && errno != ENOMEM;
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

static char *put_digits(char *at, int number, int count) {
    for (int i = count; i-- > 0; number /= 10)
        at[i] = (char)('0' + number % 10);
    return at + count;
}

/* By hand, since every hit says it, and printf would take longer than all else that a hit writes. */
void rr_clock_http_date(int64_t unix_s, char text[RR_HTTP_DATE_SIZE]) {
    static const char days[] = "Sun, Mon, Tue, Wed, Thu, Fri, Sat, ";
    static const char months[] = " Jan  Feb  Mar  Apr  May  Jun  Jul  Aug  Sep  Oct  Nov  Dec ";
    static const size_t word = 5;
    struct tm tm;
    time_t at = (time_t)unix_s;
    gmtime_r(&at, &tm);
    memcpy(text, days + word * (size_t)tm.tm_wday, word);
    char *end = put_digits(text + word, tm.tm_mday, 2);
    memcpy(end, months + word * (size_t)tm.tm_mon, word);
    end = put_digits(end + word, (tm.tm_year + 1900) % 10000, 4);
    *end++ = ' ';
    end = put_digits(end, tm.tm_hour, 2);
    *end++ = ':';
    end = put_digits(end, tm.tm_min, 2);
    *end++ = ':';
    end = put_digits(end, tm.tm_sec, 2);
    memcpy(end, " GMT", sizeof " GMT");
}

/* Digits where the shape has a 0, a sign where it has a +, else the very character. */
static bool has_shape(const char *text, const char *shape) {
    for (; *shape != '\0'; text++, shape++) {
        bool fits = *shape == '0' ? *text >= '0' && *text <= '9' : *shape == '+' ? *text == '+' || *text == '-' : *text == *shape;
        if (!fits)
            return false;
    }
    return *text == '\0';
}

int64_t rr_clock_parse_iso(const char *text) {
    static const char shape[] = "0000-00-00T00:00:00+00:00";
    struct tm tm = {0};
    if (!has_shape(text, shape) || strptime(text, "%Y-%m-%dT%H:%M:%S", &tm) == NULL)
        return -1;
    int64_t hours = strtol(text + 20, NULL, 10), minutes = strtol(text + 23, NULL, 10);
    int day = tm.tm_mday;
    int64_t local_s = timegm(&tm);
    if (tm.tm_mday != day || hours > 23 || minutes > 59) /* 30 February has become a day of March */
        return -1;
    int64_t offset_s = (hours * 60 + minutes) * 60;
    return text[19] == '+' ? local_s - offset_s : local_s + offset_s;
}

int64_t rr_monotonic_us(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * us_per_s + now.tv_nsec / ns_per_us;
}

int64_t rr_monotonic_ms(void) {
    return rr_monotonic_us() / us_per_ms;
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
