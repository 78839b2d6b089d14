/* Mentions to entities: each once, with how often it is mentioned, in how many distinct records, and where. */
#include "resolve/merge.h"

#include <inttypes.h>

struct entities_merge {
	const struct resolve_input *input;
	const struct resolve_first *first;
	struct merge *merge;
	struct row_writer writer;
	uint8_t confirmed; /* what the rows of the present entity count with that wait; 0: they do not count */
	enum st_status (*on_entity)(void *context, const struct resolve_entity *entity, struct st_error *err);
	void *context;
	struct resolve_entities *out;
};

/* Figures of one entity so far, and the last record that was counted in them. */
struct tally {
	struct row totals;
	struct resolve_where counted;
	bool any, counted_any;
};

static void count_record(struct tally *tally, const struct resolve_place *place)
{
	tally->totals.mentions_distinct_records++;
	if (tally->counted_any && tally->counted.segment == place->segment && tally->counted.record == place->record)
		return;
	tally->totals.records++;
	tally->counted = (struct resolve_where){.segment = place->segment, .record = place->record};
	tally->counted_any = true;
}

static enum st_status count_place(const struct entities_merge *work, struct tally *tally,
	const struct resolve_place *place, size_t index, struct st_error *err)
{
	const struct resolve_segment *segment = &work->input->segments[index];
	tally->any = true;
	bool counts = (place->form & RESOLVE_EVIDENCE) != RESOLVE_EVIDENCE;
	tally->totals.mentions += counts ? segment->copies : 0;
	if (place->confidence > tally->totals.best_confidence)
		tally->totals.best_confidence = place->confidence;
	if (place->record == RESOLVE_NO_RECORD) {
		tally->totals.mentions_distinct_records += counts;
		return ST_OK;
	}
	if (place->record >= segment->records)
		return st_fail(err, ST_FATAL, "a mention in record %" PRIu64 " of segment %u, which has %" PRIu64,
			place->record, segment->id, segment->records);
	if (counts && first_get(work->first, index, place->record))
		count_record(tally, place);
	return ST_OK;
}

static enum st_status give_entity(
	struct entities_merge *work, const struct row_key *key, const struct tally *tally, struct st_error *err)
{
	struct resolve_entity entity = {.kind = key->kind,
		.best_confidence = tally->totals.best_confidence,
		.canonical = key->bytes,
		.mentions = tally->totals.mentions,
		.mentions_distinct_records = tally->totals.mentions_distinct_records,
		.records = tally->totals.records,
		.row = work->writer.rows,
		.places = {.data = work->writer.places.data, .size = work->writer.places.size}};
	if (!resolve_counts(&entity) && key->kind < RESOLVE_OWN_KINDS)
		return ST_OK;
	struct resolve_kind_counts *kind = &work->out->kinds[key->kind];
	kind->mentions += entity.mentions;
	kind->mentions_distinct_records += entity.mentions_distinct_records;
	kind->distinct++;
	return work->on_entity != NULL ? work->on_entity(work->context, &entity, err) : ST_OK;
}

static void begin_entity(struct entities_merge *work, const struct row_key *key)
{
	const struct resolve_watch *watch = &work->input->watch;
	const struct resolve_early *early = &work->input->early;
	bool is_early = key->kind == RESOLVE_EARLY_KIND;
	row_begin(&work->writer, key);
	work->confirmed = 0;
	if (early->key != NULL && is_early)
		early->key(early->context, key->bytes);
	if (early->key != NULL && key->kind < RESOLVE_OWN_KINDS)
		work->confirmed = early->confidence(early->context, key->kind, key->bytes);
	if (watch->key != NULL)
		watch->key(watch->context, key->kind, key->bytes);
}

static void show_place(
	const struct entities_merge *work, const struct row_key *key, const struct resolve_place *place, size_t index)
{
	const struct resolve_watch *watch = &work->input->watch;
	const struct resolve_early *early = &work->input->early;
	bool sure = work->confirmed > 0 || place->confidence >= RESOLVE_COUNTS_FROM;
	if (early->key != NULL && key->kind == RESOLVE_EARLY_KIND)
		early->place(early->context, &work->input->segments[index]);
	if (watch->place != NULL && sure)
		watch->place(watch->context, place->segment);
}

static enum st_status merge_entity(struct entities_merge *work, const struct row_key *key, struct st_error *err)
{
	struct tally tally = {0};
	struct resolve_place place;
	size_t index;
	bool there;
	begin_entity(work, key);
	for (;;) {
		ST_TRY(merge_next_place(work->merge, &place, &index, &there, err));
		if (!there)
			break;
		show_place(work, key, &place, index);
		ST_TRY(count_place(work, &tally, &place, index, err));
		ST_TRY(row_add_packed(&work->writer, &place, merge_packed(work->merge), err));
	}
	if (!tally.any)
		return ST_OK;
	if (work->confirmed > tally.totals.best_confidence)
		tally.totals.best_confidence = work->confirmed;
	ST_TRY(row_end(&work->writer, &tally.totals, err));
	return give_entity(work, key, &tally, err);
}

static enum st_status merge_all(struct entities_merge *work, struct st_error *err)
{
	struct row_key key;
	bool there;
	for (;;) {
		ST_TRY(merge_next_key(work->merge, &key, &there, err));
		if (!there)
			return row_writer_finish(&work->writer, err);
		ST_TRY(merge_entity(work, &key, err));
	}
}

enum st_status resolve_merge_mentions(const struct resolve_input *input, const struct resolve_first *first,
	enum st_status (*on_entity)(void *context, const struct resolve_entity *entity, struct st_error *err),
	void *context, struct resolve_entities *out, struct st_error *err)
{
	struct segment_table live;
	struct entities_merge work = {.input = input,
		.first = first,
		.on_entity = on_entity,
		.context = context,
		.out = out,
		.writer = {.form = ROW_ENTITY, .out = input->out, .digest_key = input->work->digest_key}};
	struct merge_input merge = {.work = input->work,
		.live = &live,
		.first = first,
		.runs = input->runs,
		.run_count = input->run_count,
		.content = 'm',
		.form = ROW_RUN,
		.kept = input->kept,
		.kept_form = ROW_ENTITY,
		.tick = input->tick,
		.tick_context = input->tick_context};
	*out = (struct resolve_entities){0};
	if (!first_fits(first, input))
		return st_fail(err, ST_FATAL, "mentions are merged over other segments than records were");
	enum st_status status = segment_table_open(input, &live, err);
	if (status == ST_OK)
		status = merge_open(&merge, &work.merge, err);
	if (status == ST_OK)
		status = merge_all(&work, err);
	merge_close(work.merge);
	row_writer_free(&work.writer);
	segment_table_close(&live);
	return status;
}
