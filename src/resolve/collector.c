/*
 * Collects mentions and records and writes them as sorted, sealed runs: nothing is counted here. Both kinds of rows are
 * sorted, sealed and written at the same time, by this thread and another, or both by another while more are collected.
 */
#include "resolve/held_rows.h"

#include "base/ceilings.h"
#include "resolve/run_file.h"

#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define KINDS 2 /* of rows: mentions, records */
/* Fewer are written sooner than a thread begins. */
#define BESIDE_BYTES (1 * MIB)

/* One run on its way to the disk. */
struct leaving {
	const struct resolve_work *work;
	struct held_rows *rows;
	char content;
	uint64_t number;
	struct resolve_run run;
	enum st_status status;
	struct st_error err;
};

struct resolve_collector {
	struct resolve_work work;
	uint64_t next_run;
	size_t longest_key; /* above CEIL_KEY_BYTES: 0 or the size that was refused */
	struct held_rows mentions, records;
	/* what a thread of resolve_collector_flush_begin reads and writes until it is joined */
	struct held_rows beside[KINDS];
	struct leaving leaving[KINDS];
	size_t leaving_count;
	pthread_t thread;
	bool flushing, has_thread;
	atomic_bool ready;
};

static void borrow_key(struct resolve_collector *collector)
{
	const uint8_t *key = collector->work.digest_key;
	collector->mentions.digest_key = collector->records.digest_key = key;
	collector->beside[0].digest_key = collector->beside[1].digest_key = key;
}

struct resolve_collector *resolve_collector_open(const struct resolve_work *work, uint64_t next_run)
{
	struct resolve_collector *collector = st_alloc_zero(1, sizeof *collector);
	collector->work = *work;
	collector->next_run = next_run;
	borrow_key(collector);
	return collector;
}

void resolve_add_mention(struct resolve_collector *collector, const struct resolve_mention *mention)
{
	struct resolve_place place = {.segment = mention->segment,
		.part = mention->part,
		.record = mention->record,
		.start = mention->start,
		.length = mention->length,
		.form = mention->form,
		.confidence = mention->confidence};
	if (mention->canonical.size > CEIL_KEY_BYTES) {
		collector->longest_key = mention->canonical.size;
		return;
	}
	held_add(&collector->mentions, mention->kind, mention->canonical, &place);
}

void resolve_add_record(
	struct resolve_collector *collector, uint32_t segment, uint64_t record, const uint8_t sha256[ST_SHA256_BYTES])
{
	struct resolve_place place = {.segment = segment, .record = record};
	held_add(&collector->records, 0, (struct st_span){.data = sha256, .size = ST_SHA256_BYTES}, &place);
}

size_t resolve_collector_bytes(const struct resolve_collector *collector)
{
	return held_bytes(&collector->mentions) + held_bytes(&collector->records);
}

uint64_t resolve_collector_next_run(const struct resolve_collector *collector)
{
	return collector->next_run;
}

static enum st_status write_run(struct leaving *leaving, struct st_error *err)
{
	struct run_writer *file;
	struct resolve_run *out = &leaving->run;
	char name[sizeof out->name];
	*out = (struct resolve_run){.rows = 0};
	snprintf(name, sizeof name, "run-%010" PRIu64 "%c", leaving->number, leaving->content);
	ST_TRY(run_create(leaving->work, name, leaving->content, true, &file, err));
	struct row_writer writer = {.form = ROW_RUN, .out = {.put = run_put, .context = file}};
	enum st_status status = held_write(leaving->rows, &writer, &out->rows, err);
	if (status == ST_OK)
		status = row_writer_finish(&writer, err);
	row_writer_free(&writer);
	if (status == ST_OK)
		return run_finish(file, out, err);
	run_abandon(file);
	return status;
}

static void *write_one(void *context)
{
	struct leaving *leaving = context;
	leaving->status = write_run(leaving, &leaving->err);
	return NULL;
}

static void *write_beside(void *context)
{
	struct resolve_collector *collector = context;
	for (size_t i = 0; i < collector->leaving_count; i++)
		write_one(&collector->leaving[i]);
	atomic_store(&collector->ready, true);
	return NULL;
}

/* Signals stay with the thread that waits for them; the jail's own is answered where it is raised. */
static bool start_thread(pthread_t *thread, void *(*work)(void *), void *context)
{
	sigset_t all, before;
	sigfillset(&all);
	sigdelset(&all, SIGSYS);
	bool started = pthread_sigmask(SIG_SETMASK, &all, &before) == 0;
	if (!started)
		return false;
	started = pthread_create(thread, NULL, work, context) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return started;
}

/* What is held leaves, in this order. */
static void leave(struct resolve_collector *collector, struct held_rows *mentions, struct held_rows *records)
{
	struct held_rows *rows[KINDS] = {mentions, records};
	collector->leaving_count = 0;
	for (size_t i = 0; i < KINDS; i++)
		if (rows[i]->count > 0)
			collector->leaving[collector->leaving_count++] = (struct leaving){.work = &collector->work,
				.rows = rows[i],
				.content = "mr"[i],
				.number = collector->next_run++};
}

/* All, or none: the files of those that came to be go. */
static enum st_status take_runs(
	struct resolve_collector *collector, struct resolve_run out[KINDS], size_t *count, struct st_error *err)
{
	const struct leaving *failed = NULL;
	for (size_t i = collector->leaving_count; i > 0; i--)
		if (collector->leaving[i - 1].status != ST_OK)
			failed = &collector->leaving[i - 1];
	for (size_t i = 0; i < collector->leaving_count; i++) {
		const struct leaving *leaving = &collector->leaving[i];
		if (failed == NULL)
			out[(*count)++] = leaving->run;
		else if (leaving->status == ST_OK)
			unlinkat(collector->work.dir_fd, leaving->run.name, 0);
	}
	if (failed != NULL)
		*err = failed->err;
	return failed != NULL ? failed->status : ST_OK;
}

static enum st_status check_keys(const struct resolve_collector *collector, struct st_error *err)
{
	if (collector->longest_key > 0)
		return st_fail(err, ST_FATAL, "a value of %zu bytes cannot be counted", collector->longest_key);
	return ST_OK;
}

enum st_status resolve_collector_flush(
	struct resolve_collector *collector, struct resolve_run out[2], size_t *count, struct st_error *err)
{
	pthread_t thread;
	*count = 0;
	ST_TRY(check_keys(collector, err));
	leave(collector, &collector->mentions, &collector->records);
	size_t here = collector->leaving_count;
	bool beside = here == KINDS && held_bytes(&collector->records) >= BESIDE_BYTES &&
		      start_thread(&thread, write_one, &collector->leaving[1]);
	here -= beside;
	for (size_t i = 0; i < here; i++)
		write_one(&collector->leaving[i]);
	if (beside)
		pthread_join(thread, NULL);
	ST_TRY(take_runs(collector, out, count, err));
	held_clear(&collector->mentions);
	held_clear(&collector->records);
	return ST_OK;
}

static void exchange(struct held_rows *a, struct held_rows *b)
{
	struct held_rows moved = *a;
	*a = *b;
	*b = moved;
}

enum st_status resolve_collector_flush_begin(struct resolve_collector *collector, struct st_error *err)
{
	ST_TRY(check_keys(collector, err));
	exchange(&collector->mentions, &collector->beside[0]);
	exchange(&collector->records, &collector->beside[1]);
	leave(collector, &collector->beside[0], &collector->beside[1]);
	atomic_store(&collector->ready, false);
	collector->flushing = true;
	collector->has_thread = start_thread(&collector->thread, write_beside, collector);
	if (!collector->has_thread)
		write_beside(collector);
	return ST_OK;
}

bool resolve_collector_flush_ready(const struct resolve_collector *collector)
{
	return atomic_load(&collector->ready);
}

enum st_status resolve_collector_flush_end(
	struct resolve_collector *collector, struct resolve_run out[2], size_t *count, struct st_error *err)
{
	*count = 0;
	if (collector->has_thread)
		pthread_join(collector->thread, NULL);
	collector->flushing = collector->has_thread = false;
	for (size_t i = 0; i < KINDS; i++)
		held_clear(&collector->beside[i]);
	return take_runs(collector, out, count, err);
}

/* Its files are nobody's. */
static void forget_flush(struct resolve_collector *collector)
{
	struct resolve_run runs[KINDS];
	struct st_error err;
	size_t count;
	if (!collector->flushing || resolve_collector_flush_end(collector, runs, &count, &err) != ST_OK)
		return;
	for (size_t i = 0; i < count; i++)
		unlinkat(collector->work.dir_fd, runs[i].name, 0);
}

static void free_rows(struct resolve_collector *collector)
{
	forget_flush(collector);
	held_free(&collector->mentions);
	held_free(&collector->records);
	for (size_t i = 0; i < KINDS; i++)
		held_free(&collector->beside[i]);
}

void resolve_collector_release(struct resolve_collector *collector)
{
	free_rows(collector);
	borrow_key(collector);
}

void resolve_collector_close(struct resolve_collector *collector)
{
	if (collector == NULL)
		return;
	free_rows(collector);
	free(collector);
}
