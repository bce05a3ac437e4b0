#include "base/mode.h"

static const char *const names[RR_MODE_COUNT] = {[RR_OFFLINE] = "offline", [RR_ONLINE] = "online"};

const char *rr_mode_name(enum rr_mode mode) {
    return names[mode];
}

enum rr_mode rr_mode_parse(struct rr_slice name) {
    enum rr_mode mode = RR_OFFLINE;
    while (mode < RR_MODE_COUNT && !rr_slice_equal(name, rr_slice_of(names[mode])))
        mode++;
    return mode;
}
