/* Shared strings: read once into one buffer, given out by number. */
#include <stdlib.h>

#include "base/utf8.h"
#include "extract/ooxml.h"

struct ooxml_reading {
	struct st_buf string, phonetic;
	int in_string, in_text, in_phonetic;
	bool spilled; /* the string is too long to be held: its beginning is text already */
};

/* --- escapes --- */

static int hex_digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The code unit of an escape at p, or -1. */
static int escape_at(const uint8_t *p, const uint8_t *end)
{
	int unit = 0;
	if (end - p < 7 || p[0] != '_' || p[1] != 'x' || p[6] != '_')
		return -1;
	for (int i = 2; i < 6; i++) {
		int digit = hex_digit(p[i]);
		if (digit < 0)
			return -1;
		unit = unit << 4 | digit;
	}
	return unit;
}

void ooxml_unescape(struct st_span text, struct st_buf *out)
{
	if (text.size == 0)
		return;
	const uint8_t *p = text.data, *end = p + text.size;
	while (p < end) {
		const uint8_t *next = memchr(p, '_', (size_t)(end - p));
		uint8_t utf8[4];
		if (next == NULL)
			next = end;
		st_buf_add(out, p, (size_t)(next - p));
		if (next == end)
			return;
		int unit = escape_at(next, end);
		bool is_character = unit >= 0x20 && (unit < 0xd800 || unit > 0xdfff);
		if (is_character)
			st_buf_add(out, utf8, (size_t)st_utf8_encode((uint32_t)unit, utf8));
		else if (unit == 9 || unit == 10)
			st_buf_add_byte(out, (uint8_t)unit);
		else if (unit != 13) /* the line feed stands behind */
			st_buf_add_byte(out, '_');
		p = next + (is_character || unit == 9 || unit == 10 || unit == 13 ? 7 : 1);
	}
}

/* --- reading --- */

/* What does not fit into the table is a line of the document. */
static void write_string(struct flow *flow, const struct st_buf *string)
{
	st_auto_buf struct st_buf text = {0};
	ooxml_unescape((struct st_span){string->data, string->size}, &text);
	flow_inserted(flow, text.data, text.size);
}

static bool fits(const struct ooxml_strings *strings, size_t more)
{
	return strings->text.size + strings->count * 8 + more <= CEIL_SHARED_STRINGS_BYTES;
}

/* Every string has a number, also one whose text stands elsewhere. */
static void count_string(struct ooxml_strings *strings, bool used)
{
	st_buf_add_u32(&strings->ends, (uint32_t)strings->text.size);
	if (strings->count % 8 == 0)
		st_buf_add_byte(&strings->used, 0);
	strings->used.data[strings->count / 8] |= (uint8_t)(used << strings->count % 8);
	strings->count++;
}

static void keep_string(struct ooxml_part *part)
{
	struct ooxml_reading *reading = part->reading;
	struct ooxml_strings *strings = &part->ooxml->strings;
	if (reading->phonetic.size > 0)
		st_buf_add_byte(&reading->string, '\t');
	st_buf_add(&reading->string, reading->phonetic.data, reading->phonetic.size);
	if (!strings->full && !fits(strings, reading->string.size)) {
		strings->full = true;
		package_note(part->ooxml->package, ST_REASON_LIMIT_SIZE);
	}
	if (strings->full || reading->spilled) {
		write_string(part->flow, &reading->string);
		flow_separate(part->flow, FLOW_LINE);
		if (!strings->full)
			count_string(strings, true);
		return;
	}
	ooxml_unescape((struct st_span){reading->string.data, reading->string.size}, &strings->text);
	count_string(strings, false);
}

void ooxml_strings_open(struct ooxml_part *part)
{
	part->reading = st_alloc_zero(1, sizeof(*part->reading));
}

void ooxml_strings_close(struct ooxml_part *part)
{
	if (part->reading == NULL)
		return;
	if (part->reading->in_string > 0) /* the part broke off in it */
		keep_string(part);
	st_buf_free(&part->reading->string);
	st_buf_free(&part->reading->phonetic);
	free(part->reading);
	part->reading = NULL;
}

bool ooxml_strings_start(struct ooxml_part *part, const struct xml_tag *tag)
{
	struct ooxml_reading *reading = part->reading;
	if (strcmp(tag->name, "si") == 0) {
		reading->in_string++;
		reading->string.size = reading->phonetic.size = 0;
		reading->spilled = false;
	} else if (strcmp(tag->name, "rPh") == 0) {
		reading->in_phonetic++;
	} else if (strcmp(tag->name, "t") == 0) {
		reading->in_text++;
	} else {
		return false;
	}
	ooxml_attributes(part, tag, false);
	return true;
}

bool ooxml_strings_end(struct ooxml_part *part, const char *name)
{
	struct ooxml_reading *reading = part->reading;
	if (strcmp(name, "si") == 0) {
		if (--reading->in_string == 0)
			keep_string(part);
	} else if (strcmp(name, "rPh") == 0) {
		reading->in_phonetic--;
	} else if (strcmp(name, "t") == 0) {
		reading->in_text--;
	} else {
		return false;
	}
	return true;
}

bool ooxml_strings_text(struct ooxml_part *part, const char *data, size_t size)
{
	struct ooxml_reading *reading = part->reading;
	struct st_buf *string = reading->in_phonetic > 0 ? &reading->phonetic : &reading->string;
	if (reading->in_text == 0 || reading->in_string == 0)
		return false;
	st_buf_add(string, data, size);
	if (string->size > CEIL_OFFICE_CELL_BYTES) {
		write_string(part->flow, string);
		string->size = 0;
		reading->spilled = true;
	}
	return true;
}

/* --- giving out --- */

static struct st_span string_at(const struct ooxml_strings *strings, size_t index)
{
	const uint32_t *ends = (const uint32_t *)(const void *)strings->ends.data;
	size_t start = index == 0 ? 0 : ends[index - 1], size = ends[index] - start;
	return (struct st_span){size == 0 ? NULL : strings->text.data + start, size};
}

bool ooxml_string(struct ooxml_strings *strings, uint64_t index, struct st_span *text)
{
	if (index >= strings->count)
		return false;
	*text = string_at(strings, (size_t)index);
	strings->used.data[index / 8] |= (uint8_t)(1u << index % 8);
	return true;
}

void ooxml_strings_unused(struct ooxml *ooxml)
{
	struct ooxml_strings *strings = &ooxml->strings;
	bool any = false;
	for (size_t i = 0; i < strings->count; i++) {
		if ((strings->used.data[i / 8] >> i % 8 & 1) != 0)
			continue;
		if (!any)
			flow_place(&ooxml->flow, "unused strings", (struct st_span){0});
		any = true;
		struct st_span text = string_at(strings, i);
		flow_separate(&ooxml->flow, FLOW_LINE);
		flow_inserted(&ooxml->flow, text.data, text.size);
	}
	flow_separate(&ooxml->flow, FLOW_LINE);
}

void ooxml_strings_free(struct ooxml_strings *strings)
{
	st_buf_free(&strings->text);
	st_buf_free(&strings->ends);
	st_buf_free(&strings->used);
}
