/*
 * The characters around the sign of an e-mail address, with the escapes of HTML, JSON, URLs and quoted-printable undone
 * one character at a time, so that every character keeps its place in the input.
 */
#include "detect/email_address.h"

#include <utf8proc.h>

#include "base/utf8.h"

/* Backslashes that nested quoting may put before uXXXX. */
#define BACKSLASHES 4
/* Quoted-printable lines end between these columns when the writer breaks full lines (limit of RFC 2045 6.7: 76). */
#define SOFT_BREAK_FROM 66
#define SOFT_BREAK_TO 76

static int hex_value(uint8_t byte)
{
	if (byte >= '0' && byte <= '9')
		return byte - '0';
	byte |= 32;
	return byte >= 'a' && byte <= 'f' ? byte - 'a' + 10 : -1;
}

/* Exactly `digits` hex digits; -1 when they are not there. */
static long hex_number(const uint8_t *p, const uint8_t *end, int digits)
{
	long value = 0;
	if (end - p < digits)
		return -1;
	for (int i = 0; i < digits; i++) {
		int digit = hex_value(p[i]);
		if (digit < 0)
			return -1;
		value = value * 16 + digit;
	}
	return value;
}

static enum email_class class_of_ascii(uint8_t byte)
{
	if ((unsigned)(byte | 32) - 'a' < 26 || (unsigned)byte - '0' < 10)
		return EMAIL_ALNUM;
	switch (byte) {
	case '.':
		return EMAIL_DOT;
	case '-':
		return EMAIL_DASH;
	case '_':
		return EMAIL_UNDERSCORE;
	case '+':
	case '\'':
	case '&':
	case '%':
	case '!':
	case '#':
	case '$':
	case '*':
	case '^':
	case '~':
		return EMAIL_INNER;
	default:
		return EMAIL_STOP;
	}
}

static bool invisible(uint32_t code)
{
	return code == 0xad || (code >= 0x200b && code <= 0x200d) || code == 0x2060 || code == 0xfeff;
}

static bool ideogram(uint32_t code)
{
	return (code >= 0x2e80 && code <= 0x9fff) || (code >= 0xa000 && code <= 0xa4cf) ||
	       (code >= 0xf900 && code <= 0xfaff) || (code >= 0x20000 && code <= 0x3ffff) ||
	       (code >= 0x0e00 && code <= 0x0eff);
}

/* Folds full-width forms (U+FF01 to U+FF5E) and the dots of IDNA (RFC 3490 3.1), and says what the character is. */
static void classify(struct email_char *c)
{
	if (c->code >= 0xff01 && c->code <= 0xff5e) {
		c->code -= 0xfee0;
		c->encoded = true;
	} else if (c->code == 0x3002 || c->code == 0xff61) {
		c->code = '.';
		c->encoded = true;
	} else if (c->code == 0x2019) { /* the apostrophe that word processors write */
		c->code = '\'';
		c->encoded = true;
	}
	if (c->code < 0x80) {
		c->class = class_of_ascii((uint8_t)c->code);
		return;
	}
	if (invisible(c->code)) {
		c->class = EMAIL_INVISIBLE;
		c->encoded = true;
		return;
	}
	utf8proc_category_t category = utf8proc_category((utf8proc_int32_t)c->code);
	bool letter = category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_NO;
	c->class = !letter ? EMAIL_STOP : ideogram(c->code) ? EMAIL_IDEOGRAM : EMAIL_LETTER;
}

static struct email_char escaped(long code, size_t size)
{
	struct email_char c = {
		.code = code > 0 && code <= 0x10ffff ? (uint32_t)code : 0, .size = (uint8_t)size, .encoded = true};
	classify(&c);
	return c;
}

static struct email_char stop(size_t size)
{
	return (struct email_char){.class = EMAIL_STOP, .size = (uint8_t)size};
}

struct entity {
	const char *name; /* with its semicolon */
	uint16_t code;
};
/* The named entities of HTML that stand in addresses as people write them. */
static const struct entity entities[] = {{"amp;", '&'}, {"apos;", '\''}, {"period;", '.'}, {"commat;", '@'},
	{"lowbar;", '_'}, {"plus;", '+'}, {"hyphen;", '-'}, {"dash;", '-'}, {"num;", '#'}, {"shy;", 0xad},
	{"zwnj;", 0x200c}, {"zwj;", 0x200d}, {"ZeroWidthSpace;", 0x200b}, {"NoBreak;", 0x2060}, {"auml;", 0xe4},
	{"ouml;", 0xf6}, {"uuml;", 0xfc}, {"Auml;", 0xc4}, {"Ouml;", 0xd6}, {"Uuml;", 0xdc}, {"szlig;", 0xdf},
	{"agrave;", 0xe0}, {"aacute;", 0xe1}, {"acirc;", 0xe2}, {"ccedil;", 0xe7}, {"egrave;", 0xe8}, {"eacute;", 0xe9},
	{"ecirc;", 0xea}, {"euml;", 0xeb}, {"igrave;", 0xec}, {"iacute;", 0xed}, {"icirc;", 0xee}, {"iuml;", 0xef},
	{"ntilde;", 0xf1}, {"ograve;", 0xf2}, {"oacute;", 0xf3}, {"ocirc;", 0xf4}, {"ugrave;", 0xf9}, {"uacute;", 0xfa},
	{"ucirc;", 0xfb}, {"lt;", '<'}, {"gt;", '>'}, {"quot;", '"'}, {"nbsp;", 0xa0}, {"lpar;", '('}, {"rpar;", ')'},
	{"lsqb;", '['}, {"rsqb;", ']'}, {"colon;", ':'}, {"semi;", ';'}, {NULL, 0}};

/* The size of a numeric entity behind "&#", its code in *code; 0 when it is none. A decimal one may lack its semicolon.
 */
static size_t numeric_entity(const uint8_t *p, const uint8_t *end, long *code)
{
	const uint8_t *start = p;
	bool hex = p < end && (*p | 32) == 'x';
	if (hex)
		p++;
	const uint8_t *digits = p;
	*code = 0;
	while (p < end && p - digits < 7 && (hex ? hex_value(*p) >= 0 : (unsigned)*p - '0' < 10)) {
		*code = *code * (hex ? 16 : 10) + hex_value(*p);
		p++;
	}
	if (p == digits)
		return 0;
	if (p < end && *p == ';')
		return (size_t)(p + 1 - start);
	return hex ? 0 : (size_t)(p - start);
}

/* At '&': an entity, a doubly escaped one (&amp;#64;), or the character itself. */
static struct email_char read_entity(const uint8_t *p, const uint8_t *end)
{
	const uint8_t *name = p + 1;
	long code;
	if (end - name > 4 && memcmp(name, "amp;", 4) == 0 && (name[4] == '#' || (unsigned)(name[4] | 32) - 'a' < 26)) {
		const uint8_t *inner = name + 4;
		size_t size = *inner == '#' ? numeric_entity(inner + 1, end, &code) : 0;
		if (size > 0)
			return escaped(code, (size_t)(inner + 1 - p) + size);
	}
	if (name < end && *name == '#') {
		size_t size = numeric_entity(name + 1, end, &code);
		return size > 0 ? escaped(code, 2 + size) : stop(1);
	}
	for (const struct entity *entity = entities; entity->name; entity++) {
		size_t size = strlen(entity->name);
		if ((size_t)(end - name) >= size && memcmp(name, entity->name, size) == 0)
			return escaped(entity->code, 1 + size);
	}
	return (struct email_char){.code = '&', .class = EMAIL_INNER, .size = 1};
}

/* At a backslash: \uXXXX and \xXX are characters, however many backslashes nested quoting has put before them; any
 * other escape ends a token together with its letter, and a backslash before anything else ends it alone. */
static struct email_char read_backslash(const uint8_t *p, const uint8_t *end)
{
	size_t slashes = 1;
	while (slashes < BACKSLASHES && p + slashes < end && p[slashes] == '\\')
		slashes++;
	const uint8_t *letter = p + slashes;
	if (letter < end && *letter == 'u' && hex_number(letter + 1, end, 4) >= 0)
		return escaped(hex_number(letter + 1, end, 4), slashes + 5);
	if (letter < end && *letter == 'x' && hex_number(letter + 1, end, 2) >= 0)
		return escaped(hex_number(letter + 1, end, 2), slashes + 3);
	if (slashes > 1)
		return stop(2);
	return stop(letter < end && memchr("nrt\"'/", *letter, 6) ? 2 : 1);
}

/* At the mark ('%' or '='): one character written as hex bytes, of UTF-8 when the first is not ASCII; size 0 when none.
 */
static struct email_char read_hex_bytes(const uint8_t *p, const uint8_t *end, uint8_t mark)
{
	uint8_t bytes[4];
	size_t count = 0;
	uint32_t code;
	while (count < 4 && p + 3 * count < end && p[3 * count] == mark && hex_number(p + 3 * count + 1, end, 2) >= 0) {
		bytes[count] = (uint8_t)hex_number(p + 3 * count + 1, end, 2);
		count++;
		if (bytes[0] < 0x80)
			break;
	}
	int used = st_utf8_decode(bytes, count, &code);
	return used > 0 ? escaped((long)code, 3 * (size_t)used) : (struct email_char){.size = 0};
}

static struct email_char read_percent(const uint8_t *p, const uint8_t *end)
{
	if (end - p >= 5 && memcmp(p, "%25", 3) == 0 && hex_number(p + 3, end, 2) >= 0x20)
		return escaped(hex_number(p + 3, end, 2), 5); /* escaped twice */
	struct email_char c = read_hex_bytes(p, end, '%');
	return c.size > 0 ? c : (struct email_char){.code = '%', .class = EMAIL_INNER, .size = 1};
}

/* '=' ends a local part in plain text. Around =40 it is an escape; an escaped '=' or '<' is known everywhere. */
static struct email_char read_equals(const uint8_t *p, const uint8_t *end, enum email_context context)
{
	if (context == EMAIL_CONTEXT_QUOTED) {
		struct email_char c = read_hex_bytes(p, end, '=');
		if (c.size > 0)
			return c;
	}
	if (end - p >= 3 && (memcmp(p, "=3D", 3) == 0 || memcmp(p, "=3C", 3) == 0))
		return stop(3);
	return stop(1);
}

static size_t line_break_size(const uint8_t *p, const uint8_t *end)
{
	if (p < end && *p == '\n')
		return 1;
	return end - p >= 2 && p[0] == '\r' && p[1] == '\n' ? 2 : 0;
}

struct email_char email_char_at(const uint8_t *p, const uint8_t *end, enum email_context context)
{
	struct email_char c = {.code = *p, .size = 1};
	if (*p >= 0x80) {
		int size = st_utf8_decode(p, (size_t)(end - p), &c.code);
		if (size == 0)
			return stop(1);
		c.size = (uint8_t)size;
		classify(&c);
		return c;
	}
	switch (*p) {
	case '&':
		return read_entity(p, end);
	case '\\':
		return read_backslash(p, end);
	case '%':
		return read_percent(p, end);
	case '=':
		return read_equals(p, end, context);
	case 'E': /* E<lt> and E<gt> of Perl's documentation */
		if (end - p >= 4 && p[1] == '<' && p[3] == 't' && (p[2] == 'l' || p[2] == 'g'))
			return stop(4);
		/* fall through */
	default:
		c.class = class_of_ascii(*p);
		return c;
	}
}

bool email_soft_break(const uint8_t *start, const uint8_t *p, enum email_context context, const uint8_t **first)
{
	if (*p != '\n')
		return false;
	const uint8_t *equals = p > start && p[-1] == '\r' ? p - 1 : p;
	if (equals == start || *--equals != '=')
		return false;
	*first = equals;
	if (context == EMAIL_CONTEXT_QUOTED)
		return true;
	const uint8_t *line = equals;
	while (line > start && equals - line < SOFT_BREAK_TO && line[-1] != '\n')
		line--;
	return equals - line + 1 >= SOFT_BREAK_FROM && (line == start || line[-1] == '\n') &&
	       line_break_size(equals + 1, p + 1);
}

static size_t blank_size(const uint8_t *p, const uint8_t *end)
{
	if (p < end && (*p == ' ' || *p == '\t'))
		return 1;
	return end - p >= 2 && p[0] == 0xc2 && p[1] == 0xa0 ? 2 : 0;
}

size_t email_blanks_at(const uint8_t *p, const uint8_t *end)
{
	const uint8_t *at = p;
	size_t size = 1;
	for (int i = 0; i < EMAIL_BLANKS && size > 0; i++)
		at += size = blank_size(at, end);
	return (size_t)(at - p);
}

size_t email_blanks_before(const uint8_t *start, const uint8_t *p)
{
	const uint8_t *at = p;
	for (int i = 0; i < EMAIL_BLANKS; i++) {
		if (at > start && (at[-1] == ' ' || at[-1] == '\t'))
			at--;
		else if (at - start >= 2 && at[-2] == 0xc2 && at[-1] == 0xa0)
			at -= 2;
		else
			break;
	}
	return (size_t)(p - at);
}

size_t email_word_at(const uint8_t *p, const uint8_t *end, const char *word)
{
	size_t size = strlen(word);
	if ((size_t)(end - p) < size)
		return 0;
	for (size_t i = 0; i < size; i++) {
		uint8_t byte = (unsigned)p[i] - 'A' < 26 ? (uint8_t)(p[i] | 32) : p[i];
		if (byte != (uint8_t)word[i])
			return 0;
	}
	return size;
}

bool email_is_word(const uint8_t *text, size_t size, const char *const *words)
{
	if (size == 0)
		return false;
	for (; *words; words++)
		if ((uint8_t) * *words == (text[0] | 32) && strlen(*words) == size &&
			email_word_at(text, text + size, *words) == size)
			return true;
	return false;
}

uint8_t email_closing(uint8_t open)
{
	switch (open) {
	case '[':
		return ']';
	case '(':
		return ')';
	case '{':
		return '}';
	case '<':
		return '>';
	default:
		return 0;
	}
}
