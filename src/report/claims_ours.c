/* Which figure of ours stands beside a claim, and what the difference between them says. */
#include "report/amount.h"
#include "report/claims.h"

#include <stdio.h>
#include <string.h>

/* Words that others use, and what we call it. A unit of the case itself (message, row, a field named by --id-field) and
 * a kind go before these. */
static const struct {
	const char *word, *name;
} words[] = {
	{"e-mail", "message"},
	{"email", "message"},
	{"mail", "message"},
	{"line", "log_line"},
	{"file", "object"},
	{"document", "document"},
	{"people", "person"},
	{"user", "person"},
	{"customer", "person"},
	{"individual", "person"},
	{"data subject", "person"},
	{"company", "organization"},
	{"companie", "organization"}, /* companies */
	{"organisation", "organization"},
	{"customer organization", "organization"},
	{"address", "email_address"},
	{"addresse", "email_address"},
	{"e-mail address", "email_address"},
	{"e-mail addresse", "email_address"},
	{"email address", "email_address"},
	{"email addresse", "email_address"},
	{"mailbox", "email_address"},
	{"mailboxe", "email_address"},
	{"phone", "phone_number"},
	{"card", "payment_card"},
	{"credit card", "payment_card"},
	{"link", "url"},
	{"ip", "ip_address"},
	{"ip addresse", "ip_address"},
	{"bucket", "store"},
	{"server", "store"},
	{"countrie", "country"},
};

/* Lower case, blanks for underscores, without the s of a plural; "" when it does not fit. */
static void singular(const char *unit, char out[64])
{
	size_t size = strlen(unit);
	out[0] = 0;
	if (size >= 64)
		return;
	for (size_t i = 0; i <= size; i++)
		out[i] = unit[i] == '_'                     ? ' '
			 : unit[i] >= 'A' && unit[i] <= 'Z' ? (char)(unit[i] - 'A' + 'a')
							    : unit[i];
	if (size > 1 && out[size - 1] == 's' && out[size - 2] != 's')
		out[size - 1] = 0;
}

static bool same_unit(const char *ours, const char *unit)
{
	char left[64], right[64];
	singular(ours, left);
	singular(unit, right);
	return left[0] != 0 && strcmp(left, right) == 0;
}

static void copies(struct claim_ours *out, const char *name, uint64_t raw, uint64_t distinct)
{
	out->figure = CLAIM_COPIES;
	out->raw = raw;
	out->distinct = distinct;
	snprintf(out->name, sizeof out->name, "%.63s", name);
}

static void range(struct claim_ours *out, const char *name, const struct report_range *from)
{
	out->figure = CLAIM_RANGE;
	out->range = *from;
	snprintf(out->name, sizeof out->name, "%.63s", name);
}

static void single(struct claim_ours *out, const char *name, uint64_t all, uint64_t read)
{
	out->figure = CLAIM_SINGLE;
	out->raw = all;
	out->distinct = read;
	snprintf(out->name, sizeof out->name, "%.63s", name);
}

/* What the case counts under this very name. */
static bool by_name(const struct report *report, const char *unit, struct claim_ours *out)
{
	for (size_t i = 0; i < report->unit_count; i++) {
		if (!same_unit(report->units[i].unit, unit))
			continue;
		copies(out, report->units[i].unit, report->units[i].raw, report->units[i].distinct);
		return true;
	}
	for (size_t i = 0; i < report->kind_count; i++) {
		if (!same_unit(report->kinds[i].kind, unit))
			continue;
		copies(out, report->kinds[i].kind, report->kinds[i].mentions, report->kinds[i].distinct);
		out->figure = CLAIM_VALUES;
		return true;
	}
	if (same_unit("record", unit))
		copies(out, "record", report->records_raw, report->records_distinct);
	else if (same_unit("person", unit))
		range(out, "persons", &report->persons);
	else if (same_unit("organization", unit))
		range(out, "organizations", &report->organizations);
	else if (same_unit("object", unit))
		single(out, "objects", report->listed, report->read + report->partial + report->duplicate);
	else if (same_unit("byte", unit))
		single(out, "bytes", report->bytes_listed, report->bytes_read + report->bytes_duplicate);
	else if (same_unit("store", unit))
		single(out, "stores", report->store_count, report->store_count);
	return out->figure != CLAIM_NONE;
}

/* Names that we would count under, and found none of: nothing of it was found. */
static bool is_known(const char *name)
{
	static const char *const known[] = {"message", "row", "document", "log_line", "email_address", "phone_number",
		"payment_card", "iban", "url", "ip_address", "secret"};
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		if (strcmp(known[i], name) == 0)
			return true;
	return false;
}

void report_claim_ours(const struct report *report, const struct report_claim *claim, struct claim_ours *out)
{
	const char *name = claim->unit;
	*out = (struct claim_ours){.figure = CLAIM_NONE};
	if (by_name(report, name, out))
		return;
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		if (!same_unit(words[i].word, claim->unit))
			continue;
		name = words[i].name;
		if (by_name(report, name, out))
			return;
	}
	for (size_t i = 0; i < 2; i++) {
		char unit[64];
		singular(i == 0 ? claim->unit : name, unit);
		for (char *c = unit; *c != 0; c++)
			*c = *c == ' ' ? '_' : *c;
		if (is_known(unit)) {
			copies(out, unit, 0, 0);
			return;
		}
	}
}

/* --- sentences --- */

static const char *plain(const char *name, char out[64])
{
	snprintf(out, 64, "%.63s", name);
	for (char *c = out; *c != 0; c++)
		*c = *c == '_' ? ' ' : *c;
	return out;
}

static void amount(const struct claim_ours *ours, uint64_t value, char out[32])
{
	if (ours->figure == CLAIM_SINGLE && strcmp(ours->name, "bytes") == 0)
		bytes_text(value, out);
	else
		number_text(value, out);
}

void report_claim_figure(const struct claim_ours *ours, struct st_buf *out)
{
	char first[32], second[32], third[32], name[64];
	amount(ours, ours->raw, first);
	amount(ours, ours->distinct, second);
	plain(ours->name, name);
	switch (ours->figure) {
	case CLAIM_NONE:
		st_buf_format(out, "nothing is counted by this unit");
		break;
	case CLAIM_COPIES:
		st_buf_format(out, "%s %ss as stored, %s distinct", first, name, second);
		break;
	case CLAIM_VALUES:
		st_buf_format(out, "%s distinct values of %s, %s mentions", second, name, first);
		break;
	case CLAIM_RANGE:
		number_text(ours->range.min, first);
		number_text(ours->range.max, second);
		number_text(ours->range.best, third);
		if (ours->range.min == ours->range.max)
			st_buf_format(out, "%s %s", third, name);
		else
			st_buf_format(out, "%s to %s %s, best %s", first, second, name, third);
		break;
	case CLAIM_SINGLE:
		if (strcmp(ours->name, "bytes") == 0)
			st_buf_format(out, "%s listed, %s read", first, second);
		else if (strcmp(ours->name, "objects") == 0)
			st_buf_format(out, "%s objects listed, %s read", first, second);
		else
			st_buf_format(out, "%s %s", first, name);
		break;
	}
}

/* Others round: 335,000 stands for every count that rounds to it. Two digits in front are always meant. */
static bool agrees(uint64_t claimed, uint64_t counted)
{
	uint64_t step = 1, rest = claimed;
	while (rest >= 1000 && rest % 10 == 0) {
		rest /= 10;
		step *= 10;
	}
	uint64_t apart = claimed > counted ? claimed - counted : counted - claimed;
	return apart <= step / 2;
}

/* The figure that a claim about something else is equal to, if there is one: what was taken for what. */
static bool taken_for(const struct report *report, uint64_t claimed, const struct claim_ours *ours, struct st_buf *out)
{
	if (agrees(claimed, report->records_raw) && report->records_raw > 0) {
		st_buf_format(out, "it is the number of records, every copy counted; records are no %s", ours->name);
		return true;
	}
	if (agrees(claimed, report->records_distinct) && report->records_distinct > 0) {
		st_buf_format(out, "it is the number of distinct records; records are no %s", ours->name);
		return true;
	}
	for (size_t i = 0; i < report->unit_count; i++) {
		const struct report_unit *unit = &report->units[i];
		bool raw = agrees(claimed, unit->raw);
		if (unit->raw == 0 || (!raw && !agrees(claimed, unit->distinct)))
			continue;
		char name[64];
		st_buf_format(out, "it is the number of records of the unit %s, %s; records are no %s",
			plain(unit->unit, name), raw ? "every copy counted" : "each counted once", ours->name);
		return true;
	}
	for (size_t i = 0; i < report->kind_count; i++) {
		const struct report_kind *kind = &report->kinds[i];
		char name[64];
		if (kind->mentions == 0 || (!agrees(claimed, kind->mentions) && !agrees(claimed, kind->distinct)))
			continue;
		if (agrees(claimed, kind->mentions))
			st_buf_format(out,
				"it is the number of mentions of the kind %s; one value may be mentioned many times",
				plain(kind->kind, name));
		else
			st_buf_format(out, "it is the number of distinct values of the kind %s; values are no %s",
				plain(kind->kind, name), ours->name);
		return true;
	}
	return false;
}

static void say_more(const struct report *report, uint64_t claimed, uint64_t ours, struct st_buf *out)
{
	char more[32], missing[32];
	number_text(claimed - ours, more);
	st_buf_format(out, "%s more than we count", more);
	if (report_complete(report)) {
		st_buf_format(out, ", though everything listed was read");
		return;
	}
	number_text(report->unread + report->pending + report->partial, missing);
	st_buf_format(out, "; %s objects were not read, or only in part, and we cannot tell what they hold", missing);
}

static void say_copies(const struct report *report, uint64_t claimed, const struct claim_ours *ours, struct st_buf *out)
{
	bool raw = agrees(claimed, ours->raw), distinct = agrees(claimed, ours->distinct);
	char number[32], repeats[32];
	const char *what = ours->figure == CLAIM_VALUES ? "mentions" : "copies";
	number_text(ours->raw - ours->distinct, repeats);
	if (raw && distinct) {
		st_buf_format(out, "the claim agrees with what we count");
	} else if (raw) {
		st_buf_format(out, "the claim counts %s, %s of them repeats", what, repeats);
	} else if (distinct) {
		st_buf_format(out, "the claim counts each once, as we do");
	} else if (claimed > ours->raw) {
		st_buf_format(out, "the claim is ");
		say_more(report, claimed, ours->raw, out);
	} else if (claimed > ours->distinct) {
		number_text(claimed - ours->distinct, number);
		st_buf_format(out, "the claim lies between: it counts %s of the %s repeats, or something else", number,
			repeats);
	} else {
		number_text(ours->distinct - claimed, number);
		st_buf_format(out, "the claim leaves out %s that we count once each", number);
	}
}

static void say_range(const struct report *report, uint64_t claimed, const struct claim_ours *ours, struct st_buf *out)
{
	char number[32];
	if (claimed >= ours->range.min && claimed <= ours->range.max) {
		st_buf_format(out, "the claim lies within what we count");
		return;
	}
	if (agrees(claimed, ours->range.min) || agrees(claimed, ours->range.best) || agrees(claimed, ours->range.max)) {
		st_buf_format(out, "the claim agrees with what we count");
		return;
	}
	st_buf_format(out, "the claim is ");
	if (claimed > ours->range.max) {
		say_more(report, claimed, ours->range.max, out);
	} else {
		number_text(ours->range.min - claimed, number);
		st_buf_format(out, "%s fewer than we count at least", number);
	}
	st_auto_buf struct st_buf instead = {0};
	if (taken_for(report, claimed, ours, &instead)) {
		st_buf_format(out, ": ");
		st_buf_add(out, instead.data, instead.size);
	}
}

static void say_single(uint64_t claimed, const struct claim_ours *ours, struct st_buf *out)
{
	char number[32];
	if (agrees(claimed, ours->raw)) {
		st_buf_format(out, "the claim agrees with what was listed");
		return;
	}
	amount(ours, claimed > ours->raw ? claimed - ours->raw : ours->raw - claimed, number);
	st_buf_format(out, "the claim is %s %s than what was listed", number, claimed > ours->raw ? "more" : "less");
}

void report_claim_difference(const struct report *report, const struct report_claim *claim,
	const struct claim_ours *ours, struct st_buf *out)
{
	char claimed[32];
	amount(ours, claim->value, claimed);
	bool sized = ours->figure == CLAIM_SINGLE && strcmp(ours->name, "bytes") == 0; /* has its unit in it */
	st_buf_format(out, "Claimed %s%s%s; ", claimed, sized ? "" : " ", sized ? "" : claim->unit);
	if (ours->figure == CLAIM_NONE) {
		st_buf_format(out, "we count nothing by this unit, so we can neither confirm it nor deny it.");
		return;
	}
	st_buf_format(out, "we count ");
	report_claim_figure(ours, out);
	st_buf_format(out, ": ");
	switch (ours->figure) {
	case CLAIM_NONE:
		break;
	case CLAIM_COPIES:
	case CLAIM_VALUES:
		say_copies(report, claim->value, ours, out);
		break;
	case CLAIM_RANGE:
		say_range(report, claim->value, ours, out);
		break;
	case CLAIM_SINGLE:
		say_single(claim->value, ours, out);
		break;
	}
	st_buf_format(out, ".");
}
