/* Reading the rows of one run or earlier result in order. What is not in order was not written by us: it stops the
 * merge. */
#include "resolve/row_cursor.h"

static enum st_status damaged(const struct row_cursor *cursor, const char *how, struct st_error *err)
{
	return st_fail(err, ST_FATAL, "%s: damaged, %s", cursor->name, how);
}

/* The block that holds the present key goes. */
static void keep_key(struct row_cursor *cursor)
{
	if (!cursor->begun || cursor->key.bytes.data == cursor->bytes.data)
		return;
	cursor->bytes.size = 0;
	st_buf_add(&cursor->bytes, cursor->key.bytes.data, cursor->key.bytes.size);
	cursor->key.bytes = (struct st_span){.data = cursor->bytes.data, .size = cursor->bytes.size};
}

static enum st_status next_row(struct row_cursor *cursor, struct row *row, bool *there, struct st_error *err)
{
	*there = false;
	if (cursor->block.size == 0) {
		keep_key(cursor);
		ST_TRY(cursor->source.next(cursor->source.context, &cursor->block, err));
		if (cursor->block.size == 0)
			return ST_OK;
	}
	if (!row_read(&cursor->block, cursor->form, row))
		return damaged(cursor, "a row cannot be read", err);
	*there = true;
	cursor->more = row->more;
	cursor->places = row->places;
	cursor->times = row->times;
	cursor->rows += row->times;
	return ST_OK;
}

static enum st_status continue_key(struct row_cursor *cursor, struct st_error *err)
{
	struct row row;
	bool there;
	ST_TRY(next_row(cursor, &row, &there, err));
	if (!there || !row_same_key(row.kind, row.key, cursor->key.kind, cursor->key.bytes))
		return damaged(cursor, "a row that goes on does not", err);
	return ST_OK;
}

enum st_status row_cursor_next_place(struct row_cursor *cursor, bool *there, struct st_error *err)
{
	*there = cursor->ahead;
	cursor->ahead = false;
	if (*there)
		return ST_OK;
	if (cursor->places.size == 0 && cursor->more)
		ST_TRY(continue_key(cursor, err));
	if (cursor->places.size == 0)
		return ST_OK;
	const uint8_t *at = cursor->places.data, *end = at + cursor->places.size;
	struct resolve_place place = cursor->place;
	if (!row_place_unpack(&at, end, &place))
		return damaged(cursor, "a place cannot be read", err);
	if (cursor->placed && row_place_compare(&cursor->place, &place) >= 0)
		return damaged(cursor, "places are out of order", err);
	cursor->place = place;
	cursor->packed = (struct st_span){.data = cursor->places.data, .size = (size_t)(at - cursor->places.data)};
	cursor->places = (struct st_span){.data = at, .size = (size_t)(end - at)};
	cursor->placed = *there = true;
	cursor->rows++;
	return ST_OK;
}

enum st_status row_cursor_look_ahead(struct row_cursor *cursor, struct st_error *err)
{
	return row_cursor_next_place(cursor, &cursor->ahead, err);
}

enum st_status row_cursor_next_key(struct row_cursor *cursor, bool *there, struct st_error *err)
{
	struct row row;
	cursor->ahead = false;
	for (*there = cursor->begun && (cursor->places.size > 0 || cursor->more); *there;)
		ST_TRY(row_cursor_next_place(cursor, there, err));
	ST_TRY(next_row(cursor, &row, there, err));
	if (!*there)
		return ST_OK;
	struct row_key key = {.kind = row.kind, .bytes = row.key};
	bool stored = cursor->form == ROW_RUN || cursor->form == ROW_TIMES;
	key.digest = stored ? row.digest : row_digest_start(cursor->digest_key, key.kind, key.bytes);
	if (cursor->begun && cursor->key.digest >= key.digest &&
		row_key_compare(cursor->digest_key, &cursor->key, &key) >= 0)
		return damaged(cursor, "rows are out of order", err);
	cursor->key = key;
	cursor->begun = true;
	if (row.more) /* its places may go on in another block, while the caller holds the key */
		keep_key(cursor);
	cursor->placed = false;
	return ST_OK;
}

void row_cursor_free(struct row_cursor *cursor)
{
	st_buf_free(&cursor->bytes);
}
