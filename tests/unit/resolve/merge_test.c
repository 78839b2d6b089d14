/* The merge against a model that counts by comparing everything with everything. */
#include "fixture.h"

#define SEGMENTS 14
#define STORES 5
#define MOST_RECORDS 30
#define CONTENTS 80
#define KEYS 60
#define MOST_MENTIONS 4000

struct world {
	uint64_t seed;
	struct resolve_segment segments[SEGMENTS]; /* of number i: id 3 * i + 2 */
	uint32_t stores[SEGMENTS][4];
	bool live[SEGMENTS];
	uint32_t content[SEGMENTS][MOST_RECORDS];
	struct resolve_mention mentions[MOST_MENTIONS];
	size_t mention_count;
	char keys[KEYS][32];
};

static void make_segment(struct world *world, uint32_t index)
{
	struct resolve_segment *segment = &world->segments[index];
	*segment = (struct resolve_segment){.id = 3 * index + 2,
		.records = draw(&world->seed, MOST_RECORDS),
		.stores = world->stores[index],
		.copies = 1 + draw(&world->seed, 4)};
	world->live[index] = draw(&world->seed, 5) > 0;
	for (uint32_t i = 0, store = 0; i < segment->copies; i++) {
		store += draw(&world->seed, 3) > 0 && store + 1 < STORES;
		world->stores[index][i] = store;
	}
	for (uint32_t i = 0; i < segment->records; i++)
		world->content[index][i] = draw(&world->seed, CONTENTS);
}

static void make_mention(struct world *world, uint32_t index, uint64_t start)
{
	uint32_t key = draw(&world->seed, KEYS) * draw(&world->seed, KEYS) / KEYS;
	struct resolve_segment *segment = &world->segments[index];
	bool outside = segment->records == 0 || draw(&world->seed, 6) == 0;
	world->mentions[world->mention_count++] = (struct resolve_mention){.kind = (uint8_t)(1 + key % 3),
		.form = (uint8_t)draw(&world->seed, 3),
		.confidence = (uint8_t)(50 + draw(&world->seed, 51)),
		.segment = segment->id,
		.part = draw(&world->seed, 4) == 0 ? draw(&world->seed, 1000) : 0,
		.record = outside ? RESOLVE_NO_RECORD : draw(&world->seed, (uint32_t)segment->records),
		.start = start,
		.length = draw(&world->seed, 300),
		.canonical = span_of(world->keys[key])};
}

static void make_world(struct world *world, uint64_t seed)
{
	*world = (struct world){.seed = seed * 0x9e3779b97f4a7c15u + 1};
	for (uint32_t i = 0; i < KEYS; i++)
		snprintf(world->keys[i], sizeof world->keys[i], "%.*s%u@contoso.example", (int)(i % 5), "anna.", i / 3);
	for (uint32_t i = 0; i < SEGMENTS; i++) {
		make_segment(world, i);
		uint32_t count = draw(&world->seed, MOST_MENTIONS / SEGMENTS);
		for (uint32_t j = 0; j < count; j++)
			make_mention(world, i, (uint64_t)draw(&world->seed, 1u << 31) << draw(&world->seed, 20));
	}
}

/* --- the model --- */

static uint32_t index_of(uint32_t id)
{
	return (id - 2) / 3;
}

static bool is_first(const struct world *world, uint32_t index, uint64_t record)
{
	for (uint32_t i = 0; i <= index; i++)
		for (uint64_t j = 0; world->live[i] && j < world->segments[i].records && (i < index || j < record); j++)
			if (world->content[i][j] == world->content[index][record])
				return false;
	return true;
}

static struct resolve_entity model_entity(const struct world *world, uint8_t kind, struct st_span key, uint64_t *places)
{
	struct resolve_entity entity = {.kind = kind};
	bool seen[SEGMENTS][MOST_RECORDS] = {{false}};
	*places = 0;
	for (size_t i = 0; i < world->mention_count; i++) {
		const struct resolve_mention *mention = &world->mentions[i];
		uint32_t index = index_of(mention->segment);
		if (mention->kind != kind || mention->canonical.size != key.size ||
			memcmp(mention->canonical.data, key.data, key.size) != 0 || !world->live[index])
			continue;
		(*places)++;
		entity.mentions += world->segments[index].copies;
		if (mention->confidence > entity.best_confidence)
			entity.best_confidence = mention->confidence;
		if (mention->record == RESOLVE_NO_RECORD) {
			entity.mentions_distinct_records++;
		} else if (is_first(world, index, mention->record)) {
			entity.mentions_distinct_records++;
			entity.records += !seen[index][mention->record];
			seen[index][mention->record] = true;
		}
	}
	return entity;
}

/* --- the program's side --- */

struct result {
	struct blocks records, entities;
	struct resolve_records figures;
	struct resolve_entities counts;
	uint64_t entity_calls;
};

static void result_free(struct result *result)
{
	blocks_free(&result->records);
	blocks_free(&result->entities);
	resolve_records_free(&result->figures);
}

static enum st_status count_call(void *context, const struct resolve_entity *entity, struct st_error *err)
{
	(void)entity;
	(void)err;
	++*(uint64_t *)context;
	return ST_OK;
}

/* Writes the rows of segments from (included) to (excluded), a run every `every` rows. */
static bool collect(
	struct folder *folder, const struct world *world, uint32_t from, uint32_t to, size_t every, struct runs *runs)
{
	struct resolve_collector *collector = resolve_collector_open(&folder->work, runs->count + 1);
	size_t rows = 0;
	bool good = true;
	for (uint32_t i = from; good && i < to; i++) {
		for (uint64_t j = 0; good && j < world->segments[i].records; j++) {
			uint8_t sha256[ST_SHA256_BYTES];
			content_sha256(world->content[i][j], sha256);
			resolve_add_record(collector, world->segments[i].id, j, sha256);
			if (++rows % every == 0)
				good = runs_flush(runs, collector);
		}
	}
	for (size_t i = 0; good && i < world->mention_count; i++) {
		uint32_t index = index_of(world->mentions[i].segment);
		if (index < from || index >= to)
			continue;
		resolve_add_mention(collector, &world->mentions[i]);
		if (++rows % every == 0)
			good = runs_flush(runs, collector);
	}
	good = good && runs_flush(runs, collector);
	resolve_collector_close(collector);
	return good;
}

static enum st_status merge_world(struct folder *folder, const struct world *world, const struct runs *runs,
	struct result *kept, struct result *out, struct st_error *err)
{
	struct resolve_segment live[SEGMENTS];
	struct resolve_input input = {.work = &folder->work,
		.segments = live,
		.store_count = STORES,
		.runs = runs->list,
		.run_count = runs->count,
		.out = {.put = blocks_put, .context = &out->records}};
	*out = (struct result){0};
	for (uint32_t i = 0; i < SEGMENTS; i++)
		if (world->live[i])
			live[input.segment_count++] = world->segments[i];
	if (kept != NULL)
		input.kept = (struct resolve_blocks_in){.next = blocks_next, .context = &kept->records};
	input.out.context = &out->records;
	ST_TRY(resolve_merge_records(&input, &out->figures, err));
	if (kept != NULL)
		input.kept.context = &kept->entities;
	input.out.context = &out->entities;
	return resolve_merge_mentions(&input, out->figures.first, count_call, &out->entity_calls, &out->counts, err);
}

static bool same_figures(const struct result *a, const struct result *b)
{
	return blocks_equal(&a->records, &b->records) && blocks_equal(&a->entities, &b->entities) &&
	       memcmp(&a->counts, &b->counts, sizeof a->counts) == 0 && a->figures.raw == b->figures.raw &&
	       a->figures.distinct == b->figures.distinct &&
	       memcmp(a->figures.stores, b->figures.stores, STORES * sizeof *a->figures.stores) == 0;
}

/* --- the specification --- */

static void check_entities(const struct world *world, struct result *result)
{
	struct resolve_kind_counts kinds[4] = {{0}};
	uint64_t entities = 0;
	for (size_t i = 0; i < result->entities.count; i++) {
		struct st_span block;
		struct resolve_entity got;
		bool damaged;
		blocks_next(&result->entities, &block, NULL);
		while (resolve_entity_next(&block, &got, &damaged)) {
			uint64_t places, got_places = 0;
			struct resolve_entity want = model_entity(world, got.kind, got.canonical, &places);
			struct resolve_place place;
			while (resolve_place_next(&got.places, &place))
				got_places++;
			CHECK_INT(got.mentions, want.mentions);
			CHECK_INT(got.mentions_distinct_records, want.mentions_distinct_records);
			CHECK_INT(got.records, want.records);
			CHECK_INT(got.best_confidence, want.best_confidence);
			CHECK_INT(got_places, places);
			kinds[got.kind].mentions += want.mentions;
			kinds[got.kind].mentions_distinct_records += want.mentions_distinct_records;
			kinds[got.kind].distinct++;
			entities++;
		}
		CHECK(!damaged);
	}
	blocks_rewind(&result->entities);
	uint64_t want_entities = 0;
	for (uint8_t kind = 1; kind <= 3; kind++) {
		CHECK_INT(result->counts.kinds[kind].mentions, kinds[kind].mentions);
		CHECK_INT(result->counts.kinds[kind].mentions_distinct_records, kinds[kind].mentions_distinct_records);
		CHECK_INT(result->counts.kinds[kind].distinct, kinds[kind].distinct);
	}
	for (uint32_t i = 0; i < KEYS; i++) {
		uint64_t places;
		bool seen = false;
		for (uint32_t j = 0; j < i; j++)
			seen = seen || (j % 3 == i % 3 && strcmp(world->keys[i], world->keys[j]) == 0);
		model_entity(world, (uint8_t)(1 + i % 3), span_of(world->keys[i]), &places);
		want_entities += !seen && places > 0;
	}
	CHECK_INT(entities, want_entities);
	CHECK_INT(result->entity_calls, want_entities);
}

static void check_records(const struct world *world, const struct result *result)
{
	uint64_t raw = 0, distinct = 0, store_raw[STORES] = {0}, store_distinct[STORES] = {0}, in_sets = 0;
	bool seen[STORES][CONTENTS] = {{false}};
	for (uint32_t i = 0; i < SEGMENTS; i++) {
		uint64_t firsts = 0;
		for (uint64_t j = 0; world->live[i] && j < world->segments[i].records; j++) {
			raw += world->segments[i].copies;
			firsts += is_first(world, i, j);
			for (uint32_t k = 0; k < world->segments[i].copies; k++) {
				uint32_t store = world->stores[i][k];
				store_raw[store]++;
				store_distinct[store] += !seen[store][world->content[i][j]];
				seen[store][world->content[i][j]] = true;
			}
		}
		distinct += firsts;
		CHECK_INT(resolve_first_count(result->figures.first, world->segments[i].id, 0, UINT64_MAX), firsts);
	}
	CHECK_INT(result->figures.raw, raw);
	CHECK_INT(result->figures.distinct, distinct);
	for (uint32_t store = 0; store < STORES; store++) {
		CHECK_INT(result->figures.stores[store].raw, store_raw[store]);
		CHECK_INT(result->figures.stores[store].distinct, store_distinct[store]);
		CHECK_INT(result->figures.stores[store].within, store_raw[store] - store_distinct[store]);
	}
	for (size_t i = 0; i < result->figures.set_count; i++)
		in_sets += result->figures.sets[i].records;
	CHECK_INT(in_sets, distinct);
}

/* Runs one world; the seed is printed when it breaks. */
static void check_world(uint64_t seed, size_t every, size_t memory_bytes, size_t least_runs)
{
	struct folder folder;
	struct world *world = st_alloc(sizeof *world);
	struct runs *runs = st_alloc_zero(1, sizeof *runs);
	struct result result = {0};
	struct st_error err = {0};
	make_world(world, seed);
	if (!folder_open(&folder) || !collect(&folder, world, 0, SEGMENTS, every, runs))
		CHECK_FAIL("seed %" PRIu64 ": cannot collect", seed);
	folder.work.memory_bytes = memory_bytes;
	if (runs->count < least_runs)
		CHECK_FAIL("only %zu runs", runs->count);
	if (merge_world(&folder, world, runs, NULL, &result, &err) != ST_OK)
		CHECK_FAIL("seed %" PRIu64 ": %s", seed, err.what);
	else
		check_records(world, &result);
	if (!check_failed)
		check_entities(world, &result);
	if (check_failed)
		printf("# seed %" PRIu64 ", a run every %zu rows\n", seed, every);
	result_free(&result);
	folder_close(&folder);
	free(runs);
	free(world);
}

static void figures_equal_the_model_s_whatever_the_runs(void)
{
	static const size_t every[] = {1000000, 500, 37};
	for (uint64_t seed = 1; seed <= 12 && !check_failed; seed++)
		check_world(seed, every[seed % 3], 64 * MIB, 2);
}

static void three_hundred_runs_are_merged_in_several_passes(void)
{
	check_world(77, 5, 64 * MIB, 300);
	check_world(78, 9, 1, 100);
}

static void a_case_added_to_in_steps_equals_one_read_at_once(void)
{
	for (uint64_t seed = 20; seed < 26 && !check_failed; seed++) {
		struct folder folder;
		struct world *world = st_alloc(sizeof *world);
		struct runs *all = st_alloc_zero(1, sizeof *all), *later = st_alloc_zero(1, sizeof *later);
		struct result at_once = {0}, before = {0}, after = {0};
		struct st_error err = {0};
		bool live[SEGMENTS];
		make_world(world, seed);
		memcpy(live, world->live, sizeof live);
		bool good = folder_open(&folder) && collect(&folder, world, 0, 8, 100, all);
		memset(world->live + 8, 0, sizeof live - 8 * sizeof *live);
		world->live[2] = world->live[5] = true; /* one of the earlier result is no longer live later */
		live[2] = false;
		good = good && merge_world(&folder, world, all, NULL, &before, &err) == ST_OK;
		memcpy(world->live, live, sizeof live);
		size_t first_runs = all->count;
		good = good && collect(&folder, world, 8, SEGMENTS, 100, all);
		later->count = all->count - first_runs;
		memcpy(later->list, all->list + first_runs, later->count * sizeof *later->list);
		good = good && merge_world(&folder, world, all, NULL, &at_once, &err) == ST_OK;
		good = good && merge_world(&folder, world, later, &before, &after, &err) == ST_OK;
		if (!good || !same_figures(&at_once, &after))
			CHECK_FAIL("seed %" PRIu64 ": %s", seed, good ? "figures differ" : err.what);
		else
			check_entities(world, &after);
		result_free(&at_once);
		result_free(&before);
		result_free(&after);
		folder_close(&folder);
		free(all);
		free(later);
		free(world);
	}
}

/* Finds the one entity of the block list, whose rows it counts. */
static void sum_rows(struct blocks *blocks, uint64_t *rows, uint64_t *places, struct resolve_entity *last)
{
	struct st_span block;
	struct resolve_entity entity;
	bool damaged = false;
	*rows = *places = 0;
	for (size_t i = 0; i < blocks->count; i++) {
		CHECK(blocks->sizes[i] <= CEIL_BLOCK_BYTES);
		blocks_next(blocks, &block, NULL);
		while (resolve_entity_next(&block, &entity, &damaged)) {
			struct resolve_place place;
			++*rows;
			while (resolve_place_next(&entity.places, &place))
				CHECK_INT(place.start, 100 * (*places)++);
			CHECK_INT(entity.more ? entity.mentions : 0, 0);
			*last = entity;
		}
		CHECK(!damaged);
	}
	CHECK(!last->more);
	blocks_rewind(blocks);
}

static void an_entity_with_very_many_places_goes_on_over_several_rows(void)
{
	enum { PLACES = 60000 };
	static const uint32_t stores[] = {0, 1, 1};
	struct folder folder;
	struct runs *runs = st_alloc_zero(1, sizeof *runs);
	struct resolve_segment segment = {.id = 9, .records = PLACES, .stores = stores, .copies = 3};
	CHECK(folder_open(&folder));
	struct resolve_collector *collector = resolve_collector_open(&folder.work, 1);
	for (uint32_t i = 0; i < PLACES; i++) {
		struct resolve_mention mention = {.kind = 1,
			.confidence = 90,
			.segment = 9,
			.record = i,
			.start = 100 * (uint64_t)i,
			.length = 20,
			.canonical = span_of("everybody@contoso.example")};
		uint8_t sha256[ST_SHA256_BYTES];
		content_sha256(i, sha256);
		resolve_add_mention(collector, &mention);
		resolve_add_record(collector, 9, i, sha256);
		if (i % 25000 == 24999)
			CHECK(runs_flush(runs, collector));
	}
	CHECK(runs_flush(runs, collector));
	resolve_collector_close(collector);
	struct resolve_input input = {.work = &folder.work,
		.segments = &segment,
		.segment_count = 1,
		.store_count = 2,
		.runs = runs->list,
		.run_count = runs->count};
	struct resolve_records records;
	CHECK_OK(resolve_merge_records(&input, &records, &err));
	struct blocks blocks = {0}, again = {0};
	struct resolve_entities counts;
	uint64_t calls = 0, rows, places;
	input.out = (struct resolve_blocks_out){.put = blocks_put, .context = &blocks};
	CHECK_OK(resolve_merge_mentions(&input, records.first, count_call, &calls, &counts, &err));
	struct resolve_entity last = {0};
	sum_rows(&blocks, &rows, &places, &last);
	CHECK_INT(calls, 1);
	CHECK_INT(places, PLACES);
	CHECK(rows > 3);
	CHECK_INT(last.mentions, 3 * PLACES);
	CHECK_INT(last.records, PLACES);
	CHECK_INT(counts.kinds[1].distinct, 1);
	input.runs = NULL;
	input.run_count = 0;
	input.kept = (struct resolve_blocks_in){.next = blocks_next, .context = &blocks};
	input.out.context = &again;
	CHECK_OK(resolve_merge_mentions(&input, records.first, NULL, NULL, &counts, &err));
	CHECK(blocks_equal(&blocks, &again));
	blocks_free(&blocks);
	blocks_free(&again);
	resolve_records_free(&records);
	folder_close(&folder);
	free(runs);
}

/* Two workers tell in turns, each in order, half of its rows in no record; a third one tells backwards. */
static void places_told_in_turns_come_out_in_order(void)
{
	enum { PLACES = 3000, TURN = 70 };
	static const uint32_t store = 0;
	struct folder folder;
	struct runs *runs = st_alloc_zero(1, sizeof *runs);
	struct resolve_segment segments[3];
	CHECK(folder_open(&folder));
	struct resolve_collector *collector = resolve_collector_open(&folder.work, 1);
	for (uint32_t i = 0; i < 3; i++)
		segments[i] = (struct resolve_segment){.id = i + 1, .records = PLACES, .stores = &store, .copies = 1};
	for (uint32_t from = 0; from < PLACES; from += TURN)
		for (uint32_t worker = 0; worker < 3; worker++)
			for (uint32_t i = from; i < from + TURN && i < PLACES; i++) {
				uint32_t at = worker == 1 ? PLACES - 1 - i : i;
				struct resolve_mention mention = {.kind = 1,
					.confidence = 90,
					.segment = 3 - worker,
					.record = at < PLACES / 2 ? at : RESOLVE_NO_RECORD,
					.start = at,
					.length = 1,
					.canonical = span_of("everybody@contoso.example")};
				resolve_add_mention(collector, &mention);
			}
	CHECK(runs_flush(runs, collector));
	resolve_collector_close(collector);
	struct resolve_input input = {.work = &folder.work,
		.segments = segments,
		.segment_count = 3,
		.store_count = 1,
		.runs = runs->list,
		.run_count = runs->count};
	struct blocks blocks = {0};
	struct resolve_records records;
	struct resolve_entities counts;
	CHECK_OK(resolve_merge_records(&input, &records, &err));
	input.out = (struct resolve_blocks_out){.put = blocks_put, .context = &blocks};
	CHECK_OK(resolve_merge_mentions(&input, records.first, NULL, NULL, &counts, &err));
	uint64_t places = 0;
	for (size_t i = 0; i < blocks.count; i++) {
		struct st_span block;
		struct resolve_entity entity;
		struct resolve_place place;
		bool damaged = false;
		blocks_next(&blocks, &block, NULL);
		while (resolve_entity_next(&block, &entity, &damaged))
			for (; resolve_place_next(&entity.places, &place); places++) {
				CHECK_INT(place.segment, 1 + places / PLACES);
				CHECK_INT(place.start, places % PLACES);
			}
		CHECK(!damaged);
	}
	CHECK_INT(places, 3 * PLACES);
	blocks_free(&blocks);
	resolve_records_free(&records);
	folder_close(&folder);
	free(runs);
}

static void a_value_is_found_again_by_the_first_digest_of_its_block(void)
{
	struct folder folder;
	struct runs *runs = st_alloc_zero(1, sizeof *runs);
	static const uint32_t store = 0;
	struct resolve_segment segment = {.id = 1, .records = 0, .stores = &store, .copies = 1};
	CHECK(folder_open(&folder));
	struct resolve_collector *collector = resolve_collector_open(&folder.work, 1);
	for (uint32_t i = 0; i < 20000; i++) {
		char key[40];
		snprintf(key, sizeof key, "p%u@fabrikam.example", i);
		resolve_add_mention(collector, &(struct resolve_mention){.kind = 1,
						       .confidence = 90,
						       .segment = 1,
						       .record = RESOLVE_NO_RECORD,
						       .start = i,
						       .canonical = span_of(key)});
	}
	CHECK(runs_flush(runs, collector));
	resolve_collector_close(collector);
	struct blocks blocks = {0};
	struct resolve_input input = {.work = &folder.work,
		.segments = &segment,
		.segment_count = 1,
		.store_count = 1,
		.runs = runs->list,
		.run_count = runs->count};
	struct resolve_records records;
	struct resolve_entities counts;
	CHECK_OK(resolve_merge_records(&input, &records, &err));
	input.out = (struct resolve_blocks_out){.put = blocks_put, .context = &blocks};
	CHECK_OK(resolve_merge_mentions(&input, records.first, NULL, NULL, &counts, &err));
	CHECK(blocks.count > 5);
	uint8_t digest[ST_DIGEST_BYTES];
	resolve_entity_digest(&folder.work, 1, span_of("p777@fabrikam.example"), digest);
	bool found = false, damaged;
	for (size_t i = 0; i < blocks.count; i++) {
		struct st_span block;
		struct resolve_entity entity;
		blocks_next(&blocks, &block, NULL);
		bool here = memcmp(blocks.first[i], digest, sizeof digest) <= 0 &&
			    (i + 1 == blocks.count || memcmp(blocks.first[i + 1], digest, sizeof digest) > 0);
		while (here && resolve_entity_next(&block, &entity, &damaged))
			found = found ||
				(entity.canonical.size == 21 && memcmp(entity.canonical.data, "p777@", 5) == 0);
	}
	CHECK(found);
	blocks_free(&blocks);
	resolve_records_free(&records);
	folder_close(&folder);
	free(runs);
}

int main(void)
{
	RUN(figures_equal_the_model_s_whatever_the_runs);
	RUN(three_hundred_runs_are_merged_in_several_passes);
	RUN(a_case_added_to_in_steps_equals_one_read_at_once);
	RUN(an_entity_with_very_many_places_goes_on_over_several_rows);
	RUN(places_told_in_turns_come_out_in_order);
	RUN(a_value_is_found_again_by_the_first_digest_of_its_block);
	CHECK_END();
}
