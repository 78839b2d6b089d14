/*
 * postal_address: a street with its number, a postal code and a place, as IT, FR, DE, ES, GB and US write them, in one
 * line or up to four. The postal code wakes it: five digits (CAP, code postal, PLZ, codigo postal), a ZIP code behind
 * the code of a state (USPS Publication 28), or a British postcode (BS 7666, Royal Mail PAF guide). Around it the words
 * of a street are looked for. A street alone, or a code and a place alone, is no address.
 */
#include "detect/digits.h"
#include "detect/worded_number.h"
#include "detect/words.h"

#define STREET_REACH_BYTES 200
#define STREET_READ 18
#define PLACE_READ 8
#define LINES_MOST 3 /* line ends in an address */
#define FOLDED_BYTES 64

enum { CONFIDENCE_ADDRESS = 90 };

struct address {
	const struct detect_window *window;
	struct word word[STREET_READ]; /* before the postal code, nearest first */
	char folded[STREET_READ][FOLDED_BYTES];
	size_t count;
	size_t code, code_end; /* bytes of the postal code */
};

/* --- words of streets --- */

static const char italian_streets[] =
	" via viale piazza piazzale piazzetta corso largo vicolo strada contrada borgo salita "
	"lungotevere lungarno località loc fraz frazione p.za p.zza v.le c.so vl pza galleria ";
static const char french_streets[] =
	" rue avenue av ave boulevard bd blvd bld place pl chemin ch che allée allées allee "
	"impasse imp quai cours route rte square passage faubourg fbg villa cité esplanade "
	"promenade sentier ruelle rond-point zone za zi ";
static const char spanish_streets[] =
	" calle avenida avda av plaza pza paseo pº camino carretera ctra ronda travesía "
	"travesia cl c/ glorieta rambla callejón urbanización urb polígono poligono via vía ";
static const char german_ends[] = "straße\0strasse\0str\0weg\0platz\0allee\0gasse\0ring\0ufer\0damm\0chaussee\0steig\0"
				  "promenade\0markt\0wall\0stieg\0hof\0graben\0";
static const char german_starts[] = " am an auf im in unter zum zur hinter vor bei alte alter ";
static const char english_streets[] =
	" street st road rd avenue ave lane ln drive dr boulevard blvd court ct place pl "
	"square sq terrace crescent cres close gardens hill row mews park green walk grove "
	"way parkway pkwy highway hwy circle cir trail trl plaza pike turnpike loop parade "
	"broadway wharf quay yard rise view vale mount bridge embankment strand ";
static const char small_words[] =
	" di del della dei delle degli dello da d' e de den dem la le les des du sur sous en lès les et "
	"y el los las al a am an der die das im in und ob vor of the upon by on under dell' ";
static const char states[] =
	" al ak az ar ca co ct de fl ga hi id il in ia ks ky la me md ma mi mn ms mo mt ne nv nh nj nm "
	"ny nc nd oh ok or pa ri sc sd tn tx ut vt va wa wv wi wy dc pr gu vi ";

static bool is_small(const struct address *address, size_t i)
{
	return word_listed(address->folded[i], small_words);
}

/* A part of a street's name: capitalised, or a little word, or a date in it (Via 4 Novembre, rue du 8 mai 1945). */
static bool is_name(const struct address *address, size_t i)
{
	const struct word *word = &address->word[i];
	return word->capital || word->digit || is_small(address, i);
}

static size_t size_of(const struct word *word)
{
	return word->end - word->start;
}

/* 12, 12a, 12/A, 5-7, 221B, 3bis, and s/n, snc where a house has none. */
static bool is_number(const struct address *address, size_t i)
{
	const char *text = address->folded[i];
	size_t digits = strspn(text, "0123456789");
	if (digits == 0)
		return strcmp(text, "snc") == 0 || strcmp(text, "s/n") == 0;
	if (digits > 5)
		return false;
	text += digits;
	if (*text == '-' || *text == '/') {
		size_t more = strspn(text + 1, "0123456789");
		text += more <= 4 ? 1 + more : 0;
	}
	return *text == 0 || text[1] == 0 || strcmp(text, "bis") == 0 || strcmp(text, "ter") == 0;
}

static unsigned lines_in(const struct address *address, size_t words)
{
	unsigned lines = 0;
	for (size_t i = 0; i < words; i++)
		lines += (address->word[i].gap & GAP_LINE) != 0;
	return lines;
}

/* Nothing but blanks between the words from `far` down to `near`, both included: one line of a street. */
static bool one_line(const struct address *address, size_t far, size_t near)
{
	for (size_t i = near + 1; i <= far; i++)
		if (address->word[i].gap & (GAP_LINE | GAP_END))
			return false;
	return true;
}

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
	char folded[FOLDED_BYTES];
	size_t count = words_behind(window, at, 16, word, 2);
	if (count == 0 || word[0].gap != GAP_BLANK ||
		strcmp(word_fold(window, &word[0], folded, sizeof folded), "cedex") != 0)
		return at;
	bool numbered = count > 1 && word[1].gap == GAP_BLANK && word[1].digit && size_of(&word[1]) <= 2;
	return word[numbered ? 1 : 0].end;
}

/* Does a place go on with this word, behind another one? */
static bool goes_on(const struct detect_window *window, const struct word *word, char *folded)
{
	bool saint = size_of(word - 1) <= 3; /* St. Gallen */
	word_fold(window, word, folded, FOLDED_BYTES);
	return (word->gap == GAP_BLANK || (saint && word->gap == (GAP_BLANK | GAP_DOT))) &&
	       (word->capital || word_listed(folded, small_words));
}

/* The end of the place that begins behind the code; 0 when none stands there. Several words only where the text then
 * pauses, or behind one that asks for more (San, Le, Bad). */
static size_t place_end(const struct detect_window *window, size_t at)
{
	static const char firsts[] =
		" san santa santo sankt st saint sainte le la les los las el bad porto reggio castel "
		"monte villa nuova new palma ";
	struct word word[PLACE_READ];
	char folded[FOLDED_BYTES];
	size_t count = words_behind(window, at, 80, word, PLACE_READ), last = 0, sure = 0;
	if (count == 0 || !word[0].capital || (word[0].gap & ~(GAP_BLANK | GAP_COMMA | GAP_DASH)) || size_of(word) < 2)
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

/* --- streets before the code --- */

/* A floor, a stair, a door: what may stand between the number and the code. */
static bool is_part(const struct address *address, size_t i)
{
	return size_of(&address->word[i]) <= 3 ||
	       word_listed(address->folded[i],
		       " sc int pal esc izq dch pta bis ter scala interno piano piso puerta bajo dcha "
		       "izda planta palazzina edificio ");
}

static bool is_street(const char *folded, const char *streets)
{
	return word_listed(folded, streets) || strncmp(folded, "c/", 2) == 0;
}

/* Italy and Spain: the word of the street, its name, its number, then perhaps a floor or a stair. The index of the word
 * where the address begins, or SIZE_MAX. */
static size_t street_then_number(const struct address *address, const char *streets)
{
	for (size_t number = 0; number < 6 && number + 1 < address->count; number++) {
		for (size_t i = number + 1; is_number(address, number) && i < address->count && i < number + 9; i++) {
			const char *folded = address->folded[i];
			if (!one_line(address, i, number))
				break;
			if (is_street(folded, streets) && (i > number + 1 || folded[1] == '/'))
				return i;
			if (!is_name(address, i) && !word_listed(folded, " n nr no num n° nº numero número civico "))
				break;
		}
		if (!is_part(address, number))
			break;
	}
	return SIZE_MAX;
}

/* France: the number, perhaps bis or ter, the word of the street, its name. */
static size_t number_then_street(const struct address *address)
{
	for (size_t i = 1; i + 1 < address->count && i < 12; i++) {
		if (lines_in(address, i) > LINES_MOST)
			return SIZE_MAX;
		if (!word_listed(address->folded[i], french_streets))
			continue;
		size_t number = i + 1;
		if (word_listed(address->folded[number], " bis ter quater a b c ") && number + 1 < address->count)
			number++;
		if (is_number(address, number) && one_line(address, number, i))
			return number;
	}
	return SIZE_MAX;
}

static bool ends_german(const char *folded, bool *alone)
{
	size_t size = strlen(folded);
	for (const char *end = german_ends; *end; end += strlen(end) + 1) {
		size_t tail = strlen(end);
		if (size < tail || strcmp(folded + size - tail, end) != 0)
			continue;
		*alone = size == tail || folded[size - tail - 1] == '-';
		return size == tail || size >= tail + 3;
	}
	return false;
}

/* Germany: a street's name in one word or in some, and the number before the code. */
static size_t german_street(const struct address *address)
{
	bool alone = false;
	size_t number = 0, street;
	while (number < address->count && number < 2 && !is_number(address, number))
		number++; /* 12 a */
	street = number + 1;
	if (number >= 2 || (number == 1 && size_of(&address->word[0]) > 1) || street >= address->count ||
		!one_line(address, street, number) || (address->word[street].gap & GAP_COMMA))
		return SIZE_MAX;
	if (ends_german(address->folded[street], &alone) && (address->word[street].capital || alone)) {
		size_t first = street;
		while (alone && first + 1 < address->count && first < street + 3 && address->word[first + 1].capital &&
			address->word[first + 1].gap == GAP_BLANK)
			first++;
		bool named = !alone || first > street || strchr(address->folded[street], '-') != NULL;
		return named ? first : SIZE_MAX;
	}
	for (size_t i = street;
		i < address->count && i < street + 5 && !(address->word[i].gap & ~(GAP_BLANK | GAP_DOT)); i++) {
		bool begins = address->word[i].capital && i > street && word_listed(address->folded[i], german_starts);
		if (begins ||
			(i > street && ends_german(address->folded[i], &alone) && alone && address->word[i].capital))
			return i;
		if (!is_name(address, i))
			break;
	}
	return SIZE_MAX;
}

/* --- English addresses: number, name, word of the street, perhaps more, town --- */

/* "12 High Street" that ends at or before word `from`; the index of its number, or SIZE_MAX. */
static size_t english_street(const struct address *address, size_t from, size_t most)
{
	for (size_t i = from; i < address->count && i < from + most && lines_in(address, i) <= LINES_MOST; i++) {
		if (!address->word[i].capital && !address->word[i].digit && !is_small(address, i))
			return SIZE_MAX;
		if (!word_listed(address->folded[i], english_streets) || !address->word[i].capital)
			continue;
		for (size_t n = i + 1; n < address->count && n < i + 6; n++) {
			if (!one_line(address, n, i) || (address->word[n].gap & GAP_DASH))
				break;
			if (is_number(address, n) && (n > i + 1 || strcmp(address->folded[i], "broadway") == 0))
				return n;
			if (!is_name(address, n))
				break;
		}
	}
	return SIZE_MAX;
}

static size_t box_before(const struct address *address, size_t from, size_t most)
{
	for (size_t i = from; i + 1 < address->count && i < from + most; i++) {
		if (!is_number(address, i) || strcmp(address->folded[i + 1], "box") != 0)
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
		if (address->word[i].capital && !address->word[i].digit &&
			!word_listed(address->folded[i], english_streets))
			return true;
	return false;
}

static size_t nearest_street(const struct address *address, size_t from)
{
	for (size_t i = from; i < address->count; i++)
		if (word_listed(address->folded[i], english_streets) && address->word[i].capital)
			return i;
	return from;
}

static size_t american(const struct address *address)
{
	const struct word *state = &address->word[0];
	if (address->count < 4 || !state->capitals || size_of(state) != 2 || state->gap & (GAP_LINE | GAP_END) ||
		!word_listed(address->folded[0], states))
		return SIZE_MAX;
	size_t box = box_before(address, 2, 4), street = english_street(address, 2, 9);
	if (street == SIZE_MAX)
		return box;
	return has_town(address, 1, nearest_street(address, 2)) ? street : SIZE_MAX;
}

static size_t british(const struct address *address)
{
	size_t street = english_street(address, 0, 10);
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

/* Before the code stands a number, a name (L'Église), or a floor. */
static bool may_end_street(const struct address *address)
{
	const struct word *word = &address->word[0];
	bool joined = memchr(address->window->data + word->start, '\'', size_of(word)) != NULL ||
		      memmem(address->window->data + word->start, size_of(word), "\xe2\x80\x99", 3) != NULL;
	return word->digit || word->capital || joined || is_part(address, 0);
}

static void read_words(struct address *address, size_t before)
{
	address->count = words_before(address->window, before, STREET_REACH_BYTES, address->word, 1);
	if (address->count == 1)
		word_fold(address->window, &address->word[0], address->folded[0], FOLDED_BYTES);
	if (address->count == 0 || !may_end_street(address)) {
		address->count = 0;
		return;
	}
	address->count = words_before(address->window, before, STREET_REACH_BYTES, address->word, STREET_READ);
	for (size_t i = 1; i < address->count; i++)
		word_fold(address->window, &address->word[i], address->folded[i], FOLDED_BYTES);
}

static bool take(
	const struct address *address, size_t first, size_t end, const char *country, struct detect_candidate *out)
{
	if (first == SIZE_MAX || end == 0 || lines_in(address, first + 1) > LINES_MOST)
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
	size_t first = code >= 10 ? street_then_number(address, italian_streets) : SIZE_MAX;
	if (first == SIZE_MAX && code >= 1000) {
		country = "fr";
		first = number_then_street(address);
	}
	if (first == SIZE_MAX && code >= 1000 && code < 53000) {
		country = "es";
		first = street_then_number(address, spanish_streets);
	}
	if (first == SIZE_MAX && code >= 1000) {
		country = "de";
		first = german_street(address);
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
	return take(address, american(address), end, "us", out);
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

static bool is_state(const struct detect_window *window, size_t at)
{
	uint8_t first = byte_before(window, at, 3), second = byte_before(window, at, 2);
	const char folded[] = {(char)(first | 0x20), (char)(second | 0x20), 0};
	return upper(first) && upper(second) && byte_before(window, at, 1) == ' ' &&
	       !ascii_alnum(byte_before(window, at, 4)) && word_listed(folded, states);
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
