/* Text that waits until its place is decided; private to extract. */
#ifndef STAUNCH_EXTRACT_QUOTE_HELD_H
#define STAUNCH_EXTRACT_QUOTE_HELD_H

#include "extract/extract.h"

/* Zero-initialised is empty. */
struct quote_held {
	struct st_buf data;
	struct st_buf stored; /* of each byte: where it begins and ends in the stored part, two u64 */
	uint64_t start;       /* text offset of the first */
	bool transcoded;
};

/* Keeps the bytes of the block from `from` on. */
void quote_held_add(struct quote_held *held, const struct extract_text *text, size_t from);
/* Gives the first bytes to events->text. */
void quote_held_give(
	struct quote_held *held, size_t size, const struct extract_events *events, void *context, uint32_t part);
void quote_held_free(struct quote_held *held);

#endif
