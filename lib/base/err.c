#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char *const names[RR_CODE_COUNT] = {
    [RR_OK] = "OK",
    [RR_DB_NOT_FOUND] = "DB_NOT_FOUND",
    [RR_DB_UNSTABLE] = "DB_UNSTABLE_OR_UPDATING",
    [RR_DB_INVALID] = "DB_INVALID",
    [RR_PIPELINE_FAILED] = "PIPELINE_FAILED",
    [RR_CACHE_WRITE_FAILED] = "CACHE_WRITE_FAILED",
    [RR_LOCK_TIMEOUT] = "LOCK_TIMEOUT",
    [RR_LOCKED] = "SKIPPED_LOCKED",
    [RR_STORE_UNAVAILABLE] = "STORE_UNAVAILABLE",
    [RR_NOT_FOUND] = "REPORT_NOT_FOUND",
    [RR_NOT_CACHED] = "REPORT_NOT_CACHED",
    [RR_BROKEN] = "REPORT_BROKEN",
    [RR_BAD_DATE] = "INVALID_DATE",
    [RR_BAD_MODE] = "INVALID_MODE",
    [RR_BAD_FORMAT] = "INVALID_FORMAT",
    [RR_BAD_LANGUAGE] = "INVALID_LANG",
    [RR_BAD_QUERY] = "INVALID_QUERY",
    [RR_QUERY_TOO_LONG] = "URI_TOO_LONG",
    [RR_BAD_SETTING] = "INVALID_SETTING",
};

const char *rr_code_name(enum rr_code code) {
    return code < RR_CODE_COUNT ? names[code] : "UNKNOWN";
}

enum rr_code rr_code_parse(const char *name) {
    enum rr_code code = RR_OK;
    while (name != NULL && code < RR_CODE_COUNT && strcmp(name, names[code]) != 0)
        code++;
    return name != NULL && code < RR_CODE_COUNT ? code : RR_PIPELINE_FAILED;
}

void rr_err_set(struct rr_err *err, enum rr_code code, const char *format, ...) {
    va_list args;
    va_start(args, format);
    err->code = code;
    vsnprintf(err->message, sizeof err->message, format, args);
    va_end(args);
}
