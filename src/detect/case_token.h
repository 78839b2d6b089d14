/*
 * The written form of case numbers, dockets and tickets: groups of digits and of letters with single signs between them
 * (2023-CRIM-9738, 5:23-mc-07835-CVN, SRX1234567890ID, 1234/2023), and the template that numbers of one system share.
 * Private to detect.
 */
#ifndef STAUNCH_DETECT_CASE_TOKEN_H
#define STAUNCH_DETECT_CASE_TOKEN_H

#include "detect/detector.h"

#define CASE_GROUPS 8
#define CASE_BYTES 48 /* the longest token */

/* A group: digits; capitals; small letters; letters of one case and digits in at most three pieces; anything else. */
enum case_group_class { CASE_DIGITS, CASE_CAPITALS, CASE_SMALL, CASE_MIXED, CASE_OTHER };

struct case_group {
	uint8_t at, size; /* in the token */
	uint8_t sign;     /* before it; 0 for the first */
	enum case_group_class class;
};

struct case_token {
	const uint8_t *text;
	size_t start, size; /* start: in the window */
	size_t count, digits;
	bool letters;
	bool cut; /* a word went on behind it */
	struct case_group group[CASE_GROUPS];
};

/* The whole token around the digit at `at`; false where none can be a case number: other letters or signs go on, a
 * date, an address of a network, a checksum, a file, the number of a public reference. */
bool case_token_read(const struct detect_window *window, size_t at, struct case_token *out);
/* Does it hold letters and at least three groups, as the dockets of courts do? No number in prose looks like it. */
bool case_token_is_docket(const struct case_token *token);
/* Without its first group and the sign behind it; false: that is none. */
bool case_token_drop_first(struct case_token *token);
#endif
