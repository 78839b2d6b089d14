/*
 * k-way merge of runs (and of the blocks of an earlier result) into keys, each once, and their places in order. Holds
 * one block per input; more than CEIL_MERGE_FANIN inputs, or than memory_bytes allow, are first merged into fewer.
 */
#ifndef STAUNCH_RESOLVE_MERGE_H
#define STAUNCH_RESOLVE_MERGE_H

#include "resolve/row.h"
#include "resolve/segments.h"

struct merge_input {
	const struct resolve_work *work;
	const struct segment_table *live;  /* places of other segments are dropped; NULL: all are kept */
	const struct resolve_first *first; /* of the same segments, asked about each place; NULL: not */
	const struct resolve_run *runs;
	size_t run_count;
	char content;       /* runs of other contents are passed over */
	enum row_form form; /* of runs */
	struct resolve_blocks_in kept;
	enum row_form kept_form;
	bool (*tick)(void *context);
	void *tick_context;
};

struct merge;
enum st_status merge_open(const struct merge_input *input, struct merge **out, struct st_error *err);
/* The next key in *key (borrowed until the next call), *there false at the end. Places not taken are passed over; a key
 * may turn out to have none that is live. */
enum st_status merge_next_key(struct merge *merge, struct row_key *key, bool *there, struct st_error *err);
uint64_t merge_times(const struct merge *merge); /* of the present key, ROW_TIMES */
/* The next place of the present key, with the index of its segment in the table (0 without one). */
enum st_status merge_next_place(
	struct merge *merge, struct resolve_place *place, size_t *segment, bool *there, struct st_error *err);
/* That place as it was packed, when it stands for itself: needs none before it. Empty: to be packed. */
struct st_span merge_packed(const struct merge *merge);
void merge_close(struct merge *merge); /* deletes what it has written; NULL is fine */

#endif
