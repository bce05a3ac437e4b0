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

#endif
