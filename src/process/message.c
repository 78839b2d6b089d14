/* Framing over a stream socket pair: whole frames out, whole frames in, at most one descriptor with each, or as many as
 * a reader asks for. */
#include "process/message.h"

#include "base/ceilings.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#define HEADER_BYTES 8
#define READ_BYTES (64 * KIB)
#define BUFFER_BYTES (CEIL_MESSAGE_BYTES + HEADER_BYTES + READ_BYTES)
/* Descriptors looked at in one receive; the kernel itself drops what finds no room in the control buffer. */
#define FDS_PER_READ MESSAGE_FDS
/* A receive happens only while the last frame is incomplete, so those of it may wait, and those of a later one. */
#define FDS_WAITING (2 * MESSAGE_FDS)

struct waiting_fd {
	uint64_t at; /* offset in the stream of a byte of the frame that it came with */
	int fd;
};

struct message_reader {
	int socket;
	bool broken;
	bool short_read;   /* the last receive left room: the socket was empty then */
	uint64_t consumed; /* stream offset of buffer[at] */
	size_t at, end;    /* unread bytes of buffer */
	size_t most_fds;   /* of one frame */
	size_t filled;     /* bytes of buffer that were written since it was last wiped */
	size_t waiting_count;
	struct waiting_fd waiting[FDS_WAITING];
	size_t more_count; /* of the frame that was given last, behind its first */
	int more[MESSAGE_FDS];
	uint8_t buffer[BUFFER_BYTES];
};

static void put_u32(uint8_t *out, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		out[i] = (uint8_t)(value >> (8 * i));
}

static uint32_t get_u32(const uint8_t *in)
{
	return (uint32_t)in[0] | (uint32_t)in[1] << 8 | (uint32_t)in[2] << 16 | (uint32_t)in[3] << 24;
}

/* One sendmsg of what is left of the two pieces; -1 on failure. */
static ssize_t send_some(int socket, struct iovec *pieces, const int *fds, size_t fd_count)
{
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(MESSAGE_FDS * sizeof(int))];
	} control = {0};
	struct msghdr message = {.msg_iov = pieces, .msg_iovlen = 2};
	if (fd_count > 0) {
		message.msg_control = &control;
		message.msg_controllen = CMSG_SPACE(fd_count * sizeof(int));
		struct cmsghdr *c = CMSG_FIRSTHDR(&message);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(fd_count * sizeof(int));
		memcpy(CMSG_DATA(c), fds, fd_count * sizeof(int));
	}
	return sendmsg(socket, &message, MSG_NOSIGNAL);
}

static void skip_sent(struct iovec *pieces, size_t sent)
{
	for (int i = 0; i < 2 && sent > 0; i++) {
		size_t part = sent < pieces[i].iov_len ? sent : pieces[i].iov_len;
		pieces[i].iov_base = (uint8_t *)pieces[i].iov_base + part;
		pieces[i].iov_len -= part;
		sent -= part;
	}
}

/* Both pieces to their end, waiting where the socket does not. */
static int send_all(int socket, struct iovec *pieces, const int *fds, size_t fd_count)
{
	while (pieces[0].iov_len + pieces[1].iov_len > 0) {
		ssize_t sent = send_some(socket, pieces, fds, fd_count);
		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
			struct pollfd wait = {.fd = socket, .events = POLLOUT};
			if (poll(&wait, 1, -1) < 0 && errno != EINTR)
				return -1;
			continue;
		}
		if (sent < 0)
			return -1;
		fd_count = 0; /* they went with the first bytes */
		skip_sent(pieces, (size_t)sent);
	}
	return 0;
}

int message_send(int socket, uint32_t type, const void *body, size_t size, int fd)
{
	return message_send_fds(socket, type, body, size, &fd, fd >= 0);
}

int message_send_fds(int socket, uint32_t type, const void *body, size_t size, const int *fds, size_t fd_count)
{
	if (size > CEIL_MESSAGE_BYTES || fd_count > MESSAGE_FDS) {
		errno = EMSGSIZE;
		return -1;
	}
	uint8_t header[HEADER_BYTES];
	put_u32(header, type);
	put_u32(header + 4, (uint32_t)size);
	/* iov_base has no const; sendmsg does not write through it. */
	union {
		const void *in;
		void *out;
	} constless = {.in = body};
	struct iovec pieces[2] = {{header, sizeof header}, {constless.out, size}};
	return send_all(socket, pieces, fds, fd_count);
}

void message_add(struct st_buf *batch, uint32_t type, const void *body, size_t size)
{
	st_buf_add_u32(batch, type);
	st_buf_add_u32(batch, (uint32_t)size);
	st_buf_add(batch, body, size);
}

int message_send_batch(int socket, struct st_buf *batch)
{
	struct iovec pieces[2] = {{batch->data, batch->size}, {NULL, 0}};
	batch->size = 0;
	return send_all(socket, pieces, NULL, 0);
}

struct message_reader *message_reader_open(int socket)
{
	struct message_reader *reader = st_alloc(sizeof *reader);
	/* The buffer stays untouched: its pages cost nothing until a peer fills them. */
	reader->socket = socket;
	reader->broken = reader->short_read = false;
	reader->consumed = 0;
	reader->at = reader->end = reader->filled = 0;
	reader->waiting_count = reader->more_count = 0;
	reader->most_fds = 1;
	return reader;
}

void message_reader_takes_several(struct message_reader *reader)
{
	reader->most_fds = MESSAGE_FDS;
}

static void close_more(struct message_reader *reader)
{
	for (size_t i = 0; i < reader->more_count; i++)
		close(reader->more[i]);
	reader->more_count = 0;
}

size_t message_more_fds(struct message_reader *reader, int out[MESSAGE_FDS])
{
	size_t count = reader->more_count;
	memcpy(out, reader->more, count * sizeof *out);
	reader->more_count = 0;
	return count;
}

void message_reader_forget(struct message_reader *reader)
{
	explicit_bzero(reader->buffer, reader->at);
	explicit_bzero(reader->buffer + reader->end, reader->filled - reader->end);
	reader->filled = reader->end;
}

void message_reader_close(struct message_reader *reader)
{
	if (reader == NULL)
		return;
	for (size_t i = 0; i < reader->waiting_count; i++)
		close(reader->waiting[i].fd);
	close_more(reader);
	free(reader);
}

/* Keeps the first descriptors of a receive for the frame that its last byte belongs to: the kernel ends a receive with
 * the piece that carried descriptors (unix(7)), and a sender attaches them to the first bytes of a frame. */
static void keep_fds(struct message_reader *reader, struct msghdr *message, uint64_t last_byte)
{
	size_t kept = 0;
	for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c != NULL; c = CMSG_NXTHDR(message, c)) {
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		size_t count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		for (size_t i = 0; i < count; i++) {
			int fd;
			memcpy(&fd, CMSG_DATA(c) + i * sizeof fd, sizeof fd);
			if (kept == reader->most_fds || reader->waiting_count == FDS_WAITING) {
				close(fd);
				continue;
			}
			reader->waiting[reader->waiting_count++] = (struct waiting_fd){.at = last_byte, .fd = fd};
			kept++;
		}
	}
}

/* One recvmsg into the free end of the buffer. */
static enum message_result receive(struct message_reader *reader)
{
	if (reader->at > 0) {
		memmove(reader->buffer, reader->buffer + reader->at, reader->end - reader->at);
		reader->end -= reader->at;
		reader->at = 0;
	}
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(FDS_PER_READ * sizeof(int))];
	} control;
	struct iovec piece = {reader->buffer + reader->end, BUFFER_BYTES - reader->end};
	struct msghdr message = {
		.msg_iov = &piece, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control.space};
	ssize_t got;
	do
		got = recvmsg(reader->socket, &message, MSG_CMSG_CLOEXEC);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return errno == EAGAIN || errno == EWOULDBLOCK ? MESSAGE_AGAIN
		       : errno == ECONNRESET                   ? MESSAGE_CLOSED
							       : MESSAGE_BROKEN;
	if (got == 0)
		return MESSAGE_CLOSED;
	reader->short_read = (size_t)got < piece.iov_len;
	reader->end += (size_t)got;
	reader->filled = reader->end > reader->filled ? reader->end : reader->filled;
	keep_fds(reader, &message, reader->consumed + reader->end - 1);
	return MESSAGE_OK;
}

/* The first descriptor that came with the frame that ends at stream offset `end`; those behind it go into `more`,
 * surplus ones are closed. */
static int take_fd(struct message_reader *reader, uint64_t end)
{
	int fd = -1;
	size_t left = 0;
	for (size_t i = 0; i < reader->waiting_count; i++) {
		struct waiting_fd waiting = reader->waiting[i];
		if (waiting.at >= end)
			reader->waiting[left++] = waiting;
		else if (fd < 0)
			fd = waiting.fd;
		else if (reader->more_count + 1 < reader->most_fds)
			reader->more[reader->more_count++] = waiting.fd;
		else
			close(waiting.fd);
	}
	reader->waiting_count = left;
	return fd;
}

static enum message_result broken(struct message_reader *reader)
{
	reader->broken = true;
	return MESSAGE_BROKEN;
}

bool message_reader_drained(const struct message_reader *reader)
{
	size_t have = reader->end - reader->at;
	bool whole = have >= HEADER_BYTES && have - HEADER_BYTES >= get_u32(reader->buffer + reader->at + 4);
	return !reader->broken && reader->short_read && !whole;
}

enum message_result message_next(struct message_reader *reader, struct message *out)
{
	close_more(reader);
	if (reader->broken)
		return MESSAGE_BROKEN;
	for (;;) {
		size_t have = reader->end - reader->at;
		const uint8_t *frame = reader->buffer + reader->at;
		size_t size = have >= HEADER_BYTES ? get_u32(frame + 4) : 0;
		if (size > CEIL_MESSAGE_BYTES)
			return broken(reader);
		if (have >= HEADER_BYTES && have - HEADER_BYTES >= size) {
			reader->at += HEADER_BYTES + size;
			reader->consumed += HEADER_BYTES + size;
			*out = (struct message){.type = get_u32(frame),
				.body = {frame + HEADER_BYTES, size},
				.fd = take_fd(reader, reader->consumed)};
			return MESSAGE_OK;
		}
		enum message_result result = receive(reader);
		if (result == MESSAGE_BROKEN)
			return broken(reader);
		if (result != MESSAGE_OK)
			return result;
	}
}
