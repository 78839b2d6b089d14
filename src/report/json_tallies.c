/* The lists of figures of staunch.report/1: countries, categories, sensitivity, types of document, speakers. */
#include "report/json_parts.h"

static bool begin_list(struct st_json_writer *w, const struct report *report, enum tally_list list, const char *key)
{
	st_json_key(w, key);
	if (report->tallies.known >> list & 1) {
		st_json_array(w);
		return true;
	}
	st_json_null(w);
	return false;
}

static void key_value(struct st_json_writer *w, const struct tally *row, enum tally_value value, const char *key)
{
	st_json_key_uint(w, key, row->values[value]);
}

static void write_bases(struct st_json_writer *w, const struct tally *row)
{
	st_json_key(w, "basis");
	st_json_array(w);
	for (int value = TALLY_BY_PHONE; value <= TALLY_BY_CCTLD; value++)
		if (report_has_basis(row, (enum tally_value)value))
			st_json_text(w, report_basis_name((enum tally_value)value));
	st_json_array_end(w);
	st_json_key(w, "persons_by_basis");
	st_json_object(w);
	for (int value = TALLY_BY_PHONE; value <= TALLY_BY_CCTLD; value++)
		if (row->values[value] > 0)
			key_value(w, row, (enum tally_value)value, report_basis_name((enum tally_value)value));
	st_json_object_end(w);
}

void json_countries(struct st_json_writer *w, const struct report *report)
{
	if (!begin_list(w, report, TALLY_COUNTRIES, "countries"))
		return;
	for (size_t i = 0; i < report->tallies.count; i++) {
		const struct tally *row = &report->tallies.rows[i];
		if (row->list != TALLY_COUNTRIES)
			continue;
		st_json_object(w);
		st_json_key_text(w, "country", row->name);
		key_value(w, row, TALLY_PERSONS, "persons");
		key_value(w, row, TALLY_ORGANIZATIONS, "organizations");
		write_bases(w, row);
		st_json_object_end(w);
	}
	st_json_array_end(w);
}

/* Words near a person say little: that stands beside the figure. */
static void write_subjects(struct st_json_writer *w, const struct report *report)
{
	st_json_key_text(w, "confidence", "low");
	st_json_key_text(w, "method", report_special_method());
	st_json_key(w, "subjects");
	st_json_array(w);
	for (size_t i = 0; i < report->tallies.count; i++) {
		const struct tally *row = &report->tallies.rows[i];
		if (row->list != TALLY_SPECIAL)
			continue;
		st_json_object(w);
		st_json_key_text(w, "subject", row->name);
		key_value(w, row, TALLY_RECORDS, "records");
		st_json_object_end(w);
	}
	st_json_array_end(w);
}

void json_categories(struct st_json_writer *w, const struct report *report)
{
	if (!begin_list(w, report, TALLY_CATEGORIES, "categories"))
		return;
	for (size_t i = 0; i < report->tallies.count; i++) {
		const struct tally *row = &report->tallies.rows[i];
		if (row->list != TALLY_CATEGORIES)
			continue;
		st_json_object(w);
		st_json_key_text(w, "category", row->name);
		key_value(w, row, TALLY_PERSONS, "persons");
		key_value(w, row, TALLY_RECORDS, "records");
		if (report_is_special(row))
			write_subjects(w, report);
		st_json_object_end(w);
	}
	st_json_array_end(w);
}

struct shape {
	enum tally_list list;
	const char *key, *name;
	struct {
		enum tally_value value;
		const char *key;
	} values[4];
};

static void write_list(struct st_json_writer *w, const struct report *report, const struct shape *shape)
{
	if (!begin_list(w, report, shape->list, shape->key))
		return;
	for (size_t i = 0; i < report->tallies.count; i++) {
		const struct tally *row = &report->tallies.rows[i];
		if (row->list != shape->list)
			continue;
		st_json_object(w);
		st_json_key_text(w, shape->name, row->name);
		for (size_t v = 0; v < 4 && shape->values[v].key != NULL; v++)
			key_value(w, row, shape->values[v].value, shape->values[v].key);
		st_json_object_end(w);
	}
	st_json_array_end(w);
}

void json_sensitivity(struct st_json_writer *w, const struct report *report)
{
	static const struct shape labels = {
		TALLY_LABELS, "sensitivity", "label", {{TALLY_RECORDS, "records"}, {TALLY_MENTIONS, "mentions"}}};
	static const struct shape documents = {TALLY_DOCUMENTS, "document_types", "type", {{TALLY_RECORDS, "records"}}};
	static const struct shape speakers = {TALLY_SPEAKERS, "speakers", "speaker",
		{{TALLY_MENTIONS, "turns"}, {TALLY_RECORDS, "records"}, {TALLY_VALUES_SAID, "mentions"}}};
	write_list(w, report, &labels);
	write_list(w, report, &documents);
	write_list(w, report, &speakers);
}
