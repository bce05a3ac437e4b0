#ifndef RR_TESTS_FUZZ_H
#define RR_TESTS_FUZZ_H

#include "base/text.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

/* libFuzzer calls it with one input after another; to crash is to have found something. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline struct rr_slice fuzz_slice(const uint8_t *data, size_t size) {
    return (struct rr_slice){(const char *)data, size};
}

/* What must hold whatever the input is. */
#define MUST(condition)                                                                                                          \
    do {                                                                                                                         \
        if (!(condition))                                                                                                        \
            abort();                                                                                                             \
    } while (0)

#endif
