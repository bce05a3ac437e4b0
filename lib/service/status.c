#include "service/status.h"

static void move_run(struct rr_json *json, cJSON *status, const char *name, cJSON **run) {
    rr_json_add(json, status, name, *run == NULL ? cJSON_CreateNull() : *run);
    *run = NULL;
}

static void fill(struct rr_json *json, cJSON *object, struct rr_store *store, enum rr_mode mode) {
    struct rr_status status;
    rr_store_read_status(store, mode, &status);
    move_run(json, object, "last_run", &status.last_run);
    move_run(json, object, "last_success", &status.last_success);
}

cJSON *rr_status_json(struct rr_json *json, struct rr_store *store, enum rr_mode mode) {
    cJSON *object = rr_json_object(json, NULL, NULL);
    fill(json, object, store, mode);
    return object;
}

cJSON *rr_status_json_all(struct rr_json *json, struct rr_store *store) {
    cJSON *object = rr_json_object(json, NULL, NULL);
    for (enum rr_mode mode = 0; mode < RR_MODE_COUNT; mode++)
        fill(json, rr_json_object(json, object, rr_mode_name(mode)), store, mode);
    cJSON *modes = rr_json_array(json, object, "modes_available");
    for (enum rr_mode mode = 0; mode < RR_MODE_COUNT; mode++)
        rr_json_text(json, modes, NULL, rr_slice_of(rr_mode_name(mode)));
    return object;
}
