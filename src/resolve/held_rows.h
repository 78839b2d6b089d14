/*
 * Rows held in memory until they are sorted. They are dealt into buckets by the first byte of their digest as they
 * come, so that sorting and writing one bucket stays inside the processor's cache: with one arena of 64 MiB a quarter
 * of all time was waiting for memory.
 */
#ifndef STAUNCH_RESOLVE_HELD_ROWS_H
#define STAUNCH_RESOLVE_HELD_ROWS_H

#include "resolve/row.h"

/* One arena of packed rows, one behind the other: adding writes in one place alone. */
struct held_bucket {
	struct st_buf arena;
	size_t count;
};
/* What gets sorted: made of a bucket when its turn comes. */
struct held_entry {
	uint64_t digest, offset;
};
#define HELD_BUCKETS 256
struct held_rows {
	const uint8_t *digest_key; /* borrowed */
	struct held_bucket buckets[HELD_BUCKETS];
	struct held_entry *entries, *scratch; /* of the bucket that is sorted */
	size_t count, bytes, entry_capacity;
};
void held_add(struct held_rows *rows, uint8_t kind, struct st_span key, const struct resolve_place *place);
size_t held_bytes(const struct held_rows *rows);
/* Sorts and writes all, those of one key as one row (with ROW_TIMES: their number). *written: places written, the
 * same place of the same key only once. */
enum st_status held_write(struct held_rows *rows, struct row_writer *writer, uint64_t *written, struct st_error *err);
void held_clear(struct held_rows *rows); /* keeps the memory */
void held_free(struct held_rows *rows);

#endif
