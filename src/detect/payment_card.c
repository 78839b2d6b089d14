/*
 * payment_card: 12 to 19 digits of an issuer's range and length (ISO/IEC 7812), Luhn-valid, in the grouping printed on
 * cards or behind a label. One random run in ten passes Luhn: without range and grouping or label it is no card.
 */
#include "detect/digits.h"
#include "detect/labels.h"

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

static bool issued(const uint8_t *digits, size_t count)
{
	uint32_t number = 0;
	for (size_t i = 0; i < 6; i++)
		number = number * 10 + digits[i];
	for (size_t i = 0; i < sizeof issuer_ranges / sizeof *issuer_ranges; i++)
		if (number >= issuer_ranges[i].low && number <= issuer_ranges[i].high)
			return (issuer_ranges[i].lengths & LENGTH(count)) != 0;
	return false;
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

#define DIGITS "09"
#define WIDE "==\x80\xff"
#define BROKEN "\n\n\r\r"
#define ESCAPED "%%&&" WIDE
/* What hopeless() asks: four or six digits and a sign, or twelve in one. */
static const struct detect_hint hints[] = {
	{{{3, 1, NEAR_ALL, DIGITS}, {4, 1, NEAR_ALL, "  --.."}, {7, 2, NEAR_ALL, DIGITS WIDE BROKEN}}},
	{{{3, 9, NEAR_ALL, DIGITS}}},
	{{{3, 3, NEAR_ALL, DIGITS}, {6, 1, NEAR_ALL, "  --.."}, {9, 2, NEAR_ALL, DIGITS WIDE BROKEN}}},
	{{{3, 1, NEAR_ALL, DIGITS}, {4, 1, NEAR_ALL, ESCAPED}}},
	{{{3, 3, NEAR_ALL, DIGITS}, {6, 1, NEAR_ALL, ESCAPED}}},
	{{{3, 1, NEAR_ALL, WIDE}}},
	{{{3, 2, NEAR_ALL, DIGITS}, {5, 1, NEAR_ALL, WIDE}}},
	{{{3, 4, NEAR_ALL, DIGITS}, {7, 1, NEAR_ALL, WIDE}}},
	{{{3, 5, NEAR_ALL, DIGITS}, {8, 1, NEAR_ALL, WIDE}}},
	{{{3, 6, NEAR_ALL, DIGITS}, {9, 1, NEAR_ALL, WIDE}}},
	{{{3, 7, NEAR_ALL, DIGITS}, {10, 1, NEAR_ALL, WIDE}}},
	{{{3, 8, NEAR_ALL, DIGITS}, {11, 1, NEAR_ALL, WIDE}}},
	{{{0, 1, NEAR_ALL, WIDE}}},
	{{{0, 0, NEAR_ALL, NULL}}},
};

const struct detector detector_payment_card = {
	.kind = DETECT_PAYMENT_CARD,
	.describe = "Payment card number: issuer range, length, Luhn, and a grouping or a label",
	.triggers = "0123456789\xef",
	.run_start = true,
	.may_start = may_start,
	.hints = hints,
	.region_hints = hints,
	.check = check,
};
