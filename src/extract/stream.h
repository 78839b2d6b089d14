/* Where the bytes of an object, or of a member inside it, come from: one pull interface for files, pipes,
 * decompressors. */
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
	void (*close)(struct stream *stream); /* releases stream and self; NULL when their owner does */
};

/* A seekable stream over memory that the caller keeps until it is closed; never fails. */
struct stream *stream_open_memory(const void *data, size_t size);
/* The first size bytes of a file through pread(2); the descriptor stays the caller's, its position untouched. A file
 * that ends before them fails with source-changed, a read error with source-error. */
struct stream *stream_open_fd(int fd, uint64_t size);
/* A pipe, socket or terminal through read(2), not seekable; the descriptor stays the caller's. */
struct stream *stream_open_pipe(int fd);
/* Reads until capacity is full or the stream ends: the bytes got, or -1 when nothing came before it failed. */
ssize_t stream_read_full(struct stream *stream, void *data, size_t capacity);
/* NULL is fine. */
void stream_close(struct stream *stream);

#endif
