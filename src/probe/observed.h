/*
 * What evidence says of stores over time: every verdict of our own, and every sighting that says a store was open, as
 * observations for probe/windows.h. Reads lines that probe_evidence_check() has found whole; a line that is none of
 * these says nothing.
 */
#ifndef STAUNCH_PROBE_OBSERVED_H
#define STAUNCH_PROBE_OBSERVED_H

#include "probe/windows.h"

/* One observation, and who made it. */
struct probe_seen {
	struct probe_observation observation;
	char engine[65];  /* of a sighting; "" otherwise */
	bool open;        /* of a sighting: it says so; else only that something answered, which is no observation */
	bool by_address;  /* of a sighting: known by an address that a name led to when we asked: whose it was before,
			   * nobody  knows, so it is no observation either */
	uint8_t mark[16]; /* of a sighting: what tells it from others of the same target, engine and time */
};

struct probe_observed {
	char *target; /* canonical */
	struct probe_seen *seen;
	size_t count, capacity;
	int64_t last_check; /* UTC seconds of the last verdict, whatever it said; 0 never */
	char **addresses;   /* where it answered us, each once, at most CEIL_SEEN_ADDRESSES */
	size_t address_count;
};

struct probe_observed_all {
	struct probe_observed *targets;
	size_t count;
};

/* Adds what the lines say. Freed with probe_observed_free. */
void probe_observed_read(struct probe_observed_all *all, struct st_span lines);
/* NULL: nothing is known of it. Borrowed until the next read. */
struct probe_observed *probe_observed_of(const struct probe_observed_all *all, const char *target);
/* The same, begun when there is none. */
struct probe_observed *probe_observed_get(struct probe_observed_all *all, const char *target);
void probe_observed_add(struct probe_observed *observed, const struct probe_seen *seen);
void probe_observed_free(struct probe_observed_all *all);

/* Its windows: sightings that are no observation are left out. */
bool probe_seen_counts(const struct probe_seen *seen);
void probe_observed_windows(const struct probe_observed *observed, struct probe_exposures *out);
/* What tells two sightings apart: their engine, time, and what they say. */
void probe_sighting_mark(const char *engine, int64_t from, int64_t to, bool open, uint8_t mark[16]);

#endif
