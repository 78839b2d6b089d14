/*
 * HTML into the text that it shows, and all that it holds beside: a byte-wise tokenizer in the manner of the HTML
 * Standard (13.2.5), which never builds a tree, so that nesting costs nothing and memory is flat.
 *
 * Tags of blocks become line feeds, cells of tables are divided by tabs, inline tags vanish; blanks collapse as a
 * browser shows them, except in pre, textarea, script and style. Hidden elements are text as all others. Attributes are
 * lines `name: value` and comments lines of their own, aside of the flow (placed_text.c).
 *
 * What is broken swallows nothing: an address or URL in angle brackets is text; `<` inside a tag begins the next one;
 * an unclosed quote, comment, script or style makes text of what follows, markup and all; behind CEIL_HTML_VALUE_BYTES
 * of quoted value or of a title or textarea, markup is read again. A `<` or `&` that begins nothing stays as written.
 */
#include <stdlib.h>

#include "extract/html.h"

/* No element has a longer name; what is longer is text in angle brackets. */
#define NAME_BYTES 32

enum state {
	TEXT,
	REFERENCE,
	TAG_OPEN,
	TAG_NAME,
	BEFORE_ATTRIBUTE,
	ATTRIBUTE_NAME,
	AFTER_ATTRIBUTE_NAME,
	BEFORE_VALUE,
	VALUE,
	MARKUP, /* behind <! */
	BOGUS,
	COMMENT,
};

struct html {
	struct placed_text *text;
	enum state state;
	enum state back;    /* where a reference stands: TEXT or VALUE */
	enum html_tag mode; /* of the text: HTML_TAG_RAW, HTML_TAG_RCDATA, else markup */
	char mode_name[12]; /* the element that ends it */
	uint64_t mode_bytes, value_bytes;
	bool pre, blank; /* blank: the flow ends with one, or its line is empty */
	uint8_t quote;   /* of the value; 0: none */
	bool closing, slash;
	enum html_tag tag; /* the one whose attributes are read */
	char name[12];
	/* Bytes not understood yet: of a tag's beginning, a reference, the end of a comment. */
	struct placed_byte held[HTML_REFERENCE_BYTES];
	size_t held_count, held_skip; /* held_skip: the first of them are markup in any case */
};

static bool is_blank(uint8_t byte)
{
	return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r' || byte == '\f';
}

static bool is_letter(uint8_t byte)
{
	return (unsigned)(byte | 32) - 'a' < 26;
}

static bool is_digit(uint8_t byte, bool hex)
{
	return (unsigned)byte - '0' < 10 || (hex && (unsigned)(byte | 32) - 'a' < 6);
}

/* --- where bytes go --- */

static void flow(struct html *h, const struct placed_byte *c)
{
	bool verbatim = h->pre || h->mode == HTML_TAG_RAW || h->mode == HTML_TAG_RCDATA;
	if (verbatim || !is_blank(c->byte)) {
		placed_text_flow(h->text, c);
		h->blank = false;
		return;
	}
	if (h->blank)
		return;
	struct placed_byte space = *c;
	space.byte = ' ';
	placed_text_flow(h->text, &space);
	h->blank = true;
}

static void put(struct html *h, const struct placed_byte *c, bool aside)
{
	if (aside)
		placed_text_aside(h->text, c);
	else
		flow(h, c);
}

static void hold(struct html *h, const struct placed_byte *c)
{
	h->held[h->held_count++] = *c;
}

/* What was held is text after all. */
static void release(struct html *h, bool aside, enum state next)
{
	for (size_t i = h->held_skip; i < h->held_count; i++)
		put(h, &h->held[i], aside);
	h->held_count = h->held_skip = 0;
	h->state = next;
}

static void line_break(struct html *h, const struct placed_byte *at)
{
	placed_text_break(h->text, at);
	h->blank = true;
}

/* --- character references --- */

static void put_reference(struct html *h, const uint8_t *utf8, size_t size, uint64_t end)
{
	struct placed_byte c = {.start = h->held[0].start, .end = end};
	for (size_t i = 0; i < size; i++) {
		c.byte = utf8[i];
		if (h->back == VALUE)
			placed_text_aside(h->text, &c);
		else
			placed_text_flow(h->text, &c);
	}
	h->blank &= h->back == VALUE;
	h->held_count = 0;
	h->state = h->back;
}

static bool goes_on(const struct html *h, uint8_t byte)
{
	if (h->held_count == HTML_REFERENCE_BYTES)
		return false;
	if (h->held_count == 1)
		return byte == '#' || is_letter(byte);
	if (h->held[1].byte != '#')
		return is_letter(byte) || is_digit(byte, false);
	if (h->held_count == 2)
		return is_digit(byte, false) || (byte | 32) == 'x';
	return is_digit(byte, (h->held[2].byte | 32) == 'x');
}

static bool reference(struct html *h, const struct placed_byte *c)
{
	char name[HTML_REFERENCE_BYTES];
	uint8_t utf8[8];
	if (goes_on(h, c->byte)) {
		hold(h, c);
		return true;
	}
	for (size_t i = 1; i < h->held_count; i++)
		name[i - 1] = (char)h->held[i].byte;
	size_t size = html_reference(name, h->held_count - 1, utf8);
	if (size > 0 && c->byte == ';') {
		put_reference(h, utf8, size, c->end);
		return true;
	}
	bool parameter = h->back == VALUE && c->byte == '=';
	if (size > 0 && !parameter && html_reference_is_old(name, h->held_count - 1))
		put_reference(h, utf8, size, h->held[h->held_count - 1].end);
	else
		release(h, h->back == VALUE, h->back);
	return false;
}

static void begin_reference(struct html *h, const struct placed_byte *c)
{
	h->back = h->state;
	h->state = REFERENCE;
	hold(h, c);
}

/* --- tags --- */

static bool text(struct html *h, const struct placed_byte *c)
{
	if (h->mode == HTML_TAG_RCDATA && ++h->mode_bytes > CEIL_HTML_VALUE_BYTES)
		h->mode = HTML_TAG_UNKNOWN;
	if (c->byte == '<') {
		hold(h, c);
		h->state = TAG_OPEN;
	} else if (c->byte == '&' && h->mode != HTML_TAG_RAW) {
		begin_reference(h, c);
	} else {
		flow(h, c);
	}
	return true;
}

static bool in_raw(const struct html *h)
{
	return h->mode == HTML_TAG_RAW || h->mode == HTML_TAG_RCDATA;
}

static bool tag_open(struct html *h, const struct placed_byte *c)
{
	bool slash = h->held_count == 2;
	if (!slash && c->byte == '/') {
		hold(h, c);
		return true;
	}
	if (is_letter(c->byte) && (slash || !in_raw(h))) {
		h->closing = slash;
		h->slash = false;
		h->state = TAG_NAME;
		return false;
	}
	if (!slash && !in_raw(h) && (c->byte == '!' || c->byte == '?')) {
		hold(h, c);
		h->state = c->byte == '!' ? MARKUP : BOGUS;
		h->held_count = h->state == MARKUP ? h->held_count : 0;
		return true;
	}
	release(h, false, TEXT);
	return false;
}

/* The name is complete: what the tag does to the text. */
static void tag_begins(struct html *h, const struct placed_byte *c)
{
	struct placed_byte at = {.start = h->held[0].start, .end = c->start};
	switch (h->tag) {
	case HTML_TAG_CELL:
		if (!h->closing) {
			placed_text_cell(h->text, &at);
			h->blank = true;
		}
		break;
	case HTML_TAG_PRE:
	case HTML_TAG_BLOCK:
	case HTML_TAG_RAW:
	case HTML_TAG_RCDATA:
		h->mode = HTML_TAG_UNKNOWN;
		line_break(h, &at);
		if (h->tag == HTML_TAG_PRE)
			h->pre = !h->closing;
		break;
	default:
		break;
	}
	placed_text_tag(h->text, h->name, h->closing);
	h->held_count = 0;
	h->state = BEFORE_ATTRIBUTE;
}

static void tag_ends(struct html *h)
{
	placed_text_tag_end(h->text);
	h->state = TEXT;
	if (h->closing || h->slash || (h->tag != HTML_TAG_RAW && h->tag != HTML_TAG_RCDATA))
		return;
	h->mode = h->tag;
	h->mode_bytes = 0;
	memcpy(h->mode_name, h->name, sizeof h->mode_name);
}

static size_t held_name(struct html *h)
{
	size_t from = h->closing ? 2 : 1, size = h->held_count - from;
	memset(h->name, 0, sizeof h->name);
	for (size_t i = 0; i < size && i < sizeof h->name; i++) {
		uint8_t byte = h->held[from + i].byte;
		h->name[i] = (char)(byte >= 'A' && byte <= 'Z' ? byte | 32 : byte);
	}
	return size;
}

static bool tag_name(struct html *h, const struct placed_byte *c)
{
	bool ends = is_blank(c->byte) || c->byte == '/' || c->byte == '>';
	if (!ends && c->byte != '@' && c->byte != '<' && h->held_count < NAME_BYTES + 2) {
		hold(h, c);
		return true;
	}
	size_t size = held_name(h);
	bool url = c->byte == '/' && h->held[h->held_count - 1].byte == ':';
	bool other = in_raw(h) && (size >= sizeof h->name || memcmp(h->name, h->mode_name, sizeof h->name) != 0);
	if (!ends || url || other) {
		release(h, false, TEXT);
		return false;
	}
	h->tag = size < sizeof h->name ? html_tag_of(h->name, size) : HTML_TAG_UNKNOWN;
	tag_begins(h, c);
	return false;
}

/* --- attributes --- */

static bool before_attribute(struct html *h, const struct placed_byte *c)
{
	if (c->byte == '>') {
		tag_ends(h);
		return true;
	}
	if (c->byte == '<') {
		tag_ends(h);
		return false;
	}
	if (is_blank(c->byte) || c->byte == '/') {
		h->slash = c->byte == '/';
		return true;
	}
	h->slash = false;
	h->state = ATTRIBUTE_NAME;
	placed_text_aside(h->text, c);
	return true;
}

static void begin_value(struct html *h, const struct placed_byte *c)
{
	struct placed_byte sign = {.byte = ':', .start = c->start, .end = c->end};
	placed_text_aside(h->text, &sign);
	sign.byte = ' ';
	sign.start = sign.end;
	placed_text_aside(h->text, &sign);
	h->state = BEFORE_VALUE;
	h->value_bytes = 0;
}

static bool attribute_name(struct html *h, const struct placed_byte *c)
{
	if (c->byte == '=') {
		begin_value(h, c);
		return true;
	}
	if (is_blank(c->byte)) {
		h->state = AFTER_ATTRIBUTE_NAME;
		return true;
	}
	if (c->byte == '/' || c->byte == '>' || c->byte == '<') {
		placed_text_aside_end(h->text, c);
		h->state = BEFORE_ATTRIBUTE;
		return false;
	}
	placed_text_aside(h->text, c);
	return true;
}

static bool after_attribute_name(struct html *h, const struct placed_byte *c)
{
	if (is_blank(c->byte))
		return true;
	if (c->byte == '=') {
		begin_value(h, c);
		return true;
	}
	placed_text_aside_end(h->text, c);
	h->state = BEFORE_ATTRIBUTE;
	return false;
}

static bool before_value(struct html *h, const struct placed_byte *c)
{
	if (is_blank(c->byte))
		return true;
	if (c->byte == '>') {
		placed_text_aside_end(h->text, c);
		h->state = BEFORE_ATTRIBUTE;
		return false;
	}
	h->state = VALUE;
	h->quote = c->byte == '"' || c->byte == '\'' ? c->byte : 0;
	return h->quote != 0;
}

static bool value(struct html *h, const struct placed_byte *c)
{
	bool angle = c->byte == '<' || c->byte == '>';
	bool given_up = angle && h->value_bytes > CEIL_HTML_VALUE_BYTES;
	bool ends = h->quote != 0 ? c->byte == h->quote : is_blank(c->byte) || c->byte == '>';
	h->value_bytes++;
	if (ends || given_up) {
		placed_text_aside_end(h->text, c);
		h->state = BEFORE_ATTRIBUTE;
		return !angle;
	}
	if (c->byte == '&')
		begin_reference(h, c);
	else
		placed_text_aside(h->text, c);
	return true;
}

/* --- comments and declarations --- */

static bool markup(struct html *h, const struct placed_byte *c)
{
	if (c->byte == '-') {
		hold(h, c);
		if (h->held_count < 4)
			return true;
		h->held[0] = h->held[2];
		h->held[1] = h->held[3];
		h->held_count = h->held_skip = 2;
		h->state = COMMENT;
		return true;
	}
	h->held_skip = 2;
	release(h, true, BOGUS);
	return false;
}

static bool bogus(struct html *h, const struct placed_byte *c)
{
	if (c->byte == '>') {
		placed_text_aside_end(h->text, c);
		h->state = TEXT;
	} else {
		placed_text_aside(h->text, c);
	}
	return true;
}

/* Up to two dashes are held, and a `!` behind them; held_skip of them began the comment. */
static bool comment(struct html *h, const struct placed_byte *c)
{
	if (c->byte == '>' && h->held_count >= 2) {
		h->held_count = h->held_skip = 0;
		placed_text_aside_end(h->text, c);
		h->state = TEXT;
	} else if (c->byte == '-' && h->held_count < 2) {
		hold(h, c);
	} else if (c->byte == '-' && h->held_count == 2) {
		if (h->held_skip > 0)
			h->held_skip--;
		else
			placed_text_aside(h->text, &h->held[0]);
		h->held[0] = h->held[1];
		h->held[1] = *c;
	} else if (c->byte == '!' && h->held_count == 2 && h->held_skip == 0) {
		hold(h, c);
	} else {
		bool any = h->held_count > 0;
		release(h, true, COMMENT);
		if (any)
			return false;
		placed_text_aside(h->text, c);
	}
	return true;
}

/* --- the document --- */

/* Takes one byte; false: it is to be looked at again in another state. */
static bool step(struct html *h, const struct placed_byte *c)
{
	switch (h->state) {
	case TEXT:
		return text(h, c);
	case REFERENCE:
		return reference(h, c);
	case TAG_OPEN:
		return tag_open(h, c);
	case TAG_NAME:
		return tag_name(h, c);
	case BEFORE_ATTRIBUTE:
		return before_attribute(h, c);
	case ATTRIBUTE_NAME:
		return attribute_name(h, c);
	case AFTER_ATTRIBUTE_NAME:
		return after_attribute_name(h, c);
	case BEFORE_VALUE:
		return before_value(h, c);
	case VALUE:
		return value(h, c);
	case MARKUP:
		return markup(h, c);
	case BOGUS:
		return bogus(h, c);
	case COMMENT:
		return comment(h, c);
	}
	return true;
}

static void read_block(struct html *h, const struct extract_text *block)
{
	for (size_t i = 0; i < block->size; i++) {
		uint64_t first = block->stored != NULL ? block->stored[i] : i;
		uint64_t next = block->stored != NULL ? block->stored[i + 1] : i + 1;
		struct placed_byte c = {block->data[i], block->stored_start + first, block->stored_start + next};
		while (!step(h, &c))
			;
	}
	placed_text_flush(h->text);
}

/* What is still held was never completed: it is text where it stands. */
static void finish(struct html *h)
{
	struct placed_byte end = {.byte = ' '};
	if (h->held_count > 0)
		end.start = end.end = h->held[h->held_count - 1].end;
	if (h->state == REFERENCE)
		reference(h, &end);
	release(h, h->state == MARKUP || h->state == COMMENT || h->state == VALUE, TEXT);
}

static enum charset charset_of(const struct reader_input *input)
{
	enum charset guess = charset_guess_once(input), named;
	/* what the message says of its part goes before what the page says of itself (HTML Standard, 13.2.3.2) */
	if (input->hint.has_charset)
		return charset_of_part(input);
	bool marked = charset_mark_size(guess, input->head) > 0;
	if (!marked && !charset_is_wide(guess) && guess != CHARSET_BINARY && html_meta_charset(input->head, &named))
		return named;
	return guess;
}

static int bid(const struct reader_input *input)
{
	enum charset charset = charset_guess_once(input);
	if (charset == CHARSET_BINARY ||
		(!charset_is_wide(charset) && memchr(input->head.data, '<', input->head.size) == NULL))
		return 0;
	st_auto_buf struct st_buf buf = {0};
	return html_bid(charset_head_text(input, charset, &buf));
}

static void read_html(struct reader_input *input, struct extract_part_result *result)
{
	struct html *h = st_alloc_zero(1, sizeof *h);
	struct text_source *source = text_source_open_quiet(input, charset_of(input));
	struct extract_text block;
	h->text = placed_text_open(input);
	h->blank = true;
	while (text_source_next(source, &block))
		read_block(h, &block);
	finish(h);
	placed_text_end(h->text);
	text_source_result(source, result);
	text_source_close(source);
	placed_text_close(h->text);
	free(h);
}

const struct reader reader_html = {
	.format = "html",
	.bid = bid,
	.read = read_html,
};
