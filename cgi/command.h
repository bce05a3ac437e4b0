#ifndef RR_CGI_COMMAND_H
#define RR_CGI_COMMAND_H

#include "options.h"
#include "service/query.h"
#include "service/service.h"

/* What the commands of riskreport have in common. */

/* Exit statuses (contract.md 4). */
enum { EXIT_OK = 0, EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_LOCKED = 75 };

/* Tells the mistake on stderr; returns status. */
int rr_command_fail(int status, const struct rr_err *err);

/* A failure of the work itself: with its code, so that scripts can tell one from another. Returns the status to exit with. */
int rr_command_fail_work(const struct rr_err *err);

/* A failure to read --date or --mode: used wrongly, or no memory for it. */
int rr_command_fail_choice(const struct rr_err *err);

/* Reads the command's options. True: go on. False: *status is what to exit with (help was printed, or a mistake told). */
bool rr_command_begin(const char *usage, const struct rr_option *options, int argc, char **argv, int *status);

/* Settings and store together, for the commands that work on the cache.
 *
 *     rr_bench_open(&bench, err)
 *     rr_bench_close(&bench)         idempotent */
struct rr_bench {
    struct rr_conf conf;
    struct rr_service service;
};

int rr_bench_open(struct rr_bench *bench, struct rr_err *err);
void rr_bench_close(struct rr_bench *bench);

/* --date and --mode as the API reads them; a date left out is today. */
int rr_bench_choose(const struct rr_service *service, const char *date, const char *mode, struct rr_query *query,
                    struct rr_err *err);

/* `--mode M|all` of the commands that take several modes; left out: those of REPORT_MODES. */
int rr_bench_choose_all(const struct rr_bench *bench, const char *date, const char *mode, char as_of[16],
                        struct rr_mode_list *modes, struct rr_err *err);

#endif
