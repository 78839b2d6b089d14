/*
 * Times as other programs write them: RFC 3339 (with a zone), the same without a zone (UTC, where the source documents
 * that its times are), a day, and seconds or milliseconds since 1970. Proleptic Gregorian calendar; a leap second is
 * the second behind it. A text that is no time, or a day that no calendar has, is refused and never mended.
 */
#ifndef STAUNCH_PROBE_MOMENT_H
#define STAUNCH_PROBE_MOMENT_H

#include "base/bytes.h"

/* UTC seconds: some instant in [from, to]; the same but for a day. */
struct probe_moment {
	int64_t from, to;
	bool zone; /* the text said its zone */
};

/* "2019-12-28T09:15:00.5+02:00", "2019-12-28 09:15:00", "2019-12-28", "2019-12-28 09:15:00 UTC". */
bool probe_moment_read(struct st_span text, struct probe_moment *out);
/* Digits alone: seconds, or milliseconds from 12 digits on (the year 5138 in seconds). */
bool probe_moment_epoch(struct st_span text, struct probe_moment *out);

#endif
