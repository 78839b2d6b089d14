/*
 * Numbers of rows, LEB128: seven bits a byte, the lowest first, the eighth says that more follow. Every mention writes
 * and reads a dozen, of lengths that no processor foresees; what fits a word is therefore spread and gathered at once.
 */
#ifndef STAUNCH_RESOLVE_VARINT_H
#define STAUNCH_RESOLVE_VARINT_H

#include <endian.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define VARINT_BYTES 10 /* the longest; so much room must be at the place where one is written */
#define VARINT_WORD_BITS 56
#define VARINT_MORE 0x8080808080808080u

static inline uint8_t *varint_put_long(uint8_t *at, uint64_t value)
{
	while (value >= 0x80) {
		*at++ = (uint8_t)(value | 0x80);
		value >>= 7;
	}
	*at++ = (uint8_t)value;
	return at;
}

/* Returns the end; up to VARINT_BYTES behind `at` may be overwritten. */
static inline uint8_t *varint_put(uint8_t *at, uint64_t value)
{
	if (value < 0x80) {
		*at = (uint8_t)value;
		return at + 1;
	}
	if (value >> VARINT_WORD_BITS != 0)
		return varint_put_long(at, value);
	unsigned last = (unsigned)(63 - __builtin_clzll(value)) * 37 >> 8; /* of 7 bits each: divides by 7 up to 55 */
	uint64_t word = (value & 0x000000000fffffffu) | (value & 0x00fffffff0000000u) << 4;
	word = (word & 0x00003fff00003fffu) | (word & 0x0fffc0000fffc000u) << 2;
	word = (word & 0x007f007f007f007fu) | (word & 0x3f803f803f803f80u) << 1;
	word = htole64(word | (VARINT_MORE & (((uint64_t)1 << 8 * last) - 1)));
	memcpy(at, &word, sizeof word);
	return at + last + 1;
}

static inline bool varint_get_long(const uint8_t **at, const uint8_t *end, uint64_t *value)
{
	*value = 0;
	for (int shift = 0; shift < 64 && *at < end; shift += 7) {
		uint8_t byte = *(*at)++;
		*value |= (uint64_t)(byte & 0x7f) << shift;
		if (!(byte & 0x80))
			return true;
	}
	return false;
}

static inline uint64_t varint_load(const uint8_t *at)
{
	uint64_t word;
	memcpy(&word, at, sizeof word);
	return le64toh(word);
}

/* Takes a number off the front; false when the bytes are none, *at is then undefined. All from `from` to `end` may be
 * read; `from` is not behind *at. */
static inline bool varint_get(const uint8_t **at, const uint8_t *end, const uint8_t *from, uint64_t *value)
{
	const uint8_t *here = *at;
	size_t left = (size_t)(end - here);
	if (left == 0)
		return false;
	if (*here < 0x80) {
		*value = *here;
		*at = here + 1;
		return true;
	}
	if (end - from < 8)
		return varint_get_long(at, end, value);
	uint64_t word = left >= 8 ? varint_load(here) : varint_load(end - 8) >> 8 * (8 - left);
	uint64_t stops = ~word & VARINT_MORE;
	if (stops == 0)
		return varint_get_long(at, end, value);
	size_t size = (size_t)__builtin_ctzll(stops) / 8 + 1;
	word &= (stops ^ (stops - 1)) & ~VARINT_MORE;
	word = (word & 0x007f007f007f007fu) | (word & 0x7f007f007f007f00u) >> 1;
	word = (word & 0x00003fff00003fffu) | (word & 0x3fff00003fff0000u) >> 2;
	*value = (word & 0x000000000fffffffu) | (word & 0x0fffffff00000000u) >> 4;
	*at = here + size;
	return size <= left;
}

#endif
