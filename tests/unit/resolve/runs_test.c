/* Runs on the disk: sealed, whole or refused, never half there. */
#include "fixture.h"

#include <signal.h>
#include <sys/resource.h>

#define ROWS 6000
static const uint32_t store_zero;
static const struct resolve_segment one_segment = {.id = 1, .records = ROWS, .stores = &store_zero, .copies = 1};

static void add_rows(struct resolve_collector *collector, const char *prefix, uint32_t from, uint32_t to)
{
	for (uint32_t i = from; i < to; i++) {
		char key[64];
		snprintf(key, sizeof key, "%s.planted%u@contoso.example", prefix, i);
		resolve_add_mention(collector, &(struct resolve_mention){.kind = 1,
						       .confidence = 90,
						       .segment = 1,
						       .record = RESOLVE_NO_RECORD,
						       .start = i,
						       .canonical = span_of(key)});
	}
}

/* Merges and returns the status; with ST_OK also the number of mentions. */
static enum st_status merge_runs(
	struct folder *folder, const struct resolve_run *runs, size_t count, uint64_t *mentions, struct st_error *err)
{
	struct resolve_input input = {.work = &folder->work,
		.segments = &one_segment,
		.segment_count = 1,
		.store_count = 1,
		.runs = runs,
		.run_count = count};
	struct resolve_records records;
	struct resolve_entities entities;
	enum st_status status = resolve_merge_records(&input, &records, err);
	if (status != ST_OK)
		return status;
	status = resolve_merge_mentions(&input, records.first, NULL, NULL, &entities, err);
	*mentions = entities.kinds[1].mentions;
	resolve_records_free(&records);
	return status;
}

static bool one_run(struct folder *folder, uint32_t rows, struct resolve_run *run)
{
	struct runs *runs = st_alloc_zero(1, sizeof *runs);
	struct resolve_collector *collector = resolve_collector_open(&folder->work, 1);
	add_rows(collector, "mara", 0, rows);
	bool good = runs_flush(runs, collector) && runs->count == 1;
	*run = runs->list[0];
	resolve_collector_close(collector);
	free(runs);
	return good;
}

static uint8_t *read_run(const struct folder *folder, const struct resolve_run *run)
{
	uint8_t *bytes = st_alloc(run->bytes);
	st_auto_close int fd = openat(folder->work.dir_fd, run->name, O_RDONLY | O_CLOEXEC);
	if (st_pread_full(fd, bytes, run->bytes, 0) != (ssize_t)run->bytes)
		CHECK_FAIL("%s has other bytes than said", run->name);
	return bytes;
}

static void write_run(const struct folder *folder, const char *name, const uint8_t *bytes, size_t size)
{
	st_auto_close int fd = openat(folder->work.dir_fd, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (st_write_full(fd, bytes, size) != 0)
		CHECK_FAIL("cannot write %s", name);
}

/* Is a run with these bytes refused, with a line that says so? */
static bool refused(struct folder *folder, struct resolve_run run, const uint8_t *bytes, size_t size)
{
	struct st_error err = {0};
	uint64_t mentions = 0;
	write_run(folder, run.name, bytes, size);
	return merge_runs(folder, &run, 1, &mentions, &err) == ST_FATAL && strncmp(err.what, "run ", 4) == 0;
}

static void no_value_lies_on_the_disk_in_the_clear(void)
{
	struct folder folder;
	struct resolve_run run;
	bool found;
	CHECK(folder_open(&folder));
	CHECK(one_run(&folder, ROWS, &run));
	CHECK_INT(folder_files(&folder, "planted", &found), 1);
	CHECK(!found);
	CHECK_INT(folder_files(&folder, "contoso", &found), 1);
	CHECK(!found);
	folder_close(&folder);
}

static void two_runs_of_the_same_rows_share_no_bytes(void)
{
	struct folder folder;
	struct resolve_run run;
	CHECK(folder_open(&folder));
	CHECK(one_run(&folder, 50, &run));
	st_auto_free uint8_t *once = read_run(&folder, &run);
	CHECK(one_run(&folder, 50, &run));
	st_auto_free uint8_t *twice = read_run(&folder, &run);
	CHECK(memcmp(once + 8, twice + 8, 32) != 0);
	CHECK(memcmp(once + 44, twice + 44, 64) != 0);
	folder_close(&folder);
}

static void a_run_cut_at_any_byte_is_refused(void)
{
	struct folder folder;
	struct resolve_run run;
	CHECK(folder_open(&folder));
	CHECK(one_run(&folder, 12, &run));
	st_auto_free uint8_t *bytes = read_run(&folder, &run);
	for (uint64_t size = 0; size < run.bytes; size++) {
		struct resolve_run shorter = run;
		if (!refused(&folder, run, bytes, size))
			CHECK_FAIL("taken when cut to %" PRIu64, size);
		shorter.bytes = size; /* even when the caller was told the cut size */
		if (!refused(&folder, shorter, bytes, size))
			CHECK_FAIL("taken when cut to %" PRIu64 " and said so", size);
	}
	folder_close(&folder);
}

static void a_run_with_any_bit_changed_is_refused(void)
{
	struct folder folder;
	struct resolve_run run;
	CHECK(folder_open(&folder));
	CHECK(one_run(&folder, 12, &run));
	st_auto_free uint8_t *bytes = read_run(&folder, &run);
	for (uint64_t at = 0; at < run.bytes; at++) {
		bytes[at] ^= (uint8_t)(1u << at % 8);
		if (!refused(&folder, run, bytes, run.bytes))
			CHECK_FAIL("taken with byte %" PRIu64 " changed", at);
		bytes[at] ^= (uint8_t)(1u << at % 8);
	}
	folder_close(&folder);
}

static size_t chunk_size(const uint8_t *at)
{
	return 4 + 16 + ((size_t)at[0] | (size_t)at[1] << 8 | (size_t)at[2] << 16);
}

static void chunks_in_another_order_are_refused(void)
{
	struct folder folder;
	struct resolve_run run;
	CHECK(folder_open(&folder));
	CHECK(one_run(&folder, ROWS, &run));
	st_auto_free uint8_t *bytes = read_run(&folder, &run), *other = st_alloc(run.bytes);
	size_t header = 40, first = chunk_size(bytes + header), second = chunk_size(bytes + header + first);
	CHECK(header + first + second < run.bytes);
	memcpy(other, bytes, run.bytes);
	memcpy(other + header, bytes + header + first, second);
	memcpy(other + header + second, bytes + header, first);
	CHECK(refused(&folder, run, other, run.bytes));
	/* one left out, and one twice */
	struct resolve_run changed = run;
	changed.bytes = run.bytes - first;
	memcpy(other, bytes, header);
	memcpy(other + header, bytes + header + first, run.bytes - header - first);
	CHECK(refused(&folder, changed, other, changed.bytes));
	folder_close(&folder);
}

static void a_run_under_another_name_or_with_another_key_is_refused(void)
{
	struct folder folder;
	struct resolve_run run, other;
	CHECK(folder_open(&folder));
	CHECK(one_run(&folder, 12, &run));
	st_auto_free uint8_t *bytes = read_run(&folder, &run);
	other = run;
	snprintf(other.name, sizeof other.name, "run-0000000077m");
	CHECK(refused(&folder, other, bytes, other.bytes));
	folder.work.seal_key[0] ^= 1;
	CHECK(refused(&folder, run, bytes, run.bytes));
	folder.work.seal_key[0] ^= 1;
	struct st_error err = {0};
	uint64_t mentions;
	CHECK(merge_runs(&folder, &run, 1, &mentions, &err) == ST_OK);
	CHECK_INT(mentions, 12);
	folder_close(&folder);
}

static void a_run_that_is_missing_or_has_other_rows_than_named_is_refused(void)
{
	struct folder folder;
	struct resolve_run run;
	struct st_error err = {0};
	uint64_t mentions;
	CHECK(folder_open(&folder));
	CHECK(one_run(&folder, 12, &run));
	run.rows++;
	CHECK(merge_runs(&folder, &run, 1, &mentions, &err) == ST_FATAL);
	CHECK(strstr(err.what, "12 rows where 13 were written") != NULL);
	unlinkat(folder.work.dir_fd, run.name, 0);
	CHECK(merge_runs(&folder, &run, 1, &mentions, &err) == ST_FATAL);
	snprintf(run.name, sizeof run.name, "../passwd");
	CHECK(merge_runs(&folder, &run, 1, &mentions, &err) == ST_FATAL);
	folder_close(&folder);
}

static void flushing_writes_whole_files_with_names_that_never_repeat(void)
{
	struct folder folder;
	struct runs *runs = st_alloc_zero(1, sizeof *runs);
	struct st_error err = {0};
	uint8_t sha256[ST_SHA256_BYTES] = {1};
	bool found;
	uint64_t mentions;
	CHECK(folder_open(&folder));
	struct resolve_collector *collector = resolve_collector_open(&folder.work, 41);
	CHECK(runs_flush(runs, collector));
	CHECK_INT(runs->count, 0);
	for (uint32_t i = 0; i < 5; i++) {
		add_rows(collector, "lea", 10 * i, 10 * i + 10);
		resolve_add_record(collector, 1, i, sha256);
		CHECK(resolve_collector_bytes(collector) > 0);
		CHECK(runs_flush(runs, collector));
		CHECK_INT(resolve_collector_bytes(collector), 0);
	}
	CHECK_INT(runs->count, 10);
	CHECK_INT(resolve_collector_next_run(collector), 51);
	CHECK_INT(folder_files(&folder, NULL, &found), 10);
	for (size_t i = 0; i < runs->count; i++)
		for (size_t j = 0; j < i; j++)
			CHECK(strcmp(runs->list[i].name, runs->list[j].name) != 0);
	CHECK(merge_runs(&folder, runs->list, runs->count, &mentions, &err) == ST_OK);
	CHECK_INT(mentions, 50);
	resolve_collector_close(collector);
	folder_close(&folder);
	free(runs);
}

static void rows_are_collected_while_others_are_written(void)
{
	struct folder folder;
	struct runs *runs = st_alloc_zero(1, sizeof *runs);
	uint8_t sha256[ST_SHA256_BYTES] = {1};
	size_t count;
	bool found;
	uint64_t mentions;
	CHECK(folder_open(&folder));
	struct resolve_collector *collector = resolve_collector_open(&folder.work, 1);
	for (uint32_t i = 0; i < 20; i++) {
		add_rows(collector, "eva", 100 * i, 100 * i + 50);
		resolve_add_record(collector, 1, i, sha256);
		CHECK_OK(resolve_collector_flush_begin(collector, &err));
		CHECK_INT(resolve_collector_bytes(collector), 0);
		add_rows(collector, "eva", 100 * i + 50, 100 * i + 100);
		CHECK_OK(resolve_collector_flush_end(collector, runs->list + runs->count, &count, &err));
		CHECK_INT(count, 2);
		CHECK(resolve_collector_flush_ready(collector));
		runs->count += count;
		CHECK(runs_flush(runs, collector));
	}
	CHECK_INT(runs->count, 60);
	CHECK_INT(folder_files(&folder, NULL, &found), 60);
	CHECK_OK(merge_runs(&folder, runs->list, runs->count, &mentions, &err));
	CHECK_INT(mentions, 2000);
	resolve_collector_close(collector);
	folder_close(&folder);
	free(runs);
}

static void a_flush_beside_that_nobody_ends_leaves_no_file(void)
{
	struct folder folder;
	bool found;
	CHECK(folder_open(&folder));
	struct resolve_collector *collector = resolve_collector_open(&folder.work, 1);
	add_rows(collector, "ida", 0, ROWS);
	CHECK_OK(resolve_collector_flush_begin(collector, &err));
	resolve_collector_close(collector);
	CHECK_INT(folder_files(&folder, NULL, &found), 0);
	folder_close(&folder);
}

static void a_flush_beside_that_fails_says_so_at_its_end(void)
{
	struct folder gone;
	struct resolve_run out[2];
	struct st_error why = {0};
	size_t count = 9;
	CHECK(folder_open(&gone));
	struct resolve_collector *collector = resolve_collector_open(&gone.work, 1);
	add_rows(collector, "ada", 0, 10);
	CHECK_INT(rmdir(gone.path), 0);
	CHECK_OK(resolve_collector_flush_begin(collector, &err));
	CHECK(resolve_collector_flush_end(collector, out, &count, &why) == ST_FATAL);
	CHECK_INT(count, 0);
	CHECK(strstr(why.what, "run-") != NULL && strstr(why.what, "ada") == NULL);
	resolve_collector_close(collector);
	close(gone.work.dir_fd);
}

static void a_start_deletes_what_no_commit_names(void)
{
	struct folder folder;
	struct runs *runs = st_alloc_zero(1, sizeof *runs);
	struct st_error why = {0};
	bool found;
	uint64_t mentions;
	CHECK(folder_open(&folder));
	struct resolve_collector *collector = resolve_collector_open(&folder.work, 1);
	for (uint32_t i = 0; i < 3; i++) {
		add_rows(collector, "ugo", 10 * i, 10 * i + 10);
		CHECK(runs_flush(runs, collector));
	}
	resolve_collector_close(collector);
	write_run(&folder, "run-0000000009m.part", (const uint8_t *)"half", 4);
	write_run(&folder, "first-1.tmp", (const uint8_t *)"bits", 4);
	CHECK_INT(folder_files(&folder, NULL, &found), 5);
	CHECK_OK(resolve_work_clean(folder.work.dir_fd, runs->list, 2, &err));
	CHECK_INT(folder_files(&folder, NULL, &found), 2);
	CHECK(merge_runs(&folder, runs->list, 2, &mentions, &why) == ST_OK);
	CHECK_INT(mentions, 20);
	folder_close(&folder);
	free(runs);
}

static void a_flush_that_fails_names_nothing_and_keeps_its_rows(void)
{
	struct folder folder, gone;
	struct resolve_run out[2];
	struct st_error err = {0};
	size_t count = 9;
	CHECK(folder_open(&gone));
	struct resolve_collector *collector = resolve_collector_open(&gone.work, 1);
	add_rows(collector, "ada", 0, 10);
	CHECK_INT(rmdir(gone.path), 0);
	CHECK(resolve_collector_flush(collector, out, &count, &err) == ST_FATAL);
	CHECK_INT(count, 0);
	CHECK(resolve_collector_bytes(collector) > 0);
	CHECK(strstr(err.what, "ada") == NULL);
	resolve_collector_close(collector);
	close(gone.work.dir_fd);
	CHECK(folder_open(&folder));
	folder_close(&folder);
}

/* A limit on the size of files stands for the disk that is full. */
static void a_full_disk_fails_the_flush_and_leaves_no_file(void)
{
	struct folder folder;
	struct resolve_run out[2];
	struct st_error why = {0};
	struct rlimit before, small;
	size_t count = 9;
	bool found;
	CHECK(folder_open(&folder));
	struct resolve_collector *collector = resolve_collector_open(&folder.work, 1);
	add_rows(collector, "ivo", 0, ROWS);
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &before);
	small = (struct rlimit){.rlim_cur = 100000, .rlim_max = before.rlim_max};
	setrlimit(RLIMIT_FSIZE, &small);
	enum st_status status = resolve_collector_flush(collector, out, &count, &why);
	setrlimit(RLIMIT_FSIZE, &before);
	CHECK_INT(status, ST_FATAL);
	CHECK_INT(count, 0);
	CHECK_INT(folder_files(&folder, NULL, &found), 0);
	uint64_t mentions;
	CHECK_OK(resolve_collector_flush(collector, out, &count, &err));
	CHECK_OK(merge_runs(&folder, out, count, &mentions, &err));
	CHECK_INT(mentions, ROWS);
	resolve_collector_close(collector);
	folder_close(&folder);
}

static void a_value_too_long_to_count_fails_the_flush(void)
{
	struct folder folder;
	struct resolve_run out[2];
	struct st_error why = {0};
	size_t count;
	CHECK(folder_open(&folder));
	struct resolve_collector *collector = resolve_collector_open(&folder.work, 1);
	st_auto_free uint8_t *value = st_alloc_zero(1, CEIL_KEY_BYTES + 1);
	struct resolve_mention mention = {.kind = 1,
		.segment = 1,
		.record = RESOLVE_NO_RECORD,
		.confidence = 90,
		.canonical = {.data = value, .size = CEIL_KEY_BYTES}};
	resolve_add_mention(collector, &mention);
	CHECK_OK(resolve_collector_flush(collector, out, &count, &err));
	CHECK_INT(count, 1);
	uint64_t mentions;
	CHECK_OK(merge_runs(&folder, out, 1, &mentions, &err));
	CHECK_INT(mentions, 1);
	mention.canonical.size++;
	resolve_add_mention(collector, &mention);
	CHECK(resolve_collector_flush(collector, out, &count, &why) == ST_FATAL);
	resolve_collector_close(collector);
	folder_close(&folder);
}

static void the_same_place_twice_is_one_mention(void)
{
	struct folder folder;
	struct runs *runs = st_alloc_zero(1, sizeof *runs);
	uint64_t mentions;
	CHECK(folder_open(&folder));
	struct resolve_collector *collector = resolve_collector_open(&folder.work, 1);
	add_rows(collector, "eva", 0, 10);
	add_rows(collector, "eva", 0, 10);
	CHECK(runs_flush(runs, collector));
	add_rows(collector, "eva", 5, 15);
	CHECK(runs_flush(runs, collector));
	CHECK_INT(runs->list[0].rows, 10);
	CHECK_OK(merge_runs(&folder, runs->list, 2, &mentions, &err));
	CHECK_INT(mentions, 15);
	resolve_collector_close(collector);
	folder_close(&folder);
	free(runs);
}

static void a_row_of_a_record_that_its_segment_does_not_have_stops_the_merge(void)
{
	struct folder folder;
	struct runs *runs = st_alloc_zero(1, sizeof *runs);
	uint8_t sha256[ST_SHA256_BYTES] = {1};
	uint64_t mentions;
	struct st_error err = {0};
	CHECK(folder_open(&folder));
	struct resolve_collector *collector = resolve_collector_open(&folder.work, 1);
	resolve_add_mention(
		collector, &(struct resolve_mention){
				   .kind = 1, .segment = 1, .record = ROWS, .canonical = span_of("x@contoso.example")});
	resolve_add_record(collector, 1, ROWS, sha256);
	CHECK(runs_flush(runs, collector));
	CHECK_INT(runs->count, 2);
	CHECK(merge_runs(&folder, &runs->list[0], 1, &mentions, &err) == ST_FATAL);
	CHECK(merge_runs(&folder, &runs->list[1], 1, &mentions, &err) == ST_FATAL);
	resolve_collector_close(collector);
	folder_close(&folder);
	free(runs);
}

int main(void)
{
	RUN(no_value_lies_on_the_disk_in_the_clear);
	RUN(two_runs_of_the_same_rows_share_no_bytes);
	RUN(a_run_cut_at_any_byte_is_refused);
	RUN(a_run_with_any_bit_changed_is_refused);
	RUN(chunks_in_another_order_are_refused);
	RUN(a_run_under_another_name_or_with_another_key_is_refused);
	RUN(a_run_that_is_missing_or_has_other_rows_than_named_is_refused);
	RUN(flushing_writes_whole_files_with_names_that_never_repeat);
	RUN(rows_are_collected_while_others_are_written);
	RUN(a_flush_beside_that_nobody_ends_leaves_no_file);
	RUN(a_flush_beside_that_fails_says_so_at_its_end);
	RUN(a_start_deletes_what_no_commit_names);
	RUN(a_flush_that_fails_names_nothing_and_keeps_its_rows);
	RUN(a_full_disk_fails_the_flush_and_leaves_no_file);
	RUN(a_value_too_long_to_count_fails_the_flush);
	RUN(the_same_place_twice_is_one_mention);
	RUN(a_row_of_a_record_that_its_segment_does_not_have_stops_the_merge);
	CHECK_END();
}
