/* One open part: its stream, of which the first bytes are looked at before a reader is chosen; private to extract. */
#ifndef STAUNCH_EXTRACT_PART_H
#define STAUNCH_EXTRACT_PART_H

#include "base/ceilings.h"
#include "extract/limits.h"
#include "extract/quotes.h"
#include "extract/reader.h"

struct part {
	struct part *outer; /* the container around it, NULL for the object */
	uint32_t index;
	int depth;
	struct stream *from;  /* what the container or the source gave */
	struct stream stream; /* what the reader reads: `held` again, then the rest of `from` */
	struct st_span head;
	bool head_is_all;
	struct st_span held; /* the head, or all that was spooled */
	size_t held_at;
	struct st_buf spool;
	const struct reader *reader; /* once chosen */
	bool container;
	const struct extract_member *member; /* what its container said of it; NULL for nothing */
	bool is_record;                      /* the last record spans the part; its digest: */
	uint8_t sha256[ST_SHA256_BYTES];
	struct quotes *quotes; /* of the text of a message; NULL for other parts, and when nobody asks for places */
	struct extract_meter *meter;
	uint64_t pulled; /* bytes that came from the source or the container */
	uint64_t records, entries, members;
};

/* part->from, outer, depth and meter are set; the object's bytes count as stored, a member's as expanded. */
void part_stream_open(struct part *part);
/* Looks at up to CEIL_SNIFF_BYTES, into a buffer that outlives the part. */
void part_sniff(struct part *part, uint8_t *head);
/* Holds a container in memory so that it can seek; what does not fit is replayed and read as a stream. */
void part_spool(struct part *part);
void part_stream_close(struct part *part);
/* Does a container around it, read by the same reader, have the same bytes? Exact for containers that can seek or are
 * smaller than the head; other quines end at the depth or the size. */
bool part_is_self_nested(struct part *part);

#endif
