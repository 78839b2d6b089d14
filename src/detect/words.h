/*
 * Written words and what stands between them: what names of organizations and postal addresses are made of. A word
 * keeps its apostrophes, and its dashes and slashes between letters (Karl-Marx-Allee, 12/A, L'Aquila, Co.). Private to
 * detect.
 */
#ifndef STAUNCH_DETECT_WORDS_H
#define STAUNCH_DETECT_WORDS_H

#include "detect/detector.h"

/* Between two words, as a set. */
enum word_gap {
	GAP_BLANK = 1,
	GAP_COMMA = 2,
	GAP_LINE = 4, /* one line end, also as escaped in JSON and C */
	GAP_DASH = 8, /* with blanks around it */
	GAP_DOT = 16,
	GAP_END = 32, /* anything else: no sentence goes on here */
};

struct word {
	size_t start, end; /* in the window */
	uint8_t gap;       /* between it and the word nearer to the value, or the value */
	bool capital;      /* begins with a capital letter */
	bool capitals;     /* has no small letter */
	bool digit;        /* begins with a digit */
};

/* The words that end before `at`, nearest first, as far as `reach_bytes` and until a gap that is an end. */
size_t words_before(const struct detect_window *window, size_t at, size_t reach_bytes, struct word *out, size_t most);
/* The words from `at` on, in their order; gap is what stands before each. */
size_t words_behind(const struct detect_window *window, size_t at, size_t reach_bytes, struct word *out, size_t most);

/* Its letters in lower case (ASCII and Latin-1), NUL-ended and cut to capacity; returns out. */
const char *word_fold(const struct detect_window *window, const struct word *word, char *out, size_t capacity);
/* The same as word_listed, with no look at letters first. */
bool word_stands_in(const char *folded, const char *list);

/* Bit n of the letter n (a is 1): does a word of the list begin, or end, with it? Made by the compiler when it knows
 * the list. */
#define WORDS_FROM(list, letter) (strstr((list), " " letter) != NULL)
#define WORDS_TO(list, letter) (strstr((list), letter " ") != NULL)
#define WORDS_BITS(in, list)                                                                                    \
	((uint32_t)in(list, "a") << 1 | (uint32_t)in(list, "b") << 2 | (uint32_t)in(list, "c") << 3 |           \
		(uint32_t)in(list, "d") << 4 | (uint32_t)in(list, "e") << 5 | (uint32_t)in(list, "f") << 6 |    \
		(uint32_t)in(list, "g") << 7 | (uint32_t)in(list, "h") << 8 | (uint32_t)in(list, "i") << 9 |    \
		(uint32_t)in(list, "j") << 10 | (uint32_t)in(list, "k") << 11 | (uint32_t)in(list, "l") << 12 | \
		(uint32_t)in(list, "m") << 13 | (uint32_t)in(list, "n") << 14 | (uint32_t)in(list, "o") << 15 | \
		(uint32_t)in(list, "p") << 16 | (uint32_t)in(list, "q") << 17 | (uint32_t)in(list, "r") << 18 | \
		(uint32_t)in(list, "s") << 19 | (uint32_t)in(list, "t") << 20 | (uint32_t)in(list, "u") << 21 | \
		(uint32_t)in(list, "v") << 22 | (uint32_t)in(list, "w") << 23 | (uint32_t)in(list, "x") << 24 | \
		(uint32_t)in(list, "y") << 25 | (uint32_t)in(list, "z") << 26)

/* Is there a letter among the bits that the byte is, or is it no letter of a to z? */
static inline bool word_may_have(uint32_t bits, char byte)
{
	return (uint8_t)(byte - 'a') >= 26 || bits >> (byte & 31) & 1;
}

/* Is the folded word one of the list? Words divided and framed by blanks: " via viale piazza ". Most are none, and
 * their first or last letter says so. */
__attribute__((always_inline)) static inline bool word_listed(const char *folded, const char *list)
{
	if (__builtin_constant_p(WORDS_FROM(list, "a")) &&
		(!word_may_have(WORDS_BITS(WORDS_FROM, list), folded[0]) || folded[0] == 0 ||
			!word_may_have(WORDS_BITS(WORDS_TO, list), folded[strlen(folded) - 1])))
		return false;
	return word_stands_in(folded, list);
}

/* NFKC, case-folded; white space, commas and line ends, also escaped, and dashes between blanks become one blank.
 * Returns the size; 0 when it does not fit or is no UTF-8. */
size_t text_canonical(const uint8_t *text, size_t size, uint8_t *out, size_t capacity);

#endif
