/*
 * The blocks of text that readers and detectors see. UTF-8 is passed on where it was read; other encodings are
 * converted with the stored offset of every byte beside it. NULs are counted where they stand so close that no word
 * fits between.
 */
#include "extract/charset.h"

#include <stdlib.h>

/* NULs with at most this many other bytes between them are one stretch (UTF-32 inside UTF-8 has one letter, 3 NULs)...
 */
#define NUL_GAP_BYTES 3
/* ...and a stretch with fewer NULs is not worth mention. */
#define NUL_STRETCH 8

struct text_source {
	struct stream *stream; /* borrowed */
	uint32_t part;
	const struct extract_events *events;
	void *context;
	enum charset charset;
	bool begun, ended, quiet;
	uint8_t *raw;
	size_t raw_at, raw_size;
	uint64_t stored_at; /* of raw[raw_at] */
	uint64_t text_at;
	uint8_t *text;                           /* converted; NULL for UTF-8 */
	uint32_t *stored;                        /* its stored offsets */
	uint64_t nul_first, nul_last, nul_count; /* the open stretch; count 0: none */
	uint64_t not_searched;
};

struct text_source *text_source_open(const struct reader_input *input, enum charset charset)
{
	struct text_source *s = st_alloc_zero(1, sizeof(*s));
	s->stream = input->stream;
	s->part = input->part;
	s->events = extract_run_events(input->run, &s->context);
	s->charset = charset;
	s->raw = st_alloc(CEIL_TEXT_BLOCK_BYTES);
	if (!charset_is_plain(charset)) {
		s->text = st_alloc(CEIL_TEXT_BLOCK_BYTES);
		s->stored = st_alloc((CEIL_TEXT_BLOCK_BYTES + 1) * sizeof(*s->stored));
	}
	return s;
}

struct text_source *text_source_open_quiet(const struct reader_input *input, enum charset charset)
{
	struct text_source *s = text_source_open(input, charset);
	s->quiet = true;
	return s;
}

void text_source_close(struct text_source *s)
{
	if (s == NULL)
		return;
	free(s->raw);
	free(s->text);
	free(s->stored);
	free(s);
}

/* --- NULs --- */

static uint64_t stretch_size(const struct text_source *s)
{
	return s->nul_count >= NUL_STRETCH ? s->nul_last - s->nul_first + 1 : 0;
}

static void note_nul(struct text_source *s, uint64_t at)
{
	if (s->nul_count > 0 && at - s->nul_last > NUL_GAP_BYTES + 1) {
		s->not_searched += stretch_size(s);
		s->nul_count = 0;
	}
	if (s->nul_count++ == 0)
		s->nul_first = at;
	s->nul_last = at;
}

static void count_nuls(struct text_source *s, const struct extract_text *block)
{
	const uint8_t *end = block->data + block->size;
	const uint8_t *p = memchr(block->data, 0, block->size);
	while (p != NULL && p < end) {
		for (; p < end && *p == 0; p++)
			note_nul(s, block->start + (uint64_t)(p - block->data));
		p = memchr(p, 0, (size_t)(end - p));
	}
}

uint64_t text_source_not_searched(const struct text_source *s)
{
	return s->not_searched + stretch_size(s);
}

/* --- blocks --- */

/* Adds what the stream gives at once to what is left: a pipe's bytes are searched when they come. */
static void pull(struct text_source *s)
{
	size_t left = s->raw_size - s->raw_at;
	memmove(s->raw, s->raw + s->raw_at, left);
	ssize_t got = s->stream->read(s->stream, s->raw + left, CEIL_TEXT_BLOCK_BYTES - left);
	s->raw_at = 0;
	s->raw_size = left + (got > 0 ? (size_t)got : 0);
	s->ended = got <= 0;
	if (!s->begun && (s->raw_size >= 4 || s->ended)) {
		s->raw_at = charset_mark_size(s->charset, (struct st_span){s->raw, s->raw_size});
		s->stored_at = s->raw_at;
		s->begun = true;
	}
}

static void give_plain(struct text_source *s, struct extract_text *out)
{
	out->data = s->raw + s->raw_at;
	out->size = s->raw_size - s->raw_at;
	s->raw_at = s->raw_size;
	s->stored_at += out->size;
}

static void give_converted(struct text_source *s, struct extract_text *out)
{
	struct st_span in = {s->raw + s->raw_at, s->raw_size - s->raw_at};
	size_t used = charset_convert(s->charset, in, s->ended, s->text, CEIL_TEXT_BLOCK_BYTES, &out->size, s->stored);
	s->stored[out->size] = (uint32_t)used;
	out->data = s->text;
	if (out->size != used || charset_is_wide(s->charset))
		out->stored = s->stored; /* else every byte is ASCII */
	out->transcoded = charset_is_wide(s->charset);
	s->raw_at += used;
	s->stored_at += used;
}

bool text_source_next(struct text_source *s, struct extract_text *out)
{
	do {
		/* a character may be cut by the end of what was read: 4 bytes are the longest */
		while (!s->ended && s->raw_size - s->raw_at < 4)
			pull(s);
		*out = (struct extract_text){.start = s->text_at, .stored_start = s->stored_at};
		if (s->raw_at == s->raw_size)
			return false;
		if (charset_is_plain(s->charset))
			give_plain(s, out);
		else
			give_converted(s, out);
	} while (out->size == 0);
	s->text_at += out->size;
	count_nuls(s, out);
	if (s->events->text != NULL && !s->quiet)
		s->events->text(s->context, s->part, out);
	return true;
}

void text_source_result(const struct text_source *s, struct extract_part_result *result)
{
	result->charset = charset_name(s->charset);
	result->not_searched_bytes = text_source_not_searched(s);
	result->reason = s->stream->reason;
	result->status = s->stream->reason == ST_REASON_NONE ? ST_READ : s->text_at > 0 ? ST_PARTIAL : ST_UNREAD;
}
