/* Records, each distinct one once: where it first stands, in which stores, how often. */
#include "resolve/merge.h"
#include "resolve/store_sets.h"

#include <inttypes.h>
#include <stdlib.h>

struct records_merge {
	const struct resolve_input *input;
	struct resolve_records *out;
	struct merge *merge;
	struct row_writer writer;
	struct store_sets *sets;
	struct record_stores stores; /* of the present record */
};

static void note_store(struct records_merge *work, uint32_t store, const struct resolve_place *place)
{
	struct record_stores *stores = &work->stores;
	work->out->raw++;
	work->out->stores[store].raw++;
	if (stores->mark[store] == stores->serial) {
		work->out->stores[store].within++;
		return;
	}
	stores->mark[store] = stores->serial;
	stores->where[store] = (struct resolve_where){.segment = place->segment, .record = place->record};
	stores->list[stores->count++] = store;
	work->out->stores[store].distinct++;
}

static enum st_status note_place(
	struct records_merge *work, const struct resolve_place *place, size_t index, struct st_error *err)
{
	const struct resolve_segment *segment = &work->input->segments[index];
	if (place->record >= segment->records)
		return st_fail(err, ST_FATAL, "record %" PRIu64 " of segment %u, which has %" PRIu64, place->record,
			segment->id, segment->records);
	if (work->stores.count == 0)
		first_set(work->out->first, index, place->record);
	for (uint32_t i = 0; i < segment->copies; i++)
		note_store(work, segment->stores[i], place);
	return row_add_packed(&work->writer, place, merge_packed(work->merge), err);
}

static enum st_status merge_record(struct records_merge *work, const struct row_key *key, struct st_error *err)
{
	struct resolve_place place;
	size_t index;
	bool there;
	work->stores.serial++;
	work->stores.count = 0;
	const struct resolve_watch *watch = &work->input->watch;
	row_begin(&work->writer, key);
	if (watch->key != NULL)
		watch->key(watch->context, 0, key->bytes);
	for (;;) {
		ST_TRY(merge_next_place(work->merge, &place, &index, &there, err));
		if (!there)
			break;
		if (watch->place != NULL)
			watch->place(watch->context, place.segment);
		ST_TRY(note_place(work, &place, index, err));
	}
	if (work->stores.count == 0)
		return ST_OK;
	work->out->distinct++;
	ST_TRY(row_end(&work->writer, NULL, err));
	return store_sets_add(work->sets, &work->stores, err);
}

static enum st_status merge_all(struct records_merge *work, struct st_error *err)
{
	struct row_key key;
	bool there;
	for (;;) {
		ST_TRY(merge_next_key(work->merge, &key, &there, err));
		if (!there)
			return row_writer_finish(&work->writer, err);
		ST_TRY(merge_record(work, &key, err));
	}
}

enum st_status resolve_merge_records(
	const struct resolve_input *input, struct resolve_records *out, struct st_error *err)
{
	struct segment_table live;
	struct records_merge work = {.input = input,
		.out = out,
		.writer = {.form = ROW_PLACES, .out = input->out, .digest_key = input->work->digest_key}};
	struct merge_input merge = {.work = input->work,
		.live = &live,
		.runs = input->runs,
		.run_count = input->run_count,
		.content = 'r',
		.form = ROW_RUN,
		.kept = input->kept,
		.kept_form = ROW_PLACES,
		.tick = input->tick,
		.tick_context = input->tick_context};
	*out = (struct resolve_records){.stores = st_alloc_zero(input->store_count, sizeof *out->stores)};
	work.sets = store_sets_open();
	record_stores_open(&work.stores, input->store_count);
	enum st_status status = segment_table_open(input, &live, err);
	if (status == ST_OK)
		status = first_open(input, &out->first, err);
	merge.first = out->first;
	if (status == ST_OK)
		status = merge_open(&merge, &work.merge, err);
	if (status == ST_OK)
		status = merge_all(&work, err);
	store_sets_close(work.sets, &out->sets, &out->set_count);
	record_stores_close(&work.stores);
	merge_close(work.merge);
	row_writer_free(&work.writer);
	segment_table_close(&live);
	if (status != ST_OK)
		resolve_records_free(out);
	return status;
}

void resolve_records_free(struct resolve_records *records)
{
	for (size_t i = 0; i < records->set_count; i++) {
		free(records->sets[i].stores);
		free(records->sets[i].sample);
	}
	free(records->sets);
	free(records->stores);
	first_close(records->first);
	*records = (struct resolve_records){0};
}
