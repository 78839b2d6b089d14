/* The buffer between a stream and a reader of headers. */
#include <stdlib.h>

#include "base/ceilings.h"
#include "extract/window.h"

#define WINDOW_BYTES (64 * KIB)

void window_open(struct window *window, struct stream *stream, bool seeks)
{
	*window = (struct window){.stream = stream, .seeks = seeks, .buffer = st_alloc(WINDOW_BYTES)};
}

void window_close(struct window *window)
{
	free(window->buffer);
	window->buffer = NULL;
}

static ssize_t more(struct window *window, void *data, size_t capacity)
{
	struct stream *stream = window->stream;
	ssize_t got = window->seeks ? stream->pread(stream, data, capacity, window->offset)
				    : stream->read(stream, data, capacity);
	if (got < 0)
		window->reason = stream->reason;
	else
		window->offset += (uint64_t)got;
	return got;
}

size_t window_fill(struct window *window, size_t want)
{
	if (window->end - window->at >= want)
		return window->end - window->at;
	memmove(window->buffer, window->buffer + window->at, window->end - window->at);
	window->end -= window->at;
	window->at = 0;
	while (window->end < want && window->reason == ST_REASON_NONE) {
		ssize_t got = more(window, window->buffer + window->end, WINDOW_BYTES - window->end);
		if (got <= 0)
			break;
		window->end += (size_t)got;
	}
	return window->end;
}

uint64_t window_skip(struct window *window, uint64_t bytes)
{
	uint64_t left = bytes;
	while (left > 0) {
		size_t have = window_fill(window, 1);
		if (have == 0)
			break;
		if (have > left)
			have = (size_t)left;
		window->at += have;
		left -= have;
	}
	return bytes - left;
}

void window_seek(struct window *window, uint64_t offset)
{
	window->reason = ST_REASON_NONE;
	uint64_t start = window->offset - window->end;
	if (offset >= start && offset <= window->offset) {
		window->at = (size_t)(offset - start);
		return;
	}
	window->at = window->end = 0;
	window->offset = offset;
}

const uint8_t *window_bytes(const struct window *window)
{
	return window->buffer + window->at;
}

uint16_t window_u16(const uint8_t *p)
{
	return (uint16_t)(p[0] | p[1] << 8);
}

uint32_t window_u32(const uint8_t *p)
{
	return (uint32_t)window_u16(p) | (uint32_t)window_u16(p + 2) << 16;
}

uint64_t window_u64(const uint8_t *p)
{
	return (uint64_t)window_u32(p) | (uint64_t)window_u32(p + 4) << 32;
}
