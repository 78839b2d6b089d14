/* UTF-16 and UTF-32 with a byte order mark, as UTF-8 for the detectors, with the way back to the bytes of the input. */
#ifndef STAUNCH_CLI_DETECT_TEXT_H
#define STAUNCH_CLI_DETECT_TEXT_H

#include "base/bytes.h"

/* Characters of equal size in a row. */
struct detect_text_run {
	uint64_t text, input;          /* offsets of its first character */
	uint8_t text_size, input_size; /* of one character */
};

struct detect_text {
	unsigned unit; /* bytes of a code unit: 1 (as is), 2 or 4 */
	bool big_endian;
	bool sniffed;
	uint64_t input_offset, text_offset; /* of what comes next */
	uint8_t left[8];                    /* bytes of an unfinished character, or of a mark not yet recognised */
	size_t left_size;
	struct detect_text_run *runs;
	size_t first, count, capacity;
};

/* Adds the UTF-8 for a block to out; `last` when no more follows. A code unit that is no character becomes NUL, which
 * ends every candidate. Zero-initialise; free with detect_text_free. */
void detect_text_add(struct detect_text *text, const uint8_t *data, size_t size, bool last, struct st_buf *out);
/* The input offset of an offset in the text that detect_text_add wrote. */
uint64_t detect_text_to_input(const struct detect_text *text, uint64_t offset);
/* Forgets the way back for everything before this offset. */
void detect_text_forget(struct detect_text *text, uint64_t offset);
void detect_text_free(struct detect_text *text);

#endif
