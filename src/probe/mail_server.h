/*
 * A mail server as it is written: smtp://HOST[:PORT], smtps://HOST[:PORT]. Nothing is looked up. smtps is TLS from the
 * first byte, port 465 (RFC 8314); smtp is port 25, and must offer STARTTLS (RFC 3207) unless it is on this machine's
 * loopback.
 */
#ifndef STAUNCH_PROBE_MAIL_SERVER_H
#define STAUNCH_PROBE_MAIL_SERVER_H

#include "probe/target.h"

#define PROBE_MAIL_SERVER_WANTED "smtp://HOST[:PORT] or smtps://HOST[:PORT]"

/* False: it is no such text. *out is the caller's, freed with probe_target_free; transport HTTPS stands for TLS from
 * the first byte. *starttls: it must be offered, and hold. */
bool probe_mail_server_parse(const char *text, struct probe_target *out, bool *starttls);
/* "HOST[:PORT]" of a transport, with a port when none is written. */
bool probe_authority_parse(
	const char *transport, const char *authority, size_t size, unsigned port, struct probe_target *out);

#endif
