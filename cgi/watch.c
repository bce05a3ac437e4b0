#include "watch.h"

#include "base/clock.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

enum { after_ms = 1000, every_ms = 200 };

struct rr_watch rr_watch_begin(const char *what) {
    return (struct rr_watch){what, rr_monotonic_ms(), 0};
}

void rr_watch_tell(struct rr_watch *watch, const char *format, ...) {
    int64_t now_ms = rr_monotonic_ms();
    if (!isatty(STDERR_FILENO) || now_ms - watch->begun_ms < after_ms || now_ms - watch->told_ms < every_ms)
        return;
    va_list args;
    va_start(args, format);
    watch->told_ms = now_ms;
    fprintf(stderr, "\r\033[K%s: ", watch->what);
    vfprintf(stderr, format, args);
    va_end(args);
}

void rr_watch_end(const struct rr_watch *watch) {
    if (watch->told_ms > 0)
        fprintf(stderr, "\r\033[K");
}
