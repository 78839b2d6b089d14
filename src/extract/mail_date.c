/* Dates of RFC 5322, 3.3 and 4.3. */
#include "extract/mail_value.h"

#include <strings.h>

struct scanner {
	const uint8_t *at, *end;
};

/* Blanks and comments. */
static void skip(struct scanner *s)
{
	int depth = 0;
	for (; s->at < s->end; s->at++) {
		uint8_t c = *s->at;
		depth += c == '(';
		if (depth == 0 && c != ' ' && c != '\t' && c != '\r' && c != '\n')
			return;
		depth -= c == ')' && depth > 0;
	}
}

static bool take(struct scanner *s, uint8_t c)
{
	skip(s);
	if (s->at == s->end || *s->at != c)
		return false;
	s->at++;
	return true;
}

/* Digits, at most `most`; how many there were, 0 for none. */
static int number(struct scanner *s, int most, int *out)
{
	int digits = 0;
	skip(s);
	*out = 0;
	for (; s->at < s->end && *s->at >= '0' && *s->at <= '9' && digits < most; s->at++, digits++)
		*out = *out * 10 + (*s->at - '0');
	return digits;
}

/* Letters; up to four are kept, in lower case. */
static size_t word(struct scanner *s, char out[5])
{
	size_t size = 0;
	skip(s);
	memset(out, 0, 5);
	for (; s->at < s->end && (*s->at | 0x20) >= 'a' && (*s->at | 0x20) <= 'z'; s->at++, size++)
		if (size < 4)
			out[size] = (char)(*s->at | 0x20);
	return size;
}

static bool month(struct scanner *s, int *out)
{
	static const char months[] = "janfebmaraprmayjunjulaugsepoctnovdec";
	char name[5];
	if (word(s, name) < 3)
		return false;
	for (int i = 0; i < 12; i++)
		if (memcmp(name, months + 3 * i, 3) == 0) {
			*out = i + 1;
			return true;
		}
	return false;
}

/* Minutes east of Greenwich. Letters of the military, and zones nobody knows, are -0000. */
static bool zone(struct scanner *s, int *minutes)
{
	static const struct {
		const char *name;
		int hours;
	} zones[] = {
		{"est", -5}, {"edt", -4}, {"cst", -6}, {"cdt", -5}, {"mst", -7}, {"mdt", -6}, {"pst", -8}, {"pdt", -7}};
	char name[5];
	int value, sign;
	skip(s);
	if (s->at < s->end && (*s->at == '+' || *s->at == '-')) {
		sign = *s->at++ == '-' ? -1 : 1;
		if (number(s, 4, &value) != 4)
			return false;
		*minutes = sign * (value / 100 * 60 + value % 100);
		return true;
	}
	if (word(s, name) == 0)
		return false;
	*minutes = 0;
	for (size_t i = 0; i < sizeof(zones) / sizeof(zones[0]); i++)
		if (strcmp(name, zones[i].name) == 0)
			*minutes = zones[i].hours * 60;
	return true;
}

/* Days since 1970 of the proleptic Gregorian calendar; years are counted from March. */
static int64_t days(int year, int month_number, int day)
{
	int64_t y = year - (month_number <= 2), era = y / 400, of_era = y - era * 400;
	int64_t of_year = (153 * (month_number + (month_number > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

bool mail_date(struct st_span value, int64_t *seconds)
{
	struct scanner s = {value.data, value.data + value.size};
	char weekday[5];
	int day, month_number, year, hour, minute, second = 0, east;
	if (value.size == 0)
		return false;
	if (word(&s, weekday) > 0 && !take(&s, ','))
		skip(&s); /* some leave the comma out */
	if (number(&s, 2, &day) == 0 || !month(&s, &month_number))
		return false;
	int digits = number(&s, 4, &year);
	if (digits < 2)
		return false;
	if (digits < 4)
		year += digits == 2 && year < 50 ? 2000 : 1900;
	if (number(&s, 2, &hour) == 0 || !take(&s, ':') || number(&s, 2, &minute) == 0)
		return false;
	if (take(&s, ':') && number(&s, 2, &second) == 0)
		return false;
	if (day < 1 || day > 31 || hour > 23 || minute > 59 || second > 60 || !zone(&s, &east))
		return false;
	*seconds = ((days(year, month_number, day) * 24 + hour) * 60 + minute - east) * 60 + second;
	return true;
}
