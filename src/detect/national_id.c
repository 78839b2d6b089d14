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

/* --- Portugal: NIF (Decreto-Lei 14/2013) --- */

static bool nif_valid(const uint8_t *text, size_t size)
{
	if (!all_digits(text, size) || strchr("1235689", (char)text[0]) == NULL)
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
	if (!all_digits(text, 7) || !ascii_letter(text[7]) || (size == 9 && !ascii_letter(text[8])))
		return false;
	unsigned sum = weighted_sum(text, "8765432", 7);
	if (size == 9 && text[8] != 'W')
		sum += 9 * (unsigned)(text[8] - 'A' + 1);
	return text[7] == (uint8_t) "WABCDEFGHIJKLMNOPQRSTUV"[sum % 23];
}

/* --- the schemes --- */

static const char *const fiscal_labels[] = {
	"=cf", "codicefiscale", "codfisc", "codfiscale", "fiscalcode", "taxcode", "steuernummer", "codefiscal", NULL};
static const char *const nir_labels[] = {"=nir", "=insee", "securitesociale", "sécuritésociale", "securitésociale",
	"numerosecu", "numérosécu", "nosecu", "=nss", "=secu", "=sécu", "immatriculation", NULL};
static const char *const nino_labels[] = {"=nino", "=ni", "nationalinsurance", "ninumber", "=nin", NULL};
static const char *const nhs_labels[] = {"=nhs", "nhsnumber", "nhsno", NULL};
static const char *const ssn_labels[] = {
	"=ssn", "socialsecurity", "socsec", "ssnumber", "=tin", "taxpayer", "segurosocial", NULL};
static const char *const dni_labels[] = {
	"=dni", "=nif", "=nie", "documentonacional", "identidad", "=doc", "extranjero", NULL};
static const char *const steuer_id_labels[] = {"steuerid", "steueridnr", "steueridentifikation",
	"identifikationsnummer", "=idnr", "=tin", "=stid", "steuernummer", "taxid", NULL};
static const char *const pesel_labels[] = {"pesel", NULL};
static const char *const bsn_labels[] = {"=bsn", "burgerservice", "sofinummer", "sofinr", "=sofi", NULL};
static const char *const rijksregister_labels[] = {"rijksregister", "registrenational", "=nn", "=rrn", "=insz", "=niss",
	"nationaalnummer", "numéronational", "numeronational", "nationalregister", NULL};
static const char *const nif_labels[] = {"=nif", "contribuinte", "identificaçãofiscal", "identificacaofiscal", NULL};
static const char *const personnummer_labels[] = {
	"personnummer", "persnr", "personnr", "=pnr", "samordningsnummer", "personalidentity", "=ssn", NULL};
static const char *const svnr_labels[] = {
	"=svnr", "=svnummer", "sozialversicherung", "versicherungsnummer", "=svn", NULL};
static const char *const pps_labels[] = {"=pps", "=ppsn", "ppsnumber", "ppsno", "personalpublicservice", NULL};

/* Order decides between equals. */
static const struct official_scheme schemes[] = {
	{"it_codice_fiscale", "3 3 5 5|6 2 3 5|6 5 5|3-3-5-5|6-2-3-5", 16, 16, fiscal_valid, 95, 95, fiscal_labels,
		fiscal_canonical},
	{"fr_nir", "1 2 2 2 3 3 2|13 2|1-2-2-2-3-3-2|1.2.2.2.3.3.2|13-2|13/2", 15, 15, nir_valid, 80, 95, nir_labels,
		NULL},
	{"gb_nino", "2 2 2 2 1|2 6 1|2-2-2-2-1|2-6-1|8 1", 9, 9, nino_valid, 0, 80, nino_labels, NULL},
	{"gb_nhs", "3 3 4|3-3-4", 10, 10, nhs_valid, 0, 0, nhs_labels, NULL},
	{"us_ssn", "3-2-4|3 2 4|3.2.4", 9, 9, ssn_valid, 0, 0, ssn_labels, NULL},
	{"es_dni", "8-1|8 1|2.3.3-1|2.3.3 1|2 3 3 1", 9, 9, dni_valid, 0, 0, dni_labels, NULL},
	{"es_nie", "1-7-1|1 7 1|8-1|8 1|1.3.3-1", 9, 9, nie_valid, 0, 0, dni_labels, NULL},
	{"de_steuer_id", "2 3 3 3|2-3-3-3", 11, 11, steuer_id_valid, 0, 85, steuer_id_labels, NULL},
	{"be_rijksregister", "2.2.2-3.2|6-3-2|6 3 2|2.2.2 3 2|2 2 2 3 2", 11, 11, rijksregister_valid, 0, 90,
		rijksregister_labels, NULL},
	{"pl_pesel", NULL, 11, 11, pesel_valid, 0, 0, pesel_labels, NULL},
	{"nl_bsn", "4.2.3|3 3 3|4 2 3|2 3 4", 9, 9, bsn_valid, 0, 0, bsn_labels, NULL},
	{"pt_nif", "3 3 3", 9, 9, nif_valid, 0, 0, nif_labels, NULL},
	{"se_personnummer", "6-4|8-4|6+4|6 4|8 4", 10, 12, personnummer_valid, 0, 80, personnummer_labels,
		personnummer_canonical},
	{"at_svnr", "4 6|4-6|4/6|4 2 2 2|4 2.2.2", 10, 10, svnr_valid, 0, 0, svnr_labels, NULL},
	{"ie_pps", "7 1|7 2", 8, 9, pps_valid, 0, 0, pps_labels, NULL},
};

#define DIGIT OFFICIAL_DIGIT
#define LETTER OFFICIAL_LETTER
#define SIGN OFFICIAL_SIGN
#define SPACE_DOT "  ..%%&&" OFFICIAL_WIDE

/* The shapes of the table above, as far as a few bytes tell them. */
static const struct detect_hint hints[] = {
	{{{0, 7, false, DIGIT}, {7, 1, false, OFFICIAL_ALNUM}}},
	{{{0, 7, false, DIGIT}, {7, 1, false, SIGN}, {8, 1, false, LETTER}}},
	{{{-6, 6, false, LETTER}, {1, 1, false, OFFICIAL_ALNUM}}},
	{{{-2, 2, false, LETTER}, {0, 6, false, DIGIT}}},
	{{{-1, 1, false, LETTER}, {0, 7, false, DIGIT}}},
	{{{-4, 3, false, LETTER}, {-1, 1, false, SIGN}, {1, 1, false, DIGIT}, {2, 1, false, LETTER}}},
	{{{-7, 6, false, LETTER}, {-1, 1, false, SIGN}, {1, 1, false, DIGIT}, {2, 1, false, LETTER}}},
	{{{-7, 6, false, LETTER}, {-1, 1, false, SIGN}, {2, 1, false, SIGN}, {3, 1, false, LETTER}}},
	{{{-3, 2, false, LETTER}, {-1, 1, false, SIGN}, {2, 1, false, SIGN}, {5, 1, false, SIGN}}},
	{{{-3, 2, false, LETTER}, {-1, 1, false, SIGN}, {0, 6, false, DIGIT}}},
	{{{-2, 1, false, LETTER}, {-1, 1, false, SIGN}, {3, 1, false, SIGN}, {7, 1, false, SIGN}}},
	{{{1, 1, false, SIGN}, {2, 2, false, DIGIT}, {4, 1, false, SIGN}, {7, 1, false, SIGN}}},
	{{{2, 1, false, SIGN}, {3, 3, false, DIGIT}, {6, 1, false, SIGN}, {7, 3, false, DIGIT}}},
	{{{2, 1, false, SIGN}, {5, 1, false, SIGN}, {8, 1, false, SIGN}, {9, 3, false, DIGIT}}},
	{{{3, 1, false, SIGN}, {4, 2, false, DIGIT}, {6, 1, false, SIGN}, {7, 4, false, DIGIT}}},
	{{{3, 1, false, SIGN}, {4, 3, false, DIGIT}, {7, 1, false, SIGN}, {8, 3, false, DIGIT}}},
	{{{4, 1, false, SIGN}, {5, 6, false, DIGIT}}},
	{{{4, 1, false, SPACE_DOT}, {5, 2, false, DIGIT}, {7, 1, false, SPACE_DOT}, {8, 2, false, DIGIT}}},
	{{{1, 5, false, DIGIT}, {6, 1, false, SIGN}, {7, 3, false, DIGIT}}},
	{{{0, 1, false, OFFICIAL_WIDE}}},
	{{{0, 0, false, NULL}}},
};

/* Kept out of check(), so that the common rejection needs no stack. */
__attribute__((noinline)) static bool examine(
	const struct detect_window *window, size_t at, struct detect_candidate *out)
{
	size_t starts[3], count = official_starts(window, at, starts);
	for (size_t i = 0; i < count; i++) {
		struct official_text text;
		if (official_read(window, starts[i], &text) &&
			official_match(window, starts[i], &text, schemes, sizeof schemes / sizeof *schemes, out))
			return true;
	}
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

const struct detector detector_national_id = {
	.kind = DETECT_NATIONAL_ID,
	.describe = "National id of 14 countries' schemes: structure, dates, check digits, a label where they are weak",
	.triggers = "0123456789\xef",
	.run_start = true,
	.may_start = may_start,
	.hints = hints,
	.region_hints = hints,
	.check = check,
};
