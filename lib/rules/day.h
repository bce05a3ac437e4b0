#ifndef RR_RULES_DAY_H
#define RR_RULES_DAY_H

#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>

/* A calendar date of the years 1 to 9999 as the number YYYYMMDD, 20260119 say; RR_DAY_UNKNOWN where there is none.
 * Comparing two compares the dates. */
typedef int32_t rr_day;

#define RR_DAY_UNKNOWN 0

enum { RR_DAY_TEXT_SIZE = 16 };

int rr_day_year(rr_day day);  /* 0 of an unknown day */
int rr_day_month(rr_day day); /* 1 to 12; 0 of an unknown day */

/* The date of a CRM text in KST (rules.md D1 "dates"): `2026-1-9`, `2026.01.09 10:00`, `20260109`, `2025-12-31T15:00:00Z`. */
rr_day rr_day_parse(struct rr_slice text);

/* The same, and the second of that day, 0 to 86399; 0 where the text has no time. */
rr_day rr_moment_parse(struct rr_slice text, int *second_of_day);

/* So many days before; unknown before the year 1. */
rr_day rr_day_before(rr_day day, int days);

/* The date of exactly year, month, day; unknown where the calendar has none. */
rr_day rr_day_of(int year, int month, int day);

/* YYYY-MM-DD; "" of an unknown day. */
void rr_day_text(rr_day day, char text[RR_DAY_TEXT_SIZE]);

/* deal_year (rules.md D1): of the start, else of the contract, else of the expected close; 0 where all are unknown. */
int rr_deal_year(rr_day start, rr_day contract, rr_day expected_close);

#endif
