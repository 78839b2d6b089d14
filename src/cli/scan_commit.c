/*
 * Progress that survives a kill: rows go out as sealed runs, then one transaction names the runs and the objects whose
 * rows they hold. A run without that transaction is deleted on the next start; an object without it is read again. Rows
 * and parts of a reading that goes on are committed too: they count once its object names their segment. Runs are
 * written beside us while workers go on: what was told until then leaves with them, what comes later waits.
 */
#include "base/ceilings.h"
#include "base/clock.h"
#include "cli/scan.h"

#include <stdlib.h>

void scan_finish(struct scan *scan, const struct casefile_object *object)
{
	struct scan_uncommitted *held = &scan->uncommitted;
	if (held->object_count == held->object_capacity) {
		held->object_capacity = held->object_capacity ? held->object_capacity * 2 : 256;
		held->objects = st_realloc(held->objects, held->object_capacity * sizeof *held->objects);
	}
	held->objects[held->object_count++] = *object;
	held->bytes += sizeof *object;
}

static size_t bytes_of(const struct casefile_part *part)
{
	return sizeof *part + part->name.size + part->places.size;
}

void scan_settle_part(struct scan *scan, struct scan_slot *slot, struct casefile_part *part)
{
	struct scan_uncommitted *held = &scan->uncommitted;
	if (held->part_count == held->part_capacity) {
		held->part_capacity = held->part_capacity ? held->part_capacity * 2 : 256;
		held->parts = st_realloc(held->parts, held->part_capacity * sizeof *held->parts);
	}
	held->parts[held->part_count++] = *part;
	held->bytes += bytes_of(part);
	slot->parts_waiting = true;
}

static void free_part(struct casefile_part *part)
{
	free((void *)(uintptr_t)part->name.data);
	free((void *)(uintptr_t)part->places.data);
}

static void drop_segment(struct scan_uncommitted *held, uint32_t segment)
{
	size_t kept = 0;
	for (size_t i = 0; i < held->part_count; i++) {
		if (held->parts[i].segment != segment) {
			held->parts[kept++] = held->parts[i];
			continue;
		}
		held->bytes -= bytes_of(&held->parts[i]);
		free_part(&held->parts[i]);
	}
	held->part_count = kept;
}

void scan_drop_parts(struct scan *scan, struct scan_slot *slot)
{
	struct scan_uncommitted *held = &scan->uncommitted;
	for (size_t i = 0; i < slot->held_count; i++)
		free_part(&slot->parts[i]);
	slot->held_count = 0;
	if (slot->parts_waiting)
		drop_segment(held, slot->segment);
	if (slot->parts_leaving)
		drop_segment(&scan->leaving, slot->segment);
	if (slot->parts_committed) {
		held->dead = st_realloc(held->dead, (held->dead_count + 1) * sizeof *held->dead);
		held->dead[held->dead_count++] = slot->segment;
	}
	slot->parts_waiting = slot->parts_leaving = slot->parts_committed = false;
}

/* What waits leaves with the rows that are held now. */
static void leave(struct scan *scan)
{
	struct scan_uncommitted empty = scan->leaving;
	scan->leaving = scan->uncommitted;
	scan->uncommitted = empty;
	for (size_t i = 0; i < scan->slot_count; i++) {
		struct scan_slot *slot = &scan->slots[i];
		slot->parts_leaving |= slot->parts_waiting;
		slot->parts_waiting = false;
	}
}

static void forget_committed(struct scan *scan)
{
	struct scan_uncommitted *held = &scan->leaving;
	for (size_t i = 0; i < held->part_count; i++)
		free_part(&held->parts[i]);
	held->object_count = held->part_count = held->dead_count = held->bytes = 0;
	for (size_t i = 0; i < scan->slot_count; i++) {
		struct scan_slot *slot = &scan->slots[i];
		slot->parts_committed |= slot->parts_leaving;
		slot->parts_leaving = false;
	}
}

void scan_uncommitted_free(struct scan_uncommitted *uncommitted)
{
	for (size_t i = 0; i < uncommitted->part_count; i++)
		free_part(&uncommitted->parts[i]);
	free(uncommitted->objects);
	free(uncommitted->parts);
	free(uncommitted->dead);
	*uncommitted = (struct scan_uncommitted){0};
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

static enum st_status put_readings(struct scan *scan, struct st_error *err)
{
	const struct scan_uncommitted *held = &scan->leaving;
	if (held->dead_count > 0)
		ST_TRY(casefile_remove_parts(scan->casefile, held->dead, held->dead_count, err));
	for (size_t i = 0; i < held->part_count; i++)
		ST_TRY(casefile_put_part(scan->casefile, &held->parts[i], err));
	for (size_t i = 0; i < held->object_count; i++)
		ST_TRY(casefile_put_object(scan->casefile, &held->objects[i], err));
	return ST_OK;
}

static enum st_status put_all(struct scan *scan, const struct resolve_run *runs, size_t count, struct st_error *err)
{
	ST_TRY(casefile_commit_begin(scan->casefile, err));
	casefile_use_segments(scan->casefile, scan->next_segment);
	enum st_status status = put_runs(scan, runs, count, err);
	if (status == ST_OK)
		status = put_readings(scan, err);
	if (status == ST_OK)
		return casefile_commit_end(scan->casefile, err);
	casefile_commit_drop(scan->casefile);
	return status;
}

static bool is_empty(const struct scan_uncommitted *held)
{
	return held->object_count + held->part_count + held->dead_count == 0;
}

/* The rows of what leaves are on the disk, in these runs. */
static enum st_status commit_leaving(
	struct scan *scan, const struct resolve_run *runs, size_t count, struct st_error *err)
{
	if (count == 0 && is_empty(&scan->leaving))
		return ST_OK;
	ST_TRY(put_all(scan, runs, count, err));
	forget_committed(scan);
	scan->runs = st_realloc(scan->runs, (scan->run_count + count + 1) * sizeof *scan->runs);
	for (size_t i = 0; i < count; i++)
		scan->runs[scan->run_count++] = runs[i];
	return ST_OK;
}

static enum st_status begin_commit(struct scan *scan, struct st_error *err)
{
	ST_TRY(resolve_collector_flush_begin(scan->collector, err));
	scan->commit_begun = true;
	scan->committed_at_ms = st_now_ms();
	leave(scan);
	return ST_OK;
}

static enum st_status end_commit(struct scan *scan, struct st_error *err)
{
	struct resolve_run runs[2];
	size_t count;
	if (!scan->commit_begun)
		return ST_OK;
	scan->commit_begun = false;
	ST_TRY(resolve_collector_flush_end(scan->collector, runs, &count, err));
	return commit_leaving(scan, runs, count, err);
}

enum st_status scan_commit(struct scan *scan, struct st_error *err)
{
	struct resolve_run runs[2];
	size_t count = 0;
	ST_TRY(end_commit(scan, err));
	ST_TRY(resolve_collector_flush(scan->collector, runs, &count, err));
	leave(scan);
	ST_TRY(commit_leaving(scan, runs, count, err));
	scan->committed_at_ms = st_now_ms();
	return ST_OK;
}

enum st_status scan_commit_if_due(struct scan *scan, struct st_error *err)
{
	size_t held = resolve_collector_bytes(scan->collector);
	bool full = held >= CEIL_RUN_BYTES || scan->uncommitted.bytes >= CEIL_UNCOMMITTED_BYTES;
	if (scan->commit_begun && (full || resolve_collector_flush_ready(scan->collector)))
		ST_TRY(end_commit(scan, err));
	if (held == 0 && is_empty(&scan->uncommitted)) {
		scan->committed_at_ms = st_now_ms();
		return ST_OK;
	}
	bool old = st_now_ms() - scan->committed_at_ms >= CEIL_RUN_AGE_MS;
	return !scan->commit_begun && (full || old) ? begin_commit(scan, err) : ST_OK;
}
