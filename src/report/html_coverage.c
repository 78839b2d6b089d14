/* What was read and what was not, and why. */
#include "report/amount.h"
#include "report/html_parts.h"

#define SHOWN_UNREAD 100

struct outcome {
	uint64_t read, copies, partly, missing, whole;
};

static struct outcome objects_of(const struct report *report)
{
	return (struct outcome){
		report->read, report->duplicate, report->partial, report->unread + report->pending, report->listed};
}

static struct outcome bytes_of(const struct report *report)
{
	uint64_t known = report->bytes_read + report->bytes_duplicate;
	return (struct outcome){
		report->bytes_read > report->bytes_partial ? report->bytes_read - report->bytes_partial : 0,
		report->bytes_duplicate, report->bytes_partial,
		report->bytes_listed > known ? report->bytes_listed - known : 0, report->bytes_listed};
}

static void put_strip(struct html_writer *w, const char *what, const struct outcome *outcome, bool bytes)
{
	void (*say)(uint64_t, char *) = bytes ? bytes_text : number_text;
	char whole[32], read[32], copies[32], partly[32], missing[32];
	const struct html_part parts[] = {{HTML_KNOWN, outcome->read}, {HTML_MARKED, outcome->partly},
		{HTML_COPY, outcome->copies}, {HTML_UNKNOWN, outcome->missing}};
	say(outcome->whole, whole);
	say(outcome->read, read);
	say(outcome->copies, copies);
	say(outcome->partly, partly);
	say(outcome->missing, missing);
	st_auto_free char *title = st_format("%s: %s listed", what, whole);
	st_auto_free char *description = st_format(
		"read %s, read in part %s, copies of what was read %s, not read %s", read, partly, copies, missing);
	html_chart_strip(w, title, description, parts, 4, outcome->whole);
}

static void put_keys(struct html_writer *w)
{
	html_open(w, "ul", "key");
	html_key(w, HTML_KNOWN, "read");
	html_key(w, HTML_MARKED, "read in part");
	html_key(w, HTML_COPY, "byte copy of a read object");
	html_key(w, HTML_UNKNOWN, "not read");
	html_close(w);
}

static void put_outcomes(struct html_writer *w, const struct report *report)
{
	static const struct html_column columns[] = {
		{"What", HTML_TEXT, false}, {"Objects", HTML_AMOUNT, false}, {"Bytes", HTML_AMOUNT, false}};
	struct outcome objects = objects_of(report), bytes = bytes_of(report);
	const struct {
		const char *what;
		uint64_t objects, bytes;
	} rows[] = {{"read", objects.read, bytes.read}, {"read in part", objects.partly, bytes.partly},
		{"byte copy of a read object", objects.copies, bytes.copies},
		{"not read", objects.missing, bytes.missing}};
	char members[32];
	struct html_table table;
	number_text(report->members, members);
	st_auto_free char *caption =
		st_format("Objects are what the listings name; %s members of archives and messages "
			  "were read inside them.",
			members);
	html_table_begin(&table, w, columns, 3, 0, "How much was read.", caption);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		html_table_row(&table, false);
		html_cell(&table, rows[i].what);
		html_cell_number(&table, rows[i].objects);
		html_cell_bytes(&table, rows[i].bytes);
	}
	html_table_foot(&table);
	html_table_row(&table, false);
	html_cell(&table, "listed");
	html_cell_number(&table, report->listed);
	html_cell_bytes(&table, report->bytes_listed);
	html_table_end(&table);
}

/* What a reason means, and what would help. */
static const struct {
	const char *meaning, *help;
} reasons[ST_REASONS] = {
	[ST_REASON_NONE] = {"For no reason that the scan could tell", "Scan again"},
	[ST_REASON_ENCRYPTED] = {"It asks for a password or a key", "Ask its owners for it"},
	[ST_REASON_CORRUPT] = {"Its structure is damaged", "Compare with another copy"},
	[ST_REASON_TRUNCATED] = {"Its end is missing", "Fetch it again, if it still exists"},
	[ST_REASON_UNSUPPORTED] = {"No reader for this format", "Convert it, or look at it by hand"},
	[ST_REASON_NO_TEXT] = {"Pictures, sound or film without text", "Look at it by hand"},
	[ST_REASON_NOT_A_FILE] = {"A link, device or pipe", "Scan what it leads to, if it is in scope"},
	[ST_REASON_PERMISSION] = {"Reading is refused", "Scan again with the right to read"},
	[ST_REASON_SOURCE_CHANGED] = {"It changed while it was read", "Scan again"},
	[ST_REASON_SOURCE_ERROR] = {"The disk or the source failed", "Check the source, scan again"},
	[ST_REASON_TIMEOUT] = {"Reading took longer than allowed, twice", "Scan again with more time"},
	[ST_REASON_CRASH] = {"Its reader ended early, twice", "Treat as hostile; report it"},
	[ST_REASON_MEMORY] = {"Reading takes more memory than allowed", "Unpack or split it, scan again"},
	[ST_REASON_LIMIT_DEPTH] = {"Containers inside containers, too many", "Treat as hostile; unpack by hand"},
	[ST_REASON_LIMIT_SIZE] = {"It expands to more than is read", "Unpack it, scan again"},
	[ST_REASON_LIMIT_RATIO] = {"It expands more than 1,000 times", "Treat as hostile"},
	[ST_REASON_LIMIT_ENTRIES] = {"More entries than are read", "Unpack it, scan again"},
	[ST_REASON_SELF_NESTED] = {"It contains itself", "Nothing: there is no end of it"},
	[ST_REASON_NO_HELPER] = {"The program that reads it is not installed", "Install it, scan again"},
	[ST_REASON_OUT_OF_SCOPE] = {"Outside of the scope", "Widen the scope, if you may"},
};

static void put_reasons(struct html_writer *w, const struct report *report)
{
	static const struct html_column columns[] = {{"Reason", HTML_TEXT, false}, {"Meaning", HTML_TEXT, true},
		{"Objects", HTML_AMOUNT, false}, {"Bytes", HTML_AMOUNT, false}, {"Members", HTML_AMOUNT, true},
		{"What would help", HTML_TEXT, false}};
	uint64_t objects = 0, bytes = 0, members = 0;
	struct html_table table;
	html_table_begin(&table, w, columns, 6, HTML_SORTS, "What could not be read, and why.",
		"Members are counted whether they were read in part or not at all.");
	for (int reason = 0; reason < ST_REASONS; reason++) {
		if (report->unread_objects[reason] == 0 && report->members_unread[reason] == 0)
			continue;
		html_table_row(&table, false);
		html_cell_name(&table, reason == 0 ? "other" : st_reason_name((enum st_reason)reason));
		html_cell(&table, reasons[reason].meaning);
		html_cell_number(&table, report->unread_objects[reason]);
		html_cell_bytes(&table, report->unread_bytes[reason]);
		html_cell_number(&table, report->members_unread[reason]);
		html_cell(&table, reasons[reason].help);
		objects += report->unread_objects[reason];
		bytes += report->unread_bytes[reason];
		members += report->members_unread[reason];
	}
	html_table_foot(&table);
	html_table_row(&table, false);
	html_cell(&table, "Not read");
	html_cell(&table, "");
	html_cell_number(&table, objects);
	html_cell_bytes(&table, bytes);
	html_cell_number(&table, members);
	html_cell(&table, "");
	html_table_end(&table);
}

static void put_unread_row(struct html_table *table, const struct report_unread *row)
{
	html_table_row(table, false);
	html_cell_open(table);
	if (row->path != NULL)
		html_name(table->w, row->path);
	else
		html_format(table->w, "%sobject #%u", row->member ? "in " : "", row->object);
	html_close(table->w);
	html_cell(table, row->status == ST_PARTIAL ? "in part" : "not read");
	html_cell_open(table);
	html_leaf(table->w, "code", NULL, st_reason_name(row->reason));
	if (row->detail[0] != 0) {
		html_text(table->w, " ");
		html_name(table->w, row->detail);
	}
	html_close(table->w);
}

static void put_unread(struct html_writer *w, const struct report *report)
{
	static const struct html_column columns[] = {
		{"Object", HTML_TEXT, false}, {"Read", HTML_TEXT, false}, {"Reason", HTML_TEXT, false}};
	size_t shown = report->unread_row_count < SHOWN_UNREAD ? report->unread_row_count : SHOWN_UNREAD;
	struct html_table table;
	if (shown == 0)
		return;
	html_open(w, "details", NULL);
	html_open(w, "summary", NULL);
	html_format(w, "%zu objects and members that were not read, or only in part", shown);
	html_close(w);
	html_table_begin(&table, w, columns, 3, HTML_STACKS, "Objects and members not read.",
		"The first of them by number; every one stands in --format csv --list unread.");
	for (size_t i = 0; i < shown; i++)
		put_unread_row(&table, &report->unread_rows[i]);
	html_table_end(&table);
	html_close(w);
}

static bool any_unread(const struct report *report)
{
	bool any = report->unread > 0;
	for (int reason = 0; reason < ST_REASONS; reason++)
		any = any || report->unread_objects[reason] > 0 || report->members_unread[reason] > 0;
	return any;
}

void html_coverage(struct html_writer *w, const struct report *report)
{
	struct outcome objects = objects_of(report), bytes = bytes_of(report);
	char text[32];
	html_leaf(w, "p", NULL, "Read, and what was not: the denominator of every figure here.");
	html_leaf(w, "p", NULL, "Hatching, here and below, always means: we do not know.");
	html_section_body(w);
	put_strip(w, "Objects", &objects, false);
	put_strip(w, "Bytes", &bytes, true);
	put_keys(w);
	put_outcomes(w, report);
	if (any_unread(report))
		put_reasons(w, report);
	put_unread(w, report);
	if (report->pending > 0) {
		html_open(w, "p", "note");
		html_number(w, report->pending);
		html_text(w, " objects were not reached yet: run the same scan again.");
		html_close(w);
	}
	if (report->documents.known) {
		const struct report_documents *documents = &report->documents;
		html_open(w, "p", "note");
		html_text(w, "Documents of indices: ");
		html_number(w, documents->listed);
		html_text(w, " counted when they were listed, ");
		html_number(w, documents->read);
		html_text(w, " read, ");
		html_number(w, documents->unread);
		html_text(w, " not read");
		if (documents->appeared > 0) {
			html_text(w, "; ");
			html_number(w, documents->appeared);
			html_text(w, " of those read had appeared in between");
		}
		html_text(w, ".");
		html_close(w);
	}
	if (report->not_searched_bytes > 0) {
		bytes_text(report->not_searched_bytes, text);
		html_open(w, "p", "note");
		html_format(w, "%s of what was read were not searched: no text that a detector knows.", text);
		html_close(w);
	}
}
