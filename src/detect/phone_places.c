/* Where a telephone number can begin: signs and digits in planes, then the bytes around its first digit. */
#include "detect/phone_number.h"
#include "detect/planes.h"

enum phone_place phone_place_after(uint8_t before)
{
	switch (before) {
	case '"':
	case '\'':
	case '>':
	case '[':
	case ':':
	case '=':
	case ',':
	case ';':
	case '|':
	case '`':
	case '.':
	case '&':
	case '{':
	case '<':
	case '*':
	case 0x7f:
		return PHONE_PLACE_FREE;
	case '+':
	case '(':
	case '%':
	case '#':
	case 'x':
	case 'u':
		return PHONE_PLACE_CLOSER;
	case 'b':
	case 'f':
	case 'n':
	case 'r':
	case 't':
	case 'm': /* of a terminal code */
	case 'K':
		return PHONE_PLACE_ESCAPE;
	default:
		return before <= ' ' ? PHONE_PLACE_FREE : before >= 0x80 ? PHONE_PLACE_CLOSER : PHONE_PLACE_NONE;
	}
}

/* May spell a sign, or a digit beyond ASCII. */
static bool spells(uint8_t byte)
{
	return byte >= 0x80 || byte == '%' || byte == '&' || byte == '=';
}

static bool separates(uint8_t byte)
{
	return byte == ' ' || byte == '.' || byte == '-' || byte == '/' || byte == '(' || byte == ')';
}

/* Four digits from `at` on, with signs between, or what is no ASCII before that. */
static bool has_four_digits(const uint8_t *at)
{
	unsigned digits = 0;
	for (const uint8_t *end = at + PLANE_PLACES - 1; at < end && digits < PHONE_SHORTEST_DIGITS; at++) {
		digits += ascii_digit(*at);
		if (!ascii_digit(*at) && !separates(*at))
			return spells(*at);
	}
	return true;
}

/* spelt_plus() of a place that lies in the middle of a text: bytes from `at` to its end, or 0. */
static unsigned rest_of_spelt_plus(const uint8_t *at)
{
	if (at[-1] == '%' || at[-1] == '=')
		return at[0] == '2' && (at[1] | 0x20) == 'b' ? 2 : 0;
	if (at[-1] == '#')
		return at[-2] == '&' && at[0] == '4' && at[1] == '3' ? 3 : 0;
	if (at[-1] == 'x')
		return at[-2] == '#' && at[0] == '2' ? 3 : 0;
	return at[-1] == 'u' && at[-2] == '\\' && at[2] == '2' ? 4 : 0;
}

/* The last glyph before `at` is beyond ASCII and a plus sign, a parenthesis, a space or invisible; find_start looks
 * further back then. */
static bool wide_sign_before(const uint8_t *at)
{
	return at[-2] == 0xc2 || (at[-3] == 0xe2 && at[-2] <= 0x81) || (at[-3] == 0xe3 && at[-2] == 0x80) ||
	       (at[-3] == 0xef && (at[-2] == 0xbb || at[-2] == 0xbc));
}

static bool may_have_plus(const uint8_t *at)
{
	if (at[-1] == '(') {
		uint8_t before = at[-2] == ' ' ? at[-3] : at[-2];
		return before == '+' || before >= 0x80;
	}
	return at[-1] == '+' || at[-2] == '+' || (at[-1] >= 0x80 && wide_sign_before(at));
}

/* At most those of a country code and a number. */
static unsigned digits_from(const uint8_t *at)
{
	unsigned digits = 0;
	while (digits < PHONE_MSISDN_DIGITS && ascii_digit(at[digits]))
		digits++;
	return digits;
}

/* Two zeros, or digits for a country code and a number in one group, both with whatever may stand between. */
static bool may_be_long(const uint8_t *at)
{
	if (at[0] == '0' && (at[1] == '0' || separates(at[1]) || spells(at[1])))
		return has_four_digits(at);
	const unsigned digits = digits_from(at);
	return digits == PHONE_MSISDN_DIGITS || spells(at[digits]);
}

static bool is_full_width(const uint8_t *at)
{
	const bool plus = at[0] == 0xef && at[1] == 0xbc && at[2] == 0x8b;
	const uint8_t *first = plus ? at + 3 : at;
	if (first[0] < 0x80)
		return ascii_digit(first[0]);
	return first[0] == 0xef && first[1] == 0xbc && (uint8_t)(first[2] - 0x90) < 10;
}

/* What check() asks of the bytes around. With a region a group of digits may be all there is, behind a label. */
static inline bool may_be(const uint8_t *at, bool regions)
{
	if (at[0] >= 0x80)
		return is_full_width(at);
	const unsigned spelt = rest_of_spelt_plus(at);
	if (spelt > 0 && (ascii_digit(at[spelt]) || at[spelt] >= 0x80))
		return at[-1] == '%' || has_four_digits(at + spelt); /* behind a % a + may be a blank */
	enum phone_place place = phone_place_after(at[-1]);
	if (place == PHONE_PLACE_NONE || at[-1] == 'x' || at[-1] == 'u')
		return false;
	if (place == PHONE_PLACE_ESCAPE && at[-2] != '\\' && at[-1] != 'm' && at[-1] != 'K')
		return false;
	if (regions || may_have_plus(at))
		return has_four_digits(at);
	if (place == PHONE_PLACE_CLOSER)
		return may_be_long(at);
	if (at[0] != '0' || at[1] != '0')
		return digits_from(at) == PHONE_MSISDN_DIGITS;
	if (at[-1] == ':' && ascii_digit(at[-2])) /* in_timestamp() unless four digits and more stand alone */
		return ascii_digit(at[2]) && ascii_digit(at[3]);
	return has_four_digits(at);
}

static bool may_be_any(const uint8_t *at)
{
	return may_be(at, true);
}

static bool may_be_international(const uint8_t *at)
{
	return may_be(at, false);
}

/* A sign before the number that makes it an international one or may hide a plus. */
PLANES_INLINE plane_bits behind_sign(const struct planes *planes, size_t w)
{
	plane_bits found = plane(planes, PLANE_HIGH, w, -1);
	found |= plane(planes, PLANE_SPELLS, w, -1) & plane(planes, PLANE_LETTER, w, 1); /* =2B */
	if (planes->any[PLANE_PLUS])
		found |= plane(planes, PLANE_PLUS, w, -1) | plane(planes, PLANE_PLUS, w, -2);
	if (planes->any[PLANE_OPEN])
		found |= plane(planes, PLANE_OPEN, w, -1);
	if (planes->any[PLANE_PERCENT])
		found |= plane(planes, PLANE_PERCENT, w, -1);
	if (planes->any[PLANE_AMPERSAND]) /* &#43; &#x2B; */
		found |= plane(planes, PLANE_AMPERSAND, w, -2) | plane(planes, PLANE_AMPERSAND, w, -3);
	if (planes->any[PLANE_BACKSLASH]) /* \u002B */
		found |= plane(planes, PLANE_BACKSLASH, w, -2);
	return found;
}

/* Two zeros, eleven digits, or what check() may take for them behind a #, of which there is no plane. */
PLANES_INLINE plane_bits begins_long(const struct planes *planes, size_t w)
{
	const plane_bits zero = plane(planes, PLANE_ZERO, w, 0);
	const plane_bits inside = plane(planes, PLANE_ALNUM, w, -1) | plane(planes, PLANE_SPACE, w, -1);
	plane_bits other = plane(planes, PLANE_SPELT_8, w, 1) | plane(planes, PLANE_SPELT_8, w, 3);
	other |= zero & ~plane(planes, PLANE_DIGIT, w, 1);
	/* no letter among the first four digits; a time has no four digits in one piece */
	plane_bits zeros = zero & plane(planes, PLANE_ZERO, w, 1);
	zeros &= ~(plane(planes, PLANE_LETTER, w, 2) |
		   (plane(planes, PLANE_LETTER, w, 3) & ~plane(planes, PLANE_SPELLS, w, 2)));
	zeros &= ~(plane(planes, PLANE_COLON, w, -1) & plane(planes, PLANE_DIGIT, w, -2)) |
		 plane(planes, PLANE_DIGITS_2, w, 2);
	return zeros | (other & ~inside) | (plane(planes, PLANE_DIGITS_8, w, 0) & plane(planes, PLANE_DIGITS_4, w, 7));
}

/* check() says yes only at the first digit of a run: a token begins there or at signs before it (token_begins), or the
 * digits spell a plus sign. Without a region that sign, two zeros or eleven digits must stand there. */
PLANES_TARGET void phone_number_places(struct planes *planes, uint64_t *found)
{
	for (size_t w = 0; w < planes->words; w += 4) {
		plane_bits here = plane(planes, PLANE_FIRST, w, 0);
		if (plane_any(here) && !planes->regions)
			here &= begins_long(planes, w) | behind_sign(planes, w);
		if (planes->any[PLANE_WIDE])
			here |= plane(planes, PLANE_WIDE, w, 0);
		if (plane_any(here))
			here = planes->regions ? plane_filter(planes, w, here, may_be_any)
					       : plane_filter(planes, w, here, may_be_international);
		plane_store(found + w, here);
	}
}
