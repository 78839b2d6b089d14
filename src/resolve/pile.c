#include "resolve/pile.h"

#include "base/ceilings.h"
#include "resolve/run_file.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define FANIN 128 /* runs merged at a time */
#define CONTENT 'p'
#define ROW_SIZE_BYTES 2 /* before each row, in memory and in runs */

_Static_assert(
	PILE_ROW_BYTES + ROW_SIZE_BYTES <= CEIL_BLOCK_BYTES && PILE_ROW_BYTES <= UINT16_MAX, "a row fits a block");

/* One run being merged. */
struct source {
	struct run_reader *reader;
	struct st_span block; /* rows not taken yet */
};

struct pile {
	struct resolve_work work;
	size_t limit_bytes;
	uint64_t random, rows;
	uint32_t next_run;
	struct st_buf held;
	uint32_t *starts; /* of rows in held */
	size_t count, capacity, taken;
	struct resolve_run runs[FANIN];
	size_t run_count;
	struct source *sources; /* while merging: a heap, the least row in front */
	size_t source_count;
	struct st_buf row;
};

struct pile *pile_open(const struct resolve_work *work, size_t memory_bytes)
{
	struct pile *pile = st_alloc_zero(1, sizeof *pile);
	pile->work = *work;
	pile->limit_bytes = memory_bytes < UINT32_MAX / 2 ? memory_bytes : UINT32_MAX / 2;
	randombytes_buf(&pile->random, sizeof pile->random);
	return pile;
}

static struct st_span row_at(const uint8_t *at)
{
	return (struct st_span){at + ROW_SIZE_BYTES, (size_t)(at[0] | at[1] << 8)};
}

static int compare_spans(struct st_span a, struct st_span b)
{
	size_t common = a.size < b.size ? a.size : b.size;
	int order = memcmp(a.data, b.data, common);
	return order != 0 ? order : (a.size > b.size) - (a.size < b.size);
}

static int compare_held(const void *left, const void *right, void *held)
{
	const uint8_t *data = held;
	return compare_spans(row_at(data + *(const uint32_t *)left), row_at(data + *(const uint32_t *)right));
}

static void sort_held(struct pile *pile)
{
	if (pile->count > 1)
		qsort_r(pile->starts, pile->count, sizeof *pile->starts, compare_held, pile->held.data);
}

/* --- runs --- */

static enum st_status create_run(
	struct pile *pile, struct resolve_run *run, struct run_writer **file, struct st_error *err)
{
	*run = (struct resolve_run){.rows = 0};
	snprintf(run->name, sizeof run->name, "pile-%08" PRIx32 "-%" PRIu32, (uint32_t)pile->random, pile->next_run++);
	return run_create(&pile->work, run->name, CONTENT, false, file, err);
}

/* Rows gathered into blocks. */
struct blocks {
	struct run_writer *file;
	struct st_buf block;
};

static enum st_status put_block(struct blocks *blocks, struct st_error *err)
{
	static const uint8_t first[ST_DIGEST_BYTES];
	if (blocks->block.size == 0)
		return ST_OK;
	ST_TRY(run_put(blocks->file, first, (struct st_span){blocks->block.data, blocks->block.size}, err));
	blocks->block.size = 0;
	return ST_OK;
}

static enum st_status put_row(struct blocks *blocks, struct st_span row, struct st_error *err)
{
	if (blocks->block.size + ROW_SIZE_BYTES + row.size > CEIL_BLOCK_BYTES)
		ST_TRY(put_block(blocks, err));
	st_buf_add_u16(&blocks->block, (uint16_t)row.size);
	st_buf_add(&blocks->block, row.data, row.size);
	return ST_OK;
}

static enum st_status end_run(
	struct pile *pile, struct blocks *blocks, enum st_status status, struct resolve_run *run, struct st_error *err)
{
	(void)pile;
	if (status == ST_OK)
		status = put_block(blocks, err);
	st_buf_wipe(&blocks->block);
	if (status == ST_OK)
		return run_finish(blocks->file, run, err);
	run_abandon(blocks->file);
	return status;
}

static enum st_status write_held(struct pile *pile, struct resolve_run *run, struct st_error *err)
{
	struct blocks blocks = {0};
	enum st_status status = create_run(pile, run, &blocks.file, err);
	if (status != ST_OK)
		return status;
	for (size_t i = 0; i < pile->count && status == ST_OK; i++)
		status = put_row(&blocks, row_at(pile->held.data + pile->starts[i]), err);
	run->rows = pile->count;
	return end_run(pile, &blocks, status, run, err);
}

/* --- merging: the least row of all runs --- */

static bool is_less(const struct pile *pile, size_t a, size_t b)
{
	return compare_spans(row_at(pile->sources[a].block.data), row_at(pile->sources[b].block.data)) < 0;
}

static void sift_down(struct pile *pile, size_t at)
{
	for (;;) {
		size_t least = at, left = 2 * at + 1, right = left + 1;
		if (left < pile->source_count && is_less(pile, left, least))
			least = left;
		if (right < pile->source_count && is_less(pile, right, least))
			least = right;
		if (least == at)
			return;
		struct source moved = pile->sources[at];
		pile->sources[at] = pile->sources[least];
		pile->sources[least] = moved;
		at = least;
	}
}

static void close_sources(struct pile *pile)
{
	for (size_t i = 0; i < pile->source_count; i++)
		run_close(pile->sources[i].reader);
	free(pile->sources);
	pile->sources = NULL;
	pile->source_count = 0;
}

static bool is_whole_row(struct st_span block)
{
	return block.size == 0 ||
	       (block.size > ROW_SIZE_BYTES && row_at(block.data).size <= block.size - ROW_SIZE_BYTES);
}

/* The next row of a source is in front; an empty block ends it. */
static enum st_status refill(struct source *source, struct st_error *err)
{
	if (source->block.size == 0)
		ST_TRY(run_next(source->reader, &source->block, err));
	return is_whole_row(source->block) ? ST_OK : st_fail(err, ST_FATAL, "the work folder is damaged: a row is cut");
}

static enum st_status open_sources(struct pile *pile, struct st_error *err)
{
	pile->sources = st_alloc_zero(pile->run_count, sizeof *pile->sources);
	for (size_t i = 0; i < pile->run_count; i++) {
		struct source *source = &pile->sources[pile->source_count];
		*source = (struct source){0};
		ST_TRY(run_open(&pile->work, &pile->runs[i], &source->reader, err));
		pile->source_count++;
		ST_TRY(refill(source, err));
		if (source->block.size > 0)
			continue;
		run_close(source->reader);
		pile->source_count--;
	}
	for (size_t i = pile->source_count; i > 0; i--)
		sift_down(pile, i - 1);
	return ST_OK;
}

/* The least row of all sources into pile->row; empty at the end. */
static enum st_status take_least(struct pile *pile, struct st_error *err)
{
	pile->row.size = 0;
	if (pile->source_count == 0)
		return ST_OK;
	struct source *least = &pile->sources[0];
	struct st_span row = row_at(least->block.data);
	st_buf_add(&pile->row, row.data, row.size);
	least->block.data += ROW_SIZE_BYTES + row.size;
	least->block.size -= ROW_SIZE_BYTES + row.size;
	ST_TRY(refill(least, err));
	if (least->block.size == 0) {
		run_close(least->reader);
		*least = pile->sources[--pile->source_count];
	}
	sift_down(pile, 0);
	return ST_OK;
}

static enum st_status copy_merged(struct pile *pile, struct blocks *blocks, struct st_error *err)
{
	for (;;) {
		ST_TRY(take_least(pile, err));
		if (pile->row.size == 0)
			return ST_OK;
		ST_TRY(put_row(blocks, (struct st_span){pile->row.data, pile->row.size}, err));
	}
}

/* All runs so far become one. */
static enum st_status join_runs(struct pile *pile, struct st_error *err)
{
	struct resolve_run run;
	struct blocks blocks = {0};
	uint64_t rows = 0;
	for (size_t i = 0; i < pile->run_count; i++)
		rows += pile->runs[i].rows;
	ST_TRY(create_run(pile, &run, &blocks.file, err));
	enum st_status status = open_sources(pile, err);
	if (status == ST_OK)
		status = copy_merged(pile, &blocks, err);
	close_sources(pile);
	run.rows = rows;
	ST_TRY(end_run(pile, &blocks, status, &run, err));
	for (size_t i = 0; i < pile->run_count; i++)
		unlinkat(pile->work.dir_fd, pile->runs[i].name, 0);
	pile->runs[0] = run;
	pile->run_count = 1;
	return ST_OK;
}

static enum st_status spill(struct pile *pile, struct st_error *err)
{
	sort_held(pile);
	if (pile->run_count == FANIN)
		ST_TRY(join_runs(pile, err));
	ST_TRY(write_held(pile, &pile->runs[pile->run_count], err));
	pile->run_count++;
	pile->count = 0;
	pile->held.size = 0;
	return ST_OK;
}

/* --- from outside --- */

enum st_status pile_add(struct pile *pile, struct st_span row, struct st_error *err)
{
	if (row.size == 0)
		return ST_OK;
	if (row.size > PILE_ROW_BYTES)
		return st_fail(err, ST_FATAL, "a row of %zu bytes cannot be sorted", row.size);
	size_t more = ROW_SIZE_BYTES + row.size + sizeof *pile->starts;
	if (pile->count > 0 && pile->held.size + pile->count * sizeof *pile->starts + more > pile->limit_bytes)
		ST_TRY(spill(pile, err));
	if (pile->count == pile->capacity) {
		pile->capacity = pile->capacity ? pile->capacity * 2 : 256;
		pile->starts = st_realloc(pile->starts, pile->capacity * sizeof *pile->starts);
	}
	pile->starts[pile->count++] = (uint32_t)pile->held.size;
	st_buf_add_u16(&pile->held, (uint16_t)row.size);
	st_buf_add(&pile->held, row.data, row.size);
	pile->rows++;
	return ST_OK;
}

enum st_status pile_sort(struct pile *pile, struct st_error *err)
{
	if (pile->run_count == 0) {
		sort_held(pile);
		return ST_OK;
	}
	if (pile->count > 0)
		ST_TRY(spill(pile, err));
	st_buf_wipe(&pile->held);
	free(pile->starts);
	pile->starts = NULL;
	pile->capacity = 0;
	return open_sources(pile, err);
}

enum st_status pile_next(struct pile *pile, struct st_span *row, struct st_error *err)
{
	*row = (struct st_span){0};
	if (pile->run_count == 0) {
		if (pile->taken < pile->count)
			*row = row_at(pile->held.data + pile->starts[pile->taken++]);
		return ST_OK;
	}
	ST_TRY(take_least(pile, err));
	*row = (struct st_span){pile->row.data, pile->row.size};
	return ST_OK;
}

uint64_t pile_rows(const struct pile *pile)
{
	return pile->rows;
}

void pile_close(struct pile *pile)
{
	if (pile == NULL)
		return;
	close_sources(pile);
	for (size_t i = 0; i < pile->run_count; i++)
		unlinkat(pile->work.dir_fd, pile->runs[i].name, 0);
	st_buf_wipe(&pile->held);
	st_buf_wipe(&pile->row);
	free(pile->starts);
	free(pile);
}
