/*
 * What lies between the text that was fed and the text that was written: mentions to be replaced, places of values, and
 * ranges that are left as they are. All sorted by start. Private to redact.
 */
#ifndef STAUNCH_REDACT_PENDING_H
#define STAUNCH_REDACT_PENDING_H

#include "redact/redact.h"
#include "redact/shape.h"

struct pending_mention {
	uint64_t start, end;
	size_t value; /* of its canonical form in values */
	uint16_t value_size;
	uint8_t kind, confidence;
	bool unsearched; /* no mention: bytes that no detector can search */
	bool field;      /* no mention: all of a place, because the policy says so; kind DETECT_KINDS */
	bool rest;       /* lost against another: what no other mention takes of it */
	bool known;      /* a name that is known from elsewhere, as it is told apart from one of the detectors */
};

/* Small, for there are as many as values in what is held. */
struct pending_place {
	uint64_t start, end;
	uint64_t object; /* of a key, as depth */
	uint32_t depth;
	uint8_t kind;   /* enum shape_place_kind */
	uint8_t escape; /* enum shape_escape */
	uint8_t quote;
	uint8_t said; /* enum redact_action: what the policy says of its field */
	bool first, last;
};

struct pending_range {
	uint64_t start, end;
};

/* Zero-initialised is empty. */
struct pending {
	struct pending_mention *mentions;
	size_t mention, mention_count, mention_capacity; /* those from `mention` on are waiting */
	struct pending_place *places;
	size_t place, place_count, place_capacity;
	struct pending_range *kept;
	size_t keep, kept_count, kept_capacity;
	struct st_buf values;
	size_t values_kept; /* they are looked through once they are larger than this */
};

void pending_add_mention(struct pending *pending, const struct pending_mention *mention, struct st_span value);
/* The place in which this offset lies; NULL: none that is waiting. */
const struct pending_place *pending_place_at(const struct pending *pending, uint64_t offset);
/* said: what the policy says of its field. */
void pending_add_place(struct pending *pending, const struct shape_place *place, enum redact_action said);
/* Tokens, labels and masks that stood in the input. */
void pending_add_kept(struct pending *pending, uint64_t start, uint64_t end);
/* The next mention; NULL: none waits. */
const struct pending_mention *pending_first(const struct pending *pending);
struct st_span pending_value(const struct pending *pending, const struct pending_mention *mention);
void pending_pop(struct pending *pending);
/* Forgets places and ranges that end at or before this offset. */
void pending_forget(struct pending *pending, uint64_t offset);
void pending_clear(struct pending *pending);
void pending_free(struct pending *pending);

#endif
