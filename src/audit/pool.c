/* Blocks of 64 KiB; what is larger gets a block of its own. */
#include "audit/pool.h"

#include "base/ceilings.h"

#include <stdlib.h>

#define BLOCK_BYTES (64 * KIB)

struct audit_block {
	struct audit_block *next;
	uint64_t bytes;
	max_align_t data[];
};

static uint8_t *new_block(struct audit_pool *pool, size_t size)
{
	struct audit_block *block = st_alloc_zero(1, sizeof *block + size);
	block->next = pool->blocks;
	block->bytes = size;
	pool->blocks = block;
	pool->held_bytes += size;
	return (uint8_t *)block->data;
}

void *audit_pool_take(struct audit_pool *pool, size_t count, size_t size_bytes)
{
	size_t size;
	if (__builtin_mul_overflow(count, size_bytes, &size) || size > SIZE_MAX / 2)
		_Exit(ST_EXIT_MEMORY);
	size = (size + 15) & ~(size_t)15;
	if (size > BLOCK_BYTES / 4)
		return new_block(pool, size);
	if ((size_t)(pool->end - pool->at) < size) {
		pool->at = new_block(pool, BLOCK_BYTES);
		pool->end = pool->at + BLOCK_BYTES;
	}
	void *taken = pool->at;
	pool->at += size;
	return taken;
}

struct st_span audit_pool_copy(struct audit_pool *pool, struct st_span text)
{
	uint8_t *copy = audit_pool_take(pool, text.size + 1, 1);
	if (text.size > 0)
		memcpy(copy, text.data, text.size);
	return (struct st_span){copy, text.size};
}

void audit_pool_free(struct audit_pool *pool)
{
	while (pool->blocks != NULL) {
		struct audit_block *next = pool->blocks->next;
		free(pool->blocks);
		pool->blocks = next;
	}
	*pool = (struct audit_pool){0};
}
