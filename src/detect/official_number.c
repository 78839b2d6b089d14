/* Reading official numbers and finding the scheme that takes them. */
#include "detect/official_number.h"

#include "detect/digits.h"
#include "detect/labels.h"

/* Characters between a label or field name and the number (contract 4: 30). */
#define LABEL_REACH_BYTES 30
/* Letters in front of the first digit: a fiscal code begins with six. */
#define LEADING_LETTERS 6

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

/* Passes one sign and any invisible characters; false when no letter or digit follows. */
static bool next_group(const struct detect_window *window, size_t *at, char *sign, bool *encoded)
{
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

/* One group from `at` on; the byte behind it, or 0 when it is too long. */
static size_t read_group(const struct detect_window *window, size_t at, struct official_text *out, bool *encoded)
{
	for (;;) {
		struct glyph glyph = glyph_at(window, at);
		if (glyph.class != GLYPH_DIGIT && glyph.class != GLYPH_LETTER)
			return at;
		if (out->size == OFFICIAL_CHARACTERS)
			return 0;
		*encoded |= glyph.encoded;
		out->text[out->size++] = glyph.class == GLYPH_DIGIT ? (uint8_t)('0' + glyph.value) : glyph.value;
		at += glyph.size;
	}
}

bool official_read(const struct detect_window *window, size_t start, struct official_text *out)
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
	return out->groups > 0;
}

/* --- where a number starts --- */

static size_t letters_before(const struct detect_window *window, size_t at)
{
	size_t count = 0;
	while (count <= LEADING_LETTERS && ascii_letter(byte_before(window, at, count + 1)))
		count++;
	return count;
}

size_t official_starts(const struct detect_window *window, size_t at, size_t starts[3])
{
	size_t count = 0, found[3] = {at, 0, 0};
	size_t letters = letters_before(window, at);
	found[count++] = at - letters;
	for (size_t group = 0; group < 2; group++) {
		size_t from = found[count - 1];
		uint8_t sign = byte_before(window, from, 1);
		size_t more = sign == ' ' || sign == '-' ? letters_before(window, from - 1) : 0;
		if (more == 0 || more > 3)
			break;
		found[count] = from - 1 - more;
		count++;
	}
	for (size_t i = 0; i < count; i++)
		starts[i] = found[count - 1 - i];
	return count;
}

static bool in_ranges(uint8_t byte, const char *ranges)
{
	for (const uint8_t *range = (const uint8_t *)ranges; range[0] != 0; range += 2)
		if (byte >= range[0] && byte <= range[1])
			return true;
	return false;
}

static bool hint_holds(const struct detect_window *window, size_t at, const struct detect_hint *hint)
{
	for (size_t i = 0; i < 4 && hint->near[i].ranges != NULL; i++) {
		size_t count = hint->near[i].count != 0 ? hint->near[i].count : 1;
		for (size_t k = 0; k < count; k++) {
			ptrdiff_t place = (ptrdiff_t)at + hint->near[i].offset + (ptrdiff_t)k;
			uint8_t byte = place >= 0 ? byte_at(window, (size_t)place) : 0;
			if (in_ranges(byte, hint->near[i].ranges) == hint->near[i].other)
				return false;
		}
	}
	return true;
}

bool official_hinted(const struct detect_window *window, size_t at, const struct detect_hint *hints)
{
	if (window->data[at] >= 0x80)
		return glyph_at(window, at).class == GLYPH_DIGIT && glyph_before(window, at).class != GLYPH_DIGIT;
	if (ascii_digit(byte_before(window, at, 1)))
		return false;
	for (; hints->near[0].ranges != NULL; hints++)
		if (hint_holds(window, at, hints))
			return true;
	return false;
}

/* --- matching --- */

/* Do the first groups stand as `shape` says? Reads up to '|' or the end. */
static bool is_shape(const struct official_text *text, size_t groups, const char *shape)
{
	size_t begin = 0;
	for (size_t i = 0; i < groups; i++) {
		unsigned length = 0;
		if (i > 0 && *shape++ != text->group[i].sign)
			return false;
		while (*shape >= '0' && *shape <= '9')
			length = length * 10 + (unsigned)(*shape++ - '0');
		if (text->group[i].end - begin != length)
			return false;
		begin = text->group[i].end;
	}
	return *shape == 0 || *shape == '|';
}

static bool is_printed(const struct official_text *text, size_t groups, const char *shapes)
{
	for (const char *shape = shapes; shape != NULL; shape = strchr(shape, '|')) {
		shape += *shape == '|';
		if (is_shape(text, groups, shape))
			return true;
	}
	return false;
}

static uint8_t confidence_of(const struct detect_window *window, size_t start, const struct official_text *text,
	size_t groups, const struct official_scheme *scheme)
{
	bool printed = groups > 1 && is_printed(text, groups, scheme->printed);
	if (groups > 1 && !printed)
		return 0;
	if (phrase_before(window, start, scheme->labels, LABEL_REACH_BYTES))
		return OFFICIAL_LABELLED;
	return printed ? scheme->grouped : scheme->bare;
}

static bool take(const struct detect_window *window, size_t start, const struct official_text *text, size_t groups,
	const struct official_scheme *scheme, struct detect_candidate *out)
{
	size_t size = text->group[groups - 1].end;
	if (size < scheme->size || size > scheme->size_most || !scheme->valid(text->text, size))
		return false;
	uint8_t confidence = confidence_of(window, start, text, groups, scheme);
	if (confidence == 0)
		return false;
	out->start = start;
	out->end = text->group[groups - 1].end_byte;
	out->form = text->group[groups - 1].encoded ? DETECT_ENCODED : DETECT_PLAIN;
	out->confidence = confidence;
	out->tentative = false;
	out->scheme = scheme->name;
	if (scheme->canonical != NULL) {
		out->canonical_size = (uint16_t)scheme->canonical(text->text, size, out->canonical);
	} else {
		memcpy(out->canonical, text->text, size);
		out->canonical_size = (uint16_t)size;
	}
	return true;
}

bool official_match(const struct detect_window *window, size_t start, const struct official_text *text,
	const struct official_scheme *schemes, size_t count, struct detect_candidate *out)
{
	if (!token_begins(window, start) || byte_before(window, start, 1) == '.' ||
		byte_before(window, start, 1) == '-')
		return false;
	for (size_t groups = text->groups; groups > 0; groups--) {
		bool whole = groups == text->groups;
		if (whole ? !token_ends(window, text->group[groups - 1].end_byte) : text->group[groups].sign != ' ')
			continue;
		const struct official_scheme *best = NULL;
		struct detect_candidate found;
		for (size_t i = 0; i < count; i++) {
			if (!take(window, start, text, groups, &schemes[i], &found))
				continue;
			if (best == NULL || found.confidence > out->confidence) {
				best = &schemes[i];
				*out = found;
			}
		}
		if (best != NULL)
			return true;
	}
	return false;
}

/* --- shared checks --- */

bool all_digits(const uint8_t *text, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (!ascii_digit(text[i]))
			return false;
	return size > 0;
}

bool luhn_valid(const uint8_t *digits, size_t size)
{
	unsigned sum = 0;
	for (size_t i = 0; i < size; i++) {
		unsigned digit = (unsigned)(digits[size - 1 - i] - '0');
		sum += i % 2 == 0 ? digit : digit < 5 ? 2 * digit : 2 * digit - 9;
	}
	return sum % 10 == 0;
}

unsigned weighted_sum(const uint8_t *digits, const char *weights, size_t size)
{
	unsigned sum = 0;
	for (size_t i = 0; i < size; i++)
		sum += (unsigned)(digits[i] - '0') *
		       (unsigned)(weights[i] <= '9' ? weights[i] - '0' : weights[i] - 'A' + 10);
	return sum;
}

uint64_t digits_value(const uint8_t *digits, size_t size)
{
	uint64_t value = 0;
	for (size_t i = 0; i < size; i++)
		value = value * 10 + (uint64_t)(digits[i] - '0');
	return value;
}

bool mod_11_10_valid(const uint8_t *digits, size_t size)
{
	unsigned product = 10;
	for (size_t i = 0; i + 1 < size; i++) {
		unsigned sum = ((unsigned)(digits[i] - '0') + product) % 10;
		product = (sum == 0 ? 10 : sum) * 2 % 11;
	}
	return (11 - product) % 10 == (unsigned)(digits[size - 1] - '0');
}
