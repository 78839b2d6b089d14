/*
 * Words that say what a text is: labels of sensitivity where they are labels, titles and phrases of types of document,
 * subjects of special categories. Text in, what was seen out; how the text is cut makes no difference. Everything is
 * decided within WORDS_REACH_BYTES of a word.
 */
#ifndef STAUNCH_WORKER_WORDS_H
#define STAUNCH_WORKER_WORDS_H

#include "base/bytes.h"
#include "worker/marking.h"

/* A word is judged by what stands so near to it: less than what detectors look at, so that the places of marks are
 * still known. */
#define WORDS_REACH_BYTES 256

enum words_class { WORDS_LABEL, WORDS_TITLE, WORDS_EVIDENCE, WORDS_SUBJECT };

/* A line of the table: `value` is a number in the list of its class (marking.h). */
struct words_entry {
	const char *text; /* lower case; a blank is any run of blanks, hyphens and underscores */
	uint8_t class, value;
	bool weak; /* of a label: an everyday word, a label only in capitals, brackets or behind the name of a field */
};
extern const struct words_entry words_table[];
extern const size_t words_table_count;
/* What stands before a label: "classification: ". NULL-ended. */
extern const char *const words_label_fields[];

/* Seen at [start, end) of the text: a label, or a subject. */
typedef void words_seen(void *context, enum marking kind, const char *value, uint64_t start, uint64_t end);

/* What speaks for each type of document: titles, and different phrases. */
struct words_types {
	uint32_t titles[8],
		phrases[8]; /* bits: how a title stood; which phrases (by their line of the table, mod 32) */
};

struct words;
/* The table is made ready once for each; seen may be NULL. */
struct words *words_open(words_seen *seen, void *context);
void words_close(struct words *words);
/* A new text. */
void words_begin(struct words *words);
/* From this offset on stands a heading (header, footer, property): text in it speaks for the whole; or no more. */
void words_heading(struct words *words, uint64_t start, bool heading);
void words_feed(struct words *words, const uint8_t *text, size_t size);
void words_finish(struct words *words);
/* Every word that starts before this offset has been judged. */
uint64_t words_done(const struct words *words);
/* Adds what the words in [start, end) say of its type, and forgets what stands before `end`. All of it must be done,
 * and ranges come in order. */
void words_types_of(struct words *words, uint64_t start, uint64_t end, struct words_types *types);
/* The same for a file's name. */
void words_types_of_name(struct words *words, struct st_span name, struct words_types *types);
/* The type (marking_documents) that a title and a phrase of it speak for, more than for any other; NULL: unknown. */
const char *words_type(const struct words_types *types);
void words_types_add(struct words_types *to, const struct words_types *from);

#endif
