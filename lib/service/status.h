#ifndef RR_SERVICE_STATUS_H
#define RR_SERVICE_STATUS_H

#include "base/json.h"
#include "store/store.h"

/* The answers of GET /status (contract.md 3), as trees that the caller owns. */
cJSON *rr_status_json(struct rr_json *json, struct rr_store *store, enum rr_mode mode);
cJSON *rr_status_json_all(struct rr_json *json, struct rr_store *store);

#endif
