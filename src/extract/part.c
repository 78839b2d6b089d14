/* The stream that a reader of a part gets: the looked-at bytes again, then the rest, every byte counted. */
#include "extract/part.h"

/* Counts bytes that came from the source (the object) or out of a container (a member). */
static ssize_t part_metered(struct part *part, ssize_t got)
{
	if (got < 0) {
		part->stream.reason = part->from->reason;
		return -1;
	}
	part->pulled += (uint64_t)got;
	if (part->outer == NULL) {
		extract_meter_stored(part->meter, (uint64_t)got);
		return got;
	}
	if (extract_meter_expanded(part->meter, (uint64_t)got))
		return got;
	part->stream.reason = part->meter->stop;
	return -1;
}

static struct part *part_of(struct stream *stream)
{
	return (struct part *)((char *)stream - offsetof(struct part, stream));
}

/* Once failed, failed: a stream that would go on after an error is not asked. */
static ssize_t part_pull(struct part *part, void *data, size_t capacity)
{
	if (part->stream.reason != ST_REASON_NONE)
		return -1;
	return part_metered(part, part->from->read(part->from, data, capacity));
}

static ssize_t part_read(struct stream *stream, void *data, size_t capacity)
{
	struct part *part = part_of(stream);
	size_t held = part->held.size - part->held_at;
	if (held == 0)
		return part->head_is_all ? 0 : part_pull(part, data, capacity);
	if (capacity > held)
		capacity = held;
	memcpy(data, part->held.data + part->held_at, capacity);
	part->held_at += capacity;
	return (ssize_t)capacity;
}

static ssize_t part_pread(struct stream *stream, void *data, size_t capacity, uint64_t offset)
{
	struct part *part = part_of(stream);
	return part_metered(part, part->from->pread(part->from, data, capacity, offset));
}

static ssize_t spool_pread(struct stream *stream, void *data, size_t capacity, uint64_t offset)
{
	struct part *part = part_of(stream);
	if (offset >= part->held.size)
		return 0;
	if (capacity > part->held.size - offset)
		capacity = part->held.size - (size_t)offset;
	memcpy(data, part->held.data + offset, capacity);
	return (ssize_t)capacity;
}

void part_sniff(struct part *part, uint8_t *head)
{
	size_t have = 0;
	ssize_t got = 1;
	while (have < CEIL_SNIFF_BYTES && (got = part_pull(part, head + have, CEIL_SNIFF_BYTES - have)) > 0)
		have += (size_t)got;
	part->head_is_all = got == 0;
	part->head = part->held = (struct st_span){head, have};
}

void part_spool(struct part *part)
{
	ssize_t got = part->head_is_all ? 0 : 1;
	if (part->meter->spooled + part->head.size > part->meter->limits.spool_bytes)
		return;
	uint64_t room = part->meter->limits.spool_bytes - part->meter->spooled;
	st_buf_add(&part->spool, part->head.data, part->head.size);
	while (got > 0 && part->spool.size < room) {
		size_t more = room - part->spool.size < CEIL_SNIFF_BYTES ? (size_t)(room - part->spool.size)
									 : (size_t)CEIL_SNIFF_BYTES;
		st_buf_reserve(&part->spool, more);
		got = part_pull(part, part->spool.data + part->spool.size, more);
		part->spool.size += got > 0 ? (size_t)got : 0;
	}
	part->meter->spooled += part->spool.size;
	part->held = (struct st_span){part->spool.data, part->spool.size};
	if (got != 0)
		return;
	part->head_is_all = true; /* nothing follows what is held */
	part->stream.pread = spool_pread;
	part->stream.size = part->held.size;
}

void part_stream_open(struct part *part)
{
	part->stream = (struct stream){.read = part_read};
	if (part->from->pread == NULL)
		return;
	part->stream.pread = part_pread;
	part->stream.size = part->from->size;
}

void part_stream_close(struct part *part)
{
	part->meter->spooled -= part->spool.size;
	st_buf_free(&part->spool);
}

/* --- containers inside themselves --- */

static bool same_bytes(struct part *a, struct part *b)
{
	uint8_t left[4096], right[sizeof(left)];
	for (uint64_t at = 0; at < a->stream.size; at += sizeof(left)) {
		ssize_t got = a->stream.pread(&a->stream, left, sizeof(left), at);
		if (got <= 0 || b->stream.pread(&b->stream, right, sizeof(right), at) != got ||
			memcmp(left, right, (size_t)got) != 0)
			return false;
	}
	return true;
}

bool part_is_self_nested(struct part *part)
{
	for (struct part *outer = part->outer; outer != NULL; outer = outer->outer) {
		if (outer->reader != part->reader || outer->head.size != part->head.size ||
			memcmp(outer->head.data, part->head.data, part->head.size) != 0)
			continue;
		if (part->head.size < CEIL_SNIFF_BYTES) /* both end there */
			return true;
		if (outer->stream.pread != NULL && part->stream.pread != NULL &&
			outer->stream.size == part->stream.size && same_bytes(outer, part))
			return true;
	}
	return false;
}
