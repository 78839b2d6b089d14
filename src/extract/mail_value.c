/* Parameters, addresses, folded text. What is malformed gives what can be made of it. */
#include "extract/mail_value.h"

#include <strings.h>

#include "extract/encoded_word.h"
#include "extract/transfer_decode.h"

/* Pieces of one parameter; later ones are left out of a file name. */
#define PIECES 64

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static struct st_span trimmed(const uint8_t *p, const uint8_t *end)
{
	while (p < end && is_blank(*p))
		p++;
	while (end > p && is_blank(end[-1]))
		end--;
	return (struct st_span){p, (size_t)(end - p)};
}

struct st_span mail_value_word(struct st_span value)
{
	struct st_span all = trimmed(value.data, value.data + value.size);
	size_t size = 0;
	while (size < all.size && all.data[size] != ';' && all.data[size] != '(' && !is_blank(all.data[size]))
		size++;
	return (struct st_span){all.data, size};
}

bool mail_word_is(struct st_span word, const char *want)
{
	return word.size == strlen(want) && strncasecmp((const char *)word.data, want, word.size) == 0;
}

bool mail_word_begins(struct st_span word, const char *want)
{
	return word.size >= strlen(want) && strncasecmp((const char *)word.data, want, strlen(want)) == 0;
}

/* --- parameters --- */

/* One `name=value`; value still has its quotes and escapes. */
struct parameter {
	struct st_span name, value;
	bool quoted;
};

/* Behind a quoted string that begins at p. */
static const uint8_t *skip_quoted(const uint8_t *p, const uint8_t *end)
{
	for (p++; p < end && *p != '"'; p++)
		if (*p == '\\' && p + 1 < end)
			p++;
	return p < end ? p + 1 : end;
}

static const uint8_t *next_semicolon(const uint8_t *p, const uint8_t *end)
{
	while (p < end && *p != ';')
		p = *p == '"' ? skip_quoted(p, end) : p + 1;
	return p;
}

/* The parameter behind the next semicolon. */
static bool next_parameter(const uint8_t **at, const uint8_t *end, struct parameter *out)
{
	const uint8_t *p = next_semicolon(*at, end);
	if (p == end)
		return false;
	const uint8_t *start = p + 1, *stop = next_semicolon(start, end);
	*at = stop;
	*out = (struct parameter){0};
	const uint8_t *equals = memchr(start, '=', (size_t)(stop - start));
	if (equals == NULL)
		return true;
	out->name = trimmed(start, equals);
	out->value = trimmed(equals + 1, stop);
	if (out->value.size > 0 && *out->value.data == '"') {
		const uint8_t *first = out->value.data + 1;
		const uint8_t *last = skip_quoted(out->value.data, out->value.data + out->value.size);
		out->quoted = true;
		out->value = (struct st_span){first, (size_t)(last - first)};
		if (out->value.size > 0 && last[-1] == '"')
			out->value.size--;
	}
	return true;
}

static void add_unquoted(const struct parameter *parameter, struct st_buf *out)
{
	const struct st_span *value = &parameter->value;
	for (size_t i = 0; i < value->size; i++) {
		if (parameter->quoted && value->data[i] == '\\' && i + 1 < value->size)
			i++;
		if (value->data[i] != '\r' && value->data[i] != '\n')
			st_buf_add_byte(out, value->data[i]);
	}
}

static void add_percent(struct st_span value, struct st_buf *out)
{
	for (size_t i = 0; i < value.size; i++) {
		int high = value.data[i] == '%' && i + 2 < value.size ? transfer_hex_value(value.data[i + 1]) : -1;
		int low = high >= 0 ? transfer_hex_value(value.data[i + 2]) : -1;
		if (low >= 0) {
			st_buf_add_byte(out, (uint8_t)(high << 4 | low));
			i += 2;
		} else {
			st_buf_add_byte(out, value.data[i]);
		}
	}
}

/* What follows the name in `name*`, `name*0`, `name*0*`: the number of the piece, and whether it is encoded. */
static bool piece_of(struct st_span name, const char *want, size_t *number, bool *encoded)
{
	size_t at = strlen(want);
	*number = 0;
	*encoded = false;
	if (!mail_word_begins(name, want) || at >= name.size || name.data[at++] != '*')
		return false;
	if (at == name.size) {
		*encoded = true;
		return true;
	}
	for (; at < name.size && name.data[at] >= '0' && name.data[at] <= '9' && *number < PIECES; at++)
		*number = *number * 10 + (size_t)(name.data[at] - '0');
	*encoded = at < name.size && name.data[at] == '*';
	return at + *encoded == name.size && *number < PIECES;
}

struct pieces {
	struct parameter piece[PIECES];
	bool there[PIECES], encoded[PIECES];
};

/* `charset'language'` before the first piece. */
static struct st_span take_charset(struct st_span *value)
{
	const uint8_t *end = value->data + value->size;
	const uint8_t *first = memchr(value->data, '\'', value->size);
	const uint8_t *second = first != NULL ? memchr(first + 1, '\'', (size_t)(end - first - 1)) : NULL;
	if (second == NULL)
		return (struct st_span){value->data, 0};
	struct st_span charset = {value->data, (size_t)(first - value->data)};
	*value = (struct st_span){second + 1, (size_t)(end - second - 1)};
	return charset;
}

static void join_pieces(struct pieces *pieces, struct st_buf *out)
{
	st_auto_buf struct st_buf bytes = {0};
	struct st_span charset = {(const uint8_t *)"", 0};
	if (pieces->there[0] && pieces->encoded[0] && pieces->piece[0].value.size > 0)
		charset = take_charset(&pieces->piece[0].value);
	for (size_t i = 0; i < PIECES && pieces->there[i]; i++) {
		if (pieces->encoded[i])
			add_percent(pieces->piece[i].value, &bytes);
		else
			add_unquoted(&pieces->piece[i], &bytes);
	}
	charset_named_to_utf8(charset, (struct st_span){bytes.data, bytes.size}, out);
}

bool mail_parameter(struct st_span value, const char *name, struct st_buf *out)
{
	const uint8_t *at = value.data, *end = value.data + value.size;
	struct pieces pieces = {0};
	struct parameter one, plain = {0};
	size_t before = out->size, number;
	bool encoded;
	while (value.size > 0 && next_parameter(&at, end, &one)) {
		if (one.name.size > 0 && mail_word_is(one.name, name) && plain.name.size == 0) {
			plain = one;
		} else if (one.name.size > 0 && piece_of(one.name, name, &number, &encoded) && !pieces.there[number]) {
			pieces.piece[number] = one;
			pieces.there[number] = true;
			pieces.encoded[number] = encoded;
		}
	}
	if (pieces.there[0]) {
		join_pieces(&pieces, out);
	} else if (plain.name.size > 0) {
		st_auto_buf struct st_buf bytes = {0};
		struct decoded_text text = {0};
		add_unquoted(&plain, &bytes);
		encoded_words_decode((struct st_span){bytes.data, bytes.size}, 0, &text);
		st_buf_add(out, text.text.data, text.text.size);
		decoded_text_free(&text);
	}
	return out->size > before;
}

/* --- addresses and text --- */

static const uint8_t *skip_comment(const uint8_t *p, const uint8_t *end)
{
	int depth = 0;
	for (; p < end; p++) {
		depth += *p == '(';
		if (*p == '\\' && p + 1 < end)
			p++;
		else if (*p == ')' && --depth == 0)
			return p + 1;
	}
	return end;
}

static void add_lower(struct st_buf *out, const uint8_t *p, const uint8_t *end)
{
	for (; p < end; p++)
		if (!is_blank(*p))
			st_buf_add_byte(out, *p >= 'A' && *p <= 'Z' ? (uint8_t)(*p | 0x20) : *p);
}

void mail_first_address(struct st_span value, struct st_buf *out)
{
	const uint8_t *p = value.data, *end = p + value.size;
	size_t before = out->size;
	while (p < end) {
		const uint8_t *start = p;
		if (*p == '<') {
			const uint8_t *close = memchr(p, '>', (size_t)(end - p));
			out->size = before; /* what came before was the display name */
			add_lower(out, p + 1, close != NULL ? close : end);
			return;
		}
		if (*p == '(') {
			p = skip_comment(p, end);
			continue;
		}
		if (*p == ',' && out->size > before && memchr(out->data + before, '@', out->size - before) != NULL)
			return;
		p = *p == '"' ? skip_quoted(p, end) : p + 1;
		add_lower(out, start, p);
	}
}

void mail_folded_text(struct st_span value, struct st_buf *out)
{
	struct decoded_text text = {0};
	if (value.size > 0)
		encoded_words_decode(value, 0, &text);
	bool blank = false;
	size_t before = out->size;
	for (size_t i = 0; i < text.text.size; i++) {
		uint8_t c = text.text.data[i];
		if (!is_blank(c)) {
			if (blank && out->size > before)
				st_buf_add_byte(out, ' ');
			st_buf_add_byte(out, c);
		}
		blank = is_blank(c);
	}
	decoded_text_free(&text);
}
