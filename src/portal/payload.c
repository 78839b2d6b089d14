#include "portal/payload.h"

#include "base/ceilings.h"
#include "portal/text.h"

#include <stdlib.h>

#define VERSION 1
/* The least bytes of one row and one value in the encoded form: a number of them is believed only if they fit. */
#define LEAST_ROW_BYTES 6
#define LEAST_VALUE_BYTES 3

enum { VALUE_MASKED = 1, VALUE_OWN = 2 };
enum { ROW_DIGEST = 128, ROW_DOCUMENT = 64 }; /* beside the flags of a row: which digests follow */

static void put_text(struct st_buf *out, struct st_span text)
{
	st_buf_add_varint(out, text.size);
	st_buf_add(out, text.data, text.size);
}

static void put_value(struct st_buf *out, const struct payload_value *value)
{
	st_buf_add_byte(out, value->kind);
	st_buf_add_byte(out, (uint8_t)((value->masked ? VALUE_MASKED : 0) | (value->own ? VALUE_OWN : 0)));
	put_text(out, value->text);
}

void payload_encode_record(const struct payload_record *row, struct st_buf *out)
{
	st_buf_add_byte(out, (uint8_t)(row->flags | (row->has_digest ? ROW_DIGEST : 0) |
				       (row->has_document_digest ? ROW_DOCUMENT : 0)));
	put_text(out, row->name);
	st_buf_add_varint(out, (uint64_t)row->date);
	if (row->has_digest)
		st_buf_add(out, row->sha256, sizeof row->sha256);
	if (row->has_document_digest)
		st_buf_add(out, row->document_sha256, sizeof row->document_sha256);
	st_buf_add_varint(out, row->copies);
	st_buf_add_varint(out, row->more_values);
	st_buf_add_varint(out, row->value_count);
	for (size_t i = 0; i < row->value_count; i++)
		put_value(out, &row->values[i]);
}

void payload_encode_head(const struct payload *payload, struct st_buf *out)
{
	st_buf_add_byte(out, VERSION);
	st_buf_add_byte(out, (uint8_t)payload->audience);
	st_buf_add_byte(out, payload->employer_confirmed);
	st_buf_add_varint(out, payload->records);
	st_buf_add_varint(out, payload->alone);
	st_buf_add_varint(out, payload->persons);
	st_buf_add_varint(out, payload->kind_count);
	for (size_t i = 0; i < payload->kind_count; i++) {
		const struct payload_kind *kind = &payload->kinds[i];
		st_buf_add_byte(out, kind->kind);
		st_buf_add_varint(out, kind->distinct);
		st_buf_add_varint(out, kind->records);
		st_buf_add_varint(out, (uint64_t)kind->first);
		st_buf_add_varint(out, (uint64_t)kind->last);
	}
	st_buf_add_varint(out, payload->row_count);
}

void payload_encode(const struct payload *payload, struct st_buf *out)
{
	payload_encode_head(payload, out);
	for (size_t i = 0; i < payload->row_count; i++)
		payload_encode_record(&payload->rows[i], out);
}

/* --- decoding --- */

static size_t left(const struct st_cursor *in)
{
	return in->bad ? 0 : (size_t)(in->end - in->at);
}

static struct st_span take_text(struct st_cursor *in)
{
	uint64_t size = st_cursor_varint(in);
	if (size > CEIL_PAYLOAD_TEXT_BYTES || size > left(in)) {
		in->bad = true;
		return (struct st_span){0};
	}
	struct st_span text = {st_cursor_take(in, (size_t)size), (size_t)size};
	in->bad |= !portal_text_is_sound(text);
	return text;
}

/* A number of things of which each takes at least `least` bytes. */
static size_t take_count(struct st_cursor *in, size_t most, size_t least)
{
	uint64_t count = st_cursor_varint(in);
	if (count > most || count > left(in) / least) {
		in->bad = true;
		return 0;
	}
	return (size_t)count;
}

static void take_value(struct st_cursor *in, struct payload_value *out)
{
	out->kind = st_cursor_byte(in);
	uint8_t flags = st_cursor_byte(in);
	in->bad |= (flags & ~(VALUE_MASKED | VALUE_OWN)) != 0;
	out->masked = flags & VALUE_MASKED;
	out->own = flags & VALUE_OWN;
	out->text = take_text(in);
}

static uint32_t take_u32(struct st_cursor *in)
{
	uint64_t value = st_cursor_varint(in);
	in->bad |= value > UINT32_MAX;
	return (uint32_t)value;
}

static void take_digest(struct st_cursor *in, bool is_there, uint8_t out[ST_SHA256_BYTES])
{
	const uint8_t *digest = is_there ? st_cursor_take(in, ST_SHA256_BYTES) : NULL;
	if (digest != NULL)
		memcpy(out, digest, ST_SHA256_BYTES);
}

bool payload_take_record(struct st_cursor *in, struct payload_record *out)
{
	*out = (struct payload_record){0};
	uint8_t flags = st_cursor_byte(in);
	in->bad |= (flags & ~(PAYLOAD_ALONE | PAYLOAD_NAME_WITHHELD | ROW_DIGEST | ROW_DOCUMENT)) != 0;
	out->flags = flags & (PAYLOAD_ALONE | PAYLOAD_NAME_WITHHELD);
	out->has_digest = flags & ROW_DIGEST;
	out->has_document_digest = flags & ROW_DOCUMENT;
	out->name = take_text(in);
	out->date = (int64_t)st_cursor_varint(in);
	take_digest(in, out->has_digest, out->sha256);
	take_digest(in, out->has_document_digest, out->document_sha256);
	out->copies = take_u32(in);
	out->more_values = take_u32(in);
	size_t count = take_count(in, CEIL_PAYLOAD_VALUES, LEAST_VALUE_BYTES);
	if (in->bad)
		return false;
	out->values = st_alloc_zero(count + 1, sizeof *out->values);
	for (out->value_count = 0; out->value_count < count && !in->bad; out->value_count++)
		take_value(in, &out->values[out->value_count]);
	return !in->bad;
}

static void take_kinds(struct st_cursor *in, struct payload *out)
{
	out->kind_count = take_count(in, UINT8_MAX, 5);
	out->kinds = st_alloc_zero(out->kind_count + 1, sizeof *out->kinds);
	for (size_t i = 0; i < out->kind_count; i++) {
		struct payload_kind *kind = &out->kinds[i];
		kind->kind = st_cursor_byte(in);
		kind->distinct = st_cursor_varint(in);
		kind->records = st_cursor_varint(in);
		kind->first = (int64_t)st_cursor_varint(in);
		kind->last = (int64_t)st_cursor_varint(in);
		in->bad |= i > 0 && kind->kind <= kind[-1].kind;
	}
}

static void take_rows(struct st_cursor *in, struct payload *out)
{
	size_t count = take_count(in, CEIL_PAYLOAD_ROWS, LEAST_ROW_BYTES);
	out->rows = st_alloc_zero(count + 1, sizeof *out->rows);
	while (out->row_count < count && !in->bad)
		payload_take_record(in, &out->rows[out->row_count++]);
}

static void take_payload(struct st_cursor *in, struct payload *out)
{
	in->bad |= st_cursor_byte(in) != VERSION;
	uint8_t audience = st_cursor_byte(in), confirmed = st_cursor_byte(in);
	in->bad |= audience == 0 || audience >= PORTAL_AUDIENCES || confirmed > 1;
	out->audience = (enum portal_audience)audience;
	out->employer_confirmed = confirmed == 1;
	out->records = st_cursor_varint(in);
	out->alone = st_cursor_varint(in);
	out->persons = st_cursor_varint(in);
	take_kinds(in, out);
	take_rows(in, out);
	in->bad |= in->at != in->end || out->row_count > out->records || out->alone > out->records;
}

bool payload_decode(struct st_span bytes, struct payload *out)
{
	*out = (struct payload){0};
	struct st_cursor in = {bytes.data, bytes.data + bytes.size, bytes.size == 0};
	if (!in.bad)
		take_payload(&in, out);
	if (in.bad)
		payload_free(out);
	return !in.bad;
}

void payload_free(struct payload *payload)
{
	for (size_t i = 0; i < payload->row_count; i++)
		free(payload->rows[i].values);
	free(payload->rows);
	free(payload->kinds);
	*payload = (struct payload){0};
}
