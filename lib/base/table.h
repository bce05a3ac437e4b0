#ifndef RR_BASE_TABLE_H
#define RR_BASE_TABLE_H

#include "base/arena.h"
#include "base/text.h"

#include <stdint.h>

/* Gives every distinct key a number, 0, 1, 2, ... in the order of first sight: a hash table whose values live in
 * arrays of the caller, indexed by that number. Keys are copied and stay where they are until the table is freed.
 *
 *     struct rr_table table = {0};
 *     id = rr_table_add(&table, key);       RR_NONE only when memory ran out
 *     id = rr_table_find(&table, key);      RR_NONE when it is not there
 *     key = rr_table_key(&table, id);       borrowed
 *     rr_table_free(&table);                idempotent */
#define RR_NONE UINT32_MAX

struct rr_table_slot;

struct rr_table {
    struct rr_table_slot *slots; /* open addressing, a power of two of them */
    const char **keys;           /* by id: 4 bytes of length, then the key's bytes */
    struct rr_arena texts;       /* what keys point to */
    uint32_t slot_count;
    uint32_t key_capacity;
    uint32_t count; /* how many distinct keys there are */
};

uint32_t rr_table_add(struct rr_table *table, struct rr_slice key);
uint32_t rr_table_find(const struct rr_table *table, struct rr_slice key);
/* The ids of many keys, as rr_table_find gives them (RR_NONE for a key NULL), in the time of a few: what is far away in memory
 * is fetched for all of them at once. */
void rr_table_find_all(const struct rr_table *table, const struct rr_slice *keys, uint32_t *ids, uint32_t count);
/* In the same way as rr_table_add, which leaves a key NULL out (RR_NONE). -1 when memory ran out. */
int rr_table_add_all(struct rr_table *table, const struct rr_slice *keys, uint32_t *ids, uint32_t count);

struct rr_slice rr_table_key(const struct rr_table *table, uint32_t id);
void rr_table_free(struct rr_table *table);

#endif
