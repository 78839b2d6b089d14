/* Tables of the lists of figures: countries, categories, labels, types of document, speakers. */
#include "report/html_parts.h"

struct shown_list {
	enum tally_list list;
	const char *name, *caption;
	struct html_column columns[5]; /* the name, a bar of the first value, the values */
	enum tally_value values[3];
	size_t count; /* of values */
};

static const struct shown_list lists[] = {
	{TALLY_COUNTRIES, "Persons and organizations by country.",
		"By phone, national id and postal address beside one person's address alone, and by the domain; "
		"nothing or "
		"a contradiction is unknown. They sum to the best figures.",
		{{"Country", HTML_TEXT, false}, {"Bar", HTML_BAR, true}, {"Persons", HTML_AMOUNT, false},
			{"Organizations", HTML_AMOUNT, false}},
		{TALLY_PERSONS, TALLY_ORGANIZATIONS}, 2},
	{TALLY_CATEGORIES, "Categories of data.",
		"Distinct records that hold at least one value of the category, and persons whose address stands in "
		"one. "
		"Special categories are words near a person: most say nothing about that person.",
		{{"Category", HTML_TEXT, false}, {"Bar", HTML_BAR, true}, {"Records", HTML_AMOUNT, false},
			{"Persons", HTML_AMOUNT, false}},
		{TALLY_RECORDS, TALLY_PERSONS}, 2},
	{TALLY_LABELS, "Labels of sensitivity.", "Distinct records that bear the label, and how often it stands there.",
		{{"Label", HTML_TEXT, false}, {"Bar", HTML_BAR, true}, {"Records", HTML_AMOUNT, false},
			{"Mentions", HTML_AMOUNT, false}},
		{TALLY_RECORDS, TALLY_MENTIONS}, 2},
	{TALLY_DOCUMENTS, "Types of document.", "By title and wording; all other records are of unknown type.",
		{{"Type", HTML_TEXT, false}, {"Bar", HTML_BAR, true}, {"Records", HTML_AMOUNT, false}}, {TALLY_RECORDS},
		1},
	{TALLY_SPEAKERS, "Who said what.",
		"Turns of conversations in distinct records, and values in what was said; quoted words are those of "
		"whoever "
		"is quoted.",
		{{"Speaker", HTML_TEXT, false}, {"Bar", HTML_BAR, true}, {"Turns", HTML_AMOUNT, false},
			{"Records", HTML_AMOUNT, false}, {"Values", HTML_AMOUNT, false}},
		{TALLY_MENTIONS, TALLY_RECORDS, TALLY_VALUES_SAID}, 3},
};

static uint64_t largest_of(const struct report *report, const struct shown_list *list)
{
	uint64_t largest = 0;
	for (size_t i = 0; i < report->tallies.count; i++)
		if (report->tallies.rows[i].list == list->list &&
			report->tallies.rows[i].values[list->values[0]] > largest)
			largest = report->tallies.rows[i].values[list->values[0]];
	return largest;
}

static bool has_rows(const struct report *report, enum tally_list list)
{
	for (size_t i = 0; i < report->tallies.count; i++)
		if (report->tallies.rows[i].list == list)
			return true;
	return false;
}

static void put_list(struct html_writer *w, const struct report *report, const struct shown_list *list)
{
	struct html_table table;
	uint64_t largest = largest_of(report, list);
	html_table_begin(&table, w, list->columns, list->count + 2, HTML_SORTS, list->name, list->caption);
	for (size_t i = 0; i < report->tallies.count; i++) {
		const struct tally *row = &report->tallies.rows[i];
		if (row->list != list->list)
			continue;
		bool unknown = strcmp(row->name, "unknown") == 0;
		html_table_row(&table, unknown);
		html_cell(&table, row->name);
		if (unknown)
			html_cell_hatched(&table, row->values[list->values[0]], largest);
		else
			html_cell_bar(&table, row->values[list->values[0]], largest);
		for (size_t v = 0; v < list->count; v++)
			html_cell_number(&table, row->values[list->values[v]]);
	}
	html_table_end(&table);
}

bool html_tallies(struct html_writer *w, const struct report *report, enum tally_list which)
{
	if (!(report->tallies.known >> which & 1) || !has_rows(report, which))
		return false;
	for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
		if (lists[i].list == which)
			put_list(w, report, &lists[i]);
	return true;
}
