/* Words as names are made of: letters, what kind of word it is, and the canonical form of a name (contract 4). */
#ifndef STAUNCH_DETECT_PERSON_WORDS_H
#define STAUNCH_DETECT_PERSON_WORDS_H

#include "detect/detector.h"

#define PERSON_NAME_BYTES DETECT_NAME_BYTES /* a canonical name; a longer one is none */
#define PERSON_WORD_BYTES 40                /* a word; a longer one is part of no name */
#define PERSON_HEADER_CONFIDENCE 95
#define PERSON_GREETED_CONFIDENCE 85
#define PERSON_TITLED_CONFIDENCE 80  /* a title, a role, a field before it */
#define PERSON_LISTED_CONFIDENCE 75  /* a given name and a surname of the tables */
#define PERSON_RARE_CONFIDENCE 65    /* a given name and a word that is no other word that we know */
#define PERSON_INITIAL_CONFIDENCE 60 /* a given name and an initial */
/* Words that begin with a given name: shown when the address book has them. */
#define PERSON_BOOK_CONFIDENCE DETECT_CONFIDENCE_BOOK
#define PERSON_WORDS 8 /* looked at for one name, titles included */

/* In the order of tools/gen_name_tables.py. */
enum person_class {
	PERSON_PLAIN,
	PERSON_GREETING, /* dear, gentile, bonjour */
	PERSON_TITLE,    /* mr, dott, herr: not part of the canonical name */
	PERSON_SUFFIX,   /* jr, phd: the same */
	PERSON_PARTICLE, /* de, van: also in lower case */
	PERSON_LEAD,     /* from, von, contact: stands before a name, never in one */
	PERSON_STOP,     /* team, support, outlook, monday: what it stands in is no name of a person */
};

struct person_word {
	size_t start, end;                 /* in the text, a dot behind it included */
	uint8_t folded[PERSON_WORD_BYTES]; /* lower case, without dots */
	size_t folded_size;
	uint64_t hash; /* of these, by domain_hash() */
	unsigned letters;
	bool capital; /* Anna, McDonald, Jean-Luc, O'Brien; also ANNA */
	bool upper;   /* no small letter */
	bool lower;   /* no capital */
	bool dotted;
	bool given; /* a given name, by the table */
	enum person_class class;
};
enum person_surname {
	PERSON_SURNAME_NONE,   /* in no list, and not formed like one */
	PERSON_SURNAME_COMMON, /* a common word, too: Baker, King */
	PERSON_SURNAME_PLAIN,  /* hardly anything else */
};
/* The word that begins at `at` of text: letters, with dashes and apostrophes between them, perhaps a dot behind. False:
 * no letter stands there, or what does is part of something else (a number, an address, a CamelCase name). */
bool person_word_at(const uint8_t *text, size_t size, size_t at, struct person_word *out);
/* Fills given and class: the dearer half. */
void person_word_know(struct person_word *word);
/* Particle, title, greeting, or plain: what may stand before the trigger of a name. */
enum person_class person_word_opens(const struct person_word *word);
/* Park, Street, Award: what is called after somebody, with the name before it. */
bool person_word_is_thing(const struct person_word *word);
/* Mark, Grace, Will: given names that are words, too, and that many people have. */
bool person_word_is_given_word(const struct person_word *word);
bool person_word_is_given(const struct person_word *word);
/* A given name that is hardly a place, a product or a common word: Anna, not Jordan. */
bool person_word_is_plain_given(const struct person_word *word);
/* By the lists, and by the ends that surnames have in many languages (-sson, -ova, -escu). */
enum person_surname person_word_surname(const struct person_word *word);
/* Of a word that no list of names holds: it is no common word, and does not end like one. */
bool person_word_may_be_surname(const struct person_word *word);
/* Takes the possessive off: Anna Rossi's. */
void person_word_cut_possessive(const uint8_t *text, struct person_word *word);
/* Where the word that ends at `end` begins, a dot behind it included; `end` when none does. Not before `from`. */
size_t person_word_before(const uint8_t *text, size_t from, size_t end);

/* Only a first initial may stand for a word, and one word needs three letters. */
bool person_words_are_name(const struct person_word *words, size_t count);
/* NFKC, case-folded, the words parted by one space. False: it does not fit. */
bool person_canonical(const struct person_word *words, size_t count, struct detect_candidate *out);

/* --- person_header.c --- */

/* A name beside an e-mail address. */
struct person_beside {
	struct detect_candidate name;
	bool whose; /* the address is that person's, and not a list's or a role's that she writes through */
};
/* `Anna Rossi <address>`, `"Rossi, Anna" [mailto:address]`, `address (Anna Rossi)`: the header fields of RFC 5322 and
 * what mail programs make of them in replies. The address lies at [start, end) of the window. */
bool person_beside(const struct detect_window *window, size_t start, size_t end, struct st_span address,
	struct person_beside *out);

#endif
