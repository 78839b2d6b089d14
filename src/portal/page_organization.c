/* The part of an organization: figures by default, addresses in full once the employer is confirmed. */
#include "detect/detect.h"
#include "portal/page_part.h"

#include <stdlib.h>

#define MAILBOXES_SHOWN 10

static void lead(struct page *page, const struct page_part *part)
{
	st_auto_buf struct st_buf window = {0};
	char records[WORDS_TEXT_BYTES];
	page_window(page->language, part->of.head, &window);
	words_number(page->language, part->payload->records, records);
	html_open(&page->w, "p", "lead");
	page_text(page,
		T("They stand in {1} distinct records of {2:b}, which could be read on the internet without a "
		  "password, {3}."),
		records, part->of.head->name, (const char *)window.data, NULL);
	html_close(&page->w);
}

static void kind_row(struct page *page, const struct payload *payload, const struct payload_kind *kind)
{
	html_open(&page->w, "tr", NULL);
	html_open(&page->w, "th", NULL);
	html_attribute(&page->w, "scope", "row");
	html_text(&page->w, page_kind(page->language, kind->kind));
	if (kind->kind != DETECT_EMAIL_ADDRESS)
		part_values(page, payload, kind);
	html_close(&page->w);
	part_number_cell(page, kind->distinct);
	part_number_cell(page, kind->records);
	html_close(&page->w);
}

static void kinds_table(struct page *page, const struct payload *payload)
{
	page_say(page, "h2", NULL, T("Which data of your organization"), NULL);
	html_open(&page->w, "table", NULL);
	page_say(page, "caption", NULL,
		T("Your own values only. A record shared with others is counted for your part of it."), NULL);
	part_table_head(page, T("Kind"), T("Distinct values"), T("Records"));
	html_open(&page->w, "tbody", NULL);
	for (size_t i = 0; i < payload->kind_count; i++)
		if (payload->kinds[i].kind < DETECT_KINDS)
			kind_row(page, payload, &payload->kinds[i]);
	html_close(&page->w);
	html_close(&page->w);
}

/* --- mailboxes, where they may be named --- */

struct mailbox {
	struct st_span text;
	uint64_t records;
};

struct mailboxes {
	struct mailbox *list;
	size_t count, capacity;
};

static int by_text(const void *a, const void *b)
{
	const struct mailbox *x = a, *y = b;
	size_t size = x->text.size < y->text.size ? x->text.size : y->text.size;
	int order = memcmp(x->text.data, y->text.data, size);
	return order != 0 ? order : (x->text.size > y->text.size) - (x->text.size < y->text.size);
}

static int by_records(const void *a, const void *b)
{
	const struct mailbox *x = a, *y = b;
	return x->records != y->records ? (x->records < y->records) - (x->records > y->records) : by_text(a, b);
}

static struct mailboxes gather(const struct payload *payload)
{
	struct mailboxes all = {0};
	for (size_t row = 0; row < payload->row_count; row++) {
		const struct payload_record *record = &payload->rows[row];
		for (size_t i = 0; i < record->value_count; i++) {
			const struct payload_value *value = &record->values[i];
			if (value->kind != DETECT_EMAIL_ADDRESS || !value->own || value->masked ||
				value->text.size == 0)
				continue;
			if (all.count == all.capacity) {
				all.capacity = all.capacity > 0 ? 2 * all.capacity : 64;
				all.list = st_realloc(all.list, all.capacity * sizeof *all.list);
			}
			all.list[all.count++] = (struct mailbox){.text = value->text, .records = 1};
		}
	}
	return all;
}

static void fold(struct mailboxes *all)
{
	size_t kept = 0;
	qsort(all->list, all->count, sizeof *all->list, by_text);
	for (size_t i = 0; i < all->count; i++) {
		if (kept > 0 && by_text(&all->list[kept - 1], &all->list[i]) == 0)
			all->list[kept - 1].records++;
		else
			all->list[kept++] = all->list[i];
	}
	all->count = kept;
	qsort(all->list, all->count, sizeof *all->list, by_records);
}

static void mailbox_table(struct page *page, const struct mailboxes *all)
{
	char count[WORDS_TEXT_BYTES], shown[WORDS_TEXT_BYTES];
	size_t rows = all->count < MAILBOXES_SHOWN ? all->count : MAILBOXES_SHOWN;
	words_number(page->language, rows, shown);
	words_number(page->language, all->count, count);
	html_open(&page->w, "table", NULL);
	page_say(page, "caption", NULL, T("{1} of {2}; all in the export."), shown, count, NULL);
	html_open(&page->w, "thead", NULL);
	html_open(&page->w, "tr", NULL);
	page_say(page, "th", NULL, T("Mailbox"), NULL);
	page_say(page, "th", "num", T("Records"), NULL);
	html_close(&page->w);
	html_close(&page->w);
	html_open(&page->w, "tbody", NULL);
	for (size_t i = 0; i < rows; i++) {
		st_auto_free char *text = st_strndup((const char *)all->list[i].text.data, all->list[i].text.size);
		html_open(&page->w, "tr", NULL);
		html_open(&page->w, "th", NULL);
		html_attribute(&page->w, "scope", "row");
		html_leaf(&page->w, "span", "v", text);
		html_close(&page->w);
		part_number_cell(page, all->list[i].records);
		html_close(&page->w);
	}
	html_close(&page->w);
	html_close(&page->w);
}

static void mailboxes(struct page *page, const struct payload *payload)
{
	page_say(page, "h2", NULL, T("Mailboxes with most records"), NULL);
	struct mailboxes all = {0};
	if (payload->employer_confirmed)
		all = gather(payload);
	if (all.count > 0) {
		fold(&all);
		mailbox_table(page, &all);
	} else {
		page_say(page, "p", NULL,
			T("Mailboxes are masked until {1} has confirmed that you employ who has them: a domain does "
			  "not own "
			  "the data of everybody who has an address there."),
			page->about->controller, NULL);
		if (page->about->contact != NULL)
			page_say(page, "p", "small", T("To have them in full, write to {1}."), page->about->contact,
				NULL);
	}
	free(all.list);
}

static void take_with_you(struct page *page, const struct page_part *part)
{
	page_say(page, "h2", NULL, T("Take it with you"), NULL);
	page_form(page, "export", NULL);
	part_case_field(page, &part->of);
	html_open(&page->w, "div", "row");
	page_button(page, NULL, "as", "json", T("Export as JSON"));
	page_button(page, "quiet", "as", "csv", T("Export as CSV"));
	html_close(&page->w);
	html_close(&page->w);
	page_say(page, "p", "small",
		T("Signed with Ed25519, key {1:c}. The DNS record is looked up again at every export, so leave it "
		  "until you "
		  "are done."),
		part->key_id, NULL);
}

static void counts_only(struct page *page)
{
	page_say(page, "p", NULL,
		T("A mailbox such as this shows figures only. To see records, prove the domain by DNS."), NULL);
	html_open(&page->w, "p", NULL);
	page_link(page, "domain", T("Prove a domain"));
	html_close(&page->w);
}

static void found(struct page *page, const struct page_part *part)
{
	bool records = part->payload->audience == PORTAL_ORGANIZATION_RECORDS;
	page_say_plural(page, "h1", NULL, T_PLURAL("{1} mailbox of a person at {2}", "{1} mailboxes of persons at {2}"),
		part->payload->persons, part->session->domain, NULL);
	lead(page, part);
	kinds_table(page, part->payload);
	if (records) {
		mailboxes(page, part->payload);
		part_documents(page, part->payload);
	} else {
		counts_only(page);
	}
	page_advice(page, part_kinds(part->payload), true);
	if (records)
		take_with_you(page, part);
	page_log(page, part);
	page_rests_on(page, &part->of);
}

void page_organization(struct page *page, const struct page_part *part)
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
