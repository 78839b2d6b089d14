/* Labels by offset, in one buffer. */
#include "base/places.h"

#include "base/ceilings.h"

#include <string.h>

static void add(struct places *list, uint64_t offset, const void *label, size_t size)
{
	st_buf_add_varint(&list->bytes, offset - list->last);
	st_buf_add_varint(&list->bytes, size);
	st_buf_add(&list->bytes, label, size);
	list->last = offset;
}

void places_add(struct places *list, uint64_t offset, struct st_span label)
{
	static const char further[] = "further on";
	if (list->full)
		return;
	if (offset < list->last)
		offset = list->last;
	if (label.size > CEIL_PLACE_BYTES)
		label.size = CEIL_PLACE_BYTES;
	list->full = list->bytes.size > CEIL_PART_PLACES_BYTES - 2 * (CEIL_PLACE_BYTES + 16);
	if (list->full)
		add(list, offset, further, sizeof further - 1);
	else
		add(list, offset, label.data, label.size);
}

static bool next(struct st_cursor *in, uint64_t *offset, struct st_span *label)
{
	if (in->at == in->end)
		return false;
	*offset += st_cursor_varint(in);
	label->size = st_cursor_varint(in);
	if (label->size > CEIL_PLACE_BYTES)
		in->bad = true;
	label->data = in->bad ? NULL : st_cursor_take(in, label->size);
	return !in->bad;
}

bool places_valid(struct st_span bytes)
{
	if (bytes.size == 0)
		return true;
	struct st_cursor in = {bytes.data, bytes.data + bytes.size, false};
	struct st_span label;
	uint64_t offset = 0;
	while (next(&in, &offset, &label))
		;
	return !in.bad && bytes.size <= CEIL_PART_PLACES_BYTES;
}

struct st_span places_at(struct st_span bytes, uint64_t offset)
{
	struct st_span label, found = {0};
	uint64_t from = 0;
	if (bytes.size == 0)
		return found;
	struct st_cursor in = {bytes.data, bytes.data + bytes.size, false};
	while (next(&in, &from, &label) && from <= offset)
		found = label;
	return found;
}

struct st_span places_nth(struct st_span bytes, uint64_t n)
{
	struct st_span label = {0};
	uint64_t from = 0, at = 0;
	if (bytes.size == 0)
		return label;
	struct st_cursor in = {bytes.data, bytes.data + bytes.size, false};
	while (next(&in, &from, &label))
		if (at++ == n)
			return label;
	return (struct st_span){0};
}

struct st_span places_words(struct st_span label)
{
	const uint8_t *nul = label.size > 0 ? memchr(label.data, 0, label.size) : NULL;
	return (struct st_span){label.data, nul != NULL ? (size_t)(nul - label.data) : label.size};
}
