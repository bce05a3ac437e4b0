#ifndef RR_BASE_MODE_H
#define RR_BASE_MODE_H

#include "base/text.h"

#include <stdint.h>

/* The two businesses that a report can be about (contract.md, "mode"). */
enum rr_mode { RR_OFFLINE, RR_ONLINE, RR_MODE_COUNT };

/* Some of the modes, in an order that means something. */
struct rr_mode_list {
    enum rr_mode modes[RR_MODE_COUNT];
    uint32_t count;
};

const char *rr_mode_name(enum rr_mode mode); /* "offline", "online" */

/* The mode of exactly that name; RR_MODE_COUNT where there is none. */
enum rr_mode rr_mode_parse(struct rr_slice name);

#endif
