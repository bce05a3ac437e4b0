#define PCRE2_CODE_UNIT_WIDTH 8
#include "base/pattern.h"

#include <pcre2.h>
#include <stdatomic.h>
#include <stdlib.h>

/* Compiling to machine code takes as long as so many searches do without. */
enum { often = 40 };

struct rr_pattern {
    pcre2_code *code;
    pcre2_match_data *match;
    atomic_uint searches;
    _Atomic(pcre2_code *) machine_code; /* a copy of its own, since others may be searching; NULL: not often searched */
};

struct rr_search {
    pcre2_match_data *match; /* of the whole alone */
};

static int compile(struct rr_pattern **out, const char *expression, uint32_t options, struct rr_err *err) {
    struct rr_pattern *pattern = calloc(1, sizeof *pattern);
    if (pattern == NULL)
        return rr_fail_memory(err);
    int code;
    PCRE2_SIZE at;
    pattern->code = pcre2_compile((PCRE2_SPTR)expression, PCRE2_ZERO_TERMINATED, options, &code, &at, NULL);
    if (pattern->code == NULL) {
        rr_pattern_free(&pattern);
        return rr_fail(err, RR_PIPELINE_FAILED, "a pattern cannot be compiled (PCRE2 code %d)", code);
    }
    *out = pattern;
    return 0;
}

int rr_pattern_compile(struct rr_pattern **out, const char *expression, struct rr_err *err) {
    struct rr_pattern *pattern = NULL;
    if (compile(&pattern, expression, PCRE2_DOLLAR_ENDONLY, err) != 0)
        return -1;
    pattern->match = pcre2_match_data_create_from_pattern(pattern->code, NULL);
    if (pattern->match == NULL) {
        rr_pattern_free(&pattern);
        return rr_fail_memory(err);
    }
    *out = pattern;
    return 0;
}

int rr_pattern_compile_text(struct rr_pattern **out, const char *expression, struct rr_err *err) {
    return compile(out, expression, PCRE2_UTF | PCRE2_CASELESS | PCRE2_MATCH_INVALID_UTF, err);
}

static bool lacks_memory(int code) {
    return code == PCRE2_ERROR_NOMEMORY || code == PCRE2_ERROR_HEAPLIMIT;
}

int rr_pattern_match(const struct rr_pattern *pattern, struct rr_slice text, size_t offset, struct rr_slice *groups,
                     uint32_t count) {
    PCRE2_SPTR subject = (PCRE2_SPTR)(text.ptr != NULL ? text.ptr : "");
    int set = pcre2_match(pattern->code, subject, text.len, offset, 0, pattern->match, NULL);
    if (set <= 0)
        return lacks_memory(set) ? -1 : 0;
    const PCRE2_SIZE *ends = pcre2_get_ovector_pointer(pattern->match);
    uint32_t pairs = pcre2_get_ovector_count(pattern->match);
    for (size_t i = 0; i < count; i++) {
        bool unset = i >= pairs || i >= (size_t)set || ends[2 * i] == PCRE2_UNSET;
        groups[i] = unset ? (struct rr_slice){NULL, 0}
                          : (struct rr_slice){(const char *)subject + ends[2 * i], ends[2 * i + 1] - ends[2 * i]};
    }
    return 1;
}

void rr_pattern_free(struct rr_pattern **pattern) {
    if (*pattern == NULL)
        return;
    pcre2_match_data_free((*pattern)->match);
    pcre2_code_free((*pattern)->code);
    pcre2_code_free(atomic_load(&(*pattern)->machine_code));
    free(*pattern);
    *pattern = NULL;
}

int rr_search_open(struct rr_search **out, struct rr_err *err) {
    struct rr_search *search = calloc(1, sizeof *search);
    if (search == NULL)
        return rr_fail_memory(err);
    search->match = pcre2_match_data_create(1, NULL);
    if (search->match == NULL) {
        rr_search_close(&search);
        return rr_fail_memory(err);
    }
    *out = search;
    return 0;
}

/* What to search with: where there is no machine code, or it cannot be, the pattern as it is. */
static const pcre2_code *code_of(struct rr_pattern *pattern) {
    pcre2_code *code = atomic_load_explicit(&pattern->machine_code, memory_order_acquire);
    if (code != NULL)
        return code;
    if (atomic_fetch_add_explicit(&pattern->searches, 1, memory_order_relaxed) != often)
        return pattern->code;
    code = pcre2_code_copy(pattern->code);
    if (code == NULL || pcre2_jit_compile(code, PCRE2_JIT_COMPLETE) != 0) {
        pcre2_code_free(code);
        return pattern->code;
    }
    atomic_store_explicit(&pattern->machine_code, code, memory_order_release);
    return code;
}

int rr_search_next(struct rr_search *search, struct rr_pattern *pattern, struct rr_slice text, size_t offset,
                   struct rr_hit *hit) {
    if (offset >= text.len)
        return 0;
    int set = pcre2_match(code_of(pattern), (PCRE2_SPTR)text.ptr, text.len, offset, PCRE2_NOTEMPTY, search->match, NULL);
    if (set < 0)
        return lacks_memory(set) ? -1 : 0;
    const PCRE2_SIZE *ends = pcre2_get_ovector_pointer(search->match);
    *hit = (struct rr_hit){ends[0], ends[1]};
    return 1;
}

void rr_search_close(struct rr_search **search) {
    if (*search == NULL)
        return;
    pcre2_match_data_free((*search)->match);
    free(*search);
    *search = NULL;
}
