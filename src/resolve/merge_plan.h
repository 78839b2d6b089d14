/* Which runs the last pass of a merge reads: the given ones, and those written to have no more than fit. */
#ifndef STAUNCH_RESOLVE_MERGE_PLAN_H
#define STAUNCH_RESOLVE_MERGE_PLAN_H

#include "resolve/merge.h"

struct merge_plan {
	struct resolve_run *runs;
	size_t count;
};
/* Merges the smallest runs into one until few enough are left. The plan must be freed also after a failure. */
enum st_status merge_plan_make(const struct merge_input *input, struct merge_plan *plan, struct st_error *err);
/* Deletes the files that were written for the plan. */
void merge_plan_free(struct merge_plan *plan, const struct resolve_work *work);
/* Opens a merge of exactly the runs of the plan, which it takes over (merge.c). */
enum st_status merge_open_plan(
	const struct merge_input *input, struct merge_plan *plan, struct merge **out, struct st_error *err);

#endif
