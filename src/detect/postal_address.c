/*
 * postal_address: a street with its number, a postal code and a place, as IT, FR, DE, ES, GB and US write them, in one
 * line or up to four. The postal code wakes it: five digits (CAP, code postal, PLZ, codigo postal), a ZIP code behind
 * the code of a state (USPS Publication 28), or a British postcode (BS 7666, Royal Mail PAF guide). Around it the words
 * of a street are looked for. A street alone, or a code and a place alone, is no address.
 */
#include "detect/digits.h"
#include "detect/street.h"
#include "detect/worded_number.h"

#define PLACE_READ 8

enum { CONFIDENCE_ADDRESS = 90 };

/* --- the place behind the code --- */

/* Does the text pause here, so that what stands before is all of the place? */
static bool ends_place(const struct detect_window *window, size_t at)
{
	uint8_t byte = byte_at(window, at), next = byte_at(window, at + 1);
	return byte != ' ' || next == ' ' || next == '(' || next == '-' || next == '/' || next == '|' ||
	       ascii_digit(next);
}

/* " (MI)" or " MI" */
static size_t pass_province(const struct detect_window *window, size_t at)
{
	const uint8_t *p = window->data + at;
	size_t left = window->size - at;
	if (left >= 5 && p[0] == ' ' && p[1] == '(' && ascii_letter(p[2]) && ascii_letter(p[3]) && p[4] == ')')
		return at + 5;
	return at;
}

/* "CEDEX", "CEDEX 08" */
static size_t pass_cedex(const struct detect_window *window, size_t at)
{
	struct word word[2];
	char folded[STREET_FOLDED_BYTES];
	size_t count = words_behind(window, at, 16, word, 2);
	if (count == 0 || word[0].gap != GAP_BLANK ||
		strcmp(word_fold(window, &word[0], folded, sizeof folded), "cedex") != 0)
		return at;
	bool numbered = count > 1 && word[1].gap == GAP_BLANK && word[1].digit && word_size(&word[1]) <= 2;
	return word[numbered ? 1 : 0].end;
}

/* Does a place go on with this word, behind another one? */
static bool goes_on(const struct detect_window *window, const struct word *word, char *folded)
{
	bool saint = word_size(word - 1) <= 3; /* St. Gallen */
	word_fold(window, word, folded, STREET_FOLDED_BYTES);
	return (word->gap == GAP_BLANK || (saint && word->gap == (GAP_BLANK | GAP_DOT))) &&
	       (word->capital || street_small_words(folded));
}

/* The end of the place that begins behind the code; 0 when none stands there. Several words only where the text then
 * pauses, or behind one that asks for more (San, Le, Bad). */
static size_t place_end(const struct detect_window *window, size_t at)
{
	static const char firsts[] =
		" san santa santo sankt st saint sainte le la les los las el bad porto reggio castel "
		"monte villa nuova new palma ";
	struct word word[PLACE_READ];
	char folded[STREET_FOLDED_BYTES];
	size_t count = words_behind(window, at, 80, word, PLACE_READ), last = 0, sure = 0;
	if (count == 0 || !word[0].capital || (word[0].gap & ~(GAP_BLANK | GAP_COMMA | GAP_DASH)) ||
		word_size(word) < 2)
		return 0;
	word_fold(window, &word[0], folded, sizeof folded);
	for (size_t i = 1, capital = 1; i < count && capital < 4; i++) {
		bool asked = sure == i - 1 && word_listed(folded, firsts);
		if (!goes_on(window, &word[i], folded) || strcmp(folded, "cedex") == 0)
			break;
		if (!word[i].capital)
			continue;
		last = i;
		capital++;
		sure = asked ? i : sure;
	}
	size_t end = word[ends_place(window, word[last].end) ? last : sure].end;
	return pass_cedex(window, pass_province(window, end));
}

static size_t box_before(const struct address *address, size_t from, size_t most)
{
	for (size_t i = from; i + 1 < address->count && i < from + most; i++) {
		if (!street_is_number(address, i) || strcmp(address->folded[i + 1], "box") != 0)
			continue;
		if (i + 2 < address->count && word_listed(address->folded[i + 2], " po p.o "))
			return i + 2;
		if (i + 3 < address->count && strcmp(address->folded[i + 2], "o") == 0)
			return i + 3;
	}
	return SIZE_MAX;
}

/* A town of one to three capitalised words stands between street and code. */
static bool has_town(const struct address *address, size_t near, size_t street)
{
	for (size_t i = near; i < street; i++)
		if (address->word[i].capital && !address->word[i].digit && !street_english(address->folded[i]))
			return true;
	return false;
}

static size_t nearest_street(const struct address *address, size_t from)
{
	for (size_t i = from; i < address->count; i++)
		if (street_english(address->folded[i]) && address->word[i].capital)
			return i;
	return from;
}

static size_t american(const struct address *address)
{
	const struct word *state = &address->word[0];
	if (address->count < 4 || !state->capitals || word_size(state) != 2 || state->gap & (GAP_LINE | GAP_END) ||
		!postal_states(address->folded[0]))
		return SIZE_MAX;
	size_t box = box_before(address, 2, 4), street = street_english_way(address, 2, 9);
	if (street == SIZE_MAX)
		return box;
	return has_town(address, 1, nearest_street(address, 2)) ? street : SIZE_MAX;
}

/* The forces of the United States abroad (USPS Publication 28, section 238): "PSC 802 Box 74", "Unit 2050 Box 4190" or
 * a ship, and below it APO, FPO or DPO and AA, AE or AP. */
static size_t military(const struct address *address)
{
	if (address->count < 4 || !word_listed(address->folded[0], " aa ae ap ") ||
		!word_listed(address->folded[1], " apo fpo dpo "))
		return SIZE_MAX;
	if (address->count > 5 && street_is_number(address, 2) && strcmp(address->folded[3], "box") == 0 &&
		street_is_number(address, 4) && word_listed(address->folded[5], " psc unit cmr "))
		return 5;
	for (size_t i = 3; i < address->count && i < 6 && street_one_line(address, i, 2); i++)
		if (word_listed(address->folded[i], " uss usns usnv uscgc "))
			return i;
	return SIZE_MAX;
}

static size_t british(const struct address *address)
{
	size_t street = street_english_way(address, 0, 10);
	if (street == SIZE_MAX || !has_town(address, 0, nearest_street(address, 0)))
		return box_before(address, 1, 4);
	return street;
}

/* --- the code --- */

static unsigned code_value(const struct detect_window *window, size_t at)
{
	unsigned value = 0;
	for (size_t i = 0; i < 5; i++)
		value = value * 10 + (unsigned)(window->data[at + i] - '0');
	return value;
}

/* Before the code stands a number, a name (L'Église), or a floor: "3º B", "bis", "int. a"; but no "is", "to", "in". */
static bool may_end_street(const struct address *address)
{
	const struct word *word = &address->word[0];
	bool joined = memchr(address->window->data + word->start, '\'', word_size(word)) != NULL ||
		      memmem(address->window->data + word->start, word_size(word), "\xe2\x80\x99", 3) != NULL;
	const char *folded = address->folded[0];
	bool plain = word_size(word) == 2 && ascii_letter((uint8_t)folded[0]) && strcmp(folded, "sc") != 0;
	return word->digit || word->capital || joined || (street_is_part(address, 0) && !plain);
}

static void read_words(struct address *address, size_t before)
{
	address->count = words_before(address->window, before, STREET_REACH_BYTES, address->word, 1);
	if (address->count == 1)
		word_fold(address->window, &address->word[0], address->folded[0], STREET_FOLDED_BYTES);
	if (address->count == 0 || !may_end_street(address)) {
		address->count = 0;
		return;
	}
	address->count = words_before(address->window, before, STREET_REACH_BYTES, address->word, STREET_READ);
	for (size_t i = 1; i < address->count; i++)
		word_fold(address->window, &address->word[i], address->folded[i], STREET_FOLDED_BYTES);
}

static bool take(
	const struct address *address, size_t first, size_t end, const char *country, struct detect_candidate *out)
{
	if (first == SIZE_MAX || end == 0 || street_lines(address, first + 1) > STREET_LINES_MOST)
		return false;
	const struct detect_window *window = address->window;
	out->kind = DETECT_POSTAL_ADDRESS;
	out->start = address->word[first].start;
	out->end = end;
	out->form = DETECT_PLAIN;
	out->confidence = CONFIDENCE_ADDRESS;
	out->tentative = false;
	out->scheme = country;
	out->canonical_size = (uint16_t)text_canonical(
		window->data + out->start, out->end - out->start, out->canonical, CEIL_CANONICAL_BYTES);
	return token_begins(window, out->start) && out->canonical_size > 0;
}

/* Five digits and a place, with or without the sign of the country before them: I-20121, F-75002, D-10115. */
static bool continental(struct address *address, struct detect_candidate *out)
{
	const struct detect_window *window = address->window;
	size_t before = address->code;
	unsigned code = code_value(window, address->code);
	if (byte_before(window, before, 1) == '-' && ascii_letter(byte_before(window, before, 2)))
		before -= ascii_letter(byte_before(window, before, 3)) ? 3 : 2;
	read_words(address, before);
	if (address->count < 2)
		return false;
	const char *country = "it";
	size_t first = code >= 10 ? street_before_number(address, street_italian) : SIZE_MAX;
	if (first == SIZE_MAX && code >= 1000) {
		country = "fr";
		first = street_behind_number(address);
	}
	if (first == SIZE_MAX && code >= 1000 && code < 53000) {
		country = "es";
		first = street_before_number(address, street_spanish);
	}
	if (first == SIZE_MAX && code >= 1000) {
		country = "de";
		first = street_german_way(address);
	}
	return first != SIZE_MAX && take(address, first, place_end(window, address->code_end), country, out);
}

static bool zip(struct address *address, struct detect_candidate *out)
{
	const struct detect_window *window = address->window;
	size_t end = address->code_end;
	if (byte_at(window, end) == '-' && window->size - end >= 5 && ascii_digit(window->data[end + 1]) &&
		ascii_digit(window->data[end + 2]) && ascii_digit(window->data[end + 3]) &&
		ascii_digit(window->data[end + 4]))
		end += 5;
	if (ascii_alnum(byte_at(window, end)) || byte_at(window, end) == '_')
		return false;
	read_words(address, address->code);
	size_t first = military(address);
	return take(address, first != SIZE_MAX ? first : american(address), end, "us", out);
}

static bool upper(uint8_t byte)
{
	return byte >= 'A' && byte <= 'Z';
}

/* The outward part before the blank (SW1A, M1, EC2V, B33): one or two letters, a digit, perhaps one more sign. */
static bool outward(const struct detect_window *window, size_t end, size_t *start)
{
	size_t at = end, letters = 0;
	while (at > 0 && end - at < 5 && (upper(window->data[at - 1]) || ascii_digit(window->data[at - 1])))
		at--;
	size_t size = end - at;
	const uint8_t *text = window->data + at;
	while (letters < size && upper(text[letters]))
		letters++;
	*start = at;
	return size >= 2 && size <= 4 && (letters == 1 || letters == 2) && ascii_digit(text[letters]) &&
	       size <= letters + 2 && !ascii_alnum(byte_before(window, at, 1)) && strchr("QVX", text[0]) == NULL;
}

static bool postcode(struct address *address, struct detect_candidate *out)
{
	const struct detect_window *window = address->window;
	size_t start;
	if (ascii_alnum(byte_at(window, address->code + 3)) || !outward(window, address->code - 1, &start))
		return false;
	read_words(address, start);
	return take(address, british(address), address->code + 3, "gb", out);
}

static bool is_wide_capital(uint8_t byte)
{
	return upper(byte) || byte >= 0x80;
}

/* The code of a state, or of the forces abroad. */
static bool is_state(const struct detect_window *window, size_t at)
{
	uint8_t first = byte_before(window, at, 3), second = byte_before(window, at, 2);
	const char folded[] = {(char)(first | 0x20), (char)(second | 0x20), 0};
	return upper(first) && upper(second) && byte_before(window, at, 1) == ' ' &&
	       !ascii_alnum(byte_before(window, at, 4)) && (postal_states(folded) || word_listed(folded, " aa ae ap "));
}

static bool is_place(const struct detect_window *window, size_t at)
{
	uint8_t before = byte_before(window, at, 1);
	return byte_at(window, at + 5) == ' ' && is_wide_capital(byte_at(window, at + 6)) && before != 0 &&
	       strchr(" ,-\nn", before) != NULL;
}

static bool is_inward(const struct detect_window *window, size_t at)
{
	uint8_t end = byte_before(window, at, 2);
	return upper(byte_at(window, at + 1)) && upper(byte_at(window, at + 2)) && byte_before(window, at, 1) == ' ' &&
	       (upper(end) || ascii_digit(end));
}

/* Can what stands before the code end a street (may_end_street)? No: a word in small letters that is no part of a
 * house, or a sign that ends every sentence. */
static bool may_stand_behind(const struct detect_window *window, size_t at)
{
	static const char parts[] = " scala interno piano piso puerta bajo dcha izda planta palazzina edificio ";
	char word[16];
	size_t size = 0, end = at - 1;
	if (byte_before(window, at, 1) != ' ')
		return true;
	uint8_t byte = byte_before(window, at, 2);
	if (byte < 0x80 && !ascii_alnum(byte) && strchr("&'/-.,\n\r ", byte) == NULL)
		return false;
	while (size < sizeof word - 1 && (byte = byte_before(window, end, size + 1)) >= 'a' && byte <= 'z')
		size++;
	if (size == 0 || byte >= 0x80 || ascii_alnum(byte) || strchr("&'/-.", byte) != NULL)
		return true;
	memcpy(word, window->data + end - size, size);
	word[size] = 0;
	if (size == 1 || size == 3)
		return true;
	const bool may_be_part = word[size - 1] == 'a' || word[size - 1] == 'o'; /* as all of them end */
	return size == 2 ? strcmp(word, "sc") == 0 : may_be_part && word_listed(word, parts);
}

bool postal_address_may(const struct detect_window *window, size_t at)
{
	size_t digits = 0;
	if (is_inward(window, at))
		return true;
	while (digits < 5 && ascii_digit(byte_at(window, at + digits)))
		digits++;
	return digits == 5 && (is_state(window, at) || (is_place(window, at) && may_stand_behind(window, at)));
}

bool postal_address_at(const struct detect_window *window, size_t at, struct detect_candidate *out)
{
	struct address address;
	size_t digits = 0;
	address.window = window;
	address.code = at;
	address.code_end = at + 5;
	if (is_inward(window, at))
		return postcode(&address, out);
	while (digits < 5 && ascii_digit(byte_at(window, at + digits)))
		digits++;
	if (digits < 5)
		return false;
	return (is_state(window, at) && zip(&address, out)) || (is_place(window, at) && continental(&address, out));
}
