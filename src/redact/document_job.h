/* Between the files that redact one document: what a run over it shares. Private to them. */
#ifndef STAUNCH_REDACT_DOCUMENT_JOB_H
#define STAUNCH_REDACT_DOCUMENT_JOB_H

#include "redact/document.h"
#include "redact/passage.h"

struct message_ids; /* message_ids.h */

struct document_job {
	const struct redact_options *options;
	struct replacer *replacer;
	struct seen *seen;
	struct passage_search *search;
	struct message_ids *ids;
	uint64_t given_at;    /* offset of the document in the input */
	struct st_buf events; /* struct redact_event, not in order */
	uint64_t replaced[DETECT_KINDS + 1];
	uint64_t unsearched_bytes, unsearched_at;
	bool refused; /* something cannot be searched, and may not pass */
};

/* Where bytes that are worked on stand in the document as given. */
struct document_origin {
	const struct document_origin *outer; /* NULL: the document */
	const uint32_t *map;                 /* size + 1 offsets in `outer`; NULL: they begin at base, byte for byte */
	uint32_t base, size;
	bool rough; /* a later round: only that it is somewhere in there is known */
};

/* Notes the events of a passage's edits. */
void document_tell(struct document_job *job, const struct passage *passage, const struct document_origin *origin);
/* Bytes that no detector can search: notes them, or that they are refused. */
void document_unsearched(struct document_job *job, uint32_t start, uint32_t end, const struct document_origin *origin);
void document_event(struct document_job *job, struct redact_event event, const struct document_origin *origin);

/* --- document_reading.c --- */

struct document_reading {
	const char *format;  /* as extract names it */
	const char *charset; /* "" of none */
	unsigned unit;       /* bytes of an ASCII character */
	bool big_endian;
	bool searched; /* all of it was text without members */
};
/* Reads bytes as extract would (format NULL: by content) into the passage. charset: as labelled, or NULL. joined: text
 * of a message. */
struct document_reading document_read(struct passage *passage, const char *format, const char *charset, bool joined);

/* --- document_html.c, document_mail.c: one round; true: something was changed, and out has all of it --- */

bool html_redact(struct document_job *job, struct st_span page, const char *charset,
	const struct document_origin *origin, struct st_buf *out);
bool mail_redact(struct document_job *job, struct st_span message, bool is_header, const struct document_origin *origin,
	int depth, struct st_buf *out);

#endif
