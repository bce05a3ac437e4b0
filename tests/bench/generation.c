/* A generation alone: from the database to both modes' reports, which nobody keeps.
 *   generation DATABASE DATE THREADS     prints the bytes of the reports */
#include "report/generate.h"

#include <stdio.h>
#include <stdlib.h>

static int count_bytes(void *ctx, const char *bytes, size_t len, struct rr_err *err) {
    (void)bytes;
    (void)err;
    *(size_t *)ctx += len;
    return 0;
}

int main(int argc, char **argv) {
    if (argc != 4) {
        fprintf(stderr, "generation: give a database, a date, and how many threads\n");
        return 2;
    }
    const struct rr_order order = {
        .source = {.db_path = argv[1], .deadline = RR_NO_DEADLINE, .clock = &rr_clock_system},
        .as_of = rr_day_parse(rr_slice_of(argv[2])),
        .threads = atoi(argv[3]),
    };
    const struct rr_run_stamp stamp = {"bench", 0};
    struct rr_generation generation;
    struct rr_err err;
    size_t bytes = 0;
    const struct rr_sink sink = {count_bytes, &bytes};
    if (rr_generation_read(&generation, &order, &err) != 0) {
        fprintf(stderr, "generation: %s\n", err.message);
        return 1;
    }
    int rc = rr_generation_write(&generation, RR_OFFLINE, &stamp, NULL, &sink, &err);
    if (rc == 0)
        rc = rr_generation_write(&generation, RR_ONLINE, &stamp, NULL, &sink, &err);
    rr_generation_free(&generation);
    if (rc != 0) {
        fprintf(stderr, "generation: %s\n", err.message);
        return 1;
    }
    printf("%zu bytes\n", bytes);
    return 0;
}
