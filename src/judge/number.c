/*
 * Numbers: telephones (ITU-T E.164, E.123), payment cards (ISO/IEC 7812-1), accounts (ISO 13616-1, ISO 7064), numbers
 * of authorities (the decree of 23 December 1976 for Italy, INSEE for France, the ministry of the interior for Spain,
 * the tax office for Germany, SSA for the United States), addresses of machines (RFC 791, RFC 4291).
 */
#include "judge/number.h"

#define REACH 40
#define PHONE_REACH 24
#define SEPARATORS 3

#define PHONE_WORDS                                                                                                   \
	"tel telefono telefon telephone téléphone teléfono phone mobile mobil móvil cell cellulare cel fax call " \
	"portable gsm "                                                                                               \
	"whatsapp rufnummer handy llame"
#define CARD_WORDS "card carta carte karte kreditkarte tarjeta cardnumber pan visa mastercard amex bancaire"
#define ID_WORDS                                                                                                   \
	"ssn social sécurité securite nir insee dni nie nif steuer steuerid idnr identifikationsnummer fiscale " \
	"fiscal cf steuer_id"

static bool separates(uint32_t code)
{
	return code == ' ' || code == '-' || code == '.' || code == '/' || code == '(' || code == ')';
}

void number_read(const struct view *view, size_t at, struct number *out)
{
	*out = (struct number){0};
	while (out->groups < NUMBER_GROUPS) {
		size_t first = out->count;
		while (view_digit(view, at) && out->count < NUMBER_DIGITS)
			out->digit[out->count++] = (uint8_t)(view_code(view, at++) - '0');
		if (out->count == first)
			return;
		out->end[out->groups] = at;
		out->digits[out->groups++] = out->count;
		out->more = view_digit(view, at);
		size_t signs = 0;
		while (signs < SEPARATORS && separates(view_code(view, at + signs)))
			signs++;
		if (signs == 0 || !view_digit(view, at + signs))
			return;
		out->sign[out->groups] = view_code(view, at);
		at += signs;
	}
}

/* No letter or digit, and no sign that binds, before a number. */
static bool begins(const struct view *view, size_t at)
{
	return at == 0 || !(view_alnum(view, at - 1) || view_code(view, at - 1) == '_');
}

static bool ends(const struct view *view, size_t at)
{
	return !view_alnum(view, at) && view_code(view, at) != '_';
}

size_t judge_phone(const struct view *view, size_t at, size_t *start)
{
	bool plus = view_code(view, at) == '+';
	size_t first = plus ? at + 1 + view_blanks(view, at + 1, 1) : at;
	first += plus && view_code(view, first) == '(';
	if (!begins(view, at) || !view_digit(view, first))
		return 0;
	struct number number;
	number_read(view, first, &number);
	bool labelled = view_word_before(view, at, PHONE_REACH, PHONE_WORDS);
	bool zeros = number.count > 9 && number.digit[0] == 0 && number.digit[1] == 0;
	bool pairs = number.groups >= 5 && number.digit[0] == 0 && number.digits[0] == 2 && number.digits[4] == 10;
	size_t least = plus ? 8 : zeros && (number.groups > 1 || labelled) ? 11 : pairs ? 10 : labelled ? 6 : 99;
	for (size_t i = number.groups; i > 0; i--) {
		if (number.digits[i - 1] < least || number.digits[i - 1] > (zeros ? 17u : 15u) ||
			!ends(view, number.end[i - 1]) || (i == number.groups && number.more))
			continue;
		bool point =
			i == 2 && number.sign[1] == '.' && number.digits[0] > (plus ? 3u : 0u) && number.digit[0] != 0;
		bool comma =
			!plus && view_code(view, number.end[i - 1]) == ',' && view_digit(view, number.end[i - 1] + 1);
		bool decimal = point || comma; /* a price, a measure */
		*start = at;
		return decimal ? 0 : number.end[i - 1];
	}
	return 0;
}

/* ISO/IEC 7812-1 annex B. */
static bool luhn(const uint8_t *digits, size_t count)
{
	unsigned sum = 0;
	for (size_t i = count; i > 0; i--) {
		unsigned value = digits[i - 1] * ((count - i) % 2 ? 2u : 1u);
		sum += value / 10 + value % 10;
	}
	return sum % 10 == 0;
}

size_t judge_card(const struct view *view, size_t at, size_t *start)
{
	if (!view_digit(view, at) || !begins(view, at) || !strchr("3456 2", (int)view_code(view, at)))
		return 0;
	struct number number;
	number_read(view, at, &number);
	bool labelled = view_word_before(view, at, REACH, CARD_WORDS);
	for (size_t i = number.groups; i > 0; i--) {
		size_t count = number.digits[i - 1];
		bool grouped = i >= 3 && number.digits[0] == 4 && (number.digits[1] == 8 || number.digits[1] == 10);
		if (count < 13 || count > 19 || number.more || !(grouped || labelled) ||
			!ends(view, number.end[i - 1]) || !luhn(number.digit, count))
			continue;
		*start = at;
		return number.end[i - 1];
	}
	return 0;
}

/* ISO 7064 MOD 97-10 with the first four characters behind the others. */
static bool mod97(const uint8_t *value, size_t count)
{
	unsigned rest = 0;
	for (size_t i = 0; i < count; i++) {
		unsigned one = value[(i + 4) % count];
		rest = (rest * (one > 9 ? 100 : 10) + one) % 97;
	}
	return rest == 1;
}

static unsigned value_of(const struct view *view, size_t at)
{
	return view_digit(view, at) ? view_code(view, at) - '0' : (view_code(view, at) | 0x20) - 'a' + 10;
}

/* How long an account of a country is: the registry of SWIFT, as a list of codes and lengths. */
static size_t account_length(uint32_t first, uint32_t second)
{
	static const char lengths[] = "AD24AE23AL28AT20AZ28BA20BE16BG22BH22BI27BR29BY28CH21CR22CY28CZ24DE22DJ27DK18DO28"
				      "EE20EG29ES24FI18FK18FO18"
				      "FR27GB22GE22GI23GL18GR27GT28HN28HR21HU28IE22IL23IQ23IS26IT27JO30KW30KZ20LB28LC32"
				      "LI21LT20LU20LV21LY25MC27"
				      "MD24ME22MK19MN20MR27MT31MU30NI28NL18NO15OM23PK24PL28PS29PT25QA29RO24RS22RU33SA24"
				      "SC31SD18SE24SI19SK24SM27"
				      "SO23ST25SV28TL23TN24TR26UA29VA22VG24XK20YE30";
	for (const char *at = lengths; *at; at += 4)
		if ((uint8_t)at[0] == first && (uint8_t)at[1] == second)
			return (size_t)(at[2] - '0') * 10 + (size_t)(at[3] - '0');
	return 0;
}

size_t judge_account(const struct view *view, size_t at, size_t *start)
{
	size_t code =
		at + 4 * (view_word(view, at, "iban") == 0 && (view_code(view, at) | 0x20) == 'i' &&
				 (view_code(view, at + 1) | 0x20) == 'b' && (view_code(view, at + 2) | 0x20) == 'a' &&
				 (view_code(view, at + 3) | 0x20) == 'n');
	if (!begins(view, at) || (view_code(view, code) | 0x20) - 'a' > 25 ||
		(view_code(view, code + 1) | 0x20) - 'a' > 25)
		return 0;
	size_t digits = code + 2 + view_blanks(view, code + 2, 1);
	if (!view_digit(view, digits) || !view_digit(view, digits + 1))
		return 0;
	uint8_t value[34];
	size_t count = 0, end = code,
	       length = account_length(view_code(view, code) & ~0x20u, view_code(view, code + 1) & ~0x20u);
	if (length == 0)
		return 0;
	*start = code;
	while (count < sizeof value) {
		size_t next = end + (end > code && separates(view_code(view, end)) && view_code(view, end) != '(');
		if (!view_alnum(view, next) || view_code(view, next) > 'z')
			break;
		value[count++] = (uint8_t)value_of(view, next);
		end = next + 1;
		if (count == length)
			return !view_alnum(view, end) && mod97(value, count) ? end : 0;
	}
	return 0;
}

/* --- numbers of authorities --- */

/* What a character in an odd place of an Italian fiscal code is worth: digits, then letters. */
static const uint8_t odd_worth[36] = {1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18,
	20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23};

/* Sixteen letters and digits, blanks or dashes between. */
static size_t fiscal_code(const struct view *view, size_t at)
{
	static const char shape[] = "aaaaaa99a99a999a";
	unsigned sum = 0, digits = 0;
	for (size_t i = 0; i < 16; i++) {
		at += (i == 3 || i == 6 || i == 11) && (view_code(view, at) == ' ' || view_code(view, at) == '-');
		if (!view_alnum(view, at) || view_code(view, at) > 'z' || (shape[i] == 'a' && view_digit(view, at)))
			return 0;
		/* a digit may be a letter where two persons have the same code */
		if (shape[i] == '9' && !view_digit(view, at) &&
			!strchr("LMNPQRSTUV", (int)(view_code(view, at) & ~0x20u)))
			return 0;
		digits += view_digit(view, at);
		unsigned value = value_of(view, at++), even = value > 9 ? value - 10 : value;
		if (i == 15)
			return sum % 26 == even && digits > 0 ? at : 0;
		sum += i % 2 == 0 ? odd_worth[value] : even;
	}
	return 0;
}

/* Thirteen digits and their key: 97 minus the rest by 97; A and B of Corsica as 0 with a smaller number. */
static bool french(const struct number *number, size_t count)
{
	uint64_t body = 0;
	if (count != 15 || number->digit[0] < 1 || number->digit[0] > 2)
		return false;
	for (size_t i = 0; i < 13; i++)
		body = body * 10 + number->digit[i];
	return 97 - body % 97 == number->digit[13] * 10u + number->digit[14];
}

/* ISO 7064 MOD 11,10 over eleven digits. */
static bool german(const struct number *number, size_t count)
{
	unsigned product = 10;
	if (count != 11 || number->digit[0] == 0)
		return false;
	for (size_t i = 0; i < 10; i++) {
		unsigned sum = (number->digit[i] + product) % 10;
		product = (sum ? sum : 10) * 2 % 11;
	}
	return (11 - product) % 10 == number->digit[10];
}

static bool american(const struct number *number, size_t count)
{
	unsigned area = number->digit[0] * 100u + number->digit[1] * 10u + number->digit[2];
	return count == 9 && area > 0 && area != 666 && area < 900 &&
	       (number->groups == 1 || (number->digits[0] == 3 && number->digits[1] == 5));
}

/* Eight digits and the letter of their rest by 23. */
static size_t spanish(const struct view *view, const struct number *number)
{
	uint32_t value = 0;
	if (number->digits[0] != 8)
		return 0;
	for (size_t i = 0; i < 8; i++)
		value = value * 10 + number->digit[i];
	size_t at = number->end[0];
	at += view_code(view, at) == '-' || view_code(view, at) == ' ';
	bool letter = (view_code(view, at) & ~0x20u) == (uint8_t) "TRWAGMYFPDXBNJZSQVHLCKE"[value % 23];
	return letter && ends(view, at + 1) ? at + 1 : 0;
}

size_t judge_official(const struct view *view, size_t at, size_t *start)
{
	*start = at;
	if (!begins(view, at))
		return 0;
	if (view_letter(view, at)) {
		size_t end = fiscal_code(view, at);
		return end > 0 && ends(view, end) ? end : 0;
	}
	if (!view_digit(view, at))
		return 0;
	struct number number;
	number_read(view, at, &number);
	size_t end = spanish(view, &number);
	if (end > 0)
		return end;
	bool labelled = view_word_before(view, at, REACH, ID_WORDS);
	for (size_t i = number.groups; i > 0; i--) {
		size_t count = number.digits[i - 1];
		if (number.more || !ends(view, number.end[i - 1]))
			continue;
		if (french(&number, count) || (labelled && (german(&number, count) || american(&number, count))))
			return number.end[i - 1];
	}
	return 0;
}

/* --- addresses of machines --- */

/* Four numbers up to 255 with dots; four small ones are a version. */
static size_t four_octets(const struct view *view, size_t at)
{
	bool large = false;
	for (int i = 0; i < 4; i++) {
		unsigned value = 0, count = 0;
		if (i > 0 && view_code(view, at++) != '.')
			return 0;
		while (view_digit(view, at) && count++ < 4)
			value = value * 10 + (view_code(view, at++) - '0');
		if (count == 0 || value > 255)
			return 0;
		large |= value > 31;
	}
	return large && !view_alnum(view, at) && !(view_code(view, at) == '.' && view_digit(view, at + 1)) ? at : 0;
}

/* Groups of up to four hexadecimal digits: eight, or fewer around `::`. */
static size_t colon_groups(const struct view *view, size_t at)
{
	size_t groups = 0, doubles = 0;
	for (;;) {
		size_t count = 0;
		while (count < 5 && (view_digit(view, at + count) || (view_code(view, at + count) | 0x20) - 'a' < 6))
			count++;
		if (count > 4)
			return 0;
		groups += count > 0;
		at += count;
		if (view_code(view, at) != ':')
			break;
		doubles += view_code(view, at + 1) == ':';
		at += 1 + (view_code(view, at + 1) == ':');
	}
	bool whole = (doubles == 0 && groups == 8) || (doubles == 1 && groups >= 2 && groups < 8);
	return whole && !view_alnum(view, at) ? at : 0;
}

size_t judge_host(const struct view *view, size_t at, size_t *start)
{
	uint32_t before = at > 0 ? view_code(view, at - 1) : VIEW_STOP;
	*start = at;
	if (!begins(view, at) || before == '.' || before == ':')
		return 0;
	if (view_digit(view, at) && !view_word_before(view, at, 10, "version v release")) {
		size_t end = four_octets(view, at);
		if (end > 0)
			return end;
	}
	return view_alnum(view, at) || view_code(view, at) == ':' ? colon_groups(view, at) : 0;
}
