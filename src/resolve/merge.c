/* The merge proper: a heap of inputs by key, and a heap of those that hold the present key by place. */
#include "resolve/merge.h"

#include "base/ceilings.h"
#include "resolve/merge_plan.h"
#include "resolve/row_cursor.h"
#include "resolve/run_file.h"

#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#define TICK_STEPS 65536

struct input {
	struct row_cursor cursor;
	struct run_reader *reader; /* NULL for kept blocks */
	const struct resolve_run *run;
};
/* rank: the leading part of what is compared, so that most comparisons stay inside the heap. */
struct heap_entry {
	uint64_t rank;
	struct input *input;
};
struct heap {
	struct heap_entry *entries;
	size_t count;
	bool (*before)(const struct heap_entry *a, const struct heap_entry *b); /* of equal rank */
};

struct merge {
	struct merge_input input;
	struct merge_plan plan;
	struct input *inputs;
	size_t input_count;
	struct heap keys, places; /* places: inputs of the present key that have places left */
	struct input **present;   /* inputs of the present key, taken off the heap of keys */
	size_t present_count;
	struct input *single; /* the only input of the present key; still on top of the heap of keys */
	uint64_t times, steps;
	struct resolve_place last;
	bool placed;
	uint32_t segment_id; /* of the place before, whose index is segment_index */
	size_t segment_index;
};

static bool key_before(const struct heap_entry *a, const struct heap_entry *b)
{
	return row_key_compare(a->input->cursor.digest_key, &a->input->cursor.key, &b->input->cursor.key) < 0;
}

static bool place_before(const struct heap_entry *a, const struct heap_entry *b)
{
	return row_place_compare(&a->input->cursor.place, &b->input->cursor.place) < 0;
}

static struct heap_entry key_entry(struct input *input)
{
	return (struct heap_entry){.rank = input->cursor.key.digest, .input = input};
}

static struct heap_entry place_entry(struct input *input)
{
	uint64_t record = input->cursor.place.record;
	return (struct heap_entry){
		.rank = (uint64_t)input->cursor.place.segment << 32 | (record < UINT32_MAX ? record : UINT32_MAX),
		.input = input};
}

/* No branch on which rank is lower: among digests nobody can foresee it. */
static inline bool is_before(const struct heap *heap, const struct heap_entry *a, const struct heap_entry *b)
{
	return __builtin_expect(a->rank == b->rank, 0) ? heap->before(a, b) : a->rank < b->rank;
}

static void heap_push(struct heap *heap, struct heap_entry entry)
{
	size_t at = heap->count++;
	while (at > 0 && is_before(heap, &entry, &heap->entries[(at - 1) / 2])) {
		heap->entries[at] = heap->entries[(at - 1) / 2];
		at = (at - 1) / 2;
	}
	heap->entries[at] = entry;
}

static void heap_replace_top(struct heap *heap, struct heap_entry entry)
{
	size_t at = 0;
	for (size_t child; (child = 2 * at + 1) < heap->count; at = child) {
		if (child + 1 < heap->count)
			child += is_before(heap, &heap->entries[child + 1], &heap->entries[child]);
		if (!is_before(heap, &heap->entries[child], &entry))
			break;
		heap->entries[at] = heap->entries[child];
	}
	heap->entries[at] = entry;
}

static void heap_pop(struct heap *heap)
{
	struct heap_entry last = heap->entries[--heap->count];
	if (heap->count > 0)
		heap_replace_top(heap, last);
}

/* --- opening --- */

static enum st_status open_run(struct merge *merge, const struct resolve_run *run, struct st_error *err)
{
	struct input *input = &merge->inputs[merge->input_count++];
	input->run = run;
	ST_TRY(run_open(merge->input.work, run, &input->reader, err));
	input->cursor.source = (struct resolve_blocks_in){.next = run_next, .context = input->reader};
	input->cursor.form = merge->input.form;
	input->cursor.name = run->name;
	return ST_OK;
}

static void open_kept(struct merge *merge)
{
	struct input *input = &merge->inputs[merge->input_count++];
	input->cursor.source = merge->input.kept;
	input->cursor.form = merge->input.kept_form;
	input->cursor.name = "earlier result";
}

/* The bit of the record of the key's first place will be asked for when the key's turn comes, and is fetched into the
 * cache now: records come in no order, and there are more bits than it holds. */
static enum st_status foresee(struct merge *merge, struct input *input, struct st_error *err)
{
	const struct resolve_place *place = &input->cursor.place;
	ST_TRY(row_cursor_look_ahead(&input->cursor, err));
	size_t index = input->cursor.ahead ? segment_find(merge->input.live, place->segment) : SEGMENT_NONE;
	if (index != SEGMENT_NONE)
		__builtin_prefetch(first_byte(merge->input.first, index, place->record));
	return ST_OK;
}

/* Moves the input to its next key. A run that ends must have held as many rows as were written into it. */
static enum st_status next_key(struct merge *merge, struct input *input, bool *there, struct st_error *err)
{
	ST_TRY(row_cursor_next_key(&input->cursor, there, err));
	if (!*there && input->run != NULL && input->cursor.rows != input->run->rows)
		return st_fail(err, ST_FATAL, "run %s: %" PRIu64 " rows where %" PRIu64 " were written",
			input->run->name, input->cursor.rows, input->run->rows);
	return *there && merge->input.first != NULL ? foresee(merge, input, err) : ST_OK;
}

static enum st_status advance(struct merge *merge, struct input *input, struct st_error *err)
{
	bool there;
	ST_TRY(next_key(merge, input, &there, err));
	if (there)
		heap_push(&merge->keys, key_entry(input));
	return ST_OK;
}

static enum st_status open_inputs(struct merge *merge, struct st_error *err)
{
	size_t most = merge->plan.count + 1;
	merge->inputs = st_alloc_zero(most, sizeof *merge->inputs);
	merge->present = st_alloc(most * sizeof(struct input *));
	merge->keys = (struct heap){.entries = st_alloc(most * sizeof(struct heap_entry)), .before = key_before};
	merge->places = (struct heap){.entries = st_alloc(most * sizeof(struct heap_entry)), .before = place_before};
	for (size_t i = 0; i < merge->plan.count; i++)
		ST_TRY(open_run(merge, &merge->plan.runs[i], err));
	if (merge->input.kept.next != NULL)
		open_kept(merge);
	for (size_t i = 0; i < merge->input_count; i++) {
		merge->inputs[i].cursor.digest_key = merge->input.work->digest_key;
		ST_TRY(advance(merge, &merge->inputs[i], err));
	}
	return ST_OK;
}

/* Opens a merge of exactly the runs of the plan, which it takes over. */
enum st_status merge_open_plan(
	const struct merge_input *input, struct merge_plan *plan, struct merge **out, struct st_error *err)
{
	struct merge *merge = st_alloc_zero(1, sizeof *merge);
	merge->input = *input;
	merge->plan = *plan;
	*plan = (struct merge_plan){0};
	merge->segment_index = SEGMENT_NONE;
	*out = NULL;
	enum st_status status = open_inputs(merge, err);
	if (status == ST_OK)
		*out = merge;
	else
		merge_close(merge);
	return status;
}

enum st_status merge_open(const struct merge_input *input, struct merge **out, struct st_error *err)
{
	struct merge_plan plan;
	*out = NULL;
	enum st_status status = merge_plan_make(input, &plan, err);
	if (status == ST_OK)
		status = merge_open_plan(input, &plan, out, err);
	else
		merge_plan_free(&plan, input->work);
	return status;
}

void merge_close(struct merge *merge)
{
	if (merge == NULL)
		return;
	for (size_t i = 0; i < merge->input_count; i++) {
		run_close(merge->inputs[i].reader);
		row_cursor_free(&merge->inputs[i].cursor);
	}
	merge_plan_free(&merge->plan, merge->input.work);
	free(merge->inputs);
	free(merge->present);
	free(merge->keys.entries);
	free(merge->places.entries);
	free(merge);
}

/* --- taking keys and places --- */

static enum st_status tick(struct merge *merge, struct st_error *err)
{
	if (++merge->steps % TICK_STEPS != 0 || merge->input.tick == NULL ||
		merge->input.tick(merge->input.tick_context))
		return ST_OK;
	return st_fail(err, ST_STOP, "stopped");
}

static enum st_status take_key(struct merge *merge, struct input *input, struct st_error *err)
{
	bool there = false;
	merge->present[merge->present_count++] = input;
	merge->times += input->cursor.times;
	heap_pop(&merge->keys);
	if (input->cursor.form != ROW_TIMES)
		ST_TRY(row_cursor_next_place(&input->cursor, &there, err));
	if (there)
		heap_push(&merge->places, place_entry(input));
	return ST_OK;
}

/* Moves on all inputs that held the present key. */
static enum st_status leave_key(struct merge *merge, struct st_error *err)
{
	if (merge->single != NULL) {
		bool there;
		struct input *input = merge->single;
		merge->single = NULL;
		ST_TRY(next_key(merge, input, &there, err));
		if (there)
			heap_replace_top(&merge->keys, key_entry(input));
		else
			heap_pop(&merge->keys);
	}
	for (size_t i = 0; i < merge->present_count; i++)
		ST_TRY(advance(merge, merge->present[i], err));
	merge->present_count = merge->places.count = 0;
	merge->placed = false;
	return ST_OK;
}

/* Could another input hold the key on top? Equal keys are next to the top: its children tell. */
static bool has_rival(const struct heap *keys)
{
	uint64_t rank = keys->entries[0].rank;
	return (keys->count > 1 && keys->entries[1].rank == rank) || (keys->count > 2 && keys->entries[2].rank == rank);
}

enum st_status merge_next_key(struct merge *merge, struct row_key *key, bool *there, struct st_error *err)
{
	ST_TRY(leave_key(merge, err));
	*there = merge->keys.count > 0;
	if (!*there)
		return ST_OK;
	ST_TRY(tick(merge, err));
	*key = merge->keys.entries[0].input->cursor.key; /* the cursor keeps it until it advances */
	merge->times = 0;
	if (!has_rival(&merge->keys)) {
		merge->single = merge->keys.entries[0].input;
		merge->times = merge->single->cursor.times;
		return ST_OK;
	}
	while (merge->keys.count > 0 && merge->keys.entries[0].rank == key->digest) {
		struct input *top = merge->keys.entries[0].input;
		if (!row_same_key(top->cursor.key.kind, top->cursor.key.bytes, key->kind, key->bytes))
			break;
		ST_TRY(take_key(merge, top, err));
	}
	return ST_OK;
}

uint64_t merge_times(const struct merge *merge)
{
	return merge->times;
}

/* The next place in order, live or not, maybe one given before. */
static enum st_status pull_place(struct merge *merge, struct resolve_place *place, bool *got, struct st_error *err)
{
	bool there;
	*got = true;
	if (merge->single != NULL) {
		ST_TRY(row_cursor_next_place(&merge->single->cursor, got, err));
		*place = merge->single->cursor.place;
		return ST_OK;
	}
	*got = merge->places.count > 0;
	if (!*got)
		return ST_OK;
	struct input *top = merge->places.entries[0].input;
	*place = top->cursor.place;
	ST_TRY(row_cursor_next_place(&top->cursor, &there, err));
	if (there)
		heap_replace_top(&merge->places, place_entry(top));
	else
		heap_pop(&merge->places);
	return ST_OK;
}

static bool is_live(struct merge *merge, uint32_t id)
{
	if (merge->input.live == NULL) {
		merge->segment_index = 0;
		return true;
	}
	if (id != merge->segment_id || merge->segment_index == SEGMENT_NONE)
		merge->segment_index = segment_find(merge->input.live, id);
	merge->segment_id = id;
	return merge->segment_index != SEGMENT_NONE;
}

enum st_status merge_next_place(
	struct merge *merge, struct resolve_place *place, size_t *segment, bool *there, struct st_error *err)
{
	for (;;) {
		ST_TRY(pull_place(merge, place, there, err));
		if (!*there)
			return ST_OK;
		ST_TRY(tick(merge, err));
		if (merge->placed && row_place_compare(&merge->last, place) == 0)
			continue;
		merge->last = *place;
		merge->placed = true;
		if (!is_live(merge, place->segment))
			continue;
		*segment = merge->segment_index;
		return ST_OK;
	}
}

struct st_span merge_packed(const struct merge *merge)
{
	struct st_span packed = {0};
	if (merge->single != NULL && row_places_start(merge->single->cursor.packed))
		packed = merge->single->cursor.packed;
	return packed;
}
