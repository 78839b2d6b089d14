/* Collects mentions and records and writes them as sorted, sealed runs: nothing is counted here. */
#include "resolve/held_rows.h"

#include "base/ceilings.h"
#include "resolve/run_file.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct resolve_collector {
	struct resolve_work work;
	uint64_t next_run;
	size_t longest_key; /* above CEIL_KEY_BYTES: 0 or the size that was refused */
	struct held_rows mentions, records;
};

struct resolve_collector *resolve_collector_open(const struct resolve_work *work, uint64_t next_run)
{
	struct resolve_collector *collector = st_alloc_zero(1, sizeof *collector);
	collector->work = *work;
	collector->next_run = next_run;
	collector->mentions.digest_key = collector->records.digest_key = collector->work.digest_key;
	return collector;
}

void resolve_add_mention(struct resolve_collector *collector, const struct resolve_mention *mention)
{
	struct resolve_place place = {.segment = mention->segment,
		.part = mention->part,
		.record = mention->record,
		.start = mention->start,
		.length = mention->length,
		.form = mention->form,
		.confidence = mention->confidence};
	if (mention->canonical.size > CEIL_KEY_BYTES) {
		collector->longest_key = mention->canonical.size;
		return;
	}
	held_add(&collector->mentions, mention->kind, mention->canonical, &place);
}

void resolve_add_record(
	struct resolve_collector *collector, uint32_t segment, uint64_t record, const uint8_t sha256[ST_SHA256_BYTES])
{
	struct resolve_place place = {.segment = segment, .record = record};
	held_add(&collector->records, 0, (struct st_span){.data = sha256, .size = ST_SHA256_BYTES}, &place);
}

size_t resolve_collector_bytes(const struct resolve_collector *collector)
{
	return held_bytes(&collector->mentions) + held_bytes(&collector->records);
}

uint64_t resolve_collector_next_run(const struct resolve_collector *collector)
{
	return collector->next_run;
}

static enum st_status write_run(struct resolve_collector *collector, struct held_rows *rows, char content,
	struct resolve_run *out, struct st_error *err)
{
	char name[sizeof out->name];
	struct run_writer *file;
	snprintf(name, sizeof name, "run-%010" PRIu64 "%c", collector->next_run++, content);
	ST_TRY(run_create(&collector->work, name, content, true, &file, err));
	struct row_writer writer = {.form = ROW_RUN, .out = {.put = run_put, .context = file}};
	enum st_status status = held_write(rows, &writer, &out->rows, err);
	if (status == ST_OK)
		status = row_writer_finish(&writer, err);
	row_writer_free(&writer);
	if (status == ST_OK)
		return run_finish(file, out, err);
	run_abandon(file);
	return status;
}

enum st_status resolve_collector_flush(
	struct resolve_collector *collector, struct resolve_run out[2], size_t *count, struct st_error *err)
{
	*count = 0;
	if (collector->longest_key > 0)
		return st_fail(err, ST_FATAL, "a value of %zu bytes cannot be counted", collector->longest_key);
	size_t written = 0;
	enum st_status status = ST_OK;
	if (collector->mentions.count > 0)
		status = write_run(collector, &collector->mentions, 'm', &out[written], err);
	written += status == ST_OK && collector->mentions.count > 0;
	if (status == ST_OK && collector->records.count > 0) {
		status = write_run(collector, &collector->records, 'r', &out[written], err);
		if (status == ST_OK)
			written++;
		else if (written > 0)
			unlinkat(collector->work.dir_fd, out[0].name, 0);
	}
	if (status != ST_OK)
		return status;
	*count = written;
	held_clear(&collector->mentions);
	held_clear(&collector->records);
	return ST_OK;
}

void resolve_collector_release(struct resolve_collector *collector)
{
	held_free(&collector->mentions);
	held_free(&collector->records);
	collector->mentions.digest_key = collector->records.digest_key = collector->work.digest_key;
}

void resolve_collector_close(struct resolve_collector *collector)
{
	if (collector == NULL)
		return;
	held_free(&collector->mentions);
	held_free(&collector->records);
	free(collector);
}
