/*
 * Quoted-printable and base64 without a buffer for the whole body. Mail is damaged on its way: what is no escape stays
 * as it is, signs that base64 does not know are passed over, and where that may have cost content it is said.
 */
#include "extract/transfer_decode.h"

#include <strings.h>

enum transfer_encoding transfer_named(struct st_span name)
{
	static const struct {
		const char *name;
		enum transfer_encoding encoding;
	} known[] = {
		{"quoted-printable", TRANSFER_QUOTED_PRINTABLE},
		{"base64", TRANSFER_BASE64},
		{"x-uuencode", TRANSFER_UNSUPPORTED},
		{"uuencode", TRANSFER_UNSUPPORTED},
		{"x-uue", TRANSFER_UNSUPPORTED},
		{"uue", TRANSFER_UNSUPPORTED},
		{"x-yenc", TRANSFER_UNSUPPORTED},
		{"mac-binhex40", TRANSFER_UNSUPPORTED},
	};
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		size_t size = strlen(known[i].name);
		if (name.size == size && strncasecmp((const char *)name.data, known[i].name, size) == 0)
			return known[i].encoding;
	}
	return TRANSFER_IDENTITY;
}

void transfer_begin(struct transfer_decoder *decoder, enum transfer_encoding encoding)
{
	*decoder = (struct transfer_decoder){.encoding = encoding};
}

int transfer_hex_value(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int transfer_base64_value(uint8_t c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\t';
}

/* --- quoted-printable --- */

static void give_held(struct transfer_decoder *d, struct st_buf *out)
{
	st_buf_add(out, d->held, d->held_size);
	d->held_size = 0;
}

static void hold(struct transfer_decoder *d, uint8_t c)
{
	d->held[d->held_size++] = c;
}

/* After `=`: an escape, a soft line end with blanks before it, or neither. True when c was used up. */
static bool after_equals(struct transfer_decoder *d, uint8_t c, struct st_buf *out)
{
	uint8_t second = d->held_size > 1 ? d->held[1] : 0;
	int low = transfer_hex_value(c), high = d->held_size == 2 ? transfer_hex_value(second) : -1;
	if (high >= 0 && low >= 0) {
		st_buf_add_byte(out, (uint8_t)(high << 4 | low));
		d->held_size = 0;
		return true;
	}
	bool soft = d->held_size == 1 || is_blank(second) || second == '\r';
	if (soft && c == '\n') {
		d->held_size = 0;
		return true;
	}
	bool waits = (d->held_size == 1 && low >= 0) || (soft && (is_blank(c) || c == '\r'));
	if (waits && d->held_size < TRANSFER_HELD_BYTES) {
		hold(d, c);
		return true;
	}
	give_held(d, out);
	return false;
}

/* After blanks, or a carriage return, that may stand before a line end. */
static bool after_blanks(struct transfer_decoder *d, uint8_t c, struct st_buf *out)
{
	bool after_cr = d->held[d->held_size - 1] == '\r';
	if (c == '\n') {
		st_buf_add(out, &"\r\n"[!after_cr], 1u + after_cr);
		d->held_size = 0;
		return true;
	}
	if (!after_cr && (is_blank(c) || c == '\r') && d->held_size < TRANSFER_HELD_BYTES) {
		hold(d, c);
		return true;
	}
	give_held(d, out);
	return false;
}

static void quoted_character(struct transfer_decoder *d, uint8_t c, struct st_buf *out)
{
	if (d->held_size > 0 && (d->held[0] == '=' ? after_equals(d, c, out) : after_blanks(d, c, out)))
		return;
	if (c == '=' || c == '\r' || is_blank(c))
		hold(d, c);
	else
		st_buf_add_byte(out, c);
}

static void add_quoted(struct transfer_decoder *d, const uint8_t *p, const uint8_t *end, struct st_buf *out)
{
	while (p < end) {
		const uint8_t *plain = p;
		while (d->held_size == 0 && p < end && *p != '=' && *p != '\r' && !is_blank(*p))
			p++;
		st_buf_add(out, plain, (size_t)(p - plain));
		if (p < end)
			quoted_character(d, *p++, out);
	}
}

/* --- base64 --- */

/* Bytes of an unfinished group: two characters are one byte, three are two. */
static void close_group(struct transfer_decoder *d, struct st_buf *out)
{
	uint32_t bits = d->bits << 6 * (4 - d->characters);
	if (d->characters == 1)
		d->lost = true;
	if (d->characters >= 2)
		st_buf_add_byte(out, (uint8_t)(bits >> 16));
	if (d->characters == 3)
		st_buf_add_byte(out, (uint8_t)(bits >> 8));
	d->characters = 0;
	d->bits = 0;
}

static void add_base64(struct transfer_decoder *d, const uint8_t *p, const uint8_t *end, struct st_buf *out)
{
	static const uint8_t none = 64;
	uint8_t values[256];
	memset(values, none, sizeof(values));
	for (int c = 0; c < 128; c++)
		if (transfer_base64_value((uint8_t)c) >= 0)
			values[c] = (uint8_t)transfer_base64_value((uint8_t)c);
	st_buf_reserve(out, (size_t)(end - p) + 4);
	uint8_t *to = out->data + out->size;
	for (; p < end; p++) {
		uint8_t value = values[*p];
		if (value != none) {
			d->bits = d->bits << 6 | value;
			if (++d->characters < 4)
				continue;
			*to++ = (uint8_t)(d->bits >> 16);
			*to++ = (uint8_t)(d->bits >> 8);
			*to++ = (uint8_t)d->bits;
			d->characters = 0;
			d->bits = 0;
		} else if (*p == '=' && d->characters > 0) {
			out->size = (size_t)(to - out->data);
			close_group(d, out);
			to = out->data + out->size;
		} else if (*p != '=' && *p != '\n' && *p != '\r' && !is_blank(*p)) {
			d->lost = true;
		}
	}
	out->size = (size_t)(to - out->data);
}

void transfer_add(struct transfer_decoder *decoder, const uint8_t *data, size_t size, struct st_buf *out)
{
	if (decoder->encoding == TRANSFER_QUOTED_PRINTABLE)
		add_quoted(decoder, data, data + size, out);
	else if (decoder->encoding == TRANSFER_BASE64)
		add_base64(decoder, data, data + size, out);
	else
		st_buf_add(out, data, size);
}

void transfer_end(struct transfer_decoder *decoder, struct st_buf *out)
{
	if (decoder->encoding == TRANSFER_BASE64)
		close_group(decoder, out);
	/* a soft line end before the end, and blanks before it, are nothing; a cut escape is what it looks like */
	if (decoder->held_size == 2 && decoder->held[0] == '=' && transfer_hex_value(decoder->held[1]) >= 0)
		give_held(decoder, out);
	if (decoder->held_size > 0 && decoder->held[0] != '=' && decoder->held[decoder->held_size - 1] == '\r')
		st_buf_add_byte(out, '\r');
	decoder->held_size = 0;
}
