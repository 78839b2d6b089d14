/* What waits for evidence: it counts when another row of its value says so, in any run or in an earlier result. */
#include "fixture.h"

#define OWN_KIND RESOLVE_OWN_KINDS

struct outcome {
	uint64_t calls, own_calls, shown, places;
};

static enum st_status note(void *context, const struct resolve_entity *entity, struct st_error *why)
{
	struct outcome *outcome = context;
	(void)why;
	outcome->calls += entity->kind < RESOLVE_OWN_KINDS;
	outcome->own_calls += entity->kind >= RESOLVE_OWN_KINDS;
	return ST_OK;
}

/* One value, a row in each run. */
static void merge(
	const struct resolve_mention *rows, size_t count, struct resolve_kind_counts *kind, struct outcome *outcome)
{
	static const uint32_t store = 0;
	struct folder folder;
	struct runs *runs = st_alloc_zero(1, sizeof *runs);
	struct resolve_segment segment = {.id = 1, .records = 0, .stores = &store, .copies = 1};
	struct resolve_records records;
	struct resolve_entities counts;
	struct blocks blocks = {0};
	CHECK(folder_open(&folder));
	struct resolve_collector *collector = resolve_collector_open(&folder.work, 1);
	for (size_t i = 0; i < count; i++) {
		struct resolve_mention row = rows[i];
		row.segment = 1;
		row.record = RESOLVE_NO_RECORD;
		row.start = 10 * i;
		row.canonical = span_of("anna rossi");
		resolve_add_mention(collector, &row);
		CHECK(runs_flush(runs, collector));
	}
	resolve_collector_close(collector);
	struct resolve_input input = {.work = &folder.work,
		.segments = &segment,
		.segment_count = 1,
		.store_count = 1,
		.runs = runs->list,
		.run_count = runs->count,
		.out = {.put = blocks_put, .context = &blocks}};
	CHECK_OK(resolve_merge_records(&input, &records, &err));
	CHECK_OK(resolve_merge_mentions(&input, records.first, note, outcome, &counts, &err));
	*kind = counts.kinds[rows[0].kind];
	struct resolve_entity entity;
	struct resolve_place place;
	bool damaged = false;
	struct st_span block;
	struct st_error why = {0};
	while (blocks_next(&blocks, &block, &why) == ST_OK && block.size > 0)
		while (resolve_entity_next(&block, &entity, &damaged)) {
			outcome->shown++;
			while (resolve_place_next(&entity.places, &place))
				outcome->places++;
		}
	CHECK(!damaged);
	blocks_free(&blocks);
	resolve_records_free(&records);
	folder_close(&folder);
	free(runs);
}

static void a_value_that_nothing_confirms_is_kept_and_not_counted(void)
{
	struct resolve_mention rows[] = {{.kind = 2, .confidence = 40}, {.kind = 2, .confidence = 40}};
	struct resolve_kind_counts kind;
	struct outcome outcome = {0};
	merge(rows, 2, &kind, &outcome);
	CHECK_INT(kind.distinct, 0);
	CHECK_INT(kind.mentions, 0);
	CHECK_INT(outcome.calls, 0);
	CHECK_INT(outcome.shown, 0);
}

static void a_certain_row_makes_all_of_them_count(void)
{
	struct resolve_mention rows[] = {{.kind = 2, .confidence = 40}, {.kind = 2, .confidence = 95}};
	struct resolve_kind_counts kind;
	struct outcome outcome = {0};
	merge(rows, 2, &kind, &outcome);
	CHECK_INT(kind.distinct, 1);
	CHECK_INT(kind.mentions, 2);
	CHECK_INT(outcome.calls, 1);
	CHECK_INT(outcome.places, 2);
}

static void evidence_confirms_and_is_no_mention(void)
{
	struct resolve_mention rows[] = {
		{.kind = 2, .confidence = 40}, {.kind = 2, .form = RESOLVE_EVIDENCE, .confidence = 99}};
	struct resolve_kind_counts kind;
	struct outcome outcome = {0};
	merge(rows, 2, &kind, &outcome);
	CHECK_INT(kind.distinct, 1);
	CHECK_INT(kind.mentions, 1);
	CHECK_INT(outcome.places, 1);
}

static void evidence_alone_is_nothing(void)
{
	struct resolve_mention rows[] = {{.kind = 2, .form = RESOLVE_EVIDENCE, .confidence = 99}};
	struct resolve_kind_counts kind;
	struct outcome outcome = {0};
	merge(rows, 1, &kind, &outcome);
	CHECK_INT(kind.distinct, 0);
	CHECK_INT(outcome.shown, 0);
}

static void kinds_of_the_caller_s_own_reach_it_and_nobody_else(void)
{
	struct resolve_mention rows[] = {{.kind = OWN_KIND, .form = RESOLVE_EVIDENCE, .confidence = 99}};
	struct resolve_kind_counts kind;
	struct outcome outcome = {0};
	merge(rows, 1, &kind, &outcome);
	CHECK_INT(outcome.own_calls, 1);
	CHECK_INT(outcome.shown, 0);
}

/* --- rows that come before all others --- */

struct early {
	char keys[256];
	uint64_t places, asked;
	bool confirms, late; /* late: told of a row after a value was asked for */
};

static void early_key(void *context, struct st_span key)
{
	struct early *early = context;
	size_t used = strlen(early->keys);
	early->late |= early->asked > 0;
	snprintf(early->keys + used, sizeof early->keys - used, "%.*s ", (int)key.size, (const char *)key.data);
}

static void early_place(void *context, const struct resolve_segment *segment)
{
	((struct early *)context)->places += segment->id;
}

static uint8_t early_confidence(void *context, uint8_t kind, struct st_span canonical)
{
	struct early *early = context;
	early->asked++;
	return early->confirms && kind == 2 && canonical.data[0] == 'a' ? 60 : 0;
}

static uint64_t watched;

static void watch_key(void *context, uint8_t kind, struct st_span key)
{
	(void)context, (void)kind, (void)key;
}

static void watch_place(void *context, uint32_t segment)
{
	(void)context, (void)segment;
	watched++;
}

/* Values of kind 2 that wait, and early rows in four runs; merged twice, so that the second time all are kept rows. */
static void merge_early(struct early *early, struct resolve_kind_counts *kind, struct blocks *blocks)
{
	static const char *const values[] = {"beta", "alpha", "gamma", "alpha"};
	static const char *const keys[] = {"zz", "a", "mm", "a"};
	static const uint32_t store = 0;
	struct folder folder;
	struct runs *runs = st_alloc_zero(1, sizeof *runs);
	struct resolve_segment segment = {.id = 1, .records = 0, .stores = &store, .copies = 1};
	struct resolve_records records;
	struct resolve_entities counts;
	CHECK(folder_open(&folder));
	struct resolve_collector *collector = resolve_collector_open(&folder.work, 1);
	for (size_t i = 0; i < 4 && blocks->count == 0; i++) {
		resolve_add_mention(collector, &(struct resolve_mention){.kind = 2,
						       .confidence = 40,
						       .segment = 1,
						       .record = RESOLVE_NO_RECORD,
						       .start = i,
						       .canonical = span_of(values[i])});
		resolve_add_mention(collector, &(struct resolve_mention){.kind = RESOLVE_EARLY_KIND,
						       .form = RESOLVE_EVIDENCE,
						       .segment = 1,
						       .record = RESOLVE_NO_RECORD,
						       .start = i,
						       .canonical = span_of(keys[i])});
		CHECK(runs_flush(runs, collector));
	}
	resolve_collector_close(collector);
	struct blocks out = {0};
	struct resolve_input input = {.work = &folder.work,
		.segments = &segment,
		.segment_count = 1,
		.store_count = 1,
		.runs = runs->list,
		.run_count = runs->count,
		.kept = {blocks_next, blocks},
		.out = {.put = blocks_put, .context = &out},
		.watch = {watch_key, watch_place, NULL},
		.early = {early_key, early_place, early_confidence, early}};
	CHECK_OK(resolve_merge_records(
		&(struct resolve_input){
			.work = &folder.work, .segments = &segment, .segment_count = 1, .store_count = 1},
		&records, &err));
	CHECK_OK(resolve_merge_mentions(&input, records.first, NULL, NULL, &counts, &err));
	*kind = counts.kinds[2];
	blocks_free(blocks);
	*blocks = out;
	resolve_records_free(&records);
	folder_close(&folder);
	free(runs);
}

static void early_rows_come_first_in_the_order_of_their_bytes(void)
{
	struct early early = {0};
	struct resolve_kind_counts kind;
	struct blocks blocks = {0};
	merge_early(&early, &kind, &blocks);
	CHECK_TEXT(early.keys, "a mm zz ");
	CHECK_INT(early.places, 4);
	CHECK_INT(early.asked, 3);
	CHECK(!early.late);
	CHECK_INT(kind.distinct, 0);
	blocks_free(&blocks);
}

static void what_they_confirm_counts_and_is_taken_back_when_they_do_not(void)
{
	struct resolve_kind_counts kind;
	struct blocks blocks = {0};
	static const bool confirms[] = {true, false, true};
	for (size_t i = 0; i < 3; i++) {
		struct early early = {.confirms = confirms[i]};
		watched = 0;
		merge_early(&early, &kind, &blocks);
		CHECK_TEXT(early.keys, "a mm zz ");
		CHECK_INT(kind.distinct, confirms[i]);
		CHECK_INT(kind.mentions, confirms[i] ? 2 : 0);
		CHECK_INT(watched, confirms[i] ? 2 : 0);
	}
	struct resolve_entity entity;
	struct st_span block;
	struct st_error why = {0};
	bool damaged = false;
	uint64_t shown = 0;
	while (blocks_next(&blocks, &block, &why) == ST_OK && block.size > 0)
		while (resolve_entity_next(&block, &entity, &damaged)) {
			shown++;
			CHECK_INT(entity.best_confidence, 60);
		}
	CHECK_INT(shown, 1);
	blocks_free(&blocks);
}

int main(void)
{
	RUN(a_value_that_nothing_confirms_is_kept_and_not_counted);
	RUN(a_certain_row_makes_all_of_them_count);
	RUN(evidence_confirms_and_is_no_mention);
	RUN(evidence_alone_is_nothing);
	RUN(kinds_of_the_caller_s_own_reach_it_and_nobody_else);
	RUN(early_rows_come_first_in_the_order_of_their_bytes);
	RUN(what_they_confirm_counts_and_is_taken_back_when_they_do_not);
	CHECK_END();
}
