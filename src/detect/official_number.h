/*
 * Numbers that an authority gave: national ids and VAT numbers. Both are short runs of letters and digits in groups,
 * with a check of their own; a table of schemes says what each looks like. Private to detect.
 */
#ifndef STAUNCH_DETECT_OFFICIAL_NUMBER_H
#define STAUNCH_DETECT_OFFICIAL_NUMBER_H

#include "detect/detector.h"

#define OFFICIAL_CHARACTERS 20
#define OFFICIAL_GROUPS 8

/* Letters and digits as written, in groups with one sign between two. */
struct official_text {
	uint8_t text[OFFICIAL_CHARACTERS]; /* upper case, no signs */
	uint8_t size, groups;
	struct {
		uint8_t end;     /* characters up to its end */
		char sign;       /* before the group: ' ', '-', '.', '/', '+'; 0 for the first */
		size_t end_byte; /* in the window */
		bool encoded;    /* something encoded up to its end */
	} group[OFFICIAL_GROUPS];
};

struct official_scheme {
	const char *name; /* as in "scheme" */
	/* Lengths of groups as an authority prints them, with their signs: "3-2-4", "1 2 2 2 3 3 2"; several divided by
	 * '|'. NULL: in one piece only. Any scheme may stand in one piece. */
	const char *printed;
	uint8_t size, size_most;
	/* Structure and check digits of a number of this size; upper case. */
	bool (*valid)(const uint8_t *text, size_t size);
	/* Hundredths: in one piece, and as printed, without a label; 0: only behind one. */
	uint8_t bare, grouped;
	/* Parts of the words before it, in lower case without signs and blanks ("codicefiscale"); ended by NULL. A part
	 * that begins with '=' must be a whole word. */
	const char *const *labels;
	/* NULL, or the form that counts as equal; at most OFFICIAL_CHARACTERS, returns its size. */
	size_t (*canonical)(const uint8_t *text, size_t size, uint8_t *out);
};

/* Behind a label, whatever the grouping. */
#define OFFICIAL_LABELLED 97

/* Reads groups from `start` on, until the text goes on otherwise. False when none stands there. */
bool official_read(const struct detect_window *window, size_t start, struct official_text *out);
/* The longest prefix of groups that one of the schemes takes fills *out. */
bool official_match(const struct detect_window *window, size_t start, const struct official_text *text,
	const struct official_scheme *schemes, size_t count, struct detect_candidate *out);
/* Where a number may start whose first digit stands at `at`: there, before letters in front of it (RSSMRA85...), or
 * before one or two groups of letters (RSS MRA 85..., AB 12 34 56 C). Fills starts, longest first; their number. */
size_t official_starts(const struct detect_window *window, size_t at, size_t starts[3]);
/* Does one of the hints hold at `at`? What the sieve asks for a detector, asked byte by byte: its check() begins with
 * it, so that both ways find the same. */
bool official_hinted(const struct detect_window *window, size_t at, const struct detect_hint *hints);

/* Sets for hints. Beyond ASCII stand full-width digits and other spaces; % and & begin a spelt space. */
#define OFFICIAL_WIDE "\x80\xff"
#define OFFICIAL_DIGIT "09" OFFICIAL_WIDE
#define OFFICIAL_LETTER "AZaz"
#define OFFICIAL_ALNUM "09AZaz" OFFICIAL_WIDE
#define OFFICIAL_SIGN "  ++--..//%%&&" OFFICIAL_WIDE

/* --- checks that several authorities share; digits are characters '0' to '9' --- */
bool all_digits(const uint8_t *text, size_t size);
/* ISO/IEC 7812-1, annex B. */
bool luhn_valid(const uint8_t *digits, size_t size);
/* Sum of digit times weight. */
unsigned weighted_sum(const uint8_t *digits, const char *weights, size_t size);
/* The number modulo m, for up to 18 digits. */
uint64_t digits_value(const uint8_t *digits, size_t size);
/* ISO/IEC 7064, MOD 11,10: the last digit checks the others. */
bool mod_11_10_valid(const uint8_t *digits, size_t size);

#endif
