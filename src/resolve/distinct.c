/* Distinct keys of anything, with how often each was added: the same runs and merge, without places. */
#include "resolve/held_rows.h"

#include "base/ceilings.h"
#include "resolve/merge.h"
#include "resolve/run_file.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define CONTENT 'd'

struct resolve_distinct {
	struct resolve_work work;
	uint64_t next_run, random; /* random: several may be open at a time */
	size_t limit_bytes;
	struct held_rows held;
	struct resolve_run *runs;
	size_t run_count, run_capacity;
};

struct resolve_distinct *resolve_distinct_open(const struct resolve_work *work, uint64_t next_run)
{
	struct resolve_distinct *distinct = st_alloc_zero(1, sizeof *distinct);
	distinct->work = *work;
	distinct->next_run = next_run;
	randombytes_buf(&distinct->random, sizeof distinct->random);
	distinct->limit_bytes = work->memory_bytes < CEIL_DISTINCT_BYTES ? work->memory_bytes : CEIL_DISTINCT_BYTES;
	distinct->held.digest_key = distinct->work.digest_key;
	return distinct;
}

static enum st_status write_rows(
	struct resolve_distinct *distinct, struct run_writer *file, uint64_t *rows, struct st_error *err)
{
	struct row_writer writer = {.form = ROW_TIMES, .out = {.put = run_put, .context = file}};
	enum st_status status = held_write(&distinct->held, &writer, rows, err);
	if (status == ST_OK)
		status = row_writer_finish(&writer, err);
	row_writer_free(&writer);
	return status;
}

static enum st_status spill(struct resolve_distinct *distinct, struct st_error *err)
{
	struct resolve_run run = {.rows = 0};
	struct run_writer *file;
	if (distinct->held.count == 0)
		return ST_OK;
	snprintf(run.name, sizeof run.name, "set-%08" PRIx32 "-%" PRIu32 "%c", (uint32_t)distinct->random,
		(uint32_t)distinct->next_run++, CONTENT);
	ST_TRY(run_create(&distinct->work, run.name, CONTENT, false, &file, err));
	enum st_status status = write_rows(distinct, file, &run.rows, err);
	if (status != ST_OK) {
		run_abandon(file);
		return status;
	}
	ST_TRY(run_finish(file, &run, err));
	if (distinct->run_count == distinct->run_capacity) {
		distinct->run_capacity = distinct->run_capacity ? distinct->run_capacity * 2 : 16;
		distinct->runs = st_realloc(distinct->runs, distinct->run_capacity * sizeof *distinct->runs);
	}
	distinct->runs[distinct->run_count++] = run;
	/* Keys that come out of a merge come by digest, and fill one bucket after the other: none may stay large. */
	held_free(&distinct->held);
	distinct->held.digest_key = distinct->work.digest_key;
	return ST_OK;
}

enum st_status resolve_distinct_add(
	struct resolve_distinct *distinct, uint8_t set, struct st_span key, struct st_error *err)
{
	if (key.size > CEIL_KEY_BYTES)
		return st_fail(err, ST_FATAL, "a value of %zu bytes cannot be counted", key.size);
	held_add(&distinct->held, set, key, &(struct resolve_place){0});
	return held_bytes(&distinct->held) < distinct->limit_bytes ? ST_OK : spill(distinct, err);
}

static enum st_status count_all(struct merge *merge,
	enum st_status (*each)(void *context, uint8_t set, struct st_span key, uint64_t times, struct st_error *err),
	void *context, uint64_t counts[256], struct st_error *err)
{
	struct row_key key;
	bool there;
	for (;;) {
		ST_TRY(merge_next_key(merge, &key, &there, err));
		if (!there)
			return ST_OK;
		counts[key.kind]++;
		if (each != NULL)
			ST_TRY(each(context, key.kind, key.bytes, merge_times(merge), err));
	}
}

enum st_status resolve_distinct_finish(struct resolve_distinct *distinct,
	enum st_status (*each)(void *context, uint8_t set, struct st_span key, uint64_t times, struct st_error *err),
	void *context, uint64_t counts[256], struct st_error *err)
{
	struct merge *merge = NULL;
	memset(counts, 0, 256 * sizeof *counts);
	enum st_status status = spill(distinct, err);
	held_free(&distinct->held);
	struct merge_input input = {.work = &distinct->work,
		.runs = distinct->runs,
		.run_count = distinct->run_count,
		.content = CONTENT,
		.form = ROW_TIMES};
	if (status == ST_OK)
		status = merge_open(&input, &merge, err);
	if (status == ST_OK)
		status = count_all(merge, each, context, counts, err);
	merge_close(merge);
	resolve_distinct_close(distinct);
	return status;
}

void resolve_distinct_close(struct resolve_distinct *distinct)
{
	if (distinct == NULL)
		return;
	for (size_t i = 0; i < distinct->run_count; i++)
		unlinkat(distinct->work.dir_fd, distinct->runs[i].name, 0);
	free(distinct->runs);
	held_free(&distinct->held);
	free(distinct);
}
