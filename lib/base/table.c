#include "base/table.h"

#include "base/hash.h"
#include "base/memory.h"

#include <stdbool.h>
#include <string.h>

struct rr_table_slot {
    uint32_t hash;
    uint32_t id; /* RR_NONE: free */
};

enum { first_slots = 64, at_once = 64 };

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
    struct rr_table_slot *slots = count == 0 ? NULL : rr_memory_resize(NULL, 0, count * sizeof *slots);
    if (slots == NULL)
        return -1;
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
    rr_memory_free(table->slots, table->slot_count * sizeof *slots);
    table->slots = slots;
    table->slot_count = count;
    return 0;
}

static int grow_keys(struct rr_table *table) {
    uint32_t capacity = table->key_capacity == 0 ? first_slots : table->key_capacity + table->key_capacity / 2;
    const char **keys = rr_memory_resize(table->keys, table->key_capacity * sizeof *keys, capacity * sizeof *keys);
    if (keys == NULL)
        return -1;
    table->keys = keys;
    table->key_capacity = capacity;
    return 0;
}

static const char *store_key(struct rr_table *table, struct rr_slice key) {
    uint32_t len = (uint32_t)key.len;
    char *at = rr_arena_take(&table->texts, sizeof len + key.len);
    if (at == NULL)
        return NULL;
    memcpy(at, &len, sizeof len);
    if (key.len > 0)
        memcpy(at + sizeof len, key.ptr, key.len);
    return at;
}

static uint32_t add(struct rr_table *table, struct rr_slice key, uint32_t hash) {
    struct rr_table_slot *slot = slot_of(table, key, hash);
    if (slot->id != RR_NONE)
        return slot->id;
    if (key.len >= UINT32_MAX)
        return RR_NONE;
    if (table->count == table->key_capacity && grow_keys(table) != 0)
        return RR_NONE;
    const char *stored = store_key(table, key);
    if (stored == NULL)
        return RR_NONE;
    table->keys[table->count] = stored;
    *slot = (struct rr_table_slot){hash, table->count};
    return table->count++;
}

static bool has_room(const struct rr_table *table, uint32_t count) {
    return table->count + count <= table->slot_count / 4 * 3;
}

uint32_t rr_table_add(struct rr_table *table, struct rr_slice key) {
    if (!has_room(table, 1) && grow_slots(table) != 0)
        return RR_NONE;
    return add(table, key, (uint32_t)rr_hash64(key));
}

uint32_t rr_table_find(const struct rr_table *table, struct rr_slice key) {
    return table->slot_count == 0 ? RR_NONE : slot_of(table, key, (uint32_t)rr_hash64(key))->id;
}

/* Up to at_once keys. Each step asks for what the next one reads, of all keys, so that memory answers them side by side. */
static void fetch(const struct rr_table *table, const struct rr_slice *keys, uint32_t *hashes, uint32_t count) {
    const struct rr_table_slot *slots[at_once];
    for (uint32_t i = 0; i < count; i++) {
        hashes[i] = keys[i].ptr == NULL ? 0 : (uint32_t)rr_hash64(keys[i]);
        slots[i] = &table->slots[hashes[i] & (table->slot_count - 1)];
        __builtin_prefetch(slots[i]);
    }
    for (uint32_t i = 0; i < count; i++)
        if (slots[i]->id != RR_NONE)
            __builtin_prefetch(&table->keys[slots[i]->id]);
    for (uint32_t i = 0; i < count; i++)
        if (slots[i]->id != RR_NONE)
            __builtin_prefetch(table->keys[slots[i]->id]);
}

static void find_some(const struct rr_table *table, const struct rr_slice *keys, uint32_t *ids, uint32_t count) {
    uint32_t hashes[at_once];
    fetch(table, keys, hashes, count);
    for (uint32_t i = 0; i < count; i++)
        ids[i] = keys[i].ptr == NULL ? RR_NONE : slot_of(table, keys[i], hashes[i])->id;
}

void rr_table_find_all(const struct rr_table *table, const struct rr_slice *keys, uint32_t *ids, uint32_t count) {
    for (uint32_t i = 0; i < count; i += at_once) {
        uint32_t some = count - i < at_once ? count - i : at_once;
        if (table->slot_count > 0)
            find_some(table, keys + i, ids + i, some);
        else
            memset(ids + i, 0xff, some * sizeof *ids);
    }
}

static int add_some(struct rr_table *table, const struct rr_slice *keys, uint32_t *ids, uint32_t count) {
    uint32_t hashes[at_once];
    while (!has_room(table, count))
        if (grow_slots(table) != 0)
            return -1;
    fetch(table, keys, hashes, count);
    for (uint32_t i = 0; i < count; i++) {
        ids[i] = keys[i].ptr == NULL ? RR_NONE : add(table, keys[i], hashes[i]);
        if (ids[i] == RR_NONE && keys[i].ptr != NULL)
            return -1;
    }
    return 0;
}

int rr_table_add_all(struct rr_table *table, const struct rr_slice *keys, uint32_t *ids, uint32_t count) {
    for (uint32_t i = 0; i < count; i += at_once)
        if (add_some(table, keys + i, ids + i, count - i < at_once ? count - i : at_once) != 0)
            return -1;
    return 0;
}

void rr_table_free(struct rr_table *table) {
    rr_arena_free(&table->texts);
    rr_memory_free(table->slots, table->slot_count * sizeof *table->slots);
    rr_memory_free(table->keys, table->key_capacity * sizeof *table->keys);
    *table = (struct rr_table){0};
}
