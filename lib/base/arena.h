#ifndef RR_BASE_ARENA_H
#define RR_BASE_ARENA_H

#include "base/text.h"

#include <stdbool.h>

/* Bytes that are kept together and freed together; they stay where they are until then.
 *
 *     struct rr_arena arena = {0};
 *     rr_arena_take(&arena, len)             len bytes, unaligned; NULL when memory ran out
 *     rr_arena_copy(&arena, &slice)          makes the slice a copy that lasts
 *     rr_arena_join(&arena, &other)          has what the other had as well, which is empty then
 *     rr_arena_clear(&arena)                 forgets all, keeps a block to begin again with
 *     rr_arena_free(&arena)                  idempotent */
struct rr_arena_block;

struct rr_arena {
    struct rr_arena_block *blocks;
    size_t count; /* of the blocks */
};

char *rr_arena_take(struct rr_arena *arena, size_t len);
bool rr_arena_copy(struct rr_arena *arena, struct rr_slice *slice); /* NULL stays NULL */
void rr_arena_join(struct rr_arena *arena, struct rr_arena *other);
void rr_arena_clear(struct rr_arena *arena);
void rr_arena_free(struct rr_arena *arena);

#endif
