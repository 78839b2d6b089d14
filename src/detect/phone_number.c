/*
 * phone_number: a number of one of the world's numbering plans, in E.164 form (ITU-T E.164, E.123, RFC 3966).
 * A plus sign or an international prefix makes it one by itself; a national number needs a region and a grouping or a
 * label; bare digits always need a label.
 */
#include "detect/labels.h"
#include "detect/phone_number.h"

/* Hundredths. */
#define CONFIDENCE_INTERNATIONAL 95
#define CONFIDENCE_NATIONAL 70
/* Digits without a plus that may as well be a serial number: 00 and no grouping, or a label and a country code. */
#define CONFIDENCE_BARE 60
/* Characters between a label and the number. */
#define LABEL_REACH_BYTES 30
/* Shorter national numbers exist, but without a label they are room numbers and quantities. */
#define NATIONAL_DIGITS 7
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
		if (!other && run->count >= PHONE_MSISDN_DIGITS && stands_free(number) &&
			!behind_key(number->window, number->start))
			return CONFIDENCE_BARE;
	}
	if (has_regions(number->window) && national(number, groups, phone))
		return CONFIDENCE_NATIONAL;
	if (groups == 1 && run->count >= PHONE_MSISDN_DIGITS && international(run, groups, 0, phone) &&
		labelled(number))
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
		if (last->first + last->count < PHONE_SHORTEST_DIGITS)
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
	enum phone_place place = phone_place_after(byte_before(window, at, 1));
	bool quoted_plus =
		byte_before(window, at, 1) == '=' && data[at] == '2' && (byte_at(window, at + 1) | 0x20) == 'b';
	if ((place == PHONE_PLACE_CLOSER && !behind_ideogram(window, at)) || quoted_plus)
		return false;
	if (place == PHONE_PLACE_NONE ||
		(place == PHONE_PLACE_ESCAPE && byte_before(window, at, 2) != '\\' && !behind_terminal_code(data, at)))
		return true;
	if (byte_before(window, at, 2) == '+')
		return false;
	bool zeros = data[at] == '0' && byte_at(window, at + 1) == '0';
	bool regions = has_regions(window);
	if (!regions && !zeros && !ascii_digit(byte_at(window, at + PHONE_MSISDN_DIGITS - 1)))
		return true;
	size_t end = at + 1;
	while (ascii_digit(byte_at(window, end)) && end - at <= DIGIT_RUN_DIGITS)
		end++;
	if (!regions && !zeros && end - at < PHONE_MSISDN_DIGITS)
		return true;
	if (joins(window, end))
		return in_timestamp(window, at);
	return end - at < PHONE_SHORTEST_DIGITS ||
	       (ascii_letter(byte_at(window, end)) && !extension_follows(window, end));
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
	struct written number; /* the run is large, and read below */
	memset(&number, 0, offsetof(struct written, run));
	number.window = window;
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

const struct detector detector_phone_number = {
	.kind = DETECT_PHONE_NUMBER,
	.describe = "Telephone number of any numbering plan, international or of a known region",
	.triggers = "0123456789\xef",
	.run_start = true,
	.may_start = may_start,
	.places = phone_number_places,
	.check = check,
};
