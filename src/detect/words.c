/* Words of a text, forwards and backwards. */
#include "detect/words.h"

#include <utf8proc.h>

#include "base/utf8.h"
#include "detect/digits.h"

#define WORD_BYTES 60

enum sign { SIGN_WORD, SIGN_JOINER, SIGN_BLANK, SIGN_COMMA, SIGN_LINE, SIGN_DASH, SIGN_DOT, SIGN_END };

/* A character, by what it does to words. */
struct mark {
	enum sign sign;
	uint8_t size;
};

static enum sign ascii_sign(uint8_t byte)
{
	if (ascii_alnum(byte) || byte == '&')
		return SIGN_WORD;
	switch (byte) {
	case '\'':
	case '/':
		return SIGN_JOINER;
	case '-':
		return SIGN_DASH;
	case ' ':
		return SIGN_BLANK;
	case ',':
		return SIGN_COMMA;
	case '.':
		return SIGN_DOT;
	case '\n':
	case '\r':
		return SIGN_LINE;
	default:
		return SIGN_END;
	}
}

static enum sign wide_sign(uint32_t code)
{
	if (code == 0xa0 || code == 0x202f || code == 0x2009)
		return SIGN_BLANK;
	if (code == 0x2019)
		return SIGN_JOINER;
	if (code >= 0x2010 && code <= 0x2014)
		return SIGN_DASH;
	if (code == 0xaa || code == 0xba || code == 0xb0) /* 3º B, n° 4 */
		return SIGN_WORD;
	utf8proc_category_t category = utf8proc_category((utf8proc_int32_t)code);
	return category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_MC ? SIGN_WORD : SIGN_END;
}

static bool escaped_line(uint8_t backslash, uint8_t letter)
{
	return backslash == '\\' && (letter == 'n' || letter == 'r');
}

/* The sign of "C/ Mayor" belongs to its word. */
static bool is_calle(const struct detect_window *window, size_t at)
{
	return window->data[at] == '/' && (byte_before(window, at, 1) | 0x20) == 'c' && byte_at(window, at + 1) == ' ';
}

static struct mark mark_at(const struct detect_window *window, size_t at)
{
	uint32_t code = 0;
	if (at >= window->size)
		return (struct mark){SIGN_END, 0};
	uint8_t byte = window->data[at];
	if (ascii_alnum(byte))
		return (struct mark){SIGN_WORD, 1};
	if (escaped_line(byte, byte_at(window, at + 1)))
		return (struct mark){SIGN_LINE, 2};
	if (byte < 0x80)
		return (struct mark){is_calle(window, at) ? SIGN_WORD : ascii_sign(byte), 1};
	int size = st_utf8_decode(window->data + at, window->size - at, &code);
	return (struct mark){size ? wide_sign(code) : SIGN_END, (uint8_t)size};
}

static struct mark mark_before(const struct detect_window *window, size_t at)
{
	uint32_t code = 0;
	if (at == 0)
		return (struct mark){SIGN_END, 0};
	uint8_t byte = window->data[at - 1];
	if (ascii_alnum(byte) && byte_before(window, at, 2) != '\\')
		return (struct mark){SIGN_WORD, 1};
	if (escaped_line(byte_before(window, at, 2), byte))
		return (struct mark){SIGN_LINE, 2};
	if (byte < 0x80)
		return (struct mark){is_calle(window, at - 1) ? SIGN_WORD : ascii_sign(byte), 1};
	int size = st_utf8_decode_before(window->data, window->data + at, &code);
	return (struct mark){size ? wide_sign(code) : SIGN_END, (uint8_t)size};
}

/* Dashes, slashes, apostrophes and dots join what stands close on both sides. */
static bool joins(enum sign sign)
{
	return sign == SIGN_JOINER || sign == SIGN_DASH || sign == SIGN_DOT;
}

static void add_gap(uint8_t *gap, enum sign sign)
{
	static const uint8_t gaps[] = {[SIGN_WORD] = GAP_END,
		[SIGN_JOINER] = GAP_END,
		[SIGN_BLANK] = GAP_BLANK,
		[SIGN_COMMA] = GAP_COMMA,
		[SIGN_LINE] = GAP_LINE,
		[SIGN_DASH] = GAP_DASH,
		[SIGN_DOT] = GAP_DOT,
		[SIGN_END] = GAP_END};
	*gap |= sign == SIGN_LINE && (*gap & GAP_LINE) ? GAP_END : gaps[sign];
}

static void describe(const struct detect_window *window, struct word *word)
{
	const uint8_t first = window->data[word->start];
	word->digit = ascii_digit(first);
	word->capital = (uint8_t)(first - 'A') < 26;
	word->capitals = true;
	for (size_t at = word->start; at < word->end;) {
		uint32_t code = window->data[at];
		if (code < 0x80) {
			word->capitals = word->capitals && code - 'a' >= 26;
			at++;
			continue;
		}
		int size = st_utf8_decode(window->data + at, word->end - at, &code);
		if (size == 0)
			break;
		if (at == word->start)
			word->capital = utf8proc_category((utf8proc_int32_t)code) == UTF8PROC_CATEGORY_LU;
		bool small = utf8proc_category((utf8proc_int32_t)code) == UTF8PROC_CATEGORY_LL;
		word->capitals = word->capitals && !small;
		at += (size_t)size;
	}
}

/* The place before a mark that ends at `at`; a CR LF, also escaped, is one line end. */
static size_t pass_mark(const struct detect_window *window, size_t at, struct mark mark)
{
	at -= mark.size;
	if (mark.sign != SIGN_LINE || at == 0)
		return at;
	struct mark other = mark_before(window, at);
	bool carriage = window->data[at - 1] == (mark.size == 1 ? '\r' : 'r');
	return other.sign == SIGN_LINE && other.size == mark.size && carriage ? at - other.size : at;
}

/* Before two letters or digits that end at `at`, and others before them, nothing joins: back to the first of them. */
static size_t pass_plain(const uint8_t *text, size_t at)
{
	const size_t least = at > WORD_BYTES / 2 ? at - WORD_BYTES / 2 : 0;
	while (at > least + 1 && ascii_alnum(text[at - 1]) && ascii_alnum(text[at - 2]))
		at--;
	return at;
}

/* The same forwards, to the last of them. */
static size_t pass_plain_on(const struct detect_window *window, size_t at)
{
	const uint8_t *text = window->data;
	const size_t most = window->size - at > WORD_BYTES / 2 ? at + WORD_BYTES / 2 : window->size;
	while (at + 1 < most && ascii_alnum(text[at]) && ascii_alnum(text[at + 1]))
		at++;
	return at;
}

size_t words_before(const struct detect_window *window, size_t at, size_t reach_bytes, struct word *out, size_t most)
{
	size_t least = at > reach_bytes ? at - reach_bytes : 0, count = 0;
	while (count < most && at > least) {
		struct word word = {0};
		struct mark mark;
		while (at > least && (mark = mark_before(window, at)).sign != SIGN_WORD && !(word.gap & GAP_END)) {
			add_gap(&word.gap, mark.sign);
			if (mark.size == 0)
				return count;
			at = pass_mark(window, at, mark);
		}
		if (at <= least || (word.gap & GAP_END))
			return count;
		word.end = at;
		word.start = pass_plain(window->data, at);
		while ((mark = mark_before(window, word.start)).sign == SIGN_WORD &&
			word.end - word.start < WORD_BYTES) {
			word.start -= mark.size;
			struct mark joiner = mark_before(window, word.start);
			if (joins(joiner.sign) && mark_before(window, word.start - joiner.size).sign == SIGN_WORD)
				word.start -= joiner.size;
		}
		if (mark.sign == SIGN_WORD || word.start < least)
			return count; /* no word of a name is so long */
		describe(window, &word);
		out[count++] = word;
		at = word.start;
	}
	return count;
}

size_t words_behind(const struct detect_window *window, size_t at, size_t reach_bytes, struct word *out, size_t most)
{
	size_t limit = window->size - at > reach_bytes ? at + reach_bytes : window->size, count = 0;
	while (count < most && at < limit) {
		struct word word = {0};
		struct mark mark = {SIGN_END, 0};
		while (at < limit && (mark = mark_at(window, at)).sign != SIGN_WORD) {
			bool crlf = window->data[at] == '\n' && at > 0 && window->data[at - 1] == '\r';
			if (!crlf)
				add_gap(&word.gap, mark.sign);
			if ((word.gap & GAP_END) || mark.size == 0)
				return count;
			at += mark.size;
		}
		word.start = at;
		word.end = at < limit ? pass_plain_on(window, at) : at;
		while (at < limit && (mark = mark_at(window, word.end)).sign == SIGN_WORD &&
			word.end - word.start < WORD_BYTES) {
			word.end += mark.size;
			struct mark joiner = mark_at(window, word.end);
			if (joins(joiner.sign) && mark_at(window, word.end + joiner.size).sign == SIGN_WORD)
				word.end += joiner.size;
		}
		if (word.end == word.start || mark.sign == SIGN_WORD)
			return count;
		describe(window, &word);
		out[count++] = word;
		at = word.end;
	}
	return count;
}

const char *word_fold(const struct detect_window *window, const struct word *word, char *out, size_t capacity)
{
	size_t size = word->end - word->start < capacity - 1 ? word->end - word->start : capacity - 1;
	memcpy(out, window->data + word->start, size);
	out[size] = 0;
	for (size_t i = 0; i < size; i++) {
		uint8_t byte = (uint8_t)out[i];
		if (byte >= 'A' && byte <= 'Z')
			out[i] = (char)(byte | 0x20);
		else if (i > 0 && (uint8_t)out[i - 1] == 0xc3 && byte >= 0x80 && byte <= 0x9e && byte != 0x97)
			out[i] = (char)(byte + 0x20);
	}
	return out;
}

bool word_stands_in(const char *folded, const char *list)
{
	size_t size = strlen(folded);
	if (size == 0)
		return false;
	for (const char *at = list; (at = strstr(at, folded)) != NULL; at++)
		if (at > list && at[-1] == ' ' && at[size] == ' ')
			return true;
	return false;
}

/* --- the canonical form --- */

static bool is_gap(uint8_t byte)
{
	return byte == ' ' || byte == ',' || byte == '\n' || byte == '\r' || byte == '\t';
}

static size_t put_blanks(const uint8_t *from, size_t size, uint8_t *out)
{
	size_t used = 0;
	for (size_t i = 0; i < size; i++) {
		bool escape = i + 1 < size && escaped_line(from[i], from[i + 1]);
		bool dash = from[i] == '-' && i > 0 && i + 1 < size && is_gap(from[i - 1]) && is_gap(from[i + 1]);
		bool gap = is_gap(from[i]) || escape || dash;
		i += escape;
		if (!gap)
			out[used++] = from[i];
		else if (used > 0 && out[used - 1] != ' ')
			out[used++] = ' ';
	}
	while (used > 0 && out[used - 1] == ' ')
		used--;
	return used;
}

/* Small letters; false, and nothing is done, where there is more than ASCII. */
static bool fold_ascii(uint8_t *text, size_t size)
{
	uint8_t all = 0;
	for (size_t i = 0; i < size; i++)
		all |= text[i];
	for (size_t i = 0; i < size && all < 0x80; i++)
		text[i] |= (uint8_t)((uint8_t)(text[i] - 'A') < 26) << 5;
	return all < 0x80;
}

size_t text_canonical(const uint8_t *text, size_t size, uint8_t *out, size_t capacity)
{
	enum { CODES = 2 * CEIL_CANONICAL_BYTES };
	const utf8proc_option_t options =
		UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE;
	uint8_t plain[CEIL_CANONICAL_BYTES];
	utf8proc_int32_t codes[CODES + 1];
	if (size == 0 || size > sizeof plain)
		return 0;
	size_t plain_size = put_blanks(text, size, plain);
	if (fold_ascii(plain, plain_size)) /* the dear way comes to the same */
		return plain_size <= capacity ? put_blanks(plain, plain_size, out) : 0;
	utf8proc_ssize_t count = utf8proc_decompose(plain, (utf8proc_ssize_t)plain_size, codes, CODES, options);
	if (count <= 0 || count > CODES)
		return 0;
	utf8proc_ssize_t written = utf8proc_reencode(codes, count, options);
	if (written <= 0 || (size_t)written > capacity)
		return 0;
	/* no-break spaces are blanks only now */
	return put_blanks((const uint8_t *)codes, (size_t)written, out);
}
