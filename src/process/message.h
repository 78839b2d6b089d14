/* Frames over a socket pair: {u32 type, u32 size} then the body, little endian; one descriptor may ride along. */
#ifndef STAUNCH_PROCESS_MESSAGE_H
#define STAUNCH_PROCESS_MESSAGE_H

#include "base/bytes.h"

/* The most descriptors that ride along with one frame. */
#define MESSAGE_FDS 16

struct message {
	uint32_t type;
	struct st_span body; /* borrowed until the next call on the reader */
	int fd;              /* -1 if none; the receiver owns it */
};

enum message_result {
	MESSAGE_OK,
	MESSAGE_AGAIN,  /* nothing whole yet (non-blocking socket) */
	MESSAGE_CLOSED, /* the peer is gone, at a frame boundary or not */
	MESSAGE_BROKEN, /* a frame over CEIL_MESSAGE_BYTES or a failed call: do not trust this peer any further */
};

/* Blocks until sent whole. size <= CEIL_MESSAGE_BYTES. -1 when the peer is gone (no SIGPIPE) or on failure. */
int message_send(int socket, uint32_t type, const void *body, size_t size, int fd);

/* The same with up to MESSAGE_FDS descriptors, for a reader that takes several. */
int message_send_fds(int socket, uint32_t type, const void *body, size_t size, const int *fds, size_t fd_count);

/* Several frames in one go: message_add gathers (size <= CEIL_MESSAGE_BYTES), message_send_batch sends what was
 * gathered and empties the batch; -1 as message_send. */
void message_add(struct st_buf *batch, uint32_t type, const void *body, size_t size);
int message_send_batch(int socket, struct st_buf *batch);

struct message_reader; /* buffers one socket; never more than CEIL_MESSAGE_BYTES + one read */
struct message_reader *message_reader_open(int socket); /* borrows the socket */
enum message_result message_next(struct message_reader *reader, struct message *out);
/* From now on frames may come with several descriptors: the first as `fd`, the others in order from message_more_fds,
 * to be taken before the next frame is asked for. The caller owns them; else surplus descriptors are closed unseen. */
void message_reader_takes_several(struct message_reader *reader);
size_t message_more_fds(struct message_reader *reader, int out[MESSAGE_FDS]);
/* No whole frame is held, and the last receive took all that the socket had: another would find nothing, as a rule. */
bool message_reader_drained(const struct message_reader *reader);
/* Overwrites what was read and taken: for a frame that held a secret, before the next call. */
void message_reader_forget(struct message_reader *reader);
void message_reader_close(struct message_reader *reader);

#endif
