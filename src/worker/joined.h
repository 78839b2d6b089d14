/* Mentions of parts that belong to the record of a part around them (a message), until its number is known. */
#ifndef STAUNCH_WORKER_JOINED_H
#define STAUNCH_WORKER_JOINED_H

#include "worker/outbox.h"

/* Of one open part. Zero-initialised is empty. */
struct joined {
	struct st_buf waiting; /* struct outbox_mention without its canonical value, which follows it */
};

/* Keeps it for joined_decide; beyond CEIL_PENDING_BYTES it goes out at once, in no record. */
void joined_add(struct joined *joined, struct outbox *out, const struct outbox_mention *mention);
/* Sends what waits: record is 1 + its number, 0 for none. */
void joined_decide(struct joined *joined, struct outbox *out, uint64_t record);

#endif
