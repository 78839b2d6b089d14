/* Where the redacted bytes of a run go, and what was counted on the way. Private to redact. */
#ifndef STAUNCH_REDACT_SINK_H
#define STAUNCH_REDACT_SINK_H

#include "redact/redact.h"

struct redact_sink {
	const struct redact_options *options;
	struct st_buf held; /* small pieces wait for each other */
	struct redact_counts counts;
	bool failed; /* nothing is written after a failure */
};

void sink_add(struct redact_sink *sink, const void *data, size_t size);
void sink_flush(struct redact_sink *sink);
/* Counts a replacement and tells of it. */
void sink_event(struct redact_sink *sink, const struct redact_event *event);
void sink_free(struct redact_sink *sink);

#endif
