/*
 * Written numbers: digits in groups, with the spaces, dashes and signs people put between them. Shared by the detectors
 * of telephone numbers, payment cards, IBANs and IP addresses. Works on raw bytes: UTF-8, full-width forms, invisible
 * characters, the percent and entity spellings of a space, and signs and soft line breaks of quoted-printable.
 */
#ifndef STAUNCH_DETECT_DIGITS_H
#define STAUNCH_DETECT_DIGITS_H

#include "detect/detector.h"

enum glyph_class {
	GLYPH_OTHER,
	GLYPH_DIGIT,
	GLYPH_LETTER,    /* ASCII, and its full-width form */
	GLYPH_INVISIBLE, /* zero-width, soft hyphen, marks of direction */
	GLYPH_SPACE,     /* also no-break, thin and ideographic spaces; no tab, no line end */
	GLYPH_DOT,
	GLYPH_DASH,
	GLYPH_SLASH,
	GLYPH_OPEN,
	GLYPH_CLOSE,
	GLYPH_PLUS,
	GLYPH_NONE, /* the input ends here, or NUL, or no valid UTF-8 */
};

struct glyph {
	enum glyph_class class;
	uint8_t value; /* of a digit; of a letter the upper-case byte */
	uint8_t size;  /* bytes; 0 for GLYPH_NONE */
	bool encoded;  /* full-width, invisible, percent or entity: the mention's form is encoded */
};

struct glyph glyph_at(const struct detect_window *window, size_t at);
/* The character that ends before `at`; percent and entity spellings are not recognised backwards. */
struct glyph glyph_before(const struct detect_window *window, size_t at);

/* What stands between two groups, as a set. */
#define SEPARATOR_BIT(glyph) (1u << (glyph))
#define SEPARATOR_SPACE SEPARATOR_BIT(GLYPH_SPACE)
#define SEPARATOR_DOT SEPARATOR_BIT(GLYPH_DOT)
#define SEPARATOR_DASH SEPARATOR_BIT(GLYPH_DASH)
#define SEPARATOR_SLASH SEPARATOR_BIT(GLYPH_SLASH)
#define SEPARATOR_OPEN SEPARATOR_BIT(GLYPH_OPEN)
#define SEPARATOR_CLOSE SEPARATOR_BIT(GLYPH_CLOSE)
#define SEPARATOR_PLUS SEPARATOR_BIT(GLYPH_PLUS)

#define DIGIT_RUN_DIGITS 24
#define DIGIT_RUN_GROUPS 12

struct digit_group {
	size_t start, end; /* bytes in the window */
	uint8_t first;     /* index of its first digit */
	uint8_t count;
	uint16_t separators; /* before the group; 0 for the first */
	bool encoded;        /* something encoded in it, or between it and the group before */
};

struct digit_run {
	uint8_t count, groups;
	uint8_t digits[DIGIT_RUN_DIGITS]; /* values */
	struct digit_group group[DIGIT_RUN_GROUPS];
	bool more; /* the text goes on with further digits that found no room */
};

/* Reads groups of digits from the digit at `at`, separated by members of `separators`: one of a kind between two
 * groups, two spaces end the run. False when no digit stands there. */
bool digits_read(const struct detect_window *window, size_t at, unsigned separators, struct digit_run *run);
/* Is anything encoded in the first `groups` groups? */
bool digits_encoded(const struct digit_run *run, size_t groups);
/* How many of the first `groups` groups hold exactly `count` digits. */
size_t digits_groups_of(const struct digit_run *run, size_t groups, unsigned count);

/* A value may begin at `at`: no ASCII letter, digit or underscore before it, or a backslash escape such as \n, which
 * ends a token (contract 4), or a terminal code. */
bool token_begins(const struct detect_window *window, size_t at);
/* A value may end before `at`: no ASCII letter, digit or underscore follows, nor a dot, dash or colon and a digit. */
bool token_ends(const struct detect_window *window, size_t at);

static inline bool ascii_digit(uint8_t byte)
{
	return (uint8_t)(byte - '0') < 10;
}

static inline bool ascii_letter(uint8_t byte)
{
	return (uint8_t)((byte | 0x20) - 'a') < 26;
}

static inline bool ascii_alnum(uint8_t byte)
{
	return ascii_digit(byte) || ascii_letter(byte);
}

/* May something begin at `at` that is no plain ASCII and is read as a digit, a letter or as nothing? A superset of what
 * glyph_at tells, as may_spell. At least two bytes must follow. */
static inline bool may_join(const uint8_t *at)
{
	switch (at[0]) {
	case '=':
		return at[1] == '\n' || at[1] == '\r';
	case 0xc2:
		return at[1] == 0xad;
	case 0xe2:
		return at[1] == 0x80 || at[1] == 0x81;
	case 0xef:
		return at[1] == 0xbb || at[1] == 0xbc || at[1] == 0xbd;
	default:
		return false;
	}
}

/* The same, or as a sign? */
static inline bool may_spell(const uint8_t *at)
{
	switch (at[0]) {
	case '%':
		return at[1] == '2';
	case '&':
		return at[1] == 'n' || at[1] == '#';
	case '=':
		return at[1] == '\n' || at[1] == '\r' || at[1] == '2' || ((at[1] | 0x20) == 'a' && at[2] == '0') ||
		       ((at[1] | 0x20) == 'c' && at[2] == '2');
	case 0xc2:
		return at[1] == 0xa0 || at[1] == 0xad || at[1] == 0xb7;
	case 0xe2:
		return at[1] == 0x80 || at[1] == 0x81 || at[1] == 0x88;
	case 0xe3:
		return at[1] == 0x80;
	case 0xef:
		return at[1] == 0xbb || at[1] == 0xbc || at[1] == 0xbd;
	default:
		return false;
	}
}

/* The byte at a place that may lie outside the window: 0 there, which is no part of any value. */
static inline uint8_t byte_at(const struct detect_window *window, size_t at)
{
	return at < window->size ? window->data[at] : 0;
}

static inline uint8_t byte_before(const struct detect_window *window, size_t at, size_t back)
{
	return at >= back ? window->data[at - back] : 0;
}

/* A NUL is in no set: it stands for a value that was replaced, beside which nothing begins or ends (redact/stream.c).
 */
static inline bool byte_is_in(uint8_t byte, const char *set)
{
	return byte != 0 && strchr(set, byte) != NULL;
}

/* Does a letter or a sign of a script without blanks end before `at`: from U+3001 to U+CFFF, or a wide comma or colon?
 */
static inline bool behind_ideogram(const struct detect_window *window, size_t at)
{
	const uint8_t *end = window->data + at;
	if (at < 3 || end[-1] < 0x80)
		return false;
	if (end[-3] == 0xef && end[-2] == 0xbc)
		return end[-1] == 0x8c || end[-1] == 0x9a;
	return end[-3] >= 0xe3 && end[-3] <= 0xec && (end[-2] & 0xc0) == 0x80 && (end[-1] & 0xc0) == 0x80 &&
	       memcmp(end - 3, "\xe3\x80\x80", 3) != 0;
}

#endif
