#ifndef RR_BASE_MEMORY_H
#define RR_BASE_MEMORY_H

#include <stddef.h>
#include <stdint.h>

/* Memory for what may become large and is used all over: hash tables, and what they number. From RR_LARGE_BYTES on it comes from
 * the kernel itself, in large pages where it has them: growing moves no byte, leaves no hole, and what is not yet used takes no
 * room. This took a fifth off a generation of two million deals.
 *
 *     block = rr_memory_resize(block, old_size, size)      as realloc; block NULL has the size 0; it never shrinks
 *     rr_memory_free(block, size)
 *
 *     rr_memory_reserve(&items, &capacity, count, sizeof *items)   room for count items, and for more when it has to grow */

enum { RR_LARGE_BYTES = 2 * 1024 * 1024 };

void *rr_memory_resize(void *block, size_t old_size, size_t size);
void rr_memory_free(void *block, size_t size);

/* -1: memory ran out, and the array is as it was. */
int rr_memory_reserve(void *array_of_any, uint32_t *capacity, uint32_t count, size_t size);

/* RR_LARGE_BYTES, aligned so that they can be one page. */
void *rr_memory_page(void);

#endif
