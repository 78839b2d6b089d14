/* Merging in several passes: memory and open files stay bounded whatever the number of runs. */
#include "resolve/merge_plan.h"

#include "base/ceilings.h"
#include "resolve/run_file.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define OWN_PREFIX "pass-" /* names of files that a plan writes and deletes */

static bool is_own(const struct resolve_run *run)
{
	return strncmp(run->name, OWN_PREFIX, sizeof OWN_PREFIX - 1) == 0;
}

static size_t fan_in(const struct merge_input *input)
{
	size_t fan = input->work->memory_bytes / RUN_READER_BYTES;
	size_t kept = input->kept.next != NULL ? 1 : 0;
	if (fan > CEIL_MERGE_FANIN)
		fan = CEIL_MERGE_FANIN;
	return fan > 2 + kept ? fan - kept : 2;
}

static int by_size(const void *a, const void *b)
{
	const struct resolve_run *left = a, *right = b;
	if (left->bytes != right->bytes)
		return left->bytes < right->bytes ? -1 : 1;
	return strcmp(left->name, right->name);
}

static void delete_own(const struct merge_plan *plan, const struct resolve_work *work)
{
	for (size_t i = 0; i < plan->count; i++)
		if (is_own(&plan->runs[i]))
			unlinkat(work->dir_fd, plan->runs[i].name, 0);
}

static enum st_status copy_places(
	struct merge *merge, struct row_writer *writer, struct row_key *key, uint64_t *rows, struct st_error *err)
{
	struct resolve_place place;
	size_t segment;
	bool there, begun = false;
	for (;;) {
		ST_TRY(merge_next_place(merge, &place, &segment, &there, err));
		if (!there)
			break;
		if (!begun)
			row_begin(writer, key);
		begun = true;
		ST_TRY(row_add_packed(writer, &place, merge_packed(merge), err));
		(*rows)++;
	}
	return begun ? row_end(writer, NULL, err) : ST_OK;
}

static enum st_status copy_rows(struct merge *merge, struct row_writer *writer, uint64_t *rows, struct st_error *err)
{
	struct row_key key;
	for (;;) {
		bool there;
		ST_TRY(merge_next_key(merge, &key, &there, err));
		if (!there)
			return row_writer_finish(writer, err);
		if (writer->form != ROW_TIMES) {
			ST_TRY(copy_places(merge, writer, &key, rows, err));
			continue;
		}
		struct row totals = {.times = merge_times(merge)};
		row_begin(writer, &key);
		ST_TRY(row_end(writer, &totals, err));
		*rows += totals.times;
	}
}

/* Takes the first `count` runs of the plan, writes one with their rows at the plan's end. */
static enum st_status merge_some(
	const struct merge_input *input, struct merge_plan *plan, size_t count, struct st_error *err)
{
	struct merge_plan some = {.runs = st_alloc(count * sizeof *some.runs), .count = count};
	memcpy(some.runs, plan->runs, count * sizeof *some.runs);
	plan->count -= count;
	memmove(plan->runs, plan->runs + count, plan->count * sizeof *plan->runs);
	struct merge_input part = *input;
	part.kept.next = NULL;
	struct merge *merge;
	ST_TRY(merge_open_plan(&part, &some, &merge, err));
	struct resolve_run run = {.rows = 0};
	struct run_writer *file;
	uint64_t number; /* drawn: several merges may go on at once */
	randombytes_buf(&number, sizeof number);
	snprintf(run.name, sizeof run.name, OWN_PREFIX "%016" PRIx64 "%c", number, input->content);
	enum st_status status = run_create(input->work, run.name, input->content, false, &file, err);
	if (status != ST_OK) {
		merge_close(merge);
		return status;
	}
	struct row_writer writer = {.form = input->form, .out = {.put = run_put, .context = file}};
	status = copy_rows(merge, &writer, &run.rows, err);
	row_writer_free(&writer);
	merge_close(merge);
	if (status != ST_OK)
		run_abandon(file);
	else
		status = run_finish(file, &run, err);
	if (status == ST_OK)
		plan->runs[plan->count++] = run;
	return status;
}

enum st_status merge_plan_make(const struct merge_input *input, struct merge_plan *plan, struct st_error *err)
{
	size_t most = fan_in(input);
	*plan = (struct merge_plan){.runs = st_alloc((input->run_count + 1) * sizeof *plan->runs)};
	for (size_t i = 0; i < input->run_count; i++)
		if (input->runs[i].content == input->content)
			plan->runs[plan->count++] = input->runs[i];
	while (plan->count > most) {
		size_t count = plan->count - most + 1;
		qsort(plan->runs, plan->count, sizeof *plan->runs, by_size);
		ST_TRY(merge_some(input, plan, count < most ? count : most, err));
	}
	return ST_OK;
}

void merge_plan_free(struct merge_plan *plan, const struct resolve_work *work)
{
	delete_own(plan, work);
	free(plan->runs);
	*plan = (struct merge_plan){0};
}
