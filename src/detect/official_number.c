/* national_id and vat_number: finds runs of letters and digits that could be an official number, and the scheme that
 * takes them. Cheap questions first: size, groups, check digits; the words before a number only when all of them hold.
 */
#include "detect/official_number.h"

#include "detect/digits.h"
#include "detect/planes.h"
#include "detect/worded_number.h"

/* Letters in front of the first digit: a fiscal code of which only the last digit was not replaced. */
#define LEADING_LETTERS 14
/* No scheme has fewer. */
#define LEAST_CHARACTERS 7

/* Letters and digits as written, in groups with one sign between two. */
struct official_text {
	uint8_t text[OFFICIAL_CHARACTERS]; /* upper case, no signs */
	uint8_t size, groups;
	struct {
		uint8_t end;     /* characters up to its end */
		char sign;       /* before the group: ' ', '-', '.', '/', '+'; 0 for the first */
		size_t end_byte; /* in the window */
		bool encoded;    /* something encoded up to its end */
	} group[OFFICIAL_GROUPS];
};

/* --- reading --- */

static char sign_of(struct glyph glyph)
{
	switch (glyph.class) {
	case GLYPH_SPACE:
		return ' ';
	case GLYPH_DASH:
		return '-';
	case GLYPH_DOT:
		return '.';
	case GLYPH_SLASH:
		return '/';
	case GLYPH_PLUS:
		return '+';
	default:
		return 0;
	}
}

/* A sign and a letter or digit, all ASCII, as most are: next_group in short. */
static bool plain_group(const struct detect_window *window, size_t *at, char *sign)
{
	uint8_t byte = byte_at(window, *at);
	if ((byte != ' ' && byte != '-' && byte != '.' && byte != '/' && byte != '+') ||
		!ascii_alnum(byte_at(window, *at + 1)))
		return false;
	*sign = (char)byte;
	++*at;
	return true;
}

/* Passes one sign and any invisible characters; false when no letter or digit follows. */
static bool next_group(const struct detect_window *window, size_t *at, char *sign, bool *encoded)
{
	if (plain_group(window, at, sign))
		return true;
	*sign = 0;
	for (unsigned i = 0; i < 4; i++) {
		struct glyph glyph = glyph_at(window, *at);
		if (glyph.class == GLYPH_DIGIT || glyph.class == GLYPH_LETTER)
			return *sign != 0;
		char seen = sign_of(glyph);
		if (glyph.class != GLYPH_INVISIBLE && (seen == 0 || *sign != 0))
			return false;
		*sign = seen != 0 ? seen : *sign;
		*encoded |= glyph.encoded;
		*at += glyph.size;
	}
	return false;
}

/* A letter or digit, full-width too. */
static bool goes_on_inside(const struct detect_window *window, size_t at)
{
	struct glyph glyph = glyph_at(window, at);
	return glyph.class == GLYPH_DIGIT || glyph.class == GLYPH_LETTER;
}

/* One group from `at` on; the byte behind it, or 0 when it is too long. */
static size_t read_group(const struct detect_window *window, size_t at, struct official_text *out, bool *encoded)
{
	for (;;) {
		uint8_t byte = byte_at(window, at), size = 1;
		if (byte >= 0x80 || byte == '=') {
			struct glyph glyph = glyph_at(window, at);
			if (glyph.class == GLYPH_INVISIBLE && goes_on_inside(window, at + glyph.size)) {
				*encoded = true;
				at += glyph.size;
				continue;
			}
			byte = glyph.class == GLYPH_DIGIT    ? (uint8_t)('0' + glyph.value)
			       : glyph.class == GLYPH_LETTER ? glyph.value
							     : 0;
			size = glyph.size;
			*encoded |= byte != 0;
		}
		if (!ascii_alnum(byte))
			return at;
		if (out->size == OFFICIAL_CHARACTERS)
			return 0;
		out->text[out->size++] = ascii_digit(byte) ? byte : byte & 0xdf;
		at += size;
	}
}

/* Reads groups from `start` on, until the text goes on otherwise; false when they are too short for any scheme. */
static bool read_text(const struct detect_window *window, size_t start, struct official_text *out)
{
	size_t at = start;
	bool encoded = false;
	char sign = 0;
	out->size = out->groups = 0;
	while (out->groups < OFFICIAL_GROUPS) {
		size_t end = read_group(window, at, out, &encoded);
		if (end == 0 || end == at)
			break;
		out->group[out->groups].end = out->size;
		out->group[out->groups].sign = sign;
		out->group[out->groups].end_byte = end;
		out->group[out->groups++].encoded = encoded;
		at = end;
		if (!next_group(window, &at, &sign, &encoded))
			break;
	}
	return out->groups > 0 && out->group[out->groups - 1].end >= LEAST_CHARACTERS;
}

/* --- where a number starts --- */

/* Letters that end before `at`, but not the n of an escaped line end and not the m of a terminal code. */
static size_t letters_before(const struct detect_window *window, size_t at)
{
	size_t count = 0;
	for (; count <= LEADING_LETTERS; count++) {
		uint8_t letter = byte_before(window, at, count + 1);
		if (!ascii_letter(letter))
			break;
		if ((letter == 'm' || letter == 'K') && behind_terminal_code(window->data, at - count))
			return count;
	}
	return count > 0 && byte_before(window, at, count + 1) == '\\' ? count - 1 : count;
}

/* Bytes of what shows nothing and ends before `at`: an invisible character, a soft line break of quoted-printable. */
static size_t nothing_before(const struct detect_window *window, size_t at)
{
	if (byte_before(window, at, 1) == '\n')
		return byte_before(window, at, 2) == '='                                         ? 2
		       : byte_before(window, at, 2) == '\r' && byte_before(window, at, 3) == '=' ? 3
												 : 0;
	struct glyph glyph = glyph_before(window, at);
	return glyph.class == GLYPH_INVISIBLE ? glyph.size : 0;
}

/* Letters before `at`, full-width ones too, with what shows nothing between them; their bytes. */
static size_t spread_letters_before(const struct detect_window *window, size_t at)
{
	size_t size = 0;
	for (size_t count = 0; count < LEADING_LETTERS; count++) {
		size_t nothing = nothing_before(window, at - size);
		struct glyph letter = glyph_before(window, at - size - nothing);
		if (letter.class != GLYPH_LETTER)
			break;
		size += nothing + letter.size;
	}
	return size;
}

/* Letters before a blank or dash that ends before `at`, as in RSS MRA 85; the place where they begin, their number in
 * *count: 0 when there are none. */
static size_t group_before(const struct detect_window *window, size_t at, size_t *count)
{
	struct glyph sign = glyph_before(window, at);
	bool divides = sign.class == GLYPH_SPACE || sign.class == GLYPH_DASH;
	*count = divides ? letters_before(window, at - sign.size) : 0;
	return at - sign.size - *count;
}

/* Where a number may start whose first digit stands at `at`: there, before letters in front of it (RSSMRA85...), or
 * before groups of letters (RSS MRA 85..., RSSMRA 85..., AB 12 34 56 C, FR K7 399...). Fills starts, longest first;
 * their number. */
static size_t find_starts(const struct detect_window *window, size_t at, size_t starts[3])
{
	size_t letters = letters_before(window, at), count = 1, found[3] = {at - letters, 0, 0};
	uint8_t before = byte_before(window, at, letters + 1);
	if (before >= 0x80 || before == '\n') {
		letters = spread_letters_before(window, at);
		found[0] = at - letters;
	}
	for (size_t group = 0; letters < 2 && group < 2 - letters; group++) {
		size_t more, start = group_before(window, found[count - 1], &more);
		if (more == 0 || (letters == 1 ? more != 2 : more > 3 && more != 6))
			break;
		found[count++] = start;
	}
	for (size_t i = 0; i < count; i++)
		starts[i] = found[count - 1 - i];
	return count;
}

/* --- matching --- */

/* What is tried: the first `groups` groups, behind `code` characters of country code. */
struct attempt {
	const struct detect_window *window;
	const struct official_text *text;
	size_t start, groups, size; /* characters, with the code */
	bool capital;               /* it begins with a capital letter */
	bool words_known;
	uint64_t words;
};

static bool is_spacing(char sign)
{
	return sign == ' ' || sign == '.';
}

/* Do the groups behind the code stand as `shape` says? Reads up to '|' or the end. */
static bool is_shape(const struct attempt *a, size_t code, const char *shape)
{
	size_t begin = code, i = 0;
	if (code > 0 && a->text->group[0].end == code)
		i++; /* the code is a group */
	for (size_t first = i; i < a->groups; i++) {
		unsigned length = 0;
		char sign = a->text->group[i].sign;
		bool wild = (*shape == '*' && sign == '-') || ((*shape == '*' || *shape == '_') && is_spacing(sign));
		if (i > first && *shape != sign && !wild)
			return false;
		shape += i > first;
		while (*shape >= '0' && *shape <= '9')
			length = length * 10 + (unsigned)(*shape++ - '0');
		if (a->text->group[i].end - begin != length)
			return false;
		begin = a->text->group[i].end;
	}
	return *shape == 0 || *shape == '|';
}

static bool is_printed(const struct attempt *a, size_t code, const char *shapes)
{
	const bool apart = code > 0 && a->text->group[0].end == code;
	const int first = apart ? 10 : a->text->group[0].end - (int)code;
	for (const char *shape = shapes; shape != NULL; shape = strchr(shape, '|')) {
		shape += *shape == '|';
		if ((first > 9 || shape[0] == '0' + first) && is_shape(a, code, shape))
			return true;
	}
	return false;
}

/* Behind its code a number stands in one piece or as printed; between the two there may be a space or dash. */
static bool stands_right(const struct attempt *a, const struct official_scheme *scheme, size_t code)
{
	bool code_apart = code > 0 && a->groups > 1 && a->text->group[0].end == code;
	if (code_apart && a->text->group[1].sign != '-' && a->text->group[1].sign != ' ')
		return false;
	return a->groups == 1 + (size_t)code_apart || is_printed(a, code, scheme->printed);
}

static uint64_t words_of(struct attempt *a)
{
	if (!a->words_known)
		a->words = official_words_before(a->window, a->start);
	a->words_known = true;
	return a->words;
}

/* Without its code a number of this scheme needs a word, and there is none. */
static bool lacks_word(struct attempt *a, const struct official_scheme *scheme)
{
	bool alone = scheme->code == NULL && (a->groups == 1 ? scheme->bare : scheme->grouped) > 0;
	return !alone && (words_of(a) & (scheme->words | scheme->class)) == 0;
}

static uint8_t confidence_of(struct attempt *a, const struct official_scheme *scheme, size_t code)
{
	bool one_piece = a->groups == 1;
	if (words_of(a) & (scheme->words | (code > 0 ? OFFICIAL_WORDS(VAT) : 0)))
		return OFFICIAL_LABELLED;
	if (a->words & scheme->class && !(one_piece && scheme->unchecked))
		return OFFICIAL_CLASSED;
	/* "de 123 456 789": in small letters a code is a word */
	if (scheme->code != NULL)
		return code > 0 && a->capital ? scheme->bare : 0;
	/* one case number in a hundred passes the key of a NIR */
	struct detect_candidate other;
	if (one_piece && ascii_digit(a->window->data[a->start]) && case_number_at(a->window, a->start, &other))
		return 0;
	return one_piece ? scheme->bare : scheme->grouped;
}

/* The confidence of this scheme, 0 when it does not take the number; `code`: characters of its code. */
static uint8_t judge(struct attempt *a, const struct official_scheme *scheme, size_t code)
{
	if (!scheme->valid(a->text->text + code, a->size - code) || !stands_right(a, scheme, code))
		return 0;
	return confidence_of(a, scheme, code);
}

static void fill(
	const struct attempt *a, const struct official_scheme *scheme, size_t code, struct detect_candidate *out)
{
	size_t before = scheme->code != NULL ? strlen(scheme->code) : 0;
	const uint8_t *number = a->text->text + code;
	out->start = a->start;
	out->end = a->text->group[a->groups - 1].end_byte;
	out->form = a->text->group[a->groups - 1].encoded ? DETECT_ENCODED : DETECT_PLAIN;
	out->tentative = false;
	out->scheme = scheme->name;
	out->canonical_size = (uint16_t)(before + a->size - code);
	if (before > 0)
		memcpy(out->canonical, scheme->code, before);
	if (scheme->canonical != NULL)
		out->canonical_size = (uint16_t)scheme->canonical(number, a->size, out->canonical);
	else
		memcpy(out->canonical + before, number, a->size - code);
}

/* Where so many schemes have numbers of a size, the words before one are looked for once, and first. */
#define SCHEMES_MANY 4

/* Those of the schemes whose numbers are printed in such groups. */
static uint64_t standing_right(const struct attempt *a, const struct official_schemes *schemes, uint64_t left)
{
	uint64_t right = 0;
	for (; left != 0; left &= left - 1)
		if (stands_right(a, &schemes->list[__builtin_ctzll(left)], 0))
			right |= left & -left;
	return right;
}

/* The surest scheme of the table, for numbers behind `code` characters of code; among equals the first. Only one that
 * is surer than out->confidence counts. */
static void try_schemes(
	struct attempt *a, const struct official_schemes *schemes, size_t code, struct detect_candidate *out)
{
	uint64_t left = schemes->by_size[a->size - code];
	bool words_first = code == 0 && (a->words_known || __builtin_popcountll(left) >= SCHEMES_MANY);
	if (words_first && a->groups > 1) {
		left = standing_right(a, schemes, left);
		words_first = a->words_known || __builtin_popcountll(left) >= SCHEMES_MANY;
	}
	for (; left != 0; left &= left - 1) {
		const struct official_scheme *scheme = &schemes->list[__builtin_ctzll(left)];
		if (words_first && lacks_word(a, scheme))
			continue;
		if (code > 0 && (memcmp(scheme->code, a->text->text, code) != 0 || scheme->code[code] != 0))
			continue;
		uint8_t confidence = judge(a, scheme, code);
		if (confidence <= out->confidence)
			continue;
		out->confidence = confidence;
		out->kind = schemes->kind;
		fill(a, scheme, code, out);
	}
}

static bool letters(const struct official_text *text, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!ascii_letter(text->text[i]))
			return false;
	return true;
}

/* The longest prefix of groups that a scheme takes. */
static bool match(struct attempt *a, struct detect_candidate *out)
{
	const struct official_text *text = a->text;
	out->confidence = 0;
	for (a->groups = text->groups; a->groups > 0; a->groups--) {
		bool whole = a->groups == text->groups;
		a->size = text->group[a->groups - 1].end;
		if (a->size < LEAST_CHARACTERS)
			return false;
		if (whole ? !token_ends(a->window, text->group[a->groups - 1].end_byte)
			  : text->group[a->groups].sign != ' ')
			continue;
		try_schemes(a, &official_national_ids, 0, out);
		for (size_t code = 2; code <= 3 && letters(text, code); code++)
			try_schemes(a, &official_vat_numbers, code, out);
		try_schemes(a, &official_vat_numbers, 0, out);
		if (out->confidence > 0)
			return true;
	}
	return false;
}

/* No number goes on behind a dot or dash, as versions and other numbers do. */
static bool may_begin(const struct detect_window *window, size_t start)
{
	uint8_t before = byte_before(window, start, 1);
	return before != '.' && before != '-' && token_begins(window, start);
}

static size_t digits_from(const struct detect_window *window, size_t at, size_t most)
{
	size_t count = 0;
	while (count < most && ascii_digit(byte_at(window, at + count)))
		count++;
	return count;
}

/* A letter, or something in other signs than ASCII. */
static bool goes_on(uint8_t byte)
{
	return ascii_letter(byte) || byte >= 0x80 || byte == '%' || byte == '&' || byte == '=';
}

/* A short number by itself, or two side by side that are as long as no scheme prints its groups: what most texts with
 * numbers are full of.
 */
static bool hopeless(const struct detect_window *window, size_t at)
{
	/* bit n: n digits in the second group; by the digits of the first */
	static const uint16_t second[7] = {[1] = 1 << 2 | 1 << 3 | 1 << 4 | 1 << 7 | 1 << 8 | 1 << 9,
		[2] = 1 << 2 | 1 << 3 | 1 << 6 | 1 << 9,
		[3] = 1 << 2 | 1 << 3 | 1 << 4,
		[4] = 1 << 2 | 1 << 3 | 1 << 4 | 1 << 6,
		[6] = 1 << 2 | 1 << 3 | 1 << 4 | 1 << 5 | 1 << 6};
	size_t first = digits_from(window, at, 7);
	uint8_t sign = byte_at(window, at + first);
	if (first == 7 || goes_on(sign))
		return false;
	if (sign != ' ' && sign != '-' && sign != '.' && sign != '/' && sign != '+')
		return true; /* six digits at most, and the end */
	size_t next = digits_from(window, at + first + 1, 15);
	uint8_t after = byte_at(window, at + first + 1 + next);
	if (next == 0 && ascii_letter(after))
		return first != 2 && first != 6; /* RSSMRA 85 T10, AB 123456 C */
	if (next == 0 || next == 15)
		return !goes_on(after) || next == 15;
	return !goes_on(after) && !(second[first] >> next & 1);
}

/* Kept out of check(), so that the common rejection needs no stack. */
__attribute__((noinline)) static bool examine(
	const struct detect_window *window, size_t at, struct detect_candidate *out)
{
	struct official_text text;
	size_t starts[3], count = find_starts(window, at, starts);
	for (size_t i = 0; i < count; i++) {
		struct attempt attempt = {.window = window, .text = &text, .start = starts[i]};
		uint8_t first = window->data[starts[i]];
		attempt.capital = first >= 'A' && first <= 'Z';
		if (may_begin(window, starts[i]) && read_text(window, starts[i], &text) && match(&attempt, out))
			return true;
	}
	return false;
}

/* Only the first digit of a run is asked about. */
static bool check(const struct detect_window *window, size_t at, struct detect_candidate *out)
{
	if (window->data[at] >= 0x80 &&
		(glyph_at(window, at).class != GLYPH_DIGIT || glyph_before(window, at).class == GLYPH_DIGIT))
		return false;
	return !ascii_digit(byte_before(window, at, 1)) && !hopeless(window, at) && examine(window, at, out);
}

/* A full-width digit; any other 0xef is no first of a run. */
static bool may_start(uint8_t trigger, uint8_t next)
{
	return trigger < 0x80 || next == 0xbc;
}

/* --- places --- */

/* What may follow two groups of so many characters: bit n: a third of n; bit 0: anything. Of all schemes, from the
 * first digit on: letters before it make a group shorter than the tables say, letters in groups of their own are not
 * counted.
 */
#define FIRST_GROUP_MOST 13
#define SECOND_GROUP_MOST 9
static const uint8_t third_groups[FIRST_GROUP_MOST + 1][SECOND_GROUP_MOST + 1] = {
	[1] = {[2] = 1 << 2, [3] = 1 << 3, [9] = 1}, /* 1 84 12 76 451 089 46, FR K7 399 859 412, FR K7 399859412 */
	[2] = {[2] = 1 << 2, [3] = 1 << 3 | 1 << 4 | 1 << 5, [9] = 1}, /* RSSMRA 85 T10 A562S, 12 345 678 901 */
	[3] = {[2] = 1 << 2 | 1 << 4, [3] = 1 << 2 | 1 << 3 | 1 << 4, [4] = 1 << 2},
	[4] = {[2] = 1 << 2 | 1 << 3, [3] = 1 << 3 | 1 << 4, [4] = 1, [6] = 1},
	[5] = {[5] = 1}, /* RSSMRA 85T10 A562S */
	[6] = {[1] = 1, [3] = 1, [4] = 1, [6] = 1},
	[7] = {[1] = 1, [2] = 1},
	[8] = {[1] = 1, [4] = 1},
	[9] = {[3] = 1},
	[10] = {[2] = 1},
	[13] = {[2] = 1},
};

static unsigned alnum_from(const uint8_t *at)
{
	unsigned count = 0;
	while (count <= OFFICIAL_CHARACTERS && ascii_alnum(at[count]))
		count++;
	return count;
}

static bool is_sign(uint8_t byte)
{
	return byte == ' ' || byte == '-' || byte == '.' || byte == '/' || byte == '+';
}

/* Of a first group of `count` characters at `at`: are those behind it as long as some scheme's, with one sign between?
 */
static bool groups_fit(const uint8_t *at, unsigned count)
{
	const uint8_t sign = at[count], *second = at + count + 1;
	const bool is_date = count == 4 && sign == '-', few_signs = count < 6;
	if (!is_sign(sign) || is_date || (few_signs && (sign == '/' || sign == '+')) || count > FIRST_GROUP_MOST)
		return false;
	const unsigned next = alnum_from(second);
	const unsigned third = next > SECOND_GROUP_MOST ? 0 : third_groups[count][next];
	if (third <= 1 || may_join(second + next))
		return third == 1 || may_join(second + next);
	const uint8_t *last = second + next + 1;
	if (!is_sign(last[-1]))
		return may_spell(last - 1);
	const unsigned size = alnum_from(last);
	return may_join(last + size) || third >> size & 1;
}

/* `count` characters from the first digit on, behind `letters` of them: has any scheme such a number in one piece? */
static bool piece_fits(const uint8_t *at, unsigned letters, unsigned count)
{
	/* bit n: n digits, behind so many letters: 1234567, A12345678, DE123456789, CHE123456789, FRXX123456789 */
	static const uint16_t all_digits_behind[5] = {0x9f80, 0x0500, 0x1f80, 0x0700, 0x0200};
	unsigned digits = 1;
	if (letters > 4) { /* RSSMRA85T10A562S */
		const uint8_t *start = at - letters;
		return letters + count == 16 && ascii_letter(start[8]) && ascii_letter(start[11]) &&
		       ascii_letter(start[15]);
	}
	while (digits < count && ascii_digit(at[digits]))
		digits++;
	if (digits == count)
		return count < 16 && all_digits_behind[letters] >> count & 1;
	switch (digits) {
	case 1: /* 8Z49289F, 4K399859412 */
		return count == 8 || count == 11;
	case 6: /* AB123456C, 184122A45108946 */
		return count == 7 || (count == 15 && letters == 0 && ascii_digit(at[7]));
	case 7: /* 1234567AB */
		return count <= 9;
	case 8:
		return count == 9;
	case 9: /* 123456789B01 */
		return count == 12;
	default:
		return false;
	}
}

/* Nothing hangs on to the number in one piece of `size` characters: token_ends(), and a blank before further groups,
 * of which those that are too long are none. */
static bool ends_piece(const uint8_t *end, unsigned size)
{
	const uint8_t sign = end[0];
	if (sign == '_' || ((sign == '.' || sign == '-' || sign == ':') && ascii_digit(end[1])))
		return false;
	if (sign == ' ' || !is_sign(sign) || !ascii_alnum(end[1]))
		return true;
	const unsigned next = alnum_from(end + 1);
	return size + next > OFFICIAL_CHARACTERS || may_join(end + 1 + next);
}

/* Does the letter `at` end the code of a terminal, if an escape begins it? */
static bool may_end_code(const uint8_t *at)
{
	const uint8_t *least = at - 24;
	if (*at != 'm' && *at != 'K')
		return false;
	do
		at--;
	while (at > least && (ascii_digit(*at) || *at == ';'));
	return *at == '[';
}

/* May other letters stand before `at`, behind what shows nothing, than those right before it? */
static bool may_hide_letters(const uint8_t *at)
{
	if (at[-1] == '\n')
		return at[-2] == '=' || at[-2] == '\r';
	if (at[-1] < 0x80)
		return false;
	return at[-3] == 0xef || at[-2] == 0xc2 || (at[-3] == 0xe2 && at[-2] <= 0x81);
}

/* May a number begin at `at`, and its first digit stand `letters` further on? No token goes on there; behind a dash
 * only where a group of letters is. */
static bool may_begin_at(const uint8_t *at, unsigned letters)
{
	if (at[-1] == '-')
		return letters < 2 && ascii_letter(at[-2]);
	return at[-1] != '.' && at[-1] != '_' && !ascii_alnum(at[-1]);
}

/* `digits` digits from `at` on and no letter: fewer than seven need further groups. */
static bool digits_fit(const uint8_t *at, unsigned digits)
{
	return digits >= LEAST_CHARACTERS || may_spell(at + digits) || groups_fit(at, digits);
}

/* What examine() asks of the bytes around the first digit of a run, as far as they are ASCII. */
static bool may_be(const uint8_t *at)
{
	unsigned letters = 0, digits = 1;
	if (at[0] >= 0x80)
		return at[1] == 0xbc && (uint8_t)(at[2] - 0x90) < 10;
	while (digits < OFFICIAL_CHARACTERS && ascii_digit(at[digits]))
		digits++;
	const bool mixed = ascii_letter(at[digits]);
	if (!mixed && !digits_fit(at, digits))
		return false;
	while (letters <= LEADING_LETTERS && ascii_letter(at[-1 - (int)letters]))
		letters++;
	const uint8_t *start = at - letters;
	if (start[-1] == '\\' || may_hide_letters(start) || (letters > 0 && may_end_code(start)))
		return true;
	if (!may_begin_at(start, letters))
		return false;
	if (mixed && digits > 1 && digits < 6 && letters > 0 && letters < 5)
		return false; /* two to five digits and a letter: only RSSMRA85T10 is so, or 85T10 behind letters */
	const unsigned count = mixed ? alnum_from(at) : digits;
	if (may_spell(at + count))
		return true;
	const bool divided = is_sign(start[-1]) || start[-1] >= 0x80; /* ESA-13585625 */
	const unsigned before = divided ? LEADING_LETTERS : 0;
	return groups_fit(at, count) ||
	       (piece_fits(at, letters, count) && ends_piece(at + count, before + letters + count));
}

PLANES_INLINE plane_bits sign_and_digits(const struct planes *planes, size_t w)
{
	const plane_bits sign = plane(planes, PLANE_SPACE, w, 0) | plane(planes, PLANE_DASH, w, 0);
	return (sign | plane(planes, PLANE_DOT, w, 0)) & plane(planes, PLANE_DIGITS_2, w, 1);
}

/* One to four digits, a sign and two digits; behind two no three and a letter, as in 58.914Z, behind four no dash, as
 * in dates. */
PLANES_INLINE plane_bits begins_groups(const struct planes *planes, size_t w)
{
	const plane_bits here = sign_and_digits(planes, w), behind = sign_and_digits(planes, w + 1);
	const plane_bits fraction = plane(planes, PLANE_DIGIT, w, 5) & plane(planes, PLANE_LETTER, w, 6);
	const plane_bits second = (here >> 2 | behind << 62) & ~fraction;
	const plane_bits fourth = (here >> 4 | behind << 60) & ~plane(planes, PLANE_DASH, w, 4);
	return here >> 1 | behind << 63 | here >> 3 | behind << 61 | second | fourth;
}

/* Places that begin no number: behind a dash or dot but for that of a group of letters. */
PLANES_INLINE plane_bits inside_another(const struct planes *planes, size_t w)
{
	const plane_bits letter = plane(planes, PLANE_LETTER, w, -2);
	return plane(planes, PLANE_DOT, w, -1) | (plane(planes, PLANE_DASH, w, -1) & ~letter);
}

/* Few digits and letters: 8Z49289F, 85T10, the last ones of RSSMRA85T10A562S; 85 T10 behind six letters and a sign. */
PLANES_INLINE plane_bits has_letters(const struct planes *planes, size_t w)
{
	const plane_bits third = plane(planes, PLANE_LETTER, w, 3);
	const plane_bits two = plane(planes, PLANE_DIGITS_2, w, 0), three = two & plane(planes, PLANE_DIGIT, w, 2);
	const plane_bits sign = plane(planes, PLANE_SPACE, w, 2) | plane(planes, PLANE_DASH, w, 2);
	return plane(planes, PLANE_LETTER, w, 1) | (two & plane(planes, PLANE_LETTER, w, 2)) | (three & third) |
	       (two & sign & third & plane(planes, PLANE_LETTER, w, -7));
}

/* More letters and digits in one piece than any number has (piece_fits): sixteen, but for a number of digits and that
 * of 184122A45108946 fourteen, behind a letter thirteen. Hexadecimal numbers end here. */
PLANES_INLINE plane_bits too_long(const struct planes *planes, size_t w)
{
	const plane_bits eight = plane(planes, PLANE_ALNUM_8, w, 0);
	const plane_bits six = plane(planes, PLANE_DIGITS_4, w, 0) & plane(planes, PLANE_DIGITS_2, w, 4);
	const plane_bits corsican = plane(planes, PLANE_LETTER, w, 6) & plane(planes, PLANE_DIGITS_4, w, 7);
	const plane_bits digits = plane(planes, PLANE_DIGITS_2, w, 6) & plane(planes, PLANE_DIGITS_4, w, 8);
	plane_bits longer = plane(planes, PLANE_ALNUM_8, w, 8);
	longer |= plane(planes, PLANE_ALNUM_8, w, 6) & ~(six & (corsican | digits));
	plane_bits letter = plane(planes, PLANE_RUN, w, -1);
	if (planes->any[PLANE_BACKSLASH])
		letter &= ~plane(
			planes, PLANE_BACKSLASH, w, -2); /* the n of an escaped line end is no letter before it */
	return eight & (longer | (letter & plane(planes, PLANE_ALNUM_8, w, 5)));
}

/* Six digits, or fewer before letters, further groups or what may be spelt otherwise; check() says yes only where a
 * token begins with letters at most before the trigger, in its run or in groups before it: it is the first there. */
PLANES_TARGET static void find_places(struct planes *planes, uint64_t *found)
{
	for (size_t w = 0; w < planes->words; w += 4) {
		plane_bits here = plane(planes, PLANE_FIRST, w, 0);
		if (plane_any(here))
			here &= ~(inside_another(planes, w) | too_long(planes, w)) &
				((plane(planes, PLANE_DIGITS_4, w, 0) & plane(planes, PLANE_DIGITS_2, w, 4)) |
					has_letters(planes, w) | begins_groups(planes, w) |
					plane(planes, PLANE_SPELT_8, w, 1));
		if (planes->any[PLANE_WIDE])
			here |= plane(planes, PLANE_WIDE, w, 0);
		plane_store(found + w, plane_filter(planes, w, here, may_be));
	}
}

const struct detector detector_official_number = {
	.kind = DETECT_NATIONAL_ID,
	.describe = "National ids and VAT numbers: structure, dates, check digits, a label where they are weak",
	.triggers = "0123456789\xef",
	.run_start = true,
	.may_start = may_start,
	.places = find_places,
	.check = check,
};
