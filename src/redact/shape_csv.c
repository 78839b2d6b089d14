/*
 * Tables for redaction: a cell is a place, inside its quotes if it has any. Quotes are read as extract/csv.c reads them
 * (RFC 4180 and what people make of it): a quoted cell may span lines if its closing quote comes within
 * CEIL_CSV_QUOTED_BYTES of its first line end and no other single quote stands between, else the row ends at that line
 * end. Where readers differ about a cell (a quote in the middle of quoted text, blanks before the first quote), each
 * stretch between quotes, delimiters and line ends is a place: whoever reads the output sees the same cells as in the
 * input, and its column is that of extract/csv.c.
 *
 * The header is looked for in the head; without one a column is called by its number, `#1`. From a line end in a quoted
 * cell on, bytes are held until it is known what it ends.
 */
#include "redact/shape.h"

#include <stdlib.h>

#include "base/ceilings.h"
#include "extract/csv_shape.h"
#include "redact/scan_bytes.h"

#define PART_BYTES CEIL_TEXT_BLOCK_BYTES
#define LOST_LOOKAHEAD_BYTES (16 * MIB)
#define MARK "\xEF\xBB\xBF"

enum state { AT_MARK, IN_SEP_LINE, CELL_START, PLAIN, BEHIND_RETURN, QUOTED, AFTER_QUOTE, BLANKS_AFTER };

struct part {
	uint64_t start, end;
	bool first;
};

struct shape {
	struct shape_events events;
	struct csv_dialect dialect;
	enum state state;
	const uint8_t *data; /* the window: a block, or `held` */
	size_t at, size;
	uint64_t start;     /* offset of data[0] */
	struct st_buf held; /* from the line end that is in doubt on */
	uint64_t begin;     /* of what was not told of the cell */
	uint64_t quote;     /* with AFTER_QUOTE, BLANKS_AFTER: the quote */
	bool told;          /* a part of the cell was told */
	bool torn;          /* readers differ about the cell */
	bool blank_row;     /* it has no byte yet that is no blank */
	size_t column;      /* of the cell, from 0 */
	bool in_header;
	struct {
		bool on;
		uint64_t at, begin;
		bool told;
	} doubt;                                                   /* at the first line end in a quoted cell */
	struct part parts[CEIL_CSV_QUOTED_BYTES / PART_BYTES + 4]; /* of the cell in doubt */
	size_t part_count;
	uint64_t lost;        /* bytes looked ahead in vain */
	uint64_t column_from; /* what begins before has no column */
	struct st_buf names;  /* of the columns */
	struct st_span *columns;
	unsigned *numbers; /* what they are called outside */
	size_t column_count;
	unsigned column_told;
};

static uint64_t offset(const struct shape *shape)
{
	return shape->start + shape->at;
}

/* --- columns --- */

static void tell_column(struct shape *shape, uint64_t start, unsigned number)
{
	if (shape->numbers == NULL || number == shape->column_told || start < shape->column_from)
		return;
	shape->column_told = number;
	shape->events.column(shape->events.context, start, number);
}

static void begin_cell(struct shape *shape, uint64_t start)
{
	bool named = !shape->in_header && shape->column < shape->column_count;
	shape->state = CELL_START;
	shape->begin = start;
	shape->told = shape->torn = false;
	if (shape->numbers != NULL)
		tell_column(shape, start, named ? shape->numbers[shape->column] : 0);
}

/* `#12` for the twelfth. */
static struct st_span numbered(size_t column, char name[24])
{
	char *p = name + 24;
	for (column++; column > 0; column /= 10)
		*--p = (char)('0' + column % 10);
	*--p = '#';
	return (struct st_span){(const uint8_t *)p, (size_t)(name + 24 - p)};
}

/* --- telling --- */

static void give(struct shape *shape, uint64_t start, uint64_t end, bool first, bool last, bool quoted)
{
	char name[24];
	struct shape_place place = {.start = start,
		.end = end,
		.kind = quoted ? SHAPE_STRING : SHAPE_CELL,
		.escape = quoted ? SHAPE_DOUBLED : SHAPE_AS_IT_IS,
		.first = first,
		.last = last,
		.quote = '"'};
	bool named = shape->column < shape->column_count && shape->columns[shape->column].size > 0;
	if (!shape->events.no_fields && !shape->in_header)
		place.field = named ? shape->columns[shape->column] : numbered(shape->column, name);
	shape->events.place(shape->events.context, &place);
}

/* What was not told of the cell ends here. In doubt, it waits. */
static void tell(struct shape *shape, uint64_t end, bool last, bool quoted)
{
	bool any = end > shape->begin || (last && shape->told && !shape->torn);
	if (any && shape->doubt.on)
		shape->parts[shape->part_count++] = (struct part){shape->begin, end, !shape->told};
	else if (any)
		give(shape, shape->begin, end, !shape->told, last, quoted);
	shape->told |= any;
	shape->begin = end;
}

static void end_doubt(struct shape *shape)
{
	shape->doubt.on = false;
	for (size_t i = 0; i < shape->part_count; i++)
		give(shape, shape->parts[i].start, shape->parts[i].end, shape->parts[i].first,
			i + 1 == shape->part_count, true);
	shape->part_count = 0;
}

/* A delimiter or line end stands here. */
static void end_cell(struct shape *shape, bool row)
{
	uint64_t next = offset(shape) + 1;
	if (row) {
		shape->in_header = shape->in_header && shape->blank_row;
		shape->blank_row = true;
		shape->column = 0;
	} else {
		shape->blank_row = false;
		shape->column++;
	}
	begin_cell(shape, next);
}

/* --- doubt --- */

static bool may_span_lines(const struct shape *shape)
{
	return !shape->torn && offset(shape) - shape->begin < PART_BYTES && !shape->told &&
	       shape->lost <= offset(shape) + LOST_LOOKAHEAD_BYTES;
}

static void begin_doubt(struct shape *shape)
{
	shape->doubt.at = offset(shape);
	shape->doubt.begin = shape->begin;
	shape->doubt.told = shape->told;
	shape->doubt.on = true;
	tell_column(shape, offset(shape), 0); /* these lines may be rows of their own */
}

/* The quote closes nothing: the row ended at the line end. */
static void go_back(struct shape *shape)
{
	shape->lost += offset(shape) - shape->doubt.at;
	shape->column_from = offset(shape);
	shape->begin = shape->doubt.begin;
	shape->told = shape->doubt.told;
	shape->part_count = 0;
	shape->doubt.on = false;
	shape->at = (size_t)(shape->doubt.at - shape->start);
	shape->torn = true;
	tell(shape, offset(shape), true, true);
	end_cell(shape, true);
	shape->at++;
}

/* --- the states; each takes a byte or changes the state --- */

static void at_mark(struct shape *shape)
{
	if (offset(shape) < 3 && shape->data[shape->at] == (uint8_t)MARK[offset(shape)]) {
		shape->at++;
		return;
	}
	shape->state = shape->dialect.first_is_sep ? IN_SEP_LINE : CELL_START;
	if (offset(shape) < 3) { /* what looked like a mark is text */
		shape->state = offset(shape) > 0 ? PLAIN : shape->state;
		return;
	}
	shape->begin = offset(shape);
}

static void in_sep_line(struct shape *shape)
{
	const uint8_t *from = shape->data + shape->at;
	const uint8_t *end = memchr(from, shape->dialect.line_end, shape->size - shape->at);
	shape->at += end != NULL ? (size_t)(end - from) + 1 : shape->size - shape->at;
	if (end != NULL)
		begin_cell(shape, offset(shape));
}

static void at_cell_start(struct shape *shape)
{
	uint8_t byte = shape->data[shape->at];
	if (byte == ' ' && shape->dialect.delimiter != ' ' && offset(shape) - shape->begin < PART_BYTES) {
		shape->torn = true; /* should a quote follow */
		shape->at++;
	} else if (byte == '"') {
		tell(shape, offset(shape), false, false);
		shape->at++;
		shape->begin = offset(shape);
		shape->blank_row = false;
		shape->state = QUOTED;
	} else {
		shape->torn = false;
		shape->state = PLAIN;
	}
}

static void end_part(struct shape *shape, bool quoted)
{
	if (offset(shape) - shape->begin >= PART_BYTES)
		tell(shape, offset(shape), false, quoted);
}

/* How far bodies may be skipped here: to the end of the part. */
static size_t body_left(const struct shape *shape)
{
	size_t left = shape->size - shape->at, used = (size_t)(offset(shape) - shape->begin);
	size_t part = used < PART_BYTES ? PART_BYTES - used : 0;
	return left < part ? left : part;
}

static void in_plain(struct shape *shape)
{
	uint8_t delimiter = shape->dialect.delimiter, line_end = shape->dialect.line_end;
	size_t size = scan_bytes(shape->data + shape->at, body_left(shape), delimiter, line_end, '\r');
	shape->blank_row &= size == 0;
	shape->at += size;
	if (shape->at == shape->size)
		return;
	uint8_t byte = shape->data[shape->at];
	if (byte == delimiter || byte == line_end) {
		tell(shape, offset(shape), true, false);
		end_cell(shape, byte == line_end);
		shape->at++;
		return;
	}
	end_part(shape, false);
	if (byte == '\r') {
		shape->at++;
		shape->state = BEHIND_RETURN;
	}
}

/* A carriage return before the line end is no part of the cell. */
static void behind_return(struct shape *shape)
{
	if (shape->data[shape->at] == shape->dialect.line_end) {
		uint64_t end = offset(shape) - 1;
		tell(shape, end > shape->begin ? end : shape->begin, true, false);
		end_cell(shape, true);
		shape->at++;
	} else {
		shape->blank_row = false;
		shape->state = PLAIN;
	}
}

/* In a torn cell each delimiter and line end is structure. */
static void at_torn_sign(struct shape *shape, uint8_t byte)
{
	tell(shape, offset(shape), true, true);
	if (byte == shape->dialect.line_end) {
		end_cell(shape, true);
	} else {
		shape->begin = offset(shape) + 1;
	}
	shape->at++;
}

static void at_quote(struct shape *shape)
{
	if (shape->torn || offset(shape) - shape->begin >= PART_BYTES)
		tell(shape, offset(shape), shape->torn, true);
	shape->quote = offset(shape);
	shape->at++;
	if (shape->torn)
		shape->begin = offset(shape);
	shape->state = AFTER_QUOTE;
}

static void in_quoted(struct shape *shape)
{
	uint8_t line_end = shape->doubt.on ? '"' : shape->dialect.line_end;
	uint8_t delimiter = shape->torn ? shape->dialect.delimiter : '"';
	size_t left = body_left(shape);
	if (shape->doubt.on) {
		uint64_t limit = shape->doubt.at + CEIL_CSV_QUOTED_BYTES;
		if (offset(shape) >= limit) {
			go_back(shape);
			return;
		}
		left = left < limit - offset(shape) ? left : (size_t)(limit - offset(shape));
	}
	shape->at += scan_bytes(shape->data + shape->at, left, '"', line_end, delimiter);
	if (shape->at == shape->size)
		return;
	uint8_t byte = shape->data[shape->at];
	if (byte == '"') {
		at_quote(shape);
	} else if (shape->torn && (byte == delimiter || byte == line_end)) {
		at_torn_sign(shape, byte);
	} else if (!shape->doubt.on && byte == line_end) {
		if (may_span_lines(shape)) {
			begin_doubt(shape);
			shape->at++;
		} else {
			shape->torn = true;
		}
	} else {
		end_part(shape, true);
	}
}

static bool is_blank(uint8_t byte)
{
	return byte == ' ' || byte == '\t' || byte == '\r';
}

/* The quote closed the cell's text. */
static void close_quoted(struct shape *shape)
{
	if (!shape->torn)
		tell(shape, shape->quote, true, true);
	if (shape->doubt.on)
		end_doubt(shape);
}

/* Text behind a quote that should have closed: in doubt it did not; else readers differ from here on. */
static void at_stray(struct shape *shape)
{
	if (shape->doubt.on) {
		go_back(shape);
		return;
	}
	if (shape->state == AFTER_QUOTE)
		close_quoted(shape);
	shape->torn = true;
	shape->begin = offset(shape);
	shape->state = QUOTED;
}

static void after_quote(struct shape *shape)
{
	uint8_t byte = shape->data[shape->at];
	if (byte == '"' && !shape->torn) {
		shape->at++;
		shape->state = QUOTED;
	} else if (byte == shape->dialect.line_end || byte == shape->dialect.delimiter) {
		close_quoted(shape);
		end_cell(shape, byte == shape->dialect.line_end);
		shape->at++;
	} else if (is_blank(byte)) {
		if (!shape->doubt.on)
			close_quoted(shape);
		shape->state = BLANKS_AFTER;
	} else {
		at_stray(shape);
	}
}

static void blanks_after(struct shape *shape)
{
	uint8_t byte = shape->data[shape->at];
	if (byte == shape->dialect.line_end || byte == shape->dialect.delimiter) {
		if (shape->doubt.on)
			close_quoted(shape);
		end_cell(shape, byte == shape->dialect.line_end);
		shape->at++;
	} else if (is_blank(byte) && (!shape->doubt.on || offset(shape) < shape->doubt.at + CEIL_CSV_QUOTED_BYTES)) {
		shape->at++;
		if (!shape->doubt.on)
			shape->begin = offset(shape);
	} else {
		at_stray(shape);
	}
}

static void parse(struct shape *shape)
{
	static void (*const states[])(struct shape * shape) = {[AT_MARK] = at_mark,
		[IN_SEP_LINE] = in_sep_line,
		[CELL_START] = at_cell_start,
		[PLAIN] = in_plain,
		[BEHIND_RETURN] = behind_return,
		[QUOTED] = in_quoted,
		[AFTER_QUOTE] = after_quote,
		[BLANKS_AFTER] = blanks_after};
	while (shape->at < shape->size)
		states[shape->state](shape);
}

/* --- the window --- */

static void use_window(struct shape *shape, const uint8_t *data, size_t size, uint64_t start, size_t at)
{
	shape->data = data;
	shape->size = size;
	shape->start = start;
	shape->at = at;
}

/* What is in doubt is kept, and nothing else. */
static void hold(struct shape *shape)
{
	uint64_t end = shape->start + shape->size;
	if (!shape->doubt.on) {
		shape->held.size = 0;
		use_window(shape, NULL, 0, end, 0);
		return;
	}
	size_t from = (size_t)(shape->doubt.at - shape->start);
	if (shape->data == shape->held.data)
		st_buf_drop_front(&shape->held, from);
	else
		st_buf_add(&shape->held, shape->data + from, shape->size - from);
	use_window(shape, shape->held.data, shape->held.size, shape->doubt.at, shape->held.size);
}

static void feed(struct shape *shape, const void *data, size_t size)
{
	if (size == 0)
		return;
	if (shape->held.size == 0) {
		use_window(shape, data, size, shape->start, 0);
	} else {
		size_t at = shape->held.size;
		st_buf_add(&shape->held, data, size);
		use_window(shape, shape->held.data, shape->held.size, shape->start, at);
	}
	parse(shape);
	hold(shape);
}

static void finish(struct shape *shape)
{
	while (shape->doubt.on && shape->state == QUOTED) {
		go_back(shape);
		parse(shape);
	}
	uint64_t end = offset(shape);
	switch (shape->state) {
	case AFTER_QUOTE:
		close_quoted(shape);
		break;
	case BLANKS_AFTER:
		if (shape->doubt.on)
			close_quoted(shape);
		break;
	case BEHIND_RETURN:
		tell(shape, end > shape->begin ? end - 1 : end, true, false);
		break;
	case IN_SEP_LINE:
		break;
	default:
		tell(shape, end, true, shape->state == QUOTED);
		break;
	}
	hold(shape);
	shape->begin = end;
	shape->state = PLAIN;
}

static uint64_t settled(const struct shape *shape)
{
	if (shape->doubt.on)
		return shape->doubt.begin;
	return shape->state == IN_SEP_LINE ? offset(shape) : shape->begin;
}

/* --- the header --- */

static struct st_span trimmed(const uint8_t *p, const uint8_t *end)
{
	while (p < end && is_blank(*p))
		p++;
	while (end > p && is_blank(end[-1]))
		end--;
	return (struct st_span){p, (size_t)(end - p)};
}

/* Adds what the cell at p says, its size in front, trimmed and unquoted. Returns its delimiter or line end; NULL: the
 * text is over. */
static const uint8_t *add_name(struct st_buf *names, const uint8_t *p, const uint8_t *end, struct csv_dialect dialect)
{
	st_auto_buf struct st_buf name = {0};
	st_buf_reserve(&name, 64);
	while (p < end && *p == ' ' && dialect.delimiter != ' ')
		p++;
	bool quoted = p < end && *p == '"';
	for (p += quoted; p < end; p++) {
		if (quoted && *p == '"' && (p + 1 == end || p[1] != '"'))
			quoted = false;
		else if (!quoted && (*p == dialect.delimiter || *p == dialect.line_end))
			break;
		else
			st_buf_add_byte(&name, *p);
		p += quoted && *p == '"';
	}
	struct st_span text = trimmed(name.data, name.data + name.size);
	st_buf_add_span(names, text.data, text.size);
	return p < end ? p : NULL;
}

static struct st_span *spans_of(const struct st_buf *names, size_t count)
{
	struct st_span *spans = st_alloc((count + 1) * sizeof *spans);
	struct st_cursor in = {names->data, names->data + names->size, false};
	for (size_t i = 0; i < count; i++)
		spans[i] = st_cursor_span(&in);
	return spans;
}

static void ask_numbers(struct shape *shape)
{
	if (shape->events.column_name == NULL || shape->events.column == NULL)
		return;
	bool any = false;
	shape->numbers = st_alloc(shape->column_count * sizeof *shape->numbers);
	for (size_t i = 0; i < shape->column_count; i++) {
		shape->numbers[i] = shape->events.column_name(shape->events.context, shape->columns[i]);
		any |= shape->numbers[i] != 0;
	}
	if (any)
		return;
	free(shape->numbers);
	shape->numbers = NULL;
}

/* The first row of the head that is not blank names the columns, if it is whole and may be a header. */
static void read_header(struct shape *shape, struct st_span head, bool head_is_all)
{
	const uint8_t *p = head.data, *end = p + head.size;
	size_t count = 0;
	if (head.size >= 3 && memcmp(p, MARK, 3) == 0)
		p += 3;
	if (shape->dialect.first_is_sep) {
		const uint8_t *line_end = memchr(p, shape->dialect.line_end, (size_t)(end - p));
		p = line_end != NULL ? line_end + 1 : end;
	}
	while (p < end && (*p == ' ' || *p == '\r' || *p == shape->dialect.line_end))
		p++;
	for (;;) {
		p = add_name(&shape->names, p, end, shape->dialect);
		count++;
		if (p == NULL || *p == shape->dialect.line_end || count == CEIL_CSV_CELLS)
			break;
		p++;
	}
	st_auto_free struct st_span *sorted = spans_of(&shape->names, count);
	if ((p == NULL && !head_is_all) || count == CEIL_CSV_CELLS || !csv_is_header(sorted, count))
		return;
	shape->in_header = true;
	shape->columns = spans_of(&shape->names, count);
	shape->column_count = count;
	ask_numbers(shape);
}

/* --- the shape --- */

static struct st_span without_mark(struct st_span head)
{
	if (head.size >= 3 && memcmp(head.data, MARK, 3) == 0)
		return (struct st_span){head.data + 3, head.size - 3};
	return head;
}

static int bid(struct st_span head, bool head_is_all)
{
	return csv_sniff(without_mark(head), head_is_all).found ? 50 : 0;
}

static struct shape *open_csv(struct st_span head, bool head_is_all, const struct shape_events *events)
{
	struct shape *shape = st_alloc_zero(1, sizeof *shape);
	shape->events = *events;
	shape->dialect = csv_sniff(without_mark(head), head_is_all);
	shape->blank_row = true;
	if (head.size > 0)
		read_header(shape, head, head_is_all);
	return shape;
}

static void close_csv(struct shape *shape)
{
	st_buf_free(&shape->held);
	st_buf_free(&shape->names);
	free(shape->columns);
	free(shape->numbers);
	free(shape);
}

const struct shape_format shape_csv = {.format = "csv",
	.bid = bid,
	.open = open_csv,
	.feed = feed,
	.finish = finish,
	.settled = settled,
	.close = close_csv};
