/* Organizations, countries, claims, leads, provenance. */
#include "base/clock.h"
#include "report/amount.h"
#include "report/claims.h"
#include "report/html_parts.h"

#include <stdio.h>

#define SHOWN_LEADS 50

static const struct report_top *top_organizations(const struct report *report)
{
	for (size_t i = 0; i < report->top_count; i++)
		if (report->tops[i].kind == NULL && report->tops[i].row_count > 0)
			return &report->tops[i];
	return NULL;
}

static void put_organizations(struct html_writer *w, const struct report *report, const struct report_top *top)
{
	static const struct html_column columns[] = {
		{"Domain", HTML_TEXT, false}, {"Bar", HTML_BAR, false}, {"Addresses", HTML_AMOUNT, false}};
	struct html_table table;
	char total[32];
	number_text(top->total, total);
	st_auto_free char *caption = st_format("%zu of %s%s; all of them by --format csv --list organizations.",
		top->row_count, total, report->revealed ? "" : "; names are masked");
	html_table_begin(&table, w, columns, 3, HTML_SORTS, "Organizations with the most addresses.", caption);
	for (size_t i = 0; i < top->row_count; i++) {
		html_table_row(&table, false);
		html_cell_open(&table);
		if (report->revealed)
			html_name(w, top->rows[i].name);
		else
			html_format(w, "organization %zu", i + 1);
		html_close(w);
		html_cell_bar(&table, top->rows[i].mentions, top->rows[0].mentions);
		html_cell_number(&table, top->rows[i].mentions);
	}
	html_table_more(&table, top->total, top->row_count);
	html_table_end(&table);
}

void html_parties(struct html_writer *w, const struct report *report)
{
	const struct report_top *top = top_organizations(report);
	html_leaf(w, "p", NULL, "Domains of e-mail addresses, without free mail, disposable and own ones.");
	html_open(w, "p", NULL);
	html_text(w, "Counted over: ");
	html_coverage_words(w, report);
	html_close(w);
	html_section_body(w);
	if (top != NULL)
		put_organizations(w, report, top);
	else
		html_leaf(w, "p", NULL, "No organization was found in what was read and searched.");
	html_not_counted(w, "Countries", "the scan of this case related persons to no country.");
}

/* --- claims --- */

static void put_claim(struct html_table *table, const struct report *report, const struct report_claim *claim)
{
	struct claim_ours ours;
	st_auto_buf struct st_buf figure = {0}, difference = {0};
	report_claim_ours(report, claim, &ours);
	report_claim_figure(&ours, &figure);
	report_claim_difference(report, claim, &ours, &difference);
	st_buf_add_byte(&figure, 0);
	st_buf_add_byte(&difference, 0);
	html_table_row(table, false);
	html_cell(table, claim->claim);
	html_cell(table, claim->source);
	html_cell(table, (const char *)figure.data);
	html_cell(table, (const char *)difference.data);
}

void html_claims(struct html_writer *w, const struct report *report)
{
	static const struct html_column columns[] = {{"Claim", HTML_TEXT, false}, {"Source", HTML_TEXT, false},
		{"Ours", HTML_TEXT, false}, {"The difference", HTML_TEXT, false}};
	html_leaf(w, "p", NULL, "Figures given by others are kept as they were given, with their source.");
	html_section_body(w);
	if (report->claim_count == 0) {
		html_leaf(w, "p", NULL, "No claim was given for this report.");
		return;
	}
	struct html_table table;
	html_table_begin(&table, w, columns, 4, HTML_STACKS, "What others said, next to what we count.",
		"Ours is valid for what was read and searched.");
	for (size_t i = 0; i < report->claim_count; i++)
		put_claim(&table, report, &report->claims[i]);
	html_table_end(&table);
}

/* --- leads --- */

static void put_signature(struct html_writer *w, const struct report *report, const struct report_lead *lead)
{
	char until[21] = "";
	const struct lead_signature *last = &lead->signatures[0];
	if (lead->credential == LEAD_CREDENTIAL_NONE && lead->signature_count == 0) {
		html_text(w, "no credential beside it");
		return;
	}
	html_word(w, lead_credential_name(lead->credential));
	html_text(w, " beside it");
	if (lead->signature_count == 0)
		return;
	if (last->permissions[0] != 0) {
		html_text(w, ", allows ");
		html_leaf(w, "code", NULL, last->permissions);
	}
	if (last->expires == 0) {
		html_text(w, ", end unknown");
		return;
	}
	st_utc_text(last->expires, until);
	html_format(w, ", %s %.10s", last->expires < report->generated_at ? "expired" : "valid until", until);
}

static void put_lead(struct html_table *table, const struct report *report, const struct report_lead *lead)
{
	html_table_row(table, false);
	html_cell_name(table, lead->target);
	html_cell_open(table);
	html_word(table->w, lead_type_name(lead->type));
	html_close(table->w);
	html_cell_open(table);
	put_signature(table->w, report, lead);
	html_close(table->w);
	html_cell_open(table);
	for (size_t i = 0; i < lead->place_count; i++) {
		html_text(table->w, i > 0 ? ", " : "");
		if (lead->places[i].path != NULL)
			html_name(table->w, lead->places[i].path);
		else
			html_format(table->w, "object #%u", lead->places[i].object);
	}
	html_close(table->w);
	html_cell_number(table, lead->records);
}

void html_leads(struct html_writer *w, const struct report *report)
{
	static const struct html_column columns[] = {{"Lead", HTML_TEXT, false}, {"What it is", HTML_TEXT, false},
		{"What stands beside it", HTML_TEXT, false}, {"Found in", HTML_TEXT, false},
		{"Distinct records", HTML_AMOUNT, false}};
	size_t shown = report->lead_count < SHOWN_LEADS ? report->lead_count : SHOWN_LEADS;
	struct html_table table;
	char total[32];
	html_leaf(w, "p", NULL, "Further stores that the data names. They are never followed, and no secret is shown.");
	html_section_body(w);
	if (!report->leads_known) {
		html_not_counted(w, "Leads", "this case was read before they were looked for; scan it with --rescan.");
		return;
	}
	if (shown == 0) {
		html_leaf(w, "p", NULL, "None was found in what was read and searched.");
		return;
	}
	number_text(report->lead_total, total);
	st_auto_free char *caption = st_format("%zu of %s; all of them by --format csv --list leads.", shown, total);
	html_table_begin(&table, w, columns, 5, HTML_STACKS, "Leads found inside, not followed.", caption);
	for (size_t i = 0; i < shown; i++)
		put_lead(&table, report, &report->leads[i]);
	html_table_end(&table);
}

/* --- provenance --- */

static void term(struct html_writer *w, const char *name)
{
	html_leaf(w, "dt", NULL, name);
	html_open(w, "dd", NULL);
}

static void put_terms(struct html_writer *w, const struct report *report)
{
	char when[21];
	st_utc_text(report->generated_at, when);
	st_auto_free char *options = st_strndup((const char *)report->options.data, report->options.size);
	html_open(w, "dl", NULL);
	term(w, "Case");
	html_name(w, report->case_name);
	html_close(w);
	term(w, "Program");
	html_format(w, "staunch %s, figures as in staunch.report/1", report->version);
	html_close(w);
	term(w, "Detectors");
	html_open(w, "code", NULL);
	html_format(w, "sha256 %s", report->detectors_sha256);
	html_close(w);
	html_close(w);
	term(w, "Options");
	if (options[0] != 0)
		html_name(w, options);
	else
		html_text(w, "none");
	html_close(w);
	term(w, "Made");
	html_format(w, "%s; %s; values %s", when,
		report->estimated ? "a sample: see the estimate" : "full scan, not an estimate",
		report->revealed ? "shown" : "masked");
	html_close(w);
	html_close(w);
}

static void put_sources(struct html_writer *w, const struct report *report)
{
	static const struct html_column columns[] = {{"Store", HTML_TEXT, false},
		{"Listing, SHA-256", HTML_TEXT, false}, {"Begun", HTML_TEXT, false},
		{"Read to its end", HTML_TEXT, false}};
	struct html_table table;
	html_table_begin(&table, w, columns, 4, HTML_STACKS, "Sources.", "Each with the digest of its listing.");
	for (size_t i = 0; i < report->store_count && i < HTML_SHOWN_STORES; i++) {
		const struct report_store *store = &report->stores[i];
		char hex[2 * ST_SHA256_BYTES + 1], begun[21], done[21] = "not yet";
		st_hex(store->manifest_sha256, ST_SHA256_BYTES, hex);
		st_utc_text(store->started_at, begun);
		if (store->finished_at != 0)
			st_utc_text(store->finished_at, done);
		html_table_row(&table, false);
		html_cell_name(&table, store->name);
		html_cell_name(&table, hex);
		html_cell(&table, begun);
		html_cell(&table, done);
	}
	html_table_more(&table, report->store_count, HTML_SHOWN_STORES);
	html_table_end(&table);
}

void html_provenance(struct html_writer *w, const struct report *report)
{
	static const char *const signatures[] = {
		"Responder, date", "Data protection officer, date", "For the controller, date"};
	html_leaf(w, "p", NULL, "What is needed to get the same figures again.");
	html_section_body(w);
	put_terms(w, report);
	put_sources(w, report);
	html_leaf(w, "p", "small", "Figures are valid only for what was read and searched (section 2).");
	html_open(w, "div", "sign");
	for (size_t i = 0; i < 3; i++)
		html_leaf(w, "div", NULL, signatures[i]);
	html_close(w);
}
