/* The delimiter of a table by the consistency of its columns; what a header looks like. */
#include "extract/csv_shape.h"

#include <stdlib.h>

#include "extract/log_shape.h"

#define ROWS_LOOKED_AT 200
#define QUOTE_LOOKAHEAD_BYTES 8192
#define HEADER_CELL_BYTES 128

struct rule {
	uint8_t delimiter;
	size_t rows, columns; /* at least */
	size_t percent;       /* of the rows have the same number of columns */
	bool in_prose;        /* people write it: further proof is asked for */
};

static const struct rule rules[] = {
	{'\t', 2, 2, 80, false},
	{0x01, 2, 2, 80, false},
	{0x1f, 2, 2, 80, false},
	{';', 2, 2, 90, true},
	{',', 2, 2, 90, true},
	{'|', 2, 2, 90, false},
	{'^', 2, 2, 90, false},
	{'~', 2, 2, 90, false},
	{':', 3, 3, 95, true},
};
static const char other_delimiters[] = "!#$%&*\\\x02\x03\x04\x05\x06\x07\x1c\x1d\x1e";

struct table {
	size_t rows, columns, agreeing; /* columns: the commonest number, in `agreeing` rows */
	size_t cells, spaced, words, empty_last, indented;
};

static bool is_blank(uint8_t byte)
{
	return byte == ' ' || byte == '\t' || byte == '\r';
}

/* Behind the closing quote of the quoted cell at p; NULL when it does not close where a quoted cell may. */
static const uint8_t *skip_quoted(const uint8_t *p, const uint8_t *end, struct csv_dialect d)
{
	const uint8_t *limit = end - p > QUOTE_LOOKAHEAD_BYTES ? p + QUOTE_LOOKAHEAD_BYTES : end;
	bool line_end = false;
	for (p++; p < limit; p++) {
		line_end |= *p == d.line_end;
		if (*p != '"')
			continue;
		if (p + 1 < end && p[1] == '"') {
			p++;
			continue;
		}
		const uint8_t *next = p + 1;
		while (next < end && is_blank(*next) && *next != d.delimiter && *next != d.line_end)
			next++;
		if (next == end || *next == d.delimiter || *next == d.line_end)
			return next;
		if (line_end)
			return NULL;
	}
	return NULL;
}

static size_t count_words(const uint8_t *p, const uint8_t *end)
{
	size_t words = 0;
	bool blank = true;
	for (; p < end; p++) {
		words += blank && *p != ' ';
		blank = *p == ' ';
	}
	return words;
}

static const uint8_t *find(const uint8_t *p, const uint8_t *end, uint8_t byte)
{
	const uint8_t *at = memchr(p, byte, (size_t)(end - p));
	return at != NULL ? at : end;
}

/* One row from p on; its number of columns in *columns. Returns its line end, or the end of the text. */
static const uint8_t *split_row(
	const uint8_t *p, const uint8_t *end, struct csv_dialect d, bool with_words, struct table *t, size_t *columns)
{
	const uint8_t *row_end = find(p, end, d.line_end);
	for (*columns = 1;; p++) {
		const uint8_t *cell = p, *behind = p < end && *p == '"' ? skip_quoted(p, end, d) : NULL;
		if (behind != NULL)
			p = behind;
		if (p > row_end) /* the quotes hold line ends */
			row_end = find(p, end, d.line_end);
		p = find(p, row_end, d.delimiter);
		t->cells++;
		if (with_words && behind == NULL)
			t->words += count_words(cell, p);
		if (p == row_end) {
			t->empty_last += p == cell || (p == cell + 1 && *cell == '\r');
			return p;
		}
		(*columns)++;
		t->spaced += p + 1 < end && p[1] == ' ';
	}
}

static void find_commonest(const size_t *columns, struct table *t)
{
	for (size_t i = 0; i < t->rows; i++) {
		size_t agreeing = 0;
		for (size_t j = 0; j < t->rows; j++)
			agreeing += columns[j] == columns[i];
		if (agreeing > t->agreeing) {
			t->agreeing = agreeing;
			t->columns = columns[i];
		}
	}
}

/* `words` costs as much as the rest: counted only for who asks. */
static struct table split_table(struct st_span text, bool text_is_all, struct csv_dialect d, bool with_words)
{
	struct table t = {0};
	size_t columns[ROWS_LOOKED_AT];
	const uint8_t *p = text.data, *end = p + text.size;
	while (p < end && t.rows < ROWS_LOOKED_AT) {
		struct table before = t;
		bool indented = *p == ' ' || (*p == '\t' && d.delimiter != '\t');
		const uint8_t *row_end = split_row(p, end, d, with_words, &t, &columns[t.rows]);
		if (row_end == end && !text_is_all) {
			t = before;
			break;
		}
		if (row_end == p || (row_end == p + 1 && *p == '\r'))
			t = before; /* a blank line */
		else
			t.rows++;
		t.indented += indented;
		p = row_end + 1;
	}
	find_commonest(columns, &t);
	return t;
}

static bool looks_like_prose(const struct table *t)
{
	size_t delimiters = t->cells - t->rows;
	if (t->indented * 5 > t->rows || (t->columns == 2 && t->empty_last * 5 >= t->rows * 4))
		return true;
	if (t->spaced * 2 <= delimiters)
		return t->columns == 2 && t->rows < 3 && t->words > t->cells * 3;
	return t->columns < 3 || t->rows < 4 || t->agreeing < t->rows || t->words > t->cells * 3;
}

static bool has_columns(const struct table *t, const struct rule *rule)
{
	return t->rows >= rule->rows && t->columns >= rule->columns && t->agreeing * 100 >= t->rows * rule->percent;
}

/* Is a table of lines of a log more than that? */
static bool is_more_than_log(const struct table *t, const struct rule *rule)
{
	return t->columns >= 4 && t->agreeing * 100 >= t->rows * 95 && rule->delimiter != ':';
}

/* Decimal commas stand in tables of semicolons: a comma must make twice the columns to win. */
static size_t score(const struct table *t, uint8_t delimiter)
{
	return t->columns * (delimiter == ',' ? 1 : 2);
}

/* The text, and what is found out about it only when a table depends on it. */
struct sniffed {
	struct st_span text;
	bool text_is_all, log_known, log;
};

static bool is_log(struct sniffed *sniffed)
{
	if (!sniffed->log_known)
		sniffed->log = log_shape(sniffed->text, sniffed->text_is_all);
	sniffed->log_known = true;
	return sniffed->log;
}

static void try_rule(struct sniffed *sniffed, const struct rule *rule, struct csv_dialect *best, size_t *best_score)
{
	struct st_span text = sniffed->text;
	struct csv_dialect d = {.found = true, .delimiter = rule->delimiter, .line_end = best->line_end};
	if (memchr(text.data, rule->delimiter, text.size) == NULL)
		return;
	struct table t = split_table(text, sniffed->text_is_all, d, false);
	if (!has_columns(&t, rule) || score(&t, rule->delimiter) <= *best_score)
		return;
	if (!is_more_than_log(&t, rule) && is_log(sniffed))
		return;
	if (rule->in_prose) {
		t = split_table(text, sniffed->text_is_all, d, true);
		if (looks_like_prose(&t))
			return;
	}
	*best_score = score(&t, rule->delimiter);
	best->found = true;
	best->delimiter = rule->delimiter;
}

static bool find_sep_line(struct st_span text, struct csv_dialect *d)
{
	if (text.size < 6 || (memcmp(text.data, "sep=", 4) != 0 && memcmp(text.data, "SEP=", 4) != 0))
		return false;
	if (text.data[5] != '\n' && text.data[5] != '\r')
		return false;
	d->found = d->first_is_sep = true;
	d->delimiter = text.data[4];
	return true;
}

/* For a text that was said to be a table and does not look like one: what its first line has most of. */
static uint8_t likeliest_delimiter(struct st_span text)
{
	static const char candidates[] = ",;\t|";
	const uint8_t *lf = memchr(text.data, '\n', text.size);
	size_t size = lf ? (size_t)(lf - text.data) : text.size, most = 0;
	uint8_t likeliest = ',';
	for (const char *c = candidates; *c; c++) {
		size_t count = 0;
		for (size_t i = 0; i < size; i++)
			count += text.data[i] == (uint8_t)*c;
		if (count > most) {
			most = count;
			likeliest = (uint8_t)*c;
		}
	}
	return likeliest;
}

struct csv_dialect csv_sniff(struct st_span text, bool text_is_all)
{
	struct csv_dialect best = {.delimiter = ',', .line_end = '\n'};
	size_t best_score = 0;
	if (text.size == 0 || text.data[0] == '<')
		return best;
	if (memchr(text.data, '\n', text.size) == NULL && memchr(text.data, '\r', text.size) != NULL)
		best.line_end = '\r';
	if (find_sep_line(text, &best))
		return best;
	struct sniffed sniffed = {.text = text, .text_is_all = text_is_all};
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		try_rule(&sniffed, &rules[i], &best, &best_score);
	for (const char *other = other_delimiters; best_score == 0 && *other; other++) {
		struct rule rule = {(uint8_t)*other, 5, 3, 100, true};
		try_rule(&sniffed, &rule, &best, &best_score);
	}
	if (!best.found)
		best.delimiter = likeliest_delimiter(text);
	best.log_known = sniffed.log_known;
	best.log = sniffed.log;
	return best;
}

/* --- header --- */

static int compare_spans(const void *left, const void *right)
{
	const struct st_span *a = left, *b = right;
	if (a->size != b->size)
		return a->size < b->size ? -1 : 1;
	return a->size > 0 ? memcmp(a->data, b->data, a->size) : 0;
}

static bool may_name_a_column(struct st_span cell)
{
	size_t digits = 0, letters = 0;
	if (cell.size > HEADER_CELL_BYTES)
		return false;
	for (size_t i = 0; i < cell.size; i++) {
		uint8_t byte = cell.data[i];
		digits += byte >= '0' && byte <= '9';
		letters += byte >= 0x80 || ((byte | 0x20) >= 'a' && (byte | 0x20) <= 'z');
		if (byte == '@' || (byte == ':' && i + 1 < cell.size && cell.data[i + 1] == '/'))
			return false;
	}
	return cell.size == 0 || (letters > 0 && digits * 2 <= cell.size);
}

bool csv_is_header(struct st_span *cells, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (!may_name_a_column(cells[i]))
			return false;
	}
	qsort(cells, count, sizeof(*cells), compare_spans);
	for (size_t i = 1; i < count; i++) {
		if (compare_spans(&cells[i - 1], &cells[i]) == 0)
			return false;
	}
	return count > 0;
}
