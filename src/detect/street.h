/*
 * Streets with their numbers, as Italy, France, Germany, Spain, the United Kingdom and the United States write them:
 * what postal addresses with and without a postal code share. Private to detect.
 */
#ifndef STAUNCH_DETECT_STREET_H
#define STAUNCH_DETECT_STREET_H

#include "detect/words.h"

#define STREET_REACH_BYTES 200
#define STREET_READ 18
#define STREET_LINES_MOST 3 /* line ends in an address */
#define STREET_FOLDED_BYTES 64

/* The words before a place in the window, nearest first. */
struct address {
	const struct detect_window *window;
	struct word word[STREET_READ];
	char folded[STREET_READ][STREET_FOLDED_BYTES];
	size_t count;
	size_t code, code_end; /* bytes of the postal code */
};

/* Is the folded word one of streets, or a little word in their names and in those of places? */
bool street_italian(const char *folded);
bool street_french(const char *folded);
bool street_spanish(const char *folded);
bool street_english(const char *folded);
bool street_small_words(const char *folded);
/* A state: USPS Publication 28, appendix B, in small letters. */
bool postal_states(const char *folded);

static inline size_t word_size(const struct word *word)
{
	return word->end - word->start;
}

bool street_is_small(const struct address *address, size_t i);
/* A part of a street's name: capitalised, or a little word, or a date in it (Via 4 Novembre, rue du 8 mai 1945). */
bool street_is_name(const struct address *address, size_t i);
/* 12, 12a, 12/A, 5-7, 221B, 3bis, and s/n, snc where a house has none. */
bool street_is_number(const struct address *address, size_t i);
/* A floor, a stair, a door: what may stand behind the number. */
bool street_is_part(const struct address *address, size_t i);
/* Line ends in the nearest `words` words. */
unsigned street_lines(const struct address *address, size_t words);
/* Nothing but blanks between the words from `far` down to `near`, both included: one line of a street. */
bool street_one_line(const struct address *address, size_t far, size_t near);

/* Each answers with the index of the word where the address begins, or SIZE_MAX. */

/* Italy and Spain: the word of the street, its name, its number, then perhaps a floor or a stair. */
size_t street_before_number(const struct address *address, bool (*streets)(const char *folded));
/* France: the number, perhaps bis or ter, the word of the street, its name. */
size_t street_behind_number(const struct address *address);
/* Germany: a street's name in one word or in some, and the number. */
size_t street_german_way(const struct address *address);
/* "12 High Street" that ends at or before word `from`, at most `most` words away. */
size_t street_english_way(const struct address *address, size_t from, size_t most);

#endif
