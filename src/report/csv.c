/* Rows for spreadsheets: RFC 4180, no control bytes, no formulas. */
#include "base/print.h"
#include "report/report.h"

#include <stdio.h>
#include <stdlib.h>

void report_csv_row(struct st_buf *out, const struct st_span *cells, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		st_auto_buf struct st_buf clean = {0};
		if (i > 0)
			st_buf_add_byte(out, ',');
		st_escape_text(&clean, cells[i].data, cells[i].size);
		st_escape_csv(out, clean.data, clean.size);
	}
	st_buf_add(out, "\r\n", 2);
}

static void add_row(struct st_buf *out, const char *section, const char *name, const char *column, uint64_t value)
{
	char number[24];
	snprintf(number, sizeof number, "%llu", (unsigned long long)value);
	const char *texts[] = {section, name, column, number};
	struct st_span cells[4];
	for (size_t i = 0; i < 4; i++)
		cells[i] = (struct st_span){(const uint8_t *)texts[i], strlen(texts[i])};
	report_csv_row(out, cells, 4);
}

static void add_range(struct st_buf *out, const char *name, const struct report_range *range)
{
	add_row(out, "figures", name, "min", range->min);
	add_row(out, "figures", name, "best", range->best);
	add_row(out, "figures", name, "max", range->max);
}

static void add_coverage(struct st_buf *out, const struct report *report)
{
	const struct {
		const char *name, *column;
		uint64_t value;
	} rows[] = {
		{"objects", "listed", report->listed},
		{"objects", "read", report->read},
		{"objects", "partial", report->partial},
		{"objects", "unread", report->unread},
		{"objects", "duplicate", report->duplicate},
		{"objects", "pending", report->pending},
		{"members", "count", report->members},
		{"bytes", "listed", report->bytes_listed},
		{"bytes", "read", report->bytes_read},
		{"bytes", "not_searched", report->not_searched_bytes},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		add_row(out, "coverage", rows[i].name, rows[i].column, rows[i].value);
	for (int reason = 0; reason < ST_REASONS; reason++) {
		if (report->unread_objects[reason] > 0)
			add_row(out, "unread", st_reason_name((enum st_reason)reason), "objects",
				report->unread_objects[reason]);
		if (report->members_unread[reason] > 0)
			add_row(out, "unread", st_reason_name((enum st_reason)reason), "members",
				report->members_unread[reason]);
	}
}

static void add_estimate(struct st_buf *out, const struct report *report)
{
	for (size_t i = 0; i < report->estimate.figure_count; i++) {
		const struct report_estimated *figure = &report->estimate.figures[i];
		add_row(out, "estimate", figure->name, "value", figure->value);
		add_row(out, "estimate", figure->name, "low", figure->low);
		if (figure->bounded)
			add_row(out, "estimate", figure->name, "high", figure->high);
	}
}

static void add_tallies(struct st_buf *out, const struct tallies *tallies)
{
	static const char *const sections[TALLY_LISTS] = {
		"countries", "categories", "special_categories", "sensitivity", "document_types", "speakers"};
	static const char *const columns[TALLY_VALUES] = {"persons", "organizations", "records", "mentions",
		"values_said", "persons_by_phone", "persons_by_national_id", "persons_by_address", "persons_by_cctld"};
	for (size_t i = 0; i < tallies->count; i++) {
		const struct tally *row = &tallies->rows[i];
		for (int value = 0; value < TALLY_VALUES && row->list < TALLY_LISTS; value++)
			if (row->values[value] > 0)
				add_row(out, sections[row->list], row->name, columns[value], row->values[value]);
	}
}

void report_csv(const struct report *report, struct st_buf *out)
{
	st_buf_add(out, "section,name,column,value\r\n", 27);
	add_row(out, "figures", "records", "raw", report->records_raw);
	add_row(out, "figures", "records", "distinct", report->records_distinct);
	add_range(out, "persons", &report->persons);
	add_range(out, "staff", &report->staff);
	add_range(out, "organizations", &report->organizations);
	add_row(out, "figures", "role_mailboxes", "count", report->role_mailboxes);
	add_coverage(out, report);
	for (size_t i = 0; i < report->kind_count; i++) {
		add_row(out, "entities", report->kinds[i].kind, "distinct", report->kinds[i].distinct);
		add_row(out, "entities", report->kinds[i].kind, "mentions", report->kinds[i].mentions);
		add_row(out, "entities", report->kinds[i].kind, "mentions_distinct_records",
			report->kinds[i].mentions_distinct_records);
	}
	add_tallies(out, &report->tallies);
	add_estimate(out, report);
}
