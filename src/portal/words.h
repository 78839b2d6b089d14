/*
 * The three languages of the portal. A text is named by its English form, as gettext(3) does it; po/it.po and po/fr.po
 * are edited with the gettext tools and become a table when the program is built (tools/po_tables.py), so that nothing
 * is looked up in the locale of a machine. Plural forms: English and Italian n != 1, French n > 1 (GNU gettext manual,
 * "Plural forms"). Dates and numbers: Unicode CLDR, gregorian long date and decimal grouping of en, it and fr.
 */
#ifndef STAUNCH_PORTAL_WORDS_H
#define STAUNCH_PORTAL_WORDS_H

#include "base/bytes.h"

enum words_language { WORDS_ENGLISH, WORDS_ITALIAN, WORDS_FRENCH, WORDS_LANGUAGES };

/* Marks a text for xgettext(1); with both forms of a plural. */
#define T(text) text
#define T_PLURAL(one, many) one, many

/* The text in a language; a text that has no translation is given back as it is. Never NULL. */
const char *words_get(enum words_language language, const char *english);
/* The form for n things. */
const char *words_get_plural(enum words_language language, const char *one, const char *many, uint64_t n);
/* Is there a row of the table for this text? For tests. */
bool words_known(const char *english);

/* "en", "it", "fr"; and the name of the language in itself. */
const char *words_tag(enum words_language language);
const char *words_name(enum words_language language);
/* From exactly two letters; false if it is none of ours. */
bool words_from_tag(const char *tag, size_t size, enum words_language *out);
/* The best of ours for an Accept-Language header (RFC 9110, 12.5.4); English when none is asked for. NULL: none came.
 */
enum words_language words_accepted(const char *header);

#define WORDS_TEXT_BYTES 64
/* 1389392 is 1,389,392, 1.389.392 or 1 389 392. */
void words_number(enum words_language language, uint64_t number, char out[WORDS_TEXT_BYTES]);
/* "5 December 2019", in UTC: the day a record is dated. */
void words_day(enum words_language language, int64_t utc_seconds, char out[WORDS_TEXT_BYTES]);
/* "5 December 2019, 14:32 (UTC+1)", in the time zone of this machine. */
void words_moment(enum words_language language, int64_t utc_seconds, char out[WORDS_TEXT_BYTES]);
/* "14:32 (UTC+1)" */
void words_time(enum words_language language, int64_t utc_seconds, char out[WORDS_TEXT_BYTES]);

/* One row of the table that is made from po/: sorted by the English text. Plurals have two forms. */
struct words_row {
	const char *english, *english_many; /* the second NULL where there is no plural */
	const char *forms[WORDS_LANGUAGES][2];
};
extern const struct words_row words_rows[];
extern const size_t words_row_count;

#endif
