/* Tables: caption, column and row heads with their scope, cells; as blocks on a telephone with their roles kept. */
#include "report/amount.h"
#include "report/html_parts.h"

static const struct html_column *column(const struct html_table *table)
{
	static const struct html_column none = {"", HTML_TEXT, false};
	return table->at < table->count ? &table->columns[table->at] : &none;
}

/* Blocks are no table to a browser: the roles say that they still are one. */
static void role(struct html_table *table, const char *name)
{
	if (table->ways & HTML_STACKS)
		html_attribute(table->w, "role", name);
}

static const char *class_of(const struct html_column *column)
{
	static const char *const classes[3][2] = {{NULL, "opt"}, {"num", "num opt"}, {"bw", "bw opt"}};
	return classes[column->kind][column->optional];
}

static void put_head(struct html_table *table)
{
	struct html_writer *w = table->w;
	html_open(w, "thead", NULL);
	role(table, "rowgroup");
	html_open(w, "tr", NULL);
	role(table, "row");
	for (table->at = 0; table->at < table->count; table->at++) {
		html_open(w, "th", class_of(column(table)));
		role(table, "columnheader");
		html_attribute(w, "scope", "col");
		if (column(table)->kind == HTML_BAR)
			html_leaf(w, "span", "hide", column(table)->head);
		else
			html_text(w, column(table)->head);
		html_close(w);
	}
	html_close(w);
	html_close(w);
}

void html_table_begin(struct html_table *table, struct html_writer *w, const struct html_column *columns, size_t count,
	unsigned ways, const char *name, const char *caption)
{
	*table = (struct html_table){.w = w, .columns = columns, .count = count, .ways = ways};
	html_open(w, "div", "scroll");
	html_attribute(w, "tabindex", "0");
	html_attribute(w, "role", "region");
	html_attribute(w, "aria-label", name);
	html_open(w, "table", ways & HTML_SORTS ? "sort" : ways & HTML_STACKS ? "stack" : NULL);
	role(table, "table");
	html_open(w, "caption", NULL);
	html_leaf(w, "b", NULL, name);
	html_format(w, " %s", caption);
	html_close(w);
	put_head(table);
}

static void end_row(struct html_table *table)
{
	if (table->in_row)
		html_close(table->w);
	table->in_row = false;
}

static void begin_rows(struct html_table *table, const char *tag)
{
	end_row(table);
	if (table->in_body)
		html_close(table->w);
	html_open(table->w, tag, NULL);
	role(table, "rowgroup");
	table->in_body = true;
}

void html_table_row(struct html_table *table, bool last)
{
	if (!table->in_body)
		begin_rows(table, "tbody");
	end_row(table);
	html_open(table->w, "tr", last ? "last" : NULL);
	role(table, "row");
	table->in_row = true;
	table->at = 0;
}

void html_table_foot(struct html_table *table)
{
	begin_rows(table, "tfoot");
}

void html_table_more(struct html_table *table, uint64_t total, uint64_t shown)
{
	char more[32];
	if (total <= shown)
		return;
	number_text(total - shown, more);
	html_table_foot(table);
	html_table_row(table, false);
	html_cell_open(table);
	html_format(table->w, "and %s more", more);
	html_close(table->w);
	while (table->at < table->count)
		html_cell(table, "");
}

void html_table_end(struct html_table *table)
{
	if (!table->in_body)
		begin_rows(table, "tbody");
	end_row(table);
	html_close(table->w);
	html_close(table->w);
	html_close(table->w);
}

void html_cell_open(struct html_table *table)
{
	const struct html_column *this = column(table);
	bool head = table->at == 0;
	html_open(table->w, head ? "th" : "td", class_of(this));
	role(table, head ? "rowheader" : "cell");
	if (head)
		html_attribute(table->w, "scope", "row");
	else if (table->ways & HTML_STACKS)
		html_attribute(table->w, "data-l", this->head);
	table->at++;
}

void html_cell(struct html_table *table, const char *text)
{
	html_cell_open(table);
	html_text(table->w, text);
	html_close(table->w);
}

void html_cell_name(struct html_table *table, const char *name)
{
	html_cell_open(table);
	html_name(table->w, name);
	html_close(table->w);
}

void html_cell_word(struct html_table *table, const char *word)
{
	html_cell_open(table);
	html_word(table->w, word);
	html_close(table->w);
}

void html_cell_number(struct html_table *table, uint64_t number)
{
	html_cell_open(table);
	if (table->ways & HTML_SORTS)
		html_attribute_format(table->w, "data-v", "%llu", (unsigned long long)number);
	html_number(table->w, number);
	html_close(table->w);
}

void html_cell_bytes(struct html_table *table, uint64_t bytes)
{
	char text[32];
	bytes_text(bytes, text);
	html_cell_open(table);
	if (table->ways & HTML_SORTS)
		html_attribute_format(table->w, "data-v", "%llu", (unsigned long long)bytes);
	html_text(table->w, text);
	html_close(table->w);
}

void html_cell_bar(struct html_table *table, uint64_t value, uint64_t of)
{
	html_cell_open(table);
	html_chart_bar(table->w, value, of);
	html_close(table->w);
}

void html_cell_hatched(struct html_table *table, uint64_t value, uint64_t of)
{
	html_cell_open(table);
	html_chart_hatched(table->w, value, of);
	html_close(table->w);
}
