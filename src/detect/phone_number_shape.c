/* How telephone numbers are grouped, and which other groups of digits look alike: dates, amounts, dotted quads. */
#include "detect/phone_number.h"

static bool all_years(const struct digit_run *run, size_t groups)
{
	for (size_t i = 0; i < groups; i++) {
		const uint8_t *digit = run->digits + run->group[i].first;
		if (run->group[i].count != 4 || (digit[0] != 1 && digit[0] != 2) || (digit[1] != 9 && digit[1] != 0))
			return false;
	}
	return true;
}

/* 12.05.2026, 2026-05-13, 12/5/26. */
static bool is_date(const struct digit_run *run, size_t groups)
{
	if (groups < 3)
		return false;
	const struct digit_group *group = run->group;
	uint16_t sign = group[1].separators;
	if (sign != group[2].separators || !(sign & (SEPARATOR_DOT | SEPARATOR_DASH | SEPARATOR_SLASH)))
		return false;
	if (group[0].count == 4)
		return group[1].count == 2 && group[2].count == 2 && run->digits[0] <= 2;
	if (group[0].count > 2 || group[1].count > 2)
		return false;
	return (group[2].count == 4 && run->digits[group[2].first] <= 2) || (groups == 3 && group[2].count == 2);
}

/* 123-45-6789: a United States social security number. */
static bool is_social_security(const struct digit_run *run, size_t groups)
{
	const struct digit_group *group = run->group;
	return groups >= 3 && group[0].count == 3 && group[1].count == 2 && group[2].count == 4 &&
	       group[1].separators == SEPARATOR_DASH && group[2].separators == SEPARATOR_DASH;
}

/* 02110-1301: a United States postal code. */
static bool is_postal_code(const struct digit_run *run, size_t groups)
{
	const struct digit_group *group = run->group;
	return groups >= 2 && group[0].count == 5 && group[1].count == 4 && group[1].separators == SEPARATOR_DASH &&
	       (group[0].separators & SEPARATOR_OPEN) == 0;
}

bool phone_opens_otherwise(const struct digit_run *run, size_t groups)
{
	return is_date(run, groups) || is_social_security(run, groups) || is_postal_code(run, groups);
}

/* 1.234.567 and 12 345.678: an amount. */
static bool is_amount(const struct detect_window *window, const struct digit_run *run, size_t groups)
{
	bool dots = groups > 1 && run->group[0].count <= 3;
	for (size_t i = 1; i < groups; i++)
		dots &= run->group[i].count == 3 && run->group[i].separators == SEPARATOR_DOT;
	if (dots)
		return true;
	size_t end = run->group[groups - 1].end;
	struct glyph space = glyph_at(window, end);
	const uint8_t *after = window->data + end + (space.class == GLYPH_SPACE ? space.size : 0);
	size_t left = (size_t)(window->data + window->size - after);
	return left >= 3 && (memcmp(after, "EUR", 3) == 0 || memcmp(after, "USD", 3) == 0 ||
				    memcmp(after, "CHF", 3) == 0 || memcmp(after, "GBP", 3) == 0 ||
				    memcmp(after, "\xe2\x82\xac", 3) == 0 || after[0] == '$' || after[0] == '%');
}

static bool is_dotted_quad(const struct digit_run *run, size_t groups)
{
	bool quad = groups == 4;
	for (size_t i = 0; i < groups && quad; i++)
		quad = run->group[i].count <= 3 && (i == 0 || run->group[i].separators == SEPARATOR_DOT);
	return quad;
}

/* The first group: a trunk digit, an area code behind a zero or in parentheses, or two to three digits; four before
 * four more are the eight digits of small countries. Two numbers of a table rarely look so. */
static bool typical_first(const struct digit_run *run, size_t groups)
{
	const struct digit_group *group = run->group;
	if (run->digits[0] == 0 || (group[1].separators & SEPARATOR_CLOSE))
		return group[0].count <= 6;
	if (group[0].count == 4 || group[0].count == 5)
		return groups == 2 && group[1].count == group[0].count;
	return group[0].count <= 3;
}

/* Sizes people write: the first group, then two to eight digits each; one digit alone
 * stands behind a trunk prefix or a parenthesis, and in Ivory Coast. */
static bool typical_sizes(const struct digit_run *run, size_t groups)
{
	for (size_t i = 1; i < groups; i++) {
		bool city = (i == 1 && run->digits[0] == 0 && run->group[0].count <= 2) ||
			    (i == 2 && groups == 4 && run->group[3].count == 5) ||
			    (run->group[i].separators & SEPARATOR_CLOSE);
		if (run->group[i].count > 9 || (run->group[i].count < 2 && !city))
			return false;
	}
	return typical_first(run, groups);
}

/* One kind of sign, which may change once: after the area code, or before the last groups. */
static bool typical_signs(const struct digit_run *run, size_t groups)
{
	uint16_t sign = 0;
	unsigned kinds = 0;
	for (size_t i = 1; i < groups; i++) {
		uint16_t here = run->group[i].separators;
		if (here & (SEPARATOR_OPEN | SEPARATOR_CLOSE))
			continue;
		if (i > 2 && (here & SEPARATOR_SLASH))
			return false;
		kinds += here != sign;
		sign = here;
	}
	return kinds <= 2;
}

bool phone_typical_grouping(const struct detect_window *window, const struct digit_run *run, size_t groups)
{
	return groups >= 2 && groups <= 6 && typical_sizes(run, groups) && typical_signs(run, groups) &&
	       !phone_opens_otherwise(run, groups) && !all_years(run, groups) && !is_dotted_quad(run, groups) &&
	       !is_amount(window, run, groups);
}

/* North America writes three, three and four digits; a year and a number are a reference (2026-000123). */
bool phone_own_grouping(const struct digit_run *run, size_t groups, const struct phone_territory *territory)
{
	const struct digit_group *group = run->group;
	if (group[0].count == 4 && group[1].separators == SEPARATOR_DASH &&
		((run->digits[0] == 2 && run->digits[1] == 0) || (run->digits[0] == 1 && run->digits[1] == 9)))
		return false;
	if (group[0].count == 5 && run->digits[0] != 0 && territory->code != 91)
		return false; /* 98765 43210 is how India writes, and how two numbers of a log look */
	if (territory->code != 1)
		return true;
	size_t trunk = group[0].count == 1;
	return groups == trunk + 3 && group[trunk].count == 3 && group[trunk + 1].count == 3 &&
	       group[trunk + 2].count == 4;
}

/* Longest country calling code. */
#define CODE_DIGITS 3

bool phone_is_decimal(const struct digit_run *run, size_t groups, size_t skip)
{
	return groups == 2 && run->group[1].separators == SEPARATOR_DOT && run->group[0].count > skip + CODE_DIGITS;
}

bool phone_is_quantity(const struct detect_window *window, const struct digit_run *run, size_t groups)
{
	static const char *const units[] = {"us", "\xc2\xb5s", "ms", "ns", "ticks", "cycles", "bytes", "kb", "mb", "gb",
		"kib", "mib", "gib", "rows", "px", NULL};
	size_t at = run->group[groups - 1].end;
	if (groups > 1 || byte_at(window, at++) != ' ')
		return false;
	for (const char *const *unit = units; *unit; unit++) {
		size_t size = strlen(*unit), same = 0;
		while (same < size &&
			(byte_at(window, at + same) | (ascii_letter(byte_at(window, at + same)) ? 32 : 0)) ==
				(uint8_t)(*unit)[same])
			same++;
		if (same == size && !ascii_alnum(byte_at(window, at + size)))
			return true;
	}
	return false;
}

/* Digits of the country calling code that begins with these two (ITU-T E.164, list of assigned codes). */
static size_t code_digits(uint8_t first, uint8_t second)
{
	/* by the first digit: the second digits of the codes of two digits, a bit each */
	static const uint16_t two[10] = {
		[2] = 0x081, [3] = 0x25f, [4] = 0x3fb, [5] = 0x1fe, [6] = 0x07f, [8] = 0x056, [9] = 0x13f};
	return first == 1 || first == 7 ? 1 : two[first] >> second & 1 ? 2 : CODE_DIGITS;
}

bool phone_divides_code(const struct digit_run *run)
{
	size_t first = run->group[0].count;
	return first > 2 && first < run->count && first < 2 + code_digits(run->digits[2], run->digits[3]);
}
