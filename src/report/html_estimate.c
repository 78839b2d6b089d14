/* What a sample says of all objects: a sentence at the top of the page, and every figure with its interval. */
#include "report/html_parts.h"

static const struct report_estimated *find(const struct report *report, const char *name)
{
	for (size_t i = 0; i < report->estimate.figure_count; i++)
		if (strcmp(report->estimate.figures[i].name, name) == 0)
			return &report->estimate.figures[i];
	return NULL;
}

static void put_range(struct html_writer *w, const struct report *report, const char *name, const char *unit)
{
	const struct report_estimated *figure = find(report, name);
	if (figure == NULL)
		return;
	html_open(w, "b", NULL);
	html_number(w, figure->low);
	if (figure->bounded) {
		html_text(w, " to ");
		html_number(w, figure->high);
	} else {
		html_text(w, " or more");
	}
	html_format(w, " %s", unit);
	html_close(w);
	html_text(w, "; ");
}

void html_estimate_lead(struct html_writer *w, const struct report *report)
{
	if (!report->estimated)
		return;
	html_open(w, "p", "lead");
	html_open(w, "b", NULL);
	html_text(w, "An estimate");
	html_close(w);
	html_text(w, " from ");
	html_number(w, report->estimate.sampled);
	html_text(w, " of ");
	html_number(w, report->estimate.listed);
	html_text(w, " objects, drawn at random. For all of them: ");
	put_range(w, report, "records.raw", "records with every copy counted");
	put_range(w, report, "records.distinct", "distinct records");
	put_range(w, report, "persons.best", "persons");
	put_range(w, report, "organizations.best", "organizations");
	html_text(w, "all other figures of this page are of what was read.");
	html_close(w);
}

/* "entities.email_address.distinct" as it is written, with blanks for dots. */
static void put_name(struct html_table *table, const char *name)
{
	char words[sizeof(((struct report_estimated *)0)->name)];
	size_t size = strlen(name);
	for (size_t i = 0; i <= size; i++)
		words[i] = (char)(name[i] == '.' || name[i] == '_' ? ' ' : name[i]);
	html_cell_name(table, words);
}

void html_estimate(struct html_writer *w, const struct report *report)
{
	static const struct html_column columns[] = {{"Estimated for all objects", HTML_TEXT, false},
		{"Low", HTML_AMOUNT, false}, {"Estimate", HTML_AMOUNT, false}, {"High", HTML_AMOUNT, false}};
	struct html_table table;
	if (!report->estimated)
		return;
	html_table_begin(&table, w, columns, 4, 0, "Estimate.",
		"95 % intervals; unknown: too little was drawn to say. The figures below are of what was read.");
	for (size_t i = 0; i < report->estimate.figure_count; i++) {
		const struct report_estimated *figure = &report->estimate.figures[i];
		html_table_row(&table, false);
		put_name(&table, figure->name);
		html_cell_number(&table, figure->low);
		html_cell_number(&table, figure->value);
		if (figure->bounded)
			html_cell_number(&table, figure->high);
		else
			html_cell(&table, "unknown");
	}
	html_table_end(&table);
}
