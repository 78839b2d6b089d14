/*
 * The core: one input, text in and redacted text out. Bytes are held until detectors and shape have settled them.
 * Private to redact; redact.c decides what an input is and which format it has.
 */
#ifndef STAUNCH_REDACT_STREAM_H
#define STAUNCH_REDACT_STREAM_H

#include "extract/charset.h"
#include "redact/replace.h"
#include "redact/shape.h"
#include "redact/sink.h"

struct redact_stream;
/* All three are borrowed. Caller closes. */
struct redact_stream *redact_stream_open(
	const struct redact_options *options, struct replacer *replacer, struct redact_sink *sink);
struct redact_stream_input {
	uint64_t origin; /* what stands before it in the input of the run */
	enum charset charset;
	const struct shape_format *shape;
	struct st_span head; /* its first bytes as UTF-8 */
	bool head_is_all;
};
void redact_stream_begin(struct redact_stream *stream, const struct redact_stream_input *input);
/* False: the input cannot be searched from counts.unsearched_at on, and everything before it was written. */
bool redact_stream_feed(struct redact_stream *stream, const void *data, size_t size);
/* Decides and writes everything that is held; false as above. The next call begins an input. */
bool redact_stream_finish(struct redact_stream *stream);
void redact_stream_close(struct redact_stream *stream);

/* redact.c: redact_open for a text inside of a document, with the replacer of the run, which is borrowed. */
struct redact *redact_open_inside(const struct redact_options *options, struct replacer *replacer);

#endif
