/* Puts sorted rows into blocks. A key with more places than a row may hold goes on in further rows. */
#include "resolve/row.h"

#include "base/ceilings.h"
#include "resolve/varint.h"

#include <endian.h>
#include <stdlib.h>

void row_begin(struct row_writer *writer, const struct row_key *key)
{
	writer->key = *key;
	writer->places.size = 0;
	writer->rows = 0;
}

static enum st_status put_block(struct row_writer *writer, struct st_error *err)
{
	if (writer->block.size == 0)
		return ST_OK;
	struct st_span block = {.data = writer->block.data, .size = writer->block.size};
	if (writer->out.put != NULL)
		ST_TRY(writer->out.put(writer->out.context, writer->first, block, err));
	writer->block.size = 0;
	return ST_OK;
}

/* Room for a row, in a block of its own when this one is full. */
static enum st_status make_room(struct row_writer *writer, size_t places_bytes, struct st_error *err)
{
	size_t most = ROW_HEAD_BYTES + writer->key.bytes.size + places_bytes;
	if (writer->block.size + most > CEIL_BLOCK_BYTES)
		ST_TRY(put_block(writer, err));
	if (writer->block.size == 0 && writer->digest_key != NULL)
		row_digest(writer->digest_key, writer->key.kind, writer->key.bytes, writer->first);
	row_reserve(&writer->block, most);
	return ST_OK;
}

static inline uint8_t *put_key(struct row_writer *writer, bool more)
{
	const struct st_span key = writer->key.bytes;
	uint8_t *at = varint_put(writer->block.data + writer->block.size, (uint64_t)key.size << 1 | more);
	*at++ = writer->key.kind;
	if (writer->form == ROW_RUN || writer->form == ROW_TIMES) {
		uint64_t digest = htobe64(writer->key.digest);
		memcpy(at, &digest, sizeof digest);
		at += sizeof digest;
	}
	return row_put_bytes(at, key.data, key.size);
}

/* Most of the time of writing goes here: one reservation, then straight into the block. */
static enum st_status put_row(struct row_writer *writer, bool more, const struct row *totals, struct st_error *err)
{
	ST_TRY(make_room(writer, writer->places.size, err));
	uint8_t *at = put_key(writer, more);
	if (writer->form == ROW_ENTITY && !more) {
		at = varint_put(at, totals->mentions);
		at = varint_put(at, totals->mentions_distinct_records);
		at = varint_put(at, totals->records);
		*at++ = totals->best_confidence;
	}
	at = varint_put(at, writer->form == ROW_TIMES ? totals->times : writer->places.size);
	at = row_put_bytes(at, writer->places.data, writer->places.size);
	writer->block.size = (size_t)(at - writer->block.data);
	return ST_OK;
}

enum st_status row_put_one(
	struct row_writer *writer, const struct row_key *key, struct st_span place, struct st_error *err)
{
	writer->key = *key;
	writer->rows = 0;
	ST_TRY(make_room(writer, place.size, err));
	uint8_t *at = varint_put(put_key(writer, false), place.size);
	at = row_put_bytes(at, place.data, place.size);
	writer->block.size = (size_t)(at - writer->block.data);
	return ST_OK;
}

enum st_status row_add_place(struct row_writer *writer, const struct resolve_place *place, struct st_error *err)
{
	if (writer->places.size + ROW_PLACE_BYTES > CEIL_ROW_PLACES_BYTES) {
		ST_TRY(put_row(writer, true, NULL, err));
		writer->places.size = 0;
		writer->rows++;
	}
	row_reserve(&writer->places, ROW_PLACE_BYTES);
	uint8_t *at = writer->places.data + writer->places.size;
	writer->places.size += row_place_pack(at, &writer->previous, writer->places.size == 0, place);
	return ST_OK;
}

enum st_status row_add_packed(
	struct row_writer *writer, const struct resolve_place *place, struct st_span packed, struct st_error *err)
{
	if (writer->places.size > 0 || packed.size == 0)
		return row_add_place(writer, place, err);
	row_reserve(&writer->places, packed.size);
	row_put_bytes(writer->places.data, packed.data, packed.size);
	writer->places.size = packed.size;
	writer->previous = *place;
	return ST_OK;
}

enum st_status row_end(struct row_writer *writer, const struct row *totals, struct st_error *err)
{
	return put_row(writer, false, totals, err);
}

enum st_status row_writer_finish(struct row_writer *writer, struct st_error *err)
{
	return put_block(writer, err);
}

void row_writer_free(struct row_writer *writer)
{
	st_buf_free(&writer->block);
	st_buf_free(&writer->places);
}
