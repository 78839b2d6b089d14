/*
 * Indices while they are read: questions of workers, checked and made into requests of the table; contexts that were
 * opened for a reading, closed when it ends, however it ends. The case process knows a context by the name that the
 * worker read out of the server's answer, and puts nothing of it into a request but letters that such names have.
 */
#include "base/ceilings.h"
#include "base/clock.h"
#include "cli/scan.h"
#include "fetch/protocol.h"
#include "probe/requests.h"
#include "worker/protocol.h"

#include <poll.h>
#include <stdio.h>
#include <unistd.h>

/* How long the end of a scan waits for the names of contexts whose opening is on its way. */
#define AWAIT_MS 5000

static const struct scan_remote_store *store_of(const struct scan *scan, const struct scan_slot *slot)
{
	return scan->stores[slot->task.store].remote;
}

bool scan_reads_hits(const struct scan *scan, uint32_t store)
{
	const struct scan_remote_store *remote = scan->stores[store].remote;
	return remote != NULL && remote->service->shelf->hits != NULL;
}

void scan_remote_open_hits(struct scan *scan, struct scan_slot *slot, struct st_buf *frame)
{
	const struct probe_target *target = &store_of(scan, slot)->target;
	st_buf_add_u32(frame, slot->job);
	st_buf_add_byte(frame, target->transport == PROBE_HTTPS);
	st_buf_add_byte(frame, target->literal);
	st_buf_add_span(frame, target->host, strlen(target->host));
	st_buf_add_u16(frame, target->port);
	st_buf_add_span(frame, "/", 1);
	st_buf_add_span(frame, "", 0);
	st_buf_add_u64(frame, 0);
	st_buf_add_u64(frame, 0);
	st_buf_add_u32(frame, scan->remote.interval_ms);
	st_buf_add_byte(frame, 0);
	slot->context_asked = false;
	slot->context.size = 0;
	slot->page_bytes = 0;
}

/* --- questions --- */

/* What an answer may have: the rest of the budget, of which it is taken until its size is known. */
static uint32_t reserve(struct scan *scan, struct scan_slot *slot)
{
	struct scan_remote *remote = &scan->remote;
	uint64_t used = remote->asked_bytes + remote->pace.used_bytes, budget = remote->scope->budget_bytes;
	uint64_t left = used < budget ? budget - used : 0;
	slot->page_bytes = left < CEIL_ANSWER_BODY_BYTES ? (uint32_t)left : (uint32_t)CEIL_ANSWER_BODY_BYTES;
	remote->asked_bytes += slot->page_bytes;
	return slot->page_bytes;
}

/* A search that goes on by a place in the order can be asked again; one that moves a scroll, or opens something, not.
 */
static bool can_be_repeated(enum probe_order order, enum probe_step step)
{
	return order != PROBE_SCROLL && step != PROBE_STEP_OPEN;
}

static void send_page(struct scan *scan, struct scan_slot *slot, const struct probe_request *request, bool again,
	const struct st_buf *url, const struct st_buf *text)
{
	const struct probe_row *row = request->row;
	uint32_t bytes = reserve(scan, slot);
	st_auto_buf struct st_buf frame = {0};
	st_buf_add_u32(&frame, slot->job);
	st_buf_add_byte(&frame, bytes == 0 ? (uint8_t)ST_REASON_OUT_OF_SCOPE : (uint8_t)ST_REASON_NONE);
	st_buf_add_byte(&frame, again);
	st_buf_add_u32(&frame, bytes);
	st_buf_add_span(&frame, row->method, strlen(row->method));
	st_buf_add_span(&frame, url->data, url->size - 1);
	st_buf_add_span(&frame, row->headers, row->headers != NULL ? strlen(row->headers) : 0);
	st_buf_add_span(&frame, text->data, text->size);
	if (slot->fetch.socket >= 0)
		(void)message_send(slot->fetch.socket, FETCH_PAGE, frame.data, frame.size, -1);
}

static enum st_status path_of(struct scan *scan, const struct scan_slot *slot, struct st_buf *path)
{
	struct casefile_object object;
	struct st_error err = {0};
	return casefile_object(scan->casefile, slot->task.object, &object, path, &err);
}

bool scan_remote_page(struct scan *scan, struct scan_slot *slot, struct st_cursor *in)
{
	const struct scan_remote_store *store = store_of(scan, slot);
	uint8_t order = st_cursor_byte(in), step = st_cursor_byte(in);
	int64_t after = (int64_t)st_cursor_u64(in);
	uint32_t size = st_cursor_u32(in);
	bool sound = !in->bad && in->at == in->end && scan_reads_hits(scan, slot->task.store) && order < PROBE_ORDERS &&
		     (order == store->order || order == PROBE_SCROLL) && step < PROBE_STEP_CLOSE && after >= -1 &&
		     size > 0 && size <= CEIL_HITS_PAGE + CEIL_HITS_TIES;
	const struct probe_row *row = sound ? store->service->shelf->hits->steps[order][step] : NULL;
	if (row == NULL || (slot->fetch.socket >= 0 && !scan_remote_drain(scan, slot)) || slot->page_bytes > 0)
		return false;
	st_auto_buf struct st_buf path = {0}, url = {0}, text = {0};
	if (path_of(scan, slot, &path) != ST_OK)
		return false;
	struct probe_request request = {.row = row,
		.object = {path.data, path.size},
		.context = {slot->context.data, slot->context.size},
		.after = after,
		.size = size};
	bool opens = row->query != NULL; /* what is kept has a time to be kept for */
	if (opens && slot->context.size > 0)
		return false;
	if (!probe_request_url(&store->target, &request, &url) || !probe_request_body(&request, &text))
		return false;
	slot->context_asked = slot->context_asked || opens;
	slot->context_order = (enum probe_order)order;
	send_page(scan, slot, &request, can_be_repeated((enum probe_order)order, (enum probe_step)step), &url, &text);
	return true;
}

/* --- contexts --- */

static void setting_of(size_t slot, char out[32])
{
	snprintf(out, 32, "search-context-%zu", slot);
}

/* What is open stands in the case: whoever comes after a kill closes it. Losing that costs the server a context. */
static void remember(struct scan *scan, const struct scan_slot *slot)
{
	char setting[32];
	struct st_error err = {0};
	st_auto_buf struct st_buf value = {0};
	const char *server = store_of(scan, slot)->target.canonical;
	st_buf_reserve(&value, 1); /* so that there is a pointer to nothing, too */
	if (slot->context.size > 0) {
		st_buf_add_byte(&value, (uint8_t)slot->context_order);
		st_buf_add_span(&value, server, strlen(server));
		st_buf_add_span(&value, slot->context.data, slot->context.size);
	}
	setting_of((size_t)(slot - scan->slots), setting);
	(void)casefile_set(scan->casefile, setting, (struct st_span){value.data, value.size}, &err);
}

bool scan_remote_context(struct scan *scan, struct scan_slot *slot, struct st_cursor *in)
{
	uint8_t order = st_cursor_byte(in);
	struct st_span context = st_cursor_span(in);
	bool opened = slot->context_asked || slot->context.size > 0;
	if (in->bad || in->at != in->end || !scan_reads_hits(scan, slot->task.store) || !opened ||
		order != slot->context_order || !probe_context_is_sound(context))
		return false;
	bool first = slot->context.size == 0;
	slot->context_asked = false;
	slot->context.size = 0;
	st_buf_add(&slot->context, context.data, context.size);
	if (first)
		remember(scan, slot);
	return true;
}

/* --- the end of a reading --- */

/* Asked of the listing's process: the slot's own may be busy, or gone. Ctrl-C is not heard for it. */
static bool ask_close(struct scan *scan, const struct scan_remote_store *store, const struct probe_request *request)
{
	struct check_roles *roles = &scan->remote.roles;
	struct check_answer answer = {.body = -1};
	struct st_error err = {0};
	st_auto_buf struct st_buf url = {0}, text = {0};
	if (!probe_request_url(&store->target, request, &url) || !probe_request_body(request, &text))
		return false;
	int signal_fd = roles->signal_fd;
	bool stopped = roles->stopped;
	roles->signal_fd = -1;
	roles->stopped = false;
	enum st_status status = check_ask(roles, &store->target, request, (const char *)url.data, &answer, &err);
	/* 404: the server has let go of it by itself. */
	bool closed = status == ST_OK && answer.answer.outcome == PROBE_ANSWERED &&
		      (answer.answer.status == 200 || answer.answer.status == 404);
	check_answer_free(&answer);
	roles->signal_fd = signal_fd;
	roles->stopped = stopped;
	return closed;
}

void scan_remote_close_context(struct scan *scan, struct scan_slot *slot)
{
	const struct scan_remote_store *store = store_of(scan, slot);
	if (slot->context.size > 0) {
		struct probe_request request = {
			.row = store->service->shelf->hits->steps[slot->context_order][PROBE_STEP_CLOSE],
			.context = {slot->context.data, slot->context.size}};
		scan->remote.left_open += !ask_close(scan, store, &request);
		slot->context.size = 0;
		remember(scan, slot);
	} else if (slot->context_asked) {
		scan->remote.left_open++;
	}
	scan->remote.asked_bytes -= slot->page_bytes;
	st_buf_free(&slot->context);
	slot->context_asked = false;
	slot->page_bytes = 0;
}

enum st_status scan_remote_close_left(struct scan *scan, const struct scan_remote_store *store, struct st_error *err)
{
	for (size_t slot = 0; slot < SCAN_MOST_JOBS; slot++) {
		st_auto_buf struct st_buf value = {0};
		char setting[32];
		setting_of(slot, setting);
		ST_TRY(casefile_get(scan->casefile, setting, &value, err));
		struct st_cursor in = {value.data, value.data + value.size, false};
		if (value.size == 0)
			continue;
		uint8_t order = st_cursor_byte(&in);
		struct st_span server = st_cursor_span(&in), context = st_cursor_span(&in);
		if (in.bad || order >= PROBE_ORDERS || server.size != strlen(store->target.canonical) ||
			memcmp(server.data, store->target.canonical, server.size) != 0)
			continue;
		struct probe_request request = {
			.row = store->service->shelf->hits->steps[order][PROBE_STEP_CLOSE], .context = context};
		(void)ask_close(scan, store, &request);
		ST_TRY(casefile_set(scan->casefile, setting, (struct st_span){value.data, 0}, err));
	}
	return ST_OK;
}

/* Frames of a worker whose reading is lost: only the name of its context still counts. */
static bool hear_context(struct scan *scan, struct scan_slot *slot)
{
	struct message message;
	enum message_result result;
	while ((result = message_next(slot->reader, &message)) == MESSAGE_OK) {
		struct st_cursor in = {message.body.data, message.body.data + message.body.size, false};
		if (message.fd >= 0)
			close(message.fd);
		if (message.type == WORKER_CONTEXT && st_cursor_u32(&in) == slot->job)
			return scan_remote_context(scan, slot, &in);
		if (message.type == WORKER_DONE)
			return false;
	}
	return result == MESSAGE_AGAIN;
}

void scan_remote_await_contexts(struct scan *scan)
{
	uint64_t until_ms = st_now_ms() + AWAIT_MS;
	for (size_t i = 0; i < scan->slot_count; i++) {
		struct scan_slot *slot = &scan->slots[i];
		while (slot->state == SCAN_SLOT_BUSY && slot->context_asked && st_now_ms() < until_ms &&
			hear_context(scan, slot)) {
			struct pollfd heard = {.fd = slot->socket, .events = POLLIN};
			if (slot->fetch.socket >= 0)
				(void)scan_remote_drain(scan, slot);
			if (slot->context_asked)
				poll(&heard, 1, 100);
		}
	}
}

void scan_remote_judge(struct casefile_object *object)
{
	uint64_t listed = object->device, read = object->records < listed ? object->records : listed;
	if (object->status == ST_READ && read < listed) {
		object->status = ST_PARTIAL;
		object->reason = ST_REASON_SOURCE_CHANGED;
	}
	double share = object->status == ST_UNREAD ? 0 : listed == 0 ? 1 : (double)read / (double)listed;
	object->stored_bytes = read == listed && object->status != ST_UNREAD
				       ? object->size_bytes
				       : (uint64_t)((double)object->size_bytes * share);
}

void scan_remote_tell(const struct scan_remote *remote)
{
	if (remote->left_open > 0)
		fprintf(stderr,
			"staunch: %llu search contexts of this scan could not be closed; the server lets go of them "
			"after 5 minutes\n",
			(unsigned long long)remote->left_open);
}
