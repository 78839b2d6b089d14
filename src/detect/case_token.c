#include "detect/case_token.h"

#include "detect/digits.h"
#include "detect/words.h"

#define DIGITS_LEAST 4
#define DIGITS_MOST 20
#define LETTERS_MOST 10
#define SMALL_MOST 5 /* of the letters of a docket: cv, cr, mc, civ, crim */
#define MIXED_LETTERS_MOST 6
#define HASH_LEAST 7 /* hexadecimal digits of a short hash of a commit */

/* Letters before numbers that everybody may look up: standards and their bodies, advisories on security, bug trackers,
 * character sets, ciphers and hashes. What stands behind them is nobody's case, whatever word goes before. By letter.
 */
static const char *const public_prefixes[26] = {
	['a' - 'a'] = " aes alas ansi arxiv ascii astm ",
	['b' - 'a'] = " bcp blake bsi bug ",
	['c' - 'a'] = " capec cen cpe crc cve cwe ",
	['d' - 'a'] = " din dla doi dsa ",
	['e' - 'a'] = " ecdh ecdsa ecma edb elsa etsi ",
	['f' - 'a'] = " fips fyi ",
	['g' - 'a'] = " gbt ghsa glsa gost ",
	['h' - 'a'] = " hmac ",
	['i' - 'a'] = " icsa iec ieee iev isbn iso issn itu itut ",
	['j' - 'a'] = " jep jis jsr ",
	['k' - 'a'] = " koi ",
	['l' - 'a'] = " latin ",
	['m' - 'a'] = " macroman md mgasa ",
	['n' - 'a'] = " nist nistir ",
	['o' - 'a'] = " osvdb ",
	['p' - 'a'] = " pep ",
	['r' - 'a'] = " rfc rhba rhea rhsa rsa ",
	['s' - 'a'] = " sha ",
	['u' - 'a'] = " ucs usn utf ",
	['v' - 'a'] = " vu ",
	['x' - 'a'] = " xep xsa ",
	['z' - 'a'] = " zdi ",
};
/* Those that mean so only where no word says that a case comes: more of the same, licences, error codes, pictures of
 * cameras, labels of contact data, months, and what counts pages, ports and machines. */
static const char *const other_prefixes[26] = {
	['a' - 'a'] = " agpl apache apr aria as asn aug ",
	['b' - 'a'] = " base bid big block box bsd build bz ",
	['c' - 'a'] = " camellia cap cc cell cert cest cet chap chapter chunk code col column cp cpu ",
	['d' - 'a'] = " day db dcim dec des dh dsc dscf dscn ",
	['e' - 'a'] = " ebcdic ed edt eip en epel epl err errno error est euc exit ext ",
	['f' - 'a'] = " fax feb fig figure fri ",
	['g' - 'a'] = " gb gh gid gmt gopr gpl gpu ",
	['h' - 'a'] = " hex host hour http https ",
	['i' - 'a'] = " ibm id img ip issue ",
	['j' - 'a'] = " jan jdk jul jun ",
	['k' - 'a'] = " kb ",
	['l' - 'a'] = " level lgpl line lp lvl ",
	['m' - 'a'] = " mac mar max may mil min mit mob mobile mon mpl mr ms msg mvi ",
	['n' - 'a'] = " nf no node nov nr num ",
	['o' - 'a'] = " oct offset ora ",
	['p' - 'a'] = " p page pages part patch pci pdt phone pic pid plz po port pr pst pxl ",
	['r' - 'a'] = " rack rc rel release rev row ",
	['s' - 'a'] = " sae sat scan screenshot sec secp sect section sep sept server sig size slot sp sql sqlstate "
		      "srv ssl std step sun ",
	['t' - 'a'] = " table talos tel thread thu tid tls tns tue ",
	['u' - 'a'] = " uid uni unicode usb utc ",
	['v' - 'a'] = " va ver version vid vlan vol volume ",
	['w' - 'a'] = " warn warning wed week windows worker ",
	['z' - 'a'] = " zip ",
};

static bool is_prefix(const uint8_t *letters, size_t size, const char *const lists[26])
{
	char folded[LETTERS_MOST + 1];
	if (size == 0 || size > LETTERS_MOST)
		return false;
	for (size_t i = 0; i < size; i++)
		folded[i] = (char)(letters[i] | 0x20);
	folded[size] = 0;
	const char *list = lists[folded[0] - 'a'];
	return list != NULL && word_listed(folded, list);
}

static bool is_capital(uint8_t byte)
{
	return byte >= 'A' && byte <= 'Z';
}

/* Is the byte at `at` inside of a token: a dash, slash or line below between letters and digits; a dot between digits;
 * the # of INC#12345; the colon behind the office in the docket of a US district court (5:23-mc-07835, CM/ECF)? */
static bool is_sign(const struct detect_window *window, size_t at)
{
	uint8_t before = byte_before(window, at, 1), after = byte_at(window, at + 1);
	if (!ascii_alnum(before) || !ascii_alnum(after))
		return false;
	switch (window->data[at]) {
	case '-':
	case '/':
	case '_':
		return true;
	case '.':
		return ascii_digit(before) && ascii_digit(after);
	case '#': {
		size_t letter = at;
		while (letter > 0 && is_capital(window->data[letter - 1]))
			letter--;
		return letter < at && !ascii_alnum(byte_before(window, letter, 1));
	}
	case ':':
		return ascii_digit(before) && ascii_digit(after) && ascii_digit(byte_at(window, at + 2)) &&
		       (byte_at(window, at + 3) == '-' || ascii_letter(byte_at(window, at + 3))) &&
		       !ascii_alnum(byte_before(window, at, 3));
	default:
		return false;
	}
}

/* --- the token as it stands --- */

static size_t token_start(const struct detect_window *window, size_t at)
{
	size_t start = at;
	while (start > 0 && at - start <= CASE_BYTES) {
		if (ascii_alnum(window->data[start - 1]) && !behind_terminal_code(window->data, start))
			start--;
		else if (is_sign(window, start - 1))
			start--;
		else
			break;
	}
	/* \n, \t and \r of JSON and C */
	if (byte_before(window, start, 1) == '\\' && start < at && strchr("nrt", window->data[start]) != NULL)
		start++;
	return start;
}

static size_t token_end(const struct detect_window *window, size_t at)
{
	size_t end = at;
	while (end < window->size && end - at <= CASE_BYTES) {
		if (ascii_alnum(window->data[end]) || is_sign(window, end))
			end++;
		else
			break;
	}
	return end;
}

/* Letters and digits in turn: SRX1234567890ID, 20cv00345. More pieces, or what only hexadecimal digits are made of, is
 * a checksum. */
static enum case_group_class class_of(const uint8_t *text, size_t size)
{
	size_t letters = 0, capitals = 0, pieces = 1, hex = 0;
	for (size_t i = 0; i < size; i++) {
		bool letter = ascii_letter(text[i]);
		letters += letter;
		capitals += is_capital(text[i]);
		hex += !letter || (text[i] | 0x20) <= 'f';
		pieces += i > 0 && letter != ascii_letter(text[i - 1]);
	}
	if (letters == 0)
		return CASE_DIGITS;
	if (capitals != 0 && capitals != letters)
		return CASE_OTHER;
	if (letters == size)
		return letters > LETTERS_MOST ? CASE_OTHER : capitals > 0 ? CASE_CAPITALS : CASE_SMALL;
	bool hash = hex == size && size >= HASH_LEAST && capitals == 0;
	bool hexadecimal = size > 2 && text[0] == '0' && (text[1] | 0x20) == 'x';
	return pieces > 3 || letters > MIXED_LETTERS_MOST || hash || hexadecimal ? CASE_OTHER : CASE_MIXED;
}

static bool split(const struct detect_window *window, size_t start, size_t end, struct case_token *out)
{
	*out = (struct case_token){.text = window->data + start, .start = start, .size = end - start};
	for (size_t at = 0; at < out->size;) {
		size_t from = at;
		while (at < out->size && ascii_alnum(out->text[at]))
			at++;
		if (out->count == CASE_GROUPS)
			return false;
		out->group[out->count++] = (struct case_group){.at = (uint8_t)from,
			.size = (uint8_t)(at - from),
			.sign = from > 0 ? out->text[from - 1] : 0,
			.class = class_of(out->text + from, at - from)};
		at++;
	}
	return true;
}

/* --- what does not belong to it --- */

/* Words that go on behind it: "119122400001234-related", "12345/foo". */
static bool cut_words(struct case_token *token)
{
	for (size_t i = 1; i < token->count; i++) {
		const struct case_group *group = &token->group[i];
		const uint8_t *text = token->text + group->at;
		bool letters = ascii_letter(text[0]) && ascii_letter(text[group->size - 1]);
		bool goes_on = group->class == CASE_OTHER || (group->class == CASE_SMALL && i + 1 == token->count);
		if (!letters || !goes_on)
			continue;
		if (group->sign == '_')
			return false;
		token->cut = true;
		token->size = group->at - 1u;
		token->count = i;
		break;
	}
	return true;
}

/* The name of a file or a host, a time, a function goes on; a sentence without a blank behind its dot does not. */
static bool ends_well(const struct detect_window *window, size_t end)
{
	uint8_t sign = byte_at(window, end), after = byte_at(window, end + 1);
	if (ascii_alnum(sign) || sign == '_')
		return false;
	if (sign == '.' && ascii_letter(after))
		return is_capital(after) && !is_capital(byte_at(window, end + 2));
	return (sign != ':' && sign != '.' && sign != '-') || !ascii_digit(after);
}

/* --- what it is --- */

static bool group_fits(const struct case_token *token, size_t i)
{
	const struct case_group *group = &token->group[i];
	const struct case_group *before = i > 0 ? group - 1 : NULL;
	bool digits_around =
		before != NULL && before->class == CASE_DIGITS && i + 1 < token->count && group[1].class == CASE_DIGITS;
	switch (group->sign) {
	case '.':
		if (group->class != CASE_DIGITS || before->class != CASE_DIGITS)
			return false;
		break;
	case '#':
	case ':':
		if (i != 1)
			return false;
		break;
	case '_': /* between words it makes names of code */
		if (group->class != CASE_DIGITS)
			return false;
		break;
	default:
		break;
	}
	return group->class == CASE_SMALL ? digits_around && group->size <= SMALL_MOST : group->class != CASE_OTHER;
}

static unsigned number_at(const uint8_t *text, size_t digits)
{
	unsigned value = 0;
	for (size_t i = 0; i < digits; i++)
		value = value * 10 + (unsigned)(text[i] - '0');
	return value;
}

/* 2019-12-05, 05/12/2019, 5.12.19, 20191205 */
static bool is_date(const struct case_token *token)
{
	const struct case_group *group = token->group;
	if (token->letters)
		return false;
	if (token->count == 3)
		return group[1].size <= 2 && (group[0].size == 4 || group[0].size <= 2) && token->digits <= 8;
	if (token->count != 1 || token->digits != 8)
		return false;
	unsigned year = number_at(token->text, 4), month = number_at(token->text + 4, 2);
	return year >= 1900 && year < 2100 && month >= 1 && month <= 12;
}

/* 2019-12-05T100000Z, 20191205T1000, 05-DEC-2019 */
static bool is_moment(const struct case_token *token)
{
	static const char *const months[26] = {['a' - 'a'] = " apr aug ",
		['d' - 'a'] = " dec ",
		['f' - 'a'] = " feb ",
		['j' - 'a'] = " jan jun jul ",
		['m' - 'a'] = " mar may ",
		['n' - 'a'] = " nov ",
		['o' - 'a'] = " oct ",
		['s' - 'a'] = " sep "};
	for (size_t i = 0; i < token->count; i++) {
		const struct case_group *group = &token->group[i];
		const uint8_t *text = token->text + group->at;
		const uint8_t *zone = group->class == CASE_MIXED ? memchr(text, 'T', group->size) : NULL;
		size_t before = zone != NULL ? (size_t)(zone - text) : 0;
		if ((before == 2 || before == 8) && before + 1 < group->size && ascii_digit(zone[1]))
			return true;
		if (group->class == CASE_CAPITALS && i == 1 && token->count == 3 &&
			is_prefix(text, group->size, months))
			return true;
	}
	return false;
}

/* Versions, network addresses, prices in thousands. */
static bool is_dotted(const struct case_token *token)
{
	for (size_t i = 1; i < token->count; i++)
		if (token->group[i].sign != '.')
			return false;
	return token->count > 1;
}

static bool fits(struct case_token *token)
{
	size_t mixed = 0;
	token->digits = 0;
	token->letters = false;
	for (size_t i = 0; i < token->count; i++) {
		if (!group_fits(token, i))
			return false;
		mixed += token->group[i].class == CASE_MIXED;
		token->letters |= token->group[i].class != CASE_DIGITS;
	}
	for (size_t i = 0; i < token->size; i++)
		token->digits += ascii_digit(token->text[i]);
	return mixed <= 2 && token->digits >= DIGITS_LEAST && token->digits <= DIGITS_MOST &&
	       token->size <= CASE_BYTES && !is_date(token) && !is_moment(token) && !is_dotted(token);
}

bool case_token_drop_first(struct case_token *token)
{
	size_t by = token->group[1].at;
	token->text += by;
	token->start += by;
	token->size -= by;
	token->count--;
	for (size_t i = 0; i < token->count; i++) {
		token->group[i] = token->group[i + 1];
		token->group[i].at = (uint8_t)(token->group[i].at - by);
	}
	token->group[0].sign = 0;
	return fits(token);
}

/* No sign binds it to something that went before, but for the dot of an abbreviation (No.12345). */
static bool stands_free(const struct detect_window *window, size_t start)
{
	uint8_t before = byte_before(window, start, 1);
	if (before == 0)
		return true;
	if (before == '.')
		return ascii_letter(byte_before(window, start, 2));
	return token_begins(window, start) && before != '-' && before != '/';
}

/* Can what stands beside digits go on with them? */
static bool may_go_on(uint8_t byte)
{
	return ascii_alnum(byte) || byte == '-' || byte == '/' || byte == '_' || byte == '.' || byte == '#' ||
	       byte == ':';
}

/* The common case, with the same result: digits and nothing that could belong to them. 0: it is not; else their number.
 */
static size_t digits_alone(const struct detect_window *window, size_t at)
{
	size_t size = 0;
	if (may_go_on(byte_before(window, at, 1)))
		return 0;
	while (size <= DIGITS_MOST && ascii_digit(byte_at(window, at + size)))
		size++;
	return size > DIGITS_MOST || may_go_on(byte_at(window, at + size)) ? 0 : size;
}

bool case_token_read(const struct detect_window *window, size_t at, struct case_token *out)
{
	size_t alone = digits_alone(window, at);
	if (alone > 0) {
		*out = (struct case_token){.text = window->data + at, .start = at, .size = alone, .count = 1};
		out->group[0] = (struct case_group){.size = (uint8_t)alone, .class = CASE_DIGITS};
		out->digits = alone;
		return alone >= DIGITS_LEAST && stands_free(window, at) && !is_date(out);
	}
	size_t start = token_start(window, at), end = token_end(window, at);
	if (end - start > 2 * CASE_BYTES || !stands_free(window, start) || !split(window, start, end, out))
		return false;
	if (!cut_words(out) || !ends_well(window, out->start + out->size) || at >= out->start + out->size)
		return false;
	if (!fits(out))
		return false;
	size_t letters = 0;
	while (letters < out->size && ascii_letter(out->text[letters]))
		letters++;
	return !is_prefix(out->text, letters, public_prefixes);
}

bool case_token_is_docket(const struct case_token *token)
{
	return token->letters && token->count >= 3;
}

/* --- templates --- */

/* Letters, a sign and one to three groups of digits; or a year, letters and a number. */
struct case_shape {
	struct st_span letters;
	size_t groups, group[3], digits; /* groups of digits behind the letters, and their sizes */
	bool year_first;
	uint8_t sign; /* behind the letters */
};

static size_t digits_at(struct st_span text, size_t at)
{
	size_t end = at;
	while (end < text.size && ascii_digit(text.data[end]))
		end++;
	return end - at;
}

static bool is_joint(uint8_t byte)
{
	return byte == '-' || byte == '/' || byte == '_';
}

static bool read_shape(struct st_span text, struct case_shape *out)
{
	size_t at = digits_at(text, 0);
	*out = (struct case_shape){.year_first = at > 0};
	if (at > 0 && ((at != 2 && at != 4) || at >= text.size || !is_joint(text.data[at])))
		return false;
	out->digits = at;
	at += at > 0;
	out->letters.data = text.data + at;
	while (at < text.size && is_capital(text.data[at]))
		at++, out->letters.size++;
	while (at < text.size && out->groups < 3) {
		bool hash = text.data[at] == '#' && out->groups == 0 && !out->year_first;
		if (!hash && !is_joint(text.data[at]))
			return false;
		out->sign = out->groups == 0 ? text.data[at] : out->sign;
		out->group[out->groups] = digits_at(text, ++at);
		out->digits += out->group[out->groups];
		if (out->group[out->groups] == 0)
			return false;
		at += out->group[out->groups++];
	}
	return at == text.size && out->groups > 0 && out->letters.size >= 2 && out->letters.size <= LETTERS_MOST;
}

/* FEED-0001: four hexadecimal digits in fours, a piece of an identifier. */
static bool is_hexadecimal(const struct case_shape *shape)
{
	for (size_t i = 0; i < shape->letters.size; i++)
		if (shape->letters.data[i] > 'F')
			return false;
	return shape->letters.size >= 4 && shape->group[0] == shape->letters.size;
}

/* A day behind letters: BACKUP-20191205, LOG-2019-12-05, also with a time of day. */
static bool holds_date(struct st_span text, const struct case_shape *shape)
{
	const uint8_t *digits = shape->letters.data + shape->letters.size + 1;
	size_t size = (size_t)(text.data + text.size - digits);
	if (shape->groups == 3 && (shape->group[0] == 4 || shape->group[0] == 2) && shape->group[1] == 2 &&
		(shape->group[2] == 2 || shape->group[2] == 4))
		return true;
	if (size < 8 || (shape->group[0] != 8 && shape->group[0] != 12 && shape->group[0] != 14))
		return false;
	unsigned year = number_at(digits, 4), month = number_at(digits + 4, 2), day = number_at(digits + 6, 2);
	return year >= 1900 && year < 2100 && month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

/* One group of four digits that is a year. */
static bool is_year(const struct case_shape *shape)
{
	unsigned year = shape->group[0] == 4 ? number_at(shape->letters.data + shape->letters.size + 1, 4) : 0;
	return shape->groups == 1 && !shape->year_first && year >= 1900 && year < 2100;
}

size_t detect_case_template(struct st_span canonical, uint8_t out[DETECT_TEMPLATE_BYTES], bool *year)
{
	struct case_shape shape;
	*year = false;
	if (canonical.size > DETECT_TEMPLATE_BYTES || !read_shape(canonical, &shape))
		return 0;
	size_t last = shape.group[shape.groups - 1];
	if (shape.sign == '_' && shape.groups == 1)
		return 0; /* SPEED_10000, a constant */
	/* two letters are a country and its postal code (CH-8001), or a state of the US */
	size_t least = shape.letters.size == 2 && shape.groups == 1 && !shape.year_first ? 6 : DIGITS_LEAST;
	if (last < 3 || shape.digits < least || shape.digits > DIGITS_MOST || is_hexadecimal(&shape) ||
		is_prefix(shape.letters.data, shape.letters.size, public_prefixes) ||
		is_prefix(shape.letters.data, shape.letters.size, other_prefixes) || holds_date(canonical, &shape))
		return 0;
	*year = is_year(&shape);
	for (size_t i = 0; i < canonical.size; i++)
		out[i] = ascii_digit(canonical.data[i]) ? '0' : canonical.data[i];
	return canonical.size;
}
