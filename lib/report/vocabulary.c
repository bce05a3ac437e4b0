#include "report/vocabulary.h"

#include "report/expression.h"

#include <stdatomic.h>
#include <stdlib.h>

/* The assembler reads the file, so that the program needs none. */
__asm__(".pushsection .rodata\n"
        ".globl rr_vocabulary_text\n"
        "rr_vocabulary_text: .incbin \"lib/report/vocabulary.txt\"\n"
        ".byte 0\n"
        ".popsection\n");

enum { expression_max_bytes = 1024 * 1024, outlines_max_bytes = 4 * 1024 * 1024, slot_bits = 16, slot_count = 1 << slot_bits };
_Static_assert(slot_count >= 2 * RR_TERMS_MAX, "there is always a free slot");

struct entry {
    const struct rr_term *term;
    size_t reach;
    size_t outline; /* where it begins in those of the list */
};

/* What may begin with the two characters, in the order that it is looked for in. */
struct list {
    struct rr_buf outlines; /* rr_outline_add, one term after the other */
    uint32_t count;
    struct entry entries[];
};

struct rr_vocabulary_group {
    uint32_t first, second;      /* second 0: any */
    uint32_t terms;              /* the first of them, plus one */
    _Atomic(struct list *) list; /* of them, and of those with any second character; NULL: nobody has asked yet */
};

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

static struct rr_vocabulary_group *group_of(const struct rr_vocabulary *vocabulary, uint32_t first, uint32_t second) {
    uint16_t slot = *slot_of(vocabulary, first, second);
    return slot == 0 ? NULL : &vocabulary->groups[slot - 1];
}

static void add_to_group(struct rr_vocabulary *vocabulary, const struct rr_term *term) {
    uint16_t *slot = slot_of(vocabulary, term->first, term->second);
    if (*slot == 0) {
        vocabulary->groups[vocabulary->group_count] = (struct rr_vocabulary_group){.first = term->first, .second = term->second};
        *slot = (uint16_t)++vocabulary->group_count;
    }
    struct rr_vocabulary_group *group = &vocabulary->groups[*slot - 1];
    vocabulary->next[term->order] = group->terms;
    group->terms = term->order + 1;
}

static int read_terms(struct rr_vocabulary *vocabulary, const char *text, struct rr_err *err) {
    if (rr_terms_read(vocabulary->terms, rr_slice_of(text), err) != 0)
        return -1;
    uint32_t count = vocabulary->terms->count;
    if (count == 0)
        return rr_fail(err, RR_PIPELINE_FAILED, "the vocabulary has no term");
    vocabulary->next = calloc(count, sizeof *vocabulary->next);
    vocabulary->patterns = calloc(count, sizeof *vocabulary->patterns);
    vocabulary->groups = calloc(count, sizeof *vocabulary->groups);
    vocabulary->slots = calloc(slot_count, sizeof *vocabulary->slots);
    if (vocabulary->next == NULL || vocabulary->patterns == NULL || vocabulary->groups == NULL || vocabulary->slots == NULL)
        return rr_fail_memory(err);
    for (uint32_t i = 0; i < count; i++)
        add_to_group(vocabulary, &vocabulary->terms->items[i]);
    return 0;
}

int rr_vocabulary_open(struct rr_vocabulary *vocabulary, const char *text, struct rr_err *err) {
    *vocabulary = (struct rr_vocabulary){.terms = calloc(1, sizeof *vocabulary->terms)};
    if (vocabulary->terms == NULL)
        return rr_fail_memory(err);
    for (int i = 0; i < RR_VOCABULARY_LOCKS; i++)
        pthread_mutex_init(&vocabulary->locks[i], NULL);
    if (read_terms(vocabulary, text, err) == 0)
        return 0;
    rr_vocabulary_close(vocabulary);
    return -1;
}

static pthread_mutex_t *lock_of(struct rr_vocabulary *vocabulary, uint32_t first) {
    return &vocabulary->locks[first % RR_VOCABULARY_LOCKS];
}

/* ---- Lists ---- */

static int compare_entries(const void *left, const void *right) {
    const struct entry *a = left, *b = right;
    if (a->term->wide != b->term->wide)
        return a->term->wide ? -1 : 1;
    if (a->reach != b->reach)
        return a->reach > b->reach ? -1 : 1;
    return a->term->order < b->term->order ? -1 : 1;
}

static uint32_t count_terms(const struct rr_vocabulary *vocabulary, uint32_t terms) {
    uint32_t count = 0;
    for (uint32_t at = terms; at != 0; at = vocabulary->next[at - 1])
        count++;
    return count;
}

static void add_entries(struct list *list, const struct rr_vocabulary *vocabulary, uint32_t terms) {
    for (uint32_t at = terms; at != 0; at = vocabulary->next[at - 1]) {
        const struct rr_term *term = &vocabulary->terms->items[at - 1];
        list->entries[list->count++] = (struct entry){.term = term, .reach = rr_term_reach(term)};
    }
}

static void free_list(struct list *list) {
    if (list != NULL)
        rr_buf_free(&list->outlines);
    free(list);
}

/* NULL when memory ran out. */
static struct list *make_list(const struct rr_vocabulary *vocabulary, const struct rr_vocabulary_group *group) {
    const struct rr_vocabulary_group *any = group->second == 0 ? NULL : group_of(vocabulary, group->first, 0);
    uint32_t others = any == NULL ? 0 : any->terms;
    size_t count = count_terms(vocabulary, group->terms) + (size_t)count_terms(vocabulary, others);
    struct list *list = calloc(1, sizeof *list + count * sizeof list->entries[0]);
    if (list == NULL)
        return NULL;
    list->outlines = (struct rr_buf)RR_BUF_INIT(outlines_max_bytes);
    add_entries(list, vocabulary, group->terms);
    add_entries(list, vocabulary, others);
    qsort(list->entries, list->count, sizeof list->entries[0], compare_entries);
    for (uint32_t i = 0; i < list->count; i++) {
        list->entries[i].outline = list->outlines.len / sizeof(uint16_t);
        rr_outline_add(&list->outlines, list->entries[i].term);
    }
    if (!list->outlines.failed)
        return list;
    free_list(list);
    return NULL;
}

/* The group's list, made where it is not; NULL when memory ran out. */
static const struct list *list_of(struct rr_vocabulary *vocabulary, struct rr_vocabulary_group *group) {
    struct list *list = atomic_load_explicit(&group->list, memory_order_acquire);
    if (list != NULL)
        return list;
    pthread_mutex_lock(lock_of(vocabulary, group->first));
    list = atomic_load_explicit(&group->list, memory_order_relaxed);
    if (list == NULL)
        list = make_list(vocabulary, group);
    atomic_store_explicit(&group->list, list, memory_order_release);
    pthread_mutex_unlock(lock_of(vocabulary, group->first));
    return list;
}

/* ---- Patterns ---- */

static int compile(struct rr_pattern **pattern, const struct rr_term *term, struct rr_err *err) {
    struct rr_buf expression = RR_BUF_INIT(expression_max_bytes);
    rr_expression_write(&expression, term);
    int rc = expression.failed ? rr_fail_memory(err) : rr_pattern_compile_text(pattern, expression.ptr, err);
    rr_buf_free(&expression);
    return rc;
}

/* The term's pattern, compiled where it is not; NULL: it cannot be. */
static struct rr_pattern *pattern_of(struct rr_vocabulary *vocabulary, const struct rr_term *term, struct rr_err *err) {
    _Atomic(struct rr_pattern *) *place = &vocabulary->patterns[term->order];
    struct rr_pattern *pattern = atomic_load_explicit(place, memory_order_acquire);
    if (pattern != NULL)
        return pattern;
    pthread_mutex_lock(lock_of(vocabulary, term->first));
    pattern = atomic_load_explicit(place, memory_order_relaxed);
    if (pattern == NULL && compile(&pattern, term, err) == 0)
        atomic_store_explicit(place, pattern, memory_order_release);
    pthread_mutex_unlock(lock_of(vocabulary, term->first));
    return pattern;
}

/* What is to be looked for at a place; NULL: nothing. */
static struct rr_vocabulary_group *group_at(const struct rr_vocabulary *vocabulary, const struct rr_place *place) {
    uint32_t first = place->letters[0].exact, second = place->count > 1 ? place->letters[1].plain : 0;
    struct rr_vocabulary_group *group = group_of(vocabulary, first, second);
    return group != NULL || second == 0 ? group : group_of(vocabulary, first, 0);
}

int rr_vocabulary_find(struct rr_vocabulary *vocabulary, const struct rr_place *place, struct rr_search *search,
                       const struct rr_term **term, struct rr_hit *hit, struct rr_err *err) {
    struct rr_vocabulary_group *group = group_at(vocabulary, place);
    if (group == NULL)
        return 0;
    const struct list *list = list_of(vocabulary, group);
    if (list == NULL)
        return rr_fail_memory(err);
    const uint16_t *outlines = (const uint16_t *)(const void *)list->outlines.ptr;
    for (const struct entry *entry = list->entries; entry < list->entries + list->count; entry++) {
        if (!rr_outline_fits(outlines + entry->outline, place->ahead))
            continue;
        struct rr_pattern *pattern = pattern_of(vocabulary, entry->term, err);
        if (pattern == NULL)
            return -1;
        int found = rr_search_next(search, pattern, place->text, place->letters[0].at, hit);
        if (found != 0) {
            *term = entry->term;
            return found < 0 ? rr_fail_memory(err) : 1;
        }
    }
    return 0;
}

void rr_vocabulary_close(struct rr_vocabulary *vocabulary) {
    if (vocabulary->terms == NULL)
        return;
    for (uint32_t i = 0; i < vocabulary->group_count; i++)
        free_list(atomic_load(&vocabulary->groups[i].list));
    for (uint32_t i = 0; vocabulary->patterns != NULL && i < vocabulary->terms->count; i++) {
        struct rr_pattern *pattern = atomic_load(&vocabulary->patterns[i]);
        rr_pattern_free(&pattern);
    }
    for (int i = 0; i < RR_VOCABULARY_LOCKS; i++)
        pthread_mutex_destroy(&vocabulary->locks[i]);
    free(vocabulary->terms);
    free(vocabulary->next);
    free((void *)vocabulary->patterns);
    free(vocabulary->groups);
    free(vocabulary->slots);
    *vocabulary = (struct rr_vocabulary){.terms = NULL};
}
