/* Texts, numbers and dates in English, Italian and French. */
#include "portal/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static int compare(const void *key, const void *row)
{
	return strcmp(key, ((const struct words_row *)row)->english);
}

static const struct words_row *find(const char *english)
{
	return bsearch(english, words_rows, words_row_count, sizeof words_rows[0], compare);
}

bool words_known(const char *english)
{
	return find(english) != NULL;
}

const char *words_get(enum words_language language, const char *english)
{
	const struct words_row *row = find(english);
	return row != NULL ? row->forms[language][0] : english;
}

const char *words_get_plural(enum words_language language, const char *one, const char *many, uint64_t n)
{
	const struct words_row *row = find(one);
	bool plural = language == WORDS_FRENCH ? n > 1 : n != 1;
	if (row == NULL || row->english_many == NULL)
		return plural ? many : one;
	return row->forms[language][plural];
}

static const struct {
	const char *tag, *name, *group;
	const char *months[12];
} languages[WORDS_LANGUAGES] = {
	[WORDS_ENGLISH] = {"en", "English", ",",
		{"January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
			"November", "December"}},
	[WORDS_ITALIAN] = {"it", "Italiano", ".",
		{"gennaio", "febbraio", "marzo", "aprile", "maggio", "giugno", "luglio", "agosto", "settembre",
			"ottobre", "novembre", "dicembre"}},
	/* Between digits CLDR has U+202F, NARROW NO-BREAK SPACE. */
	[WORDS_FRENCH] = {"fr", "Français", "\u202f",
		{"janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre",
			"novembre", "décembre"}},
};

const char *words_tag(enum words_language language)
{
	return languages[language].tag;
}

const char *words_name(enum words_language language)
{
	return languages[language].name;
}

bool words_from_tag(const char *tag, size_t size, enum words_language *out)
{
	for (int i = 0; i < WORDS_LANGUAGES; i++) {
		if (size != 2 || memcmp(tag, languages[i].tag, 2) != 0)
			continue;
		*out = (enum words_language)i;
		return true;
	}
	return false;
}

/* The weight behind ";q=" in thousandths: 1 unless said; a broken one is 0. */
static int weight(const char *range, const char *end)
{
	const char *q = memchr(range, ';', (size_t)(end - range));
	if (q == NULL)
		return 1000;
	for (q++; q < end && (*q == ' ' || *q == '\t'); q++)
		;
	if (end - q < 3 || (q[0] != 'q' && q[0] != 'Q') || q[1] != '=' || (q[2] != '0' && q[2] != '1'))
		return 0;
	int thousandths = q[2] == '1' ? 1000 : 0, step = 100;
	if (thousandths > 0 || end - q < 5 || q[3] != '.')
		return thousandths;
	for (q += 4; q < end && *q >= '0' && *q <= '9'; q++, step /= 10)
		thousandths += (*q - '0') * step;
	return thousandths;
}

enum words_language words_accepted(const char *header)
{
	enum words_language best = WORDS_ENGLISH, language;
	int best_weight = 0;
	for (const char *at = header; at != NULL && *at != 0;) {
		at += strspn(at, " \t,");
		const char *end = at + strcspn(at, ",");
		size_t size = strcspn(at, "-;, \t");
		char tag[2] = {0};
		for (size_t i = 0; size == 2 && i < 2; i++)
			tag[i] = (char)(at[i] | 0x20);
		int asked = weight(at, end);
		if (asked > best_weight && words_from_tag(tag, size, &language)) {
			best = language;
			best_weight = asked;
		}
		at = end;
	}
	return best;
}

void words_number(enum words_language language, uint64_t number, char out[WORDS_TEXT_BYTES])
{
	char digits[24];
	int count = snprintf(digits, sizeof digits, "%llu", (unsigned long long)number);
	const char *group = languages[language].group;
	size_t size = 0;
	for (int i = 0; i < count; i++) {
		if (i > 0 && (count - i) % 3 == 0)
			for (const char *c = group; *c != 0; c++)
				out[size++] = *c;
		out[size++] = digits[i];
	}
	out[size] = 0;
}

static void write_day(enum words_language language, const struct tm *day, char out[WORDS_TEXT_BYTES])
{
	const char *first = "";
	if (day->tm_mday == 1 && language == WORDS_FRENCH)
		first = "er";
	if (day->tm_mday == 1 && language == WORDS_ITALIAN)
		first = "º";
	snprintf(out, WORDS_TEXT_BYTES, "%d%s %s %d", day->tm_mday, first, languages[language].months[day->tm_mon],
		day->tm_year + 1900);
}

void words_day(enum words_language language, int64_t utc_seconds, char out[WORDS_TEXT_BYTES])
{
	struct tm day = {0};
	time_t at = (time_t)utc_seconds;
	out[0] = 0;
	if (gmtime_r(&at, &day) != NULL)
		write_day(language, &day, out);
}

/* "(UTC+1)", "(UTC+5:30)", "(UTC)" */
static void write_time(const struct tm *moment, char out[WORDS_TEXT_BYTES])
{
	char zone[24] = "UTC";
	long minutes = labs(moment->tm_gmtoff) / 60;
	char sign = moment->tm_gmtoff < 0 ? '-' : '+';
	if (minutes % 60 != 0)
		snprintf(zone, sizeof zone, "UTC%c%ld:%02ld", sign, minutes / 60, minutes % 60);
	else if (minutes != 0)
		snprintf(zone, sizeof zone, "UTC%c%ld", sign, minutes / 60);
	snprintf(out, WORDS_TEXT_BYTES, "%02d:%02d (%s)", moment->tm_hour, moment->tm_min, zone);
}

void words_time(enum words_language language, int64_t utc_seconds, char out[WORDS_TEXT_BYTES])
{
	(void)language; /* the 24-hour clock in all three */
	struct tm moment = {0};
	time_t at = (time_t)utc_seconds;
	out[0] = 0;
	if (localtime_r(&at, &moment) != NULL)
		write_time(&moment, out);
}

void words_moment(enum words_language language, int64_t utc_seconds, char out[WORDS_TEXT_BYTES])
{
	struct tm moment = {0};
	time_t at = (time_t)utc_seconds;
	char day[WORDS_TEXT_BYTES], clock[WORDS_TEXT_BYTES];
	out[0] = 0;
	if (localtime_r(&at, &moment) == NULL)
		return;
	write_day(language, &moment, day);
	write_time(&moment, clock);
	snprintf(out, WORDS_TEXT_BYTES, "%.30s, %.30s", day, clock);
}
