/*
 * Progress that survives a kill: rows go out as sealed runs, then one transaction names the runs and the objects whose
 * rows they hold. A run without that transaction is deleted on the next start; an object without it is read again.
 */
#include "base/ceilings.h"
#include "base/clock.h"
#include "cli/scan.h"

#include <stdlib.h>

void scan_finish(
	struct scan *scan, const struct casefile_object *object, struct casefile_part *parts, size_t part_count)
{
	if (scan->finished_count == scan->finished_capacity) {
		scan->finished_capacity = scan->finished_capacity ? scan->finished_capacity * 2 : 256;
		scan->finished = st_realloc(scan->finished, scan->finished_capacity * sizeof *scan->finished);
	}
	scan->finished[scan->finished_count++] = (struct scan_finished){*object, parts, part_count};
	scan->finished_bytes += sizeof *scan->finished + part_count * sizeof *parts;
	for (size_t p = 0; p < part_count; p++)
		scan->finished_bytes += parts[p].name.size + parts[p].places.size;
}

static void forget_finished(struct scan *scan)
{
	for (size_t i = 0; i < scan->finished_count; i++) {
		struct scan_finished *done = &scan->finished[i];
		for (size_t p = 0; p < done->part_count; p++) {
			free((void *)(uintptr_t)done->parts[p].name.data);
			free((void *)(uintptr_t)done->parts[p].places.data);
		}
		free(done->parts);
	}
	scan->finished_count = 0;
	scan->finished_bytes = 0;
}

static enum st_status put_runs(struct scan *scan, const struct resolve_run *runs, size_t count, struct st_error *err)
{
	for (size_t i = 0; i < count; i++) {
		struct casefile_run run = {.content = runs[i].content, .rows = runs[i].rows, .bytes = runs[i].bytes};
		memcpy(run.name, runs[i].name, sizeof run.name);
		ST_TRY(casefile_put_run(scan->casefile, &run, err));
	}
	return ST_OK;
}

static enum st_status put_finished(struct scan *scan, struct st_error *err)
{
	for (size_t i = 0; i < scan->finished_count; i++) {
		const struct scan_finished *done = &scan->finished[i];
		for (size_t p = 0; p < done->part_count; p++)
			ST_TRY(casefile_put_part(scan->casefile, &done->parts[p], err));
		ST_TRY(casefile_put_object(scan->casefile, &done->object, err));
	}
	return ST_OK;
}

static enum st_status put_all(struct scan *scan, const struct resolve_run *runs, size_t count, struct st_error *err)
{
	ST_TRY(casefile_commit_begin(scan->casefile, err));
	casefile_use_segments(scan->casefile, scan->next_segment);
	enum st_status status = put_runs(scan, runs, count, err);
	if (status == ST_OK)
		status = put_finished(scan, err);
	if (status == ST_OK)
		return casefile_commit_end(scan->casefile, err);
	casefile_commit_drop(scan->casefile);
	return status;
}

enum st_status scan_commit(struct scan *scan, struct st_error *err)
{
	struct resolve_run runs[2];
	size_t count = 0;
	ST_TRY(resolve_collector_flush(scan->collector, runs, &count, err));
	if (count == 0 && scan->finished_count == 0)
		return ST_OK;
	ST_TRY(put_all(scan, runs, count, err));
	forget_finished(scan);
	scan->runs = st_realloc(scan->runs, (scan->run_count + count + 1) * sizeof *scan->runs);
	for (size_t i = 0; i < count; i++)
		scan->runs[scan->run_count++] = runs[i];
	scan->committed_at_ms = st_now_ms();
	return ST_OK;
}

enum st_status scan_commit_if_due(struct scan *scan, struct st_error *err)
{
	size_t held = resolve_collector_bytes(scan->collector);
	if (held == 0 && scan->finished_count == 0) {
		scan->committed_at_ms = st_now_ms();
		return ST_OK;
	}
	if (held < CEIL_RUN_BYTES && scan->finished_bytes < CEIL_FINISHED_BYTES &&
		st_now_ms() - scan->committed_at_ms < CEIL_RUN_AGE_MS)
		return ST_OK;
	return scan_commit(scan, err);
}
