/* Distinct keys: exact in bounded memory. The sketch: near enough for a line that moves. */
#include "fixture.h"

#include <malloc.h>

#define KEYS 5000

struct model {
	uint64_t times[2][KEYS], seen;
	bool wrong;
};

static enum st_status check_key(void *context, uint8_t set, struct st_span key, uint64_t times, struct st_error *err)
{
	struct model *model = context;
	char text[32] = {0};
	(void)err;
	memcpy(text, key.data, key.size < sizeof text ? key.size : sizeof text - 1);
	unsigned long number = strtoul(text + 4, NULL, 10);
	model->wrong = model->wrong || set > 1 || number >= KEYS || model->times[set][number] != times || times == 0;
	model->seen++;
	if (!model->wrong)
		model->times[set][number] = 0; /* a second time would be wrong */
	return ST_OK;
}

static void check_distinct(size_t memory_bytes, uint32_t adds)
{
	struct folder folder;
	struct model *model = st_alloc_zero(1, sizeof *model);
	uint64_t seed = 5, counts[256], want[2] = {0, 0};
	bool found;
	CHECK(folder_open(&folder));
	folder.work.memory_bytes = memory_bytes;
	struct resolve_distinct *distinct = resolve_distinct_open(&folder.work, 1);
	for (uint32_t i = 0; i < adds; i++) {
		char key[32];
		uint32_t number = draw(&seed, KEYS), set = draw(&seed, 2);
		snprintf(key, sizeof key, "key-%u", number);
		want[set] += model->times[set][number]++ == 0;
		CHECK_OK(resolve_distinct_add(distinct, (uint8_t)set, span_of(key), &err));
	}
	CHECK_OK(resolve_distinct_finish(distinct, check_key, model, counts, &err));
	CHECK(!model->wrong);
	CHECK_INT(counts[0], want[0]);
	CHECK_INT(counts[1], want[1]);
	CHECK_INT(model->seen, want[0] + want[1]);
	CHECK_INT(folder_files(&folder, NULL, &found), 0);
	folder_close(&folder);
	free(model);
}

static void each_key_comes_once_with_how_often_it_was_added(void)
{
	check_distinct(64 * MIB, 20000);
}

static void little_memory_gives_the_same_figures(void)
{
	check_distinct(4096, 20000);
}

static void nothing_added_counts_nothing(void)
{
	check_distinct(64 * MIB, 0);
}

static void giving_up_leaves_no_file_behind(void)
{
	struct folder folder;
	bool found;
	CHECK(folder_open(&folder));
	folder.work.memory_bytes = 1000;
	struct resolve_distinct *distinct = resolve_distinct_open(&folder.work, 1);
	for (uint32_t i = 0; i < 500; i++)
		CHECK_OK(resolve_distinct_add(distinct, 0, span_of("anna@contoso.example"), &err));
	CHECK(folder_files(&folder, "contoso", &found) > 1);
	CHECK(!found);
	resolve_distinct_close(distinct);
	CHECK_INT(folder_files(&folder, NULL, &found), 0);
	folder_close(&folder);
}

static int by_digest(const void *a, const void *b)
{
	return memcmp(a, b, ST_DIGEST_BYTES);
}

/* As keys come out of a merge, ordered by what they are sorted by again: they fill one part of memory after the other.
 */
static void keys_that_come_in_order_take_no_more_memory(void)
{
	enum { IN_ORDER = 200000, LIMIT_BYTES = 256 << 10 };
	struct ordered {
		uint8_t digest[ST_DIGEST_BYTES];
		char key[16];
	} *keys = st_alloc_zero(IN_ORDER, sizeof *keys);
	struct folder folder;
	uint64_t counts[256];
	CHECK(folder_open(&folder));
	folder.work.memory_bytes = LIMIT_BYTES;
	for (uint32_t i = 0; i < IN_ORDER; i++) {
		snprintf(keys[i].key, sizeof keys[i].key, "key-%u", i);
		resolve_entity_digest(&folder.work, 0, span_of(keys[i].key), keys[i].digest);
	}
	qsort(keys, IN_ORDER, sizeof *keys, by_digest);
	size_t before = mallinfo2().uordblks;
	struct resolve_distinct *distinct = resolve_distinct_open(&folder.work, 1);
	for (uint32_t i = 0; i < IN_ORDER; i++)
		CHECK_OK(resolve_distinct_add(distinct, 0, span_of(keys[i].key), &err));
	size_t grown = mallinfo2().uordblks - before;
	if (grown > 8 * LIMIT_BYTES)
		CHECK_FAIL("%zu bytes are held, of %d allowed", grown, LIMIT_BYTES);
	CHECK_OK(resolve_distinct_finish(distinct, NULL, NULL, counts, &err));
	CHECK_INT(counts[0], IN_ORDER);
	folder_close(&folder);
	free(keys);
}

static enum st_status refuse(void *context, uint8_t set, struct st_span key, uint64_t times, struct st_error *err)
{
	(void)context, (void)set, (void)key, (void)times;
	return st_fail(err, ST_STOP, "enough");
}

static void a_failure_of_the_caller_comes_back(void)
{
	struct folder folder;
	bool found;
	uint64_t counts[256];
	struct st_error why = {0};
	CHECK(folder_open(&folder));
	struct resolve_distinct *distinct = resolve_distinct_open(&folder.work, 1);
	CHECK_OK(resolve_distinct_add(distinct, 0, span_of("anna@contoso.example"), &err));
	CHECK_INT(resolve_distinct_finish(distinct, refuse, NULL, counts, &why), ST_STOP);
	CHECK_INT(folder_files(&folder, NULL, &found), 0);
	folder_close(&folder);
}

static void the_sketch_is_within_three_percent_at_every_size(void)
{
	static const uint8_t key[ST_DIGEST_KEY_BYTES] = {3};
	struct resolve_sketch *sketch = st_alloc_zero(1, sizeof *sketch);
	CHECK_INT(resolve_sketch_estimate(sketch), 0);
	for (uint64_t i = 1; i <= 2000000; i++) {
		uint8_t digest[ST_DIGEST_BYTES];
		st_digest(key, &i, sizeof i, digest);
		resolve_sketch_add(sketch, digest);
		resolve_sketch_add(sketch, digest);
		bool look = (i & (i - 1)) == 0 || i % 100000 == 0 || i == 41000;
		int64_t off = look ? (int64_t)resolve_sketch_estimate(sketch) - (int64_t)i : 0;
		if (off * 100 > 3 * (int64_t)i || -off * 100 > 3 * (int64_t)i) {
			CHECK_FAIL("%" PRIu64 " keys: off by %" PRIi64, i, off);
			break;
		}
	}
	free(sketch);
}

int main(void)
{
	RUN(each_key_comes_once_with_how_often_it_was_added);
	RUN(little_memory_gives_the_same_figures);
	RUN(nothing_added_counts_nothing);
	RUN(keys_that_come_in_order_take_no_more_memory);
	RUN(giving_up_leaves_no_file_behind);
	RUN(a_failure_of_the_caller_comes_back);
	RUN(the_sketch_is_within_three_percent_at_every_size);
	CHECK_END();
}
