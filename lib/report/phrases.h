#ifndef RR_REPORT_PHRASES_H
#define RR_REPORT_PHRASES_H

#include "base/mode.h"
#include "report/blocker.h"
#include "rules/risk.h"

/* The fixed Korean of the cards by rule: what is read out of it, and what to do. card.c puts the row's figures between. */

/* "오프라인", "온라인". */
const char *rr_phrase_mode(enum rr_mode mode);

/* What the memos mention, a noun: "예산 제약". */
const char *rr_phrase_blocker(enum rr_blocker blocker);

/* What to do about a blocker: the first thing and the next, as the business of the mode goes. */
enum { RR_PHRASE_STEPS = 2 };
const char *rr_phrase_action(enum rr_blocker blocker, enum rr_mode mode, int step);

/* What to do where nothing is known to block but the row's figures, RR_PHRASE_COURSES things. */
enum { RR_PHRASE_COURSES = 2 };
const char *rr_phrase_course(enum rr_level level, enum rr_mode mode, int step);

#endif
