/*
 * One audit, then the end. What a pull request says is read here, in the jail; the command that started it gets rows,
 * and trusts no text of them.
 */
#include "worker/audit.h"

#include "audit/change.h"
#include "audit/reader.h"
#include "base/ceilings.h"
#include "process/confine.h"
#include "process/message.h"
#include "worker/protocol.h"

#include <unistd.h>

#define ANSWER_BYTES (64 * KIB)

struct role {
	int socket;
	struct message_reader *messages;
	bool compare;
	uint32_t count, at; /* snapshots; the one being read */
	struct audit_snapshot *snapshots;
	struct audit_reader *reader; /* of it */
};

static int wrong(struct role *role, const struct st_error *err)
{
	st_auto_buf struct st_buf body = {0};
	st_buf_add_byte(&body, (uint8_t)err->status);
	st_buf_add_span(&body, err->what, strlen(err->what));
	message_send(role->socket, WORKER_AUDIT_WRONG, body.data, body.size, -1);
	return 1;
}

static void take_snapshots(struct role *role, struct st_cursor *in)
{
	role->compare = st_cursor_byte(in) != 0;
	role->count = st_cursor_u32(in);
	if (role->count == 0 || role->count > CEIL_AUDIT_FILES || (role->compare && role->count != 2))
		in->bad = true;
	if (in->bad)
		return;
	role->snapshots = st_alloc_zero(role->count, sizeof *role->snapshots);
	for (uint32_t i = 0; i < role->count; i++) {
		struct st_span date = st_cursor_span(in);
		role->snapshots[i].date =
			(struct st_span){(const uint8_t *)st_strndup((const char *)date.data, date.size), date.size};
		role->snapshots[i].model = st_alloc_zero(1, sizeof *role->snapshots[i].model);
	}
}

static bool enter_jail(struct role *role)
{
	struct message message;
	struct st_error err = {0};
	if (message_next(role->messages, &message) != MESSAGE_OK || message.type != WORKER_AUDIT_START)
		return false;
	struct st_cursor in = {.at = message.body.data, .end = message.body.data + message.body.size};
	bool unconfined = st_cursor_byte(&in) != 0;
	struct confine_limits limits = {.memory_bytes = st_cursor_u64(&in)};
	take_snapshots(role, &in);
	st_auto_buf struct st_buf body = {0};
	if (!unconfined && confine(CONFINE_WORKER, &limits, role->socket, WORKER_FORBIDDEN, &err) != ST_OK) {
		st_buf_add_span(&body, err.what, strlen(err.what));
		message_send(role->socket, WORKER_ERROR, body.data, body.size, -1);
		return false;
	}
	st_buf_add_byte(&body, 0);
	st_buf_add_byte(&body, !unconfined);
	return !in.bad && message_send(role->socket, WORKER_READY, body.data, body.size, -1) == 0;
}

static enum st_status tell(const struct role *role, struct audit_result *out, struct st_error *err)
{
	if (role->compare)
		return audit_tell_change(role->snapshots, out, err);
	if (role->count > 1)
		return audit_tell_history(role->snapshots, role->count, out, err);
	return audit_tell(role->snapshots[0].model, out, NULL, err);
}

static int answer(struct role *role)
{
	struct audit_result result = {0};
	struct st_error err = {0};
	st_auto_buf struct st_buf bytes = {0};
	if (tell(role, &result, &err) != ST_OK)
		return wrong(role, &err);
	audit_result_encode(&result, &bytes);
	if (bytes.size > CEIL_AUDIT_ANSWER_BYTES) {
		st_fail(&err, ST_WRONG, "the answer is larger than any that somebody could read");
		return wrong(role, &err);
	}
	for (size_t at = 0; at < bytes.size; at += ANSWER_BYTES) {
		size_t size = bytes.size - at < ANSWER_BYTES ? bytes.size - at : ANSWER_BYTES;
		if (message_send(role->socket, WORKER_AUDIT_ANSWER, bytes.data + at, size, -1) != 0)
			return 1;
	}
	return message_send(role->socket, WORKER_AUDIT_DONE, "", 0, -1) == 0 ? 0 : 1;
}

/* The snapshot being read is whole. */
static enum st_status finish(struct role *role, struct st_error *err)
{
	enum st_status status = audit_reader_finish(role->reader, err);
	audit_reader_close(role->reader);
	role->reader = NULL;
	return status;
}

static int read_file(struct role *role, const struct message *message)
{
	struct st_error err = {0};
	struct st_cursor in = {.at = message->body.data, .end = message->body.data + message->body.size};
	uint32_t file = st_cursor_u32(&in), snapshot = st_cursor_u32(&in);
	struct st_span name = st_cursor_span(&in);
	st_auto_close int fd = message->fd;
	if (in.bad || fd < 0 || snapshot < role->at || snapshot >= role->count)
		return 1;
	if (snapshot > role->at && finish(role, &err) != ST_OK)
		return wrong(role, &err);
	role->at = snapshot;
	if (role->reader == NULL)
		role->reader = audit_reader_open(role->snapshots[snapshot].model);
	if (audit_reader_file(role->reader, fd, name, file, &err) != ST_OK)
		return wrong(role, &err);
	return message_send(role->socket, WORKER_AUDIT_TOOK, "", 0, -1) == 0 ? 0 : 1;
}

int worker_audit(int socket)
{
	struct role role = {.socket = socket, .messages = message_reader_open(socket)};
	struct message message;
	struct st_error err = {0};
	if (!enter_jail(&role))
		return 1;
	while (message_next(role.messages, &message) == MESSAGE_OK) {
		if (message.type == WORKER_AUDIT_FILE) {
			if (read_file(&role, &message) != 0)
				return 1;
			continue;
		}
		if (message.type != WORKER_AUDIT_TELL || role.reader == NULL)
			return 1;
		return finish(&role, &err) == ST_OK ? answer(&role) : wrong(&role, &err);
	}
	return 1;
}
