/* Which stores are copies: contract 3, by the records they hold. */
#include "fixture.h"

#define MOST_STORES 80

/* One segment per store, its records given by number of content. */
struct exposure {
	struct folder folder;
	struct runs *runs;
	struct resolve_collector *collector;
	struct resolve_segment segments[MOST_STORES];
	uint32_t stores[MOST_STORES];
	uint32_t count;
	struct resolve_records records;
	struct resolve_copy *copies;
	size_t copy_count;
};

static bool begin(struct exposure *exposure)
{
	*exposure = (struct exposure){.runs = st_alloc_zero(1, sizeof *exposure->runs)};
	bool good = folder_open(&exposure->folder);
	exposure->collector = resolve_collector_open(&exposure->folder.work, 1);
	return good;
}

/* A store of `size` records: contents from, from + step, ... modulo size, but `other` in place of content `changed`. */
static void add_store(
	struct exposure *exposure, uint32_t from, uint32_t size, uint32_t step, uint32_t changed, uint32_t other)
{
	uint32_t store = exposure->count++;
	exposure->stores[store] = store;
	exposure->segments[store] = (struct resolve_segment){
		.id = store + 1, .records = size, .stores = &exposure->stores[store], .copies = 1};
	for (uint32_t i = 0; i < size; i++) {
		uint8_t sha256[ST_SHA256_BYTES];
		uint32_t content = from + (uint32_t)((uint64_t)i * step % size);
		content_sha256(content == changed ? other : content, sha256);
		resolve_add_record(exposure->collector, store + 1, i, sha256);
	}
}

static bool end(struct exposure *exposure)
{
	struct st_error err = {0};
	bool good = runs_flush(exposure->runs, exposure->collector);
	struct resolve_input input = {.work = &exposure->folder.work,
		.segments = exposure->segments,
		.segment_count = exposure->count,
		.store_count = exposure->count,
		.runs = exposure->runs->list,
		.run_count = exposure->runs->count};
	good = good && resolve_merge_records(&input, &exposure->records, &err) == ST_OK;
	if (good)
		resolve_copies(&exposure->records, exposure->count, &exposure->copies, &exposure->copy_count);
	else
		printf("# %s\n", err.what);
	return good;
}

static void drop(struct exposure *exposure)
{
	resolve_copies_free(exposure->copies, exposure->copy_count);
	resolve_records_free(&exposure->records);
	resolve_collector_close(exposure->collector);
	folder_close(&exposure->folder);
	free(exposure->runs);
}

#define NONE UINT32_MAX

static void five_stores_with_the_same_records_in_any_order_are_one_set(void)
{
	static const uint32_t steps[] = {1, 3, 7, 11, 999};
	struct exposure exposure;
	CHECK(begin(&exposure));
	for (uint32_t i = 0; i < 5; i++)
		add_store(&exposure, 0, 1000, steps[i], NONE, NONE);
	CHECK(end(&exposure));
	CHECK_INT(exposure.records.raw, 5000);
	CHECK_INT(exposure.records.distinct, 1000);
	CHECK_INT(exposure.copy_count, 1);
	const struct resolve_copy *copy = &exposure.copies[0];
	CHECK_INT(copy->store_count, 5);
	CHECK_INT(copy->shared, 1000);
	CHECK(copy->identical);
	CHECK_INT(copy->differing_total, 0);
	CHECK_INT(copy->differing_count, 0);
	drop(&exposure);
}

static void one_changed_record_is_named_with_both_its_forms(void)
{
	struct exposure exposure;
	CHECK(begin(&exposure));
	for (uint32_t i = 0; i < 5; i++)
		add_store(&exposure, 0, 1000, 1, i == 3 ? 421 : NONE, 5000);
	CHECK(end(&exposure));
	CHECK_INT(exposure.records.distinct, 1001);
	CHECK_INT(exposure.copy_count, 1);
	const struct resolve_copy *copy = &exposure.copies[0];
	CHECK_INT(copy->store_count, 5);
	CHECK_INT(copy->shared, 999);
	CHECK(!copy->identical);
	CHECK_INT(copy->differing_total, 2);
	CHECK_INT(copy->differing_count, 2);
	CHECK_INT(copy->differing[0].store, 3);
	CHECK_INT(copy->differing[0].holders, 1);
	CHECK_INT(copy->differing[0].where.segment, 4);
	CHECK_INT(copy->differing[0].where.record, 421);
	CHECK_INT(copy->differing[1].store, 0);
	CHECK_INT(copy->differing[1].holders, 4);
	CHECK_INT(copy->differing[1].where.segment, 1);
	CHECK_INT(copy->differing[1].where.record, 421);
	uint64_t shared[25] = {0};
	resolve_shared(&exposure.records, 5, shared);
	for (uint32_t a = 0; a < 5; a++)
		for (uint32_t b = 0; b < 5; b++)
			CHECK_INT(shared[a * 5 + b], a == b || (a != 3 && b != 3) ? 1000 : 999);
	drop(&exposure);
}

static void ninety_five_of_a_hundred_shared_records_join_and_ninety_four_do_not(void)
{
	struct exposure exposure;
	CHECK(begin(&exposure));
	add_store(&exposure, 0, 100, 1, NONE, NONE);
	add_store(&exposure, 5, 100, 1, NONE, NONE);
	CHECK(end(&exposure));
	CHECK_INT(exposure.copy_count, 1);
	CHECK_INT(exposure.copies[0].shared, 95);
	CHECK_INT(exposure.copies[0].differing_total, 10);
	drop(&exposure);
	CHECK(begin(&exposure));
	add_store(&exposure, 0, 100, 1, NONE, NONE);
	add_store(&exposure, 6, 100, 1, NONE, NONE);
	CHECK(end(&exposure));
	CHECK_INT(exposure.copy_count, 0);
	drop(&exposure);
}

static void the_smaller_store_decides_and_groups_are_joined_through_others(void)
{
	struct exposure exposure;
	CHECK(begin(&exposure));
	add_store(&exposure, 0, 100, 1, NONE, NONE);
	add_store(&exposure, 50000, 30, 1, NONE, NONE);
	add_store(&exposure, 4, 100, 1, NONE, NONE);
	add_store(&exposure, 8, 100, 1, NONE, NONE);
	add_store(&exposure, 20, 10, 1, NONE, NONE);
	CHECK(end(&exposure));
	CHECK_INT(exposure.copy_count, 1);
	const struct resolve_copy *copy = &exposure.copies[0];
	static const uint32_t stores[] = {0, 2, 3, 4};
	CHECK_INT(copy->store_count, 4);
	CHECK(memcmp(copy->stores, stores, sizeof stores) == 0);
	CHECK_INT(copy->distinct[3], 10);
	CHECK_INT(copy->shared, 10);
	CHECK_INT(copy->differing_total, 98);
	CHECK_INT(copy->differing_count, 98);
	drop(&exposure);
}

static void a_store_without_records_joins_nothing(void)
{
	struct exposure exposure;
	CHECK(begin(&exposure));
	add_store(&exposure, 0, 0, 1, NONE, NONE);
	add_store(&exposure, 0, 10, 1, NONE, NONE);
	add_store(&exposure, 0, 0, 1, NONE, NONE);
	CHECK(end(&exposure));
	CHECK_INT(exposure.copy_count, 0);
	CHECK_INT(exposure.records.set_count, 1);
	drop(&exposure);
}

static void more_than_64_stores_are_told_apart(void)
{
	struct exposure exposure;
	CHECK(begin(&exposure));
	for (uint32_t i = 0; i < MOST_STORES; i++)
		add_store(&exposure, 0, 200, 1, i == 79 ? 7 : NONE, 9999);
	CHECK(end(&exposure));
	CHECK_INT(exposure.copy_count, 1);
	CHECK_INT(exposure.copies[0].store_count, MOST_STORES);
	CHECK_INT(exposure.copies[0].differing_total, 2);
	CHECK_INT(exposure.copies[0].differing[0].store, 79);
	CHECK_INT(exposure.records.set_count, 3);
	CHECK_INT(exposure.records.sets[0].records, 199);
	CHECK_INT(exposure.records.sets[0].sample_count, CEIL_REPORT_DIFFERING);
	drop(&exposure);
}

static void differing_records_are_listed_up_to_the_ceiling_and_counted_to_the_last(void)
{
	struct exposure exposure;
	CHECK(begin(&exposure));
	add_store(&exposure, 0, 10000, 1, NONE, NONE);
	add_store(&exposure, 300, 10000, 1, NONE, NONE);
	CHECK(end(&exposure));
	CHECK_INT(exposure.copy_count, 1);
	CHECK_INT(exposure.copies[0].differing_total, 600);
	CHECK_INT(exposure.copies[0].differing_count, CEIL_REPORT_DIFFERING);
	drop(&exposure);
}

static void an_object_that_lies_in_several_places_counts_in_each(void)
{
	struct exposure exposure;
	static const uint32_t places[] = {0, 1, 1};
	CHECK(begin(&exposure));
	add_store(&exposure, 0, 10, 1, NONE, NONE);
	add_store(&exposure, 0, 0, 1, NONE, NONE);
	exposure.segments[0].stores = places;
	exposure.segments[0].copies = 3;
	CHECK(end(&exposure));
	CHECK_INT(exposure.records.raw, 30);
	CHECK_INT(exposure.records.distinct, 10);
	CHECK_INT(exposure.records.stores[0].raw, 10);
	CHECK_INT(exposure.records.stores[1].raw, 20);
	CHECK_INT(exposure.records.stores[1].within, 10);
	CHECK_INT(exposure.copy_count, 1);
	CHECK(exposure.copies[0].identical);
	CHECK_INT(resolve_first_count(exposure.records.first, 1, 0, 10), 10);
	CHECK_INT(resolve_first_count(exposure.records.first, 1, 3, 7), 4);
	CHECK_INT(resolve_first_count(exposure.records.first, 77, 0, 10), 0);
	drop(&exposure);
}

static void segments_with_impossible_stores_are_refused(void)
{
	struct folder folder;
	static const uint32_t unsorted[] = {1, 0}, beyond[] = {2};
	struct resolve_segment bad[] = {{.id = 1, .stores = unsorted, .copies = 2},
		{.id = 1, .stores = beyond, .copies = 1}, {.id = 1, .stores = unsorted, .copies = 0}};
	CHECK(folder_open(&folder));
	for (size_t i = 0; i < 3; i++) {
		struct resolve_input input = {
			.work = &folder.work, .segments = &bad[i], .segment_count = 1, .store_count = 2};
		struct resolve_records records;
		struct st_error err = {0};
		CHECK(resolve_merge_records(&input, &records, &err) == ST_FATAL);
	}
	folder_close(&folder);
}

int main(void)
{
	RUN(five_stores_with_the_same_records_in_any_order_are_one_set);
	RUN(one_changed_record_is_named_with_both_its_forms);
	RUN(ninety_five_of_a_hundred_shared_records_join_and_ninety_four_do_not);
	RUN(the_smaller_store_decides_and_groups_are_joined_through_others);
	RUN(a_store_without_records_joins_nothing);
	RUN(more_than_64_stores_are_told_apart);
	RUN(differing_records_are_listed_up_to_the_ceiling_and_counted_to_the_last);
	RUN(an_object_that_lies_in_several_places_counts_in_each);
	RUN(segments_with_impossible_stores_are_refused);
	CHECK_END();
}
