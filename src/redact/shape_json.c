/*
 * JSON for redaction: one or several documents, JSON Lines, _bulk bodies. Strings, keys, numbers, true and false are
 * places (null is structure). As many readers do, it takes a comma before a closing bracket or behind a value at the
 * top, a backslash before any sign, and controls other than the line feed inside strings. Anything else that is no
 * JSON, and what is deeper than CEIL_JSON_DEPTH, is text from there to the end of its line; behind it the format goes
 * on at the top. A value cut off is text, too. A bare value at the top is one only if its line has no more.
 *
 * Blocks are read once and never held; a bare literal is told as a whole.
 */
#include "redact/shape.h"

#include <stdlib.h>

#include "extract/json_shape.h"
#include "redact/scan_bytes.h"
#include "redact/shape_path.h"

#define PART_BYTES CEIL_TEXT_BLOCK_BYTES
#define BARE_BYTES 1024 /* a longer number is text */
#define BLANKS_BYTES 64 /* behind a bare value at the top */

enum state {
	AT_START,    /* a byte order mark may come */
	AT_TOP,      /* between values at depth 0 */
	FIRST_VALUE, /* behind [ : a value or ] */
	NEXT_VALUE,  /* behind : or behind a comma in an array */
	FIRST_KEY,   /* behind { or a comma in an object: a key or } */
	AFTER_KEY,   /* a colon */
	AFTER_VALUE, /* a comma or the closing bracket */
	IN_STRING,
	IN_ESCAPE,   /* behind the backslash */
	IN_CODE,     /* in the four digits of \u */
	IN_BARE,     /* in a number or literal */
	BEHIND_BARE, /* at the top: is it alone on its line? */
	IN_BROKEN,
};

struct shape {
	struct shape_events events;
	uint64_t at;    /* offset of the next byte */
	uint64_t begin; /* of what was not told of the present place */
	enum state state;
	bool key;      /* the string is one */
	bool told;     /* a part of the value was told */
	uint8_t digit; /* of \u, 0 to 3 */
	uint16_t code;
	bool high_half; /* the unit before was the first half of a character */
	uint8_t bare[BARE_BYTES];
	size_t bare_size;
	unsigned depth;
	bool is_array[CEIL_JSON_DEPTH + 1]; /* by depth, from 1 */
	uint64_t object[CEIL_JSON_DEPTH + 1];
	uint64_t objects;
	struct shape_path path;
	struct shape_place place; /* the next to be told: first, last and quote stand */
};

/* --- telling --- */

/* A whole place; kept in the shape, so that only what differs is written. */
static inline void give(struct shape *shape, uint64_t start, uint64_t end, enum shape_place_kind kind)
{
	struct shape_place *place = &shape->place;
	place->start = start;
	place->end = end;
	place->kind = kind;
	place->escape = kind == SHAPE_STRING || kind == SHAPE_KEY ? SHAPE_JSON_BACKSLASH : SHAPE_AS_IT_IS;
	place->depth = kind == SHAPE_KEY ? shape->depth : 0;
	place->object = kind == SHAPE_KEY ? shape->object[shape->depth] : 0;
	if (!shape->events.no_fields)
		place->field = kind == SHAPE_TEXT  ? (struct st_span){NULL, 0}
			       : kind == SHAPE_KEY ? shape_path_container(&shape->path, shape->depth)
						   : shape_path_of(&shape->path);
	if (end > start)
		shape->events.place(shape->events.context, place);
}

/* What was not told of the present value ends here. */
static void tell(struct shape *shape, uint64_t end, enum shape_place_kind kind, bool last)
{
	shape->place.first = !shape->told;
	shape->place.last = last;
	give(shape, shape->begin, end, kind);
	shape->place.first = shape->place.last = true;
	shape->told = !last;
	shape->begin = end;
}

static enum shape_place_kind string_kind(const struct shape *shape)
{
	return shape->key ? SHAPE_KEY : SHAPE_STRING;
}

/* --- states --- */

/* Behind a value. */
static void end_value(struct shape *shape)
{
	shape->state = shape->depth == 0 ? AT_TOP : AFTER_VALUE;
}

/* From `from` on it is text. */
static void fail(struct shape *shape, uint64_t from)
{
	shape->begin = from;
	shape->state = IN_BROKEN;
}

static void open_level(struct shape *shape, bool array)
{
	if (shape->depth == CEIL_JSON_DEPTH) {
		fail(shape, shape->at - 1);
		return;
	}
	shape->depth++;
	shape->is_array[shape->depth] = array;
	shape->object[shape->depth] = array ? 0 : ++shape->objects;
	if (!shape->events.no_fields)
		shape_path_open(&shape->path, shape->depth, array);
	shape->state = array ? FIRST_VALUE : FIRST_KEY;
}

static void close_level(struct shape *shape, bool array)
{
	if (shape->is_array[shape->depth] != array) {
		fail(shape, shape->at - 1);
		return;
	}
	shape->depth--;
	if (!shape->events.no_fields)
		shape_path_close(&shape->path, shape->depth);
	end_value(shape);
}

static void open_string(struct shape *shape, bool key)
{
	shape->key = key;
	shape->told = false;
	shape->high_half = false;
	shape->begin = shape->at;
	shape->state = IN_STRING;
	if (key && !shape->events.no_fields)
		shape_path_key(&shape->path, shape->depth);
}

static void end_string(struct shape *shape)
{
	tell(shape, shape->at - 1, string_kind(shape), true);
	if (!shape->key) {
		end_value(shape);
		return;
	}
	if (!shape->events.no_fields)
		shape_path_key_end(&shape->path);
	shape->state = AFTER_KEY;
}

/* A byte where a value may begin. */
static void begin_value(struct shape *shape, uint8_t byte)
{
	if (byte == '"') {
		open_string(shape, false);
	} else if (byte == '{' || byte == '[') {
		open_level(shape, byte == '[');
	} else if (byte == '-' || (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') || byte == 'N' ||
		   byte == 'I') {
		shape->begin = shape->at - 1;
		shape->bare[0] = byte;
		shape->bare_size = 1;
		shape->state = IN_BARE;
	} else {
		fail(shape, shape->at - 1);
	}
}

/* A byte between tokens that is no blank. */
static void take_sign(struct shape *shape, uint8_t byte)
{
	switch (shape->state) {
	case AT_TOP:
		if (byte != ',')
			begin_value(shape, byte);
		return;
	case FIRST_VALUE:
	case NEXT_VALUE:
		if (byte == ']' && shape->is_array[shape->depth])
			close_level(shape, true);
		else
			begin_value(shape, byte);
		return;
	case FIRST_KEY:
		if (byte == '"')
			open_string(shape, true);
		else if (byte == '}')
			close_level(shape, false);
		else
			fail(shape, shape->at - 1);
		return;
	case AFTER_KEY:
		if (byte == ':')
			shape->state = NEXT_VALUE;
		else
			fail(shape, shape->at - 1);
		return;
	default: /* AFTER_VALUE */
		break;
	}
	if (byte == '}' || byte == ']') {
		close_level(shape, byte == ']');
	} else if (byte == ',') {
		bool array = shape->is_array[shape->depth];
		shape->state = array ? NEXT_VALUE : FIRST_KEY;
		if (array && !shape->events.no_fields)
			shape_path_element(&shape->path, shape->depth);
	} else {
		fail(shape, shape->at - 1);
	}
}

/* --- strings --- */

/* A line feed in a string: what was not told is text; the next line is at the top. */
static void break_line(struct shape *shape)
{
	tell(shape, shape->at, SHAPE_TEXT, true);
	shape->depth = 0;
	if (!shape->events.no_fields)
		shape_path_close(&shape->path, 0);
	shape->state = AT_TOP;
}

static void keep_key(struct shape *shape, const uint8_t *data, size_t size)
{
	if (shape->key && size > 0 && !shape->events.no_fields)
		shape_path_key_text(&shape->path, data, size);
}

/* A part is full, and another unit follows. */
static void end_part(struct shape *shape)
{
	if (shape->at - shape->begin >= PART_BYTES)
		tell(shape, shape->at, string_kind(shape), false);
}

static const uint8_t *in_string(struct shape *shape, const uint8_t *p, const uint8_t *end)
{
	size_t left = (size_t)(end - p), part = PART_BYTES - (size_t)(shape->at - shape->begin);
	size_t size = 0;
	if (shape->at - shape->begin < PART_BYTES)
		size = scan_bytes(p, left < part ? left : part, '"', '\\', '\n');
	if (size > 0) {
		keep_key(shape, p, size);
		shape->at += size;
		shape->high_half = false;
		p += size;
		if (p == end)
			return p;
	}
	uint8_t byte = *p;
	if (byte == '"') {
		shape->at++;
		end_string(shape);
		return p + 1;
	}
	if (byte == '\n') {
		shape->at++;
		break_line(shape);
		return p + 1;
	}
	if (byte != '\\' || !shape->high_half)
		end_part(shape);
	if (byte != '\\')
		return p;
	keep_key(shape, p, 1);
	shape->at++;
	shape->state = IN_ESCAPE;
	return p + 1;
}

static const uint8_t *in_escape(struct shape *shape, const uint8_t *p)
{
	if (*p == '\n') {
		shape->at++;
		break_line(shape);
		return p + 1;
	}
	keep_key(shape, p, 1);
	shape->at++;
	shape->digit = 0;
	shape->code = 0;
	shape->high_half = false;
	shape->state = *p == 'u' ? IN_CODE : IN_STRING;
	return p + 1;
}

static const uint8_t *in_code(struct shape *shape, const uint8_t *p)
{
	uint8_t byte = *p | 0x20;
	bool digit = *p >= '0' && *p <= '9';
	if (!digit && (byte < 'a' || byte > 'f')) {
		shape->state = IN_STRING;
		return p;
	}
	shape->code = (uint16_t)(shape->code * 16 + (digit ? *p - '0' : byte - 'a' + 10));
	keep_key(shape, p, 1);
	shape->at++;
	if (++shape->digit == 4) {
		shape->high_half = shape->code >> 10 == 0xD800 >> 10;
		shape->state = IN_STRING;
	}
	return p + 1;
}

/* --- bare values --- */

static bool is_bare(uint8_t byte)
{
	uint8_t letter = byte | 0x20;
	return (byte >= '0' && byte <= '9') || (letter >= 'a' && letter <= 'z') || byte == '+' || byte == '-' ||
	       byte == '.';
}

static size_t digits_at(struct st_span text, size_t at)
{
	size_t count = 0;
	while (at + count < text.size && text.data[at + count] >= '0' && text.data[at + count] <= '9')
		count++;
	return count;
}

/* Leading zeros are let pass. */
static bool is_number(struct st_span text)
{
	size_t at = text.data[0] == '-', count = digits_at(text, at);
	if (count == 0)
		return false;
	at += count;
	if (at < text.size && text.data[at] == '.') {
		count = digits_at(text, at + 1);
		if (count == 0)
			return false;
		at += 1 + count;
	}
	if (at < text.size && (text.data[at] | 0x20) == 'e') {
		at++;
		at += at < text.size && (text.data[at] == '+' || text.data[at] == '-');
		count = digits_at(text, at);
		if (count == 0)
			return false;
		at += count;
	}
	return at == text.size;
}

static bool is_word(struct st_span text, const char *word)
{
	return text.size == strlen(word) && memcmp(text.data, word, text.size) == 0;
}

/* What Python writes for numbers that are none is taken, too. */
static bool is_literal(struct st_span text)
{
	return is_word(text, "true") || is_word(text, "false") || is_word(text, "NaN") || is_word(text, "Infinity") ||
	       is_word(text, "-Infinity");
}

static bool ends_bare(uint8_t byte)
{
	return byte == ',' || byte == ']' || byte == '}' || byte == ' ' || byte == '\n' || byte == '\r' || byte == '\t';
}

static void give_bare(struct shape *shape)
{
	struct st_span text = {shape->bare, shape->bare_size};
	shape->told = false;
	if (is_word(text, "null"))
		shape->begin += text.size;
	else
		tell(shape, shape->begin + text.size, SHAPE_NUMBER, true);
	end_value(shape);
}

static void end_bare(struct shape *shape, bool ended)
{
	struct st_span text = {shape->bare, shape->bare_size};
	shape->told = false;
	if (!ended || (!is_word(text, "null") && !is_number(text) && !is_literal(text)))
		fail(shape, shape->begin);
	else if (shape->depth == 0)
		shape->state = BEHIND_BARE;
	else
		give_bare(shape);
}

static const uint8_t *in_bare(struct shape *shape, const uint8_t *p, const uint8_t *end)
{
	while (p < end && is_bare(*p) && shape->bare_size < BARE_BYTES) {
		shape->bare[shape->bare_size++] = *p++;
		shape->at++;
	}
	if (p < end)
		end_bare(shape, ends_bare(*p));
	return p;
}

static const uint8_t *behind_bare(struct shape *shape, const uint8_t *p)
{
	bool blank = *p == ' ' || *p == '\t' || *p == '\r';
	uint64_t blanks = shape->at - shape->begin - shape->bare_size;
	if (blank && blanks < BLANKS_BYTES) {
		shape->at++;
		return p + 1;
	}
	if (blank || *p == '\n' || *p == ',')
		give_bare(shape);
	else
		fail(shape, shape->begin);
	return p;
}

/* --- members that lie in one block: the usual case, without a state for each sign --- */

static inline const uint8_t *skip_blanks(const uint8_t *p, const uint8_t *end)
{
	while (p < end && (*p == ' ' || *p == '\n' || *p == '\r' || *p == '\t'))
		p++;
	return p;
}

/* The closing quote of the string that begins at p, when it is short and holds no escape; else NULL. */
static inline const uint8_t *short_string_end(const uint8_t *p, const uint8_t *end)
{
	size_t left = (size_t)(end - p), size = scan_bytes(p, left < PART_BYTES ? left : PART_BYTES, '"', '\\', '\n');
	return size < left && p[size] == '"' ? p + size : NULL;
}

/* The end of the number or literal that begins at p, with its end in sight; else NULL. */
static inline const uint8_t *short_bare_end(const uint8_t *p, const uint8_t *end)
{
	const uint8_t *from = p;
	while (p < end && is_bare(*p))
		p++;
	struct st_span text = {from, (size_t)(p - from)};
	bool whole = p < end && ends_bare(*p) && text.size > 0 && text.size < BARE_BYTES;
	return whole && (is_number(text) || is_literal(text)) ? p : NULL;
}

/* One value that is no array and no object; p stands on it. NULL: none, or not in this block. */
static inline const uint8_t *give_value(struct shape *shape, const uint8_t *p, const uint8_t *end, uint64_t offset)
{
	const uint8_t *close;
	if (*p == '"') {
		close = short_string_end(p + 1, end);
		if (close == NULL)
			return NULL;
		give(shape, offset + 1, offset + (uint64_t)(close - p), SHAPE_STRING);
		return close + 1;
	}
	if (*p == 'n' && end - p > 4 && memcmp(p, "null", 4) == 0 && ends_bare(p[4]))
		return p + 4;
	close = short_bare_end(p, end);
	if (close != NULL)
		give(shape, offset, offset + (uint64_t)(close - p), SHAPE_NUMBER);
	return close;
}

/* A key and its colon; p stands behind the brace or comma. Where its value may stand, or NULL as above. */
static inline const uint8_t *give_key(struct shape *shape, const uint8_t *p, const uint8_t *end, uint64_t offset)
{
	const uint8_t *close = p < end && *p == '"' ? short_string_end(p + 1, end) : NULL;
	if (close == NULL || close + 1 == end || close[1] != ':')
		return NULL;
	give(shape, offset + 1, offset + (uint64_t)(close - p), SHAPE_KEY);
	if (!shape->events.no_fields) {
		shape_path_key(&shape->path, shape->depth);
		shape_path_key_text(&shape->path, p + 1, (size_t)(close - p) - 1);
	}
	return close + 2;
}

/* As many members of an object as lie in the block. Goes no further than what it has told, and leaves the state that
 * the slow way would have there. */
static const uint8_t *take_members(struct shape *shape, const uint8_t *p, const uint8_t *end)
{
	const uint8_t *first = p, *next;
	uint64_t at = shape->at;
	for (;;) {
		p = skip_blanks(p, end);
		if (shape->state == FIRST_KEY) {
			next = give_key(shape, p, end, at + (uint64_t)(p - first));
			if (next == NULL)
				break;
			shape->state = NEXT_VALUE;
			p = skip_blanks(next, end);
		}
		next = p < end ? give_value(shape, p, end, at + (uint64_t)(p - first)) : NULL;
		if (next == NULL)
			break;
		shape->state = AFTER_VALUE;
		p = skip_blanks(next, end);
		if (p == end || *p != ',')
			break;
		p++;
		bool array = shape->is_array[shape->depth];
		shape->state = array ? NEXT_VALUE : FIRST_KEY;
		if (array && !shape->events.no_fields)
			shape_path_element(&shape->path, shape->depth);
	}
	shape->at += (uint64_t)(p - first);
	return p;
}

/* --- what is no JSON --- */

static const uint8_t *in_broken(struct shape *shape, const uint8_t *p, const uint8_t *end)
{
	if (shape->at - shape->begin >= PART_BYTES) {
		tell(shape, shape->at, SHAPE_TEXT, false);
		return p;
	}
	size_t left = (size_t)(end - p), part = PART_BYTES - (size_t)(shape->at - shape->begin);
	left = left < part ? left : part;
	const uint8_t *lf = memchr(p, '\n', left);
	if (lf != NULL)
		left = (size_t)(lf - p) + 1;
	shape->at += left;
	if (lf != NULL)
		break_line(shape);
	return p + left;
}

/* --- the shape --- */

static const uint8_t *between(struct shape *shape, const uint8_t *p, const uint8_t *end)
{
	const uint8_t *first = p;
	while (p < end && (*p == ' ' || *p == '\n' || *p == '\r' || *p == '\t'))
		p++;
	shape->at += (uint64_t)(p - first);
	if (p == end)
		return p;
	shape->at++;
	take_sign(shape, *p++);
	if (shape->state == FIRST_KEY || shape->state == NEXT_VALUE || shape->state == FIRST_VALUE)
		return take_members(shape, p, end);
	return p;
}

static const uint8_t *at_start(struct shape *shape, const uint8_t *p)
{
	static const uint8_t mark[] = {0xEF, 0xBB, 0xBF};
	if (shape->at < sizeof mark && *p == mark[shape->at]) {
		shape->at++;
		return p + 1;
	}
	shape->state = AT_TOP;
	if (shape->at > 0 && shape->at < sizeof mark)
		fail(shape, 0);
	return p;
}

static void feed(struct shape *shape, const void *data, size_t size)
{
	const uint8_t *p = data, *end = p + size;
	while (p < end) {
		switch (shape->state) {
		case AT_START:
			p = at_start(shape, p);
			break;
		case IN_STRING:
			p = in_string(shape, p, end);
			break;
		case IN_ESCAPE:
			p = in_escape(shape, p);
			break;
		case IN_CODE:
			p = in_code(shape, p);
			break;
		case IN_BARE:
			p = in_bare(shape, p, end);
			break;
		case BEHIND_BARE:
			p = behind_bare(shape, p);
			break;
		case IN_BROKEN:
			p = in_broken(shape, p, end);
			break;
		default:
			p = between(shape, p, end);
			break;
		}
	}
}

static void finish(struct shape *shape)
{
	if (shape->state == IN_BARE)
		end_bare(shape, true);
	if (shape->state == BEHIND_BARE)
		give_bare(shape);
	bool open = shape->state == IN_STRING || shape->state == IN_ESCAPE || shape->state == IN_CODE ||
		    shape->state == IN_BROKEN || (shape->state == AT_START && shape->at < 3);
	if (open)
		tell(shape, shape->at, SHAPE_TEXT, true);
	shape->state = AT_TOP;
}

static uint64_t settled(const struct shape *shape)
{
	switch (shape->state) {
	case AT_START:
		return 0;
	case IN_STRING:
	case IN_ESCAPE:
	case IN_CODE:
	case IN_BARE:
	case BEHIND_BARE:
	case IN_BROKEN:
		return shape->begin;
	default:
		return shape->at;
	}
}

static int bid(struct st_span head, bool head_is_all)
{
	return head.size > 0 && json_sniff(head, head_is_all).shape != JSON_NONE ? 80 : 0;
}

static struct shape *open_json(struct st_span head, bool head_is_all, const struct shape_events *events)
{
	struct shape *shape = st_alloc_zero(1, sizeof *shape);
	(void)head;
	(void)head_is_all;
	shape->events = *events;
	shape->place = (struct shape_place){.first = true, .last = true, .quote = '"'};
	return shape;
}

static void close_json(struct shape *shape)
{
	free(shape);
}

const struct shape_format shape_json = {.format = "json",
	.bid = bid,
	.open = open_json,
	.feed = feed,
	.finish = finish,
	.settled = settled,
	.close = close_json};
