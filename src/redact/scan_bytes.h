/*
 * How far it is to the next of a few bytes: what the bodies of strings and cells are skipped with, 16 bytes at a time
 * where the processor can (SSE2). The plain loop is what tests compare with. Private to redact.
 */
#ifndef STAUNCH_REDACT_SCAN_BYTES_H
#define STAUNCH_REDACT_SCAN_BYTES_H

#include "base/bytes.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

static inline size_t scan_byte_by_byte(const uint8_t *data, size_t size, uint8_t a, uint8_t b, uint8_t c)
{
	size_t i = 0;
	while (i < size && data[i] != a && data[i] != b && data[i] != c)
		i++;
	return i;
}

/* The place of the first a, b or c; size: none. */
static inline size_t scan_bytes(const uint8_t *data, size_t size, uint8_t a, uint8_t b, uint8_t c)
{
	size_t i = 0;
#ifdef __SSE2__
	const __m128i first = _mm_set1_epi8((char)a), second = _mm_set1_epi8((char)b), third = _mm_set1_epi8((char)c);
	for (; size - i >= 16; i += 16) {
		__m128i v = _mm_loadu_si128((const __m128i *)(const void *)(data + i));
		__m128i hit = _mm_or_si128(
			_mm_or_si128(_mm_cmpeq_epi8(v, first), _mm_cmpeq_epi8(v, second)), _mm_cmpeq_epi8(v, third));
		unsigned mask = (unsigned)_mm_movemask_epi8(hit);
		if (mask != 0)
			return i + (size_t)__builtin_ctz(mask);
	}
#endif
	return i + scan_byte_by_byte(data + i, size - i, a, b, c);
}

#endif
