/* Reads written numbers character by character. Invisible characters are skipped everywhere and only make a form
 * encoded. */
#include "detect/digits.h"

#include "base/utf8.h"

#define TERMINAL_CODE_BYTES 24

/* Visible separators between two groups: ") ", " - ", ") / (" and the like. */
#define SEPARATOR_GLYPHS 4
/* Invisible characters in a row; more are no spelling of a number but an attack on the reach. */
#define INVISIBLE_GLYPHS 4

static enum glyph_class ascii_class(uint8_t byte)
{
	switch (byte) {
	case 0:
		return GLYPH_NONE;
	case ' ':
		return GLYPH_SPACE;
	case '.':
		return GLYPH_DOT;
	case '-':
		return GLYPH_DASH;
	case '/':
		return GLYPH_SLASH;
	case '(':
		return GLYPH_OPEN;
	case ')':
		return GLYPH_CLOSE;
	case '+':
		return GLYPH_PLUS;
	default:
		return ascii_digit(byte) ? GLYPH_DIGIT : ascii_letter(byte) ? GLYPH_LETTER : GLYPH_OTHER;
	}
}

/* Beyond ASCII. */
static enum glyph_class class_of(uint32_t code)
{
	if (code - 0xff10 < 10)
		return GLYPH_DIGIT;
	if (code - 0xff21 < 26 || code - 0xff41 < 26)
		return GLYPH_LETTER;
	if ((code >= 0x2000 && code <= 0x200a) || code == 0xa0 || code == 0x202f || code == 0x205f || code == 0x3000)
		return GLYPH_SPACE;
	if ((code >= 0x200b && code <= 0x200f) || (code >= 0x202a && code <= 0x202e) ||
		(code >= 0x2060 && code <= 0x2069) || code == 0xfeff || code == 0xad)
		return GLYPH_INVISIBLE;
	if ((code >= 0x2010 && code <= 0x2015) || code == 0x2212 || code == 0xff0d)
		return GLYPH_DASH;
	switch (code) {
	case 0xb7:
	case 0xff0e:
		return GLYPH_DOT;
	case 0xff0f:
		return GLYPH_SLASH;
	case 0xff08:
		return GLYPH_OPEN;
	case 0xff09:
		return GLYPH_CLOSE;
	case 0xff0b:
		return GLYPH_PLUS;
	default:
		return GLYPH_OTHER;
	}
}

static struct glyph ascii_glyph(uint8_t byte)
{
	struct glyph glyph = {.class = ascii_class(byte), .size = byte != 0};
	if (glyph.class == GLYPH_DIGIT)
		glyph.value = (uint8_t)(byte - '0');
	else if (glyph.class == GLYPH_LETTER)
		glyph.value = byte & 0xdf;
	return glyph;
}

static struct glyph glyph_of(uint32_t code, int size)
{
	struct glyph glyph = {.class = GLYPH_NONE};
	if (size == 0)
		return glyph;
	glyph.size = (uint8_t)size;
	glyph.class = class_of(code);
	if (glyph.class == GLYPH_DIGIT)
		glyph.value = (uint8_t)(code - 0xff10);
	else if (glyph.class == GLYPH_LETTER)
		glyph.value = (uint8_t)((code - 0xff20) % 32 + '@');
	glyph.encoded = code >= 0xff00 || glyph.class == GLYPH_INVISIBLE;
	return glyph;
}

/* A space spelt for a URL or for HTML; its size, or 0. */
static uint8_t spelt_space(const struct detect_window *window, size_t at)
{
	static const char *const spellings[] = {"%20", "&nbsp;", "&#160;", "&#xA0;", "&#xa0;"};
	for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++) {
		size_t size = strlen(spellings[i]);
		if (window->size - at >= size && memcmp(window->data + at, spellings[i], size) == 0)
			return (uint8_t)size;
	}
	return 0;
}

/* What quoted-printable writes with `=` (RFC 2045 6.7): a line broken in the middle, which shows nothing, a no-break
 * space, and signs. Digits are not read: mail programs leave them as they are, and equations do not. */
static struct glyph quoted_glyph(const struct detect_window *window, size_t at)
{
	const struct glyph equals = {.class = GLYPH_OTHER, .size = 1};
	uint8_t first = byte_at(window, at + 1), second = byte_at(window, at + 2);
	if (first == '\n' || (first == '\r' && second == '\n'))
		return (struct glyph){.class = GLYPH_INVISIBLE, .size = first == '\n' ? 2 : 3, .encoded = true};
	if ((first | 0x20) == 'c' && second == '2' && byte_at(window, at + 3) == '=' &&
		(byte_at(window, at + 4) | 0x20) == 'a' && byte_at(window, at + 5) == '0')
		return (struct glyph){.class = GLYPH_SPACE, .size = 6, .encoded = true};
	if ((first | 0x20) == 'a' && second == '0')
		return (struct glyph){.class = GLYPH_SPACE, .size = 3, .encoded = true};
	if (first != '2' || !(ascii_digit(second) || ((second | 0x20) >= 'a' && (second | 0x20) <= 'f')))
		return equals;
	uint8_t sign = (uint8_t)(0x20 + (ascii_digit(second) ? second - '0' : (second | 0x20) - 'a' + 10));
	return (struct glyph){.class = ascii_class(sign), .size = 3, .encoded = true};
}

struct glyph glyph_at(const struct detect_window *window, size_t at)
{
	if (at >= window->size)
		return (struct glyph){.class = GLYPH_NONE};
	uint8_t byte = window->data[at];
	if (byte == '=')
		return quoted_glyph(window, at);
	if (byte == '%' || byte == '&') {
		uint8_t size = spelt_space(window, at);
		if (size)
			return (struct glyph){.class = GLYPH_SPACE, .size = size, .encoded = true};
	}
	if (byte < 0x80)
		return ascii_glyph(byte);
	uint32_t code = 0;
	int size = st_utf8_decode(window->data + at, window->size - at, &code);
	return glyph_of(code, size);
}

struct glyph glyph_before(const struct detect_window *window, size_t at)
{
	if (at > 0 && window->data[at - 1] < 0x80)
		return ascii_glyph(window->data[at - 1]);
	uint32_t code = 0;
	int size = at ? st_utf8_decode_before(window->data, window->data + at, &code) : 0;
	return glyph_of(code, size);
}

/* Passes separators and invisible characters up to the next digit; its place, or 0 when the run ends here. */
static size_t next_digit(
	const struct detect_window *window, size_t at, unsigned allowed, uint16_t *separators, bool *encoded)
{
	unsigned visible = 0, invisible = 0;
	for (;;) {
		struct glyph glyph = glyph_at(window, at);
		if (glyph.class == GLYPH_DIGIT)
			return at;
		if (glyph.class == GLYPH_INVISIBLE) {
			if (++invisible > INVISIBLE_GLYPHS)
				return 0;
		} else {
			unsigned bit = SEPARATOR_BIT(glyph.class);
			bool again = (*separators & bit) && (glyph.class != GLYPH_SPACE || window->data[at - 1] == ' ');
			if (!(allowed & bit) || again || ++visible > SEPARATOR_GLYPHS)
				return 0;
			*separators |= (uint16_t)bit;
		}
		*encoded |= glyph.encoded;
		at += glyph.size;
	}
}

bool digits_read(const struct detect_window *window, size_t at, unsigned separators, struct digit_run *run)
{
	run->count = run->groups = 0; /* the rest is large, and said as it is read */
	run->more = false;
	struct digit_group *group = NULL;
	uint16_t between = 0;
	bool encoded = false;
	while (at != 0 || run->count == 0) {
		struct glyph glyph = glyph_at(window, at);
		if (glyph.class != GLYPH_DIGIT)
			break;
		bool fresh = !group || between;
		if (run->count == DIGIT_RUN_DIGITS || (fresh && run->groups == DIGIT_RUN_GROUPS)) {
			run->more = true;
			break;
		}
		if (fresh) {
			group = &run->group[run->groups++];
			*group = (struct digit_group){.start = at, .first = run->count, .separators = between};
		}
		group->encoded |= encoded | glyph.encoded;
		group->count++;
		run->digits[run->count++] = glyph.value;
		group->end = at + glyph.size;
		/* most digits stand side by side */
		for (; run->count < DIGIT_RUN_DIGITS && ascii_digit(byte_at(window, group->end)); group->end++) {
			run->digits[run->count++] = window->data[group->end] - '0';
			group->count++;
		}
		between = 0;
		encoded = false;
		at = next_digit(window, group->end, separators, &between, &encoded);
	}
	return run->count > 0;
}

bool digits_encoded(const struct digit_run *run, size_t groups)
{
	for (size_t i = 0; i < groups; i++)
		if (run->group[i].encoded)
			return true;
	return false;
}

size_t digits_groups_of(const struct digit_run *run, size_t groups, unsigned count)
{
	size_t found = 0;
	for (size_t i = 0; i < groups; i++)
		found += run->group[i].count == count;
	return found;
}

bool behind_terminal_code(const uint8_t *data, size_t at)
{
	static const char *const escapes[] = {"\x1b", "\\u001b", "\\u001B", "\\x1b", "\\x1B", "\\033", "\\e", "^["};
	if (at < 3 || (data[at - 1] != 'm' && data[at - 1] != 'K'))
		return false;
	size_t from = at - 1;
	while (from > 0 && at - from < TERMINAL_CODE_BYTES && (ascii_digit(data[from - 1]) || data[from - 1] == ';'))
		from--;
	if (from == 0 || data[--from] != '[')
		return false;
	for (size_t i = 0; i < sizeof escapes / sizeof escapes[0]; i++) {
		size_t size = strlen(escapes[i]);
		if (from >= size && memcmp(data + from - size, escapes[i], size) == 0)
			return true;
	}
	return false;
}

bool token_begins(const struct detect_window *window, size_t at)
{
	uint8_t before = byte_before(window, at, 1);
	if (!ascii_alnum(before) && before != '_')
		return true;
	if (byte_before(window, at, 2) == '\\' && strchr("ntrbf", before))
		return true;
	return behind_terminal_code(window->data, at);
}

bool token_ends(const struct detect_window *window, size_t at)
{
	uint8_t after = byte_at(window, at);
	if (ascii_alnum(after) || after == '_')
		return false;
	return !((after == '.' || after == '-' || after == ':') && ascii_digit(byte_at(window, at + 1)));
}
