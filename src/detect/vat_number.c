/*
 * vat_number: value added tax numbers of the EU states, the United Kingdom and Switzerland, with their country code, or
 * without it behind a label. Structures: Council Directive 2006/112/EC, article 215, and the European Commission's VIES
 * notes; check digits as each administration publishes them.
 */
#include "detect/digits.h"
#include "detect/labels.h"
#include "detect/official_number.h"

/* Hundredths: with a country code and a valid check; the check of some is weak, or there is none. */
#define CODED 75
#define CODED_WEAK 60
/* Characters between a label or field name and the number (contract 4: 30). */
#define LABEL_REACH_BYTES 30

static unsigned digit(uint8_t byte)
{
	return (unsigned)(byte - '0');
}

/* --- without the country code --- */

static bool at_valid(const uint8_t *t, size_t size)
{
	unsigned sum = 4;
	if (t[0] != 'U' || !all_digits(t + 1, size - 1))
		return false;
	for (size_t i = 1; i < 8; i++) {
		unsigned value = digit(t[i]) * (i % 2 == 0 ? 2 : 1);
		sum += value / 10 + value % 10;
	}
	return (10 - sum % 10) % 10 == digit(t[8]);
}

static bool be_valid(const uint8_t *t, size_t size)
{
	return all_digits(t, size) && t[0] <= '1' && 97 - digits_value(t, 8) % 97 == digits_value(t + 8, 2);
}

/* Legal entities: nine digits; natural persons have ten, their civil number. */
static bool bg_valid(const uint8_t *t, size_t size)
{
	if (!all_digits(t, size))
		return false;
	if (size == 10)
		return weighted_sum(t, "2485A9736", 9) % 11 % 10 == digit(t[9]);
	unsigned rest = weighted_sum(t, "12345678", 8) % 11;
	if (rest == 10)
		rest = weighted_sum(t, "3456789A", 8) % 11 % 10;
	return rest == digit(t[8]);
}

static bool cy_valid(const uint8_t *t, size_t size)
{
	static const uint8_t odd[] = {1, 0, 5, 7, 9, 13, 15, 17, 19, 21};
	unsigned sum = 0;
	(void)size;
	if (!all_digits(t, 8) || memcmp(t, "12", 2) == 0)
		return false;
	for (size_t i = 0; i < 8; i++)
		sum += i % 2 == 0 ? odd[digit(t[i])] : digit(t[i]);
	return t[8] == 'A' + sum % 26;
}

/* Legal entities: eight digits; persons have their birth number, divisible by eleven. */
static bool cz_valid(const uint8_t *t, size_t size)
{
	if (!all_digits(t, size))
		return false;
	if (size == 10)
		return digits_value(t, 10) % 11 == 0;
	unsigned rest = weighted_sum(t, "8765432", 7) % 11;
	unsigned check = rest == 0 ? 1 : rest == 1 ? 0 : 11 - rest;
	return size == 8 && t[0] != '9' && check == digit(t[7]);
}

static bool de_valid(const uint8_t *t, size_t size)
{
	return all_digits(t, size) && t[0] != '0' && mod_11_10_valid(t, size);
}

static bool dk_valid(const uint8_t *t, size_t size)
{
	return all_digits(t, size) && t[0] != '0' && weighted_sum(t, "27654321", 8) % 11 == 0;
}

static bool ee_valid(const uint8_t *t, size_t size)
{
	return all_digits(t, size) && memcmp(t, "10", 2) == 0 &&
	       (10 - weighted_sum(t, "37137137", 8) % 10) % 10 == digit(t[8]);
}

static bool el_valid(const uint8_t *t, size_t size)
{
	unsigned sum = 0;
	if (!all_digits(t, size))
		return false;
	for (size_t i = 0; i < 8; i++)
		sum += digit(t[i]) << (8 - i);
	return digits_value(t, size) != 0 && sum % 11 % 10 == digit(t[8]);
}

/* A person's DNI or NIE, or a company: letter, seven digits, a digit or a letter by Luhn (Orden EHA/451/2008). */
static bool es_valid(const uint8_t *t, size_t size)
{
	unsigned sum = 0;
	(void)size;
	if (all_digits(t, 8))
		return t[8] == (uint8_t) "TRWAGMYFPDXBNJZSQVHLCKE"[digits_value(t, 8) % 23];
	if (!ascii_letter(t[0]) || !all_digits(t + 1, 7))
		return false;
	if (t[0] >= 'X')
		return t[8] == (uint8_t) "TRWAGMYFPDXBNJZSQVHLCKE"[((unsigned)(t[0] - 'X') * 10000000 +
									   digits_value(t + 1, 7)) %
								   23];
	if (strchr("ABCDEFGHJKLMNPQRSUVW", (char)t[0]) == NULL)
		return false;
	for (size_t i = 1; i < 8; i++) {
		unsigned value = digit(t[i]) * (i % 2 == 1 ? 2 : 1);
		sum += value / 10 + value % 10;
	}
	unsigned check = (10 - sum % 10) % 10;
	return t[8] == '0' + check || t[8] == (uint8_t) "JABCDEFGHI"[check];
}

static bool fi_valid(const uint8_t *t, size_t size)
{
	if (!all_digits(t, size))
		return false;
	unsigned rest = weighted_sum(t, "79A5842", 7) % 11;
	return rest != 1 && (rest == 0 ? 0 : 11 - rest) == digit(t[7]);
}

/* A key of two characters and the SIREN; the key is of digits, or has letters and no published check. */
static bool fr_valid(const uint8_t *t, size_t size)
{
	(void)size;
	if (!all_digits(t + 2, 9) || !luhn_valid(t + 2, 9))
		return false;
	if (!all_digits(t, 2))
		return strchr("IO", (char)t[0]) == NULL && strchr("IO", (char)t[1]) == NULL;
	return digits_value(t, 2) == (12 + 3 * (digits_value(t + 2, 9) % 97)) % 97;
}

static bool gb_valid(const uint8_t *t, size_t size)
{
	if (!all_digits(t, size) || digits_value(t, 7) == 0)
		return false;
	uint64_t sum = weighted_sum(t, "8765432", 7) + digits_value(t + 7, 2);
	return sum % 97 == 0 || (sum + 55) % 97 == 0;
}

static bool hr_valid(const uint8_t *t, size_t size)
{
	return all_digits(t, size) && mod_11_10_valid(t, size);
}

static bool hu_valid(const uint8_t *t, size_t size)
{
	return all_digits(t, size) && digits_value(t, size) != 0 && weighted_sum(t, "97319731", 8) % 10 == 0;
}

/* Seven digits and one or two letters; the older ones have a letter, + or * in the second place. */
static bool ie_valid(const uint8_t *t, size_t size)
{
	if (!ascii_digit(t[0]) || !all_digits(t + 2, 5) || !ascii_letter(t[7]))
		return false;
	if (!ascii_digit(t[1]))
		return size == 8 &&
		       t[7] == (uint8_t) "WABCDEFGHIJKLMNOPQRSTUV"[(weighted_sum(t + 2, "76543", 5) + 2 * digit(t[0])) %
								   23];
	unsigned sum = weighted_sum(t, "8765432", 7);
	if (size == 9 && (t[8] < 'A' || t[8] > 'I'))
		return false;
	if (size == 9)
		sum += 9 * (unsigned)(t[8] - 'A' + 1);
	return t[7] == (uint8_t) "WABCDEFGHIJKLMNOPQRSTUV"[sum % 23];
}

static bool it_valid(const uint8_t *t, size_t size)
{
	uint64_t office = all_digits(t, size) ? digits_value(t + 7, 3) : 0;
	return digits_value(t, 7) != 0 &&
	       ((office >= 1 && office <= 100) || office == 120 || office == 121 || office == 888 || office == 999) &&
	       luhn_valid(t, size);
}

static bool lt_valid(const uint8_t *t, size_t size)
{
	if (!all_digits(t, size) || t[size - 2] != '1')
		return false;
	unsigned rest = weighted_sum(t, size == 9 ? "12345678" : "12345678912", size - 1) % 11;
	if (rest == 10)
		rest = weighted_sum(t, size == 9 ? "34567891" : "34567891234", size - 1) % 11 % 10;
	return rest == digit(t[size - 1]);
}

static bool lu_valid(const uint8_t *t, size_t size)
{
	return all_digits(t, size) && digits_value(t, 6) % 89 == digits_value(t + 6, 2) && digits_value(t, 6) != 0;
}

static bool lv_valid(const uint8_t *t, size_t size)
{
	if (!all_digits(t, size) || t[0] < '4')
		return false;
	int rest = 3 - (int)(weighted_sum(t, "91483A2576", 10) % 11);
	rest = rest < -1 ? rest + 11 : rest;
	return rest == (int)digit(t[10]);
}

static bool mt_valid(const uint8_t *t, size_t size)
{
	return all_digits(t, size) && digits_value(t, 6) > 100000 &&
	       37 - weighted_sum(t, "346789", 6) % 37 == digits_value(t + 6, 2);
}

/* Companies check by eleven, sole traders since 2020 by 97 (letters from A = 10, NL in front). */
static bool nl_valid(const uint8_t *t, size_t size)
{
	unsigned rest = 0;
	(void)size;
	if (!all_digits(t, 9) || t[9] != 'B' || !all_digits(t + 10, 2) || memcmp(t + 10, "00", 2) == 0)
		return false;
	if (weighted_sum(t, "98765432", 8) % 11 == digit(t[8]))
		return true;
	static const uint8_t prefix[] = {'N', 'L'};
	for (size_t i = 0; i < 14; i++) {
		uint8_t byte = i < 2 ? prefix[i] : t[i - 2];
		rest = ascii_digit(byte) ? rest * 10 + digit(byte) : rest * 100 + (unsigned)(byte - 'A' + 10);
		rest %= 97;
	}
	return rest == 1;
}

static bool pl_valid(const uint8_t *t, size_t size)
{
	return all_digits(t, size) && t[0] != '0' && weighted_sum(t, "657234567", 9) % 11 == digit(t[9]);
}

static bool pt_valid(const uint8_t *t, size_t size)
{
	if (!all_digits(t, size) || t[0] == '0')
		return false;
	unsigned rest = weighted_sum(t, "98765432", 8) % 11;
	return (rest < 2 ? 0 : 11 - rest) == digit(t[8]);
}

static bool ro_valid(const uint8_t *t, size_t size)
{
	if (!all_digits(t, size) || t[0] == '0')
		return false;
	static const char weights[] = "753217532";
	return weighted_sum(t, weights + (sizeof weights - size), size - 1) * 10 % 11 % 10 == digit(t[size - 1]);
}

static bool se_valid(const uint8_t *t, size_t size)
{
	return all_digits(t, size) && memcmp(t + 10, "01", 2) == 0 && luhn_valid(t, 10);
}

static bool si_valid(const uint8_t *t, size_t size)
{
	if (!all_digits(t, size) || t[0] == '0')
		return false;
	unsigned check = 11 - weighted_sum(t, "8765432", 7) % 11;
	return check != 11 && check % 10 == digit(t[7]);
}

static bool sk_valid(const uint8_t *t, size_t size)
{
	return all_digits(t, size) && t[0] != '0' && strchr("234789", (char)t[2]) != NULL &&
	       digits_value(t, size) % 11 == 0;
}

static bool ch_valid(const uint8_t *t, size_t size)
{
	(void)size;
	unsigned check = all_digits(t, 9) ? 11 - weighted_sum(t, "54327654", 8) % 11 : 0;
	return check != 0 && check != 10 && check % 11 == digit(t[8]);
}

/* --- the states --- */

struct vat_state {
	const char *code, *scheme;
	uint8_t size, size_most;
	bool (*valid)(const uint8_t *text, size_t size);
	uint8_t coded;             /* hundredths, behind its code */
	const char *const *labels; /* words that let it stand without its code; NULL: none do */
};

/* Words before a number with its code. */
static const char *const vat_labels[] = {"=vat", "vatno", "vatnumber", "vatid", "vatreg", "=tva", "numtva", "notva",
	"tvaintracom", "=iva", "piva", "partitaiva", "ustid", "umsatzsteuer", "=uid", "=mwst", "=btw", "btwnr",
	"btwnummer", "=nip", "=dph", "=moms", "momsnr", "momsreg", "=cif", "=nif", "=afm", "=αφμ", "=ΑΦΜ", "=oib",
	"=pvm", "=cvr", "=alv", "=pdv", "=ddv", "=kmkr", "=dic", "=dič", "=cui", "adoszam", "adószám", NULL};

static const char *const at_labels[] = {"uidnr", "uidnummer", "=uid", NULL};
static const char *const be_labels[] = {"btwnr", "btwnummer", "=btw", "ondernemingsnummer", "notva", "numtva", "=tva",
	"numerodentreprise", "numérodentreprise", NULL};
static const char *const bg_labels[] = {"=eik", "=еик", "=булстат", "=ддс", NULL};
static const char *const ch_labels[] = {"mwstnr", "=mwst", "=uid", NULL};
static const char *const cz_labels[] = {"=dic", "=dič", NULL};
static const char *const de_labels[] = {"ustid", "umsatzsteueridentifikation", NULL};
static const char *const dk_labels[] = {"=cvr", "cvrnr", "=se", NULL};
static const char *const ee_labels[] = {"=kmkr", "kmkrnr", NULL};
static const char *const el_labels[] = {"=afm", "=αφμ", "=ΑΦΜ", NULL};
static const char *const es_labels[] = {"=cif", "=nif", NULL};
static const char *const fi_labels[] = {"=alv", "alvnumero", "ytunnus", NULL};
static const char *const fr_labels[] = {"tvaintracom", "numtva", "notva", "=tva", NULL};
static const char *const gb_labels[] = {"vatno", "vatnumber", "vatreg", "vatid", "=vat", NULL};
static const char *const hr_labels[] = {"=oib", NULL};
static const char *const hu_labels[] = {"adoszam", "adószám", NULL};
static const char *const it_labels[] = {"piva", "partitaiva", "=iva", "pariva", NULL};
static const char *const lt_labels[] = {"=pvm", "pvmkodas", NULL};
static const char *const lv_labels[] = {"=pvn", "pvnnr", NULL};
static const char *const nl_labels[] = {"btwnr", "btwnummer", "btwid", "=btw", NULL};
static const char *const pl_labels[] = {"=nip", NULL};
static const char *const pt_labels[] = {"=nipc", NULL};
static const char *const ro_labels[] = {"=cui", "=cif", NULL};
static const char *const se_labels[] = {"momsnr", "momsreg", "=moms", "vatnr", NULL};
static const char *const si_labels[] = {"=ddv", "davcnastevilka", "davčnaštevilka", NULL};
static const char *const sk_labels[] = {"icdph", "ičdph", NULL};

/* In the order in which an uncoded number is tried. Greece writes EL, Northern Ireland XI. */
static const struct vat_state states[] = {
	{"AT", "at", 9, 9, at_valid, CODED, at_labels},
	{"BE", "be", 10, 10, be_valid, CODED, be_labels},
	{"BG", "bg", 9, 10, bg_valid, CODED_WEAK, bg_labels},
	{"CHE", "ch", 9, 9, ch_valid, CODED, ch_labels},
	{"CY", "cy", 9, 9, cy_valid, CODED, NULL},
	{"CZ", "cz", 8, 10, cz_valid, CODED_WEAK, cz_labels},
	{"DE", "de", 9, 9, de_valid, CODED_WEAK, de_labels},
	{"DK", "dk", 8, 8, dk_valid, CODED_WEAK, dk_labels},
	{"EE", "ee", 9, 9, ee_valid, CODED, ee_labels},
	{"EL", "el", 9, 9, el_valid, CODED_WEAK, el_labels},
	{"ES", "es", 9, 9, es_valid, CODED, es_labels},
	{"FI", "fi", 8, 8, fi_valid, CODED_WEAK, fi_labels},
	{"FR", "fr", 11, 11, fr_valid, CODED, fr_labels},
	{"GB", "gb", 9, 9, gb_valid, CODED, gb_labels},
	{"GB", "gb", 12, 12, gb_valid, CODED, gb_labels},
	{"HR", "hr", 11, 11, hr_valid, CODED_WEAK, hr_labels},
	{"HU", "hu", 8, 8, hu_valid, CODED_WEAK, hu_labels},
	{"IE", "ie", 8, 9, ie_valid, CODED, gb_labels},
	{"IT", "it", 11, 11, it_valid, CODED, it_labels},
	{"LT", "lt", 9, 9, lt_valid, CODED, lt_labels},
	{"LT", "lt", 12, 12, lt_valid, CODED, lt_labels},
	{"LU", "lu", 8, 8, lu_valid, CODED, fr_labels},
	{"LV", "lv", 11, 11, lv_valid, CODED_WEAK, lv_labels},
	{"MT", "mt", 8, 8, mt_valid, CODED, NULL},
	{"NL", "nl", 12, 12, nl_valid, CODED, nl_labels},
	{"PL", "pl", 10, 10, pl_valid, CODED_WEAK, pl_labels},
	{"PT", "pt", 9, 9, pt_valid, CODED_WEAK, pt_labels},
	{"RO", "ro", 7, 10, ro_valid, 0, ro_labels},
	{"SE", "se", 12, 12, se_valid, CODED, se_labels},
	{"SI", "si", 8, 8, si_valid, CODED_WEAK, si_labels},
	{"SK", "sk", 10, 10, sk_valid, CODED, sk_labels},
	{"XI", "xi", 9, 9, gb_valid, CODED, NULL},
};
#define STATES (sizeof states / sizeof states[0])

/* --- reading --- */

/* A number that may end behind group `groups`, with `code` characters of country code in front. */
struct reading {
	const struct detect_window *window;
	const struct official_text *text;
	size_t start, groups, code;
};

static uint8_t confidence_of(const struct reading *r, const struct vat_state *state)
{
	if (r->code == 0)
		return state->labels != NULL && phrase_before(r->window, r->start, state->labels, LABEL_REACH_BYTES)
			       ? OFFICIAL_LABELLED
			       : 0;
	if (phrase_before(r->window, r->start, vat_labels, LABEL_REACH_BYTES))
		return OFFICIAL_LABELLED;
	/* "de 123 456 789": in small letters the code is a word, and a code apart takes one group or the printed dots
	 */
	uint8_t first = r->window->data[r->start];
	return first >= 'A' && first <= 'Z' ? state->coded : 0;
}

static bool take(const struct reading *r, const struct vat_state *state, struct detect_candidate *out)
{
	size_t size = r->text->group[r->groups - 1].end;
	size_t code = strlen(state->code);
	if (r->code != 0 && (r->code != code || memcmp(r->text->text, state->code, code) != 0))
		return false;
	const uint8_t *number = r->text->text + r->code;
	if (size < r->code + state->size || size > r->code + state->size_most || !state->valid(number, size - r->code))
		return false;
	uint8_t confidence = confidence_of(r, state);
	if (confidence == 0)
		return false;
	out->start = r->start;
	out->end = r->text->group[r->groups - 1].end_byte;
	out->form = r->text->group[r->groups - 1].encoded ? DETECT_ENCODED : DETECT_PLAIN;
	out->confidence = confidence;
	out->tentative = false;
	out->scheme = state->scheme;
	memcpy(out->canonical, state->code, code);
	memcpy(out->canonical + code, number, size - r->code);
	out->canonical_size = (uint16_t)(code + size - r->code);
	return true;
}

/* The longest prefix of groups that a state takes: first with its code in front, then without. */
static bool match(const struct detect_window *window, size_t start, struct detect_candidate *out)
{
	struct official_text text;
	if (!token_begins(window, start) || !official_read(window, start, &text))
		return false;
	struct reading r = {.window = window, .text = &text, .start = start};
	for (r.groups = text.groups; r.groups > 0; r.groups--) {
		bool whole = r.groups == text.groups;
		if (whole ? !token_ends(window, text.group[r.groups - 1].end_byte) : text.group[r.groups].sign != ' ')
			continue;
		for (size_t i = 0; i < 3 * STATES; i++) {
			static const uint8_t codes[] = {2, 3, 0};
			r.code = codes[i / STATES];
			if (take(&r, &states[i % STATES], out))
				return true;
		}
	}
	return false;
}

#define DIGIT OFFICIAL_DIGIT
#define LETTER OFFICIAL_LETTER
#define SIGN OFFICIAL_SIGN
#define SPACE_DOT "  ..%%&&" OFFICIAL_WIDE

/* A code and digits, in one piece or grouped; seven digits; groups as printed. */
static const struct detect_hint hints[] = {
	{{{0, 7, false, DIGIT}}},
	{{{-2, 2, false, LETTER}, {1, 1, false, DIGIT}, {2, 1, false, SIGN}, {3, 2, false, DIGIT}}},
	{{{-2, 2, false, LETTER}, {1, 2, false, DIGIT}, {3, 1, false, SIGN}, {4, 3, false, DIGIT}}},
	{{{-2, 2, false, LETTER}, {1, 3, false, DIGIT}, {4, 1, false, SIGN}, {5, 2, false, DIGIT}}},
	{{{-2, 2, false, LETTER}, {1, 1, false, LETTER}, {2, 5, false, DIGIT}}},
	{{{-3, 2, false, LETTER}, {-1, 1, false, SIGN}, {2, 1, false, SIGN}, {6, 1, false, SIGN}}},
	{{{-3, 2, false, LETTER}, {-1, 1, false, SIGN}, {3, 1, false, SIGN}, {4, 2, false, DIGIT}}},
	{{{-3, 2, false, LETTER}, {-1, 1, false, SIGN}, {4, 1, false, SPACE_DOT}, {5, 3, false, DIGIT}}},
	{{{2, 1, false, SIGN}, {6, 1, false, SIGN}, {10, 1, false, SIGN}}},
	{{{3, 1, false, SIGN}, {4, 3, false, DIGIT}, {7, 1, false, SIGN}, {8, 2, false, DIGIT}}},
	{{{3, 1, false, SIGN}, {4, 4, false, DIGIT}, {8, 1, false, SIGN}, {9, 2, false, DIGIT}}},
	{{{3, 1, false, SIGN}, {6, 1, false, SIGN}, {9, 1, false, SIGN}, {10, 3, false, DIGIT}}},
	{{{4, 1, false, SIGN}, {5, 3, false, DIGIT}, {8, 1, false, SIGN}, {9, 3, false, DIGIT}}},
	{{{4, 1, false, SPACE_DOT}, {7, 1, false, SPACE_DOT}, {8, 3, false, DIGIT}, {11, 1, false, SIGN}}},
	{{{0, 1, false, OFFICIAL_WIDE}}},
	{{{0, 0, false, NULL}}},
};

__attribute__((noinline)) static bool examine(
	const struct detect_window *window, size_t at, struct detect_candidate *out)
{
	size_t starts[3], count = official_starts(window, at, starts);
	for (size_t i = 0; i < count; i++)
		if (match(window, starts[i], out))
			return true;
	return false;
}

static bool check(const struct detect_window *window, size_t at, struct detect_candidate *out)
{
	return official_hinted(window, at, hints) && examine(window, at, out);
}

static bool may_start(uint8_t trigger, uint8_t next)
{
	if (trigger >= 0x80) /* full-width digits: EF BC 90 to 99 */
		return next == 0xbc;
	return ascii_alnum(next) || next == ' ' || next == '-' || next == '.' || next >= 0x80 || next == '%' ||
	       next == '&';
}

const struct detector detector_vat_number = {
	.kind = DETECT_VAT_NUMBER,
	.describe = "VAT number of the EU states, the United Kingdom and Switzerland: structure and check digits",
	.triggers = "0123456789\xef",
	.run_start = true,
	.may_start = may_start,
	.hints = hints,
	.region_hints = hints,
	.check = check,
};
