/* Memory that is freed all at once: blocks of one owner. Nothing in it is freed by itself. */
#ifndef STAUNCH_AUDIT_POOL_H
#define STAUNCH_AUDIT_POOL_H

#include "base/bytes.h"

/* Zero-initialised is empty. */
struct audit_pool {
	struct audit_block *blocks, *spare;
	uint8_t *at, *end;
	uint64_t held_bytes;
};

/* Zeroed and aligned for anything; lives until the pool is freed. */
void *audit_pool_take(struct audit_pool *pool, size_t count, size_t size_bytes);
/* Room for so few bytes, a multiple of 16 and no more than AUDIT_POOL_SMALL; not zeroed. */
#define AUDIT_POOL_SMALL 16384
void *audit_pool_more(struct audit_pool *pool, size_t size_bytes); /* for audit_pool_room alone */
static inline void *audit_pool_room(struct audit_pool *pool, size_t size_bytes)
{
	if ((size_t)(pool->end - pool->at) < size_bytes)
		return audit_pool_more(pool, size_bytes);
	void *room = pool->at;
	pool->at += size_bytes;
	return room;
}
/* A copy of these bytes; a NUL behind them. */
struct st_span audit_pool_copy(struct audit_pool *pool, struct st_span text);
/* Frees what was taken, all at once, and keeps some memory for what is taken next. */
void audit_pool_reset(struct audit_pool *pool);
void audit_pool_free(struct audit_pool *pool);

#endif
