#ifndef RR_CGI_WATCH_H
#define RR_CGI_WATCH_H

#include <stdint.h>

/* A line on the terminal for what takes over a second.
 *
 *     struct rr_watch watch = rr_watch_begin("run");
 *     rr_watch_tell(&watch, "%llu of %llu rows written", done, total);   as often as one likes
 *     rr_watch_end(&watch);                                              takes the line away */
struct rr_watch {
    const char *what;
    int64_t begun_ms, told_ms;
};

struct rr_watch rr_watch_begin(const char *what);
void rr_watch_tell(struct rr_watch *watch, const char *format, ...) __attribute__((format(printf, 2, 3)));
void rr_watch_end(const struct rr_watch *watch);

#endif
