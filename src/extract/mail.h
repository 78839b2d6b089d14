/* Between the files that read one message: its bytes cut at boundaries, its text, its parts, its digest. */
#ifndef STAUNCH_EXTRACT_MAIL_H
#define STAUNCH_EXTRACT_MAIL_H

#include "extract/canonical.h"
#include "extract/encoded_word.h"
#include "extract/reader.h"
#include "extract/window.h"

/* The fields of one header that decide something: their first values, unfolded, without the line end. */
struct mail_fields {
	struct st_buf type, encoding, disposition;
	struct st_buf id, from, date, subject;
};
void mail_fields_free(struct mail_fields *fields);
struct st_span mail_span(const struct st_buf *buf);

/* What makes two exports of a message one record (contract 3). */
struct mail_digest {
	struct st_sha256 *hash;       /* of the digests of the inline texts, in their order */
	struct canonical_text *text;  /* the inline text that is being read */
	struct canonical_text *loose; /* text between parts: the body of a message in which no part was found */
	struct st_buf attachments;    /* SHA-256 of each */
	uint64_t texts;
};

struct mail_boundary {
	struct st_buf text;
	bool digest; /* multipart/digest: its parts are messages unless they say otherwise */
};

struct mail {
	struct reader_input *input;
	struct window window;
	const struct extract_events *events;
	void *context;

	struct decoded_text text; /* not yet sent; stored values count from text_base */
	uint64_t text_base, text_end, text_at;
	const char *place, *said; /* the place of the text that comes next, and the last that was told */

	struct mail_boundary open[CEIL_MULTIPART_DEPTH]; /* from the outermost */
	size_t depth;
	bool line_start;
	uint8_t line_end; /* bytes of the line end before the line start that are not given yet: 0, 1, 2 */
	size_t given;     /* bytes of the window that the last call of mail_body_next showed */
	bool hit, hit_close;
	size_t hit_level;

	uint32_t leaves;
	enum st_reason reason; /* why the message is not all read */
	enum st_reason stop;   /* a limit of the whole object */
	struct mail_digest digest;
};

/* Offset in the stored part of the next byte. */
uint64_t mail_offset(const struct mail *mail);

/* --- mail_header.c --- */
/* Reads a header and the blank line behind it, gives it as text. envelope: a `From ` line may come first. */
void mail_header_read(struct mail *mail, bool envelope, struct mail_fields *fields);
/* Adds bytes as they are to the text of the message; offset: where they are stored. */
void mail_text_add(struct mail *mail, const uint8_t *data, size_t size, uint64_t offset);
void mail_text_flush(struct mail *mail);
/* What is added from here on stands at this place of the message: "header", "body"; static. */
void mail_text_place(struct mail *mail, const char *label);

/* --- mime_body.c --- */
/* The next bytes before a boundary; false at one (`hit`) or at the end. Borrowed until the next call. */
bool mail_body_next(struct mail *mail, struct st_span *out);
/* The bytes before the next boundary are text of the message itself. */
void mail_body_text(struct mail *mail);
/* They are a part: hands it over and goes on to the boundary. default_message: its type when it says none. */
void mail_body_part(struct mail *mail, const struct mail_fields *fields, bool default_message);
/* Does a boundary stand at the next byte, a line start? Says so in `hit` and takes the line. */
bool mail_boundary_here(struct mail *mail);

/* --- mail_digest.c --- */
void mail_digest_begin(struct mail_digest *digest);
void mail_digest_text_end(struct mail_digest *digest);
void mail_digest_attachment(struct mail_digest *digest, const uint8_t sha256[ST_SHA256_BYTES]);
void mail_digest_end(struct mail_digest *digest, const struct mail_fields *fields, uint8_t sha256[ST_SHA256_BYTES]);
void mail_digest_free(struct mail_digest *digest);

#endif
