/* The portal's side of the socket. */
#include "portal/protocol.h"

#include "base/clock.h"
#include "process/message.h"

#include <errno.h>
#include <poll.h>
#include <sodium.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define HEAD_BYTES 8
#define USUAL_BYTES (16 * KIB) /* more than any message has: growing would leave copies behind */

enum st_status portal_client_open(const char *socket_path, int *out, struct st_error *err)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	*out = -1;
	if (strlen(socket_path) >= sizeof address.sun_path)
		return st_fail(err, ST_WRONG, "the path of the socket is too long");
	memcpy(address.sun_path, socket_path, strlen(socket_path) + 1);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return st_fail_errno(err, ST_FATAL, "no socket");
	if (connect(fd, (const struct sockaddr *)&address, sizeof address) != 0) {
		st_fail_errno(err, ST_RETRY, "the keyholder does not answer at %s", socket_path);
		close(fd);
		return ST_RETRY;
	}
	*out = fd;
	return ST_OK;
}

/* Reads until there are `least` bytes, and what more there is up to `most`; the bytes in *done, 0 at first. false: gone
 * or late. */
static bool read_some(int fd, uint8_t *out, size_t least, size_t most, size_t *done, uint64_t deadline_ms)
{
	while (*done < least) {
		uint64_t now = st_now_ms();
		struct pollfd wait = {.fd = fd, .events = POLLIN};
		if (now >= deadline_ms || poll(&wait, 1, (int)(deadline_ms - now)) == 0)
			return false;
		ssize_t got = recv(fd, out + *done, most - *done, MSG_DONTWAIT);
		if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR))
			return false;
		*done += got > 0 ? (size_t)got : 0;
	}
	return true;
}

static bool read_answer(int fd, struct portal_answer *answer, struct st_buf *body, uint64_t deadline_ms)
{
	body->size = 0;
	/* answers come one by one, head and body in one piece as a rule */
	if (!read_some(fd, body->data, HEAD_BYTES, body->capacity, &body->size, deadline_ms))
		return false;
	struct st_cursor in = {body->data, body->data + HEAD_BYTES, false};
	uint32_t type = st_cursor_u32(&in), size = st_cursor_u32(&in);
	if (size > CEIL_PORTAL_MESSAGE_BYTES || body->size > HEAD_BYTES + size)
		return false;
	st_buf_reserve(body, HEAD_BYTES + size - body->size);
	return read_some(fd, body->data, HEAD_BYTES + size, HEAD_BYTES + size, &body->size, deadline_ms) &&
	       portal_answer_decode(type, (struct st_span){body->data + HEAD_BYTES, size}, answer);
}

enum st_status portal_client_ask(int socket, const struct portal_question *question, struct portal_answer *answer,
	int timeout_ms, struct st_error *err)
{
	st_auto_secret struct st_buf body = {0};
	uint64_t deadline_ms = st_now_ms() + (uint64_t)(timeout_ms > 0 ? timeout_ms : 0);
	st_buf_reserve(&body, USUAL_BYTES);
	portal_question_encode(question, &body);
	bool sent = body.size <= CEIL_PORTAL_MESSAGE_BYTES &&
		    message_send(socket, question->ask, body.data, body.size, -1) == 0;
	if (sent && read_answer(socket, answer, &body, deadline_ms) && answer->ask == question->ask)
		return ST_OK;
	sodium_memzero(answer, sizeof *answer);
	return st_fail(err, ST_RETRY, "the keyholder does not answer");
}
