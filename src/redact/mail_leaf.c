/*
 * What a body is, its content says, as it does for a scan; what it is labelled as is searched, too, where that is a
 * page. Tables and JSON go through the stream again, messages through the mail redactor.
 */
#include "redact/mail_leaf.h"

#include <stdlib.h>

#include "base/ceilings.h"
#include "extract/inline_encoded.h"
#include "extract/mail_value.h"
#include "extract/transfer_decode.h"
#include "redact/header_write.h"
#include "redact/mbox_cut.h"
#include "redact/stream.h"
#include "redact/transfer_encode.h"

struct leaf {
	struct document_job *job;
	const struct document_origin *origin; /* of bytes */
	struct st_span bytes;                 /* decoded */
	int depth;
	bool is_message, is_header, is_text, is_page, joined, lost;
	struct st_buf charset; /* as labelled, with its NUL; empty: none */
};

/* --- what it is labelled as --- */

static void label(struct leaf *leaf, const struct mail_entity *entity)
{
	static const struct st_span empty = {(const uint8_t *)"", 0};
	struct st_span full = entity->type.data != NULL ? entity->type : empty;
	struct st_span disposition = entity->disposition.data != NULL ? entity->disposition : empty;
	struct st_span type = mail_value_word(full);
	st_auto_buf struct st_buf name = {0};
	if (type.size == 0 && entity->default_message)
		type = (struct st_span){(const uint8_t *)"message/rfc822", 14};
	leaf->is_header = mail_word_is(type, "text/rfc822-headers");
	leaf->is_message = leaf->is_header || mail_word_is(type, "message/rfc822") ||
			   mail_word_is(type, "message/global") || mail_word_is(type, "message/news");
	leaf->is_text = !leaf->is_message &&
			(type.size == 0 || mail_word_begins(type, "text/") || mail_word_begins(type, "message/"));
	leaf->is_page = mail_word_is(type, "text/html") || mail_word_is(type, "application/xhtml+xml");
	bool named = mail_parameter(disposition, "filename", &name) || mail_parameter(full, "name", &name);
	leaf->joined = leaf->is_text && !named && !mail_word_is(mail_value_word(disposition), "attachment");
	leaf->lost |= mail_word_is(type, "message/partial");
	if ((leaf->is_text || leaf->is_page) && mail_parameter(full, "charset", &leaf->charset))
		st_buf_add_byte(&leaf->charset, 0);
}

/* --- tables, JSON --- */

struct table_output {
	struct leaf *leaf;
	struct st_buf *out;
};

static void on_event(void *context, const struct redact_event *event)
{
	struct table_output *to = context;
	document_event(to->leaf->job, *event, to->leaf->origin);
}

static bool on_write(void *context, const void *data, size_t size)
{
	struct table_output *to = context;
	st_buf_add(to->out, data, size);
	return to->out->size <= CEIL_REDACT_GROWN * CEIL_REDACT_DOCUMENT_BYTES;
}

static void refuse(struct leaf *leaf)
{
	document_unsearched(leaf->job, 0, (uint32_t)leaf->bytes.size, leaf->origin);
}

static bool redact_table(struct leaf *leaf, enum redact_format format, struct st_buf *out)
{
	struct table_output to = {leaf, out};
	struct redact_options options = *leaf->job->options;
	options.format = format;
	options.by_line = false;
	options.event = on_event;
	options.write = on_write;
	options.context = &to;
	struct redact *redact = redact_open_inside(&options, leaf->job->replacer);
	redact_feed(redact, leaf->bytes.data, leaf->bytes.size);
	enum redact_status status = redact_finish(redact, NULL);
	redact_close(redact);
	if (status != REDACT_OK) {
		refuse(leaf);
		return false;
	}
	return out->size != leaf->bytes.size || memcmp(out->data, leaf->bytes.data, out->size) != 0;
}

/* --- messages --- */

/* An attached mailbox: its messages one after the other. */
static bool redact_mailbox(struct leaf *leaf, struct st_buf *out)
{
	struct mbox_cut cut = {0};
	struct st_span rest = leaf->bytes;
	bool changed = false;
	for (size_t size; (size = mbox_cut_next(&cut, rest, true)) > 0; rest.data += size, rest.size -= size) {
		struct document_origin origin = {.outer = leaf->origin,
			.base = (uint32_t)(rest.data - leaf->bytes.data),
			.size = (uint32_t)size};
		struct st_span message = {rest.data, size};
		st_auto_buf struct st_buf one = {0};
		bool other = mail_redact(leaf->job, message, leaf->is_header, &origin, leaf->depth + 1, &one);
		changed |= other;
		st_buf_add(out, other ? one.data : message.data, other ? one.size : size);
	}
	return changed;
}

/* --- text --- */

static bool is_one_of(const char *format, const char *const *names)
{
	for (; *names != NULL; names++)
		if (strcmp(format, *names) == 0)
			return true;
	return false;
}

static bool has_file_inside(const struct leaf *leaf)
{
	struct inline_encoded inside = {0};
	if (!leaf->is_text)
		return false;
	inline_encoded_add(&inside, leaf->bytes.data, leaf->bytes.size);
	return inline_encoded_end(&inside);
}

/* A page by its label that does not look like one: its markup is read as such all the same. */
static bool redact_as_page(struct leaf *leaf, bool changed, struct st_buf *out)
{
	st_auto_buf struct st_buf page = {0};
	struct st_span bytes = changed ? (struct st_span){out->data, out->size} : leaf->bytes;
	struct document_origin rough = {.outer = leaf->origin, .size = (uint32_t)leaf->bytes.size, .rough = true};
	const char *charset = leaf->charset.size > 0 ? (const char *)leaf->charset.data : NULL;
	if (!html_redact(leaf->job, bytes, charset, changed ? &rough : leaf->origin, &page))
		return changed;
	st_buf_free(out);
	*out = page;
	page = (struct st_buf){0};
	return true;
}

static bool redact_text(struct leaf *leaf, struct st_buf *out)
{
	static const char *const plain[] = {"text", "log", "html", "empty", NULL};
	static const char *const tables[] = {"csv", "json", "jsonl", NULL};
	static const char *const messages[] = {"message", "mbox", NULL};
	struct document_job *job = leaf->job;
	const struct passage_edit *edits;
	struct passage passage;
	const char *charset = leaf->charset.size > 0 ? (const char *)leaf->charset.data : NULL;
	passage_open(&passage, job->options, job->replacer, job->seen, job->search, leaf->bytes);
	struct document_reading reading = document_read(&passage, NULL, charset, leaf->joined);
	passage_end(&passage);
	bool changed = false, text = is_one_of(reading.format, plain);
	if (is_one_of(reading.format, messages)) {
		changed = redact_mailbox(leaf, out);
	} else if (is_one_of(reading.format, tables)) {
		enum redact_format format = strcmp(reading.format, "csv") == 0    ? REDACT_CSV
					    : strcmp(reading.format, "json") == 0 ? REDACT_JSON
										  : REDACT_JSONL;
		changed = redact_table(leaf, format, out);
	} else {
		if (!text || !reading.searched || has_file_inside(leaf))
			refuse(leaf);
		changed = text && passage_edits(&passage, &edits) > 0;
		if (changed)
			passage_splice(&passage, 0, (uint32_t)leaf->bytes.size, reading.unit, reading.big_endian, out);
		if (changed)
			document_tell(job, &passage, leaf->origin);
	}
	passage_close(&passage);
	if (leaf->is_page && text && strcmp(reading.format, "html") != 0)
		changed = redact_as_page(leaf, changed, out);
	return changed;
}

static bool redact_bytes(struct leaf *leaf, struct st_buf *out)
{
	if (leaf->bytes.size == 0)
		return false;
	if (leaf->depth >= CEIL_NESTING_DEPTH || leaf->lost)
		refuse(leaf);
	if (leaf->depth >= CEIL_NESTING_DEPTH)
		return false;
	return leaf->is_message ? redact_mailbox(leaf, out) : redact_text(leaf, out);
}

/* --- transfer encodings --- */

static void add_places(struct st_buf *map, const uint32_t *places, size_t count)
{
	st_buf_add(map, places, count * sizeof *places);
}

/* Where each decoded byte begins, by the rules of the decoder: groups of four, of which signs that are none do not
 * count and `=` ends one early. */
static void map_base64(struct st_span body, struct st_buf *map)
{
	uint32_t places[4];
	size_t count = 0;
	for (size_t i = 0; i < body.size; i++) {
		if (transfer_base64_value(body.data[i]) >= 0) {
			places[count++] = (uint32_t)i;
			if (count < 4)
				continue;
			add_places(map, places, 3);
			count = 0;
		} else if (body.data[i] == '=' && count > 0) {
			add_places(map, places, count - 1);
			count = 0;
		}
	}
	if (count > 1)
		add_places(map, places, count - 1);
}

/* The same by watching the decoder: bytes that waited for one another come together. */
static void decode_quoted(
	struct transfer_decoder *decoder, struct st_span body, struct st_buf *bytes, struct st_buf *map)
{
	uint32_t from = 0;
	for (size_t i = 0; i <= body.size; i++) {
		size_t before = bytes->size;
		if (i < body.size)
			transfer_add(decoder, body.data + i, 1, bytes);
		else
			transfer_end(decoder, bytes);
		for (size_t more = before; more < bytes->size; more++, from += from < i)
			add_places(map, &from, 1);
		if (bytes->size > before)
			from = (uint32_t)(i < body.size ? i + 1 : i);
	}
}

/* Decodes with the way back: where in the body each byte begins, and behind the last where it ends. */
static void decode(enum transfer_encoding encoding, struct transfer_decoder *decoder, struct st_span body,
	struct st_buf *bytes, struct st_buf *map)
{
	uint32_t end = (uint32_t)body.size;
	if (encoding == TRANSFER_QUOTED_PRINTABLE) {
		decode_quoted(decoder, body, bytes, map);
	} else {
		transfer_add(decoder, body.data, body.size, bytes);
		transfer_end(decoder, bytes);
		map_base64(body, map);
	}
	while (map->size <= bytes->size * sizeof end)
		add_places(map, &end, 1);
}

static size_t tail_bytes(struct st_span body)
{
	size_t size = body.size;
	while (size > 0 && (body.data[size - 1] == '\n' || body.data[size - 1] == '\r'))
		size--;
	return body.size - size;
}

static const char *line_end_in(struct st_span body, const char *otherwise)
{
	const uint8_t *lf = body.size > 0 ? memchr(body.data, '\n', body.size) : NULL;
	if (lf == NULL)
		return otherwise;
	return lf > body.data && lf[-1] == '\r' ? "\r\n" : "\n";
}

static void encode(enum transfer_encoding encoding, struct st_span body, struct st_span bytes, const char *line_end,
	struct st_buf *out)
{
	line_end = line_end_in(body, line_end);
	if (encoding == TRANSFER_QUOTED_PRINTABLE) {
		transfer_encode_quoted(bytes, line_end, out);
		return;
	}
	size_t tail = tail_bytes(body);
	transfer_encode_base64(bytes, line_end, out);
	st_buf_add(out, body.data + body.size - tail, tail);
}

/* The body stands as it is. */
static bool redact_plain_body(struct leaf *leaf, struct st_span body, const struct document_origin *origin,
	const char *line_end, struct st_buf *out)
{
	leaf->bytes = body;
	leaf->origin = origin;
	if (!redact_bytes(leaf, out))
		return false;
	bool long_now = !mail_lines_too_long(body) && mail_lines_too_long((struct st_span){out->data, out->size});
	if (long_now && leaf->is_text)
		mail_lines_break(out, false, line_end_in(body, line_end));
	return true;
}

static bool redact_encoded_body(struct leaf *leaf, enum transfer_encoding encoding, struct st_span body,
	const struct document_origin *origin, const char *line_end, struct st_buf *out)
{
	st_auto_buf struct st_buf bytes = {0}, map = {0}, changed_bytes = {0};
	struct transfer_decoder decoder;
	transfer_begin(&decoder, encoding);
	decode(encoding, &decoder, body, &bytes, &map);
	struct document_origin inner = {.outer = origin, .map = (const void *)map.data, .size = (uint32_t)bytes.size};
	leaf->bytes = (struct st_span){bytes.data, bytes.size};
	leaf->origin = &inner;
	leaf->lost |= decoder.lost;
	bool changed = redact_bytes(leaf, &changed_bytes);
	if (changed)
		encode(encoding, body, (struct st_span){changed_bytes.data, changed_bytes.size}, line_end, out);
	return changed;
}

bool mail_leaf_redact(struct document_job *job, struct st_span message, const struct mail_item *item,
	const struct mail_entity *entity, const struct document_origin *origin, int depth, const char *line_end,
	struct st_buf *out)
{
	static const struct st_span none = {(const uint8_t *)"", 0};
	struct leaf leaf = {.job = job, .depth = depth};
	struct st_span body = {message.data + item->start, item->end - item->start};
	struct document_origin here = {.outer = origin, .base = item->start, .size = (uint32_t)body.size};
	enum transfer_encoding encoding =
		transfer_named(mail_value_word(entity->encoding.data != NULL ? entity->encoding : none));
	bool changed = false;
	label(&leaf, entity);
	if (encoding == TRANSFER_UNSUPPORTED && body.size > 0)
		document_unsearched(job, 0, (uint32_t)body.size, &here);
	else if (encoding == TRANSFER_UNSUPPORTED || encoding == TRANSFER_IDENTITY)
		changed = redact_plain_body(&leaf, body, &here, line_end, out);
	else
		changed = redact_encoded_body(&leaf, encoding, body, &here, line_end, out);
	st_buf_free(&leaf.charset);
	return changed;
}
