/* What a sample says of all that was listed (scan --sample): an interval beside each figure. */
#include "report/amount.h"
#include "report/html_parts.h"

/* "entities.email_address.distinct" as "entities: e-mail address, distinct". */
static void put_name(struct html_table *table, const char *name)
{
	html_cell_open(table);
	for (size_t part = 0; *name != 0; part++) {
		size_t size = strcspn(name, ".");
		st_auto_free char *word = st_strndup(name, size);
		html_text(table->w, part == 0 ? "" : part == 1 ? ": " : ", ");
		html_word(table->w, word);
		name += size + (name[size] == '.');
	}
	html_close(table->w);
}

static void put_figure(struct html_table *table, const struct report_estimated *figure)
{
	struct report_range range = {figure->low, figure->value, figure->bounded ? figure->high : figure->value};
	html_table_row(table, false);
	put_name(table, figure->name);
	html_cell_open(table);
	html_chart_range(table->w, &range, range.max);
	html_close(table->w);
	html_cell_number(table, figure->value);
	html_cell_number(table, figure->low);
	if (figure->bounded)
		html_cell_number(table, figure->high);
	else
		html_cell(table, "cannot tell");
}

static void put_sample(struct html_writer *w, const struct report_estimate *estimate)
{
	html_open(w, "div", "note");
	html_open(w, "p", NULL);
	html_leaf(w, "b", NULL, "An estimate.");
	html_text(w, " A sample of ");
	html_number(w, estimate->sampled);
	html_text(w, " of ");
	html_number(w, estimate->listed);
	html_text(w, " objects was read. The table says what all of them hold; every other figure of this page is of "
		     "the sample "
		     "alone. Reading all of it replaces this.");
	html_close(w);
	html_close(w);
}

void html_estimates(struct html_writer *w, const struct report *report)
{
	static const struct html_column columns[] = {{"Figure", HTML_TEXT, false}, {"Interval", HTML_BAR, true},
		{"Estimate", HTML_AMOUNT, false}, {"At least", HTML_AMOUNT, false}, {"At most", HTML_AMOUNT, false}};
	const struct report_estimate *estimate = &report->estimate;
	struct html_table table;
	if (!report->estimated)
		return;
	put_sample(w, estimate);
	html_table_begin(&table, w, columns, 5, 0, "Estimates of everything listed.",
		"95 % intervals: solid to the least, hatched to the most, each bar on a scale of its own.");
	for (size_t i = 0; i < estimate->figure_count; i++)
		put_figure(&table, &estimate->figures[i]);
	html_table_end(&table);
}
