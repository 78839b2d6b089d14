/*
 * What the readers of compressed files share (xz, lzma, lzip, bz2, zstd, lz4): one member, the content of all streams
 * of the file one after the other. A decoder is one library behind the same four calls; private to extract.
 */
#ifndef STAUNCH_EXTRACT_COMPRESSED_H
#define STAUNCH_EXTRACT_COMPRESSED_H

#include "extract/reader.h"

enum decode_status {
	DECODE_MORE,  /* goes on with more input or more room */
	DECODE_ENDED, /* the stream ended: its checks were right, input behind it was not taken */
	DECODE_FAILED /* see `reason` */
};

/* What one call may take and give; a decoder moves the pointers on. */
struct decode_io {
	const uint8_t *in;
	size_t in_size;
	uint8_t *out;
	size_t out_size;
	enum st_reason reason; /* corrupt, unsupported, memory; also beside DECODE_ENDED, for what was not verified */
};

struct decoder {
	const char *format;
	/* Does a stream begin here? NULL: a file of this format holds one stream only. */
	bool (*begins)(struct st_span bytes);
	/* A decoder that takes at most so many bytes of memory; NULL when there is none. */
	void *(*open)(uint64_t memory_bytes);
	/* Without input it gives what it still holds. Without input and output nothing more comes. */
	enum decode_status (*run)(void *state, struct decode_io *io);
	/* After the end: another stream follows. False: no memory. */
	bool (*again)(void *state);
	uint64_t (*memory_bytes)(const void *state); /* held now */
	void (*close)(void *state);
};

/* A reader's read with this decoder. A checksum or length that is wrong, and bytes behind the last stream that are no
 * padding of zeros, are corrupt; a stream without its end is truncated. */
void compressed_read(struct reader_input *input, const struct decoder *decoder, struct extract_part_result *result);

#endif
