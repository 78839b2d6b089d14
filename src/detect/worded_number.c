/*
 * The gate of case numbers, dates of birth and postal addresses: which of the three a number can be is asked of its
 * first bytes, since masks for all their shapes would cost more than the few numbers that come so far.
 */
#include "detect/worded_number.h"

#include "detect/digits.h"
#include "detect/hint.h"

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

const struct detector detector_worded_number = {
	.kind = DETECT_CASE_NUMBER,
	.describe = "Case numbers, dates of birth and postal addresses: numbers and the words around them, in five "
		    "languages",
	.triggers = "0123456789",
	.run_start = true,
	.hints = hints,
	.region_hints = hints,
	.check = check,
};
