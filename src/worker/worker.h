/* The parsing role: one worker process, its settings and the objects it is handed one after the other. */
#ifndef STAUNCH_WORKER_WORKER_H
#define STAUNCH_WORKER_WORKER_H

#include "base/ceilings.h"
#include "base/hash.h"
#include "detect/detect.h"
#include "extract/extract.h"
#include "process/message.h"
#include "worker/domain_set.h"
#include "worker/finder.h"
#include "worker/outbox.h"

/* As many as a message with its parts has open at a time. */
#define WORKER_IDLE_FINDERS 3

/* Jobs that may come before an answer that is waited for: as many as the case process sends ahead. */
#define WORKER_WAITING_JOBS CEIL_JOBS_AHEAD

struct worker_waiting_job {
	struct st_buf body;
	int fd;
};

struct worker {
	struct message_reader *reader;
	struct worker_waiting_job
		waiting[WORKER_WAITING_JOBS]; /* ring: [waiting_first, waiting_first + waiting_count) */
	size_t waiting_first, waiting_count;
	struct outbox out;
	struct st_sha256 *hash;
	struct domain_set domains;
	struct detect_options detect;
	const char *const *volatile_fields;
	const char *const *id_fields;
	const uint8_t *field_units; /* beside them */
	const char *format;
	struct finder *idle[WORKER_IDLE_FINDERS]; /* the detectors of parts that ended, for the next */
	size_t idle_count;
	struct words *names; /* what names of files say */
	struct st_buf small; /* a small object, while it is read */
};

/* Helpers for the readers of this job, asked of the case process; help->context is the worker. */
struct extract_help worker_help(struct worker *worker);

/* The next frame for whoever waits within a job: jobs that come before it are kept for their turn. */
enum message_result worker_hear(struct worker *worker, struct message *out);
/* The jobs of a WORKER_JOBS wait for their turn. */
void worker_keep_jobs(struct worker *worker, const struct message *jobs);
/* The next frame for who waits for work: kept jobs first. */
enum message_result worker_next(struct worker *worker, struct message *out);

/* Reads one object and says what was in it. The job's frame is borrowed until the first message is read within. */
void worker_job(struct worker *worker, const struct message *job);

#endif
