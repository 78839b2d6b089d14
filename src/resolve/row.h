/*
 * How sorted rows are written, the same in runs and in results: a block is a sequence of rows, a row is one key with
 * its places (or how often it was added), and needs nothing from another block to be read.
 *
 *   row    = head kind [digest] key [totals] (places | times)
 *   head   = varint key size << 1 | more         more: the same key goes on in the next row
 *   digest = its first 8 bytes                   (ROW_RUN, ROW_TIMES)
 *   totals = varint mentions, mentions in distinct records, records; byte confidence   (ROW_ENTITY, last row of a key)
 *   places = varint size, places as differences  (ROW_RUN, ROW_PLACES, ROW_ENTITY)
 *   times  = varint                              (ROW_TIMES)
 *
 * Rows are sorted by (digest, kind, key). Runs carry half of the digest, which spares computing it for every row and
 * pass; results, which stay, are read again only when a case grows and do without. The other half is computed when two
 * different keys agree in the first: for 100 million keys once in 3,700 cases, or when somebody forges it.
 */
#ifndef STAUNCH_RESOLVE_ROW_H
#define STAUNCH_RESOLVE_ROW_H

#include "resolve/resolve.h"

enum row_form { ROW_RUN, ROW_PLACES, ROW_ENTITY, ROW_TIMES };

struct row_key {
	uint64_t digest; /* the first 8 bytes, as a number that orders as they do */
	uint8_t kind;
	struct st_span bytes;
};

void row_digest(
	const uint8_t digest_key[ST_DIGEST_KEY_BYTES], uint8_t kind, struct st_span key, uint8_t out[ST_DIGEST_BYTES]);
uint64_t row_digest_start(const uint8_t digest_key[ST_DIGEST_KEY_BYTES], uint8_t kind, struct st_span key);

/* Full keys; the digest is not looked at. */
static inline bool row_same_key(uint8_t kind_a, struct st_span a, uint8_t kind_b, struct st_span b)
{
	return kind_a == kind_b && a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}
/* By digest, then kind, then bytes: 0 only for the same key. */
int row_key_compare(const uint8_t digest_key[ST_DIGEST_KEY_BYTES], const struct row_key *a, const struct row_key *b);
/* By segment, record, part, start, length; 0 is the same place. */
int row_place_compare(const struct resolve_place *a, const struct resolve_place *b);

#define ROW_PLACE_BYTES 48 /* one packed place is never longer */
/* Packs place as its difference to *previous (fresh: to nothing), which it becomes; returns the size. */
size_t row_place_pack(
	uint8_t out[ROW_PLACE_BYTES], struct resolve_place *previous, bool fresh, const struct resolve_place *place);
/* false when the bytes are no place; *at is then undefined. *place must hold the one before, unless the bytes say
 * fresh. */
bool row_place_unpack(const uint8_t **at, const uint8_t *end, struct resolve_place *place);
/* Does a packed list begin with a place that needs none before it? */
bool row_places_start(struct st_span places);

#define ROW_FEW_BYTES 256
/* Bytes of a key or a place: mostly too few for a call. */
static inline uint8_t *row_put_bytes(uint8_t *at, const uint8_t *data, size_t size)
{
	if (size > ROW_FEW_BYTES)
		return (uint8_t *)memcpy(at, data, size) + size;
	if (size < 16) {
		for (size_t i = 0; i < size; i++)
			at[i] = data[i];
		return at + size;
	}
	for (size_t i = 0; i < size - 16; i += 16)
		memcpy(at + i, data + i, 16);
	memcpy(at + size - 16, data + size - 16, 16);
	return at + size;
}

/* st_buf_reserve without the call when there is room: it is asked for every row. */
static inline void row_reserve(struct st_buf *buf, size_t more_bytes)
{
	if (buf->capacity - buf->size < more_bytes)
		st_buf_reserve(buf, more_bytes);
}

#define ROW_HEAD_BYTES 64 /* all of a row but key and places is never longer */

/* One row as read; spans into the block. */
struct row {
	uint8_t kind;
	bool more;
	uint64_t digest; /* ROW_RUN, ROW_TIMES */
	struct st_span key, places;
	uint64_t mentions, mentions_distinct_records, records, times;
	uint8_t best_confidence;
};
/* Takes a row off the front of block; false when the bytes are none. Places are not checked. */
bool row_read(struct st_span *block, enum row_form form, struct row *out);

/* Writes rows in sorted order into blocks of at most CEIL_BLOCK_BYTES. Zero-initialise, set what comes first. */
struct row_writer {
	enum row_form form;
	struct resolve_blocks_out out; /* NULL put: blocks are dropped */
	const uint8_t *digest_key;     /* for the first digest of blocks; NULL: given as zero */
	struct st_buf block, places;
	struct row_key key; /* borrowed from row_begin to row_end */
	uint8_t first[ST_DIGEST_BYTES];
	struct resolve_place previous;
	uint32_t rows; /* of this key before the present one */
};
void row_begin(struct row_writer *writer, const struct row_key *key);
enum st_status row_add_place(struct row_writer *writer, const struct resolve_place *place, struct st_error *err);
/* The same; when the place is the first of the row and `packed` not empty, that is taken as it is. */
enum st_status row_add_packed(
	struct row_writer *writer, const struct resolve_place *place, struct st_span packed, struct st_error *err);
/* All of a key that has this one place, packed fresh; for forms without totals. */
enum st_status row_put_one(
	struct row_writer *writer, const struct row_key *key, struct st_span place, struct st_error *err);
/* totals: only its figures are read. */
enum st_status row_end(struct row_writer *writer, const struct row *totals, struct st_error *err);
enum st_status row_writer_finish(struct row_writer *writer, struct st_error *err); /* puts out the last block */
void row_writer_free(struct row_writer *writer);

#endif
