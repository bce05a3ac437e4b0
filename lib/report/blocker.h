#ifndef RR_REPORT_BLOCKER_H
#define RR_REPORT_BLOCKER_H

/* What can keep a counterparty from buying: the ten labels of rules.md D6, in the order in which ties are broken. */
enum rr_blocker {
    RR_NO_PIPELINE,
    RR_BUDGET,
    RR_DECISION_MAKER,
    RR_APPROVAL_DELAY,
    RR_LOW_PRIORITY,
    RR_COMPETITOR,
    RR_FIT_UNCLEAR,
    RR_NO_RESPONSE,
    RR_PRICE_TERM,
    RR_SCHEDULE_RESOURCE,
    RR_BLOCKER_COUNT
};

/* "PIPELINE_ZERO", ... */
const char *rr_blocker_name(enum rr_blocker blocker);

#endif
