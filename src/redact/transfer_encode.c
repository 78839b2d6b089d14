/* Plain tables and columns. */
#include "redact/transfer_encode.h"

#include "base/utf8.h"

#define COLUMNS 76
#define WORD_COLUMNS 75
#define WORD_FRONT "=?utf-8?"
#define WORD_FRAME_COLUMNS (sizeof WORD_FRONT - 1 + 2 + 2) /* the letter, `?` and `?=` */

static const char hex[] = "0123456789ABCDEF";

static void add_three(const uint8_t *in, size_t size, struct st_buf *out)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	uint32_t bits = (uint32_t)in[0] << 16 | (size > 1 ? (uint32_t)in[1] << 8 : 0) | (size > 2 ? in[2] : 0u);
	char four[4] = {letters[bits >> 18], letters[bits >> 12 & 63], size > 1 ? letters[bits >> 6 & 63] : '=',
		size > 2 ? letters[bits & 63] : '='};
	st_buf_add(out, four, 4);
}

void transfer_encode_base64(struct st_span bytes, const char *line_end, struct st_buf *out)
{
	for (size_t at = 0; at < bytes.size; at += 3) {
		if (at > 0 && at % (COLUMNS / 4 * 3) == 0)
			st_buf_add(out, line_end, strlen(line_end));
		add_three(bytes.data + at, bytes.size - at < 3 ? bytes.size - at : 3, out);
	}
}

/* --- quoted-printable --- */

/* Bytes of the line end at `at`, 0 when none begins there. */
static size_t line_end_at(struct st_span bytes, size_t at)
{
	if (at < bytes.size && bytes.data[at] == '\n')
		return 1;
	return at + 1 < bytes.size && bytes.data[at] == '\r' && bytes.data[at + 1] == '\n' ? 2 : 0;
}

static bool must_quote(struct st_span bytes, size_t at, bool line_start)
{
	uint8_t c = bytes.data[at];
	bool line_ends = at + 1 == bytes.size || line_end_at(bytes, at + 1) > 0;
	if (c == ' ' || c == '\t')
		return line_ends;
	if (line_start && c == '.' && line_ends)
		return true; /* alone on its line it would end the mail on its way */
	if (line_start && c == 'F' && bytes.size - at >= 5 && memcmp(bytes.data + at, "From ", 5) == 0)
		return true; /* would begin a message of an mbox */
	return c < ' ' || c > '~' || c == '=';
}

void transfer_encode_quoted(struct st_span bytes, const char *line_end, struct st_buf *out)
{
	size_t column = 0;
	bool line_start = true;
	for (size_t at = 0; at < bytes.size;) {
		size_t end = line_end_at(bytes, at);
		if (end > 0) {
			st_buf_add(out, bytes.data + at, end);
			at += end;
			column = 0;
			line_start = true;
			continue;
		}
		bool quoted = must_quote(bytes, at, line_start);
		size_t width = quoted ? 3 : 1;
		bool last = at + 1 == bytes.size || line_end_at(bytes, at + 1) > 0;
		if (column + width > (last ? COLUMNS : COLUMNS - 1)) {
			st_buf_add_byte(out, '=');
			st_buf_add(out, line_end, strlen(line_end));
			column = 0;
		}
		uint8_t c = bytes.data[at++];
		char escape[3] = {'=', hex[c >> 4], hex[c & 15]};
		st_buf_add(out, quoted ? (const void *)escape : &c, width);
		column += width;
		line_start = false;
	}
}

/* --- encoded words --- */

static bool is_free(uint8_t c)
{
	return (unsigned)(c | 32) - 'a' < 26 || (unsigned)c - '0' < 10 || (c != 0 && strchr("!*+-/", c) != NULL);
}

/* Bytes of the next word: whole characters that fit. */
static size_t word_bytes(struct st_span rest, bool base64, size_t room)
{
	size_t size = 0, columns = 0;
	while (size < rest.size) {
		uint32_t code;
		int length = st_utf8_decode(rest.data + size, rest.size - size, &code);
		size_t more = length > 0 ? (size_t)length : 1, width = 0;
		for (size_t i = 0; i < more; i++)
			width += is_free(rest.data[size + i]) || rest.data[size + i] == ' ' ? 1 : 3;
		columns = base64 ? (size + more + 2) / 3 * 4 : columns + width;
		if (columns > room && size > 0)
			break;
		size += more;
	}
	return size;
}

static void add_word(struct st_span text, bool base64, struct st_buf *out)
{
	st_buf_add(out, WORD_FRONT, sizeof WORD_FRONT - 1);
	st_buf_add(out, base64 ? "b?" : "q?", 2);
	for (size_t i = 0; base64 && i < text.size; i += 3)
		add_three(text.data + i, text.size - i < 3 ? text.size - i : 3, out);
	for (size_t i = 0; !base64 && i < text.size; i++) {
		uint8_t c = text.data[i];
		char escape[3] = {'=', hex[c >> 4], hex[c & 15]};
		if (c == ' ')
			st_buf_add_byte(out, '_');
		else
			st_buf_add(out, is_free(c) ? (const void *)&c : escape, is_free(c) ? 1 : 3);
	}
	st_buf_add(out, "?=", 2);
}

void encoded_words_write(struct st_span utf8, bool base64, size_t column, const char *line_end, struct st_buf *out)
{
	size_t room = WORD_COLUMNS - WORD_FRAME_COLUMNS;
	if (column + WORD_FRAME_COLUMNS + 12 <= COLUMNS && COLUMNS - column - WORD_FRAME_COLUMNS < room)
		room = COLUMNS - column - WORD_FRAME_COLUMNS;
	while (utf8.size > 0) {
		size_t size = word_bytes(utf8, base64, room);
		add_word((struct st_span){utf8.data, size}, base64, out);
		utf8.data += size;
		utf8.size -= size;
		room = WORD_COLUMNS - WORD_FRAME_COLUMNS;
		if (utf8.size > 0) {
			st_buf_add(out, line_end, strlen(line_end));
			st_buf_add_byte(out, ' ');
		}
	}
}
