#include "base/print.h"

#include "base/utf8.h"

static bool dangerous(uint32_t code)
{
	if (code < 0x20 || (code >= 0x7f && code <= 0x9f))
		return true;
	/* bidi marks, embeddings, isolates; line and paragraph separator; interlinear marks; byte order mark */
	return code == 0x61c || code == 0x200e || code == 0x200f || (code >= 0x2028 && code <= 0x202e) ||
	       (code >= 0x2066 && code <= 0x2069) || (code >= 0xfff9 && code <= 0xfffb) || code == 0xfeff;
}

static void add_percent(struct st_buf *out, const uint8_t *bytes, size_t size)
{
	static const char digits[] = "0123456789ABCDEF";
	for (size_t i = 0; i < size; i++) {
		st_buf_add_byte(out, '%');
		st_buf_add_byte(out, (uint8_t)digits[bytes[i] >> 4]);
		st_buf_add_byte(out, (uint8_t)digits[bytes[i] & 15]);
	}
}

static void escape(struct st_buf *out, const uint8_t *data, size_t size, bool reversible)
{
	for (size_t at = 0; at < size;) {
		uint32_t code = 0;
		int length = st_utf8_decode(data + at, size - at, &code);
		if (length == 0) {
			add_percent(out, data + at, 1);
			at++;
			continue;
		}
		if (dangerous(code) || (reversible && (code == '%' || code == '!')))
			add_percent(out, data + at, (size_t)length);
		else
			st_buf_add(out, data + at, (size_t)length);
		at += (size_t)length;
	}
}

void st_escape_name(struct st_buf *out, const void *name, size_t size)
{
	escape(out, name, size, true);
}

void st_escape_text(struct st_buf *out, const void *text, size_t size)
{
	escape(out, text, size, false);
}

char *st_escaped_name(const void *name, size_t size)
{
	struct st_buf out = {0};
	st_escape_name(&out, name, size);
	st_buf_add_byte(&out, 0);
	return (char *)out.data;
}

char *st_escaped_text(const void *text, size_t size)
{
	struct st_buf out = {0};
	st_escape_text(&out, text, size);
	st_buf_add_byte(&out, 0);
	return (char *)out.data;
}

void st_escape_csv(struct st_buf *out, const void *cell, size_t size)
{
	const char *text = cell;
	bool formula = size > 0 && memchr("=+-@\t\r", text[0], 6) != NULL;
	bool quote = formula;
	for (size_t i = 0; i < size && !quote; i++)
		quote = text[i] == '"' || text[i] == ',' || text[i] == '\n' || text[i] == '\r' || text[i] == ';';
	if (quote)
		st_buf_add_byte(out, '"');
	if (formula)
		st_buf_add_byte(out, '\'');
	for (size_t i = 0; i < size; i++) {
		if (text[i] == '"')
			st_buf_add_byte(out, '"');
		st_buf_add_byte(out, (uint8_t)text[i]);
	}
	if (quote)
		st_buf_add_byte(out, '"');
}
