/* What stands behind a street: flats and floors, the town, a state of the US, an Italian province, a country. */
#include "detect/address_line.h"
#include "detect/digits.h"

bool address_has_word(struct address_ahead *ahead, size_t i)
{
	while (ahead->count <= i && ahead->at < ahead->limit) {
		struct word *word = &ahead->word[ahead->count];
		if (ahead->count == ADDRESS_AHEAD_READ ||
			words_behind(ahead->window, ahead->at, ahead->limit - ahead->at, word, 1) == 0) {
			ahead->at = ahead->limit;
			break;
		}
		ahead->at = word->end;
		ahead->count++;
	}
	return i < ahead->count;
}

const char *address_fold(struct address_ahead *ahead, size_t i, char folded[STREET_FOLDED_BYTES])
{
	if (address_has_word(ahead, i))
		return word_fold(ahead->window, &ahead->word[i], folded, STREET_FOLDED_BYTES);
	folded[0] = 0;
	return folded;
}

bool address_pauses(const struct detect_window *window, size_t at)
{
	uint8_t byte = byte_at(window, at), next = byte_at(window, at + 1);
	return (byte != ' ' && !ascii_alnum(byte) && byte < 0x80) ||
	       (byte == ' ' && (next == '(' || next == '-' || next == '|' || next == ' '));
}

/* "Apt. 4", "scala B", "int. 5": the index of the word behind them. */
static size_t pass_parts(struct address_ahead *ahead, struct address_line *out)
{
	static const char parts[] =
		" apt apartment suite ste unit flat floor fl room rm bldg building int interno scala sc "
		"piano palazzina edificio piso puerta pta esc bâtiment bât étage ";
	char folded[STREET_FOLDED_BYTES];
	size_t i = 0;
	while (i < 6 && address_has_word(ahead, i + 1) && !(ahead->word[i].gap & (GAP_LINE | GAP_DASH)) &&
		word_listed(address_fold(ahead, i, folded), parts) &&
		(ahead->word[i + 1].digit || word_size(&ahead->word[i + 1]) <= 2) &&
		!(ahead->word[i + 1].gap & ~(GAP_BLANK | GAP_DOT))) {
		out->end = ahead->word[i + 1].end;
		i += 2;
	}
	return i;
}

/* One to three capitalised words: the index behind them; `from` when no town stands there. */
static size_t pass_town(struct address_ahead *ahead, size_t from)
{
	char folded[STREET_FOLDED_BYTES];
	size_t end = from, capitals = 0;
	for (size_t i = from; capitals < 3 && address_has_word(ahead, i); i++) {
		const struct word *word = &ahead->word[i];
		bool saint = i > from && word_size(word - 1) <= 3 && word->gap == (GAP_BLANK | GAP_DOT);
		if ((i > from && word->gap != GAP_BLANK && !saint) || word->digit || word_size(word) < 2)
			break;
		if (!word->capital && (i == from || !street_small_words(address_fold(ahead, i, folded))))
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

static bool is_state(struct address_ahead *ahead, size_t i)
{
	char folded[STREET_FOLDED_BYTES];
	return address_has_word(ahead, i) && ahead->word[i].capitals && word_size(&ahead->word[i]) == 2 &&
	       postal_states(address_fold(ahead, i, folded));
}

/* Words behind `i` of the state's name; 0 when it is none. */
static size_t state_name(struct address_ahead *ahead, size_t i)
{
	static const char names[] = " alabama alaska arizona arkansas california colorado connecticut delaware florida "
				    "georgia hawaii idaho "
				    "illinois indiana iowa kansas kentucky louisiana maine maryland massachusetts "
				    "michigan minnesota mississippi "
				    "missouri montana nebraska nevada ohio oklahoma oregon pennsylvania tennessee "
				    "texas utah vermont virginia "
				    "washington wisconsin wyoming ";
	char folded[STREET_FOLDED_BYTES], second[STREET_FOLDED_BYTES];
	if (!address_has_word(ahead, i) || !ahead->word[i].capital)
		return 0;
	address_fold(ahead, i, folded);
	address_fold(ahead, i + 1, second);
	bool new = strcmp(folded, "new") == 0 && word_listed(second, " hampshire jersey mexico york ");
	bool point = word_listed(folded, " north south ") && word_listed(second, " carolina dakota ");
	bool other = (strcmp(folded, "west") == 0 && strcmp(second, "virginia") == 0) ||
		     (strcmp(folded, "rhode") == 0 && strcmp(second, "island") == 0);
	if (address_has_word(ahead, i + 1) && (new || point || other))
		return 2;
	return word_listed(folded, names) ? 1 : 0;
}

/* The country of one of the six, by its names in five languages; words in *size. */
static const char *country_name(struct address_ahead *ahead, size_t i, size_t *size)
{
	static const struct {
		const char *names, *country;
	} countries[] = {{" italy italia italie italien ", "it"}, {" france francia frankreich ", "fr"},
		{" germany deutschland germania allemagne alemania ", "de"},
		{" spain españa spagna espagne spanien ", "es"},
		{" uk england scotland wales unitedkingdom greatbritain ", "gb"}, {" usa us unitedstates ", "us"}};
	char folded[STREET_FOLDED_BYTES], second[STREET_FOLDED_BYTES];
	if (!address_has_word(ahead, i) || !ahead->word[i].capital)
		return NULL;
	address_fold(ahead, i, folded);
	*size = 1;
	if (word_listed(folded, " united great ") && address_has_word(ahead, i + 1) &&
		ahead->word[i + 1].gap == GAP_BLANK) {
		size_t used = strlen(folded);
		*size = 2;
		memcpy(folded + used, address_fold(ahead, i + 1, second), strlen(second) < 16 ? strlen(second) + 1 : 0);
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
static void take_zip(struct address_ahead *ahead, size_t i, struct address_line *out)
{
	if (!address_has_word(ahead, i) || (ahead->word[i].gap & ~(GAP_BLANK | GAP_COMMA | GAP_LINE)))
		return;
	const uint8_t *text = ahead->window->data + ahead->word[i].start;
	size_t size = word_size(&ahead->word[i]), digits = 0;
	while (digits < size && ascii_digit(text[digits]))
		digits++;
	if (digits == 5 && (size == 5 || (size == 10 && text[5] == '-')))
		out->end = ahead->word[i].end;
}

/* State, province or country behind the town, which ends before word `i`. */
static void take_region(struct address_ahead *ahead, size_t i, struct address_line *out)
{
	size_t size = 0, town_end = ahead->word[i - 1].end;
	if (out->italian && is_province(ahead->window, town_end)) {
		out->end = town_end + 5;
		out->certain = true;
		out->country = "it";
		return;
	}
	if (address_has_word(ahead, i) && begins_part(&ahead->word[i]) && !(ahead->word[i].gap & GAP_DASH)) {
		size = out->english ? is_state(ahead, i) ? 1 : state_name(ahead, i) : 0;
		bool state = size > 0;
		out->country = state ? "us" : country_name(ahead, i, &size);
		out->certain = out->country != NULL;
		if (out->certain)
			out->end = ahead->word[i + size - 1].end;
		if (state)
			take_zip(ahead, i + size, out);
	}
}

/* The town, and what says where it is. A line of its own is a town only with that. */
static void take_town(struct address_ahead *ahead, size_t from, struct address_line *out)
{
	size_t end = address_has_word(ahead, from) && begins_part(&ahead->word[from]) ? pass_town(ahead, from) : from;
	if (end == from)
		return;
	bool own_line = (ahead->word[from].gap & GAP_LINE) && !(ahead->word[from].gap & GAP_COMMA);
	/* "Springfield IL" in one piece */
	bool state = out->english && end > from + 1 && is_state(ahead, end - 1) && !ahead->word[end - 2].capitals;
	if (state || !address_pauses(ahead->window, ahead->word[end - 1].end)) {
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

void address_take_place(const struct detect_window *window, struct address_line *out)
{
	struct address_ahead ahead = address_ahead_from(window, out->end);
	take_town(&ahead, pass_parts(&ahead, out), out);
}
