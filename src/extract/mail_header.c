/*
 * Header fields as text: the bytes as they stand, encoded words decoded, every byte with its way back. Values that are
 * identifiers of messages look like addresses and are none: they are left out (contract 3).
 */
#include "extract/mail.h"

#include <strings.h>

#include <stdlib.h>

#include "extract/mail_shape.h"

/* Text is sent on when this much is there, in blocks of at most this. */
#define BLOCK_BYTES (CEIL_TEXT_BLOCK_BYTES / 2)
/* A line is looked at this far to tell what it is. */
#define LOOK_BYTES 1024

struct st_span mail_span(const struct st_buf *buf)
{
	static const uint8_t none[1];
	return (struct st_span){buf->data != NULL ? buf->data : none, buf->size};
}

void mail_fields_free(struct mail_fields *fields)
{
	struct st_buf *all[] = {&fields->type, &fields->encoding, &fields->disposition, &fields->id, &fields->from,
		&fields->date, &fields->subject};
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		st_buf_free(all[i]);
}

uint64_t mail_offset(const struct mail *mail)
{
	return mail->window.offset - (mail->window.end - mail->window.at);
}

/* --- text of the message --- */

static void send_block(struct mail *mail, size_t first, size_t size, const uint32_t *stored)
{
	st_auto_free uint32_t *relative = st_alloc((size + 1) * sizeof(*relative));
	for (size_t i = 0; i <= size; i++)
		relative[i] = stored[first + i] - stored[first];
	struct extract_text block = {.data = mail->text.text.data + first,
		.size = size,
		.start = mail->text_at,
		.stored_start = mail->text_base + stored[first],
		.stored = relative,
		.transcoded = true};
	mail->text_at += size;
	mail->events->text(mail->context, mail->input->part, &block);
}

void mail_text_flush(struct mail *mail)
{
	size_t size = mail->text.text.size;
	if (size == 0)
		return;
	uint32_t end = (uint32_t)(mail->text_end - mail->text_base);
	st_buf_add(&mail->text.stored, &end, sizeof(end));
	const uint32_t *stored = (const uint32_t *)(const void *)mail->text.stored.data;
	for (size_t at = 0; at < size; at += BLOCK_BYTES)
		send_block(mail, at, size - at < BLOCK_BYTES ? size - at : BLOCK_BYTES, stored);
	mail->text.text.size = mail->text.stored.size = 0;
}

/* The distance of offset from the base of the text that is not sent. */
static uint32_t text_shift(struct mail *mail, uint64_t offset)
{
	if (mail->text.text.size >= BLOCK_BYTES || offset - mail->text_base > UINT32_MAX / 2)
		mail_text_flush(mail);
	if (mail->text.text.size == 0)
		mail->text_base = offset;
	return (uint32_t)(offset - mail->text_base);
}

void mail_text_place(struct mail *mail, const char *label)
{
	mail->place = label;
}

/* Tells the place before its first byte that is no line end. */
static void tell_place(struct mail *mail, struct st_span text)
{
	size_t at = 0;
	while (at < text.size && (text.data[at] == '\r' || text.data[at] == '\n'))
		at++;
	if (mail->place == mail->said || at == text.size)
		return;
	mail->said = mail->place;
	mail->events->place(mail->context, mail->input->part, mail->text_at + mail->text.text.size + at,
		(struct st_span){(const uint8_t *)mail->said, strlen(mail->said)});
}

void mail_text_add(struct mail *mail, const uint8_t *data, size_t size, uint64_t offset)
{
	tell_place(mail, (struct st_span){data, size});
	decoded_text_add(&mail->text, data, size, text_shift(mail, offset));
	mail->text_end = offset + size;
}

static void add_decoded(struct mail *mail, struct st_span value, uint64_t offset)
{
	if (value.size > 0)
		encoded_words_decode(value, text_shift(mail, offset), &mail->text);
	mail->text_end = offset + value.size;
}

/* --- fields --- */

struct field {
	struct st_buf raw;
	uint64_t start; /* where it is stored */
	size_t name;    /* bytes of its name; 0 for what goes on with a field too long */
	bool is_id;
};

static bool is_named(const struct field *field, const char *name)
{
	return field->name == strlen(name) && strncasecmp((const char *)field->raw.data, name, field->name) == 0;
}

static bool is_identifier(const struct field *field)
{
	static const char *const names[] = {
		"message-id", "references", "in-reply-to", "content-id", "resent-message-id", "original-message-id"};
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (is_named(field, names[i]))
			return true;
	return false;
}

static struct st_buf *place_of(const struct field *field, struct mail_fields *fields)
{
	const struct {
		const char *name;
		struct st_buf *place;
	} wanted[] = {{"content-type", &fields->type}, {"content-transfer-encoding", &fields->encoding},
		{"content-disposition", &fields->disposition}, {"message-id", &fields->id}, {"from", &fields->from},
		{"date", &fields->date}, {"subject", &fields->subject}};
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		if (is_named(field, wanted[i].name))
			return wanted[i].place;
	return NULL;
}

static size_t line_end_bytes(struct st_span value)
{
	if (value.size == 0 || value.data[value.size - 1] != '\n')
		return 0;
	return value.size > 1 && value.data[value.size - 2] == '\r' ? 2 : 1;
}

/* Its text goes out, its value is kept if it decides something. */
static void end_field(struct mail *mail, struct field *field, struct mail_fields *fields)
{
	if (field->raw.size == 0)
		return;
	const uint8_t *colon = field->name > 0 ? memchr(field->raw.data, ':', field->raw.size) : NULL;
	size_t front = colon != NULL ? (size_t)(colon + 1 - field->raw.data) : 0;
	struct st_span value = {field->raw.data + front, field->raw.size - front};
	size_t line_end = line_end_bytes(value);
	if (field->name > 0)
		field->is_id = is_identifier(field);
	mail_text_add(mail, field->raw.data, front, field->start);
	if (field->is_id)
		mail_text_add(
			mail, value.data + value.size - line_end, line_end, field->start + field->raw.size - line_end);
	else
		add_decoded(mail, value, field->start + front);
	struct st_buf *place = field->name > 0 ? place_of(field, fields) : NULL;
	if (place != NULL && place->data == NULL) {
		st_buf_reserve(place, 1);
		st_buf_add(place, value.data, value.size - line_end);
	}
	field->start += field->raw.size;
	field->raw.size = field->name = 0;
}

/* Takes the rest of the line into the field, which is ended wherever it is full. */
static void take_line(struct mail *mail, struct field *field, struct mail_fields *fields)
{
	bool more = true;
	/* a field too long is cut between lines, so that no encoded word is cut */
	if (field->raw.size > CEIL_MAIL_FIELD_BYTES - LOOK_BYTES)
		end_field(mail, field, fields);
	while (more && window_fill(&mail->window, 1) > 0) {
		const uint8_t *p = window_bytes(&mail->window);
		size_t have = mail->window.end - mail->window.at;
		size_t room = CEIL_MAIL_FIELD_BYTES - field->raw.size;
		have = have < room ? have : room;
		const uint8_t *lf = memchr(p, '\n', have);
		size_t size = lf != NULL ? (size_t)(lf + 1 - p) : have;
		st_buf_add(&field->raw, p, size);
		mail->window.at += size;
		if (field->raw.size >= CEIL_MAIL_FIELD_BYTES)
			end_field(mail, field, fields);
		more = lf == NULL;
	}
}

static bool blank_line(const uint8_t *line, size_t size)
{
	return (size >= 1 && line[0] == '\n') || (size >= 2 && line[0] == '\r' && line[1] == '\n');
}

static void take_as_text(struct mail *mail, size_t size)
{
	mail_text_add(mail, window_bytes(&mail->window), size, mail_offset(mail));
	mail->window.at += size;
}

static void read_envelope(struct mail *mail, struct mail_fields *fields)
{
	size_t have, blank;
	while ((have = window_fill(&mail->window, LOOK_BYTES)) > 0 &&
		(blank = mail_blank_line(window_bytes(&mail->window), have)) > 0)
		take_as_text(mail, blank);
	const uint8_t *line = window_bytes(&mail->window);
	size_t quoted = have > 0 && *line == '>';
	struct field field = {.start = mail_offset(mail)};
	if (mail_is_from_line(line + quoted, have - quoted)) {
		take_line(mail, &field, fields);
		end_field(mail, &field, fields);
	}
	st_buf_free(&field.raw);
}

void mail_header_read(struct mail *mail, bool envelope, struct mail_fields *fields)
{
	struct field field = {0};
	size_t have;
	mail_text_place(mail, "header");
	if (envelope)
		read_envelope(mail, fields);
	field.start = mail_offset(mail);
	while ((have = window_fill(&mail->window, LOOK_BYTES)) > 0) {
		const uint8_t *line = window_bytes(&mail->window);
		if (blank_line(line, have)) {
			end_field(mail, &field, fields);
			take_as_text(mail, *line == '\n' ? 1 : 2);
			break;
		}
		if (mail->depth > 0 && *line == '-' && mail_boundary_here(mail))
			break;
		line = window_bytes(&mail->window);
		size_t name = mail_field_name(line, have);
		if (name == 0 && *line != ' ' && *line != '\t')
			break; /* the body begins without a blank line */
		if (name > 0) {
			end_field(mail, &field, fields);
			field.is_id = false;
			field.start = mail_offset(mail);
			field.name = name;
		}
		take_line(mail, &field, fields);
	}
	end_field(mail, &field, fields);
	st_buf_free(&field.raw);
	mail->line_start = true;
	mail->line_end = 0;
}
