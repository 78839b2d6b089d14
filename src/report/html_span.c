/* Time span: a column for each year. */
#include "base/clock.h"
#include "report/amount.h"
#include "report/html_parts.h"

#include <stdio.h>

#define SHOWN_YEARS 30 /* more columns than that cannot be read */

static void years_of(const struct report_dates *dates, int *first, int *last)
{
	*first = *last = -1;
	for (int year = 0; year < REPORT_YEARS; year++) {
		if (dates->years[year] == 0)
			continue;
		*first = *first < 0 ? year : *first;
		*last = year;
	}
}

static void put_columns(struct html_writer *w, const struct report_dates *dates, int first, int last)
{
	struct html_column_value columns[SHOWN_YEARS];
	char labels[SHOWN_YEARS][16], total[32];
	size_t count = 0;
	int step = last - first < 15 ? 1 : 5; /* years are named as far as there is room */
	for (int year = first; year <= last; year++, count++) {
		bool named = (REPORT_FIRST_YEAR + year) % step == 0;
		labels[count][0] = 0;
		if (named)
			snprintf(labels[count], sizeof labels[count], "%d", REPORT_FIRST_YEAR + year);
		columns[count] = (struct html_column_value){labels[count], dates->years[year]};
	}
	number_text(dates->dated, total);
	st_auto_free char *title = st_format(
		"Objects by year of their file date, %d to %d", REPORT_FIRST_YEAR + first, REPORT_FIRST_YEAR + last);
	st_auto_free char *description = st_format("%s dated objects. The table below has every value.", total);
	html_chart_columns(w, title, description, columns, count);
}

static void put_table(struct html_writer *w, const struct report_dates *dates)
{
	static const struct html_column columns[] = {{"Year", HTML_TEXT, false}, {"Objects", HTML_AMOUNT, false}};
	struct html_table table;
	html_open(w, "details", NULL);
	html_leaf(w, "summary", NULL, "The same as a table");
	html_table_begin(&table, w, columns, 2, HTML_SORTS, "Objects by year of their file date.", "");
	for (int year = 0; year < REPORT_YEARS; year++) {
		char label[16];
		if (dates->years[year] == 0)
			continue;
		snprintf(label, sizeof label, "%d", REPORT_FIRST_YEAR + year);
		html_table_row(&table, false);
		html_cell(&table, label);
		html_cell_number(&table, dates->years[year]);
	}
	html_table_row(&table, true);
	html_cell(&table, "no date");
	html_cell_number(&table, dates->undated);
	html_table_end(&table);
	html_close(w);
}

static void put_caption(struct html_writer *w, const struct report_dates *dates)
{
	char first[21], last[21];
	st_utc_text(dates->first, first);
	st_utc_text(dates->last, last);
	html_open(w, "figcaption", NULL);
	html_leaf(w, "b", NULL, "Objects by year of their file date.");
	html_format(
		w, " From %.10s to %.10s (UTC), as the listings give it; copying may have changed it. ", first, last);
	html_number(w, dates->undated);
	html_text(w, dates->undated == 1 ? " object has no date and is not drawn."
					 : " objects have no date and are not drawn.");
	html_close(w);
}

void html_span(struct html_writer *w, const struct report *report)
{
	const struct report_dates *dates = &report->file_dates;
	int first, last;
	html_leaf(w, "p", NULL, "From when to when the data is.");
	html_leaf(w, "p", NULL, "A file date says when a file was last written, not when what is in it happened.");
	html_section_body(w);
	years_of(dates, &first, &last);
	if (!report->dates_known || first < 0) {
		html_not_counted(w, "File dates", "no object of the listings has one.");
	} else {
		html_open(w, "figure", NULL);
		put_caption(w, dates);
		if (last - first < SHOWN_YEARS)
			put_columns(w, dates, first, last);
		html_close(w);
		put_table(w, dates);
	}
	html_not_counted(w, "Dates of the records themselves", "the scan of this case kept none.");
}
