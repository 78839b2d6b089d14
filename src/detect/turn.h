/*
 * What stands on the line before a value, or in the question that it answers: "Q: And your date of birth?" and below
 * "A: 12/03/1980"; "Codice fiscale:" alone on its line, and the number on the next. Private to detect.
 */
#ifndef STAUNCH_DETECT_TURN_H
#define STAUNCH_DETECT_TURN_H

#include "detect/detector.h"

enum turn {
	TURN_NONE,  /* something else stands between */
	TURN_WRAP,  /* the value begins its line, and the line goes on from the one before */
	TURN_LABEL, /* before the value stands at most who speaks; perhaps a blank line */
	TURN_ASKED, /* a question, and an answer of a few words without a digit before the value */
};

/* *end: where the words of the line before, or of the question, end in the window. */
enum turn turn_before(const struct detect_window *window, size_t at, size_t *end);

#endif
