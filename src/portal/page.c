/* The frame of every page, and the few shapes that pages are made of. */
#include "portal/page.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* --- texts with places --- */

/* "{2:b}" at text: its number from 0 and its mark; length 0 if it is none. */
static size_t place_at(const char *text, size_t *number, char *mark)
{
	if (text[0] != '{' || text[1] < '1' || text[1] > '9')
		return 0;
	*number = (size_t)(text[1] - '1');
	*mark = 0;
	if (text[2] == '}')
		return 3;
	if (text[2] != ':' || (text[3] != 'b' && text[3] != 'c') || text[4] != '}')
		return 0;
	*mark = text[3];
	return 5;
}

void page_text_list(struct page *page, const char *text, const char *const *values, size_t count)
{
	while (*text != 0) {
		size_t number = 0;
		char mark = 0;
		size_t skipped = place_at(text, &number, &mark);
		if (skipped == 0) {
			size_t plain = 1 + strcspn(text + 1, "{");
			html_text_bytes(&page->w, text, plain);
			text += plain;
			continue;
		}
		const char *value = number < count ? values[number] : "";
		if (mark == 0)
			html_text(&page->w, value);
		else
			html_leaf(&page->w, mark == 'b' ? "b" : "code", NULL, value);
		text += skipped;
	}
}

#define VALUES 9

static size_t gather(va_list arguments, const char *values[VALUES])
{
	size_t count = 0;
	for (const char *value; count < VALUES && (value = va_arg(arguments, const char *)) != NULL;)
		values[count++] = value;
	return count;
}

void page_text(struct page *page, const char *english, ...)
{
	const char *values[VALUES];
	va_list arguments;
	va_start(arguments, english);
	size_t count = gather(arguments, values);
	va_end(arguments);
	page_text_list(page, words_get(page->language, english), values, count);
}

void page_say(struct page *page, const char *tag, const char *class_name, const char *english, ...)
{
	const char *values[VALUES];
	va_list arguments;
	va_start(arguments, english);
	size_t count = gather(arguments, values);
	va_end(arguments);
	html_open(&page->w, tag, class_name);
	page_text_list(page, words_get(page->language, english), values, count);
	html_close(&page->w);
}

void page_say_plural(
	struct page *page, const char *tag, const char *class_name, const char *one, const char *many, uint64_t n, ...)
{
	const char *values[VALUES + 1];
	char number[WORDS_TEXT_BYTES];
	va_list arguments;
	va_start(arguments, n);
	size_t count = gather(arguments, values + 1);
	va_end(arguments);
	words_number(page->language, n, number);
	values[0] = number;
	html_open(&page->w, tag, class_name);
	page_text_list(page, words_get_plural(page->language, one, many, n), values, count + 1);
	html_close(&page->w);
}

/* --- addresses and forms --- */

char *page_address(const struct page *page, const char *path)
{
	return st_format("/%s/%s", words_tag(page->language), path);
}

static void link_to(struct page *page, const char *path, const char *text)
{
	st_auto_free char *address = page_address(page, path);
	html_open(&page->w, "a", NULL);
	html_attribute(&page->w, "href", address);
	html_text(&page->w, text);
	html_close(&page->w);
}

void page_link(struct page *page, const char *path, const char *english)
{
	link_to(page, path, words_get(page->language, english));
}

void page_hidden(struct page *page, const char *name, const char *value)
{
	html_open_void(&page->w, "input");
	html_attribute(&page->w, "type", "hidden");
	html_attribute(&page->w, "name", name);
	html_attribute(&page->w, "value", value);
}

void page_form(struct page *page, const char *path, const char *class_name)
{
	st_auto_free char *address = page_address(page, path);
	html_open(&page->w, "form", class_name);
	html_attribute(&page->w, "method", "post");
	html_attribute(&page->w, "action", address);
	page_hidden(page, "token", page->token);
}

void page_button(struct page *page, const char *class_name, const char *name, const char *value, const char *english)
{
	html_open(&page->w, "button", class_name);
	if (name != NULL) {
		html_attribute(&page->w, "name", name);
		html_attribute(&page->w, "value", value);
	}
	html_text(&page->w, words_get(page->language, english));
	html_close(&page->w);
}

void page_term(struct page *page, const char *english, const char *value)
{
	html_leaf(&page->w, "dt", NULL, words_get(page->language, english));
	html_leaf(&page->w, "dd", NULL, value);
}

/* --- the frame --- */

static void meta(struct page *page, const char *name, const char *content)
{
	html_open_void(&page->w, "meta");
	html_attribute(&page->w, "name", name);
	html_attribute(&page->w, "content", content);
}

static void head(struct page *page, const char *title)
{
	html_open(&page->w, "head", NULL);
	html_open_void(&page->w, "meta");
	html_attribute(&page->w, "charset", "utf-8");
	meta(page, "viewport", "width=device-width,initial-scale=1");
	meta(page, "color-scheme", "light dark");
	meta(page, "referrer", "no-referrer");
	meta(page, "robots", "noindex");
	html_open(&page->w, "title", NULL);
	html_text(&page->w, title);
	html_text(&page->w, ": ");
	html_text(&page->w, page->about->controller);
	html_close(&page->w);
	html_open_void(&page->w, "link");
	html_attribute(&page->w, "rel", "stylesheet");
	html_attribute(&page->w, "href", page->style);
	html_close(&page->w);
}

/* The same page in another language: an address, and no cookie. */
static void language_item(struct page *page, enum words_language language)
{
	const char *tag = words_tag(language);
	st_auto_free char *upper = st_format("%c%c", tag[0] & 0x5f, tag[1] & 0x5f);
	st_auto_free char *address =
		st_format("/%s/%s%s%s", tag, page->path, page->query[0] != 0 ? "?" : "", page->query);
	html_open(&page->w, "li", NULL);
	html_open(&page->w, language == page->language ? "span" : "a", NULL);
	html_attribute(&page->w, "lang", tag);
	if (language == page->language) {
		html_attribute(&page->w, "aria-current", "true");
	} else {
		html_attribute(&page->w, "href", address);
		html_attribute(&page->w, "hreflang", tag);
	}
	html_attribute(&page->w, "title", words_name(language));
	html_text(&page->w, upper);
	html_close(&page->w);
	html_close(&page->w);
}

static void top(struct page *page)
{
	html_open(&page->w, "header", "top");
	html_open(&page->w, "div", "col");
	html_leaf(&page->w, "b", NULL, page->about->controller);
	html_open(&page->w, "nav", NULL);
	html_attribute(&page->w, "aria-label", words_get(page->language, T("Language")));
	html_open(&page->w, "ul", NULL);
	for (int i = 0; i < WORDS_LANGUAGES; i++)
		language_item(page, (enum words_language)i);
	html_close(&page->w);
	html_close(&page->w);
	html_close(&page->w);
	html_close(&page->w);
}

void page_begin(struct page *page, const char *title)
{
	html_constant(&page->w, "<!doctype html>");
	html_open(&page->w, "html", NULL);
	html_attribute(&page->w, "lang", words_tag(page->language));
	head(page, title);
	html_open(&page->w, "body", NULL);
	html_open(&page->w, "a", "skip");
	html_attribute(&page->w, "href", "#main");
	page_text(page, T("Skip to the page"), NULL);
	html_close(&page->w);
	top(page);
	html_open(&page->w, "main", "col");
	html_attribute(&page->w, "id", "main");
}

static void footer_link(struct page *page, const char *path, const char *english)
{
	html_open(&page->w, "li", NULL);
	page_link(page, path, english);
	html_close(&page->w);
}

static void footer_text(struct page *page)
{
	const struct about *about = page->about;
	html_open(&page->w, "p", NULL);
	if (about->contact != NULL)
		page_text(page, T("{1} is the controller of this data."), about->controller, NULL);
	if (about->officer != NULL) {
		html_text(&page->w, " ");
		page_text(page, T("Data protection officer: {1}."), about->officer, NULL);
	}
	if (about->contact != NULL) {
		html_text(&page->w, " ");
		page_text(page, T("Contact: {1}."), about->contact, NULL);
	}
	html_text(&page->w, " ");
	page_text(page,
		T("You can complain to your data protection authority at any time. No cookies but those that keep this "
		  "visit together; no statistics, no third parties."),
		NULL);
	html_close(&page->w);
}

void page_end(struct page *page)
{
	html_close(&page->w); /* main */
	html_open(&page->w, "footer", NULL);
	html_open(&page->w, "div", "col");
	html_open(&page->w, "nav", NULL);
	html_attribute(&page->w, "aria-label", words_get(page->language, T("More")));
	html_open(&page->w, "ul", NULL);
	footer_link(page, "", T("Ask about another mailbox"));
	footer_link(page, "domain", T("Prove a domain"));
	footer_link(page, "genuine", T("Is this notice genuine?"));
	footer_link(page, "happened", T("What happened"));
	footer_link(page, "handling", T("How your request is handled"));
	html_close(&page->w);
	html_close(&page->w);
	footer_text(page);
	while (page->w.depth > 0)
		html_close(&page->w);
	html_constant(&page->w, "\n");
}

void page_steps(struct page *page, int now)
{
	static const char *const names[] = {T("1. Ask"), T("2. Code"), T("3. Your part")};
	html_open(&page->w, "ol", "steps");
	html_attribute(&page->w, "aria-label", words_get(page->language, T("Steps")));
	for (int i = 0; i < 3; i++) {
		html_open(&page->w, "li", i < now ? "done" : NULL);
		if (i == now)
			html_attribute(&page->w, "aria-current", "step");
		page_text(page, names[i], NULL);
		html_close(&page->w);
	}
	html_close(&page->w);
}

void page_who(struct page *page, const struct page_session *session)
{
	char until[WORDS_TEXT_BYTES];
	words_time(page->language, session->until, until);
	html_open(&page->w, "div", "who");
	html_open(&page->w, "span", NULL);
	if (session->organization && session->scope == PORTAL_SCOPE_RECORDS)
		page_text(page, T("Shown for {1:b}, proven by DNS, until {2}"), session->shown_to, until, NULL);
	else
		page_text(page, T("Shown to {1:b} until {2}"), session->shown_to, until, NULL);
	html_close(&page->w);
	page_form(page, "leave", NULL);
	page_button(page, "text", NULL, NULL, T("Sign out"));
	html_close(&page->w);
	html_close(&page->w);
}
