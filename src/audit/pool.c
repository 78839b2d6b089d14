/* Blocks of 64 KiB; what is larger gets a block of its own. */
#include "audit/pool.h"

#include "base/ceilings.h"

#include <stdlib.h>

#define BLOCK_BYTES (4 * AUDIT_POOL_SMALL)
#define SPARE_BLOCKS 64

struct audit_block {
	struct audit_block *next;
	uint64_t bytes;
	max_align_t data[];
};

static uint8_t *new_block(struct audit_pool *pool, size_t size)
{
	struct audit_block *block = pool->spare;
	if (block != NULL && size == BLOCK_BYTES)
		pool->spare = block->next;
	else
		block = st_alloc(sizeof *block + size);
	block->next = pool->blocks;
	block->bytes = size;
	pool->blocks = block;
	pool->held_bytes += size;
	return (uint8_t *)block->data;
}

void *audit_pool_more(struct audit_pool *pool, size_t size_bytes)
{
	uint8_t *block = new_block(pool, BLOCK_BYTES);
	pool->at = block + size_bytes;
	pool->end = block + BLOCK_BYTES;
	return block;
}

static void *take(struct audit_pool *pool, size_t count, size_t size_bytes, size_t *size)
{
	if (__builtin_mul_overflow(count, size_bytes, size) || *size > SIZE_MAX / 2)
		_Exit(ST_EXIT_MEMORY);
	*size = (*size + 15) & ~(size_t)15;
	if (*size > AUDIT_POOL_SMALL)
		return new_block(pool, *size);
	return audit_pool_room(pool, *size);
}

void *audit_pool_take(struct audit_pool *pool, size_t count, size_t size_bytes)
{
	size_t size;
	void *taken = take(pool, count, size_bytes, &size);
	memset(taken, 0, size);
	return taken;
}

struct st_span audit_pool_copy(struct audit_pool *pool, struct st_span text)
{
	size_t size;
	uint8_t *copy = take(pool, text.size + 1, 1, &size);
	if (text.size > 0)
		memcpy(copy, text.data, text.size);
	copy[text.size] = 0;
	return (struct st_span){copy, text.size};
}

static void free_blocks(struct audit_block *block)
{
	while (block != NULL) {
		struct audit_block *next = block->next;
		free(block);
		block = next;
	}
}

void audit_pool_reset(struct audit_pool *pool)
{
	struct audit_pool kept = {0};
	size_t count = 0;
	for (struct audit_block *block = pool->spare; block != NULL; block = block->next)
		count++;
	kept.spare = pool->spare;
	while (pool->blocks != NULL) {
		struct audit_block *block = pool->blocks;
		pool->blocks = block->next;
		if (block->bytes != BLOCK_BYTES || count == SPARE_BLOCKS) {
			free(block);
			continue;
		}
		block->next = kept.spare;
		kept.spare = block;
		count++;
	}
	*pool = kept;
}

void audit_pool_free(struct audit_pool *pool)
{
	free_blocks(pool->blocks);
	free_blocks(pool->spare);
	*pool = (struct audit_pool){0};
}
