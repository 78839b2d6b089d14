/* Files that stand encoded inside a text (uuencode, yEnc), as mail was sent before MIME: told, because nobody decodes
 * them. For extract and redact. */
#ifndef STAUNCH_EXTRACT_INLINE_ENCODED_H
#define STAUNCH_EXTRACT_INLINE_ENCODED_H

#include "base/bytes.h"

#define INLINE_LINE_BYTES 256

/* Zero-initialise. */
struct inline_encoded {
	uint8_t line[INLINE_LINE_BYTES]; /* the front of the line that is open */
	size_t size;
	bool begun; /* the line before was `begin 644 name` */
	bool found;
};
void inline_encoded_add(struct inline_encoded *look, const uint8_t *data, size_t size);
/* The text ends: was there one? */
bool inline_encoded_end(struct inline_encoded *look);

#endif
