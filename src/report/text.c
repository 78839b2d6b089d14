/* One page of 80 columns that a tired person can read: labels left, numbers on one right edge, nothing for what is not
 * built. Colour only repeats what a word already says. */
#include "base/clock.h"
#include "base/print.h"
#include "base/utf8.h"
#include "report/amount.h"
#include "report/claims.h"
#include "report/report.h"

#include <stdio.h>
#include <time.h>

#define LABEL_COLUMNS 20 /* a longer label takes a line of its own */
#define FIRST_EDGE 31    /* right edge of the first number; the others follow every EDGE_STEP columns */
#define EDGE_STEP 11
#define BAR_COLUMNS 24
#define PAGE_COLUMNS 80
#define SHOWN_EXPOSURES 20 /* stores with a window, and windows of each */
#define SHOWN_WINDOWS 5
#define SHOWN_DIFFERENCES 5
#define SHOWN_LEADS 10
#define SHOWN_COUNTRIES 8

enum style { STYLE_PLAIN, STYLE_BOLD, STYLE_DIM, STYLE_YELLOW };

struct page {
	struct st_buf *out;
	struct report_style style;
	size_t column;
};

static size_t columns_of(const char *text)
{
	size_t columns = 0;
	for (; *text != 0; text++)
		columns += ((unsigned char)*text & 0xc0) != 0x80;
	return columns;
}

static void put(struct page *page, enum style style, const char *text)
{
	static const char *const codes[] = {"", "\x1b[1m", "\x1b[2m", "\x1b[33m"};
	bool colour = page->style.colour && style != STYLE_PLAIN && text[0] != 0;
	if (colour)
		st_buf_add(page->out, codes[style], strlen(codes[style]));
	st_buf_add(page->out, text, strlen(text));
	if (colour)
		st_buf_add(page->out, "\x1b[0m", 4);
	page->column += columns_of(text);
}

static void pad_to(struct page *page, size_t column)
{
	while (page->column < column) {
		st_buf_add_byte(page->out, ' ');
		page->column++;
	}
}

static void end_line(struct page *page)
{
	st_buf_add_byte(page->out, '\n');
	page->column = 0;
}

static void put_cell(struct page *page, int edge, enum style style, const char *text)
{
	size_t right = FIRST_EDGE + EDGE_STEP * (size_t)edge, width = columns_of(text);
	if (page->column > 0 && page->column + width >= right)
		pad_to(page, page->column + 1); /* a number wider than its column still stands apart */
	pad_to(page, right > width ? right - width : 0);
	put(page, style, text);
}

static void put_note(struct page *page, int edges, enum style style, const char *text)
{
	if (text[0] == 0)
		return;
	pad_to(page, FIRST_EDGE + EDGE_STEP * (size_t)(edges - 1) + 2);
	put(page, style, text);
}

static void put_number(struct page *page, int edge, enum style style, uint64_t value)
{
	char text[32];
	number_text(value, text);
	put_cell(page, edge, style, text);
}

static void put_bytes(struct page *page, int edge, uint64_t bytes)
{
	char text[32];
	bytes_text(bytes, text);
	put_cell(page, edge, STYLE_PLAIN, text);
}

static void put_head(struct page *page, const char *title, const char *const *heads, size_t count)
{
	end_line(page);
	put(page, STYLE_BOLD, title);
	for (size_t i = 0; i < count; i++)
		put_cell(page, (int)i, STYLE_PLAIN, heads[i]);
	end_line(page);
}

static void put_label(struct page *page, const char *label)
{
	st_auto_free char *escaped = st_escaped_text(label, strlen(label));
	put(page, STYLE_PLAIN, "  ");
	put(page, STYLE_PLAIN, escaped);
	if (page->column > LABEL_COLUMNS)
		end_line(page);
}

/* --- sections --- */

static void put_title(struct page *page, const struct report *report)
{
	static const char *const months[] = {"January", "February", "March", "April", "May", "June", "July", "August",
		"September", "October", "November", "December"};
	st_auto_free char *name = st_escaped_text(report->case_name, strlen(report->case_name));
	char when[64] = "";
	struct tm utc;
	time_t seconds = (time_t)report->generated_at;
	if (gmtime_r(&seconds, &utc) != NULL)
		snprintf(when, sizeof when, "   %d %s %d, %02d:%02d UTC   %s  %s", utc.tm_mday, months[utc.tm_mon],
			utc.tm_year + 1900, utc.tm_hour, utc.tm_min, report->estimated ? "ESTIMATE" : "full scan",
			report->revealed ? "values shown" : "values masked");
	put(page, STYLE_BOLD, "Case ");
	put(page, STYLE_BOLD, name);
	put(page, STYLE_PLAIN, when);
	end_line(page);
}

static void put_range(struct page *page, const char *label, const struct report_range *range, const char *note)
{
	put_label(page, label);
	put_number(page, 0, STYLE_PLAIN, range->min);
	put_number(page, 1, STYLE_BOLD, range->best);
	put_number(page, 2, STYLE_PLAIN, range->max);
	put_note(page, 3, STYLE_DIM, note);
	end_line(page);
}

static void put_single(struct page *page, const char *label, uint64_t value, const char *note)
{
	put_label(page, label);
	put_number(page, 1, STYLE_BOLD, value);
	put_note(page, 3, STYLE_DIM, note);
	end_line(page);
}

/* Units that the user named (scan --id-field): how many different ones. */
static void put_named_units(struct page *page, const struct report *report)
{
	static const char *const ours[] = {"message", "row", "document", "log_line"};
	for (size_t i = 0; i < report->unit_count; i++) {
		const struct report_unit *unit = &report->units[i];
		bool named = true;
		char raw[32];
		for (size_t j = 0; j < sizeof ours / sizeof ours[0]; j++)
			named = named && strcmp(unit->unit, ours[j]) != 0;
		if (!named)
			continue;
		number_text(unit->raw, raw);
		st_auto_free char *note = st_format("different, of %s values", raw);
		put_single(page, unit->unit, unit->distinct, note);
	}
}

static void put_figures(struct page *page, const struct report *report)
{
	static const char *const heads[] = {"min", "best", "max"};
	st_auto_free char *own = st_format("own: %s", report->own_domains);
	st_auto_free char *own_escaped = st_escaped_text(own, strlen(own));
	bool fits = columns_of(own_escaped) <= PAGE_COLUMNS - FIRST_EDGE - 2 * EDGE_STEP - 2;
	put_head(page, report->estimated ? "Of what was read" : "Figures", heads, 3);
	put_single(page, "records, raw", report->records_raw, "every copy counted");
	put_single(page, "records, distinct", report->records_distinct, "each counted once, exact");
	put_named_units(page, report);
	put_range(page, "persons", &report->persons, "by e-mail address");
	if (report->own_domains[0] != 0)
		put_range(page, "  of these staff", &report->staff, fits ? own_escaped : "at own domains");
	put_range(page, "organizations", &report->organizations, "domains, no free mail");
	if (report->role_mailboxes > 0)
		put_single(page, "role mailboxes", report->role_mailboxes, "no persons");
}

/* --- estimates --- */

static void put_estimated(
	struct page *page, const struct report *report, const char *name, const char *label, const char *note)
{
	const struct report_estimated *figure = NULL;
	for (size_t i = 0; i < report->estimate.figure_count; i++)
		if (strcmp(report->estimate.figures[i].name, name) == 0)
			figure = &report->estimate.figures[i];
	if (figure == NULL)
		return;
	put_label(page, label);
	put_number(page, 0, STYLE_PLAIN, figure->low);
	put_number(page, 1, STYLE_BOLD, figure->value);
	if (figure->bounded)
		put_number(page, 2, STYLE_PLAIN, figure->high);
	else
		put_cell(page, 2, STYLE_YELLOW, "unknown");
	put_note(page, 3, STYLE_DIM, note);
	end_line(page);
}

static void put_sample(struct page *page, const struct report *report)
{
	char sampled[32], listed[32];
	const struct report_estimate *estimate = &report->estimate;
	number_text(estimate->sampled, sampled);
	number_text(estimate->listed, listed);
	st_auto_free char *text = st_format("  from %s of %s objects, drawn by seed %llu; 95 %% intervals", sampled,
		listed, (unsigned long long)(estimate->store_count > 0 ? estimate->stores[0].seed : 0));
	put(page, STYLE_DIM, text);
	end_line(page);
}

static void put_estimated_kinds(struct page *page, const struct report *report)
{
	static const char *const heads[] = {"low", "estimate", "high"};
	put_head(page, "Estimate of kinds", heads, 3);
	for (size_t i = 0; i < report->kind_count; i++) {
		const char *kind = report->kinds[i].kind;
		st_auto_free char *distinct = st_format("entities.%s.distinct", kind);
		st_auto_free char *mentions = st_format("entities.%s.mentions", kind);
		put_estimated(page, report, distinct, kind, "distinct");
		put_estimated(page, report, mentions, "", "mentions");
	}
}

static void put_estimate(struct page *page, const struct report *report)
{
	static const char *const heads[] = {"low", "estimate", "high"};
	if (!report->estimated)
		return;
	put_head(page, "Estimate", heads, 3);
	put_estimated(page, report, "records.raw", "records, raw", "every copy counted");
	put_estimated(page, report, "records.distinct", "records, distinct", "each counted once");
	put_estimated(page, report, "persons.best", "persons", "by e-mail address");
	if (report->own_domains[0] != 0)
		put_estimated(page, report, "staff.best", "  of these staff", "at own domains");
	put_estimated(page, report, "organizations.best", "organizations", "domains, no free mail");
	put_estimated(page, report, "role_mailboxes", "role mailboxes", "no persons");
	for (int reason = 1; reason < ST_REASONS; reason++) {
		const char *word = st_reason_name((enum st_reason)reason);
		st_auto_free char *name = st_format("unread.%s.objects", word);
		put_estimated(page, report, name, word, "objects not read");
	}
	put_sample(page, report);
	put_estimated_kinds(page, report);
}

static void put_coverage(struct page *page, const struct report *report)
{
	static const char *const heads[] = {"listed", "read", "copy", "partly", "not read"};
	uint64_t unread = report->unread + report->pending;
	uint64_t known = report->bytes_read + report->bytes_duplicate;
	put_head(page, "Coverage", heads, 5);
	put_label(page, "objects");
	put_number(page, 0, STYLE_PLAIN, report->listed);
	put_number(page, 1, STYLE_BOLD, report->read);
	put_number(page, 2, STYLE_PLAIN, report->duplicate);
	put_number(page, 3, report->partial > 0 ? STYLE_YELLOW : STYLE_PLAIN, report->partial);
	put_number(page, 4, unread > 0 ? STYLE_YELLOW : STYLE_PLAIN, unread);
	end_line(page);
	put_label(page, "bytes");
	put_bytes(page, 0, report->bytes_listed);
	put_bytes(page, 1, report->bytes_read);
	put_bytes(page, 2, report->bytes_duplicate);
	put_bytes(page, 4, report->bytes_listed > known ? report->bytes_listed - known : 0);
	end_line(page);
	if (report->documents.known) {
		put_label(page, "documents");
		put_number(page, 0, STYLE_PLAIN, report->documents.listed);
		put_number(page, 1, STYLE_BOLD, report->documents.read);
		put_number(
			page, 4, report->documents.unread > 0 ? STYLE_YELLOW : STYLE_PLAIN, report->documents.unread);
		end_line(page);
	}
	if (report->documents.appeared > 0) {
		put_label(page, "appeared since");
		put_number(page, 0, STYLE_PLAIN, report->documents.appeared);
		end_line(page);
	}
	if (report->members > 0) {
		put_label(page, "members");
		put_number(page, 0, STYLE_PLAIN, report->members);
		put_note(page, 5, STYLE_DIM, "");
		end_line(page);
	}
	if (report->not_searched_bytes > 0) {
		put_label(page, "text not searched");
		put_bytes(page, 0, report->not_searched_bytes);
		end_line(page);
	}
}

static void put_unread(struct page *page, const struct report *report)
{
	static const char *const heads[] = {"objects", "bytes", "members"};
	bool any = report->pending > 0;
	for (int reason = 0; reason < ST_REASONS; reason++)
		any = any || report->unread_objects[reason] > 0 || report->members_unread[reason] > 0;
	if (!any)
		return;
	put_head(page, "Not read", heads, 3);
	for (int reason = 0; reason < ST_REASONS; reason++) {
		if (report->unread_objects[reason] == 0 && report->members_unread[reason] == 0)
			continue;
		put_label(page, reason == ST_REASON_NONE ? "other" : st_reason_name((enum st_reason)reason));
		put_number(page, 0, STYLE_PLAIN, report->unread_objects[reason]);
		put_bytes(page, 1, report->unread_bytes[reason]);
		put_number(page, 2, STYLE_PLAIN, report->members_unread[reason]);
		end_line(page);
	}
	if (report->pending > 0) {
		put_label(page, "not yet");
		put_number(page, 0, STYLE_PLAIN, report->pending);
		put_note(page, 3, STYLE_DIM,
			report->estimated ? "not drawn; scan without --sample" : "run the same scan again");
		end_line(page);
	}
}

/* --- copies --- */

static void add_names(
	struct st_buf *out, const struct report *report, const struct report_copy *copy, uint64_t distinct)
{
	for (size_t i = 0; i < copy->store_count; i++) {
		const char *name = report_short_name(report, copy->stores[i]);
		if (copy->distinct[i] != distinct)
			continue;
		if (out->size > 0)
			st_buf_add_byte(out, ' ');
		st_escape_text(out, name, strlen(name));
	}
	st_buf_add_byte(out, 0);
}

/* Stores with the same number of records stand in one row. */
static void put_copy_row(struct page *page, const struct report *report, const struct report_copy *copy, size_t first)
{
	uint64_t records = copy->distinct[first];
	enum style style = copy->identical ? STYLE_PLAIN : STYLE_YELLOW;
	st_auto_buf struct st_buf names = {0};
	for (size_t i = 0; i < first; i++) {
		if (copy->distinct[i] == records)
			return;
	}
	add_names(&names, report, copy, records);
	put(page, STYLE_PLAIN, "  ");
	put(page, style, (const char *)names.data);
	if (page->column > LABEL_COLUMNS)
		end_line(page);
	put_number(page, 0, style, records);
	if (records == copy->shared)
		put_cell(page, 1, style, "all");
	else
		put_number(page, 1, style, copy->shared);
	char note[48];
	snprintf(note, sizeof note, "%zu stores, 1 set", copy->store_count);
	put_note(page, 3, copy->identical ? STYLE_DIM : STYLE_YELLOW, copy->identical ? "identical" : note);
	end_line(page);
}

/* Records that are not in every store of the row, each by one store that holds it; the odd ones out come first. */
static void put_differing(struct page *page, const struct report *report, const struct report_copy *copy)
{
	char number[32];
	for (size_t i = 0; i < copy->differing_count && i < SHOWN_DIFFERENCES; i++) {
		const struct report_difference *difference = &copy->differing[i];
		const char *name = report_short_name(report, difference->store);
		st_auto_free char *escaped = st_escaped_text(name, strlen(name));
		number_text(difference->record, number);
		st_auto_free char *line =
			st_format("    differs: %s object #%u, record #%s", escaped, difference->object, number);
		put(page, STYLE_YELLOW, line);
		char note[48];
		snprintf(note, sizeof note, "in %u of %zu stores", difference->holders, copy->store_count);
		put_note(page, 3, STYLE_DIM, note);
		end_line(page);
		if (difference->document == NULL)
			continue;
		st_auto_free char *document = st_format("      document %s", difference->document);
		put(page, STYLE_DIM, document);
		end_line(page);
	}
	size_t shown = copy->differing_count < SHOWN_DIFFERENCES ? copy->differing_count : SHOWN_DIFFERENCES;
	if (copy->differing_total <= shown)
		return;
	number_text(copy->differing_total - shown, number);
	st_auto_free char *more = st_format("    and %s records more that are not in every store", number);
	put(page, STYLE_DIM, more);
	end_line(page);
}

static bool in_a_copy(const struct report *report, uint32_t store)
{
	for (size_t i = 0; i < report->copy_count; i++) {
		for (size_t j = 0; j < report->copies[i].store_count; j++) {
			if (report->copies[i].stores[j] == store)
				return true;
		}
	}
	return false;
}

static void put_copies(struct page *page, const struct report *report)
{
	static const char *const heads[] = {"records", "shared"};
	if (report->store_count < 2)
		return;
	put_head(page, "Copies", heads, 2);
	for (size_t i = 0; i < report->copy_count; i++) {
		const struct report_copy *copy = &report->copies[i];
		for (size_t j = 0; j < copy->store_count; j++)
			put_copy_row(page, report, copy, j);
		put_differing(page, report, copy);
	}
	for (size_t i = 0; i < report->store_count; i++) {
		if (in_a_copy(report, (uint32_t)i))
			continue;
		put_label(page, report_short_name(report, (uint32_t)i));
		put_number(page, 0, STYLE_PLAIN, report->stores[i].distinct);
		put_note(page, 3, STYLE_DIM, "no copy of the others");
		end_line(page);
	}
}

/* --- kinds --- */

static void put_bar(struct page *page, uint64_t value, uint64_t largest)
{
	double length = largest > 0 ? (double)value / (double)largest * BAR_COLUMNS : 0;
	int whole = (int)length, eighths = (int)((length - whole) * 8);
	if (value == 0)
		return;
	pad_to(page, FIRST_EDGE + EDGE_STEP + 2);
	for (int i = 0; i < whole; i++)
		put(page, STYLE_PLAIN, page->style.utf8 ? "\xe2\x96\x88" : "#");
	if (page->style.utf8 && eighths > 0) {
		uint8_t block[5] = {0};
		st_utf8_encode(0x2590 - (uint32_t)eighths, block); /* U+258F one eighth ... U+2589 seven */
		put(page, STYLE_PLAIN, (const char *)block);
	} else if (whole == 0) {
		put(page, STYLE_PLAIN, "|"); /* a value that is there never looks absent */
	}
}

static void put_kinds(struct page *page, const struct report *report)
{
	static const char *const heads[] = {"distinct", "mentions"};
	uint64_t largest = 0;
	bool done[64] = {0};
	put_head(page, report->estimated ? "Kinds, read so far" : "Kinds", heads, 2);
	for (size_t row = 0; row < report->kind_count && row < 64; row++) {
		size_t best = SIZE_MAX;
		for (size_t i = 0; i < report->kind_count && i < 64; i++) {
			if (!done[i] && (best == SIZE_MAX || report->kinds[i].distinct > report->kinds[best].distinct))
				best = i;
		}
		const struct report_kind *kind = &report->kinds[best];
		done[best] = true;
		largest = row == 0 ? kind->distinct : largest;
		put_label(page, kind->kind);
		put_number(page, 0, STYLE_PLAIN, kind->distinct);
		put_number(page, 1, STYLE_PLAIN, kind->mentions);
		put_bar(page, kind->distinct, largest);
		end_line(page);
	}
	if (report->kind_count == 0) {
		put(page, STYLE_PLAIN, "  none was found");
		end_line(page);
	}
	if (report->case_templates_beyond > 0) {
		char number[32];
		number_text(report->case_templates_beyond, number);
		st_auto_free char *line = st_format("    not counted: case numbers of %s more templates", number);
		put(page, STYLE_YELLOW, line);
		end_line(page);
	}
}

/* --- lists of figures --- */

struct column {
	enum tally_value value;
	const char *head;
};

/* A row for each name, at most `most` and how many more there are. Nothing where nothing was counted. */
static void put_tallies(struct page *page, const struct report *report, enum tally_list list, const char *title,
	const struct column *columns, size_t count, size_t most)
{
	const char *heads[4];
	size_t rows = 0;
	for (size_t i = 0; i < count; i++)
		heads[i] = columns[i].head;
	for (size_t i = 0; i < report->tallies.count; i++) {
		const struct tally *row = &report->tallies.rows[i];
		if (row->list != list || rows++ >= most)
			continue;
		if (rows == 1)
			put_head(page, title, heads, count);
		put_label(page, row->name);
		for (size_t c = 0; c < count; c++)
			put_number(page, (int)c, c == 0 ? STYLE_BOLD : STYLE_PLAIN, row->values[columns[c].value]);
		if (report_is_special(row))
			put_note(page, 3, STYLE_DIM, "words near a person, weak");
		end_line(page);
	}
	if (rows <= most)
		return;
	st_auto_free char *more = st_format("  and %zu more: --format json", rows - most);
	put(page, STYLE_DIM, more);
	end_line(page);
}

static void put_lists(struct page *page, const struct report *report)
{
	static const struct column countries[] = {{TALLY_PERSONS, "persons"}, {TALLY_ORGANIZATIONS, "organiz."}},
				   categories[] = {{TALLY_RECORDS, "records"}, {TALLY_PERSONS, "persons"}},
				   labels[] = {{TALLY_RECORDS, "records"}, {TALLY_MENTIONS, "mentions"}},
				   documents[] = {{TALLY_RECORDS, "records"}},
				   speakers[] = {{TALLY_RECORDS, "records"}, {TALLY_MENTIONS, "turns"},
					   {TALLY_VALUES_SAID, "values"}};
	put_tallies(page, report, TALLY_CATEGORIES, "Categories", categories, 2, SIZE_MAX);
	put_tallies(page, report, TALLY_COUNTRIES, "Countries", countries, 2, SHOWN_COUNTRIES);
	put_tallies(page, report, TALLY_LABELS, "Sensitivity", labels, 2, SIZE_MAX);
	put_tallies(page, report, TALLY_DOCUMENTS, "Document types", documents, 1, SIZE_MAX);
	put_tallies(page, report, TALLY_SPEAKERS, "Speakers", speakers, 3, SIZE_MAX);
}

/* --- leads --- */

/* "azure blob, access signature beside it, rl, expired 2022-09-24" */
static void put_lead_note(struct page *page, const struct report *report, const struct report_lead *lead)
{
	static const char *const beside[LEAD_CREDENTIALS] = {"no credential beside it", "a credential beside it",
		"password beside it", "access signature beside it", "storage key beside it"};
	st_auto_free char *type = st_format("%s", lead_type_name(lead->type));
	for (char *c = type; *c != 0; c++)
		*c = *c == '_' ? ' ' : *c;
	st_auto_free char *note = st_format("    %s, %s", type, beside[lead->credential]);
	put(page, STYLE_DIM, note);
	if (lead->signature_count > 0) {
		const struct lead_signature *last = &lead->signatures[0];
		const char *expired =
			report_lead_expired(lead->signatures, lead->signature_count, report->generated_at);
		char until[21] = "";
		if (last->expires != 0)
			st_utc_text(last->expires, until);
		st_auto_free char *text =
			st_format("%s%s, %s%.10s", last->permissions[0] != 0 ? ", allows " : "", last->permissions,
				last->expires == 0            ? "end unknown"
				: strcmp(expired, "yes") == 0 ? "expired "
							      : "valid until ",
				until);
		put(page, strcmp(expired, "yes") == 0 ? STYLE_DIM : STYLE_YELLOW, text);
	}
	end_line(page);
}

/* A longer one is cut: all of it stands in the list. */
static void put_target(struct page *page, const char *target)
{
	size_t size = strlen(target), most = PAGE_COLUMNS - 4;
	if (size > most) {
		size = most - 3;
		while (size > 0 && ((unsigned char)target[size] & 0xc0) == 0x80)
			size--;
	}
	st_auto_free char *shown = st_format("  %.*s%s", (int)size, target, strlen(target) > most ? "..." : "");
	put(page, STYLE_PLAIN, shown);
}

static void put_leads(struct page *page, const struct report *report)
{
	static const char *const heads[] = {"records", "mentions"};
	char number[32];
	if (report->lead_total == 0)
		return;
	end_line(page);
	put(page, STYLE_BOLD, "Leads: further stores named in the data (not followed)");
	for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++)
		put_cell(page, (int)i + 3, STYLE_PLAIN, heads[i]);
	end_line(page);
	size_t shown = report->lead_count < SHOWN_LEADS ? report->lead_count : SHOWN_LEADS;
	for (size_t i = 0; i < shown; i++) {
		put_target(page, report->leads[i].target);
		if (page->column >= FIRST_EDGE + 2 * EDGE_STEP)
			end_line(page);
		put_number(page, 3, STYLE_BOLD, report->leads[i].records);
		put_number(page, 4, STYLE_PLAIN, report->leads[i].mentions);
		end_line(page);
		put_lead_note(page, report, &report->leads[i]);
	}
	if (report->lead_total <= shown)
		return;
	number_text(report->lead_total - shown, number);
	st_auto_free char *more = st_format("  and %s more: --list leads", number);
	put(page, STYLE_DIM, more);
	end_line(page);
}

/* --- window --- */

/* Words on lines of the page's width, behind an indent. */
static void put_wrapped(struct page *page, enum style style, const char *text, size_t indent)
{
	while (*text != 0) {
		size_t word = strcspn(text, " ");
		st_auto_free char *copy = st_strndup(text, word);
		if (page->column > indent && page->column + 1 + columns_of(copy) > PAGE_COLUMNS)
			end_line(page);
		if (page->column > indent)
			put(page, style, " ");
		pad_to(page, indent);
		put(page, style, copy);
		text += word + strspn(text + word, " ");
	}
	end_line(page);
}

static void put_moment(struct page *page, const char *label, const struct st_buf *when, const char *certainty)
{
	st_auto_free char *line = st_format("    %-15s %.*s", label, (int)when->size, (const char *)when->data);
	put(page, STYLE_PLAIN, line);
	if (certainty != NULL) {
		pad_to(page, 62);
		put(page, STYLE_DIM, certainty);
	}
	end_line(page);
}

static void put_window(struct page *page, const struct report_window *window)
{
	st_auto_buf struct st_buf opened = {0}, closed = {0};
	report_opened_text(window, &opened);
	report_closed_text(window, &closed);
	put_moment(page, "opened", &opened, report_certainty(&window->opened_by));
	put_moment(page, "closed", &closed,
		window->closed_by.witness != NULL ? report_certainty(&window->closed_by) : NULL);
}

/* A day, for a day is what others mostly know. */
static void put_first_observed(struct page *page, const struct report_exposure *exposure)
{
	char text[21];
	st_auto_buf struct st_buf when = {0};
	if (exposure->first_seen_by_others == 0)
		return;
	st_utc_text(exposure->first_seen_by_others, text);
	st_buf_format(&when, "   %.10s", text);
	put_moment(page, "first observed", &when, "stated by others");
	st_auto_free char *engines = st_escaped_text(exposure->engines, strlen(exposure->engines));
	put_wrapped(page, STYLE_DIM, engines, 23);
}

static void put_more(struct page *page, size_t count, const char *what)
{
	st_auto_free char *more = st_format("    and %zu more %s: --format json", count, what);
	if (count == 0)
		return;
	put(page, STYLE_DIM, more);
	end_line(page);
}

static void put_line(struct page *page, const char *label, const struct st_buf *text)
{
	st_auto_free char *copy = st_strndup((const char *)text->data, text->size);
	st_auto_free char *head = st_format("    %s", label);
	put(page, STYLE_PLAIN, head);
	pad_to(page, 20);
	put_wrapped(page, STYLE_PLAIN, copy, 20);
}

/* The edits that audits found, and what a log has of them. */
static void put_openings(struct page *page, const struct report_openings *openings, const char *store)
{
	size_t shown = 0, count = 0;
	for (size_t i = 0; i < openings->count; i++) {
		const struct report_opening *opening = &openings->items[i];
		st_auto_buf struct st_buf edit = {0}, event = {0};
		if (strcmp(opening->store, store) != 0 || count++ >= SHOWN_WINDOWS)
			continue;
		shown++;
		report_opening_text(opening, &edit);
		put_line(page, "opened by", &edit);
		if (report_opening_event_text(opening, &event))
			put_line(page, "", &event);
	}
	put_more(page, count - shown, "edits");
}

static void put_windows(struct page *page, const struct report *report)
{
	if (report->exposure_count == 0)
		return;
	put_head(page, "Window (UTC)", NULL, 0);
	size_t shown = report->exposure_count < SHOWN_EXPOSURES ? report->exposure_count : SHOWN_EXPOSURES;
	for (size_t i = 0; i < shown; i++) {
		const struct report_exposure *exposure = &report->exposures[i];
		st_auto_free char *store = st_escaped_text(exposure->store, strlen(exposure->store));
		put_target(page, store);
		end_line(page);
		put_first_observed(page, exposure);
		/* The last are those that matter now. */
		size_t first = exposure->window_count > SHOWN_WINDOWS ? exposure->window_count - SHOWN_WINDOWS : 0;
		for (size_t j = first; j < exposure->window_count; j++)
			put_window(page, &exposure->windows[j]);
		put_more(page, first, "earlier windows");
		put_openings(page, &report->openings, exposure->store);
		if (exposure->window_count > 0 || (exposure->checks == 0 && exposure->sightings == 0))
			continue;
		st_auto_free char *none =
			st_format("    not found open in %llu checks", (unsigned long long)exposure->checks);
		put(page, STYLE_DIM, none);
		end_line(page);
	}
	put_more(page, report->exposure_count - shown, "stores");
}

/* --- claims --- */

static void put_claims(struct page *page, const struct report *report)
{
	if (report->claim_count == 0)
		return;
	put_head(page, "Claims next to ours", NULL, 0);
	for (size_t i = 0; i < report->claim_count; i++) {
		const struct report_claim *claim = &report->claims[i];
		struct claim_ours ours;
		st_auto_buf struct st_buf difference = {0};
		report_claim_ours(report, claim, &ours);
		report_claim_difference(report, claim, &ours, &difference);
		st_auto_free char *said = st_format("\"%s\" (%s)", claim->claim, claim->source);
		st_auto_free char *head = st_escaped_text(said, strlen(said));
		st_auto_free char *sentence = st_escaped_text(difference.data, difference.size);
		put_wrapped(page, STYLE_BOLD, head, 2);
		put_wrapped(page, STYLE_PLAIN, sentence, 4);
	}
}

void report_text(const struct report *report, const struct report_style *style, struct st_buf *out)
{
	struct page page = {.out = out, .style = *style};
	char last[128];
	put_title(&page, report);
	put_estimate(&page, report);
	put_figures(&page, report);
	put_coverage(&page, report);
	put_unread(&page, report);
	put_copies(&page, report);
	put_kinds(&page, report);
	put_lists(&page, report);
	put_leads(&page, report);
	put_windows(&page, report);
	put_claims(&page, report);
	end_line(&page);
	snprintf(last, sizeof last, "Valid only for what was read and searched.   detectors %.8s   staunch %s",
		report->detectors_sha256, report->version);
	put(&page, STYLE_DIM, last);
	end_line(&page);
}
