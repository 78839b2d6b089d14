/*
 * What a shape tells of a text, as one line: `S<anna>@customer.mail` for a string, K a key, N a number, C a cell, T
 * text;
 * `|phone|` where a column begins, `||` where one ends. Parts that touch are one place. The rules of shape.h that hold
 * for any input are checked on the way: `broken` says which did not.
 */
#ifndef STAUNCH_TESTS_SHAPE_READING_H
#define STAUNCH_TESTS_SHAPE_READING_H

#include "redact/shape.h"

#include "base/ceilings.h"

struct shape_reading {
	const uint8_t *text; /* a copy of just its size, so that a byte too far is seen */
	size_t size;
	uint64_t fed, settled, end;
	uint64_t most_held; /* fed and not settled */
	struct st_buf line;
	struct st_buf names; /* spans of columns, in order of their numbers */
	const char *broken;
	uint8_t *placed;     /* per byte: it stood in a place */
	struct st_buf field; /* of the place told last, if nothing came after it */
};

static inline void reading_rule(struct shape_reading *reading, bool holds, const char *rule)
{
	if (!holds && reading->broken == NULL)
		reading->broken = rule;
}

static inline void reading_place(void *context, const struct shape_place *place)
{
	struct shape_reading *r = context;
	reading_rule(r, place->start >= r->end, "places come in order and never overlap");
	reading_rule(r, place->start >= r->settled, "nothing is told of what was settled");
	reading_rule(r, place->end <= r->fed && place->start <= place->end, "a place lies in what was fed");
	reading_rule(r, place->end - place->start <= CEIL_TEXT_BLOCK_BYTES + 12, "a part is no longer than a block");
	reading_rule(r, place->first || r->line.size > 0, "a place has a first part");
	bool goes_on = !place->first && place->start == r->end && r->line.size > 0;
	if (goes_on) /* without its end */
		r->line.size -= 1 + (r->field.size > 0 ? r->field.size + 1 : 0);
	else
		st_buf_format(&r->line, "%s%c<", r->line.size > 0 ? " " : "", "TSKNC"[place->kind]);
	st_buf_add(&r->line, r->text + place->start, (size_t)(place->end - place->start));
	st_buf_add_byte(&r->line, '>');
	if (place->field.size > 0) {
		st_buf_add_byte(&r->line, '@');
		st_buf_add(&r->line, place->field.data, place->field.size);
	}
	r->field.size = 0;
	if (place->field.size > 0)
		st_buf_add(&r->field, place->field.data, place->field.size);
	memset(r->placed + place->start, 1, (size_t)(place->end - place->start));
	r->end = place->end;
}

static inline unsigned reading_name(void *context, struct st_span name)
{
	struct shape_reading *r = context;
	unsigned number = 1;
	st_buf_reserve(&r->names, 1);
	struct st_cursor in = {r->names.data, r->names.data + r->names.size, false};
	while (in.at < in.end) {
		st_cursor_span(&in);
		number++;
	}
	st_buf_add_span(&r->names, name.data, name.size);
	return number;
}

static inline void reading_column(void *context, uint64_t start, unsigned number)
{
	struct shape_reading *r = context;
	st_buf_reserve(&r->names, 1);
	struct st_cursor in = {r->names.data, r->names.data + r->names.size, false};
	struct st_span name = {NULL, 0};
	for (unsigned i = 0; i < number; i++)
		name = st_cursor_span(&in);
	reading_rule(r, !in.bad, "a column has a name");
	reading_rule(r, start >= r->end, "a column begins before its places");
	st_buf_format(&r->line, "%s|%.*s|", r->line.size > 0 ? " " : "", (int)name.size, (const char *)name.data);
	r->field.size = 0;
}

/* Fed whole, or in blocks of these sizes: `first`, then `then`. */
static inline struct shape_reading read_shape(
	const struct shape_format *format, struct st_span text, size_t first, size_t then, bool columns)
{
	struct shape_reading reading = {.size = text.size};
	struct shape_events events = {.place = reading_place, .context = &reading};
	if (columns) {
		events.column_name = reading_name;
		events.column = reading_column;
	}
	uint8_t *copy = st_alloc(text.size + 1);
	memcpy(copy, text.data, text.size);
	reading.text = copy;
	reading.placed = st_alloc_zero(text.size + 1, 1);
	size_t head = text.size < CEIL_SNIFF_BYTES ? text.size : CEIL_SNIFF_BYTES;
	struct shape *shape = format->open((struct st_span){copy, head}, head == text.size, &events);
	for (size_t at = 0, size = first; at < text.size; at += size, size = then) {
		size = size < text.size - at ? size : text.size - at;
		uint8_t *block = st_alloc(size + 1);
		memcpy(block, copy + at, size);
		reading.fed = at + size;
		format->feed(shape, block, size);
		free(block);
		uint64_t settled = format->settled(shape);
		reading_rule(&reading, settled >= reading.settled && settled <= reading.fed, "what is settled grows");
		reading.settled = settled;
		if (reading.fed - settled > reading.most_held)
			reading.most_held = reading.fed - settled;
	}
	format->finish(shape);
	reading_rule(&reading, format->settled(shape) == text.size, "in the end all is settled");
	format->close(shape);
	return reading;
}

static inline void free_reading(struct shape_reading *reading)
{
	free((void *)(uintptr_t)reading->text);
	free(reading->placed);
	st_buf_free(&reading->line);
	st_buf_free(&reading->names);
	st_buf_free(&reading->field);
}

#define auto_shape_reading __attribute__((cleanup(free_reading))) struct shape_reading

static inline bool same_shape(const struct shape_reading *a, const struct shape_reading *b)
{
	return a->line.size == b->line.size &&
	       (a->line.size == 0 || memcmp(a->line.data, b->line.data, a->line.size) == 0);
}

/* The first byte outside of all places that may hold text; text.size: none does. */
static inline size_t unsearched(const struct shape_reading *reading, bool (*is_structure)(uint8_t byte))
{
	for (size_t i = 0; i < reading->size; i++)
		if (!reading->placed[i] && !is_structure(reading->text[i]))
			return i;
	return reading->size;
}

#endif
