/* What the header of a message looks like (RFC 5322, 2.2), by which mail is told from prose; for extract and redact. */
#ifndef STAUNCH_EXTRACT_MAIL_SHAPE_H
#define STAUNCH_EXTRACT_MAIL_SHAPE_H

#include "base/bytes.h"

struct mail_shape {
	size_t fields; /* lines `Name: value` from the first line on */
	size_t known;  /* of these, different ones that every message has some of */
	bool ended;    /* by a blank line */
	bool broken;   /* by a line that is neither a field nor goes on with one */
};

/* Blank lines, and a `From ` line, also quoted, before the first field are passed over. */
struct mail_shape mail_shape(struct st_span text, bool text_is_all);
/* At least two fields, one of them known, up to a blank line; a header broken off, or longer than the look, needs more.
 */
bool mail_is_header(const struct mail_shape *shape);
/* Bytes of the name of the field that begins here, without the colon; 0 when none does. */
size_t mail_field_name(const uint8_t *line, size_t size);
/* Bytes of the line at the front, with its end, when it is blank; 0 when it is not, or has no end. */
size_t mail_blank_line(const uint8_t *line, size_t size);
/* `From ` as between the messages of an mbox. */
bool mail_is_from_line(const uint8_t *line, size_t size);

#endif
