/*
 * The mail that brings a code: plain text in the language that was asked for, no link, no token, no picture (RFC 3834
 * says how a machine's mail is marked). Mails of one language differ in address, code, date and id, and the last three
 * have one size each: whoever sees sizes sees how long an address is, and nothing of a case.
 */
#ifndef STAUNCH_PORTAL_LETTER_H
#define STAUNCH_PORTAL_LETTER_H

#include "portal/errand.h"

#define LETTER_ID_BYTES 16 /* random: two mails are never one, and no id tells how many were sent */

/* Whether a mail may be written at all: an address that is canonical and can stand in a header, a code, a language. A
 * mail comes from the keyholder, which may have been taken over; a header of our making holds nothing else. */
bool letter_is_sound(const struct portal_mail *mail);
/* The mail whole, with CRLF. from is sound (base/mail.h), mail too. */
void letter_write(const struct portal_mail *mail, const char *from, const uint8_t id[LETTER_ID_BYTES], int64_t now,
	struct st_buf *out);

#endif
