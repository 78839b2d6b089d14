/*
 * loop_bench LOOP FILE: one hot loop over one file, once, inside of loop_measured(), for a tool that counts
 * instructions: bench/instructions.py lets it begin and end with that function. Without LOOP: their names.
 */
#include "audit/reader.h"
#include "audit/tell.h"
#include "base/ceilings.h"
#include "base/json_read.h"
#include "detect/detect.h"
#include "extract/extract.h"
#include "measure.h"
#include "redact/redact.h"
#include "resolve/resolve.h"

#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#define BLOCK ((size_t)64 * KIB)
#define MERGE_BYTES (64 * MIB)

/* What a loop did, so that a change of its work is seen apart from a change of its cost. */
typedef uint64_t loop_run(struct measure_text text, const char *path);

static void must(bool holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "loop_bench: %s\n", what);
	exit(1);
}

static void count_mention(void *context, const struct detect_mention *mention)
{
	(void)mention;
	++*(uint64_t *)context;
}

static uint64_t run_detector(struct measure_text text, bool byte_by_byte)
{
	struct detect_options options = {.byte_by_byte = byte_by_byte};
	uint64_t mentions = 0;
	struct detect *detect = detect_open(&options, count_mention, &mentions);
	for (size_t at = 0; at < text.size; at += BLOCK)
		detect_feed(detect, text.data + at, text.size - at < BLOCK ? text.size - at : BLOCK);
	detect_finish(detect);
	detect_close(detect);
	return mentions;
}

static uint64_t run_detect(struct measure_text text, const char *path)
{
	(void)path;
	return run_detector(text, false);
}

static uint64_t run_detect_plain(struct measure_text text, const char *path)
{
	(void)path;
	return run_detector(text, true);
}

static bool take_output(void *context, const void *data, size_t size)
{
	(void)data;
	*(uint64_t *)context += size;
	return true;
}

static uint64_t run_redact(struct measure_text text, const char *path)
{
	static const uint8_t key[REDACT_KEY_BYTES] = {7};
	uint64_t bytes = 0;
	struct redact_options options = {
		.format = REDACT_TEXT, .mode = REDACT_TOKEN, .key = key, .write = take_output, .context = &bytes};
	struct redact *redact = redact_open(&options);
	(void)path;
	for (size_t at = 0; at < text.size; at += BLOCK)
		redact_feed(redact, text.data + at, text.size - at < BLOCK ? text.size - at : BLOCK);
	must(redact_finish(redact, NULL) == REDACT_OK, "the text cannot be redacted");
	redact_close(redact);
	return bytes;
}

static uint64_t run_json(struct measure_text text, const char *path)
{
	struct st_json_reader *reader = st_json_open(128);
	struct st_json_event event;
	uint64_t tokens = 0;
	size_t at = 0;
	enum st_json_token token;
	(void)path;
	for (; (token = st_json_next(reader, &event)) != ST_JSON_END && token != ST_JSON_ERROR; tokens++) {
		if (token != ST_JSON_MORE)
			continue;
		size_t part = text.size - at < BLOCK ? text.size - at : BLOCK;
		st_json_feed(reader, text.data + at, part);
		at += part;
		if (at == text.size)
			st_json_feed_end(reader);
	}
	must(token == ST_JSON_END, "the file is not JSON");
	st_json_close(reader);
	return tokens;
}

static uint64_t run_extract(struct measure_text text, const char *path)
{
	static const struct extract_events none;
	struct extract_options options = {.stored_size = text.size};
	struct extract_result result;
	struct stream *stream = stream_open_memory(text.data, text.size);
	(void)path;
	extract_object(stream, &options, &none, NULL, &result);
	stream_close(stream);
	return result.records;
}

static uint64_t run_audit(struct measure_text text, const char *path)
{
	struct audit_model model = {0};
	struct audit_result result = {0};
	struct st_error err = {0};
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct audit_reader *reader = audit_reader_open(&model, AUDIT_AFTER);
	struct st_span name = {(const uint8_t *)"groups.json", strlen("groups.json")};
	(void)text;
	must(audit_reader_file(reader, fd, name, 0, &err) == ST_OK && audit_reader_finish(reader, &err) == ST_OK &&
			audit_tell(&model, NULL, &result, NULL, &err) == ST_OK,
		err.what);
	uint64_t exposures = result.exposure_count;
	audit_reader_close(reader);
	audit_result_free(&result);
	audit_model_free(&model);
	close(fd);
	return exposures;
}

struct lines {
	size_t at;
	uint64_t number;
};

/* A line is a mention; three lines are a record. To the first line that begins at `end` or behind it. */
static void collect_lines(
	struct resolve_collector *collector, struct measure_text text, size_t end, struct lines *lines)
{
	for (; lines->at < end; lines->number++) {
		const uint8_t *line = text.data + lines->at;
		const uint8_t *feed = memchr(line, '\n', text.size - lines->at);
		size_t size = feed ? (size_t)(feed - line) : text.size - lines->at;
		struct resolve_mention mention = {.kind = 1,
			.confidence = 97,
			.segment = 1,
			.record = lines->number / 3,
			.start = lines->at,
			.length = (uint32_t)size,
			.canonical = {line, size}};
		resolve_add_mention(collector, &mention);
		if (lines->number % 3 == 0) {
			uint8_t sha256[ST_SHA256_BYTES] = {0};
			memcpy(sha256, &lines->number, sizeof lines->number);
			resolve_add_record(collector, 1, mention.record, sha256);
		}
		lines->at += size + 1;
	}
}

static uint64_t merge_runs(struct resolve_work *work, struct resolve_run *runs, size_t count, uint64_t records)
{
	static const uint32_t store = 0;
	struct st_error err = {0};
	struct resolve_segment segment = {.id = 1, .records = records, .stores = &store, .copies = 1};
	struct resolve_input input = {.work = work,
		.segments = &segment,
		.segment_count = 1,
		.store_count = 1,
		.runs = runs,
		.run_count = count};
	struct resolve_records merged;
	struct resolve_entities entities;
	must(resolve_merge_records(&input, &merged, &err) == ST_OK &&
			resolve_merge_mentions(&input, merged.first, NULL, NULL, &entities, &err) == ST_OK,
		err.what);
	resolve_records_free(&merged);
	return entities.kinds[1].distinct;
}

static uint64_t run_count(struct measure_text text, const char *path)
{
	struct resolve_work work = {.memory_bytes = MERGE_BYTES, .seal_key = {7}, .digest_key = {9}};
	struct resolve_run runs[4];
	struct st_error err = {0};
	struct lines lines = {0};
	char folder[4096];
	size_t first = 0, second = 0;
	snprintf(folder, sizeof folder, "%s.work.XXXXXX", path);
	must(mkdtemp(folder) != NULL, "no folder for runs");
	work.dir_fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct resolve_collector *collector = resolve_collector_open(&work, 1);
	collect_lines(collector, text, text.size / 2, &lines);
	must(resolve_collector_flush(collector, runs, &first, &err) == ST_OK, err.what);
	collect_lines(collector, text, text.size, &lines);
	must(resolve_collector_flush(collector, runs + first, &second, &err) == ST_OK, err.what);
	resolve_collector_close(collector);
	uint64_t distinct = merge_runs(&work, runs, first + second, lines.number / 3 + 1);
	must(resolve_work_clean(work.dir_fd, NULL, 0, &err) == ST_OK, err.what);
	close(work.dir_fd);
	rmdir(folder);
	return distinct;
}

static const struct loop {
	const char *name;
	loop_run *run;
} loops[] = {
	{"detect", run_detect},
	{"detect-plain", run_detect_plain},
	{"redact", run_redact},
	{"json", run_json},
	{"extract", run_extract},
	{"count", run_count},
	{"audit", run_audit},
};

/* Never made part of its caller: the counting begins and ends with this name. */
__attribute__((noinline)) uint64_t loop_measured(loop_run *run, struct measure_text text, const char *path);
uint64_t loop_measured(loop_run *run, struct measure_text text, const char *path)
{
	return run(text, path);
}

int main(int argc, char **argv)
{
	const size_t count = sizeof loops / sizeof *loops;
	for (size_t i = 0; argc > 2 && i < count; i++)
		if (strcmp(loops[i].name, argv[1]) == 0) {
			extract_prepare();
			printf("%" PRIu64 "\n", loop_measured(loops[i].run, measure_read(argv[2]), argv[2]));
			return 0;
		}
	for (size_t i = 0; i < count; i++)
		puts(loops[i].name);
	return argc > 1 ? 2 : 0;
}
