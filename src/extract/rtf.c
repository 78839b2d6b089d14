/*
 * Rich Text Format (specification 1.9.1) into its text, byte by byte, with the way back to stored bytes: escapes, \u
 * with its stand-ins, fonts of other code pages. Paragraphs, rows and cells are lines and tabs. Footnotes, headers,
 * comments, fields, properties, and every group that a reader may ignore, are lines aside of the flow (placed_text.c):
 * hidden, deleted and unknown text is text. HTML in RTF ([MS-OXRTFEX]) keeps its tags as lines aside.
 *
 * Left out, and counted as not searched, is only what is hexadecimal: pictures, themes. An embedded object is a member,
 * its data as they were before RTF. What is broken swallows nothing: more groups than CEIL_RTF_GROUPS, \bin outside of
 * a picture, a stand-in of hundreds of characters, what stands behind the end: it is text. A group that never closes is
 * partial(truncated).
 */
#include "extract/rtf.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/utf8.h"
#include "extract/limits.h"
#include "extract/placed_text.h"
#include "extract/window.h"

#define NAME_BYTES 32
#define FONTS 4096
/* Writers need four at most, for a character of a two-byte set. */
#define STAND_INS_MAX 16
#define OBJECT_HEAD_BYTES 512
#define OBJECT_NAME_BYTES 32

enum destination { FLOW, ASIDE, HEX };

struct group {
	enum destination to;
	const char *label; /* of the place, when aside */
	bool entered;      /* the group went aside itself: its line ends with it */
	bool inherited;    /* it goes where the group around it goes */
	bool may_ignore;   /* \* stands in front */
	bool fonts;
	uint8_t stand_ins;
	struct rtf_page page;
};

struct rtf {
	struct reader_input *input;
	struct text_source *source;
	struct extract_text block;
	size_t at;
	bool has_held;
	struct placed_byte held; /* looked at, not taken */
	struct placed_text *text;
	struct group *groups;
	size_t depth; /* of groups[]; the outermost stands around the whole part */
	uint64_t deeper;
	struct rtf_page page;       /* of the document */
	uint16_t font_pages[FONTS]; /* code page; 0: that of the document */
	bool lead;                  /* the first of two bytes was met */
	int32_t font;               /* being defined */
	uint32_t code;              /* of a \u, 0: none waits */
	struct placed_byte waiting; /* its place */
	unsigned stand_ins;         /* still to be passed over */
	uint64_t not_searched_bytes;
	uint32_t objects;
	enum st_reason stop;
};

struct word {
	char name[NAME_BYTES + 1];
	bool has_number;
	int32_t number;
	struct placed_byte place;
};

/* --- bytes --- */

static bool next(struct rtf *r, struct placed_byte *c)
{
	if (r->has_held) {
		*c = r->held;
		r->has_held = false;
		return true;
	}
	while (r->at == r->block.size) {
		placed_text_flush(r->text);
		r->at = 0;
		if (!text_source_next(r->source, &r->block)) {
			r->block.size = 0;
			return false;
		}
	}
	uint64_t start = r->block.stored_start + r->at;
	*c = (struct placed_byte){r->block.data[r->at++], start, start + 1};
	return true;
}

static void hold(struct rtf *r, const struct placed_byte *c)
{
	r->held = *c;
	r->has_held = true;
}

static struct group *top(struct rtf *r)
{
	return &r->groups[r->depth];
}

/* --- characters --- */

static void put(struct rtf *r, const uint8_t *utf8, size_t size, const struct placed_byte *place)
{
	struct placed_byte c = *place;
	if (top(r)->to == HEX) {
		r->not_searched_bytes += place->end - place->start;
		return;
	}
	for (size_t i = 0; i < size; i++) {
		c.byte = utf8[i];
		if (top(r)->to == ASIDE)
			placed_text_aside(r->text, &c);
		else
			placed_text_flow(r->text, &c);
	}
}

static void put_code(struct rtf *r, uint32_t code, const struct placed_byte *place)
{
	uint8_t utf8[4];
	bool is_none = code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff);
	put(r, utf8, (size_t)st_utf8_encode(is_none ? 0xfffd : code, utf8), place);
}

/* A \u waits for the end of its stand-ins, which belong to it, or for the other half of its pair. */
static void put_waiting(struct rtf *r)
{
	if (r->code != 0)
		put_code(r, r->code, &r->waiting);
	r->code = 0;
	r->stand_ins = 0;
}

/* True: it only stands in for a \u. */
static bool is_stand_in(struct rtf *r, const struct placed_byte *place)
{
	if (r->stand_ins == 0) {
		put_waiting(r);
		return false;
	}
	r->waiting.end = place->end;
	if (--r->stand_ins == 0 && (r->code < 0xd800 || r->code > 0xdbff))
		put_waiting(r);
	return true;
}

/* The second byte of a character may look like ASCII. */
static bool is_foreign(struct rtf *r, uint8_t byte)
{
	enum rtf_page_kind kind = top(r)->page.kind;
	bool second = r->lead;
	r->lead = kind == RTF_PAGE_TWO_BYTE && !second && byte > 0x80 && byte < 0xff &&
		  !(top(r)->page.half_width && byte >= 0xa0 && byte <= 0xdf);
	return second || (kind != RTF_PAGE_KNOWN && byte >= 0x80);
}

/* A byte in the font's code page. */
static void put_byte(struct rtf *r, uint8_t byte, const struct placed_byte *place)
{
	uint8_t utf8[8];
	size_t size;
	if (is_stand_in(r, place))
		return;
	if (is_foreign(r, byte)) {
		if (top(r)->to != HEX)
			r->not_searched_bytes += place->end - place->start;
		put_code(r, 0xfffd, place);
		return;
	}
	if (byte < 0x80 || charset_is_plain(top(r)->page.charset)) {
		put(r, &byte, 1, place);
		return;
	}
	charset_convert(top(r)->page.charset, (struct st_span){&byte, 1}, true, utf8, sizeof utf8, &size, NULL);
	put(r, utf8, size, place);
}

static void put_unicode(struct rtf *r, const struct word *word)
{
	uint32_t code = (uint32_t)word->number & 0xffff;
	bool is_high = r->code >= 0xd800 && r->code <= 0xdbff;
	if (is_high && code >= 0xdc00 && code <= 0xdfff) {
		code = 0x10000 + ((r->code - 0xd800) << 10) + (code - 0xdc00);
		r->waiting.end = word->place.end;
	} else {
		put_waiting(r);
		r->waiting = word->place;
	}
	r->code = code != 0 ? code : 0xfffd;
	r->stand_ins = top(r)->stand_ins;
	if (r->stand_ins == 0 && (code < 0xd800 || code > 0xdbff))
		put_waiting(r);
}

static void line_break(struct rtf *r, const struct placed_byte *at)
{
	if (top(r)->to == ASIDE)
		placed_text_aside_end(r->text, at);
	else if (top(r)->to == FLOW)
		placed_text_break(r->text, at);
}

static void cell(struct rtf *r, const struct placed_byte *at)
{
	if (top(r)->to == FLOW)
		placed_text_cell(r->text, at);
	else
		put_code(r, '\t', at);
}

/* --- groups --- */

static void open_group(struct rtf *r)
{
	put_waiting(r);
	if (r->depth + 1 == CEIL_RTF_GROUPS || r->deeper > 0) {
		r->deeper++;
		return;
	}
	r->groups[r->depth + 1] = r->groups[r->depth];
	r->depth++;
	top(r)->entered = top(r)->may_ignore = false;
	top(r)->inherited = true;
}

static void close_group(struct rtf *r, const struct placed_byte *at)
{
	put_waiting(r);
	if (r->deeper > 0) {
		r->deeper--;
		return;
	}
	if (r->depth == 0)
		return;
	bool entered = top(r)->entered;
	r->depth--;
	if (entered)
		placed_text_aside_leave(r->text, top(r)->to == ASIDE ? top(r)->label : "", at);
}

/* Groups beyond the ceiling are not told apart: none of them may take away what follows it. */
static void go(struct rtf *r, enum destination to, const char *label, const struct placed_byte *at)
{
	struct group *group = top(r);
	group->may_ignore = false;
	/* Among the digits of a picture stand groups with its description. */
	bool described = group->inherited && to == ASIDE && label[0] != 0;
	if (r->deeper > 0 || r->depth == 0 || (group->to == HEX && !described))
		return;
	group->inherited = false;
	if (to == ASIDE) {
		placed_text_aside_enter(r->text, label, at);
		group->entered = true;
		group->label = label;
	}
	group->to = to;
}

/* --- embedded objects --- */

struct object {
	struct stream stream;
	struct rtf *rtf;
	uint8_t head[OBJECT_HEAD_BYTES]; /* decoded in advance */
	size_t head_at, head_size;
	uint64_t left; /* bytes of the data itself */
	bool ended;
};

static int hex_value(uint8_t byte)
{
	if (byte >= '0' && byte <= '9')
		return byte - '0';
	byte |= 0x20;
	return byte >= 'a' && byte <= 'f' ? byte - 'a' + 10 : -1;
}

/* Decodes up to the next brace or backslash; other bytes that are no digits are passed over. */
static size_t decode_hex(struct object *object, uint8_t *out, size_t capacity)
{
	struct placed_byte c;
	size_t size = 0;
	int high = -1;
	while (size < capacity && !object->ended) {
		object->ended = !next(object->rtf, &c);
		if (!object->ended && (c.byte == '{' || c.byte == '}' || c.byte == '\\')) {
			hold(object->rtf, &c);
			object->ended = true;
		}
		int value = object->ended ? -1 : hex_value(c.byte);
		if (value >= 0 && high >= 0)
			out[size++] = (uint8_t)(high << 4 | value);
		if (value >= 0)
			high = high >= 0 ? -1 : value;
	}
	return size;
}

static ssize_t object_read(struct stream *stream, void *data, size_t capacity)
{
	struct object *object = stream->self;
	size_t held = object->head_size - object->head_at, size = capacity;
	if (size > object->left)
		size = (size_t)object->left;
	if (held > 0) {
		size = size < held ? size : held;
		memcpy(data, object->head + object->head_at, size);
		object->head_at += size;
	} else {
		size = decode_hex(object, data, size);
	}
	object->left -= size;
	return (ssize_t)size;
}

/*
 * OLE 1 puts a header before the data ([MS-OLEDS] 2.2.4 and 2.2.5): version, format 2, three texts with their lengths,
 * the size of what the program wrote. Without one all is data.
 */
static void pass_header(struct object *object)
{
	const uint8_t *head = object->head;
	size_t at = 8;
	if (object->head_size < 24 || window_u32(head + 4) != 2)
		return;
	for (int text = 0; text < 3; text++) {
		uint32_t size = object->head_size - at < 4 ? UINT32_MAX : window_u32(head + at);
		if (size > object->head_size - at - 4)
			return;
		at += 4 + size;
	}
	if (object->head_size - at < 4)
		return;
	object->left = window_u32(head + at);
	object->head_at = at + 4;
}

static void read_object(struct rtf *r)
{
	struct object *object = st_alloc_zero(1, sizeof *object);
	char name[OBJECT_NAME_BYTES];
	uint8_t rest[256];
	int size = snprintf(name, sizeof name, "object-%u", ++r->objects);
	object->rtf = r;
	object->left = UINT64_MAX;
	object->stream = (struct stream){.read = object_read, .self = object};
	object->head_size = decode_hex(object, object->head, sizeof object->head);
	pass_header(object);
	placed_text_flush(r->text);
	extract_run_member(r->input, (struct st_span){(const uint8_t *)name, (size_t)size}, &object->stream, &r->stop);
	r->not_searched_bytes += 2 * (object->head_size - object->head_at);
	for (size_t got = 1; got > 0; r->not_searched_bytes += 2 * got)
		got = decode_hex(object, rest, sizeof rest);
	free(object);
}

static void object(struct rtf *r, const struct placed_byte *at)
{
	go(r, HEX, NULL, at);
	if (top(r)->to != HEX || r->stop != ST_REASON_NONE)
		return;
	if (r->input->depth >= extract_run_limits(r->input->run)->nesting_depth)
		r->stop = ST_REASON_LIMIT_DEPTH;
	else if (extract_run_entry(r->input, &r->stop))
		read_object(r);
}

/* --- control words --- */

static bool is_letter(uint8_t byte)
{
	return (unsigned)(byte | 32) - 'a' < 26;
}

static void read_number(struct rtf *r, struct word *word, struct placed_byte *c, bool *more)
{
	int64_t number = 0;
	bool minus = *more && c->byte == '-';
	struct placed_byte sign = *c;
	if (minus)
		*more = next(r, c);
	for (; *more && c->byte >= '0' && c->byte <= '9'; *more = next(r, c)) {
		number = number > INT32_MAX ? number : number * 10 + (c->byte - '0');
		word->has_number = true;
		word->place.end = c->end;
	}
	number = number > INT32_MAX ? INT32_MAX : number;
	word->number = (int32_t)(minus ? -number : number);
	if (minus && !word->has_number)
		put_byte(r, '-', &sign);
}

/* From its first letter on, with the blank that ends it. */
static void read_word(struct rtf *r, struct placed_byte *c, struct word *word)
{
	size_t size = 0;
	bool more = true;
	for (; more && is_letter(c->byte) && size < NAME_BYTES; more = next(r, c)) {
		word->name[size++] = (char)c->byte;
		word->place.end = c->end;
	}
	word->name[size] = 0;
	read_number(r, word, c, &more);
	if (more && c->byte == ' ')
		word->place.end = c->end;
	else if (more)
		hold(r, c);
}

static void set_font(struct rtf *r, const struct word *word)
{
	r->font = word->number >= 0 && word->number < FONTS ? word->number : -1;
	uint16_t page = r->font >= 0 ? r->font_pages[r->font] : 0;
	if (!top(r)->fonts)
		top(r)->page = page > 0 ? rtf_code_page(page) : r->page;
}

static void set_font_charset(struct rtf *r, const struct word *word)
{
	if (top(r)->fonts && r->font >= 0)
		r->font_pages[r->font] = (uint16_t)rtf_font_code_page(word->number);
}

/* Of pictures and objects only: elsewhere text would be lost in it. */
static void pass_binary(struct rtf *r, const struct word *word)
{
	struct placed_byte c;
	if (top(r)->to != HEX)
		return;
	for (int32_t i = 0; i < word->number && next(r, &c); i++)
		r->not_searched_bytes++;
}

static void set_stand_ins(struct rtf *r, const struct word *word)
{
	bool can_be = word->number >= 0 && word->number <= STAND_INS_MAX;
	top(r)->stand_ins = can_be ? (uint8_t)word->number : STAND_INS_MAX;
}

static void do_word(struct rtf *r, const struct word *word)
{
	r->lead = false;
	const struct rtf_word *known = rtf_word_of(word->name);
	enum rtf_act act = known != NULL ? known->act : RTF_IGNORED;
	bool may_ignore = top(r)->may_ignore;
	top(r)->may_ignore = false;
	if (act == RTF_UNICODE) {
		put_unicode(r, word);
		return;
	}
	if (act == RTF_UNICODE_SKIP && r->stand_ins == 0) {
		set_stand_ins(r, word); /* may stand between the halves of a pair */
		return;
	}
	if (is_stand_in(r, &word->place))
		return;
	switch (act) {
	case RTF_IGNORED:
		if (may_ignore)
			go(r, ASIDE, "", &word->place);
		break;
	case RTF_CHARACTER:
		put_code(r, known->value, &word->place);
		break;
	case RTF_BREAK:
		line_break(r, &word->place);
		break;
	case RTF_CELL:
		cell(r, &word->place);
		break;
	case RTF_ASIDE:
		go(r, ASIDE, known->label, &word->place);
		break;
	case RTF_HEX:
		go(r, HEX, NULL, &word->place);
		break;
	case RTF_FONTS:
		go(r, ASIDE, "table", &word->place);
		top(r)->fonts = r->deeper == 0;
		break;
	case RTF_OBJECT:
		object(r, &word->place);
		break;
	case RTF_BINARY:
		pass_binary(r, word);
		break;
	case RTF_FONT:
		set_font(r, word);
		break;
	case RTF_FONT_CHARSET:
		set_font_charset(r, word);
		break;
	case RTF_CODE_PAGE:
		r->page = top(r)->page = rtf_code_page(word->number);
		break;
	case RTF_PLAIN:
		top(r)->page = r->page;
		break;
	case RTF_UNICODE:
	case RTF_UNICODE_SKIP:
	case RTF_FLOW:
		break;
	}
}

/* \'xx; what has no digits is text. */
static void escaped_byte(struct rtf *r, struct placed_byte *place)
{
	struct placed_byte high, low;
	if (!next(r, &high))
		return;
	if (hex_value(high.byte) < 0) {
		hold(r, &high);
		put_byte(r, '\'', place);
		return;
	}
	if (!next(r, &low))
		return;
	if (hex_value(low.byte) < 0) {
		hold(r, &low);
		put_byte(r, high.byte, &high);
		return;
	}
	place->end = low.end;
	put_byte(r, (uint8_t)(hex_value(high.byte) << 4 | hex_value(low.byte)), place);
}

static void symbol(struct rtf *r, uint8_t byte, struct placed_byte *place)
{
	switch (byte) {
	case '\'':
		escaped_byte(r, place);
		return;
	case '*':
		top(r)->may_ignore = r->deeper == 0;
		return;
	case '\r':
	case '\n':
		line_break(r, place);
		return;
	case '-': /* a hyphen where the line may break */
	case '|':
	case ':':
		is_stand_in(r, place);
		return;
	case '~':
		if (!is_stand_in(r, place))
			put_code(r, 0xa0, place);
		return;
	case '_': /* a hyphen where it may not */
		if (!is_stand_in(r, place))
			put_code(r, 0x2011, place);
		return;
	default: /* braces, the backslash; others mean nothing, and stand for themselves */
		break;
	}
	put_byte(r, byte, place);
}

static void control(struct rtf *r, const struct placed_byte *backslash)
{
	struct placed_byte c;
	struct word word = {.place = *backslash};
	if (!next(r, &c))
		return;
	word.place.end = c.end;
	if (!is_letter(c.byte)) {
		symbol(r, c.byte, &word.place);
		return;
	}
	read_word(r, &c, &word);
	do_word(r, &word);
}

/* --- the document --- */

static void read_all(struct rtf *r)
{
	struct placed_byte c;
	while (next(r, &c)) {
		switch (c.byte) {
		case '{':
			open_group(r);
			break;
		case '}':
			close_group(r, &c);
			break;
		case '\\':
			control(r, &c);
			break;
		case '\r':
		case '\n':
			break;
		case 0:
			r->not_searched_bytes++;
			break;
		default:
			put_byte(r, c.byte, &c);
		}
	}
	put_waiting(r);
}

static void finish(struct rtf *r, struct extract_part_result *result)
{
	bool open = r->depth > 0 || r->deeper > 0;
	placed_text_end(r->text);
	text_source_result(r->source, result);
	result->charset = r->page.kind == RTF_PAGE_KNOWN ? charset_name(r->page.charset) : "unknown";
	result->not_searched_bytes = r->not_searched_bytes; /* NULs among them */
	if (result->status != ST_READ || (!open && r->stop == ST_REASON_NONE))
		return;
	result->status = ST_PARTIAL;
	result->reason = r->stop != ST_REASON_NONE ? r->stop : ST_REASON_TRUNCATED;
}

static int bid(const struct reader_input *input)
{
	struct st_span head = input->head;
	size_t mark = charset_mark_size(CHARSET_UTF8, head);
	while (mark < head.size && (head.data[mark] == ' ' || head.data[mark] == '\r' || head.data[mark] == '\n'))
		mark++;
	return head.size - mark >= 5 && memcmp(head.data + mark, "{\\rtf", 5) == 0 ? READER_CERTAIN : 0;
}

static void read_rtf(struct reader_input *input, struct extract_part_result *result)
{
	struct rtf *r = st_alloc_zero(1, sizeof *r);
	r->input = input;
	r->page = rtf_code_page(1252);
	r->groups = st_alloc_zero(CEIL_RTF_GROUPS, sizeof *r->groups);
	r->groups[0] = (struct group){.stand_ins = 1, .page = r->page};
	r->source = text_source_open_quiet(input, CHARSET_UTF8);
	r->text = placed_text_open(input);
	read_all(r);
	finish(r, result);
	text_source_close(r->source);
	placed_text_close(r->text);
	free(r->groups);
	free(r);
}

const struct reader reader_rtf = {
	.format = "rtf",
	.bid = bid,
	.read = read_rtf,
	.container = true,
	.has_text = true,
	.opens_less = true,
};
