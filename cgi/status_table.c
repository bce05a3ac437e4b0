#include "status_table.h"

#include "service/ready.h"

#include <stdio.h>

#define MIN_S  INT64_C(60)
#define HOUR_S (60 * MIN_S)
#define DAY_S  (24 * HOUR_S)

void rr_age_text(int64_t age_s, char text[RR_AGE_SIZE]) {
    static const struct {
        int64_t below_s, unit_s;
        const char *unit;
    } steps[] = {{2 * MIN_S, 1, "s"}, {2 * HOUR_S, MIN_S, "min"}, {3 * DAY_S, HOUR_S, "h"}, {INT64_MAX, DAY_S, "d"}};
    size_t i = 0;
    while (age_s >= steps[i].below_s)
        i++;
    if (age_s < 0)
        snprintf(text, RR_AGE_SIZE, "-");
    else
        snprintf(text, RR_AGE_SIZE, "%lld %s", (long long)(age_s / steps[i].unit_s), steps[i].unit);
}

/* A text of the run, "-" where there is none. */
static const char *text_of(const cJSON *run, const char *name) {
    struct rr_slice text = rr_json_member(run, name);
    return text.ptr == NULL ? "-" : text.ptr;
}

static void print_mode(const struct rr_service *service, enum rr_mode mode) {
    struct rr_status status;
    rr_store_read_status(service->store, mode, &status);
    const cJSON *run = status.last_run, *took = cJSON_GetObjectItemCaseSensitive(run, "duration_ms");
    char age[RR_AGE_SIZE], took_text[RR_AGE_SIZE] = "-";
    rr_age_text(rr_ready_age_s(service, status.last_success), age);
    if (cJSON_IsNumber(took))
        snprintf(took_text, sizeof took_text, "%.0f ms", took->valuedouble);
    printf("%-8s %-14s %-10s %-26s %-10s %-26s %s\n", rr_mode_name(mode), text_of(run, "result"), text_of(run, "as_of"),
           text_of(run, "generated_at"), took_text, text_of(status.last_success, "generated_at"), age);
    if (rr_json_member(run, "error_code").ptr != NULL)
        printf("%-8s %s: %s\n", "", text_of(run, "error_code"), text_of(run, "error_message"));
    rr_status_free(&status);
}

void rr_status_table_print(const struct rr_service *service, enum rr_mode only) {
    printf("%-8s %-14s %-10s %-26s %-10s %-26s %s\n", "MODE", "LAST RUN", "FOR", "AT", "TOOK", "LAST SUCCESS", "AGE");
    for (enum rr_mode mode = 0; mode < RR_MODE_COUNT; mode++)
        if (only == RR_MODE_COUNT || only == mode)
            print_mode(service, mode);
}
