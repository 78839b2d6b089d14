/* Any bytes as an object, once as a file and once as a pipe, under limits that small inputs reach: no rule of extract.h
 * is broken, and nothing expands further than its limit. */
#ifndef STAUNCH_TESTS_FUZZ_OBJECT_H
#define STAUNCH_TESTS_FUZZ_OBJECT_H

#include <stdio.h>

#include "extract/reader.h"

#include "../../unit/extract/recorder.h"

static const struct extract_limits tight = {.nesting_depth = 4,
	.archive_entries = 20,
	.members_bytes = 16384,
	.expanded_bytes = 1 << 20,
	.expanded_factor = 50,
	.ratio = 200,
	.ratio_from_bytes = 1 << 18,
	.spool_bytes = 1 << 16,
	.decode_bytes = 16 << 20};

static inline ssize_t forward_read(struct stream *stream, void *data, size_t capacity)
{
	struct stream *from = stream->self;
	return from->read(from, data, capacity);
}

static inline void check_rules(const struct recorder *seen)
{
	if (seen->broken != NULL) {
		fprintf(stderr, "broken: %s\n", seen->broken);
		abort();
	}
}

static inline void fuzz_object(const uint8_t *data, size_t size)
{
	static const char *const id_fields[] = {"a", "id", "a.b", NULL};
	static const struct extract_options options = {.format = NULL, .id_fields = id_fields};
	struct recorder seen;
	struct stream *file = stream_open_memory(data, size);
	recorder_run(&seen, file, &options, &tight);
	check_rules(&seen);
	if (seen.result.expanded_bytes > (1 << 20) + CEIL_SNIFF_BYTES + 50 * size)
		abort();
	recorder_free(&seen);
	stream_close(file);

	file = stream_open_memory(data, size);
	struct stream pipe = {.read = forward_read, .self = file};
	recorder_run(&seen, &pipe, &options, &tight);
	check_rules(&seen);
	recorder_free(&seen);
	stream_close(file);
}

/* The same for what one of these readers takes. */
static inline void fuzz_object_of(const struct reader *const *readers, size_t count, const uint8_t *data, size_t size)
{
	struct reader_input input = {.head = {data, size < CEIL_SNIFF_BYTES ? size : CEIL_SNIFF_BYTES}};
	bool mine = false;
	for (size_t i = 0; i < count; i++)
		mine |= readers[i]->bid(&input) > 0;
	if (mine)
		fuzz_object(data, size);
}

#endif
