/* What a worker says about one object, gathered into frames of about 64 KiB (worker/protocol.h). */
#ifndef STAUNCH_WORKER_OUTBOX_H
#define STAUNCH_WORKER_OUTBOX_H

#include "base/bytes.h"
#include "base/hash.h"
#include "worker/protocol.h"

/* One for each worker, used for one job at a time. Zero-initialise, set socket; free the buffers never: a worker ends.
 */
struct outbox {
	int socket;
	uint32_t job;
	uint64_t stored_bytes; /* as last told by progress */
	uint64_t told_at_ms;   /* when anything was last sent */
	struct st_buf frames;  /* ready to be sent */

	struct st_buf records;
	uint32_t records_part, records_count;
	struct st_buf mentions;
	uint32_t mentions_count;
};

/* A mention ready to be sent. */
struct outbox_mention {
	uint8_t kind, form, confidence;
	uint32_t part;
	uint64_t record;        /* 1 + its number, 0 none */
	uint64_t start, length; /* stored bytes */
	struct st_span canonical;
};

void outbox_begin(struct outbox *out, uint32_t job);
/* One frame after what was gathered; it may wait for others. A peer that is gone ends the process: nobody is left to
 * work for. */
void outbox_add(struct outbox *out, enum worker_message type, const struct st_buf *body);
/* The same, and all of it is sent now. */
void outbox_send(struct outbox *out, enum worker_message type, const struct st_buf *body);
void outbox_record(struct outbox *out, uint32_t part, const uint8_t sha256[ST_SHA256_BYTES]);
void outbox_mention(struct outbox *out, const struct outbox_mention *mention);
/* Bytes of the object consumed so far; sent at most ten times a second. */
void outbox_progress(struct outbox *out, uint64_t stored_bytes);
/* Called while work goes on without news: a sign of life once a second. */
void outbox_alive(struct outbox *out);

#endif
