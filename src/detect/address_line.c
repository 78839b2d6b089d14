/*
 * postal_address without a postal code: a street and its number, where what stands beside them leaves no doubt. That is
 * a town and the code or name of a state of the US, a town and an Italian province in brackets, a town and the name of
 * the country; or a word before them that says an address comes ("Address:", "residente in", "wohnhaft"), on the same
 * line, on the line before or in the question that is answered (turn.h). The house number wakes it.
 */
#include "detect/address_line.h"
#include "detect/digits.h"
#include "detect/nearby.h"
#include "detect/turn.h"
#include "detect/worded_number.h"

#define LABEL_REACH_BYTES 64
#define LABEL_WORDS 5
#define NEAREST_WORDS 4 /* before a number */

enum { CONFIDENCE_CERTAIN = 85, CONFIDENCE_LABELLED = 80, CONFIDENCE_STREET_ONLY = 70 };

/* --- what says that an address comes --- */

static const char address_words[] =
	" address addresses addr street residence located situated office offices "
	"lives live living resides reside residing resident domiciled deliver delivered shipped ship moved "
	"indirizzo residenza domicilio residente residenti abita abitante abito domiciliato domiciliata sede "
	"adresse domicile demeurant demeure domicilié domiciliée habite habitant résidant siège "
	"anschrift wohnadresse lieferadresse rechnungsadresse postanschrift wohnhaft wohnt wohne wohnend straße "
	"strasse "
	"dirección direccion vive reside domiciliado domiciliada residencia oficina ";

/* In one of the `most` words nearest to the address. */
static bool says_address(const struct nearby *nearby, size_t most)
{
	for (size_t at = 0; at < nearby->count && at < most; at++) {
		if (at > 0 && (nearby->word[at].signs & NEARBY_DOT))
			return false;
		if (word_listed(nearby->word[at].text, address_words))
			return true;
	}
	return false;
}

/* "addressLine1": the place before the digit of a field's name; else `at`. */
static size_t pass_field_digit(const struct detect_window *window, size_t at)
{
	size_t i = at;
	bool sign = false;
	while (i > 2 && at - i < 6 && strchr("\"': =>", window->data[i - 1]) != NULL && window->data[i - 1] != 0)
		sign |= strchr(":=>", window->data[--i]) != NULL;
	return sign && ascii_digit(window->data[i - 1]) && ascii_letter(window->data[i - 2]) ? i - 1 : at;
}

static bool is_labelled(const struct detect_window *window, size_t start)
{
	struct nearby nearby;
	size_t end;
	nearby_read(window, pass_field_digit(window, start), LABEL_REACH_BYTES, false, &nearby);
	if (says_address(&nearby, LABEL_WORDS) ||
		(nearby_column(window, &nearby) && says_address(&nearby, LABEL_WORDS)))
		return true;
	enum turn turn = turn_before(window, start, &end);
	if (turn == TURN_NONE)
		return false;
	nearby_read(window, end, LABEL_REACH_BYTES, true, &nearby);
	return says_address(&nearby, turn == TURN_ASKED ? NEARBY_WORDS : turn == TURN_WRAP ? LABEL_WORDS : 3);
}

/* --- the number --- */

/* 12, 12a, 12/A, 12-14: the end of the word that begins with digits at `at`; 0 when it is no house's. */
static size_t number_end(const struct detect_window *window, size_t at, size_t digits)
{
	size_t end = at + digits, more = 0;
	uint8_t sign = byte_at(window, end);
	if (sign == '-' || sign == '/') {
		while (more < 4 && ascii_digit(byte_at(window, end + 1 + more)))
			more++;
		bool letter = more == 0 && ascii_letter(byte_at(window, end + 1));
		end += more > 0 ? 1 + more : letter ? 2 : 0;
	} else if (ascii_letter(sign)) {
		end++;
	}
	uint8_t after = byte_at(window, end);
	bool ends = token_ends(window, end) && after < 0x80 && after != '%' && after != '/' && after != '-';
	return ends ? end : 0;
}

/* --- the street behind the number --- */

/* Of "12 High Street", "350 5th Ave", "1 Old Mill Road North" the index of the last word; SIZE_MAX for none. */
static size_t english_way(struct address_ahead *ahead)
{
	static const char points[] = " n s e w ne nw se sw north south east west ";
	char folded[STREET_FOLDED_BYTES];
	size_t last = SIZE_MAX;
	for (size_t i = 0; i < 7 && address_has_word(ahead, i); i++) {
		const struct word *word = &ahead->word[i];
		bool dotted =
			word->gap == (GAP_BLANK | GAP_DOT) && i > 0 && word_size(word - 1) <= 2 && last == SIZE_MAX;
		if (word->gap != GAP_BLANK && !dotted)
			break;
		address_fold(ahead, i, folded);
		bool street = word->capital && i > 0 && street_english(folded);
		if (street || (last == i - 1 && word->capital && word_listed(folded, points)))
			last = i;
		else if (last != SIZE_MAX || !(word->capital || (word->digit && i == 0) || street_small_words(folded)))
			break;
	}
	return last;
}

static bool is_elided(struct address_ahead *ahead, const struct word *word)
{
	const uint8_t *text = ahead->window->data + word->start;
	return memchr(text, '\'', word_size(word)) != NULL || memmem(text, word_size(word), "\xe2\x80\x99", 3) != NULL;
}

/* Of "12 bis, rue de la Paix" the index of the last word; SIZE_MAX for none. */
static size_t french_way(struct address_ahead *ahead)
{
	char folded[STREET_FOLDED_BYTES];
	size_t i = word_listed(address_fold(ahead, 0, folded), " bis ter quater ") ? 1 : 0, last = SIZE_MAX;
	if (!address_has_word(ahead, i) || (ahead->word[i].gap & ~(GAP_BLANK | GAP_COMMA)) ||
		!street_french(address_fold(ahead, i, folded)))
		return SIZE_MAX;
	for (size_t name = i + 1; name < i + 8 && address_has_word(ahead, name); name++) {
		const struct word *word = &ahead->word[name];
		bool dotted = name == i + 1 && word->gap == (GAP_BLANK | GAP_DOT);
		bool named = word->capital || word->digit || is_elided(ahead, word);
		if ((word->gap != GAP_BLANK && !dotted) ||
			(!named && !street_small_words(address_fold(ahead, name, folded))))
			break;
		last = named ? name : last;
	}
	return last;
}

/* Can a name of a street begin here: a capital letter, 5th, or a small word like rue where the number is short? Most
 * numbers end here. */
static bool may_name_street(const struct detect_window *window, size_t at, size_t digits)
{
	uint8_t first = byte_at(window, at), second = byte_at(window, at + 1);
	if (ascii_digit(first))
		return ascii_letter(second) || (ascii_digit(second) && ascii_letter(byte_at(window, at + 2)));
	if (first >= 'A' && first <= 'Z')
		return digits <= 2 || second < 'A' || second > 'Z'; /* no 12345 GET */
	return first >= 0x80 || (digits <= 2 && ascii_letter(first));
}

/* Letters that begin a name in capitals, or go on with one, or one of the words before French names, as may_go_on asks;
 * true where that takes more than ASCII. */
static bool may_begin_name(const struct detect_window *window, size_t at)
{
	char word[12];
	size_t size = 0;
	if (byte_at(window, at) < 'a' || byte_at(window, at) > 'z')
		return true;
	for (uint8_t byte; size < sizeof word - 1; size++) {
		byte = byte_at(window, at + size);
		if (byte >= 0x80)
			return true;
		if (!ascii_letter(byte) && byte != '-')
			break;
		word[size] = (char)(byte == '-' ? byte : byte | 0x20);
	}
	word[size] = 0;
	return street_french(word) || word_listed(word, " bis ter quater ");
}

/* Two words tell that most numbers are none of a house: "12 Files were". */
static bool may_go_on(struct address_ahead *ahead)
{
	char folded[STREET_FOLDED_BYTES];
	const struct word *first = &ahead->word[0], *second = &ahead->word[1];
	if (!address_has_word(ahead, 1))
		return false;
	address_fold(ahead, 0, folded);
	if (street_french(folded) || word_listed(folded, " bis ter quater "))
		return true;
	return (first->capital || first->digit) && first->gap == GAP_BLANK &&
	       (second->capital || street_small_words(address_fold(ahead, 1, folded)));
}

static bool may_stand_before(const struct detect_window *window, size_t at, size_t digits, size_t number)
{
	uint8_t before = byte_before(window, at, 1);
	size_t name = number + (byte_at(window, number) == ',') + 1;
	return byte_at(window, name - 1) == ' ' && may_name_street(window, name, digits) && before != '.' &&
	       before != '-' && before != '/' && may_begin_name(window, name);
}

static bool street_behind(
	const struct detect_window *window, size_t at, size_t digits, size_t number, struct address_line *out)
{
	if (!may_stand_before(window, at, digits, number) || !token_begins(window, at))
		return false;
	struct address_ahead ahead = address_ahead_from(window, number);
	if (!may_go_on(&ahead))
		return false;
	size_t last = english_way(&ahead);
	out->english = last != SIZE_MAX;
	if (last == SIZE_MAX)
		last = french_way(&ahead);
	if (last == SIZE_MAX)
		return false;
	out->start = at;
	out->end = ahead.word[last].end;
	return true;
}

/* --- the street before the number --- */

/* Is the word before the number a name, or "n."? */
static bool behind_name(const struct detect_window *window, size_t at)
{
	size_t end = at - 1, from;
	if (at < 3 || window->data[end] != ' ')
		return false;
	end -= window->data[end - 1] == ',';
	from = end;
	while (from > 0 && end - from < 24 && window->data[from - 1] > ' ')
		from--;
	uint8_t first = byte_at(window, from);
	return (first >= 'A' && first <= 'Z') || first >= 0x80 || first == 'n' || byte_before(window, end, 1) == '.' ||
	       memchr(window->data + from, '\'', end - from) != NULL;
}

static void read_back(struct address *address, size_t at, size_t most)
{
	address->count = words_before(address->window, at, STREET_REACH_BYTES, address->word, most);
	for (size_t i = 0; i < address->count; i++)
		word_fold(address->window, &address->word[i], address->folded[i], STREET_FOLDED_BYTES);
}

/* The words nearest to the number tell that most are none of a house: "see Table 3,". */
static bool may_be_name(const struct address *address)
{
	for (size_t i = 1; i < address->count; i++) {
		const char *folded = address->folded[i];
		if (street_italian(folded) || street_spanish(folded) || folded[1] == '/')
			return true;
		if (!street_is_name(address, i) && !street_is_part(address, i) &&
			!word_listed(folded, " num numero número civico "))
			return i > 1;
	}
	return address->count > 1;
}

static bool street_before(const struct detect_window *window, size_t at, size_t number, struct address_line *out)
{
	struct address address; /* large */
	if (!behind_name(window, at) || !address_pauses(window, number))
		return false;
	address.window = window;
	read_back(&address, number, NEAREST_WORDS);
	if (!may_be_name(&address))
		return false;
	if (address.count == NEAREST_WORDS)
		read_back(&address, number, ADDRESS_AHEAD_READ);
	size_t first = street_before_number(&address, street_italian);
	out->italian = first != SIZE_MAX;
	if (first == SIZE_MAX)
		first = street_before_number(&address, street_spanish);
	if (first == SIZE_MAX)
		first = street_german_way(&address);
	if (first == SIZE_MAX || !token_begins(window, address.word[first].start))
		return false;
	out->start = address.word[first].start;
	out->end = number;
	return true;
}

bool address_line_may(const struct detect_window *window, size_t at, size_t digits)
{
	size_t number = number_end(window, at, digits);
	return number != 0 && (may_stand_before(window, at, digits, number) ||
				      (digits <= 4 && behind_name(window, at) && address_pauses(window, number)));
}

bool address_line_at(const struct detect_window *window, size_t at, size_t digits, struct detect_candidate *out)
{
	struct address_line line = {0};
	size_t number = number_end(window, at, digits);
	if (number == 0 || !(street_behind(window, at, digits, number, &line) ||
				   (digits <= 4 && street_before(window, at, number, &line))))
		return false;
	address_take_place(window, &line);
	bool pause = line.certain || address_pauses(window, line.end);
	if (!line.certain && !(pause && is_labelled(window, line.start)))
		return false;
	out->kind = DETECT_POSTAL_ADDRESS;
	out->start = line.start;
	out->end = line.end;
	out->form = DETECT_PLAIN;
	out->confidence = line.certain ? CONFIDENCE_CERTAIN : line.city ? CONFIDENCE_LABELLED : CONFIDENCE_STREET_ONLY;
	out->tentative = false;
	out->scheme = line.country;
	out->canonical_size = (uint16_t)text_canonical(
		window->data + out->start, out->end - out->start, out->canonical, CEIL_CANONICAL_BYTES);
	return out->canonical_size > 0;
}
