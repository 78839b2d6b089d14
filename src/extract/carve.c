/*
 * What no reader knows, read as a stream: runs of text become text of the part, each ended by a NUL, so that nothing
 * reaches from one into the next; deflate streams become members, named by their offset. Stretches of a window are
 * decided one after the other; memory is that window, a block of text and zlib's.
 *
 * There is no record: nobody knows how many rows of a database the runs belong to, and to count a backup as one
 * document would be a figure that means nothing. Members that a reader knows have theirs.
 */
#include "extract/carve.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/utf8.h"

#define WINDOW_BYTES (64 * KIB)
/* Stored offsets within one block are 32 bits. */
#define SPAN_BYTES ((uint64_t)1 << 31)
#define NAME_BYTES 40

struct carve {
	struct reader_input *input;
	const struct extract_events *events;
	void *context;
	bool media;
	struct carve_probe probe;
	struct carve_packed *packed;
	enum st_reason stop;   /* why no more members are opened */
	struct carve_run open; /* a run that goes on in the next stretch, when it touches */
	uint64_t searched_bytes, packed_bytes;
	/* the block of text */
	uint8_t *data;
	uint32_t *stored;
	size_t size;
	uint64_t text_at, stored_start, stored_end;
};

/* A range of the part: all of it, or what a broken deflate stream took. */
struct range {
	struct window *window;
	uint64_t end;
	bool members;
	size_t behind; /* bytes in front of the window that are decided, and only looked back at */
};

/* --- text --- */

static void send_block(struct carve *c)
{
	if (c->size == 0)
		return;
	c->stored[c->size] = (uint32_t)(c->stored_end - c->stored_start);
	struct extract_text block = {.data = c->data,
		.size = c->size,
		.start = c->text_at,
		.stored_start = c->stored_start,
		.stored = c->stored};
	if (c->events->text != NULL)
		c->events->text(c->context, c->input->part, &block);
	c->text_at += c->size;
	c->size = 0;
}

/* Room for a few bytes stored at `offset`. */
static void make_room(struct carve *c, uint64_t offset, size_t bytes)
{
	if (c->size > 0 && (CEIL_TEXT_BLOCK_BYTES - c->size < bytes || offset - c->stored_start >= SPAN_BYTES))
		send_block(c);
	if (c->size == 0)
		c->stored_start = offset;
}

/* The character's bytes are all stored where it begins. */
static void put(struct carve *c, const uint8_t *utf8, size_t size, uint64_t offset)
{
	make_room(c, offset, size);
	for (size_t i = 0; i < size; i++) {
		c->data[c->size] = utf8[i];
		c->stored[c->size++] = (uint32_t)(offset - c->stored_start);
	}
}

static void put_text(struct carve *c, const uint8_t *text, size_t size, uint64_t offset)
{
	while (size > 0) {
		make_room(c, offset, 1);
		size_t room = CEIL_TEXT_BLOCK_BYTES - c->size, take = size < room ? size : room;
		uint32_t first = (uint32_t)(offset - c->stored_start);
		memcpy(c->data + c->size, text, take);
		for (size_t i = 0; i < take; i++)
			c->stored[c->size + i] = first + (uint32_t)i;
		c->size += take;
		c->stored_end = offset + take;
		text += take;
		offset += take;
		size -= take;
	}
}

static void put_wide(struct carve *c, const uint8_t *units, size_t size, bool big, uint64_t offset)
{
	uint8_t utf8[4];
	for (size_t i = 0; i + 2 <= size; i += 2) {
		uint32_t code = (uint32_t)units[i + big] | (uint32_t)units[i + !big] << 8;
		put(c, utf8, (size_t)st_utf8_encode(code, utf8), offset + i);
		c->stored_end = offset + i + 2;
	}
}

static void put_run(struct carve *c, const struct carve_view *view, const struct carve_run *run)
{
	const uint8_t *data = view->data + run->start;
	size_t size = run->end - run->start;
	c->searched_bytes += size;
	if (run->encoding == CARVE_UTF8)
		put_text(c, data, size, view->offset + run->start);
	else
		put_wide(c, data, size, run->encoding == CARVE_UTF16BE, view->offset + run->start);
}

static void end_run(struct carve *c)
{
	c->open.touches = false;
	put(c, (const uint8_t *)"", 1, c->stored_end);
}

/* --- one stretch of the window --- */

/* Gives a run, or what there is of it. False: it began in this stretch, and waits to be seen whole. */
static bool take_run(struct carve *c, const struct carve_view *view, struct carve_run *run, size_t from, bool more)
{
	if (run->touches && more && run->start > from)
		return false;
	put_run(c, view, run);
	c->open = *run;
	if (!run->touches || !more)
		end_run(c);
	return true;
}

/* The runs of [from, to); returns the place up to which all is decided. */
static size_t take_runs(struct carve *c, const struct carve_view *view, size_t from, size_t to, bool more)
{
	struct carve_run run = c->open;
	size_t at = from;
	if (c->open.touches) {
		run.start = from;
		carve_goes_on(view, to, &run);
		take_run(c, view, &run, from, more);
		at = run.end;
	}
	while (!c->open.touches && carve_next(view, at, to, more, &run)) {
		if (!take_run(c, view, &run, from, more))
			return run.start;
		at = run.end;
	}
	if (c->open.touches || !more)
		return more ? at : to;
	return to - at > CARVE_BACK_BYTES ? to - CARVE_BACK_BYTES : at;
}

/* --- members --- */

static bool may_be_member(struct carve *c, const struct carve_view *view, size_t at)
{
	if (c->media ? !carve_is_png_text(view, at) : carve_is_pixels(view, at))
		return false;
	if (!carve_is_packed(&c->probe, view, at, c->packed))
		return false;
	if (c->stop == ST_REASON_NONE && c->input->depth >= extract_run_limits(c->input->run)->nesting_depth)
		c->stop = ST_REASON_LIMIT_DEPTH;
	return c->stop == ST_REASON_NONE && extract_run_entry(c->input, &c->stop);
}

static void read_range(struct carve *c, struct range *range);

/* A stream that turned out broken may have been none: what it took is searched as it is stored. */
static void search_again(struct carve *c, uint64_t start, uint64_t end)
{
	struct window window;
	struct range range = {.window = &window, .end = end};
	if (c->input->stream->pread == NULL)
		return;
	window_open(&window, c->input->stream, true);
	window_seek(&window, start);
	read_range(c, &range);
	window_close(&window);
}

static uint64_t window_at(const struct window *window)
{
	return window->offset - (window->end - window->at);
}

static void read_member(struct carve *c, struct window *window)
{
	uint64_t start = window_at(window);
	char name[NAME_BYTES];
	int size = snprintf(name, sizeof name, "deflate-at-%llu", (unsigned long long)start);
	send_block(c);
	carve_packed_open(c->packed, window, extract_run_limits(c->input->run));
	extract_run_member(c->input, (struct st_span){(const uint8_t *)name, (size_t)size},
		carve_packed_stream(c->packed), &c->stop);
	if (carve_packed_close(c->packed))
		c->packed_bytes += window_at(window) - start;
	else
		search_again(c, start, window_at(window));
}

/* --- the part --- */

/* The next deflate stream in [from, to) that becomes a member, else `to`. */
static size_t next_member(struct carve *c, const struct carve_view *view, size_t from, size_t to)
{
	size_t at = from;
	while ((at = carve_find_packed(view, at, to)) < to && !may_be_member(c, view, at))
		at++;
	return at;
}

static void pass(struct range *range, size_t bytes, size_t keep)
{
	range->behind = bytes < keep ? bytes : keep;
	range->window->at += bytes - range->behind;
}

/* False at the end of the range. */
static bool read_stretch(struct carve *c, struct range *range)
{
	size_t have = window_fill(range->window, WINDOW_BYTES);
	struct carve_view view = {window_bytes(range->window), have, window_at(range->window)};
	bool last = have < WINDOW_BYTES;
	if (range->end - view.offset <= have) {
		view.size = (size_t)(range->end - view.offset);
		last = true;
	}
	if (view.size <= range->behind)
		return false;
	size_t to = last ? view.size : view.size - CARVE_PROBE_BYTES;
	size_t member = range->members ? next_member(c, &view, range->behind, to) : to;
	size_t decided = take_runs(c, &view, range->behind, member, !last && member == to);
	if (member == to) {
		pass(range, decided, CARVE_BACK_BYTES);
		return true;
	}
	pass(range, member, 0);
	read_member(c, range->window);
	return true;
}

static void read_range(struct carve *c, struct range *range)
{
	while (read_stretch(c, range))
		;
	if (c->open.touches)
		end_run(c);
}

void carve_read(struct reader_input *input, bool media, struct extract_part_result *result)
{
	struct window window;
	struct range whole = {.window = &window, .end = UINT64_MAX, .members = true};
	struct carve *c = st_alloc_zero(1, sizeof *c);
	c->input = input;
	c->media = media;
	c->events = extract_run_events(input->run, &c->context);
	c->packed = st_alloc_zero(1, sizeof *c->packed);
	c->data = st_alloc(CEIL_TEXT_BLOCK_BYTES);
	c->stored = st_alloc((CEIL_TEXT_BLOCK_BYTES + 1) * sizeof *c->stored);
	window_open(&window, input->stream, false);
	read_range(c, &whole);
	send_block(c);
	result->status = ST_PARTIAL;
	result->reason = media ? ST_REASON_NO_TEXT : ST_REASON_UNSUPPORTED;
	if (c->stop != ST_REASON_NONE)
		result->reason = c->stop;
	if (window.reason != ST_REASON_NONE)
		result->reason = window.reason;
	result->not_searched_bytes = window.offset - c->searched_bytes - c->packed_bytes;
	window_close(&window);
	carve_probe_close(&c->probe);
	free(c->packed);
	free(c->data);
	free(c->stored);
	free(c);
}
