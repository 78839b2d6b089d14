/* Blocks of a remote object: asked for in order, received in order, kept for a while. */
#include "worker/ranges.h"

#include "base/ceilings.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#define BLOCK_BYTES CEIL_RANGE_BYTES
#define BLOCKS 6
/* Blocks behind the one at hand that are asked for ahead. */
#define AHEAD 2

enum block_state { BLOCK_EMPTY, BLOCK_ASKED, BLOCK_HERE };

struct block {
	enum block_state state;
	uint64_t number; /* of the object, from 0 */
	uint64_t used;   /* the higher, the later */
	size_t size;
	uint8_t *data;
};

struct ranges {
	struct stream stream;
	int socket;
	struct outbox *out;
	enum st_reason failed;
	uint64_t at, clock, last; /* last: block touched last */
	struct block blocks[BLOCKS];
	unsigned asked[BLOCKS]; /* slots, in the order in which they were asked for */
	size_t asked_count;
};

static size_t size_of(const struct ranges *r, uint64_t number)
{
	uint64_t left = r->stream.size - number * BLOCK_BYTES;
	return left < BLOCK_BYTES ? (size_t)left : BLOCK_BYTES;
}

static struct block *find(struct ranges *r, uint64_t number)
{
	for (int i = 0; i < BLOCKS; i++)
		if (r->blocks[i].state != BLOCK_EMPTY && r->blocks[i].number == number)
			return &r->blocks[i];
	return NULL;
}

/* The slot to be used next: one that is not on its way; NULL when all are. */
static struct block *oldest(struct ranges *r)
{
	struct block *oldest = NULL;
	for (int i = 0; i < BLOCKS; i++)
		if (r->blocks[i].state != BLOCK_ASKED && (oldest == NULL || r->blocks[i].used < oldest->used))
			oldest = &r->blocks[i];
	return oldest;
}

static void ask(struct ranges *r, uint64_t number)
{
	struct block *block = oldest(r);
	st_auto_buf struct st_buf body = {0};
	if (block == NULL)
		return;
	if (block->data == NULL)
		block->data = st_alloc(BLOCK_BYTES);
	block->state = BLOCK_ASKED;
	block->number = number;
	block->size = size_of(r, number);
	block->used = ++r->clock;
	r->asked[r->asked_count++] = (unsigned)(block - r->blocks);
	st_buf_add_u32(&body, r->out->job);
	st_buf_add_u64(&body, number * BLOCK_BYTES);
	st_buf_add_u32(&body, (uint32_t)block->size);
	outbox_send(r->out, WORKER_RANGE, &body);
}

static bool read_full(int fd, uint8_t *data, size_t size)
{
	while (size > 0) {
		ssize_t got = read(fd, data, size);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		data += got;
		size -= (size_t)got;
	}
	return true;
}

/* What comes next is the block that was asked for first. */
static bool receive(struct ranges *r)
{
	struct block *block = &r->blocks[r->asked[0]];
	uint8_t head[5];
	bool came = read_full(r->socket, head, sizeof head);
	struct st_cursor in = {.at = head, .end = head + sizeof head};
	uint8_t reason = st_cursor_byte(&in);
	uint32_t size = st_cursor_u32(&in);
	r->asked_count--;
	memmove(r->asked, r->asked + 1, r->asked_count * sizeof *r->asked);
	block->state = BLOCK_EMPTY;
	if (came && reason == ST_REASON_NONE && size == block->size && read_full(r->socket, block->data, size)) {
		block->state = BLOCK_HERE;
		return true;
	}
	bool told = came && reason != ST_REASON_NONE && st_reason_name((enum st_reason)reason) != NULL;
	r->failed = told ? (enum st_reason)reason : ST_REASON_SOURCE_ERROR;
	return false;
}

static struct block *fetch_block(struct ranges *r, uint64_t number)
{
	struct block *block = find(r, number);
	bool straight_on = number == r->last || number == r->last + 1;
	while (block == NULL && oldest(r) == NULL)
		if (!receive(r))
			return NULL;
	if (block == NULL)
		ask(r, number);
	for (uint64_t next = number + 1; straight_on && next <= number + AHEAD; next++)
		if (next * BLOCK_BYTES < r->stream.size && find(r, next) == NULL)
			ask(r, next);
	while ((block = find(r, number)) != NULL && block->state == BLOCK_ASKED)
		if (!receive(r))
			return NULL;
	r->last = number;
	if (block != NULL)
		block->used = ++r->clock;
	return block;
}

static ssize_t fail(struct ranges *r)
{
	if (r->failed == ST_REASON_NONE)
		r->failed = ST_REASON_SOURCE_ERROR;
	r->stream.reason = r->failed;
	return -1;
}

static ssize_t ranges_pread(struct stream *stream, void *data, size_t capacity, uint64_t offset)
{
	struct ranges *r = stream->self;
	size_t done = 0;
	if (offset >= stream->size)
		return 0;
	if (capacity > stream->size - offset)
		capacity = (size_t)(stream->size - offset);
	while (done < capacity) {
		uint64_t at = offset + done;
		struct block *block = r->failed == ST_REASON_NONE ? fetch_block(r, at / BLOCK_BYTES) : NULL;
		if (block == NULL)
			return fail(r);
		size_t from = (size_t)(at % BLOCK_BYTES), take = block->size - from;
		take = take < capacity - done ? take : capacity - done;
		memcpy((uint8_t *)data + done, block->data + from, take);
		done += take;
	}
	return (ssize_t)done;
}

/* As much as its block has: the reader works while the next one comes. */
static ssize_t ranges_read(struct stream *stream, void *data, size_t capacity)
{
	struct ranges *r = stream->self;
	size_t in_block = BLOCK_BYTES - (size_t)(r->at % BLOCK_BYTES);
	ssize_t got = ranges_pread(stream, data, capacity < in_block ? capacity : in_block, r->at);
	r->at += got > 0 ? (uint64_t)got : 0;
	return got;
}

struct ranges *ranges_open(int socket, uint64_t size, struct outbox *out)
{
	struct ranges *r = st_alloc_zero(1, sizeof *r);
	r->socket = socket;
	r->out = out;
	r->last = UINT64_MAX; /* the first block is straight on */
	r->stream = (struct stream){.read = ranges_read, .pread = ranges_pread, .size = size, .self = r};
	return r;
}

struct stream *ranges_stream(struct ranges *ranges)
{
	return &ranges->stream;
}

enum st_reason ranges_failed(const struct ranges *ranges)
{
	return ranges->failed;
}

void ranges_close(struct ranges *r)
{
	for (int i = 0; i < BLOCKS; i++)
		free(r->blocks[i].data);
	free(r);
}
