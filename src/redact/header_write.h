/* One header field with its edits (RFC 5322, 2045, 2047): folded as before, encoded words written anew where something
 * in them was replaced, quoted where what stands there now would be no word. */
#ifndef STAUNCH_REDACT_HEADER_WRITE_H
#define STAUNCH_REDACT_HEADER_WRITE_H

#include "redact/passage.h"

struct header_field {
	uint32_t start, value, end; /* in the document: the name, what follows its colon, behind the line end */
	struct st_span name;
};

/* Adds the field with the edits of the passage that lie in it. */
void header_field_write(
	const struct passage *passage, const struct header_field *field, const char *line_end, struct st_buf *out);
/* Breaks lines of more than CEIL_MAIL_LINE_BYTES before a blank (a header is folded so), or behind one (a text). */
void mail_lines_break(struct st_buf *lines, bool folds, const char *line_end);
bool mail_lines_too_long(struct st_span lines);

#endif
