/* Jobs are sent ahead, so that no worker waits for the next one: those that come while an answer is waited for are
 * kept. */
#include "worker/protocol.h"
#include "worker/worker.h"

#include <unistd.h>

static void keep(struct worker *w, const struct message *job)
{
	if (w->waiting_count == WORKER_WAITING_JOBS)
		_exit(1); /* more than a case process sends */
	struct worker_waiting_job *kept = &w->waiting[(w->waiting_first + w->waiting_count++) % WORKER_WAITING_JOBS];
	kept->body.size = 0;
	st_buf_add(&kept->body, job->body.data, job->body.size);
	kept->fd = job->fd;
}

enum message_result worker_hear(struct worker *worker, struct message *out)
{
	for (;;) {
		enum message_result result = message_next(worker->reader, out);
		if (result != MESSAGE_OK || out->type != WORKER_JOB)
			return result;
		keep(worker, out);
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
