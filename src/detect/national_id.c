/*
 * national_id: numbers that a state gave to a person, by scheme: structure, dates and check digits. Where random digits
 * pass the check in more than one of a hundred, the number needs a label or a field name (contract 4); as printed by
 * the authority some schemes are unlikely enough to stand alone.
 */
#include "detect/digits.h"
#include "detect/official_number.h"

/* --- dates --- */

static unsigned two(const uint8_t *digits)
{
	return (unsigned)(digits[0] - '0') * 10 + (unsigned)(digits[1] - '0');
}

static bool is_day_of(unsigned day, unsigned month)
{
	static const uint8_t days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	return month >= 1 && month <= 12 && day >= 1 && day <= days[month - 1];
}

/* --- Italy: codice fiscale (D.M. 23/12/1976, n. 13813) --- */

static int omocode_digit(uint8_t letter)
{
	static const char letters[] = "LMNPQRSTUV";
	const char *at = letter != 0 ? strchr(letters, (char)letter) : NULL;
	return at != NULL ? (int)(at - letters) : -1;
}

static const uint8_t fiscal_digit_places[] = {6, 7, 9, 10, 12, 13, 14};

/* Omocodia undone: two persons with one code are told apart by letters in place of digits. */
static bool fiscal_digits(const uint8_t *text, uint8_t out[16])
{
	memcpy(out, text, 16);
	for (size_t i = 0; i < sizeof fiscal_digit_places; i++) {
		uint8_t *place = &out[fiscal_digit_places[i]];
		int digit = ascii_digit(*place) ? *place - '0' : omocode_digit(*place);
		if (digit < 0)
			return false;
		*place = (uint8_t)('0' + digit);
	}
	return true;
}

static uint8_t fiscal_check(const uint8_t *text)
{
	/* of 0 to 9, and again of A to Z, at the odd places, counted from one */
	static const uint8_t odd[] = {
		1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23};
	unsigned sum = 0;
	for (size_t i = 0; i < 15; i++) {
		unsigned value = ascii_digit(text[i]) ? (unsigned)(text[i] - '0') : (unsigned)(text[i] - 'A');
		sum += i % 2 == 0 ? odd[value] : value;
	}
	return (uint8_t)('A' + sum % 26);
}

static bool fiscal_valid(const uint8_t *text, size_t size)
{
	static const char months[] = "ABCDEHLMPRST";
	uint8_t plain[16];
	(void)size;
	for (size_t i = 0; i < 16; i++)
		if ((i < 6 || i == 8 || i == 11 || i == 15) && !ascii_letter(text[i]))
			return false;
	if (!fiscal_digits(text, plain) || fiscal_check(text) != text[15])
		return false;
	const char *month = strchr(months, (char)text[8]);
	unsigned day = two(plain + 9);
	return month != NULL && is_day_of(day > 40 ? day - 40 : day, (unsigned)(month - months) + 1);
}

static size_t fiscal_canonical(const uint8_t *text, size_t size, uint8_t *out)
{
	fiscal_digits(text, out);
	out[15] = fiscal_check(out);
	return size;
}

/* --- France: NIR (INSEE; decree 82-103), 13 characters and a key modulo 97 --- */

static bool nir_valid(const uint8_t *text, size_t size)
{
	uint8_t digits[15];
	memcpy(digits, text, size);
	uint64_t corsica = 0;
	if (digits[5] == '2' && (digits[6] == 'A' || digits[6] == 'B')) { /* 2A counts as 19, 2B as 18 */
		corsica = digits[6] == 'A' ? 1 : 2;
		digits[6] = '0';
	}
	if (!all_digits(digits, size) || strchr("123478", (char)digits[0]) == NULL)
		return false;
	unsigned month = two(digits + 3), department = two(digits + 5);
	if (month == 0 || (month > 12 && month < 20) || (month > 42 && month < 50) || department == 0 ||
		department == 96)
		return false;
	uint64_t number = digits_value(digits, 13) - corsica * 1000000;
	return 97 - number % 97 == two(digits + 13);
}

/* --- United Kingdom --- */

/* National Insurance number (HMRC manual NIM39110). */
static bool nino_valid(const uint8_t *text, size_t size)
{
	static const char *const unused[] = {"BG", "GB", "KN", "NK", "NT", "TN", "ZZ"};
	(void)size;
	if (!ascii_letter(text[0]) || !ascii_letter(text[1]) || !all_digits(text + 2, 6) || text[8] < 'A' ||
		text[8] > 'D')
		return false;
	if (strchr("DFIQUV", (char)text[0]) != NULL || strchr("DFIOQUV", (char)text[1]) != NULL)
		return false;
	for (size_t i = 0; i < sizeof unused / sizeof *unused; i++)
		if (memcmp(text, unused[i], 2) == 0)
			return false;
	return true;
}

/* NHS number (NHS Data Dictionary): modulo 11. */
static bool nhs_valid(const uint8_t *text, size_t size)
{
	if (!all_digits(text, size) || text[0] == '0')
		return false;
	unsigned check = (11 - weighted_sum(text, "A98765432", 9) % 11) % 11;
	return check == (unsigned)(text[9] - '0');
}

/* --- United States: Social Security number (SSA, randomization of 2011) --- */

static bool ssn_valid(const uint8_t *text, size_t size)
{
	if (!all_digits(text, size) || text[0] == '9' || memcmp(text, "000", 3) == 0 || memcmp(text, "666", 3) == 0)
		return false;
	/* two that were printed in advertisements */
	return memcmp(text + 3, "00", 2) != 0 && memcmp(text + 5, "0000", 4) != 0 &&
	       memcmp(text, "078051120", 9) != 0 && memcmp(text, "219099999", 9) != 0;
}

/* --- Spain: DNI and NIE (Real Decreto 1553/2005; Orden INT/2058/2008) --- */

static bool dni_valid(const uint8_t *text, size_t size)
{
	(void)size;
	return all_digits(text, 8) && text[8] == (uint8_t) "TRWAGMYFPDXBNJZSQVHLCKE"[digits_value(text, 8) % 23];
}

static bool nie_valid(const uint8_t *text, size_t size)
{
	uint8_t digits[9];
	memcpy(digits, text, size);
	if (text[0] < 'X' || text[0] > 'Z')
		return false;
	digits[0] = (uint8_t)('0' + (text[0] - 'X'));
	return dni_valid(digits, size);
}

/* --- Germany: tax identification number (section 139b AO; one digit twice or three times among the first ten) --- */

static bool steuer_id_valid(const uint8_t *text, size_t size)
{
	unsigned count[10] = {0}, twice = 0, thrice = 0, most = 0;
	if (!all_digits(text, size) || text[0] == '0' || !mod_11_10_valid(text, size))
		return false;
	for (size_t i = 0; i < 10; i++)
		count[text[i] - '0']++;
	for (size_t i = 0; i < 10; i++) {
		twice += count[i] == 2;
		thrice += count[i] == 3;
		most = count[i] > most ? count[i] : most;
	}
	return most <= 3 && twice + thrice == 1;
}

/* --- Poland: PESEL (ustawa o ewidencji ludnosci, art. 15); the month says the century --- */

static bool pesel_valid(const uint8_t *text, size_t size)
{
	return all_digits(text, size) && is_day_of(two(text + 4), two(text + 2) % 20) &&
	       weighted_sum(text, "13791379131", 11) % 10 == 0;
}

/* --- Netherlands: burgerservicenummer, "elfproef" (Wet algemene bepalingen burgerservicenummer) --- */

static bool bsn_valid(const uint8_t *text, size_t size)
{
	if (!all_digits(text, size) || digits_value(text, size) == 0)
		return false;
	return weighted_sum(text, "98765432", 8) % 11 == (unsigned)(text[8] - '0');
}

/* --- Belgium: rijksregisternummer (KB 3 April 1984): 97 less the number modulo 97, with a 2 before it since 2000 ---
 */

static bool rijksregister_valid(const uint8_t *text, size_t size)
{
	if (!all_digits(text, size) || !is_day_of(two(text + 4), two(text + 2) % 20))
		return false;
	uint64_t number = digits_value(text, 9), check = two(text + 9);
	return 97 - number % 97 == check || 97 - (number + 2000000000) % 97 == check;
}

/* --- Portugal: NIF (Decreto-Lei 14/2013); of persons it begins with 1, 2, 3 or 45, of others it is a VAT number --- */

static bool nif_valid(const uint8_t *text, size_t size)
{
	if (!all_digits(text, size) || !(strchr("123", (char)text[0]) != NULL || two(text) == 45))
		return false;
	unsigned rest = weighted_sum(text, "98765432", 8) % 11;
	return (rest < 2 ? 0 : 11 - rest) == (unsigned)(text[8] - '0');
}

/* --- Sweden: personnummer and samordningsnummer (folkbokforingslag 1991:481), with or without the century --- */

static bool personnummer_valid(const uint8_t *text, size_t size)
{
	const uint8_t *last_ten = text + (size - 10);
	if (!all_digits(text, size) || (size == 12 && two(text) != 19 && two(text) != 20))
		return false;
	unsigned day = two(last_ten + 4);
	return is_day_of(day > 60 ? day - 60 : day, two(last_ten + 2)) && luhn_valid(last_ten, 10);
}

/* With and without the century it is one person; 19 and 20 are not told apart where the century is missing. */
static size_t personnummer_canonical(const uint8_t *text, size_t size, uint8_t *out)
{
	memcpy(out, text + (size - 10), 10);
	return 10;
}

/* --- Austria: Sozialversicherungsnummer (ASVG, section 31): the fourth digit checks the others --- */

static bool svnr_valid(const uint8_t *text, size_t size)
{
	if (!all_digits(text, size) || text[0] == '0' || two(text + 4) == 0 || two(text + 4) > 31 ||
		two(text + 6) == 0 || two(text + 6) > 15)
		return false;
	return weighted_sum(text, "3790584216", 10) % 11 == (unsigned)(text[3] - '0');
}

/* --- Ireland: PPS number (Social Welfare Consolidation Act 2005, section 262) --- */

static bool pps_valid(const uint8_t *text, size_t size)
{
	if (!all_digits(text, 7) || !ascii_letter(text[7]) ||
		(size == 9 && strchr("ABCDEFGHITWX", (char)text[8]) == NULL))
		return false;
	unsigned sum = weighted_sum(text, "8765432", 7);
	if (size == 9 && text[8] <= 'I') /* since 2013; T, W and X are older and are not checked */
		sum += 9 * (unsigned)(text[8] - 'A' + 1);
	return text[7] == (uint8_t) "WABCDEFGHIJKLMNOPQRSTUV"[sum % 23];
}

/* --- the schemes --- */

#define W(set) OFFICIAL_WORDS(set)
#define BIT(scheme) ((uint64_t)1 << (scheme))

enum {
	IT_CODICE_FISCALE,
	FR_NIR,
	GB_NINO,
	GB_NHS,
	US_SSN,
	ES_DNI,
	ES_NIE,
	DE_STEUER_ID,
	BE_RIJKSREGISTER,
	PL_PESEL,
	NL_BSN,
	PT_NIF,
	SE_PERSONNUMMER,
	AT_SVNR,
	IE_PPS,
};

/* Order decides between equals. */
static const struct official_scheme schemes[] = {
	[IT_CODICE_FISCALE] = {.name = "it_codice_fiscale",
		.printed = "3 3 5 5|6 2 3 5|6 5 5|3-3-5-5|6-2-3-5",
		.valid = fiscal_valid,
		.bare = 95,
		.grouped = 95,
		.words = W(TAX),
		.canonical = fiscal_canonical},
	[FR_NIR] = {.name = "fr_nir",
		.printed = "1 2 2 2 3 3 2|13 2|1-2-2-2-3-3-2|1.2.2.2.3.3.2|13-2|13/2",
		.valid = nir_valid,
		.bare = 80,
		.grouped = 95,
		.words = W(NIR) | W(SOCIAL)},
	[GB_NINO] = {.name = "gb_nino",
		.printed = "2 2 2 2 1|2 6 1|2-2-2-2-1|2-6-1|8 1",
		.unchecked = true,
		.valid = nino_valid,
		.words = W(NINO),
		.class = W(SOCIAL) | W(IDENTITY) | W(IDNUMBER)},
	[GB_NHS] = {.name = "gb_nhs", .printed = "3 3 4|3-3-4", .valid = nhs_valid, .words = W(NHS)},
	[US_SSN] = {.name = "us_ssn",
		.printed = "3-2-4|3 2 4|3.2.4",
		.unchecked = true,
		.valid = ssn_valid,
		.words = W(SSN),
		.class = W(SOCIAL) | W(IDENTITY) | W(IDNUMBER)},
	[ES_DNI] = {.name = "es_dni",
		.printed = "8-1|8 1|2.3.3-1|2.3.3 1|2 3 3 1",
		.valid = dni_valid,
		.words = W(DNI) | W(NIF),
		.class = W(IDENTITY) | W(TAX)},
	[ES_NIE] = {.name = "es_nie",
		.printed = "1-7-1|1 7 1|8-1|8 1",
		.valid = nie_valid,
		.words = W(DNI) | W(NIF),
		.class = W(IDENTITY) | W(TAX)},
	[DE_STEUER_ID] = {.name = "de_steuer_id",
		.printed = "2 3 3 3|2-3-3-3",
		.valid = steuer_id_valid,
		.grouped = 85,
		.words = W(TAX)},
	[BE_RIJKSREGISTER] = {.name = "be_rijksregister",
		.printed = "2.2.2-3.2|6-3-2|6 3 2|2.2.2 3 2|2 2 2 3 2",
		.valid = rijksregister_valid,
		.grouped = 90,
		.words = W(RIJKS),
		.class = W(IDENTITY)},
	[PL_PESEL] = {.name = "pl_pesel", .valid = pesel_valid, .words = W(PESEL), .class = W(IDENTITY)},
	[NL_BSN] = {.name = "nl_bsn",
		.printed = "4.2.3|3 3 3|4 2 3|2 3 4",
		.valid = bsn_valid,
		.words = W(BSN),
		.class = W(IDENTITY) | W(SOCIAL)},
	[PT_NIF] = {.name = "pt_nif", .printed = "3 3 3", .valid = nif_valid, .words = W(NIF), .class = W(TAX)},
	[SE_PERSONNUMMER] = {.name = "se_personnummer",
		.printed = "6-4|8-4|6+4|6 4|8 4",
		.valid = personnummer_valid,
		.grouped = 80,
		.words = W(PERSONNUMMER),
		.class = W(IDENTITY),
		.canonical = personnummer_canonical},
	[AT_SVNR] = {.name = "at_svnr",
		.printed = "4 6|4 2 2 2|4 2.2.2",
		.valid = svnr_valid,
		.words = W(SVNR) | W(SOCIAL)},
	[IE_PPS] = {.name = "ie_pps",
		.printed = "7 1|7 2",
		.valid = pps_valid,
		.words = W(PPS),
		.class = W(SOCIAL) | W(IDENTITY)},
};

static const uint64_t by_size[OFFICIAL_CHARACTERS + 1] = {
	[8] = BIT(IE_PPS),
	[9] = BIT(GB_NINO) | BIT(US_SSN) | BIT(ES_DNI) | BIT(ES_NIE) | BIT(NL_BSN) | BIT(PT_NIF) | BIT(IE_PPS),
	[10] = BIT(GB_NHS) | BIT(SE_PERSONNUMMER) | BIT(AT_SVNR),
	[11] = BIT(DE_STEUER_ID) | BIT(BE_RIJKSREGISTER) | BIT(PL_PESEL),
	[12] = BIT(SE_PERSONNUMMER),
	[15] = BIT(FR_NIR),
	[16] = BIT(IT_CODICE_FISCALE),
};

const struct official_schemes official_national_ids = {
	DETECT_NATIONAL_ID, schemes, sizeof schemes / sizeof schemes[0], by_size};
