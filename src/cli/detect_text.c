#include "cli/detect_text.h"

#include <stdlib.h>

#include "base/utf8.h"

static void remember(struct detect_text *text, size_t text_size, size_t input_size)
{
	const struct detect_text_run *last = text->count > 0 ? &text->runs[text->first + text->count - 1] : NULL;
	if (last && last->text_size == text_size && last->input_size == input_size)
		return;
	if (text->first + text->count == text->capacity) {
		if (text->first > text->count) {
			memmove(text->runs, text->runs + text->first, text->count * sizeof *text->runs);
			text->first = 0;
		} else {
			text->capacity = text->capacity ? text->capacity * 2 : 64;
			text->runs = st_realloc(text->runs, text->capacity * sizeof *text->runs);
		}
	}
	text->runs[text->first + text->count++] = (struct detect_text_run){
		text->text_offset, text->input_offset, (uint8_t)text_size, (uint8_t)input_size};
}

static uint32_t unit_at(const struct detect_text *text, const uint8_t *p)
{
	uint32_t value = 0;
	for (unsigned i = 0; i < text->unit; i++)
		value = value << 8 | p[text->big_endian ? i : text->unit - 1 - i];
	return value;
}

/* One character from `size` bytes: its size in the input, 0 when more bytes are needed. */
static size_t decode(const struct detect_text *text, const uint8_t *p, size_t size, bool last, uint32_t *code)
{
	if (size < text->unit) {
		*code = 0;
		return last ? size : 0;
	}
	*code = unit_at(text, p);
	if (text->unit == 2 && *code >= 0xd800 && *code <= 0xdbff) {
		if (size < 4) {
			*code = 0;
			return last ? 2 : 0;
		}
		uint32_t low = unit_at(text, p + 2);
		if (low >= 0xdc00 && low <= 0xdfff) {
			*code = 0x10000 + ((*code - 0xd800) << 10) + (low - 0xdc00);
			return 4;
		}
	}
	if (*code > 0x10ffff || (*code >= 0xd800 && *code <= 0xdfff))
		*code = 0;
	return text->unit;
}

static void add_character(struct detect_text *text, uint32_t code, size_t input_size, struct st_buf *out)
{
	uint8_t bytes[4];
	size_t size = (size_t)st_utf8_encode(code, bytes);
	remember(text, size, input_size);
	st_buf_add(out, bytes, size);
	text->text_offset += size;
	text->input_offset += input_size;
}

/* The byte order marks of UTF-32 and UTF-16 (Unicode 23.8); a mark is no character of the text. */
static void sniff(struct detect_text *text, const uint8_t *p, size_t size)
{
	text->unit = 1;
	if (size >= 4 && memcmp(p, "\xff\xfe\0\0", 4) == 0) {
		text->unit = 4;
	} else if (size >= 4 && memcmp(p, "\0\0\xfe\xff", 4) == 0) {
		text->unit = 4;
		text->big_endian = true;
	} else if (size >= 2 && (memcmp(p, "\xff\xfe", 2) == 0 || memcmp(p, "\xfe\xff", 2) == 0)) {
		text->unit = 2;
		text->big_endian = p[0] == 0xfe;
	}
	text->sniffed = true;
}

static void add_bytes(struct detect_text *text, const uint8_t *p, size_t size, bool last, struct st_buf *out)
{
	if (text->unit == 1) {
		st_buf_add(out, p, size);
		return;
	}
	while (size > 0) {
		uint32_t code;
		size_t used = decode(text, p, size, last, &code);
		if (used == 0)
			break;
		add_character(text, code, used, out);
		p += used;
		size -= used;
	}
	memcpy(text->left, p, size);
	text->left_size = size;
}

void detect_text_add(struct detect_text *text, const uint8_t *data, size_t size, bool last, struct st_buf *out)
{
	if (text->sniffed && text->unit == 1) {
		st_buf_add(out, data, size);
		return;
	}
	st_auto_buf struct st_buf joined = {0};
	st_buf_add(&joined, text->left, text->left_size);
	st_buf_add(&joined, data, size);
	text->left_size = 0;
	if (!text->sniffed) {
		if (joined.size < 4 && !last) {
			if (joined.size > 0)
				memcpy(text->left, joined.data, joined.size);
			text->left_size = joined.size;
			return;
		}
		sniff(text, joined.data, joined.size);
	}
	if (joined.size > 0)
		add_bytes(text, joined.data, joined.size, last, out);
}

/* Index of the run that holds the offset; there is one before every character. */
static size_t find_run(const struct detect_text *text, uint64_t offset)
{
	size_t low = text->first, high = text->first + text->count;
	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;
		if (text->runs[middle].text <= offset)
			low = middle;
		else
			high = middle;
	}
	return low;
}

uint64_t detect_text_to_input(const struct detect_text *text, uint64_t offset)
{
	if (text->unit <= 1 || text->count == 0)
		return offset;
	const struct detect_text_run *run = &text->runs[find_run(text, offset)];
	return run->input + (offset - run->text) / run->text_size * run->input_size;
}

void detect_text_forget(struct detect_text *text, uint64_t offset)
{
	if (text->count == 0)
		return;
	size_t keep = find_run(text, offset);
	text->count -= keep - text->first;
	text->first = keep;
}

void detect_text_free(struct detect_text *text)
{
	free(text->runs);
	*text = (struct detect_text){0};
}
