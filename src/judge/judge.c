/* Asks everything that looks for one kind, at every character; who finds something first has it. */
#include "judge/view.h"

#include <stdlib.h>

/* What a thing begins with decides little; who stands first here has the better reason. */
static const struct {
	enum judge_kind kind;
	judge_look *look;
} looks[] = {
	{JUDGE_EMAIL_ADDRESS, judge_address},
	{JUDGE_SECRET, judge_secret},
	{JUDGE_IBAN, judge_account},
	{JUDGE_PAYMENT_CARD, judge_card},
	{JUDGE_NATIONAL_ID, judge_official},
	{JUDGE_DATE_OF_BIRTH, judge_birthday},
	{JUDGE_IP_ADDRESS, judge_host},
	{JUDGE_PHONE_NUMBER, judge_phone},
	{JUDGE_CASE_NUMBER, judge_case},
	{JUDGE_POSTAL_ADDRESS, judge_home},
	{JUDGE_PERSON_NAME, judge_name},
};

const char *judge_kind_name(enum judge_kind kind)
{
	static const char *const names[JUDGE_KINDS] = {"email_address", "phone_number", "person_name", "postal_address",
		"ip_address", "payment_card", "iban", "national_id", "case_number", "secret", "date_of_birth"};
	return (unsigned)kind < JUDGE_KINDS ? names[kind] : NULL;
}

const char *judge_blind_spots(void)
{
	return "names that nothing around them announces, national telephone numbers without a word, organizations, "
	       "URLs, VAT numbers, numbers without a word or "
	       "check "
	       "digits, other languages than English, Italian, French, German and Spanish, encodings such as base64";
}

/* The first that finds something at `at` and behind what was found before. */
static size_t look(const struct view *view, size_t at, size_t free_from, size_t *start, enum judge_kind *kind)
{
	for (size_t i = 0; i < sizeof looks / sizeof *looks; i++) {
		size_t end = looks[i].look(view, at, start);
		if (end > 0 && end <= view->size && *start >= free_from && *start < end) {
			*kind = looks[i].kind;
			return end;
		}
	}
	return 0;
}

size_t judge_text(struct st_span text, struct judge_finding *out, size_t most)
{
	st_auto_free struct view *view = st_alloc(sizeof *view);
	size_t count = 0, free_from = 0;
	view_read(view, text);
	for (size_t at = 0; at < view->size && count < most; at++) {
		bool inside = at > 0 && view_alnum(view, at - 1) && view_alnum(view, at);
		if (inside || view_blank(view, at) || view_code(view, at) == '\n')
			continue; /* nothing begins there */
		size_t start = at;
		enum judge_kind kind = JUDGE_KINDS;
		size_t end = look(view, at, free_from, &start, &kind);
		if (end == 0)
			continue;
		out[count++] = (struct judge_finding){kind, view->at[start].start, view->at[end - 1].end};
		free_from = end;
		at = end > at ? end - 1 : at;
	}
	return count;
}
