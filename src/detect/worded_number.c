/*
 * The gate of case numbers, dates of birth and postal addresses: which of the three a number can be is asked of its
 * first bytes, since masks for all their shapes would cost more than the few numbers that come so far.
 */
#include "detect/worded_number.h"

#include "detect/case_label.h"
#include "detect/digits.h"
#include "detect/hint.h"
#include "detect/planes.h"

#define DIGITS_MOST 9

#define DIGIT "09"
/* What stands before no such number, but for what the other hints say: a line end, a blank, signs from - to :, letters.
 */
#define INSIDE "\n\n  -:AZaz"
#define ENDS "##..::==DDMMOORRddmmoorr\x80\xff" /* of "no.", nr, number, num, id */
static const struct detect_hint hints[] = {
	/* behind a sign; behind a blank: long, said to be a number, a code and its place, a date */
	{{{-1, 1, NEAR_NONE, INSIDE}}},
	{{{0, 6, NEAR_ALL, DIGIT}, {-1, 1, NEAR_ALL, "  "}}},
	{{{-1, 1, NEAR_ALL, "  "}, {-2, 1, NEAR_ALL, ENDS}, {0, 4, NEAR_ALL, DIGIT}}},
	{{{0, 5, NEAR_ALL, DIGIT}, {5, 1, NEAR_ALL, "  "}, {6, 1, NEAR_ALL, "AZ\x80\xff"}}},
	{{{-3, 2, NEAR_ALL, "AZ"}, {-1, 1, NEAR_ALL, "  "}, {0, 5, NEAR_ALL, DIGIT}}},
	{{{-1, 1, NEAR_ALL, "  "}, {4, 1, NEAR_ALL, "-/"}, {7, 1, NEAR_ALL, "-/"}}},
	/* one or two digits behind a blank or a line end; behind a colon that is in no time; a line that is a number,
	 * or a table with dates; letters and digits in one piece; PRJ-24-0131, INC#0012345, CRIM-9738 and F-75002 */
	{{{-1, 1, NEAR_ALL, "  "}, {1, 2, NEAR_NOT_ALL, DIGIT}}},
	{{{-1, 1, NEAR_ALL, "\n\n"}, {1, 2, NEAR_NOT_ALL, DIGIT}}},
	{{{-1, 1, NEAR_ALL, "::"}, {-2, 1, NEAR_NONE, DIGIT}}},
	{{{-1, 1, NEAR_ALL, "\n\n"}, {0, 5, NEAR_ALL, DIGIT}}},
	{{{-1, 1, NEAR_ALL, "\n\n"}, {10, 1, NEAR_NONE, "09AZaz"}}},
	{{{-1, 1, NEAR_ALL, "AZaz"}, {0, 5, NEAR_ALL, DIGIT}}},
	{{{-2, 1, NEAR_ALL, "AZ"}, {-1, 1, NEAR_ALL, "##-/__"}, {0, 2, NEAR_ALL, DIGIT}}},
	/* house numbers of three and four digits: 452 Main, 1600 Park; Via Roma 120 and what ends there */
	{{{4, 1, NEAR_ALL, "AZ"}, {3, 1, NEAR_ALL, "  "}, {5, 1, NEAR_NONE, "AZ"}, {0, 3, NEAR_ALL, DIGIT}}},
	{{{5, 1, NEAR_ALL, "AZ"}, {4, 1, NEAR_ALL, "  "}, {6, 1, NEAR_NONE, "AZ"}, {0, 4, NEAR_ALL, DIGIT}}},
	{{{3, 1, NEAR_NONE, INSIDE}, {-1, 1, NEAR_ALL, "  "}, {0, 3, NEAR_ALL, DIGIT}}},
	{{{3, 1, NEAR_ALL, "\n\n"}, {-1, 1, NEAR_ALL, "  "}, {0, 3, NEAR_ALL, DIGIT}}},
	{{{0, 0, NEAR_ALL, NULL}}},
};

/* Can it be the number of a house: before a name, or behind one where the text pauses? Few numbers can. */
static bool may_be_house(const struct detect_window *window, size_t at, size_t digits)
{
	uint8_t after = byte_at(window, at + digits), next = byte_at(window, at + digits + 1);
	if (digits > 5)
		return false;
	if (after == ' ')
		return digits <= 2 || (next >= 'A' && next <= 'Z') || next >= 0x80 || ascii_digit(next);
	if (ascii_letter(after))
		return !ascii_alnum(next);
	return after == ',' || byte_before(window, at, 1) == ' ' || (after == '-' && digits <= 3);
}

__attribute__((noinline)) static bool examine(
	const struct detect_window *window, size_t at, size_t digits, struct detect_candidate *out)
{
	bool found = (digits == 1 || digits == 5) && postal_address_at(window, at, out);
	if (!found && (digits <= 2 || digits == 4 || digits == 8))
		found = date_of_birth_at(window, at, out);
	if (!found)
		found = case_number_at(window, at, out);
	if (!found && may_be_house(window, at, digits))
		found = address_line_at(window, at, digits, out);
	return found && hint_holds(window, at, hints); /* last: little comes so far */
}

static bool check(const struct detect_window *window, size_t at, struct detect_candidate *out)
{
	size_t digits = 1;
	while (digits < DIGITS_MOST && ascii_digit(byte_at(window, at + digits)))
		digits++;
	return examine(window, at, digits, out);
}

/* --- where it can stand --- */

#define AROUND PLANE_PLACES /* bytes to look at on either side of a number */

/* One of the hints for a number of three to five digits behind a blank; of four, 1999-01-01 is one, too. */
static bool may_stand_behind_blank(const uint8_t *at, size_t digits)
{
	static const uint32_t ends[4] = {0, 0x24004008, 0x0004a010, 0x0004a010}; /* # . : = DMOR dmor */
	const uint8_t second = at[-2], after = at[digits], next = at[digits + 1];
	const bool capital = after == ' ' && ((next >= 'A' && next <= 'Z') || next >= 0x80);
	if (capital || digits == 3)
		return true;
	if (second >= 0x80 || ends[second >> 5] >> (second & 31) & 1)
		return true;
	if (digits == 5)
		return second >= 'A' && second <= 'Z' && at[-3] >= 'A' && at[-3] <= 'Z';
	return after >= '-' && after <= '/' && at[7] >= '-' && at[7] <= '/';
}

/* Letters or digits stand behind the first digit that go on; and no escape or terminal code ends before it. */
static bool is_inside_of_word(const uint8_t *at)
{
	return ascii_letter(at[-1]) && at[-1] != 'n' && at[-1] != 'm' && at[-1] != 'K' && at[-2] != '\\';
}

/* Digits alone behind a blank need a word before it that says what they are, but in a field. */
static bool may_be_case(const struct detect_window *window, size_t digits, bool fields)
{
	const uint8_t after = byte_at(window, AROUND + digits);
	if (!fields && digits < 6 && (after == ' ' || after == '\n') && case_label_ends_other(window, AROUND))
		return false;
	return case_number_may(window, AROUND, fields);
}

/* "2019-12-05T10: a time stamp, of which no token of a case, no house and, but at midnight, no date is made. */
static bool is_time_stamp(const uint8_t *at, size_t digits)
{
	return digits == 4 && at[10] == 'T' && at[4] == '-' && at[7] == '-' && (at[-1] == '"' || at[-1] == ' ') &&
	       ascii_digit(at[5]) && ascii_digit(at[6]) && ascii_digit(at[8]) && ascii_digit(at[9]) &&
	       ascii_digit(at[11]) && memcmp(at + 11, "00:00", 5) != 0;
}

/* What check() asks first, of the bytes around. */
static bool may_be(const uint8_t *at, bool fields)
{
	size_t digits = 1;
	while (digits < DIGITS_MOST && ascii_digit(at[digits]))
		digits++;
	const struct detect_window window = {at - AROUND, (size_t)2 * AROUND, NULL, NULL};
	const uint8_t after = at[digits], next = at[digits + 1];
	if (is_time_stamp(at, digits))
		return false;
	if (is_inside_of_word(at))
		return digits >= 4 && may_be_case(&window, digits, fields);
	if (at[-1] == ' ' && digits >= 3 && digits <= 5) {
		if (!may_stand_behind_blank(at, digits))
			return false;
		if (digits == 5 && after == ' ' && next >= 'a' && next <= 'z' && !(at[-2] >= 'A' && at[-2] <= 'Z'))
			return may_be_case(&window, digits, fields); /* no postal code, no house */
	}
	if ((digits == 1 || digits == 5) && postal_address_may(&window, AROUND))
		return true;
	if ((digits <= 2 || digits == 4 || digits == 8) && date_of_birth_may(&window, AROUND))
		return true;
	return may_be_case(&window, digits, fields) ||
	       (may_be_house(&window, AROUND, digits) && address_line_may(&window, AROUND, digits));
}

static bool may_be_number(const uint8_t *at)
{
	return may_be(at, false);
}

static bool may_be_number_of_field(const uint8_t *at)
{
	return may_be(at, true);
}

/* Planes that the hints share, with the word before and the one behind. */
struct shared {
	uint64_t inside[PLANE_WORDS + 8], signs[PLANE_WORDS + 8];
	uint64_t ends[PLANE_WORDS + 8];  /* what words end in that say that a number comes */
	uint64_t named[PLANE_WORDS + 8]; /* a blank before a capital */
};

PLANES_TARGET static void share(const struct planes *planes, struct shared *shared)
{
	for (size_t w = 0; w < planes->words + 2; w += 4) {
		const plane_bits blank = plane_load(planes->of[PLANE_SPACE] + w);
		plane_bits signs = plane_load(planes->of[PLANE_DASH] + w) | plane_load(planes->of[PLANE_SLASH] + w);
		signs |= plane_load(planes->of[PLANE_DOT] + w);
		const plane_bits inside = signs | blank | plane_load(planes->of[PLANE_LINE_FEED] + w) |
					  plane_load(planes->of[PLANE_COLON] + w);
		plane_store(shared->inside + w, inside | plane_load(planes->of[PLANE_ALNUM] + w));
		plane_store(shared->signs + w, signs);
		plane_store(shared->ends + w,
			plane_load(planes->of[PLANE_OF_NUMBER] + w) | plane_load(planes->of[PLANE_DOT] + w) |
				plane_load(planes->of[PLANE_COLON] + w) | plane_load(planes->of[PLANE_EQUALS] + w) |
				plane_load(planes->of[PLANE_HIGH] + w));
		plane_store(shared->named + w, blank & (plane_behind(planes->of[PLANE_UPPER] + w, 1) |
							       plane_behind(planes->of[PLANE_HIGH] + w, 1)));
	}
}

/* Is the word before the blank before the number, which ends in one of these letters, none that says that a number
 * comes, by its last two letters (case_label_ends_other)? */
PLANES_INLINE plane_bits behind_other(const struct planes *planes, size_t w)
{
	plane_bits pair = plane(planes, PLANE_D_M, w, -2) & plane(planes, PLANE_I_U, w, -3);
	pair |= plane(planes, PLANE_O, w, -2) & plane(planes, PLANE_L_M_N_R_S_T, w, -3);
	pair |= plane(planes, PLANE_R, w, -2) & plane(planes, PLANE_E_N_S, w, -3);
	return plane(planes, PLANE_LETTER, w, -2) & plane(planes, PLANE_LETTER, w, -3) & ~pair;
}

/* Of four or five digits before a blank and a small letter, which are a case number or the code of a place, if
 * anything: is the word before them none that says so? */
PLANES_INLINE plane_bits says_nothing(const struct planes *planes, size_t w)
{
	const plane_bits small = plane(planes, PLANE_SPACE, w, 5) & plane(planes, PLANE_LOWER, w, 6);
	const plane_bits fifth = plane(planes, PLANE_DIGIT, w, 4) & small;
	const plane_bits fourth = plane(planes, PLANE_SPACE, w, 4) & plane(planes, PLANE_LOWER, w, 5);
	const plane_bits alnum = plane(planes, PLANE_ALNUM, w, -4); /* no code of a state: "GET 15095" */
	return (fifth | fourth) & behind_other(planes, w) & (alnum | ~plane(planes, PLANE_UPPER, w, -2));
}

/* The hints for a number behind a blank. */
PLANES_INLINE plane_bits behind_blank(
	const struct planes *planes, const struct shared *shared, size_t w, plane_bits four, plane_bits few)
{
	const plane_bits fifth = plane(planes, PLANE_DIGIT, w, 4), upper = plane(planes, PLANE_UPPER, w, -2);
	plane_bits holds = few | (shifted(shared->signs, w, 4) & shifted(shared->signs, w, 7));
	holds |= ~few & (~shifted(shared->inside, w, 3) | plane(planes, PLANE_LINE_FEED, w, 3));
	holds |= four & fifth & plane(planes, PLANE_DIGIT, w, 5);
	plane_bits word = shifted(shared->ends, w, -2) | (fifth & upper & plane(planes, PLANE_UPPER, w, -3));
	if (!planes->fields)
		word &= ~says_nothing(planes, w);
	return holds | (four & word);
}

/* Four to seven digits, a small letter and what goes on: hexadecimal, no number of any kind. */
PLANES_INLINE plane_bits is_hexadecimal(const struct planes *planes, size_t w, plane_bits four)
{
	const plane_bits long_one = four & plane(planes, PLANE_ALNUM_8, w, 0);
	if (!plane_any(long_one))
		return long_one;
	plane_bits small = plane(planes, PLANE_LOWER, w, 7);
	small = plane(planes, PLANE_LOWER, w, 6) | (plane(planes, PLANE_DIGIT, w, 6) & small);
	small = plane(planes, PLANE_LOWER, w, 5) | (plane(planes, PLANE_DIGIT, w, 5) & small);
	return long_one & (plane(planes, PLANE_LOWER, w, 4) | (plane(planes, PLANE_DIGIT, w, 4) & small));
}

/* The hints, and more: a blank and a capital behind three to five digits are one. */
PLANES_INLINE plane_bits hints_may_hold(const struct planes *planes, const struct shared *shared, size_t w)
{
	const plane_bits four = plane(planes, PLANE_DIGITS_4, w, 0), five = four & plane(planes, PLANE_DIGITS_4, w, 1);
	const plane_bits few = ~plane(planes, PLANE_DIGITS_2, w, 1);
	const plane_bits letter = plane(planes, PLANE_LETTER, w, -1), line = plane(planes, PLANE_LINE_FEED, w, -1);
	const plane_bits colon = plane(planes, PLANE_COLON, w, -1) & ~plane(planes, PLANE_DIGIT, w, -2);
	plane_bits holds = ~shifted(shared->inside, w, -1) | colon | (letter & five);
	holds |= plane(planes, PLANE_SPACE, w, -1) & behind_blank(planes, shared, w, four, few);
	holds |= line & (few | five | ~plane(planes, PLANE_ALNUM, w, 10));
	const plane_bits upper = plane(planes, PLANE_UPPER, w, -2);
	holds |= shifted(shared->signs, w, -1) & upper & plane(planes, PLANE_DIGIT, w, 1);
	holds |= ~few & shifted(shared->named, w, 3) & ~plane(planes, PLANE_UPPER, w, 5);
	holds |= four & shifted(shared->named, w, 4) & ~plane(planes, PLANE_UPPER, w, 6);
	holds |= five & shifted(shared->named, w, 5);
	/* Letters among the first four, and more behind them: hexadecimal, too. Capitals and a sign before make a code
	 * of it. */
	holds &= four | upper | ~(plane(planes, PLANE_ALNUM_2, w, 1) & plane(planes, PLANE_ALNUM_2, w, 3));
	return holds & ~is_hexadecimal(planes, w, four);
}

PLANES_TARGET static void worded_number_places(struct planes *planes, uint64_t *found)
{
	struct shared shared;
	share(planes, &shared);
	for (size_t w = 0; w < planes->words; w += 4) {
		plane_bits first = plane(planes, PLANE_FIRST, w, 0);
		if (plane_any(first))
			first &= hints_may_hold(planes, &shared, w);
		plane_store(found + w,
			plane_filter(planes, w, first, planes->fields ? may_be_number_of_field : may_be_number));
	}
}

const struct detector detector_worded_number = {
	.kind = DETECT_CASE_NUMBER,
	.describe = "Case numbers, dates of birth and postal addresses: numbers and the words around them, in five "
		    "languages",
	.triggers = "0123456789",
	.run_start = true,
	.places = worded_number_places,
	.check = check,
};
