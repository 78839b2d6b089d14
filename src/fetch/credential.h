/*
 * The one credential that a fetch process may have: for one target prefix, used for requests that stay inside it and
 * for no others. It came as a message, stays in this process, and is overwritten at its end.
 */
#ifndef STAUNCH_FETCH_CREDENTIAL_H
#define STAUNCH_FETCH_CREDENTIAL_H

#include "probe/auth.h"

struct fetch_credential {
	bool held;
	enum probe_auth_kind kind;
	bool tls;
	char *host, *path; /* the prefix; path "" or "/exports" */
	uint16_t port;
	struct st_buf value[PROBE_AUTH_VALUES]; /* with a NUL behind each; size without it; empty: not there */
};

/* What probe_auth_encode wrote. False: it is none, or there is one already. */
bool fetch_credential_take(struct fetch_credential *credential, struct st_cursor *in);
void fetch_credential_wipe(struct fetch_credential *credential);
/* Is it written for this request? target: "/path?query"; the path is not above the prefix and does not lead out. */
bool fetch_credential_is_for(
	const struct fetch_credential *credential, bool tls, const char *host, uint16_t port, const char *target);
/* Does the text hold a secret of it, as it was given or as it is sent? For what a server says back. */
bool fetch_credential_is_in(const struct fetch_credential *credential, struct st_span text);
const char *fetch_credential_value(const struct fetch_credential *credential, enum probe_auth_value value); /* or "" */

#endif
