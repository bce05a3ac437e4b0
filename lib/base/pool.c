#include "base/pool.h"

enum { step_bytes = 8 };

static size_t class_of(size_t size) {
    return (size + step_bytes - 1) / step_bytes;
}

void *rr_pool_take(struct rr_pool *pool, size_t size) {
    size_t class = class_of(size);
    if (class >= RR_POOL_CLASSES || pool->given[class] == NULL)
        return rr_arena_take(&pool->arena, class * step_bytes);
    void **piece = pool->given[class];
    pool->given[class] = *piece;
    return piece;
}

void rr_pool_give(struct rr_pool *pool, void *piece, size_t size) {
    size_t class = class_of(size);
    if (class == 0 || class >= RR_POOL_CLASSES)
        return;
    *(void **)piece = pool->given[class];
    pool->given[class] = piece;
}

void rr_pool_free(struct rr_pool *pool) {
    rr_arena_free(&pool->arena);
    *pool = (struct rr_pool){0};
}
