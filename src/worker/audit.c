/*
 * One audit, then the end. What a pull request says is read here, in the jail; the command that started it gets rows,
 * and trusts no text of them.
 */
#include "worker/audit.h"

#include "audit/moment.h"
#include "audit/reader.h"
#include "base/ceilings.h"
#include "process/confine.h"
#include "process/message.h"
#include "worker/protocol.h"

#include <errno.h>
#include <malloc.h>
#include <time.h>
#include <unistd.h>

#define ANSWER_BYTES (64 * KIB)
#define LARGE_BYTES (1 * MIB)

struct role {
	int socket;
	struct message_reader *messages;
	bool compare, sides, saw_plan;
	uint32_t count, at; /* snapshots; the one being read */
	struct audit_snapshot *snapshots;
	struct audit_reader *reader; /* of it */
	struct audit_flows flows[2]; /* by enum audit_flows_kind */
	struct audit_activity activity;
	bool given[3];
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
	if (role->count == 0 || role->count > CEIL_AUDIT_FILES || (role->compare && role->count < 2))
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
	role->sides = st_cursor_byte(in) != 0;
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
	tzset(); /* libc reads its time zone once, even for times in UTC: now, since no file can be opened later */
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

static enum st_status tell_states(struct role *role, struct audit_result *out, struct st_error *err)
{
	const struct audit_aside aside = {
		.exceptions = role->given[AUDIT_EXCEPTIONS] ? &role->flows[AUDIT_EXCEPTIONS] : NULL,
		.keep = role->given[AUDIT_KEEP] ? &role->flows[AUDIT_KEEP] : NULL};
	if (role->compare)
		return audit_tell_change(role->snapshots, role->count, &aside, out, err);
	if (role->count > 1)
		return audit_tell_history(role->snapshots, role->count, &aside, out, err);
	return audit_tell(role->snapshots[0].model, &aside, out, NULL, err);
}

static enum st_status tell(struct role *role, struct audit_result *out, struct st_error *err)
{
	bool logged = role->given[AUDIT_ACTIVITY_LOG];
	if (logged && role->count < 2)
		return st_fail(err, ST_WRONG,
			"an activity log dates the change between states: give --baseline, --history, --git or a plan");
	ST_TRY(tell_states(role, out, err));
	if (logged)
		audit_tell_moments(&role->activity, role->snapshots, role->count, out);
	return ST_OK;
}

struct sending {
	int socket;
	uint64_t sent_bytes;
};

static bool send_piece(void *context, struct st_buf *piece)
{
	struct sending *sending = context;
	sending->sent_bytes += piece->size;
	for (size_t at = 0; at < piece->size && sending->sent_bytes <= CEIL_AUDIT_ANSWER_BYTES; at += ANSWER_BYTES) {
		size_t size = piece->size - at < ANSWER_BYTES ? piece->size - at : ANSWER_BYTES;
		if (message_send(sending->socket, WORKER_AUDIT_ANSWER, piece->data + at, size, -1) != 0)
			return false;
	}
	piece->size = 0;
	return sending->sent_bytes <= CEIL_AUDIT_ANSWER_BYTES;
}

static int answer(struct role *role)
{
	struct audit_result result = {0};
	struct st_error err = {0};
	st_auto_buf struct st_buf bytes = {0};
	struct sending sending = {.socket = role->socket};
	const struct audit_handing handing = {.bytes = ANSWER_BYTES, .take = send_piece, .context = &sending};
	if (role->count == 1) { /* nothing is compared: a row does not change any more once it is told */
		result.early = &handing;
		result.held = &bytes;
	}
	if (tell(role, &result, &err) != ST_OK)
		return wrong(role, &err);
	if (!audit_result_encode(&result, &bytes, &handing)) {
		if (sending.sent_bytes <= CEIL_AUDIT_ANSWER_BYTES)
			return 1;
		st_fail(&err, ST_WRONG, "the answer is larger than any that somebody could read");
		return wrong(role, &err);
	}
	return message_send(role->socket, WORKER_AUDIT_DONE, "", 0, -1) == 0 ? 0 : 1;
}

/* The snapshot being read is whole. */
static enum st_status finish(struct role *role, struct st_error *err)
{
	if (role->reader == NULL) /* a commit without such files */
		return ST_OK;
	role->saw_plan |= audit_reader_saw_plan(role->reader);
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
		role->reader = audit_reader_open(
			role->snapshots[snapshot].model, role->sides && snapshot == 0 ? AUDIT_BEFORE : AUDIT_AFTER);
	if (audit_reader_file(role->reader, fd, name, file, &err) != ST_OK) {
		if (!role->compare || snapshot == 0 || snapshot + 1 == role->count)
			return wrong(role, &err);
		role->snapshots[snapshot].broken = true;
	}
	return message_send(role->socket, WORKER_AUDIT_TOOK, "", 0, -1) == 0 ? 0 : 1;
}

/* All of a small file. */
static enum st_status read_small(int fd, struct st_buf *out, struct st_error *err)
{
	ssize_t got;
	do {
		st_buf_reserve(out, 64 * KIB);
		got = read(fd, out->data + out->size, 64 * KIB);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return st_fail_errno(err, ST_WRONG, "cannot be read");
		out->size += (size_t)got;
	} while (got != 0 && out->size <= CEIL_AUDIT_FLOWS_BYTES);
	return out->size <= CEIL_AUDIT_FLOWS_BYTES ? ST_OK : st_fail(err, ST_WRONG, "larger than any such file");
}

static enum st_status read_flows(
	struct role *role, enum audit_flows_kind kind, int fd, uint64_t now_s, struct st_error *err)
{
	st_auto_buf struct st_buf file = {0};
	ST_TRY(read_small(fd, &file, err));
	return audit_flows_read((struct st_span){file.data, file.size}, kind, (int64_t)now_s, &role->flows[kind], err);
}

static int read_aside(struct role *role, const struct message *message)
{
	struct st_error err = {0};
	struct st_cursor in = {.at = message->body.data, .end = message->body.data + message->body.size};
	uint8_t kind = st_cursor_byte(&in);
	uint64_t now_s = st_cursor_u64(&in);
	st_auto_close int fd = message->fd;
	if (in.bad || fd < 0 || kind > AUDIT_ACTIVITY_LOG || role->given[kind] || role->reader != NULL)
		return 1;
	if (kind == AUDIT_ACTIVITY_LOG && audit_activity_read(fd, &role->activity, &err) != ST_OK)
		return wrong(role, &err);
	if (kind != AUDIT_ACTIVITY_LOG && read_flows(role, (enum audit_flows_kind)kind, fd, now_s, &err) != ST_OK)
		return wrong(role, &err);
	role->given[kind] = true;
	return message_send(role->socket, WORKER_AUDIT_TOOK, "", 0, -1) == 0 ? 0 : 1;
}

int worker_audit(int socket)
{
	struct role role = {.socket = socket, .messages = message_reader_open(socket)};
	struct message message;
	struct st_error err = {0};
	mallopt(M_MMAP_THRESHOLD, LARGE_BYTES); /* lists of a million rows grow where they are, and leave no holes */
	if (!enter_jail(&role))
		return 1;
	while (message_next(role.messages, &message) == MESSAGE_OK) {
		if (message.type == WORKER_AUDIT_ASIDE) {
			if (read_aside(&role, &message) != 0)
				return 1;
			continue;
		}
		if (message.type == WORKER_AUDIT_FILE) {
			if (read_file(&role, &message) != 0)
				return 1;
			continue;
		}
		if (message.type != WORKER_AUDIT_TELL || (role.reader == NULL && !role.compare))
			return 1;
		if (finish(&role, &err) != ST_OK)
			return wrong(&role, &err);
		if (role.saw_plan && role.count == 1)
			return message_send(role.socket, WORKER_AUDIT_SIDES, "", 0, -1) == 0 ? 0 : 1;
		return answer(&role);
	}
	return 1;
}
