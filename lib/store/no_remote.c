#include "store/peers.h"
#include "store/remote.h"

/* In a build without PostgreSQL: a store is files, and of one host. */

static int refuse(const char *uri, struct rr_err *err) {
    (void)uri; /* nobody repeats what may hold a name of the house */
    return rr_fail(err, RR_BAD_SETTING,
                   "REPORT_STORE must be unset or \"file\": this build knows no other (make POSTGRESQL=1 makes one that does)");
}

int rr_remote_open(struct rr_remote **out, const char *uri, struct rr_err *err) {
    *out = NULL;
    return refuse(uri, err);
}

int rr_store_schema(const char *uri, enum rr_schema_action action, char report[200], struct rr_err *err) {
    (void)action;
    report[0] = '\0';
    return refuse(uri, err);
}
