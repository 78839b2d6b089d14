/* Folding and lines. Letters are those of ASCII and every byte beyond it; case is folded in ASCII and Latin-1. */
#include "worker/words_text.h"

#include <string.h>

bool words_is_letter(uint8_t c)
{
	return (uint8_t)((c | 0x20) - 'a') < 26 || c >= 0x80;
}

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '-' || c == '_';
}

static uint32_t fold(uint32_t c)
{
	if ((c >= 'A' && c <= 'Z') || (c >= 0xc0 && c <= 0xde && c != 0xd7))
		return c + 0x20;
	return c == 0x2019 ? '\'' : c == 0xa0 ? ' ' : c;
}

static bool hex4(const uint8_t *at, uint32_t *out)
{
	*out = 0;
	for (int i = 0; i < 4; i++) {
		uint8_t c = at[i];
		uint8_t letter = (uint8_t)((c | 0x20) - 'a');
		uint32_t digit = 16;
		if (c >= '0' && c <= '9')
			digit = (uint32_t)(c - '0');
		else if (letter < 6)
			digit = letter + 10u;
		if (digit == 16)
			return false;
		*out = *out << 4 | digit;
	}
	return true;
}

/* The next character, folded: UTF-8 up to three bytes, or JSON's escape of one. */
static uint32_t next_folded(const uint8_t **at, const uint8_t *end)
{
	const uint8_t *p = *at;
	uint32_t c = *p;
	*at = p + 1;
	if (c == '\\' && end - p >= 6 && p[1] == 'u' && hex4(p + 2, &c)) {
		*at = p + 6;
	} else if (c >= 0xc2 && c < 0xe0 && end - p >= 2) {
		c = (c & 0x1f) << 6 | (p[1] & 0x3f);
		*at = p + 2;
	} else if (c >= 0xe0 && c < 0xf0 && end - p >= 3) {
		c = (c & 0x0f) << 12 | (uint32_t)(p[1] & 0x3f) << 6 | (p[2] & 0x3f);
		*at = p + 3;
	}
	return fold(c);
}

static bool is_word_end(const struct words_window *window, size_t at)
{
	if (at >= window->size || !words_is_letter(window->data[at]))
		return true;
	const uint8_t *next = window->data + at;
	uint32_t c = next_folded(&next, window->data + window->size);
	return c >= 0x80 && (c < 0xc0 || c >= 0x2000);
}

/* What each byte of text matches in an entry as it stands there: ASCII but blanks, in lower case; 0: look closer. */
#define SAME(c) [c] = (c)
#define SAME_4(c) SAME(c), SAME((c) + 1), SAME((c) + 2), SAME((c) + 3)
#define SAME_16(c) SAME_4(c), SAME_4((c) + 4), SAME_4((c) + 8), SAME_4((c) + 12)
#define LOWER(c) [c] = (c) | 0x20
#define LOWER_5(c) LOWER(c), LOWER((c) + 1), LOWER((c) + 2), LOWER((c) + 3), LOWER((c) + 4)
static const uint8_t plain[256] = {SAME_16(0x00), SAME_16(0x10), SAME_4(0x21), SAME_4(0x25), SAME_4(0x29), SAME_4(0x2d),
	SAME_4(0x31), SAME_4(0x35), SAME_4(0x39), SAME_4(0x3d), LOWER_5('A'), LOWER_5('F'), LOWER_5('K'), LOWER_5('P'),
	LOWER_5('U'), LOWER('Z'), SAME_4(0x5b), SAME(0x5f), SAME_16(0x60), SAME_16(0x70)};

size_t words_match(const struct words_window *window, size_t at, const char *entry)
{
	const uint8_t *text = window->data + at, *end = window->data + window->size;
	const uint8_t *want = (const uint8_t *)entry;
	for (;;) {
		while (text < end && plain[*text] == *want && *want != 0) { /* nearly always */
			text++;
			want++;
		}
		if (*want == 0)
			break;
		if (text >= end)
			return 0;
		if (*want == ' ') {
			const uint8_t *before = text;
			while (text < end && text - before < 4 && is_blank(*text))
				text++;
			if (text == before && (next_folded(&text, end) != ' '))
				return 0;
			want++;
			continue;
		}
		if (*want < 0x80 && *text < 0x80 && *text != '\\')
			return 0;
		if (next_folded(&want, want + strnlen((const char *)want, 4)) != next_folded(&text, end))
			return 0;
	}
	size_t stop = (size_t)(text - window->data);
	return is_word_end(window, stop) ? stop : 0;
}

bool words_begins_with(struct st_span span, const char *text)
{
	struct words_window window = {span.data, span.size};
	return span.size > 0 && words_match(&window, 0, text) != 0;
}

bool words_ends_with(struct st_span span, const char *text)
{
	struct words_window window = {span.data, span.size};
	for (size_t at = 0; at < span.size; at++)
		if ((at == 0 || !words_is_letter(span.data[at - 1])) && words_match(&window, at, text) == span.size)
			return true;
	return false;
}

bool words_all_capitals(const struct words_window *window, size_t start, size_t end)
{
	for (size_t i = start; i < end; i++)
		if (window->data[i] >= 'a' && window->data[i] <= 'z')
			return false;
	return true;
}

bool words_is_capital(const struct words_window *window, size_t at)
{
	return window->data[at] >= 'A' && window->data[at] <= 'Z';
}

/* --- lines --- */

enum { BREAK = 1, DECORATION = 2 };
/* Control characters are breaks, too. */
static const uint8_t classes[256] = {['"'] = BREAK,
	['<'] = BREAK,
	['>'] = BREAK,
	['|'] = BREAK,
	[';'] = BREAK,
	[' '] = DECORATION,
	['*'] = DECORATION,
	['-'] = DECORATION,
	['_'] = DECORATION,
	['#'] = DECORATION,
	['='] = DECORATION,
	['~'] = DECORATION,
	['['] = DECORATION,
	[']'] = DECORATION,
	['('] = DECORATION,
	[')'] = DECORATION,
	['{'] = DECORATION,
	['}'] = DECORATION,
	['.'] = DECORATION,
	[':'] = DECORATION,
	['!'] = DECORATION,
	['\''] = DECORATION,
	['/'] = DECORATION,
	['\\'] = DECORATION,
	[','] = DECORATION,
	['+'] = DECORATION};

static bool is_break(uint8_t c)
{
	return c < 0x20 || (classes[c] & BREAK);
}

static bool is_escape(const struct words_window *window, size_t at)
{
	return window->data[at] == '\\' && at + 1 < window->size && window->data[at + 1] != 0 &&
	       strchr("nrt\"", window->data[at + 1]) != NULL;
}

static bool is_decoration(uint8_t c)
{
	return classes[c] & DECORATION;
}

static struct st_span undecorated(const struct words_window *window, size_t start, size_t end)
{
	const uint8_t *data = window->data;
	while (start < end && is_decoration(data[start]))
		start++;
	while (end > start && is_decoration(data[end - 1]))
		end--;
	return (struct st_span){data + start, end - start};
}

static void find_start(const struct words_window *window, size_t at, struct words_line *line)
{
	size_t low = at > WORDS_LINE_BYTES ? at - WORDS_LINE_BYTES : 0, i = at;
	for (; i > low; i--) {
		if (is_break(window->data[i - 1]))
			break;
		if (i >= 2 && is_escape(window, i - 2))
			break;
	}
	line->start = i;
	line->begins = i > low || low == 0;
}

static void find_end(const struct words_window *window, size_t at, struct words_line *line)
{
	size_t high = window->size - at > WORDS_LINE_BYTES ? at + WORDS_LINE_BYTES : window->size, i = at;
	while (i < high && !is_break(window->data[i]) && !is_escape(window, i))
		i++;
	line->end = i;
	line->ends = i < high || high == window->size;
}

static size_t skip_blanks_back(const struct words_window *window, size_t at)
{
	while (at > 0 && (window->data[at - 1] == ' ' || window->data[at - 1] == '\n' || window->data[at - 1] == '\r' ||
				 window->data[at - 1] == '\t'))
		at--;
	return at;
}

static void find_quotes(const struct words_window *window, struct words_line *line)
{
	line->quoted = line->start > 0 && window->data[line->start - 1] == '"' && line->begins;
	line->is_key = false;
	if (!line->quoted)
		return;
	size_t before = skip_blanks_back(window, line->start - 1);
	line->quoted = before == 0 || strchr(":,[{;", window->data[before - 1]) != NULL;
	line->begins = line->quoted;
	if (!line->ends || line->end >= window->size || window->data[line->end] != '"')
		return;
	size_t next = line->end + 1;
	while (next < window->size && window->data[next] == ' ')
		next++;
	line->is_key = next < window->size && window->data[next] == ':';
}

void words_line_of(const struct words_window *window, size_t start, size_t end, struct words_line *out)
{
	find_start(window, start, out);
	find_end(window, end, out);
	find_quotes(window, out);
	out->lead = undecorated(window, out->start, start);
	out->rest = undecorated(window, end, out->end);
}

/* --- fields --- */

/* `"name" : "` before the quotation mark at `quote`. */
static struct st_span quoted_name(const struct words_window *window, size_t quote)
{
	size_t at = skip_blanks_back(window, quote);
	if (at == 0 || window->data[at - 1] != ':')
		return (struct st_span){0};
	at = skip_blanks_back(window, at - 1);
	if (at == 0 || window->data[at - 1] != '"')
		return (struct st_span){0};
	size_t end = at - 1, start = end;
	while (start > 0 && end - start < 40 && window->data[start - 1] != '"')
		start--;
	return start > 0 && window->data[start - 1] == '"' ? (struct st_span){window->data + start, end - start}
							   : (struct st_span){0};
}

/* `<name ...>` before the `>` at `mark`. */
static struct st_span tag_name(const struct words_window *window, size_t mark)
{
	size_t start = mark, end;
	while (start > 0 && mark - start < 60 && window->data[start - 1] != '<')
		start--;
	if (start == 0 || window->data[start - 1] != '<')
		return (struct st_span){0};
	for (end = start; end < mark && (words_is_letter(window->data[end]) || is_blank(window->data[end]));)
		end++;
	return (struct st_span){window->data + start, end - start};
}

struct st_span words_field_of(const struct words_window *window, const struct words_line *line)
{
	const uint8_t *data = window->data;
	if (line->lead.size > 0) {
		const uint8_t *next = line->lead.data + line->lead.size;
		while (next < data + window->size && *next == ' ')
			next++;
		bool names = next < data + window->size && (*next == ':' || *next == '=');
		return names ? line->lead : (struct st_span){0};
	}
	if (line->start == 0 || !line->begins)
		return (struct st_span){0};
	if (data[line->start - 1] == '"')
		return quoted_name(window, line->start - 1);
	return data[line->start - 1] == '>' ? tag_name(window, line->start - 1) : (struct st_span){0};
}
