/*
 * payment_card: 12 to 19 digits of an issuer's range and length (ISO/IEC 7812), Luhn-valid, in the grouping printed on
 * cards or behind a label. One random run in ten passes Luhn: without range and grouping or label it is no card.
 */
#include "detect/digits.h"
#include "detect/labels.h"
#include "detect/planes.h"

/* Hundredths. */
#define CONFIDENCE_LABELLED 97
#define CONFIDENCE_GROUPED 90
#define CARD_DIGITS_MIN 12
#define CARD_DIGITS_MAX 19
/* Characters between a label or field name and the number (contract 4: 30). */
#define LABEL_REACH_BYTES 30
#define CARD_SEPARATORS (SEPARATOR_SPACE | SEPARATOR_DOT | SEPARATOR_DASH)

#define LENGTH(n) (1u << (n))
#define LENGTHS(low, high) ((LENGTH((high) + 1) - 1) & ~(LENGTH(low) - 1))

/* Six-digit issuer numbers, first and last; the first row that holds a number decides. Facts as issuers publish them
 * (ISO/IEC 7812 ranges of the schemes; Mastercard 2-series since 2017; UnionPay, Mir, RuPay, Troy, Verve bulletins). */
static const struct issuer_range {
	uint32_t low, high;
	uint32_t lengths;
} issuer_ranges[] = {
	{180000, 180099, LENGTH(15)},                           /* JCB, old series */
	{213100, 213199, LENGTH(15)},                           /* JCB, old series */
	{220000, 220499, LENGTHS(16, 19)},                      /* Mir */
	{222100, 272099, LENGTH(16)},                           /* Mastercard, 2-series */
	{300000, 305999, LENGTH(14) | LENGTHS(16, 19)},         /* Diners Club */
	{309500, 309599, LENGTH(14) | LENGTHS(16, 19)},         /* Diners Club */
	{340000, 349999, LENGTH(15)},                           /* American Express */
	{352800, 358999, LENGTHS(16, 19)},                      /* JCB */
	{360000, 369999, LENGTHS(14, 19)},                      /* Diners Club International */
	{370000, 379999, LENGTH(15)},                           /* American Express */
	{380000, 399999, LENGTH(14) | LENGTHS(16, 19)},         /* Diners Club */
	{400000, 499999, LENGTH(13) | LENGTH(16) | LENGTH(19)}, /* Visa */
	{500000, 509999, LENGTHS(12, 19)},                      /* Maestro, Dankort, Elo, Verve, RuPay 508 */
	{510000, 559999, LENGTH(16)},                           /* Mastercard */
	{560000, 589999, LENGTHS(12, 19)},                      /* Maestro */
	{601100, 601199, LENGTHS(16, 19)},                      /* Discover */
	{600000, 609999, LENGTH(16) | LENGTH(19)},              /* RuPay, Hipercard, stored value */
	{620000, 629999, LENGTHS(16, 19)},                      /* UnionPay, and Discover within it */
	{630400, 630499, LENGTHS(12, 19)},                      /* Maestro */
	{636000, 636999, LENGTHS(16, 19)},                      /* InterPayment, Elo */
	{639000, 639099, LENGTHS(12, 19)},                      /* Maestro */
	{644000, 659999, LENGTHS(16, 19)},                      /* Discover, RuPay, Elo, Verve */
	{670000, 679999, LENGTHS(12, 19)},                      /* Maestro */
	{810000, 829999, LENGTHS(16, 19)},                      /* UnionPay, RuPay */
	{979200, 979289, LENGTH(16)},                           /* Troy */
};

/* Bits of the lengths that cards have which begin with this number. */
static uint32_t lengths_of(uint32_t number)
{
	for (size_t i = 0; i < sizeof issuer_ranges / sizeof *issuer_ranges; i++)
		if (number >= issuer_ranges[i].low && number <= issuer_ranges[i].high)
			return issuer_ranges[i].lengths;
	return 0;
}

static bool issued(const uint8_t *digits, size_t count)
{
	uint32_t number = 0;
	for (size_t i = 0; i < 6; i++)
		number = number * 10 + digits[i];
	return (lengths_of(number) & LENGTH(count)) != 0;
}

/* ISO/IEC 7812-1, annex B. */
static bool luhn(const uint8_t *digits, size_t count)
{
	unsigned sum = 0;
	for (size_t i = 0; i < count; i++) {
		unsigned digit = digits[count - 1 - i];
		sum += i % 2 == 0 ? digit : digit < 5 ? 2 * digit : 2 * digit - 9;
	}
	return sum % 10 == 0;
}

/* One kind of sign between all groups. */
static bool one_separator(const struct digit_run *run, size_t groups)
{
	for (size_t i = 2; i < groups; i++)
		if (run->group[i].separators != run->group[1].separators)
			return false;
	return true;
}

/* As printed on cards: 4-4-4-4 (and 4-4-4-4-3, 4-4-4-1, 4-4-5), 4-6-5 and 4-6-4. */
static bool printed_grouping(const struct digit_run *run, size_t groups)
{
	if (groups < 3 || groups > 5 || run->group[0].count != 4 || !one_separator(run, groups))
		return false;
	const struct digit_group *last = &run->group[groups - 1];
	if (groups == 3)
		return (run->group[1].count == 6 && (last->count == 5 || last->count == 4)) ||
		       (run->group[1].count == 4 && last->count == 5);
	return digits_groups_of(run, groups - 1, 4) == groups - 1 && last->count <= 4 &&
	       (groups == 4 || last->count == 3);
}

/* A table of four-digit numbers is no card: the group before or two groups after look the same. */
static bool in_number_table(const struct detect_window *window, const struct digit_run *run, size_t groups)
{
	if (run->groups > groups + 1 && run->group[groups].count == 4 && run->group[groups + 1].count == 4)
		return true;
	size_t at = run->group[0].start;
	struct glyph glyph = glyph_before(window, at);
	return (SEPARATOR_BIT(glyph.class) & CARD_SEPARATORS) && ascii_digit(byte_before(window, at, 2)) &&
	       ascii_digit(byte_before(window, at, 5)) && !ascii_alnum(byte_before(window, at, 6));
}

/* The number is no tail of a longer one: 0.4111..., 12-4111-... */
static bool begins_free(const struct detect_window *window, size_t at)
{
	if (!token_begins(window, at))
		return false;
	uint8_t before = byte_before(window, at, 1);
	return before != '.' && before != '-';
}

static bool read_card(
	const struct detect_window *window, const struct digit_run *run, size_t groups, struct detect_candidate *out)
{
	const struct digit_group *last = &run->group[groups - 1];
	size_t count = (size_t)last->first + last->count;
	if (count < CARD_DIGITS_MIN || count > CARD_DIGITS_MAX || !issued(run->digits, count) ||
		!luhn(run->digits, count))
		return false;
	bool whole = groups == run->groups;
	if (whole ? run->more || !token_ends(window, last->end) : run->group[groups].separators != SEPARATOR_SPACE)
		return false;
	bool labelled = label_before(window, run->group[0].start, LABEL_CARD, LABEL_REACH_BYTES);
	if (!labelled && (!printed_grouping(run, groups) || in_number_table(window, run, groups)))
		return false;
	out->start = run->group[0].start;
	out->end = last->end;
	out->form = digits_encoded(run, groups) ? DETECT_ENCODED : DETECT_PLAIN;
	out->confidence = labelled ? CONFIDENCE_LABELLED : CONFIDENCE_GROUPED;
	out->tentative = false;
	out->scheme = NULL;
	out->canonical_size = (uint16_t)count;
	for (size_t i = 0; i < count; i++)
		out->canonical[i] = (uint8_t)('0' + run->digits[i]);
	return true;
}

/* A digit, or a byte of something that is one or hides between two: full-width, invisible, a soft line break. */
static bool may_hold_digit(uint8_t byte)
{
	return ascii_digit(byte) || byte >= 0x80 || byte == '=' || byte == '\r' || byte == '\n';
}

/* Most runs of digits end here, after a few bytes: cards begin with four or six digits and a sign, or are twelve digits
 * and more in one. */
static bool hopeless(const struct detect_window *window, size_t at)
{
	const uint8_t *data = window->data + at;
	if (window->size - at < CARD_DIGITS_MIN ||
		(at >= 2 && ascii_alnum(data[-1]) && data[-2] != '\\' && !behind_terminal_code(window->data, at)))
		return true;
	if (!ascii_digit(data[3]))
		return data[3] < 0x80 && data[3] != '=';
	if (data[2] < 0x80 && !ascii_digit(data[2]))
		return true; /* 56.8.11374.22533 */
	size_t count = 4;
	while (count <= CARD_DIGITS_MAX && ascii_digit(byte_at(window, at + count)))
		count++;
	uint8_t after = byte_at(window, at + count);
	if (count == 4 || count == 6) {
		if (after == ' ' || after == '-' || after == '.') { /* four more digits behind the sign, or no card */
			return !may_hold_digit(byte_at(window, at + count + 3)) ||
			       !may_hold_digit(byte_at(window, at + count + 4));
		}
		return after != '%' && after != '&' && after != '=' && after < 0x80;
	}
	return after < 0x80 && after != '=' &&
	       (count < CARD_DIGITS_MIN || count > CARD_DIGITS_MAX || ascii_letter(after));
}

/* Kept out of check(), so that the common rejection needs no stack. */
__attribute__((noinline)) static bool examine(
	const struct detect_window *window, size_t at, struct detect_candidate *out)
{
	struct digit_run run;
	if (!begins_free(window, at) || !digits_read(window, at, CARD_SEPARATORS, &run))
		return false;
	for (size_t groups = run.groups; groups > 0; groups--)
		if (read_card(window, &run, groups, out))
			return true;
	return false;
}

static bool check(const struct detect_window *window, size_t at, struct detect_candidate *out)
{
	if (window->data[at] < 0x80 ? hopeless(window, at) : glyph_before(window, at).class == GLYPH_DIGIT)
		return false;
	return examine(window, at, out);
}

/* A card begins with four digits or more. */
static bool may_start(uint8_t trigger, uint8_t next)
{
	if (trigger >= 0x80)
		return next == 0xbc;
	return trigger != '0' && trigger != '7' && (ascii_digit(next) || next >= 0x80);
}

/* --- places --- */

static bool full_width_digit(const uint8_t *at)
{
	return at[0] == 0xef && at[1] == 0xbc && (uint8_t)(at[2] - 0x90) < 10;
}

/* Twelve digits in ASCII with one or more signs between them, an issuer's first; or something that is no ASCII. */
static bool may_be(const uint8_t *at)
{
	if (at[0] >= 0x80)
		return full_width_digit(at) && !full_width_digit(at - 3);
	if (at[0] == '0' || at[0] == '7' || at[-1] == '_')
		return false;
	uint32_t number = 0;
	unsigned digits = 0;
	for (const uint8_t *end = at + PLANE_PLACES - 1; at < end && digits < CARD_DIGITS_MIN; at++) {
		if (ascii_digit(*at))
			number = digits++ < 6 ? number * 10 + (uint32_t)(*at - '0') : number;
		else if (*at != ' ' && *at != '-' && *at != '.')
			return *at >= 0x80 || *at == '%' || *at == '&' || *at == '=';
	}
	return digits < CARD_DIGITS_MIN || lengths_of(number) != 0;
}

/* No letter or digit stands before the number but of an escape or terminal code, no dot, no dash. */
PLANES_INLINE plane_bits begins_anew(const struct planes *planes, size_t w)
{
	plane_bits behind = plane(planes, PLANE_ALNUM, w, -1) | plane(planes, PLANE_DOT, w, -1);
	if (planes->any[PLANE_BACKSLASH])
		behind &= ~plane(planes, PLANE_BACKSLASH, w, -2);
	return ~(behind | plane(planes, PLANE_DASH, w, -1)) |
	       (plane(planes, PLANE_LETTER, w, -1) & ~plane(planes, PLANE_RUN, w, -1));
}

/* hopeless() of planes: four or six digits and a sign with two digits further on, twelve in one, or what may be spelt
 * otherwise within the first twelve places. */
PLANES_INLINE plane_bits find_groups(const struct planes *planes, size_t w)
{
	const plane_bits first = plane(planes, PLANE_FIRST, w, 0);
	const plane_bits three = first & plane(planes, PLANE_DIGITS_2, w, 1);
	const plane_bits high = plane(planes, PLANE_HIGH, w, 1);
	plane_bits found = three & plane(planes, PLANE_SPELLS, w, 3);
	if (plane_any(high | plane(planes, PLANE_HIGH, w, 3)))
		found |= first & plane(planes, PLANE_SPELT_8, w, 1);
	const plane_bits four = first & plane(planes, PLANE_DIGITS_4, w, 0);
	if (!plane_any(four))
		return found;
	plane_bits shape = plane(planes, PLANE_DIGITS_2, w, 7) & ~plane(planes, PLANE_DIGIT, w, 4);
	shape &= ~(plane(planes, PLANE_LETTER, w, 9) | plane(planes, PLANE_LETTER, w, 10) |
		   plane(planes, PLANE_LETTER, w, 11) | plane(planes, PLANE_LINE_FEED, w, 5) |
		   plane(planes, PLANE_LINE_FEED, w, 9) | plane(planes, PLANE_LINE_FEED, w, 10));
	shape |= plane(planes, PLANE_DIGITS_2, w, 4) & ~plane(planes, PLANE_DIGIT, w, 6) &
		 plane(planes, PLANE_DIGITS_2, w, 9);
	return found | (four & (shape | plane(planes, PLANE_DIGITS_8, w, 4) | plane(planes, PLANE_SPELT_8, w, 4)));
}

/* check() says yes only at a digit behind which no letter or digit of the same run stands (begins_free): it is the
 * first trigger there. */
PLANES_TARGET static void payment_card_places(struct planes *planes, uint64_t *found)
{
	for (size_t w = 0; w < planes->words; w += 4) {
		plane_bits here = find_groups(planes, w);
		if (planes->any[PLANE_WIDE])
			here |= plane(planes, PLANE_WIDE, w, 0);
		if (plane_any(here))
			here = plane_filter(planes, w, here & begins_anew(planes, w), may_be);
		plane_store(found + w, here);
	}
}

const struct detector detector_payment_card = {
	.kind = DETECT_PAYMENT_CARD,
	.describe = "Payment card number: issuer range, length, Luhn, and a grouping or a label",
	.triggers = "0123456789\xef",
	.run_start = true,
	.may_start = may_start,
	.places = payment_card_places,
	.check = check,
};
