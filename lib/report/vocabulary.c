#include "report/vocabulary.h"

#include "base/thread.h"
#include "report/expression.h"

#include <stdatomic.h>
#include <stdlib.h>

/* The assembler reads the file, so that the program needs none. */
__asm__(".pushsection .rodata\n"
        ".globl rr_vocabulary_text\n"
        "rr_vocabulary_text: .incbin \"lib/report/vocabulary.txt\"\n"
        ".byte 0\n"
        ".popsection\n");

enum { expression_max_bytes = 1024 * 1024, slot_bits = 15, slot_count = 1 << slot_bits };
_Static_assert(slot_count >= 2 * RR_TERMS_MAX, "there is always a free slot");

struct rr_vocabulary_group {
    uint32_t first, second; /* 0: whatever follows */
    uint32_t terms;         /* its first one, plus one */
    _Atomic(struct rr_pattern *) pattern;
};

/* Whatever follows a term's second character may be its last syllable's final consonant, so one stands for those with any. */
static uint32_t without_final(uint32_t character) {
    enum { first_syllable = 0xac00, last_syllable = 0xd7a3, finals = 28 };
    bool syllable = character >= first_syllable && character <= last_syllable;
    return syllable ? character - (character - first_syllable) % finals : character;
}

/* The group's slot, or the empty one where it would be. */
static uint16_t *slot_of(const struct rr_vocabulary *vocabulary, uint32_t first, uint32_t second) {
    uint32_t at = (first * 2654435769U + second * 2246822519U) >> (32 - slot_bits);
    for (;; at = (at + 1) % slot_count) {
        uint16_t *slot = &vocabulary->slots[at];
        const struct rr_vocabulary_group *group = *slot == 0 ? NULL : &vocabulary->groups[*slot - 1];
        if (group == NULL || (group->first == first && group->second == second))
            return slot;
    }
}

static struct rr_vocabulary_group *find(const struct rr_vocabulary *vocabulary, uint32_t first, uint32_t second) {
    uint16_t slot = *slot_of(vocabulary, first, second);
    return slot == 0 ? NULL : &vocabulary->groups[slot - 1];
}

static void add_to_group(struct rr_vocabulary *vocabulary, uint32_t number) {
    const struct rr_term *term = &vocabulary->terms->items[number];
    uint32_t second = without_final(term->second);
    uint16_t *slot = slot_of(vocabulary, term->first, second);
    if (*slot == 0) {
        vocabulary->groups[vocabulary->group_count] = (struct rr_vocabulary_group){.first = term->first, .second = second};
        *slot = (uint16_t)++vocabulary->group_count;
    }
    struct rr_vocabulary_group *group = &vocabulary->groups[*slot - 1];
    vocabulary->next[number] = group->terms;
    group->terms = number + 1;
}

int rr_vocabulary_open(struct rr_vocabulary *vocabulary, const char *text, struct rr_err *err) {
    *vocabulary = (struct rr_vocabulary){.terms = calloc(1, sizeof *vocabulary->terms)};
    if (vocabulary->terms == NULL)
        return rr_fail_memory(err);
    for (int i = 0; i < RR_VOCABULARY_LOCKS; i++)
        pthread_mutex_init(&vocabulary->locks[i], NULL);
    int rc = rr_terms_read(vocabulary->terms, rr_slice_of(text), err);
    if (rc == 0 && vocabulary->terms->count == 0)
        rc = rr_fail(err, RR_PIPELINE_FAILED, "the vocabulary has no term");
    if (rc != 0)
        goto fail;
    uint32_t count = vocabulary->terms->count;
    vocabulary->groups = calloc(count, sizeof *vocabulary->groups);
    vocabulary->next = calloc(count, sizeof *vocabulary->next);
    vocabulary->slots = calloc(slot_count, sizeof *vocabulary->slots);
    if (vocabulary->groups == NULL || vocabulary->next == NULL || vocabulary->slots == NULL) {
        rr_err_set_memory(err);
        goto fail;
    }
    for (uint32_t i = 0; i < count; i++)
        add_to_group(vocabulary, i);
    return 0;
fail:
    rr_vocabulary_close(vocabulary);
    return -1;
}

/* ---- Patterns ---- */

static size_t length_of(const struct rr_term *term) {
    return term->text.len + term->rest.len;
}

/* The one that reaches furthest first, so that it is what is found. */
static int compare_terms(const void *left, const void *right) {
    const struct rr_term *a = left, *b = right;
    if (a->wide != b->wide)
        return a->wide ? -1 : 1;
    if (length_of(a) != length_of(b))
        return length_of(a) > length_of(b) ? -1 : 1;
    return a->order < b->order ? -1 : 1;
}

static uint32_t count_terms(const struct rr_vocabulary *vocabulary, const struct rr_vocabulary_group *group) {
    uint32_t count = 0;
    for (uint32_t at = group == NULL ? 0 : group->terms; at != 0; at = vocabulary->next[at - 1])
        count++;
    return count;
}

static void list_terms(const struct rr_vocabulary *vocabulary, const struct rr_vocabulary_group *group, struct rr_term *terms) {
    for (uint32_t at = group == NULL ? 0 : group->terms; at != 0; at = vocabulary->next[at - 1])
        *terms++ = vocabulary->terms->items[at - 1];
}

/* Finds the terms of the group, and those that may go on with any second character. */
static int compile(struct rr_pattern **pattern, const struct rr_vocabulary *vocabulary, const struct rr_vocabulary_group *group,
                   struct rr_err *err) {
    const struct rr_vocabulary_group *any = group->second == 0 ? NULL : find(vocabulary, group->first, 0);
    uint32_t own = count_terms(vocabulary, group), count = own + count_terms(vocabulary, any);
    struct rr_term *terms = calloc((size_t)count + 1, sizeof *terms);
    if (terms == NULL)
        return rr_fail_memory(err);
    struct rr_buf expression = RR_BUF_INIT(expression_max_bytes);
    list_terms(vocabulary, group, terms);
    list_terms(vocabulary, any, terms + own);
    qsort(terms, count, sizeof *terms, compare_terms);
    rr_expression_write(&expression, terms, count);
    int rc = expression.failed ? rr_fail_memory(err) : rr_pattern_compile_text(pattern, expression.ptr, err);
    rr_buf_free(&expression);
    free(terms);
    rr_thread_yield();
    return rc;
}

int rr_vocabulary_pattern(struct rr_vocabulary *vocabulary, uint32_t first, uint32_t second, const struct rr_pattern **pattern,
                          struct rr_err *err) {
    struct rr_vocabulary_group *group = find(vocabulary, first, without_final(second));
    if (group == NULL)
        group = find(vocabulary, first, 0);
    *pattern = group == NULL ? NULL : atomic_load_explicit(&group->pattern, memory_order_acquire);
    if (group == NULL || *pattern != NULL)
        return 0;
    pthread_mutex_t *lock = &vocabulary->locks[(group - vocabulary->groups) % RR_VOCABULARY_LOCKS];
    pthread_mutex_lock(lock);
    struct rr_pattern *compiled = atomic_load_explicit(&group->pattern, memory_order_relaxed);
    int rc = compiled != NULL ? 0 : compile(&compiled, vocabulary, group, err);
    if (rc == 0)
        atomic_store_explicit(&group->pattern, compiled, memory_order_release);
    pthread_mutex_unlock(lock);
    *pattern = compiled;
    return rc;
}

void rr_vocabulary_close(struct rr_vocabulary *vocabulary) {
    if (vocabulary->terms == NULL)
        return;
    for (uint32_t i = 0; i < vocabulary->group_count; i++) {
        struct rr_pattern *pattern = atomic_load(&vocabulary->groups[i].pattern);
        rr_pattern_free(&pattern);
    }
    for (int i = 0; i < RR_VOCABULARY_LOCKS; i++)
        pthread_mutex_destroy(&vocabulary->locks[i]);
    free(vocabulary->terms);
    free(vocabulary->groups);
    free(vocabulary->next);
    free(vocabulary->slots);
    vocabulary->terms = NULL;
}
