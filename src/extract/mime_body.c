/* Bodies: cut at the boundaries of every multipart that is open, decoded, handed over as members. */
#include "extract/mail.h"

#include "extract/inline_encoded.h"
#include "extract/mail_value.h"
#include "extract/transfer_decode.h"

/* A boundary's line may have this many blanks at its end. */
#define BOUNDARY_LOOK_BYTES (CEIL_MAIL_BOUNDARY_BYTES + 256)
/* Looked-at bytes that may begin a delimiter: CR LF - and one more to tell. */
#define DELIMITER_FRONT_BYTES 3

/* --- boundaries --- */

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* Is this line, behind its two dashes, the boundary of this level? */
static bool is_boundary(const struct st_buf *boundary, const uint8_t *p, const uint8_t *end, bool *closes)
{
	if ((size_t)(end - p) < boundary->size || memcmp(p, boundary->data, boundary->size) != 0)
		return false;
	p += boundary->size;
	*closes = end - p >= 2 && p[0] == '-' && p[1] == '-';
	for (p += *closes ? 2 : 0; p < end; p++)
		if (!is_blank(*p))
			return false;
	return true;
}

bool mail_boundary_here(struct mail *mail)
{
	size_t have = window_fill(&mail->window, BOUNDARY_LOOK_BYTES);
	const uint8_t *line = window_bytes(&mail->window);
	if (have < 3 || line[0] != '-' || line[1] != '-')
		return false;
	const uint8_t *lf = memchr(line, '\n', have);
	if (lf == NULL && have >= BOUNDARY_LOOK_BYTES)
		return false;
	const uint8_t *end = lf != NULL ? lf : line + have;
	for (size_t i = mail->depth; i > 0 && !mail->hit; i--) {
		if (!is_boundary(&mail->open[i - 1].text, line + 2, end, &mail->hit_close))
			continue;
		mail->hit = true;
		mail->hit_level = i - 1;
	}
	if (!mail->hit)
		return false;
	/* the line end behind a closing boundary is the first of the epilogue, or of the delimiter that follows */
	if (mail->hit_close && lf != NULL)
		end -= end[-1] == '\r';
	else if (lf != NULL)
		end++;
	mail->window.at += (size_t)(end - line);
	return true;
}

static bool give(struct mail *mail, struct st_span *out, size_t size, size_t taken)
{
	*out = (struct st_span){window_bytes(&mail->window), size};
	mail->given = taken;
	return true;
}

bool mail_body_next(struct mail *mail, struct st_span *out)
{
	mail->window.at += mail->given;
	mail->given = 0;
	while (!mail->hit) {
		if (mail->line_start && mail->depth > 0 && mail_boundary_here(mail))
			break;
		mail->line_start = false;
		if (mail->line_end > 0) {
			*out = (struct st_span){(const uint8_t *)&"\r\n"[2 - mail->line_end], mail -> line_end};
			mail->line_end = 0;
			return true;
		}
		size_t have = window_fill(&mail->window, 1);
		if (have == 0)
			return false;
		if (mail->depth == 0)
			return give(mail, out, have, have);
		const uint8_t *p = window_bytes(&mail->window), *lf = memmem(p, have, "\n--", 3);
		if (lf != NULL) {
			size_t size = (size_t)(lf - p);
			mail->line_end = size > 0 && p[size - 1] == '\r' ? 2 : 1;
			size = size + 1 - mail->line_end;
			mail->line_start = true;
			if (size > 0)
				return give(mail, out, size, size + mail->line_end);
			mail->window.at += mail->line_end;
		} else if (have > DELIMITER_FRONT_BYTES) {
			return give(mail, out, have - DELIMITER_FRONT_BYTES, have - DELIMITER_FRONT_BYTES);
		} else if (window_fill(&mail->window, have + 1) == have) {
			return give(mail, out, have, have);
		}
	}
	return false;
}

void mail_body_text(struct mail *mail)
{
	struct st_span bytes;
	uint64_t next = mail_offset(mail);
	mail_text_place(mail, "body");
	while (mail_body_next(mail, &bytes)) {
		mail_text_add(mail, bytes.data, bytes.size, next);
		canonical_text_add(mail->digest.loose, bytes.data, bytes.size);
		next += bytes.size;
	}
	if (mail->hit && mail->line_end > 0)
		mail_text_add(mail, (const uint8_t *)&"\r\n"[2 - mail->line_end], mail -> line_end, next);
	canonical_text_add(mail->digest.loose, "\n", 1);
}

/* --- parts --- */

struct leaf {
	struct stream stream;
	struct mail *mail;
	struct transfer_decoder decoder;
	struct st_buf decoded;
	size_t at;
	bool ended;
	bool is_text;                /* its line ends depend on the export */
	struct canonical_text *text; /* the hash of its content, one of the two */
	struct st_sha256 *hash;
	uint64_t bytes;
	bool is_message;              /* whose own parts are looked into */
	struct inline_encoded inside; /* of a text */
	bool is_piece;                /* of a message that came in several */
};

static void note_bytes(struct leaf *leaf, const void *data, size_t size)
{
	leaf->bytes += size;
	if (leaf->is_text) {
		canonical_text_add(leaf->text, data, size);
		if (!leaf->is_message)
			inline_encoded_add(&leaf->inside, data, size);
	} else {
		st_sha256_add(leaf->hash, data, size);
	}
}

static void decode_more(struct leaf *leaf)
{
	struct st_span bytes;
	leaf->decoded.size = leaf->at = 0;
	while (!leaf->ended && leaf->decoded.size == 0) {
		leaf->ended = !mail_body_next(leaf->mail, &bytes);
		if (leaf->ended)
			transfer_end(&leaf->decoder, &leaf->decoded);
		else
			transfer_add(&leaf->decoder, bytes.data, bytes.size, &leaf->decoded);
	}
}

static ssize_t leaf_read(struct stream *stream, void *data, size_t capacity)
{
	struct leaf *leaf = stream->self;
	if (leaf->at == leaf->decoded.size)
		decode_more(leaf);
	size_t size = leaf->decoded.size - leaf->at;
	if (size == 0) {
		if (leaf->mail->window.reason != ST_REASON_NONE && !leaf->mail->hit)
			stream->reason = leaf->mail->window.reason;
		else if (leaf->decoder.lost)
			stream->reason = ST_REASON_CORRUPT;
		else if (leaf->is_piece || inline_encoded_end(&leaf->inside))
			stream->reason = ST_REASON_UNSUPPORTED;
		return stream->reason == ST_REASON_NONE ? 0 : -1;
	}
	size = size < capacity ? size : capacity;
	memcpy(data, leaf->decoded.data + leaf->at, size);
	leaf->at += size;
	note_bytes(leaf, data, size);
	return (ssize_t)size;
}

/* To the boundary: readers need not read to the end. */
static void drain(struct leaf *leaf)
{
	uint8_t scratch[8192];
	leaf->stream.reason = ST_REASON_NONE;
	while (leaf_read(&leaf->stream, scratch, sizeof(scratch)) > 0)
		;
}

static void leaf_sha256(struct leaf *leaf, uint8_t sha256[ST_SHA256_BYTES])
{
	if (leaf->is_text)
		canonical_text_end(leaf->text, sha256);
	else
		st_sha256_end(leaf->hash, sha256);
}

/* What the fields say of the part. */
struct kind {
	struct st_span type;
	bool is_text, is_message, named, attached;
};

static struct kind kind_of(const struct mail_fields *fields, bool default_message, struct st_buf *name)
{
	struct st_span type = mail_span(&fields->type), disposition = mail_span(&fields->disposition);
	struct kind kind = {.type = mail_value_word(type)};
	if (kind.type.size == 0 && default_message)
		kind.type = (struct st_span){(const uint8_t *)"message/rfc822", 14};
	kind.is_message = mail_word_is(kind.type, "message/rfc822") || mail_word_is(kind.type, "message/global") ||
			  mail_word_is(kind.type, "message/news") || mail_word_is(kind.type, "text/rfc822-headers");
	kind.is_text = !kind.is_message && (kind.type.size == 0 || mail_word_begins(kind.type, "text/") ||
						   mail_word_begins(kind.type, "message/"));
	kind.attached = mail_word_is(mail_value_word(disposition), "attachment");
	kind.named = mail_parameter(disposition, "filename", name) || mail_parameter(type, "name", name);
	return kind;
}

static struct extract_member member_of(struct mail *mail, const struct mail_fields *fields, const struct kind *kind,
	struct st_buf *name, struct leaf *leaf)
{
	struct extract_member member = {.stream = &leaf->stream};
	if (!kind->named) {
		st_auto_free char *number = st_format("part-%u", mail->leaves);
		st_buf_add(name, number, strlen(number));
	}
	member.name = mail_span(name);
	member.hint.is_message = kind->is_message;
	member.hint.is_header = mail_word_is(kind->type, "text/rfc822-headers");
	member.hint.joined = kind->is_text && !kind->attached && !kind->named;
	member.text = member.hint.joined ? mail->digest.text : NULL;
	st_auto_buf struct st_buf charset = {0};
	if (kind->is_text && mail_parameter(mail_span(&fields->type), "charset", &charset))
		member.hint.has_charset = charset_named(mail_span(&charset), &member.hint.charset);
	return member;
}

static void note_content(struct mail *mail, struct leaf *leaf, const struct extract_member *member, uint32_t part)
{
	uint8_t sha256[ST_SHA256_BYTES];
	uint64_t texts = mail->digest.texts;
	leaf_sha256(leaf, sha256);
	if (!member->hint.joined && !member->is_record && mail->stop == ST_REASON_NONE)
		extract_run_content(mail->input->run, part, sha256, leaf->bytes);
	mail_digest_text_end(&mail->digest);
	if (member->is_record)
		mail_digest_attachment(&mail->digest, member->sha256);
	else if (mail->digest.texts == texts &&
		 (!member->hint.joined || leaf->bytes > CEIL_SNIFF_BYTES || !leaf->is_text))
		mail_digest_attachment(&mail->digest, sha256);
}

void mail_body_part(struct mail *mail, const struct mail_fields *fields, bool default_message)
{
	st_auto_buf struct st_buf name = {0};
	enum transfer_encoding encoding = transfer_named(mail_value_word(mail_span(&fields->encoding)));
	struct leaf leaf = {.mail = mail};
	mail->leaves++;
	struct kind kind = kind_of(fields, default_message, &name);
	struct extract_member member = member_of(mail, fields, &kind, &name, &leaf);
	leaf.stream = (struct stream){.read = leaf_read, .self = &leaf};
	leaf.is_text = kind.is_text || kind.is_message;
	leaf.is_message = kind.is_message;
	leaf.is_piece = mail_word_is(kind.type, "message/partial");
	leaf.text = leaf.is_text ? canonical_text_new() : NULL;
	leaf.hash = leaf.is_text ? NULL : st_sha256_new();
	transfer_begin(&leaf.decoder, encoding);
	mail_text_flush(mail);
	uint32_t part = extract_run_next_part(mail->input->run);
	if (!extract_run_entry(mail->input, &mail->stop))
		extract_run_unread_member(mail->input, member.name, ST_REASON_LIMIT_ENTRIES);
	else if (encoding == TRANSFER_UNSUPPORTED)
		extract_run_unread_member(mail->input, member.name, ST_REASON_UNSUPPORTED);
	else
		extract_run_give(mail->input, &member, &mail->stop);
	if (mail->stop == ST_REASON_NONE)
		drain(&leaf);
	note_content(mail, &leaf, &member, part);
	canonical_text_free(leaf.text);
	st_sha256_free(leaf.hash);
	st_buf_free(&leaf.decoded);
}
