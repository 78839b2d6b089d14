/* The rows of a packet as CSV and JSON. */
#include "report/packet.h"

#include "base/json_write.h"

#include <stdio.h>

#define CELLS 16

/* --- parts.csv --- */

static void number_cell(char text[24], uint64_t number)
{
	snprintf(text, 24, "%llu", (unsigned long long)number);
}

static void add_row(const struct packet *packet, const struct packet_row *row, struct st_buf *out)
{
	const struct packet_value *value = &packet->values[row->value];
	char store[24], object[24], member[24] = "", record[24] = "", start[24], end[24], confidence[8], stored_at[21];
	number_cell(store, row->store);
	number_cell(object, row->object);
	if (row->member > 0)
		number_cell(member, row->member);
	if (row->record > 0)
		number_cell(record, row->record);
	number_cell(start, row->start);
	number_cell(end, row->start + row->length_bytes);
	snprintf(confidence, sizeof confidence, "%u.%02u", row->confidence / 100u, row->confidence % 100u);
	packet_time(row->stored_at, stored_at);
	const char *texts[CELLS] = {value->text, value->kind, row->form, confidence, store, object, row->name, member,
		row->format, record, row->where, row->rebuilt ? "text" : "bytes", start, end, stored_at, row->sha256};
	struct st_span cells[CELLS];
	for (size_t i = 0; i < CELLS; i++)
		cells[i] = (struct st_span){(const uint8_t *)texts[i], strlen(texts[i])};
	report_csv_row(out, cells, CELLS);
}

enum st_status packet_csv(const struct packet *packet, const struct packet_sink *sink, struct st_error *err)
{
	static const char heads[] = "value,kind,form,confidence,store,object,name,member,format,record,where,unit,"
				    "start,end,stored_at,sha256\r\n";
	st_auto_buf struct st_buf out = {0};
	st_buf_add(&out, heads, sizeof heads - 1);
	for (size_t i = 0; i < packet->row_count; i++) {
		add_row(packet, &packet->rows[i], &out);
		ST_TRY(packet_flush(&out, false, sink, err));
	}
	return packet_flush(&out, true, sink, err);
}

/* --- parts.json --- */

static void key_text_or_null(struct st_json_writer *w, const char *key, const char *text)
{
	st_json_key_text(w, key, text[0] != 0 ? text : NULL);
}

static void key_number_or_null(struct st_json_writer *w, const char *key, uint64_t number)
{
	if (number > 0)
		st_json_key_uint(w, key, number);
	else
		st_json_key_null(w, key);
}

static void write_row(const struct packet *packet, const struct packet_row *row, struct st_json_writer *w)
{
	const struct packet_value *value = &packet->values[row->value];
	char stored_at[21];
	packet_time(row->stored_at, stored_at);
	st_json_object(w);
	st_json_key_text(w, "value", value->text);
	st_json_key_text(w, "kind", value->kind);
	st_json_key_text(w, "form", row->form);
	st_json_key(w, "confidence");
	st_json_hundredths(w, row->confidence);
	st_json_key_uint(w, "store", row->store);
	st_json_key_uint(w, "object", row->object);
	key_text_or_null(w, "name", row->name);
	key_number_or_null(w, "member", row->member);
	st_json_key_text(w, "format", row->format);
	key_number_or_null(w, "record", row->record);
	key_text_or_null(w, "where", row->where);
	st_json_key_text(w, "unit", row->rebuilt ? "text" : "bytes");
	st_json_key_uint(w, "start", row->start);
	st_json_key_uint(w, "end", row->start + row->length_bytes);
	key_text_or_null(w, "stored_at", stored_at);
	key_text_or_null(w, "sha256", row->sha256);
	st_json_object_end(w);
}

static void write_coverage(const struct packet *packet, struct st_json_writer *w)
{
	const struct report *report = packet->report;
	st_json_key(w, "coverage");
	st_json_object(w);
	st_json_key(w, "objects");
	st_json_object(w);
	st_json_key_uint(w, "listed", report->listed);
	st_json_key_uint(w, "read", report->read);
	st_json_key_uint(w, "partial", report->partial);
	st_json_key_uint(w, "unread", report->unread);
	st_json_key_uint(w, "pending", report->pending);
	st_json_key_uint(w, "duplicate", report->duplicate);
	st_json_object_end(w);
	st_json_key(w, "unread_by_reason");
	st_json_object(w);
	for (int reason = 1; reason < ST_REASONS; reason++)
		if (report->unread_objects[reason] > 0)
			st_json_key_uint(w, st_reason_name((enum st_reason)reason), report->unread_objects[reason]);
	st_json_object_end(w);
	st_json_key(w, "bytes");
	st_json_object(w);
	st_json_key_uint(w, "listed", report->bytes_listed);
	st_json_key_uint(w, "read", report->bytes_read);
	st_json_key_uint(w, "not_searched", report->not_searched_bytes);
	st_json_object_end(w);
	st_json_key(w, "records");
	st_json_object(w);
	st_json_key_uint(w, "raw", report->records_raw);
	st_json_key_uint(w, "distinct", report->records_distinct);
	st_json_key_uint(w, "unattributed", packet->unattributed);
	st_json_object_end(w);
	st_json_key_bool(w, "complete", report_complete(report));
	st_json_object_end(w);
}

static void write_party(const struct packet *packet, struct st_json_writer *w)
{
	if (packet->mentions == 0) {
		st_json_key_null(w, "party");
		return;
	}
	st_json_key(w, "party");
	st_json_object(w);
	st_json_key_text(w, "kind", packet->organization ? "organization" : "person");
	st_json_key_text(w, "value", packet->party);
	st_json_object_end(w);
}

static void write_figures(const struct packet *packet, struct st_json_writer *w)
{
	st_json_key(w, "figures");
	st_json_object(w);
	st_json_key_uint(w, "values", packet->value_count);
	st_json_key_uint(w, "mentions", packet->mentions);
	st_json_key(w, "records");
	st_json_object(w);
	st_json_key_uint(w, "raw", packet->records_raw);
	st_json_key_uint(w, "distinct", packet->records_distinct);
	st_json_object_end(w);
	st_json_key_uint(w, "parts_listed", packet->row_count);
	st_json_object_end(w);
}

static void write_head(const struct packet *packet, struct st_json_writer *w)
{
	char made_at[21];
	st_auto_buf struct st_buf answer = {0};
	packet_time(packet->report->generated_at, made_at);
	packet_answer(packet, &answer);
	st_json_key_text(w, "schema", "staunch.packet/1");
	st_json_key_text(w, "reference", packet->reference);
	st_json_key_text(w, "made_at", made_at);
	st_json_key_text(w, "version", packet->report->version);
	st_json_key_text(w, "detectors_sha256", packet->report->detectors_sha256);
	write_party(packet, w);
	st_json_key(w, "answer");
	st_json_string(w, answer.data, answer.size);
	write_coverage(packet, w);
	st_json_key(w, "method");
	st_json_array(w);
	for (const char *const *sentence = packet_method(); *sentence != NULL; sentence++)
		st_json_text(w, *sentence);
	st_json_array_end(w);
	write_figures(packet, w);
}

enum st_status packet_json(const struct packet *packet, const struct packet_sink *sink, struct st_error *err)
{
	st_auto_buf struct st_buf out = {0};
	struct st_json_writer w = {.out = &out, .indent = 1};
	st_json_object(&w);
	write_head(packet, &w);
	st_json_key(&w, "values");
	st_json_array(&w);
	for (size_t i = 0; i < packet->value_count; i++) {
		st_json_object(&w);
		st_json_key_text(&w, "kind", packet->values[i].kind);
		st_json_key_text(&w, "value", packet->values[i].text);
		st_json_key_uint(&w, "mentions", packet->values[i].mentions);
		st_json_object_end(&w);
		ST_TRY(packet_flush(&out, false, sink, err));
	}
	st_json_array_end(&w);
	st_json_key(&w, "parts");
	st_json_array(&w);
	for (size_t i = 0; i < packet->row_count; i++) {
		write_row(packet, &packet->rows[i], &w);
		ST_TRY(packet_flush(&out, false, sink, err));
	}
	st_json_array_end(&w);
	st_json_object_end(&w);
	st_buf_add_byte(&out, '\n');
	return packet_flush(&out, true, sink, err);
}
