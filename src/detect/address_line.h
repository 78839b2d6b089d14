/*
 * An address without a postal code, while it is read: the street, then what stands behind it. Private to detect.
 */
#ifndef STAUNCH_DETECT_ADDRESS_LINE_H
#define STAUNCH_DETECT_ADDRESS_LINE_H

#include "detect/street.h"

#define ADDRESS_AHEAD_BYTES 120
#define ADDRESS_AHEAD_READ 12

/* What is known of an address so far. */
struct address_line {
	size_t start, end;
	bool english, italian; /* in whose order the street is written */
	bool city, certain;
	const char *country; /* NULL while nothing says which */
};

/* The words behind a place in the window, in their order, read as they are asked for. */
struct address_ahead {
	const struct detect_window *window;
	size_t at, limit; /* the next word is read from here, and none beyond */
	struct word word[ADDRESS_AHEAD_READ];
	size_t count;
};

static inline struct address_ahead address_ahead_from(const struct detect_window *window, size_t at)
{
	struct address_ahead ahead;
	ahead.window = window;
	ahead.at = at;
	ahead.limit = at + ADDRESS_AHEAD_BYTES;
	ahead.count = 0;
	return ahead;
}

/* Is there a word `i`? */
bool address_has_word(struct address_ahead *ahead, size_t i);
/* The word `i` in small letters; empty when there is none. */
const char *address_fold(struct address_ahead *ahead, size_t i, char folded[STREET_FOLDED_BYTES]);
/* Does the text pause here, so that nothing of a sentence goes on? */
bool address_pauses(const struct detect_window *window, size_t at);
/* Takes what stands behind the street into the address: parts of the house, the town, and what says where it is. A town
 * on a line of its own is one only with state, province or country. */
void address_take_place(const struct detect_window *window, struct address_line *out);

#endif
