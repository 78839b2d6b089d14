/* Looking up a word in a sorted table whose rows begin with it: without branches that the text decides, as most words
 * that are asked for stand in no table. Private to detect. */
#ifndef STAUNCH_DETECT_WORD_ROW_H
#define STAUNCH_DETECT_WORD_ROW_H

#include <endian.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* The first eight bytes, the first one highest. */
static inline uint64_t word_head(const void *word)
{
	uint64_t bytes;
	memcpy(&bytes, word, sizeof bytes);
	return be64toh(bytes);
}

/*
 * The first row that holds the word, or NULL. Each of the `count` rows, at least one, is row_bytes large and begins
 * with a word of word_bytes (a multiple of eight), as `word` is, with NULs behind its end; they are sorted by these
 * bytes.
 */
static inline const void *word_row(
	const void *rows, size_t count, size_t row_bytes, const char *word, size_t word_bytes)
{
	const uint64_t wanted = word_head(word);
	const uint8_t *from = rows, *end = from + count * row_bytes;
	while (count > 1) { /* the first row that is not less stands in from[0, count], counted in rows */
		const size_t half = count / 2;
		from += word_head(from + (half - 1) * row_bytes) < wanted ? half * row_bytes : 0;
		count -= half;
	}
	for (; from < end && word_head(from) <= wanted; from += row_bytes)
		if (memcmp(from, word, word_bytes) == 0)
			return from;
	return NULL;
}

#endif
