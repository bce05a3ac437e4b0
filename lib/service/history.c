#include "service/history.h"

#include "rules/day.h"
#include "rules/risk.h"

#include <stdlib.h>
#include <string.h>

bool rr_history_is_day(const struct rr_key *key) {
    return rr_day_parse(rr_slice_of(key->as_of)) != RR_DAY_UNKNOWN;
}

void rr_history_move(struct rr_json *json, cJSON *object, struct rr_summary *summary, const char *const *names) {
    for (size_t i = 0; names[i] != NULL; i++)
        rr_json_add(json, object, names[i], cJSON_DetachItemFromObjectCaseSensitive(summary->head, names[i]));
}

static void add_date(struct rr_json *json, cJSON *reports, struct rr_summary *summary) {
    static const char *const names[] = {"as_of",          "generated_at", "db_signature", "generator_version",
                                        "counterparties", "totals",       "counts",       NULL};
    rr_history_move(json, rr_json_object(json, reports, NULL), summary, names);
}

static void add_point(struct rr_json *json, cJSON *series, struct rr_summary *summary) {
    static const char *const when[] = {"as_of", "generated_at", NULL};
    static const char *const what[] = {"totals", "tier_groups", "counts", NULL};
    int month = rr_day_month(rr_day_parse(rr_slice_of(summary->key.as_of)));
    cJSON *point = rr_json_object(json, series, NULL);
    rr_history_move(json, point, summary, when);
    rr_json_number(json, point, "min_coverage", rr_min_coverage(month));
    rr_history_move(json, point, summary, what);
}

/* Adds what is to be said of that report, if it is one. */
static int add_report(struct rr_service *service, const struct rr_key *key, struct rr_json *json, cJSON *array,
                      void (*add)(struct rr_json *json, cJSON *array, struct rr_summary *summary), struct rr_err *err) {
    struct rr_summary summary;
    if (!rr_history_is_day(key))
        return 0;
    int rc = rr_store_summary(service->store, key, RR_SUMMARY_HEAD, &summary, err);
    if (rc == 0)
        add(json, array, &summary);
    rr_summary_free(&summary);
    return rc == 0 || err->code == RR_NOT_FOUND || err->code == RR_BROKEN ? 0 : -1;
}

int rr_history_dates(struct rr_service *service, enum rr_mode mode, struct rr_json *json, cJSON **answer, struct rr_err *err) {
    struct rr_keys keys;
    int rc = rr_store_list(service->store, mode, &keys, err);
    *answer = rr_json_object(json, NULL, NULL);
    rr_json_text(json, *answer, "mode", rr_slice_of(rr_mode_name(mode)));
    cJSON *reports = rr_json_array(json, *answer, "reports");
    for (size_t i = keys.count; rc == 0 && i > 0; i--)
        rc = add_report(service, &keys.keys[i - 1], json, reports, add_date, err);
    free(keys.keys);
    return rc;
}

/* The date that was asked for, else the one that the series has there; null where it has none. */
static void add_end(struct rr_json *json, cJSON *answer, const char *name, bool is_asked, const char *asked, const cJSON *point) {
    struct rr_slice date = is_asked ? rr_slice_of(asked) : rr_json_member(point, "as_of");
    rr_json_text(json, answer, name, date);
}

int rr_history_series(struct rr_service *service, const struct rr_query *query, struct rr_json *json, cJSON **answer,
                      struct rr_err *err) {
    struct rr_keys keys;
    int rc = rr_store_list(service->store, query->mode, &keys, err);
    cJSON *series = rr_json_array(json, NULL, NULL);
    for (size_t i = 0; rc == 0 && i < keys.count; i++) {
        const char *as_of = keys.keys[i].as_of;
        if ((!query->has_from || strcmp(as_of, query->from) >= 0) && (!query->has_to || strcmp(as_of, query->to) <= 0))
            rc = add_report(service, &keys.keys[i], json, series, add_point, err);
    }
    free(keys.keys);
    *answer = rr_json_object(json, NULL, NULL);
    rr_json_text(json, *answer, "mode", rr_slice_of(rr_mode_name(query->mode)));
    add_end(json, *answer, "from", query->has_from, query->from, series == NULL ? NULL : series->child);
    add_end(json, *answer, "to", query->has_to, query->to, series == NULL || series->child == NULL ? NULL : series->child->prev);
    rr_json_add(json, *answer, "series", series);
    return rc;
}
