/*
 * Compressed files of one member. Streams that follow each other are read to the last; the tools that write them
 * (bzip2, xz, zstd, lz4, lzip) all do so. Memory of all decoders open at a time is limited together, because each layer
 * of a nested file may ask for a dictionary of its own.
 */
#include <stdlib.h>

#include "extract/compressed.h"
#include "extract/limits.h"
#include "extract/window.h"

/* No magic number of the formats here is longer. */
#define MAGIC_BYTES 16

struct compressed {
	struct stream stream;
	struct window from;
	const struct decoder *decoder;
	void *state;
	const struct extract_limits *limits;
	struct extract_meter *meter;
	uint64_t in, out;
	uint64_t memory_bytes; /* what the meter holds for it */
	bool ended, garbage;
	enum st_reason unverified;
};

static enum st_reason fail(struct compressed *file, enum st_reason reason)
{
	if (file->from.reason != ST_REASON_NONE)
		reason = file->from.reason;
	return file->stream.reason = reason;
}

static void charge_memory(struct compressed *file)
{
	uint64_t now = file->decoder->memory_bytes(file->state);
	file->meter->decoding += now - file->memory_bytes;
	file->memory_bytes = now;
}

static size_t skip_zeros(struct window *from)
{
	size_t have;
	while ((have = window_fill(from, MAGIC_BYTES)) > 0 && *window_bytes(from) == 0)
		from->at++;
	return have;
}

/* Behind the end of a stream: true when another begins. */
static bool next_stream(struct compressed *file)
{
	size_t have = skip_zeros(&file->from);
	struct st_span bytes = {window_bytes(&file->from), have};
	if (have == 0)
		return false;
	if (file->decoder->begins != NULL && file->decoder->begins(bytes)) {
		file->ended = !file->decoder->again(file->state);
		if (file->ended)
			fail(file, ST_REASON_MEMORY);
		return !file->ended;
	}
	file->garbage = true;
	return false;
}

static size_t run_once(struct compressed *file, void *data, size_t capacity)
{
	size_t have = window_fill(&file->from, 1);
	struct decode_io io = {.in = window_bytes(&file->from), .in_size = have, .out = data, .out_size = capacity};
	enum decode_status status = file->decoder->run(file->state, &io);
	size_t taken = have - io.in_size, given = capacity - io.out_size;
	file->from.at += taken;
	file->in += taken;
	file->out += given;
	file->ended = status == DECODE_ENDED;
	charge_memory(file);
	if (status == DECODE_FAILED)
		fail(file, io.reason);
	else if (io.reason != ST_REASON_NONE)
		file->unverified = io.reason;
	if (status == DECODE_MORE && given == 0 && taken == 0)
		fail(file, have == 0 ? ST_REASON_TRUNCATED : ST_REASON_CORRUPT);
	if (file->stream.reason == ST_REASON_NONE && extract_is_bomb(file->limits, file->out, file->in))
		fail(file, ST_REASON_LIMIT_RATIO);
	return given;
}

/* What came before a failure is given first. */
static ssize_t member_read(struct stream *stream, void *data, size_t capacity)
{
	struct compressed *file = stream->self;
	while (stream->reason == ST_REASON_NONE) {
		if (file->ended && !next_stream(file))
			break;
		size_t given = run_once(file, data, capacity);
		if (given > 0)
			return (ssize_t)given;
	}
	return stream->reason == ST_REASON_NONE ? 0 : -1;
}

static enum st_reason read_member(struct reader_input *input, struct compressed *file)
{
	static const struct st_span name = {(const uint8_t *)"data", 4};
	enum st_reason reason = ST_REASON_NONE;
	if (extract_run_entry(input, &reason))
		extract_run_member(input, name, &file->stream, &reason);
	if (reason == ST_REASON_NONE)
		reason = file->stream.reason;
	if (reason == ST_REASON_NONE)
		reason = file->garbage ? ST_REASON_CORRUPT : file->unverified;
	return reason;
}

void compressed_read(struct reader_input *input, const struct decoder *decoder, struct extract_part_result *result)
{
	struct compressed *file = st_alloc_zero(1, sizeof(*file));
	enum st_reason reason = ST_REASON_MEMORY;
	file->decoder = decoder;
	file->limits = extract_run_limits(input->run);
	file->meter = extract_run_meter(input->run);
	file->stream = (struct stream){.read = member_read, .self = file};
	uint64_t room = file->limits->decode_bytes;
	room -= file->meter->decoding < room ? file->meter->decoding : room;
	window_open(&file->from, input->stream, false);
	file->state = decoder->open(room);
	if (file->state != NULL) {
		charge_memory(file);
		reason = read_member(input, file);
		file->meter->decoding -= file->memory_bytes;
		decoder->close(file->state);
	}
	extract_run_container_end(input, reason, result);
	window_close(&file->from);
	free(file);
}
