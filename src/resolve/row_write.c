/* Puts sorted rows into blocks. A key with more places than a row may hold goes on in further rows. */
#include "resolve/row.h"

#include "base/ceilings.h"

#include <stdlib.h>

void row_begin(struct row_writer *writer, const struct row_key *key)
{
	writer->key = *key;
	writer->places.size = 0;
	writer->rows = 0;
}

static enum st_status put_block(struct row_writer *writer, struct st_error *err)
{
	uint8_t first[ST_DIGEST_BYTES];
	if (writer->block.size == 0)
		return ST_OK;
	row_digest_bytes(&writer->first, first);
	struct st_span block = {.data = writer->block.data, .size = writer->block.size};
	if (writer->out.put != NULL)
		ST_TRY(writer->out.put(writer->out.context, first, block, err));
	writer->block.size = 0;
	return ST_OK;
}

static enum st_status put_row(struct row_writer *writer, bool more, const struct row *totals, struct st_error *err)
{
	struct st_buf *head = &writer->head;
	head->size = 0;
	st_buf_add_varint(head, (uint64_t)writer->key.bytes.size << 1 | more);
	st_buf_add_byte(head, writer->key.kind);
	st_buf_add(head, writer->key.bytes.data, writer->key.bytes.size);
	if (writer->form == ROW_ENTITY && !more) {
		st_buf_add_varint(head, totals->mentions);
		st_buf_add_varint(head, totals->mentions_distinct_records);
		st_buf_add_varint(head, totals->records);
		st_buf_add_byte(head, totals->best_confidence);
	}
	st_buf_add_varint(head, writer->form == ROW_TIMES ? totals->times : writer->places.size);
	if (writer->block.size + head->size + writer->places.size > CEIL_BLOCK_BYTES)
		ST_TRY(put_block(writer, err));
	if (writer->block.size == 0)
		writer->first = writer->key.digest;
	st_buf_add(&writer->block, head->data, head->size);
	st_buf_add(&writer->block, writer->places.data, writer->places.size);
	return ST_OK;
}

enum st_status row_add_place(struct row_writer *writer, const struct resolve_place *place, struct st_error *err)
{
	if (writer->places.size + ROW_PLACE_BYTES > CEIL_ROW_PLACES_BYTES) {
		ST_TRY(put_row(writer, true, NULL, err));
		writer->places.size = 0;
		writer->rows++;
	}
	st_buf_reserve(&writer->places, ROW_PLACE_BYTES);
	uint8_t *at = writer->places.data + writer->places.size;
	writer->places.size += row_place_pack(at, &writer->previous, writer->places.size == 0, place);
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
	st_buf_free(&writer->head);
}
