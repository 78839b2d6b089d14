#include "redact/sink.h"

#include "base/ceilings.h"

/* A piece from this size on is written from where it stands. */
#define DIRECT_BYTES (16 * KIB)
#define HELD_BYTES (256 * KIB)

static void write_out(struct redact_sink *sink, const void *data, size_t size)
{
	if (sink->failed || size == 0)
		return;
	sink->counts.bytes_out += size;
	sink->failed = !sink->options->write(sink->options->context, data, size);
}

void sink_flush(struct redact_sink *sink)
{
	write_out(sink, sink->held.data, sink->held.size);
	sink->held.size = 0;
}

void sink_add(struct redact_sink *sink, const void *data, size_t size)
{
	if (size >= DIRECT_BYTES || sink->held.size + size > HELD_BYTES)
		sink_flush(sink);
	if (size >= DIRECT_BYTES)
		write_out(sink, data, size);
	else if (size > 0)
		st_buf_add(&sink->held, data, size);
}

void sink_event(struct redact_sink *sink, const struct redact_event *event)
{
	if (event->unsearched)
		sink->counts.unsearched_bytes += event->end - event->start;
	else
		sink->counts.replaced[event->kind]++;
	if (sink->options->event)
		sink->options->event(sink->options->context, event);
}

void sink_free(struct redact_sink *sink)
{
	st_buf_wipe(&sink->held);
}
