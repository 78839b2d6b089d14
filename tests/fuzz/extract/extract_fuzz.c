/* Any bytes as an object whose format may be forced and which comes in pieces of any size: no rule of extract.h is
 * broken, and how the bytes are cut changes neither status nor the number of parts, records and text bytes. The first
 * byte of the input chooses the format, the second the size of the pieces. */
#include <stdio.h>

#include "../../unit/extract/recorder.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct drip {
	struct stream stream, *from;
	size_t most;
};

static ssize_t drip_read(struct stream *stream, void *data, size_t capacity)
{
	struct drip *drip = stream->self;
	return drip->from->read(drip->from, data, capacity < drip->most ? capacity : drip->most);
}

static uint64_t text_bytes(const struct recorder *seen)
{
	uint64_t bytes = 0;
	for (uint32_t i = 0; i < seen->count; i++)
		bytes += seen->parts[i].text_bytes;
	return bytes;
}

static void run(struct recorder *seen, const uint8_t *data, size_t size, size_t most, const char *format)
{
	struct extract_limits limits = extract_limits_default();
	struct extract_options options = {.format = format, .stored_size = size};
	struct drip drip = {.from = stream_open_memory(data, size), .most = most};
	drip.stream = (struct stream){.read = drip_read, .self = &drip};
	limits.nesting_depth = 3;
	limits.expanded_bytes = 1 << 20;
	limits.archive_entries = 20;
	recorder_run(seen, &drip.stream, &options, &limits);
	stream_close(drip.from);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const formats[] = {NULL, "text", "json", "jsonl", "csv", "auto"};
	struct recorder whole, cut;
	if (size < 2)
		return 0;
	const char *format = formats[data[0] % (sizeof(formats) / sizeof(formats[0]))];
	run(&whole, data + 2, size - 2, SIZE_MAX, format);
	run(&cut, data + 2, size - 2, (size_t)data[1] + 1, format);
	const char *broken = whole.broken != NULL ? whole.broken : cut.broken;
	if (broken == NULL && (whole.result.status != cut.result.status || whole.result.reason != cut.result.reason))
		broken = "the cut changes the status";
	if (broken == NULL && (whole.count != cut.count || whole.result.records != cut.result.records))
		broken = "the cut changes the number of parts or records";
	if (broken == NULL && text_bytes(&whole) != text_bytes(&cut))
		broken = "the cut changes the text";
	if (broken != NULL) {
		fprintf(stderr, "broken: %s\n", broken);
		abort();
	}
	recorder_free(&whole);
	recorder_free(&cut);
	return 0;
}
