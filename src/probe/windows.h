/*
 * Since when was it open, until when? From observations of one store to its exposure windows; several after a relapse.
 * Pure: no clock, no I/O. The method, which every report names:
 *   - Between two closed observations (or before the first, or behind the last) all open ones are one window.
 *   - opened in (the last closed observation before it, the first open one]; closed in (the last open one, the first
 *     closed one behind it]. A bound that nobody observed is not known, and never guessed.
 *   - A sighting is somebody else's word. It may move "opened by" to an earlier instant, nothing else: it is no proof
 *     that the store was still open later, and a window that rests on sightings alone is `stated`, not confirmed.
 *   - cannot-tell and not-tested observe nothing.
 * Wording of brackets: docs/contracts.md (a window is "opened in (t1, t2], closed in (t3, t4]").
 */
#ifndef STAUNCH_PROBE_WINDOWS_H
#define STAUNCH_PROBE_WINDOWS_H

#include "probe/probe.h"

enum probe_witness {
	PROBE_WITNESS_CHECK,    /* asked by staunch, signed in the evidence */
	PROBE_WITNESS_AUDIT,    /* a configuration of that day */
	PROBE_WITNESS_SIGHTING, /* somebody else's word */
	PROBE_WITNESSES
};

struct probe_observation {
	int64_t from, to; /* UTC seconds: it was made in [from, to]; the same when known to the second */
	enum probe_state state;
	enum probe_witness witness;
	uint64_t line; /* of the evidence; 0 none */
};

struct probe_bound {
	bool known;
	int64_t at;
	enum probe_witness witness;
	uint64_t line;
};

struct probe_exposure {
	struct probe_bound opened_after, opened_by; /* opened_by is always known */
	struct probe_bound closed_after, closed_by;
	bool confirmed;     /* at least one open observation is no sighting */
	uint64_t opens;     /* open observations that are no sighting */
	uint64_t sightings; /* in it */
	int64_t sighted_first, sighted_last;
};

struct probe_exposures {
	struct probe_exposure *windows; /* in the order of time */
	size_t count;
	/* Sightings of a day on which the store was also found closed: before or after, nobody knows; not used. */
	uint64_t undecided;
};

/* Sorts the observations by time. The caller frees with probe_exposures_free. */
void probe_exposures_find(struct probe_observation *observations, size_t count, struct probe_exposures *out);
void probe_exposures_free(struct probe_exposures *windows);
const char *probe_witness_name(enum probe_witness witness); /* "check", "audit", "sighting" */

#endif
