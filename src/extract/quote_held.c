/* Blocks cut and put together again, each byte with its way back to the stored part. */
#include "extract/quote_held.h"

#include <stdlib.h>

struct stored_byte {
	uint64_t start, end;
};

static struct stored_byte stored_of(const struct extract_text *text, size_t i)
{
	if (text->stored == NULL)
		return (struct stored_byte){text->stored_start + i, text->stored_start + i + 1};
	uint32_t end = text->stored_ends != NULL ? text->stored_ends[i] : text->stored[i + 1];
	return (struct stored_byte){text->stored_start + text->stored[i], text->stored_start + end};
}

void quote_held_add(struct quote_held *held, const struct extract_text *text, size_t from)
{
	if (held->data.size == 0)
		held->start = text->start + from;
	held->transcoded = text->transcoded;
	st_buf_add(&held->data, text->data + from, text->size - from);
	for (size_t i = from; i < text->size; i++) {
		struct stored_byte place = stored_of(text, i);
		st_buf_add(&held->stored, &place, sizeof(place));
	}
}

/* As many bytes as one block can tell of: forwards, within 32 bits. */
static size_t block_size(const struct stored_byte *bytes, size_t size)
{
	for (size_t i = 1; i < size; i++)
		if (bytes[i].start < bytes[i - 1].start || bytes[i].end - bytes[0].start > UINT32_MAX)
			return i;
	return size;
}

void quote_held_give(
	struct quote_held *held, size_t size, const struct extract_events *events, void *context, uint32_t part)
{
	if (size == 0)
		return;
	const struct stored_byte *bytes = (const struct stored_byte *)(const void *)held->stored.data;
	st_auto_free uint32_t *stored = st_alloc((size + 1) * sizeof(*stored));
	st_auto_free uint32_t *ends = st_alloc(size * sizeof(*ends));
	for (size_t at = 0, many; at < size; at += many) {
		many = block_size(bytes + at, size - at);
		struct extract_text text = {.data = held->data.data + at,
			.size = many,
			.start = held->start + at,
			.stored_start = bytes[at].start,
			.stored = stored,
			.stored_ends = ends,
			.transcoded = held->transcoded};
		for (size_t i = 0; i < many; i++) {
			stored[i] = (uint32_t)(bytes[at + i].start - text.stored_start);
			ends[i] = (uint32_t)(bytes[at + i].end - text.stored_start);
		}
		stored[many] = ends[many - 1] > stored[many - 1] ? ends[many - 1] : stored[many - 1];
		events->text(context, part, &text);
	}
	held->start += size;
	st_buf_drop_front(&held->data, size);
	st_buf_drop_front(&held->stored, size * sizeof(*bytes));
}

void quote_held_free(struct quote_held *held)
{
	st_buf_free(&held->data);
	st_buf_free(&held->stored);
}
