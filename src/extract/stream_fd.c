/* Streams over descriptors that a worker was handed: files by pread(2), pipes by read(2). */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "extract/stream.h"

struct fd_stream {
	struct stream stream;
	int fd;
	uint64_t at;
};

static ssize_t fail(struct stream *stream, enum st_reason reason)
{
	stream->reason = reason;
	return -1;
}

static ssize_t file_pread(struct stream *stream, void *data, size_t capacity, uint64_t offset)
{
	const struct fd_stream *file = stream->self;
	if (offset >= stream->size || capacity == 0)
		return 0;
	if (capacity > stream->size - offset)
		capacity = (size_t)(stream->size - offset);
	ssize_t got = st_pread_full(file->fd, data, capacity, offset);
	if (got < 0)
		return fail(stream, ST_REASON_SOURCE_ERROR);
	if ((size_t)got < capacity) /* shorter than when it was listed */
		return fail(stream, ST_REASON_SOURCE_CHANGED);
	return got;
}

static ssize_t file_read(struct stream *stream, void *data, size_t capacity)
{
	struct fd_stream *file = stream->self;
	if (file->at >= stream->size || capacity == 0)
		return 0;
	if (capacity > stream->size - file->at)
		capacity = (size_t)(stream->size - file->at);
	ssize_t got = st_pread_full(file->fd, data, capacity, file->at);
	if (got <= 0)
		return fail(stream, got < 0 ? ST_REASON_SOURCE_ERROR : ST_REASON_SOURCE_CHANGED);
	file->at += (uint64_t)got;
	return got;
}

static ssize_t pipe_read(struct stream *stream, void *data, size_t capacity)
{
	const struct fd_stream *pipe = stream->self;
	ssize_t got;
	do {
		got = read(pipe->fd, data, capacity);
	} while (got < 0 && errno == EINTR);
	return got < 0 ? fail(stream, ST_REASON_SOURCE_ERROR) : got;
}

static void fd_close(struct stream *stream)
{
	free(stream->self);
}

static struct stream *open_fd(int fd)
{
	struct fd_stream *file = st_alloc_zero(1, sizeof(*file));
	file->fd = fd;
	file->stream = (struct stream){.self = file, .close = fd_close};
	return &file->stream;
}

struct stream *stream_open_fd(int fd, uint64_t size)
{
	struct stream *stream = open_fd(fd);
	stream->read = file_read;
	stream->pread = file_pread;
	stream->size = size;
	return stream;
}

struct stream *stream_open_pipe(int fd)
{
	struct stream *stream = open_fd(fd);
	stream->read = pipe_read;
	return stream;
}
