#ifndef RR_BASE_POOL_H
#define RR_BASE_POOL_H

#include "base/arena.h"

/* Many small pieces of memory that come and go, without malloc's own bytes between them. A piece is aligned for a pointer.
 *
 *     struct rr_pool pool = {0};
 *     piece = rr_pool_take(&pool, size)      NULL when memory ran out
 *     rr_pool_give(&pool, piece, size)       back, with the size that it was taken with
 *     rr_pool_free(&pool)                    all of them; idempotent */
enum { RR_POOL_CLASSES = 64 }; /* of sizes, 8 bytes apart; larger pieces are not used again */

struct rr_pool {
    struct rr_arena arena;
    void *given[RR_POOL_CLASSES]; /* back, each holding the next of its size */
};

void *rr_pool_take(struct rr_pool *pool, size_t size);
void rr_pool_give(struct rr_pool *pool, void *piece, size_t size);
void rr_pool_free(struct rr_pool *pool);

#endif
