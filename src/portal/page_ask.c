/* Before anything is proven: ask, type the code, prove a domain, check a notice. Nothing here depends on the data. */
#include "portal/page.h"

#include <stdio.h>

static const char *const problem_words[PAGE_PROBLEMS] = {
	[PAGE_NO_PROBLEM] = "",
	[PAGE_NO_ADDRESS] = "address",
	[PAGE_WRONG] = "wrong",
	[PAGE_EXPIRED] = "expired",
	[PAGE_TOO_MANY] = "tries",
	[PAGE_NO_DOMAIN] = "domain",
	[PAGE_PUBLIC] = "public",
	[PAGE_PART] = "part",
	[PAGE_NOT_FOUND_YET] = "none",
	[PAGE_DISAGREE] = "disagree",
	[PAGE_BOGUS] = "bogus",
	[PAGE_UNREACHABLE] = "unreachable",
};

const char *page_problem_word(enum page_problem problem)
{
	return problem_words[problem];
}

enum page_problem page_problem_read(const char *word)
{
	for (int i = 1; word != NULL && i < PAGE_PROBLEMS; i++)
		if (strcmp(problem_words[i], word) == 0)
			return (enum page_problem)i;
	return PAGE_NO_PROBLEM;
}

/* What is wrong, in bold, and what to do; the field names it by aria-describedby. */
static void error_text(struct page *page, const char *wrong, const char *what_to_do, const char *value)
{
	html_open(&page->w, "p", "err");
	html_attribute(&page->w, "id", "problem");
	html_attribute(&page->w, "role", "alert");
	page_say(page, "b", NULL, wrong, NULL);
	html_text(&page->w, " ");
	page_text(page, what_to_do, value, NULL);
	html_close(&page->w);
}

static void show_problem(struct page *page, enum page_problem problem)
{
	static const struct {
		const char *wrong, *what_to_do;
	} texts[PAGE_PROBLEMS] = {
		[PAGE_NO_ADDRESS] = {T("That is not an e-mail address."),
			T("Type one address, such as name@example.com.")},
		[PAGE_EXPIRED] = {T("This has ended."),
			T("It was used already, or its time is over. Begin again below.")},
		[PAGE_TOO_MANY] = {T("The tries are used up."), T("Ask for a new code below.")},
		[PAGE_NO_DOMAIN] = {T("That is not a domain."),
			T("Type the domain alone, such as example.com, without an address in front.")},
		[PAGE_PUBLIC] = {T("This domain belongs to no single organization."),
			T("Many people have mailboxes there. Each can ask for their own mailbox.")},
		[PAGE_PART] = {T("This is a part of a larger domain."),
			T("Prove the domain that your organization registered, such as example.com for "
			  "mail.example.com.")},
		[PAGE_NOT_FOUND_YET] = {T("The record is not there yet."),
			T("Compare name and text letter by letter. A new record can take an hour to be seen.")},
		[PAGE_DISAGREE] = {T("Not all name servers of the domain give this record."),
			T("Wait until all of them have it, then check again.")},
		[PAGE_BOGUS] = {T("The signature of the domain (DNSSEC) does not hold."),
			T("Whoever runs the domain has to mend it. Then check again.")},
		[PAGE_UNREACHABLE] = {T("The name servers of the domain did not answer."),
			T("Check again in some minutes.")},
	};
	if (problem != PAGE_NO_PROBLEM && texts[problem].wrong != NULL)
		error_text(page, texts[problem].wrong, texts[problem].what_to_do, NULL);
}

struct field {
	const char *id, *label, *hint, *type, *complete;
	const char *const *more; /* name, value, ... NULL */
	bool wrong;
};

static void field(struct page *page, const struct field *field)
{
	struct html_writer *w = &page->w;
	st_auto_free char *hint = st_format("%s-hint", field->id);
	html_open(w, "label", NULL);
	html_attribute(w, "for", field->id);
	page_text(page, field->label, NULL);
	html_close(w);
	html_open(w, "p", "hint");
	html_attribute(w, "id", hint);
	page_text(page, field->hint, NULL);
	html_close(w);
	html_open_void(w, "input");
	html_attribute(w, "id", field->id);
	html_attribute(w, "name", field->id);
	html_attribute(w, "type", field->type);
	html_attribute(w, "autocomplete", field->complete);
	for (const char *const *more = field->more; more != NULL && *more != NULL; more += 2)
		html_attribute(w, more[0], more[1]);
	html_attribute_format(w, "aria-describedby", "%s%s", hint, field->wrong ? " problem" : "");
	if (field->wrong)
		html_attribute(w, "aria-invalid", "true");
	html_attribute(w, "required", "");
}

static void submit(struct page *page, const char *english)
{
	html_open(&page->w, "div", "row");
	page_button(page, NULL, NULL, NULL, english);
	html_close(&page->w);
}

static void items(struct page *page, const char *const *texts, size_t count)
{
	html_open(&page->w, "ol", "plain");
	for (size_t i = 0; i < count; i++)
		page_say(page, "li", NULL, texts[i], NULL);
	html_close(&page->w);
}

static void ask_lead(struct page *page, const struct page_case *cases, size_t count)
{
	html_open(&page->w, "p", "lead");
	for (size_t i = 0; i < count; i++) {
		st_auto_buf struct st_buf window = {0};
		page_window(page->language, cases[i].head, &window);
		page_text(page, T("Records of {1:b} could be read on the internet without a password, {2}."),
			cases[i].head->name, (const char *)window.data, NULL);
		html_text(&page->w, " ");
	}
	page_text(page, T("Here you can see whether yours were among them, and which."), NULL);
	html_close(&page->w);
}

void page_ask(struct page *page, const struct page_case *cases, size_t count, enum page_problem problem)
{
	static const char *const steps[] = {
		T("We send a code of 8 characters to that mailbox. The same mail goes out whether or not we hold "
		  "anything."),
		T("You type the code on the next page, in this browser."),
		T("You see your own part. Nobody else’s, and nobody else sees yours."),
	};
	static const char *const more[] = {"maxlength", "320", NULL};
	const struct field address = {.id = "address",
		.label = T("Your e-mail address"),
		.hint = T("The one whose records you look for. One address at a time."),
		.type = "email",
		.complete = "email",
		.more = more,
		.wrong = problem != PAGE_NO_PROBLEM};
	page_begin(page, words_get(page->language, T("See what was found about you")));
	page_steps(page, 0);
	page_say(page, "h1", NULL, T("See what was found about you"), NULL);
	ask_lead(page, cases, count);
	page_form(page, "ask", NULL);
	show_problem(page, problem);
	field(page, &address);
	submit(page, T("Send me a code"));
	html_close(&page->w);
	page_say(page, "h2", NULL, T("What happens then"), NULL);
	items(page, steps, 3);
	page_say(page, "p", "small",
		T("Asking changes nothing and is not stored with your name. We never ask for a password, a card number "
		  "or a copy of your identity card."),
		NULL);
	page_say(page, "h2", NULL, T("You ask for an organization"), NULL);
	html_open(&page->w, "p", NULL);
	page_text(page, T("Someone who can add a DNS record for your domain can see your organization’s part."), NULL);
	html_text(&page->w, " ");
	page_link(page, "domain", T("Prove a domain"));
	html_close(&page->w);
	page_end(page);
}

static void code_problem(struct page *page, enum page_problem problem, unsigned tries_left)
{
	if (problem != PAGE_WRONG) {
		show_problem(page, problem);
		return;
	}
	html_open(&page->w, "p", "err");
	html_attribute(&page->w, "id", "problem");
	html_attribute(&page->w, "role", "alert");
	page_say(page, "b", NULL, T("That is not the code."), NULL);
	html_text(&page->w, " ");
	page_say_plural(page, "span", NULL, T_PLURAL("{1} try is left.", "{1} tries are left."), tries_left, NULL);
	html_text(&page->w, " ");
	page_text(page, T("Compare it with the newest mail; older codes no longer work."), NULL);
	html_close(&page->w);
}

void page_code(struct page *page, enum page_problem problem, unsigned tries_left)
{
	static const char *const more[] = {
		"inputmode", "text", "autocapitalize", "characters", "spellcheck", "false", "maxlength", "20", NULL};
	const struct field code = {.id = "code",
		.label = T("Code"),
		.hint = T("8 characters, such as 7K3Q 92MD. Small letters and spaces do not matter; you can paste it."),
		.type = "text",
		.complete = "one-time-code",
		.more = more,
		.wrong = problem != PAGE_NO_PROBLEM};
	page_begin(page, words_get(page->language, T("Type the code from the mail")));
	page_steps(page, 1);
	page_say(page, "h1", NULL, T("Type the code from the mail"), NULL);
	page_say(page, "p", "lead",
		T("If the address you gave can receive mail, a code is on its way. It can take some minutes."), NULL);
	page_form(page, "code", "code");
	code_problem(page, problem, tries_left);
	field(page, &code);
	submit(page, T("Show my part"));
	html_close(&page->w);
	html_open(&page->w, "dl", NULL);
	page_term(page, T("Works for"), words_get(page->language, T("10 minutes from when you asked, 5 tries")));
	page_term(page, T("Works in"), words_get(page->language, T("this browser only")));
	if (page->about->sender != NULL)
		page_term(page, T("Sent from"), page->about->sender);
	html_close(&page->w);
	html_open(&page->w, "p", "small");
	page_text(page,
		T("The mail has no link to click and no attachment. If you get one that does, it is not from us."),
		NULL);
	html_text(&page->w, " ");
	page_link(page, "genuine", T("Is this notice genuine?"));
	html_close(&page->w);
	page_say(page, "h2", NULL, T("No mail?"), NULL);
	html_open(&page->w, "p", NULL);
	page_text(page, T("Look in the junk folder. After 10 minutes you can ask for another code."), NULL);
	html_text(&page->w, " ");
	page_link(page, "", T("Ask again"));
	html_close(&page->w);
	page_end(page);
}

void page_domain(struct page *page, enum page_problem problem)
{
	static const char *const steps[] = {
		T("You get the name and the text of a DNS record (TXT)."),
		T("Someone who manages your domain adds it. That proves that you may speak for the domain."),
		T("You come back to this browser and check. The record is looked up again at every export."),
	};
	static const char *const more[] = {
		"inputmode", "url", "autocapitalize", "none", "spellcheck", "false", "maxlength", "255", NULL};
	const struct field domain = {.id = "domain",
		.label = T("Domain of your organization"),
		.hint = T("As you registered it, such as example.com."),
		.type = "text",
		.complete = "off",
		.more = more,
		.wrong = problem != PAGE_NO_PROBLEM};
	page_begin(page, words_get(page->language, T("Prove a domain")));
	page_say(page, "h1", NULL, T("Prove a domain"), NULL);
	page_say(page, "p", "lead",
		T("An organization sees its own part once its domain is proven. Nobody is told whether there is "
		  "anything "
		  "before that."),
		NULL);
	page_form(page, "domain", NULL);
	show_problem(page, problem);
	field(page, &domain);
	submit(page, T("Give me the record"));
	html_close(&page->w);
	page_say(page, "h2", NULL, T("What happens then"), NULL);
	items(page, steps, 3);
	page_say(page, "p", "small",
		T("No DNS at hand? Ask with a mailbox such as security@ or abuse@ of your domain: it shows figures, "
		  "and no "
		  "records."),
		NULL);
	page_end(page);
}

void page_proof(struct page *page, const struct page_proof *proof, enum page_problem problem)
{
	char until[WORDS_TEXT_BYTES];
	words_moment(page->language, proof->expires_at, until);
	page_begin(page, words_get(page->language, T("Add this DNS record")));
	page_say(page, "h1", NULL, T("Add this DNS record"), NULL);
	page_say(page, "p", "lead", T("Add it for {1:b}, on all name servers, then check."), proof->domain, NULL);
	page_form(page, "proof", NULL);
	show_problem(page, problem);
	html_open(&page->w, "dl", NULL);
	page_term(page, T("Type"), "TXT");
	page_term(page, T("Name"), proof->txt_name);
	page_term(page, T("Valid until"), until);
	html_close(&page->w);
	page_say(page, "p", "label", T("Text"), NULL);
	html_open(&page->w, "pre", NULL);
	html_attribute(&page->w, "tabindex", "0");
	html_attribute(&page->w, "aria-label", words_get(page->language, T("Text")));
	html_text(&page->w, proof->txt_value);
	html_close(&page->w);
	submit(page, T("Check the record"));
	html_close(&page->w);
	page_say(page, "p", NULL,
		T("You can close this page and come back to it in this browser until then. Checking can take 20 "
		  "seconds."),
		NULL);
	page_say(page, "p", "small",
		T("Leave the record until you are done: it is looked up again whenever you take an export."), NULL);
	html_open(&page->w, "p", NULL);
	page_link(page, "domain", T("Prove another domain"));
	html_close(&page->w);
	page_end(page);
}

static void notice_answer(struct page *page, const struct page_notice *notice)
{
	html_open(&page->w, "section", "ans");
	html_attribute(&page->w, "aria-labelledby", "answer");
	html_open(&page->w, "h2", NULL);
	html_attribute(&page->w, "id", "answer");
	page_text(page, notice != NULL ? T("Yes, this notice is ours") : T("We did not send a notice with this code"),
		NULL);
	html_close(&page->w);
	if (notice == NULL) {
		page_say(page, "p", NULL,
			T("Compare the code letter by letter: 0 and O, 1 and I are read as the same. If it still does "
			  "not "
			  "match, do not reply to that message and do not follow its links."),
			NULL);
		if (page->about->contact != NULL)
			page_say(page, "p", NULL, T("You can send it to {1}."), page->about->contact, NULL);
	} else {
		char day[WORDS_TEXT_BYTES];
		words_day(page->language, notice->at, day);
		html_open(&page->w, "dl", NULL);
		page_term(page, T("Case"), notice->case_name);
		page_term(page, T("Sent on"), day);
		if (page->about->sender != NULL)
			page_term(page, T("Sent from"), page->about->sender);
		html_close(&page->w);
		page_say(page, "p", NULL, T("If the mail in front of you differs in any of these, do not follow it."),
			NULL);
	}
	html_close(&page->w);
}

void page_genuine(struct page *page, const char *asked, const struct page_notice *genuine)
{
	static const char *const never[] = {
		T("Carry a link, a button or an attachment."),
		T("Ask for a password, a card number or money."),
		T("Give you less time than the law does."),
	};
	const char *const more[] = {"autocapitalize", "characters", "spellcheck", "false", "maxlength", "24",
		asked != NULL ? "value" : NULL, asked, NULL};
	const struct field code = {.id = "notice",
		.label = T("Reference code"),
		.hint = T("At the end of the notice, such as 7K3Q-92MD-4XHF."),
		.type = "text",
		.complete = "off",
		.more = more};
	page_begin(page, words_get(page->language, T("Is this notice genuine?")));
	page_say(page, "h1", NULL, T("Is this notice genuine?"), NULL);
	page_say(page, "p", "lead",
		T("Each notice we send carries a reference code. Type it here and we tell you whether it is ours. The "
		  "code "
		  "says nothing about you."),
		NULL);
	page_form(page, "genuine", "code");
	field(page, &code);
	submit(page, T("Check"));
	html_close(&page->w);
	if (asked != NULL)
		notice_answer(page, genuine);
	page_say(page, "h2", NULL, T("What our notices never do"), NULL);
	items(page, never, 3);
	html_open(&page->w, "p", "small");
	page_text(page, T("Type the address of this portal yourself."), NULL);
	if (page->about->site != NULL) {
		html_text(&page->w, " ");
		page_text(page, T("It also stands on {1}."), page->about->site, NULL);
	}
	html_close(&page->w);
	page_end(page);
}
