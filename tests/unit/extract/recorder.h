/* Events of one object written down and held against the contract of extract.h: indices in order, proper nesting, text
 * and records only in the open leaf, one end for every begin, progress that never goes back. */
#ifndef STAUNCH_TESTS_EXTRACT_RECORDER_H
#define STAUNCH_TESTS_EXTRACT_RECORDER_H

#include <stdlib.h>

#include "base/ceilings.h"
#include "extract/limits.h"

/* Text kept of each part. */
#define RECORDER_TEXT_BYTES 262144

struct seen_part {
	uint32_t parent;
	struct st_buf name, text;
	uint64_t text_bytes, records;
	uint64_t last_place, place_sum; /* the sum changes with every place: offset, label, order */
	bool any_place;
	bool ended;
	struct extract_part_result result;
};

struct recorder {
	struct seen_part *parts;
	uint32_t count;
	uint32_t open[64];
	int depth;
	uint64_t progress, progress_calls;
	const char *broken; /* the rule of extract.h that was broken first */
	struct extract_result result;
};

static inline void recorder_rule(struct recorder *seen, bool holds, const char *rule)
{
	if (!holds && seen->broken == NULL)
		seen->broken = rule;
}

static inline void recorder_begin(void *context, const struct extract_part *part)
{
	struct recorder *seen = context;
	recorder_rule(seen, part->index == seen->count, "parts are numbered in the order met");
	recorder_rule(seen,
		seen->depth == 0 ? part->index == 0 && part->parent == 0 : part->parent == seen->open[seen->depth - 1],
		"a part begins inside its parent");
	if (seen->depth >= 63)
		abort();
	if ((seen->count & (seen->count - 1)) == 0)
		seen->parts = st_realloc(seen->parts, (2 * (size_t)seen->count + 1) * sizeof(*seen->parts));
	struct seen_part *mine = &seen->parts[seen->count++];
	*mine = (struct seen_part){0};
	mine->parent = part->parent;
	st_buf_add(&mine->name, part->name.data, part->name.size);
	seen->open[seen->depth++] = part->index;
}

static inline bool recorder_is_open(const struct recorder *seen, uint32_t part)
{
	return seen->depth > 0 && seen->open[seen->depth - 1] == part;
}

static inline void recorder_text(void *context, uint32_t part, const struct extract_text *text)
{
	struct recorder *seen = context;
	recorder_rule(seen, recorder_is_open(seen, part), "text belongs to the innermost open part");
	struct seen_part *mine = &seen->parts[part];
	recorder_rule(seen, text->start == mine->text_bytes, "text blocks come in order without gaps");
	mine->text_bytes += text->size;
	size_t room = RECORDER_TEXT_BYTES - mine->text.size;
	st_buf_add(&mine->text, text->data, text->size < room ? text->size : room);
}

static inline void recorder_record(
	void *context, uint32_t part, uint64_t start, uint64_t end, const uint8_t sha256[ST_SHA256_BYTES])
{
	struct recorder *seen = context;
	(void)sha256;
	recorder_rule(seen, recorder_is_open(seen, part), "a record belongs to the innermost open part");
	recorder_rule(seen, start <= end && end <= seen->parts[part].text_bytes, "a record's text was given before");
	seen->parts[part].records++;
}

static inline void recorder_field(void *context, uint32_t part, uint32_t field, uint64_t at, struct st_span value)
{
	struct recorder *seen = context;
	(void)field;
	recorder_rule(seen, recorder_is_open(seen, part), "a field belongs to the innermost open part");
	recorder_rule(seen, at <= seen->parts[part].text_bytes, "a field's text was given before");
	recorder_rule(seen, value.size > 0 && value.size <= CEIL_CANONICAL_BYTES, "a field's value is short");
}

static inline void recorder_place(void *context, uint32_t part, uint64_t start, struct st_span label)
{
	struct recorder *seen = context;
	recorder_rule(seen, recorder_is_open(seen, part), "a place belongs to the innermost open part");
	struct seen_part *mine = &seen->parts[part];
	recorder_rule(seen, start >= mine->text_bytes, "a place is told before its text");
	recorder_rule(seen, !mine->any_place || start > mine->last_place, "places come in order");
	recorder_rule(seen, label.size > 0 && label.size <= CEIL_PLACE_BYTES, "a label is a text of some bytes");
	mine->any_place = true;
	mine->last_place = start;
	mine->place_sum = mine->place_sum * 31 + start;
	for (size_t i = 0; i < label.size; i++)
		mine->place_sum = mine->place_sum * 31 + label.data[i];
}

static inline void recorder_end(void *context, uint32_t part, const struct extract_part_result *result)
{
	struct recorder *seen = context;
	recorder_rule(seen, recorder_is_open(seen, part), "a part ends before its parent");
	seen->depth--;
	struct seen_part *mine = &seen->parts[part];
	recorder_rule(seen, !mine->ended, "a part ends once");
	recorder_rule(seen, result->records == mine->records, "records are counted per part");
	recorder_rule(seen, result->format != NULL && result->charset != NULL, "format and charset are texts");
	recorder_rule(seen, result->status == ST_READ || result->status == ST_PARTIAL || result->status == ST_UNREAD,
		"a part is read, partial or unread");
	recorder_rule(seen, (result->status == ST_READ) == (result->reason == ST_REASON_NONE), "no reason means read");
	mine->ended = true;
	mine->result = *result;
}

static inline void recorder_progress(void *context, uint64_t stored_bytes)
{
	struct recorder *seen = context;
	recorder_rule(seen, stored_bytes >= seen->progress, "progress never goes back");
	seen->progress = stored_bytes;
	seen->progress_calls++;
}

/* Reads the object; recorder_free afterwards. */
static inline void recorder_run(struct recorder *seen, struct stream *stream, const struct extract_options *options,
	const struct extract_limits *limits)
{
	static const struct extract_events events = {.part_begin = recorder_begin,
		.text = recorder_text,
		.record = recorder_record,
		.place = recorder_place,
		.field = recorder_field,
		.part_end = recorder_end,
		.progress = recorder_progress};
	*seen = (struct recorder){0};
	extract_prepare();
	extract_object_with_limits(stream, options, &events, seen, limits, &seen->result);
	recorder_rule(seen, seen->depth == 0, "every part that began ended");
	recorder_rule(seen, seen->result.parts + 1 == seen->count, "the object is no member");
}

static inline bool recorder_found(const struct recorder *seen, const char *needle)
{
	for (uint32_t i = 0; i < seen->count; i++) {
		const struct st_buf *text = &seen->parts[i].text;
		if (text->size > 0 && memmem(text->data, text->size, needle, strlen(needle)) != NULL)
			return true;
	}
	return false;
}

static inline void recorder_free(struct recorder *seen)
{
	for (uint32_t i = 0; i < seen->count; i++) {
		st_buf_free(&seen->parts[i].name);
		st_buf_free(&seen->parts[i].text);
	}
	free(seen->parts);
}

#endif
