/* Finds `=?charset?B or Q?text?=` and says of every decoded byte where it came from. */
#include "extract/encoded_word.h"

#include <stdlib.h>

#include "extract/charset.h"
#include "extract/transfer_decode.h"

/* RFC 2047 allows 75; senders write longer ones. Beyond this it is no encoded word. */
#define WORD_BYTES 8192
#define CHARSET_NAME_BYTES 64

struct word {
	struct st_span charset, text;
	bool base64;
	const uint8_t *end; /* behind ?= */
};

void decoded_text_free(struct decoded_text *text)
{
	st_buf_free(&text->text);
	st_buf_free(&text->stored);
}

static void add_stored(struct decoded_text *out, uint32_t stored)
{
	st_buf_add(&out->stored, &stored, sizeof(stored));
}

void decoded_text_add(struct decoded_text *out, const uint8_t *data, size_t size, uint32_t stored)
{
	st_buf_add(&out->text, data, size);
	st_buf_reserve(&out->stored, size * sizeof(stored));
	for (size_t i = 0; i < size; i++)
		add_stored(out, stored + (uint32_t)i);
}

/* The charset's name and the `?` behind it. */
static const uint8_t *take_charset(const uint8_t *p, const uint8_t *end, struct st_span *charset)
{
	const uint8_t *start = p;
	while (p<end && * p> ' ' && *p < 0x7f && *p != '?' && p - start < CHARSET_NAME_BYTES)
		p++;
	if (p == start || p == end || *p != '?')
		return NULL;
	const uint8_t *language = memchr(start, '*', (size_t)(p - start)); /* RFC 2231, 5 */
	*charset = (struct st_span){start, (size_t)((language != NULL ? language : p) - start)};
	return p + 1;
}

/* Is there an encoded word at p? */
static bool word_at(const uint8_t *p, const uint8_t *end, struct word *word)
{
	if (end - p < 8 || p[0] != '=' || p[1] != '?')
		return false;
	if (end - p > WORD_BYTES)
		end = p + WORD_BYTES;
	p = take_charset(p + 2, end, &word->charset);
	if (p == NULL || end - p < 4 || p[1] != '?')
		return false;
	word->base64 = (*p | 0x20) == 'b';
	if (!word->base64 && (*p | 0x20) != 'q')
		return false;
	p += 2;
	const uint8_t *line_end = memchr(p, '\n', (size_t)(end - p));
	const uint8_t *close = memmem(p, (size_t)((line_end != NULL ? line_end : end) - p), "?=", 2);
	if (close == NULL)
		return false;
	word->text = (struct st_span){p, (size_t)(close - p)};
	word->end = close + 2;
	return true;
}

static void decode_q(struct st_span in, uint32_t at, struct decoded_text *out)
{
	for (size_t i = 0; i < in.size; i++) {
		uint8_t c = in.data[i];
		size_t first = i;
		int high = i + 2 < in.size ? transfer_hex_value(in.data[i + 1]) : -1;
		int low = high >= 0 ? transfer_hex_value(in.data[i + 2]) : -1;
		if (c == '=' && low >= 0) {
			c = (uint8_t)(high << 4 | low);
			i += 2;
		} else if (c == '_') {
			c = ' ';
		}
		decoded_text_add(out, &c, 1, at + (uint32_t)first);
	}
}

static void decode_b(struct st_span in, uint32_t at, struct decoded_text *out)
{
	uint32_t bits = 0;
	unsigned have = 0;
	size_t before = 0; /* the character in which the next byte begins */
	for (size_t i = 0; i < in.size; i++) {
		int value = transfer_base64_value(in.data[i]);
		if (value < 0)
			continue;
		bits = bits << 6 | (uint32_t)value;
		have += 6;
		if (have >= 8) {
			uint8_t byte = (uint8_t)(bits >> (have - 8));
			decoded_text_add(out, &byte, 1, at + (uint32_t)before);
			have -= 8;
		}
		before = have == 0 ? i + 1 : i;
	}
}

static enum charset charset_of(struct st_span name, struct st_span bytes)
{
	enum charset charset;
	enum charset guess = charset_guess(bytes, true);
	if (!charset_named(name, &charset))
		return guess;
	/* the label is often wrong about UTF-8, never the other way round */
	return charset_is_wide(charset) || !charset_is_plain(guess) ? charset : guess;
}

/* Bytes in `charset` into UTF-8, both with their stored places. */
static void convert(struct st_span name, const struct decoded_text *bytes, struct decoded_text *out)
{
	struct st_span in = {bytes->text.data, bytes->text.size};
	enum charset charset = in.size > 0 ? charset_of(name, in) : CHARSET_UTF8;
	if (charset_is_plain(charset)) {
		st_buf_add(&out->text, in.data, in.size);
		st_buf_add(&out->stored, bytes->stored.data, bytes->stored.size);
		return;
	}
	size_t capacity = in.size * 3 + 4, size;
	st_buf_reserve(&out->text, capacity);
	st_auto_free uint32_t *from = st_alloc(capacity * sizeof(*from));
	charset_convert(charset, in, true, out->text.data + out->text.size, capacity, &size, from);
	out->text.size += size;
	for (size_t i = 0; i < size; i++)
		st_buf_add(&out->stored, bytes->stored.data + from[i] * sizeof(uint32_t), sizeof(uint32_t));
}

void charset_named_to_utf8(struct st_span charset, struct st_span bytes, struct st_buf *out)
{
	struct decoded_text in = {0}, converted = {0};
	decoded_text_add(&in, bytes.data, bytes.size, 0);
	convert(charset, &in, &converted);
	st_buf_add(out, converted.text.data, converted.text.size);
	decoded_text_free(&in);
	decoded_text_free(&converted);
}

static const uint8_t *skip_blanks(const uint8_t *p, const uint8_t *end)
{
	while (p < end && (*p == ' ' || *p == '\t' || *p == '\r' || *p == '\n'))
		p++;
	return p;
}

/* A row of encoded words of one charset is decoded as one: senders cut characters. Returns what follows the last. */
static const uint8_t *decode_row(
	const uint8_t *start, struct word word, const uint8_t *end, uint32_t shift, struct decoded_text *out)
{
	struct decoded_text bytes = {0};
	struct word next = word;
	struct st_span charset = word.charset;
	const uint8_t *p;
	do {
		word = next;
		uint32_t at = shift + (uint32_t)(word.text.data - start);
		if (word.base64)
			decode_b(word.text, at, &bytes);
		else
			decode_q(word.text, at, &bytes);
		p = skip_blanks(word.end, end);
	} while (word_at(p, end, &next) && next.charset.size == charset.size &&
		 memcmp(next.charset.data, charset.data, charset.size) == 0);
	convert(charset, &bytes, out);
	decoded_text_free(&bytes);
	/* another charset follows: the blanks before it are dropped all the same */
	return word_at(p, end, &next) ? p : word.end;
}

bool encoded_words_next(struct st_span in, size_t *at, size_t *end)
{
	const uint8_t *p = in.data + *at, *stop = in.data + in.size;
	struct word word, next;
	while (p < stop && (p = memmem(p, (size_t)(stop - p), "=?", 2)) != NULL && !word_at(p, stop, &word))
		p += 2;
	if (p == NULL || p >= stop)
		return false;
	*at = (size_t)(p - in.data);
	for (next = word; word_at(p, stop, &next); p = skip_blanks(word.end, stop))
		word = next;
	*end = (size_t)(word.end - in.data);
	return true;
}

void encoded_words_decode(struct st_span in, uint32_t shift, struct decoded_text *out)
{
	if (in.size == 0)
		return;
	const uint8_t *p = in.data, *end = in.data + in.size;
	while (p < end) {
		struct word word;
		const uint8_t *mark = memmem(p, (size_t)(end - p), "=?", 2);
		const uint8_t *stop = mark != NULL ? mark : end;
		decoded_text_add(out, p, (size_t)(stop - p), shift + (uint32_t)(p - in.data));
		p = stop;
		if (mark == NULL)
			return;
		if (word_at(p, end, &word)) {
			p = decode_row(in.data, word, end, shift, out);
		} else {
			decoded_text_add(out, p, 2, shift + (uint32_t)(p - in.data));
			p += 2;
		}
	}
}
