/*
 * The names of the columns of a table in rebuilt text (sheets, tables of documents): the first row with at least two
 * cells that say something, if it may be a header (csv_is_header), names the columns of the rows below it. Values are
 * told by column as those of CSV are. Rows before it with one such cell are titles.
 */
#ifndef STAUNCH_EXTRACT_TABLE_COLUMNS_H
#define STAUNCH_EXTRACT_TABLE_COLUMNS_H

#include "extract/rebuilt.h"

struct table_columns {
	struct rebuilt *out;
	bool open, searching; /* in a table; no row was its first yet */
	struct st_buf header; /* what the cells of this row say, each behind its column and its size, while searching */
	size_t header_cells;
	struct st_buf cell;
	unsigned *columns; /* by number: what their names are called outside */
	size_t column_count;
	bool told; /* a column is in force */
};

/* Borrows out. */
void table_columns_init(struct table_columns *table, struct rebuilt *out);
void table_columns_free(struct table_columns *table);
/* A table begins; the names of the last are forgotten. */
void table_columns_begin(struct table_columns *table);
/* What is given to `out` from here on stands in this column, from 0; beyond CEIL_TABLE_COLUMNS in none. */
void table_columns_cell(struct table_columns *table, uint64_t column);
void table_columns_cell_end(struct table_columns *table, uint64_t column);
/* The row is over, also when it never had a cell: what follows stands in no column. */
void table_columns_row_end(struct table_columns *table);
void table_columns_end(struct table_columns *table);

#endif
