#ifndef RR_BASE_JSON_SCAN_H
#define RR_BASE_JSON_SCAN_H

#include "base/text.h"

/* Is this JSON? Strictly by RFC 8259, which cJSON is not (it takes leading zeros, raw control characters, bytes that are
 * no UTF-8), and without any memory. Arrays and objects nested deeper than RR_JSON_DEPTH_MAX, which is
 * cJSON's limit too, count as none. */
enum { RR_JSON_DEPTH_MAX = 1000 };

/* The length in bytes of the JSON value that text begins with; 0 where there is none. */
size_t rr_json_value_length(struct rr_slice text);

/* The length of the white space that text begins with. */
size_t rr_json_space_length(struct rr_slice text);

/* Is all of text one value, with white space around it? */
bool rr_json_is_valid(struct rr_slice text);

/* Going through a text without making a tree of it: each takes what it names off the front of *left, and the white space
 * around it, or is false and then what comes is something else.
 *
 *     for (left = object; rr_json_next_member(&left, &name, &value);) ...     name and value as they are spelled
 *     for (left = array; rr_json_next_item(&left); ) { ...take the item... }  */
bool rr_json_take(struct rr_slice *left, char sign);
bool rr_json_take_value(struct rr_slice *left, struct rr_slice *value);

/* From the brace or a comma on to the value, whose name that is. */
bool rr_json_next_name(struct rr_slice *left, struct rr_slice *name);
bool rr_json_next_member(struct rr_slice *left, struct rr_slice *name, struct rr_slice *value);

/* From the bracket or a comma on to the item; false at the array's end. */
bool rr_json_next_item(struct rr_slice *left);

/* Decodes a valid JSON string of len bytes, quotes and all, into the place where it stands: decoding makes nothing longer. Half a
 * surrogate pair becomes U+FFFD. */
struct rr_slice rr_json_decode(char *string, size_t len);

#endif
