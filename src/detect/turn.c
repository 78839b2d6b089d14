/* The line or turn before a value's own, read backwards. */
#include "detect/turn.h"

#include "detect/digits.h"

#define ANSWER_BYTES 64
#define SPEAKER_BYTES 24
#define STAMP_BYTES 24

/* A line end before `at`, also as escaped in JSON and C: its bytes, or 0. */
static size_t line_end_before(const struct detect_window *window, size_t at)
{
	uint8_t byte = byte_before(window, at, 1);
	if (byte == '\n' || byte == '\r')
		return 1;
	return (byte == 'n' || byte == 'r') && byte_before(window, at, 2) == '\\' ? 2 : 0;
}

/* "[10:32] " in front of a line of a chat: where it begins, or `at`. */
static size_t pass_stamp(const struct detect_window *window, size_t at)
{
	for (size_t i = at - 1; i > 0 && at - i < STAMP_BYTES; i--)
		if (window->data[i - 1] == '[')
			return i == 1 || line_end_before(window, i - 1) > 0 ? i - 1 : at;
	return at;
}

/* The answer before the value, as far back as it can be one: where it begins. */
static size_t answer_begin(const struct detect_window *window, size_t at)
{
	size_t from = at;
	while (from > 0 && at - from < ANSWER_BYTES) {
		uint8_t byte = window->data[from - 1];
		if (byte == '?' || ascii_digit(byte) || byte == 0 || byte == ';' || byte == '|' || byte == '&' ||
			line_end_before(window, from) > 0)
			break;
		size_t stamp = byte == ']' ? pass_stamp(window, from) : from;
		from = stamp < from ? stamp : from - 1;
	}
	return from;
}

/* Is it nothing, or who speaks: "A: ", "Anna Rossi:", "> ", "- "? */
static bool is_speaker(const struct detect_window *window, size_t from, size_t at)
{
	while (at > from && window->data[at - 1] == ' ')
		at--;
	uint8_t last = at > from ? window->data[at - 1] : ':';
	if (at - from > SPEAKER_BYTES || (last != ':' && last != '>' && last != '-' && last != '*' && last != '"'))
		return false;
	for (; from < at; from++)
		if (byte_is_in(window->data[from], "{}=<,/"))
			return false;
	return true;
}

/* The line ends before `at`, with blanks and marks of quoted mail between; how many, three for more. */
static unsigned pass_lines(const struct detect_window *window, size_t *at)
{
	unsigned lines = 0;
	for (size_t size; *at > 0 && lines < 3; *at -= size) {
		uint8_t byte = window->data[*at - 1];
		size = line_end_before(window, *at);
		lines += size > 0 && (byte == '\n' || byte == 'n');
		if (size == 0 && byte != ' ' && byte != '\t' && byte != '>')
			break;
		size = size ? size : 1;
	}
	return lines;
}

/* In a URL it is no question. */
static bool is_question(const struct detect_window *window, size_t mark)
{
	uint8_t after = byte_at(window, mark + 1);
	return !ascii_alnum(after) && after != '=' && after != '%' && after != '_';
}

/* The question's sign before `at`, perhaps with what closes it; SIZE_MAX when it is none. */
static size_t question_end(const struct detect_window *window, size_t at)
{
	for (size_t i = at; i > 0 && at - i < 4; i--) {
		uint8_t byte = window->data[i - 1];
		if (byte == '?')
			return i - 1;
		if (byte != '"' && byte != '*' && byte != '_' && byte != ')' && byte != ' ' && byte != '\'')
			break;
	}
	return SIZE_MAX;
}

enum turn turn_before(const struct detect_window *window, size_t at, size_t *end)
{
	size_t from = answer_begin(window, at), before = from;
	if (from > 0 && window->data[from - 1] == '?' && is_question(window, from - 1)) {
		*end = from - 1;
		return TURN_ASKED;
	}
	unsigned lines = pass_lines(window, &before);
	size_t question = question_end(window, before);
	if (lines == 0 || lines > 2 || before == 0)
		return TURN_NONE;
	*end = question == SIZE_MAX ? before : question;
	if (question != SIZE_MAX)
		return TURN_ASKED;
	if (from == at && lines == 1)
		return TURN_WRAP;
	return is_speaker(window, from, at) ? TURN_LABEL : TURN_NONE;
}
