/* Text as a reader would see it: escapes undone, what shows nothing left out, every character with its place. Private.
 */
#ifndef STAUNCH_JUDGE_VIEW_H
#define STAUNCH_JUDGE_VIEW_H

#include "judge/judge.h"

/* In place of bytes that are no character, controls, and what a redaction wrote. */
#define VIEW_STOP 0

struct view_char {
	uint32_t code;
	uint32_t start, end; /* bytes of the text */
};
struct view {
	size_t size;
	struct view_char at[JUDGE_TEXT_BYTES];
};
void view_read(struct view *view, struct st_span text);

/* The character at a place that may lie outside; VIEW_STOP there. */
static inline uint32_t view_code(const struct view *view, size_t at)
{
	return at < view->size ? view->at[at].code : VIEW_STOP;
}
static inline bool view_digit(const struct view *view, size_t at)
{
	return view_code(view, at) - '0' < 10;
}
static inline bool view_upper(const struct view *view, size_t at)
{
	uint32_t code = view_code(view, at);
	return code - 'A' < 26 || (code >= 0xc0 && code <= 0xde && code != 0xd7);
}
static inline bool view_letter(const struct view *view, size_t at)
{
	uint32_t code = view_code(view, at);
	return (code | 0x20) - 'a' < 26 || code >= 0xc0;
}
static inline bool view_alnum(const struct view *view, size_t at)
{
	return view_digit(view, at) || view_letter(view, at);
}
static inline bool view_blank(const struct view *view, size_t at)
{
	return view_code(view, at) == ' ' || view_code(view, at) == '\t';
}
size_t view_blanks(const struct view *view, size_t at, size_t most); /* how many stand there, at most so many */
size_t view_blanks_before(const struct view *view, size_t at, size_t most);
/* Does one of the words (lower case, UTF-8, divided by blanks) stand at `at`, whole, letter case ignored? Its length in
 * characters, or 0. */
size_t view_word(const struct view *view, size_t at, const char *words);
/* Does one of the words end within the `reach` characters before `at`, on the same line? */
bool view_word_before(const struct view *view, size_t at, size_t reach, const char *words);

/* What looks for one kind: does something of it begin at `at`? Then its end, and where it really begins in *start. */
typedef size_t judge_look(const struct view *view, size_t at, size_t *start);
size_t judge_address(const struct view *view, size_t at, size_t *start);
size_t judge_phone(const struct view *view, size_t at, size_t *start);
size_t judge_card(const struct view *view, size_t at, size_t *start);
size_t judge_account(const struct view *view, size_t at, size_t *start);
size_t judge_official(const struct view *view, size_t at, size_t *start);
size_t judge_host(const struct view *view, size_t at, size_t *start);
size_t judge_birthday(const struct view *view, size_t at, size_t *start);
size_t judge_case(const struct view *view, size_t at, size_t *start);
size_t judge_name(const struct view *view, size_t at, size_t *start);
size_t judge_home(const struct view *view, size_t at, size_t *start);
size_t judge_secret(const struct view *view, size_t at, size_t *start);

#endif
