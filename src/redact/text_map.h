/*
 * Text in another encoding than UTF-8, as UTF-8 for detectors and shapes, with the way back: the bytes as they came are
 * held for as long as they may have to be written. Private to redact.
 */
#ifndef STAUNCH_REDACT_TEXT_MAP_H
#define STAUNCH_REDACT_TEXT_MAP_H

#include "extract/charset.h"

/* Zero-initialise, then set charset. */
struct text_map {
	enum charset charset;
	struct st_buf raw;  /* from raw_at of the input on; what is not converted yet stands at its end */
	struct st_buf text; /* of the last block */
	uint64_t raw_at, text_at;
	size_t converted;       /* bytes of raw */
	uint32_t *places;       /* of each held byte of text: where its character begins in raw */
	size_t count, capacity; /* of places; the first belongs to text_at */
};

/* Adds a block and gives its text, valid until the next call. last: no more follows. */
struct st_span text_map_add(struct text_map *map, const void *data, size_t size, bool last);
/* The input offset of an offset of text. */
uint64_t text_map_input(const struct text_map *map, uint64_t offset);
/* The offset of the text whose character begins at or before this offset of the input, or ends there with `up`. */
uint64_t text_map_text(const struct text_map *map, uint64_t input, bool up);
/* The bytes of the input behind the text [start, end); valid until the next text_map_add. */
struct st_span text_map_bytes(const struct text_map *map, uint64_t start, uint64_t end);
/* Forgets what stands before this offset of the text. */
void text_map_forget(struct text_map *map, uint64_t offset);
/* Appends ASCII in the encoding of the input. */
void text_map_encode(const struct text_map *map, struct st_span ascii, struct st_buf *out);
/* A new input begins; memory stays. */
void text_map_begin(struct text_map *map, enum charset charset);
void text_map_free(struct text_map *map);

#endif
