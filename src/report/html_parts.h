/*
 * What the sections of the page are put together from: tables and charts. Every chart is drawn from zero, linear, with
 * lengths in per cent so that text keeps its size on a telephone; a bar in a table is hidden from screen readers, since
 * its number stands beside it, any other chart has a title, a description and a table.
 */
#ifndef STAUNCH_REPORT_HTML_PARTS_H
#define STAUNCH_REPORT_HTML_PARTS_H

#include "report/html_write.h"
#include "report/report.h"

#define HTML_SHOWN_STORES 200 /* of the tables that name every store */

/* --- html_table.c --- */

enum html_column_kind { HTML_TEXT, HTML_AMOUNT, HTML_BAR };
struct html_column {
	const char *head;
	enum html_column_kind kind;
	bool optional; /* left out on a telephone, unless the table stacks */
};
enum { HTML_SORTS = 1, HTML_STACKS = 2 }; /* by its heads; as blocks on a telephone */
struct html_table {
	struct html_writer *w;
	const struct html_column *columns;
	size_t count, at;
	unsigned ways;
	bool in_row, in_body;
};
/* name is bold, said of the table and of the region it scrolls in; it is unique in the page. */
void html_table_begin(struct html_table *table, struct html_writer *w, const struct html_column *columns, size_t count,
	unsigned ways, const char *name, const char *caption);
/* A row; last: stays below the others when they are sorted. */
void html_table_row(struct html_table *table, bool last);
/* Rows that stand below a rule: the sums. Nothing may follow but rows and the end. */
void html_table_foot(struct html_table *table);
/* A last row that says how many of `total` are not among the `shown`, if any. */
void html_table_more(struct html_table *table, uint64_t total, uint64_t shown);
void html_table_end(struct html_table *table);
/* The next cell of the row; the first is its head. Cells that are opened here are closed with html_close. */
void html_cell_open(struct html_table *table);
void html_cell(struct html_table *table, const char *text);
void html_cell_name(struct html_table *table, const char *name);
void html_cell_word(struct html_table *table, const char *word);
void html_cell_number(struct html_table *table, uint64_t number);
void html_cell_bytes(struct html_table *table, uint64_t bytes);
void html_cell_bar(struct html_table *table, uint64_t value, uint64_t of);
void html_cell_hatched(struct html_table *table, uint64_t value, uint64_t of);

/* --- html_charts.c --- */

/* The hatching that the charts use; once in the page, before them. */
void html_chart_patterns(struct html_writer *w);
void html_chart_bar(struct html_writer *w, uint64_t value, uint64_t of);
void html_chart_hatched(struct html_writer *w, uint64_t value, uint64_t of);
/* Solid to value, the rest up to `of` as an outline. */
void html_chart_outlined(struct html_writer *w, uint64_t value, uint64_t of);
/* Solid to min, hatched to max, a tick at best. */
void html_chart_range(struct html_writer *w, const struct report_range *range, uint64_t of);

/* On an axis from 0: hatched between the first two and between the last two, solid between. */
struct html_window_bounds {
	uint64_t opened_after, opened_by, closed_after, closed_by;
};
void html_chart_window(struct html_writer *w, const struct html_window_bounds *bounds, uint64_t of);

enum html_fill { HTML_KNOWN, HTML_COPY, HTML_MARKED, HTML_UNKNOWN };
struct html_part {
	enum html_fill fill;
	uint64_t value;
};
/* One strip of parts that make up the whole. */
void html_chart_strip(struct html_writer *w, const char *title, const char *description, const struct html_part *parts,
	size_t count, uint64_t whole);
/* One item of a list of class "key". */
void html_key(struct html_writer *w, enum html_fill fill, const char *text);
/* Columns with their number on each and a word below. */
struct html_column_value {
	const char *label;
	uint64_t value;
};
void html_chart_columns(struct html_writer *w, const char *title, const char *description,
	const struct html_column_value *columns, size_t count);

/* --- html_tallies.c --- */

/* The table of a list of figures; false, and nothing: it was not built, or nothing was counted. */
bool html_tallies(struct html_writer *w, const struct report *report, enum tally_list which);

/* --- words that sections share --- */

/* A paragraph of class "none": what is not counted, and why. */
void html_not_counted(struct html_writer *w, const char *what, const char *why);
/* The begin of a section with its head, up to what stands beside it; its end. */
struct html_section {
	const char *id, *head;
};
void html_section_begin(struct html_writer *w, const struct html_section *section, int number);
void html_section_body(struct html_writer *w);
void html_section_end(struct html_writer *w);
/* "of 120 objects, 118 read, 1 partly, 1 not read" in the words of every figure. */
void html_coverage_words(struct html_writer *w, const struct report *report);

/* --- html_estimate.c --- */

/* Nothing unless the case is a sample. */
void html_estimates(struct html_writer *w, const struct report *report);

/* --- the sections --- */

void html_figures(struct html_writer *w, const struct report *report);
void html_coverage(struct html_writer *w, const struct report *report);
void html_copies(struct html_writer *w, const struct report *report);
void html_kinds(struct html_writer *w, const struct report *report);
void html_span(struct html_writer *w, const struct report *report);
void html_parties(struct html_writer *w, const struct report *report);
void html_window(struct html_writer *w, const struct report *report);
void html_claims(struct html_writer *w, const struct report *report);
void html_leads(struct html_writer *w, const struct report *report);
void html_provenance(struct html_writer *w, const struct report *report);

#endif
