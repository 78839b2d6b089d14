/*
 * iban: an International Bank Account Number (ISO 13616-1) of a country in the registry, with its length, the structure
 * of its account number and check digits modulo 97. The number ends where the country's length says.
 */
#include <endian.h>

#include "detect/digits.h"
#include "detect/planes.h"

/* Hundredths. */
#define CONFIDENCE_PRINTED 98
#define CONFIDENCE_ODD 90
#define IBAN_MAX 34
/* Signs between two characters: a space, a dash, a dot where all groups have one, and invisible ones. */
#define SIGNS_BETWEEN 3

/* The registry kept by SWIFT for ISO 13616 (release 99 and before): country, total length, structure of the account
 * part as runs of a (letters), n (digits) and c (both) with their number. The facts were entered by hand. */
static const struct iban_country {
	char id[3];
	uint8_t length;
	char account[12];
} countries[] = {
	{"AD", 24, "n8c12"},
	{"AE", 23, "n19"},
	{"AL", 28, "n8c16"},
	{"AT", 20, "n16"},
	{"AZ", 28, "a4c20"},
	{"BA", 20, "n16"},
	{"BE", 16, "n12"},
	{"BG", 22, "a4n6c8"},
	{"BH", 22, "a4c14"},
	{"BI", 27, "n23"},
	{"BR", 29, "n23a1c1"},
	{"BY", 28, "c4n4c16"},
	{"CH", 21, "n5c12"},
	{"CR", 22, "n18"},
	{"CY", 28, "n8c16"},
	{"CZ", 24, "n20"},
	{"DE", 22, "n18"},
	{"DJ", 27, "n23"},
	{"DK", 18, "n14"},
	{"DO", 28, "c4n20"},
	{"EE", 20, "n16"},
	{"EG", 29, "n25"},
	{"ES", 24, "n20"},
	{"FI", 18, "n14"},
	{"FK", 18, "a2n12"},
	{"FO", 18, "n14"},
	{"FR", 27, "n10c11n2"},
	{"GB", 22, "a4n14"},
	{"GE", 22, "a2n16"},
	{"GI", 23, "a4c15"},
	{"GL", 18, "n14"},
	{"GR", 27, "n7c16"},
	{"GT", 28, "c24"},
	{"HN", 28, "a4n20"},
	{"HR", 21, "n17"},
	{"HU", 28, "n24"},
	{"IE", 22, "a4n14"},
	{"IL", 23, "n19"},
	{"IQ", 23, "a4n15"},
	{"IS", 26, "n22"},
	{"IT", 27, "a1n10c12"},
	{"JO", 30, "a4n4c18"},
	{"KW", 30, "a4c22"},
	{"KZ", 20, "n3c13"},
	{"LB", 28, "n4c20"},
	{"LC", 32, "a4c24"},
	{"LI", 21, "n5c12"},
	{"LT", 20, "n16"},
	{"LU", 20, "n3c13"},
	{"LV", 21, "a4c13"},
	{"LY", 25, "n21"},
	{"MC", 27, "n10c11n2"},
	{"MD", 24, "c20"},
	{"ME", 22, "n18"},
	{"MK", 19, "n3c10n2"},
	{"MN", 20, "n16"},
	{"MR", 27, "n23"},
	{"MT", 31, "a4n5c18"},
	{"MU", 30, "a4n19a3"},
	{"NI", 28, "a4n20"},
	{"NL", 18, "a4n10"},
	{"NO", 15, "n11"},
	{"OM", 23, "n3c16"},
	{"PK", 24, "a4c16"},
	{"PL", 28, "n24"},
	{"PS", 29, "a4c21"},
	{"PT", 25, "n21"},
	{"QA", 29, "a4c21"},
	{"RO", 24, "a4c16"},
	{"RS", 22, "n18"},
	{"RU", 33, "n14c15"},
	{"SA", 24, "n2c18"},
	{"SC", 31, "a4n20a3"},
	{"SD", 18, "n14"},
	{"SE", 24, "n20"},
	{"SI", 19, "n15"},
	{"SK", 24, "n20"},
	{"SM", 27, "a1n10c12"},
	{"SO", 23, "n19"},
	{"ST", 25, "n21"},
	{"SV", 28, "a4n20"},
	{"TL", 23, "n19"},
	{"TN", 24, "n20"},
	{"TR", 26, "n6c16"},
	{"UA", 29, "n6c19"},
	{"VA", 22, "n18"},
	{"VG", 24, "a4n16"},
	{"XK", 20, "n16"},
	{"YE", 30, "a4n4c18"},
};

/* By the first letter of a country: its second letters, bit 0 is A. Most pairs of letters are refused here. */
static const uint32_t second_letters[26] = {0x2080818, 0x10201d1, 0x3020080, 0x4610, 0x40050, 0x24500, 0xa0912,
	0x122000, 0xd0810, 0x4000, 0x2400000, 0x1380106, 0x1a241c, 0x4900, 0x1000, 0xc0c00, 0x1, 0x144000, 0x28551d,
	0x22800, 0x1, 0x41, 0, 0x400, 0x10, 0};

/* How many countries stand before those of a first letter. */
static const uint8_t countries_before[26] = {
	0, 5, 12, 16, 20, 23, 27, 33, 36, 41, 42, 44, 51, 59, 62, 63, 67, 68, 71, 81, 84, 85, 87, 87, 88, 89};

/* Of two letters, in upper case or both in lower. */
static inline const struct iban_country *country_of(uint8_t first, uint8_t second)
{
	const uint32_t letters = second_letters[(first & 31) - 1], letter = (uint32_t)1 << ((second & 31) - 1);
	const unsigned before = (unsigned)__builtin_popcount(letters & (letter - 1));
	return letters & letter ? &countries[countries_before[(first & 31) - 1] + before] : NULL;
}

/* An IBAN as written. */
struct written {
	size_t start, end;
	uint8_t text[IBAN_MAX]; /* upper case */
	size_t size;
	bool encoded, printed; /* printed: contiguous, or a sign after every fourth character and nowhere else */
	uint16_t sign;
};

static bool account_fits(const struct iban_country *country, const uint8_t *account)
{
	for (const char *rule = country->account; *rule;) {
		char kind = *rule++;
		unsigned count = 0;
		while (*rule >= '0' && *rule <= '9')
			count = count * 10 + (unsigned)(*rule++ - '0');
		for (; count > 0; count--, account++)
			if ((kind == 'n' && !ascii_digit(*account)) || (kind == 'a' && !ascii_letter(*account)))
				return false;
	}
	return true;
}

/* ISO 7064 MOD 97-10 over the number with its first four characters moved to the end, letters as 10 to 35. */
static bool checks_out(const uint8_t *text, size_t size)
{
	unsigned rest = 0;
	for (size_t i = 0; i < size; i++) {
		uint8_t byte = text[(i + 4) % size];
		rest = ascii_digit(byte) ? rest * 10 + (unsigned)(byte - '0')
					 : rest * 100 + (unsigned)(byte - 'A' + 10);
		rest %= 97;
	}
	return rest == 1;
}

/* Passes the sign between two characters; its end, or `at` itself where none stands. */
static size_t pass_sign(const struct detect_window *window, size_t at, struct written *iban, uint16_t *sign)
{
	size_t from = at;
	*sign = 0;
	for (unsigned i = 0; i < SIGNS_BETWEEN; i++) {
		struct glyph glyph = glyph_at(window, at);
		bool visible = glyph.class == GLYPH_SPACE || glyph.class == GLYPH_DASH || glyph.class == GLYPH_DOT;
		if ((!visible && glyph.class != GLYPH_INVISIBLE) || (visible && *sign))
			break;
		if (visible)
			*sign = (uint16_t)SEPARATOR_BIT(glyph.class);
		iban->encoded |= glyph.encoded;
		at += glyph.size;
	}
	return at > from ? at : from;
}

/* Reads exactly `length` characters from iban->start. */
static bool read_text(const struct detect_window *window, size_t length, struct written *iban)
{
	size_t at = iban->start;
	iban->printed = true;
	for (size_t i = 0; i < length; i++) {
		uint16_t sign = 0;
		if (i > 0)
			at = pass_sign(window, at, iban, &sign);
		struct glyph glyph = glyph_at(window, at);
		if (glyph.class != GLYPH_DIGIT && glyph.class != GLYPH_LETTER)
			return false;
		if (i == 4)
			iban->sign = sign;
		if (sign != (i % 4 == 0 && i > 0 ? iban->sign : 0))
			iban->printed = false;
		if (!iban->printed && (sign | iban->sign) & SEPARATOR_DOT)
			return false;
		iban->encoded |= glyph.encoded;
		iban->text[iban->size++] = glyph.class == GLYPH_DIGIT ? (uint8_t)('0' + glyph.value) : glyph.value;
		at += glyph.size;
	}
	iban->end = at;
	return true;
}

/* Full-width letters before the check digits at `at`; their place, or SIZE_MAX. */
static size_t wide_code_before(const struct detect_window *window, size_t at)
{
	for (unsigned letters = 0; letters < 2; letters++) {
		struct glyph letter = glyph_before(window, at);
		if (letter.class != GLYPH_LETTER || !letter.encoded)
			return SIZE_MAX;
		at -= letter.size;
	}
	enum glyph_class before = glyph_before(window, at).class;
	bool wide = byte_before(window, at, 1) >= 0x80 && (before == GLYPH_LETTER || before == GLYPH_DIGIT);
	return wide || !token_begins(window, at) ? SIZE_MAX : at;
}

/* IBANDE44...: the word itself, as forms that forget a blank print it. */
static bool word_before(const struct detect_window *window, size_t at)
{
	static const char word[] = "iban";
	for (size_t i = 0; i < 4; i++)
		if ((byte_before(window, at, 4 - i) | 0x20) != word[i])
			return false;
	return token_begins(window, at - 4);
}

/* The country code before the check digits at `at`: IT60, IT 60; its place, or SIZE_MAX. */
static size_t code_before(const struct detect_window *window, size_t at)
{
	if (byte_before(window, at, 3) == 0xef)
		return wide_code_before(window, at);
	uint8_t before = byte_before(window, at, 1);
	if (ascii_digit(before))
		return SIZE_MAX;
	size_t gap = ascii_letter(before) ? 0 : before == ' ' || before == '-' ? 1 : before == 0xa0 ? 2 : SIZE_MAX;
	if (gap == SIZE_MAX || at < gap + 2 || (gap == 2 && byte_before(window, at, 2) != 0xc2))
		return SIZE_MAX;
	size_t code = at - gap - 2;
	if (!ascii_letter(window->data[code]) || !ascii_letter(window->data[code + 1]))
		return SIZE_MAX;
	return token_begins(window, code) || word_before(window, code) ? code : SIZE_MAX;
}

/* Kept out of check(), so that the common rejection needs no stack. */
__attribute__((noinline)) static bool examine(
	const struct detect_window *window, size_t at, struct detect_candidate *out)
{
	struct written iban = {.start = code_before(window, at)};
	if (iban.start == SIZE_MAX)
		return false;
	struct glyph first = glyph_at(window, iban.start), second = glyph_at(window, iban.start + first.size);
	const struct iban_country *country = country_of(first.value, second.value);
	if (!country || !read_text(window, country->length, &iban) || !token_ends(window, iban.end))
		return false;
	if (!ascii_digit(iban.text[2]) || !ascii_digit(iban.text[3]) || !account_fits(country, iban.text + 4) ||
		!checks_out(iban.text, iban.size))
		return false;
	out->start = iban.start;
	out->end = iban.end;
	out->form = iban.encoded ? DETECT_ENCODED : DETECT_PLAIN;
	out->confidence = iban.printed ? CONFIDENCE_PRINTED : CONFIDENCE_ODD;
	out->tentative = false;
	out->scheme = NULL;
	out->canonical_size = (uint16_t)iban.size;
	memcpy(out->canonical, iban.text, iban.size);
	return true;
}

/* Two letters, or two letters and one sign, before two digits: few runs of digits come further. */
static bool check(const struct detect_window *window, size_t at, struct detect_candidate *out)
{
	uint8_t next = byte_at(window, at + 1);
	if (at < 2 || (!ascii_digit(next) && next < 0x80))
		return false;
	if (window->data[at] == 0xef)
		return glyph_at(window, at).class == GLYPH_DIGIT && examine(window, at, out);
	uint8_t before = window->data[at - 1], far = window->data[at - 2];
	if (ascii_letter(before) ? !ascii_letter(far) : before != ' ' && before != '-' && before != 0xa0)
		return false;
	if (before == ' ' && !(ascii_letter(far) && ascii_letter(byte_before(window, at, 3)) &&
				     !ascii_letter(byte_before(window, at, 4))))
		return false;
	return examine(window, at, out);
}

/* Two check digits. */
static bool may_start(uint8_t trigger, uint8_t next)
{
	return trigger == 0xef ? next == 0xbc : ascii_digit(next) || next >= 0x80;
}

/* --- places --- */

/* May a number begin with the letters at `code`, as code_before and check say of those before the check digits `at`? */
static bool may_begin_at(const uint8_t *at, const uint8_t *code)
{
	const uint8_t before = code[-1];
	if (code == at - 4 && (at[-1] != 0xa0 || at[-2] != 0xc2))
		return false;
	if (code == at - 3 && at[-1] != ' ' && at[-1] != '-')
		return false;
	if (at[-1] == ' ' && at[0] < 0x80 && ascii_letter(before))
		return false;
	if (!ascii_alnum(before) && before != '_')
		return true;
	/* an escape, the end of a terminal code, the n of IBAN */
	return code[-2] == '\\' || before == 'm' || (before | 0x20) == 'k' || (before | 0x20) == 'n';
}

/* Do the characters behind the check digits fit, as far as they are ASCII? */
static bool account_follows(const uint8_t *at, const struct iban_country *country)
{
	const uint8_t *end = at + PLANE_PLACES - 4;
	for (const char *rule = country->account; *rule;) {
		char kind = *rule++;
		unsigned count = 0;
		while (*rule >= '0' && *rule <= '9')
			count = count * 10 + (unsigned)(*rule++ - '0');
		for (; count > 0; count--, at++) {
			at += *at == ' ' || *at == '-' || *at == '.';
			if (at >= end || *at >= 0x80 || *at == '%' || *at == '&' || *at == '=')
				return true;
			if (kind == 'n' ? !ascii_digit(*at) : kind == 'a' ? !ascii_letter(*at) : !ascii_alnum(*at))
				return false;
		}
	}
	return true;
}

/* Letters or signs that stand in no IBAN among the eight bytes at `at`, the sign bit of each; none behind what may be
 * spelt otherwise. */
static uint64_t others_in_eight(const uint8_t *at)
{
	const uint64_t ones = 0x0101010101010101, tops = 0x8080808080808080;
	uint64_t bytes;
	memcpy(&bytes, at, sizeof bytes);
	bytes = le64toh(bytes);
	const uint64_t amp = bytes ^ ones * '&', equals = bytes ^ ones * '=', percent = bytes ^ ones * '%';
	const uint64_t spelt = ((amp - ones) & ~amp) | ((equals - ones) & ~equals) | ((percent - ones) & ~percent);
	return (spelt & tops) != 0 ? 0 : bytes << 1 & ~bytes & tops;
}

/* Does no letter stand where the account number has digits? Refuses most of what texts with numbers hold: "is 71691
 * ok". */
static bool may_be_account(const uint8_t *account, const struct iban_country *country)
{
	const char *rule = country->account;
	const unsigned digits = rule[0] != 'n' ? 0 : ascii_digit((uint8_t)rule[2]) ? 7 : (unsigned)(rule[1] - '0');
	return (others_in_eight(account) & (((uint64_t)1 << 8 * (digits & 7)) - 1)) == 0;
}

PLANES_TARGET static bool may_be(const uint8_t *at)
{
	if (at[0] == 0xef) {
		if (at[1] != 0xbc || (uint8_t)(at[2] - 0x90) > 9)
			return false;
		if (at[-3] == 0xef)
			return true;
	}
	const uint8_t *code = at - 2 - !ascii_letter(at[-1]) - (at[-1] >= 0x80);
	if (!ascii_letter(code[0]) || !ascii_letter(code[1]))
		return false;
	const struct iban_country *country = country_of(code[0], code[1]);
	if (!country || (at[1] < 0x80 && !may_be_account(at + 2, country)) || !may_begin_at(at, code))
		return false;
	return at[0] == 0xef || at[1] >= 0x80 || account_follows(at + 2, country);
}

/* The country code of two letters, right before or with one sign between, of a blank no third; full-width letters end
 * in no letter. */
PLANES_INLINE plane_bits behind_code(const struct planes *planes, size_t w, plane_bits heads)
{
	const plane_bits second = plane(planes, PLANE_LETTER, w, -2);
	const plane_bits blank = plane(planes, PLANE_SPACE, w, -1) & ~plane(planes, PLANE_LETTER, w, -4);
	const plane_bits sign = blank | plane(planes, PLANE_DASH, w, -1);
	plane_bits found = (plane(planes, PLANE_LETTER, w, -1) | (sign & plane(planes, PLANE_LETTER, w, -3))) & second;
	return heads & (found | plane(planes, PLANE_HIGH, w, -1) | plane(planes, PLANE_WIDE, w, 0));
}

/* Two check digits, the second may be anything beyond ASCII, behind a country code. check() says yes only where no
 * digit stands between a place where a token begins and the trigger: that is always the first trigger of its run. */
PLANES_TARGET static void iban_places(struct planes *planes, uint64_t *found)
{
	for (size_t w = 0; w < planes->words; w += 4) {
		const plane_bits first = plane(planes, PLANE_FIRST, w, 0), high = plane(planes, PLANE_HIGH, w, 1);
		plane_bits heads = first & (plane(planes, PLANE_DIGIT, w, 1) | high);
		if (planes->any[PLANE_WIDE])
			heads |= high & plane(planes, PLANE_WIDE, w, 0);
		if (plane_any(heads))
			heads = plane_filter(planes, w, behind_code(planes, w, heads), may_be);
		plane_store(found + w, heads);
	}
}

const struct detector detector_iban = {
	.kind = DETECT_IBAN,
	.describe = "IBAN of any country of the registry: length, structure and check digits",
	.triggers = "0123456789\xef",
	.run_start = true,
	.may_start = may_start,
	.places = iban_places,
	.check = check,
};
