/* Equal digests, as hostile data would forge them if it knew the key: full keys are compared, nothing is mixed up. */
#include "fixture.h"

/* The linker gives resolve these (--wrap): every digest is the same. */
void __wrap_st_digest(
	const uint8_t key[ST_DIGEST_KEY_BYTES], const void *data, size_t size, uint8_t out[ST_DIGEST_BYTES]);
void __wrap_st_digest(
	const uint8_t key[ST_DIGEST_KEY_BYTES], const void *data, size_t size, uint8_t out[ST_DIGEST_BYTES])
{
	(void)key, (void)data, (void)size;
	memset(out, 0xab, ST_DIGEST_BYTES);
}

uint64_t __wrap_st_digest_start(const uint8_t key[ST_DIGEST_KEY_BYTES], uint8_t before, const void *data, size_t size);
uint64_t __wrap_st_digest_start(const uint8_t key[ST_DIGEST_KEY_BYTES], uint8_t before, const void *data, size_t size)
{
	(void)key, (void)before, (void)data, (void)size;
	return 0xababababababababu;
}

#define VALUES 40

static void values_of_one_digest_stay_apart(void)
{
	struct folder folder;
	struct runs *runs = st_alloc_zero(1, sizeof *runs);
	static const uint32_t store;
	struct resolve_segment segment = {.id = 1, .records = VALUES, .stores = &store, .copies = 1};
	CHECK(folder_open(&folder));
	struct resolve_collector *collector = resolve_collector_open(&folder.work, 1);
	for (uint32_t i = 0; i < 10 * VALUES; i++) {
		char key[64];
		uint8_t sha256[ST_SHA256_BYTES];
		snprintf(key, sizeof key, "%.*s@contoso.example", (int)(1 + i * 7 % VALUES),
			"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
		content_sha256(i % VALUES / 2, sha256);
		resolve_add_mention(collector, &(struct resolve_mention){.kind = (uint8_t)(1 + i % 2),
						       .segment = 1,
						       .record = i % VALUES,
						       .start = i,
						       .confidence = 90,
						       .canonical = span_of(key)});
		if (i < VALUES)
			resolve_add_record(collector, 1, i, sha256);
		if (i % 60 == 59)
			CHECK(runs_flush(runs, collector));
	}
	CHECK(runs_flush(runs, collector));
	struct resolve_input input = {.work = &folder.work,
		.segments = &segment,
		.segment_count = 1,
		.store_count = 1,
		.runs = runs->list,
		.run_count = runs->count};
	struct resolve_records records;
	struct resolve_entities entities;
	CHECK_OK(resolve_merge_records(&input, &records, &err));
	CHECK_INT(records.raw, VALUES);
	CHECK_INT(records.distinct, VALUES / 2);
	CHECK_OK(resolve_merge_mentions(&input, records.first, NULL, NULL, &entities, &err));
	CHECK_INT(entities.kinds[1].distinct, VALUES / 2);
	CHECK_INT(entities.kinds[2].distinct, VALUES / 2);
	CHECK_INT(entities.kinds[1].mentions, 5 * VALUES);
	CHECK_INT(entities.kinds[2].mentions, 5 * VALUES);
	resolve_records_free(&records);
	resolve_collector_close(collector);
	folder_close(&folder);
	free(runs);
}

static void distinct_keys_of_one_digest_stay_apart(void)
{
	struct folder folder;
	uint64_t counts[256];
	CHECK(folder_open(&folder));
	folder.work.memory_bytes = 3000;
	struct resolve_distinct *distinct = resolve_distinct_open(&folder.work, 1);
	for (uint32_t i = 0; i < 1000; i++) {
		char key[32];
		snprintf(key, sizeof key, "%u", i % 77);
		CHECK_OK(resolve_distinct_add(distinct, (uint8_t)(i % 2), span_of(key), &err));
	}
	CHECK_OK(resolve_distinct_finish(distinct, NULL, NULL, counts, &err));
	CHECK_INT(counts[0], 77);
	CHECK_INT(counts[1], 77);
	folder_close(&folder);
}

int main(void)
{
	RUN(values_of_one_digest_stay_apart);
	RUN(distinct_keys_of_one_digest_stay_apart);
	CHECK_END();
}
