#include "report/blocker.h"

static const char *const names[RR_BLOCKER_COUNT] = {
    [RR_NO_PIPELINE] = "PIPELINE_ZERO",     [RR_BUDGET] = "BUDGET",
    [RR_DECISION_MAKER] = "DECISION_MAKER", [RR_APPROVAL_DELAY] = "APPROVAL_DELAY",
    [RR_LOW_PRIORITY] = "LOW_PRIORITY",     [RR_COMPETITOR] = "COMPETITOR",
    [RR_FIT_UNCLEAR] = "FIT_UNCLEAR",       [RR_NO_RESPONSE] = "NO_RESPONSE",
    [RR_PRICE_TERM] = "PRICE_TERM",         [RR_SCHEDULE_RESOURCE] = "SCHEDULE_RESOURCE",
};

const char *rr_blocker_name(enum rr_blocker blocker) {
    return names[blocker];
}
