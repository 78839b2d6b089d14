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
/* Is the folded word one of the list? Words divided and framed by blanks: " via viale piazza ". */
bool word_listed(const char *folded, const char *list);

/* NFKC, case-folded; white space, commas and line ends, also escaped, and dashes between blanks become one blank.
 * Returns the size; 0 when it does not fit or is no UTF-8. */
size_t text_canonical(const uint8_t *text, size_t size, uint8_t *out, size_t capacity);

#endif
