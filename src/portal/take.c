#include "portal/take.h"

#include "base/clock.h"
#include "base/json_write.h"
#include "base/print.h"
#include "detect/detect.h"
#include "portal/kind_names.h"

#include <sodium.h>
#include <stdio.h>

#define INDENT 1

static void key_time(struct st_json_writer *w, const char *key, int64_t at)
{
	char text[21];
	st_utc_text(at, text);
	st_json_key_text(w, key, at != 0 ? text : NULL);
}

static void key_span(struct st_json_writer *w, const char *key, struct st_span text)
{
	st_json_key(w, key);
	if (text.size > 0)
		st_json_string(w, text.data, text.size);
	else
		st_json_null(w);
}

static void json_case(struct st_json_writer *w, const struct take *take)
{
	char id[2 * PORTAL_ID_BYTES + 1];
	st_hex(take->head->id.case_id, PORTAL_ID_BYTES, id);
	st_json_key(w, "case");
	st_json_object(w);
	st_json_key_text(w, "id", id);
	st_json_key_text(w, "name", take->head->name);
	key_time(w, "exposed_at", take->head->id.exposed_at);
	key_time(w, "closed_at", take->head->closed_at);
	st_json_object_end(w);
}

static void json_coverage(struct st_json_writer *w, const struct portal_head *head)
{
	st_json_key(w, "coverage");
	st_json_object(w);
	st_json_key_uint(w, "objects_listed", head->objects_listed);
	st_json_key_uint(w, "objects_read", head->objects_read);
	st_json_key_uint(w, "objects_unread", head->objects_unread);
	st_json_key_uint(w, "objects_duplicate", head->objects_duplicate);
	st_json_key_uint(w, "records_raw", head->records_read);
	st_json_key_uint(w, "records_distinct", head->records_distinct);
	st_json_key_uint(w, "unattributed_or_in_review", head->unattributed);
	st_json_key_uint(w, "not_searched_bytes", head->not_searched_bytes);
	st_json_key(w, "searched_for");
	st_json_array(w);
	for (unsigned kind = 0; kind < DETECT_KINDS; kind++)
		if (head->kinds_searched >> kind & 1)
			st_json_text(w, kind_name(kind));
	st_json_array_end(w);
	key_time(w, "as_of", head->sealed_at);
	st_json_object_end(w);
}

static void json_kinds(struct st_json_writer *w, const struct payload *payload)
{
	st_json_key(w, "kinds");
	st_json_array(w);
	for (size_t i = 0; i < payload->kind_count; i++) {
		const struct payload_kind *kind = &payload->kinds[i];
		st_json_object(w);
		st_json_key_text(w, "kind", kind_name(kind->kind));
		st_json_key_uint(w, "distinct", kind->distinct);
		st_json_key_uint(w, "records", kind->records);
		key_time(w, "first", kind->first);
		key_time(w, "last", kind->last);
		st_json_object_end(w);
	}
	st_json_array_end(w);
}

static void json_values(struct st_json_writer *w, const struct payload_record *record)
{
	st_json_key(w, "values");
	st_json_array(w);
	for (size_t i = 0; i < record->value_count; i++) {
		st_json_object(w);
		st_json_key_text(w, "kind", kind_name(record->values[i].kind));
		key_span(w, "value", record->values[i].text);
		st_json_key_bool(w, "masked", record->values[i].masked);
		st_json_key_bool(w, "own", record->values[i].own);
		st_json_object_end(w);
	}
	st_json_array_end(w);
}

static void digest_text(bool is_there, const uint8_t sha256[ST_SHA256_BYTES], char out[2 * ST_SHA256_BYTES + 1])
{
	out[0] = 0;
	if (is_there)
		st_hex(sha256, ST_SHA256_BYTES, out);
}

static void key_digest(struct st_json_writer *w, const char *key, bool is_there, const uint8_t sha256[ST_SHA256_BYTES])
{
	char text[2 * ST_SHA256_BYTES + 1];
	digest_text(is_there, sha256, text);
	st_json_key_text(w, key, is_there ? text : NULL);
}

static void json_rows(struct st_json_writer *w, const struct payload *payload)
{
	st_json_key(w, "rows");
	st_json_array(w);
	for (size_t i = 0; i < payload->row_count; i++) {
		const struct payload_record *record = &payload->rows[i];
		st_json_object(w);
		st_json_key_bool(w, "alone", (record->flags & PAYLOAD_ALONE) != 0);
		key_span(w, "document", record->name);
		key_time(w, "date", record->date);
		key_digest(w, "sha256", record->has_document_digest, record->document_sha256);
		key_digest(w, "record_sha256", record->has_digest, record->sha256);
		st_json_key_uint(w, "copies", record->copies);
		json_values(w, record);
		st_json_key_uint(w, "more_values", record->more_values);
		st_json_object_end(w);
	}
	st_json_array_end(w);
}

void take_json(const struct take *take, struct st_buf *out)
{
	static const char *const audiences[PORTAL_AUDIENCES] = {NULL, "person", "organization-counts", "organization"};
	struct st_json_writer w = {.out = out, .indent = INDENT};
	const struct payload *payload = take->payload;
	st_json_object(&w);
	st_json_key_text(&w, "schema", "staunch.portal-export/1");
	st_json_key_text(&w, "for", take->identity);
	st_json_key_text(&w, "audience", payload->audience < PORTAL_AUDIENCES ? audiences[payload->audience] : NULL);
	st_json_key_text(&w, "key", take->key_id);
	key_time(&w, "generated_at", take->at);
	json_case(&w, take);
	json_coverage(&w, take->head);
	st_json_key_uint(&w, "records", payload->records);
	st_json_key_uint(&w, "records_alone", payload->alone);
	st_json_key(&w, "mailboxes_of_persons");
	if (payload->audience == PORTAL_PERSON)
		st_json_null(&w);
	else
		st_json_uint(&w, payload->persons);
	json_kinds(&w, payload);
	json_rows(&w, payload);
	st_json_object_end(&w);
	st_buf_add_byte(out, '\n');
}

static void csv_row(struct st_buf *out, size_t number, const struct payload_record *record, size_t i)
{
	char document[2 * ST_SHA256_BYTES + 1], digest[2 * ST_SHA256_BYTES + 1], day[21] = "";
	digest_text(record->has_document_digest, record->document_sha256, document);
	digest_text(record->has_digest, record->sha256, digest);
	if (record->date != 0)
		st_utc_text(record->date, day);
	st_buf_format(out, "%zu,", number);
	st_escape_csv(out, record->name.data, record->name.size);
	st_buf_format(out, ",%s,%s,%s,%u,", day, document, (record->flags & PAYLOAD_ALONE) != 0 ? "true" : "false",
		record->copies);
	if (i < record->value_count) {
		st_buf_format(out, "%s,", kind_name(record->values[i].kind));
		st_escape_csv(out, record->values[i].text.data, record->values[i].text.size);
		st_buf_format(out, ",%s", record->values[i].masked ? "true" : "false");
	} else {
		st_buf_format(out, ",,");
	}
	st_buf_format(out, ",%s\r\n", digest);
}

void take_csv(const struct take *take, struct st_buf *out)
{
	const struct payload *payload = take->payload;
	st_buf_format(out, "record,document,date,sha256,alone,copies,kind,value,masked,record_sha256\r\n");
	for (size_t row = 0; row < payload->row_count; row++) {
		size_t count = payload->rows[row].value_count;
		for (size_t i = 0; i < (count > 0 ? count : 1); i++)
			csv_row(out, row + 1, &payload->rows[row], i);
	}
}

void take_absence(const struct take *take, enum words_language language, bool organization, struct st_buf *out)
{
	char at[WORDS_TEXT_BYTES], of[WORDS_TEXT_BYTES], id[2 * PORTAL_ID_BYTES + 1];
	words_moment(language, take->at, at);
	words_moment(language, take->head->sealed_at, of);
	st_hex(take->head->id.case_id, PORTAL_ID_BYTES, id);
	st_buf_format(out, "%s\n\n", words_get(language, T("Statement")));
	st_buf_format(out, "%s: %s\n", words_get(language, T("For")), take->identity);
	st_buf_format(out, "%s: %s (%s)\n", words_get(language, T("Case")), take->head->name, id);
	st_buf_format(out, "%s: %s\n", words_get(language, T("Date")), at);
	st_buf_format(out, "%s: %s\n\n", words_get(language, T("As of")), of);
	page_negative_text(language, take->head, organization, out);
	st_buf_format(out, "\n\n%s\n",
		words_get(language, T("This is not the same as “not affected”. It says what was looked at, and that "
				      "you were not found "
				      "there.")));
}

/* --- the zip --- */

#define LOCAL_HEADER 0x04034b50u
#define CENTRAL_HEADER 0x02014b50u
#define END_OF_DIRECTORY 0x06054b50u
#define VERSION 20
#define UTF8_NAMES (1u << 11)
#define DATE_1980_01_01 0x0021
#define ENTRIES 8

/* CRC-32 of ITU-T V.42, as zip counts it. */
static uint32_t crc32_of(struct st_span data)
{
	uint32_t crc = UINT32_MAX;
	for (size_t i = 0; i < data.size; i++) {
		crc ^= data.data[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (0xedb88320u & (0u - (crc & 1)));
	}
	return ~crc;
}

static void entry_fields(struct st_buf *out, const struct take_file *file, uint32_t crc)
{
	st_buf_add_u16(out, VERSION);
	st_buf_add_u16(out, UTF8_NAMES);
	st_buf_add_u16(out, 0); /* stored */
	st_buf_add_u16(out, 0);
	st_buf_add_u16(out, DATE_1980_01_01);
	st_buf_add_u32(out, crc);
	st_buf_add_u32(out, (uint32_t)file->data.size);
	st_buf_add_u32(out, (uint32_t)file->data.size);
	st_buf_add_u16(out, (uint16_t)strlen(file->name));
	st_buf_add_u16(out, 0);
}

static void central_entry(struct st_buf *out, const struct take_file *file, uint32_t crc, uint32_t offset)
{
	st_buf_add_u32(out, CENTRAL_HEADER);
	st_buf_add_u16(out, VERSION);
	entry_fields(out, file, crc);
	st_buf_add_u16(out, 0); /* comment */
	st_buf_add_u16(out, 0); /* disk */
	st_buf_add_u16(out, 0);
	st_buf_add_u32(out, 0);
	st_buf_add_u32(out, offset);
	st_buf_add(out, file->name, strlen(file->name));
}

void take_zip(const struct take_file *files, size_t count, struct st_buf *out)
{
	uint32_t crcs[ENTRIES], offsets[ENTRIES];
	for (size_t i = 0; i < count && i < ENTRIES; i++) {
		offsets[i] = (uint32_t)out->size;
		crcs[i] = crc32_of(files[i].data);
		st_buf_add_u32(out, LOCAL_HEADER);
		entry_fields(out, &files[i], crcs[i]);
		st_buf_add(out, files[i].name, strlen(files[i].name));
		st_buf_add(out, files[i].data.data, files[i].data.size);
	}
	size_t directory = out->size;
	for (size_t i = 0; i < count && i < ENTRIES; i++)
		central_entry(out, &files[i], crcs[i], offsets[i]);
	size_t size = out->size - directory;
	st_buf_add_u32(out, END_OF_DIRECTORY);
	st_buf_add_u32(out, 0);
	st_buf_add_u16(out, (uint16_t)count);
	st_buf_add_u16(out, (uint16_t)count);
	st_buf_add_u32(out, (uint32_t)size);
	st_buf_add_u32(out, (uint32_t)directory);
	st_buf_add_u16(out, 0);
}

void take_pem(const uint8_t public_key[32], struct st_buf *out)
{
	/* SubjectPublicKeyInfo of id-Ed25519: its beginning is the same for every key. */
	static const uint8_t before[] = {0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00};
	uint8_t der[sizeof before + 32];
	char text[sodium_base64_ENCODED_LEN(sizeof der, sodium_base64_VARIANT_ORIGINAL)];
	memcpy(der, before, sizeof before);
	memcpy(der + sizeof before, public_key, 32);
	sodium_bin2base64(text, sizeof text, der, sizeof der, sodium_base64_VARIANT_ORIGINAL);
	st_buf_format(out, "-----BEGIN PUBLIC KEY-----\n%s\n-----END PUBLIC KEY-----\n", text);
}

void take_readme(enum words_language language, const char *document, struct st_buf *out)
{
	st_buf_format(out, "%s\n\n",
		words_get(language, T("statement.txt says for whom and when this was made, and ends with the SHA-256 "
				      "of the document. "
				      "statement.sig is its signature (Ed25519). key.pem is the key; compare it with "
				      "the one that the "
				      "controller publishes.")));
	st_buf_format(
		out, "openssl pkeyutl -verify -pubin -inkey key.pem -rawin -in statement.txt -sigfile statement.sig\n");
	st_buf_format(out, "sha256sum %s\n", document);
}
