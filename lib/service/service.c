#include "service/service.h"

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

bool rr_service_outdated(const struct rr_service *service, const struct rr_document *document) {
    struct rr_fingerprint fingerprint;
    struct rr_err ignored;
    if (document->meta.db_signature[0] == '\0' || rr_fingerprint_of(service->conf->db_path, &fingerprint, &ignored) != 0)
        return false;
    char signature[RR_SIGNATURE_SIZE];
    rr_fingerprint_signature(&fingerprint, signature);
    return strcmp(signature, document->meta.db_signature) != 0;
}
