/*
 * The pull reader behind base/json_read.h. A string or number that lies in one block is handed out where it stands;
 * only escapes and seams are copied, into one piece of 64 KiB, so that memory does not depend on the input. The events
 * are the same for every cutting of the input: a piece ends only where it is full and the byte after it is known.
 */
#include "base/json_read.h"

#include "base/json_scan.h"
#include "base/utf8.h"

#include <stdlib.h>

#define PIECE_BYTES 65536
#define ESCAPE_BYTES 12 /* a surrogate pair: \ud83d\ude00 */

enum state {
	AT_START,       /* nothing read yet: a byte order mark may come */
	BETWEEN_VALUES, /* depth 0 */
	FIRST_ELEMENT,  /* behind [ : a value or ] */
	NEXT_VALUE,     /* behind : or behind a comma in an array */
	FIRST_KEY,      /* behind { : a key or } */
	NEXT_KEY,       /* behind a comma in an object */
	AFTER_KEY,      /* a colon */
	AFTER_VALUE,    /* a comma or the closing bracket */
	IN_STRING,
	IN_NUMBER,
	IN_LITERAL,
	FAILED,
	RESYNC, /* looking for the next line feed */
};

struct st_json_reader {
	const uint8_t *block, *at, *end; /* the caller's block, borrowed */
	uint64_t block_start;            /* offset of block[0] in the input */
	uint64_t token_start;
	enum state state;
	enum st_json_token failure; /* ERROR or TOO_DEEP, repeated until resync */
	uint64_t failed_at;
	int depth, depth_limit;
	uint8_t *is_object; /* one bit a level */
	bool ended;         /* st_json_feed_end was called */
	bool is_key;
	bool escaped;
	uint8_t number_state;
	uint8_t bom_seen;
	enum st_json_token literal;
	const char *literal_rest;
	uint8_t escape[ESCAPE_BYTES]; /* an escape cut by the end of a block */
	size_t escape_size;
	uint8_t *piece; /* allocated with the first string that needs it */
	size_t piece_size;
};

struct st_json_reader *st_json_open(int depth_limit)
{
	struct st_json_reader *r = st_alloc_zero(1, sizeof *r);
	r->depth_limit = depth_limit;
	r->is_object = st_alloc_zero((size_t)depth_limit / 8 + 1, 1);
	r->block = r->at = r->end = (const uint8_t *)"";
	return r;
}

void st_json_close_secret(struct st_json_reader *r)
{
	if (r->piece != NULL)
		explicit_bzero(r->piece, PIECE_BYTES);
	explicit_bzero(r->escape, sizeof r->escape);
	st_json_close(r);
}

void st_json_close(struct st_json_reader *r)
{
	if (r == NULL)
		return;
	free(r->is_object);
	free(r->piece);
	free(r);
}

void st_json_feed(struct st_json_reader *r, const void *data, size_t size)
{
	r->block_start += (uint64_t)(r->end - r->block);
	r->block = r->at = size ? data : (const void *)"";
	r->end = r->block + size;
}

void st_json_feed_end(struct st_json_reader *r)
{
	r->ended = true;
}

void st_json_resync(struct st_json_reader *r)
{
	r->state = RESYNC;
	r->depth = 0;
}

void st_json_restart(struct st_json_reader *r)
{
	if (r->state == FAILED && r->at < r->end)
		r->at++;
	r->state = BETWEEN_VALUES;
	r->depth = 0;
}

static uint64_t offset_of(const struct st_json_reader *r, const uint8_t *p)
{
	return r->block_start + (uint64_t)(p - r->block);
}

static enum st_json_token fail(
	struct st_json_reader *r, struct st_json_event *event, enum st_json_token token, uint64_t offset)
{
	r->state = FAILED;
	r->failure = token;
	r->failed_at = offset;
	*event =
		(struct st_json_event){.token = token, .start = offset, .end = offset, .last = true, .depth = r->depth};
	return token;
}

static enum st_json_token fail_here(struct st_json_reader *r, struct st_json_event *event)
{
	return fail(r, event, ST_JSON_ERROR, offset_of(r, r->at));
}

/* The block is used up in the middle of a value. */
static enum st_json_token more(struct st_json_reader *r, struct st_json_event *event)
{
	if (r->ended)
		return fail_here(r, event);
	event->token = ST_JSON_MORE;
	return ST_JSON_MORE;
}

/* --- values --- */

static enum state after_value(const struct st_json_reader *r)
{
	return r->depth == 0 ? BETWEEN_VALUES : AFTER_VALUE;
}

/* A string or number, or a piece of it, that ends before r->at. */
static enum st_json_token give_text(struct st_json_reader *r, struct st_json_event *event, enum st_json_token token,
	const uint8_t *text, size_t size, bool last)
{
	event->token = token;
	event->start = r->token_start;
	event->end = offset_of(r, r->at);
	event->text = (struct st_span){text, size};
	event->last = last;
	event->escaped = r->escaped;
	event->depth = r->depth;
	if (last)
		r->state = token == ST_JSON_KEY ? AFTER_KEY : after_value(r);
	return token;
}

static enum st_json_token give_piece(
	struct st_json_reader *r, struct st_json_event *event, enum st_json_token token, bool last)
{
	size_t size = r->piece_size;
	r->piece_size = 0;
	return give_text(r, event, token, r->piece, size, last);
}

static void keep(struct st_json_reader *r, const uint8_t *data, size_t size)
{
	if (r->piece == NULL)
		r->piece = st_alloc(PIECE_BYTES);
	memcpy(r->piece + r->piece_size, data, size);
	r->piece_size += size;
}

/* Value of four hex digits, or -1 - n when the one at n is none; `size` of them are there, missing ones count as fine.
 */
static int hex4(const uint8_t *p, size_t size)
{
	int value = 0;
	for (size_t i = 0; i < 4 && i < size; i++) {
		uint8_t c = p[i];
		int digit = c >= '0' && c <= '9'                     ? c - '0'
			    : (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20) - 'a' + 10
								     : -1;
		if (digit < 0)
			return -1 - (int)i;
		value = value * 16 + digit;
	}
	return value;
}

static int decode_unicode_escape(const uint8_t *p, size_t size, uint8_t out[4], int *out_size)
{
	int code = hex4(p + 2, size - 2);
	if (code < 0)
		return code - 2;
	if (size < 6)
		return 0;
	int used = 6;
	if (code >= 0xd800 && code <= 0xdbff) {
		bool pair = (size < 7 || p[6] == '\\') && (size < 8 || p[7] == 'u');
		int low = pair && size > 8 ? hex4(p + 8, size - 8) : 0;
		if (pair && low >= 0 && size < ESCAPE_BYTES)
			return 0;
		if (pair && low >= 0xdc00 && low <= 0xdfff) {
			code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
			used = ESCAPE_BYTES;
		}
	}
	*out_size = st_utf8_encode((uint32_t)code, out); /* of a lone surrogate: its three bytes, see the header */
	return used;
}

/* The escape at p: number of bytes used, 0 when more are needed, -1 - n when the byte at n makes it none. */
static int decode_escape(const uint8_t *p, size_t size, uint8_t out[4], int *out_size)
{
	static const char plain[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
	if (size < 2)
		return 0;
	if (p[1] == 'u')
		return decode_unicode_escape(p, size, out, out_size);
	const char *found = p[1] ? strchr(plain, p[1]) : NULL;
	if (found == NULL)
		return -2;
	out[0] = (uint8_t)meant[found - plain];
	*out_size = 1;
	return 2;
}

/* One escape into the piece. False: *event is what st_json_next shall return. */
static bool take_escape(struct st_json_reader *r, struct st_json_event *event, enum st_json_token token)
{
	uint8_t cut[ESCAPE_BYTES];
	const uint8_t *p = r->at;
	size_t size = (size_t)(r->end - r->at), held = r->escape_size;
	if (held > 0) {
		size_t rest = size < ESCAPE_BYTES - held ? size : ESCAPE_BYTES - held;
		memcpy(cut, r->escape, held);
		memcpy(cut + held, r->at, rest);
		p = cut;
		size = held + rest;
	}
	uint8_t out[4];
	int out_size = 0;
	int used = decode_escape(p, size < ESCAPE_BYTES ? size : ESCAPE_BYTES, out, &out_size);
	if (used < 0) { /* what was held is the front of an escape: the bad byte is in this block */
		r->at += (size_t)(-1 - used) - held;
		fail_here(r, event);
		return false;
	}
	if (used == 0) { /* fewer than ESCAPE_BYTES are left: all of them wait for the next block */
		memcpy(r->escape, p, size);
		r->escape_size = size;
		r->at = r->end;
		more(r, event);
		return false;
	}
	if (r->piece_size + (size_t)out_size > PIECE_BYTES) {
		give_piece(r, event, token, false);
		return false;
	}
	keep(r, out, (size_t)out_size);
	r->escaped = true;
	if ((size_t)used < held) {
		memmove(r->escape, r->escape + used, held - (size_t)used);
		r->escape_size = held - (size_t)used;
	} else {
		r->at += (size_t)used - held;
		r->escape_size = 0;
	}
	return true;
}

static enum st_json_token continue_string(struct st_json_reader *r, struct st_json_event *event)
{
	enum st_json_token token = r->is_key ? ST_JSON_KEY : ST_JSON_STRING;
	for (;;) {
		if (r->escape_size == 0) {
			size_t room = PIECE_BYTES - r->piece_size, left = (size_t)(r->end - r->at);
			const uint8_t *stop = st_json_string_stop(r->at, r->at + (left < room ? left : room));
			keep(r, r->at, (size_t)(stop - r->at));
			r->at = stop;
			if (stop == r->end)
				return more(r, event);
			if (*stop == '"') {
				r->at++;
				return give_piece(r, event, token, true);
			}
			if (*stop < 0x20)
				return fail_here(r, event);
			if (r->piece_size == PIECE_BYTES)
				return give_piece(r, event, token, false);
		}
		if (!take_escape(r, event, token))
			return event->token;
	}
}

static enum st_json_token begin_string(struct st_json_reader *r, struct st_json_event *event, bool is_key)
{
	r->token_start = offset_of(r, r->at);
	r->is_key = is_key;
	r->escaped = false;
	const uint8_t *text = ++r->at;
	const uint8_t *stop = st_json_string_stop(text, r->end);
	if (stop < r->end && *stop == '"' && stop - text <= PIECE_BYTES) {
		r->at = stop + 1;
		return give_text(r, event, is_key ? ST_JSON_KEY : ST_JSON_STRING, text, (size_t)(stop - text), true);
	}
	r->state = IN_STRING;
	r->piece_size = 0;
	r->escape_size = 0;
	return continue_string(r, event);
}

/* The grammar of numbers (RFC 8259, 6) as a table: rows are states, columns classes of bytes; 0 ends the number. */
enum { N_END, N_BEGIN, N_MINUS, N_ZERO, N_INT, N_DOT, N_FRACTION, N_E, N_E_SIGN, N_EXPONENT, N_STATES };
enum { C_OTHER, C_ZERO, C_DIGIT, C_MINUS, C_PLUS, C_DOT, C_E, C_CLASSES };
static const uint8_t number_class[256] = {
	['0'] = C_ZERO,
	['1'] = C_DIGIT,
	['2'] = C_DIGIT,
	['3'] = C_DIGIT,
	['4'] = C_DIGIT,
	['5'] = C_DIGIT,
	['6'] = C_DIGIT,
	['7'] = C_DIGIT,
	['8'] = C_DIGIT,
	['9'] = C_DIGIT,
	['-'] = C_MINUS,
	['+'] = C_PLUS,
	['.'] = C_DOT,
	['e'] = C_E,
	['E'] = C_E,
};
static const uint8_t number_next[N_STATES][C_CLASSES] = {
	[N_BEGIN] = {[C_ZERO] = N_ZERO, [C_DIGIT] = N_INT, [C_MINUS] = N_MINUS},
	[N_MINUS] = {[C_ZERO] = N_ZERO, [C_DIGIT] = N_INT},
	[N_ZERO] = {[C_DOT] = N_DOT, [C_E] = N_E},
	[N_INT] = {[C_ZERO] = N_INT, [C_DIGIT] = N_INT, [C_DOT] = N_DOT, [C_E] = N_E},
	[N_DOT] = {[C_ZERO] = N_FRACTION, [C_DIGIT] = N_FRACTION},
	[N_FRACTION] = {[C_ZERO] = N_FRACTION, [C_DIGIT] = N_FRACTION, [C_E] = N_E},
	[N_E] = {[C_ZERO] = N_EXPONENT, [C_DIGIT] = N_EXPONENT, [C_MINUS] = N_E_SIGN, [C_PLUS] = N_E_SIGN},
	[N_E_SIGN] = {[C_ZERO] = N_EXPONENT, [C_DIGIT] = N_EXPONENT},
	[N_EXPONENT] = {[C_ZERO] = N_EXPONENT, [C_DIGIT] = N_EXPONENT},
};

static bool number_complete(uint8_t state)
{
	return state == N_ZERO || state == N_INT || state == N_FRACTION || state == N_EXPONENT;
}

/* What may stand directly behind a number or a literal; at depth 0 `12x` would else be two values. */
static bool is_delimiter(uint8_t byte)
{
	switch (byte) {
	case ',':
	case ']':
	case '}':
	case '[':
	case '{':
	case '"':
		return true;
	default:
		return st_json_is_blank(byte);
	}
}

static enum st_json_token continue_number(struct st_json_reader *r, struct st_json_event *event)
{
	size_t room = PIECE_BYTES - r->piece_size, left = (size_t)(r->end - r->at);
	const uint8_t *p = r->at, *limit = p + (left < room ? left : room);
	uint8_t state = r->number_state, next;
	while (p < limit && (next = number_next[state][number_class[*p]]) != N_END) {
		state = next;
		p++;
	}
	r->number_state = state;
	const uint8_t *text = r->at;
	size_t size = (size_t)(p - text);
	r->at = p;
	if (p == r->end && !r->ended) {
		keep(r, text, size);
		return more(r, event);
	}
	bool last = p == r->end || number_next[state][number_class[*p]] == N_END;
	if (last && (!number_complete(state) || (p < r->end && !is_delimiter(*p))))
		return fail_here(r, event);
	if (r->piece_size == 0)
		return give_text(r, event, ST_JSON_NUMBER, text, size, last);
	keep(r, text, size);
	return give_piece(r, event, ST_JSON_NUMBER, last);
}

static enum st_json_token continue_literal(struct st_json_reader *r, struct st_json_event *event)
{
	while (*r->literal_rest) {
		if (r->at == r->end)
			return more(r, event);
		if (*r->at != (uint8_t)*r->literal_rest)
			return fail_here(r, event);
		r->at++;
		r->literal_rest++;
	}
	if (r->at == r->end && !r->ended)
		return more(r, event);
	if (r->at < r->end && !is_delimiter(*r->at))
		return fail_here(r, event);
	return give_text(r, event, r->literal, NULL, 0, true);
}

static enum st_json_token begin_literal(
	struct st_json_reader *r, struct st_json_event *event, enum st_json_token literal, const char *spelling)
{
	r->token_start = offset_of(r, r->at);
	r->escaped = false;
	r->literal = literal;
	r->literal_rest = spelling;
	r->state = IN_LITERAL;
	return continue_literal(r, event);
}

static enum st_json_token begin_number(struct st_json_reader *r, struct st_json_event *event)
{
	r->token_start = offset_of(r, r->at);
	r->escaped = false;
	r->piece_size = 0;
	r->number_state = N_BEGIN;
	r->state = IN_NUMBER;
	return continue_number(r, event);
}

static enum st_json_token open_container(struct st_json_reader *r, struct st_json_event *event, bool object)
{
	uint64_t start = offset_of(r, r->at);
	if (r->depth >= r->depth_limit)
		return fail(r, event, ST_JSON_TOO_DEEP, start);
	enum st_json_token token = object ? ST_JSON_OBJECT : ST_JSON_ARRAY;
	*event = (struct st_json_event){
		.token = token, .start = start, .end = start + 1, .last = true, .depth = r->depth};
	uint8_t bit = (uint8_t)(1 << (r->depth & 7));
	if (object)
		r->is_object[r->depth >> 3] |= bit;
	else
		r->is_object[r->depth >> 3] &= (uint8_t)~bit;
	r->depth++;
	r->at++;
	r->state = object ? FIRST_KEY : FIRST_ELEMENT;
	return token;
}

static bool in_object(const struct st_json_reader *r)
{
	int level = r->depth - 1;
	return r->is_object[level >> 3] & (1 << (level & 7));
}

static enum st_json_token close_container(struct st_json_reader *r, struct st_json_event *event)
{
	uint64_t start = offset_of(r, r->at);
	enum st_json_token token = in_object(r) ? ST_JSON_OBJECT_END : ST_JSON_ARRAY_END;
	r->at++;
	r->depth--;
	*event = (struct st_json_event){
		.token = token, .start = start, .end = start + 1, .last = true, .depth = r->depth};
	r->state = after_value(r);
	return token;
}

static enum st_json_token begin_value(struct st_json_reader *r, struct st_json_event *event)
{
	switch (*r->at) {
	case '"':
		return begin_string(r, event, false);
	case '{':
		return open_container(r, event, true);
	case '[':
		return open_container(r, event, false);
	case 't':
		return begin_literal(r, event, ST_JSON_TRUE, "true");
	case 'f':
		return begin_literal(r, event, ST_JSON_FALSE, "false");
	case 'n':
		return begin_literal(r, event, ST_JSON_NULL, "null");
	default:
		if (number_next[N_BEGIN][number_class[*r->at]] != N_END)
			return begin_number(r, event);
		return fail_here(r, event);
	}
}

/* --- a value that the caller reads --- */

const uint8_t *st_json_ahead(struct st_json_reader *r, size_t *size, uint64_t *offset)
{
	if (r->depth == 0 || in_object(r))
		return NULL;
	if (r->state == AFTER_VALUE) {
		r->at = st_json_skip_blanks(r->at, r->end);
		if (r->at == r->end || *r->at != ',')
			return NULL;
		r->at++;
		r->state = NEXT_VALUE;
	}
	if (r->state != FIRST_ELEMENT && r->state != NEXT_VALUE)
		return NULL;
	r->at = st_json_skip_blanks(r->at, r->end);
	*size = (size_t)(r->end - r->at);
	*offset = offset_of(r, r->at);
	return *size > 0 ? r->at : NULL;
}

void st_json_pass(struct st_json_reader *r, size_t size)
{
	r->at += size;
	r->state = after_value(r);
}

void st_json_give_back(struct st_json_reader *r)
{
	r->end = r->at;
}

/* --- what comes next --- */

static void skip_byte_order_mark(struct st_json_reader *r)
{
	static const uint8_t mark[3] = {0xef, 0xbb, 0xbf};
	while (r->at < r->end && r->bom_seen < 3 && *r->at == mark[r->bom_seen]) {
		r->at++;
		r->bom_seen++;
	}
	if (r->bom_seen == 3 || (r->bom_seen == 0 && r->at < r->end))
		r->state = BETWEEN_VALUES;
}

/* FIRST_ELEMENT, FIRST_KEY, NEXT_KEY, NEXT_VALUE: at a byte that is no blank. */
static enum st_json_token in_container(struct st_json_reader *r, struct st_json_event *event)
{
	uint8_t byte = *r->at;
	if (r->state == NEXT_VALUE)
		return begin_value(r, event);
	if (r->state == FIRST_ELEMENT)
		return byte == ']' ? close_container(r, event) : begin_value(r, event);
	if (byte == '"')
		return begin_string(r, event, true);
	if (r->state == FIRST_KEY && byte == '}')
		return close_container(r, event);
	return fail_here(r, event);
}

/* Outside of strings, numbers and literals. */
static enum st_json_token next_structure(struct st_json_reader *r, struct st_json_event *event)
{
	for (;;) {
		r->at = st_json_skip_blanks(r->at, r->end);
		if (r->at == r->end) {
			if (r->state != BETWEEN_VALUES || !r->ended)
				return more(r, event);
			uint64_t end = offset_of(r, r->end);
			*event = (struct st_json_event){.token = ST_JSON_END, .start = end, .end = end, .last = true};
			return ST_JSON_END;
		}
		if (r->state == BETWEEN_VALUES)
			return begin_value(r, event);
		if (r->state == AFTER_KEY && *r->at == ':') {
			r->at++;
			r->state = NEXT_VALUE;
		} else if (r->state == AFTER_VALUE && *r->at == ',') {
			r->at++;
			r->state = in_object(r) ? NEXT_KEY : NEXT_VALUE;
		} else if (r->state == AFTER_VALUE && *r->at == (in_object(r) ? '}' : ']')) {
			return close_container(r, event);
		} else if (r->state == AFTER_KEY || r->state == AFTER_VALUE) {
			return fail_here(r, event);
		} else {
			return in_container(r, event);
		}
	}
}

/* Passes a colon or comma that stands right here. True: the next token stands right behind it, as programs write it. */
static inline bool pass_separator(struct st_json_reader *r)
{
	if (r->at == r->end)
		return false;
	if (r->state == AFTER_KEY && *r->at == ':')
		r->state = NEXT_VALUE;
	else if (r->state == AFTER_VALUE && *r->at == ',')
		r->state = in_object(r) ? NEXT_KEY : NEXT_VALUE;
	else
		return false;
	r->at++;
	return r->at<r->end && * r->at> ' ';
}

/* Before the first value, or behind an error. True when the reader stands between values. */
static bool settle(struct st_json_reader *r)
{
	if (r->state == RESYNC) {
		const uint8_t *lf = r->at < r->end ? memchr(r->at, '\n', (size_t)(r->end - r->at)) : NULL;
		r->at = lf ? lf + 1 : r->end;
		if (lf || r->ended)
			r->state = BETWEEN_VALUES;
	} else {
		skip_byte_order_mark(r);
		if (r->state == AT_START && r->bom_seen == 0 && r->ended)
			r->state = BETWEEN_VALUES;
	}
	return r->state == BETWEEN_VALUES;
}

enum st_json_token st_json_next(struct st_json_reader *r, struct st_json_event *event)
{
	event->token = ST_JSON_MORE;
	switch (r->state) {
	case AFTER_KEY:
	case AFTER_VALUE:
		if (!pass_separator(r))
			break;
		if (r->state == NEXT_VALUE)
			return begin_value(r, event);
		if (*r->at == '"')
			return begin_string(r, event, true);
		break;
	case IN_STRING:
		return continue_string(r, event);
	case IN_NUMBER:
		return continue_number(r, event);
	case IN_LITERAL:
		return continue_literal(r, event);
	case FAILED:
		return fail(r, event, r->failure, r->failed_at);
	case AT_START:
	case RESYNC:
		if (settle(r))
			break;
		/* the first bytes began a byte order mark and were none: an error where the mark broke off */
		return r->state == AT_START && r->at < r->end ? fail_here(r, event) : more(r, event);
	default:
		break;
	}
	return next_structure(r, event);
}
