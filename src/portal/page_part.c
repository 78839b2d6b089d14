/* What a verified visitor sees of one case: a person's part, or that nothing was attributed. */
#include "portal/page_part.h"

#include "base/ceilings.h"
#include "detect/detect.h"

#include <stdio.h>
#include <stdlib.h>

/* --- pieces --- */

uint32_t part_kinds(const struct payload *payload)
{
	uint32_t bits = 0;
	for (size_t i = 0; i < payload->kind_count; i++)
		if (payload->kinds[i].kind < DETECT_KINDS)
			bits |= 1u << payload->kinds[i].kind;
	return bits;
}

static void header_cell(struct page *page, const char *class_name, const char *english)
{
	html_open(&page->w, "th", class_name);
	html_attribute(&page->w, "scope", "col");
	page_text(page, english, NULL);
	html_close(&page->w);
}

void part_table_head(struct page *page, const char *first, const char *second, const char *third)
{
	html_open(&page->w, "thead", NULL);
	html_open(&page->w, "tr", NULL);
	header_cell(page, NULL, first);
	header_cell(page, "num", second);
	header_cell(page, "num", third);
	html_close(&page->w);
	html_close(&page->w);
}

void part_number_cell(struct page *page, uint64_t number)
{
	char text[WORDS_TEXT_BYTES];
	words_number(page->language, number, text);
	html_leaf(&page->w, "td", "num", text);
}

static bool same(struct st_span a, struct st_span b)
{
	return a.size == b.size && memcmp(a.data, b.data, a.size) == 0;
}

static void value_line(struct page *page, struct st_span text)
{
	st_auto_free char *copy = st_strndup((const char *)text.data, text.size);
	html_leaf(&page->w, "span", "v", copy);
}

/* The first different values of a kind in the rows, as they are to be shown; more are said to be there. */
void part_values(struct page *page, const struct payload *payload, const struct payload_kind *kind)
{
	struct st_span shown[CEIL_PORTAL_PAGE_VALUES];
	size_t count = 0;
	for (size_t row = 0; row < payload->row_count; row++) {
		const struct payload_record *record = &payload->rows[row];
		for (size_t i = 0; i < record->value_count && count < CEIL_PORTAL_PAGE_VALUES; i++) {
			const struct payload_value *value = &record->values[i];
			bool known = value->kind != kind->kind || value->text.size == 0;
			for (size_t j = 0; j < count; j++)
				known |= same(shown[j], value->text);
			if (known)
				continue;
			value_line(page, value->text);
			shown[count++] = value->text;
		}
	}
}

/* "2011", "2011 to 2019", or that it cannot be told. */
void part_dates(struct page *page, int64_t first, int64_t last)
{
	char from[WORDS_TEXT_BYTES], to[WORDS_TEXT_BYTES];
	if (first == 0 && last == 0) {
		page_say(page, "td", "num", T("cannot tell"), NULL);
		return;
	}
	words_day(page->language, first, from);
	words_day(page->language, last, to);
	const char *from_year = strrchr(from, ' ') + 1, *to_year = strrchr(to, ' ') + 1;
	if (strcmp(from_year, to_year) == 0)
		html_leaf(&page->w, "td", "num", from_year);
	else
		page_say(page, "td", "num", T("{1} to {2}"), from_year, to_year, NULL);
}

static void kind_row(struct page *page, const struct payload *payload, const struct payload_kind *kind)
{
	html_open(&page->w, "tr", NULL);
	html_open(&page->w, "th", NULL);
	html_attribute(&page->w, "scope", "row");
	html_text(&page->w, page_kind(page->language, kind->kind));
	part_values(page, payload, kind);
	html_close(&page->w);
	part_number_cell(page, kind->records);
	part_dates(page, kind->first, kind->last);
	html_close(&page->w);
}

static void kinds_table(struct page *page, const struct payload *payload)
{
	page_say(page, "h2", NULL, T("Which of your data"), NULL);
	html_open(&page->w, "table", NULL);
	page_say(page, "caption", NULL,
		T("Values are masked here too, so that a look over your shoulder tells little. Dates are those of "
		  "documents "
		  "of yours alone."),
		NULL);
	part_table_head(page, T("Kind, and your value"), T("Records"), T("Dates"));
	html_open(&page->w, "tbody", NULL);
	for (size_t i = 0; i < payload->kind_count; i++)
		if (payload->kinds[i].kind < DETECT_KINDS)
			kind_row(page, payload, &payload->kinds[i]);
	html_close(&page->w);
	html_close(&page->w);
}

/* --- documents --- */

/* Rows of one document: the same digest, or name and date where it has none. */
struct group {
	const struct payload_record *first;
	uint64_t records;
	uint32_t kinds;
};

static bool is_of(const struct group *group, const struct payload_record *record)
{
	const struct payload_record *first = group->first;
	if (first->has_document_digest != record->has_document_digest)
		return false;
	if (record->has_document_digest)
		return memcmp(first->document_sha256, record->document_sha256, ST_SHA256_BYTES) == 0;
	return record->name.size > 0 && same(first->name, record->name) && first->date == record->date;
}

static void add_record(struct group *group, const struct payload_record *record)
{
	group->records++;
	for (size_t i = 0; i < record->value_count; i++)
		if (record->values[i].kind < DETECT_KINDS)
			group->kinds |= 1u << record->values[i].kind;
}

static size_t group_records(
	const struct payload *payload, struct group groups[CEIL_PORTAL_PAGE_DOCUMENTS], uint64_t *shown)
{
	size_t count = 0;
	*shown = 0;
	for (size_t row = 0; row < payload->row_count; row++) {
		const struct payload_record *record = &payload->rows[row];
		size_t at = 0;
		if ((record->flags & PAYLOAD_ALONE) == 0)
			continue;
		while (at < count && !is_of(&groups[at], record))
			at++;
		if (at == CEIL_PORTAL_PAGE_DOCUMENTS)
			continue;
		if (at == count)
			groups[count++] = (struct group){.first = record};
		add_record(&groups[at], record);
		++*shown;
	}
	return count;
}

static void document_values(struct page *page, const struct group *group)
{
	html_open(&page->w, "p", NULL);
	if (group->first->date != 0) {
		char day[WORDS_TEXT_BYTES];
		words_day(page->language, group->first->date, day);
		html_format(&page->w, "%s. ", day);
	}
	st_auto_buf struct st_buf list = {0};
	page_list_kinds(page->language, group->kinds, &list);
	st_buf_add_byte(&list, 0);
	page_text(page, T("Holds data of you alone: {1}."), (const char *)list.data, NULL);
	html_close(&page->w);
}

/* Of the document; where others stand in it, of the record alone. */
static void document_digest(struct page *page, const struct payload_record *record, uint64_t records)
{
	char hex[2 * ST_SHA256_BYTES + 1];
	if (record->has_document_digest) {
		st_hex(record->document_sha256, ST_SHA256_BYTES, hex);
		page_say(page, "p", "small", T("SHA-256 of the document {1:c}"), hex, NULL);
	} else if (records == 1 && record->has_digest) {
		st_hex(record->sha256, ST_SHA256_BYTES, hex);
		page_say(page, "p", "small", T("SHA-256 of the record {1:c}"), hex, NULL);
	}
}

static void document(struct page *page, const struct group *group)
{
	const struct payload_record *record = group->first;
	html_open(&page->w, "div", "doc");
	html_open(&page->w, "p", NULL);
	if (record->name.size > 0) {
		st_auto_free char *name = st_strndup((const char *)record->name.data, record->name.size);
		html_leaf(&page->w, "b", NULL, name);
	} else {
		page_say(page, "b", NULL, T("A document whose name is withheld: it could name others"), NULL);
	}
	html_close(&page->w);
	document_values(page, group);
	document_digest(page, record, group->records);
	if (group->records > 1)
		page_say_plural(page, "p", "small",
			T_PLURAL("{1} record; its SHA-256 stands in the copy.",
				"{1} records; the SHA-256 of each stands in the copy."),
			group->records, NULL);
	html_close(&page->w);
}

void part_documents(struct page *page, const struct payload *payload)
{
	struct group groups[CEIL_PORTAL_PAGE_DOCUMENTS];
	uint64_t shown;
	size_t count = group_records(payload, groups, &shown);
	if (payload->alone > 0)
		page_say(page, "h2", NULL, T("Records of yours alone"), NULL);
	for (size_t i = 0; i < count; i++)
		document(page, &groups[i]);
	if (shown < payload->alone) {
		char all[WORDS_TEXT_BYTES];
		words_number(page->language, payload->alone, all);
		page_say_plural(page, "p", "small",
			T_PLURAL("{1} of {2} is shown; all that this portal holds are in the copy.",
				"{1} of {2} are shown; all that this portal holds are in the copy."),
			shown, all, NULL);
	}
	if (payload->records > payload->alone)
		page_say_plural(page, "p", "small",
			T_PLURAL("{1} record also holds data of others. You see your own values from it, and no file "
				 "name.",
				"{1} records also hold data of others. You see your own values from them, and no file "
				"name."),
			payload->records - payload->alone, NULL);
}

/* --- what can be done with it --- */

void part_case_field(struct page *page, const struct page_case *of)
{
	st_auto_free char *number = st_format("%zu", of->number);
	page_hidden(page, "case", number);
}

static void keep_forms(struct page *page, const struct page_part *part)
{
	page_say(page, "h2", NULL, T("Keep, correct or erase"), NULL);
	page_form(page, "export", NULL);
	part_case_field(page, &part->of);
	html_open(&page->w, "div", "row");
	page_button(page, NULL, "as", "json", T("Download my copy (JSON)"));
	page_button(page, "quiet", "as", "csv", T("Download my copy (CSV)"));
	html_close(&page->w);
	html_close(&page->w);
	html_open(&page->w, "ul", "plain");
	html_open(&page->w, "li", NULL);
	st_auto_free char *correct = st_format("correct?case=%zu", part->of.number);
	page_link(page, correct, T("Correct a value"));
	html_close(&page->w);
	html_open(&page->w, "li", NULL);
	st_auto_free char *erase = st_format("erase?case=%zu", part->of.number);
	page_link(page, erase, T("Erase my entry"));
	html_close(&page->w);
	html_close(&page->w);
	page_say(page, "p", "small",
		T("The copy is signed and has exactly what stands here, record by record. Erasing removes your entry "
		  "from "
		  "this portal at once and keeps only a mark that you asked. It does not end your rights towards {1}."),
		page->about->controller, NULL);
}

static void person_lead(struct page *page, const struct page_part *part)
{
	st_auto_buf struct st_buf window = {0};
	page_window(page->language, part->of.head, &window);
	html_open(&page->w, "p", "lead");
	page_text(page, T("Your data was in {1:b}, which could be read on the internet without a password, {2}."),
		part->of.head->name, (const char *)window.data, NULL);
	html_text(&page->w, " ");
	html_open(&page->w, "a", NULL);
	html_attribute(&page->w, "href", "#do");
	page_text(page, T("What you can do"), NULL);
	html_close(&page->w);
	html_close(&page->w);
}

static void found(struct page *page, const struct page_part *part)
{
	page_say_plural(page, "h1", NULL, T_PLURAL("Your data was in {1} record", "Your data was in {1} records"),
		part->payload->records, NULL);
	person_lead(page, part);
	kinds_table(page, part->payload);
	part_documents(page, part->payload);
	page_advice(page, part_kinds(part->payload), false);
	page_log(page, part);
	keep_forms(page, part);
	page_rests_on(page, &part->of);
}

/* --- nothing --- */

static void statement_form(struct page *page, const struct page_part *part)
{
	page_form(page, "statement", NULL);
	part_case_field(page, &part->of);
	html_open(&page->w, "div", "row");
	page_button(page, NULL, NULL, NULL, T("Download the statement"));
	html_close(&page->w);
	html_close(&page->w);
	page_say(page, "p", "small", T("A signed file: what you read here, for whom, with the date and the figures."),
		NULL);
}

void part_negative(struct page *page, const struct page_part *part)
{
	bool organization = part->session->organization;
	st_auto_buf struct st_buf text = {0};
	page_negative_text(page->language, part->of.head, organization, &text);
	st_buf_add_byte(&text, 0);
	page_say(page, "h1", NULL,
		organization ? T("No record was attributed to this domain")
			     : T("No record was attributed to this mailbox"),
		NULL);
	html_leaf(&page->w, "p", "lead", (const char *)text.data);
	page_say(page, "p", NULL,
		T("This is not the same as “not affected”. It says what was looked at, and that you were not found "
		  "there."),
		NULL);
	page_say(page, "h2", NULL, T("What was looked at"), NULL);
	html_leaf(&page->w, "p", NULL, part->of.head->name);
	page_coverage(page, &part->of);
	page_say(page, "h2", NULL, T("What you can do now"), NULL);
	html_open(&page->w, "ol", "do");
	html_open(&page->w, "li", NULL);
	page_say(page, "b", NULL, T("Ask for your other addresses."), NULL);
	page_text(page, T("Old ones too; each is looked up apart."), NULL);
	html_text(&page->w, " ");
	page_say(page, "em", NULL, T("2 minutes each"), NULL);
	html_close(&page->w);
	html_open(&page->w, "li", NULL);
	page_say(page, "b", NULL, T("Keep the signed statement."), NULL);
	page_text(page, T("It says what you read here, with the date and the figures."), NULL);
	html_text(&page->w, " ");
	page_say(page, "em", NULL, T("1 minute"), NULL);
	html_close(&page->w);
	html_close(&page->w);
	statement_form(page, part);
	page_log(page, part);
}

bool part_other_state(struct page *page, const struct page_part *part)
{
	if (part->state == PORTAL_HELD) {
		page_say(page, "h1", NULL, T("A person has to look at this first"), NULL);
		page_say(page, "p", "lead",
			T("The domain was registered after the data had been exposed, or that cannot be told. {1} "
			  "decides "
			  "whether the records are yours. This says nothing about whether there are any."),
			page->about->controller, NULL);
	} else if (part->state == PORTAL_ERASED) {
		page_say(page, "h1", NULL, T("This entry was erased"), NULL);
		page_say(page, "p", "lead",
			T("It was erased from this portal because you asked. Only a mark that you asked was kept."),
			NULL);
	} else {
		return false;
	}
	if (page->about->contact != NULL)
		page_say(page, "p", NULL, T("Contact: {1}."), page->about->contact, NULL);
	page_rests_on(page, &part->of);
	return true;
}

const char *part_title(const struct page *page, const struct page_part *part)
{
	if (part->payload != NULL)
		return words_get(
			page->language, part->session->organization ? T("Your organization’s part") : T("Your part"));
	if (part->state == PORTAL_HELD)
		return words_get(page->language, T("A person has to look at this first"));
	if (part->state == PORTAL_ERASED)
		return words_get(page->language, T("This entry was erased"));
	return words_get(page->language, T("No record attributed"));
}

void part_back(struct page *page, const struct page_part *part)
{
	if (!part->others)
		return;
	html_open(&page->w, "p", NULL);
	page_link(page, "part", T("All cases"));
	html_close(&page->w);
}

void page_person(struct page *page, const struct page_part *part)
{
	page_begin(page, part_title(page, part));
	page_who(page, part->session);
	if (part->payload != NULL)
		found(page, part);
	else if (!part_other_state(page, part))
		part_negative(page, part);
	part_back(page, part);
	page_end(page);
}

/* --- several cases --- */

static void one_of_several(struct page *page, const struct page_part *part)
{
	st_auto_free char *path = st_format("part/%zu", part->of.number);
	st_auto_free char *address = page_address(page, path);
	html_open(&page->w, "tr", NULL);
	html_open(&page->w, "th", NULL);
	html_attribute(&page->w, "scope", "row");
	html_open(&page->w, "a", NULL);
	html_attribute(&page->w, "href", address);
	html_text(&page->w, part->of.head->name);
	html_close(&page->w);
	html_close(&page->w);
	html_open(&page->w, "td", "num");
	if (part->payload != NULL) {
		char number[WORDS_TEXT_BYTES];
		words_number(page->language, part->payload->records, number);
		html_text(&page->w, number);
	} else if (part->state == PORTAL_HELD) {
		page_text(page, T("a person decides"), NULL);
	} else if (part->state == PORTAL_ERASED) {
		page_text(page, T("erased"), NULL);
	} else {
		page_text(page, T("none attributed"), NULL);
	}
	html_close(&page->w);
	html_close(&page->w);
}

void page_parts(struct page *page, const struct page_session *session, const struct page_part *parts, size_t count)
{
	page_begin(page, words_get(page->language, T("Your part in each case")));
	page_who(page, session);
	page_say(page, "h1", NULL, T("Your part in each case"), NULL);
	html_open(&page->w, "table", NULL);
	page_say(page, "caption", NULL, T("Distinct records of yours. Open a case to see which."), NULL);
	html_open(&page->w, "thead", NULL);
	html_open(&page->w, "tr", NULL);
	header_cell(page, NULL, T("Case"));
	header_cell(page, "num", T("Records"));
	html_close(&page->w);
	html_close(&page->w);
	html_open(&page->w, "tbody", NULL);
	for (size_t i = 0; i < count; i++)
		one_of_several(page, &parts[i]);
	html_close(&page->w);
	html_close(&page->w);
	page_end(page);
}
