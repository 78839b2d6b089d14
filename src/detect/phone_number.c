/*
 * phone_number: a number of one of the world's numbering plans, in E.164 form (ITU-T E.164, E.123, RFC 3966).
 * A plus sign or an international prefix makes it one by itself; a national number needs a region and a grouping or a
 * label; bare digits always need a label.
 */
#include "detect/labels.h"
#include "detect/phone_number.h"
#include "detect/planes.h"

/* Hundredths. */
#define CONFIDENCE_INTERNATIONAL 95
#define CONFIDENCE_NATIONAL 70
/* Digits without a plus that may as well be a serial number: 00 and no grouping, or a label and a country code. */
#define CONFIDENCE_BARE 60
/* Characters between a label and the number. */
#define LABEL_REACH_BYTES 30
/* Shorter national numbers exist, but without a label they are room numbers and quantities. */
#define NATIONAL_DIGITS 7
/* A country code and a national number without a plus, as mobile networks store it (MSISDN). */
#define MSISDN_DIGITS 11
/* No plan has shorter numbers that people give to each other. */
#define SHORTEST_DIGITS 4
#define NUMBER_SEPARATORS \
	(SEPARATOR_SPACE | SEPARATOR_DOT | SEPARATOR_DASH | SEPARATOR_SLASH | SEPARATOR_OPEN | SEPARATOR_CLOSE)

/* A number as written, from the plus sign or the opening parenthesis on. */
struct written {
	const struct detect_window *window;
	size_t start;
	bool plus, encoded, open;
	enum { LABEL_NOT_ASKED, LABEL_ABSENT, LABEL_PRESENT } label;
	struct digit_run run;
};

/* Looking for a label is the dearest step: only for digits that a numbering plan accepts. */
static bool labelled(struct written *number)
{
	if (number->label == LABEL_NOT_ASKED)
		number->label = label_before(number->window, number->start, LABEL_PHONE, LABEL_REACH_BYTES)
					? LABEL_PRESENT
					: LABEL_ABSENT;
	return number->label == LABEL_PRESENT;
}

/* A plus sign spelt for a URL (%2B), HTML (&#43;) or JSON (\u002B) around the digit at `at`; its first byte in *start
 * and the place after it, or 0. */
static size_t spelt_plus(const struct detect_window *window, size_t at, size_t *start)
{
	static const struct {
		const char *text;
		uint8_t first_digit; /* where in the text the trigger stands */
	} spellings[] = {{"%2B", 1}, {"%2b", 1}, {"=2B", 1}, {"=2b", 1}, {"&#43;", 2}, {"&#x2B;", 3}, {"&#x2b;", 3},
		{"\\u002B", 2}, {"\\u002b", 2}};
	for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++) {
		size_t size = strlen(spellings[i].text);
		if (at < spellings[i].first_digit)
			continue;
		*start = at - spellings[i].first_digit;
		if (window->size - *start >= size && memcmp(window->data + *start, spellings[i].text, size) == 0)
			return *start + size;
	}
	return 0;
}

/* Looks back over "+", "(", "+ (" and invisible characters between them; sets where the number begins. */
static void find_start(struct written *number, size_t first)
{
	size_t at = first, spaces = 0;
	bool encoded = false;
	number->start = first;
	for (unsigned looked = 0; looked < 8; looked++) {
		struct glyph glyph = glyph_before(number->window, at);
		at -= glyph.size;
		encoded |= glyph.encoded;
		if (glyph.class == GLYPH_INVISIBLE || (glyph.class == GLYPH_SPACE && ++spaces == 1))
			continue;
		if (glyph.class == GLYPH_PLUS && !number->plus)
			number->plus = true;
		else if (glyph.class == GLYPH_OPEN && !number->open)
			number->open = true;
		else
			return;
		number->encoded |= encoded;
		number->start = at;
	}
}

/* The parenthesis before the number belongs to it only when it closes inside. */
static void settle_open(struct written *number, size_t groups)
{
	if (!number->open)
		return;
	for (size_t i = 1; i < groups; i++)
		if (number->run.group[i].separators & SEPARATOR_CLOSE)
			return;
	const struct detect_window *window = number->window;
	while (number->start < number->run.group[0].start) {
		struct glyph glyph = glyph_at(window, number->start);
		if (glyph.class == GLYPH_PLUS || glyph.class == GLYPH_DIGIT)
			break;
		number->start += glyph.size;
	}
}

/* x123, ext: what follows the number is its extension. */
static bool extension_follows(const struct detect_window *window, size_t at)
{
	uint8_t mark = byte_at(window, at) | 0x20;
	if (mark == 'x')
		return ascii_digit(byte_at(window, at + 1)) || byte_at(window, at + 1) == '.' ||
		       byte_at(window, at + 1) == ' ';
	return mark == 'e' && (byte_at(window, at + 1) | 0x20) == 'x' && (byte_at(window, at + 2) | 0x20) == 't';
}

/* Nothing hangs on to the last digit that would make it part of something else. */
static bool ends_clean(const struct detect_window *window, size_t at)
{
	uint8_t after = byte_at(window, at), next = byte_at(window, at + 1);
	if (after == '@' || (after == '=' && next != '"' && glyph_at(window, at).class == GLYPH_OTHER))
		return false;
	if (after == '/' && ascii_digit(next)) /* one more line of the same office: 02 1234567/8 */
		return !ascii_alnum(byte_at(window, at + 2)) || !ascii_alnum(byte_at(window, at + 3));
	return token_ends(window, at) || extension_follows(window, at);
}

/* May the number end before this group? Dots and dashes without a space bind. */
static bool may_cut(const struct digit_group *next, bool strict)
{
	uint16_t loose = SEPARATOR_SPACE | SEPARATOR_SLASH | SEPARATOR_OPEN;
	if (strict && next->separators == SEPARATOR_SLASH)
		return next->count <= 2;
	if (strict)
		return (next->separators & SEPARATOR_SPACE) && (next->separators & ~SEPARATOR_SPACE);
	return (next->separators & loose) != 0;
}

/* Digits of the first groups; the (0) after a country code is left out when `drop_zero`. */
static size_t collect(const struct digit_run *run, size_t groups, bool drop_zero, uint8_t digits[DIGIT_RUN_DIGITS])
{
	size_t count = 0;
	for (size_t i = 0; i < groups; i++) {
		const struct digit_group *group = &run->group[i];
		bool zero = i > 0 && i + 1 < run->groups && group->count == 1 && run->digits[group->first] == 0 &&
			    (group->separators & SEPARATOR_OPEN) && (run->group[i + 1].separators & SEPARATOR_CLOSE);
		if (zero && drop_zero)
			continue;
		memcpy(digits + count, run->digits + group->first, group->count);
		count += group->count;
	}
	return count;
}

/* Italy keeps the zero of its landlines: there (0) is dropped only before a mobile number (3 and nine digits more). */
static bool zero_stays(const uint8_t *digits, size_t count)
{
	return count > 3 && digits[0] == 3 && digits[1] == 9 && !(digits[2] == 3 && count == 12);
}

static bool international(const struct digit_run *run, size_t groups, size_t skip, struct phone_number *out)
{
	uint8_t digits[DIGIT_RUN_DIGITS];
	size_t count = collect(run, groups, true, digits);
	if (count > skip && zero_stays(digits + skip, count - skip))
		count = collect(run, groups, false, digits);
	return count > skip && phone_plan_international(digits + skip, count - skip, out);
}

/* A sign that begins a line of a list: - 030 123456. */
static bool is_bullet(const struct detect_window *window, size_t at)
{
	return byte_at(window, at) == '-' || byte_at(window, at) == '*' ? byte_before(window, at, 1) < ' ' : false;
}

/* k=0039..., x:0039...: a key that is no label of ours. */
static bool behind_key(const struct detect_window *window, size_t at)
{
	uint8_t before = byte_before(window, at, 1), far = byte_before(window, at, 2);
	return (before == ':' || before == '=') && (ascii_letter(far) || far == '"');
}

/* Right before a number: a sign of markdown, quotes, a key, the end of an escape or of a terminal code. */
static bool opens_value(const struct detect_window *window, size_t at)
{
	uint8_t before = byte_before(window, at, 1), far = byte_before(window, at, 2);
	if (before == '*' || before == '_')
		return far == before;
	if (behind_key(window, at) || behind_terminal_code(window->data, at))
		return true;
	return before == 0xab ||
	       (before >= 0x98 && before <= 0x9e && far == 0x80 && byte_before(window, at, 3) == 0xe2);
}

/* Without a label the place before a national number must be free: no other number, sign or path. */
static bool stands_free(const struct written *number)
{
	const struct detect_window *window = number->window;
	size_t at = number->start;
	struct glyph glyph = glyph_before(window, at);
	if (number->open && glyph.class == GLYPH_SPACE)
		return true;
	if (glyph.class == GLYPH_SPACE) {
		at -= glyph.size;
		uint8_t far = byte_before(window, at, 1);
		if (((far == '-' || far == '/') && byte_before(window, at, 2) == ' ') || is_bullet(window, at - 1) ||
			(far == '.' && byte_before(window, at, 2) == '.'))
			return true;
		return !ascii_digit(far) && !(far != 0 && strchr("+-*/.=#$^", far)) &&
		       glyph_before(window, at).class != GLYPH_DIGIT;
	}
	uint8_t before = byte_before(window, at, 1);
	return glyph.class == GLYPH_NONE || before < ' ' || strchr("\"'>[,;|(`nrt{<\x7f", before) ||
	       glyph.class == GLYPH_INVISIBLE || opens_value(window, at);
}

/* Without a label: 02-1234567-A is an article, version 3.12.1234567 a version. */
static bool is_other_name(const struct written *number, size_t groups)
{
	size_t end = number->run.group[groups - 1].end;
	return (byte_at(number->window, end) == '-' && ascii_letter(byte_at(number->window, end + 1))) ||
	       label_before(number->window, number->start, LABEL_VERSION, LABEL_REACH_BYTES);
}

/* The region's number behind the digits, when it is written in a way that counts there. */
static bool of_region(struct written *number, size_t groups, const struct phone_territory *territory,
	const uint8_t *digits, size_t count, struct phone_number *out)
{
	const struct digit_run *run = &number->run;
	size_t skip = phone_plan_international_prefix(territory, digits, count);
	bool abroad = skip > 0 && phone_plan_international(digits + skip, count - skip, out);
	if (!abroad && !phone_plan_national(territory, digits, count, out))
		return false;
	bool area = number->open && groups > 1 && (run->group[1].separators & SEPARATOR_CLOSE);
	bool complete = abroad || area || out->prefix_dropped || !territory->national_expected;
	if (complete && count >= NATIONAL_DIGITS && phone_typical_grouping(number->window, run, groups) &&
		stands_free(number) && (abroad || phone_own_grouping(run, groups, territory)) &&
		!is_other_name(number, groups))
		return true;
	return labelled(number);
}

static bool national(struct written *number, size_t groups, struct phone_number *out)
{
	uint8_t digits[DIGIT_RUN_DIGITS];
	size_t count = collect(&number->run, groups, false, digits);
	for (const char *const *region = number->window->options->regions; *region; region++) {
		const struct phone_territory *territory = phone_plan_territory(*region);
		if (territory && of_region(number, groups, territory, digits, count, out))
			return true;
	}
	return false;
}

static bool has_regions(const struct detect_window *window)
{
	return window->options && window->options->regions && window->options->regions[0];
}

static void fill(struct written *number, size_t groups, unsigned confidence, const struct phone_number *phone,
	struct detect_candidate *out)
{
	settle_open(number, groups);
	out->start = number->start;
	out->end = number->run.group[groups - 1].end;
	out->form = number->encoded || digits_encoded(&number->run, groups) ? DETECT_ENCODED : DETECT_PLAIN;
	out->confidence = (uint8_t)confidence;
	out->tentative = false;
	out->scheme = NULL;
	out->canonical[0] = '+';
	for (size_t i = 0; i < phone->count; i++)
		out->canonical[i + 1] = (uint8_t)('0' + phone->digits[i]);
	out->canonical_size = (uint16_t)(phone->count + 1);
}

/* One way to read the first groups; its confidence, or 0. */
static unsigned read_as(struct written *number, size_t groups, struct phone_number *phone)
{
	const struct digit_run *run = &number->run;
	if (number->plus) {
		if (!international(run, groups, 0, phone))
			return 0;
		bool other = phone_is_decimal(run, groups, 0) || phone_is_quantity(number->window, run, groups);
		return !other || labelled(number) ? CONFIDENCE_INTERNATIONAL : 0;
	}
	bool zeros = run->count > 3 && run->digits[0] == 0 && run->digits[1] == 0;
	if (zeros && international(run, groups, 2, phone)) {
		bool other = phone_opens_otherwise(run, groups) || phone_divides_code(run) ||
			     phone_is_decimal(run, groups, 2);
		if (labelled(number) || (groups > 1 && !other && stands_free(number)))
			return CONFIDENCE_INTERNATIONAL;
		if (!other && run->count >= MSISDN_DIGITS && stands_free(number) &&
			!behind_key(number->window, number->start))
			return CONFIDENCE_BARE;
	}
	if (has_regions(number->window) && national(number, groups, phone))
		return CONFIDENCE_NATIONAL;
	if (groups == 1 && run->count >= MSISDN_DIGITS && international(run, groups, 0, phone) && labelled(number))
		return CONFIDENCE_BARE;
	return 0;
}

/* May the number end before the group `groups`? */
static bool may_stop(struct written *number, size_t groups)
{
	const struct digit_run *run = &number->run;
	if (groups == run->groups)
		return !run->more;
	const struct digit_group *next = &run->group[groups];
	return may_cut(next, true) || (may_cut(next, false) && (number->plus || labelled(number)));
}

/* Tries the longest reading first, then shorter ones that leave later groups to other values. */
static bool read_groups(struct written *number, struct detect_candidate *out)
{
	const struct digit_run *run = &number->run;
	for (size_t groups = run->groups; groups > 0; groups--) {
		const struct digit_group *last = &run->group[groups - 1];
		if (last->first + last->count < SHORTEST_DIGITS)
			return false;
		struct phone_number phone;
		if (!ends_clean(number->window, last->end) || !may_stop(number, groups))
			continue;
		unsigned confidence = read_as(number, groups, &phone);
		if (confidence) {
			fill(number, groups, confidence, &phone, out);
			return true;
		}
	}
	return false;
}

/* What the byte before the first digit says. */
enum place {
	PLACE_NONE,   /* no number begins here */
	PLACE_ESCAPE, /* letters that may end a backslash escape */
	PLACE_FREE,
	PLACE_CLOSER, /* a plus sign, a parenthesis, or what may hide one */
};

static enum place place_after(uint8_t before)
{
	switch (before) {
	case '"':
	case '\'':
	case '>':
	case '[':
	case ':':
	case '=':
	case ',':
	case ';':
	case '|':
	case '`':
	case '.':
	case '&':
	case '{':
	case '<':
	case '*':
	case 0x7f:
		return PLACE_FREE;
	case '+':
	case '(':
	case '%':
	case '#':
	case 'x':
	case 'u':
		return PLACE_CLOSER;
	case 'b':
	case 'f':
	case 'n':
	case 'r':
	case 't':
	case 'm': /* of a terminal code */
	case 'K':
		return PLACE_ESCAPE;
	default:
		return before <= ' ' ? PLACE_FREE : before >= 0x80 ? PLACE_CLOSER : PLACE_NONE;
	}
}

/* Another digit can follow after this byte. */
static bool joins(const struct detect_window *window, size_t at)
{
	uint8_t byte = byte_at(window, at);
	if (byte >= 0x80 || byte == '%' || byte == '&' || byte == '=')
		return true;
	if (byte != ' ' && byte != '-' && byte != '.' && byte != '/' && byte != '(' && byte != ')')
		return false;
	uint8_t next = byte_at(window, at + 1);
	return ascii_digit(next) || next == '(' || next == ' ' || next == '-' || next == '/' || next >= 0x80;
}

/* 2026-05-13 and 10:33:12: most digits of a log. */
static bool in_timestamp(const struct detect_window *window, size_t at)
{
	const uint8_t *data = window->data + at;
	if (at >= 2 && data[-1] == ':' && ascii_digit(data[-2]))
		return true;
	return window->size - at > 8 && data[4] == '-' && data[7] == '-' && ascii_digit(data[3]) &&
	       ascii_digit(data[5]);
}

/* Log text has ten runs of digits a line: most end here, after a few instructions and without reading a group. */
static bool hopeless(const struct detect_window *window, size_t at)
{
	const uint8_t *data = window->data;
	enum place place = place_after(byte_before(window, at, 1));
	bool quoted_plus =
		byte_before(window, at, 1) == '=' && data[at] == '2' && (byte_at(window, at + 1) | 0x20) == 'b';
	if (place == PLACE_CLOSER || quoted_plus)
		return false;
	if (place == PLACE_NONE ||
		(place == PLACE_ESCAPE && byte_before(window, at, 2) != '\\' && !behind_terminal_code(data, at)))
		return true;
	if (byte_before(window, at, 2) == '+')
		return false;
	bool zeros = data[at] == '0' && byte_at(window, at + 1) == '0';
	bool regions = has_regions(window);
	if (!regions && !zeros && !ascii_digit(byte_at(window, at + MSISDN_DIGITS - 1)))
		return true;
	size_t end = at + 1;
	while (ascii_digit(byte_at(window, end)) && end - at <= DIGIT_RUN_DIGITS)
		end++;
	if (!regions && !zeros && end - at < MSISDN_DIGITS)
		return true;
	if (joins(window, end))
		return in_timestamp(window, at);
	return end - at < SHORTEST_DIGITS || (ascii_letter(byte_at(window, end)) && !extension_follows(window, end));
}

/* A parenthesis that opens after more digits than a country code and its zeros have begins another number. */
static void stop_before_parenthesis(struct digit_run *run)
{
	for (size_t i = 1; i < run->groups; i++) {
		const struct digit_group *group = &run->group[i];
		if (group->first <= 5 || !(group->separators & SEPARATOR_OPEN))
			continue;
		run->groups = (uint8_t)i;
		run->count = group->first;
		run->more = false;
	}
}

/* One digit alone opens a number only before a sign; B as in %2B. */
static bool may_start(uint8_t trigger, uint8_t next)
{
	if (trigger >= 0x80)
		return next == 0xbc;
	return ascii_digit(next) || next >= 0x80 || (next != 0 && strchr(" .-/()%&=Bb", next));
}

/* Kept out of check(), so that the common rejection needs no stack. */
__attribute__((noinline)) static bool examine(
	const struct detect_window *window, size_t at, size_t first, struct detect_candidate *out)
{
	struct written number = {.window = window};
	unsigned separators = NUMBER_SEPARATORS;
	size_t spelt = spelt_plus(window, at, &number.start);
	if (spelt) {
		number.plus = number.encoded = true;
		separators |= window->data[number.start] == '%' ? SEPARATOR_PLUS : 0;
		first = spelt;
	} else {
		find_start(&number, first);
	}
	if (!digits_read(window, first, separators, &number.run))
		return false;
	if (!spelt && !token_begins(window, number.start))
		return false;
	stop_before_parenthesis(&number.run);
	return read_groups(&number, out);
}

/* A full-width digit or plus sign at `at`: the place of the first digit, or SIZE_MAX. */
static size_t full_width_start(const struct detect_window *window, size_t at)
{
	size_t first = glyph_at(window, at).class == GLYPH_PLUS ? at + 3 : at;
	bool begins = glyph_at(window, first).class == GLYPH_DIGIT && glyph_before(window, at).class != GLYPH_DIGIT;
	return begins ? first : SIZE_MAX;
}

static bool check(const struct detect_window *window, size_t at, struct detect_candidate *out)
{
	if (window->data[at] < 0x80)
		return !hopeless(window, at) && examine(window, at, at, out);
	size_t first = full_width_start(window, at);
	return first != SIZE_MAX && examine(window, at, first, out);
}

/* --- places --- */

/* May spell a sign, or a digit beyond ASCII. */
static bool spells(uint8_t byte)
{
	return byte >= 0x80 || byte == '%' || byte == '&' || byte == '=';
}

static bool separates(uint8_t byte)
{
	return byte == ' ' || byte == '.' || byte == '-' || byte == '/' || byte == '(' || byte == ')';
}

/* Four digits from `at` on, with signs between, or what is no ASCII before that. */
static bool has_four_digits(const uint8_t *at)
{
	unsigned digits = 0;
	for (const uint8_t *end = at + PLANE_PLACES - 1; at < end && digits < SHORTEST_DIGITS; at++) {
		digits += ascii_digit(*at);
		if (!ascii_digit(*at) && !separates(*at))
			return spells(*at);
	}
	return true;
}

/* spelt_plus() of a place that lies in the middle of a text: bytes from `at` to its end, or 0. */
static unsigned rest_of_spelt_plus(const uint8_t *at)
{
	if (at[-1] == '%' || at[-1] == '=')
		return at[0] == '2' && (at[1] | 0x20) == 'b' ? 2 : 0;
	if (at[-1] == '#')
		return at[-2] == '&' && at[0] == '4' && at[1] == '3' ? 3 : 0;
	if (at[-1] == 'x')
		return at[-2] == '#' && at[0] == '2' ? 3 : 0;
	return at[-1] == 'u' && at[-2] == '\\' && at[2] == '2' ? 4 : 0;
}

/* The last glyph before `at` is beyond ASCII and a plus sign, a parenthesis, a space or invisible; find_start looks
 * further back then. */
static bool wide_sign_before(const uint8_t *at)
{
	return at[-2] == 0xc2 || (at[-3] == 0xe2 && at[-2] <= 0x81) || (at[-3] == 0xe3 && at[-2] == 0x80) ||
	       (at[-3] == 0xef && (at[-2] == 0xbb || at[-2] == 0xbc));
}

static bool may_have_plus(const uint8_t *at)
{
	if (at[-1] == '(') {
		uint8_t before = at[-2] == ' ' ? at[-3] : at[-2];
		return before == '+' || before >= 0x80;
	}
	return at[-1] == '+' || at[-2] == '+' || (at[-1] >= 0x80 && wide_sign_before(at));
}

/* At most those of a country code and a number. */
static unsigned digits_from(const uint8_t *at)
{
	unsigned digits = 0;
	while (digits < MSISDN_DIGITS && ascii_digit(at[digits]))
		digits++;
	return digits;
}

/* Two zeros, or digits for a country code and a number in one group, both with whatever may stand between. */
static bool may_be_long(const uint8_t *at)
{
	if (at[0] == '0' && (at[1] == '0' || separates(at[1]) || spells(at[1])))
		return has_four_digits(at);
	const unsigned digits = digits_from(at);
	return digits == MSISDN_DIGITS || spells(at[digits]);
}

static bool is_full_width(const uint8_t *at)
{
	const bool plus = at[0] == 0xef && at[1] == 0xbc && at[2] == 0x8b;
	const uint8_t *first = plus ? at + 3 : at;
	if (first[0] < 0x80)
		return ascii_digit(first[0]);
	return first[0] == 0xef && first[1] == 0xbc && (uint8_t)(first[2] - 0x90) < 10;
}

/* What check() asks of the bytes around. With a region a group of digits may be all there is, behind a label. */
static inline bool may_be(const uint8_t *at, bool regions)
{
	if (at[0] >= 0x80)
		return is_full_width(at);
	const unsigned spelt = rest_of_spelt_plus(at);
	if (spelt > 0 && (ascii_digit(at[spelt]) || at[spelt] >= 0x80))
		return at[-1] == '%' || has_four_digits(at + spelt); /* behind a % a + may be a blank */
	enum place place = place_after(at[-1]);
	if (place == PLACE_NONE || at[-1] == 'x' || at[-1] == 'u')
		return false;
	if (place == PLACE_ESCAPE && at[-2] != '\\' && at[-1] != 'm' && at[-1] != 'K')
		return false;
	if (regions || may_have_plus(at))
		return has_four_digits(at);
	if (place == PLACE_CLOSER)
		return may_be_long(at);
	if (at[0] != '0' || at[1] != '0')
		return digits_from(at) == MSISDN_DIGITS;
	if (at[-1] == ':' && ascii_digit(at[-2])) /* in_timestamp() unless four digits and more stand alone */
		return ascii_digit(at[2]) && ascii_digit(at[3]);
	return has_four_digits(at);
}

static bool may_be_any(const uint8_t *at)
{
	return may_be(at, true);
}

static bool may_be_international(const uint8_t *at)
{
	return may_be(at, false);
}

/* A sign before the number that makes it an international one or may hide a plus. */
PLANES_INLINE plane_bits behind_sign(const struct planes *planes, size_t w)
{
	plane_bits found = plane(planes, PLANE_HIGH, w, -1);
	found |= plane(planes, PLANE_SPELLS, w, -1) & plane(planes, PLANE_LETTER, w, 1); /* =2B */
	if (planes->any[PLANE_PLUS])
		found |= plane(planes, PLANE_PLUS, w, -1) | plane(planes, PLANE_PLUS, w, -2);
	if (planes->any[PLANE_OPEN])
		found |= plane(planes, PLANE_OPEN, w, -1);
	if (planes->any[PLANE_PERCENT])
		found |= plane(planes, PLANE_PERCENT, w, -1);
	if (planes->any[PLANE_AMPERSAND]) /* &#43; &#x2B; */
		found |= plane(planes, PLANE_AMPERSAND, w, -2) | plane(planes, PLANE_AMPERSAND, w, -3);
	if (planes->any[PLANE_BACKSLASH]) /* \u002B */
		found |= plane(planes, PLANE_BACKSLASH, w, -2);
	return found;
}

/* Two zeros, eleven digits, or what check() may take for them behind a #, of which there is no plane. */
PLANES_INLINE plane_bits begins_long(const struct planes *planes, size_t w)
{
	const plane_bits zero = plane(planes, PLANE_ZERO, w, 0);
	const plane_bits inside = plane(planes, PLANE_ALNUM, w, -1) | plane(planes, PLANE_SPACE, w, -1);
	plane_bits other = plane(planes, PLANE_SPELT_8, w, 1) | plane(planes, PLANE_SPELT_8, w, 3);
	other |= zero & ~plane(planes, PLANE_DIGIT, w, 1);
	/* no letter among the first four digits; a time has no four digits in one piece */
	plane_bits zeros = zero & plane(planes, PLANE_ZERO, w, 1);
	zeros &= ~(plane(planes, PLANE_LETTER, w, 2) |
		   (plane(planes, PLANE_LETTER, w, 3) & ~plane(planes, PLANE_SPELLS, w, 2)));
	zeros &= ~(plane(planes, PLANE_COLON, w, -1) & plane(planes, PLANE_DIGIT, w, -2)) |
		 plane(planes, PLANE_DIGITS_2, w, 2);
	return zeros | (other & ~inside) | (plane(planes, PLANE_DIGITS_8, w, 0) & plane(planes, PLANE_DIGITS_4, w, 7));
}

/* check() says yes only at the first digit of a run: a token begins there or at signs before it (token_begins), or the
 * digits spell a plus sign. Without a region that sign, two zeros or eleven digits must stand there. */
PLANES_TARGET static void find_places(struct planes *planes, uint64_t *found)
{
	for (size_t w = 0; w < planes->words; w += 4) {
		plane_bits here = plane(planes, PLANE_FIRST, w, 0);
		if (plane_any(here) && !planes->regions)
			here &= begins_long(planes, w) | behind_sign(planes, w);
		if (planes->any[PLANE_WIDE])
			here |= plane(planes, PLANE_WIDE, w, 0);
		if (plane_any(here))
			here = planes->regions ? plane_filter(planes, w, here, may_be_any)
					       : plane_filter(planes, w, here, may_be_international);
		plane_store(found + w, here);
	}
}

const struct detector detector_phone_number = {
	.kind = DETECT_PHONE_NUMBER,
	.describe = "Telephone number of any numbering plan, international or of a known region",
	.triggers = "0123456789\xef",
	.run_start = true,
	.may_start = may_start,
	.places = find_places,
	.check = check,
};
