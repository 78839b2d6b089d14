/*
 * What every mail of ours is made of: its head, its date, its addresses, a body in ASCII. Sources: RFC 5322 (3.3
 * date, 3.6 fields), RFC 3834 (Auto-Submitted), RFC 2045 (6.7 quoted-printable), RFC 5321 (4.1.2, 4.5.3.1 addresses).
 */
#ifndef STAUNCH_BASE_MAIL_H
#define STAUNCH_BASE_MAIL_H

#include "base/bytes.h"

/* One address in ASCII, without quotes and comments, at most 254 bytes (64 before the at sign): nothing in it can end a
 * header or a command of SMTP. */
bool st_mail_address_is_sound(const char *text);

struct st_mail {
	const char *from;
	char *const *to;
	size_t to_count;
	const char *subject;  /* printable ASCII */
	const char *id;       /* the left half of Message-ID; the right one is the sender's domain */
	const char *language; /* Content-Language (RFC 3282); NULL: none is said */
	bool utf8;            /* the body is UTF-8 as quoted-printable; else ASCII as it is */
};
/* The head with its empty line, CRLF. Every address is sound. */
void st_mail_head(const struct st_mail *mail, int64_t now, struct st_buf *out);
/* Lines of UTF-8, ended by line feeds, as quoted-printable. */
void st_mail_quote(struct st_span text, struct st_buf *out);

#endif
