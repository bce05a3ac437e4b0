#include "base/arena.h"

#include "base/memory.h"

#include <string.h>

struct rr_arena_block {
    struct rr_arena_block *next;
    size_t used;
    size_t size;
    char bytes[]; /* aligned for a pointer */
};

enum { block_bytes = 64 * 1024, blocks_before_pages = 16 };

/* Small blocks first; whoever has filled a number of them goes on in large pages. */
static struct rr_arena_block *make_block(const struct rr_arena *arena, size_t len) {
    size_t size = sizeof(struct rr_arena_block) + len < block_bytes ? block_bytes : sizeof(struct rr_arena_block) + len;
    bool paged = size == block_bytes && arena->count >= blocks_before_pages;
    size = paged ? RR_LARGE_BYTES : size;
    struct rr_arena_block *block = paged ? rr_memory_page() : rr_memory_resize(NULL, 0, size);
    if (block != NULL)
        *block = (struct rr_arena_block){arena->blocks, 0, size - sizeof *block};
    return block;
}

char *rr_arena_take(struct rr_arena *arena, size_t len) {
    struct rr_arena_block *block = arena->blocks;
    if (block == NULL || block->size - block->used < len) {
        block = make_block(arena, len);
        if (block == NULL)
            return NULL;
        arena->blocks = block;
        arena->count++;
    }
    char *at = block->bytes + block->used;
    block->used += len;
    return at;
}

bool rr_arena_copy(struct rr_arena *arena, struct rr_slice *slice) {
    if (slice->ptr == NULL)
        return true;
    char *at = rr_arena_take(arena, slice->len);
    if (at == NULL)
        return false;
    memcpy(at, slice->ptr, slice->len);
    slice->ptr = at;
    return true;
}

void rr_arena_join(struct rr_arena *arena, struct rr_arena *other) {
    struct rr_arena_block **end = &arena->blocks;
    while (*end != NULL)
        end = &(*end)->next;
    *end = other->blocks;
    arena->count += other->count;
    *other = (struct rr_arena){0};
}

static void free_behind(struct rr_arena_block *block) {
    while (block != NULL) {
        struct rr_arena_block *next = block->next;
        rr_memory_free(block, sizeof *block + block->size);
        block = next;
    }
}

void rr_arena_clear(struct rr_arena *arena) {
    if (arena->blocks == NULL)
        return;
    free_behind(arena->blocks->next);
    arena->blocks->next = NULL;
    arena->blocks->used = 0;
    arena->count = 1;
}

void rr_arena_free(struct rr_arena *arena) {
    free_behind(arena->blocks);
    *arena = (struct rr_arena){0};
}
