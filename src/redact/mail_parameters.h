/*
 * Parameters of Content-Type and Content-Disposition (RFC 2045, 5.1; RFC 2231). File names that come in pieces or
 * percent-encoded are searched as the name they make.
 */
#ifndef STAUNCH_REDACT_MAIL_PARAMETERS_H
#define STAUNCH_REDACT_MAIL_PARAMETERS_H

#include "redact/document_job.h"

/* The value of such a field, [start, end) of the passage's document: a name in which something is found is written
 * anew, as one parameter. */
void file_names_redact(struct document_job *job, struct passage *passage, uint32_t start, uint32_t end,
	const struct document_origin *origin);
/* The name of a boundary holds something: becomes this one, in the field; the lines that it stands in are the
 * caller's. */
void boundary_replace(struct passage *passage, uint32_t start, uint32_t end, struct st_span boundary);
/* The bytes of the parameter, with its name; false: it has none of this name, or comes in pieces. */
bool parameter_find(
	struct st_span message, uint32_t start, uint32_t end, const char *name, uint32_t *from, uint32_t *to);
/* Adds the text of a parameter with what is found in it replaced; false: nothing is found. */
bool parameter_text_redact(
	struct document_job *job, struct st_span text, struct st_buf *out, const struct document_origin *origin);

#endif
