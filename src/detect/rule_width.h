/* How many bytes a pattern can match and look at: PCRE2 tells the least, not the most. */
#ifndef STAUNCH_DETECT_RULE_WIDTH_H
#define STAUNCH_DETECT_RULE_WIDTH_H

#include "base/bytes.h"

struct rule_width {
	size_t least;  /* bytes of the shortest match */
	size_t most;   /* bytes from its begin that it can match or look at, at most; never too small */
	size_t behind; /* bytes before its begin that it can look at, at most; never too small */
};

/* Reads the part of the syntax (pcre2pattern(3)) whose width is bounded: literals, classes, groups, alternatives, ?,
 * {n}, {n,m}, look-around, ^ $ \b \B, (?i) and (?s). False for everything else, with why it is refused and the byte of
 * the pattern where that stands. */
bool rule_width(struct st_span pattern, struct rule_width *out, const char **why, size_t *at);

#endif
