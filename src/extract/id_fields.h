/*
 * Fields that name a unit of the user's (scan --id-field): their values, for counting how many different ones there
 * are. A field is named as it is written: in JSON by the keys that lead to it, joined by dots and without the `_source`
 * of a search engine (`project.id` is {"project": {"id": 7}} and {"project.id": 7}; arrays on the way are passed
 * through, each of their elements is a value); in tables by the head of its column. Upper and lower case differ. A
 * value is its text: 7 and "7" are one, null, objects and empty texts are none. One over CEIL_CANONICAL_BYTES is its
 * SHA-256.
 */
#ifndef STAUNCH_EXTRACT_ID_FIELDS_H
#define STAUNCH_EXTRACT_ID_FIELDS_H

#include "base/json_read.h"
#include "extract/reader.h"

struct id_fields;
/* NULL when names is NULL or empty; every function takes NULL. names is borrowed until closed. */
struct id_fields *id_fields_open(const char *const *names);
void id_fields_close(struct id_fields *fields);
/* A record begins: values of one that was none are forgotten. */
void id_fields_begin(struct id_fields *fields);
/* Each event of a JSON record, OBJECT to NULL; base_depth: depth of the record's own first event. */
void id_fields_json(struct id_fields *fields, const struct st_json_event *event, int base_depth);
/* A head of a table: its column is a field if it is named so. */
void id_fields_head(struct id_fields *fields, size_t column, struct st_span head);
/* A cell, trimmed, that ends at this text offset; hashed: its content is the SHA-256 of what stood there. */
void id_fields_cell(struct id_fields *fields, size_t column, uint64_t at, struct st_span cell, bool hashed);
/* The record is reported later: its values, after those kept before, are kept up to what this returns. */
size_t id_fields_keep(struct id_fields *fields);
/* Reports the values up to `end` of those kept, SIZE_MAX all: the record they stand in is reported next. */
void id_fields_give(struct id_fields *fields, const struct reader_input *input, size_t end);
/* Forgets those that were reported; all that were kept must be. What is left is of a record that has not ended. */
void id_fields_drop(struct id_fields *fields);
/* Did a record hold more than CEIL_ID_RECORD_BYTES of them? They were not all counted. */
bool id_fields_overflowed(const struct id_fields *fields);

#endif
