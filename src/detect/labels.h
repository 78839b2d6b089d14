/* Words that say what a number is: "Tel.", "card_number", "Version". A label stands before the value, on the same line,
 * with nothing but signs and a few words between. */
#ifndef STAUNCH_DETECT_LABELS_H
#define STAUNCH_DETECT_LABELS_H

#include "detect/detector.h"

/* Longest row of words joined for phrases. */
#define LABEL_PHRASE_BYTES 64

enum label_set { LABEL_PHONE, LABEL_CARD, LABEL_VERSION, LABEL_ADDRESS, LABEL_SETS };

/* The words of a label from left to right in lower case, joined without signs and blanks; begins[i]: a word begins at
 * i.
 */
struct label_text {
	char text[LABEL_PHRASE_BYTES + 1];
	bool begins[LABEL_PHRASE_BYTES + 1];
	size_t size;
};
void label_text_before(const struct detect_window *window, size_t at, size_t reach_bytes, struct label_text *out);

/* Is there a label of this set in the `reach_bytes` before `at`, or is the name of the window's field one? Prose, keys
 * of JSON, XML, URLs and camelCase names. */
bool label_before(const struct detect_window *window, size_t at, enum label_set set, size_t reach_bytes);

/*
 * The same for phrases: the words in the `reach_bytes` before `at`, and those of the name of the window's field, are
 * joined in lower case without signs and blanks
 * ("Codice Fiscale:" is "codicefiscale"), and one of `phrases` (NULL-ended) stands in them. A phrase that begins with
 * '=' is a whole word; the signs of one word are left out, too (C.F., N.I.S.S.).
 */
bool phrase_before(const struct detect_window *window, size_t at, const char *const *phrases, size_t reach_bytes);

#endif
