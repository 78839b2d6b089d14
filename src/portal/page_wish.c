/* Wishes: correct, erase; and what is said once something is done. */
#include "base/ceilings.h"
#include "portal/page_part.h"

void page_correct(struct page *page, const struct page_session *session, const struct page_case *of, bool empty)
{
	struct html_writer *w = &page->w;
	page_begin(page, words_get(page->language, T("Correct a value")));
	page_who(page, session);
	page_say(page, "h1", NULL, T("Correct a value"), NULL);
	page_say(page, "p", "lead",
		T("Write which value of yours in {1:b} is wrong, and what would be right. A person at {2} reads it and "
		  "answers "
		  "within one month."),
		of->head->name, page->about->controller, NULL);
	page_form(page, "correct", NULL);
	part_case_field(page, of);
	if (empty) {
		html_open(w, "p", "err");
		html_attribute(w, "id", "problem");
		html_attribute(w, "role", "alert");
		page_say(page, "b", NULL, T("Nothing was written, or too much."), NULL);
		html_text(w, " ");
		page_text(page, T("Write 1 to 2,000 characters."), NULL);
		html_close(w);
	}
	html_open(w, "label", NULL);
	html_attribute(w, "for", "text");
	page_text(page, T("What is wrong, and what is right"), NULL);
	html_close(w);
	html_open(w, "p", "hint");
	html_attribute(w, "id", "text-hint");
	page_text(page, T("No need to repeat a whole number: its kind and last characters are enough."), NULL);
	html_close(w);
	html_open(w, "textarea", NULL);
	html_attribute(w, "id", "text");
	html_attribute(w, "name", "text");
	html_attribute(w, "rows", "6");
	html_attribute_format(w, "maxlength", "%d", CEIL_PORTAL_WISH_BYTES);
	html_attribute(w, "aria-describedby", empty ? "text-hint problem" : "text-hint");
	html_attribute(w, "required", "");
	html_text(w, "");
	html_close(w);
	html_open(w, "div", "row");
	page_button(page, NULL, NULL, NULL, T("Send it"));
	html_close(w);
	html_close(w);
	page_end(page);
}

void page_erase(struct page *page, const struct page_session *session, const struct page_case *of)
{
	page_begin(page, words_get(page->language, T("Erase my entry")));
	page_who(page, session);
	page_say(page, "h1", NULL, T("Erase my entry"), NULL);
	page_say(page, "p", "lead",
		T("Your entry in {1:b} goes away from this portal at once, for you too. It cannot be brought back."),
		of->head->name, NULL);
	page_say(page, "p", NULL,
		T("Only a mark that you asked is kept. The data that was exposed is not changed by this; for that, "
		  "write to "
		  "{1}."),
		page->about->contact != NULL ? page->about->contact : page->about->controller, NULL);
	page_form(page, "erase", NULL);
	part_case_field(page, of);
	html_open(&page->w, "div", "row");
	page_button(page, NULL, NULL, NULL, T("Erase my entry for good"));
	html_close(&page->w);
	html_close(&page->w);
	html_open(&page->w, "p", NULL);
	page_link(page, "part", T("Back to my part"));
	html_close(&page->w);
	page_end(page);
}

void page_done(struct page *page, enum page_done done)
{
	static const struct {
		const char *title, *text;
	} texts[] = {
		[PAGE_CORRECTED] = {T("Your wish was sent"),
			T("A person at {1} reads it and answers within one month.")},
		[PAGE_ERASED] = {T("Your entry was erased"),
			T("It is gone from this portal. {1} keeps a mark that you asked.")},
		[PAGE_LEFT] = {T("You are signed out"), T("What you saw is no longer in this browser.")},
	};
	page_begin(page, words_get(page->language, texts[done].title));
	page_say(page, "h1", NULL, texts[done].title, NULL);
	page_say(page, "p", "lead", texts[done].text, page->about->controller, NULL);
	html_open(&page->w, "p", NULL);
	if (done == PAGE_LEFT)
		page_link(page, "", T("Ask about another mailbox"));
	else
		page_link(page, "part", T("Back to my part"));
	html_close(&page->w);
	page_end(page);
}
