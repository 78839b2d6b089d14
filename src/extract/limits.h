/* The ceilings on one object, as values, so that tests and fuzzing reach them with small inputs. For extract, redact.
 */
#ifndef STAUNCH_EXTRACT_LIMITS_H
#define STAUNCH_EXTRACT_LIMITS_H

#include "extract/extract.h"

struct extract_limits {
	int nesting_depth;
	uint64_t archive_entries, members_bytes;
	uint64_t expanded_bytes, expanded_factor;
	uint64_t ratio, ratio_from_bytes;
	uint64_t spool_bytes, decode_bytes;
};

/* The values of base/ceilings.h. */
struct extract_limits extract_limits_default(void);

/* extract_object with other limits than the program's. */
void extract_object_with_limits(struct stream *stream, const struct extract_options *options,
	const struct extract_events *events, void *context, const struct extract_limits *limits,
	struct extract_result *result);

struct extract_run;
const struct extract_limits *extract_run_limits(const struct extract_run *run);
struct extract_meter *extract_run_meter(struct extract_run *run);

/* What one object has cost so far. Zero-initialise, then set the first group. */
struct extract_meter {
	struct extract_limits limits;
	uint64_t stored_size; /* 0: unknown, the bytes consumed so far stand for it */
	void (*progress)(void *context, uint64_t stored_bytes);
	void *context;

	uint64_t stored,
		expanded;  /* bytes consumed of the object; bytes that came out of containers, all levels together */
	uint64_t spooled;  /* bytes of nested containers held in memory now */
	uint64_t decoding; /* bytes of memory that open decoders hold now */
	uint64_t members;  /* what the members told so far cost who keeps them */
	uint64_t since_progress;
	enum st_reason stop; /* the limit of the whole object that was met */
};

void extract_meter_stored(struct extract_meter *meter, uint64_t bytes);
/* false when the object may not expand further: `stop` says why and stays. */
bool extract_meter_expanded(struct extract_meter *meter, uint64_t bytes);
/* Work without bytes (an entry listed); bytes says what it is worth in progress. */
void extract_meter_work(struct extract_meter *meter, uint64_t bytes);
/* Is `expanded` out of `stored` compressed bytes the ratio of a bomb? */
bool extract_is_bomb(const struct extract_limits *limits, uint64_t expanded, uint64_t stored);

#endif
