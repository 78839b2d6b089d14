/*
 * What to do now. Each piece stands on a public rule: direct debits can be paid back within 8 weeks without a reason
 * and within 13 months if nobody agreed (Directive (EU) 2015/2366, articles 71, 76, 77); payments nobody made are told
 * within 13 months (article 71); everybody may ask what is held about them (GDPR, article 15); a controller has 72
 * hours from when it knows (GDPR, article 33); secrets are changed on evidence that they were read (NIST SP
 * 800-63B, 5.1.1.2).
 */
#include "detect/detect.h"
#include "portal/page.h"

#define BIT(kind) (1u << (kind))
#define ANY UINT32_MAX

struct advice {
	uint32_t kinds;  /* any of them */
	uint32_t unless; /* none of them */
	const char *title, *text, *effort;
};

/* Most effective first. {1} is the controller. */
static const struct advice for_persons[] = {
	{BIT(DETECT_SECRET), 0, T("Change every password and key that stands here."),
		T("Everywhere you use it, and not to one you had before. Where a second step can be switched on, do "
		  "so."),
		T("10 minutes for each")},
	{BIT(DETECT_PAYMENT_CARD), 0, T("Ask your bank to replace the card."),
		T("Then look through its statements. In the EU, a payment you did not make can be told to the bank for "
		  "13 months."),
		T("20 minutes")},
	{BIT(DETECT_IBAN), 0, T("Look at the direct debits of this account."),
		T("In the EU, a direct debit is paid back within 8 weeks if you ask, and within 13 months if you never "
		  "agreed to it."),
		T("10 minutes")},
	{BIT(DETECT_NATIONAL_ID) | BIT(DETECT_DATE_OF_BIRTH), 0, T("Watch for contracts and credit in your name."),
		T("Ask the credit bureau of your country what it holds about you. It has to tell you, free of charge "
		  "in "
		  "the EU."),
		T("20 minutes")},
	{BIT(DETECT_CASE_NUMBER), 0, T("Hang up on calls about your support cases."),
		T("A caller who knows a real case number is not proven to be {1}. Call back on a number you had "
		  "before."),
		T("No effort")},
	{BIT(DETECT_PHONE_NUMBER), BIT(DETECT_CASE_NUMBER), T("Trust no caller for what they know about you."),
		T("What stands here may have been read by others. Call back on a number you had before."),
		T("No effort")},
	{BIT(DETECT_POSTAL_ADDRESS), BIT(DETECT_PHONE_NUMBER) | BIT(DETECT_CASE_NUMBER),
		T("Check letters that ask for money or data."),
		T("A letter that knows your name and address proves nothing."), T("No effort")},
	{ANY, 0, T("Follow no link in a mail that mentions these records."),
		T("{1} sends no such links. Type the address of a site yourself."), T("No effort")},
	{ANY, BIT(DETECT_SECRET), T("Leave your passwords as they are."),
		T("None of yours was found in these records."), T("Nothing to do")},
};

static const struct advice for_organizations[] = {
	{BIT(DETECT_SECRET), 0, T("Replace the passwords, keys and tokens that stand here."),
		T("They were readable in clear. Then look at what was done with them."), T("15 minutes for each")},
	{BIT(DETECT_CASE_NUMBER), 0, T("Tell your service desk: a case number proves nothing."),
		T("Your numbers were readable. Refuse callers who offer one as proof."), T("10 minutes")},
	{BIT(DETECT_IBAN) | BIT(DETECT_PAYMENT_CARD), 0, T("Check invoices with changed bank details."),
		T("Call the supplier on a number you had before."), T("No effort")},
	{ANY, 0, T("Look at your own duty to notify."),
		T("For data that you control, the 72 hours of article 33 GDPR run from when you learn of it. The "
		  "export "
		  "has the figures that the forms ask for."),
		T("1 hour")},
	{ANY, 0, T("Tell the persons at your domain."),
		T("Each can see their own records here, with their own mailbox."), T("1 hour")},
};

static void item(struct page *page, const struct advice *advice)
{
	html_open(&page->w, "li", NULL);
	page_say(page, "b", NULL, advice->title, NULL);
	page_text(page, advice->text, page->about->controller, NULL);
	html_text(&page->w, " ");
	page_say(page, "em", NULL, advice->effort, NULL);
	html_close(&page->w);
}

void page_advice(struct page *page, uint32_t kinds, bool organization)
{
	const struct advice *list = organization ? for_organizations : for_persons;
	size_t count = organization ? sizeof for_organizations / sizeof for_organizations[0]
				    : sizeof for_persons / sizeof for_persons[0];
	html_open(&page->w, "h2", NULL);
	html_attribute(&page->w, "id", "do");
	page_text(page, T("What you can do now"), NULL);
	html_close(&page->w);
	html_open(&page->w, "ol", "do");
	for (size_t i = 0; i < count; i++)
		if ((list[i].kinds & kinds) != 0 && (list[i].unless & kinds) == 0)
			item(page, &list[i]);
	html_close(&page->w);
}
