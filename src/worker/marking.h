/*
 * Marks: what a worker says of a record beside mentions of values, as rows of kinds of their own. They go through the
 * same runs and the same exact merge, are never shown as entities, and their values come out of closed lists.
 */
#ifndef STAUNCH_WORKER_MARKING_H
#define STAUNCH_WORKER_MARKING_H

#include "base/bytes.h"

/* Stand in rows of cases beside enum detect_kind: append only. */
enum marking {
	MARKING_FIRST = 160,             /* above the kinds of values, shown ones and others */
	MARKING_COUNTRY = MARKING_FIRST, /* of a national id, by its scheme: "IT" and the id */
	MARKING_LABEL,                   /* of sensitivity: "confidential" */
	MARKING_DOCUMENT,                /* type of the record: "invoice" */
	MARKING_SPECIAL,                 /* a subject of special categories near a person: "health" */
	MARKING_TURNS,                   /* of a conversation: varint those of agents, varint those of customers */
	MARKING_SAID,                    /* a value that was found in a turn, by its speaker */
	MARKING_PLACE,                   /* country of a postal address: "IT" */
	MARKING_END
};

/* Is this one of the values that marks of this kind have? Whoever gets marks asks: a worker may have been taken over.
 */
bool marking_is_known(uint8_t kind, struct st_span value);
/* Of MARKING_TURNS, by the order of marking_speakers; false: it is none. */
#define MARKING_SPEAKERS 2
bool marking_turns(struct st_span value, uint64_t turns[MARKING_SPEAKERS]);

extern const char *const marking_labels[],
	*const marking_documents[], *const marking_subjects[],
					    *const marking_speakers[]; /* NULL-ended, in the order of reports */

#endif
