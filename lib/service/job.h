#ifndef RR_SERVICE_JOB_H
#define RR_SERVICE_JOB_H

#include "service/run.h"
#include "service/service.h"

/* What runs daily, and what the operator runs (contract.md 4). */
struct rr_job {
    char as_of[16];
    struct rr_mode_list modes;
    bool force; /* make the report even where the cached one is still right */
    enum rr_trigger_kind trigger;
};

struct rr_job_outcome {
    enum rr_result results[RR_MODE_COUNT]; /* by mode, of those that were asked for */
    int64_t duration_ms;
    uint32_t removed; /* files that the clean-up took away */
};

/* One lock around all of it: skips what is still right, makes the rest out of one pass over the database, cleans up.
 * RR_LOCKED at once when another generation holds the lock; -1 with the first error when a mode failed. */
int rr_job_run(struct rr_service *service, const struct rr_job *job, struct rr_job_outcome *outcome, struct rr_err *err);

/* The clean-up alone, under the same lock. */
int rr_job_prune(struct rr_service *service, uint32_t *removed, struct rr_err *err);

#endif
