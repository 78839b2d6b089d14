/* Jobs are sent ahead, so that no worker waits for the next one: those that come while an answer is waited for are
 * kept. */
#include "worker/protocol.h"
#include "worker/worker.h"

#include <unistd.h>

static void keep(struct worker *w, struct st_span body, int fd)
{
	if (w->waiting_count == WORKER_WAITING_JOBS)
		_exit(1); /* more than a case process sends */
	struct worker_waiting_job *kept = &w->waiting[(w->waiting_first + w->waiting_count++) % WORKER_WAITING_JOBS];
	kept->body.size = 0;
	st_buf_add(&kept->body, body.data, body.size);
	kept->fd = fd;
}

void worker_keep_jobs(struct worker *w, const struct message *jobs)
{
	int fds[1 + MESSAGE_FDS] = {jobs->fd};
	size_t fd_count = 1 + message_more_fds(w->reader, fds + 1);
	struct st_cursor in = {.at = jobs->body.data, .end = jobs->body.data + jobs->body.size};
	uint32_t count = st_cursor_u32(&in);
	for (uint32_t i = 0; i < count; i++) {
		struct st_span body = st_cursor_span(&in);
		if (in.bad)
			_exit(1);
		keep(w, body, i < fd_count ? fds[i] : -1);
	}
}

enum message_result worker_hear(struct worker *worker, struct message *out)
{
	for (;;) {
		enum message_result result = message_next(worker->reader, out);
		if (result != MESSAGE_OK || out->type != WORKER_JOBS)
			return result;
		worker_keep_jobs(worker, out);
	}
}

enum message_result worker_next(struct worker *worker, struct message *out)
{
	if (worker->waiting_count == 0)
		return message_next(worker->reader, out);
	struct worker_waiting_job *kept = &worker->waiting[worker->waiting_first];
	worker->waiting_first = (worker->waiting_first + 1) % WORKER_WAITING_JOBS;
	worker->waiting_count--;
	*out = (struct message){.type = WORKER_JOB, .body = {kept->body.data, kept->body.size}, .fd = kept->fd};
	return MESSAGE_OK;
}
