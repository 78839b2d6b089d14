/* What the search for known names (known_names.c) asks of the set of digests (known.c). */
#ifndef STAUNCH_REDACT_KNOWN_PARTS_H
#define STAUNCH_REDACT_KNOWN_PARTS_H

#include "base/hash.h"
#include "redact/known.h"

#define KNOWN_WORDS 4       /* of a name that is looked for in texts */
#define KNOWN_WORD_BYTES 48 /* of a word in canonical form */
/* Words of known names, one bit each in a table of 2 MiB: most words of a text need no more than this. */
#define KNOWN_WORD_BITS (1u << 24)

/* May this word (NFKC, case-folded) be one of a known name? */
bool known_word(const struct redact_known *known, struct st_span word);
/* Are these, in any order, all words of a known name? Its canonical form as it was added; 0: no. count is 2 to 4. */
size_t known_name(
	const struct redact_known *known, const struct st_span *words, size_t count, uint8_t out[DETECT_NAME_BYTES]);

#endif
