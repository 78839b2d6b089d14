/*
 * Exact counting, measured: count_bench ROWS DISTINCT [KEYS-FILE]. Generates mentions of invented addresses, writes
 * them as sealed sorted runs into a folder below TMPDIR (/tmp), merges them with all their places, prints rows per
 * second and the peak memory. With KEYS-FILE the keys go there too, one a line: `LC_ALL=C sort -u KEYS-FILE | wc -l`
 * must agree.
 */
#include "base/ceilings.h"
#include "base/clock.h"
#include "resolve/resolve.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#define MERGE_BYTES (64 * MIB)
#define RECORDS_PER_SEGMENT 100000
#define MENTIONS_PER_RECORD 2

struct bench {
	uint64_t rows, distinct, rows_per_segment;
	struct resolve_work work;
	char folder[512];
	struct resolve_run *runs;
	size_t run_count;
	uint64_t run_bytes, block_bytes, blocks;
	FILE *keys;
};

static uint64_t mix(uint64_t value)
{
	value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9u;
	value = (value ^ value >> 27) * 0x94d049bb133111ebu;
	return value ^ value >> 31;
}

static void must(enum st_status status, const struct st_error *err)
{
	if (status == ST_OK)
		return;
	fprintf(stderr, "count_bench: %s\n", err->what);
	exit(4);
}

typedef enum st_status flush_rows(
	struct resolve_collector *collector, struct resolve_run out[2], size_t *count, struct st_error *err);

static void take_runs(struct bench *bench, struct resolve_collector *collector, flush_rows *flush)
{
	struct st_error err = {0};
	size_t count;
	bench->runs = st_realloc(bench->runs, (bench->run_count + 2) * sizeof *bench->runs);
	must(flush(collector, bench->runs + bench->run_count, &count, &err), &err);
	for (size_t i = 0; i < count; i++)
		bench->run_bytes += bench->runs[bench->run_count + i].bytes;
	bench->run_count += count;
}

/* An invented address; by hand, because printf would cost as much as counting. */
static size_t write_key(char out[64], uint64_t person)
{
	static const char *const domains[] = {
		"@contoso.example", "@fabrikam.example", "@mail.example.org", "@example.net"};
	size_t size = 7;
	memcpy(out, "person.", size);
	for (uint64_t rest = mix(person) >> 20; rest > 0; rest /= 26)
		out[size++] = (char)('a' + rest % 26);
	for (uint64_t rest = person; rest > 0; rest /= 10)
		out[size++] = (char)('0' + rest % 10);
	const char *domain = domains[person % 4];
	memcpy(out + size, domain, strlen(domain));
	return size + strlen(domain);
}

static void add_row(struct bench *bench, struct resolve_collector *collector, uint64_t row)
{
	char key[64];
	uint64_t in_segment = row % bench->rows_per_segment, person = mix(row) % bench->distinct;
	size_t size = write_key(key, person);
	struct resolve_mention mention = {.kind = 1,
		.confidence = 97,
		.segment = (uint32_t)(row / bench->rows_per_segment) + 1,
		.record = in_segment / MENTIONS_PER_RECORD,
		.start = in_segment * 400,
		.length = (uint32_t)size,
		.canonical = {.data = (const uint8_t *)key, .size = size}};
	resolve_add_mention(collector, &mention);
	if (in_segment % MENTIONS_PER_RECORD == 0) {
		uint8_t sha256[ST_SHA256_BYTES] = {0};
		memcpy(sha256, &row, sizeof row);
		resolve_add_record(collector, mention.segment, mention.record, sha256);
	}
	if (bench->keys != NULL)
		fprintf(bench->keys, "%.*s\n", (int)size, key);
}

/* Wall clock and processor time of this process: on a busy machine they differ. */
struct instant {
	double wall_s, cpu_s;
};

static struct instant now(void)
{
	struct rusage usage;
	getrusage(RUSAGE_SELF, &usage);
	return (struct instant){.wall_s = (double)st_now_ms() / 1000,
		.cpu_s = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
			 (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6};
}

static struct instant since(struct instant began)
{
	struct instant end = now();
	return (struct instant){.wall_s = end.wall_s - began.wall_s, .cpu_s = end.cpu_s - began.cpu_s};
}

/* What add_row spends on the generator. */
static struct instant make_keys(const struct bench *bench)
{
	struct instant began = now();
	volatile size_t bytes = 0;
	for (uint64_t row = 0; row < bench->rows; row++) {
		char key[64];
		bytes += write_key(key, mix(row) % bench->distinct);
	}
	(void)bytes;
	return since(began);
}

/* One run is written while the next is collected, as a scan does. */
static void collect(struct bench *bench)
{
	struct resolve_collector *collector = resolve_collector_open(&bench->work, 1);
	struct st_error err = {0};
	bool flushing = false;
	for (uint64_t row = 0; row < bench->rows; row++) {
		add_row(bench, collector, row);
		if (resolve_collector_bytes(collector) < CEIL_RUN_BYTES)
			continue;
		if (flushing)
			take_runs(bench, collector, resolve_collector_flush_end);
		must(resolve_collector_flush_begin(collector, &err), &err);
		flushing = true;
	}
	if (flushing)
		take_runs(bench, collector, resolve_collector_flush_end);
	take_runs(bench, collector, resolve_collector_flush);
	resolve_collector_close(collector);
}

static enum st_status count_block(
	void *context, const uint8_t first[ST_DIGEST_BYTES], struct st_span block, struct st_error *err)
{
	struct bench *bench = context;
	(void)first;
	(void)err;
	bench->blocks++;
	bench->block_bytes += block.size;
	return ST_OK;
}

static void merge(struct bench *bench, struct resolve_entities *out)
{
	struct st_error err = {0};
	static const uint32_t store = 0;
	size_t count = (size_t)((bench->rows + bench->rows_per_segment - 1) / bench->rows_per_segment);
	struct resolve_segment *segments = st_alloc(count * sizeof *segments);
	for (size_t i = 0; i < count; i++)
		segments[i] = (struct resolve_segment){
			.id = (uint32_t)i + 1, .records = RECORDS_PER_SEGMENT, .stores = &store, .copies = 1};
	struct resolve_input input = {.work = &bench->work,
		.segments = segments,
		.segment_count = count,
		.store_count = 1,
		.runs = bench->runs,
		.run_count = bench->run_count,
		.out = {.put = count_block, .context = bench}};
	struct resolve_records records;
	must(resolve_merge_records(&input, &records, &err), &err);
	uint64_t record_bytes = bench->block_bytes;
	bench->block_bytes = 0;
	must(resolve_merge_mentions(&input, records.first, NULL, NULL, out, &err), &err);
	printf("records      %" PRIu64 " raw, %" PRIu64 " distinct, %.1f bytes each in the result\n", records.raw,
		records.distinct, records.distinct > 0 ? (double)record_bytes / (double)records.distinct : 0);
	resolve_records_free(&records);
	free(segments);
}

static void open_folder(struct bench *bench)
{
	const char *parent = getenv("TMPDIR");
	snprintf(bench->folder, sizeof bench->folder, "%s/count_bench.XXXXXX", parent != NULL ? parent : "/tmp");
	bench->work.memory_bytes = MERGE_BYTES;
	bench->work.dir_fd =
		mkdtemp(bench->folder) != NULL ? open(bench->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	if (bench->work.dir_fd >= 0)
		return;
	perror("count_bench: no folder");
	exit(4);
}

static void print_figures(const struct bench *bench, const struct resolve_entities *entities)
{
	printf("mentions     %" PRIu64 ", distinct keys %" PRIu64 "\n", entities->kinds[1].mentions,
		entities->kinds[1].distinct);
	printf("runs         %zu, %.1f bytes a mention with its share of records\n", bench->run_count,
		(double)bench->run_bytes / (double)bench->rows);
	printf("result       %" PRIu64 " bytes of entities with their places\n", bench->block_bytes);
}

static void print_times(const struct bench *bench, struct instant keys, struct instant collected, struct instant merged)
{
	struct rusage usage;
	double rows = (double)bench->rows * (1 + 1.0 / MENTIONS_PER_RECORD); /* mentions and records */
	getrusage(RUSAGE_SELF, &usage);
	double wall_s = collected.wall_s + merged.wall_s - keys.wall_s,
	       cpu_s = collected.cpu_s + merged.cpu_s - keys.cpu_s;
	printf("wall         %.2f s making keys, %.2f s collecting, %.2f s merging: %.2f M mentions/s, %.2f M rows/s\n",
		keys.wall_s, collected.wall_s - keys.wall_s, merged.wall_s, (double)bench->rows / wall_s / 1e6,
		rows / wall_s / 1e6);
	printf("processor    %.2f s making keys, %.2f s collecting, %.2f s merging: %.2f M mentions/s, %.2f M rows/s\n",
		keys.cpu_s, collected.cpu_s - keys.cpu_s, merged.cpu_s, (double)bench->rows / cpu_s / 1e6,
		rows / cpu_s / 1e6);
	printf("peak memory  %.1f MiB\n", (double)usage.ru_maxrss / 1024);
}

int main(int argc, char **argv)
{
	struct bench bench = {.rows_per_segment = (uint64_t)RECORDS_PER_SEGMENT * MENTIONS_PER_RECORD};
	struct st_error err = {0};
	if (argc < 3 || (bench.rows = strtoull(argv[1], NULL, 10)) == 0 ||
		(bench.distinct = strtoull(argv[2], NULL, 10)) == 0) {
		fputs("usage: count_bench ROWS DISTINCT [KEYS-FILE]\n", stderr);
		return 2;
	}
	if (argc > 3 && (bench.keys = fopen(argv[3], "we")) == NULL) {
		perror("count_bench: KEYS-FILE");
		return 4;
	}
	open_folder(&bench);
	memset(bench.work.seal_key, 7, sizeof bench.work.seal_key);
	memset(bench.work.digest_key, 9, sizeof bench.work.digest_key);
	struct resolve_entities entities;
	struct instant keys = make_keys(&bench), began = now();
	collect(&bench);
	struct instant collected = since(began);
	began = now();
	merge(&bench, &entities);
	struct instant merged = since(began);
	print_figures(&bench, &entities);
	print_times(&bench, keys, collected, merged);
	must(resolve_work_clean(bench.work.dir_fd, NULL, 0, &err), &err);
	rmdir(bench.folder);
	free(bench.runs);
	return bench.keys != NULL && fclose(bench.keys) != 0 ? 4 : 0;
}
