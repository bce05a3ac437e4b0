/* A date of the CRM: none, or a day of the calendar whose usual text is read as the same day; a day at most from the text's own.
 */
#include "fuzz.h"

#include "rules/day.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct rr_slice text = fuzz_slice(data, size);
    rr_day day = rr_day_parse(text);
    char usual[RR_DAY_TEXT_SIZE];
    rr_day_text(day, usual);
    MUST(rr_day_parse(rr_slice_of(usual)) == day);
    MUST(day == RR_DAY_UNKNOWN || day == rr_day_of(rr_day_year(day), rr_day_month(day), day % 100));
    MUST(rr_deal_year(day, RR_DAY_UNKNOWN, RR_DAY_UNKNOWN) == rr_day_year(day));
    struct rr_slice trimmed = rr_slice_trim(text);
    MUST(rr_day_parse(trimmed) == day);
    MUST(day == RR_DAY_UNKNOWN || (trimmed.len >= 8 && memchr(text.ptr, '\0', trimmed.len < 8 ? trimmed.len : 8) == NULL));
    return 0;
}
