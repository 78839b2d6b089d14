/* What stream.c and stream_write.c share: the state of one input. Private to them. */
#ifndef STAUNCH_REDACT_STREAM_STATE_H
#define STAUNCH_REDACT_STREAM_STATE_H

#include "detect/seen.h"
#include "redact/key_names.h"
#include "redact/known.h"
#include "redact/pending.h"
#include "redact/policy.h"
#include "redact/stream.h"
#include "redact/text_map.h"

struct redact_stream {
	const struct redact_options *options;
	struct replacer *replacer;
	struct redact_sink *sink;
	struct detect *detect;
	struct known_names *names; /* NULL: none are known */
	struct detect *bytes;      /* of mapped text: what stands in its bytes, whatever they encode */
	const struct shape_format *format;
	struct shape *shape; /* NULL: text */
	struct shape_events shape_events;
	struct seen seen; /* names and case numbers; domains the detectors keep themselves */
	struct pending pending;
	struct text_map map;
	bool mapped; /* text is not the bytes of the input */
	uint64_t origin;
	struct st_buf tail; /* text from tail_at on that came before the block */
	uint64_t tail_at, block_at;
	struct st_span block;
	/* offsets of text: written <= fed <= received */
	uint64_t written, fed, received;
	bool in_nuls;                   /* a stretch of them is open */
	uint64_t nuls_text, nuls_input; /* where it begins */
	uint64_t stop_at;               /* what begins here cannot be searched and is refused; UINT64_MAX: nothing */
	uint64_t hidden_input;          /* where the literal begins that the shape cannot search */
	bool in_kept;
	bool refused; /* nothing behind `fed` leaves */
	struct key_names *key_names;
	struct {
		bool open, replaced; /* replaced: by this run */
		struct pending_place place;
	} key; /* one that holds a replacement is being written */
	struct st_buf piece, encoded;
};

/* Where a byte of text stands in the input of the run. */
uint64_t stream_input_offset(const struct redact_stream *stream, uint64_t offset);
/* Writes everything before `limit`, of which no candidate and no structure is open. */
void stream_write_until(struct redact_stream *stream, uint64_t limit);
/* The same up to what detectors, shape and known names have settled. */
void stream_write_settled(struct redact_stream *stream);

#endif
