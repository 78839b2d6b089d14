/*
 * The two processes that a check talks to: fetch has the sockets, the worker reads bodies. Either may have been taken
 * over by what a server sent: every number and every text of theirs is checked, and a body goes from one to the other
 * as a descriptor that this process does not read.
 */
#include "cli/check.h"

#include "base/ceilings.h"
#include "base/clock.h"
#include "cli/cli.h"
#include "fetch/protocol.h"
#include "probe/requests.h"
#include "process/confine.h"
#include "worker/protocol.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <unistd.h>

/* A worker reads a body of 4 MiB in milliseconds. */
#define WORKER_MS 20000
#define START_MS 20000

void check_role_stop(struct check_roles *roles, struct check_role *role)
{
	if (role->socket < 0)
		return;
	launcher_kill(roles->launcher, role->id);
	message_reader_close(role->reader);
	close(role->socket);
	*role = (struct check_role){.name = role->name, .socket = -1, .credential = role->credential};
}

void check_role_use(struct check_roles *roles, struct check_role *role, uint32_t credential)
{
	if (role->credential != credential)
		check_role_stop(roles, role);
	role->credential = credential;
}

static int wait_for(struct pollfd *ready, nfds_t count, int limit_ms)
{
	int got;
	do
		got = poll(ready, count, limit_ms);
	while (got < 0 && errno == EINTR);
	return got;
}

bool check_readable(struct check_roles *roles, int fd, int limit_ms)
{
	struct pollfd ready[] = {{.fd = fd, .events = POLLIN}, {.fd = roles->signal_fd, .events = POLLIN}};
	int got = wait_for(ready, 2, limit_ms);
	bool signalled = got > 0 && ready[1].revents != 0;
	roles->stopped = roles->stopped || signalled;
	if (roles->stopped && roles->grace_ms > 0 && fd >= 0)
		return wait_for(ready, 1, limit_ms < roles->grace_ms ? limit_ms : roles->grace_ms) > 0;
	return got > 0 && ready[0].revents != 0 && !roles->stopped;
}

void check_wait(struct check_roles *roles, uint64_t ms)
{
	if (ms > 0 && !roles->stopped)
		(void)check_readable(roles, -1, ms < INT_MAX ? (int)ms : INT_MAX);
}

/* The next frame within the time, however slowly its bytes come; false: the process is lost, or the user stops us. */
static bool next_frame(struct check_roles *roles, struct check_role *role, int limit_ms, struct message *out)
{
	uint64_t until_ms = st_now_ms() + (uint64_t)limit_ms;
	for (;;) {
		enum message_result result = message_next(role->reader, out);
		if (result != MESSAGE_AGAIN)
			return result == MESSAGE_OK;
		uint64_t now_ms = st_now_ms();
		if (now_ms >= until_ms || !check_readable(roles, role->socket, (int)(until_ms - now_ms)))
			return false;
	}
}

static enum st_status refused_start(const struct message *answer, uint32_t error_type, struct st_error *err)
{
	struct st_cursor in = {.at = answer->body.data, .end = answer->body.data + answer->body.size};
	struct st_span text = answer->type == error_type ? st_cursor_span(&in) : (struct st_span){NULL, 0};
	return st_fail(err, ST_FATAL, "%.*s", text.size > 0 ? (int)text.size : 26,
		text.size > 0 ? (const char *)text.data : "a process does not confine");
}

enum st_status check_role_start(struct check_roles *roles, struct check_role *role, struct st_error *err)
{
	bool fetch = strcmp(role->name, "fetch") == 0;
	const struct st_buf *start = fetch ? &roles->fetch_start : &roles->worker_start;
	struct message answer;
	ST_TRY(launcher_spawn(roles->launcher, role->name, &role->id, &role->socket, err));
	fcntl(role->socket, F_SETFL, fcntl(role->socket, F_GETFL) | O_NONBLOCK);
	role->reader = message_reader_open(role->socket);
	if (message_send(role->socket, fetch ? (uint32_t)FETCH_START : (uint32_t)WORKER_START, start->data, start->size,
		    -1) != 0 ||
		!next_frame(roles, role, START_MS, &answer))
		return roles->stopped ? ST_STOP
				      : st_fail(err, ST_FATAL,
						"the %s process ends before it begins; see staunch doctor", role->name);
	if (answer.fd >= 0)
		close(answer.fd);
	struct st_cursor in = {.at = answer.body.data, .end = answer.body.data + answer.body.size};
	(void)st_cursor_byte(&in);
	bool ready = answer.type == (fetch ? (uint32_t)FETCH_READY : (uint32_t)WORKER_READY);
	if (ready && (st_cursor_byte(&in) != 0 || roles->unconfined))
		return role->credential == 0 ? ST_OK
					     : check_auth_give(roles->auth, role->credential, role->socket, err);
	return refused_start(&answer, fetch ? (uint32_t)FETCH_ERROR : (uint32_t)WORKER_ERROR, err);
}

/* --- who asks --- */

static void ascii(char *text)
{
	for (; *text != 0; text++)
		if ((unsigned char)*text < ' ' || (unsigned char)*text >= 0x7f)
			*text = '?';
}

enum st_status check_identify(const struct probe_scope *scope, const char *certificates_path,
	struct check_identity *out, struct st_error *err)
{
	*out = (struct check_identity){0};
	if (certificates_path != NULL) {
		enum st_status status =
			check_read_file(certificates_path, CEIL_MESSAGE_BYTES / 2, &out->certificates, err);
		if (status != ST_OK) {
			st_buf_free(&out->certificates);
			return status;
		}
	}
	uint8_t random[8];
	randombytes_buf(random, sizeof random);
	st_hex(random, sizeof random, out->run);
	bool address = strchr(scope->contact, '@') != NULL && strpbrk(scope->contact, " <>") == NULL;
	out->agent = st_format("staunch/" STAUNCH_VERSION " (+%s; run=%s)", scope->contact, out->run);
	out->from = st_format("%s", address ? scope->contact : "");
	ascii(out->agent);
	ascii(out->from);
	return ST_OK;
}

void check_identity_port(struct check_identity *identity, uint16_t port)
{
	for (size_t i = 0; i < identity->port_count; i++)
		if (identity->ports[i] == port)
			return;
	identity->ports = st_realloc(identity->ports, (identity->port_count + 1) * sizeof *identity->ports);
	identity->ports[identity->port_count++] = port;
}

void check_identity_free(struct check_identity *identity)
{
	free(identity->agent);
	free(identity->from);
	free(identity->ports);
	st_buf_free(&identity->certificates);
}

/* --- both roles --- */

void check_roles_set(struct check_roles *roles, struct launcher *launcher, int signal_fd,
	const struct check_identity *who, bool unconfined)
{
	*roles = (struct check_roles){.launcher = launcher,
		.fetch = {.name = "fetch", .socket = -1},
		.worker = {.name = "worker", .socket = -1},
		.unconfined = unconfined,
		.signal_fd = signal_fd};
	st_buf_add_byte(&roles->fetch_start, unconfined);
	st_buf_add_u64(&roles->fetch_start, CEIL_FETCH_MEMORY_BYTES);
	st_buf_add_span(&roles->fetch_start, who->agent, strlen(who->agent));
	st_buf_add_span(&roles->fetch_start, who->from, strlen(who->from));
	st_buf_add_span(&roles->fetch_start, who->certificates.data, who->certificates.size);
	st_buf_add_u32(&roles->fetch_start, (uint32_t)who->port_count);
	for (size_t i = 0; i < who->port_count; i++)
		st_buf_add_u16(&roles->fetch_start, who->ports[i]);
	st_buf_add_byte(&roles->worker_start, unconfined);
	st_buf_add_u64(&roles->worker_start, CEIL_WORKER_MEMORY_BYTES);
	for (int i = 0; i < 7; i++) /* nothing is searched here: see WORKER_START */
		st_buf_add_u32(&roles->worker_start, 0);
}

enum st_status check_roles_start(
	struct check_roles *roles, const struct check_identity *who, bool unconfined, struct st_error *err)
{
	struct launcher *launcher = NULL;
	int signal_fd = cli_hear_signals();
	st_auto_free char *worker = cli_worker_path(err);
	st_auto_free char *fetch = worker != NULL ? cli_fetch_path(err) : NULL;
	if (fetch == NULL)
		return ST_FATAL;
	ST_TRY(launcher_start_with_fetch(worker, fetch, !unconfined, &launcher, err));
	check_roles_set(roles, launcher, signal_fd, who, unconfined);
	return ST_OK;
}

enum st_status check_roles_confine(const struct check_roles *roles, struct st_error *err)
{
	struct confine_limits limits = {0};
	return roles->unconfined ? ST_OK : confine(CONFINE_CASE, &limits, -1, 0, err);
}

void check_roles_free(struct check_roles *roles)
{
	if (roles->launcher == NULL)
		return;
	check_role_stop(roles, &roles->fetch);
	check_role_stop(roles, &roles->worker);
	st_buf_free(&roles->fetch_start);
	st_buf_free(&roles->worker_start);
}

void check_roles_renew(struct check_roles *roles)
{
	check_role_stop(roles, &roles->fetch);
	check_role_stop(roles, &roles->worker);
}

void check_roles_stop(struct check_roles *roles)
{
	struct launcher *launcher = roles->launcher;
	if (launcher == NULL)
		return;
	check_roles_free(roles);
	launcher_stop(launcher);
	close(roles->signal_fd);
}

/* --- the question --- */

static void add_text(struct st_buf *out, const char *text)
{
	st_buf_add_span(out, text != NULL ? text : "", text != NULL ? strlen(text) : 0);
}

static void frame_place(const struct check_roles *roles, const struct probe_target *target, struct st_buf *out)
{
	st_buf_add_byte(out, target->literal ? 1 : roles->private_allowed ? 2 : 0);
	add_text(out, target->host);
	st_buf_add_u16(out, target->port);
}

static uint32_t frame_question(struct check_roles *roles, const struct probe_target *target,
	const struct probe_request *request, const char *url, struct st_buf *out)
{
	const struct probe_row *row = request != NULL ? request->row : NULL;
	st_buf_add_u32(out, ++roles->next_id);
	st_buf_add_byte(out, target->transport == PROBE_HTTPS || target->transport == PROBE_TLS);
	frame_place(roles, target, out);
	if (url == NULL)
		return FETCH_RESOLVE;
	st_buf_add_u32(out, row->body_bytes);
	if (row->method == NULL) {
		st_buf_add_u32(out, (uint32_t)row->step_count);
		for (size_t i = 0; i < row->step_count; i++) {
			st_auto_buf struct st_buf step = {0};
			(void)probe_request_step(request, i, &step); /* checked before */
			st_buf_add_span(out, step.data, step.size);
		}
		return FETCH_EXCHANGE;
	}
	st_auto_buf struct st_buf wire = {0};
	probe_request_wire(target, url, &wire);
	add_text(out, row->method);
	st_buf_add_span(out, wire.data, wire.size);
	explicit_bzero(wire.data, wire.size);
	add_text(out, row->headers);
	st_auto_buf struct st_buf body = {0};
	(void)probe_request_body(request, &body); /* checked before */
	st_buf_add_span(out, body.data, body.size);
	return FETCH_HTTP;
}

/* --- the answer --- */

/* Printable, and nothing that a terminal acts on. */
static void plain_text(struct st_span from, char *out, size_t size)
{
	size_t length = from.size < size - 1 ? from.size : size - 1;
	for (size_t i = 0; i < length; i++)
		out[i] = from.data[i] >= ' ' && from.data[i] < 0x7f ? (char)from.data[i] : '?';
	out[length] = 0;
}

static bool decode_headers(struct st_cursor *in, struct check_answer *out)
{
	uint32_t count = st_cursor_u32(in);
	if (in->bad || count > PROBE_HEADERS)
		return false;
	for (uint32_t i = 0; i < count; i++) {
		uint8_t which = st_cursor_byte(in);
		struct st_span value = st_cursor_span(in);
		if (in->bad || which >= PROBE_HEADERS || value.size > CEIL_ANSWER_VALUE_BYTES ||
			out->header[which] != NULL)
			return false;
		out->header[which] = st_alloc(value.size + 1);
		plain_text(value, out->header[which], value.size + 1);
		/* Where a redirect leads may hold a token or a signature: the place is kept, its query is not. */
		if (which == PROBE_HEADER_LOCATION)
			out->header[which][strcspn(out->header[which], "?#")] = 0;
		out->answer.header[which] = out->header[which];
	}
	return true;
}

static bool decode_answer(const struct message *message, uint32_t id, uint32_t limit_bytes, struct check_answer *out)
{
	struct st_cursor in = {.at = message->body.data, .end = message->body.data + message->body.size};
	uint32_t answered = st_cursor_u32(&in);
	uint8_t outcome = st_cursor_byte(&in);
	uint32_t status = st_cursor_u32(&in);
	uint64_t body_bytes = st_cursor_u64(&in);
	out->answer.body_whole = st_cursor_byte(&in) != 0;
	out->elapsed_ms = st_cursor_u32(&in);
	plain_text(st_cursor_span(&in), out->address, sizeof out->address);
	plain_text(st_cursor_span(&in), out->why, sizeof out->why);
	const uint8_t *sha256 = st_cursor_take(&in, ST_SHA256_BYTES);
	if (in.bad || answered != id || outcome >= PROBE_HELD_BACK || status > 999 || body_bytes > limit_bytes)
		return false;
	memcpy(out->sha256, sha256, ST_SHA256_BYTES);
	out->answer.outcome = (enum probe_outcome)outcome;
	out->answer.status = status;
	out->answer.body_bytes = body_bytes;
	return decode_headers(&in, out);
}

static void take_answer(struct check_roles *roles, uint32_t limit_bytes, struct check_answer *out)
{
	struct message message = {.fd = -1};
	bool came = next_frame(roles, &roles->fetch, CEIL_REQUEST_MS + CEIL_FETCH_LATE_MS, &message);
	bool sound = came && message.type == FETCH_ANSWER && decode_answer(&message, roles->next_id, limit_bytes, out);
	out->body = came ? message.fd : -1;
	if (sound)
		return;
	if (came && message.type == FETCH_FORBIDDEN && message.body.size == 4) {
		struct st_cursor in = {.at = message.body.data, .end = message.body.data + 4};
		snprintf(out->why, sizeof out->why, "stopped by its jail: %s",
			confine_syscall_name((int)st_cursor_u32(&in)));
	}
	out->answer.outcome = came ? PROBE_BROKEN : PROBE_TIMED_OUT;
	out->lost = true;
	check_role_stop(roles, &roles->fetch);
}

/* A server may say back what it was told: a signature stands in nothing that is kept. */
static void hide_signature(const struct probe_target *target, struct check_answer *out)
{
	for (int i = 0; i < PROBE_HEADERS; i++)
		if (target->sas != NULL && out->header[i] != NULL &&
			probe_sas_is_in(target->sas, out->header[i], strlen(out->header[i])))
			snprintf(out->header[i], strlen(out->header[i]) + 1, "***");
	for (uint32_t i = 0; target->sas != NULL && i < out->facts.count; i++)
		for (uint32_t j = 0; j < out->facts.list[i].value_count; j++) {
			struct st_buf *text = &out->facts.list[i].values[j].text;
			if (probe_sas_is_in(target->sas, text->data, text->size))
				text->size = 0;
		}
}

/* --- the body --- */

static enum st_status read_body(
	struct check_roles *roles, const struct probe_row *row, struct check_answer *out, struct st_error *err)
{
	struct message message;
	st_auto_buf struct st_buf body = {0};
	if (roles->worker.socket < 0)
		ST_TRY(check_role_start(roles, &roles->worker, err));
	st_buf_add_u32(&body, roles->next_id);
	st_buf_add_byte(&body, (uint8_t)row->form);
	st_buf_add_u32(&body, row->keep);
	st_buf_add_u64(&body, out->answer.body_bytes);
	bool came = message_send(roles->worker.socket, WORKER_BODY, body.data, body.size, out->body) == 0 &&
		    next_frame(roles, &roles->worker, WORKER_MS, &message);
	if (came && message.fd >= 0)
		close(message.fd);
	struct st_cursor in = {.at = NULL, .end = NULL};
	if (came)
		in = (struct st_cursor){.at = message.body.data, .end = message.body.data + message.body.size};
	bool sound = came && message.type == WORKER_FACTS && st_cursor_u32(&in) == roles->next_id &&
		     probe_facts_decode(&in, &out->facts);
	if (!sound) {
		out->facts.body = PROBE_BODY_OTHER;
		check_role_stop(roles, &roles->worker);
	}
	return ST_OK;
}

enum st_status check_ask(struct check_roles *roles, const struct probe_target *target,
	const struct probe_request *request, const char *url, struct check_answer *out, struct st_error *err)
{
	*out = (struct check_answer){.body = -1, .answer.request = request};
	out->answer.facts = &out->facts;
	if (roles->fetch.socket < 0)
		ST_TRY(check_role_start(roles, &roles->fetch, err));
	st_auto_buf struct st_buf frame = {0};
	uint32_t type = frame_question(roles, target, request, url, &frame);
	(void)message_send(roles->fetch.socket, type, frame.data, frame.size, -1); /* a lost one shows in its answer */
	explicit_bzero(frame.data, frame.size);
	take_answer(roles, url != NULL ? request->row->body_bytes : 0, out);
	hide_signature(target, out);
	if (out->body < 0 || url == NULL || request->row->form == PROBE_FORM_NONE || out->answer.body_bytes == 0)
		return ST_OK;
	enum st_status status = read_body(roles, request->row, out, err);
	hide_signature(target, out);
	return status;
}

enum st_status check_mail_send(
	struct check_roles *roles, const struct check_mail *mail, struct check_answer *out, struct st_error *err)
{
	*out = (struct check_answer){.body = -1};
	out->answer.facts = &out->facts;
	if (roles->fetch.socket < 0)
		ST_TRY(check_role_start(roles, &roles->fetch, err));
	st_auto_secret struct st_buf frame = {0};
	st_buf_add_u32(&frame, ++roles->next_id);
	st_buf_add_byte(&frame, mail->server->transport == PROBE_HTTPS);
	frame_place(roles, mail->server, &frame);
	st_buf_add_byte(&frame, mail->starttls);
	add_text(&frame, mail->helo);
	add_text(&frame, mail->from);
	st_buf_add_u32(&frame, (uint32_t)mail->to_count);
	for (size_t i = 0; i < mail->to_count; i++)
		add_text(&frame, mail->to[i]);
	st_buf_add_span(&frame, mail->message.data, mail->message.size);
	(void)message_send(roles->fetch.socket, FETCH_MAIL, frame.data, frame.size, -1);
	take_answer(roles, 0, out);
	return ST_OK;
}

void check_answer_free(struct check_answer *answer)
{
	for (int i = 0; i < PROBE_HEADERS; i++)
		free(answer->header[i]);
	if (answer->body >= 0)
		close(answer->body);
	probe_facts_free(&answer->facts);
}

/* --- a page of a listing --- */

static enum st_status take_rows(
	struct st_cursor *in, check_listed *each, void *context, bool *sound, struct st_error *err)
{
	uint32_t count = st_cursor_u32(in);
	for (uint32_t i = 0; i < count; i++) {
		struct probe_listed listed;
		*sound = probe_listed_decode(in, &listed);
		if (!*sound)
			return ST_OK;
		ST_TRY(each(context, &listed, err));
	}
	*sound = in->at == in->end;
	return ST_OK;
}

enum st_status check_list_begin(
	struct check_roles *roles, const struct check_answer *answer, enum probe_listing form, struct st_error *err)
{
	st_auto_buf struct st_buf body = {0};
	if (roles->worker.socket < 0)
		ST_TRY(check_role_start(roles, &roles->worker, err));
	st_buf_add_u32(&body, roles->next_id);
	st_buf_add_byte(&body, (uint8_t)form);
	st_buf_add_u64(&body, answer->answer.body_bytes);
	/* A worker that is gone says nothing: that shows at the end. */
	(void)message_send(roles->worker.socket, WORKER_LISTING, body.data, body.size, answer->body);
	return ST_OK;
}

enum st_status check_list_end(struct check_roles *roles, check_listed *each, void *context, enum probe_page *page,
	struct st_buf *marker, struct st_error *err)
{
	bool sound = true, end = false;
	*page = PROBE_PAGE_OTHER;
	while (sound && !end) {
		struct message message;
		if (!next_frame(roles, &roles->worker, WORKER_MS, &message))
			break;
		struct st_cursor in = {.at = message.body.data, .end = message.body.data + message.body.size};
		sound = message.fd < 0 && st_cursor_u32(&in) == roles->next_id;
		if (sound && message.type == WORKER_LISTED) {
			ST_TRY(take_rows(&in, each, context, &sound, err));
			continue;
		}
		uint8_t read = st_cursor_byte(&in);
		struct st_span next = st_cursor_span(&in);
		end = sound && message.type == WORKER_LISTED_END && !in.bad && in.at == in.end && read < PROBE_PAGES;
		sound = end;
		if (end) {
			*page = (enum probe_page)read;
			st_buf_add(marker, next.data, next.size);
		}
	}
	if (!end)
		check_role_stop(roles, &roles->worker);
	return ST_OK;
}

enum st_status check_list(struct check_roles *roles, const struct check_answer *answer, enum probe_listing form,
	check_listed *each, void *context, enum probe_page *page, struct st_buf *marker, struct st_error *err)
{
	*page = PROBE_PAGE_OTHER;
	ST_TRY(check_list_begin(roles, answer, form, err));
	return check_list_end(roles, each, context, page, marker, err);
}

/* --- files that others wrote --- */

static bool take_batch(struct st_cursor *in, check_row_taken *each, void *context)
{
	uint32_t count = st_cursor_u32(in);
	bool sound = !in->bad;
	for (uint32_t i = 0; i < count && sound; i++)
		sound = each(context, in);
	return sound && in->at == in->end;
}

enum st_status check_rows(struct check_roles *roles, int fd, uint64_t size_bytes, enum worker_rows what,
	check_row_taken *each, void *context, enum rows_end *end, struct st_error *err)
{
	st_auto_buf struct st_buf body = {0};
	*end = ROWS_CUT;
	if (roles->worker.socket < 0)
		ST_TRY(check_role_start(roles, &roles->worker, err));
	st_buf_add_u32(&body, ++roles->next_id);
	st_buf_add_byte(&body, (uint8_t)what);
	st_buf_add_u64(&body, (uint64_t)st_utc_seconds());
	st_buf_add_u64(&body, size_bytes);
	bool sound = message_send(roles->worker.socket, WORKER_ROWS, body.data, body.size, fd) == 0, whole = false;
	while (sound && !whole) {
		struct message message;
		if (!next_frame(roles, &roles->worker, WORKER_MS, &message))
			break;
		struct st_cursor in = {.at = message.body.data, .end = message.body.data + message.body.size};
		sound = message.fd < 0 && st_cursor_u32(&in) == roles->next_id;
		if (sound && message.type == WORKER_ROW) {
			sound = take_batch(&in, each, context);
			continue;
		}
		uint8_t how = st_cursor_byte(&in);
		whole = sound && message.type == WORKER_ROW_END && !in.bad && in.at == in.end && how < ROWS_ENDS;
		sound = whole;
		if (whole)
			*end = (enum rows_end)how;
	}
	if (!whole)
		check_role_stop(roles, &roles->worker);
	return roles->stopped ? ST_STOP : ST_OK;
}
