/*
 * One object carved and written down: "(NAME START-END:text START-END:text (deflate-at-9 ...) FORMAT STATUS-REASON)",
 * with the stored bytes of every run. The same for blocks of any size, or the stream cannot seek.
 */
#ifndef STAUNCH_TESTS_EXTRACT_CARVING_H
#define STAUNCH_TESTS_EXTRACT_CARVING_H

#include "extract/carve.h"

#include "../check.h"

struct carving {
	struct st_buf log;
	uint64_t start, end; /* stored bytes of the open run */
	bool open, broken;
	struct extract_result result;
	uint64_t not_searched;
};

struct carving_source {
	struct stream stream;
	const uint8_t *data;
	size_t size, at, cut;
};

static inline ssize_t carving_read(struct stream *stream, void *data, size_t capacity)
{
	struct carving_source *s = stream->self;
	size_t step = s->size - s->at < s->cut ? s->size - s->at : s->cut;
	step = step < capacity ? step : capacity;
	if (step > 0)
		memcpy(data, s->data + s->at, step);
	s->at += step;
	return (ssize_t)step;
}

static inline ssize_t carving_pread(struct stream *stream, void *data, size_t capacity, uint64_t offset)
{
	const struct carving_source *s = stream->self;
	size_t left = offset < s->size ? s->size - (size_t)offset : 0, step = left < capacity ? left : capacity;
	if (step > 0)
		memcpy(data, s->data + offset, step);
	return (ssize_t)step;
}

static inline void carving_say(struct carving *c, const char *text)
{
	st_buf_add(&c->log, text, strlen(text));
}

static inline void carving_close_run(struct carving *c)
{
	if (c->open) {
		st_auto_free char *end =
			st_format(":%llu-%llu", (unsigned long long)c->start, (unsigned long long)c->end);
		carving_say(c, end);
	}
	c->open = false;
}

static inline void carving_begin(void *context, const struct extract_part *part)
{
	struct carving *c = context;
	carving_close_run(c);
	carving_say(c, part->index > 0 ? " (" : "(");
	st_buf_add(&c->log, part->name.data, part->name.size);
}

static inline void carving_text(void *context, uint32_t part, const struct extract_text *text)
{
	struct carving *c = context;
	c->broken |= text->size == 0 || text->size > CEIL_TEXT_BLOCK_BYTES;
	for (size_t i = 0; i < text->size; i++) {
		uint64_t first = text->stored_start + (text->stored ? text->stored[i] : i);
		uint64_t next = text->stored_start + (text->stored ? text->stored[i + 1] : i + 1);
		c->broken |= next < first;
		if (text->data[i] == 0 && text->stored != NULL) {
			c->broken |= part == 0 && !c->open;
			carving_close_run(c);
			continue;
		}
		if (!c->open) {
			carving_say(c, " ");
			c->start = first;
		}
		c->open = true;
		st_buf_add_byte(&c->log, text->data[i]);
		/* behind the last character of a run comes its end, whatever the next one's place */
		c->end = next;
	}
}

static inline void carving_end(void *context, uint32_t part, const struct extract_part_result *result)
{
	struct carving *c = context;
	carving_close_run(c);
	carving_say(c, " ");
	carving_say(c, result->format);
	carving_say(c, " ");
	carving_say(c, st_read_status_name(result->status));
	if (result->reason != ST_REASON_NONE)
		carving_say(c, "-");
	carving_say(c, st_reason_name(result->reason));
	carving_say(c, ")");
	if (part == 0)
		c->not_searched = result->not_searched_bytes;
}

/* Blocks of at most `cut` bytes; the caller frees with carving_free. */
static inline struct carving carve_cut(
	const void *data, size_t size, size_t cut, bool seeks, const struct extract_limits *limits)
{
	static const struct extract_events events = {
		.part_begin = carving_begin, .text = carving_text, .part_end = carving_end};
	struct carving c = {0};
	struct carving_source s = {.data = data, .size = size, .cut = cut};
	s.stream = (struct stream){
		.read = carving_read, .pread = seeks ? carving_pread : NULL, .size = seeks ? size : 0, .self = &s};
	struct extract_options options = {.stored_size = size};
	struct extract_limits usual = extract_limits_default();
	extract_object_with_limits(&s.stream, &options, &events, &c, limits ? limits : &usual, &c.result);
	st_buf_add_byte(&c.log, 0);
	return c;
}

static inline const char *carving_log(const struct carving *c)
{
	return (const char *)c->log.data;
}

static inline void carving_free(struct carving *c)
{
	st_buf_free(&c->log);
}
#define auto_carving __attribute__((cleanup(carving_free))) struct carving

/* Do the fast ways and the plain ones see the same places? */
static inline bool carving_ways_agree(const uint8_t *data, size_t size)
{
	struct carve_view view = {data, size, 0};
	for (size_t from = 0; from <= size; from++)
		if (carve_skip(data, size, from, size) != carve_skip_plainly(data, size, from, size) ||
			carve_find_packed(&view, from, size) != carve_find_packed_plainly(&view, from, size))
			return false;
	return true;
}

#endif
