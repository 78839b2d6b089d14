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

int main(void)
{
	RUN(a_value_that_nothing_confirms_is_kept_and_not_counted);
	RUN(a_certain_row_makes_all_of_them_count);
	RUN(evidence_confirms_and_is_no_mention);
	RUN(evidence_alone_is_nothing);
	RUN(kinds_of_the_caller_s_own_reach_it_and_nobody_else);
	CHECK_END();
}
