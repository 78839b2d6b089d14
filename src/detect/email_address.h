/* How the parts of the e-mail detector speak with each other: characters, local part, domain. */
#ifndef STAUNCH_DETECT_EMAIL_ADDRESS_H
#define STAUNCH_DETECT_EMAIL_ADDRESS_H

#include "detect/detector.h"

/* RFC 5321 4.5.3.1: octets of a local part, of a domain, of the whole; RFC 1035 2.3.4: of a label. */
#define EMAIL_LOCAL_BYTES 64
#define EMAIL_DOMAIN_BYTES 253
#define EMAIL_LABEL_BYTES 63
#define EMAIL_ADDRESS_BYTES 254
/* Blanks between the parts of an address written apart. */
#define EMAIL_BLANKS 3

/* How the sign between local part and domain was written says which escapes are read around it. */
enum email_context {
	EMAIL_CONTEXT_PLAIN,
	EMAIL_CONTEXT_QUOTED, /* =40: quoted-printable (RFC 2045 6.7) */
};

/* One character as a reader would see it. */
enum email_class {
	EMAIL_STOP,      /* ends every part of an address: blank, bracket, escape such as \n, broken bytes */
	EMAIL_INVISIBLE, /* shows nothing: zero width, soft hyphen, soft line break */
	EMAIL_ALNUM,     /* ASCII letter or digit */
	EMAIL_DOT,
	EMAIL_DASH,
	EMAIL_UNDERSCORE,
	EMAIL_INNER,   /* allowed inside a local part, not at its start: + ' & % ! # $ * ^ ~ */
	EMAIL_LETTER,  /* letter, mark or digit beyond ASCII */
	EMAIL_IDEOGRAM /* the same, of a script written without spaces */
};
struct email_char {
	uint32_t code;
	enum email_class class;
	uint8_t size; /* bytes of the input, at least 1 */
	bool encoded;
};
/* The character at p < end. */
struct email_char email_char_at(const uint8_t *p, const uint8_t *end, enum email_context context);
/* Bytes of blanks (space, tab, no-break space) at p, or before p, at most EMAIL_BLANKS of them. */
size_t email_blanks_at(const uint8_t *p, const uint8_t *end);
size_t email_blanks_before(const uint8_t *start, const uint8_t *p);
/* Does the ASCII word (letter case ignored) stand at p? Its length, or 0. */
size_t email_word_at(const uint8_t *p, const uint8_t *end, const char *word);
/* Words for the dot between two parts, NULL-ended. */
extern const char *const email_dot_words[];
/* Is the text one of the words (NULL-ended, lower case)? Letter case ignored. */
bool email_is_word(const uint8_t *text, size_t size, const char *const *words);
/* The closing bracket of an opening one, 0 for any other byte. */
uint8_t email_closing(uint8_t open);
/* Is the byte at p the last one of a quoted-printable line broken by `=`? Only a line of full length counts in plain
 * text. Then *first is where the break begins. */
bool email_soft_break(const uint8_t *start, const uint8_t *p, enum email_context context, const uint8_t **first);

/* Where the sign stands and what it looks like. */
struct email_sign {
	size_t start, end; /* in the window, brackets and blanks included */
	enum email_context context;
	bool encoded;
	bool bracketed; /* [at], (@) */
	bool word;      /* a word, bare or joined by dashes: needs a word for the dot too, unless it is unmistakable */
	bool unmistakable;            /* chiocciola, arobase: no other meaning beside a domain */
	bool apart_left, apart_right; /* blanks between it and the parts */
	uint8_t joint;                /* '-' or '_' of joe-at-contoso-dot-com; else 0 */
};

struct email_local {
	size_t start; /* in the window */
	uint8_t text[EMAIL_LOCAL_BYTES * 2];
	size_t size;
	bool encoded, odd; /* odd: dots in a row or at the end, which RFC 5321 forbids and some providers allow */
	bool non_ascii;
};
/* The local part that ends at `end`; false when there is none, or the whole would be longer than RFC 5321 allows. */
bool email_local_before(
	const struct detect_window *window, size_t end, const struct email_sign *sign, struct email_local *out);

/* Puts the parts before a spelled-out dot in front: "nils dot archer at contoso dot com". Only where the dot of the
 * domain is a word, too. */
void email_local_take_dots(
	const struct detect_window *window, const struct email_sign *sign, struct email_local *local);

enum email_doubt {
	EMAIL_CERTAIN,
	EMAIL_SPACED,    /* spaces around dots */
	EMAIL_GUESSED,   /* a space for the dot, before com/net/org/edu/gov or an own domain */
	EMAIL_TENTATIVE, /* a space for the dot before any other */
};
struct email_domain {
	size_t end;                           /* in the window */
	uint8_t text[EMAIL_DOMAIN_BYTES + 1]; /* canonical: lower case, A-labels */
	size_t size;
	size_t labels;
	bool encoded, obfuscated, dot_word;
	bool internal; /* reserved or internal top-level domain */
	bool generic;  /* com net org edu gov */
	enum email_doubt doubt;
};
/* The domain that begins at `start`. */
bool email_domain_at(
	const struct detect_window *window, size_t start, const struct email_sign *sign, struct email_domain *out);

#endif
