/*
 * postal_address without a postal code: a street and its number, where what stands beside them leaves no doubt. That is
 * a town and the code or name of a state of the US, a town and an Italian province in brackets, a town and the name of
 * the country; or a word before them that says an address comes ("Address:", "residente in", "wohnhaft"), on the same
 * line, on the line before or in the question that is answered (turn.h). The house number wakes it.
 */
#include "detect/digits.h"
#include "detect/nearby.h"
#include "detect/street.h"
#include "detect/turn.h"
#include "detect/worded_number.h"

#define AHEAD_BYTES 120
#define AHEAD_READ 12
#define LABEL_REACH_BYTES 64
#define LABEL_WORDS 5

enum { CONFIDENCE_CERTAIN = 85, CONFIDENCE_LABELLED = 80, CONFIDENCE_STREET_ONLY = 70 };

/* What is known of an address so far. */
struct found_line {
	size_t start, end;
	bool english, italian; /* in whose order the street is written */
	bool city, certain;
	const char *country; /* NULL while nothing says which */
};

/* The words behind a place in the window, in their order, read as they are asked for. */
struct ahead {
	const struct detect_window *window;
	size_t at, limit; /* the next word is read from here, and none beyond */
	struct word word[AHEAD_READ];
	size_t count;
};

static struct ahead ahead_from(const struct detect_window *window, size_t at)
{
	struct ahead ahead;
	ahead.window = window;
	ahead.at = at;
	ahead.limit = at + AHEAD_BYTES;
	ahead.count = 0;
	return ahead;
}

/* Is there a word `i`? */
static bool has_word(struct ahead *ahead, size_t i)
{
	while (ahead->count <= i && ahead->at < ahead->limit) {
		struct word *word = &ahead->word[ahead->count];
		if (ahead->count == AHEAD_READ ||
			words_behind(ahead->window, ahead->at, ahead->limit - ahead->at, word, 1) == 0) {
			ahead->at = ahead->limit;
			break;
		}
		ahead->at = word->end;
		ahead->count++;
	}
	return i < ahead->count;
}

static const char *fold_at(struct ahead *ahead, size_t i, char folded[STREET_FOLDED_BYTES])
{
	if (has_word(ahead, i))
		return word_fold(ahead->window, &ahead->word[i], folded, STREET_FOLDED_BYTES);
	folded[0] = 0;
	return folded;
}

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

/* Does the text pause here, so that nothing of a sentence goes on? */
static bool pauses(const struct detect_window *window, size_t at)
{
	uint8_t byte = byte_at(window, at), next = byte_at(window, at + 1);
	return (byte != ' ' && !ascii_alnum(byte) && byte < 0x80) ||
	       (byte == ' ' && (next == '(' || next == '-' || next == '|' || next == ' '));
}

/* --- the street behind the number --- */

/* Of "12 High Street", "350 5th Ave", "1 Old Mill Road North" the index of the last word; SIZE_MAX for none. */
static size_t english_way(struct ahead *ahead)
{
	static const char points[] = " n s e w ne nw se sw north south east west ";
	char folded[STREET_FOLDED_BYTES];
	size_t last = SIZE_MAX;
	for (size_t i = 0; i < 7 && has_word(ahead, i); i++) {
		const struct word *word = &ahead->word[i];
		bool dotted =
			word->gap == (GAP_BLANK | GAP_DOT) && i > 0 && word_size(word - 1) <= 2 && last == SIZE_MAX;
		if (word->gap != GAP_BLANK && !dotted)
			break;
		fold_at(ahead, i, folded);
		bool street = word->capital && i > 0 && word_listed(folded, street_english);
		if (street || (last == i - 1 && word->capital && word_listed(folded, points)))
			last = i;
		else if (last != SIZE_MAX ||
			 !(word->capital || (word->digit && i == 0) || word_listed(folded, street_small_words)))
			break;
	}
	return last;
}

static bool is_elided(struct ahead *ahead, const struct word *word)
{
	const uint8_t *text = ahead->window->data + word->start;
	return memchr(text, '\'', word_size(word)) != NULL || memmem(text, word_size(word), "\xe2\x80\x99", 3) != NULL;
}

/* Of "12 bis, rue de la Paix" the index of the last word; SIZE_MAX for none. */
static size_t french_way(struct ahead *ahead)
{
	char folded[STREET_FOLDED_BYTES];
	size_t i = word_listed(fold_at(ahead, 0, folded), " bis ter quater ") ? 1 : 0, last = SIZE_MAX;
	if (!has_word(ahead, i) || (ahead->word[i].gap & ~(GAP_BLANK | GAP_COMMA)) ||
		!word_listed(fold_at(ahead, i, folded), street_french))
		return SIZE_MAX;
	for (size_t name = i + 1; name < i + 8 && has_word(ahead, name); name++) {
		const struct word *word = &ahead->word[name];
		bool dotted = name == i + 1 && word->gap == (GAP_BLANK | GAP_DOT);
		bool named = word->capital || word->digit || is_elided(ahead, word);
		if ((word->gap != GAP_BLANK && !dotted) ||
			(!named && !word_listed(fold_at(ahead, name, folded), street_small_words)))
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

/* Two words tell that most numbers are none of a house: "12 Files were". */
static bool may_go_on(struct ahead *ahead)
{
	char folded[STREET_FOLDED_BYTES];
	const struct word *first = &ahead->word[0], *second = &ahead->word[1];
	if (!has_word(ahead, 1))
		return false;
	fold_at(ahead, 0, folded);
	if (word_listed(folded, street_french) || word_listed(folded, " bis ter quater "))
		return true;
	return (first->capital || first->digit) && first->gap == GAP_BLANK &&
	       (second->capital || word_listed(fold_at(ahead, 1, folded), street_small_words));
}

static bool street_behind(
	const struct detect_window *window, size_t at, size_t digits, size_t number, struct found_line *out)
{
	uint8_t before = byte_before(window, at, 1);
	size_t name = number + (byte_at(window, number) == ',') + 1;
	if (byte_at(window, name - 1) != ' ' || !may_name_street(window, name, digits) || !token_begins(window, at) ||
		before == '.' || before == '-' || before == '/')
		return false;
	struct ahead ahead = ahead_from(window, number);
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
		if (word_listed(folded, street_italian) || word_listed(folded, street_spanish) || folded[1] == '/')
			return true;
		if (!street_is_name(address, i) && !street_is_part(address, i) &&
			!word_listed(folded, " num numero número civico "))
			return i > 1;
	}
	return address->count > 1;
}

static bool street_before(const struct detect_window *window, size_t at, size_t number, struct found_line *out)
{
	struct address address = {.window = window};
	if (!behind_name(window, at) || !pauses(window, number))
		return false;
	read_back(&address, number, 4);
	if (!may_be_name(&address))
		return false;
	read_back(&address, number, AHEAD_READ);
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

/* --- what stands behind the street --- */

/* "Apt. 4", "scala B", "int. 5": the index of the word behind them. */
static size_t pass_parts(struct ahead *ahead, struct found_line *out)
{
	static const char parts[] =
		" apt apartment suite ste unit flat floor fl room rm bldg building int interno scala sc "
		"piano palazzina edificio piso puerta pta esc bâtiment bât étage ";
	char folded[STREET_FOLDED_BYTES];
	size_t i = 0;
	while (i < 6 && has_word(ahead, i + 1) && !(ahead->word[i].gap & (GAP_LINE | GAP_DASH)) &&
		word_listed(fold_at(ahead, i, folded), parts) &&
		(ahead->word[i + 1].digit || word_size(&ahead->word[i + 1]) <= 2) &&
		!(ahead->word[i + 1].gap & ~(GAP_BLANK | GAP_DOT))) {
		out->end = ahead->word[i + 1].end;
		i += 2;
	}
	return i;
}

/* One to three capitalised words: the index behind them; `from` when no town stands there. */
static size_t pass_town(struct ahead *ahead, size_t from)
{
	char folded[STREET_FOLDED_BYTES];
	size_t end = from, capitals = 0;
	for (size_t i = from; capitals < 3 && has_word(ahead, i); i++) {
		const struct word *word = &ahead->word[i];
		bool saint = i > from && word_size(word - 1) <= 3 && word->gap == (GAP_BLANK | GAP_DOT);
		if ((i > from && word->gap != GAP_BLANK && !saint) || word->digit || word_size(word) < 2)
			break;
		if (!word->capital && (i == from || !word_listed(fold_at(ahead, i, folded), street_small_words)))
			break;
		capitals += word->capital;
		end = word->capital ? i + 1 : end;
	}
	return end;
}

/* A comma, a dash or one line end in front: not a cell of a table, and not the next paragraph. */
static bool begins_part(const struct word *word)
{
	return (word->gap & (GAP_BLANK | GAP_LINE)) && (word->gap & (GAP_COMMA | GAP_DASH | GAP_LINE)) &&
	       !(word->gap & (GAP_END | GAP_DOT));
}

static bool is_state(struct ahead *ahead, size_t i)
{
	char folded[STREET_FOLDED_BYTES];
	return has_word(ahead, i) && ahead->word[i].capitals && word_size(&ahead->word[i]) == 2 &&
	       word_listed(fold_at(ahead, i, folded), postal_states);
}

/* Words behind `i` of the state's name; 0 when it is none. */
static size_t state_name(struct ahead *ahead, size_t i)
{
	static const char names[] = " alabama alaska arizona arkansas california colorado connecticut delaware florida "
				    "georgia hawaii idaho "
				    "illinois indiana iowa kansas kentucky louisiana maine maryland massachusetts "
				    "michigan minnesota mississippi "
				    "missouri montana nebraska nevada ohio oklahoma oregon pennsylvania tennessee "
				    "texas utah vermont virginia "
				    "washington wisconsin wyoming ";
	char folded[STREET_FOLDED_BYTES], second[STREET_FOLDED_BYTES];
	if (!has_word(ahead, i) || !ahead->word[i].capital)
		return 0;
	fold_at(ahead, i, folded);
	fold_at(ahead, i + 1, second);
	bool new = strcmp(folded, "new") == 0 && word_listed(second, " hampshire jersey mexico york ");
	bool point = word_listed(folded, " north south ") && word_listed(second, " carolina dakota ");
	bool other = (strcmp(folded, "west") == 0 && strcmp(second, "virginia") == 0) ||
		     (strcmp(folded, "rhode") == 0 && strcmp(second, "island") == 0);
	if (has_word(ahead, i + 1) && (new || point || other))
		return 2;
	return word_listed(folded, names) ? 1 : 0;
}

/* The country of one of the six, by its names in five languages; words in *size. */
static const char *country_name(struct ahead *ahead, size_t i, size_t *size)
{
	static const struct {
		const char *names, *country;
	} countries[] = {{" italy italia italie italien ", "it"}, {" france francia frankreich ", "fr"},
		{" germany deutschland germania allemagne alemania ", "de"},
		{" spain españa spagna espagne spanien ", "es"},
		{" uk england scotland wales unitedkingdom greatbritain ", "gb"}, {" usa us unitedstates ", "us"}};
	char folded[STREET_FOLDED_BYTES], second[STREET_FOLDED_BYTES];
	if (!has_word(ahead, i) || !ahead->word[i].capital)
		return NULL;
	fold_at(ahead, i, folded);
	*size = 1;
	if (word_listed(folded, " united great ") && has_word(ahead, i + 1) && ahead->word[i + 1].gap == GAP_BLANK) {
		size_t used = strlen(folded);
		*size = 2;
		memcpy(folded + used, fold_at(ahead, i + 1, second), strlen(second) < 16 ? strlen(second) + 1 : 0);
	}
	for (size_t n = 0; n < sizeof countries / sizeof *countries; n++)
		if (word_listed(folded, countries[n].names))
			return countries[n].country;
	return NULL;
}

/* " (MI)" behind the town (ISO 3166-2:IT). */
static bool is_province(const struct detect_window *window, size_t at)
{
	static const char provinces[] = " ag al an ao ap aq ar at av ba bg bi bl bn bo br bs bt bz ca cb ce ch cl cn "
					"co cr cs ct cz en fc fe fg fi fm "
					"fr ge go gr im is kr lc le li lo lt lu mb mc me mi mn mo ms mt na no nu or pa "
					"pc pd pe pg pi pn po pr pt pu pv "
					"pz ra rc re rg ri rm rn ro sa si so sp sr ss su sv ta te tn to tp tr ts tv ud "
					"va vb vc ve vi vr vt vv ";
	const uint8_t *p = window->data + at;
	if (window->size - at < 5 || memcmp(p, " (", 2) != 0 || p[4] != ')' || !ascii_letter(p[2]) ||
		!ascii_letter(p[3]))
		return false;
	const char folded[] = {(char)(p[2] | 0x20), (char)(p[3] | 0x20), 0};
	return word_listed(folded, provinces);
}

/* A ZIP code that stands apart from its state: two blanks, a line end. */
static void take_zip(struct ahead *ahead, size_t i, struct found_line *out)
{
	if (!has_word(ahead, i) || (ahead->word[i].gap & ~(GAP_BLANK | GAP_COMMA | GAP_LINE)))
		return;
	const uint8_t *text = ahead->window->data + ahead->word[i].start;
	size_t size = word_size(&ahead->word[i]), digits = 0;
	while (digits < size && ascii_digit(text[digits]))
		digits++;
	if (digits == 5 && (size == 5 || (size == 10 && text[5] == '-')))
		out->end = ahead->word[i].end;
}

/* State, province or country behind the town, which ends before word `i`. */
static void take_region(struct ahead *ahead, size_t i, struct found_line *out)
{
	size_t size = 0, town_end = ahead->word[i - 1].end;
	if (out->italian && is_province(ahead->window, town_end)) {
		out->end = town_end + 5;
		out->certain = true;
		out->country = "it";
		return;
	}
	if (has_word(ahead, i) && begins_part(&ahead->word[i]) && !(ahead->word[i].gap & GAP_DASH)) {
		size = out->english ? is_state(ahead, i) ? 1 : state_name(ahead, i) : 0;
		out->country = size > 0 ? "us" : country_name(ahead, i, &size);
		out->certain = out->country != NULL;
		if (out->certain)
			out->end = ahead->word[i + size - 1].end;
		if (size > 0 && out->english)
			take_zip(ahead, i + size, out);
	}
}

/* The town, and what says where it is. A line of its own is a town only with that. */
static void take_town(struct ahead *ahead, size_t from, struct found_line *out)
{
	size_t end = has_word(ahead, from) && begins_part(&ahead->word[from]) ? pass_town(ahead, from) : from;
	if (end == from)
		return;
	bool own_line = (ahead->word[from].gap & GAP_LINE) && !(ahead->word[from].gap & GAP_COMMA);
	/* "Springfield IL" in one piece */
	bool state = out->english && end > from + 1 && is_state(ahead, end - 1) && !ahead->word[end - 2].capitals;
	if (state || !pauses(ahead->window, ahead->word[end - 1].end)) {
		out->certain = state;
		out->country = state ? "us" : NULL;
		out->city = state;
		out->end = state ? ahead->word[end - 1].end : out->end;
		return;
	}
	size_t street_end = out->end;
	out->city = true;
	out->end = ahead->word[end - 1].end;
	take_region(ahead, end, out);
	if (!out->certain && own_line) {
		out->city = false;
		out->end = street_end;
	}
}

bool address_line_at(const struct detect_window *window, size_t at, size_t digits, struct detect_candidate *out)
{
	struct found_line line = {0};
	size_t number = number_end(window, at, digits);
	if (number == 0 || !(street_behind(window, at, digits, number, &line) ||
				   (digits <= 4 && street_before(window, at, number, &line))))
		return false;
	struct ahead ahead = ahead_from(window, line.end);
	take_town(&ahead, pass_parts(&ahead, &line), &line);
	bool pause = line.certain || pauses(window, line.end);
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
