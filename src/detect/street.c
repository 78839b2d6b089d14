/* Streets and house numbers in the order of each country, as USPS Publication 28 (appendix C), Royal Mail's PAF guide,
 * La Poste (NF Z 10-011), DIN 5008 and the posts of Italy and Spain name them. */
#include "detect/street.h"

#include "detect/digits.h"

/* --- words of streets --- */

static const char italian_words[] =
	" via viale piazza piazzale piazzetta corso largo vicolo strada contrada borgo salita "
	"lungotevere lungarno località loc fraz frazione p.za p.zza v.le c.so vl pza galleria ";
static const char french_words[] = " rue avenue av ave boulevard bd blvd bld place pl chemin ch che allée allées allee "
				   "impasse imp quai cours route rte square passage faubourg fbg villa cité esplanade "
				   "promenade sentier ruelle rond-point zone za zi ";
static const char spanish_words[] =
	" calle avenida avda av plaza pza paseo pº camino carretera ctra ronda travesía "
	"travesia cl c/ glorieta rambla callejón urbanización urb polígono poligono via vía ";
#define END(text)                      \
	{                              \
		sizeof(text) - 1, text \
	}
static const struct {
	uint8_t size;
	char text[11];
} german_ends[] = {END("straße"), END("strasse"), END("str"), END("weg"), END("platz"), END("allee"), END("gasse"),
	END("ring"), END("ufer"), END("damm"), END("chaussee"), END("steig"), END("promenade"), END("markt"),
	END("wall"), END("stieg"), END("hof"), END("graben")};
static const char german_starts[] = " am an auf im in unter zum zur hinter vor bei alte alter ";
static const char english_words[] = " street st road rd avenue ave lane ln drive dr boulevard blvd court ct place pl "
				    "square sq terrace crescent cres close gardens hill row mews park green walk grove "
				    "way parkway pkwy highway hwy circle cir trail trl plaza pike turnpike loop parade "
				    "broadway wharf quay yard rise view vale mount bridge embankment strand ";
static const char small_words[] =
	" di del della dei delle degli dello da d' e de den dem la le les des du sur sous en lès les et "
	"y el los las al a am an der die das im in und ob vor of the upon by on under dell' ";
static const char states[] =
	" al ak az ar ca co ct de fl ga hi id il in ia ks ky la me md ma mi mn ms mo mt ne nv nh nj nm "
	"ny nc nd oh ok or pa ri sc sd tn tx ut vt va wa wv wi wy dc pr gu vi as mp fm mh pw ";

bool street_italian(const char *folded)
{
	return word_listed(folded, italian_words);
}

bool street_french(const char *folded)
{
	return word_listed(folded, french_words);
}

bool street_spanish(const char *folded)
{
	return word_listed(folded, spanish_words);
}

bool street_english(const char *folded)
{
	return word_listed(folded, english_words);
}

bool street_small_words(const char *folded)
{
	return word_listed(folded, small_words);
}

bool postal_states(const char *folded)
{
	return word_listed(folded, states);
}

bool street_is_small(const struct address *address, size_t i)
{
	return street_small_words(address->folded[i]);
}

bool street_is_name(const struct address *address, size_t i)
{
	const struct word *word = &address->word[i];
	return word->capital || word->digit || street_is_small(address, i);
}

bool street_is_number(const struct address *address, size_t i)
{
	const char *text = address->folded[i];
	size_t digits = 0;
	while (ascii_digit((uint8_t)text[digits]))
		digits++;
	if (digits == 0)
		return *text == 's' && (strcmp(text, "snc") == 0 || strcmp(text, "s/n") == 0);
	if (digits > 5)
		return false;
	text += digits;
	if (*text == '-' || *text == '/') {
		size_t more = strspn(text + 1, "0123456789");
		text += more <= 4 ? 1 + more : 0;
	}
	return *text == 0 || text[1] == 0 || strcmp(text, "bis") == 0 || strcmp(text, "ter") == 0;
}

unsigned street_lines(const struct address *address, size_t words)
{
	unsigned lines = 0;
	for (size_t i = 0; i < words; i++)
		lines += (address->word[i].gap & GAP_LINE) != 0;
	return lines;
}

bool street_one_line(const struct address *address, size_t far, size_t near)
{
	for (size_t i = near + 1; i <= far; i++)
		if (address->word[i].gap & (GAP_LINE | GAP_END))
			return false;
	return true;
}

/* --- streets before the code --- */

bool street_is_part(const struct address *address, size_t i)
{
	return word_size(&address->word[i]) <= 3 ||
	       word_listed(address->folded[i],
		       " sc int pal esc izq dch pta bis ter scala interno piano piso puerta bajo dcha "
		       "izda planta palazzina edificio ");
}

static bool is_street(const char *folded, bool (*streets)(const char *folded))
{
	return streets(folded) || strncmp(folded, "c/", 2) == 0;
}

size_t street_before_number(const struct address *address, bool (*streets)(const char *folded))
{
	for (size_t number = 0; number < 6 && number + 1 < address->count; number++) {
		const bool is_number = street_is_number(address, number);
		for (size_t i = number + 1; is_number && i < address->count && i < number + 9; i++) {
			const char *folded = address->folded[i];
			if (!street_one_line(address, i, number))
				break;
			if (is_street(folded, streets) && (i > number + 1 || folded[1] == '/'))
				return i;
			if (!street_is_name(address, i) &&
				!word_listed(folded, " n nr no num n° nº numero número civico "))
				break;
		}
		if (!street_is_part(address, number))
			break;
	}
	return SIZE_MAX;
}

size_t street_behind_number(const struct address *address)
{
	for (size_t i = 1; i + 1 < address->count && i < 12; i++) {
		if (street_lines(address, i) > STREET_LINES_MOST)
			return SIZE_MAX;
		if (!street_french(address->folded[i]))
			continue;
		size_t number = i + 1;
		if (word_listed(address->folded[number], " bis ter quater a b c ") && number + 1 < address->count)
			number++;
		if (street_is_number(address, number) && street_one_line(address, number, i))
			return number;
	}
	return SIZE_MAX;
}

static bool ends_german(const char *folded, bool *alone)
{
	const size_t size = strlen(folded);
	for (size_t i = 0; size > 0 && i < sizeof german_ends / sizeof *german_ends; i++) {
		const size_t tail = german_ends[i].size;
		if (german_ends[i].text[tail - 1] != folded[size - 1] || size < tail ||
			memcmp(folded + size - tail, german_ends[i].text, tail) != 0)
			continue;
		*alone = size == tail || folded[size - tail - 1] == '-';
		return size == tail || size >= tail + 3;
	}
	return false;
}

size_t street_german_way(const struct address *address)
{
	bool alone = false;
	size_t number = 0, street;
	while (number < address->count && number < 2 && !street_is_number(address, number))
		number++; /* 12 a */
	street = number + 1;
	if (number >= 2 || (number == 1 && word_size(&address->word[0]) > 1) || street >= address->count ||
		!street_one_line(address, street, number) || (address->word[street].gap & GAP_COMMA))
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
		if (!street_is_name(address, i))
			break;
	}
	return SIZE_MAX;
}

/* --- English addresses: number, name, word of the street, perhaps more, town --- */

size_t street_english_way(const struct address *address, size_t from, size_t most)
{
	for (size_t i = from; i < address->count && i < from + most && street_lines(address, i) <= STREET_LINES_MOST;
		i++) {
		if (!address->word[i].capital && !address->word[i].digit && !street_is_small(address, i))
			return SIZE_MAX;
		if (!street_english(address->folded[i]) || !address->word[i].capital)
			continue;
		for (size_t n = i + 1; n < address->count && n < i + 6; n++) {
			if (!street_one_line(address, n, i) || (address->word[n].gap & GAP_DASH))
				break;
			if (street_is_number(address, n) && (n > i + 1 || strcmp(address->folded[i], "broadway") == 0))
				return n;
			if (!street_is_name(address, n))
				break;
		}
	}
	return SIZE_MAX;
}
