#include "detect/rule_width.h"

#include "base/utf8.h"

#define GROUPS 32                /* inside one another */
#define WIDEST ((size_t)1 << 20) /* sums stop here: far beyond any ceiling */
#define CHARACTER_BYTES 4        /* of UTF-8 */

struct reader {
	struct st_span text;
	size_t at;
	int depth;
	bool caseless;
	const char *why; /* the first refusal */
	size_t why_at;
};

static const struct rule_width nothing = {0, 0, 0};

static bool refuse(struct reader *r, const char *why)
{
	if (r->why == NULL) {
		r->why = why;
		r->why_at = r->at < r->text.size ? r->at : r->text.size;
	}
	return false;
}

static uint8_t peek(const struct reader *r, size_t ahead)
{
	return r->at + ahead < r->text.size ? r->text.data[r->at + ahead] : 0;
}

static size_t bounded(size_t value)
{
	return value < WIDEST ? value : WIDEST;
}

static bool is_digit(uint8_t byte)
{
	return (uint8_t)(byte - '0') < 10;
}

static bool is_letter(uint8_t byte)
{
	return (uint8_t)((byte | 32) - 'a') < 26;
}

static bool is_hex(uint8_t byte)
{
	return is_digit(byte) || (uint8_t)((byte | 32) - 'a') < 6;
}

static unsigned long hex_value(uint8_t byte)
{
	return (unsigned long)(is_digit(byte) ? byte - '0' : (byte | 32) - 'a' + 10);
}

static struct rule_width one(size_t least, size_t most)
{
	return (struct rule_width){least, most, 0};
}

/* Without regard to case, k is also the Kelvin sign and s the long s (Unicode CaseFolding.txt). */
static struct rule_width ascii_width(const struct reader *r, uint8_t byte)
{
	bool wide = r->caseless && ((byte | 32) == 'k' || (byte | 32) == 's');
	return one(1, wide ? 3 : 1);
}

/* --- escapes --- */

static const char *refused_escape(uint8_t byte)
{
	if (byte == 'g' || byte == 'k' || (byte >= '1' && byte <= '9'))
		return "a back reference";
	if (byte == 'A' || byte == 'z' || byte == 'Z' || byte == 'G')
		return "an anchor to the input, which is searched in pieces; ^ and $ are begin and end of a line";
	if (byte == 'R' || byte == 'X')
		return "\\R and \\X have no width of their own";
	if (byte == 'C')
		return "\\C takes a byte out of a character";
	if (byte == 'K')
		return "\\K moves the begin of the match";
	if (byte == 'Q' || byte == 'E')
		return "\\Q...\\E; escape each sign by itself";
	if (byte == '0' || byte == 'o' || byte == 'c')
		return "an octal or control escape; write \\xHH";
	return "an escape that is not known";
}

/* \xHH and \x{HHHH}; past the x. */
static bool read_hex(struct reader *r, struct rule_width *out)
{
	unsigned long value = 0;
	bool braces = peek(r, 0) == '{';
	size_t most = braces ? 6 : 2, count = 0;
	r->at += braces;
	for (; count < most && is_hex(peek(r, 0)); count++, r->at++)
		value = value << 4 | hex_value(peek(r, 0));
	if (count == 0 || (!braces && count != 2) || (braces && peek(r, 0) != '}'))
		return refuse(r, "a \\x without two digits or braces");
	r->at += braces;
	*out = value < 0x80 ? ascii_width(r, (uint8_t)value) : one(1, CHARACTER_BYTES);
	return true;
}

/* \pL, \p{Lu}, \P{L}; past the p. */
static bool read_property(struct reader *r, struct rule_width *out)
{
	*out = one(1, CHARACTER_BYTES);
	if (peek(r, 0) != '{') {
		r->at++;
		return is_letter(r->text.data[r->at - 1]) || refuse(r, "a property without a name");
	}
	while (r->at < r->text.size && peek(r, 0) != '}')
		r->at++;
	r->at++;
	return r->at <= r->text.size || refuse(r, "a brace that is not closed");
}

/* Behind the backslash; also inside a class. */
static bool read_escape(struct reader *r, bool in_class, struct rule_width *out)
{
	uint8_t byte = peek(r, 0);
	if (r->at >= r->text.size)
		return refuse(r, "a backslash at the end");
	if (byte >= 0x80)
		return refuse(r, "a backslash before a letter that needs none");
	r->at++;
	if (byte == 'x')
		return read_hex(r, out);
	if (byte == 'p' || byte == 'P')
		return r->at < r->text.size ? read_property(r, out) : refuse(r, "a property without a name");
	if (!is_letter(byte) && !is_digit(byte)) {
		*out = one(1, 1);
		return true;
	}
	if (!in_class && (byte == 'b' || byte == 'B')) {
		*out = (struct rule_width){0, CHARACTER_BYTES, CHARACTER_BYTES}; /* it looks at both sides */
		return true;
	}
	if (strchr("dwstnrfea", byte) != NULL || (in_class && byte == 'b'))
		*out = one(1, 1);
	else if (strchr("DWSHVhv", byte) != NULL || (byte == 'N' && !in_class && peek(r, 0) != '{'))
		*out = one(1, CHARACTER_BYTES);
	else
		return refuse(r, refused_escape(byte));
	return true;
}

/* --- classes --- */

/* [:alpha:] behind its bracket. */
static bool read_posix(struct reader *r, bool *wide)
{
	r->at += 2;
	*wide |= peek(r, 0) == '^';
	while (r->at < r->text.size && peek(r, 0) != ':')
		r->at++;
	if (peek(r, 1) != ']')
		return refuse(r, "a name of a class that is not closed");
	r->at += 2;
	return true;
}

static bool read_member(struct reader *r, bool *wide)
{
	uint8_t byte = peek(r, 0), next = peek(r, 1);
	struct rule_width width;
	if (byte == '[' && next == ':')
		return read_posix(r, wide);
	if (byte == '[' && (next == '.' || next == '='))
		return refuse(r, "a collating element");
	r->at++;
	if (byte != '\\') {
		*wide |= byte >= 0x80;
		return true;
	}
	if (!read_escape(r, true, &width))
		return false;
	*wide |= width.most > 1;
	return true;
}

/* Behind the opening bracket. Without regard to case a range may hold k or s. */
static bool read_class(struct reader *r, struct rule_width *out)
{
	bool wide = r->caseless || peek(r, 0) == '^', first = true;
	r->at += peek(r, 0) == '^';
	for (; r->at < r->text.size && (first || peek(r, 0) != ']'); first = false)
		if (!read_member(r, &wide))
			return false;
	if (r->at >= r->text.size)
		return refuse(r, "a class that is not closed");
	r->at++;
	*out = one(1, wide ? CHARACTER_BYTES : 1);
	return true;
}

/* --- groups --- */

static bool read_alternatives(struct reader *r, struct rule_width *out);

/* The rest of a group, and its closing sign. */
static bool read_inside(struct reader *r, struct rule_width *out)
{
	bool caseless = r->caseless;
	if (++r->depth > GROUPS)
		return refuse(r, "too many groups inside one another");
	if (!read_alternatives(r, out))
		return false;
	if (peek(r, 0) != ')' || r->at >= r->text.size)
		return refuse(r, "a group that is not closed");
	r->at++;
	r->depth--;
	r->caseless = caseless;
	return true;
}

static bool read_ahead(struct reader *r, struct rule_width *out)
{
	struct rule_width inside;
	r->at++;
	if (!read_inside(r, &inside))
		return false;
	*out = (struct rule_width){0, inside.most, inside.behind};
	return true;
}

static bool read_behind(struct reader *r, struct rule_width *out)
{
	struct rule_width inside;
	r->at += 2;
	if (!read_inside(r, &inside))
		return false;
	*out = (struct rule_width){0, inside.most, bounded(inside.most + inside.behind)};
	return true;
}

/* (?i) (?-i) (?i:...) (?s) : past the question mark. */
static bool read_flags(struct reader *r, struct rule_width *out)
{
	bool before = r->caseless, off = false;
	for (; peek(r, 0) == 'i' || peek(r, 0) == 's' || (peek(r, 0) == '-' && !off); r->at++) {
		off |= peek(r, 0) == '-';
		if (peek(r, 0) == 'i')
			r->caseless = !off;
	}
	*out = nothing;
	if (peek(r, 0) == ')') {
		r->at++;
		return true; /* until the end of the group around it, which puts it back */
	}
	if (peek(r, 0) != ':')
		return refuse(r, "an option other than i and s");
	r->at++;
	bool read = read_inside(r, out);
	r->caseless = before;
	return read;
}

static const char *refused_group(uint8_t byte, uint8_t next)
{
	if (byte == 'R' || byte == '&' || is_digit(byte) || byte == '+' || (byte == '-' && is_digit(next)) ||
		(byte == 'P' && (next == '>' || next == '=')))
		return "a reference to a group";
	if (byte == '(')
		return "a condition";
	if (byte == 'C')
		return "a callout";
	if (byte == '<' || byte == '\'' || byte == 'P')
		return "a group with a name; write (?:...)";
	if (byte == '|' || byte == '#' || byte == '*')
		return "a comment, or a group of a kind that is not known here";
	return "an option other than i and s";
}

/* Behind the opening sign. */
static bool read_group(struct reader *r, struct rule_width *out)
{
	if (peek(r, 0) == '*')
		return refuse(r, "a verb");
	if (peek(r, 0) != '?')
		return read_inside(r, out);
	r->at++;
	uint8_t byte = peek(r, 0), next = peek(r, 1);
	switch (byte) {
	case ':':
	case '>':
		r->at++;
		return read_inside(r, out);
	case '=':
	case '!':
		return read_ahead(r, out);
	case '<':
		if (next == '=' || next == '!')
			return read_behind(r, out);
		break;
	case 'i':
	case 's':
		return read_flags(r, out);
	case '-':
		if (next == 'i' || next == 's')
			return read_flags(r, out);
		break;
	default:
		break;
	}
	return refuse(r, refused_group(byte, next));
}

/* --- repetitions --- */

static size_t read_number(struct reader *r)
{
	size_t value = 0;
	for (; is_digit(peek(r, 0)); r->at++)
		value = bounded(value * 10 + (size_t)(peek(r, 0) - '0'));
	return value;
}

/* {n} or {n,m}, at the brace. */
static bool read_braces(struct reader *r, size_t *low, size_t *high)
{
	r->at++;
	if (!is_digit(peek(r, 0)))
		return refuse(r, "a brace that is no repetition; write \\{");
	*low = *high = read_number(r);
	if (peek(r, 0) == ',') {
		r->at++;
		if (!is_digit(peek(r, 0)))
			return refuse(r, "a repetition without an upper bound");
		*high = read_number(r);
	}
	if (peek(r, 0) != '}')
		return refuse(r, "a brace that is no repetition; write \\{");
	r->at++;
	return *low <= *high || refuse(r, "a repetition whose bounds are the wrong way round");
}

static bool read_repetition(struct reader *r, struct rule_width *width)
{
	size_t low = 0, high = 1;
	uint8_t byte = peek(r, 0);
	if (byte == '*' || byte == '+')
		return refuse(r, "a repetition without an upper bound");
	if (byte != '?' && byte != '{')
		return true;
	if (width->least == 0)
		return refuse(r, "a repetition of what may match nothing");
	if (byte == '?')
		r->at++;
	else if (!read_braces(r, &low, &high))
		return false;
	if (high == 0)
		return refuse(r, "a repetition of zero times");
	if (peek(r, 0) == '?' || peek(r, 0) == '+') /* lazy, possessive */
		r->at++;
	width->least = bounded(width->least * low);
	width->most = bounded(width->most * high);
	width->behind = bounded(width->behind * high);
	return true;
}

/* --- the rest --- */

static bool read_atom(struct reader *r, struct rule_width *out)
{
	uint8_t byte = peek(r, 0);
	uint32_t code;
	if (byte >= 0x80) {
		int size = st_utf8_decode(r->text.data + r->at, r->text.size - r->at, &code);
		if (size == 0)
			return refuse(r, "bytes that are no UTF-8");
		r->at += (size_t)size;
		*out = r->caseless ? one(1, CHARACTER_BYTES) : one((size_t)size, (size_t)size);
		return true;
	}
	if (byte == '*' || byte == '+' || byte == '?' || byte == '{')
		return refuse(r, byte == '{' ? "a brace that is no repetition; write \\{" : "nothing to repeat");
	r->at++;
	switch (byte) {
	case '(':
		return read_group(r, out);
	case '[':
		return read_class(r, out);
	case '\\':
		return read_escape(r, false, out);
	case '.':
		*out = one(1, CHARACTER_BYTES);
		return true;
	case '^':
	case '$':
		*out = (struct rule_width){0, 2, 2}; /* it looks at the line end */
		return true;
	default:
		*out = ascii_width(r, byte);
		return true;
	}
}

static bool read_sequence(struct reader *r, struct rule_width *out)
{
	*out = nothing;
	while (r->at < r->text.size && peek(r, 0) != '|' && peek(r, 0) != ')') {
		struct rule_width atom;
		if (!read_atom(r, &atom) || !read_repetition(r, &atom))
			return false;
		out->least = bounded(out->least + atom.least);
		out->most = bounded(out->most + atom.most);
		out->behind = bounded(out->behind + atom.behind);
	}
	return true;
}

static bool read_alternatives(struct reader *r, struct rule_width *out)
{
	if (!read_sequence(r, out))
		return false;
	while (peek(r, 0) == '|' && r->at < r->text.size) {
		struct rule_width other;
		r->at++;
		if (!read_sequence(r, &other))
			return false;
		out->least = other.least < out->least ? other.least : out->least;
		out->most = other.most > out->most ? other.most : out->most;
		out->behind = other.behind > out->behind ? other.behind : out->behind;
	}
	return true;
}

bool rule_width(struct st_span pattern, struct rule_width *out, const char **why, size_t *at)
{
	struct reader r = {.text = pattern};
	bool read = read_alternatives(&r, out);
	if (read && r.at < pattern.size)
		read = refuse(&r, "a closing bracket without its opening one");
	*why = r.why;
	*at = r.why_at;
	return read;
}
