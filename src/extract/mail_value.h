/* Values of header fields: parameters (RFC 2045, 2231), addresses and dates (RFC 5322); for extract and redact. */
#ifndef STAUNCH_EXTRACT_MAIL_VALUE_H
#define STAUNCH_EXTRACT_MAIL_VALUE_H

#include "base/bytes.h"

/* The value before its parameters, without blanks and comments: `text/plain`, `attachment`, `base64`. Borrowed. */
struct st_span mail_value_word(struct st_span value);
/* Is it this word, whatever its case? */
bool mail_word_is(struct st_span word, const char *want);
/* Does it begin with this, whatever its case? */
bool mail_word_begins(struct st_span word, const char *want);
/* Adds a parameter, decoded into UTF-8: quoted strings, pieces and charsets by RFC 2231, and encoded words, which are
 * against the rule and common. False when it is not there or empty. */
bool mail_parameter(struct st_span value, const char *name, struct st_buf *out);
/* Adds the address of the first mailbox, in lower case, without display name and comments. */
void mail_first_address(struct st_span value, struct st_buf *out);
/* Adds the value with encoded words decoded, blanks folded into one and none at its ends. */
void mail_folded_text(struct st_span value, struct st_buf *out);
/* The instant of a date in seconds since 1970 in UTC; obsolete years and zones too. False: not a date of RFC 5322. */
bool mail_date(struct st_span value, int64_t *seconds);

#endif
