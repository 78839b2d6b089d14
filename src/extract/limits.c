/* Counts what an object costs and says when it is enough. */
#include "base/ceilings.h"
#include "extract/limits.h"

/* Stored and expanded bytes between two signs of life: well under a second of work at the slowest reader's speed. */
#define PROGRESS_BYTES (2 * MIB)

struct extract_limits extract_limits_default(void)
{
	return (struct extract_limits){
		.nesting_depth = CEIL_NESTING_DEPTH,
		.archive_entries = CEIL_ARCHIVE_ENTRIES,
		.members_bytes = CEIL_MEMBERS_BYTES,
		.expanded_bytes = CEIL_EXPANDED_BYTES,
		.expanded_factor = CEIL_EXPANDED_FACTOR,
		.ratio = CEIL_RATIO,
		.ratio_from_bytes = CEIL_RATIO_FROM_BYTES,
		.spool_bytes = CEIL_SPOOL_BYTES,
		.decode_bytes = CEIL_DECODE_BYTES,
	};
}

void extract_meter_work(struct extract_meter *meter, uint64_t bytes)
{
	meter->since_progress += bytes;
	if (meter->since_progress < PROGRESS_BYTES)
		return;
	meter->since_progress = 0;
	if (meter->progress != NULL)
		meter->progress(meter->context, meter->stored);
}

void extract_meter_stored(struct extract_meter *meter, uint64_t bytes)
{
	meter->stored += bytes;
	if (meter->stored_size != 0 && meter->stored > meter->stored_size)
		meter->stored = meter->stored_size; /* readers that seek meet some bytes twice */
	extract_meter_work(meter, bytes);
}

bool extract_is_bomb(const struct extract_limits *limits, uint64_t expanded, uint64_t stored)
{
	return expanded > limits->ratio_from_bytes && expanded / limits->ratio > stored;
}

bool extract_meter_expanded(struct extract_meter *meter, uint64_t bytes)
{
	uint64_t base = meter->stored_size != 0 ? meter->stored_size : meter->stored;
	if (meter->stop != ST_REASON_NONE)
		return false;
	meter->expanded += bytes;
	if (extract_is_bomb(&meter->limits, meter->expanded, base))
		meter->stop = ST_REASON_LIMIT_RATIO;
	else if (meter->expanded > meter->limits.expanded_bytes &&
		 meter->expanded / meter->limits.expanded_factor > base)
		meter->stop = ST_REASON_LIMIT_SIZE;
	extract_meter_work(meter, bytes);
	return meter->stop == ST_REASON_NONE;
}
