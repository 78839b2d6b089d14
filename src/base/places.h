/*
 * Where in a document something stands: a list of labels, each with the offset from which it holds until the next. One
 * flat buffer goes from the worker into the case: {varint distance from the one before, varint size, label} each. A
 * label is words of a reader ("page 3", "comment") and, behind a NUL, a name out of the document, which is personal
 * data.
 */
#ifndef STAUNCH_BASE_PLACES_H
#define STAUNCH_BASE_PLACES_H

#include "base/bytes.h"

/* Zero-initialise; free with st_buf_free(&list.bytes). */
struct places {
	struct st_buf bytes;
	uint64_t last; /* offset of the last one */
	bool full;
};

/* The label holds from this offset on; an offset before the last one's counts as the last one's. Labels are cut at
 * CEIL_PLACE_BYTES. At CEIL_PART_PLACES_BYTES one last label, "further on", says that no more are kept. */
void places_add(struct places *list, uint64_t offset, struct st_span label);
/* Is it a list that places_add could have made? */
bool places_valid(struct st_span bytes);
/* The label at an offset: of those before or at it the last; empty when there is none. Borrowed from bytes. */
struct st_span places_at(struct st_span bytes, uint64_t offset);
/* The n-th label, from 0; empty when there are no more. Borrowed from bytes. */
struct st_span places_nth(struct st_span bytes, uint64_t n);
/* The words of the reader, without the name out of the document. */
struct st_span places_words(struct st_span label);

#endif
