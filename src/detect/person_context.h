/* What stands around a name in running text and speaks for it: titles, roles, fields, greetings, closing formulas. */
#ifndef STAUNCH_DETECT_PERSON_CONTEXT_H
#define STAUNCH_DETECT_PERSON_CONTEXT_H

#include "detect/digits.h"
#include "detect/person_words.h"

enum person_before {
	PERSON_BEFORE_NONE,   /* the begin of a line, a sentence or a clause, or a word in small letters */
	PERSON_BEFORE_INSIDE, /* a capitalised word of the same sentence */
	PERSON_BEFORE_PLACE,  /* San, Lake, Rue: what follows is called after somebody */
	PERSON_BEFORE_TITLE,  /* Mrs, Dr., Signora */
	PERSON_BEFORE_RANK,   /* Sir, Don, M.: a title of names that we know */
	PERSON_BEFORE_ROLE,   /* plaintiff, signed by, Counsel for, Patient: */
	PERSON_BEFORE_PART,   /* the field of a first or last name */
	PERSON_BEFORE_SAID,   /* my name is, call me: of a first name, too */
};

/* What stands before `start` on its line, or as the name of its field or column. */
enum person_before person_before(const struct detect_window *window, size_t start);
/* The same for who asks for titles, roles, fields and what is said: INSIDE may be NONE. */
enum person_before person_says_before(const struct detect_window *window, size_t start);
/* Can the value at `at`, of which `before` bytes before it may be looked at, be that of a field PERSON_BEFORE_PART,
 * when no column is told? */
bool person_may_be_part(const uint8_t *at, size_t before);
/* Does a line that is a closing formula stand before the line that begins at `start`? */
bool person_is_closed_before(const uint8_t *text, size_t start);
/* Is the word before `start`, on the same line, a greeting, with titles in between? */
bool person_is_greeted_before(const uint8_t *text, size_t start);
/* Does a line, a clause or the text end at `at`? */
bool person_clause_ends(const struct detect_window *window, size_t at);
/* Does the value of a field, a cell or a line end at `at`? */
bool person_value_ends(const struct detect_window *window, size_t at);
/* Does something begin there that only persons do, in logs: " logged in", " changed password"? */
bool person_acts(const struct detect_window *window, size_t at);

#endif
