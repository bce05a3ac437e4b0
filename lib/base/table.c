#include "base/table.h"

#include "base/hash.h"

#include <stdlib.h>
#include <string.h>

struct rr_table_slot {
    uint32_t hash;
    uint32_t id; /* RR_NONE: free */
};

struct rr_table_block {
    struct rr_table_block *next;
    size_t used;
    size_t size;
    char bytes[];
};

enum { block_bytes = 64 * 1024, first_slots = 64 };

struct rr_slice rr_table_key(const struct rr_table *table, uint32_t id) {
    uint32_t len;
    memcpy(&len, table->keys[id], sizeof len);
    return (struct rr_slice){table->keys[id] + sizeof len, len};
}

/* The slot that holds key, or the free one where it belongs. The table has at least one free slot. */
static struct rr_table_slot *slot_of(const struct rr_table *table, struct rr_slice key, uint32_t hash) {
    uint32_t mask = table->slot_count - 1;
    for (uint32_t i = hash & mask;; i = (i + 1) & mask) {
        struct rr_table_slot *slot = &table->slots[i];
        if (slot->id == RR_NONE || (slot->hash == hash && rr_slice_compare(rr_table_key(table, slot->id), key) == 0))
            return slot;
    }
}

static int grow_slots(struct rr_table *table) {
    uint32_t count = table->slot_count == 0 ? first_slots : table->slot_count * 2;
    struct rr_table_slot *slots = malloc(count * sizeof *slots);
    if (slots == NULL || count == 0) {
        free(slots);
        return -1;
    }
    memset(slots, 0xff, count * sizeof *slots);
    for (uint32_t i = 0; i < table->slot_count; i++) {
        struct rr_table_slot old = table->slots[i];
        if (old.id == RR_NONE)
            continue;
        uint32_t at = old.hash & (count - 1);
        while (slots[at].id != RR_NONE)
            at = (at + 1) & (count - 1);
        slots[at] = old;
    }
    free(table->slots);
    table->slots = slots;
    table->slot_count = count;
    return 0;
}

static int grow_keys(struct rr_table *table) {
    uint32_t capacity = table->key_capacity == 0 ? first_slots : table->key_capacity + table->key_capacity / 2;
    const char **keys = realloc(table->keys, capacity * sizeof *keys);
    if (keys == NULL)
        return -1;
    table->keys = keys;
    table->key_capacity = capacity;
    return 0;
}

static const char *store_key(struct rr_table *table, struct rr_slice key) {
    uint32_t len = (uint32_t)key.len;
    size_t need = sizeof len + key.len;
    struct rr_table_block *block = table->blocks;
    if (block == NULL || block->size - block->used < need) {
        size_t size = need > block_bytes ? need : block_bytes;
        block = malloc(sizeof *block + size);
        if (block == NULL)
            return NULL;
        *block = (struct rr_table_block){.next = table->blocks, .size = size};
        table->blocks = block;
    }
    char *at = block->bytes + block->used;
    memcpy(at, &len, sizeof len);
    if (key.len > 0)
        memcpy(at + sizeof len, key.ptr, key.len);
    block->used += need;
    return at;
}

uint32_t rr_table_add(struct rr_table *table, struct rr_slice key) {
    if (key.len >= UINT32_MAX)
        return RR_NONE;
    if (table->count >= table->slot_count / 4 * 3 && grow_slots(table) != 0)
        return RR_NONE;
    uint32_t hash = (uint32_t)rr_hash64(key);
    struct rr_table_slot *slot = slot_of(table, key, hash);
    if (slot->id != RR_NONE)
        return slot->id;
    if (table->count == table->key_capacity && grow_keys(table) != 0)
        return RR_NONE;
    const char *stored = store_key(table, key);
    if (stored == NULL)
        return RR_NONE;
    table->keys[table->count] = stored;
    *slot = (struct rr_table_slot){hash, table->count};
    return table->count++;
}

uint32_t rr_table_find(const struct rr_table *table, struct rr_slice key) {
    return table->slot_count == 0 ? RR_NONE : slot_of(table, key, (uint32_t)rr_hash64(key))->id;
}

void rr_table_free(struct rr_table *table) {
    while (table->blocks != NULL) {
        struct rr_table_block *next = table->blocks->next;
        free(table->blocks);
        table->blocks = next;
    }
    free(table->slots);
    free(table->keys);
    *table = (struct rr_table){0};
}
