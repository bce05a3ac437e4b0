#include "service/service.h"

#include "crm/check.h"
#include "crm/snapshot.h"

#include <string.h>

void rr_service_forget(struct rr_service *service) {
    for (enum rr_mode mode = 0; mode < RR_MODE_COUNT; mode++) {
        rr_buf_free(&service->rendered[mode].body);
        service->rendered[mode].etag[0] = '\0';
    }
}

void rr_service_today(const struct rr_service *service, char as_of[16]) {
    rr_clock_date(rr_clock_now_s(service->clock), as_of);
}

/* The signature of the database as it is; false where there is none. */
static bool signature_now(const struct rr_service *service, char signature[RR_SIGNATURE_SIZE]) {
    struct rr_fingerprint fingerprint;
    struct rr_err ignored;
    if (rr_fingerprint_of(service->conf->db_path, &fingerprint, &ignored) != 0)
        return false;
    rr_fingerprint_signature(&fingerprint, signature);
    return true;
}

bool rr_service_is_current(const struct rr_service *service, const struct rr_document *document) {
    char signature[RR_SIGNATURE_SIZE];
    return signature_now(service, signature) && strcmp(signature, document->meta.db_signature) == 0;
}

bool rr_service_outdated(const struct rr_service *service, const struct rr_document *document) {
    char signature[RR_SIGNATURE_SIZE];
    bool known = document->meta.db_signature[0] != '\0' && signature_now(service, signature);
    return known && strcmp(signature, document->meta.db_signature) != 0;
}

bool rr_service_depends_on_peers(const struct rr_service *service, struct rr_err *why) {
    return rr_store_has_peers(service->store) && rr_crm_check_readable(service->conf->db_path, why) != 0;
}
