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

/* Reads size bytes until the deadline; false: gone or late. */
static bool read_all(int fd, uint8_t *out, size_t size, uint64_t deadline_ms)
{
	for (size_t done = 0; done < size;) {
		uint64_t now = st_now_ms();
		struct pollfd wait = {.fd = fd, .events = POLLIN};
		if (now >= deadline_ms || poll(&wait, 1, (int)(deadline_ms - now)) == 0)
			return false;
		ssize_t got = recv(fd, out + done, size - done, MSG_DONTWAIT);
		if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR))
			return false;
		done += got > 0 ? (size_t)got : 0;
	}
	return true;
}

static bool read_answer(int fd, struct portal_answer *answer, struct st_buf *body, uint64_t deadline_ms)
{
	uint8_t head[8];
	if (!read_all(fd, head, sizeof head, deadline_ms))
		return false;
	struct st_cursor in = {head, head + sizeof head, false};
	uint32_t type = st_cursor_u32(&in), size = st_cursor_u32(&in);
	if (size > CEIL_PORTAL_MESSAGE_BYTES)
		return false;
	st_buf_reserve(body, size + 1);
	if (!read_all(fd, body->data, size, deadline_ms))
		return false;
	body->size = size;
	return portal_answer_decode(type, (struct st_span){body->data, size}, answer);
}

enum st_status portal_client_ask(int socket, const struct portal_question *question, struct portal_answer *answer,
	int timeout_ms, struct st_error *err)
{
	st_auto_secret struct st_buf body = {0};
	uint64_t deadline_ms = st_now_ms() + (uint64_t)(timeout_ms > 0 ? timeout_ms : 0);
	st_buf_reserve(&body, CEIL_PORTAL_MESSAGE_BYTES);
	portal_question_encode(question, &body);
	bool sent = body.size <= CEIL_PORTAL_MESSAGE_BYTES &&
		    message_send(socket, question->ask, body.data, body.size, -1) == 0;
	if (sent && read_answer(socket, answer, &body, deadline_ms) && answer->ask == question->ask)
		return ST_OK;
	sodium_memzero(answer, sizeof *answer);
	return st_fail(err, ST_RETRY, "the keyholder does not answer");
}
