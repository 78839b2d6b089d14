/* Format codes, told apart by the letters that stand outside of quotes and brackets, and the three ways to show. */
#include "extract/ooxml_number.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/ceilings.h"

#define PATTERN_BYTES 64        /* a longer code is no pattern of ours */
#define DIGITS_BYTES 40         /* an exponent that makes more digits leaves the number as it is stored */
#define LAST_SERIAL 2958465.999 /* 9999-12-31 */
#define DAY_S 86400

/* --- format codes --- */

/* The next character of a code that means something: quoted text, brackets, escapes and fill characters are passed. */
static char next_meaning(const char **at)
{
	const char *p = *at;
	for (;; p++) {
		if (*p == '\\' || *p == '_' || *p == '*') {
			if (p[1] != '\0')
				p++;
		} else if (*p == '"' || (*p == '[' && strchr("hHmMsS", p[1]) == NULL)) {
			const char *close = strchr(p + 1, *p == '"' ? '"' : ']');
			if (close == NULL)
				break;
			p = close;
		} else {
			break;
		}
	}
	*at = *p == '\0' ? p : p + 1;
	return *p;
}

static bool is_general(const char *code)
{
	return strncasecmp(code, "general", 7) == 0 || strncasecmp(code, "standard", 8) == 0;
}

static enum number_kind kind_of(const char *code)
{
	bool day = false, hour = false, month = false, digits = false;
	char c;
	if (is_general(code))
		return NUMBER_PLAIN;
	while ((c = next_meaning(&code)) != '\0' && c != ';') {
		c |= 0x20;
		day |= c == 'y' || c == 'd';
		hour |= c == 'h' || c == 's';
		month |= c == 'm';
		digits |= c == '0' || c == '#' || c == 'e';
	}
	if (day || (month && !hour && !digits))
		return hour ? NUMBER_DATE_TIME : NUMBER_DATE;
	return hour ? NUMBER_TIME : NUMBER_PLAIN;
}

/* Nothing but digits' places and literal characters that phone, card and tax numbers are written with. */
static bool is_pattern(const char *code)
{
	size_t places = 0;
	bool quoted = false;
	if (strlen(code) >= PATTERN_BYTES)
		return false;
	for (const char *p = code; *p != '\0'; p++) {
		if (*p == '"')
			quoted = !quoted;
		else if (*p == '\\' && p[1] != '\0')
			p++;
		else if (*p == '[' && (p[1] == '<' || p[1] == '$') && strchr(p, ']') != NULL)
			p = strchr(p, ']');
		else if (!quoted && *p != '\0' && strchr("0#-() +;", *p) == NULL)
			return false;
		places += !quoted && (*p == '0' || *p == '#');
	}
	return places > 1 && !quoted;
}

static struct number_format builtin(uint32_t id)
{
	struct number_format format = {0, NUMBER_PLAIN};
	if ((id >= 14 && id <= 17) || (id >= 27 && id <= 31) || id == 36 || (id >= 50 && id <= 54) || id == 57 ||
		id == 58)
		format.kind = NUMBER_DATE;
	else if (id == 22)
		format.kind = NUMBER_DATE_TIME;
	else if ((id >= 18 && id <= 21) || (id >= 32 && id <= 35) || (id >= 45 && id <= 47) || id == 55 || id == 56)
		format.kind = NUMBER_TIME;
	return format;
}

static struct number_format format_of(const struct ooxml_formats *formats, uint32_t id)
{
	const struct number_format *table = (const struct number_format *)(const void *)formats->by_id.data;
	return id < formats->by_id.size / sizeof(*table) ? table[id] : builtin(id);
}

void ooxml_format_define(struct ooxml_formats *formats, uint32_t id, const char *code)
{
	struct number_format format = {0, (uint8_t)kind_of(code)};
	if (id >= CEIL_CELL_FORMATS)
		return;
	if (format.kind == NUMBER_PLAIN && is_pattern(code) && formats->patterns.size < CEIL_OFFICE_CELL_BYTES) {
		format.kind = NUMBER_PATTERN;
		format.pattern = (uint32_t)formats->patterns.size;
		st_buf_add(&formats->patterns, code, strlen(code) + 1);
	}
	for (uint32_t next; (next = (uint32_t)(formats->by_id.size / sizeof(format))) <= id;) {
		struct number_format known = builtin(next);
		st_buf_add(&formats->by_id, &known, sizeof(known));
	}
	memcpy(formats->by_id.data + id * sizeof(format), &format, sizeof(format));
}

void ooxml_format_cell(struct ooxml_formats *formats, uint32_t id)
{
	struct number_format format = format_of(formats, id);
	if (formats->cells.size < CEIL_CELL_FORMATS * sizeof(format))
		st_buf_add(&formats->cells, &format, sizeof(format));
}

void ooxml_formats_free(struct ooxml_formats *formats)
{
	st_buf_free(&formats->by_id);
	st_buf_free(&formats->cells);
	st_buf_free(&formats->patterns);
}

/* --- digits --- */

/*
 * The number in full digits: 4.111E+15 is 4111000000000000. False when it is none, has a fraction left, or would be too
 * long: it is then shown as stored.
 */
static bool whole_digits(struct st_span number, char digits[DIGITS_BYTES], size_t *count)
{
	const char *p = (const char *)number.data, *end = p + number.size;
	long exponent = 0, fraction = 0;
	bool dot = false;
	*count = 0;
	for (; p < end && ((*p >= '0' && *p <= '9') || (*p == '.' && !dot)); p++) {
		if (*count == DIGITS_BYTES - 1)
			return false;
		if (*p == '.') {
			dot = true;
			continue;
		}
		fraction += dot;
		digits[(*count)++] = *p;
	}
	if (p < end && (*p == 'E' || *p == 'e')) {
		char text[8] = {0};
		size_t size = (size_t)(end - p - 1);
		if (size == 0 || size >= sizeof(text))
			return false;
		memcpy(text, p + 1, size);
		char *stop;
		exponent = strtol(text, &stop, 10);
		p = *stop == '\0' ? end : p;
	}
	for (; exponent > fraction && *count < DIGITS_BYTES - 1; fraction++)
		digits[(*count)++] = '0';
	while (fraction > exponent && *count > 1 && digits[*count - 1] == '0') {
		(*count)--;
		fraction--;
	}
	return p == end && *count > 0 && fraction == exponent;
}

static void show_plain(struct st_span number, struct st_buf *out)
{
	char digits[DIGITS_BYTES];
	size_t count;
	bool minus = number.size > 0 && number.data[0] == '-';
	struct st_span bare = {number.data + minus, number.size - minus};
	if (memchr(number.data, 'E', number.size) == NULL || !whole_digits(bare, digits, &count)) {
		st_buf_add(out, number.data, number.size);
		return;
	}
	if (minus)
		st_buf_add_byte(out, '-');
	st_buf_add(out, digits, count);
}

/* --- patterns --- */

struct place {
	char literal; /* 0 for a digit */
	bool zero;    /* shown when there is no digit for it */
};

/* The section of a code that this number takes; a condition [<=N] in front of the first is heard. */
static const char *section_for(const char *code, const char *digits)
{
	const char *semicolon = strchr(code, ';');
	if (strncmp(code, "[<=", 3) != 0 || semicolon == NULL)
		return code;
	return strtod(digits, NULL) <= strtod(code + 3, NULL) ? code : semicolon + 1;
}

static size_t places_of(const char *p, struct place places[PATTERN_BYTES])
{
	size_t count = 0;
	bool quoted = false;
	for (; *p != '\0' && (quoted || *p != ';'); p++) {
		if (*p == '"') {
			quoted = !quoted;
		} else if (*p == '[' && !quoted) {
			const char *close = strchr(p, ']');
			p = close == NULL ? p : close;
		} else if (!quoted && (*p == '0' || *p == '#')) {
			places[count++] = (struct place){0, *p == '0'};
		} else {
			p += *p == '\\' && !quoted && p[1] != '\0';
			places[count++] = (struct place){*p, false};
		}
	}
	return count;
}

static bool show_pattern(const char *code, struct st_span number, struct st_buf *out)
{
	char digits[DIGITS_BYTES], shown[PATTERN_BYTES + DIGITS_BYTES];
	struct place places[PATTERN_BYTES];
	size_t left, at = sizeof(shown), first = 0;
	if (!whole_digits(number, digits, &left))
		return false;
	digits[left] = '\0';
	size_t count = places_of(section_for(code, digits), places);
	while (first < count && places[first].literal != 0)
		first++;
	if (first == count)
		return false;
	for (size_t i = count; i-- > 0;) {
		if (places[i].literal != 0)
			shown[--at] = places[i].literal;
		else if (left > 0)
			shown[--at] = digits[--left];
		else if (places[i].zero)
			shown[--at] = '0';
		while (i == first && left > 0) /* what has no place stands in front of the first */
			shown[--at] = digits[--left];
	}
	st_buf_add(out, shown + at, sizeof(shown) - at);
	return true;
}

/* --- dates --- */

/* Days from 1970-01-01 to a date (proleptic Gregorian; eras of 400 years that begin in March). */
static void date_of_days(long days, int *year, int *month, int *day)
{
	long shifted = days + 719468, era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
	long of_era = shifted - era * 146097;
	long years = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	long of_year = of_era - (365 * years + years / 4 - years / 100);
	long march_month = (5 * of_year + 2) / 153;
	*day = (int)(of_year - (153 * march_month + 2) / 5 + 1);
	*month = (int)(march_month < 10 ? march_month + 3 : march_month - 9);
	*year = (int)(years + era * 400 + (*month <= 2));
}

/* 1900 was no leap year, but serial 60 is its 29 February (18.17.4.1). */
static void show_date(long serial, bool dates_1904, struct st_buf *out)
{
	long base = dates_1904 ? -24107 : serial < 60 ? -25568 : -25569;
	int year, month, day;
	char text[32];
	date_of_days(serial + base, &year, &month, &day);
	if (serial == 60 && !dates_1904)
		year = 1900, month = 2, day = 29;
	int size = snprintf(text, sizeof(text), "%04d-%02d-%02d", year, month, day);
	st_buf_add(out, text, (size_t)size);
}

static void show_time(long seconds, struct st_buf *out)
{
	char text[32];
	int size = snprintf(text, sizeof(text), "%02ld:%02ld:%02ld", seconds / 3600, seconds / 60 % 60, seconds % 60);
	st_buf_add(out, text, (size_t)size);
}

static bool show_moment(enum number_kind kind, bool dates_1904, struct st_span number, struct st_buf *out)
{
	char text[DIGITS_BYTES], *stop;
	if (number.size == 0 || number.size >= sizeof(text))
		return false;
	memcpy(text, number.data, number.size);
	text[number.size] = '\0';
	double serial = strtod(text, &stop);
	if (*stop != '\0' || !(serial >= 0 && serial <= LAST_SERIAL) || (kind == NUMBER_TIME && serial >= 1))
		return false;
	long days = (long)serial;
	long seconds = (long)((serial - (double)days) * DAY_S + 0.5);
	days += seconds / DAY_S;
	seconds %= DAY_S;
	if (kind != NUMBER_TIME)
		show_date(days, dates_1904, out);
	if (kind == NUMBER_DATE_TIME)
		st_buf_add_byte(out, ' ');
	if (kind != NUMBER_DATE)
		show_time(seconds, out);
	return true;
}

void ooxml_number(const struct ooxml_formats *formats, uint32_t cell_format, bool dates_1904, struct st_span number,
	struct st_buf *out)
{
	const struct number_format *cells = (const struct number_format *)(const void *)formats->cells.data;
	struct number_format format = {0, NUMBER_PLAIN};
	if (cell_format < formats->cells.size / sizeof(*cells))
		format = cells[cell_format];
	if (format.kind == NUMBER_PATTERN &&
		show_pattern((const char *)formats->patterns.data + format.pattern, number, out))
		return;
	if (format.kind != NUMBER_PATTERN && format.kind != NUMBER_PLAIN &&
		show_moment(format.kind, dates_1904, number, out))
		return;
	show_plain(number, out);
}
