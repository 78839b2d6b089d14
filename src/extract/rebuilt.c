/* Rebuilt text: lines, tabs and places gathered into blocks. */
#include "extract/rebuilt.h"

#include <stdlib.h>

#include "extract/canonical.h"

struct rebuilt {
	struct reader_input *input;
	const struct extract_events *events;
	void *context;
	struct canonical_text *canonical;
	struct st_buf block;
	struct st_buf place; /* the label that waits for its first word; empty: none waits */
	uint64_t sent;       /* text bytes before the block */
	struct st_buf *tap;
	size_t tap_bytes; /* at most in it */
	bool line_open, words;
};

struct rebuilt *rebuilt_open(struct reader_input *input)
{
	struct rebuilt *r = st_alloc_zero(1, sizeof *r);
	r->input = input;
	r->events = extract_run_events(input->run, &r->context);
	r->canonical = canonical_text_new();
	return r;
}

static void send_block(struct rebuilt *r)
{
	struct extract_text text = {
		.data = r->block.data, .size = r->block.size, .start = r->sent, .stored_start = r->sent};
	if (text.size == 0)
		return;
	canonical_text_add(r->canonical, text.data, text.size);
	if (r->events->text != NULL)
		r->events->text(r->context, r->input->part, &text);
	r->sent += text.size;
	r->block.size = 0;
}

static void add(struct rebuilt *r, const uint8_t *data, size_t size)
{
	while (size > 0) {
		size_t room = CEIL_TEXT_BLOCK_BYTES - r->block.size;
		size_t take = size < room ? size : room;
		st_buf_add(&r->block, data, take);
		if (r->block.size == CEIL_TEXT_BLOCK_BYTES)
			send_block(r);
		data += take;
		size -= take;
	}
}

static bool is_blank(const uint8_t *data, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (data[i] != ' ' && data[i] != '\t' && data[i] != '\n' && data[i] != '\r')
			return false;
	return true;
}

static void tell_place(struct rebuilt *r)
{
	struct st_span label = {r->place.data, r->place.size};
	if (r->events->place != NULL)
		r->events->place(r->context, r->input->part, rebuilt_size(r), label);
	r->place.size = 0;
}

void rebuilt_text(struct rebuilt *r, const void *data, size_t size)
{
	bool blank = is_blank(data, size);
	if (size == 0)
		return;
	if (!blank && r->place.size > 0)
		tell_place(r);
	r->words = r->words || !blank;
	r->line_open = ((const uint8_t *)data)[size - 1] != '\n';
	if (r->tap != NULL && r->tap->size < r->tap_bytes)
		st_buf_add(r->tap, data, size < r->tap_bytes - r->tap->size ? size : r->tap_bytes - r->tap->size);
	add(r, data, size);
}

void rebuilt_line(struct rebuilt *r)
{
	if (r->line_open)
		add(r, (const uint8_t *)"\n", 1);
	r->line_open = false;
}

void rebuilt_tab(struct rebuilt *r)
{
	if (r->line_open)
		add(r, (const uint8_t *)"\t", 1);
}

void rebuilt_place(struct rebuilt *r, const char *what, struct st_span name)
{
	rebuilt_line(r);
	r->place.size = 0;
	st_buf_add(&r->place, what, strlen(what));
	if (name.size > 0) {
		st_buf_add_byte(&r->place, 0);
		st_buf_add(&r->place, name.data, name.size);
	}
	if (r->place.size > CEIL_PLACE_BYTES)
		r->place.size = CEIL_PLACE_BYTES;
}

unsigned rebuilt_column(struct rebuilt *r, struct st_span name)
{
	return r->events->column != NULL && r->events->cell != NULL
		       ? r->events->column(r->context, r->input->part, name)
		       : 0;
}

void rebuilt_cell(struct rebuilt *r, unsigned column)
{
	if (r->events->cell != NULL)
		r->events->cell(r->context, r->input->part, rebuilt_size(r), column);
}

void rebuilt_tap(struct rebuilt *r, struct st_buf *into, size_t limit_bytes)
{
	r->tap = into;
	r->tap_bytes = limit_bytes;
}

uint64_t rebuilt_size(const struct rebuilt *r)
{
	return r->sent + r->block.size;
}

bool rebuilt_has_words(const struct rebuilt *r)
{
	return r->words;
}

void rebuilt_end(struct rebuilt *r, struct extract_part_result *result)
{
	uint8_t sha256[ST_SHA256_BYTES];
	send_block(r);
	if (canonical_text_end(r->canonical, sha256))
		extract_run_record(r->input->run, r->input->part, 0, r->sent, sha256);
	result->rebuilt = true;
	if (result->charset == NULL)
		result->charset = "utf-8";
	canonical_text_free(r->canonical);
	st_buf_free(&r->block);
	st_buf_free(&r->place);
	free(r);
}
