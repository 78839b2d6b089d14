/*
 * The canonical message (contract 3). What a store or a transport changes is left out: Received and other trace fields,
 * boundaries, transfer encodings, line ends, the case of addresses. Every element has its length before it.
 */
#include "extract/mail.h"

#include <stdlib.h>

#include "extract/mail_value.h"

void mail_digest_begin(struct mail_digest *digest)
{
	*digest = (struct mail_digest){
		.hash = st_sha256_new(), .text = canonical_text_new(), .loose = canonical_text_new()};
}

void mail_digest_free(struct mail_digest *digest)
{
	st_sha256_free(digest->hash);
	canonical_text_free(digest->text);
	canonical_text_free(digest->loose);
	st_buf_free(&digest->attachments);
}

static void add_text(struct mail_digest *digest, struct canonical_text *text)
{
	uint8_t sha256[ST_SHA256_BYTES];
	if (!canonical_text_end(text, sha256))
		return;
	st_sha256_add(digest->hash, sha256, sizeof(sha256));
	digest->texts++;
}

void mail_digest_text_end(struct mail_digest *digest)
{
	add_text(digest, digest->text);
}

void mail_digest_attachment(struct mail_digest *digest, const uint8_t sha256[ST_SHA256_BYTES])
{
	st_buf_add(&digest->attachments, sha256, ST_SHA256_BYTES);
}

static int compare(const void *a, const void *b)
{
	return memcmp(a, b, ST_SHA256_BYTES);
}

static struct st_span trimmed(struct st_span value)
{
	while (value.size > 0 && value.data[0] <= ' ') {
		value.data++;
		value.size--;
	}
	while (value.size > 0 && value.data[value.size - 1] <= ' ')
		value.size--;
	return value;
}

static void add_date(struct st_buf *form, struct st_span value)
{
	int64_t seconds;
	if (mail_date(value, &seconds)) {
		st_buf_add_byte(form, 'T');
		st_buf_add_u64(form, (uint64_t)seconds);
		return;
	}
	st_auto_buf struct st_buf text = {0};
	mail_folded_text(value, &text);
	st_buf_add_byte(form, 'X');
	st_buf_add_span(form, text.data, text.size);
}

void mail_digest_end(struct mail_digest *digest, const struct mail_fields *fields, uint8_t sha256[ST_SHA256_BYTES])
{
	st_auto_buf struct st_buf form = {0}, from = {0}, subject = {0};
	uint8_t body[ST_SHA256_BYTES];
	struct st_span id = trimmed(mail_span(&fields->id));
	if (digest->texts == 0 && digest->attachments.size == 0)
		add_text(digest, digest->loose);
	mail_first_address(mail_span(&fields->from), &from);
	mail_folded_text(mail_span(&fields->subject), &subject);
	st_sha256_end(digest->hash, body);
	st_buf_add_span(&form, id.data, id.size);
	st_buf_add_span(&form, from.data, from.size);
	add_date(&form, mail_span(&fields->date));
	st_buf_add_span(&form, subject.data, subject.size);
	st_buf_add(&form, body, sizeof(body));
	if (digest->attachments.size > 0)
		qsort(digest->attachments.data, digest->attachments.size / ST_SHA256_BYTES, ST_SHA256_BYTES, compare);
	st_buf_add(&form, digest->attachments.data, digest->attachments.size);
	st_sha256_of(form.data, form.size, sha256);
}
