/* From rows to figures: records and their copies, entities with their places, persons and organizations, into the case.
 */
#include "base/ceilings.h"
#include "base/clock.h"
#include "cli/scan.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* A place where an object's bytes lie: the object that was read, or a copy of it. */
struct place {
	uint32_t original, object, store;
};

struct original {
	uint32_t object, segment;
};

enum party_set { SET_PERSONS, SET_STAFF, SET_ORGANIZATIONS, SET_LEADS };

struct results {
	struct scan *scan;
	struct casefile_figures figures;
	struct resolve_segment *segments; /* by id */
	struct original *originals;       /* by object */
	struct place *places;             /* by original */
	uint32_t *place_stores;
	size_t segment_count, place_count, place_capacity, segment_capacity;
	struct resolve_records records;
	struct resolve_entities entities;
	struct resolve_distinct *parties;
	struct scan_leads *leads;
	struct st_buf block; /* of organizations, being filled */
	uint8_t block_first[ST_DIGEST_BYTES];
};

/* --- which readings count, and for how many places --- */

static enum st_status add_object(void *context, const struct casefile_object *object, struct st_error *err)
{
	(void)err;
	struct results *results = context;
	bool copy = object->duplicate_of != 0;
	bool counts = object->status == ST_READ || object->status == ST_PARTIAL || object->status == ST_DUPLICATE;
	if (!counts || (!copy && object->segment == 0))
		return ST_OK;
	if (results->place_count == results->place_capacity) {
		results->place_capacity = results->place_capacity ? results->place_capacity * 2 : 1024;
		results->places = st_realloc(results->places, results->place_capacity * sizeof *results->places);
	}
	results->places[results->place_count++] =
		(struct place){copy ? object->duplicate_of : object->id, object->id, object->store};
	if (copy)
		return ST_OK;
	if (results->segment_count == results->segment_capacity) {
		results->segment_capacity = results->segment_capacity ? results->segment_capacity * 2 : 1024;
		results->segments =
			st_realloc(results->segments, results->segment_capacity * sizeof *results->segments);
		results->originals =
			st_realloc(results->originals, results->segment_capacity * sizeof *results->originals);
	}
	results->originals[results->segment_count] = (struct original){object->id, object->segment};
	results->segments[results->segment_count++] =
		(struct resolve_segment){.id = object->segment, .records = object->records};
	return ST_OK;
}

static int places_by_original(const void *a, const void *b)
{
	const struct place *x = a, *y = b;
	if (x->original != y->original)
		return x->original < y->original ? -1 : 1;
	return x->store < y->store ? -1 : x->store > y->store;
}

static int segments_by_id(const void *a, const void *b)
{
	const struct resolve_segment *x = a, *y = b;
	return x->id < y->id ? -1 : x->id > y->id;
}

static size_t first_place_of(const struct results *results, uint32_t original)
{
	size_t low = 0, high = results->place_count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (results->places[middle].original < original)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static enum st_status collect_segments(struct results *results, struct st_error *err)
{
	ST_TRY(casefile_objects(results->scan->casefile, -1, add_object, results, err));
	if (results->place_count == 0)
		return ST_OK;
	qsort(results->places, results->place_count, sizeof *results->places, places_by_original);
	results->place_stores = st_alloc(results->place_count * sizeof *results->place_stores);
	for (size_t i = 0; i < results->place_count; i++)
		results->place_stores[i] = results->places[i].store;
	for (size_t i = 0; i < results->segment_count; i++) { /* originals stand in the order of their objects */
		size_t first = first_place_of(results, results->originals[i].object), end = first;
		while (end < results->place_count && results->places[end].original == results->originals[i].object)
			end++;
		results->segments[i].stores = results->place_stores + first;
		results->segments[i].copies = (uint32_t)(end - first);
	}
	qsort(results->segments, results->segment_count, sizeof *results->segments, segments_by_id);
	return ST_OK;
}

static const struct resolve_segment *find_segment(const struct results *results, uint32_t id)
{
	struct resolve_segment key = {.id = id};
	if (results->segment_count == 0)
		return NULL;
	return bsearch(&key, results->segments, results->segment_count, sizeof key, segments_by_id);
}

/* The object of a store that holds a segment: the one that was read, or its copy there. */
static uint32_t object_in_store(const struct results *results, uint32_t segment, uint32_t store)
{
	for (size_t i = 0; i < results->segment_count; i++) {
		if (results->originals[i].segment != segment)
			continue;
		uint32_t original = results->originals[i].object;
		for (size_t p = first_place_of(results, original); p < results->place_count; p++)
			if (results->places[p].original != original || results->places[p].store == store)
				return results->places[p].original == original ? results->places[p].object : original;
	}
	return 0;
}

/* --- persons and organizations, as entities come by --- */

static enum st_status add_party(struct results *results, struct st_span address, struct st_error *err)
{
	struct scan_party party;
	scan_party_of(address, results->scan->own_domains, &party);
	struct casefile_figures *figures = &results->figures;
	if (party.organization.size > 0)
		ST_TRY(resolve_distinct_add(results->parties, SET_ORGANIZATIONS, party.organization, err));
	if (party.role) {
		figures->role_mailboxes++;
		return ST_OK;
	}
	figures->persons.best++;
	ST_TRY(resolve_distinct_add(results->parties, SET_PERSONS, party.person, err));
	if (!party.staff)
		return ST_OK;
	figures->staff.best++;
	return resolve_distinct_add(results->parties, SET_STAFF, party.person, err);
}

static enum st_status on_entity(void *context, const struct resolve_entity *entity, struct st_error *err)
{
	struct results *results = context;
	switch (entity->kind) {
	case DETECT_EMAIL_ADDRESS:
		return add_party(results, entity->canonical, err);
	case DETECT_PHONE_NUMBER:
		results->figures.unlinked_phones++;
		return ST_OK;
	case DETECT_IP_ADDRESS:
		results->figures.unlinked_ips++;
		return ST_OK;
	default:
		return ST_OK;
	}
}

static enum st_status put_organizations(struct results *results, struct st_error *err)
{
	if (results->block.size == 0)
		return ST_OK;
	struct st_span block = {results->block.data, results->block.size};
	ST_TRY(casefile_results_block(
		results->scan->casefile, CASEFILE_ORGANIZATIONS, results->block_first, block, err));
	results->block.size = 0;
	return ST_OK;
}

/* A row of organizations: span domain, varint addresses. */
static enum st_status on_party(void *context, uint8_t set, struct st_span key, uint64_t times, struct st_error *err)
{
	struct results *results = context;
	if (set == SET_LEADS)
		scan_leads_record(results->leads, key);
	if (set != SET_ORGANIZATIONS)
		return ST_OK;
	if (results->block.size == 0)
		st_digest(results->scan->work.digest_key, key.data, key.size, results->block_first);
	st_buf_add_span(&results->block, key.data, key.size);
	st_buf_add_varint(&results->block, times);
	return results->block.size < CEIL_TEXT_BLOCK_BYTES ? ST_OK : put_organizations(results, err);
}

static enum st_status count_parties(struct results *results, struct st_error *err)
{
	uint64_t counts[256] = {0};
	struct resolve_distinct *parties = results->parties;
	results->parties = NULL;
	ST_TRY(resolve_distinct_finish(parties, on_party, results, counts, err));
	ST_TRY(put_organizations(results, err));
	struct casefile_figures *figures = &results->figures;
	figures->persons.min = counts[SET_PERSONS];
	figures->persons.max = figures->persons.best;
	figures->staff.min = counts[SET_STAFF];
	figures->staff.max = figures->staff.best;
	figures->organizations.min = figures->organizations.best = figures->organizations.max =
		counts[SET_ORGANIZATIONS];
	return ST_OK;
}

/* --- the two merges --- */

struct block_source {
	struct casefile_blocks *blocks;
};

static enum st_status next_block(void *context, struct st_span *block, struct st_error *err)
{
	struct block_source *source = context;
	return casefile_blocks_next(source->blocks, block, err);
}

struct block_target {
	struct casefile *casefile;
	enum casefile_rows rows;
};

static enum st_status put_block(
	void *context, const uint8_t first[ST_DIGEST_BYTES], struct st_span block, struct st_error *err)
{
	struct block_target *target = context;
	return casefile_results_block(target->casefile, target->rows, first, block, err);
}

/* Entities go into the case, and past the leads. */
static enum st_status put_entities(
	void *context, const uint8_t first[ST_DIGEST_BYTES], struct st_span block, struct st_error *err)
{
	struct results *results = context;
	ST_TRY(casefile_results_block(results->scan->casefile, CASEFILE_ENTITIES, first, block, err));
	return scan_leads_block(results->leads, block, results->records.first, results->parties, SET_LEADS, err);
}

static bool tick(void *context)
{
	struct scan *scan = context;
	scan_progress_tick(scan->progress, scan);
	return !scan_interrupted(scan);
}

static struct resolve_input merge_input(struct results *results, struct block_source *kept,
	struct resolve_blocks_out out, struct resolve_run *runs, char content)
{
	struct scan *scan = results->scan;
	size_t count = 0;
	for (size_t i = 0; i < scan->run_count; i++)
		if (scan->runs[i].content == content)
			runs[count++] = scan->runs[i];
	return (struct resolve_input){
		.work = &scan->work,
		.segments = results->segments,
		.segment_count = results->segment_count,
		.store_count = (uint32_t)scan->store_count,
		.runs = runs,
		.run_count = count,
		.kept = {next_block, kept},
		.out = out,
		.tick = tick,
		.tick_context = scan,
	};
}

static enum st_status merge_records(struct results *results, struct resolve_run *runs, struct st_error *err)
{
	struct scan *scan = results->scan;
	struct block_source kept;
	ST_TRY(casefile_blocks_open(scan->casefile, CASEFILE_RECORDS, NULL, &kept.blocks, err));
	struct block_target out = {scan->casefile, CASEFILE_RECORDS};
	struct resolve_input input =
		merge_input(results, &kept, (struct resolve_blocks_out){put_block, &out}, runs, 'r');
	enum st_status status = resolve_merge_records(&input, &results->records, err);
	casefile_blocks_close(kept.blocks);
	return status;
}

static enum st_status merge_mentions(struct results *results, struct resolve_run *runs, struct st_error *err)
{
	struct scan *scan = results->scan;
	struct block_source kept;
	ST_TRY(casefile_blocks_open(scan->casefile, CASEFILE_ENTITIES, NULL, &kept.blocks, err));
	struct resolve_input input =
		merge_input(results, &kept, (struct resolve_blocks_out){put_entities, results}, runs, 'm');
	results->leads = scan_leads_open(scan);
	results->parties = resolve_distinct_open(&scan->work, resolve_collector_next_run(scan->collector));
	enum st_status status =
		resolve_merge_mentions(&input, results->records.first, on_entity, results, &results->entities, err);
	casefile_blocks_close(kept.blocks);
	return status;
}

/* --- figures --- */

static void fill_kinds(struct results *results)
{
	struct casefile_figures *figures = &results->figures;
	figures->kinds = st_alloc_zero(DETECT_KINDS, sizeof *figures->kinds);
	for (int kind = 0; kind < DETECT_KINDS; kind++) {
		const struct resolve_kind_counts *counts = &results->entities.kinds[kind];
		if (counts->mentions == 0)
			continue;
		struct casefile_kind_figures *row = &figures->kinds[figures->kind_count++];
		snprintf(row->kind, sizeof row->kind, "%s", detect_kind_name((enum detect_kind)kind));
		row->mentions = counts->mentions;
		row->mentions_distinct_records = counts->mentions_distinct_records;
		row->distinct = counts->distinct;
	}
}

static void fill_stores(struct results *results)
{
	struct casefile_figures *figures = &results->figures;
	figures->records_raw = results->records.raw;
	figures->records_distinct = results->records.distinct;
	figures->store_count = results->scan->store_count;
	figures->stores = st_alloc_zero(figures->store_count, sizeof *figures->stores);
	for (size_t i = 0; i < figures->store_count; i++) {
		const struct resolve_store_records *from = &results->records.stores[i];
		figures->stores[i] =
			(struct casefile_store_records){(uint32_t)i, from->raw, from->distinct, from->within};
	}
}

static void fill_copy(const struct results *results, const struct resolve_copy *from, struct casefile_copy *to)
{
	to->store_count = from->store_count;
	to->stores = st_alloc(from->store_count * sizeof *to->stores);
	to->distinct = st_alloc(from->store_count * sizeof *to->distinct);
	memcpy(to->stores, from->stores, from->store_count * sizeof *to->stores);
	memcpy(to->distinct, from->distinct, from->store_count * sizeof *to->distinct);
	to->shared = from->shared;
	to->identical = from->identical;
	to->differing_total = from->differing_total;
	to->differing_count = from->differing_count;
	to->differing = st_alloc_zero(from->differing_count, sizeof *to->differing);
	for (size_t i = 0; i < from->differing_count; i++) {
		const struct resolve_copy_difference *difference = &from->differing[i];
		to->differing[i] = (struct casefile_difference){
			.store = difference->store,
			.holders = difference->holders,
			.object = object_in_store(results, difference->where.segment, difference->store),
			.part = difference->where.segment, /* until name_parts knows the part */
			.record = difference->where.record,
		};
	}
}

static void fill_copies(struct results *results)
{
	struct resolve_copy *copies;
	size_t count;
	resolve_copies(&results->records, (uint32_t)results->scan->store_count, &copies, &count);
	struct casefile_figures *figures = &results->figures;
	figures->copies = st_alloc_zero(count, sizeof *figures->copies);
	figures->copy_count = count;
	for (size_t i = 0; i < count; i++)
		fill_copy(results, &copies[i], &figures->copies[i]);
	resolve_copies_free(copies, count);
}

/* What a record of this format is called (contract 6, units). */
static const char *unit_of(const char *format)
{
	static const struct {
		const char *format, *unit;
	} units[] = {{"log", "log_line"}, {"csv", "row"}, {"message", "message"}};
	for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
		if (strcmp(format, units[i].format) == 0)
			return units[i].unit;
	return "document";
}

static struct casefile_unit *unit_row(struct casefile_figures *figures, const char *unit)
{
	for (size_t i = 0; i < figures->unit_count; i++)
		if (strcmp(figures->units[i].unit, unit) == 0)
			return &figures->units[i];
	figures->units = st_realloc(figures->units, (figures->unit_count + 1) * sizeof *figures->units);
	struct casefile_unit *row = &figures->units[figures->unit_count++];
	*row = (struct casefile_unit){{0}, 0, 0};
	snprintf(row->unit, sizeof row->unit, "%s", unit);
	return row;
}

/* Differing records carry segment and number in the segment; once their part goes by, they get part and number in it.
 */
struct naming {
	struct results *results;
	bool *named; /* beside all differing rows, in order */
};

static void name_differences(struct naming *naming, const struct casefile_part *part)
{
	struct casefile_figures *figures = &naming->results->figures;
	bool *named = naming->named;
	for (size_t i = 0; i < figures->copy_count; i++) {
		for (size_t j = 0; j < figures->copies[i].differing_count; j++, named++) {
			struct casefile_difference *row = &figures->copies[i].differing[j];
			if (*named || row->part != part->segment || row->record < part->first_record ||
				row->record - part->first_record >= part->records)
				continue;
			row->part = part->part;
			row->record = row->record - part->first_record + 1;
			*named = true;
		}
	}
}

static enum st_status on_part(void *context, const struct casefile_part *part, struct st_error *err)
{
	(void)err;
	struct naming *naming = context;
	struct results *results = naming->results;
	const struct resolve_segment *segment = find_segment(results, part->segment);
	if (segment == NULL || part->records == 0)
		return ST_OK;
	struct casefile_unit *unit = unit_row(&results->figures, unit_of(part->format));
	unit->raw += part->records * segment->copies;
	unit->distinct += resolve_first_count(
		results->records.first, part->segment, part->first_record, part->first_record + part->records);
	name_differences(naming, part);
	return ST_OK;
}

static enum st_status walk_parts(struct results *results, struct st_error *err)
{
	size_t rows = 0;
	for (size_t i = 0; i < results->figures.copy_count; i++)
		rows += results->figures.copies[i].differing_count;
	st_auto_free bool *named = st_alloc_zero(rows, sizeof *named);
	struct naming naming = {results, named};
	return casefile_parts(results->scan->casefile, 0, on_part, &naming, err);
}

static enum st_status make_results(struct results *results, struct resolve_run *runs, struct st_error *err)
{
	ST_TRY(collect_segments(results, err));
	ST_TRY(merge_records(results, runs, err));
	ST_TRY(merge_mentions(results, runs, err));
	ST_TRY(count_parties(results, err));
	ST_TRY(scan_leads_write(results->leads, err));
	fill_kinds(results);
	fill_stores(results);
	fill_copies(results);
	ST_TRY(walk_parts(results, err));
	results->figures.made_at = st_utc_seconds();
	return casefile_results_end(results->scan->casefile, &results->figures, err);
}

static void free_results(struct results *results)
{
	casefile_figures_free(&results->figures);
	resolve_records_free(&results->records);
	free(results->segments);
	free(results->originals);
	free(results->places);
	free(results->place_stores);
	st_buf_free(&results->block);
	scan_leads_close(results->leads);
}

enum st_status scan_results(struct scan *scan, struct st_error *err)
{
	struct results results = {.scan = scan};
	st_auto_free struct resolve_run *runs = st_alloc((scan->run_count + 1) * sizeof *runs);
	ST_TRY(casefile_results_begin(scan->casefile, err));
	enum st_status status = make_results(&results, runs, err);
	if (status != ST_OK) {
		casefile_results_drop(scan->casefile);
		resolve_distinct_close(results.parties);
	} else {
		scan->run_count = 0;
		status = resolve_work_clean(scan->work.dir_fd, NULL, 0, err);
	}
	free_results(&results);
	return status;
}
