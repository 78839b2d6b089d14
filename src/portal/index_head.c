/* The head of a sealed index: what anybody may read. */
#include "portal/index_form.h"

#include "portal/text.h"

#include <stdlib.h>

#define NAME_BYTES 400
#define COVERAGE_BYTES 2000

void index_bind(const struct portal_case *id, const uint8_t digest[PORTAL_DIGEST_BYTES], uint8_t out[INDEX_BOUND_BYTES])
{
	memcpy(out, digest, PORTAL_DIGEST_BYTES);
	memcpy(out + PORTAL_DIGEST_BYTES, id->case_id, PORTAL_ID_BYTES);
	memcpy(out + PORTAL_DIGEST_BYTES + PORTAL_ID_BYTES, id->salt, PORTAL_ID_BYTES);
	out[INDEX_BOUND_BYTES - 1] = PORTAL_INDEX_VERSION;
}

static void put_text(struct st_buf *out, const char *text, size_t most)
{
	size_t size = text != NULL ? strlen(text) : 0;
	size = size < most ? size : most;
	while (size > 0 && text[size] != 0 && ((uint8_t)text[size] & 0xc0) == 0x80)
		size--; /* no half character */
	st_buf_add_span(out, text, size);
}

void portal_head_encode(const struct portal_head *head, struct st_buf *out)
{
	const uint64_t numbers[] = {(uint64_t)head->id.exposed_at, (uint64_t)head->closed_at, (uint64_t)head->sealed_at,
		head->objects_listed, head->objects_read, head->objects_unread, head->objects_duplicate,
		head->records_read, head->records_distinct, head->unattributed, head->not_searched_bytes,
		head->kinds_searched};
	st_buf_add_byte(out, PORTAL_INDEX_VERSION);
	st_buf_add(out, head->id.case_id, PORTAL_ID_BYTES);
	st_buf_add(out, head->id.salt, PORTAL_ID_BYTES);
	put_text(out, head->key_id, sizeof head->key_id - 1);
	put_text(out, head->name, NAME_BYTES);
	put_text(out, head->coverage, COVERAGE_BYTES);
	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
		st_buf_add_u64(out, numbers[i]);
	for (size_t i = 0; i < PORTAL_CLASSES; i++)
		st_buf_add_u64(out, head->entries[i]);
	st_buf_add(out, head->tables_sha256, sizeof head->tables_sha256);
}

static void take_bytes(struct st_cursor *in, uint8_t *out, size_t size)
{
	const uint8_t *bytes = st_cursor_take(in, size);
	if (bytes != NULL)
		memcpy(out, bytes, size);
}

static char *take_text(struct st_cursor *in, size_t most)
{
	struct st_span text = st_cursor_span(in);
	in->bad |= text.size > most || !portal_text_is_sound(text);
	return in->bad ? NULL : st_strndup((const char *)text.data, text.size);
}

static void take_head(struct st_cursor *in, struct portal_head *out)
{
	in->bad |= st_cursor_byte(in) != PORTAL_INDEX_VERSION;
	take_bytes(in, out->id.case_id, PORTAL_ID_BYTES);
	take_bytes(in, out->id.salt, PORTAL_ID_BYTES);
	in->bad |= !portal_text_copy(st_cursor_span(in), out->key_id, sizeof out->key_id) ||
		   strspn(out->key_id, "0123456789abcdef") != strlen(out->key_id);
	out->name = take_text(in, NAME_BYTES);
	out->coverage = take_text(in, COVERAGE_BYTES);
	out->id.exposed_at = (int64_t)st_cursor_u64(in);
	out->closed_at = (int64_t)st_cursor_u64(in);
	out->sealed_at = (int64_t)st_cursor_u64(in);
	uint64_t *const counts[] = {&out->objects_listed, &out->objects_read, &out->objects_unread,
		&out->objects_duplicate, &out->records_read, &out->records_distinct, &out->unattributed,
		&out->not_searched_bytes};
	for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++)
		*counts[i] = st_cursor_u64(in);
	uint64_t kinds = st_cursor_u64(in);
	out->kinds_searched = (uint32_t)kinds;
	in->bad |= kinds > UINT32_MAX;
	for (size_t i = 0; i < PORTAL_CLASSES; i++) {
		out->entries[i] = st_cursor_u64(in);
		in->bad |= out->entries[i] > INDEX_ENTRIES_MOST;
	}
	take_bytes(in, out->tables_sha256, sizeof out->tables_sha256);
	in->bad |= in->at != in->end;
}

bool portal_head_decode(struct st_span bytes, struct portal_head *out)
{
	*out = (struct portal_head){0};
	struct st_cursor in = {bytes.data, bytes.data + bytes.size, bytes.size == 0};
	if (!in.bad)
		take_head(&in, out);
	if (in.bad)
		portal_head_free(out);
	return !in.bad;
}

void portal_head_free(struct portal_head *head)
{
	free(head->name);
	free(head->coverage);
	*head = (struct portal_head){0};
}
