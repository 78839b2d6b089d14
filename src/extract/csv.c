/*
 * Tables with any delimiter: one record a row. Quotes as RFC 4180, and what people make of them: a quote inside a
 * quoted cell that is followed by other text is a plain character; so is an opening quote that does not close. A quoted
 * cell may span lines only if its closing quote (one with a delimiter or a line end behind it) comes within
 * CEIL_CSV_QUOTED_BYTES of its first line end, no other single quote stands between, and its first line is no longer
 * than CEIL_CANONICAL_VALUE_BYTES; else the row ends at that line end and reading goes on behind it. So one lost quote
 * costs one row. A text in which looking ahead keeps failing (more than it is long, and 16 MiB) has no cells of several
 * lines from there on.
 *
 * Canonical row: for each cell its bytes, unquoted and trimmed of blanks (one over CEIL_CANONICAL_VALUE_BYTES: its
 * SHA-256, untrimmed at the end), and its length in four bytes, 0xFFFFFFFF for a hash. Rows without any cell content in
 * a single column are blank lines, and no records; nor is a header. Its cells name the columns: each block is parsed
 * before it is given, so that the columns of its values are told first, and its records afterwards.
 */
#include "extract/charset.h"
#include "extract/csv_shape.h"
#include "extract/id_fields.h"

#include <stdlib.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#define ROW_BATCH_BYTES (1 * MIB) /* of a row is held; the rest was hashed */
#define LOST_LOOKAHEAD_BYTES (16 * MIB)
#define HASHED_CELL UINT32_MAX

enum state { CELL_START, PLAIN, QUOTED, AFTER_QUOTE };

struct csv_run {
	struct reader_input *input;
	struct csv_dialect dialect;
	struct st_sha256 *row_hash, *cell_hash;
	struct id_fields *ids; /* NULL none */
	const uint8_t *data;   /* the window: a block, or `held` */
	size_t at, size;
	uint64_t start;     /* text offset of data[0] */
	struct st_buf held; /* from the checkpoint on */
	enum state state;
	uint8_t last; /* byte of the row taken last: a CR before the line end is no part of the row */
	bool blank_after_quote;
	uint64_t row_start;
	struct st_buf cells; /* the canonical row */
	size_t cell_at;      /* the cell begun, in cells */
	size_t cell_count;
	bool cell_hashing, row_hashing;
	bool first_row;
	struct {
		bool on;
		uint64_t at; /* text offset of the first line end in the quoted cell */
		size_t cell_size;
		uint8_t last;
	} checkpoint;
	uint64_t lost; /* bytes looked ahead in vain */
	const struct extract_events *events;
	void *context;
	uint64_t given;      /* text offset up to which the text was given */
	struct st_buf rows;  /* of struct csv_row: their text was not */
	unsigned *columns;   /* what the header's names are called outside; NULL: nobody asks for one */
	size_t column_count; /* of them */
	unsigned told;       /* the column told last */
	uint64_t tell_from;  /* what begins before this text offset has no column: a lost quote may have hidden rows
				there */
};

struct csv_row {
	uint64_t start, end;
	size_t ids_end; /* its values of fields end there among those that are kept */
	uint8_t sha256[ST_SHA256_BYTES];
};

/* --- columns --- */

static void tell_column(struct csv_run *run, uint64_t start, unsigned column)
{
	if (column == run->told || start < run->tell_from)
		return;
	run->told = column;
	run->events->cell(run->context, run->input->part, start, column);
}

/* The next cell begins at this text offset. */
static void begin_cell(struct csv_run *run, uint64_t start)
{
	if (run->columns != NULL)
		tell_column(run, start, run->cell_count < run->column_count ? run->columns[run->cell_count] : 0);
}

static void name_columns(struct csv_run *run, const struct st_span *names, size_t count)
{
	bool any = false;
	if (run->events->column == NULL || run->events->cell == NULL || count == 0)
		return;
	run->columns = st_alloc(count * sizeof *run->columns);
	run->column_count = count;
	for (size_t i = 0; i < count; i++) {
		run->columns[i] = run->events->column(run->context, run->input->part, names[i]);
		any |= run->columns[i] != 0;
	}
	if (any)
		return;
	free(run->columns);
	run->columns = NULL;
}

/* --- cells and rows --- */

static bool is_blank(uint8_t byte)
{
	return byte == ' ' || byte == '\t' || byte == '\r';
}

static void add_to_cell(struct csv_run *run, const uint8_t *data, size_t size)
{
	if (run->cells.size == run->cell_at && !run->cell_hashing) {
		while (size > 0 && is_blank(*data)) {
			data++;
			size--;
		}
	}
	size_t have = run->cells.size - run->cell_at;
	if (!run->cell_hashing && have + size > CEIL_CANONICAL_VALUE_BYTES) {
		/* fill it up, so that what is held does not depend on how the text was cut */
		size_t fill = CEIL_CANONICAL_VALUE_BYTES - have;
		st_buf_add(&run->cells, data, fill);
		data += fill;
		size -= fill;
		st_sha256_begin(run->cell_hash);
		st_sha256_add(run->cell_hash, run->cells.data + run->cell_at, CEIL_CANONICAL_VALUE_BYTES);
		run->cell_hashing = true;
	}
	if (run->cell_hashing)
		st_sha256_add(run->cell_hash, data, size);
	else
		st_buf_add(&run->cells, data, size);
}

static void hash_row_so_far(struct csv_run *run)
{
	if (!run->row_hashing)
		st_sha256_begin(run->row_hash);
	run->row_hashing = true;
	st_sha256_add(run->row_hash, run->cells.data, run->cells.size);
	run->cells.size = 0;
}

static void end_cell(struct csv_run *run)
{
	uint32_t size = HASHED_CELL;
	if (run->cell_hashing) {
		run->cells.size = run->cell_at;
		st_buf_reserve(&run->cells, ST_SHA256_BYTES);
		st_sha256_end(run->cell_hash, run->cells.data + run->cells.size);
		run->cells.size += ST_SHA256_BYTES;
	} else {
		while (run->cells.size > run->cell_at && is_blank(run->cells.data[run->cells.size - 1]))
			run->cells.size--;
		size = (uint32_t)(run->cells.size - run->cell_at);
	}
	if (run->cells.size > run->cell_at) {
		struct st_span cell = {run->cells.data + run->cell_at, run->cells.size - run->cell_at};
		id_fields_cell(run->ids, run->cell_count, run->start + run->at, cell, size == HASHED_CELL);
	}
	st_buf_add_u32(&run->cells, size);
	run->cell_count++;
	run->cell_hashing = false;
	if (run->cells.size > ROW_BATCH_BYTES)
		hash_row_so_far(run);
	run->cell_at = run->cells.size;
	run->last = 0;
	run->state = CELL_START;
}

/* The cells of a row that was not hashed in parts, from the first to the last; NULL when one of them is a hash. */
static struct st_span *row_cells(const struct csv_run *run)
{
	struct st_span *cells = st_alloc((run->cell_count + 1) * sizeof(*cells));
	size_t at = run->cells.size;
	for (size_t i = run->cell_count; i > 0; i--) {
		struct st_cursor in = {run->cells.data + at - 4, run->cells.data + at, false};
		uint32_t size = st_cursor_u32(&in);
		if (size == HASHED_CELL) {
			free(cells);
			return NULL;
		}
		at -= 4 + (size_t)size;
		cells[i - 1] = (struct st_span){run->cells.data + at, size};
	}
	return cells;
}

/* A header names the columns. */
static bool take_header(struct csv_run *run)
{
	struct st_span *cells = row_cells(run), *sorted = row_cells(run);
	bool header = cells != NULL && csv_is_header(sorted, run->cell_count);
	if (header)
		name_columns(run, cells, run->cell_count);
	for (size_t i = 0; header && i < run->cell_count; i++)
		id_fields_head(run->ids, i, cells[i]);
	free(cells);
	free(sorted);
	return header;
}

static bool is_no_record(struct csv_run *run)
{
	if (run->row_hashing)
		return false;
	if (run->cell_count == 1 && run->cells.size == 4)
		return true;
	return run->first_row && (run->dialect.first_is_sep || take_header(run));
}

/* Its values and its line end are given, too, before it is reported. */
static void give_row(struct csv_run *run, uint64_t end, uint64_t line_end)
{
	struct csv_row row = {.start = run->row_start, .end = end};
	if (!run->row_hashing)
		st_sha256_begin(run->row_hash);
	st_sha256_add(run->row_hash, run->cells.data, run->cells.size);
	st_sha256_end(run->row_hash, row.sha256);
	if (line_end <= run->given) {
		id_fields_give(run->ids, run->input, SIZE_MAX);
		id_fields_drop(run->ids);
		extract_run_record(run->input->run, run->input->part, row.start, row.end, row.sha256);
		return;
	}
	row.ids_end = id_fields_keep(run->ids);
	st_buf_add(&run->rows, &row, sizeof row);
}

static void give_rows(struct csv_run *run)
{
	const struct csv_row *row = (const struct csv_row *)(const void *)run->rows.data;
	for (size_t left = run->rows.size / sizeof *row; left > 0; left--, row++) {
		id_fields_give(run->ids, run->input, row->ids_end);
		extract_run_record(run->input->run, run->input->part, row->start, row->end, row->sha256);
	}
	run->rows.size = 0;
	id_fields_drop(run->ids);
}

/* The line end stands at this text offset. */
static void end_row(struct csv_run *run, uint64_t line_end)
{
	uint64_t end = line_end - (run->last == '\r');
	end_cell(run);
	bool blank = run->cell_count == 1 && run->cells.size == 4 && !run->row_hashing;
	if (!is_no_record(run))
		give_row(run, end, line_end);
	if (run->first_row && !blank) {
		run->first_row = run->dialect.first_is_sep; /* behind `sep=` a header may come */
		run->dialect.first_is_sep = false;
	}
	id_fields_begin(run->ids);
	run->cells.size = run->cell_at = run->cell_count = 0;
	run->row_hashing = false;
	run->row_start = line_end + 1;
	begin_cell(run, run->row_start);
}

/* --- quotes that do not close --- */

static uint64_t offset(const struct csv_run *run)
{
	return run->start + run->at;
}

/* The quote was a plain character after all. */
static void insert_quote(struct csv_run *run)
{
	st_buf_add_byte(&run->cells, 0);
	uint8_t *cell = run->cells.data + run->cell_at;
	memmove(cell + 1, cell, run->cells.size - run->cell_at - 1);
	*cell = '"';
}

static bool may_span_lines(const struct csv_run *run)
{
	return !run->cell_hashing && run->lost <= offset(run) + LOST_LOOKAHEAD_BYTES;
}

static void set_checkpoint(struct csv_run *run)
{
	run->checkpoint.on = true;
	run->checkpoint.at = offset(run);
	run->checkpoint.cell_size = run->cells.size;
	run->checkpoint.last = run->last;
	if (run->columns != NULL)
		tell_column(run, offset(run), 0); /* these lines may be rows of their own */
}

static void go_back(struct csv_run *run)
{
	run->lost += offset(run) - run->checkpoint.at;
	run->tell_from = offset(run);
	run->cells.size = run->checkpoint.cell_size;
	run->cell_hashing = false;
	run->last = run->checkpoint.last;
	insert_quote(run);
	run->at = (size_t)(run->checkpoint.at - run->start);
	end_row(run, run->checkpoint.at);
	run->at++;
	run->checkpoint.on = false;
}

/* --- the states; each takes at least one byte or changes the state --- */

static size_t find_either(const uint8_t *data, size_t size, uint8_t a, uint8_t b)
{
	size_t i = 0;
#ifdef __SSE2__
	const __m128i first = _mm_set1_epi8((char)a), second = _mm_set1_epi8((char)b);
	for (; size - i >= 16; i += 16) {
		__m128i v = _mm_loadu_si128((const __m128i *)(const void *)(data + i));
		unsigned mask =
			(unsigned)_mm_movemask_epi8(_mm_or_si128(_mm_cmpeq_epi8(v, first), _mm_cmpeq_epi8(v, second)));
		if (mask)
			return i + (size_t)__builtin_ctz(mask);
	}
#endif
	while (i < size && data[i] != a && data[i] != b)
		i++;
	return i;
}

static void take(struct csv_run *run, size_t size)
{
	if (size == 0)
		return;
	add_to_cell(run, run->data + run->at, size);
	run->at += size;
	run->last = run->data[run->at - 1];
}

static void at_cell_start(struct csv_run *run)
{
	uint8_t byte = run->data[run->at];
	if (byte == ' ' && run->dialect.delimiter != ' ') {
		run->at++;
		run->last = byte;
	} else if (byte == '"') {
		run->at++;
		run->last = byte;
		run->state = QUOTED;
	} else {
		run->state = PLAIN;
	}
}

static void in_plain(struct csv_run *run)
{
	uint8_t line_end = run->dialect.line_end;
	uint8_t delimiter = run->cell_count + 1 < CEIL_CSV_CELLS ? run->dialect.delimiter : line_end;
	take(run, find_either(run->data + run->at, run->size - run->at, delimiter, line_end));
	if (run->at == run->size)
		return;
	if (run->data[run->at] == line_end) {
		end_row(run, offset(run));
	} else {
		end_cell(run);
		begin_cell(run, offset(run) + 1);
	}
	run->at++;
}

/* A line end in a quoted cell: the first sets the checkpoint. */
static void at_quoted_line_end(struct csv_run *run)
{
	if (may_span_lines(run)) {
		set_checkpoint(run);
		take(run, 1);
		return;
	}
	if (!run->cell_hashing)
		insert_quote(run);
	end_row(run, offset(run));
	run->at++;
}

static void in_quoted(struct csv_run *run)
{
	uint8_t also = run->checkpoint.on ? '"' : run->dialect.line_end;
	size_t left = run->size - run->at;
	if (run->checkpoint.on) {
		uint64_t limit = run->checkpoint.at + CEIL_CSV_QUOTED_BYTES;
		if (offset(run) >= limit) {
			go_back(run);
			return;
		}
		if (left > limit - offset(run))
			left = (size_t)(limit - offset(run));
	}
	size_t size = find_either(run->data + run->at, left, '"', also);
	take(run, size);
	if (size == left)
		return;
	if (run->data[run->at] != '"') {
		at_quoted_line_end(run);
		return;
	}
	run->at++;
	run->last = '"';
	run->state = AFTER_QUOTE;
	run->blank_after_quote = false;
}

static void after_quote(struct csv_run *run)
{
	uint8_t byte = run->data[run->at];
	if (byte == '"' && !run->blank_after_quote) {
		take(run, 1);
		run->state = QUOTED;
	} else if (byte == run->dialect.line_end) {
		run->checkpoint.on = false;
		end_row(run, offset(run));
		run->at++;
	} else if (byte == run->dialect.delimiter && run->cell_count + 1 < CEIL_CSV_CELLS) {
		run->checkpoint.on = false;
		end_cell(run);
		begin_cell(run, offset(run) + 1);
		run->at++;
	} else if (is_blank(byte)) {
		run->blank_after_quote = true;
		run->last = byte;
		run->at++;
	} else if (run->checkpoint.on) {
		go_back(run);
	} else {
		add_to_cell(run, (const uint8_t *)"\" ", 1 + run->blank_after_quote);
		run->state = QUOTED;
	}
}

static void parse(struct csv_run *run)
{
	static void (*const states[])(struct csv_run *) = {
		[CELL_START] = at_cell_start, [PLAIN] = in_plain, [QUOTED] = in_quoted, [AFTER_QUOTE] = after_quote};
	while (run->at < run->size)
		states[run->state](run);
}

/* --- blocks --- */

static void use_window(struct csv_run *run, const uint8_t *data, size_t size, uint64_t start, size_t at)
{
	run->data = data;
	run->size = size;
	run->start = start;
	run->at = at;
}

/* Everything was parsed; from a checkpoint on the bytes may be needed again. */
static void hold(struct csv_run *run)
{
	if (!run->checkpoint.on) {
		run->held.size = 0;
		return;
	}
	size_t keep_from = (size_t)(run->checkpoint.at - run->start);
	if (run->held.size == 0)
		st_buf_add(&run->held, run->data + keep_from, run->size - keep_from);
	else
		st_buf_drop_front(&run->held, keep_from);
	use_window(run, run->held.data, run->held.size, run->checkpoint.at, run->held.size);
}

static void take_block(struct csv_run *run, const struct extract_text *block)
{
	if (run->held.size == 0) {
		use_window(run, block->data, block->size, block->start, 0);
	} else {
		st_buf_add(&run->held, block->data, block->size);
		use_window(run, run->held.data, run->held.size, run->start, run->at);
	}
	parse(run);
	hold(run);
	if (run->events->text != NULL)
		run->events->text(run->context, run->input->part, block);
	run->given = block->start + block->size;
	give_rows(run);
}

static void finish(struct csv_run *run, uint64_t text_end)
{
	while (run->checkpoint.on && run->state == QUOTED) {
		go_back(run);
		parse(run);
	}
	if (run->state == QUOTED && !run->cell_hashing)
		insert_quote(run);
	if (text_end > run->row_start)
		end_row(run, text_end);
}

/* --- the reader --- */

static struct csv_dialect sniff(const struct reader_input *input, enum charset charset)
{
	st_auto_buf struct st_buf buf = {0};
	struct reader_seen *seen = input->seen, none = {0};
	if (seen == NULL)
		seen = &none;
	if (!seen->csv_known)
		seen->csv = csv_sniff(charset_head_text(input, charset, &buf), input->head_is_all);
	seen->csv_known = true;
	return seen->csv;
}

static int bid(const struct reader_input *input)
{
	if (input->hint.joined)
		return 0; /* its rows are no records */
	enum charset charset = charset_of_part(input);
	return charset != CHARSET_BINARY && sniff(input, charset).found ? 50 : 0;
}

static void read_csv(struct reader_input *input, struct extract_part_result *result)
{
	enum charset charset = charset_of_part(input);
	struct csv_run run = {.input = input, .dialect = sniff(input, charset), .first_row = true};
	run.row_hash = st_sha256_new();
	run.cell_hash = st_sha256_new();
	run.ids = id_fields_open(extract_run_options(input->run)->id_fields);
	run.events = extract_run_events(input->run, &run.context);
	struct text_source *source = text_source_open_quiet(input, charset);
	struct extract_text block;
	while (text_source_next(source, &block))
		take_block(&run, &block);
	finish(&run, block.start);
	text_source_result(source, result);
	if (result->status == ST_READ && id_fields_overflowed(run.ids)) {
		result->status = ST_PARTIAL;
		result->reason = ST_REASON_LIMIT_ENTRIES;
	}
	id_fields_close(run.ids);
	text_source_close(source);
	st_sha256_free(run.row_hash);
	st_sha256_free(run.cell_hash);
	st_buf_free(&run.held);
	st_buf_free(&run.cells);
	st_buf_free(&run.rows);
	free(run.columns);
}

const struct reader reader_csv = {.format = "csv", .bid = bid, .most = 50, .read = read_csv};
