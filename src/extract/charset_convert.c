/* Other encodings into UTF-8. iconv loads its modules when first used, which the jail forbids: the tables are ours. */
#include "base/utf8.h"
#include "extract/charset.h"

#define REPLACEMENT 0xfffd

bool charset_is_plain(enum charset charset)
{
	return charset == CHARSET_UTF8 || charset == CHARSET_BINARY;
}

bool charset_is_wide(enum charset charset)
{
	return charset == CHARSET_UTF16LE || charset == CHARSET_UTF16BE || charset == CHARSET_UTF32LE ||
	       charset == CHARSET_UTF32BE;
}

size_t charset_mark_size(enum charset charset, struct st_span head)
{
	static const struct {
		enum charset charset;
		uint8_t size, mark[4];
	} marks[] = {
		{CHARSET_UTF8, 3, {0xef, 0xbb, 0xbf}},
		{CHARSET_UTF32LE, 4, {0xff, 0xfe, 0, 0}},
		{CHARSET_UTF32BE, 4, {0, 0, 0xfe, 0xff}},
		{CHARSET_UTF16LE, 2, {0xff, 0xfe}},
		{CHARSET_UTF16BE, 2, {0xfe, 0xff}},
	};
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		if (marks[i].charset == charset && head.size >= marks[i].size &&
			memcmp(head.data, marks[i].mark, marks[i].size) == 0)
			return marks[i].size;
	}
	return 0;
}

static const uint16_t *high_half(enum charset charset)
{
	switch (charset) {
	case CHARSET_WINDOWS_1252:
		return charset_windows_1252;
	case CHARSET_ISO_8859_2:
		return charset_iso_8859_2;
	case CHARSET_ISO_8859_5:
		return charset_iso_8859_5;
	case CHARSET_ISO_8859_7:
		return charset_iso_8859_7;
	case CHARSET_ISO_8859_9:
		return charset_iso_8859_9;
	case CHARSET_ISO_8859_15:
		return charset_iso_8859_15;
	case CHARSET_WINDOWS_1250:
		return charset_windows_1250;
	case CHARSET_WINDOWS_1251:
		return charset_windows_1251;
	case CHARSET_WINDOWS_1253:
		return charset_windows_1253;
	case CHARSET_WINDOWS_1254:
		return charset_windows_1254;
	case CHARSET_KOI8_R:
		return charset_koi8_r;
	default:
		return NULL; /* ISO-8859-1: every byte is its own number */
	}
}

static uint32_t unit16(const uint8_t *p, bool big)
{
	return big ? (uint32_t)p[0] << 8 | p[1] : (uint32_t)p[1] << 8 | p[0];
}

/* The character at p in UTF-16: its bytes, 0 when it is cut off. */
static size_t decode16(const uint8_t *p, size_t size, bool big, bool last, uint32_t *code)
{
	*code = REPLACEMENT;
	if (size < 2)
		return last ? size : 0;
	uint32_t first = unit16(p, big);
	if (first < 0xd800 || first > 0xdfff) {
		*code = first;
		return 2;
	}
	if (first > 0xdbff || (size < 4 && last))
		return 2;
	if (size < 4)
		return 0;
	uint32_t second = unit16(p + 2, big);
	if (second < 0xdc00 || second > 0xdfff)
		return 2;
	*code = 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
	return 4;
}

static size_t decode32(const uint8_t *p, size_t size, bool big, bool last, uint32_t *code)
{
	*code = REPLACEMENT;
	if (size < 4)
		return last ? size : 0;
	uint32_t high = unit16(p + (big ? 0 : 2), big), low = unit16(p + (big ? 2 : 0), big);
	uint32_t value = high << 16 | low;
	if (value <= 0x10ffff && (value < 0xd800 || value > 0xdfff))
		*code = value;
	return 4;
}

static size_t decode(
	enum charset charset, const uint16_t *table, const uint8_t *p, size_t size, bool last, uint32_t *code)
{
	switch (charset) {
	case CHARSET_UTF16LE:
	case CHARSET_UTF16BE:
		return decode16(p, size, charset == CHARSET_UTF16BE, last, code);
	case CHARSET_UTF32LE:
	case CHARSET_UTF32BE:
		return decode32(p, size, charset == CHARSET_UTF32BE, last, code);
	default:
		*code = *p < 0x80 || table == NULL ? *p : table[*p - 0x80];
		return 1;
	}
}

size_t charset_convert(enum charset charset, struct st_span in, bool last, uint8_t *out, size_t capacity,
	size_t *out_size, uint32_t *stored)
{
	const uint16_t *table = high_half(charset);
	size_t at = 0, written = 0;
	while (at < in.size && written + 4 <= capacity) {
		uint32_t code;
		size_t used = decode(charset, table, in.data + at, in.size - at, last, &code);
		if (used == 0)
			break;
		int bytes = st_utf8_encode(code, out + written);
		for (int i = 0; stored != NULL && i < bytes; i++)
			stored[written + (size_t)i] = (uint32_t)at;
		written += (size_t)bytes;
		at += used;
	}
	*out_size = written;
	return at;
}

struct st_span charset_head_text(const struct reader_input *input, enum charset charset, struct st_buf *buf)
{
	struct st_span head = input->head;
	size_t mark = charset_mark_size(charset, head), size;
	head.data += mark;
	head.size -= mark;
	if (charset_is_plain(charset))
		return head;
	st_buf_reserve(buf, head.size * 3 + 4);
	charset_convert(charset, head, input->head_is_all, buf->data, buf->capacity, &size, NULL);
	buf->size = size;
	return (struct st_span){buf->data, buf->size};
}
