#include "cli/lead_row.h"

static void write_signature(struct st_buf *out, const struct lead_signature *signature)
{
	st_buf_add_span(out, signature->permissions, strlen(signature->permissions));
	st_buf_add_span(out, signature->version, strlen(signature->version));
	st_buf_add_u64(out, (uint64_t)signature->starts);
	st_buf_add_u64(out, (uint64_t)signature->expires);
}

void lead_row_write(struct st_buf *out, const struct lead_row *row)
{
	st_buf_add_byte(out, (uint8_t)row->type);
	st_buf_add_byte(out, (uint8_t)row->credential);
	st_buf_add_span(out, row->target.data, row->target.size);
	st_buf_add_varint(out, row->mentions);
	st_buf_add_varint(out, row->mentions_distinct_records);
	st_buf_add_varint(out, row->records);
	st_buf_add_varint(out, row->signature_count);
	for (size_t i = 0; i < row->signature_count; i++)
		write_signature(out, &row->signatures[i]);
	st_buf_add_varint(out, row->place_count);
	for (size_t i = 0; i < row->place_count; i++) {
		st_buf_add_varint(out, row->places[i].segment);
		st_buf_add_varint(out, row->places[i].part);
		st_buf_add_varint(out, row->places[i].start);
		st_buf_add_varint(out, row->places[i].length);
	}
}

static void read_word(struct st_cursor *in, char *out, size_t size)
{
	struct st_span word = st_cursor_span(in);
	in->bad |= word.size >= size;
	if (in->bad)
		return;
	if (word.size > 0)
		memcpy(out, word.data, word.size);
	out[word.size] = 0;
}

static size_t read_count(struct st_cursor *in, size_t most)
{
	uint64_t count = st_cursor_varint(in);
	in->bad |= count > most;
	return in->bad ? 0 : (size_t)count;
}

bool lead_row_read(struct st_cursor *in, struct lead_row *out)
{
	memset(out, 0, sizeof *out);
	uint8_t type = st_cursor_byte(in), credential = st_cursor_byte(in);
	out->type = (enum lead_type)type;
	out->credential = (enum lead_credential)credential;
	out->target = st_cursor_span(in);
	out->mentions = st_cursor_varint(in);
	out->mentions_distinct_records = st_cursor_varint(in);
	out->records = st_cursor_varint(in);
	out->signature_count = read_count(in, CEIL_LEAD_SIGNATURES);
	for (size_t i = 0; i < out->signature_count; i++) {
		read_word(in, out->signatures[i].permissions, sizeof out->signatures[i].permissions);
		read_word(in, out->signatures[i].version, sizeof out->signatures[i].version);
		out->signatures[i].starts = (int64_t)st_cursor_u64(in);
		out->signatures[i].expires = (int64_t)st_cursor_u64(in);
	}
	out->place_count = read_count(in, CEIL_LEAD_FIRST_PLACES);
	for (size_t i = 0; i < out->place_count; i++) {
		out->places[i].segment = (uint32_t)st_cursor_varint(in);
		out->places[i].part = (uint32_t)st_cursor_varint(in);
		out->places[i].start = st_cursor_varint(in);
		out->places[i].length = st_cursor_varint(in);
	}
	in->bad |= type >= LEAD_TYPES || credential >= LEAD_CREDENTIALS;
	return !in->bad;
}
