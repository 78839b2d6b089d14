/* Any bytes on the socket, cut anywhere: the reader returns frames within their bounds or says that the peer is broken.
 */
#include "base/ceilings.h"
#include "process/message.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The first byte says how large the pieces are. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int ends[2];
	if (size < 1 || size > 65536 || socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) != 0)
		return 0;
	struct message_reader *reader = message_reader_open(ends[1]);
	size_t piece = (size_t)data[0] + 1, at = 1, framed = 0;
	enum message_result result = MESSAGE_AGAIN;
	while (at < size && result == MESSAGE_AGAIN) {
		size_t n = size - at < piece ? size - at : piece;
		if (write(ends[0], data + at, n) != (ssize_t)n)
			abort();
		at += n;
		struct message got;
		volatile uint8_t sum = 0;
		while ((result = message_next(reader, &got)) == MESSAGE_OK) {
			for (size_t i = 0; i < got.body.size; i++)
				sum = (uint8_t)(sum + got.body.data[i]);
			framed += 8 + got.body.size;
			if (framed > at - 1 || got.fd != -1)
				abort();
		}
	}
	message_reader_close(reader);
	close(ends[0]);
	close(ends[1]);
	return 0;
}
