#include "base/json_write.h"

#include "base/utf8.h"

#include <stdio.h>
#include <stdlib.h>

static void add_text(struct st_json_writer *w, const char *text)
{
	st_buf_add(w->out, text, strlen(text));
}

static void new_line(struct st_json_writer *w)
{
	if (w->indent == 0)
		return;
	static const char blanks[] = "                ";
	st_buf_add_byte(w->out, '\n');
	for (size_t left = (size_t)(w->depth * w->indent), part; left > 0; left -= part) {
		part = left < sizeof blanks - 1 ? left : sizeof blanks - 1;
		st_buf_add(w->out, blanks, part);
	}
}

static void before_value(struct st_json_writer *w)
{
	if (w->after_key) {
		w->after_key = false;
		return;
	}
	if (w->depth == 0)
		return;
	if (w->filled[w->depth])
		st_buf_add_byte(w->out, ',');
	w->filled[w->depth] = true;
	new_line(w);
}

static void open_level(struct st_json_writer *w, char bracket)
{
	before_value(w);
	st_buf_add_byte(w->out, (uint8_t)bracket);
	if (++w->depth >= ST_JSON_WRITE_DEPTH)
		abort();
	w->filled[w->depth] = false;
}

static void close_level(struct st_json_writer *w, char bracket)
{
	bool filled = w->filled[w->depth--];
	if (filled)
		new_line(w);
	st_buf_add_byte(w->out, (uint8_t)bracket);
}

void st_json_object(struct st_json_writer *w)
{
	open_level(w, '{');
}

void st_json_object_end(struct st_json_writer *w)
{
	close_level(w, '}');
}

void st_json_array(struct st_json_writer *w)
{
	open_level(w, '[');
}

void st_json_array_end(struct st_json_writer *w)
{
	close_level(w, ']');
}

/* Bytes at the front that are written as they are, one for one. */
static size_t plain_size(const uint8_t *data, size_t size)
{
	size_t at = 0;
	while (at < size && data[at] >= 0x20 && data[at] < 0x7f && data[at] != '"' && data[at] != '\\')
		at++;
	return at;
}

static void add_escaped(struct st_buf *out, const uint8_t *data, size_t size)
{
	char hex[8];
	for (size_t at = 0; at < size;) {
		size_t plain = plain_size(data + at, size - at);
		if (plain > 0) {
			st_buf_add(out, data + at, plain);
			at += plain;
			continue;
		}
		uint32_t code = 0;
		int length = st_utf8_decode(data + at, size - at, &code);
		if (length == 0) {
			snprintf(hex, sizeof hex, "%%%02X", data[at]);
			st_buf_add(out, hex, 3);
			at++;
		} else if (code == '"' || code == '\\') {
			st_buf_add_byte(out, '\\');
			st_buf_add_byte(out, (uint8_t)code);
			at++;
		} else if (code < 0x20 || (code >= 0x7f && code <= 0x9f) || code == 0x2028 || code == 0x2029) {
			snprintf(hex, sizeof hex, "\\u%04x", (unsigned)code);
			st_buf_add(out, hex, 6);
			at += (size_t)length;
		} else {
			st_buf_add(out, data + at, (size_t)length);
			at += (size_t)length;
		}
	}
}

void st_json_key(struct st_json_writer *w, const char *key)
{
	before_value(w);
	st_buf_add_byte(w->out, '"');
	add_escaped(w->out, (const uint8_t *)key, strlen(key));
	add_text(w, w->indent ? "\": " : "\":");
	w->after_key = true;
}

void st_json_string(struct st_json_writer *w, const void *text, size_t size)
{
	before_value(w);
	st_buf_add_byte(w->out, '"');
	add_escaped(w->out, text, size);
	st_buf_add_byte(w->out, '"');
}

void st_json_text(struct st_json_writer *w, const char *text)
{
	if (text == NULL)
		st_json_null(w);
	else
		st_json_string(w, text, strlen(text));
}

void st_json_uint(struct st_json_writer *w, uint64_t value)
{
	char digits[24];
	snprintf(digits, sizeof digits, "%llu", (unsigned long long)value);
	before_value(w);
	add_text(w, digits);
}

void st_json_int(struct st_json_writer *w, int64_t value)
{
	char digits[24];
	snprintf(digits, sizeof digits, "%lld", (long long)value);
	before_value(w);
	add_text(w, digits);
}

void st_json_hundredths(struct st_json_writer *w, unsigned hundredths)
{
	char digits[24];
	snprintf(digits, sizeof digits, "%u.%02u", hundredths / 100, hundredths % 100);
	before_value(w);
	add_text(w, digits);
}

void st_json_bool(struct st_json_writer *w, bool value)
{
	before_value(w);
	add_text(w, value ? "true" : "false");
}

void st_json_null(struct st_json_writer *w)
{
	before_value(w);
	add_text(w, "null");
}

void st_json_key_text(struct st_json_writer *w, const char *key, const char *text)
{
	st_json_key(w, key);
	st_json_text(w, text);
}

void st_json_key_uint(struct st_json_writer *w, const char *key, uint64_t value)
{
	st_json_key(w, key);
	st_json_uint(w, value);
}

void st_json_key_bool(struct st_json_writer *w, const char *key, bool value)
{
	st_json_key(w, key);
	st_json_bool(w, value);
}

void st_json_key_null(struct st_json_writer *w, const char *key)
{
	st_json_key(w, key);
	st_json_null(w);
}

void st_json_key_string_or_null(struct st_json_writer *w, const char *key, struct st_span text)
{
	st_json_key(w, key);
	if (text.size > 0)
		st_json_string(w, text.data, text.size);
	else
		st_json_null(w);
}
