#ifndef RR_BASE_JSON_H
#define RR_BASE_JSON_H

#include "base/buf.h"
#include "base/err.h"
#include "base/text.h"
#include "base/whole.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>

/* Builds a cJSON tree without a check at every line, and adds what cJSON leaves open: slices, SQL's NULL, well-formed
 * UTF-8, whole numbers beyond 2^53.
 *
 *     struct rr_json json = {0};
 *     cJSON *row = rr_json_object(&json, NULL, NULL);        a root; a parent and a name for a member
 *     rr_json_text(&json, row, "name", slice); ...           name NULL in an array; names are literals, not copied
 *     rr_json_print(&json, row, &buf, err)                   appends the text and deletes the tree; fails if memory
 *                                                            ran out anywhere on the way */
struct rr_json {
    bool failed;
};

cJSON *rr_json_object(struct rr_json *json, cJSON *parent, const char *name);
cJSON *rr_json_array(struct rr_json *json, cJSON *parent, const char *name);
void rr_json_add(struct rr_json *json, cJSON *parent, const char *name, cJSON *item); /* takes item over */

/* NULL becomes null; bytes that are not UTF-8, and NUL, become U+FFFD. */
void rr_json_text(struct rr_json *json, cJSON *parent, const char *name, struct rr_slice text);
void rr_json_number(struct rr_json *json, cJSON *parent, const char *name, double number);
void rr_json_bool(struct rr_json *json, cJSON *parent, const char *name, bool value);
void rr_json_null(struct rr_json *json, cJSON *parent, const char *name);

void rr_json_whole(struct rr_json *json, cJSON *parent, const char *name, rr_whole number); /* exact to its last digit */

int rr_json_print(struct rr_json *json, cJSON *root, struct rr_buf *out, struct rr_err *err);

/* Text as a tree, which the caller deletes; NULL with err: RR_BROKEN where it is not JSON, strictly by RFC 8259. What memory is
 * too short for is not broken. */
cJSON *rr_json_parse(struct rr_slice text, struct rr_err *err);

/* The text of an object's member, borrowed; ptr NULL where there is none or it is not a text. */
struct rr_slice rr_json_member(const cJSON *object, const char *name);

#endif
