/* Where an official number can stand: its shape in planes, then in the bytes around its first digit. */
#include "detect/official_number.h"

#include "detect/digits.h"
#include "detect/planes.h"

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
	return digits >= OFFICIAL_LEAST_CHARACTERS || may_spell(at + digits) || groups_fit(at, digits);
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
	while (letters <= OFFICIAL_LEADING_LETTERS && ascii_letter(at[-1 - (int)letters]))
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
	const unsigned before = divided ? OFFICIAL_LEADING_LETTERS : 0;
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
PLANES_TARGET void official_number_places(struct planes *planes, uint64_t *found)
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
