/*
 * What is written in front of a value, or what its column is called: "Ticket no. ", "nata a Lucca il ", "birthDate":.
 * Labels of several words are found word by word, and the detector learns how near they stand. Private to detect.
 */
#ifndef STAUNCH_DETECT_NEARBY_H
#define STAUNCH_DETECT_NEARBY_H

#include "detect/detector.h"

#define NEARBY_WORDS 10
#define NEARBY_WORD_BYTES 31

/* Signs between a word and the next one, or the value, as a set. */
enum nearby_sign {
	NEARBY_COLON = 1, /* also = */
	NEARBY_HASH = 2,
	NEARBY_NUMBER = 4, /* ° º № */
	NEARBY_DOT = 8,
	NEARBY_COMMA = 16,
	NEARBY_OTHER = 32, /* quotes, brackets, dashes; blanks are none */
};

struct nearby {
	size_t count;
	struct {
		char text[NEARBY_WORD_BYTES + 1]; /* lower case, NULs behind it; humps and _ divide words */
		uint8_t signs;                    /* between it and what follows */
		bool capitals;                    /* two letters or more, all capitals */
	} word[NEARBY_WORDS];                     /* nearest first */
};

/* The words in the `reach_bytes` before `at`, on its line and in its part of the sentence: no digit, bracket of JSON,
 * or semicolon between; a comma only with `commas`. */
void nearby_read(const struct detect_window *window, size_t at, size_t reach_bytes, bool commas, struct nearby *out);
/* The same of the name of the column in which the value stands; false when there is none. */
bool nearby_column(const struct detect_window *window, struct nearby *out);
/* Does a label end at word `at`, counted from the nearest: its last word, and those before it, divided by blanks
 * ("birth", "date of"; "" for none)? */
bool nearby_is(const struct nearby *nearby, size_t at, const char *last, const char *before);

#endif
