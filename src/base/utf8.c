#include "base/utf8.h"

static int continuation(uint8_t byte)
{
	return (byte & 0xc0) == 0x80;
}

int st_utf8_decode(const uint8_t *p, size_t size, uint32_t *out)
{
	if (size == 0)
		return 0;
	if (p[0] < 0x80) {
		*out = p[0];
		return 1;
	}
	if (p[0] >= 0xc2 && p[0] <= 0xdf && size >= 2 && continuation(p[1])) {
		*out = ((uint32_t)(p[0] & 0x1f) << 6) | (p[1] & 0x3f);
		return 2;
	}
	if ((p[0] & 0xf0) == 0xe0 && size >= 3 && continuation(p[1]) && continuation(p[2])) {
		uint32_t code = ((uint32_t)(p[0] & 0x0f) << 12) | ((uint32_t)(p[1] & 0x3f) << 6) | (p[2] & 0x3f);
		if (code < 0x800 || (code >= 0xd800 && code <= 0xdfff))
			return 0;
		*out = code;
		return 3;
	}
	if (p[0] >= 0xf0 && p[0] <= 0xf4 && size >= 4 && continuation(p[1]) && continuation(p[2]) &&
		continuation(p[3])) {
		uint32_t code = ((uint32_t)(p[0] & 0x07) << 18) | ((uint32_t)(p[1] & 0x3f) << 12) |
				((uint32_t)(p[2] & 0x3f) << 6) | (p[3] & 0x3f);
		if (code < 0x10000 || code > 0x10ffff)
			return 0;
		*out = code;
		return 4;
	}
	return 0;
}

int st_utf8_decode_before(const uint8_t *start, const uint8_t *p, uint32_t *out)
{
	for (int back = 1; back <= 4 && p - start >= back; back++) {
		if (continuation(p[-back]))
			continue;
		int length = st_utf8_decode(p - back, (size_t)back, out);
		return length == back ? length : 0;
	}
	return 0;
}

int st_utf8_encode(uint32_t code, uint8_t out[4])
{
	if (code < 0x80) {
		out[0] = (uint8_t)code;
		return 1;
	}
	if (code < 0x800) {
		out[0] = (uint8_t)(0xc0 | (code >> 6));
		out[1] = (uint8_t)(0x80 | (code & 0x3f));
		return 2;
	}
	if (code < 0x10000) {
		out[0] = (uint8_t)(0xe0 | (code >> 12));
		out[1] = (uint8_t)(0x80 | ((code >> 6) & 0x3f));
		out[2] = (uint8_t)(0x80 | (code & 0x3f));
		return 3;
	}
	out[0] = (uint8_t)(0xf0 | (code >> 18));
	out[1] = (uint8_t)(0x80 | ((code >> 12) & 0x3f));
	out[2] = (uint8_t)(0x80 | ((code >> 6) & 0x3f));
	out[3] = (uint8_t)(0x80 | (code & 0x3f));
	return 4;
}

size_t st_utf8_valid_prefix(const uint8_t *data, size_t size)
{
	size_t at = 0;
	while (at < size) {
		uint64_t word;
		if (size - at >= 8) {
			__builtin_memcpy(&word, data + at, 8);
			if (!(word & 0x8080808080808080u)) {
				at += 8;
				continue;
			}
		}
		uint32_t code;
		int length = st_utf8_decode(data + at, size - at, &code);
		if (length == 0)
			break;
		at += (size_t)length;
	}
	return at;
}
