/* From rows to figures: records and their copies, entities with their places, persons and organizations, into the case.
 */
#include "base/ceilings.h"
#include "base/clock.h"
#include "base/search.h"
#include "cli/sample.h"
#include "cli/scan.h"
#include "cli/scan_organizations.h"
#include "worker/protocol.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* An object that was not read because the same bytes were read elsewhere, and where. */
struct copy {
	uint32_t original, store;
};

enum party_set { SET_ORGANIZATIONS, SET_LEADS };

struct results {
	struct scan *scan;
	struct casefile_figures figures;
	struct resolve_segment *segments; /* by id */
	struct copy *copies;              /* by original, then store */
	uint32_t *stores;                 /* every number once; then the lists of segments with copies */
	size_t segment_count, segment_capacity, copy_count, copy_capacity, list_at;
	struct resolve_records records;
	struct resolve_entities entities;
	struct resolve_distinct *parties;
	struct scan_persons *persons;
	struct scan_cases *cases;
	struct scan_leads *leads;
	struct scan_differing *differing;
	struct sample_estimate *estimate; /* NULL: none */
	struct st_buf block;              /* of organizations, being filled */
	struct scan_marks *marks;
	struct scan_organizations *organizations;
	uint8_t block_first[ST_DIGEST_BYTES];
};

/* --- which readings count, and for how many places --- */

static bool counts(const struct casefile_object *object)
{
	bool read = object->status == ST_READ || object->status == ST_PARTIAL || object->status == ST_DUPLICATE;
	return read && (object->duplicate_of != 0 || object->segment != 0);
}

static enum st_status add_object(void *context, const struct casefile_object *object, struct st_error *err)
{
	(void)err;
	struct results *results = context;
	if (!counts(object))
		return ST_OK;
	if (object->duplicate_of != 0) {
		if (results->copy_count == results->copy_capacity) {
			results->copy_capacity = results->copy_capacity ? results->copy_capacity * 2 : 1024;
			results->copies = st_realloc(results->copies, results->copy_capacity * sizeof *results->copies);
		}
		results->copies[results->copy_count++] = (struct copy){object->duplicate_of, object->store};
		return ST_OK;
	}
	if (results->segment_count == results->segment_capacity) {
		results->segment_capacity = results->segment_capacity ? results->segment_capacity * 2 : 1024;
		results->segments =
			st_realloc(results->segments, results->segment_capacity * sizeof *results->segments);
	}
	results->segments[results->segment_count++] =
		(struct resolve_segment){.id = object->segment, .records = object->records};
	return ST_OK;
}

static int copies_by_original(const void *a, const void *b)
{
	const struct copy *x = a, *y = b;
	if (x->original != y->original)
		return x->original < y->original ? -1 : 1;
	return x->store < y->store ? -1 : x->store > y->store;
}

static int segments_by_id(const void *a, const void *b)
{
	const struct resolve_segment *x = a, *y = b;
	return x->id < y->id ? -1 : x->id > y->id;
}

/* Objects come in the same order again: this one's segment is the next. Without copies its list is one number out of
 * those that every store has. */
static enum st_status add_stores(void *context, const struct casefile_object *object, struct st_error *err)
{
	(void)err;
	struct results *results = context;
	if (!counts(object) || object->duplicate_of != 0)
		return ST_OK;
	struct resolve_segment *segment = &results->segments[results->segment_count++];
	size_t copy = ST_FIRST_AT_LEAST(results->copies, results->copy_count, original, object->id),
	       at = results->list_at;
	segment->stores = &results->stores[object->store];
	segment->copies = 1;
	if (copy == results->copy_count || results->copies[copy].original != object->id)
		return ST_OK;
	segment->stores = &results->stores[at];
	bool own = false; /* the store of the original, in its place among those of the copies */
	for (; copy < results->copy_count && results->copies[copy].original == object->id; copy++) {
		if (!own && object->store <= results->copies[copy].store) {
			results->stores[at++] = object->store;
			own = true;
		}
		results->stores[at++] = results->copies[copy].store;
	}
	if (!own)
		results->stores[at++] = object->store;
	segment->copies = (uint32_t)(at - results->list_at);
	results->list_at = at;
	return ST_OK;
}

static enum st_status collect_segments(struct results *results, struct st_error *err)
{
	struct casefile *casefile = results->scan->casefile;
	size_t stores = results->scan->store_count;
	ST_TRY(casefile_outlines(casefile, add_object, results, err));
	if (results->copy_count > 0)
		qsort(results->copies, results->copy_count, sizeof *results->copies, copies_by_original);
	/* Each list of a segment with copies takes one number for each copy and one for the original. */
	results->stores = st_alloc((stores + 2 * results->copy_count) * sizeof *results->stores);
	for (size_t i = 0; i < stores; i++)
		results->stores[i] = (uint32_t)i;
	results->list_at = stores;
	results->segment_count = 0;
	ST_TRY(casefile_outlines(casefile, add_stores, results, err));
	free(results->copies);
	results->copies = NULL;
	if (results->segment_count > 0)
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

/* --- persons and organizations, as entities come by --- */

static enum st_status add_party(struct results *results, struct st_span address, struct st_error *err)
{
	struct scan_party party;
	scan_party_of(address, results->scan->own_domains, &party);
	if (party.organization.size > 0)
		ST_TRY(resolve_distinct_add(results->parties, SET_ORGANIZATIONS, party.organization, err));
	if (party.organization.size > 0)
		ST_TRY(scan_organizations_address(results->organizations, address, party.organization, err));
	return scan_persons_address(results->persons, address, &party, err);
}

static enum st_status on_entity(void *context, const struct resolve_entity *entity, struct st_error *err)
{
	struct results *results = context;
	switch (entity->kind) {
	case DETECT_EMAIL_ADDRESS:
		return add_party(results, entity->canonical, err);
	case DETECT_ORGANIZATION_NAME:
		return scan_organizations_name(results->organizations, entity->canonical, err);
	case DETECT_PERSON_NAME:
		return scan_persons_name(results->persons, entity->canonical, err);
	case DETECT_NAME_PAIR:
		return scan_persons_pair(results->persons, entity->canonical, err);
	case DETECT_NATIONAL_ID:
		scan_persons_id(results->persons);
		return ST_OK;
	case DETECT_ID_PAIR:
		return scan_persons_id_pair(results->persons, entity->canonical, err);
	case DETECT_PHONE_NUMBER:
		results->figures.unlinked_phones++;
		return ST_OK;
	case DETECT_IP_ADDRESS:
		results->figures.unlinked_ips++;
		return ST_OK;
	default:
		scan_marks_entity(results->marks, entity);
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
	scan_marks_organization(results->marks, key);
	ST_TRY(scan_organizations_domain(results->organizations, key, err));
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
	ST_TRY(scan_persons_finish(results->persons, figures, err));
	figures->organizations.best = counts[SET_ORGANIZATIONS];
	return scan_organizations_settle(results->organizations, err);
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

/* Entities go into the case, and past the leads and marks. */
static enum st_status put_entities(
	void *context, const uint8_t first[ST_DIGEST_BYTES], struct st_span block, struct st_error *err)
{
	struct results *results = context;
	ST_TRY(casefile_results_block(results->scan->casefile, CASEFILE_ENTITIES, first, block, err));
	struct resolve_entity entity;
	bool damaged = false;
	while (resolve_row_next(&block, &entity, &damaged)) {
		if (entity.kind < RESOLVE_OWN_KINDS && !entity.more && !resolve_counts(&entity))
			continue;
		ST_TRY(scan_leads_row(
			results->leads, &entity, results->records.first, results->parties, SET_LEADS, err));
		scan_marks_row(results->marks, &entity);
	}
	return damaged ? st_fail(err, ST_FATAL, "rows that cannot be read came out of the merge") : ST_OK;
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
	input.watch = sample_estimate_records(results->estimate);
	enum st_status status = resolve_merge_records(&input, &results->records, err);
	casefile_blocks_close(kept.blocks);
	return status;
}

static enum st_status merge_mentions(struct results *results, struct resolve_run *runs, struct st_error *err)
{
	struct scan *scan = results->scan;
	struct block_source kept;
	ST_TRY(scan_marks_open(scan, results->records.first, &results->marks, err));
	ST_TRY(casefile_blocks_open(scan->casefile, CASEFILE_ENTITIES, NULL, &kept.blocks, err));
	struct resolve_input input =
		merge_input(results, &kept, (struct resolve_blocks_out){put_entities, results}, runs, 'm');
	input.watch = sample_estimate_mentions(results->estimate);
	results->cases = scan_cases_open((uint32_t)scan->store_count);
	input.early = scan_cases_early(results->cases);
	results->leads = scan_leads_open(scan);
	results->organizations = scan_organizations_open(&scan->work, resolve_collector_next_run(scan->collector));
	results->persons = scan_persons_open(scan);
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

static void fill_copy(const struct resolve_copy *from, struct casefile_copy *to)
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
			.part = difference->where.segment, /* until the part and the object are known */
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
		fill_copy(&copies[i], &figures->copies[i]);
	resolve_copies_free(copies, count);
}

/* How many records each two stores share, while there are few enough of them to be looked at. */
static void fill_pairs(struct results *results)
{
	struct casefile_figures *figures = &results->figures;
	uint32_t stores = (uint32_t)results->scan->store_count;
	if (stores > CEIL_REPORT_MATRIX)
		return;
	st_auto_free uint64_t *shared = st_alloc_zero((size_t)stores * stores, sizeof *shared);
	resolve_shared(&results->records, stores, shared);
	figures->pairs_known = true;
	figures->pairs = st_alloc((size_t)stores * stores * sizeof *figures->pairs);
	for (uint32_t a = 0; a < stores; a++)
		for (uint32_t b = a + 1; b < stores; b++)
			figures->pairs[figures->pair_count++] =
				(struct casefile_pair){a, b, shared[(size_t)a * stores + b]};
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

/* Units that the user named: mentions of an internal kind each. */
static void fill_named_units(struct results *results)
{
	for (size_t i = 0; i < results->scan->unit_count; i++) {
		const struct resolve_kind_counts *counts = &results->entities.kinds[WORKER_FIELD_KIND + i];
		struct casefile_unit *unit = unit_row(&results->figures, results->scan->units[i]);
		unit->raw = counts->mentions;
		unit->distinct = counts->distinct;
	}
}

static enum st_status on_part(void *context, const struct casefile_part *part, struct st_error *err)
{
	(void)err;
	struct results *results = context;
	const struct resolve_segment *segment = find_segment(results, part->segment);
	if (segment == NULL || part->records == 0)
		return ST_OK;
	struct casefile_unit *unit = unit_row(&results->figures, sample_unit_of(part->format));
	unit->raw += part->records * segment->copies;
	sample_estimate_part(results->estimate, part, unit->unit);
	unit->distinct += resolve_first_count(
		results->records.first, part->segment, part->first_record, part->first_record + part->records);
	scan_differing_part(results->differing, part);
	scan_marks_part(results->marks, part);
	return ST_OK;
}

/* Parts come as they were committed; the order of the rows must not tell in what order objects were read. */
static int by_unit(const void *a, const void *b)
{
	const struct casefile_unit *x = a, *y = b;
	return strcmp(x->unit, y->unit);
}

static enum st_status walk_parts(struct results *results, struct st_error *err)
{
	ST_TRY(casefile_parts(results->scan->casefile, 0, on_part, results, err));
	if (results->figures.unit_count > 1)
		qsort(results->figures.units, results->figures.unit_count, sizeof *results->figures.units, by_unit);
	return ST_OK;
}

/* With the figures or not at all: their transaction holds it. */
static enum st_status put_estimate(struct results *results, struct st_error *err)
{
	st_auto_buf struct st_buf bytes = {0};
	if (results->estimate != NULL) {
		struct report_estimate estimate;
		sample_estimate_report(results->estimate, &estimate);
		sample_row_write(&bytes, &estimate);
		sample_report_free(&estimate);
	}
	return casefile_set(results->scan->casefile, SAMPLE_ESTIMATE, (struct st_span){bytes.data, bytes.size}, err);
}

static enum st_status make_results(struct results *results, struct resolve_run *runs, struct st_error *err)
{
	struct scan *scan = results->scan;
	ST_TRY(collect_segments(results, err));
	struct sample_words words = {scan->own_domains, scan->units, scan->unit_count};
	if (scan->sample != NULL)
		ST_TRY(sample_estimate_open(scan->casefile, scan->sample, &words, &results->estimate, err));
	ST_TRY(merge_records(results, runs, err));
	ST_TRY(merge_mentions(results, runs, err));
	ST_TRY(count_parties(results, err));
	ST_TRY(scan_leads_write(results->leads, err));
	scan_cases_finish(results->cases, &results->figures);
	fill_kinds(results);
	fill_stores(results);
	fill_copies(results);
	fill_pairs(results);
	ST_TRY(scan_differing_open(scan->casefile, &results->figures, &results->differing, err));
	ST_TRY(walk_parts(results, err));
	fill_named_units(results);
	ST_TRY(scan_marks_finish(results->marks, results->organizations, &results->figures, err));
	results->figures.made_at = st_utc_seconds();
	ST_TRY(put_estimate(results, err));
	return casefile_results_end(scan->casefile, &results->figures, err);
}

static void free_results(struct results *results)
{
	casefile_figures_free(&results->figures);
	scan_marks_close(results->marks);
	scan_organizations_close(results->organizations);
	resolve_records_free(&results->records);
	free(results->segments);
	free(results->copies);
	free(results->stores);
	st_buf_free(&results->block);
	sample_estimate_close(results->estimate);
	scan_leads_close(results->leads);
	scan_differing_close(results->differing);
	scan_persons_close(results->persons);
	scan_cases_close(results->cases);
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
