#include "base/memory.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { capacity_first = 256 };

static void *map(size_t size) {
    void *block = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return block == MAP_FAILED ? NULL : block;
}

/* Advice: where it is not taken, the memory is as good as any. */
static void *in_large_pages(void *block, size_t size) {
    if (block != NULL)
        (void)madvise(block, size, MADV_HUGEPAGE);
    return block;
}

void *rr_memory_resize(void *block, size_t old_size, size_t size) {
    if (size < RR_LARGE_BYTES)
        return realloc(block, size);
    if (old_size >= RR_LARGE_BYTES) {
        void *moved = mremap(block, old_size, size, MREMAP_MAYMOVE);
        return in_large_pages(moved == MAP_FAILED ? NULL : moved, size);
    }
    void *large = in_large_pages(map(size), size);
    if (large != NULL && block != NULL) {
        memcpy(large, block, old_size);
        free(block);
    }
    return large;
}

void rr_memory_free(void *block, size_t size) {
    if (size < RR_LARGE_BYTES)
        free(block);
    else if (block != NULL)
        munmap(block, size);
}

int rr_memory_reserve(void *array_of_any, uint32_t *capacity, uint32_t count, size_t size) {
    void **array = array_of_any;
    if (count <= *capacity)
        return 0;
    uint32_t grown = count + count / 2 + capacity_first;
    void *block = rr_memory_resize(*array, *capacity * size, grown * size);
    if (block == NULL)
        return -1;
    *array = block;
    *capacity = grown;
    return 0;
}

void *rr_memory_page(void) {
    char *twice = map((size_t)2 * RR_LARGE_BYTES);
    if (twice == NULL)
        return NULL;
    size_t before = (size_t)(-(uintptr_t)twice % RR_LARGE_BYTES);
    if (before > 0)
        munmap(twice, before);
    munmap(twice + before + RR_LARGE_BYTES, RR_LARGE_BYTES - before);
    return in_large_pages(twice + before, RR_LARGE_BYTES);
}
