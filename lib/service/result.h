#ifndef RR_SERVICE_RESULT_H
#define RR_SERVICE_RESULT_H

/* How a run ended (contract.md 3). */
enum rr_result { RR_SUCCESS, RR_FAILED, RR_SKIPPED_LOCKED, RR_SKIPPED_CACHE, RR_RESULT_COUNT };

const char *rr_result_name(enum rr_result result); /* "SUCCESS", ... */

#endif
