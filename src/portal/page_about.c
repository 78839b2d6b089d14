/* What happened, how a request is handled (GDPR, articles 12 to 14 and 34), and errors. */
#include "portal/page.h"

#include <stdio.h>

void page_happened(struct page *page, const struct page_case *cases, size_t count)
{
	page_begin(page, words_get(page->language, T("What happened")));
	page_say(page, "h1", NULL, T("What happened"), NULL);
	if (page->about->happened[page->language] != NULL)
		html_leaf(&page->w, "p", "lead", page->about->happened[page->language]);
	for (size_t i = 0; i < count; i++) {
		st_auto_buf struct st_buf window = {0};
		page_window(page->language, cases[i].head, &window);
		html_leaf(&page->w, "h2", NULL, cases[i].head->name);
		page_say(page, "p", NULL, T("It could be read on the internet without a password, {1}."),
			(const char *)window.data, NULL);
		page_coverage(page, &cases[i]);
	}
	page_say(page, "p", "small", T("A record is not a person, and “not found” is not “not affected”."), NULL);
	page_end(page);
}

static void section(struct page *page, const char *head, const char *text)
{
	page_say(page, "h2", NULL, head, NULL);
	page_say(page, "p", NULL, text, page->about->controller, NULL);
}

static void imprint(struct page *page)
{
	const struct about *about = page->about;
	page_say(page, "h2", NULL, T("Who is responsible"), NULL);
	html_open(&page->w, "dl", NULL);
	page_term(page, T("Controller"), about->controller);
	if (about->address != NULL)
		page_term(page, T("Address"), about->address);
	if (about->contact != NULL)
		page_term(page, T("Contact"), about->contact);
	if (about->officer != NULL)
		page_term(page, T("Data protection officer"), about->officer);
	if (about->authority != NULL)
		page_term(page, T("Supervisory authority"), about->authority);
	html_close(&page->w);
}

void page_handling(struct page *page, const struct page_case *cases, size_t count)
{
	(void)cases;
	(void)count;
	page_begin(page, words_get(page->language, T("How your request is handled")));
	page_say(page, "h1", NULL, T("How your request is handled"), NULL);
	page_say(page, "p", "lead",
		T("This portal lets each person and each organization see their own part of what was exposed, and "
		  "nothing "
		  "of anybody else."),
		NULL);
	imprint(page);
	section(page, T("What for, and on which ground"),
		T("To tell those concerned, and to answer their requests: articles 15 and 34 GDPR. The ground is a "
		  "legal "
		  "obligation of {1} (article 6(1)(c)), and its interest in not telling the wrong person (article "
		  "6(1)(f))."));
	section(page, T("What is stored when you ask"),
		T("Your address is kept until the code is used or 10 minutes have passed, and is not written to disk. "
		  "A keyed "
		  "number made from it limits how often a mailbox is written to. The address of your connection is "
		  "used in the "
		  "same way, shortened."));
	section(page, T("What is stored when you look"),
		T("That your record was opened, when, and how it was proven. You see this list yourself. It cannot be "
		  "changed."));
	section(page, T("Where the data lies"),
		T("This web server holds a sealed file that nobody can read without a key. The key is held by "
		  "another program, "
		  "which gives out only what you have proven to be yours."));
	section(page, T("Cookies"),
		T("Up to four, for this site alone: a form of this visit, a code that is on its way, your session, and "
		  "a DNS "
		  "record to be checked. They end with the visit, the DNS record after its time. Nothing is measured "
		  "and nothing "
		  "goes to others."));
	section(page, T("Your rights"),
		T("You may have a copy, have it corrected or erased, restrict or object (articles 15 to 21 GDPR), and "
		  "complain to "
		  "a data protection authority."));
	if (page->about->kept != NULL) {
		page_say(page, "h2", NULL, T("How long this portal is kept"), NULL);
		html_leaf(&page->w, "p", NULL, page->about->kept);
	}
	page_end(page);
}

void page_error(struct page *page, enum page_error error, uint32_t wait_s)
{
	static const struct {
		const char *title, *text;
	} texts[PAGE_ERRORS] = {
		[PAGE_ERROR_BROKEN_REQUEST] = {T("This request cannot be read"),
			T("Go back, reload the page and try again.")},
		[PAGE_ERROR_FORM] = {T("This page was open for too long"),
			T("Go back, reload the page and try again. Your browser has to accept cookies of this site.")},
		[PAGE_ERROR_NO_PAGE] = {T("There is no such page"), T("Begin again from the first page.")},
		[PAGE_ERROR_METHOD] = {T("This request cannot be read"), T("Begin again from the first page.")},
		[PAGE_ERROR_SESSION] = {T("Your visit has ended"),
			T("After 15 minutes without a click, or an hour, a mailbox has to be proven again.")},
		[PAGE_ERROR_PROOF] = {T("The proof does not hold any more"),
			T("The DNS record was not found again, so nothing more is shown. Add it and prove the domain "
			  "again.")},
		[PAGE_ERROR_BUSY] = {T("Too many at a time"), T("Try again in {1} minutes. Nothing of yours is lost.")},
		[PAGE_ERROR_DOWN] = {T("This portal cannot answer now"),
			T("A part of it is being started again. Try again in some minutes.")},
	};
	char minutes[WORDS_TEXT_BYTES];
	words_number(page->language, wait_s / 60 + 1, minutes);
	page_begin(page, words_get(page->language, texts[error].title));
	page_say(page, "h1", NULL, texts[error].title, NULL);
	page_say(page, "p", "lead", texts[error].text, minutes, NULL);
	html_open(&page->w, "p", NULL);
	page_link(page, "", T("To the first page"));
	html_close(&page->w);
	page_end(page);
}
