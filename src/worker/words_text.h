/* A window of text as words.c looks at it: folding, matching, and where the line of a word begins and ends. */
#ifndef STAUNCH_WORKER_WORDS_TEXT_H
#define STAUNCH_WORKER_WORDS_TEXT_H

#include "base/bytes.h"

/* A quarter of the reach: a line that is longer on one side of a word has no beginning or end there. */
#define WORDS_LINE_BYTES 120

struct words_window {
	const uint8_t *data;
	size_t size;
};

/* The line of a word at [start, end): it ends at a line break, also one written `\n`, a quotation mark, a tag, a tab, a
 * bar or a semicolon. */
struct words_line {
	size_t start, end;
	bool begins, ends;   /* false: further away than WORDS_LINE_BYTES */
	bool quoted;         /* between quotation marks, where a string of JSON or a cell may stand */
	bool is_key;         /* a quoted key: a colon follows */
	struct st_span lead; /* in front of the word and behind it, without decoration; empty for nothing */
	struct st_span rest;
};
void words_line_of(const struct words_window *window, size_t start, size_t end, struct words_line *out);

/* Where the text of an entry ends when it stands at `at`, a word of its own; 0: it does not. */
size_t words_match(const struct words_window *window, size_t at, const char *entry);
/* Does the span end with this text, in any spelling, as words of its own? */
bool words_ends_with(struct st_span span, const char *text);
bool words_begins_with(struct st_span span, const char *text);
/* The name of the field whose value begins at the line: `"name": "`, `name: `, `<name>`; empty when there is none. */
struct st_span words_field_of(const struct words_window *window, const struct words_line *line);
bool words_is_letter(uint8_t c);
bool words_all_capitals(const struct words_window *window, size_t start, size_t end);
bool words_is_capital(const struct words_window *window, size_t at);

#endif
