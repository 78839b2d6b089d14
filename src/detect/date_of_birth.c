/*
 * date_of_birth: a date behind words that say somebody was born then, in en, it, fr, de and es. Dates are read as ISO
 * 8601, in numbers, and with names of months; the canonical form is the ISO date. Between day and month the language of
 * the label decides: an English label and slashes mean the month first, unless regions are named and none is the US;
 * everything else means the day first. The label may stand on the line before, or in the question that the date answers
 * (turn.h). Years are 1880 to 2030, as no clock may be asked; of two digits, 00 to 30 are
 * 20yy.
 */
#include <stdio.h>

#include "detect/digits.h"
#include "detect/nearby.h"
#include "detect/turn.h"
#include "detect/word_row.h"
#include "detect/worded_number.h"
#include "detect/words.h"

#define REACH_BYTES 72
#define YEAR_FIRST 1880
#define YEAR_LAST 2030
#define PIVOT 30
#define MONTH_BYTES 11
#define MONTH_INITIALS 0x0008f4f2u /* the letters that names of months begin with, a as bit 1 */
#define LETTER "AZaz"

enum { CONFIDENCE_FIELD = 95, CONFIDENCE_SENTENCE = 90, CONFIDENCE_AMBIGUOUS = 80, CONFIDENCE_SHORT_YEAR = 70 };

struct date {
	unsigned year, month, day;
	size_t start, end; /* bytes in the window */
	bool short_year;
	bool either; /* day and month could be each other; month holds what was written first */
	bool slashes;
	bool compact; /* nothing between: 19850312 */
};

/* --- words of dates --- */

/* Names of the months in five languages, with their abbreviations, sorted. */
struct month_name {
	char name[MONTH_BYTES + 5];
	uint8_t month;
};
static const struct month_name months[] = {{"abr", 4}, {"abril", 4}, {"ago", 8}, {"agosto", 8}, {"aout", 8},
	{"août", 8}, {"apr", 4}, {"april", 4}, {"aprile", 4}, {"aug", 8}, {"august", 8}, {"avr", 4}, {"avril", 4},
	{"dec", 12}, {"december", 12}, {"decembre", 12}, {"dez", 12}, {"dezember", 12}, {"dic", 12}, {"dicembre", 12},
	{"diciembre", 12}, {"déc", 12}, {"décembre", 12}, {"ene", 1}, {"enero", 1}, {"feb", 2}, {"febbraio", 2},
	{"febrero", 2}, {"februar", 2}, {"february", 2}, {"fevr", 2}, {"fevrier", 2}, {"fév", 2}, {"févr", 2},
	{"février", 2}, {"gen", 1}, {"gennaio", 1}, {"giu", 6}, {"giugno", 6}, {"jan", 1}, {"januar", 1},
	{"january", 1}, {"janv", 1}, {"janvier", 1}, {"juil", 7}, {"juillet", 7}, {"juin", 6}, {"jul", 7}, {"juli", 7},
	{"julio", 7}, {"july", 7}, {"jun", 6}, {"june", 6}, {"juni", 6}, {"junio", 6}, {"jänner", 1}, {"lug", 7},
	{"luglio", 7}, {"maerz", 3}, {"mag", 5}, {"maggio", 5}, {"mai", 5}, {"mar", 3}, {"march", 3}, {"mars", 3},
	{"marzo", 3}, {"may", 5}, {"mayo", 5}, {"mrz", 3}, {"märz", 3}, {"nov", 11}, {"november", 11}, {"novembre", 11},
	{"noviembre", 11}, {"oct", 10}, {"october", 10}, {"octobre", 10}, {"octubre", 10}, {"okt", 10}, {"oktober", 10},
	{"ott", 10}, {"ottobre", 10}, {"sep", 9}, {"sept", 9}, {"september", 9}, {"septembre", 9}, {"septiembre", 9},
	{"set", 9}, {"settembre", 9}};

static unsigned month_of(const uint8_t *text, size_t size)
{
	char word[MONTH_BYTES + 5] = "";
	if (size < 3 || size > MONTH_BYTES || !(MONTH_INITIALS >> ((text[0] | 0x20) & 31) & 1))
		return 0;
	for (size_t i = 0; i < size; i++) {
		bool latin = i > 0 && text[i - 1] == 0xc3 && text[i] >= 0x80 && text[i] <= 0x9e;
		word[i] = (char)(ascii_letter(text[i]) ? text[i] | 0x20 : latin ? text[i] + 0x20 : text[i]);
	}
	const struct month_name *found =
		word_row(months, sizeof months / sizeof *months, sizeof *months, word, sizeof word);
	return found != NULL ? found->month : 0;
}

static size_t digits_at(const struct detect_window *window, size_t at, unsigned *value)
{
	size_t count = 0;
	*value = 0;
	while (count < 9 && ascii_digit(byte_at(window, at + count)))
		*value = *value * 10 + (unsigned)(window->data[at + count++] - '0');
	return count;
}

static bool is_word_byte(uint8_t byte)
{
	return ascii_letter(byte) || byte == 0xc3 || (byte >= 0x80 && byte < 0xc0);
}

/* Passes one of the words and the blank behind it; ASCII, lower case. */
static size_t pass_word(const struct detect_window *window, size_t at, const char *word)
{
	size_t size = strlen(word);
	if (window->size - at <= size || memcmp(window->data + at, word, size) != 0 || window->data[at + size] != ' ')
		return at;
	return at + size + 1;
}

/* st nd rd th er . º °, and then the blank or dash. SIZE_MAX when the day does not end here. */
static size_t pass_day_end(const struct detect_window *window, size_t at)
{
	uint8_t byte = byte_at(window, at);
	if (byte == ' ' || byte == '-')
		return at + 1;
	if (strchr("snrte.,", byte) == NULL && byte != 0xc2)
		return SIZE_MAX;
	static const char *const ends[] = {"st", "nd", "rd", "th", "er", ".", "\xc2\xba", "\xc2\xb0"};
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
		size_t size = strlen(ends[i]);
		if (window->size - at > size && memcmp(window->data + at, ends[i], size) == 0) {
			at += size;
			break;
		}
	}
	byte = byte_at(window, at);
	if (byte == 0xc2 && byte_at(window, at + 1) == 0xa0)
		return at + 2;
	if (byte == ',' && byte_at(window, at + 1) == ' ')
		return at + 2;
	return byte == ' ' || byte == '-' ? at + 1 : SIZE_MAX;
}

/* --- dates --- */

static bool is_date(const struct date *date)
{
	static const uint8_t days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	return date->year >= YEAR_FIRST && date->year <= YEAR_LAST && date->month >= 1 && date->month <= 12 &&
	       date->day >= 1 && date->day <= days[date->month - 1];
}

/* 12 March 1985, 1er mars 1985, 12. März 1985, 12 de marzo de 1985, 12-Mar-1985 */
static bool read_day_month(const struct detect_window *window, size_t at, struct date *out)
{
	size_t digits = digits_at(window, at, &out->day), next;
	out->start = at;
	if (digits > 2 || (next = pass_day_end(window, at + digits)) == SIZE_MAX)
		return false;
	next = pass_word(window, pass_word(window, next, "de"), "of");
	size_t word = next;
	while (next < window->size && next - word <= MONTH_BYTES && is_word_byte(window->data[next]))
		next++;
	out->month = month_of(window->data + word, next - word);
	if (out->month == 0)
		return false;
	next += byte_at(window, next) == '.';
	next += byte_at(window, next) == ',';
	uint8_t gap = byte_at(window, next);
	if (gap != ' ' && gap != '-')
		return false;
	next = pass_word(window, pass_word(window, next + 1, "de"), "del");
	out->end = next + 4;
	return digits_at(window, next, &out->year) == 4 && is_date(out);
}

/* March 12, 1985 */
static bool read_month_day(const struct detect_window *window, size_t at, struct date *out)
{
	size_t digits = digits_at(window, at, &out->day), end = at - 1, next;
	if (digits > 2 || at < 5 || window->data[end] != ' ')
		return false;
	end -= window->data[end - 1] == '.';
	out->start = end;
	while (out->start > 0 && end - out->start <= MONTH_BYTES && is_word_byte(window->data[out->start - 1]))
		out->start--;
	out->month = month_of(window->data + out->start, end - out->start);
	if (out->month == 0 || (next = pass_day_end(window, at + digits)) == SIZE_MAX)
		return false;
	out->end = next + 4;
	return digits_at(window, next, &out->year) == 4 && is_date(out);
}

/* 1985-03-12, 1985/03/12, and of a time stamp the date where the time is midnight */
static bool read_iso(const struct detect_window *window, size_t at, struct date *out)
{
	uint8_t sign = byte_at(window, at + 4);
	if (strchr("-/.", sign) == NULL || digits_at(window, at, &out->year) != 4 ||
		digits_at(window, at + 5, &out->month) != 2 || byte_at(window, at + 7) != sign ||
		digits_at(window, at + 8, &out->day) != 2)
		return false;
	out->start = at;
	out->end = at + 10;
	uint8_t after = byte_at(window, out->end);
	bool stamp = after == 'T' && window->size - at >= 16 && memcmp(window->data + at + 11, "00:00", 5) == 0;
	return (stamp || after != 'T') && is_date(out);
}

static bool read_compact(const struct detect_window *window, size_t at, struct date *out)
{
	unsigned value;
	if (digits_at(window, at, &value) != 8)
		return false;
	*out = (struct date){.year = value / 10000,
		.month = value / 100 % 100,
		.day = value % 100,
		.start = at,
		.end = at + 8,
		.compact = true};
	return is_date(out);
}

/* 12/03/1985, 12.3.85: the first number in month, the second in day, until the label decides. */
static bool read_numbers(const struct detect_window *window, size_t at, struct date *out)
{
	size_t first = digits_at(window, at, &out->month), second;
	uint8_t sign = byte_at(window, at + first);
	if (first > 2 || sign == 0 || strchr("-/.", sign) == NULL)
		return false;
	second = digits_at(window, at + first + 1, &out->day);
	size_t year = at + first + second + 2;
	if (second < 1 || second > 2 || byte_at(window, year - 1) != sign)
		return false;
	size_t digits = digits_at(window, year, &out->year);
	if (digits != 4 && digits != 2)
		return false;
	out->short_year = digits == 2;
	out->slashes = sign == '/';
	if (digits == 2)
		out->year += out->year <= PIVOT ? 2000 : 1900;
	out->start = at;
	out->end = year + digits;
	struct date other = *out;
	other.month = out->day;
	other.day = out->month;
	out->either = true;
	return is_date(out) || is_date(&other);
}

/* --- labels --- */

enum language { ENGLISH, OTHER };

/* FIELD: perhaps with "is", "of the patient", "(dd/mm/yyyy)" between; SENTENCE: right before the date, or some words
 * before "on", "il", "le", "am", "el"; NEXT: right before it. */
struct birth_label {
	const char *last, *before; /* its last word, and those before it */
	enum language language;
	enum place { FIELD, SENTENCE, NEXT } place;
	bool dot; /* an abbreviation */
};

static const struct birth_label labels[] = {
	{"birth", "date of", ENGLISH, FIELD, false},
	{"date", "birth", ENGLISH, FIELD, false},
	{"birthdate", "", ENGLISH, FIELD, false},
	{"birthday", "", ENGLISH, FIELD, false},
	{"day", "birth", ENGLISH, FIELD, false},
	{"dob", "", ENGLISH, FIELD, true},
	{"b", "d o", ENGLISH, FIELD, true},
	{"birth", "", ENGLISH, NEXT, false},
	{"born", "", ENGLISH, SENTENCE, false},
	{"nascita", "data di", OTHER, FIELD, false},
	{"nascita", "data", OTHER, FIELD, false},
	{"datanascita", "", OTHER, FIELD, false},
	{"nascita", "", OTHER, NEXT, false},
	{"nato", "", OTHER, SENTENCE, false},
	{"nata", "", OTHER, SENTENCE, false},
	{"nati", "", OTHER, SENTENCE, false},
	{"nate", "", OTHER, SENTENCE, false},
	{"naissance", "date de", OTHER, FIELD, false},
	{"naissance", "date", OTHER, FIELD, false},
	{"datenaissance", "", OTHER, FIELD, false},
	{"naiss", "date", OTHER, FIELD, true},
	{"naiss", "date de", OTHER, FIELD, true},
	{"naissance", "", OTHER, NEXT, false},
	{"né", "", OTHER, SENTENCE, false},
	{"née", "", OTHER, SENTENCE, false},
	{"nés", "", OTHER, SENTENCE, false},
	{"nées", "", OTHER, SENTENCE, false},
	{"geburtsdatum", "", OTHER, FIELD, false},
	{"geburtstag", "", OTHER, FIELD, false},
	{"gebdatum", "", OTHER, FIELD, false},
	{"datum", "geb", OTHER, FIELD, false},
	{"geburt", "", OTHER, NEXT, false},
	{"geboren", "", OTHER, SENTENCE, false},
	{"geb", "", OTHER, SENTENCE, true},
	{"nacimiento", "fecha de", OTHER, FIELD, false},
	{"nacimiento", "fecha", OTHER, FIELD, false},
	{"fechanacimiento", "", OTHER, FIELD, false},
	{"nac", "fecha", OTHER, FIELD, true},
	{"nac", "fecha de", OTHER, FIELD, true},
	{"nacimiento", "f", OTHER, FIELD, false},
	{"nac", "f", OTHER, FIELD, true},
	{"fnac", "", OTHER, FIELD, true},
	{"nacimiento", "", OTHER, NEXT, false},
	{"nacido", "", OTHER, SENTENCE, false},
	{"nacida", "", OTHER, SENTENCE, false},
	{"nacidos", "", OTHER, SENTENCE, false},
};

/* Words between a field's label and its value. */
static const char fillers[] =
	" is was e è est ist es der dd mm yy yyyy jj aa aaaa tt jjjj gg d m y j a t g value iso on le il "
	"am el patient paziente patienten client cliente of du de del della des user utente the ";
/* What stands right before the date in a sentence. */
static const char before_dates[] = " on il le l am el ";

/* "(TT.MM.JJJJ)" is no sentence. */
static bool ends_sentence(const struct nearby *nearby, size_t at)
{
	static const char format[] = " dd mm yy yyyy jj aa aaaa tt jjjj gg ";
	return (nearby->word[at].signs & NEARBY_DOT) && !word_listed(nearby->word[at].text, format);
}

/* Does the label reach from word `at` to the date? */
static bool reaches(const struct nearby *nearby, size_t at, const struct birth_label *label)
{
	const unsigned signs = nearby->word[at].signs;
	if (((signs & NEARBY_DOT) && !label->dot) ||
		(nearby->word[at].capitals && strcmp(label->last, "nato") == 0)) /* the alliance */
		return false;
	if (at == 0)
		return !(signs & NEARBY_COMMA);
	if (label->place == SENTENCE)
		return at <= 7 && word_listed(nearby->word[0].text, before_dates) && nearby->word[0].signs == 0;
	if (label->place == NEXT)
		return false;
	for (size_t i = 0; i < at; i++)
		if (!word_listed(nearby->word[i].text, fillers) || (nearby->word[i].signs & NEARBY_COMMA) ||
			ends_sentence(nearby, i))
			return false;
	return !(signs & NEARBY_COMMA);
}

static const struct birth_label *label_of(const struct nearby *nearby)
{
	for (size_t at = 0; at < nearby->count; at++) {
		for (size_t i = 0; i < sizeof labels / sizeof *labels; i++)
			if (nearby_is(nearby, at, labels[i].last, labels[i].before) && reaches(nearby, at, &labels[i]))
				return &labels[i];
		if (ends_sentence(nearby, at))
			return NULL;
	}
	return NULL;
}

/* In a question the label may stand anywhere: "Can I have your date of birth, please?", "When were you born?" */
static const struct birth_label *label_in_question(const struct nearby *nearby)
{
	for (size_t at = 0; at < nearby->count; at++)
		for (size_t i = 0; i < sizeof labels / sizeof *labels; i++)
			if (labels[i].place != NEXT && nearby_is(nearby, at, labels[i].last, labels[i].before))
				return &labels[i];
	return NULL;
}

/* A line that goes on in the next is one sentence; else the line before is the label of a field, or a question. */
static const struct birth_label *label_of_turn(const struct detect_window *window, size_t at, bool *asked)
{
	struct nearby nearby;
	size_t end;
	enum turn turn = turn_before(window, at, &end);
	if (turn == TURN_NONE)
		return NULL;
	nearby_read(window, end, REACH_BYTES, true, &nearby);
	*asked = turn == TURN_ASKED;
	if (*asked)
		return label_in_question(&nearby);
	const struct birth_label *label = label_of(&nearby);
	return label && (turn == TURN_WRAP || label->place == FIELD) ? label : NULL;
}

/* --- the mention --- */

static bool has_region(const struct detect_window *window, const char *region)
{
	const char *const *one = window->options ? window->options->regions : NULL;
	for (; one && *one; one++)
		if (strcmp(*one, region) == 0)
			return true;
	return false;
}

/* Decides which number is the day; false when that makes no date. */
static bool decide(const struct detect_window *window, enum language language, struct date *date)
{
	if (!date->either)
		return true;
	struct date day_first = *date;
	day_first.day = date->month;
	day_first.month = date->day;
	const char *const *regions = window->options ? window->options->regions : NULL;
	bool slashes = language == ENGLISH && date->slashes;
	bool month_first = slashes && (regions == NULL || regions[0] == NULL || has_region(window, "US"));
	bool both = is_date(date) && is_date(&day_first);
	if (!is_date(date) || (both && !month_first))
		*date = day_first;
	date->either = slashes && both && date->day != date->month;
	return true;
}

static bool take(const struct detect_window *window, struct date *date, bool field_only, struct detect_candidate *out)
{
	struct nearby nearby;
	uint8_t after = byte_at(window, date->end), next = byte_at(window, date->end + 1);
	if (!token_begins(window, date->start) || (after == '/' && ascii_digit(next)) ||
		(after != 'T' && !token_ends(window, date->end)))
		return false;
	nearby_read(window, date->start, REACH_BYTES, true, &nearby);
	const struct birth_label *label = label_of(&nearby);
	if (!label && nearby_column(window, &nearby))
		label = label_of(&nearby);
	bool asked = false;
	if (!label)
		label = label_of_turn(window, date->start, &asked);
	if (!label || (field_only && label->place != FIELD) || !decide(window, label->language, date))
		return false;
	out->kind = DETECT_DATE_OF_BIRTH;
	out->start = date->start;
	out->end = date->end;
	out->form = DETECT_PLAIN;
	out->confidence = date->short_year           ? CONFIDENCE_SHORT_YEAR
			  : date->either || asked    ? CONFIDENCE_AMBIGUOUS
			  : label->place == SENTENCE ? CONFIDENCE_SENTENCE
						     : CONFIDENCE_FIELD;
	out->tentative = false;
	out->scheme = NULL;
	char text[16];
	out->canonical_size =
		(uint16_t)snprintf(text, sizeof text, "%04u-%02u-%02u", date->year, date->month, date->day);
	memcpy(out->canonical, text, out->canonical_size);
	return true;
}

/* Digits, and the sign behind them, say which spellings there can be. */
static bool read_date(const struct detect_window *window, size_t at, struct date *out)
{
	unsigned value;
	*out = (struct date){0};
	size_t digits = digits_at(window, at, &value);
	if (digits == 8)
		return read_compact(window, at, out);
	if (digits == 4)
		return read_iso(window, at, out);
	if (digits > 2)
		return false;
	uint8_t sign = byte_at(window, at + digits);
	bool numbers = (sign == '.' || sign == '/') && ascii_digit(byte_at(window, at + digits + 1));
	if (!numbers && (read_day_month(window, at, out) || read_month_day(window, at, out)))
		return true;
	*out = (struct date){0};
	return read_numbers(window, at, out);
}

__attribute__((noinline)) static bool examine(
	const struct detect_window *window, size_t at, struct detect_candidate *out)
{
	struct date date;
	return read_date(window, at, &date) && take(window, &date, date.compact, out);
}

/* At the begin of a line a date before a time is that of a log. */
static bool is_log_time(const struct detect_window *window, size_t at)
{
	uint8_t after = byte_at(window, at + 10);
	return byte_before(window, at, 1) == '\n' && (after == ' ' || after == 'T') &&
	       ascii_digit(byte_at(window, at + 11));
}

/* Most numbers end here, after a few bytes. */
static bool hopeful(const struct detect_window *window, size_t at)
{
	uint8_t before = byte_before(window, at, 1);
	size_t digits = 1;
	if ((before == ':' && ascii_digit(byte_before(window, at, 2))) || is_log_time(window, at))
		return false;
	while (digits < 9 && ascii_digit(byte_at(window, at + digits)))
		digits++;
	uint8_t sign = byte_at(window, at + digits);
	if (digits == 4)
		return (sign == '-' || sign == '/' || sign == '.') && byte_at(window, at + 7) == sign;
	if (digits == 8)
		return true;
	uint8_t next = byte_at(window, at + digits + 1);
	if (digits > 2 || sign == 0)
		return false;
	if ((sign == '-' || sign == '/' || sign == '.') && ascii_digit(next))
		return byte_at(window, at + digits + 2) == sign || byte_at(window, at + digits + 3) == sign;
	if (before == ' ' && (sign == ' ' || sign == ',') && (next == ' ' || next == '1' || next == '2'))
		return true; /* March 12, 1985 */
	return sign != '/' && sign != ',' && !ascii_digit(next);
}

/* No date reaches further than 50 bytes. */
bool date_of_birth_may(const struct detect_window *window, size_t at)
{
	struct date date;
	return hopeful(window, at) && read_date(window, at, &date);
}

bool date_of_birth_at(const struct detect_window *window, size_t at, struct detect_candidate *out)
{
	return hopeful(window, at) && examine(window, at, out);
}
