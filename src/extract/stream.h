/* Where the bytes of an object, or of a member inside it, come from: one pull interface for files, pipes, decompressors. */
#ifndef STAUNCH_EXTRACT_STREAM_H
#define STAUNCH_EXTRACT_STREAM_H

#include "base/bytes.h"
#include "base/coverage.h"

struct stream {
	/* Next bytes: > 0 the number, 0 the end, -1 failed with `reason` set (what was read before stays valid). */
	ssize_t (*read)(struct stream *stream, void *data, size_t capacity);
	/* Bytes at an offset, independent of read; NULL when the stream cannot seek. Short only at the end. */
	ssize_t (*pread)(struct stream *stream, void *data, size_t capacity, uint64_t offset);
	uint64_t size; /* known size in bytes when pread is there; else 0 */
	enum st_reason reason;
	void *self;
};

#endif
