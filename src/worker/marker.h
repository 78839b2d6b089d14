/*
 * Marks on their way: what words say of a text waits here in order, until the mentions before it have gone; subjects of
 * special categories are kept only where a person stands near; a record's type is decided once its words are.
 */
#ifndef STAUNCH_WORKER_MARKER_H
#define STAUNCH_WORKER_MARKER_H

#include "worker/words.h"

#define MARKER_NEAR_BYTES 128 /* of a subject to a person: both in one sentence */

struct marker_item {
	uint64_t text_start; /* in whose record it counts */
	uint64_t other;      /* must be in the same record; text_start itself when there is no other */
	uint64_t start;      /* stored */
	uint32_t length;
	uint8_t kind, confidence;
	const char *value; /* from a closed list */
};

struct marker_record {
	uint64_t start, end, number;
};

struct marker {
	struct words *words;
	struct st_buf items; /* struct marker_item, by text_start */
	size_t items_at;
	struct st_buf records; /* struct marker_record: not all their words are judged */
	size_t records_at;
	uint64_t person_end; /* of the person before; 0 none */
	uint64_t person_start;
	struct marker_item subjects[8]; /* the last ones, a ring: a person may follow */
	size_t subject_count;
	struct words_types *types; /* of the file's name and of joined parts; borrowed */
	bool joined;
};

void marker_begin(struct marker *marker, struct words_types *types, bool joined);
void marker_free(struct marker *marker);
/* Whatever the words of the marker call with. */
void marker_add(struct marker *marker, const struct marker_item *item);
/* The next mark that starts at or before `limit`; false: none does. What is near nobody is passed over. */
bool marker_next(struct marker *marker, uint64_t limit, struct marker_item *out);
/* A person stands at [start, end): gives the subjects near before it, each as a mark at the person's place, which is at
 * `stored`. At most 8, their number is returned. */
size_t marker_person(struct marker *marker, uint64_t start, uint64_t end, uint64_t stored, struct marker_item out[8]);
void marker_record(struct marker *marker, uint64_t start, uint64_t end, uint64_t number);
/* The next record whose type is known: its number; *type NULL for unknown. False: none is ready. */
bool marker_typed(struct marker *marker, uint64_t *number, const char **type);
/* The words are finished. */
void marker_end(struct marker *marker);

#endif
