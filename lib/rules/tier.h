#ifndef RR_RULES_TIER_H
#define RR_RULES_TIER_H

#include "base/text.h"
#include "base/whole.h"

/* The size of an organisation as a customer (rules.md D2); in the order of the report. */
enum rr_tier { RR_TIER_S0, RR_TIER_P0, RR_TIER_P1, RR_TIER_P2, RR_TIER_NONE };

const char *rr_tier_name(enum rr_tier tier); /* "S0" ... "P2", "" of none */

/* baseline_krw: the organisation's confirmed offline sum of the year before. */
enum rr_tier rr_tier_of(rr_whole baseline_krw, struct rr_slice organization_name);

/* The year's target of a counterparty (rules.md D3), in KRW. */
double rr_target_krw(enum rr_tier tier, rr_whole baseline_krw);

#endif
