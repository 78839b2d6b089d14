/*
 * Answers to searches: a container whose members are pages, each a text of one hit a line; every hit is a record, by
 * its `_source` (contract 3), and has its identifier as its place.
 */
#include "extract/hits.h"

#include "extract/part.h"

#include <stdio.h>

static int bid(const struct reader_input *input)
{
	(void)input;
	return 0; /* no bytes are such an object: whoever has answers says so (extract_options.pages) */
}

static void read_pages(struct reader_input *input, struct extract_part_result *result)
{
	const struct extract_pages *pages = extract_run_options(input->run)->pages;
	struct extract_lines lines;
	enum st_reason reason = ST_REASON_NONE, stop = ST_REASON_NONE;
	char name[32];
	uint64_t number = 0;
	while (stop == ST_REASON_NONE && pages->next(pages->context, &lines, &reason)) {
		if (lines.text.size == 0)
			continue;
		if (!extract_run_entry(input, &stop))
			break;
		int size = snprintf(name, sizeof name, "page %llu", (unsigned long long)++number);
		struct extract_member member = {.name = {(const uint8_t *)name, (size_t)size},
			.stream = stream_open_memory(lines.text.data, lines.text.size),
			.hint = {.lines = true, .has_charset = true, .charset = CHARSET_UTF8},
			.places = lines.places};
		(void)extract_run_give(input, &member, &stop);
	}
	extract_run_container_end(input, stop != ST_REASON_NONE ? stop : reason, result);
}

const struct reader reader_hits = {.format = "hits", .bid = bid, .read = read_pages, .container = true};

void hits_tell_places(const struct extract_events *events, void *context, uint32_t part, const struct st_buf *places)
{
	struct st_cursor in = {places->data, places->data + places->size, false};
	while (events->place != NULL && in.at < in.end) {
		uint64_t start = st_cursor_u64(&in);
		events->place(context, part, start, st_cursor_span(&in));
	}
}
