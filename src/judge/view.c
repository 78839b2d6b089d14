/*
 * Undoes what programs and people wrap text in: percent (RFC 3986), character references (HTML 13.5), quoted-printable
 * (RFC 2045 6.7), backslash escapes (RFC 8259 7), full width (Unicode FF00), and leaves out what shows nothing.
 */
#include "judge/view.h"

#include "base/utf8.h"

/* Percent of percent, an entity in JSON: more layers than that are no spelling but noise. */
#define LAYERS 3

static unsigned hexadecimal(uint32_t code)
{
	if (code - '0' < 10)
		return code - '0';
	return (code | 0x20) - 'a' < 6 ? (code | 0x20) - 'a' + 10 : 16;
}

/* So many hexadecimal digits at `at`; UINT32_MAX when they are not. */
static uint32_t hexadecimals(const struct view *view, size_t at, size_t count)
{
	uint32_t value = 0;
	for (size_t i = 0; i < count; i++) {
		unsigned digit = hexadecimal(view_code(view, at + i));
		if (digit > 15)
			return UINT32_MAX;
		value = value * 16 + digit;
	}
	return value;
}

static bool stands(const struct view *view, size_t at, const char *text)
{
	for (size_t i = 0; text[i]; i++)
		if (view_code(view, at + i) != (uint8_t)text[i])
			return false;
	return true;
}

/* An escape at `at`: how many characters it has (0: none) and what it stands for; VIEW_STOP for nothing visible. */
struct escape {
	size_t size;
	uint32_t code;
	bool nothing; /* a soft line break: leaves no trace */
};

static struct escape of_reference(const struct view *view, size_t at)
{
	static const struct {
		const char *text;
		char code;
	} named[] = {{"&commat;", '@'}, {"&period;", '.'}, {"&nbsp;", ' '}, {"&amp;", '&'}, {"&lt;", '<'},
		{"&gt;", '>'}, {"&quot;", '"'}, {"&plus;", '+'}, {"&lowbar;", '_'}, {"&sol;", '/'}, {"&colon;", ':'}};
	for (size_t i = 0; i < sizeof named / sizeof *named; i++)
		if (stands(view, at, named[i].text))
			return (struct escape){.size = strlen(named[i].text), .code = (uint8_t)named[i].code};
	if (view_code(view, at + 1) != '#')
		return (struct escape){0};
	bool hex = (view_code(view, at + 2) | 0x20) == 'x';
	size_t from = at + 2 + hex, end = from;
	uint32_t code = 0;
	while (end < from + 7 && (hex ? hexadecimal(view_code(view, end)) < 16 : view_digit(view, end)))
		code = code * (hex ? 16 : 10) + hexadecimal(view_code(view, end++));
	if (end == from)
		return (struct escape){0};
	end += view_code(view, end) == ';';
	return (struct escape){.size = end - at, .code = code};
}

/* Only what is no letter or digit is read behind `=`: id=DE89 is no escape. */
static struct escape of_quoted(const struct view *view, size_t at)
{
	if (view_code(view, at + 1) == '\n')
		return (struct escape){.size = 2, .nothing = true};
	if (stands(view, at, "=C2=A0"))
		return (struct escape){.size = 6, .code = ' '};
	uint32_t code = hexadecimals(view, at + 1, 2);
	bool sign = code >= 0x20 && code < 0x7f && !(code - '0' < 10) && !((code | 0x20) - 'a' < 26);
	return sign ? (struct escape){.size = 3, .code = code} : (struct escape){0};
}

static struct escape of_backslash(const struct view *view, size_t at)
{
	uint32_t next = view_code(view, at + 1);
	if (next == 'u' && hexadecimals(view, at + 2, 4) != UINT32_MAX)
		return (struct escape){.size = 6, .code = hexadecimals(view, at + 2, 4)};
	if (next == 'x' && hexadecimals(view, at + 2, 2) != UINT32_MAX)
		return (struct escape){.size = 4, .code = hexadecimals(view, at + 2, 2)};
	if (next == 'n' || next == 'r')
		return (struct escape){.size = 2, .code = '\n'};
	if (next == 't' || next == '"' || next == '/' || next == '\\')
		return (struct escape){.size = 2, .code = next == 't' ? ' ' : next};
	return (struct escape){0};
}

static struct escape escape_at(const struct view *view, size_t at)
{
	switch (view_code(view, at)) {
	case '%': {
		uint32_t code = hexadecimals(view, at + 1, 2);
		return code == UINT32_MAX ? (struct escape){0} : (struct escape){.size = 3, .code = code};
	}
	case '&':
		return of_reference(view, at);
	case '=':
		return of_quoted(view, at);
	case '\\':
		return of_backslash(view, at);
	default:
		return (struct escape){0};
	}
}

/* The plain form of a character; UINT32_MAX for one that shows nothing. */
static uint32_t folded(uint32_t code)
{
	if (code >= 0xff01 && code <= 0xff5e)
		return code - 0xfee0;
	if ((code >= 0x200b && code <= 0x200f) || (code >= 0x202a && code <= 0x202e) ||
		(code >= 0x2060 && code <= 0x2069) || code == 0xfeff || code == 0xad)
		return UINT32_MAX;
	if (code == 0xa0 || (code >= 0x2000 && code <= 0x200a) || code == 0x202f || code == 0x3000)
		return ' ';
	if ((code >= 0x2010 && code <= 0x2015) || code == 0x2212)
		return '-';
	if (code == 0x3002 || code == 0xfe52)
		return '.';
	if (code == 0xfe6b)
		return '@';
	return (code < ' ' && code != '\n' && code != '\t') || code == 0x7f ? VIEW_STOP : code;
}

static void put(struct view *view, uint32_t code, size_t start, size_t end)
{
	uint32_t plain = folded(code);
	if (plain != UINT32_MAX && view->size < JUDGE_TEXT_BYTES)
		view->at[view->size++] = (struct view_char){plain, (uint32_t)start, (uint32_t)end};
}

/* What a redaction wrote (contract 7): [kind], [kind:16 letters], [**** and digits]. Its length, or 0. */
static size_t replacement(const uint8_t *text, size_t size)
{
	static const char *const words[] = {"email_address", "phone_number", "person_name", "organization_name",
		"postal_address", "ip_address", "payment_card", "iban", "national_id", "vat_number", "case_number",
		"url", "secret", "date_of_birth", "field"};
	const uint8_t *close = size > 0 && text[0] == '[' ? memchr(text, ']', size < 48 ? size : 48) : NULL;
	if (!close)
		return 0;
	size_t inside = (size_t)(close - text) - 1;
	if (inside >= 4 && inside <= 8 && memcmp(text + 1, "****", 4) == 0)
		return inside + 2;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		size_t length = strlen(words[i]);
		if (inside >= length && memcmp(text + 1, words[i], length) == 0 &&
			(inside == length || (inside == length + 17 && text[1 + length] == ':')))
			return inside + 2;
	}
	return 0;
}

/* ESC [ 31 m: its length, or 0. */
static size_t terminal_code(const uint8_t *text, size_t size)
{
	size_t at = 2;
	if (size < 3 || text[0] != 0x1b || text[1] != '[')
		return 0;
	while (at < size && at < 16 && (text[at] == ';' || (text[at] >= '0' && text[at] <= '9')))
		at++;
	return at < size ? at + 1 : 0;
}

static void read_bytes(struct view *view, struct st_span text)
{
	view->size = 0;
	size_t end = text.size < JUDGE_TEXT_BYTES ? text.size : JUDGE_TEXT_BYTES;
	for (size_t at = 0; at < end;) {
		size_t marked = replacement(text.data + at, end - at);
		if (marked == 0)
			marked = terminal_code(text.data + at, end - at);
		uint32_t code = VIEW_STOP;
		size_t size = marked ? marked : (size_t)st_utf8_decode(text.data + at, end - at, &code);
		if (marked || size == 0)
			code = VIEW_STOP;
		size += size == 0;
		if (code == '\r') { /* CR LF is one end of a line */
			code = '\n';
			size += at + 1 < end && text.data[at + 1] == '\n';
		}
		put(view, code, at, at + size);
		at += size;
	}
}

/* One layer of escapes; false when there was none. In place: what is written is never longer than what was read. */
static bool undo(struct view *view)
{
	size_t kept = 0;
	bool any = false;
	for (size_t at = 0; at < view->size;) {
		struct escape escape = escape_at(view, at);
		struct view_char one = view->at[at];
		if (escape.size > 0) {
			any = true;
			one.code = folded(escape.code);
			one.end = view->at[at + escape.size - 1].end;
		}
		at += escape.size > 0 ? escape.size : 1;
		if (!escape.nothing && one.code != UINT32_MAX)
			view->at[kept++] = one;
	}
	view->size = kept;
	return any;
}

void view_read(struct view *view, struct st_span text)
{
	read_bytes(view, text);
	for (int layer = 0; layer < LAYERS && undo(view); layer++)
		continue;
}

size_t view_blanks(const struct view *view, size_t at, size_t most)
{
	size_t count = 0;
	while (count < most && view_blank(view, at + count))
		count++;
	return count;
}

size_t view_blanks_before(const struct view *view, size_t at, size_t most)
{
	size_t count = 0;
	while (count < most && count < at && view_blank(view, at - count - 1))
		count++;
	return count;
}

static uint32_t small(uint32_t code)
{
	return code - 'A' < 26 || (code >= 0xc0 && code <= 0xde) ? code + 0x20 : code;
}

/* Does the word (up to a blank or the end) stand at `at`? Its length in characters, or 0. */
static size_t one_word(const struct view *view, size_t at, const uint8_t *word, const uint8_t *end)
{
	size_t i = 0;
	while (word < end && *word != ' ') {
		uint32_t code = *word;
		int size = code < 0x80 ? 1 : st_utf8_decode(word, (size_t)(end - word), &code);
		if (small(view_code(view, at + i)) != code)
			return 0;
		word += size > 0 ? size : 1;
		i++;
	}
	return i > 0 && view_alnum(view, at + i) && view_alnum(view, at + i - 1) ? 0 : i;
}

size_t view_word(const struct view *view, size_t at, const char *words)
{
	if (at > 0 && view_alnum(view, at - 1) && view_alnum(view, at))
		return 0;
	const uint8_t *word = (const uint8_t *)words, *end = word + strlen(words);
	uint32_t first = small(view_code(view, at));
	while (word < end) {
		size_t size = *word == first || *word >= 0x80 ? one_word(view, at, word, end) : 0;
		if (size > 0)
			return size;
		const uint8_t *blank = memchr(word, ' ', (size_t)(end - word));
		word = blank ? blank + 1 : end;
	}
	return 0;
}

bool view_word_before(const struct view *view, size_t at, size_t reach, const char *words)
{
	for (size_t back = 1; back <= reach && back <= at; back++) {
		if (view_code(view, at - back) == '\n' || view_code(view, at - back) == VIEW_STOP)
			return false;
		if (view_word(view, at - back, words) > 0)
			return true;
	}
	return false;
}
