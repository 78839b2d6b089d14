/* A stream over bytes in memory: spooled containers, tests. */
#include <stdlib.h>

#include "extract/stream.h"

struct memory_stream {
	struct stream stream;
	const uint8_t *data;
	size_t at;
};

static ssize_t memory_pread(struct stream *stream, void *data, size_t capacity, uint64_t offset)
{
	const struct memory_stream *memory = stream->self;
	if (offset >= stream->size)
		return 0;
	size_t size = (size_t)(stream->size - offset);
	if (size > capacity)
		size = capacity;
	memcpy(data, memory->data + offset, size);
	return (ssize_t)size;
}

static ssize_t memory_read(struct stream *stream, void *data, size_t capacity)
{
	struct memory_stream *memory = stream->self;
	ssize_t got = memory_pread(stream, data, capacity, memory->at);
	memory->at += (size_t)got;
	return got;
}

static void memory_close(struct stream *stream)
{
	free(stream->self);
}

struct stream *stream_open_memory(const void *data, size_t size)
{
	struct memory_stream *memory = st_alloc_zero(1, sizeof(*memory));
	memory->stream = (struct stream){
		.read = memory_read, .pread = memory_pread, .size = size, .self = memory, .close = memory_close};
	memory->data = data;
	return &memory->stream;
}
