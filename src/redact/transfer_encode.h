/* Content-Transfer-Encoding written (RFC 2045, 6.7 and 6.8), and encoded words of headers (RFC 2047). */
#ifndef STAUNCH_REDACT_TRANSFER_ENCODE_H
#define STAUNCH_REDACT_TRANSFER_ENCODE_H

#include "base/bytes.h"

/* Lines of 76 columns; the last has no line end. */
void transfer_encode_base64(struct st_span bytes, const char *line_end, struct st_buf *out);
/* Lines of at most 76 columns; line ends of the bytes stay line ends, line_end goes behind soft ones. */
void transfer_encode_quoted(struct st_span bytes, const char *line_end, struct st_buf *out);
/* Words of at most 75 columns, each on a line of its own, no character cut (RFC 2047, 5); column: where the first
 * begins. The form that is allowed in a phrase. */
void encoded_words_write(struct st_span utf8, bool base64, size_t column, const char *line_end, struct st_buf *out);

#endif
