#include "base/json.h"

#include "base/json_scan.h"
#include "base/number.h"

#include <errno.h>
#include <string.h>

/* 10^15: cJSON prints 15 digits, and does not look whether the last one got lost */
static const rr_whole exact_max = 1000000000000000;

void rr_json_add(struct rr_json *json, cJSON *parent, const char *name, cJSON *item) {
    bool added = item != NULL && parent != NULL &&
                 (name == NULL ? cJSON_AddItemToArray(parent, item) : cJSON_AddItemToObjectCS(parent, name, item));
    if (added)
        return;
    cJSON_Delete(item);
    json->failed = true;
}

static cJSON *add_container(struct rr_json *json, cJSON *parent, const char *name, cJSON *item) {
    if (item == NULL)
        json->failed = true;
    else if (parent != NULL)
        rr_json_add(json, parent, name, item);
    return json->failed ? NULL : item;
}

cJSON *rr_json_object(struct rr_json *json, cJSON *parent, const char *name) {
    return json->failed ? NULL : add_container(json, parent, name, cJSON_CreateObject());
}

cJSON *rr_json_array(struct rr_json *json, cJSON *parent, const char *name) {
    return json->failed ? NULL : add_container(json, parent, name, cJSON_CreateArray());
}

static void add_well_formed(struct rr_buf *out, struct rr_slice text) {
    size_t good = 0; /* where the well-formed run that is not yet copied begins */
    size_t at = 0;
    while (at < text.len) {
        size_t len = text.ptr[at] == '\0' ? 0 : rr_utf8_length(text.ptr + at, text.len - at);
        if (len > 0) {
            at += len;
            continue;
        }
        rr_buf_add(out, text.ptr + good, at - good);
        rr_buf_add_text(out, "\xef\xbf\xbd");
        good = ++at;
    }
    rr_buf_add(out, text.ptr + good, at - good);
}

void rr_json_text(struct rr_json *json, cJSON *parent, const char *name, struct rr_slice text) {
    if (text.ptr == NULL) {
        rr_json_null(json, parent, name);
        return;
    }
    struct rr_buf copy = RR_BUF_INIT(SIZE_MAX / 8);
    add_well_formed(&copy, text);
    rr_json_add(json, parent, name, copy.failed ? NULL : cJSON_CreateString(copy.len == 0 ? "" : copy.ptr));
    rr_buf_free(&copy);
}

void rr_json_number(struct rr_json *json, cJSON *parent, const char *name, double number) {
    rr_json_add(json, parent, name, cJSON_CreateNumber(number));
}

void rr_json_bool(struct rr_json *json, cJSON *parent, const char *name, bool value) {
    rr_json_add(json, parent, name, cJSON_CreateBool(value));
}

void rr_json_null(struct rr_json *json, cJSON *parent, const char *name) {
    rr_json_add(json, parent, name, cJSON_CreateNull());
}

void rr_json_whole(struct rr_json *json, cJSON *parent, const char *name, rr_whole number) {
    if (number > -exact_max && number < exact_max) {
        rr_json_number(json, parent, name, (double)number);
        return;
    }
    char digits[RR_NUMBER_SIZE];
    digits[rr_number_whole(digits, number)] = '\0';
    rr_json_add(json, parent, name, cJSON_CreateRaw(digits));
}

int rr_json_print(struct rr_json *json, cJSON *root, struct rr_buf *out, struct rr_err *err) {
    char *text = json->failed ? NULL : cJSON_PrintUnformatted(root);
    cJSON_Delete(root);
    if (text == NULL)
        return rr_fail_memory(err);
    rr_buf_add_text(out, text);
    cJSON_free(text);
    return out->failed ? rr_fail_memory(err) : 0;
}

cJSON *rr_json_parse(struct rr_slice text, struct rr_err *err) {
    bool valid = rr_json_is_valid(text);
    errno = 0;
    cJSON *tree = valid ? cJSON_ParseWithLength(text.ptr, text.len) : NULL;
    if (tree == NULL && errno == ENOMEM) /* cJSON does not say, but malloc has */
        rr_err_set_memory(err);
    else if (tree == NULL)
        rr_err_set(err, RR_BROKEN, "it is not JSON");
    return tree;
}

struct rr_slice rr_json_member(const cJSON *object, const char *name) {
    return rr_slice_of(cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name)));
}
