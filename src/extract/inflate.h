/* Deflate (RFC 1951), zlib streams (RFC 1950) and gzip members (RFC 1952) out of a window, through zlib; private to
 * extract. */
#ifndef STAUNCH_EXTRACT_INFLATE_H
#define STAUNCH_EXTRACT_INFLATE_H

#include <zlib.h>

#include "extract/limits.h"
#include "extract/window.h"

/* A stream that has not begun, with memory of ours; inflateInit2 comes next. */
void inflate_prepare(z_stream *z);

struct inflate {
	z_stream z;
	struct window *from; /* borrowed; bytes behind the end of the deflate stream are given back to it */
	const struct extract_limits *limits;
	uint64_t left;         /* compressed bytes it may still take; UINT64_MAX when only the stream knows */
	uint64_t in, out;      /* bytes taken, bytes given, all members together */
	bool ended;            /* the deflate stream ended */
	enum st_reason reason; /* stays once set: corrupt, truncated, limit-ratio, or the window's */
};

/* What stands around the deflate stream; zlib checks the sums of RFC 1950 and RFC 1952. */
enum inflate_format { INFLATE_RAW, INFLATE_ZLIB, INFLATE_GZIP };
int inflate_window_bits(enum inflate_format format);
/* The caller closes. */
void inflate_open(struct inflate *state, struct window *from, enum inflate_format format, uint64_t left,
	const struct extract_limits *limits);
/* Next bytes as a stream's read: > 0, 0 at the end of the deflate stream, -1 with `reason`. */
ssize_t inflate_read(struct inflate *state, void *data, size_t capacity);
/* After the end: another gzip member follows. */
void inflate_again(struct inflate *state);
/* What was taken from the window and not used, where a stream broke: the window stands there then. */
void inflate_give_back(struct inflate *state);
void inflate_close(struct inflate *state);

#endif
