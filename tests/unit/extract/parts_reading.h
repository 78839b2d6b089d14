/*
 * One object with its members, written down: "[NAME FORMAT STATUS-REASON rRECORDS|TEXT]", members behind the text that
 * came before them, a place as <label> where it begins. Text whose byte stands alone in what is stored must be that
 * byte.
 */
#ifndef STAUNCH_TESTS_EXTRACT_PARTS_READING_H
#define STAUNCH_TESTS_EXTRACT_PARTS_READING_H

#include "base/ceilings.h"
#include "extract/limits.h"

#include "../check.h"

#define PARTS_READING_OPEN 64

struct parts_reading {
	const uint8_t *data; /* the object */
	struct st_buf log;   /* of parts that have ended, and of open ones in open[] */
	struct st_buf open[PARTS_READING_OPEN], names[PARTS_READING_OPEN], labels[PARTS_READING_OPEN];
	size_t depth;
	const char *broken;
	uint64_t not_searched;
	struct extract_result result;
};

struct parts_source {
	struct stream stream;
	const uint8_t *data;
	size_t size, at, cut;
};

static inline ssize_t parts_source_read(struct stream *stream, void *data, size_t capacity)
{
	struct parts_source *s = stream->self;
	size_t step = s->size - s->at < s->cut ? s->size - s->at : s->cut;
	step = step < capacity ? step : capacity;
	if (step > 0)
		memcpy(data, s->data + s->at, step);
	s->at += step;
	return (ssize_t)step;
}

static inline void parts_reading_begin(void *context, const struct extract_part *part)
{
	struct parts_reading *p = context;
	if (p->depth == PARTS_READING_OPEN)
		abort();
	st_buf_add(&p->names[p->depth], part->name.data, part->name.size);
	p->depth++;
}

/* Labels wait for the text they stand at: {u64 offset, span}. */
static inline void parts_reading_place(void *context, uint32_t part, uint64_t start, struct st_span label)
{
	struct parts_reading *p = context;
	(void)part;
	st_buf_add_u64(&p->labels[p->depth - 1], start);
	st_buf_add_span(&p->labels[p->depth - 1], label.data, label.size);
}

static inline void parts_reading_label(struct parts_reading *p, struct st_cursor *in, uint64_t at)
{
	while (in->at < in->end) {
		struct st_cursor look = *in;
		uint64_t start = st_cursor_u64(&look);
		struct st_span label = st_cursor_span(&look);
		if (start > at)
			return;
		if (start < at)
			p->broken = "a place is told before or with its text";
		struct st_buf *out = &p->open[p->depth - 1];
		st_buf_add_byte(out, '<');
		st_buf_add(out, label.data, label.size);
		st_buf_add_byte(out, '>');
		*in = look;
	}
}

static inline void parts_reading_text(void *context, uint32_t part, const struct extract_text *text)
{
	struct parts_reading *p = context;
	struct st_buf *labels = &p->labels[p->depth - 1];
	struct st_cursor in = {labels->data, labels->size > 0 ? labels->data + labels->size : NULL, false};
	if (text->size == 0 || text->size > CEIL_TEXT_BLOCK_BYTES)
		p->broken = "a block is empty or too large";
	for (size_t i = 0; i < text->size; i++) {
		parts_reading_label(p, &in, text->start + i);
		st_buf_add_byte(&p->open[p->depth - 1], text->data[i]);
		if (part > 0 || text->stored_ends == NULL)
			continue;
		uint64_t start = text->stored_start + text->stored[i], end = text->stored_start + text->stored_ends[i];
		if (end < start)
			p->broken = "a byte ends before it begins";
		uint8_t byte = text->data[i];
		if (end - start == 1 && byte > ' ' && byte < 0x7f && p->data[start] != byte)
			p->broken = "a byte is stored where it says";
	}
	if (labels->size > 0)
		st_buf_drop_front(labels, (size_t)(in.at - labels->data));
}

static inline void parts_reading_end(void *context, uint32_t part, const struct extract_part_result *result)
{
	struct parts_reading *p = context;
	size_t i = --p->depth;
	struct st_buf *out = i > 0 ? &p->open[i - 1] : &p->log;
	st_auto_free char *head = st_format("[%.*s%s%s %s%s%s r%d|", (int)p->names[i].size,
		p->names[i].size ? (const char *)p->names[i].data : "", p->names[i].size ? " " : "", result->format,
		st_read_status_name(result->status), result->reason ? "-" : "", st_reason_name(result->reason),
		(int)result->records);
	st_buf_add(out, head, strlen(head));
	st_buf_add(out, p->open[i].data, p->open[i].size);
	st_buf_add_byte(out, ']');
	st_buf_free(&p->open[i]);
	st_buf_free(&p->names[i]);
	st_buf_free(&p->labels[i]);
	if (part == 0)
		p->not_searched = result->not_searched_bytes;
}

/* Blocks of at most `cut` bytes; the caller frees with parts_reading_free. */
static inline struct parts_reading parts_read(
	const void *data, size_t size, size_t cut, const struct extract_limits *limits)
{
	static const struct extract_events events = {.part_begin = parts_reading_begin,
		.text = parts_reading_text,
		.place = parts_reading_place,
		.part_end = parts_reading_end};
	struct parts_reading p = {.data = data};
	struct parts_source s = {.data = data, .size = size, .cut = cut};
	s.stream = (struct stream){.read = parts_source_read, .self = &s};
	struct extract_options options = {.stored_size = size};
	struct extract_limits usual = extract_limits_default();
	extract_object_with_limits(&s.stream, &options, &events, &p, limits ? limits : &usual, &p.result);
	st_buf_add_byte(&p.log, 0);
	return p;
}

static inline const char *parts_log(const struct parts_reading *p)
{
	return (const char *)p->log.data;
}

static inline void parts_reading_free(struct parts_reading *p)
{
	st_buf_free(&p->log);
}
#define auto_parts __attribute__((cleanup(parts_reading_free))) struct parts_reading

#endif
