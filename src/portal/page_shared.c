/* Pieces that several pages share: kinds, coverage, the negative answer, the log. */
#include "detect/detect.h"
#include "portal/page.h"

#include <stdlib.h>

/* As a row's head, and inside of a sentence. */
static const struct {
	const char *head, *many;
} kinds[DETECT_KINDS] = {
	[DETECT_EMAIL_ADDRESS] = {T("E-mail address"), T("e-mail addresses")},
	[DETECT_PHONE_NUMBER] = {T("Phone number"), T("phone numbers")},
	[DETECT_PERSON_NAME] = {T("Name"), T("names")},
	[DETECT_ORGANIZATION_NAME] = {T("Name of an organization"), T("names of organizations")},
	[DETECT_POSTAL_ADDRESS] = {T("Postal address"), T("postal addresses")},
	[DETECT_IP_ADDRESS] = {T("IP address"), T("IP addresses")},
	[DETECT_PAYMENT_CARD] = {T("Payment card"), T("payment cards")},
	[DETECT_IBAN] = {T("IBAN"), T("IBANs")},
	[DETECT_NATIONAL_ID] = {T("National id number"), T("national id numbers")},
	[DETECT_VAT_NUMBER] = {T("VAT number"), T("VAT numbers")},
	[DETECT_CASE_NUMBER] = {T("Support case number"), T("support case numbers")},
	[DETECT_URL] = {T("Web address"), T("web addresses")},
	[DETECT_SECRET] = {T("Password, key or token"), T("passwords, keys and tokens")},
	[DETECT_DATE_OF_BIRTH] = {T("Date of birth"), T("dates of birth")},
};

const char *page_kind(enum words_language language, unsigned kind)
{
	if (kind >= DETECT_KINDS)
		abort();
	return words_get(language, kinds[kind].head);
}

const char *page_kind_small(enum words_language language, unsigned kind)
{
	if (kind >= DETECT_KINDS)
		abort();
	return words_get(language, kinds[kind].many);
}

void page_list_kinds(enum words_language language, uint32_t bits, struct st_buf *out)
{
	bool any = false;
	for (unsigned kind = 0; kind < DETECT_KINDS; kind++) {
		if ((bits >> kind & 1) == 0)
			continue;
		st_buf_format(out, "%s%s", any ? ", " : "", page_kind_small(language, kind));
		any = true;
	}
	if (!any)
		st_buf_format(out, "%s", words_get(language, T("nothing")));
}

/* The text with its places filled, as plain text: what goes into a file, or into page_text as a value. */
static void fill(struct st_buf *out, const char *text, const char *const *values, size_t count)
{
	for (; *text != 0; text++) {
		size_t number = (size_t)(text[1] - '1');
		if (text[0] == '{' && text[1] >= '1' && number < count && text[2] == '}') {
			st_buf_add(out, values[number], strlen(values[number]));
			text += 2;
		} else {
			st_buf_add_byte(out, (uint8_t)*text);
		}
	}
}

static void add_words(struct st_buf *out, enum words_language language, const char *english, const char *one,
	const char *two, const char *three)
{
	const char *const values[] = {one, two, three};
	fill(out, words_get(language, english), values, 3);
}

static void add_not_searched(enum words_language language, const struct portal_head *head, struct st_buf *out)
{
	char number[WORDS_TEXT_BYTES];
	uint32_t missing = ~head->kinds_searched & ((1u << DETECT_KINDS) - 1);
	bool any = false;
	if (missing != 0) {
		page_list_kinds(language, missing, out);
		any = true;
	}
	if (head->not_searched_bytes > 0) {
		words_number(language, head->not_searched_bytes, number);
		st_buf_format(out, "%s", any ? ", " : "");
		fill(out,
			words_get_plural(language,
				T_PLURAL("{1} byte of text in languages without name support",
					"{1} bytes of text in languages without name support"),
				head->not_searched_bytes),
			(const char *const[]){number}, 1);
		any = true;
	}
	if (head->objects_unread > 0) {
		words_number(language, head->objects_unread, number);
		st_buf_format(out, "%s", any ? ", " : "");
		fill(out,
			words_get_plural(language,
				T_PLURAL("{1} object that could not be read", "{1} objects that could not be read"),
				head->objects_unread),
			(const char *const[]){number}, 1);
		any = true;
	}
	if (!any)
		st_buf_format(out, "%s", words_get(language, T("nothing")));
}

void page_negative_text(
	enum words_language language, const struct portal_head *head, bool organization, struct st_buf *out)
{
	char read[WORDS_TEXT_BYTES], left[WORDS_TEXT_BYTES];
	st_auto_buf struct st_buf searched = {0}, not_searched = {0};
	words_number(language, head->records_distinct, read);
	words_number(language, head->unattributed, left);
	page_list_kinds(language, head->kinds_searched, &searched);
	add_not_searched(language, head, &not_searched);
	st_buf_add_byte(&searched, 0);
	st_buf_add_byte(&not_searched, 0);
	const char *const values[] = {read, left, (const char *)searched.data, (const char *)not_searched.data};
	fill(out,
		words_get(language,
			organization ? T("No record was attributed to this domain among {1} records read; {2} are "
					 "unattributed or in review; searched for {3}; not searched: {4}.")
				     : T("No record was attributed to this mailbox among {1} records read; {2} are "
					 "unattributed or in review; searched for {3}; not searched: {4}.")),
		values, 4);
}

void page_window(enum words_language language, const struct portal_head *head, struct st_buf *out)
{
	char from[WORDS_TEXT_BYTES], to[WORDS_TEXT_BYTES];
	words_day(language, head->id.exposed_at, from);
	words_day(language, head->closed_at, to);
	if (head->id.exposed_at != 0 && head->closed_at != 0)
		add_words(out, language, T("from {1} at the latest until {2}"), from, to, "");
	else if (head->id.exposed_at != 0)
		add_words(out, language, T("from {1} at the latest; until when, we cannot tell"), from, "", "");
	else if (head->closed_at != 0)
		add_words(out, language, T("until {1}; since when, we cannot tell"), to, "", "");
	else
		add_words(out, language, T("for how long, we cannot tell"), "", "", "");
	st_buf_add_byte(out, 0);
}

static char *numbers(enum words_language language, const char *english, uint64_t one, uint64_t two, uint64_t three)
{
	char texts[3][WORDS_TEXT_BYTES];
	struct st_buf out = {0};
	words_number(language, one, texts[0]);
	words_number(language, two, texts[1]);
	words_number(language, three, texts[2]);
	add_words(&out, language, english, texts[0], texts[1], texts[2]);
	st_buf_add_byte(&out, 0);
	return (char *)out.data;
}

void page_coverage(struct page *page, const struct page_case *of)
{
	const struct portal_head *head = of->head;
	enum words_language language = page->language;
	char at[WORDS_TEXT_BYTES];
	st_auto_buf struct st_buf searched = {0}, not_searched = {0};
	st_auto_free char *objects = numbers(language, T("{1} of {2} ({3} more are copies)"), head->objects_read,
		head->objects_listed, head->objects_duplicate);
	st_auto_free char *unread = numbers(language, "{1}", head->objects_unread, 0, 0);
	st_auto_free char *records =
		numbers(language, T("{1}, of them {2} distinct"), head->records_read, head->records_distinct, 0);
	st_auto_free char *review = numbers(language,
		head->unattributed == 1 ? T("{1} record, shown to nobody") : T("{1} records, shown to nobody"),
		head->unattributed, 0, 0);
	page_list_kinds(language, head->kinds_searched, &searched);
	add_not_searched(language, head, &not_searched);
	st_buf_add_byte(&searched, 0);
	st_buf_add_byte(&not_searched, 0);
	words_moment(language, head->sealed_at, at);
	html_open(&page->w, "dl", NULL);
	page_term(page, T("Objects read"), objects);
	page_term(page, T("Objects not read"), unread);
	page_term(page, T("Records read"), records);
	page_term(page, T("Attributed to nobody"), review);
	page_term(page, T("Searched for"), (const char *)searched.data);
	page_term(page, T("Not searched"), (const char *)not_searched.data);
	page_term(page, T("As of"), at);
	html_close(&page->w);
}

void page_rests_on(struct page *page, const struct page_case *of)
{
	char reference[2 * PORTAL_ID_BYTES + 1];
	page_say(page, "h2", NULL, T("What this rests on"), NULL);
	page_coverage(page, of);
	st_hex(of->head->id.case_id, PORTAL_ID_BYTES, reference);
	page_say(page, "p", "small",
		T("A record is not a person, and “not found” is not “not affected”. Case reference {1:c}."), reference,
		NULL);
}

/* --- who opened it --- */

static const char *log_who(const struct page *page, uint8_t who)
{
	switch (who) {
	case PORTAL_MAILBOX:
		return words_get(page->language, T("who proved this mailbox by code"));
	case PORTAL_ORGANIZATION:
		return words_get(page->language, T("who proved the domain by DNS"));
	default:
		return words_get(page->language, T("a role mailbox of the domain"));
	}
}

static const char *log_what(const struct page *page, uint8_t what)
{
	switch (what) {
	case PORTAL_ASK_OPEN:
		return words_get(page->language, T("this page"));
	case PORTAL_ASK_EXPORT:
		return words_get(page->language, T("a copy to keep"));
	case PORTAL_ASK_SIGN:
		return words_get(page->language, T("a signed statement"));
	default:
		return words_get(page->language, T("a wish to correct or erase"));
	}
}

static void log_head(struct page *page)
{
	static const char *const names[] = {T("When"), T("Who"), T("What")};
	page_say(page, "caption", NULL, T("Every opening is written down and cannot be removed."), NULL);
	html_open(&page->w, "thead", NULL);
	html_open(&page->w, "tr", NULL);
	for (size_t i = 0; i < 3; i++) {
		html_open(&page->w, "th", NULL);
		html_attribute(&page->w, "scope", "col");
		page_text(page, names[i], NULL);
		html_close(&page->w);
	}
	html_close(&page->w);
	html_close(&page->w);
}

void page_log(struct page *page, const struct page_part *part)
{
	page_say(page, "h2", NULL, T("Who opened this page’s record"), NULL);
	html_open(&page->w, "table", NULL);
	log_head(page);
	html_open(&page->w, "tbody", NULL);
	for (size_t i = 0; i < part->log_count; i++) {
		char when[WORDS_TEXT_BYTES];
		if (memcmp(part->log[i].case_id, part->of.head->id.case_id, PORTAL_ID_BYTES) != 0)
			continue;
		words_moment(page->language, part->log[i].at, when);
		html_open(&page->w, "tr", NULL);
		html_open(&page->w, "th", NULL);
		html_attribute(&page->w, "scope", "row");
		html_text(&page->w, when);
		html_close(&page->w);
		html_leaf(&page->w, "td", NULL, log_who(page, part->log[i].who));
		html_leaf(&page->w, "td", NULL, log_what(page, part->log[i].what));
		html_close(&page->w);
	}
	html_close(&page->w);
	html_close(&page->w);
	page_say(page, "p", "small",
		T("This is about this portal only. Who read the data while it was open is a question of its own: where "
		  "no "
		  "logs exist, we cannot tell."),
		NULL);
}
