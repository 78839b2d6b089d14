/* Any bytes as a message or an mbox, whole and in pieces: no rule of extract.h is broken, and the pieces change
 * nothing. The first byte of the input chooses what stands before the rest, the second the size of the pieces. */
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

static bool same_places(const struct recorder *a, const struct recorder *b)
{
	for (uint32_t i = 0; i < a->count; i++)
		if (a->parts[i].place_sum != b->parts[i].place_sum)
			return false;
	return true;
}

static void run(struct recorder *seen, const struct st_buf *mail, size_t most)
{
	struct extract_limits limits = extract_limits_default();
	struct extract_options options = {.stored_size = mail->size};
	struct drip drip = {.from = stream_open_memory(mail->data, mail->size), .most = most};
	drip.stream = (struct stream){.read = drip_read, .self = &drip};
	limits.nesting_depth = 4;
	limits.expanded_bytes = 1 << 20;
	limits.archive_entries = 20;
	recorder_run(seen, &drip.stream, &options, &limits);
	stream_close(drip.from);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const fronts[] = {"", "From: a\nTo: b\n", "From x\nFrom: a\nTo: b\n",
		"From: a\nTo: b\nContent-Type: multipart/mixed; boundary=b\n\n--b\n", "From: a\nTo: b\n\n",
		"From: a\nTo: b\n\n<html><body><div class=gmail_quote>"};
	struct recorder whole, cut;
	struct st_buf mail = {0};
	if (size < 2)
		return 0;
	const char *front = fronts[data[0] % (sizeof(fronts) / sizeof(fronts[0]))];
	st_buf_add(&mail, front, strlen(front));
	st_buf_add(&mail, data + 2, size - 2);
	run(&whole, &mail, SIZE_MAX);
	run(&cut, &mail, (size_t)data[1] + 1);
	const char *broken = whole.broken != NULL ? whole.broken : cut.broken;
	if (broken == NULL && (whole.result.status != cut.result.status || whole.result.reason != cut.result.reason))
		broken = "the cut changes the status";
	if (broken == NULL && (whole.count != cut.count || whole.result.records != cut.result.records))
		broken = "the cut changes the number of parts or records";
	if (broken == NULL && !same_places(&whole, &cut))
		broken = "the cut changes the places";
	if (broken == NULL && text_bytes(&whole) != text_bytes(&cut))
		broken = "the cut changes the text";
	if (broken != NULL) {
		fprintf(stderr, "broken: %s\n", broken);
		abort();
	}
	recorder_free(&whole);
	recorder_free(&cut);
	st_buf_free(&mail);
	return 0;
}
