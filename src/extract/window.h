/* A buffered look at a stream: bytes are seen before they are taken. For container readers; private to extract. */
#ifndef STAUNCH_EXTRACT_WINDOW_H
#define STAUNCH_EXTRACT_WINDOW_H

#include "extract/stream.h"

struct window {
	struct stream *stream; /* borrowed */
	bool seeks;            /* bytes come by pread from `offset` */
	uint64_t offset;       /* in the stream, of the byte after the buffer */
	uint8_t *buffer;
	size_t at, end;        /* not yet taken: [at, end) of the buffer */
	enum st_reason reason; /* why the stream failed; none at its end */
};

/* The caller closes. With seeks the stream must have pread. */
void window_open(struct window *window, struct stream *stream, bool seeks);
void window_close(struct window *window);
/* Makes `want` bytes (at most 64 KiB) visible at buffer + at; returns how many are, fewer only at the end or on
 * failure. */
size_t window_fill(struct window *window, size_t want);
/* Takes bytes that may lie beyond the buffer; returns how many there were. */
uint64_t window_skip(struct window *window, uint64_t bytes);
/* The next byte is the one at offset, and a failure before is forgotten; only with seeks. */
void window_seek(struct window *window, uint64_t offset);
const uint8_t *window_bytes(const struct window *window);

/* Little-endian numbers of zip and gzip headers. */
uint16_t window_u16(const uint8_t *p);
uint32_t window_u32(const uint8_t *p);
uint64_t window_u64(const uint8_t *p);

#endif
