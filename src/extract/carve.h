/*
 * Carving: what no reader knows is searched for runs of text and for deflate streams. Between its files; private to
 * extract, but for carve_read.
 */
#ifndef STAUNCH_EXTRACT_CARVE_H
#define STAUNCH_EXTRACT_CARVE_H

#include "extract/zip.h"

/* Reads a part to its end and fills result: always partial, never read. Media (images, sound, film): `no-text`, and of
 * the deflate streams only those of PNG text chunks are opened; else `unsupported`. */
void carve_read(struct reader_input *input, bool media, struct extract_part_result *result);

/* --- carve_scan.c: runs of text in a stretch of memory --- */

enum carve_encoding { CARVE_UTF8, CARVE_UTF16LE, CARVE_UTF16BE };

struct carve_run {
	size_t start, end;
	enum carve_encoding encoding;
	bool touches; /* nothing but `to` ends it */
};

struct carve_view {
	const uint8_t *data;
	size_t size;
	uint64_t offset; /* of data[0] in the part: alignment decides where nothing else does */
};

/* A run behind `to` that begins in front of it may reach back this far. */
#define CARVE_BACK_BYTES 128
/* How far behind a place one must see to know whether a run begins there. */
#define CARVE_SIGHT_BYTES 16

/* A run of fewer characters is none: random bytes make too many of them. */
#define CARVE_RUN_CHARACTERS 12
/* ...but between two controls, or beside a NUL, as fields of records stand, as few are enough. */
#define CARVE_FIELD_CHARACTERS 6
/* UTF-16 begins with as many ASCII characters, or letters stand before them. */
#define CARVE_WIDE_UNITS 6

/*
 * The next run that begins in [from, to) and is cut at `to`; false when there is none. One byte before `from` should be
 * in view, unless there is none in the part. more: what is behind `to` goes on, so that a run of any length that
 * touches it is told.
 */
bool carve_next(const struct carve_view *view, size_t from, size_t to, bool more, struct carve_run *run);
/* The rest of a run that touched: from run->start, where it was cut, in its encoding. Sets end and touches. */
void carve_goes_on(const struct carve_view *view, size_t to, struct carve_run *run);
/* First place in [from, to) where a run may begin, else `to`: 64 bytes at a time where the processor can. */
size_t carve_skip(const uint8_t *data, size_t size, size_t from, size_t to);
/* The same, byte by byte: what it is held against. */
size_t carve_skip_plainly(const uint8_t *data, size_t size, size_t from, size_t to);

/* --- carve_packed.c: deflate streams --- */

/* Bytes behind a signature that decide whether a stream begins there. */
#define CARVE_PROBE_BYTES 4096

struct carve_packed {
	struct stream stream;
	enum inflate_format format; /* raw: the data of a zip entry */
	size_t header_bytes;        /* of the zip entry */
	struct zip_entry entry;
	struct inflate inflate;
	struct zip_member member;
	struct window *from;
	/* pg_dump cuts a zlib stream into chunks, each behind its length */
	uint64_t chunk_bytes; /* of the first one; 0: the stream is in one piece */
	uint64_t chunk_left;
	struct stream chunk_stream;
	struct window chunks;
};

/* The stream that is tried again and again; zero-initialise. */
struct carve_probe {
	z_stream z;
	bool open;
};
void carve_probe_close(struct carve_probe *probe);

/* First place in [from, to) with the signature of a zlib stream, a gzip member or a deflated zip entry, else `to`. */
size_t carve_find_packed(const struct carve_view *view, size_t from, size_t to);
/* The same, byte by byte: what it is held against. */
size_t carve_find_packed_plainly(const struct carve_view *view, size_t from, size_t to);
/* Does a stream begin there: does it inflate to its end and is its checksum right, or does it go on for long enough
 * without a fault? Fills what carve_packed_open needs. */
bool carve_is_packed(struct carve_probe *probe, const struct carve_view *view, size_t at, struct carve_packed *packed);
/* Has the place to do with the pixels of a PNG? Chunk types stand right before their data. */
bool carve_is_pixels(const struct carve_view *view, size_t at);
/* Is it in a chunk of PNG with compressed text? */
bool carve_is_png_text(const struct carve_view *view, size_t at);
/* The window stands at the signature. The caller closes. */
void carve_packed_open(struct carve_packed *packed, struct window *from, const struct extract_limits *limits);
struct stream *carve_packed_stream(struct carve_packed *packed);
/* Takes what no reader took and closes: false when the stream was broken, so that what it took may be something else.
 */
bool carve_packed_close(struct carve_packed *packed);

#endif
