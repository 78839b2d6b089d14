/*
 * One audit, then the end. What a pull request says is read here, in the jail; the command that started it gets rows,
 * and trusts no text of them.
 */
#include "worker/audit.h"

#include "audit/reader.h"
#include "audit/tell.h"
#include "base/ceilings.h"
#include "process/confine.h"
#include "process/message.h"
#include "worker/protocol.h"

#include <unistd.h>

#define ANSWER_BYTES (64 * KIB)

static int wrong(int socket, const struct st_error *err)
{
	st_auto_buf struct st_buf body = {0};
	st_buf_add_byte(&body, (uint8_t)err->status);
	st_buf_add_span(&body, err->what, strlen(err->what));
	message_send(socket, WORKER_AUDIT_WRONG, body.data, body.size, -1);
	return 1;
}

static bool enter_jail(int socket, struct message_reader *reader)
{
	struct message message;
	struct st_error err = {0};
	if (message_next(reader, &message) != MESSAGE_OK || message.type != WORKER_AUDIT_START)
		return false;
	struct st_cursor in = {.at = message.body.data, .end = message.body.data + message.body.size};
	bool unconfined = st_cursor_byte(&in) != 0;
	struct confine_limits limits = {.memory_bytes = st_cursor_u64(&in)};
	st_auto_buf struct st_buf body = {0};
	if (!unconfined && confine(CONFINE_WORKER, &limits, socket, WORKER_FORBIDDEN, &err) != ST_OK) {
		st_buf_add_span(&body, err.what, strlen(err.what));
		message_send(socket, WORKER_ERROR, body.data, body.size, -1);
		return false;
	}
	st_buf_add_byte(&body, 0);
	st_buf_add_byte(&body, !unconfined);
	return !in.bad && message_send(socket, WORKER_READY, body.data, body.size, -1) == 0;
}

static int answer(int socket, const struct audit_model *model)
{
	struct audit_result result = {0};
	struct st_error err = {0};
	st_auto_buf struct st_buf bytes = {0};
	if (audit_tell(model, &result, &err) != ST_OK)
		return wrong(socket, &err);
	audit_result_encode(&result, &bytes);
	if (bytes.size > CEIL_AUDIT_ANSWER_BYTES) {
		st_fail(&err, ST_WRONG, "the answer is larger than any that somebody could read");
		return wrong(socket, &err);
	}
	for (size_t at = 0; at < bytes.size; at += ANSWER_BYTES) {
		size_t size = bytes.size - at < ANSWER_BYTES ? bytes.size - at : ANSWER_BYTES;
		if (message_send(socket, WORKER_AUDIT_ANSWER, bytes.data + at, size, -1) != 0)
			return 1;
	}
	return message_send(socket, WORKER_AUDIT_DONE, "", 0, -1) == 0 ? 0 : 1;
}

static int read_file(int socket, struct audit_reader *reader, const struct message *message)
{
	struct st_error err = {0};
	struct st_cursor in = {.at = message->body.data, .end = message->body.data + message->body.size};
	uint32_t file = st_cursor_u32(&in);
	if (in.bad || message->fd < 0)
		return 1;
	enum st_status status = audit_reader_file(reader, message->fd, file, &err);
	close(message->fd);
	if (status != ST_OK)
		return wrong(socket, &err);
	return message_send(socket, WORKER_AUDIT_TOOK, "", 0, -1) == 0 ? 0 : 1;
}

int worker_audit(int socket)
{
	struct message_reader *messages = message_reader_open(socket);
	struct audit_model model = {0};
	struct message message;
	struct st_error err = {0};
	if (!enter_jail(socket, messages))
		return 1;
	struct audit_reader *reader = audit_reader_open(&model);
	while (message_next(messages, &message) == MESSAGE_OK) {
		if (message.type == WORKER_AUDIT_FILE) {
			if (read_file(socket, reader, &message) != 0)
				return 1;
			continue;
		}
		if (message.type != WORKER_AUDIT_TELL)
			return 1;
		if (audit_reader_finish(reader, &err) != ST_OK)
			return wrong(socket, &err);
		return answer(socket, &model);
	}
	return 1;
}
