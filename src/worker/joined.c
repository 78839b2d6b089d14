/* The queue of a message: its parts end before it does. */
#include "worker/joined.h"

#include "base/ceilings.h"
#include "worker/marking.h"

/* Marks are of records: without one they say nothing. */
static void put(struct outbox *out, const struct outbox_mention *mention)
{
	if (mention->kind < MARKING_FIRST || mention->record != 0)
		outbox_mention(out, mention);
}

void joined_add(struct joined *joined, struct outbox *out, const struct outbox_mention *mention)
{
	if (joined->waiting.size >= CEIL_PENDING_BYTES) {
		put(out, mention);
		return;
	}
	st_buf_add(&joined->waiting, mention, sizeof *mention);
	st_buf_add(&joined->waiting, mention->canonical.data, mention->canonical.size);
}

void joined_decide(struct joined *joined, struct outbox *out, uint64_t record)
{
	const struct st_buf *waiting = &joined->waiting;
	for (size_t at = 0; at < waiting->size;) {
		struct outbox_mention mention;
		memcpy(&mention, waiting->data + at, sizeof mention);
		mention.canonical.data = waiting->data + at + sizeof mention;
		mention.record = record;
		put(out, &mention);
		at += sizeof mention + mention.canonical.size;
	}
	joined->waiting.size = 0;
	if (waiting->capacity > MIB)
		st_buf_free(&joined->waiting);
}
