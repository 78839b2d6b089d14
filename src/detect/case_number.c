/*
 * case_number: the number of a support case, ticket, incident or file behind a word that says so, in en, it, fr, de and
 * es: "case 119122400001234", "Ticket#2022090512345", "pratica n. 1234/2023", "Vorgang SRX1234567890ID". Where only a
 * blank stands between word and number, it must be long; where #, :, "no." or a field's name says that a number comes,
 * four digits are enough. Dates, and numbers that go on with units, are none.
 */
#include <endian.h>

#include "detect/digits.h"
#include "detect/nearby.h"
#include "detect/worded_number.h"
#include "detect/words.h"

#define REACH_BYTES 30
#define PREFIX_LETTERS 6
#define SUFFIX_LETTERS 4
#define NUMBER_BYTES 40
#define DIGITS_MOST 20
#define GROUPS 4

enum { CONFIDENCE_NAMED = 90, CONFIDENCE_BARE = 75 };

struct case_text {
	size_t start, end;
	size_t digits, groups, group[GROUPS]; /* digits of each */
	bool prefix, letters;
};

/* --- the number --- */

static bool is_upper(uint8_t byte)
{
	return byte >= 'A' && byte <= 'Z';
}

/* Letters in front of the first digit, all capitals or all small, perhaps with a dash behind them. */
static size_t prefix_start(const struct detect_window *window, size_t at)
{
	size_t start = at, end = at;
	if (start > 1 && (window->data[start - 1] == '-' || window->data[start - 1] == '_') &&
		is_upper(window->data[start - 2]))
		start--, end--;
	while (start > 0 && ascii_letter(window->data[start - 1]) && end - start <= PREFIX_LETTERS)
		start--;
	if (start == end)
		return at;
	bool capital = is_upper(window->data[start]);
	for (size_t i = start; i < end; i++)
		if (is_upper(window->data[i]) != capital)
			return at;
	return end - start <= PREFIX_LETTERS ? start : at;
}

static bool read_number(const struct detect_window *window, size_t at, struct case_text *out)
{
	*out = (struct case_text){.start = prefix_start(window, at)};
	out->prefix = out->letters = out->start < at;
	if (!token_begins(window, out->start) || strchr("-./", byte_before(window, out->start, 1)) != NULL)
		if (byte_before(window, out->start, 1) != 0)
			return false;
	for (;;) {
		size_t from = at;
		while (ascii_digit(byte_at(window, at)) && at - from <= DIGITS_MOST)
			at++;
		if (out->groups == GROUPS)
			return false;
		out->digits += out->group[out->groups++] = at - from;
		uint8_t sign = byte_at(window, at);
		if ((sign != '-' && sign != '/' && sign != '_') || !ascii_digit(byte_at(window, at + 1)))
			break;
		at++;
	}
	size_t letters = at;
	while (is_upper(byte_at(window, at)) && at - letters <= SUFFIX_LETTERS)
		at++;
	out->letters |= at > letters;
	out->end = at;
	return at - letters <= SUFFIX_LETTERS && token_ends(window, at) && out->digits <= DIGITS_MOST &&
	       at - out->start <= NUMBER_BYTES;
}

static unsigned value_of(const struct detect_window *window, size_t at, size_t digits)
{
	unsigned value = 0;
	for (size_t i = 0; i < digits; i++)
		value = value * 10 + (unsigned)(window->data[at + i] - '0');
	return value;
}

/* 2019-12-05, 05/12/2019, 20191205 */
static bool is_date(const struct detect_window *window, const struct case_text *text)
{
	if (text->letters)
		return false;
	if (text->groups == 3)
		return text->group[1] <= 2 && (text->group[0] == 4 || text->group[0] <= 2) && text->digits <= 8;
	if (text->groups != 1 || text->digits != 8)
		return false;
	unsigned year = value_of(window, text->start, 4), month = value_of(window, text->start + 4, 2);
	return year >= 1900 && year < 2100 && month >= 1 && month <= 12;
}

/* --- labels --- */

struct case_label {
	const char *last, *before; /* its last word, and those before it */
	uint8_t bare;              /* digits that are enough with nothing but a blank between; 0: never */
	bool dot;                  /* an abbreviation */
};

static const struct case_label labels[] = {
	{"ticket", "", 6, false},
	{"tickets", "", 6, false},
	{"ticketnumber", "", 4, false},
	{"ticketnummer", "", 4, false},
	{"ticketid", "", 4, false},
	{"incident", "", 6, false},
	{"incidentid", "", 4, false},
	{"case", "", 8, false},
	{"casenumber", "", 4, false},
	{"caseno", "", 4, true},
	{"caseid", "", 4, false},
	{"case", "support", 6, false},
	{"request", "support", 6, false},
	{"request", "service", 6, false},
	{"servicerequest", "", 6, false},
	{"sr", "", 8, false},
	{"srx", "", 8, false},
	{"reg", "", 0, false},
	{"trackingid", "", 0, false},
	{"id", "tracking", 0, false},
	{"caso", "", 8, false},
	{"pratica", "", 6, false},
	{"segnalazione", "", 6, false},
	{"fascicolo", "", 6, false},
	{"sinistro", "", 6, false},
	{"protocollo", "", 0, false},
	{"prot", "", 0, true},
	{"g", "r", 0, true},
	{"rg", "", 0, true},
	{"rgnr", "", 0, true},
	{"dossier", "", 6, false},
	{"affaire", "", 8, false},
	{"sinistre", "", 6, false},
	{"réclamation", "", 6, false},
	{"cas", "", 0, false},
	{"demande", "", 0, false},
	{"vorgang", "", 6, false},
	{"vorgangs", "", 0, false},
	{"vorgangsnummer", "", 4, false},
	{"vorgangsnr", "", 4, true},
	{"fall", "", 8, false},
	{"fallnummer", "", 4, false},
	{"fallnr", "", 4, true},
	{"aktenzeichen", "", 4, false},
	{"geschäftszeichen", "", 4, false},
	{"az", "", 0, true},
	{"störung", "", 0, false},
	{"störungsnummer", "", 4, false},
	{"schadennummer", "", 4, false},
	{"schadensnummer", "", 4, false},
	{"expediente", "", 6, false},
	{"incidencia", "", 6, false},
	{"siniestro", "", 6, false},
	{"solicitud", "", 0, false},
	{"reclamación", "", 6, false},
};

/* Between the label and the number, or before the label's "of": they say that a number comes. */
static const char number_words[] = " number no num nr n id ref nummer numero número numéro núm ";
static const char fillers[] = " is è est ist es was il la le el der die das the di de of del della du ";

/* How many digits the label at word `at` asks for; 0 when it reaches no number. *named: something says a number comes.
 */
static unsigned asks_for(const struct nearby *nearby, size_t at, const struct case_label *label, bool *named)
{
	*named = false;
	for (size_t i = 0; i <= at; i++) {
		unsigned signs = nearby->word[i].signs;
		bool number = i < at && word_listed(nearby->word[i].text, number_words);
		if (i < at && !number && !word_listed(nearby->word[i].text, fillers))
			return 0;
		if ((signs & NEARBY_DOT) && !number && !(i == at && label->dot))
			return 0;
		*named |= number || (signs & (NEARBY_COLON | NEARBY_HASH | NEARBY_NUMBER)) != 0;
	}
	for (size_t i = at + 1; i < nearby->count && i < at + 3; i++)
		*named |= word_listed(nearby->word[i].text, number_words); /* numero di pratica */
	return *named || (label->dot && (nearby->word[at].signs & NEARBY_DOT)) ? 4 : label->bare;
}

static unsigned digits_asked(const struct nearby *nearby, bool *named)
{
	for (size_t at = 0; at < nearby->count && at < 4; at++) {
		const char *word = nearby->word[at].text;
		for (size_t i = 0; i < sizeof labels / sizeof *labels; i++) {
			if (labels[i].last[0] != word[0] || !nearby_is(nearby, at, labels[i].last, labels[i].before))
				continue;
			unsigned digits = asks_for(nearby, at, &labels[i], named);
			if (digits > 0)
				return strcmp(word, "reg") == 0 ? 9 : digits;
		}
		if (!word_listed(word, number_words) && !word_listed(word, fillers))
			return 0;
	}
	return 0;
}

#define HEAD_BYTES 8
#define LONGEST_HEAD 20
enum last_word { LAST_NONE, LAST_BETWEEN, LAST_HEAD };

/* The last words of labels, and words that say that a number comes; and what may stand between them and the number.
 * Their first eight bytes, sorted. */
static const struct head {
	char word[HEAD_BYTES];
	enum last_word last;
} heads[] = {
	{"affaire", LAST_HEAD},
	{"aktenzei", LAST_HEAD},
	{"az", LAST_HEAD},
	{"cas", LAST_HEAD},
	{"case", LAST_HEAD},
	{"caseid", LAST_HEAD},
	{"caseno", LAST_HEAD},
	{"casenumb", LAST_HEAD},
	{"caso", LAST_HEAD},
	{"das", LAST_BETWEEN},
	{"de", LAST_BETWEEN},
	{"del", LAST_BETWEEN},
	{"della", LAST_BETWEEN},
	{"demande", LAST_HEAD},
	{"der", LAST_BETWEEN},
	{"di", LAST_BETWEEN},
	{"die", LAST_BETWEEN},
	{"dossier", LAST_HEAD},
	{"du", LAST_BETWEEN},
	{"el", LAST_BETWEEN},
	{"es", LAST_BETWEEN},
	{"est", LAST_BETWEEN},
	{"expedien", LAST_HEAD},
	{"fall", LAST_HEAD},
	{"fallnr", LAST_HEAD},
	{"fallnumm", LAST_HEAD},
	{"fascicol", LAST_HEAD},
	{"g", LAST_HEAD},
	{"id", LAST_HEAD},
	{"il", LAST_BETWEEN},
	{"incidenc", LAST_HEAD},
	{"incident", LAST_HEAD},
	{"is", LAST_BETWEEN},
	{"ist", LAST_BETWEEN},
	{"la", LAST_BETWEEN},
	{"le", LAST_BETWEEN},
	{"n", LAST_HEAD},
	{"no", LAST_HEAD},
	{"nr", LAST_HEAD},
	{"num", LAST_HEAD},
	{"number", LAST_HEAD},
	{"numero", LAST_HEAD},
	{"nummer", LAST_HEAD},
	{"of", LAST_BETWEEN},
	{"pratica", LAST_HEAD},
	{"prot", LAST_HEAD},
	{"protocol", LAST_HEAD},
	{"ref", LAST_HEAD},
	{"reg", LAST_HEAD},
	{"request", LAST_BETWEEN},
	{"rg", LAST_HEAD},
	{"rgnr", LAST_HEAD},
	{"schadenn", LAST_HEAD},
	{"schadens", LAST_HEAD},
	{"segnalaz", LAST_HEAD},
	{"service", LAST_HEAD},
	{"servicer", LAST_HEAD},
	{"siniestr", LAST_HEAD},
	{"sinistre", LAST_HEAD},
	{"sinistro", LAST_HEAD},
	{"solicitu", LAST_HEAD},
	{"sr", LAST_HEAD},
	{"srx", LAST_HEAD},
	{"support", LAST_HEAD},
	{"the", LAST_BETWEEN},
	{"ticket", LAST_HEAD},
	{"ticketid", LAST_HEAD},
	{"ticketnu", LAST_HEAD},
	{"tickets", LAST_HEAD},
	{"tracking", LAST_HEAD},
	{"vorgang", LAST_HEAD},
	{"vorgangs", LAST_HEAD},
	{"was", LAST_BETWEEN},
};

static uint64_t in_order(const char word[HEAD_BYTES])
{
	uint64_t bytes;
	memcpy(&bytes, word, sizeof bytes);
	return be64toh(bytes);
}

static enum last_word head_of(const char word[HEAD_BYTES])
{
	const uint64_t wanted = in_order(word);
	size_t low = 0, high = sizeof heads / sizeof *heads;
	while (low < high) {
		size_t middle = (low + high) / 2;
		uint64_t here = in_order(heads[middle].word);
		if (here == wanted)
			return heads[middle].last;
		if (wanted < here)
			high = middle;
		else
			low = middle + 1;
	}
	return LAST_NONE;
}

/* The word that ends before *at, with signs behind it; *at moves to its begin. Other letters than ASCII, and humps, are
 * rare enough to be looked at. */
static enum last_word last_word(const struct detect_window *window, size_t *at)
{
	size_t end = *at, size = 0;
	while (end > 0 && *at - end < 6 && !ascii_alnum(window->data[end - 1]) && window->data[end - 1] < 0x80 &&
		window->data[end - 1] != '\n')
		end--;
	for (bool capital = false; size < end && size <= LONGEST_HEAD; size++) {
		uint8_t byte = window->data[end - 1 - size];
		if (byte >= 0x80 || (capital && ascii_letter(byte)))
			return LAST_HEAD;
		if (!ascii_letter(byte))
			break;
		capital = is_upper(byte);
	}
	if (size == 0 || size > LONGEST_HEAD)
		return LAST_NONE;
	char word[HEAD_BYTES] = {0};
	*at = end - size;
	for (size_t i = 0; i < size && i < HEAD_BYTES; i++)
		word[i] = (char)(window->data[*at + i] | 0x20);
	return head_of(word);
}

/* Behind a blank alone six digits, unless what stands before looks like the end of "no.", nr, number, id. */
static bool long_enough(const struct detect_window *window, size_t at, size_t digits)
{
	uint8_t end = byte_before(window, at, 2);
	return byte_before(window, at, 1) != ' ' || digits >= 6 || end >= 0x80 || strchr("#.:=dmorDMOR", end) != NULL;
}

/* Most numbers end here, at the word before them. */
static bool hopeful(const struct detect_window *window, size_t at)
{
	uint8_t before = byte_before(window, at, 1);
	size_t digits = 1;
	while (digits < 8 && ascii_digit(byte_at(window, at + digits)))
		digits++;
	uint8_t sign = byte_at(window, at + digits);
	if (digits < 4 && sign != '-' && sign != '/')
		return false;
	if (ascii_letter(before))
		return digits >= 4; /* in one piece with its letters */
	if (window->field != NULL || before == '-' || before == ':')
		return true;
	if (sign != '-' && sign != '/' && !long_enough(window, at, digits))
		return false;
	enum last_word word = LAST_BETWEEN;
	for (size_t words = 0; word == LAST_BETWEEN && words < 3; words++)
		word = last_word(window, &at);
	return word == LAST_HEAD;
}

/* --- the mention --- */

/* "case 10000000:" is C, "ticket 12345 EUR" a price, "case 12345678%" nothing at all. */
static bool goes_on(const struct detect_window *window, size_t end, bool named)
{
	static const char *const units[] = {" EUR", " USD", " GBP", " €", " $", " bytes", " ms", "%", "€", "$"};
	for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
		size_t size = strlen(units[i]);
		if (window->size - end >= size && memcmp(window->data + end, units[i], size) == 0)
			return true;
	}
	uint8_t after = byte_at(window, end);
	return !named && (after == ':' || after == '(' || after == '=');
}

static void put(const struct detect_window *window, const struct case_text *text, struct detect_candidate *out)
{
	out->canonical_size = 0;
	for (size_t i = text->start; i < text->end; i++) {
		uint8_t byte = window->data[i];
		out->canonical[out->canonical_size++] = (uint8_t)(ascii_letter(byte) ? byte & 0xdf : byte);
	}
}

__attribute__((noinline)) static bool examine(
	const struct detect_window *window, size_t at, struct detect_candidate *out)
{
	struct case_text text;
	struct nearby nearby;
	bool named = false;
	if (!read_number(window, at, &text) || text.digits < 4 || is_date(window, &text))
		return false;
	nearby_read(window, text.start, REACH_BYTES, false, &nearby);
	unsigned asked = digits_asked(&nearby, &named);
	if (asked == 0 && nearby_column(window, &nearby))
		asked = digits_asked(&nearby, &named);
	if (asked == 0 || text.digits < asked || goes_on(window, text.end, named))
		return false;
	out->kind = DETECT_CASE_NUMBER;
	out->start = text.start;
	out->end = text.end;
	out->form = DETECT_PLAIN;
	out->confidence = named ? CONFIDENCE_NAMED : CONFIDENCE_BARE;
	out->tentative = false;
	out->scheme = NULL;
	put(window, &text, out);
	return true;
}

bool case_number_at(const struct detect_window *window, size_t at, struct detect_candidate *out)
{
	return hopeful(window, at) && examine(window, at, out);
}
