/*
 * Names of columns, and where in the input their values stand: what a reader of tables knows and the text around a
 * value does not say. Private to detect; told by detect_field_name() and detect_field_begins().
 */
#ifndef STAUNCH_DETECT_FIELDS_H
#define STAUNCH_DETECT_FIELDS_H

#include "detect/labels.h"

struct detect_field {
	unsigned sets;           /* bit n: it is a label of set n (labels.h) */
	struct label_text words; /* for phrases */
};

struct field_stretch {
	uint64_t start;
	unsigned field; /* 1 + its place in names; 0: none */
};

/* Zero-initialised is empty. */
struct fields {
	struct detect_field *names;
	size_t name_count, name_capacity;
	struct field_stretch *stretches; /* those still needed: [first, first + count) */
	size_t first, count, capacity;
};

/* The number of a name, counted from 1; 0 when it holds no word or there are too many (CEIL_FIELD_NAMES). */
unsigned fields_name(struct fields *fields, struct st_span name);
void fields_begin(struct fields *fields, uint64_t start, unsigned field);
/* The field in which this offset lies, or NULL. Offsets of later calls are no smaller. */
const struct detect_field *fields_at(struct fields *fields, uint64_t offset);
/* Forgets everything; the memory stays for the next input. */
void fields_clear(struct fields *fields);
void fields_free(struct fields *fields);

#endif
