/*
 * vat_number: value added tax numbers of the EU states, the United Kingdom and Switzerland, with their country code, or
 * without it behind a label. Structures: Council Directive 2006/112/EC, article 215, and the European Commission's VIES
 * notes; check digits as each administration publishes them.
 */
#include "detect/digits.h"
#include "detect/official_number.h"

/* Hundredths: with a country code and a valid check. Where the check lets pass more than one in a hundred, or there is
 * none, the code alone is no label (contract 4). */
#define CODED 75
#define CODED_WEAK 40

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

static bool bg_foreigner_valid(const uint8_t *t)
{
	static const uint8_t weights[] = {21, 19, 17, 13, 11, 9, 7, 3, 1};
	unsigned sum = 0;
	for (size_t i = 0; i < sizeof weights; i++)
		sum += weights[i] * digit(t[i]);
	return sum % 10 == digit(t[9]);
}

/* Legal entities: nine digits; natural persons have ten, their civil number. */
static bool bg_valid(const uint8_t *t, size_t size)
{
	if (!all_digits(t, size))
		return false;
	if (size == 10)
		return weighted_sum(t, "2485A9736", 9) % 11 % 10 == digit(t[9]) || bg_foreigner_valid(t) ||
		       (11 - weighted_sum(t, "432765432", 9) % 11) % 11 == digit(t[9]);
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

/* Legal entities: eight digits; persons have their birth number. */
static bool cz_valid(const uint8_t *t, size_t size)
{
	if (!all_digits(t, size))
		return false;
	if (size == 10)
		return digits_value(t, 9) % 11 % 10 == digit(t[9]); /* 10 was written 0 until 1985 */
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
	if (strchr("KLM", (char)t[0]) != NULL)
		return t[8] == (uint8_t) "TRWAGMYFPDXBNJZSQVHLCKE"[digits_value(t + 1, 7) % 23];
	if (strchr("ABCDEFGHJNPQRSUVW", (char)t[0]) == NULL)
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

/* A character of a key with letters: I and O are none. */
static unsigned fr_key_value(uint8_t byte)
{
	static const char values[] = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ";
	const char *at = strchr(values, (char)byte);
	return at != NULL ? (unsigned)(at - values) : 99;
}

/* A key of two characters and the SIREN. */
static bool fr_valid(const uint8_t *t, size_t size)
{
	(void)size;
	if (!all_digits(t + 2, 9) || !luhn_valid(t + 2, 9))
		return false;
	uint64_t siren = digits_value(t + 2, 9);
	if (all_digits(t, 2))
		return digits_value(t, 2) == (12 + 3 * (siren % 97)) % 97;
	unsigned first = fr_key_value(t[0]), second = fr_key_value(t[1]);
	if (first == 99 || second == 99)
		return false;
	unsigned key = ascii_digit(t[0]) ? first * 24 + second - 10 : first * 34 + second - 100;
	return (siren + 1 + key / 11) % 11 == key % 11;
}

/* Modulo 97, since 2010 also with 55 taken away (HMRC); numbers below 100 are older. */
static bool gb_valid(const uint8_t *t, size_t size)
{
	if (!all_digits(t, size) || digits_value(t, 7) == 0)
		return false;
	uint64_t rest = (weighted_sum(t, "8765432", 7) + digits_value(t + 7, 2)) % 97;
	return rest == 0 || (digits_value(t, 3) >= 100 && (rest == 42 || rest == 55));
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

#define W(set) OFFICIAL_WORDS(set)
#define BIT(scheme) ((uint64_t)1 << (scheme))

/* Words let a number stand without its code. In the order in which such a number is tried. Greece writes EL, Northern
 * Ireland XI. */
enum {
	AT,
	BE,
	BG,
	CHE,
	CY,
	CZ,
	DE,
	DK,
	EE,
	EL,
	ES,
	FI,
	FR,
	GB,
	HR,
	HU,
	IE,
	IT,
	LT,
	LU,
	LV,
	MT,
	NL,
	PL,
	PT,
	RO,
	SE,
	SI,
	SK,
	XI,
};

static const struct official_scheme states[] = {
	[AT] = {.name = "at",
		.code = "AT",
		.printed = "1 8|1-8|5_4|1 4_4|3*3*3",
		.valid = at_valid,
		.bare = CODED,
		.words = W(UID)},
	[BE] = {.name = "be",
		.code = "BE",
		.printed = "4_3*3|1*3*3*3",
		.valid = be_valid,
		.bare = CODED,
		.words = W(BTW) | W(TVA)},
	[BG] = {.name = "bg",
		.code = "BG",
		.printed = "3*3*3|4_3*3",
		.valid = bg_valid,
		.bare = CODED_WEAK,
		.words = W(BULSTAT)},
	[CHE] = {.name = "ch",
		.code = "CHE",
		.printed = "3*3*3",
		.valid = ch_valid,
		.bare = CODED,
		.words = W(MWST) | W(UID)},
	[CY] = {.name = "cy", .code = "CY", .printed = "8*1", .valid = cy_valid, .bare = CODED},
	[CZ] = {.name = "cz",
		.code = "CZ",
		.printed = "2*3*3|4_4|3*3*2",
		.valid = cz_valid,
		.bare = CODED_WEAK,
		.words = W(DIC)},
	[DE] = {.name = "de",
		.code = "DE",
		.printed = "3*3*3",
		.valid = de_valid,
		.bare = CODED_WEAK,
		.words = W(USTID)},
	[DK] = {.name = "dk",
		.code = "DK",
		.printed = "2 2 2 2|2-2-2-2|4_4|2*3*3",
		.valid = dk_valid,
		.bare = CODED_WEAK,
		.words = W(CVR)},
	[EE] = {.name = "ee", .code = "EE", .printed = "3*3*3", .valid = ee_valid, .bare = CODED, .words = W(KMKR)},
	[EL] = {.name = "el", .code = "EL", .printed = "3*3*3", .valid = el_valid, .bare = CODED_WEAK, .words = W(AFM)},
	[ES] = {.name = "es",
		.code = "ES",
		.printed = "1 8|1-8|8*1|1 7 1|1-7-1",
		.valid = es_valid,
		.bare = CODED,
		.words = W(CIF) | W(NIF)},
	[FI] = {.name = "fi",
		.code = "FI",
		.printed = "7*1|4_4",
		.valid = fi_valid,
		.bare = CODED_WEAK,
		.words = W(ALV)},
	[FR] = {.name = "fr",
		.code = "FR",
		.printed = "2*9|2*3*3*3",
		.valid = fr_valid,
		.bare = CODED,
		.words = W(TVA)},
	[GB] = {.name = "gb",
		.code = "GB",
		.printed = "3*4*2|3*3*3|3*4*2*3|9*3",
		.valid = gb_valid,
		.bare = CODED,
		.words = W(UKVAT)},
	[HR] = {.name = "hr", .code = "HR", .valid = hr_valid, .bare = CODED_WEAK, .words = W(OIB)},
	[HU] = {.name = "hu",
		.code = "HU",
		.printed = "4_4",
		.valid = hu_valid,
		.bare = CODED_WEAK,
		.words = W(ADOSZAM)},
	[IE] = {.name = "ie", .code = "IE", .printed = "7*1|7*2", .valid = ie_valid, .bare = CODED, .words = W(UKVAT)},
	[IT] = {.name = "it", .code = "IT", .printed = "3*3*3*2", .valid = it_valid, .bare = CODED, .words = W(PIVA)},
	[LT] = {.name = "lt",
		.code = "LT",
		.printed = "3*3*3|4_4*4",
		.valid = lt_valid,
		.bare = CODED,
		.words = W(PVM)},
	[LU] = {.name = "lu",
		.code = "LU",
		.printed = "4_4|2 2 2 2|2-2-2-2|2*3*3",
		.valid = lu_valid,
		.bare = CODED,
		.words = W(TVA)},
	[LV] = {.name = "lv", .code = "LV", .printed = "4_3*4", .valid = lv_valid, .bare = CODED_WEAK, .words = W(PVN)},
	[MT] = {.name = "mt", .code = "MT", .printed = "4_4", .valid = mt_valid, .bare = CODED},
	[NL] = {.name = "nl",
		.code = "NL",
		.printed = "9*3|4.2.3.3|4 2 3 3|10*2",
		.valid = nl_valid,
		.bare = CODED,
		.words = W(BTW)},
	[PL] = {.name = "pl",
		.code = "PL",
		.printed = "3*3*2*2|3*2*2*3",
		.valid = pl_valid,
		.bare = CODED_WEAK,
		.words = W(NIP)},
	[PT] = {.name = "pt",
		.code = "PT",
		.printed = "3*3*3",
		.valid = pt_valid,
		.bare = CODED_WEAK,
		.words = W(NIPC)},
	[RO] = {.name = "ro", .code = "RO", .valid = ro_valid, .bare = 0, .words = W(CUI)},
	[SE] = {.name = "se",
		.code = "SE",
		.printed = "6*4*2|10*2|6*6",
		.valid = se_valid,
		.bare = CODED,
		.words = W(MOMS)},
	[SI] = {.name = "si",
		.code = "SI",
		.printed = "4_4|2*3*3",
		.valid = si_valid,
		.bare = CODED_WEAK,
		.words = W(DDV)},
	[SK] = {.name = "sk", .code = "SK", .printed = "4_3*3", .valid = sk_valid, .bare = CODED, .words = W(ICDPH)},
	[XI] = {.name = "xi", .code = "XI", .printed = "3*4*2|3*3*3", .valid = gb_valid, .bare = CODED},
};

/* Without the code. */
static const uint64_t by_size[OFFICIAL_CHARACTERS + 1] = {
	[7] = BIT(RO),
	[8] = BIT(CZ) | BIT(DK) | BIT(FI) | BIT(HU) | BIT(IE) | BIT(LU) | BIT(MT) | BIT(RO) | BIT(SI),
	[9] = BIT(AT) | BIT(BG) | BIT(CHE) | BIT(CY) | BIT(CZ) | BIT(DE) | BIT(EE) | BIT(EL) | BIT(ES) | BIT(GB) |
	      BIT(IE) | BIT(LT) | BIT(PT) | BIT(RO) | BIT(XI),
	[10] = BIT(BE) | BIT(BG) | BIT(CZ) | BIT(PL) | BIT(RO) | BIT(SK),
	[11] = BIT(FR) | BIT(HR) | BIT(IT) | BIT(LV),
	[12] = BIT(GB) | BIT(LT) | BIT(NL) | BIT(SE),
};

const struct official_schemes official_vat_numbers = {
	DETECT_VAT_NUMBER, states, sizeof states / sizeof states[0], by_size};
