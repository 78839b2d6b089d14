/*
 * SQL dumps for redaction: what mysqldump, pg_dump (with its COPY blocks), sqlite3 .dump and scripts of SQL Server and
 * Oracle write. Places are the insides of strings and of quoted identifiers, whole numbers and hex or bit literals,
 * comments, dollar-quoted texts, cells of COPY, and each other word as text; spaces and signs between them are
 * structure. Comments that MySQL runs (those that begin with an exclamation mark) are code.
 *
 * A literal of hex digits (or a name in brackets) longer than CEIL_TEXT_BLOCK_BYTES is told as unsearched: it cannot be
 * replaced as a whole, and no detector reads it.
 */
#include "redact/shape.h"

#include <stdlib.h>

#include "base/ceilings.h"
#include "redact/scan_bytes.h"
#include "redact/sql_dialect.h"
#include "redact/sql_statement.h"
#include "redact/sql_word.h"

#define PART_BYTES CEIL_TEXT_BLOCK_BYTES
#define TAG_BYTES 66

enum state {
	IN_CODE,
	IN_WORD,
	BEHIND_DASH,  /* - in code */
	BEHIND_SLASH, /* / in code */
	BEHIND_STAR,  /* * in code: it may end a comment that is run */
	IN_LINE_COMMENT,
	COMMENT_START, /* behind slash and star */
	IN_COMMENT,
	COMMENT_STAR, /* behind a star in it */
	IN_STRING,
	STRING_ESCAPE,
	STRING_QUOTE, /* behind a quote in a string: it may be doubled */
	DOLLAR_TAG,
	IN_DOLLAR,
	DOLLAR_END,   /* in what may be the closing tag */
	ORACLE_START, /* behind q and the quote */
	IN_ORACLE,
	ORACLE_END, /* behind its closing bracket */
	COPY_REST,  /* of the line of the COPY statement */
	COPY_CELL,
	COPY_ESCAPE,
	COPY_LINE, /* a line in a form that is not read */
};

struct shape {
	struct shape_events events;
	struct sql_dialect dialect;
	struct sql_statement *statement;
	enum state state;
	uint64_t at, begin; /* begin: of what was not told of the present place */
	bool told;          /* a part of it was told */
	bool first_on_line;
	bool hidden; /* too long to be replaced as a whole: no part of it is told as a place */
	uint64_t hidden_from;
	uint8_t last_sign;                    /* in code */
	uint8_t text[CEIL_REDACT_NAME_BYTES]; /* of a word, or a name */
	size_t size;                          /* how long it is, whatever was kept */
	uint8_t quote;
	bool backslash, name;
	bool kept;              /* text is that of the string */
	bool whole;             /* a place with its quotes: hex or bits, a name in brackets */
	uint8_t tag[TAG_BYTES]; /* of a dollar quote, both signs included */
	size_t tag_size, tag_at;
	enum sql_copy copy;
	size_t cell;
	uint64_t cell_start;
	uint8_t cell_head[3]; /* its first bytes */
	unsigned column_told;
};

/* --- telling --- */

static void tell(struct shape *shape, uint64_t end, enum shape_place_kind kind, enum shape_escape escape, bool last,
	const struct sql_column *column)
{
	struct shape_place place = {.start = shape->begin,
		.end = end,
		.kind = kind,
		.escape = escape,
		.first = !shape->told,
		.last = last,
		.quote = kind != SHAPE_NUMBER ? shape->quote
			 : shape->name        ? '"'
					      : '\''};
	if (column != NULL && !shape->events.no_fields)
		place.field = column->field;
	bool any = end > shape->begin || (last && shape->told);
	shape->told = !last;
	shape->begin = end;
	if (any)
		shape->events.place(shape->events.context, &place);
}

static void tell_column(struct shape *shape, uint64_t start, const struct sql_column *column)
{
	unsigned number = column != NULL ? column->number : 0;
	if (number == shape->column_told || shape->events.column == NULL)
		return;
	shape->column_told = number;
	shape->events.column(shape->events.context, start, number);
}

/* A sign of code just before shape->at. */
static void take_sign(struct shape *shape, uint8_t sign)
{
	shape->last_sign = sign;
	shape->first_on_line = false;
	sql_statement_sign(shape->statement, sign);
	if (sign == '(' || sign == ',' || sign == ')' || sign == ';')
		tell_column(shape, shape->at, sql_statement_value(shape->statement));
}

/* A part is full. */
static bool is_full(const struct shape *shape)
{
	return shape->at - shape->begin >= PART_BYTES;
}

static size_t body_left(const struct shape *shape, const uint8_t *p, const uint8_t *end)
{
	size_t left = (size_t)(end - p), used = (size_t)(shape->at - shape->begin);
	size_t part = used < PART_BYTES ? PART_BYTES - used : 0;
	return left < part ? left : part;
}

static void keep_text(struct shape *shape, const uint8_t *data, size_t size)
{
	size_t have = shape->size < sizeof shape->text ? shape->size : sizeof shape->text;
	size_t room = sizeof shape->text - have;
	memcpy(shape->text + have, data, size < room ? size : room);
	shape->size += size;
}

static struct st_span text_of(const struct shape *shape)
{
	return (struct st_span){shape->text, shape->size < sizeof shape->text ? shape->size : sizeof shape->text};
}

static void begin_place(struct shape *shape, enum state state, uint64_t begin)
{
	shape->begin = begin;
	shape->told = shape->name = shape->hidden = false;
	shape->size = 0;
	shape->state = state;
}

/* The place is longer than what is replaced as a whole: it goes on, or ends, untold. */
static void hide(struct shape *shape, uint64_t end, bool last)
{
	if (!shape->hidden)
		shape->hidden_from = shape->begin;
	if ((last || !shape->hidden) && shape->events.unsearched != NULL)
		shape->events.unsearched(shape->events.context, shape->hidden_from, end, last);
	shape->hidden = !last;
	shape->begin = end;
}

/* --- strings --- */

static enum shape_escape string_escape(const struct shape *shape)
{
	return shape->backslash ? SHAPE_BACKSLASH : SHAPE_DOUBLED;
}

static enum shape_place_kind string_kind(const struct shape *shape)
{
	return shape->name ? SHAPE_KEY : SHAPE_STRING;
}

static void tell_string(struct shape *shape, uint64_t end, bool last)
{
	const struct sql_column *column = shape->name ? NULL : sql_statement_value(shape->statement);
	tell(shape, end, string_kind(shape), string_escape(shape), last, column);
}

/* The quote stands just before shape->at. */
static void open_string(struct shape *shape, uint8_t quote, bool escapes)
{
	begin_place(shape, IN_STRING, shape->at);
	shape->quote = quote == '[' ? ']' : quote;
	shape->name = quote == '`' || quote == '[' || (quote == '"' && !shape->dialect.double_is_string);
	shape->backslash = !shape->name && (escapes || shape->dialect.backslash);
	shape->kept = sql_statement_wants_names(shape->statement);
	shape->whole = quote == '[';
	shape->begin -= shape->whole;
	shape->first_on_line = false;
}

/* The place is the whole literal, quotes and letter included; a long one is none. A name in brackets is one, too: what
 * stands in its place has brackets itself. */
static void end_whole(struct shape *shape, uint64_t end)
{
	const struct sql_column *column = shape->name ? NULL : sql_statement_value(shape->statement);
	if (shape->hidden)
		hide(shape, end, true);
	else
		tell(shape, end, SHAPE_NUMBER, SHAPE_AS_IT_IS, true, column);
	if (shape->name)
		sql_statement_name(shape->statement, text_of(shape));
}

static const uint8_t *in_string(struct shape *shape, const uint8_t *p, const uint8_t *end)
{
	uint8_t escape = shape->backslash ? '\\' : shape->quote;
	size_t size = scan_bytes(p, body_left(shape, p, end), shape->quote, escape, shape->quote);
	if (shape->kept)
		keep_text(shape, p, size);
	shape->at += size;
	p += size;
	if (p == end)
		return p;
	if (is_full(shape) && shape->whole)
		hide(shape, shape->at, false);
	else if (is_full(shape))
		tell_string(shape, shape->at, false);
	if (*p != shape->quote && *p != escape)
		return p;
	shape->at++;
	shape->state = *p == shape->quote ? STRING_QUOTE : STRING_ESCAPE;
	return p + 1;
}

static const uint8_t *string_quote(struct shape *shape, const uint8_t *p)
{
	if (*p == shape->quote && (!shape->whole || shape->name)) {
		if (shape->kept)
			keep_text(shape, p, 1);
		shape->at++;
		shape->state = IN_STRING;
		return p + 1;
	}
	shape->state = IN_CODE;
	if (shape->whole) {
		end_whole(shape, shape->at);
		return p;
	}
	tell_string(shape, shape->at - 1, true);
	if (shape->kept)
		sql_statement_name(shape->statement, text_of(shape));
	return p;
}

/* --- words --- */

static void end_word(struct shape *shape)
{
	struct st_span word = text_of(shape);
	bool whole = shape->size <= sizeof shape->text;
	bool number = (whole && sql_is_number(word)) || sql_is_hex_number(word);
	if (shape->hidden)
		hide(shape, shape->at, true);
	else if (number)
		tell(shape, shape->at, SHAPE_NUMBER, SHAPE_AS_IT_IS, true, sql_statement_value(shape->statement));
	else
		tell(shape, shape->at, SHAPE_TEXT, SHAPE_AS_IT_IS, true, NULL);
	if (!number)
		sql_statement_word(shape->statement, word, shape->first_on_line);
	shape->first_on_line = false;
	shape->last_sign = 0;
	shape->state = IN_CODE;
}

/* A word before a quote that says what the quote means. */
static bool take_prefix(struct shape *shape)
{
	struct st_span word = text_of(shape);
	uint8_t letter = word.data[word.size - 1] | 0x20;
	uint64_t begin = shape->begin;
	if (word.size > 2 || (word.size == 2 && ((word.data[0] | 0x20) != 'n' || letter != 'q')))
		return false;
	if (letter != 'e' && letter != 'n' && letter != 'x' && letter != 'b' && letter != 'q')
		return false;
	shape->at++;
	if (letter == 'q') {
		shape->state = ORACLE_START;
		shape->begin = shape->at;
		return true;
	}
	open_string(shape, '\'', letter == 'e');
	shape->whole = letter == 'x' || letter == 'b';
	if (shape->whole) {
		shape->begin = begin;
		shape->backslash = false;
	}
	return true;
}

static const uint8_t *in_word(struct shape *shape, const uint8_t *p, const uint8_t *end)
{
	const uint8_t *first = p, *limit = p + body_left(shape, p, end);
	while (p < limit && sql_is_in_word(*p))
		p++;
	keep_text(shape, first, (size_t)(p - first));
	shape->at += (uint64_t)(p - first);
	if (p == end)
		return p;
	if (is_full(shape) && sql_is_in_word(*p)) {
		if (sql_is_hex_number(text_of(shape)))
			hide(shape, shape->at, false);
		else
			tell(shape, shape->at, SHAPE_TEXT, SHAPE_AS_IT_IS, false, NULL);
		return p;
	}
	if (*p == '\'' && take_prefix(shape))
		return p + 1;
	end_word(shape);
	return p;
}

/* --- dollar quotes and Oracle's --- */

static const uint8_t *dollar_tag(struct shape *shape, const uint8_t *p)
{
	bool letter = sql_is_letter(*p) || *p == '_' || (sql_is_digit(*p) && shape->tag_size > 1);
	if (*p != '$' && (!letter || shape->tag_size + 1 == TAG_BYTES)) {
		shape->size = 0; /* a word that begins with the sign */
		keep_text(shape, shape->tag, shape->tag_size);
		shape->state = IN_WORD;
		return p;
	}
	shape->tag[shape->tag_size++] = *p;
	shape->at++;
	if (*p == '$') {
		shape->quote = '$';
		begin_place(shape, IN_DOLLAR, shape->at);
	}
	return p + 1;
}

static void tell_body(struct shape *shape, uint64_t end, bool last)
{
	tell(shape, end, SHAPE_STRING, SHAPE_AS_IT_IS, last, sql_statement_value(shape->statement));
}

static const uint8_t *in_dollar(struct shape *shape, const uint8_t *p, const uint8_t *end)
{
	size_t size = scan_bytes(p, body_left(shape, p, end), '$', '$', '$');
	shape->at += size;
	p += size;
	if (p == end)
		return p;
	if (is_full(shape))
		tell_body(shape, shape->at, false);
	if (*p != '$')
		return p;
	shape->at++;
	shape->tag_at = 1;
	shape->state = DOLLAR_END;
	return p + 1;
}

static const uint8_t *dollar_end(struct shape *shape, const uint8_t *p)
{
	if (*p != shape->tag[shape->tag_at]) {
		shape->state = IN_DOLLAR;
		return p;
	}
	shape->at++;
	if (++shape->tag_at < shape->tag_size)
		return p + 1;
	tell_body(shape, shape->at - shape->tag_size, true);
	shape->begin = shape->at;
	shape->state = IN_CODE;
	return p + 1;
}

static const uint8_t *oracle_start(struct shape *shape, const uint8_t *p)
{
	static const char opening[] = "[{(<", closing[] = "]})>";
	const char *found = *p != 0 ? strchr(opening, *p) : NULL;
	shape->quote = found != NULL ? (uint8_t)closing[found - opening] : *p;
	shape->at++;
	begin_place(shape, IN_ORACLE, shape->at);
	return p + 1;
}

static const uint8_t *in_oracle(struct shape *shape, const uint8_t *p, const uint8_t *end)
{
	size_t size = scan_bytes(p, body_left(shape, p, end), shape->quote, shape->quote, shape->quote);
	shape->at += size;
	p += size;
	if (p == end)
		return p;
	if (is_full(shape))
		tell_body(shape, shape->at, false);
	if (*p != shape->quote)
		return p;
	shape->at++;
	shape->state = ORACLE_END;
	return p + 1;
}

static const uint8_t *oracle_end(struct shape *shape, const uint8_t *p)
{
	if (*p != '\'') {
		shape->state = IN_ORACLE;
		return p;
	}
	tell_body(shape, shape->at - 1, true);
	shape->at++;
	shape->begin = shape->at;
	shape->state = IN_CODE;
	return p + 1;
}

/* --- comments --- */

static const uint8_t *in_line_comment(struct shape *shape, const uint8_t *p, const uint8_t *end)
{
	size_t size = scan_bytes(p, body_left(shape, p, end), '\n', '\n', '\n');
	shape->at += size;
	p += size;
	if (p == end)
		return p;
	bool over = *p == '\n';
	tell(shape, shape->at, SHAPE_TEXT, SHAPE_AS_IT_IS, over, NULL);
	if (over)
		shape->state = IN_CODE;
	return p;
}

/* Behind slash and star: what follows is text, or code if it is marked so. */
static const uint8_t *comment_start(struct shape *shape, const uint8_t *p)
{
	if (*p == 'M' && shape->size == 0) {
		shape->size = 1;
		shape->at++;
		return p + 1;
	}
	if (*p == '!') {
		shape->at++;
		begin_place(shape, IN_CODE, shape->at);
		return p + 1;
	}
	shape->state = IN_COMMENT;
	return p;
}

static const uint8_t *in_comment(struct shape *shape, const uint8_t *p, const uint8_t *end)
{
	size_t size = scan_bytes(p, body_left(shape, p, end), '*', '*', '*');
	shape->at += size;
	p += size;
	if (p == end)
		return p;
	if (is_full(shape))
		tell(shape, shape->at, SHAPE_TEXT, SHAPE_AS_IT_IS, false, NULL);
	if (*p != '*')
		return p;
	shape->at++;
	shape->state = COMMENT_STAR;
	return p + 1;
}

static const uint8_t *comment_star(struct shape *shape, const uint8_t *p)
{
	if (*p != '/') {
		shape->state = IN_COMMENT;
		return p;
	}
	tell(shape, shape->at - 1, SHAPE_TEXT, SHAPE_AS_IT_IS, true, NULL);
	shape->at++;
	shape->begin = shape->at;
	shape->state = IN_CODE;
	return p + 1;
}

/* --- COPY --- */

static void begin_copy_cell(struct shape *shape, size_t cell)
{
	begin_place(shape, shape->copy == SQL_COPY_TEXT ? COPY_CELL : COPY_LINE, shape->at);
	shape->quote = 0;
	shape->cell = cell;
	shape->cell_start = shape->at;
	tell_column(shape, shape->at, shape->copy == SQL_COPY_TEXT ? sql_statement_cell(shape->statement, cell) : NULL);
}

/* Nothing should stand there; what does is text. */
static const uint8_t *copy_rest(struct shape *shape, const uint8_t *p, const uint8_t *end)
{
	size_t size = scan_bytes(p, body_left(shape, p, end), '\n', '\n', '\n');
	shape->at += size;
	p += size;
	if (p == end)
		return p;
	bool over = *p == '\n';
	tell(shape, shape->at, SHAPE_TEXT, SHAPE_AS_IT_IS, over, NULL);
	if (!over)
		return p;
	shape->at++;
	begin_copy_cell(shape, 0);
	return p + 1;
}

static void tell_cell(struct shape *shape, uint64_t end, bool last)
{
	tell(shape, end, SHAPE_CELL, SHAPE_BACKSLASH, last, sql_statement_cell(shape->statement, shape->cell));
}

/* Is the cell these two bytes, with or without a carriage return? */
static bool is_cell(const struct shape *shape, const char *bytes)
{
	uint64_t size = shape->at - shape->cell_start;
	return (size == 2 || (size == 3 && shape->cell_head[2] == '\r')) && memcmp(shape->cell_head, bytes, 2) == 0;
}

static void keep_head(struct shape *shape, uint8_t byte)
{
	uint64_t at = shape->at - shape->cell_start;
	if (at < sizeof shape->cell_head)
		shape->cell_head[at] = byte;
	shape->at++;
}

static void end_copy(struct shape *shape)
{
	shape->begin = shape->at;
	shape->told = false;
	shape->first_on_line = true;
	shape->state = IN_CODE;
	tell_column(shape, shape->at, NULL);
}

/* A tab or line feed stands here. */
static const uint8_t *end_copy_cell(struct shape *shape, const uint8_t *p)
{
	bool text = shape->copy == SQL_COPY_TEXT, over = *p == '\n' && shape->cell == 0 && is_cell(shape, "\\.");
	if (over || is_cell(shape, "\\N"))
		shape->begin = shape->at; /* null, or the end of the rows */
	else if (text)
		tell_cell(shape, shape->at, true);
	else
		tell(shape, shape->at, SHAPE_TEXT, SHAPE_AS_IT_IS, true, NULL);
	shape->at++;
	if (over)
		end_copy(shape);
	else
		begin_copy_cell(shape, *p == '\t' ? shape->cell + 1 : 0);
	return p + 1;
}

static const uint8_t *copy_cell(struct shape *shape, const uint8_t *p, const uint8_t *end)
{
	bool text = shape->copy == SQL_COPY_TEXT;
	uint8_t tab = text ? '\t' : '\n', escape = text ? '\\' : '\n';
	size_t size = scan_bytes(p, body_left(shape, p, end), tab, escape, '\n');
	for (size_t i = 0; i < 3 && i < size; i++)
		if (shape->at - shape->cell_start + i < sizeof shape->cell_head)
			shape->cell_head[shape->at - shape->cell_start + i] = p[i];
	shape->at += size;
	p += size;
	if (p == end)
		return p;
	if (*p == tab || *p == '\n')
		return end_copy_cell(shape, p);
	if (is_full(shape) && text)
		tell_cell(shape, shape->at, false);
	else if (is_full(shape))
		tell(shape, shape->at, SHAPE_TEXT, SHAPE_AS_IT_IS, false, NULL);
	if (text && *p == '\\') {
		keep_head(shape, *p);
		shape->state = COPY_ESCAPE;
		return p + 1;
	}
	return p;
}

/* A backslash before a line feed is a line feed of the value. */
static const uint8_t *copy_escape(struct shape *shape, const uint8_t *p)
{
	keep_head(shape, *p);
	shape->state = COPY_CELL;
	return p + 1;
}

/* --- code --- */

/* A byte of code that begins no word; p stands on it. */
static const uint8_t *take_byte(struct shape *shape, const uint8_t *p)
{
	shape->at++;
	shape->begin = shape->at;
	switch (*p) {
	case '\'':
	case '"':
	case '`':
		open_string(shape, *p, false);
		break;
	case '[':
		if (shape->dialect.brackets)
			open_string(shape, '[', false);
		else
			take_sign(shape, *p);
		break;
	case '-':
	case '/':
	case '*':
		shape->state = *p == '-' ? BEHIND_DASH : *p == '/' ? BEHIND_SLASH : BEHIND_STAR;
		shape->begin--;
		break;
	case '\n':
		shape->first_on_line = true;
		break;
	case ' ':
	case '\t':
	case '\r':
		break;
	default:
		take_sign(shape, *p);
		shape->copy = *p == ';' ? sql_statement_copy(shape->statement) : SQL_NO_COPY;
		if (shape->copy != SQL_NO_COPY)
			shape->state = COPY_REST;
	}
	return p + 1;
}

static const uint8_t *in_code(struct shape *shape, const uint8_t *p)
{
	if (*p == '#' && shape->dialect.hash_comment) {
		begin_place(shape, IN_LINE_COMMENT, shape->at);
		return p;
	}
	if (*p == '$') {
		begin_place(shape, DOLLAR_TAG, shape->at);
		shape->tag[0] = '$';
		shape->tag_size = 1;
		shape->at++;
		return p + 1;
	}
	if (sql_is_in_word(*p) && *p != '.' && *p != '%' && *p != '&' && *p != ':' && *p != '+') {
		begin_place(shape, IN_WORD, shape->at);
		return p;
	}
	return take_byte(shape, p);
}

/* The dash is the sign of a number behind a bracket, comma or equals sign. */
static const uint8_t *behind_dash(struct shape *shape, const uint8_t *p)
{
	uint8_t before = shape->last_sign;
	if (*p == '-') {
		begin_place(shape, IN_LINE_COMMENT, shape->begin);
	} else if ((sql_is_digit(*p) || *p == '.') && (before == '(' || before == ',' || before == '=')) {
		begin_place(shape, IN_WORD, shape->begin);
		keep_text(shape, (const uint8_t *)"-", 1);
	} else {
		shape->begin = shape->at;
		shape->state = IN_CODE;
		take_sign(shape, '-');
	}
	return p;
}

static const uint8_t *behind_slash(struct shape *shape, const uint8_t *p)
{
	if (*p == '*') {
		shape->at++;
		begin_place(shape, COMMENT_START, shape->at);
		return p + 1;
	}
	shape->begin = shape->at;
	shape->state = IN_CODE;
	take_sign(shape, '/');
	return p;
}

/* The end of a comment that is run is no sign of the statement. */
static const uint8_t *behind_star(struct shape *shape, const uint8_t *p)
{
	shape->state = IN_CODE;
	shape->begin = shape->at;
	if (*p != '/') {
		take_sign(shape, '*');
		return p;
	}
	shape->at++;
	shape->begin = shape->at;
	return p + 1;
}

static const uint8_t *step(struct shape *shape, const uint8_t *p, const uint8_t *end)
{
	switch (shape->state) {
	case IN_CODE:
		return in_code(shape, p);
	case IN_WORD:
		return in_word(shape, p, end);
	case BEHIND_DASH:
		return behind_dash(shape, p);
	case BEHIND_SLASH:
		return behind_slash(shape, p);
	case BEHIND_STAR:
		return behind_star(shape, p);
	case IN_LINE_COMMENT:
		return in_line_comment(shape, p, end);
	case COMMENT_START:
		return comment_start(shape, p);
	case IN_COMMENT:
		return in_comment(shape, p, end);
	case COMMENT_STAR:
		return comment_star(shape, p);
	case IN_STRING:
		return in_string(shape, p, end);
	case STRING_ESCAPE:
		keep_text(shape, p, 1);
		shape->at++;
		shape->state = IN_STRING;
		return p + 1;
	case STRING_QUOTE:
		return string_quote(shape, p);
	case DOLLAR_TAG:
		return dollar_tag(shape, p);
	case IN_DOLLAR:
		return in_dollar(shape, p, end);
	case DOLLAR_END:
		return dollar_end(shape, p);
	case ORACLE_START:
		return oracle_start(shape, p);
	case IN_ORACLE:
		return in_oracle(shape, p, end);
	case ORACLE_END:
		return oracle_end(shape, p);
	case COPY_REST:
		return copy_rest(shape, p, end);
	case COPY_ESCAPE:
		return copy_escape(shape, p);
	case COPY_CELL:
	case COPY_LINE:
		break;
	}
	return copy_cell(shape, p, end);
}

static void feed(struct shape *shape, const void *data, size_t size)
{
	const uint8_t *p = data, *end = p + size;
	while (p < end)
		p = step(shape, p, end);
}

/* What is cut off is text. */
static void finish(struct shape *shape)
{
	if (shape->state == IN_STRING && shape->hidden)
		hide(shape, shape->at, true);
	else if (shape->state == IN_WORD)
		end_word(shape);
	else if (shape->state == STRING_QUOTE)
		string_quote(shape, (const uint8_t *)"");
	else if ((shape->state == COPY_CELL || shape->state == COPY_LINE) && !is_cell(shape, "\\N") &&
		 !is_cell(shape, "\\."))
		tell(shape, shape->at, SHAPE_TEXT, SHAPE_AS_IT_IS, true, NULL);
	else if (shape->state != IN_CODE && shape->state != COPY_CELL && shape->state != COPY_LINE)
		tell(shape, shape->at, SHAPE_TEXT, SHAPE_AS_IT_IS, true, NULL);
	shape->begin = shape->at;
	shape->state = IN_CODE;
}

static uint64_t settled(const struct shape *shape)
{
	return shape->state == IN_CODE ? shape->at : shape->begin;
}

/* --- the shape --- */

static int bid(struct st_span head, bool head_is_all)
{
	(void)head_is_all;
	return sql_sniff(head).found ? 75 : 0;
}

static struct shape *open_sql(struct st_span head, bool head_is_all, const struct shape_events *events)
{
	struct shape *shape = st_alloc_zero(1, sizeof *shape);
	(void)head_is_all;
	shape->events = *events;
	shape->dialect = sql_sniff(head);
	shape->statement = sql_statement_open(&shape->events);
	shape->first_on_line = true;
	return shape;
}

static void close_sql(struct shape *shape)
{
	sql_statement_close(shape->statement);
	free(shape);
}

const struct shape_format shape_sql = {.format = "sql",
	.bid = bid,
	.open = open_sql,
	.feed = feed,
	.finish = finish,
	.settled = settled,
	.close = close_sql};
