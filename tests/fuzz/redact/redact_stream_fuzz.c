/*
 * Any bytes, in any format that flows: the output does not depend on how they are cut, the events are sorted and lie in
 * the input, and a second run changes nothing. The first byte chooses format, mode and block size.
 */
#include <stdlib.h>

#include "redact/redact.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct run {
	struct st_buf out, events;
	uint64_t last;
	size_t size;
};

static void require(bool condition)
{
	if (!condition)
		abort();
}

static bool take(void *context, const void *data, size_t size)
{
	struct run *run = context;
	st_buf_add(&run->out, data, size);
	return true;
}

static void tell(void *context, const struct redact_event *event)
{
	struct run *run = context;
	require(event->start <= event->end && event->end <= run->size);
	require(event->start >= run->last || event->unsearched);
	run->last = event->start;
	st_buf_add_u64(&run->events, event->start);
	st_buf_add_u64(&run->events, event->end);
	st_buf_add_byte(&run->events, (uint8_t)event->kind);
}

static enum redact_status redact_all(
	struct redact_options *options, const uint8_t *data, size_t size, size_t block, struct run *run)
{
	*run = (struct run){.size = size};
	options->write = take;
	options->event = tell;
	options->context = run;
	struct redact *redact = redact_open(options);
	for (size_t at = 0; at < size; at += block)
		if (!redact_feed(redact, data + at, size - at < block ? size - at : block))
			break;
	struct redact_counts counts;
	enum redact_status status = redact_finish(redact, &counts);
	require(counts.bytes_out == run->out.size);
	redact_close(redact);
	return status;
}

static void free_run(struct run *run)
{
	st_buf_free(&run->out);
	st_buf_free(&run->events);
}

static bool same(const struct st_buf *a, const struct st_buf *b)
{
	return a->size == b->size && (a->size == 0 || memcmp(a->data, b->data, a->size) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t key[REDACT_KEY_BYTES] = "a key that nobody else would use";
	static const enum redact_format formats[] = {REDACT_TEXT, REDACT_TEXT, REDACT_JSON, REDACT_CSV};
	static const enum redact_action modes[] = {REDACT_TOKEN, REDACT_LABEL, REDACT_MASK, REDACT_TOKEN};
	static const size_t blocks[] = {1, 3, 17, 200};
	if (size == 0)
		return 0;
	uint8_t choice = *data++;
	size--;
	struct redact_options options = {.format = formats[choice & 3],
		.mode = modes[choice >> 2 & 3],
		.key = key,
		.by_line = choice >> 6 & 1,
		.pass_unsearched = choice >> 7 & 1};
	struct run once, cut, twice;
	enum redact_status status = redact_all(&options, data, size, size + 1, &once);
	require(redact_all(&options, data, size, blocks[choice >> 4 & 3], &cut) == status);
	require(same(&once.out, &cut.out) && same(&once.events, &cut.events));
	if (status == REDACT_OK) {
		/* what is shorter may be text no longer, by the measure of controls: then it is refused */
		const uint8_t *out = once.out.data ? once.out.data : data;
		status = redact_all(&options, out, once.out.size, once.out.size + 1, &twice);
		require(status != REDACT_OK || same(&once.out, &twice.out));
		free_run(&twice);
	}
	free_run(&once);
	free_run(&cut);
	return 0;
}
