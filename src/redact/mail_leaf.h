/* The body of one part of a message: decoded, redacted as what it is, encoded as before. */
#ifndef STAUNCH_REDACT_MAIL_LEAF_H
#define STAUNCH_REDACT_MAIL_LEAF_H

#include "redact/document_job.h"
#include "redact/mail_walk.h"

/* True: something was changed, and out has the new body; offsets of origin are those of message. */
bool mail_leaf_redact(struct document_job *job, struct st_span message, const struct mail_item *leaf,
	const struct mail_entity *entity, const struct document_origin *origin, int depth, const char *line_end,
	struct st_buf *out);

#endif
