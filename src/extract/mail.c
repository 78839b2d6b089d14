/*
 * One message (RFC 5322, 2045, 2046), read as it streams by. Its own text is its headers, those of its parts, and what
 * stands between parts; its parts are members. All of it is one record, except what is attached. Multiparts are no
 * members: they only say where their parts end.
 */
#include "extract/mail.h"

#include <stdlib.h>

#include "extract/mail_shape.h"
#include "extract/mail_value.h"

static int bid(const struct reader_input *input)
{
	if (input->hint.joined)
		return 0;
	struct mail_shape shape = mail_shape(input->head, input->head_is_all);
	if (input->hint.is_message)
		return shape.fields > 0 ? READER_CERTAIN : 0;
	return mail_is_header(&shape) ? READER_CERTAIN : 0;
}

static void note(struct mail *mail, enum st_reason reason)
{
	if (mail->reason == ST_REASON_NONE)
		mail->reason = reason;
}

/* A multipart begins: its boundary is looked for from here on. False: it has none that can be used. */
static bool open_multipart(struct mail *mail, const struct mail_fields *fields)
{
	struct mail_boundary *level = &mail->open[mail->depth];
	struct st_span type = mail_span(&fields->type);
	*level = (struct mail_boundary){.digest = mail_word_is(mail_value_word(type), "multipart/digest")};
	if (mail_parameter(type, "boundary", &level->text)) {
		while (level->text.size > 0 && level->text.data[level->text.size - 1] == ' ')
			level->text.size--;
	}
	if (level->text.size == 0 || level->text.size > CEIL_MAIL_BOUNDARY_BYTES) {
		st_buf_free(&level->text);
		return false;
	}
	mail->depth++;
	return true;
}

static void close_levels(struct mail *mail, size_t depth)
{
	while (mail->depth > depth)
		st_buf_free(&mail->open[--mail->depth].text);
}

/* A multipart inside too many: its bytes are passed over, and that is said. */
static void refuse_part(struct mail *mail)
{
	struct st_span bytes;
	st_auto_free char *name = st_format("part-%u", ++mail->leaves);
	mail_text_flush(mail);
	if (extract_run_entry(mail->input, &mail->stop))
		extract_run_unread_member(
			mail->input, (struct st_span){(const uint8_t *)name, strlen(name)}, ST_REASON_LIMIT_DEPTH);
	while (mail_body_next(mail, &bytes))
		;
}

/* What follows a header, up to the next boundary. */
static void read_entity(struct mail *mail, const struct mail_fields *fields)
{
	bool default_message = mail->depth > 0 && mail->open[mail->depth - 1].digest;
	if (mail->hit)
		return; /* a header without a body */
	if (!mail_word_begins(mail_value_word(mail_span(&fields->type)), "multipart/")) {
		mail_body_part(mail, fields, default_message);
		return;
	}
	if (mail->depth == CEIL_MULTIPART_DEPTH) {
		refuse_part(mail);
		return;
	}
	if (!open_multipart(mail, fields))
		note(mail, ST_REASON_CORRUPT); /* its parts cannot be told apart; searched as they stand */
	mail_body_text(mail);
}

/* Behind a boundary: what was open inside its multipart ended without a word. */
static void read_behind_boundary(struct mail *mail)
{
	if (mail->hit_level + 1 < mail->depth)
		note(mail, ST_REASON_CORRUPT);
	close_levels(mail, mail->hit_level + !mail->hit_close);
	mail->hit = false;
	mail->line_start = false;
	mail->line_end = 0;
	if (mail->hit_close) {
		mail_body_text(mail);
		return;
	}
	struct mail_fields fields = {0};
	mail_header_read(mail, false, &fields);
	read_entity(mail, &fields);
	mail_fields_free(&fields);
}

static void tell_author(struct mail *mail, const struct mail_fields *fields)
{
	st_auto_buf struct st_buf from = {0};
	if (mail->events->author == NULL)
		return;
	mail_first_address(mail_span(&fields->from), &from);
	if (from.size > 0)
		mail->events->author(mail->context, mail->input->part, (struct st_span){from.data, from.size});
}

static void read_message(struct mail *mail, struct mail_fields *fields)
{
	mail_header_read(mail, true, fields);
	tell_author(mail, fields);
	if (mail->input->hint.is_header)
		mail_body_text(mail);
	else
		read_entity(mail, fields);
	while (mail->hit && mail->stop == ST_REASON_NONE)
		read_behind_boundary(mail);
	note(mail, mail->stop != ST_REASON_NONE ? mail->stop : mail->window.reason);
	if (mail->depth > 0)
		note(mail, mail->leaves > 0 ? ST_REASON_TRUNCATED : ST_REASON_CORRUPT);
	mail_text_flush(mail);
}

static void read_mail(struct reader_input *input, struct extract_part_result *result)
{
	struct mail *mail = st_alloc_zero(1, sizeof(*mail));
	struct mail_fields fields = {0};
	uint8_t sha256[ST_SHA256_BYTES];
	mail->input = input;
	mail->events = extract_run_events(input->run, &mail->context);
	window_open(&mail->window, input->stream, false);
	mail_digest_begin(&mail->digest);
	read_message(mail, &fields);
	mail_digest_end(&mail->digest, &fields, sha256);
	result->status = mail->reason == ST_REASON_NONE ? ST_READ : mail->text_at > 0 ? ST_PARTIAL : ST_UNREAD;
	result->reason = mail->reason;
	if (mail->text_at > 0) {
		extract_run_content(input->run, input->part, sha256, mail_offset(mail));
		extract_run_spanning_record(input, mail->text_at, sha256);
	}
	close_levels(mail, 0);
	mail_fields_free(&fields);
	mail_digest_free(&mail->digest);
	decoded_text_free(&mail->text);
	window_close(&mail->window);
	free(mail);
}

const struct reader reader_mail = {
	.format = "message", .bid = bid, .read = read_mail, .container = true, .has_text = true};
