/* Copies and kinds. */
#include "report/amount.h"
#include "report/html_parts.h"

#include <stdlib.h>

#define SHOWN_DIFFERENCES 10
#define SHOWN_COPIES 10
#define SHOWN_NAMES 20

/* --- copies --- */

static uint64_t shared_by(const struct report *report, size_t a, size_t b)
{
	for (size_t i = 0; i < report->pair_count; i++)
		if ((report->pairs[i].a == a && report->pairs[i].b == b) ||
			(report->pairs[i].a == b && report->pairs[i].b == a))
			return report->pairs[i].shared;
	return 0;
}

/* Are both in a row of copies that is not identical, and is one not the same as the other? */
static bool differs_in_a_row(const struct report *report, uint32_t a, uint32_t b, uint64_t shared)
{
	for (size_t i = 0; i < report->copy_count; i++) {
		const struct report_copy *copy = &report->copies[i];
		bool with_a = false, with_b = false;
		for (size_t j = 0; j < copy->store_count; j++) {
			with_a = with_a || copy->stores[j] == a;
			with_b = with_b || copy->stores[j] == b;
		}
		if (with_a && with_b)
			return shared != report->stores[a].distinct || shared != report->stores[b].distinct;
	}
	return false;
}

static void put_matrix_cell(struct html_writer *w, const struct report *report, uint32_t a, uint32_t b)
{
	uint64_t shared = a == b ? report->stores[a].distinct : shared_by(report, a, b);
	bool differs = a != b && differs_in_a_row(report, a, b, shared);
	html_open(w, "td", a == b ? "self" : differs ? "x" : NULL);
	html_number(w, shared);
	if (differs)
		html_leaf(w, "span", "hide", " differs");
	html_close(w);
}

static void put_matrix_head(struct html_writer *w, const struct report *report)
{
	html_open(w, "thead", NULL);
	html_open(w, "tr", NULL);
	html_open(w, "th", NULL);
	html_attribute(w, "scope", "col");
	html_leaf(w, "span", "hide", "Store");
	html_close(w);
	for (uint32_t store = 0; store < report->store_count; store++) {
		html_open(w, "th", NULL);
		html_attribute(w, "scope", "col");
		html_name(w, report_short_name(report, store));
		html_close(w);
	}
	html_close(w);
	html_close(w);
}

static void put_matrix(struct html_writer *w, const struct report *report)
{
	html_open(w, "div", "scroll");
	html_attribute(w, "tabindex", "0");
	html_attribute(w, "role", "region");
	html_attribute(w, "aria-label", "Records that stores share");
	html_open(w, "table", "mx");
	html_open(w, "caption", NULL);
	html_leaf(w, "b", NULL, "Records that stores share.");
	html_text(w,
		" Distinct records that stand in both; in the diagonal, all that a store holds. A ring: copies that "
		"differ.");
	html_close(w);
	put_matrix_head(w, report);
	html_open(w, "tbody", NULL);
	for (uint32_t a = 0; a < report->store_count; a++) {
		html_open(w, "tr", NULL);
		html_open(w, "th", NULL);
		html_attribute(w, "scope", "row");
		html_name(w, report_short_name(report, a));
		html_close(w);
		for (uint32_t b = 0; b < report->store_count; b++)
			put_matrix_cell(w, report, a, b);
		html_close(w);
	}
	html_close(w);
	html_close(w);
	html_close(w);
}

static void put_stores(struct html_writer *w, const struct report *report)
{
	static const struct html_column columns[] = {{"Store", HTML_TEXT, false}, {"Records, raw", HTML_AMOUNT, false},
		{"Distinct", HTML_AMOUNT, false}, {"Repeats inside", HTML_AMOUNT, false}};
	struct html_table table;
	html_table_begin(&table, w, columns, 4, HTML_SORTS, "Records of each store.",
		"Repeats inside: copies of a record of the same store.");
	for (uint32_t i = 0; i < report->store_count && i < HTML_SHOWN_STORES; i++) {
		html_table_row(&table, false);
		html_cell_name(&table, report->stores[i].name);
		html_cell_number(&table, report->stores[i].raw);
		html_cell_number(&table, report->stores[i].distinct);
		html_cell_number(&table, report->stores[i].within);
	}
	html_table_more(&table, report->store_count, HTML_SHOWN_STORES);
	html_table_end(&table);
}

static void put_difference(struct html_table *table, const struct report *report, const struct report_copy *copy,
	const struct report_difference *difference)
{
	html_table_row(table, false);
	html_cell_name(table, report_short_name(report, difference->store));
	html_cell_open(table);
	if (difference->path != NULL)
		html_name(table->w, difference->path);
	else
		html_format(table->w, "object #%u", difference->object);
	html_close(table->w);
	html_cell_open(table);
	html_number(table->w, difference->record);
	if (difference->document != NULL) {
		html_text(table->w, " ");
		html_name(table->w, difference->document);
	}
	html_close(table->w);
	html_cell_open(table);
	html_format(table->w, "%u of %zu stores", difference->holders, copy->store_count);
	html_close(table->w);
}

static void put_row_of_copies(
	struct html_writer *w, const struct report *report, const struct report_copy *copy, size_t row)
{
	static const struct html_column columns[] = {{"Store", HTML_TEXT, false}, {"Object", HTML_TEXT, false},
		{"Record", HTML_AMOUNT, false}, {"Stands in", HTML_TEXT, false}};
	char total[32], shared[32];
	number_text(copy->differing_total, total);
	number_text(copy->shared, shared);
	html_open(w, "div", "note");
	html_open(w, "p", NULL);
	html_open(w, "b", NULL);
	html_format(w, copy->identical ? "%zu stores hold the same set." : "%zu stores hold one set, with differences.",
		copy->store_count);
	html_close(w);
	for (size_t i = 0; i < copy->store_count && i < SHOWN_NAMES; i++) {
		html_text(w, i == 0 ? " " : ", ");
		html_name(w, report_short_name(report, copy->stores[i]));
	}
	if (copy->store_count > SHOWN_NAMES)
		html_format(w, " and %zu more", copy->store_count - SHOWN_NAMES);
	html_format(w, ": %s records stand in all of them", shared);
	if (!copy->identical)
		html_format(w, ", %s in some of them only", total);
	html_text(w, ".");
	html_close(w);
	html_close(w);
	if (copy->differing_count == 0)
		return;
	struct html_table table;
	size_t shown = copy->differing_count < SHOWN_DIFFERENCES ? copy->differing_count : SHOWN_DIFFERENCES;
	st_auto_free char *name = st_format("Records that are not in every store, set %zu.", row + 1);
	st_auto_free char *caption = st_format("%zu of %s; a changed record stands here in its new and in its old "
					       "form. Records count from 1 in their part.",
		shown, total);
	html_table_begin(&table, w, columns, 4, HTML_STACKS, name, caption);
	for (size_t i = 0; i < shown; i++)
		put_difference(&table, report, copy, &copy->differing[i]);
	html_table_end(&table);
}

void html_copies(struct html_writer *w, const struct report *report)
{
	html_leaf(w, "p", NULL,
		"Stores that share at least 95 % of the records of the smaller one are one set. Identical is said only "
		"at 100 %.");
	html_section_body(w);
	if (report->store_count > 1 && report->pairs_known)
		put_matrix(w, report);
	for (size_t i = 0; i < report->copy_count && i < SHOWN_COPIES; i++)
		put_row_of_copies(w, report, &report->copies[i], i);
	if (report->copy_count > SHOWN_COPIES) {
		html_open(w, "p", NULL);
		html_format(w, "And %zu sets more: --format json names them all.", report->copy_count - SHOWN_COPIES);
		html_close(w);
	}
	if (report->store_count > 1 && report->copy_count == 0)
		html_leaf(w, "p", NULL, "No two stores are copies of each other.");
	put_stores(w, report);
}

/* --- kinds --- */

static int by_distinct(const void *a, const void *b)
{
	const struct report_kind *left = *(const struct report_kind *const *)a,
				 *right = *(const struct report_kind *const *)b;
	if (left->distinct != right->distinct)
		return left->distinct < right->distinct ? 1 : -1;
	return strcmp(left->kind, right->kind);
}

static void put_kinds(struct html_writer *w, const struct report *report)
{
	static const struct html_column columns[] = {{"Kind", HTML_TEXT, false}, {"Bar", HTML_BAR, false},
		{"Distinct", HTML_AMOUNT, false}, {"Mentions, distinct records", HTML_AMOUNT, true},
		{"Mentions, all copies", HTML_AMOUNT, false}};
	st_auto_free const struct report_kind **sorted = st_alloc(report->kind_count * sizeof *sorted);
	struct html_table table;
	for (size_t i = 0; i < report->kind_count; i++)
		sorted[i] = &report->kinds[i];
	qsort(sorted, report->kind_count, sizeof *sorted, by_distinct);
	html_table_begin(&table, w, columns, 5, HTML_SORTS, "Kinds of data, distinct values.",
		"Shown from confidence 0.50. A mention is one occurrence; a value that stands often is counted once.");
	for (size_t i = 0; i < report->kind_count; i++) {
		html_table_row(&table, false);
		html_cell_word(&table, sorted[i]->kind);
		html_cell_bar(&table, sorted[i]->distinct, sorted[0]->distinct);
		html_cell_number(&table, sorted[i]->distinct);
		html_cell_number(&table, sorted[i]->mentions_distinct_records);
		html_cell_number(&table, sorted[i]->mentions);
	}
	html_table_end(&table);
}

static void put_units(struct html_writer *w, const struct report *report)
{
	static const struct html_column columns[] = {{"Unit", HTML_TEXT, false}, {"Bar", HTML_BAR, false},
		{"Raw", HTML_AMOUNT, false}, {"Distinct", HTML_AMOUNT, false}};
	struct html_table table;
	uint64_t most = 0;
	for (size_t i = 0; i < report->unit_count; i++)
		most = report->units[i].raw > most ? report->units[i].raw : most;
	html_table_begin(&table, w, columns, 4, HTML_SORTS, "What the records are.",
		"Bar: distinct, of the largest raw number. Raw counts every copy.");
	for (size_t i = 0; i < report->unit_count; i++) {
		html_table_row(&table, false);
		html_cell_word(&table, report->units[i].unit);
		html_cell_bar(&table, report->units[i].distinct, most);
		html_cell_number(&table, report->units[i].raw);
		html_cell_number(&table, report->units[i].distinct);
	}
	html_table_end(&table);
}

static void put_top(struct html_writer *w, const struct report *report, const struct report_top *top)
{
	static const struct html_column columns[] = {{"Value", HTML_TEXT, false},
		{"Distinct records", HTML_AMOUNT, false}, {"Mentions, all copies", HTML_AMOUNT, false}};
	struct html_table table;
	char total[32];
	number_text(top->total, total);
	html_open(w, "details", NULL);
	html_open(w, "summary", NULL);
	html_word(w, top->kind);
	if (top->total > top->row_count)
		html_format(w, ": the %zu values in most records, of %s", top->row_count, total);
	else
		html_text(w, top->total == 1 ? ": its value" : ": all of its values");
	html_close(w);
	st_auto_free char *name = st_format("Values of the kind %s.", top->kind);
	st_auto_free char *caption = st_format("%zu of %s%s; all of them by --format csv --list entities.",
		top->row_count, total, report->revealed ? "" : ", masked");
	html_table_begin(&table, w, columns, 3, HTML_SORTS, name, caption);
	for (size_t i = 0; i < top->row_count; i++) {
		html_table_row(&table, false);
		html_cell_name(&table, top->rows[i].name);
		html_cell_number(&table, top->rows[i].records);
		html_cell_number(&table, top->rows[i].mentions);
	}
	html_table_more(&table, top->total, top->row_count);
	html_table_end(&table);
	html_close(w);
}

void html_kinds(struct html_writer *w, const struct report *report)
{
	html_leaf(w, "p", NULL, "Found by checksum, label or context, not by the name of a file or field alone.");
	html_open(w, "p", NULL);
	html_text(w, "Counted over: ");
	html_coverage_words(w, report);
	html_close(w);
	html_section_body(w);
	if (report->kind_count > 0)
		put_kinds(w, report);
	else
		html_leaf(w, "p", NULL, "None was found in what was read and searched.");
	if (report->case_templates_beyond > 0) {
		html_open(w, "p", NULL);
		html_text(w, "Not counted: case numbers of ");
		html_number(w, report->case_templates_beyond);
		html_text(w, " more templates.");
		html_close(w);
	}
	for (size_t i = 0; i < report->top_count; i++)
		if (report->tops[i].kind != NULL && report->tops[i].row_count > 0)
			put_top(w, report, &report->tops[i]);
	if (report->unit_count > 0)
		put_units(w, report);
	static const enum tally_list more[] = {TALLY_LABELS, TALLY_DOCUMENTS, TALLY_SPEAKERS};
	for (size_t i = 0; i < sizeof more / sizeof more[0]; i++)
		html_tallies(w, report, more[i]);
	if (!html_tallies(w, report, TALLY_CATEGORIES))
		html_not_counted(w, "Categories of data",
			"the scan of this case related no values to the categories of the law.");
}
