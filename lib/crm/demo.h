#ifndef RR_CRM_DEMO_H
#define RR_CRM_DEMO_H

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

/* Makes a CRM database to show, test and measure with: the tables and columns of rules.md "Input tables", filled with
 * rows as messy as a Korean B2B CRM's. Every form of amount, date, probability and status that the rules name occurs
 * once there are some 600 deals.
 *
 * The same options give the same rows, on any machine and at any time. */
struct rr_demo {
    uint64_t deals;         /* rows of deal; at most 1,000,000,000, as are the others */
    uint64_t people;        /* 0: three to a deal if wide, three to twenty deals if not, at least 180 */
    uint64_t organizations; /* 0: one to a deal if wide, one to forty deals if not, at least 60; deals crowd on a few */
    uint64_t memos;         /* 0: three to a deal if wide, one to two deals if not */
    uint64_t seed;
    int year;  /* the year of the report's targets, 2000 to 2999: deals are of the two before it, it and the next */
    bool wide; /* 147, 147, 60 and 15 columns, as a real export has: 20,000 deals make some 200 MiB */
    void (*progress)(void *ctx, uint64_t done, uint64_t total); /* or NULL; rows of all tables, now and then and at the end */
    void *progress_ctx;
};

/* Writes the database to path, or replaces the one that is there, by a rename: readers see the old one or the new one.
 * Nobody may have the old one open for writing, nor have left a journal beside it. The file's time of change is set an
 * hour back, so that the service takes it as settled at once. On failure the temporary, path + ".tmp", is removed and path
 * is as it was. demo and path are only borrowed; it takes a few MiB of memory, whatever the number of rows.
 * Errors: RR_BAD_SETTING (a number out of range), RR_DB_INVALID (cannot be written), RR_PIPELINE_FAILED (memory). */
int rr_demo_make(const struct rr_demo *demo, const char *path, struct rr_err *err);

#endif
