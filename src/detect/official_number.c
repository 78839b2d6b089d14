/* national_id and vat_number: finds runs of letters and digits that could be an official number, and the scheme that
 * takes them. Cheap questions first: size, groups, check digits; the words before a number only when all of them hold.
 */
#include "detect/official_number.h"

#include "detect/digits.h"
#include "detect/worded_number.h"

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
	return out->groups > 0 && out->group[out->groups - 1].end >= OFFICIAL_LEAST_CHARACTERS;
}

/* --- where a number starts --- */

/* Letters that end before `at`, but not the n of an escaped line end and not the m of a terminal code. */
static size_t letters_before(const struct detect_window *window, size_t at)
{
	size_t count = 0;
	for (; count <= OFFICIAL_LEADING_LETTERS; count++) {
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
	for (size_t count = 0; count < OFFICIAL_LEADING_LETTERS; count++) {
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

/* Behind the next '|'; NULL: there is none. */
static const char *next_shape(const char *shape)
{
	while (*shape != 0 && *shape != '|')
		shape++;
	return *shape == 0 ? NULL : shape + 1;
}

static bool is_printed(const struct attempt *a, size_t code, const char *shapes)
{
	const bool apart = code > 0 && a->text->group[0].end == code;
	const int first = apart ? 10 : a->text->group[0].end - (int)code;
	for (const char *shape = shapes; shape != NULL; shape = next_shape(shape))
		if ((first > 9 || shape[0] == '0' + first) && is_shape(a, code, shape))
			return true;
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
	if (code == 0 && a->groups > 1)
		left = standing_right(a, schemes, left);
	for (; left != 0; left &= left - 1) {
		const struct official_scheme *scheme = &schemes->list[__builtin_ctzll(left)];
		if (code == 0 && a->words_known && lacks_word(a, scheme))
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
		if (a->size < OFFICIAL_LEAST_CHARACTERS)
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

const struct detector detector_official_number = {
	.kind = DETECT_NATIONAL_ID,
	.describe = "National ids and VAT numbers: structure, dates, check digits, a label where they are weak",
	.triggers = "0123456789\xef",
	.run_start = true,
	.may_start = may_start,
	.places = official_number_places,
	.check = check,
};
