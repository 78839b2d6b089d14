#include "resolve/sorter.h"

#include "base/ceilings.h"
#include "resolve/run_file.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define FANIN 128 /* runs merged at a time */
#define CONTENT 'w'

/* One run being merged. */
struct source {
	struct run_reader *reader;
	struct st_span block; /* rows not taken yet */
};

struct sorter {
	struct resolve_work work;
	size_t width, limit_rows;
	uint64_t next_run, random;
	uint8_t *rows;
	size_t count, capacity, taken; /* taken: of rows in memory, once sorted */
	struct resolve_run runs[FANIN];
	size_t run_count;
	struct source *sources; /* while merging: a heap, the least row in front */
	size_t source_count;
	uint8_t row[SORTER_ROW_BYTES];
};

struct sorter *sorter_open(const struct resolve_work *work, uint64_t next_run, size_t width, size_t memory_bytes)
{
	struct sorter *sorter = st_alloc_zero(1, sizeof *sorter);
	sorter->work = *work;
	sorter->width = width;
	sorter->limit_rows = memory_bytes / width > 0 ? memory_bytes / width : 1;
	sorter->next_run = next_run;
	randombytes_buf(&sorter->random, sizeof sorter->random);
	return sorter;
}

static int compare_rows(const void *a, const void *b, void *width)
{
	return memcmp(a, b, *(const size_t *)width);
}

static void sort_held(struct sorter *sorter)
{
	if (sorter->count > 1)
		qsort_r(sorter->rows, sorter->count, sorter->width, compare_rows, &sorter->width);
}

/* --- runs --- */

static enum st_status create_run(
	struct sorter *sorter, struct resolve_run *run, struct run_writer **file, struct st_error *err)
{
	*run = (struct resolve_run){.rows = 0};
	snprintf(run->name, sizeof run->name, "sort-%08" PRIx32 "-%" PRIu32 "%c", (uint32_t)sorter->random,
		(uint32_t)sorter->next_run++, CONTENT);
	return run_create(&sorter->work, run->name, CONTENT, false, file, err);
}

static enum st_status put_rows(
	struct sorter *sorter, struct run_writer *file, const uint8_t *rows, size_t count, struct st_error *err)
{
	static const uint8_t first[ST_DIGEST_BYTES];
	size_t fits = CEIL_BLOCK_BYTES / sorter->width;
	for (size_t at = 0; at < count; at += fits) {
		size_t some = count - at < fits ? count - at : fits;
		ST_TRY(run_put(file, first, (struct st_span){rows + at * sorter->width, some * sorter->width}, err));
	}
	return ST_OK;
}

static enum st_status write_held(struct sorter *sorter, struct resolve_run *run, struct st_error *err)
{
	struct run_writer *file;
	ST_TRY(create_run(sorter, run, &file, err));
	enum st_status status = put_rows(sorter, file, sorter->rows, sorter->count, err);
	if (status != ST_OK) {
		run_abandon(file);
		return status;
	}
	run->rows = sorter->count;
	return run_finish(file, run, err);
}

/* --- merging: the least row of all runs --- */

static bool is_less(const struct sorter *sorter, size_t a, size_t b)
{
	return memcmp(sorter->sources[a].block.data, sorter->sources[b].block.data, sorter->width) < 0;
}

static void sift_down(struct sorter *sorter, size_t at)
{
	for (;;) {
		size_t least = at, left = 2 * at + 1, right = left + 1;
		if (left < sorter->source_count && is_less(sorter, left, least))
			least = left;
		if (right < sorter->source_count && is_less(sorter, right, least))
			least = right;
		if (least == at)
			return;
		struct source moved = sorter->sources[at];
		sorter->sources[at] = sorter->sources[least];
		sorter->sources[least] = moved;
		at = least;
	}
}

static void close_sources(struct sorter *sorter)
{
	for (size_t i = 0; i < sorter->source_count; i++)
		run_close(sorter->sources[i].reader);
	free(sorter->sources);
	sorter->sources = NULL;
	sorter->source_count = 0;
}

/* The next block of a source; an empty one ends it. */
static enum st_status refill(struct sorter *sorter, struct source *source, struct st_error *err)
{
	ST_TRY(run_next(source->reader, &source->block, err));
	if (source->block.size % sorter->width != 0)
		return st_fail(err, ST_FATAL, "the work folder is damaged: rows of another width");
	return ST_OK;
}

static enum st_status open_sources(struct sorter *sorter, struct st_error *err)
{
	sorter->sources = st_alloc_zero(sorter->run_count, sizeof *sorter->sources);
	for (size_t i = 0; i < sorter->run_count; i++) {
		struct source *source = &sorter->sources[sorter->source_count];
		ST_TRY(run_open(&sorter->work, &sorter->runs[i], &source->reader, err));
		sorter->source_count++;
		ST_TRY(refill(sorter, source, err));
		if (source->block.size > 0)
			continue;
		run_close(source->reader);
		sorter->source_count--;
	}
	for (size_t i = sorter->source_count; i > 0; i--)
		sift_down(sorter, i - 1);
	return ST_OK;
}

/* The least row of all sources into sorter->row; *there false at the end. */
static enum st_status take_least(struct sorter *sorter, bool *there, struct st_error *err)
{
	*there = sorter->source_count > 0;
	if (!*there)
		return ST_OK;
	struct source *least = &sorter->sources[0];
	memcpy(sorter->row, least->block.data, sorter->width);
	least->block.data += sorter->width;
	least->block.size -= sorter->width;
	if (least->block.size == 0)
		ST_TRY(refill(sorter, least, err));
	if (least->block.size == 0) {
		run_close(least->reader);
		*least = sorter->sources[--sorter->source_count];
	}
	sift_down(sorter, 0);
	return ST_OK;
}

static enum st_status copy_merged(struct sorter *sorter, struct run_writer *file, uint64_t *rows, struct st_error *err)
{
	static const uint8_t first[ST_DIGEST_BYTES];
	st_auto_buf struct st_buf block = {0};
	size_t fits = CEIL_BLOCK_BYTES / sorter->width * sorter->width;
	bool there = true;
	*rows = 0;
	while (there) {
		ST_TRY(take_least(sorter, &there, err));
		if (there)
			st_buf_add(&block, sorter->row, sorter->width);
		*rows += there;
		if (block.size >= fits || (!there && block.size > 0)) {
			ST_TRY(run_put(file, first, (struct st_span){block.data, block.size}, err));
			block.size = 0;
		}
	}
	return ST_OK;
}

/* All runs so far become one. */
static enum st_status join_runs(struct sorter *sorter, struct st_error *err)
{
	struct resolve_run run;
	struct run_writer *file;
	ST_TRY(create_run(sorter, &run, &file, err));
	enum st_status status = open_sources(sorter, err);
	if (status == ST_OK)
		status = copy_merged(sorter, file, &run.rows, err);
	close_sources(sorter);
	if (status != ST_OK) {
		run_abandon(file);
		return status;
	}
	ST_TRY(run_finish(file, &run, err));
	for (size_t i = 0; i < sorter->run_count; i++)
		unlinkat(sorter->work.dir_fd, sorter->runs[i].name, 0);
	sorter->runs[0] = run;
	sorter->run_count = 1;
	return ST_OK;
}

static enum st_status spill(struct sorter *sorter, struct st_error *err)
{
	sort_held(sorter);
	if (sorter->run_count == FANIN)
		ST_TRY(join_runs(sorter, err));
	ST_TRY(write_held(sorter, &sorter->runs[sorter->run_count], err));
	sorter->run_count++;
	sorter->count = 0;
	return ST_OK;
}

/* --- from outside --- */

enum st_status sorter_add(struct sorter *sorter, const uint8_t *row, struct st_error *err)
{
	if (sorter->count == sorter->limit_rows)
		ST_TRY(spill(sorter, err));
	if (sorter->count == sorter->capacity) {
		sorter->capacity = sorter->capacity ? sorter->capacity * 2 : 256;
		if (sorter->capacity > sorter->limit_rows)
			sorter->capacity = sorter->limit_rows;
		sorter->rows = st_realloc(sorter->rows, sorter->capacity * sorter->width);
	}
	memcpy(sorter->rows + sorter->count++ * sorter->width, row, sorter->width);
	return ST_OK;
}

enum st_status sorter_sort(struct sorter *sorter, struct st_error *err)
{
	if (sorter->run_count == 0) {
		sort_held(sorter);
		return ST_OK;
	}
	if (sorter->count > 0)
		ST_TRY(spill(sorter, err));
	free(sorter->rows);
	sorter->rows = NULL;
	sorter->capacity = 0;
	return open_sources(sorter, err);
}

enum st_status sorter_next(struct sorter *sorter, const uint8_t **row, struct st_error *err)
{
	bool there = sorter->taken < sorter->count;
	if (sorter->run_count == 0) {
		*row = there ? sorter->rows + sorter->taken++ * sorter->width : NULL;
		return ST_OK;
	}
	ST_TRY(take_least(sorter, &there, err));
	*row = there ? sorter->row : NULL;
	return ST_OK;
}

void sorter_close(struct sorter *sorter)
{
	if (sorter == NULL)
		return;
	close_sources(sorter);
	for (size_t i = 0; i < sorter->run_count; i++)
		unlinkat(sorter->work.dir_fd, sorter->runs[i].name, 0);
	free(sorter->rows);
	free(sorter);
}
