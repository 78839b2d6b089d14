/*
 * phone_number: a number of one of the world's numbering plans, in E.164 form (ITU-T E.164, E.123, RFC 3966).
 * A plus sign or an international prefix makes it one by itself; a national number needs a region and a grouping or a
 * label; bare digits always need a label.
 */
#include "detect/digits.h"
#include "detect/labels.h"
#include "detect/phone_plan.h"

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
#define NUMBER_SEPARATORS \
	(SEPARATOR_SPACE | SEPARATOR_DOT | SEPARATOR_DASH | SEPARATOR_SLASH | SEPARATOR_OPEN | SEPARATOR_CLOSE)

/* A number as written, from the plus sign or the opening parenthesis on. */
struct written {
	const struct detect_window *window;
	size_t start;
	bool plus, encoded, open;
	struct digit_run run;
};

/* What the byte before the first digit can be; everything else is no place where a number begins. */
static bool may_follow(uint8_t before)
{
	return before <= ' ' || before >= 0x80 || strchr("+(\"'>[:=,;|*/-~`\\{!?&%#u", before);
}

/* A plus sign spelt for a URL (%2B), HTML (&#43;) or JSON (\u002B) around the digit at `at`; its first byte in *start
 * and the place after it, or 0. */
static size_t spelt_plus(const struct detect_window *window, size_t at, size_t *start)
{
	static const struct {
		const char *text;
		uint8_t first_digit; /* where in the text the trigger stands */
	} spellings[] = {
		{"%2B", 1}, {"%2b", 1}, {"&#43;", 2}, {"&#x2B;", 3}, {"&#x2b;", 3}, {"\\u002B", 2}, {"\\u002b", 2}};
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
	if (after == '@' || (after == '=' && next != '"'))
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

static bool all_years(const struct digit_run *run, size_t groups)
{
	for (size_t i = 0; i < groups; i++) {
		const uint8_t *digit = run->digits + run->group[i].first;
		if (run->group[i].count != 4 || (digit[0] != 1 && digit[0] != 2) || (digit[1] != 9 && digit[1] != 0))
			return false;
	}
	return true;
}

/* 12.05.2026, 2026-05-13, 12/5/26: the same sign twice between numbers that fit a day, a month and a year. */
static bool is_date(const struct digit_run *run, size_t groups)
{
	if (groups < 3)
		return false;
	const struct digit_group *group = run->group;
	uint16_t sign = group[1].separators;
	if (sign != group[2].separators || !(sign & (SEPARATOR_DOT | SEPARATOR_DASH | SEPARATOR_SLASH)))
		return false;
	if (group[0].count == 4)
		return group[1].count == 2 && group[2].count == 2 && run->digits[0] <= 2;
	if (group[0].count > 2 || group[1].count > 2)
		return false;
	return (group[2].count == 4 && run->digits[group[2].first] <= 2) || (groups == 3 && group[2].count == 2);
}

/* 1.234.567 and 12 345.678: an amount. */
static bool is_amount(const struct written *number, size_t groups)
{
	const struct digit_run *run = &number->run;
	bool dots = groups > 1 && run->group[0].count <= 3;
	for (size_t i = 1; i < groups; i++)
		dots &= run->group[i].count == 3 && run->group[i].separators == SEPARATOR_DOT;
	if (dots)
		return true;
	size_t end = run->group[groups - 1].end;
	struct glyph space = glyph_at(number->window, end);
	const uint8_t *after = number->window->data + end + (space.class == GLYPH_SPACE ? space.size : 0);
	size_t left = (size_t)(number->window->data + number->window->size - after);
	return left >= 3 && (memcmp(after, "EUR", 3) == 0 || memcmp(after, "USD", 3) == 0 ||
				    memcmp(after, "CHF", 3) == 0 || memcmp(after, "GBP", 3) == 0 ||
				    memcmp(after, "\xe2\x82\xac", 3) == 0 || after[0] == '$' || after[0] == '%');
}

static bool is_dotted_quad(const struct digit_run *run, size_t groups)
{
	bool quad = groups == 4;
	for (size_t i = 0; i < groups && quad; i++)
		quad = run->group[i].count <= 3 && (i == 0 || run->group[i].separators == SEPARATOR_DOT);
	return quad;
}

/* Sizes people write: a trunk digit or two, an area code of up to five digits, then two to eight. */
static bool typical_sizes(const struct digit_run *run, size_t groups)
{
	bool trunk = run->group[0].count <= 2 && run->digits[0] <= 8;
	if (!trunk && run->group[0].count > 5)
		return false;
	for (size_t i = 1; i < groups; i++) {
		bool city = i == 1 && trunk && run->digits[0] == 0;
		if (run->group[i].count > 8 || (run->group[i].count < 2 && !city))
			return false;
	}
	return true;
}

/* One kind of sign, which may change once: after the area code, or before the last groups. */
static bool typical_signs(const struct digit_run *run, size_t groups)
{
	uint16_t sign = 0;
	unsigned kinds = 0;
	for (size_t i = 1; i < groups; i++) {
		uint16_t here = run->group[i].separators;
		if (here & (SEPARATOR_OPEN | SEPARATOR_CLOSE))
			continue;
		if (i > 2 && (here & SEPARATOR_SLASH))
			return false;
		kinds += here != sign;
		sign = here;
	}
	return kinds <= 2;
}

static bool typical_grouping(const struct digit_run *run, size_t groups)
{
	return groups >= 2 && groups <= 6 && typical_sizes(run, groups) && typical_signs(run, groups) &&
	       !is_date(run, groups) && !all_years(run, groups) && !is_dotted_quad(run, groups);
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
		if ((far == '-' || far == '/') && byte_before(window, at, 2) == ' ')
			return true;
		return !ascii_digit(far) && !(far != 0 && strchr("+-*/.=#$^", far)) &&
		       glyph_before(window, at).class != GLYPH_DIGIT;
	}
	uint8_t before = byte_before(window, at, 1);
	return glyph.class == GLYPH_NONE || before < ' ' || strchr("\"'>[,;|(`nrt", before) ||
	       glyph.class == GLYPH_INVISIBLE;
}

/* North America writes three, three and four digits; a year and a number are a reference (2026-000123). */
static bool own_grouping(const struct digit_run *run, size_t groups, const struct phone_territory *territory)
{
	const struct digit_group *group = run->group;
	if (group[0].count == 4 && group[1].separators == SEPARATOR_DASH &&
		(run->digits[0] == 2 || run->digits[0] == 1))
		return false;
	if (territory->code != 1)
		return true;
	size_t trunk = group[0].count == 1;
	return groups == trunk + 3 && group[trunk].count == 3 && group[trunk + 1].count == 3 &&
	       group[trunk + 2].count == 4;
}

static bool national(const struct written *number, size_t groups, bool labelled, struct phone_number *out)
{
	const struct digit_run *run = &number->run;
	uint8_t digits[DIGIT_RUN_DIGITS];
	size_t count = collect(run, groups, false, digits);
	bool grouped = typical_grouping(run, groups) && !is_amount(number, groups) && count >= NATIONAL_DIGITS;
	if (!labelled && !grouped)
		return false;
	for (const char *const *region = number->window->options->regions; *region; region++) {
		const struct phone_territory *territory = phone_plan_territory(*region);
		if (!territory)
			continue;
		size_t skip = phone_plan_international_prefix(territory, digits, count);
		if (skip > 0 && phone_plan_international(digits + skip, count - skip, out))
			return true;
		if (!phone_plan_national(territory, digits, count, out))
			continue;
		bool area = number->open && groups > 1 && (run->group[1].separators & SEPARATOR_CLOSE);
		bool complete = area || out->prefix_dropped || !territory->national_expected;
		if (labelled || (complete && own_grouping(run, groups, territory)))
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
static unsigned read_as(const struct written *number, size_t groups, bool labelled, struct phone_number *phone)
{
	const struct digit_run *run = &number->run;
	if (number->plus)
		return international(run, groups, 0, phone) ? CONFIDENCE_INTERNATIONAL : 0;
	bool zeros = run->count > 2 && run->digits[0] == 0 && run->digits[1] == 0;
	bool grouped = groups > 1 && !is_date(run, groups);
	if (zeros && (labelled || stands_free(number)) && international(run, groups, 2, phone))
		return labelled || grouped ? CONFIDENCE_INTERNATIONAL : CONFIDENCE_BARE;
	if (has_regions(number->window) && (labelled || stands_free(number)) &&
		national(number, groups, labelled, phone))
		return CONFIDENCE_NATIONAL;
	if (labelled && groups == 1 && run->count >= MSISDN_DIGITS && international(run, groups, 0, phone))
		return CONFIDENCE_BARE;
	return 0;
}

/* Tries the longest reading first, then shorter ones that leave later groups to other values. */
static bool read_groups(struct written *number, struct detect_candidate *out)
{
	const struct digit_run *run = &number->run;
	bool labelled = !number->plus && label_before(number->window, number->start, LABEL_PHONE, LABEL_REACH_BYTES);
	for (size_t groups = run->groups; groups > 0; groups--) {
		bool whole = groups == run->groups;
		if (whole ? run->more : !may_cut(&run->group[groups], !number->plus && !labelled))
			continue;
		struct phone_number phone;
		if (!ends_clean(number->window, run->group[groups - 1].end))
			continue;
		unsigned confidence = read_as(number, groups, labelled, &phone);
		if (confidence) {
			fill(number, groups, confidence, &phone, out);
			return true;
		}
	}
	return false;
}

/* Log text has ten runs of digits a line: most end here, after a few instructions and without reading a group. */
static bool hopeless(const struct detect_window *window, size_t at)
{
	const uint8_t *data = window->data;
	uint8_t before = byte_before(window, at, 1);
	if (before == '+' || before == '(')
		return false;
	if (!may_follow(before) && !token_begins(window, at))
		return true;
	size_t end = at + 1, limit = window->size - at > 20 ? at + 20 : window->size;
	while (end < limit && ascii_digit(data[end]))
		end++;
	uint8_t after = byte_at(window, end);
	size_t count = end - at;
	if (before == '%' || before == '#' || before == 'u' || before >= 0x80 || byte_before(window, at, 2) == '+')
		return false;
	if (count >= MSISDN_DIGITS)
		return ascii_letter(after) && !extension_follows(window, end);
	bool zeros = data[at] == '0' && byte_at(window, at + 1) == '0';
	if (!has_regions(window) && !zeros)
		return after < 0x80; /* digits after an invisible or full-width character may follow */
	if (after < 0x80 && !strchr(" .-/()%&x", after) && count < 4)
		return true;
	return ascii_letter(after) && !extension_follows(window, end);
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

static bool check(const struct detect_window *window, size_t at, struct detect_candidate *out)
{
	struct written number = {.window = window};
	size_t first = at;
	unsigned separators = NUMBER_SEPARATORS;
	if (window->data[at] >= 0x80) {
		if (glyph_at(window, at).class == GLYPH_PLUS)
			first = at + 3;
		if (glyph_at(window, first).class != GLYPH_DIGIT || glyph_before(window, at).class == GLYPH_DIGIT)
			return false;
	} else if (hopeless(window, at)) {
		return false;
	}
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

const struct detector detector_phone_number = {
	.kind = DETECT_PHONE_NUMBER,
	.describe = "Telephone number of any numbering plan, international or of a known region",
	.triggers = "0123456789\xef",
	.run_start = true,
	.check = check,
};
