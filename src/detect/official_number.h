/*
 * Numbers that an authority gave: national ids and VAT numbers. Both are short runs of letters and digits in groups,
 * with a check of their own; tables of schemes (national_id.c, vat_number.c) say what each looks like, one detector
 * tries them all. Private to detect.
 */
#ifndef STAUNCH_DETECT_OFFICIAL_NUMBER_H
#define STAUNCH_DETECT_OFFICIAL_NUMBER_H

#include "detect/official_words.h"

struct planes;

#define OFFICIAL_CHARACTERS 20
#define OFFICIAL_GROUPS 8
/* Letters in front of the first digit: a fiscal code of which only the last digit was not replaced. */
#define OFFICIAL_LEADING_LETTERS 14
/* No scheme has fewer. */
#define OFFICIAL_LEAST_CHARACTERS 7

struct official_scheme {
	const char *name; /* as in "scheme" */
	const char *code; /* of the country, in front of a VAT number; NULL: the scheme has none */
	/* Lengths of groups as an authority prints them, with the signs between: "3-2-4", "1 2 2 2 3 3 2"; '*' is a
	 * space, dot or dash, '_' a space or dot; several divided by '|'. NULL: in one piece only. Any scheme may stand
	 * in one piece. */
	const char *printed;
	bool unchecked; /* no check digit: words for its class are not enough in one piece */
	/* Structure and check digits of a number of this size, without its code; upper case. */
	bool (*valid)(const uint8_t *text, size_t size);
	/* Hundredths without a word before it: in one piece and as printed; 0: only behind one. Of a scheme with a
	 * code: behind the code. */
	uint8_t bare, grouped;
	/* Sets of official_words.h that name it, and those that name its class. */
	uint64_t words, class;
	/* NULL, or the form that counts as equal; at most OFFICIAL_CHARACTERS, returns its size. */
	size_t (*canonical)(const uint8_t *text, size_t size, uint8_t *out);
};

struct official_schemes {
	enum detect_kind kind;
	const struct official_scheme *list;
	size_t count;
	const uint64_t *by_size; /* bits of those that have numbers of so many characters, without the code */
};
extern const struct official_schemes official_national_ids, official_vat_numbers;

/* Where the detector of them can find any (detector.h, `places`). */
void official_number_places(struct planes *planes, uint64_t *found);

/* Behind a word of its own, or behind one of its class. */
#define OFFICIAL_LABELLED 97
#define OFFICIAL_CLASSED 90

/* --- checks that several authorities share; digits are characters '0' to '9' --- */
bool all_digits(const uint8_t *text, size_t size);
/* ISO/IEC 7812-1, annex B. */
bool luhn_valid(const uint8_t *digits, size_t size);
/* Sum of digit times weight. */
unsigned weighted_sum(const uint8_t *digits, const char *weights, size_t size);
/* Up to 18 digits as a number. */
uint64_t digits_value(const uint8_t *digits, size_t size);
/* ISO/IEC 7064, MOD 11,10: the last digit checks the others. */
bool mod_11_10_valid(const uint8_t *digits, size_t size);

#endif
