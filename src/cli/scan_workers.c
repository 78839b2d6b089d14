/*
 * The loop of a scan: workers are started, handed objects, watched, replaced. A worker that crashes, hangs or is
 * stopped by its jail costs one object one reading; that object is read once more, alone, and is then unread with its
 * reason.
 */
#include "base/ceilings.h"
#include "base/clock.h"
#include "cli/scan_slot.h"
#include "process/confine.h"
#include "worker/protocol.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TICK_MS = 200, FRAMES_AT_A_TIME = 256 };

bool scan_reads_pipe(const struct scan *scan, uint32_t store)
{
	const struct source *source = scan->stores[store].source;
	return source != NULL && source_kind(source) == SOURCE_STDIN;
}

static bool is_stream(const struct scan *scan, const struct scan_slot *slot)
{
	return scan_reads_pipe(scan, slot->task.store);
}

static bool is_over_network(const struct scan *scan, uint32_t store)
{
	return scan->stores[store].remote != NULL;
}

static bool is_remote(const struct scan *scan, const struct scan_slot *slot)
{
	return is_over_network(scan, slot->task.store);
}

/* --- a slot's life --- */

/* The object that its worker reads next. */
static bool take_ahead(struct scan_slot *slot, struct scan_ahead *out)
{
	if (slot->ahead_count == 0)
		return false;
	*out = slot->ahead[slot->ahead_first];
	slot->ahead_first = (slot->ahead_first + 1) % CEIL_JOBS_AHEAD;
	slot->ahead_count--;
	slot->ahead_bytes -= out->before.size_bytes;
	return true;
}

static void begin_reading(struct scan_slot *slot, const struct scan_ahead *next)
{
	slot->task = next->task;
	slot->object = next->object;
	slot->before = next->before;
	slot->job = next->job;
	slot->fd = next->fd;
	slot->asked = next->asked;
	slot->compares_late = next->compares_late;
	slot->segment = next->segment;
	slot->part_count = 0;
	slot->records = slot->highest_record = slot->mentions = slot->members_bytes = slot->seen_bytes = 0;
	slot->killed_for = ST_REASON_NONE;
	slot->forbidden_call = slot->exhausted_rule = 0;
	slot->moved_at_ms = slot->began_at_ms = st_now_ms();
	slot->state = SCAN_SLOT_BUSY;
}

static void forget_reading(struct scan *scan, struct scan_slot *slot)
{
	scan_drop_parts(scan, slot);
	free(slot->parts);
	slot->parts = NULL;
	slot->held_capacity = 0;
	if (slot->fd >= 0)
		close(slot->fd);
	if (slot->fd >= 0 && is_remote(scan, slot))
		scan_remote_close(scan, slot);
	slot->fd = -1;
	helping_close(&slot->helping, scan->launcher);
}

/* A worker that is done with is killed, not asked to end: what took it over might not obey. */
static void empty_slot(struct scan *scan, struct scan_slot *slot)
{
	struct scan_ahead next;
	if (slot->state != SCAN_SLOT_EMPTY && slot->state != SCAN_SLOT_ENDING)
		launcher_kill(scan->launcher, slot->worker);
	forget_reading(scan, slot);
	while (take_ahead(slot, &next))
		close(next.fd);
	message_reader_close(slot->reader);
	if (slot->socket >= 0)
		close(slot->socket);
	scan_remote_stop(scan, slot);
	*slot = (struct scan_slot){.socket = -1, .fd = -1, .fetch.socket = -1};
}

static enum st_status start_worker(struct scan *scan, struct scan_slot *slot, uint32_t store, struct st_error *err)
{
	empty_slot(scan, slot);
	ST_TRY(launcher_spawn(scan->launcher, "worker", &slot->worker, &slot->socket, err));
	fcntl(slot->socket, F_SETFL, fcntl(slot->socket, F_GETFL) | O_NONBLOCK);
	slot->reader = message_reader_open(slot->socket);
	slot->state = SCAN_SLOT_STARTING;
	slot->store = store;
	slot->moved_at_ms = st_now_ms();
	/* A worker that is gone already shows in its exit, with the reason. */
	message_send(slot->socket, WORKER_START, scan->start_message.data, scan->start_message.size, -1);
	return ST_OK;
}

enum st_status scan_start_workers(struct scan *scan, size_t count, struct st_error *err)
{
	for (size_t i = 0; i < count && i < scan->slot_count; i++)
		ST_TRY(start_worker(scan, &scan->slots[i], SCAN_ANY_STORE, err));
	return ST_OK;
}

/* --- ends of a reading --- */

static void count_done(struct scan *scan, const struct casefile_object *object)
{
	struct scan_store *store = &scan->stores[object->store];
	store->objects_done++;
	store->bytes_done += object->size_bytes;
}

static void finish_unread(struct scan *scan, const struct casefile_object *listed, uint8_t attempts,
	enum st_reason reason, const char *detail)
{
	struct casefile_object object = *listed;
	object.path = (struct st_span){NULL, 0};
	object.status = ST_UNREAD;
	object.reason = reason;
	object.segment = object.duplicate_of = 0;
	object.stored_bytes = object.expanded_bytes = object.records = object.parts = object.not_searched_bytes = 0;
	object.attempts = attempts;
	snprintf(object.detail, sizeof object.detail, "%s", detail);
	scan_progress_unread(scan->progress, reason);
	count_done(scan, &object);
	scan_finish(scan, &object);
}

/* Of a remote object the fetch process and the worker see to it: every range is of the version that was listed. */
static bool has_changed(const struct scan *scan, const struct scan_slot *slot)
{
	struct source_entry now;
	return !is_stream(scan, slot) && !is_remote(scan, slot) &&
	       (source_entry_of(slot->fd, &now) != ST_OK || !source_same(&slot->before, &now));
}

/* A network that failed may not fail again. */
static bool may_be_there_again(
	const struct scan *scan, const struct scan_slot *slot, const struct casefile_object *result)
{
	return is_remote(scan, slot) && slot->task.attempts == 0 && scan_remote_may_come(result->reason);
}

/* Its worker goes on with what it was handed ahead. */
static void end_reading(struct scan *scan, struct scan_slot *slot)
{
	struct scan_ahead next;
	forget_reading(scan, slot);
	slot->state = SCAN_SLOT_IDLE;
	slot->objects_read++;
	if (take_ahead(slot, &next))
		begin_reading(slot, &next);
}

void scan_slot_finish(struct scan *scan, struct scan_slot *slot, const struct casefile_object *result)
{
	scan_remote_ended(scan, slot, result->reason);
	if (has_changed(scan, slot)) {
		finish_unread(scan, &slot->object, slot->task.attempts, ST_REASON_SOURCE_CHANGED, "");
	} else if (may_be_there_again(scan, slot, result)) {
		slot->task.attempts++;
		scan_queue_retry(&scan->queue, &slot->task);
	} else {
		/* An unread container keeps its segment too: the members' own reasons stay listed, though nothing of
		 * them counts. */
		if (result->status == ST_UNREAD)
			scan_progress_unread(scan->progress, result->reason);
		count_done(scan, result);
		scan_slot_settle(scan, slot);
		/* they belong to the object now */
		slot->parts_waiting = slot->parts_leaving = slot->parts_committed = false;
		scan_finish(scan, result);
	}
	end_reading(scan, slot);
}

void scan_slot_copy(struct scan *scan, struct scan_slot *slot, uint32_t original)
{
	scan_queue_copy(&scan->queue, &slot->task, original);
	end_reading(scan, slot);
}

static enum st_reason reason_of_end(const struct scan_slot *slot, int wait_status, const char **detail)
{
	*detail = "";
	if (slot->killed_for == ST_REASON_CRASH)
		*detail = "protocol";
	if (slot->killed_for != ST_REASON_NONE)
		return slot->killed_for;
	if (slot->forbidden_call > 0) {
		*detail = confine_syscall_name((int)slot->forbidden_call - 1);
		return ST_REASON_CRASH;
	}
	if (WIFSIGNALED(wait_status)) {
		const char *name = sigabbrev_np(WTERMSIG(wait_status));
		*detail = name != NULL ? name : "signal";
		return ST_REASON_CRASH;
	}
	if (WIFEXITED(wait_status) && WEXITSTATUS(wait_status) == ST_EXIT_MEMORY)
		return ST_REASON_MEMORY;
	*detail = "exit";
	return ST_REASON_CRASH;
}

/* Killed from outside, as by a machine that is short of memory: says nothing about the jail. */
static bool may_start_again(struct scan *scan, int wait_status)
{
	return WIFSIGNALED(wait_status) && WTERMSIG(wait_status) == SIGKILL && ++scan->starts_lost <= CEIL_STARTS_LOST;
}

static enum st_status lost_worker(struct scan *scan, struct scan_slot *slot, int wait_status, struct st_error *err)
{
	if (slot->state == SCAN_SLOT_STARTING && !may_start_again(scan, wait_status))
		return st_fail(err, ST_FATAL, "a worker ended before it was ready (status %d); see staunch doctor",
			wait_status);
	bool was_busy = slot->state == SCAN_SLOT_BUSY;
	slot->state = SCAN_SLOT_ENDING;
	if (!was_busy) {
		empty_slot(scan, slot);
		return ST_OK;
	}
	const char *detail;
	enum st_reason reason = reason_of_end(slot, wait_status, &detail);
	slot->task.attempts++;
	if (slot->task.attempts < 2 && !is_stream(scan, slot)) {
		scan_queue_retry(&scan->queue, &slot->task);
	} else {
		finish_unread(scan, &slot->object, slot->task.attempts, reason, detail);
	}
	/* It says of each object that it is done before it begins the next: these it had not begun. */
	for (struct scan_ahead next; take_ahead(slot, &next); close(next.fd))
		scan_queue_again(&scan->queue, &next.task);
	empty_slot(scan, slot);
	return ST_OK;
}

/* --- handing out --- */

/* The body of a WORKER_JOB. */
static void describe_job(const struct scan *scan, struct scan_ahead *next, struct st_span path, struct st_buf *body)
{
	const uint8_t *slash = path.size > 0 ? memrchr(path.data, '/', path.size) : NULL;
	const uint8_t *name = slash != NULL ? slash + 1 : path.data;
	uint32_t store = next->task.store;
	bool remote = is_over_network(scan, store), stream = scan_reads_pipe(scan, store);
	/* A large remote object would come over the network twice: whether it is a copy is seen when it was read. */
	bool twice = remote && next->task.size_bytes > CEIL_RANGE_BYTES;
	bool hits = scan_reads_hits(scan, store);
	bool may_be_copy = !next->task.after_copy && !stream && !hits &&
			   scan_queue_size_is_shared(&scan->queue, next->task.size_bytes);
	/* So would the word for every small text: it is read again sooner than an answer comes. */
	bool small = next->before.size_bytes <= WORKER_SMALL_BYTES && !remote;
	bool ask = may_be_copy && !twice;
	next->asked = ask;
	next->compares_late = may_be_copy && (twice || small);
	st_buf_add_u32(body, next->job);
	st_buf_add_byte(body, hits ? 3 : remote ? 2 : stream);
	st_buf_add_byte(body, ask ? 1 + small : 0);
	st_buf_add_u64(body, next->before.size_bytes);
	st_buf_add_span(body, name, (size_t)(path.data + path.size - name));
	if (hits) {
		st_buf_add_byte(body, (uint8_t)scan->stores[store].remote->order);
		st_buf_add_u64(body, next->object.device);
	}
}

static bool listed_otherwise(const struct casefile_object *listed, const struct source_entry *now)
{
	struct source_entry then = {
		.size_bytes = listed->size_bytes,
		.mtime_ns = listed->mtime_ns,
		.change_ns = listed->change_ns,
		.device = listed->device,
		.inode = listed->inode,
	};
	return !source_same(&then, now);
}

static enum st_status open_remote(struct scan *scan, struct scan_slot *slot, struct scan_ahead *next,
	struct st_span path, enum st_reason *reason, struct st_error *err)
{
	next->before = (struct source_entry){.size_bytes = next->object.size_bytes};
	slot->task = next->task;
	slot->object = next->object;
	slot->before = next->before;
	slot->job = next->job;
	return scan_remote_open(scan, slot, path, &next->fd, reason, err);
}

/* Opens the task's object; fd -1: it cannot be opened and is finished. */
static enum st_status open_task(struct scan *scan, struct scan_slot *slot, const struct scan_task *task,
	struct scan_ahead *next, struct st_buf *path, struct st_error *err)
{
	enum st_reason reason = ST_REASON_NONE;
	bool remote = is_over_network(scan, task->store);
	*next = (struct scan_ahead){.task = *task, .job = scan->next_job++, .fd = -1};
	ST_TRY(scan_queue_object(scan, task, &next->object, path, err));
	struct st_span name = {path->data, path->size};
	next->object.path = (struct st_span){NULL, 0};
	if (remote)
		ST_TRY(open_remote(scan, slot, next, name, &reason, err));
	else
		next->fd = source_open_object(scan->stores[task->store].source, name, &next->before, &reason);
	next->before.path = (struct st_span){NULL, 0};
	if (next->fd >= 0 && !remote && !scan_reads_pipe(scan, task->store) &&
		listed_otherwise(&next->object, &next->before)) {
		close(next->fd);
		next->fd = -1;
		reason = ST_REASON_SOURCE_CHANGED;
	}
	if (next->fd < 0)
		finish_unread(scan, &next->object, task->attempts, reason, "");
	else /* in the order of the objects, whichever worker is faster */
		next->segment = scan->next_segment++;
	return ST_OK;
}

static enum st_status begin_task(
	struct scan *scan, struct scan_slot *slot, const struct scan_task *task, struct st_error *err)
{
	st_auto_buf struct st_buf path = {0}, body = {0};
	struct scan_ahead next;
	ST_TRY(open_task(scan, slot, task, &next, &path, err));
	if (next.fd < 0)
		return ST_OK;
	describe_job(scan, &next, (struct st_span){path.data, path.size}, &body);
	/* A worker that is gone already shows in its exit. */
	message_send(slot->socket, WORKER_JOB, body.data, body.size, next.fd);
	begin_reading(slot, &next);
	return ST_OK;
}

static const struct scan_task *next_task(struct scan *scan)
{
	struct scan_queue *queue = &scan->queue;
	if (queue->next < queue->ready.count)
		return &queue->ready.list[queue->next];
	return scan->retrying && queue->retry.count > 0 ? &queue->retry.list[queue->retry.count - 1] : NULL;
}

static struct scan_task take_task(struct scan *scan)
{
	struct scan_queue *queue = &scan->queue;
	if (queue->next < queue->ready.count)
		return queue->ready.list[queue->next++];
	return queue->retry.list[--queue->retry.count];
}

static bool fits(const struct scan *scan, const struct scan_slot *slot, const struct scan_task *task)
{
	return slot->state == SCAN_SLOT_IDLE && (slot->store == task->store || slot->store == SCAN_ANY_STORE) &&
	       slot->objects_read < CEIL_WORKER_OBJECTS && (!scan->retrying || slot->objects_read == 0);
}

static enum st_status feed_slot(struct scan *scan, struct scan_slot *slot, struct st_error *err)
{
	while (slot->state == SCAN_SLOT_IDLE || slot->state == SCAN_SLOT_EMPTY) {
		ST_TRY(scan_queue_fill(scan, err));
		const struct scan_task *task = next_task(scan);
		if (task == NULL)
			return ST_OK;
		if (!fits(scan, slot, task))
			return start_worker(scan, slot, task->store, err);
		struct scan_task taken = take_task(scan);
		slot->store = taken.store;
		ST_TRY(begin_task(scan, slot, &taken, err));
	}
	return ST_OK;
}

/* --- handing out ahead: a worker never waits for the next small object --- */

/* How many objects it may get now: few enough that the last ones are left for all. */
static size_t room_ahead(const struct scan *scan, const struct scan_slot *slot)
{
	size_t ready = scan->queue.ready.count - scan->queue.next, share = ready / (2 * scan->slot_count);
	bool small = slot->task.size_bytes <= CEIL_JOB_AHEAD_BYTES && !is_remote(scan, slot) && !is_stream(scan, slot);
	if (slot->state != SCAN_SLOT_BUSY || !small || scan->retrying || slot->ahead_count > scan->jobs_ahead / 2)
		return 0;
	size_t room = scan->jobs_ahead - slot->ahead_count;
	return room < share ? room : share;
}

static bool fits_ahead(const struct scan_slot *slot, const struct scan_task *task)
{
	return slot->store == task->store && task->size_bytes <= CEIL_JOB_AHEAD_BYTES &&
	       slot->ahead_bytes + task->size_bytes <= CEIL_JOBS_AHEAD_BYTES &&
	       slot->objects_read + 1 + slot->ahead_count < CEIL_WORKER_OBJECTS;
}

/* One that takes over a worker may say that all is done and read no jobs: then it gets none, and does not hold us. */
static bool takes_jobs(const struct scan_slot *slot)
{
	struct pollfd room = {.fd = slot->socket, .events = POLLOUT};
	return poll(&room, 1, 0) == 1 && (room.revents & POLLOUT);
}

/* Jobs that go out as one frame. */
struct job_batch {
	struct st_buf bodies, path, body;
	int fds[CEIL_JOBS_AHEAD];
	size_t count;
};

_Static_assert(CEIL_JOBS_AHEAD <= MESSAGE_FDS, "all jobs ahead fit one frame");

static void add_ahead(struct scan_slot *slot, const struct scan_ahead *next)
{
	slot->ahead[(slot->ahead_first + slot->ahead_count++) % CEIL_JOBS_AHEAD] = *next;
	slot->ahead_bytes += next->before.size_bytes;
}

static enum st_status gather_jobs(
	struct scan *scan, struct scan_slot *slot, size_t room, struct job_batch *batch, struct st_error *err)
{
	while (batch->count < room && fits_ahead(slot, next_task(scan))) {
		struct scan_task task = take_task(scan);
		struct scan_ahead next;
		ST_TRY(open_task(scan, slot, &task, &next, &batch->path, err));
		if (next.fd < 0)
			return ST_OK;
		batch->body.size = 0;
		describe_job(scan, &next, (struct st_span){batch->path.data, batch->path.size}, &batch->body);
		st_buf_add_span(&batch->bodies, batch->body.data, batch->body.size);
		batch->fds[batch->count++] = next.fd;
		add_ahead(slot, &next);
	}
	return ST_OK;
}

/* They cannot be handed over: others may take them. */
static void take_back(struct scan *scan, struct scan_slot *slot, size_t count)
{
	for (; count > 0; count--) {
		struct scan_ahead *last = &slot->ahead[(slot->ahead_first + --slot->ahead_count) % CEIL_JOBS_AHEAD];
		slot->ahead_bytes -= last->before.size_bytes;
		close(last->fd);
		scan_queue_again(&scan->queue, &last->task);
	}
}

static enum st_status feed_ahead(struct scan *scan, struct scan_slot *slot, struct st_error *err)
{
	size_t room = room_ahead(scan, slot);
	struct job_batch batch = {.count = 0};
	if (room == 0 || !takes_jobs(slot))
		return ST_OK;
	enum st_status status = gather_jobs(scan, slot, room, &batch, err);
	st_auto_buf struct st_buf frame = {0};
	st_buf_add_u32(&frame, (uint32_t)batch.count);
	st_buf_add(&frame, batch.bodies.data, batch.bodies.size);
	if (batch.count > 0 &&
		message_send_fds(slot->socket, WORKER_JOBS, frame.data, frame.size, batch.fds, batch.count) != 0)
		take_back(scan, slot, batch.count);
	st_buf_free(&batch.bodies);
	st_buf_free(&batch.path);
	st_buf_free(&batch.body);
	return status;
}

static size_t busy_slots(const struct scan *scan)
{
	size_t busy = 0;
	for (size_t i = 0; i < scan->slot_count; i++)
		busy += scan->slots[i].state == SCAN_SLOT_BUSY || scan->slots[i].state == SCAN_SLOT_STARTING;
	return busy;
}

static enum st_status feed_slots(struct scan *scan, struct st_error *err)
{
	ST_TRY(scan_queue_fill(scan, err));
	scan->retrying = scan->queue.next >= scan->queue.ready.count && scan->queue.retry.count > 0;
	size_t slots = scan->slot_count;
	if (scan->retrying) { /* alone: one worker, and only when the others are done */
		if (busy_slots(scan) > 0)
			return ST_OK;
		slots = 1;
	}
	for (size_t i = 0; i < slots; i++)
		ST_TRY(feed_slot(scan, &scan->slots[i], err));
	for (size_t i = 0; i < slots; i++)
		ST_TRY(feed_ahead(scan, &scan->slots[i], err));
	return ST_OK;
}

/* --- watching --- */

/* Takes what the worker has said, up to a share that lets the others speak too; whole frames may stay in the reader's
 * buffer, where poll does not see them: `more_frames`. */
static enum st_status read_slot(struct scan *scan, struct scan_slot *slot, struct st_error *err)
{
	struct message message;
	slot->more_frames = false;
	for (int frames = 0; frames < FRAMES_AT_A_TIME; frames++) {
		/* poll says when more comes */
		if (frames > 0 && message_reader_drained(slot->reader))
			return ST_OK;
		enum message_result result = message_next(slot->reader, &message);
		if (result == MESSAGE_AGAIN || result == MESSAGE_CLOSED)
			return ST_OK;
		if (message.fd >= 0 && result == MESSAGE_OK)
			close(message.fd);
		bool valid = false;
		if (result == MESSAGE_OK)
			ST_TRY(scan_slot_message(scan, slot, &message, &valid, err));
		if (!valid) { /* taken over or damaged: nothing more of it is believed */
			slot->killed_for = ST_REASON_CRASH;
			launcher_kill(scan->launcher, slot->worker);
			return ST_OK;
		}
	}
	slot->more_frames = true;
	return ST_OK;
}

static enum st_status read_last_words(struct scan *scan, struct scan_slot *slot, struct st_error *err)
{
	do
		ST_TRY(read_slot(scan, slot, err));
	while (slot->more_frames && slot->killed_for == ST_REASON_NONE);
	return ST_OK;
}

/* True when it was a helper of this slot. */
static bool reap_helper(struct scan_slot *slot, const struct launcher_exit *ended)
{
	if (!slot->helping.running || slot->helping.id != ended->id)
		return false;
	struct helping_result result = helping_ended(&slot->helping, ended->wait_status);
	slot->moved_at_ms = st_now_ms();
	scan_slot_helped(slot, &result);
	return true;
}

static enum st_status reap(struct scan *scan, struct st_error *err)
{
	struct launcher_exit ended;
	while (launcher_next_exit(scan->launcher, &ended)) {
		for (size_t i = 0; i < scan->slot_count; i++) {
			struct scan_slot *slot = &scan->slots[i];
			if (reap_helper(slot, &ended))
				break;
			if (slot->fetch.socket >= 0 && slot->fetch.id == ended.id) {
				/* Its worker sees the end of the object's socket; the next object starts another. */
				scan_remote_stop(scan, slot);
				break;
			}
			if (slot->state == SCAN_SLOT_EMPTY || slot->worker != ended.id)
				continue;
			if (slot->killed_for == ST_REASON_NONE)
				ST_TRY(read_last_words(scan, slot, err));
			ST_TRY(lost_worker(scan, slot, ended.wait_status, err));
			break;
		}
	}
	if (!launcher_alive(scan->launcher))
		return st_fail(err, ST_FATAL, "the launcher of the workers ended");
	return ST_OK;
}

/* A pipe without data is a slow source, not a hang. */
static bool waits_for_input(const struct scan *scan, const struct scan_slot *slot)
{
	if (!is_stream(scan, slot) && !is_remote(scan, slot))
		return false;
	struct pollfd input = {.fd = slot->fd, .events = POLLIN};
	return poll(&input, 1, 0) == 0;
}

/* A worker that was taken over may say for ever that it works. */
static bool took_too_long(const struct scan *scan, const struct scan_slot *slot, uint64_t now_ms)
{
	uint64_t most_ms = CEIL_READING_MS + slot->before.size_bytes / CEIL_READING_BYTES_PER_MS;
	return !is_stream(scan, slot) && !is_remote(scan, slot) && now_ms - slot->began_at_ms > most_ms;
}

/* Its clock is the helper's while one runs, and that one's is longer. */
static bool waits_for_helper(const struct scan *scan, struct scan_slot *slot, uint64_t now_ms)
{
	struct helping *helping = &slot->helping;
	if (!helping->running)
		return false;
	if (!helping->killed && now_ms - helping->began_at_ms > CEIL_HELPER_STALLS * scan->stall_ms)
		helping_stop(helping, scan->launcher);
	return true;
}

static void kill_stalled(struct scan *scan)
{
	uint64_t now_ms = st_now_ms();
	for (size_t i = 0; i < scan->slot_count; i++) {
		struct scan_slot *slot = &scan->slots[i];
		if (slot->state != SCAN_SLOT_BUSY || slot->killed_for != ST_REASON_NONE)
			continue;
		if (waits_for_input(scan, slot) || waits_for_helper(scan, slot, now_ms))
			slot->moved_at_ms = now_ms;
		if (now_ms - slot->moved_at_ms < scan->stall_ms && !took_too_long(scan, slot, now_ms))
			continue;
		slot->killed_for = ST_REASON_TIMEOUT;
		launcher_kill(scan->launcher, slot->worker);
	}
}

bool scan_interrupted(const struct scan *scan)
{
	struct signalfd_siginfo info;
	return read(scan->signal_fd, &info, sizeof info) == (ssize_t)sizeof info;
}

static bool is_listened_to(const struct scan_slot *slot)
{
	return slot->state != SCAN_SLOT_EMPTY && slot->killed_for == ST_REASON_NONE;
}

/* Polls the launcher, the signals and every worker; 0 ms when a reader holds frames already. What the launcher and the
 * user say is looked for when there is something, and at every tick. */
static struct pollfd *poll_all(struct scan *scan, int *ready)
{
	struct pollfd *polled = st_alloc_zero(scan->slot_count + 2, sizeof *polled);
	int timeout_ms = TICK_MS;
	polled[0] = (struct pollfd){.fd = launcher_fd(scan->launcher), .events = POLLIN};
	polled[1] = (struct pollfd){.fd = scan->signal_fd, .events = POLLIN};
	for (size_t i = 0; i < scan->slot_count; i++) {
		const struct scan_slot *slot = &scan->slots[i];
		polled[i + 2] = (struct pollfd){.fd = is_listened_to(slot) ? slot->socket : -1, .events = POLLIN};
		if (is_listened_to(slot) && slot->more_frames)
			timeout_ms = 0;
	}
	*ready = poll(polled, scan->slot_count + 2, timeout_ms);
	uint64_t now_ms = st_now_ms();
	scan->others_spoke = *ready <= 0 || polled[0].revents != 0 || polled[1].revents != 0 ||
			     now_ms - scan->looked_at_ms >= TICK_MS;
	for (size_t i = 0; *ready > 0 && i < scan->slot_count; i++)
		scan->others_spoke |= (polled[i + 2].revents & (POLLHUP | POLLERR)) != 0;
	if (scan->others_spoke)
		scan->looked_at_ms = now_ms;
	return polled;
}

static enum st_status wait_and_read(struct scan *scan, struct st_error *err)
{
	int ready;
	st_auto_free struct pollfd *polled = poll_all(scan, &ready);
	bool hung_up = false, heard = false;
	for (size_t i = 0; i < scan->slot_count; i++) {
		struct scan_slot *slot = &scan->slots[i];
		bool readable = ready > 0 && (polled[i + 2].revents & POLLIN);
		hung_up |= ready > 0 && (polled[i + 2].revents & POLLHUP);
		if (!is_listened_to(slot) || !(readable || slot->more_frames))
			continue;
		heard |= slot->more_frames || !(polled[i + 2].revents & POLLHUP);
		ST_TRY(read_slot(scan, slot, err));
	}
	/* A closed socket stays readable: wait for the launcher's word about it instead of spinning. */
	if (hung_up && !heard) {
		struct pollfd exits = {.fd = launcher_fd(scan->launcher), .events = POLLIN};
		poll(&exits, 1, TICK_MS);
	}
	return ST_OK;
}

/* --- copies --- */

/* What became of the object that was read in its place says what becomes of the copy; it is read itself when that one
 * cannot stand for it. */
static enum st_status settle_copy(
	struct scan *scan, const struct scan_task *task, const struct casefile_object *read, struct st_error *err)
{
	struct casefile_object copy;
	st_auto_buf struct st_buf path = {0};
	if (read->status == ST_PENDING || read->reason == ST_REASON_SOURCE_CHANGED ||
		read->reason == ST_REASON_SOURCE_ERROR || read->reason == ST_REASON_PERMISSION) {
		struct scan_task again = *task;
		again.after_copy = true;
		scan_queue_again(&scan->queue, &again);
		return ST_OK;
	}
	ST_TRY(casefile_object(scan->casefile, task->object, &copy, &path, err));
	copy.path = (struct st_span){NULL, 0};
	copy.status = read->status == ST_READ ? ST_DUPLICATE : read->status;
	copy.reason = read->reason;
	memcpy(copy.detail, read->detail, sizeof copy.detail);
	copy.segment = 0;
	copy.duplicate_of = read->status == ST_UNREAD ? 0 : read->id;
	copy.stored_bytes = read->status == ST_PARTIAL ? read->stored_bytes : 0;
	copy.has_sha256 = read->has_sha256;
	memcpy(copy.sha256_keyed, read->sha256_keyed, sizeof copy.sha256_keyed);
	copy.has_content_sha256 = read->has_content_sha256;
	memcpy(copy.content_sha256, read->content_sha256, sizeof copy.content_sha256);
	if (copy.status == ST_UNREAD)
		scan_progress_unread(scan->progress, copy.reason);
	count_done(scan, &copy);
	scan_finish(scan, &copy);
	return ST_OK;
}

/* After a commit: the copies whose original is settled; at the end (`all`) the others too. May queue objects again. */
static enum st_status settle_copies(struct scan *scan, bool all, struct st_error *err)
{
	struct scan_queue *queue = &scan->queue;
	size_t kept = 0;
	for (size_t i = 0; i < queue->copies.count; i++) {
		struct casefile_object read;
		st_auto_buf struct st_buf path = {0};
		ST_TRY(casefile_object(scan->casefile, queue->copies_of[i], &read, &path, err));
		if (read.status != ST_PENDING || all) {
			ST_TRY(settle_copy(scan, &queue->copies.list[i], &read, err));
			continue;
		}
		queue->copies.list[kept] = queue->copies.list[i];
		queue->copies_of[kept++] = queue->copies_of[i];
	}
	queue->copies.count = kept;
	queue->copies_kept = kept;
	return ST_OK;
}

/* Not after every commit: those that have to wait for long are not asked about again and again. */
static enum st_status settle_if_due(struct scan *scan, struct st_error *err)
{
	const struct scan_queue *queue = &scan->queue;
	if (queue->copies.count < CEIL_QUEUE_OBJECTS || queue->copies.count < 2 * queue->copies_kept)
		return ST_OK;
	ST_TRY(scan_commit(scan, err));
	return settle_copies(scan, false, err);
}

void scan_stop_workers(struct scan *scan)
{
	scan_remote_await_contexts(scan);
	for (size_t i = 0; i < scan->slot_count; i++)
		empty_slot(scan, &scan->slots[i]);
}

static bool work_left(const struct scan *scan)
{
	const struct scan_queue *queue = &scan->queue;
	return queue->next < queue->ready.count || queue->store < scan->store_count || queue->retry.count > 0 ||
	       busy_slots(scan) > 0;
}

enum st_status scan_run(struct scan *scan, enum scan_end *end, struct st_error *err)
{
	*end = SCAN_DONE;
	scan->committed_at_ms = st_now_ms();
	for (;;) {
		ST_TRY(feed_slots(scan, err));
		if (!work_left(scan)) {
			ST_TRY(scan_commit(scan, err));
			ST_TRY(settle_copies(scan, true, err));
			if (!work_left(scan))
				break;
			continue;
		}
		ST_TRY(wait_and_read(scan, err));
		if (scan->others_spoke) {
			ST_TRY(reap(scan, err));
			kill_stalled(scan);
		}
		ST_TRY(scan_commit_if_due(scan, err));
		ST_TRY(settle_if_due(scan, err));
		scan_progress_tick(scan->progress, scan);
		if (scan->others_spoke && scan_interrupted(scan)) {
			*end = SCAN_STOPPED;
			break;
		}
	}
	ST_TRY(scan_remote_settle(scan, err));
	scan_stop_workers(scan);
	return scan_commit(scan, err);
}
