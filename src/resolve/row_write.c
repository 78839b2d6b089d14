/* Puts sorted rows into blocks. A key with more places than a row may hold goes on in further rows. */
#include "resolve/row.h"

#include "base/ceilings.h"

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

static uint8_t *put_bytes(uint8_t *at, const void *data, size_t size)
{
	if (size > 0)
		memcpy(at, data, size);
	return at + size;
}

/* Most of the time of writing goes here: one reservation, then straight into the block. */
static enum st_status put_row(struct row_writer *writer, bool more, const struct row *totals, struct st_error *err)
{
	const struct st_span key = writer->key.bytes;
	size_t most = ROW_HEAD_BYTES + key.size + writer->places.size;
	if (writer->block.size + most > CEIL_BLOCK_BYTES)
		ST_TRY(put_block(writer, err));
	if (writer->block.size == 0 && writer->digest_key != NULL)
		row_digest(writer->digest_key, writer->key.kind, key, writer->first);
	row_reserve(&writer->block, most);
	uint8_t *at = row_put_varint(writer->block.data + writer->block.size, (uint64_t)key.size << 1 | more);
	*at++ = writer->key.kind;
	if (writer->form == ROW_RUN || writer->form == ROW_TIMES) {
		uint64_t digest = htobe64(writer->key.digest);
		at = put_bytes(at, &digest, sizeof digest);
	}
	at = put_bytes(at, key.data, key.size);
	if (writer->form == ROW_ENTITY && !more) {
		at = row_put_varint(at, totals->mentions);
		at = row_put_varint(at, totals->mentions_distinct_records);
		at = row_put_varint(at, totals->records);
		*at++ = totals->best_confidence;
	}
	at = row_put_varint(at, writer->form == ROW_TIMES ? totals->times : writer->places.size);
	at = put_bytes(at, writer->places.data, writer->places.size);
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

void row_add_packed(struct row_writer *writer, struct st_span place)
{
	row_reserve(&writer->places, place.size);
	writer->places.size = place.size;
	memcpy(writer->places.data, place.data, place.size);
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
