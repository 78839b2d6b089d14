/* The cells of a worksheet (ECMA-376 part 1, 18.3): a row is a line, its cells are divided by tabs. */
#include <stdlib.h>

#include "extract/ooxml.h"
#include "extract/table_columns.h"

enum cell_type { CELL_NUMBER, CELL_SHARED, CELL_TEXT };
enum collecting { COLLECT_NOTHING, COLLECT_VALUE, COLLECT_FORMULA };

struct ooxml_sheet {
	struct st_buf value, formula, shown;
	enum cell_type type;
	enum collecting collecting;
	uint32_t format;
	bool in_cell, in_inline, in_page_text;
	const char *what; /* the place of the sheet, while that of a header or footer is told; else NULL */
	struct st_span name;
	uint64_t column; /* of the cell, from 0 */
	struct table_columns columns;
	bool spilled; /* the value is too long to be held: its beginning is text already */
};

void ooxml_sheet_open(struct ooxml_part *part)
{
	part->sheet = st_alloc_zero(1, sizeof(*part->sheet));
	part->sheet->column = UINT64_MAX; /* the first is behind it */
	table_columns_init(&part->sheet->columns, part->flow->out);
	table_columns_begin(&part->sheet->columns);
}

static void write_text(struct ooxml_part *part, struct st_span text)
{
	struct st_buf *shown = &part->sheet->shown;
	shown->size = 0;
	ooxml_unescape(text, shown);
	flow_inserted(part->flow, shown->data, shown->size);
}

/* --- values --- */

static uint64_t number_of(struct st_span text)
{
	uint64_t number = 0;
	if (text.size == 0 || text.size > 18)
		return UINT64_MAX;
	for (size_t i = 0; i < text.size; i++) {
		if (text.data[i] < '0' || text.data[i] > '9')
			return UINT64_MAX;
		number = number * 10 + (uint64_t)(text.data[i] - '0');
	}
	return number;
}

/* A string may be shown by any number of cells: what they add up to counts against the limits of the object. */
static void write_shared(struct ooxml_part *part, struct st_span value)
{
	struct ooxml *ooxml = part->ooxml;
	struct st_span text;
	if (ooxml_string(&ooxml->strings, number_of(value), &text)) {
		if (package_expand(ooxml->package, text.size))
			flow_inserted(part->flow, text.data, text.size);
	} else if (!ooxml->strings.full) {
		flow_inserted(part->flow, value.data, value.size);
	}
}

static void write_number(struct ooxml_part *part, struct st_span value)
{
	struct ooxml_sheet *sheet = part->sheet;
	sheet->shown.size = 0;
	ooxml_number(&part->ooxml->formats, sheet->format, part->ooxml->dates_1904, value, &sheet->shown);
	flow_inserted(part->flow, sheet->shown.data, sheet->shown.size);
}

/* The constant texts of a formula, each a line: the rest is names of cells and functions. Between them stand quotes and
 * commas that would read as part of them. */
static void write_formula(struct ooxml_part *part)
{
	struct st_buf *formula = &part->sheet->formula;
	st_buf_add_byte(formula, 0);
	char *text = (char *)formula->data, *open = strchr(text, '"');
	if (open == NULL && (strchr(text, '@') != NULL || strstr(text, "://") != NULL))
		flow_aside(part->flow, FLOW_ATTRIBUTE, "formula", text);
	while (open != NULL) {
		char *close = strchr(open + 1, '"'), *rest = close == NULL ? NULL : close + 1;
		if (close != NULL)
			*close = '\0';
		flow_aside(part->flow, FLOW_ATTRIBUTE, "formula", open + 1);
		open = rest == NULL ? NULL : strchr(rest, '"');
	}
	formula->size = 0;
}

static void cell_end(struct ooxml_part *part)
{
	struct ooxml_sheet *sheet = part->sheet;
	struct st_span value = {sheet->value.data, sheet->value.size};
	if (value.size > 0) {
		if (!sheet->spilled)
			table_columns_cell(&sheet->columns, sheet->column);
		if (sheet->spilled || sheet->type == CELL_TEXT)
			write_text(part, value);
		else if (sheet->type == CELL_SHARED)
			write_shared(part, value);
		else
			write_number(part, value);
		table_columns_cell_end(&sheet->columns, sheet->column);
		flow_separate(part->flow, FLOW_TAB);
	}
	if (sheet->formula.size > 0)
		write_formula(part);
	sheet->value.size = 0;
	sheet->in_cell = sheet->spilled = false;
}

void ooxml_sheet_close(struct ooxml_part *part)
{
	struct ooxml_sheet *sheet = part->sheet;
	if (sheet == NULL)
		return;
	if (sheet->in_cell) /* the part broke off in it */
		cell_end(part);
	st_buf_free(&sheet->value);
	st_buf_free(&sheet->formula);
	st_buf_free(&sheet->shown);
	table_columns_row_end(&sheet->columns);
	table_columns_free(&sheet->columns);
	free(sheet);
	part->sheet = NULL;
}

/* --- elements --- */

static enum cell_type type_of(const char *name)
{
	if (strcmp(name, "s") == 0)
		return CELL_SHARED;
	return strcmp(name, "n") == 0 || strcmp(name, "b") == 0 ? CELL_NUMBER : CELL_TEXT;
}

/* The column of a reference like BC12 (18.18.7), from 0; UINT64_MAX where it is none. */
static uint64_t column_of(const char *reference)
{
	uint64_t column = 0;
	for (; *reference >= 'A' && *reference <= 'Z' && column <= CEIL_TABLE_COLUMNS; reference++)
		column = column * 26 + (uint64_t)(*reference - 'A') + 1;
	return column - 1;
}

static void cell_start(struct ooxml_part *part, const struct xml_tag *tag)
{
	struct ooxml_sheet *sheet = part->sheet;
	enum flow_aside kind;
	sheet->in_cell = true;
	sheet->type = CELL_NUMBER;
	sheet->format = 0;
	sheet->collecting = COLLECT_NOTHING;
	sheet->column++;
	for (const char **at = tag->attributes; *at != NULL; at += 2) {
		uint64_t number;
		if (strcmp(at[0], "t") == 0) {
			sheet->type = type_of(at[1]);
		} else if (strcmp(at[0], "s") == 0) {
			number = number_of((struct st_span){(const uint8_t *)at[1], strlen(at[1])});
			sheet->format = number < UINT32_MAX ? (uint32_t)number : UINT32_MAX;
		} else if (strcmp(at[0], "r") == 0) {
			sheet->column = column_of(at[1]);
		} else if (ooxml_attribute_speaks(at[0], at[1], false, &kind)) {
			flow_aside(part->flow, kind, xml_local_name(at[0]), at[1]);
		}
	}
}

/* Text on paper (18.3.1.46): at a place of its own. */
static bool page_text_start(struct ooxml_part *part, const char *name)
{
	static const char *const headers[] = {"oddHeader", "evenHeader", "firstHeader"};
	static const char *const footers[] = {"oddFooter", "evenFooter", "firstFooter"};
	struct ooxml_sheet *sheet = part->sheet;
	const char *what = NULL;
	for (size_t i = 0; i < 3; i++) {
		what = strcmp(name, headers[i]) == 0 ? "header" : what;
		what = strcmp(name, footers[i]) == 0 ? "footer" : what;
	}
	if (what == NULL)
		return false;
	if (sheet->what == NULL) {
		sheet->what = part->flow->what;
		sheet->name = part->flow->name;
	}
	sheet->in_page_text = true;
	sheet->value.size = 0;
	flow_place(part->flow, what, sheet->name);
	return true;
}

bool ooxml_sheet_start(struct ooxml_part *part, const struct xml_tag *tag)
{
	struct ooxml_sheet *sheet = part->sheet;
	const char *name = tag->name;
	if (strcmp(name, "c") == 0) {
		cell_start(part, tag);
		return true;
	}
	if (sheet->in_cell && name[0] != '\0' && name[1] == '\0') {
		if (name[0] == 'v' || (name[0] == 't' && sheet->in_inline))
			sheet->collecting = COLLECT_VALUE;
		else if (name[0] == 'f')
			sheet->collecting = COLLECT_FORMULA;
		ooxml_attributes(part, tag, false);
		return true;
	}
	if (strcmp(name, "row") == 0) {
		flow_line_begin(part->flow);
		ooxml_attributes(part, tag, false);
		return true;
	}
	if (sheet->in_cell && strcmp(name, "is") == 0) {
		sheet->in_inline = true;
		sheet->type = CELL_TEXT;
		return true;
	}
	if (sheet->in_cell && strcmp(name, "rPh") == 0) {
		st_buf_add_byte(&sheet->value, '\t');
		return true;
	}
	return page_text_start(part, name);
}

/* &L, &"font", &12 and the like are no text; && is one (18.3.1.46). */
static void page_text_end(struct ooxml_part *part)
{
	struct ooxml_sheet *sheet = part->sheet;
	st_auto_buf struct st_buf text = {0};
	st_buf_reserve(&sheet->value, 1); /* so that there is a pointer to nothing, too */
	const uint8_t *p = sheet->value.data, *end = p + sheet->value.size;
	while (p < end) {
		if (*p != '&' || p + 1 == end) {
			st_buf_add_byte(&text, *p++);
		} else if (p[1] == '&') {
			st_buf_add_byte(&text, '&');
			p += 2;
		} else if (p[1] == '"') {
			const uint8_t *close = memchr(p + 2, '"', (size_t)(end - p - 2));
			p = close == NULL ? p + 2 : close + 1;
		} else if (p[1] >= '0' && p[1] <= '9') {
			for (p++; p < end && *p >= '0' && *p <= '9';)
				p++;
		} else {
			if (strchr("LCR", p[1]) != NULL)
				st_buf_add_byte(&text, '\t');
			p += 2;
		}
	}
	sheet->value.size = 0;
	sheet->in_page_text = false;
	write_text(part, (struct st_span){text.data, text.size});
	flow_separate(part->flow, FLOW_LINE);
}

bool ooxml_sheet_end(struct ooxml_part *part, const char *name)
{
	struct ooxml_sheet *sheet = part->sheet;
	if (strcmp(name, "c") == 0) {
		cell_end(part);
	} else if (sheet->in_cell && name[0] != '\0' && name[1] == '\0') {
		sheet->collecting = COLLECT_NOTHING;
	} else if (strcmp(name, "row") == 0) {
		table_columns_row_end(&sheet->columns);
		sheet->column = UINT64_MAX;
		flow_line_end(part->flow);
	} else if (sheet->in_cell && strcmp(name, "is") == 0) {
		sheet->in_inline = false;
	} else if (sheet->in_page_text) {
		page_text_end(part);
	} else if (sheet->what != NULL && strcmp(name, "headerFooter") == 0) {
		flow_place(part->flow, sheet->what, sheet->name);
		sheet->what = NULL;
		return false;
	} else {
		return false;
	}
	return true;
}

static void collect_value(struct ooxml_part *part, const char *data, size_t size)
{
	struct ooxml_sheet *sheet = part->sheet;
	st_buf_add(&sheet->value, data, size);
	if (sheet->value.size <= CEIL_OFFICE_CELL_BYTES)
		return;
	if (!sheet->spilled && sheet->in_cell)
		table_columns_cell(&sheet->columns, sheet->column);
	write_text(part, (struct st_span){sheet->value.data, sheet->value.size});
	sheet->value.size = 0;
	sheet->spilled = true;
}

bool ooxml_sheet_text(struct ooxml_part *part, const char *data, size_t size)
{
	struct ooxml_sheet *sheet = part->sheet;
	if (sheet->in_page_text || sheet->collecting == COLLECT_VALUE) {
		collect_value(part, data, size);
	} else if (sheet->collecting == COLLECT_FORMULA) {
		st_buf_add(&sheet->formula, data, size);
		if (sheet->formula.size > CEIL_OFFICE_CELL_BYTES)
			write_formula(part);
	} else {
		return false;
	}
	return true;
}
