/* File names of parts that come in pieces or percent-encoded (RFC 2231): searched as the name they make. */
#ifndef STAUNCH_REDACT_FILE_NAMES_H
#define STAUNCH_REDACT_FILE_NAMES_H

#include "redact/document_job.h"

/* The value of a Content-Type or Content-Disposition, [start, end) of the passage's document: a name in which something
 * is found is written anew, as one parameter. */
void file_names_redact(struct document_job *job, struct passage *passage, uint32_t start, uint32_t end,
	const struct document_origin *origin);

#endif
