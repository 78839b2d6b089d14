/* What all streams share: reading until full, closing. */
#include "extract/stream.h"

ssize_t stream_read_full(struct stream *stream, void *data, size_t capacity)
{
	size_t have = 0;
	while (have < capacity) {
		ssize_t got = stream->read(stream, (uint8_t *)data + have, capacity - have);
		if (got < 0 && have == 0)
			return -1;
		if (got <= 0)
			break;
		have += (size_t)got;
	}
	return (ssize_t)have;
}

void stream_close(struct stream *stream)
{
	if (stream != NULL && stream->close != NULL)
		stream->close(stream);
}
