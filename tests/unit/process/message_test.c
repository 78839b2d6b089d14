/* Frames over a socket pair: whole, cut, many, too large, with descriptors, and with a peer that is gone. */
#include "check.h"

#include "base/ceilings.h"
#include "process/message.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

struct pair {
	int ours, theirs;
	struct message_reader *reader; /* of theirs */
};

static struct pair open_pair(void)
{
	int ends[2];
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
		abort();
	fcntl(ends[1], F_SETFL, O_NONBLOCK);
	return (struct pair){ends[0], ends[1], message_reader_open(ends[1])};
}

static void close_pair(struct pair *pair)
{
	message_reader_close(pair->reader);
	close(pair->ours);
	close(pair->theirs);
}

static int open_descriptors(void)
{
	int count = 0;
	for (int fd = 0; fd < 256; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

/* Bytes and descriptors as a peer that keeps no rules would send them. */
static void send_raw(int socket, const void *data, size_t size, const int *fds, size_t fd_count)
{
	char control[CMSG_SPACE(64 * sizeof(int))] = {0};
	uint8_t copy[64];
	memcpy(copy, data, size);
	struct iovec piece = {copy, size};
	struct msghdr message = {.msg_iov = &piece, .msg_iovlen = 1};
	if (fd_count > 0) {
		message.msg_control = control;
		message.msg_controllen = CMSG_SPACE(fd_count * sizeof(int));
		struct cmsghdr *c = CMSG_FIRSTHDR(&message);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(fd_count * sizeof(int));
		memcpy(CMSG_DATA(c), fds, fd_count * sizeof(int));
	}
	if (sendmsg(socket, &message, 0) != (ssize_t)size)
		abort();
}

static void a_frame_arrives_whole_and_in_order(void)
{
	struct pair pair = open_pair();
	struct message got;
	for (uint32_t i = 0; i < 1000; i++) {
		CHECK_INT(message_send(pair.ours, i, &i, i % 5, -1), 0);
		if (i % 100 != 99)
			continue;
		for (uint32_t k = i - 99; k <= i; k++) {
			CHECK_INT(message_next(pair.reader, &got), MESSAGE_OK);
			CHECK_INT(got.type, k);
			CHECK_INT(got.body.size, k % 5);
			CHECK(memcmp(got.body.data, &k, k % 5 < 4 ? k % 5 : 4) == 0);
			CHECK_INT(got.fd, -1);
		}
	}
	CHECK_INT(message_next(pair.reader, &got), MESSAGE_AGAIN);
	close_pair(&pair);
}

static void a_frame_that_comes_byte_by_byte_is_one_frame(void)
{
	struct pair pair = open_pair();
	struct message got;
	static const uint8_t frame[] = {7, 0, 0, 0, 3, 0, 0, 0, 'a', 'b', 'c'};
	for (size_t i = 0; i < sizeof frame; i++) {
		CHECK_INT(message_next(pair.reader, &got), MESSAGE_AGAIN);
		send_raw(pair.ours, frame + i, 1, NULL, 0);
	}
	CHECK_INT(message_next(pair.reader, &got), MESSAGE_OK);
	CHECK_INT(got.type, 7);
	CHECK(got.body.size == 3 && memcmp(got.body.data, "abc", 3) == 0);
	close_pair(&pair);
}

static void the_largest_frame_passes_a_small_socket_in_pieces(void)
{
	struct pair pair = open_pair();
	int small = 4096;
	setsockopt(pair.ours, SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
	uint8_t *body = malloc(CEIL_MESSAGE_BYTES);
	for (size_t i = 0; i < CEIL_MESSAGE_BYTES; i++)
		body[i] = (uint8_t)(i * 7);
	fcntl(pair.ours, F_SETFL, O_NONBLOCK); /* message_send waits all the same */
	pid_t sender = fork();
	if (sender == 0) {
		int result = 0;
		for (int i = 0; i < 3; i++)
			result |= message_send(pair.ours, 5, body, CEIL_MESSAGE_BYTES, -1);
		_exit(result == 0 ? 0 : 1);
	}
	fcntl(pair.theirs, F_SETFL, 0);
	struct message got;
	for (int i = 0; i < 3; i++) {
		CHECK_INT(message_next(pair.reader, &got), MESSAGE_OK);
		CHECK_INT(got.body.size, CEIL_MESSAGE_BYTES);
		CHECK(memcmp(got.body.data, body, CEIL_MESSAGE_BYTES) == 0);
	}
	int status;
	waitpid(sender, &status, 0);
	CHECK_INT(status, 0);
	free(body);
	close_pair(&pair);
}

static void a_frame_over_the_ceiling_is_neither_sent_nor_believed(void)
{
	struct pair pair = open_pair();
	struct message got;
	errno = 0;
	CHECK_INT(message_send(pair.ours, 1, "", CEIL_MESSAGE_BYTES + 1, -1), -1);
	CHECK_INT(errno, EMSGSIZE);
	static const uint8_t huge[] = {1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff};
	send_raw(pair.ours, huge, sizeof huge, NULL, 0);
	CHECK_INT(message_next(pair.reader, &got), MESSAGE_BROKEN);
	CHECK_INT(message_send(pair.ours, 1, "x", 1, -1), 0);
	CHECK_INT(message_next(pair.reader, &got), MESSAGE_BROKEN);
	close_pair(&pair);
}

static void a_batch_arrives_as_the_frames_it_was_made_of(void)
{
	struct pair pair = open_pair();
	struct message got;
	struct st_buf batch = {0};
	for (uint32_t i = 0; i < 300; i++)
		message_add(&batch, i, "123456789", i % 10);
	CHECK_INT(message_send_batch(pair.ours, &batch), 0);
	CHECK_INT(batch.size, 0);
	CHECK_INT(message_send(pair.ours, 300, NULL, 0, -1), 0);
	for (uint32_t i = 0; i <= 300; i++) {
		CHECK_INT(message_next(pair.reader, &got), MESSAGE_OK);
		CHECK_INT(got.type, i);
		CHECK_INT(got.body.size, i % 10);
	}
	st_buf_free(&batch);
	close_pair(&pair);
}

static void a_peer_that_is_gone_is_told_and_kills_nobody(void)
{
	struct pair pair = open_pair();
	struct message got;
	static const uint8_t half[] = {1, 0, 0, 0, 9, 0, 0, 0, 'h'};
	CHECK_INT(message_send(pair.ours, 4, "last", 4, -1), 0);
	send_raw(pair.ours, half, sizeof half, NULL, 0);
	close(pair.ours);
	CHECK_INT(message_next(pair.reader, &got), MESSAGE_OK);
	CHECK_INT(message_next(pair.reader, &got), MESSAGE_CLOSED);
	CHECK_INT(message_next(pair.reader, &got), MESSAGE_CLOSED);
	signal(SIGPIPE, SIG_DFL);
	CHECK_INT(message_send(pair.theirs, 1, "x", 1, -1), -1);
	close_pair(&pair);
}

static void a_descriptor_stays_with_its_frame(void)
{
	struct pair pair = open_pair();
	struct message got;
	int pipe_ends[2];
	CHECK_INT(pipe(pipe_ends), 0);
	int before = open_descriptors();
	for (uint32_t i = 0; i < 60; i++)
		CHECK_INT(message_send(pair.ours, i, "body", 4, i % 3 == 1 ? pipe_ends[1] : -1), 0);
	for (uint32_t i = 0; i < 60; i++) {
		CHECK_INT(message_next(pair.reader, &got), MESSAGE_OK);
		CHECK_INT(got.type, i);
		CHECK_INT(got.fd >= 0, i % 3 == 1);
		if (got.fd >= 0) {
			CHECK_INT(fcntl(got.fd, F_GETFD), FD_CLOEXEC);
			CHECK_INT(write(got.fd, "!", 1), 1);
			close(got.fd);
		}
	}
	CHECK_INT(open_descriptors(), before);
	close(pipe_ends[0]);
	close(pipe_ends[1]);
	close_pair(&pair);
}

static void surplus_descriptors_are_closed(void)
{
	struct pair pair = open_pair();
	struct message got;
	int fds[32];
	for (int i = 0; i < 32; i++)
		fds[i] = STDOUT_FILENO;
	int before = open_descriptors();
	static const uint8_t frame[] = {1, 0, 0, 0, 4, 0, 0, 0, 'a', 'b', 'c', 'd'};
	/* 32 with the head, three with each of the other bytes */
	send_raw(pair.ours, frame, 8, fds, 32);
	for (int i = 8; i < 12; i++)
		send_raw(pair.ours, frame + i, 1, fds, 3);
	CHECK_INT(message_next(pair.reader, &got), MESSAGE_OK);
	CHECK(got.fd >= 0);
	CHECK_INT(open_descriptors(), before + 1);
	close(got.fd);
	/* and what waits when the reader closes */
	send_raw(pair.ours, frame, 8, fds, 2);
	CHECK_INT(message_next(pair.reader, &got), MESSAGE_AGAIN);
	CHECK_INT(open_descriptors(), before + 1);
	close_pair(&pair);
	CHECK_INT(open_descriptors(), before - 2);
}

/* Ends of as many pipes: what is written to the n-th is n. */
static void write_numbers(const int *fds, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		uint8_t number = (uint8_t)i;
		CHECK_INT(write(fds[i], &number, 1), 1);
		close(fds[i]);
	}
}

static void a_reader_that_takes_several_gets_them_in_order_with_their_frame(void)
{
	struct pair pair = open_pair();
	struct message got;
	int pipes[MESSAGE_FDS][2], ends[MESSAGE_FDS], fds[1 + MESSAGE_FDS];
	message_reader_takes_several(pair.reader);
	for (size_t i = 0; i < MESSAGE_FDS; i++) {
		CHECK_INT(pipe(pipes[i]), 0);
		ends[i] = pipes[i][1];
	}
	int before = open_descriptors();
	CHECK_INT(message_send(pair.ours, 1, "before", 6, -1), 0);
	CHECK_INT(message_send_fds(pair.ours, 2, "several", 7, ends, MESSAGE_FDS), 0);
	CHECK_INT(message_send_fds(pair.ours, 3, "two", 3, ends, 2), 0);
	CHECK_INT(message_send_fds(pair.ours, 4, "too many", 8, ends, MESSAGE_FDS + 1), -1);
	CHECK_INT(message_next(pair.reader, &got), MESSAGE_OK);
	CHECK_INT(got.fd, -1);
	CHECK_INT(message_more_fds(pair.reader, fds), 0);
	CHECK_INT(message_next(pair.reader, &got), MESSAGE_OK);
	CHECK_INT(got.type, 2);
	fds[0] = got.fd;
	CHECK_INT(message_more_fds(pair.reader, fds + 1), MESSAGE_FDS - 1);
	write_numbers(fds, MESSAGE_FDS);
	for (size_t i = 0; i < MESSAGE_FDS; i++) {
		uint8_t number;
		CHECK_INT(read(pipes[i][0], &number, 1), 1);
		CHECK_INT(number, i);
	}
	/* those that nobody takes are closed with the next frame */
	CHECK_INT(message_next(pair.reader, &got), MESSAGE_OK);
	CHECK_INT(got.type, 3);
	close(got.fd);
	CHECK_INT(message_next(pair.reader, &got), MESSAGE_AGAIN);
	CHECK_INT(open_descriptors(), before);
	for (size_t i = 0; i < MESSAGE_FDS; i++) {
		close(pipes[i][0]);
		close(pipes[i][1]);
	}
	close_pair(&pair);
}

int main(void)
{
	RUN(a_frame_arrives_whole_and_in_order);
	RUN(a_frame_that_comes_byte_by_byte_is_one_frame);
	RUN(the_largest_frame_passes_a_small_socket_in_pieces);
	RUN(a_frame_over_the_ceiling_is_neither_sent_nor_believed);
	RUN(a_batch_arrives_as_the_frames_it_was_made_of);
	RUN(a_peer_that_is_gone_is_told_and_kills_nobody);
	RUN(a_descriptor_stays_with_its_frame);
	RUN(surplus_descriptors_are_closed);
	RUN(a_reader_that_takes_several_gets_them_in_order_with_their_frame);
	CHECK_END();
}
