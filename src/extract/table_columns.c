/* Names of columns in rebuilt text. */
#include "extract/table_columns.h"

#include <stdlib.h>

#include "extract/csv_shape.h"

/* Of a cell of the first row so much is looked at; longer ones name nothing. */
#define NAME_BYTES 129

struct header_cell {
	uint64_t column;
	size_t size;
};

void table_columns_init(struct table_columns *table, struct rebuilt *out)
{
	*table = (struct table_columns){.out = out};
}

static void forget(struct table_columns *table)
{
	free(table->columns);
	table->columns = NULL;
	table->column_count = 0;
	table->header.size = 0;
	table->header_cells = 0;
}

void table_columns_free(struct table_columns *table)
{
	forget(table);
	st_buf_free(&table->header);
	st_buf_free(&table->cell);
}

void table_columns_begin(struct table_columns *table)
{
	table_columns_end(table);
	table->open = table->searching = true;
}

static void tell(struct table_columns *table, unsigned column)
{
	if (column == 0 && !table->told)
		return;
	table->told = column != 0;
	rebuilt_cell(table->out, column);
}

void table_columns_cell(struct table_columns *table, uint64_t column)
{
	if (!table->open)
		return;
	tell(table, column < table->column_count ? table->columns[column] : 0);
	if (table->searching) {
		table->cell.size = 0;
		rebuilt_tap(table->out, &table->cell, NAME_BYTES);
	}
}

static struct st_span trimmed(struct st_span text)
{
	while (text.size > 0 && text.data[0] <= ' ') {
		text.data++;
		text.size--;
	}
	while (text.size > 0 && text.data[text.size - 1] <= ' ')
		text.size--;
	return text;
}

void table_columns_cell_end(struct table_columns *table, uint64_t column)
{
	if (!table->open || !table->searching)
		return;
	rebuilt_tap(table->out, NULL, 0);
	struct st_span name = trimmed((struct st_span){table->cell.data, table->cell.size});
	struct header_cell cell = {column, name.size};
	if (name.size == 0 || column >= CEIL_TABLE_COLUMNS)
		return;
	st_buf_add(&table->header, &cell, sizeof cell);
	st_buf_add(&table->header, name.data, name.size);
	table->header_cells++;
}

/* The next cell of the first row, and what it says. */
static const uint8_t *next_cell(const uint8_t *at, struct header_cell *cell, struct st_span *name)
{
	memcpy(cell, at, sizeof *cell);
	*name = (struct st_span){at + sizeof *cell, cell->size};
	return name->data + name->size;
}

static bool is_header(const struct table_columns *table)
{
	st_auto_free struct st_span *names = st_alloc(table->header_cells * sizeof *names);
	const uint8_t *at = table->header.data;
	for (size_t i = 0; i < table->header_cells; i++) {
		struct header_cell cell;
		at = next_cell(at, &cell, &names[i]);
	}
	return csv_is_header(names, table->header_cells);
}

static void name_columns(struct table_columns *table)
{
	const uint8_t *at = table->header.data;
	for (size_t i = 0; i < table->header_cells; i++) {
		struct header_cell cell;
		struct st_span name;
		at = next_cell(at, &cell, &name);
		unsigned column = rebuilt_column(table->out, name);
		if (column == 0)
			continue;
		if (cell.column >= table->column_count) {
			size_t count = (size_t)cell.column + 1;
			table->columns = st_realloc(table->columns, count * sizeof *table->columns);
			memset(table->columns + table->column_count, 0,
				(count - table->column_count) * sizeof *table->columns);
			table->column_count = count;
		}
		table->columns[cell.column] = column;
	}
}

void table_columns_row_end(struct table_columns *table)
{
	if (!table->open)
		return;
	tell(table, 0);
	if (table->searching && table->header_cells >= 2) {
		if (is_header(table))
			name_columns(table);
		table->searching = false;
	}
	table->header.size = 0;
	table->header_cells = 0;
}

void table_columns_end(struct table_columns *table)
{
	if (!table->open)
		return;
	rebuilt_tap(table->out, NULL, 0);
	tell(table, 0);
	forget(table);
	table->open = table->searching = false;
}
